"""What the CIN census takes from an SSD database: fields, derived values, and which rows belong in the year."""

import itertools
from pathlib import Path

import pandas as pd
import pytest
from drawn_ssd import build, draw, loose

from assets.sources import ssd_cin
from assets.sources.ssd import extract
from assets.sources.ssd_tables import SSD
from returns import described

CIN = described("cin")
CHILD = """
    ssd_person: pers_person_id | pers_dob
    C1 | 2015-05-06
    ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date
    R1 | C1 | 2025-05-01
"""


@pytest.fixture
def taken(tmp_path):
    """Draw a database (over the one child of CHILD), extract, and give tables and what was left out."""
    numbers = itertools.count()

    def extracted(text, period="2025-26", base=CHILD, **more):
        url = f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
        build(url, draw(base + text), loose())
        return extract(url, CIN, period, **more)

    return extracted


def listed(values):
    return [None if pd.isna(value) else value for value in values]


def column(tables, name):
    table, field = name.split(".")
    return listed(tables[table][field])


def read_as(taken, ssd_column, field, drawn):
    """What the texts of `drawn` in one column become, a row each."""
    event = next(event for event in ssd_cin.EVENTS if event.table == field.split(".")[0])
    if event.ssd == "ssd_person":
        rows = "\n".join(f"{number:03d} | {text}" for number, text in enumerate(drawn))
        referrals = "\n".join(f"R{number:03d} | {number:03d}" for number, _ in enumerate(drawn))
        text = f"{event.ssd}: {event.key} | {ssd_column}\n{rows}\nssd_cin_episodes: cine_referral_id | cine_person_id\n"
        tables, _ = taken(text + referrals, base="")
    else:
        parent = "C1" if event.ssd == "ssd_cin_episodes" else "R1"
        rows = "\n".join(f"{number:03d} | {parent} | {text}" for number, text in enumerate(drawn))
        tables, _ = taken(f"{event.ssd}: {event.key} | {event.link} | {ssd_column}\n{rows}")
    by_key = dict(zip(column(tables, f"{event.table}.source_key"), column(tables, field), strict=True))
    return [by_key[f"{number:03d}"] for number, _ in enumerate(drawn)]


def reasons(left_out):
    return {(row.table, row.reason): row.rows for row in left_out.itertuples()}


# The description and the mapping agree


def test_every_field_is_mapped_derived_or_told_in_the_readme_to_be_lacking():
    mapped = {(item.table, item.field) for item in ssd_cin.MAPPING}
    derived = {
        ("ChildIdentifiers", "FormerUPN"),
        ("CINdetails", "DateOfInitialCPC"),
        ("Section47", "DateOfInitialCPC"),
        ("Section47", "InitialCPCtarget"),
        ("ChildProtectionPlans", "NumberOfPreviousCPP"),
    }
    lacking = {
        ("Assessments", "AssessmentInternalReviewDate"),
        ("PreProceedings", "FGDMMeetingOffer"),
        ("PreProceedings", "FGDMMeetingFac"),
        ("PreProceedings", "CourtAppDate"),
    }
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    said = readme.partition("### What the SSD does not hold")[2].partition("##")[0]
    assert all(f"`{field}`" in said for _, field in lacking)
    asked = {(table.name, field.name) for table in CIN if table.name != "Header" for field in table.document_fields}
    assert mapped | derived | lacking == asked
    assert not mapped & derived
    assert not mapped & lacking


def test_every_column_that_is_read_is_one_of_the_ssd():
    for period in CIN.periods:
        for table, names in ssd_cin.columns_read(CIN.at(period.name), "pers_person_id").items():
            assert {*names} <= {*SSD.tables[table].c.keys()}
    assert "pers_forename" not in ssd_cin.columns_read(CIN, "pers_person_id")["ssd_person"]


# Fields


def test_the_shape_of_the_tables(taken):
    tables, _ = taken("")
    at = CIN.at("2025-26")
    assert list(tables) == [table.name for table in at]
    for name, table in tables.items():
        extra = {"Header": [], "ChildIdentifiers": ["source_key"]}.get(name, ["parent_row", "source_key"])
        assert list(table.columns) == [*at[name].columns, *extra]
        assert table.index.name == "row"
        assert {str(kind) for column, kind in table.dtypes.items() if column != "parent_row"} == {"str"}
        assert "parent_row" not in table or table["parent_row"].dtype == "int64"
    assert len(tables["Header"]) == 0


def test_sex_or_gender_by_year(taken):
    text = """
    ssd_person: pers_person_id | pers_sex
    C1 | M
    C2 | F
    C3 | U
    C4 | Female
    C5 | Indeterminate
    C6 |
    ssd_cin_episodes: cine_referral_id | cine_person_id
    R1 | C1
    R2 | C2
    R3 | C3
    R4 | C4
    R5 | C5
    R6 | C6
    """
    tables, _ = taken(text, base="")
    assert column(tables, "ChildIdentifiers.Sex") == ["M", "F", "U", "F", "Indeterminate", None]
    assert "GenderCurrent" not in tables["ChildIdentifiers"]
    tables, _ = taken(text, "2023-24", base="")
    assert column(tables, "ChildIdentifiers.GenderCurrent") == ["1", "2", "0", "2", "9", None]
    assert "Sex" not in tables["ChildIdentifiers"]


def test_placeholders_are_missing(taken):
    tables, _ = taken(
        """
        ssd_person: pers_person_id | pers_upn | pers_upn_unknown | pers_dob | pers_ethnicity | pers_death_date
        P1 | SSD_PH | UN3 | 1900-01-01 | PLACEHOLDER_DATA | 1900-01-01 00:00:00
        P2 | -1 | | 01/01/1900 | -1 |
        ssd_cin_episodes: cine_referral_id | cine_person_id | cine_close_date
        R8 | P1 | 1900-01-01
        R9 | P2 |
        """,
        base="",
    )
    assert column(tables, "ChildIdentifiers.UPN") == [None, None]
    assert column(tables, "ChildIdentifiers.UPNunknown") == ["UN3", None]
    assert column(tables, "ChildIdentifiers.PersonBirthDate") == [None, None]
    assert column(tables, "ChildIdentifiers.PersonDeathDate") == [None, None]
    assert column(tables, "ChildCharacteristics.Ethnicity") == [None, None]
    assert column(tables, "CINdetails.CINclosureDate") == [None, None]


def test_no_reason_for_no_upn_and_no_expected_date_where_they_are_not_wanted(taken):
    tables, _ = taken(
        """
        ssd_person: pers_person_id | pers_upn | pers_upn_unknown | pers_dob | pers_expected_dob | pers_sex
        C1 | A1 | UN1 | 2020-01-02 | 2020-01-09 | F
        C2 | | UN1 | | 2026-05-01 | U
        C3 | | UN1 | 2026-03-31 | 2026-04-07 | M
        C4 | | UN1 | 2026-04-01 | 2026-04-07 | M
        C5 | | UN1 | 2026-04-01 | | M
        ssd_cin_episodes: cine_referral_id | cine_person_id
        R1 | C1
        R2 | C2
        R3 | C3
        R4 | C4
        R5 | C5
        """,
        base="",
    )
    assert column(tables, "ChildIdentifiers.UPNunknown") == [None, "UN1", "UN1", "UN1", "UN1"]
    # C4 was unborn on the reference date; of C5 the SSD has no expected date, so the rules get the birth date as it is
    assert column(tables, "ChildIdentifiers.PersonBirthDate") == ["2020-01-02", None, "2026-03-31", None, "2026-04-01"]
    assert column(tables, "ChildIdentifiers.ExpectedPersonBirthDate") == [None, "2026-05-01", None, "2026-04-07", None]
    assert column(tables, "ChildIdentifiers.Sex") == ["F", "U", "M", "U", "M"]


def test_former_upn_is_the_newest(taken):
    tables, _ = taken(
        """
        ssd_linked_identifiers: link_person_id | link_identifier_type | link_identifier_value | link_valid_from_date
        C1 | Former Unique Pupil Number | OLDER | 2020-01-01
        C1 | Former unique pupil number | NEWEST | 2024-01-01
        C1 | Former Unique Pupil Number | UNDATED |
        C1 | Former Unique Pupil Number | SSD_PH | 2025-01-01
        C1 | NHS number | OTHER | 2025-01-01
        """
    )
    assert column(tables, "ChildIdentifiers.FormerUPN") == ["NEWEST"]


def test_a_code_before_its_description(taken):
    drawn = {
        "1A": "1A",
        " 1A ": "1A",
        "1A: Family member": "1A",
        "1A - Family member": "1A",
        "1A-Family member": "1A",
        "1A – Family member": "1A",
        "10 Not known": "10",
        "5D) Early help": "5D",
        "8 (other)": "8",
        "1AB": "1AB",
        "1": "1",
        "1A - 1B": "1A - 1B",
        "1A:": "1A:",
        "5Z: Other": "5Z: Other",
        "1a": "1a",
        "Family member": "Family member",
        "1A,1B": "1A,1B",
    }
    assert read_as(taken, "cine_referral_source_code", "CINdetails.ReferralSource", drawn) == list(drawn.values())


def test_a_word_is_no_code(taken):
    drawn = {"BOTH": "BOTH", "BOTH parents unknown": "BOTH parents unknown", "BOTH: other Black": "BOTH"}
    assert read_as(taken, "pers_ethnicity", "ChildCharacteristics.Ethnicity", drawn) == list(drawn.values())


def test_codes_are_those_of_the_year(taken):
    text = """
    ssd_cin_episodes: cine_referral_id | cine_person_id | cine_close_reason | cine_cin_primary_need_code
    R2 | C1 | RC9 - early help | N1x
    """
    assert column(taken(text, "2023-24")[0], "CINdetails.ReasonForClosure") == ["RC9"]
    assert column(taken(text, "2023-24")[0], "CINdetails.PrimaryNeedCode") == ["N1x"]
    assert "24A" in {code.code for code in CIN.at("2025-26").codes["assessment_factors"]}


def test_no_further_action(taken):
    drawn = {"Y": "1", "N": "0", "y": "1", "0": "0", "true": "1", "X": "X", "": None}
    assert read_as(taken, "cine_referral_nfa", "CINdetails.ReferralNFA", drawn) == list(drawn.values())


def test_categories_of_abuse(taken):
    drawn = {
        "Neglect": "NEG",
        "Physical abuse": "PHY",
        "Sexual Abuse": "SAB",
        "EMOTIONAL  ABUSE": "EMO",
        "Multiple": "MUL",
        "NEG": "NEG",
        "Cruelty": "Cruelty",
        "": None,
    }
    for when in ("Initial", "Latest"):
        ssd_column, field = f"cppl_cp_plan_{when.lower()}_category", f"ChildProtectionPlans.{when}CategoryOfAbuse"
        assert read_as(taken, ssd_column, field, drawn) == list(drawn.values())


def test_factors(taken):
    drawn = {
        '["2B", "1A"]': ["2B", "1A"],
        "[]": [],
        "": [],
        "null": [],
        '{"1A": "Alcohol: child", "2B": "Drugs: parent"}': ["1A", "2B"],
        '{"1A": "Yes", "2B": "No", "3A": null, "4A": "", "5A": true, "6A": false}': ["1A", "5A"],
        '["1A: Alcohol: child", "Something else"]': ["1A", "Something else"],
        '["1A", "1A"]': ["1A", "1A"],
        "[20, 21]": ["20", "21"],
        '"1A"': ["1A"],
        '[["1A"]]': ['["1A"]'],
        "1A, 2B": ["1A, 2B"],
        '["1A"': ['["1A"'],
        '["\\ud800"]': ["?"],
        "[" * 100_000: ["[" * 100_000],
    }
    assessments = "\n".join(f"{number:02d} | R1" for number, _ in enumerate(drawn))
    factors = "\n".join(f"F{number:02d} | {number:02d} | {text}" for number, text in enumerate(drawn))
    tables, _ = taken(
        f"""
        ssd_cin_assessments: cina_assessment_id | cina_referral_id
        {assessments}
        ssd_assessment_factors: cinf_table_id | cinf_assessment_id | cinf_assessment_factors_json
        {factors}
        """
    )
    found = tables["AssessmentFactorsList"]
    by_assessment = found.groupby("AssessmentID")["AssessmentFactor"].agg(list).to_dict()
    assert [by_assessment.get(str(number), []) for number in range(1, len(drawn) + 1)] == list(drawn.values())


def test_whether_a_conference_was_needed(taken):
    drawn = {
        '{"CP_CONFERENCE_FLAG": "N", "NFA_FLAG": "Y"}': "1",
        '{"CP_CONFERENCE_FLAG": "Y"}': "0",
        '{"CP_CONFERENCE_FLAG": true}': "0",
        '{"CP_CONFERENCE_FLAG": ""}': None,
        '{"NFA_FLAG": "Y"}': None,
        '["N"]': None,
        "{not json": None,
        "": None,
    }
    columns = "s47e_s47_end_date | s47e_s47_outcome_json"
    ended = [f"2025-06-01 | {text}" for text in drawn]
    assert read_as(taken, columns, "Section47.ICPCnotRequired", ended) == list(drawn.values())


def test_an_enquiry_that_had_not_ended_by_the_end_of_the_year_is_open(taken):
    drawn = """
        2026-03-31 |                             |
        2026-03-31 | {"CP_CONFERENCE_FLAG": "N"} | 1
        2026-04-01 | {"CP_CONFERENCE_FLAG": "N"} | 0
        2026-04-01 |                             | 0
                   |                             | 0
                   | {"CP_CONFERENCE_FLAG": "N"} | 1
                   | {"CP_CONFERENCE_FLAG": "Y"} | 0
        unreadable |                             |
        """
    lines = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    rows = "\n".join(f"{number} | R1 | 2026-03-01 | {line[0]} | {line[1]}" for number, line in enumerate(lines))
    tables, left_out = taken(
        "ssd_s47_enquiry: s47e_s47_enquiry_id | s47e_referral_id | s47e_s47_start_date | s47e_s47_end_date "
        f"| s47e_s47_outcome_json\n{rows}"
    )
    assert column(tables, "Section47.ICPCnotRequired") == [line[2] or None for line in lines]
    assert [said.partition(" are ")[0] for said in left_out.attrs["warnings"] if "Section47" in said] == [
        "Section47.ICPCnotRequired: 1 enquiries that ended after 31 March 2026"
    ]


def test_earlier_plans_are_counted_without_this_one_and_without_other_authorities(taken):
    tables, left_out = taken(
        """
        ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date
        R2 | C2 | 2025-05-01
        ssd_person: pers_person_id
        C2
        ssd_cp_plans: cppl_cp_plan_id | cppl_person_id | cppl_referral_id | cppl_cp_plan_start_date | cppl_cp_plan_end_date | cppl_cp_plan_ola
        P1 | C1 | R0 | 2020-01-01 | 2020-06-01 | N
        P2 | C1 | R0 | 2021-01-01 | 2021-06-01 |
        P3 | C1 | R0 | 2022-01-01 | 2022-06-01 | Y
        P4 | C1 | R1 | 2025-06-01 | 2025-09-01 |
        P5 | C1 | R1 | 2025-10-01 | | N
        P6 | C1 | R1 | 2025-10-01 | | N
        P7 | C2 | R2 | 2025-10-01 | | N
        P8 | C2 | R2 | | |
        P9 | C2 | R2 | 2025-10-01 | | y
        """  # noqa: E501
    )
    counted = zip(
        column(tables, "ChildProtectionPlans.source_key"),
        column(tables, "ChildProtectionPlans.NumberOfPreviousCPP"),
        strict=True,
    )
    assert dict(counted) == {"P4": "2", "P5": "3", "P6": "3", "P7": "0", "P8": None}
    assert reasons(left_out)["ssd_cp_plans", "temporary plan of another authority"] == 2


# Initial conferences: under their section 47 enquiry, or on the referral


CONFERENCES = (
    """
    ssd_s47_enquiry: s47e_s47_enquiry_id | s47e_referral_id | s47e_s47_start_date
    S1 | R1 | 2025-06-01
    ssd_initial_cp_conference: icpc_icpc_id | icpc_s47_enquiry_id | icpc_referral_id"""
    " | icpc_icpc_date | icpc_icpc_target_date\n"
)


def test_a_conference_stands_under_its_enquiry(taken):
    tables, _ = taken(CONFERENCES + "I1 | S1 | R1 | 2025-06-20 | 2025-06-23")
    assert column(tables, "Section47.DateOfInitialCPC") == ["2025-06-20"]
    assert column(tables, "Section47.InitialCPCtarget") == ["2025-06-23"]
    assert column(tables, "CINdetails.DateOfInitialCPC") == [None]


@pytest.mark.parametrize("enquiry", ["", "S9"])
def test_a_conference_without_an_enquiry_stands_on_the_referral(taken, enquiry):
    tables, _ = taken(CONFERENCES + f"I1 | {enquiry} | R1 | 2025-06-20 | 2025-06-23")
    assert column(tables, "Section47.DateOfInitialCPC") == [None]
    assert column(tables, "CINdetails.DateOfInitialCPC") == ["2025-06-20"]


def test_an_enquiry_without_a_conference_stays(taken):
    tables, _ = taken(CONFERENCES)
    assert column(tables, "Section47.S47ActualStartDate") == ["2025-06-01"]
    assert column(tables, "Section47.InitialCPCtarget") == [None]


def test_of_several_conferences_the_first_of_the_year_is_given(taken):
    tables, left_out = taken(
        CONFERENCES
        + """
        I1 | S1 | R1 | 2025-07-20 | 2025-07-23
        I2 | S1 | R1 | 2025-06-20 | 2025-06-23
        I3 | S1 | R1 | 2024-06-20 | 2024-06-23
        I4 | | R1 | 2025-09-20 |
        I5 | | R1 | 2025-08-20 |
        I6 | | R1 | 2024-08-20 |
        I7 | | R1 | |
        I8 | | R9 | 2025-08-20 |
        """
    )
    assert column(tables, "Section47.DateOfInitialCPC") == ["2025-06-20"]
    assert column(tables, "CINdetails.DateOfInitialCPC") == ["2025-08-20"]
    assert reasons(left_out) == {
        ("ssd_initial_cp_conference", "a further conference of the same enquiry"): 2,
        ("ssd_initial_cp_conference", "a further conference of the same referral"): 1,
        ("ssd_initial_cp_conference", "conference not in the year"): 1,
        ("ssd_initial_cp_conference", "its referral is not in the return"): 1,
        ("ssd_initial_cp_conference", "no date and no section 47 enquiry in the return"): 1,
    }


def test_a_conference_after_the_year_is_not_given_but_its_target_is(taken):
    tables, left_out = taken(CONFERENCES + "I1 | S1 | R1 | 2026-04-01 | 2026-03-30")
    assert column(tables, "Section47.DateOfInitialCPC") == [None]
    assert column(tables, "Section47.InitialCPCtarget") == ["2026-03-30"]
    assert any("Section47.DateOfInitialCPC: 1 dates after 31 March 2026" in said for said in left_out.attrs["warnings"])


# Which rows belong in the return: every bound, drawn


def belonging(taken, table, drawn, columns, parent="R1", base=CHILD):
    """Draw lines `start | end | … | in or out`; the lines that came into the return, and how many were left out why."""
    event = next(event for event in ssd_cin.EVENTS if event.table == table)
    lines = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    rows = "\n".join(" | ".join([f"{number:03d}", parent, *line[:-1]]) for number, line in enumerate(lines))
    tables, left_out = taken(f"{event.ssd}: {event.key} | {event.link} | {' | '.join(columns)}\n{rows}", base=base)
    inside = {*tables[table]["source_key"]}
    wrong = [line for number, line in enumerate(lines) if (f"{number:03d}" in inside) is not (line[-1] == "in")]
    assert wrong == []
    assert sum(reasons(left_out).values()) == sum(line[-1] == "out" for line in lines)
    return reasons(left_out)


def test_referrals(taken):
    drawn = """
        2025-04-01          |                         | N | in
        2026-03-31          |                         | N | in
        2026-04-01          |                         | N | out
        2025-03-31          |                         | N | in
        2019-01-01          |                         |   | in
        2024-06-01          | 2025-03-31              | N | out
        2024-06-01          | 2025-04-01              | N | in
        2024-06-01          | 2026-03-31              | N | in
        2024-06-01          | 2026-04-01              | N | in
        2025-06-01          | 2025-03-01              | N | in
        2062-06-01          | 2025-07-01              | N | in
        2025-03-31          |                         | Y | out
        2025-03-31          | 2025-04-01              | Y | out
        2025-04-01          | 2025-04-01              | Y | in
        2026-03-31          |                         | Y | in
        2026-04-01          |                         | Y | out
                            |                         | N | in
                            |                         | Y | in
                            | 2025-03-31              | N | out
        31/02/2024          |                         | Y | in
        soon                | 2025-03-31              | N | in
        2024-06-01          | not yet                 | N | in
        31/03/2025          | 01/04/2025              | N | in
        30/03/2025          | 31/03/2025              | N | out
        30/03/2025 00:00:00 | 31/03/2025 17:30        | N | out
        31/03/2026 12:00:00 |                         | Y | in
        2025-04-01 09:30:00 | 2025-04-01T10:00:00.000 | Y | in
        2026-03-31 23:59:59 |                         | N | in
        """
    columns = ("cine_referral_date", "cine_close_date", "cine_referral_nfa")
    assert belonging(taken, "CINdetails", drawn, columns, "C1") == {
        ("ssd_cin_episodes", "no further action on a referral of another year"): 2,
        ("ssd_cin_episodes", "not open in the year"): 6,
    }


def test_assessments(taken):
    drawn = """
        2025-03-01 | 2025-03-31 | out
        2025-03-01 | 2025-04-01 | in
        2026-01-01 | 2026-03-31 | in
        2026-01-01 | 2026-04-01 | in
        2020-01-01 |            | in
        2026-03-31 |            | in
        2026-04-01 |            | out
        2026-04-01 | 2026-05-01 | out
                   |            | in
                   | 2025-03-31 | out
                   | 2025-04-01 | in
        2020-01-01 | unreadable | in
        unreadable | 2020-01-01 | in
        """
    columns = ("cina_assessment_start_date", "cina_assessment_auth_date")
    assert belonging(taken, "Assessments", drawn, columns) == {
        ("ssd_cin_assessments", "neither authorised in the year nor open at its end"): 4
    }


OPEN_AT_ANY_TIME = """
        2024-06-01 | 2025-03-31 | out
        2024-06-01 | 2025-04-01 | in
        2024-06-01 |            | in
        2025-04-01 | 2025-04-02 | in
        2026-03-31 |            | in
        2026-03-31 | 2026-04-01 | in
        2026-04-01 |            | out
                   |            | in
                   | 2025-03-31 | out
        unreadable | 2025-03-31 | in
        2026-04-01 | unreadable | in
        """


def test_cin_plans(taken):
    columns = ("cinp_cin_plan_start_date", "cinp_cin_plan_end_date")
    found = belonging(taken, "CINplanDates", OPEN_AT_ANY_TIME, columns)
    assert found == {("ssd_cin_plans", "not open in the year"): 3}


def test_protection_plans(taken):
    columns = ("cppl_cp_plan_start_date", "cppl_cp_plan_end_date")
    found = belonging(taken, "ChildProtectionPlans", OPEN_AT_ANY_TIME, columns)
    assert found == {("ssd_cp_plans", "not open in the year"): 3}


def test_section_47_enquiries_of_the_year_or_with_a_conference_in_it(taken):
    drawn = """
        2025-03-31 |            | out
        2025-04-01 |            | in
        2026-03-31 |            | in
        2026-04-01 |            | out
        2025-03-20 | 2025-03-31 | out
        2025-03-20 | 2025-04-01 | in
        2025-03-20 | 2026-04-01 | out
        2026-03-31 | 2026-04-10 | in
                   |            | in
                   | 2025-03-31 | out
        unreadable | 2025-03-31 | in
        2025-03-31 | unreadable | in
        """
    lines = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
    enquiries = "\n".join(f"{number:03d} | R1 | {line[0]}" for number, line in enumerate(lines))
    conferences = "\n".join(f"I{number} | {number:03d} | {line[1]}" for number, line in enumerate(lines) if line[1])
    tables, left_out = taken(
        f"""
        ssd_s47_enquiry: s47e_s47_enquiry_id | s47e_referral_id | s47e_s47_start_date
        {enquiries}
        ssd_initial_cp_conference: icpc_icpc_id | icpc_s47_enquiry_id | icpc_icpc_date
        {conferences}
        """
    )
    inside = {*tables["Section47"]["source_key"]}
    assert [line for number, line in enumerate(lines) if (f"{number:03d}" in inside) is not (line[-1] == "in")] == []
    assert reasons(left_out) == {
        ("ssd_s47_enquiry", "neither enquiry nor conference in the year"): 5,
        ("ssd_initial_cp_conference", "conference not in the year"): 3,
    }


def test_conferences_of_referrals(taken):
    drawn = {"2025-03-31": "out", "2025-04-01": "in", "2026-03-31": "in", "2026-04-01": "out", "unreadable": "in"}
    referrals = "\n".join(f"Q{number} | C1" for number, _ in enumerate(drawn))
    conferences = "\n".join(f"I{number} | Q{number} | {day}" for number, day in enumerate(drawn))
    tables, left_out = taken(
        f"""
        ssd_cin_episodes: cine_referral_id | cine_person_id
        {referrals}
        ssd_initial_cp_conference: icpc_icpc_id | icpc_referral_id | icpc_icpc_date
        {conferences}
        """
    )
    keys, days = (column(tables, f"CINdetails.{name}") for name in ("source_key", "DateOfInitialCPC"))
    given = dict(zip(keys, days, strict=True))
    assert [given[f"Q{number}"] for number, _ in enumerate(drawn)] == [
        day if side == "in" else None for day, side in drawn.items()
    ]
    assert reasons(left_out) == {("ssd_initial_cp_conference", "conference not in the year"): 2}


def test_reviews_of_the_plans_to_the_end_of_the_year(taken):
    drawn = """
        2019-01-01 | in
        2025-03-31 | in
        2026-03-31 | in
        2026-04-01 | out
                   | in
        unreadable | in
        """
    base = CHILD + "ssd_cp_plans: cppl_cp_plan_id | cppl_referral_id | cppl_cp_plan_start_date\nP1 | R1 | 2018-06-01\n"
    found = belonging(taken, "Reviews", drawn, ("cppr_cp_review_date",), "P1", base)
    assert found == {("ssd_cp_reviews", "after the end of the year"): 1}


def test_what_had_not_happened_by_the_end_of_the_year_is_not_given(taken):
    tables, left_out = taken(
        """
        ssd_person: pers_person_id | pers_death_date
        C2 | 2026-04-01
        ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date | cine_close_date | cine_close_reason
        R2 | C2 | 2025-06-01 | 2026-04-01 | RC2
        R3 | C2 | 2025-05-01 | 2026-03-31 | RC8
        ssd_cin_assessments: cina_assessment_id | cina_referral_id | cina_assessment_auth_date
        A1 | R2 | 2026-04-01
        A2 | R2 | 2026-03-31
        ssd_assessment_factors: cinf_table_id | cinf_assessment_id | cinf_assessment_factors_json
        F1 | A1 | ["1A", "2A"]
        F2 | A2 | ["1B"]
        ssd_cin_plans: cinp_cin_plan_id | cinp_referral_id | cinp_cin_plan_start_date | cinp_cin_plan_end_date
        N1 | R2 | 2025-06-01 | 2026-04-01
        ssd_cp_plans: cppl_cp_plan_id | cppl_referral_id | cppl_cp_plan_start_date | cppl_cp_plan_end_date
        P1 | R2 | 2025-06-01 | 2026-04-01
        """,
        base="",
    )
    assert column(tables, "ChildIdentifiers.PersonDeathDate") == [None]
    assert column(tables, "CINdetails.CINclosureDate") == ["2026-03-31", None]
    assert column(tables, "CINdetails.ReasonForClosure") == ["RC8", None]
    assert column(tables, "Assessments.AssessmentAuthorisationDate") == [None, "2026-03-31"]
    assert column(tables, "AssessmentFactorsList.AssessmentFactor") == ["1B"]
    assert column(tables, "CINplanDates.CINPlanEndDate") == [None]
    assert column(tables, "ChildProtectionPlans.CPPendDate") == [None]
    assert reasons(left_out) == {("ssd_assessment_factors", "factors of an assessment authorised after the year"): 2}
    said = [sentence.split(":")[0] for sentence in left_out.attrs["warnings"] if " dates after " in sentence]
    assert said == [
        "ChildIdentifiers.PersonDeathDate",
        "CINdetails.CINclosureDate",
        "Assessments.AssessmentAuthorisationDate",
        "CINplanDates.CINPlanEndDate",
        "ChildProtectionPlans.CPPendDate",
    ]


# What cannot be placed is counted, without an id


def test_rows_without_a_place_are_counted(taken):
    tables, left_out = taken(
        """
        ssd_person: pers_person_id
        C2
        ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date | cine_close_date
        R2 | C9 | 2025-05-01 |
        R3 | | 2025-05-01 |
        R4 | C1 | 2020-05-01 | 2020-06-01
        ssd_disability: disa_table_id | disa_person_id | disa_disability_code
        D1 | C2 | LD
        D2 | C9 | LD
        D3 | C1 | LD
        D3 | C1 | LD
        ssd_cin_plans: cinp_cin_plan_id | cinp_referral_id | cinp_cin_plan_start_date
        N1 | R9 | 2025-05-01
        N2 | | 2025-05-01
        N3 | R4 | 2025-05-01
        """
    )
    assert column(tables, "ChildIdentifiers.LAchildID") == ["C1"]
    assert column(tables, "Disabilities.source_key") == ["D3"]
    assert reasons(left_out) == {
        ("ssd_cin_episodes", "no such row in ssd_person"): 2,
        ("ssd_cin_episodes", "not open in the year"): 1,
        ("ssd_cin_plans", "its row of ssd_cin_episodes is not in the return"): 1,
        ("ssd_cin_plans", "no such row in ssd_cin_episodes"): 2,
        ("ssd_disability", "its row of ssd_person is not in the return"): 1,
        ("ssd_disability", "no such row in ssd_person"): 1,
        ("ssd_disability", "the same row twice"): 1,
        ("ssd_person", "no referral in the return"): 1,
    }
    assert list(left_out.columns) == ["table", "reason", "rows"]


def test_one_child_twice_stays_twice_for_the_rules(taken):
    tables, _ = taken(
        """
        ssd_person: pers_person_id | pers_dob | pers_ethnicity
        C1 | 2015-05-07 | WBRI
        """
    )
    assert column(tables, "ChildIdentifiers.PersonBirthDate") == ["2015-05-06", "2015-05-07"]
    assert column(tables, "ChildCharacteristics.Ethnicity") == [None, "WBRI"]
    assert tables["ChildCharacteristics"]["parent_row"].tolist() == [0, 1]
    assert tables["CINdetails"]["parent_row"].tolist() == [0]


def test_a_key_that_two_rows_share_is_said(taken):
    tables, left_out = taken(
        """
        ssd_person: pers_person_id
        C2
        ssd_cin_episodes: cine_referral_id | cine_person_id
        R1 | C2
        ssd_cin_plans: cinp_cin_plan_id | cinp_referral_id | cinp_cin_plan_start_date
        N1 | R1 | 2025-06-01
        N1 | R1 | 2025-07-01
        """
    )
    assert tables["CINplanDates"]["LAchildID"].tolist() == ["C1", "C1"]
    assert [said for said in left_out.attrs["warnings"] if "key" in said] == [
        (
            "ssd_cin_episodes.cine_referral_id: 1 rows have the key of an earlier row; "
            "what belongs to either is given under the first of them."
        )
    ]
    assert not any("key" in said for said in taken("")[1].attrs["warnings"])


def test_the_legacy_id_can_be_the_childs_id(taken):
    text = """
    ssd_person: pers_person_id | pers_legacy_id
    C2 | A7
    ssd_cin_episodes: cine_referral_id | cine_person_id
    R2 | C2
    """
    tables, _ = taken(text, child_id="pers_legacy_id")
    assert column(tables, "ChildIdentifiers.LAchildID") == ["A7", None]
    assert column(tables, "CINdetails.LAchildID") == ["A7", None]
    assert column(tables, "ChildIdentifiers.source_key") == ["C2", "C1"]


# Order, parents and ordinals


def test_order_parents_and_ordinals(taken):
    tables, _ = taken(
        """
        ssd_person: pers_person_id
        10
        9
        ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date
        Z | 9 | 2025-06-01
        B | 10 | 2025-08-01
        A | 10 | 2025-09-01
        C | 10 | 2025-08-01
        D | 10 |
        ssd_cp_plans: cppl_cp_plan_id | cppl_referral_id | cppl_cp_plan_start_date
        P3 | A | 2025-09-10
        P2 | C | 2025-09-12
        P1 | C | 2025-09-11
        P0 | Z | 2025-09-11
        ssd_cp_reviews: cppr_cp_review_id | cppr_cp_plan_id | cppr_cp_review_date
        V1 | P1 | 2025-11-01
        V2 | P1 | 2025-10-01
        V3 | P0 | 2025-10-01
        V4 | P2 | 2025-10-01
        """,
        base="",
    )
    episodes = tables["CINdetails"]
    assert tables["ChildIdentifiers"]["LAchildID"].tolist() == ["10", "9"]
    assert episodes["source_key"].tolist() == ["B", "C", "A", "D", "Z"]
    assert episodes["CINdetailsID"].tolist() == ["1", "2", "3", "4", "1"]
    assert episodes["parent_row"].tolist() == [0, 0, 0, 0, 1]
    plans = tables["ChildProtectionPlans"]
    assert plans["source_key"].tolist() == ["P1", "P2", "P3", "P0"]
    assert plans[["LAchildID", "CINdetailsID", "CPPID"]].agg("/".join, axis=1).tolist() == [
        "10/2/1", "10/2/2", "10/3/1", "9/1/1",
    ]  # fmt: skip
    assert plans["parent_row"].tolist() == [1, 1, 2, 4]
    reviews = tables["Reviews"]
    assert reviews["source_key"].tolist() == ["V2", "V1", "V4", "V3"]
    assert reviews["parent_row"].tolist() == [0, 0, 1, 3]
    assert reviews[["LAchildID", "CINdetailsID", "CPPID"]].agg("/".join, axis=1).tolist() == [
        "10/2/1", "10/2/1", "10/2/2", "9/1/1",
    ]  # fmt: skip


def test_parents_exist_and_carry_the_same_ids(taken):
    tables, _ = taken(CONFERENCES)
    for table in CIN.at("2025-26"):
        if table.parent:
            rows, parent = tables[table.name], tables[table.parent]
            above = parent.loc[rows["parent_row"]]
            for field in table.fields:
                if field.given == "carried":
                    assert rows[field.name].tolist() == above[field.name].tolist()


# Module 5


def test_pre_proceedings_stand_on_the_referral_open_at_the_decision(taken):
    text = """
    ssd_person: pers_person_id
    C1
    ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date | cine_close_date
    R1 | C1 | 2025-05-01 | 2026-06-01
    R2 | C1 | 2026-06-02 |
    ssd_pre_proceedings: prep_table_id | prep_person_id | prep_pre_pro_decision_date | prep_pre_pro_outcome | prep_pre_pro_meetings_num
    E1 | C1 | 2026-06-01 | A | 3
    E2 | C1 | 2026-06-02 | A - stepped down | SSD_PH
    E3 | C1 | | |
    E4 | C1 | 2026-03-31 | |
    E5 | C9 | 2026-06-02 | |
    """  # noqa: E501
    tables, left_out = taken(text, "2026-27", base="")
    given = tables["PreProceedings"]
    assert dict(zip(given["source_key"], given["CINdetailsID"], strict=True)) == {"E1": "1", "E2": "2", "E3": "2"}
    assert column(tables, "PreProceedings.PPOutcome") == ["A", "A", None]
    assert column(tables, "PreProceedings.ReviewMeetingsCount") == ["3", None, None]
    assert column(tables, "PreProceedings.FGDMMeetingOffer") == [None, None, None]
    assert reasons(left_out) == {
        ("ssd_pre_proceedings", "not begun in the year"): 1,
        ("ssd_pre_proceedings", "no referral in the return was open that day"): 1,
    }
    assert "PreProceedings" not in taken(text, "2025-26", base="")[0]


def test_an_authority_without_any_referral_of_the_year_has_empty_tables(taken):
    tables, left_out = taken(
        """
        ssd_person: pers_person_id
        C1
        """,
        base="",
    )
    assert all(table.empty for table in tables.values())
    assert all(isinstance(table, pd.DataFrame) for table in tables.values())
    assert reasons(left_out) == {("ssd_person", "no referral in the return"): 1}

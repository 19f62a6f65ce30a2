"""What the 903 takes from an SSD database: fields, derived values, and which rows belong in the year."""

import itertools
import shutil

import pandas as pd
import pytest
import sqlalchemy as sa
from drawn_ssd import build, draw, loose

from assets.sources import ssd_cla
from assets.sources.errors import SourceError
from assets.sources.ssd import extract
from assets.sources.ssd_tables import SSD
from returns import described

CLA = described("cla")
CHILD = """
    ssd_person: pers_person_id | pers_dob | pers_sex
    C1 | 2012-05-06 | M
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_placement_id
    E1 | C1 | 2020-05-01 | P1
    ssd_cla_placement: clap_cla_placement_id | clap_cla_placement_type
    P1 | U6
"""
TAKEN_FROM = (
    "ssd_legal_status: lega_legal_status_id | lega_person_id | lega_legal_status | lega_legal_status_start_date"
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A database without a row: the tables are made once, as making them costs more than all the rest."""
    file = tmp_path_factory.mktemp("ssd") / "empty.db"
    build(f"sqlite:///{file}", {}, loose())
    return file


@pytest.fixture
def taken(tmp_path, empty):
    """Draw a database (over the one child of CHILD), extract, and give tables and what was left out."""
    numbers = itertools.count()

    def extracted(text, period="2025-26", base=CHILD, without=(), **more):
        file = tmp_path / f"{next(numbers)}.db"
        if not without:
            shutil.copy(empty, file)
        build(f"sqlite:///{file}", draw(base + text), loose(without=without) if without else sa.MetaData())
        return extract(f"sqlite:///{file}", CLA, period, **more)

    return extracted


def listed(values):
    return [None if pd.isna(value) else value for value in values]


def column(tables, name):
    table, field = name.split(".")
    return listed(tables[table][field])


def each(template, cases):
    """The template drawn once a case, each with a child of its own (`C00`, `C01` …) put in for `C?`."""
    return "\n".join(template.format(*case).replace("C?", f"C{number:02}") for number, case in enumerate(cases))


def by_child(tables, name):
    """The values of a field by number of the child."""
    table, _ = name.split(".")
    return {int(child[1:]): value for child, value in zip(tables[table]["CHILD"], column(tables, name), strict=True)}


def numbered(values):
    return {number: value for number, value in enumerate(values) if value != "gone"}


def reasons(left_out, table):
    return {row.reason: row.rows for row in left_out.itertuples() if row.table == table}


# The description and the mapping agree


def test_every_field_is_mapped_derived_or_lacking():
    mapped = {(item.table, item.field) for item in ssd_cla.MAPPING}
    derived = {("Episodes", name) for name in ("LS", "HOME_POST", *ssd_cla.PLACEMENT.values())}
    derived |= {("Header", "MC_DOB"), ("OC3", "ACCOM"), ("UASC", "SEX"), ("SWEpisodes", "SW_ID")}
    derived |= {(table.name, name) for table in CLA for name in ("CHILD", "DOB")}
    derived |= {
        ("OC2", name)
        for name in ("IMMUNISATIONS", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", *ssd_cla.ASKED, *ssd_cla.HEALTH)
    }
    lacking = {("OC2", "INTERVENTION_OFFERED"), ("DoLo", "DOLO_START"), ("DoLo", "DOLO_END")}
    asked = {(table.name, name) for table in CLA for name in table.file_columns}
    assert asked <= mapped | derived | lacking
    assert not lacking & (mapped | derived)
    assert mapped <= asked


def test_every_column_that_is_read_is_one_of_the_ssd():
    for period in CLA.periods:
        read = ssd_cla.columns_read(CLA.at(period.name), "pers_legacy_id")
        for table, names in read.items():
            assert {*names} <= {*SSD.tables[table].c.keys()}
        assert ("ssd_involvements" in read) == ("ssd_professionals" in read) == (period.name != "2022-23")
        assert "pers_legacy_id" in read["ssd_person"]
    assert "pers_forename" not in ssd_cla.columns_read(CLA, "pers_person_id")["ssd_person"]


def test_the_shape_of_the_tables(taken):
    for period, absent in (("2026-27", {"DoLo"}), ("2022-23", {"SWEpisodes", "DoLo"})):
        tables, _ = taken("", period)
        assert {*tables} == {table.name for table in CLA} - absent
        for name, table in tables.items():
            assert list(table.columns) == [*CLA[name].file_columns, "source_key"]
            assert table.index.name == "row"
            assert {str(kind) for kind in table.dtypes} == {"str"}


def test_the_childs_id_is_the_column_that_was_chosen_in_every_table(taken):
    text = """
    ssd_cla_reviews: clar_cla_review_id | clar_cla_person_id | clar_cla_review_date
    V1 | C1 | 2025-06-01
    """
    base = CHILD.replace("pers_sex", "pers_legacy_id").replace("| M", "| A7")
    tables, _ = taken(text, base=base, child_id="pers_legacy_id")
    assert column(tables, "Header.CHILD") == ["A7"]
    assert column(tables, "Episodes.CHILD") == ["A7"]
    assert column(tables, "Reviews.CHILD") == ["A7"]
    assert column(tables, "Reviews.DOB") == ["2012-05-06"]
    with pytest.raises(SourceError, match="CHILD can be taken from pers_person_id or pers_legacy_id"):
        taken("", child_id="pers_upn")


# Fields of the child


def test_sex_by_year(taken):
    text = """
    ssd_person: pers_person_id | pers_sex
    C2 | Female
    C3 | U
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    E2 | C2 | 2020-05-01
    E3 | C3 | 2020-05-01
    """
    assert column(taken(text)[0], "Header.SEX") == ["M", "F", "U"]
    assert column(taken(text, "2023-24")[0], "Header.SEX") == ["1", "2", "U"]


def test_one_column_carries_the_upn_or_why_there_is_none(taken):
    text = """
    ssd_person: pers_person_id | pers_upn | pers_upn_unknown
    C1 | A356010100101 | UN2
    C2 | SSD_PH | UN4
    C3 | |
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id
    E1 | C1
    E2 | C2
    E3 | C3
    """
    assert column(taken(text, base="")[0], "Header.UPN") == ["A356010100101", "UN4", None]


def test_a_mother_is_asked_for_where_a_girl_was_looked_after(taken):
    text = """
    ssd_person: pers_person_id | pers_sex | pers_is_mother
    C1 | F | Y
    C2 | F | N
    C3 | M | N
    C4 | F | Y
    C5 | F | N
    C6 | M | Y
    ssd_mother: moth_table_id | moth_person_id | moth_childs_dob
    1 | C1 | 2025-05-02
    2 | C1 | 2024-01-02
    3 | C4 | 2026-04-01
    4 | C6 | 2024-01-02
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    E1 | C1 | 2025-05-01
    E2 | C2 | 2025-05-01
    E3 | C3 | 2025-05-01
    E4 | C4 | 2025-05-01
    E5 | C5 | 2025-05-01
    E6 | C6 | 2025-05-01
    ssd_legal_status: lega_legal_status_id | lega_person_id | lega_legal_status | lega_legal_status_start_date
    L5 | C5 | V4 | 2025-05-01
    """
    tables, _ = taken(text, base="")
    assert column(tables, "Header.MOTHER") == ["1", "0", None, "0", None, "1"]
    assert column(tables, "Header.MC_DOB") == ["2024-01-02", None, None, None, None, "2024-01-02"]


# Episodes

EPISODE = """
    ssd_person: pers_person_id
    C1
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date
    {}
"""


def episodes(*drawn):
    return EPISODE.format("\n".join(f"{number} | C1 | {dates}" for number, dates in enumerate(drawn, 1)))


def test_episodes_open_at_any_time_in_the_year(taken):
    tables, left_out = taken(
        episodes(
            "2020-01-01 | 2025-03-31",
            "2020-01-02 | 2025-04-01",
            "2020-01-03 |",
            "2026-03-31 |",
            "2026-04-01 |",
            "2025-06-01 | 2025-07-01",
            "soon | 2025-03-01",
            "2019-01-01 | soon",
        ),
        base="",
    )
    assert sorted(column(tables, "Episodes.source_key")) == ["2", "3", "4", "6", "7", "8"]
    assert reasons(left_out, "ssd_cla_episodes") == {"not open in the year": 2}


def test_an_episode_that_ended_after_the_year_is_open(taken):
    text = """
    ssd_person: pers_person_id
    C1
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date | clae_cla_episode_ceased_reason | clae_cla_placement_id
    E1 | C1 | 2020-01-01 | 2026-03-31 | X1 - continues | P1
    E2 | C1 | 2026-03-31 | 2026-04-01 | E4A: returned home | P2
    ssd_cla_placement: clap_cla_placement_id | clap_cla_placement_change_reason
    P1 | CARPL
    P2 | CREQB
    """  # noqa: E501
    tables, left_out = taken(text, base="")
    assert column(tables, "Episodes.DEC") == ["2026-03-31", None]
    assert column(tables, "Episodes.REC") == ["X1", None]
    assert column(tables, "Episodes.REASON_PLACE_CHANGE") == ["CARPL", None]
    assert any(said.startswith("Episodes.DEC: 1 dates after") for said in left_out.attrs["warnings"])


def test_a_code_before_its_description(taken):
    cases = [
        ("clae_cla_episode_start_reason", "S: started to be looked after"),
        ("clae_cla_episode_start_reason", "Started"),
        ("clae_cla_episode_start_reason", "u"),
        ("clae_cla_episode_ceased_reason", "E4A Returned home"),
        ("clae_cla_episode_ceased_reason", "E11 - adopted"),
        ("clae_cla_episode_ceased_reason", "E1"),
    ]
    drawn = """
    ssd_person: pers_person_id
    C?
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | {}
    C? | C? | 2025-06-01 | {}
    """
    tables, _ = taken(each(drawn, cases), base="")
    assert column(tables, "Episodes.RNE") == ["S", "STARTED", "U", None, None, None]
    assert column(tables, "Episodes.REC") == [None, None, None, "E4A", "E11", "E1"]


def test_the_placement_gives_its_type_provider_postcode_and_urn(taken):
    text = """
    ssd_cla_placement: clap_cla_placement_id | clap_cla_placement_provider | clap_cla_placement_postcode | clap_cla_placement_urn | clap_cla_placement_type
    P2 | PR4: private | SW1A 1AA | 1234567 | k3 - supported
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_placement_id
    E2 | C1 | 2025-06-01 | P2
    E3 | C1 | 2025-07-01 | P9
    """  # noqa: E501
    tables, _ = taken(text)
    assert column(tables, "Episodes.PLACE") == ["U6", "K3", None]
    assert column(tables, "Episodes.PLACE_PROVIDER") == [None, "PR4", None]
    assert column(tables, "Episodes.PL_POST") == [None, "SW1A 1AA", None]
    assert column(tables, "Episodes.URN") == [None, "1234567", None]


def test_why_a_placement_changed_stands_on_the_last_episode_in_it(taken):
    text = """
    ssd_person: pers_person_id
    C1
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date | clae_cla_placement_id
    E1 | C1 | 2025-05-01 | 2025-06-01 | P1
    E2 | C1 | 2025-06-01 | 2025-07-01 | P1
    E3 | C1 | 2025-07-01 | | P2
    ssd_cla_placement: clap_cla_placement_id | clap_cla_placement_change_reason
    P1 | ALLEG - allegation
    P2 | CARPL
    """  # noqa: E501
    assert column(taken(text, base="")[0], "Episodes.REASON_PLACE_CHANGE") == [None, "ALLEG", None]


def test_why_a_placement_changed_after_the_year_is_not_told_of_an_episode_before(taken):
    text = """
    ssd_person: pers_person_id
    C1
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date | clae_cla_placement_id
    E1 | C1 | 2025-05-01 | 2026-03-30 | P1
    E2 | C1 | 2026-03-30 | 2026-04-03 | T1
    E3 | C1 | 2026-04-03 | 2026-06-01 | P1
    ssd_cla_placement: clap_cla_placement_id | clap_cla_placement_change_reason
    P1 | ALLEG
    T1 | CARPL
    """  # noqa: E501
    assert column(taken(text, base="")[0], "Episodes.REASON_PLACE_CHANGE") == [None, None]


def test_the_legal_status_is_the_one_in_force_when_the_episode_starts(taken):
    cases = {
        "C2: full care order | 2025-05-01 |": "C2",
        "C2 | 2025-05-02 |": None,
        "C2 | 2024-05-01 | 2025-05-01": None,
        "C2 | 2024-05-01 | 2025-05-02": "C2",
        "C1 | 2024-05-01 | ; E1 | 2025-04-01 |": "E1",
        "E1 | 2025-04-01 | ; C1 | 2024-05-01 |": "E1",
        "V2 | 2025-05-01 | ; Supervision order | 2025-05-01 |": "V2",
        "Supervision order | 2025-05-01 |": None,
        "C2 | soon |": None,
    }
    drawn = f"""
    ssd_person: pers_person_id
    C?
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    C? | C? | 2025-05-01
    {TAKEN_FROM} | lega_legal_status_end_date
    {{}}
    """
    rows = ["\n".join(f"C?{n} | C? | {one}" for n, one in enumerate(said.split(";"))) for said in cases]
    tables, left_out = taken(each(drawn, [(row,) for row in rows]), base="")
    assert by_child(tables, "Episodes.LS") == numbered(cases.values())
    said = "Episodes.LS: 4 episodes have no legal status in the SSD on the day they start."
    assert said in left_out.attrs["warnings"]


def test_short_breaks_are_asked_for_no_postcode_and_no_urn(taken):
    text = f"""
    {TAKEN_FROM}
    L1 | C1 | V3 | 2020-01-01
    ssd_cla_placement: clap_cla_placement_id | clap_cla_placement_postcode | clap_cla_placement_urn
    P2 | SW1A 1AA | 1234567
    ssd_address: addr_table_id | addr_person_id | addr_address_postcode
    A1 | C1 | SW1A 0AA
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_placement_id
    E2 | C1 | 2025-06-01 | P2
    """
    tables, _ = taken(text)
    for name in ("HOME_POST", "PL_POST", "URN"):
        assert column(tables, f"Episodes.{name}") == [None, None]
    without = taken(text.replace("V3", "V2"))[0]["Episodes"]
    assert without[["HOME_POST", "PL_POST", "URN"]].iloc[1].tolist() == ["SW1A 0AA", "SW1A 1AA", "1234567"]


def test_the_home_is_the_address_on_the_day_of_entry(taken):
    cases = {
        "Home | 2019-01-01 | 2020-05-01 | A": "A",
        "Home | 2020-05-02 | | A": None,
        "Home | 2019-01-01 | 2020-04-30 | A": None,
        "Home | 2018-01-01 | | A; Home | 2019-01-01 | | B": "B",
        "Main home | 2018-01-01 | | A; Other | 2019-01-01 | | B": "A",
        "Other | 2018-01-01 | | A; Placement | 2019-01-01 | | B": "A",
        "Placement | 2019-01-01 | | B": None,
    }
    drawn = """
    ssd_person: pers_person_id
    C?
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_entered_care_date
    C? | C? | 2025-06-01 | 2020-05-01
    ssd_address: addr_table_id | addr_person_id | addr_address_type | addr_address_start_date | addr_address_end_date | addr_address_postcode
    {}
    """  # noqa: E501
    rows = ["\n".join(f"C?{n} | C? | {one}" for n, one in enumerate(said.split(";"))) for said in cases]
    tables, _ = taken(each(drawn, [(row,) for row in rows]), base="")
    assert by_child(tables, "Episodes.HOME_POST") == numbered(cases.values())


# Cohorts


def test_reviews_of_the_year_held_once(taken):
    text = """
    ssd_cla_reviews: clar_cla_review_id | clar_cla_person_id | clar_cla_review_date | clar_cla_review_cancelled | clar_cla_review_participation
    V1 | C1 | 2025-03-31 | |
    V2 | C1 | 2025-04-01 | N | PN1: attended
    V3 | C1 | 2026-03-31 | | PN7
    V3 | C1 | 2026-03-30 | | PN7
    V4 | C1 | 2026-04-01 | |
    V5 | C1 | 2025-06-01 | Y |
    V6 | C9 | 2025-06-01 | |
    """  # noqa: E501
    tables, left_out = taken(text)
    assert column(tables, "Reviews.source_key") == ["V2", "V3"]
    assert column(tables, "Reviews.REVIEW_CODE") == ["PN1", "PN7"]
    assert reasons(left_out, "ssd_cla_reviews") == {
        "cancelled": 1, "not of the year": 2, "the same review twice": 1, "no such row in ssd_person": 1,
    }  # fmt: skip


def test_health_is_asked_of_those_looked_after_for_12_months(taken):
    cases = {
        "2025-04-01 | S | |": True,
        "2025-04-02 | S | |": False,
        "2020-01-01 | S | 2025-07-01 | X1; 2025-07-01 | P | |": True,
        "2020-01-01 | S | 2025-07-01 | E4A; 2025-08-01 | S | |": False,
        "2020-01-01 | S | 2026-03-31 | E4A": True,
        "2020-01-01 | S | 2026-03-30 | E4A": False,
        "2020-01-01 | S | 2026-04-02 | E4A": True,
    }
    drawn = f"""
    ssd_person: pers_person_id
    C?
    {TAKEN_FROM}
    C? | C? | C2 | 2010-01-01
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_start_reason | clae_cla_episode_ceased_date | clae_cla_episode_ceased_reason
    {{}}
    """  # noqa: E501
    rows = ["\n".join(f"C?{n} | C? | {one}" for n, one in enumerate(said.split(";"))) for said in cases]
    text = each(drawn, [(row,) for row in rows])
    tables, _ = taken(text, base="")
    assert {*by_child(tables, "OC2.DOB")} == {number for number, belongs in enumerate(cases.values()) if belongs}
    assert len(taken(text.replace("C2 |", "V4 |"), base="")[0]["OC2"]) == 0


def test_health_of_the_year(taken):
    text = """
    ssd_sdq_scores: csdq_table_id | csdq_person_id | csdq_sdq_completed_date | csdq_sdq_score | csdq_sdq_reason
    1 | C1 | 2025-05-01 | 11 |
    2 | C1 | 2026-03-31 | 13 |
    3 | C1 | 2026-04-01 | 15 |
    ssd_cla_convictions: clac_cla_conviction_id | clac_person_id | clac_cla_conviction_date
    1 | C1 | 2025-04-01
    ssd_cla_health: clah_health_check_id | clah_person_id | clah_health_check_type | clah_health_check_date | clah_health_check_status
    1 | C1 | Dental check | 2026-03-31 | Completed
    2 | C1 | Health Assessment | 2025-05-01 | Refused
    3 | C1 | Developmental assessment | 2025-05-01 |
    4 | C1 | Optician | 2025-05-01 |
    ssd_cla_immunisations: clai_person_id | clai_immunisations_status
    C1 | Y
    ssd_cla_substance_misuse: clas_substance_misuse_id | clas_person_id | clas_substance_misuse_date | clas_intervention_received
    1 | C1 | 2025-04-01 | Y
    2 | C1 | 2025-06-01 | N
    """  # noqa: E501
    tables, left_out = taken(text)
    row = tables["OC2"].iloc[0]
    assert row.drop(["CHILD", "DOB", "source_key"]).dropna().to_dict() == {
        "SDQ_SCORE": "13", "CONVICTED": "1", "TEETH_CHECK": "1", "HEALTH_ASSESSMENT": "0", "IMMUNISATIONS": "1",
        "SUBSTANCE_MISUSE": "1", "INTERVENTION_RECEIVED": "0",
    }  # fmt: skip
    assert "ssd_cla_health: 1 checks of the year are of a type that answers no question." in left_out.attrs["warnings"]
    nothing = taken("")[0]["OC2"].iloc[0]
    assert nothing.drop(["CHILD", "DOB", "source_key"]).dropna().to_dict() == {
        "CONVICTED": "0", "TEETH_CHECK": "0", "HEALTH_ASSESSMENT": "0", "SUBSTANCE_MISUSE": "0",
    }  # fmt: skip


def test_what_is_asked_depends_on_age(taken):
    cases = {
        "2022-04-01": {"HEALTH_CHECK"},
        "2022-03-31": {"HEALTH_CHECK", "SDQ_SCORE"},
        "2021-04-01": {"HEALTH_CHECK", "SDQ_SCORE"},
        "2021-03-31": {"SDQ_SCORE"},
        "2016-04-01": {"SDQ_SCORE"},
        "2016-03-31": {"SDQ_SCORE", "CONVICTED"},
        "2008-04-01": {"SDQ_SCORE", "CONVICTED"},
        "2008-03-31": {"CONVICTED"},
    }
    drawn = """
    ssd_person: pers_person_id | pers_dob
    C? | {}
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    C? | C? | 2025-04-01
    ssd_sdq_scores: csdq_table_id | csdq_person_id | csdq_sdq_completed_date | csdq_sdq_score
    C? | C? | 2025-05-01 | 11
    """
    tables, _ = taken(each(drawn, [(born,) for born in cases]), base="")
    names = ["HEALTH_CHECK", "SDQ_SCORE", "CONVICTED"]
    given = tables["OC2"][names].notna()
    assert [{name for name in names if row[name]} for _, row in given.iterrows()] == list(cases.values())


def test_a_reason_stands_where_there_is_no_score(taken):
    text = """
    ssd_sdq_scores: csdq_table_id | csdq_person_id | csdq_sdq_completed_date | csdq_sdq_score | csdq_sdq_reason
    1 | C1 | 2025-05-01 | | SDQ2 - carer refused
    """
    tables, _ = taken(text)
    assert column(tables, "OC2.SDQ_REASON") == ["SDQ2"]
    assert column(tables, "OC2.SDQ_SCORE") == [None]
    both, _ = taken(text + "2 | C1 | 2025-04-01 | 20 |\n")
    assert (column(both, "OC2.SDQ_SCORE"), column(both, "OC2.SDQ_REASON")) == (["20"], [None])


LEAVER = """
    ssd_person: pers_person_id | pers_dob
    C? | {}
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date
    C? | C? | 2018-01-01 | {}
    ssd_care_leavers: clea_table_id | clea_person_id | clea_care_leaver_latest_contact | clea_care_leaver_in_touch | clea_care_leaver_accommodation | clea_care_leaver_accom_suitable | clea_care_leaver_eligibility
    {}
"""  # noqa: E501


def test_care_leavers_with_a_birthday_in_the_year(taken):
    cases = {
        ("2009-04-01", "2025-01-01"): False,  # 16
        ("2009-03-31", "2025-01-01"): True,  # 17 on the last day
        ("2008-06-15", "2025-06-14"): True,
        ("2008-06-15", "2025-06-15"): False,  # left on the 17th birthday
        ("2008-06-15", ""): False,
        ("2007-06-15", "2025-06-14"): True,
        ("2007-06-15", "2025-06-15"): False,
        ("2004-04-01", "2022-01-01"): True,  # 21 on 1 April
        ("2004-03-31", "2022-01-01"): False,  # 22 on the last day
        ("2006-06-15", "2024-06-15"): True,
    }
    tables, left_out = taken(each(LEAVER, [(*case, "C? | C? | | YES | | |") for case in cases]), base="")
    assert {*by_child(tables, "OC3.DOB")} == {number for number, belongs in enumerate(cases.values()) if belongs}
    assert reasons(left_out, "ssd_care_leavers") == {
        "looked after on or after that birthday": 3,
        "no birthday from the 17th to the 21st in the year": 2,
    }


def test_the_contact_nearest_the_birthday_counts(taken):
    cases = {
        "2025-06-10 | NO; 2025-06-25 | YES; 2025-12-01 | DIED": "NO",
        "2025-03-15 | YES": "YES",
        "2025-03-14 | YES": None,
        "2025-07-15 | YES": "YES",
        "2025-07-16 | YES": None,
        "2025-06-14 | NO; 2025-06-16 | YES": "YES",
    }
    rows = ["\n".join(f"C?{n} | C? | {one} | | |" for n, one in enumerate(said.split(";"))) for said in cases]
    tables, left_out = taken(each(LEAVER, [("2006-06-15", "2024-06-15", row) for row in rows]), base="")
    assert by_child(tables, "OC3.IN_TOUCH") == numbered(cases.values())
    assert reasons(left_out, "ssd_care_leavers") == {"a contact further from the birthday": 3}
    assert any(said.startswith("OC3: 2 care leavers have no contact") for said in left_out.attrs["warnings"])


def test_accommodation_is_type_and_suitability(taken):
    cases = {
        "D | 1": "D1",
        "D - semi-independent | Unsuitable": "D2",
        "d | Suitable": "D1",
        "B2 | ": "B2",
        "0 | ": "0",
        "D | ": "D",
        "X | 1": "X",
    }
    drawn = [("2006-06-15", "2024-06-15", f"C? | C? | 2025-06-15 | YES | {said} |") for said in cases]
    assert by_child(taken(each(LEAVER, drawn), base="")[0], "OC3.ACCOM") == numbered(cases.values())


def test_who_is_eligible(taken):
    cases = {"Eligible": True, "Qualifying": False, "Not eligible": False, "": True, "Former relevant": True}
    drawn = [("2006-06-15", "2024-06-15", f"C? | C? | 2025-06-15 | YES | | | {said}") for said in cases]
    tables, left_out = taken(each(LEAVER, drawn), base="")
    assert {*by_child(tables, "OC3.DOB")} == {number for number, belongs in enumerate(cases.values()) if belongs}
    assert reasons(left_out, "ssd_care_leavers") == {"not eligible": 2}


PERMANENCE = """
    ssd_permanence: perm_table_id | perm_person_id | perm_adm_decision_date | perm_decision_reversed_date | perm_decision_reversed_reason | perm_permanence_order_date | perm_adopted_by_carer_flag
"""  # noqa: E501


def test_decisions_for_adoption_in_force_in_the_year(taken):
    cases = {
        "2026-03-31 | | |": ["2026-03-31", None, None],
        "2026-04-01 | | |": None,
        "2024-01-01 | | |": ["2024-01-01", None, None],
        "2024-01-01 | 2025-03-31 | RD1 |": None,
        "2024-01-01 | 2025-04-01 | RD1: needs changed |": ["2024-01-01", "2025-04-01", "RD1"],
        "2024-01-01 | 2026-04-01 | RD1 |": ["2024-01-01", None, None],
        "2024-01-01 | | | 2025-03-31": None,
        "2024-01-01 | | | 2025-04-01": ["2024-01-01", None, None],
        " | | | 2025-06-01": None,
    }
    drawn = f"""
    ssd_person: pers_person_id
    C?
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    C? | C? | 2020-05-01
    {PERMANENCE.strip()}
    C? | C? | {{}} |
    """
    tables, _ = taken(each(drawn, [(decision,) for decision in cases]), base="")
    rows = tables["PlacedAdoption"][["DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"]].to_numpy()
    given = [f"C{number:02}" for number, row in enumerate(cases.values()) if row]
    assert tables["PlacedAdoption"]["CHILD"].tolist() == given
    assert [listed(row) for row in rows] == [row for row in cases.values() if row]


@pytest.mark.parametrize(
    ("reason", "ended", "adopted"),
    [
        ("E11", "2025-04-01", 1),
        ("E12", "2026-03-31", 1),
        ("E11", "2026-04-01", 0),
        ("E13", "2025-06-01", 0),
    ],
)
def test_adoptions_of_the_year(taken, reason, ended, adopted):
    text = f"""
    ssd_person: pers_person_id
    C1
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date | clae_cla_episode_ceased_reason
    E1 | C1 | 2020-01-01 | {ended} | {reason}
    """  # noqa: E501
    decisions = "1 | C1 | 2023-01-01 | 2023-06-01 | RD4 | | \n2 | C1 | 2024-01-01 | | | | Y\n3 | C9 | | | | |\n"
    tables, left_out = taken(text + PERMANENCE + decisions, base="")
    assert column(tables, "AD1.DATE_INT") == ["2024-01-01"] * adopted
    assert column(tables, "AD1.FOSTER_CARE") == ["1"] * adopted
    assert column(tables, "PlacedAdoption.DATE_PLACED") == ["2024-01-01"]
    why = {"AD1: decision reversed": 1} if adopted else {"AD1: not adopted in the year": 2}
    assert reasons(left_out, "ssd_permanence") == why | {
        "PlacedAdoption: decision not in force in the year": 1,
        "no such row in ssd_person": 2,
    }


def test_previous_permanence_of_those_who_started_in_the_year(taken):
    cases = [("2025-04-01", "S"), ("2025-03-31", "S"), ("2025-05-01", "P")]
    drawn = """
    ssd_person: pers_person_id
    C?
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_start_reason
    C? | C? | {} | {}
    ssd_cla_previous_permanence: lapp_table_id | lapp_person_id | lapp_previous_permanence_option | lapp_previous_permanence_la | lapp_previous_permanence_order_date
    C? | C? | P1 - adoption | 330 | zz/zz/2012
    """  # noqa: E501
    tables, _ = taken(each(drawn, cases), base="")
    rows = tables["PrevPerm"][["CHILD", "PREV_PERM", "LA_PERM", "DATE_PERM"]].to_numpy().tolist()
    assert rows == [["C00", "P1", "330", "ZZ/ZZ/2012"]]


def test_missing_from_care_in_the_year(taken):
    cases = {
        "2025-03-01 | 2025-03-31": "gone",
        "2025-03-01 | 2025-04-01": "2025-04-01",
        "2026-03-31 | 2026-04-01": None,
        "2026-04-01 |": "gone",
        "2025-05-01 |": None,
        "2025-04-02 | 2025-04-20": "2025-04-20",
    }
    drawn = """
    ssd_person: pers_person_id
    C?
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    C? | C? | 2020-05-01
    ssd_missing: miss_table_id | miss_person_id | miss_missing_episode_type | miss_missing_episode_start_date | miss_missing_episode_end_date
    C? | C? | Away | {}
    """  # noqa: E501
    tables, _ = taken(each(drawn, [(case,) for case in cases]), base="")
    assert by_child(tables, "Missing.MIS_END") == numbered(cases.values())
    assert {*column(tables, "Missing.MISSING")} == {"A"}


def test_missing_before_care_or_without_it_is_left_out(taken):
    text = """
    ssd_person: pers_person_id
    C1
    C2
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_episode_ceased_date
    E1 | C1 | 2025-06-01 | 2025-07-01
    ssd_missing: miss_table_id | miss_person_id | miss_missing_episode_start_date | miss_missing_episode_end_date
    1 | C1 | 2025-05-01 | 2025-05-31
    2 | C1 | 2025-05-01 | 2025-06-01
    3 | C1 | 2025-07-01 | 2025-07-02
    4 | C1 | 2025-07-02 | 2025-07-02
    5 | C2 | 2025-06-01 | 2025-06-02
    """
    tables, left_out = taken(text, base="")
    assert column(tables, "Missing.source_key") == ["2", "3"]
    assert reasons(left_out, "ssd_missing") == {
        "not looked after at that time": 2, "the child has no episode in the return": 1,
    }  # fmt: skip
    assert reasons(left_out, "ssd_person") == {"nothing of the child is in the return": 1}


def test_social_workers_in_the_year(taken):
    text = """
    ssd_professionals: prof_professional_id | prof_social_worker_registration_no
    W1 | SW123
    ssd_involvements: invo_involvements_id | invo_person_id | invo_professional_id | invo_professional_role_id | invo_involvement_start_date | invo_involvement_end_date | invo_worker_change_reason
    1 | C1 | W1 | CW | 2025-03-01 | 2025-03-31 |
    2 | C1 | W1 | CW - Case worker | 2025-03-01 | 2025-04-01 | MANAGE: caseload
    3 | C1 | W9 | CW | 2025-04-02 | 2026-04-01 | FCONTA
    4 | C1 | W1 | PA | 2025-05-01 | |
    5 | C1 | W1 | CW | 2026-04-01 | |
    """  # noqa: E501
    tables, left_out = taken(text)
    assert column(tables, "SWEpisodes.SW_ID") == ["SW123", None]
    assert column(tables, "SWEpisodes.SW_DEC") == ["2025-04-01", None]
    assert column(tables, "SWEpisodes.SW_REASON") == ["MANAGE", "FCONTA"]
    assert reasons(left_out, "ssd_involvements") == {"not the child's social worker": 1, "not in the year": 2}


def test_unaccompanied_children_until_the_status_ends_at_the_latest_at_18(taken):
    cases = {
        ("2012-05-06", "UASC | 2024-01-01 |"): "2030-05-06",
        ("2012-05-06", "UASC | 2024-01-01 | 2025-03-31"): "gone",
        ("2012-05-06", "UASC | 2024-01-01 | 2025-04-01"): "2025-04-01",
        ("2012-05-06", "UASC | 2024-01-01 | 2026-03-31"): "2026-03-31",
        ("2012-05-06", "UASC | 2024-01-01 | 2026-04-01"): "2030-05-06",
        ("2012-05-06", "UASC | 2026-04-01 |"): "gone",
        ("2012-05-06", "Asylum seeker | 2024-01-01 |"): "gone",
        ("2007-04-01", "UASC | 2022-01-01 | 2031-01-01"): "2025-04-01",
        ("2007-03-31", "UASC | 2022-01-01 | 2031-01-01"): "gone",
        ("2008-04-01", "UASC | 2022-01-01 | 2031-01-01"): "2026-04-01",
    }
    drawn = """
    ssd_person: pers_person_id | pers_dob | pers_sex
    C? | {} | M
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date
    C? | C? | 2020-05-01
    ssd_immigration_status: immi_immigration_status_id | immi_person_id | immi_immigration_status | immi_immigration_status_start_date | immi_immigration_status_end_date
    C? | C? | {}
    """  # noqa: E501
    tables, _ = taken(each(drawn, cases), base="")
    assert by_child(tables, "UASC.DUC") == numbered(cases.values())
    assert {*column(tables, "UASC.SEX")} == {"M"}


def test_of_several_statuses_the_one_that_began_last_counts(taken):
    text = """
    ssd_immigration_status: immi_immigration_status_id | immi_person_id | immi_immigration_status | immi_immigration_status_start_date
    2 | C1 | UASC | 2022-01-01
    1 | C1 | UASC | 2023-01-01
    3 | C1 | UASC |
    """  # noqa: E501
    tables, left_out = taken(text)
    assert column(tables, "UASC.source_key") == ["1"]
    assert reasons(left_out, "ssd_immigration_status") == {"an earlier status of the same child": 2}


# What a build lacks


def test_what_a_build_lacks_is_not_supplied_which_is_not_the_same_as_none(taken):
    lacking = ("ssd_missing", "ssd_cla_health", "ssd_address", "ssd_mother", "ssd_professionals", "ssd_care_leavers")
    tables, left_out = taken("", without=lacking)
    assert {"Missing", "OC3"}.isdisjoint(tables)
    assert {"TEETH_CHECK", "HEALTH_CHECK", "HEALTH_ASSESSMENT"}.isdisjoint(tables["OC2"])
    assert "CONVICTED" in tables["OC2"]
    assert "HOME_POST" not in tables["Episodes"]
    assert "MC_DOB" not in tables["Header"]
    assert "SW_ID" not in tables["SWEpisodes"]
    assert all(any(f"lacks {name};" in said for said in left_out.attrs["warnings"]) for name in lacking)
    with pytest.raises(SourceError, match="lacks ssd_legal_status"):
        taken("", without=("ssd_legal_status",))


def test_an_older_build_knows_the_child_of_a_review_by_the_period_of_care(taken):
    text = """
    ssd_cla_episodes: clae_cla_episode_id | clae_person_id | clae_cla_episode_start_date | clae_cla_id
    E2 | C1 | 2025-04-01 | K1
    ssd_cla_reviews: clar_cla_review_id | clar_cla_id | clar_cla_review_date
    V1 | K1 | 2025-06-01
    """
    tables, _ = taken(text, without=("ssd_cla_reviews.clar_cla_person_id",))
    assert column(tables, "Reviews.CHILD") == ["C1"]

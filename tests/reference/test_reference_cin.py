"""Hand-written cases for the reference itself, and proof that the random returns reach every rule from both sides."""

from collections import Counter
from datetime import date

import pytest

from reference import cin, random_cin

PERIODS = ["2022-23", "2023-24", "2024-25", "2025-26", "2026-27"]
Row = dict[str, str | None]

CHILD: Row = {"LAchildID": "C1"}
EPISODE: Row = {"LAchildID": "C1", "CINdetailsID": "1"}
SECOND: Row = {"LAchildID": "C1", "CINdetailsID": "2"}
PLAN: Row = {**EPISODE, "CPPID": "1"}
ASSESSMENT: Row = {**EPISODE, "AssessmentID": "1"}


def failing(code: str, period: str = "2025-26", /, **tables: list[Row]) -> set[object]:
    """The rows that one rule flags, as "table position"; {"return"} when the whole return fails."""
    labelled = {name: [{**row, "row": position} for position, row in enumerate(rows)] for name, rows in tables.items()}
    found = cin.check(labelled, period)
    return {"return" if table is None else f"{table} {row}" for found_code, table, row in found if found_code == code}


def upns(code: str, *numbers: str | None, period: str = "2025-26") -> set[object]:
    rows: list[Row] = [{"LAchildID": f"C{at}", "UPN": upn} for at, upn in enumerate(numbers)]
    return failing(code, period, ChildIdentifiers=rows)


# ------------------------------------------------------------------------------------------------------ reading


@pytest.mark.parametrize("text", ["2025-02-29", "31/04/2025", "2025-1-1", "20250101", "01-02-2025", "soon"])
def test_a_date_that_cannot_be_read_is_missing(text: str) -> None:
    assert cin.read_date(text) is None


def test_dates_are_read_in_both_orders() -> None:
    assert cin.read_date("2024-02-29") == cin.read_date("29/02/2024") == date(2024, 2, 29)


@pytest.mark.parametrize("period", ["2025", "2025-27", "2025/26", "autumn"])
def test_a_period_is_a_collection_year(period: str) -> None:
    with pytest.raises(ValueError, match="2025-26"):
        cin.check({}, period)


def test_working_days_skip_weekends_and_bank_holidays() -> None:
    assert cin.working_days_before(date(2024, 4, 1), 1) == date(2024, 3, 28)  # over Good Friday and Easter Monday
    assert cin.working_days_before(date(2024, 3, 31), 1) == date(2024, 3, 28)  # counted from a Sunday itself
    assert cin.working_days_before(date(2026, 3, 31), 15) == date(2026, 3, 10)
    assert cin.working_days_before(date(2026, 3, 31), 45) == date(2026, 1, 27)


def test_an_empty_return_fails_only_as_a_whole() -> None:
    assert cin.check({}, "2025-26") == {("2887Q", None, None)}
    assert cin.check({}, "2026-27") == {("2887Q", None, None), ("8995Q", None, None), ("9000Q", None, None)}


@pytest.mark.parametrize(("period", "count"), list(zip(PERIODS, [105, 105, 109, 109, 121], strict=True)))
def test_each_code_is_in_force_once_in_a_period(period: str, count: int) -> None:
    in_force = [code for code, since, until, _ in cin.RULES if since <= period <= until]
    assert len(in_force) == len(set(in_force)) == count


# ---------------------------------------------------------------------------------------------- identifiers


@pytest.mark.parametrize(
    ("year", "reference", "wrong"),
    [
        ("2026", "2026-03-31", False),
        ("2025", "2025-03-31", False),  # the header is held against itself, not against the period
        ("2026", "2026-03-30", True),
        ("2026", None, True),
        (None, "2026-03-31", True),
        ("20x6", "2026-03-31", True),
    ],
)
def test_100_reference_date_is_31_march_of_the_header_year(year: str, reference: str, wrong: bool) -> None:
    assert failing("100", Header=[{"Year": year, "ReferenceDate": reference}]) == ({"Header 0"} if wrong else set())


def test_1510_tests_the_check_letter_of_permanent_numbers_only() -> None:
    right = ["H801200001001", "R674123101121", "M302401224017", "H80120000100B", None, "H80120000100"]
    assert upns("1510", *right, "A801200001001", "h801200001001", "A80120000100B") == {
        "ChildIdentifiers 6",
        "ChildIdentifiers 7",
    }


def test_1520_flags_every_holder_of_a_number() -> None:
    assert upns("1520", "H1", "H1", "h1", None, None) == {"ChildIdentifiers 0", "ChildIdentifiers 1"}


def test_1530_takes_the_cumbrian_authorities_from_2023_24() -> None:
    numbers = ("A942200001001", "R900400001001", "A80A200001001", "A94220000100")
    assert upns("1530", *numbers, period="2022-23") == {f"ChildIdentifiers {row}" for row in (0, 1, 2)}
    assert upns("1530", *numbers, period="2023-24") == {f"ChildIdentifiers {row}" for row in (1, 2)}


def test_1540_reads_characters_5_to_12_of_any_length() -> None:
    assert upns("1540", "A801", "A8012", "A801200001001", "A80120000100B", "A8012X", None) == {
        "ChildIdentifiers 0",
        "ChildIdentifiers 4",
    }


def test_1550_last_character() -> None:
    assert upns("1550", "A801200001001", "A80120000100Z", "A80120000100I", "A80120000100b") == {
        "ChildIdentifiers 2",
        "ChildIdentifiers 3",
    }


def test_1560q_takes_former_temporary_numbers() -> None:
    numbers = ["A80120000100B", "a801200001001", "A80120000100S", "A80120000100b", "180120000100B", "A8012000010", None]
    rows: list[Row] = [{"LAchildID": f"C{at}", "FormerUPN": number} for at, number in enumerate(numbers)]
    assert failing("1560Q", ChildIdentifiers=rows) == {f"ChildIdentifiers {row}" for row in (2, 3, 4, 5)}


def test_1570_and_1580_from_2024_25() -> None:
    rows: list[Row] = [{"LAchildID": one} for one in ("x" * 20, "x" * 21, "Zoé1", "a-b", " ", "", None)]
    assert failing("1570", "2024-25", ChildIdentifiers=rows) == {"ChildIdentifiers 1"}
    assert failing("1580", "2024-25", ChildIdentifiers=rows) == {"ChildIdentifiers 3", "ChildIdentifiers 4"}
    assert failing("1570", "2023-24", ChildIdentifiers=rows) == set()
    assert failing("1580", "2023-24", ChildIdentifiers=rows) == set()


def test_8500_and_8510_missing_ids_are_duplicates_of_each_other() -> None:
    rows: list[Row] = [{"LAchildID": one} for one in ("a", "a", None, "", " ")]
    assert failing("8510", ChildIdentifiers=rows) == {f"ChildIdentifiers {row}" for row in (0, 1, 2, 3)}
    assert failing("8510", ChildIdentifiers=rows[2:3]) == set()
    assert failing("8500", ChildIdentifiers=rows) == {"ChildIdentifiers 2", "ChildIdentifiers 3"}


# ------------------------------------------------------------------------------------------------- whole returns


def test_2883_counts_conferences_of_both_tables() -> None:
    days = ("2025-04-01", "2026-03-31", "2025-03-31", "2026-04-01")
    plans: list[Row] = [{**PLAN, "CPPstartDate": day} for day in days]
    one: list[Row] = [{**EPISODE, "DateOfInitialCPC": "2025-04-01"}]
    late: list[Row] = [{**EPISODE, "DateOfInitialCPC": "2026-04-01"}]
    assert failing("2883", ChildProtectionPlans=plans, CINdetails=one, Section47=one) == set()
    assert failing("2883", ChildProtectionPlans=plans, CINdetails=one, Section47=late) == {"return"}


def test_2886q_counts_only_born_children_and_passes_at_two_in_a_hundred() -> None:
    rows: list[Row] = [{"GenderCurrent": "1", "Sex": "F"}] * 98
    unknown: list[Row] = [{"GenderCurrent": "0", "Sex": "U"}, {"GenderCurrent": None, "Sex": None}]
    unborn: list[Row] = [{"GenderCurrent": "0", "Sex": "U", "ExpectedPersonBirthDate": "2026-05-01"}]
    for period in ("2023-24", "2024-25"):
        assert failing("2886Q", period, ChildIdentifiers=rows + unknown) == set()
        assert failing("2886Q", period, ChildIdentifiers=rows[1:] + unknown) == {"return"}
        assert failing("2886Q", period, ChildIdentifiers=unborn) == set()


def test_2887q_needs_eight_distinct_codes() -> None:
    codes = ["NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "HEAR", None, "VIS"]
    rows: list[Row] = [{"LAchildID": f"C{at}", "Disability": code} for at, code in enumerate(codes)]
    assert failing("2887Q", Disabilities=rows) == set()
    assert failing("2887Q", Disabilities=rows[:-1]) == {"return"}


def test_2888q_needs_one_child_with_two_codes() -> None:
    none: Row = {"LAchildID": "C1", "Disability": "NONE"}
    deaf: Row = {"LAchildID": "C1", "Disability": "HEAR"}
    assert failing("2888Q", Disabilities=[none]) == set()
    assert failing("2888Q", Disabilities=[none, deaf]) == {"return"}
    assert failing("2888Q", Disabilities=[deaf, deaf]) == set()
    assert failing("2888Q", Disabilities=[{"LAchildID": "C1", "Disability": None}]) == {"return"}
    assert failing("2888Q", Disabilities=[{"LAchildID": None, "Disability": "HEAR"}]) == set()


# --------------------------------------------------------------------------------------- conferences and plans


@pytest.mark.parametrize(
    ("not_required", "held", "at_referral", "flagged"),
    [
        ("0", "2025-06-02", None, set()),
        ("0", "2025-06-03", "2025-06-02", {"ChildProtectionPlans 0", "Section47 0"}),
        ("true", "2025-06-03", "2025-06-02", set()),
        ("1", None, "2025-06-02", set()),
        ("TRUE", None, "2025-06-02", {"ChildProtectionPlans 0", "Section47 0"}),
        ("1", "2025-06-02", "2025-06-03", {"ChildProtectionPlans 0", "CINdetails 0"}),
    ],
)
def test_2885_plan_starts_on_its_conference(not_required: str, held: str, at_referral: str, flagged: set[str]) -> None:
    tables: dict[str, list[Row]] = {
        "ChildProtectionPlans": [
            {**PLAN, "CPPstartDate": "2025-06-02"},
            {**PLAN, "CPPstartDate": "2025-03-31"},  # outside the year: neither condemned nor a rescuer
        ],
        "Section47": [{**EPISODE, "DateOfInitialCPC": held, "ICPCnotRequired": not_required}],
        "CINdetails": [{**EPISODE, "DateOfInitialCPC": at_referral}],
    }
    assert failing("2885", **tables) == flagged


def test_2885_flags_the_plan_alone_where_there_is_no_episode() -> None:
    lost: Row = {**PLAN, "CINdetailsID": None}
    for plan in (PLAN, lost):
        rows: list[Row] = [{**plan, "CPPstartDate": "2025-06-02"}]
        assert failing("2885", ChildProtectionPlans=rows) == {"ChildProtectionPlans 0"}


def test_2991q_a_missing_number_matches_another_of_the_child() -> None:
    lost: Row = {"LAchildID": "C1", "CINdetailsID": None}
    nobodys: Row = {"LAchildID": None, "CINdetailsID": None}
    assert failing("2991Q", Section47=[lost, EPISODE], Assessments=[lost, EPISODE]) == set()
    assert failing("2991Q", Section47=[lost], Assessments=[EPISODE]) == {"Section47 0"}
    assert failing("2991Q", Section47=[EPISODE], Assessments=[lost]) == {"Section47 0"}
    assert failing("2991Q", Section47=[nobodys], Assessments=[nobodys]) == {"Section47 0"}


@pytest.mark.parametrize(
    ("review", "plan_end", "protection_end", "flagged"),
    [
        ("2025-06-01", None, None, True),
        ("2025-05-31", None, None, False),
        ("2025-06-29", "2025-06-30", None, True),
        ("2025-06-30", "2025-06-30", None, False),
        ("2025-06-15", "2025-06-30", "2025-06-15", False),
    ],
)
def test_4003_review_inside_a_plan(review: str, plan_end: str, protection_end: str, flagged: bool) -> None:
    tables: dict[str, list[Row]] = {
        "Reviews": [{**PLAN, "CPPreviewDate": review}],
        "ChildProtectionPlans": [{**PLAN, "CPPendDate": protection_end}, {**PLAN, "CINdetailsID": "2"}],
        "CINplanDates": [
            {**EPISODE, "CINPlanStartDate": "2025-06-01", "CINPlanEndDate": plan_end},
            {**SECOND, "CINPlanStartDate": "2025-06-01"},
        ],
    }
    expected = {"Reviews 0", "ChildProtectionPlans 0", "CINplanDates 0"}
    assert failing("4003", **tables) == (expected if flagged else set())


def test_4004_flags_the_open_plans_only() -> None:
    shut: Row = {**EPISODE, "CINPlanEndDate": "2025-06-01"}
    unreadable: Row = {**EPISODE, "CINPlanEndDate": "2025-02-30"}
    assert failing("4004", CINplanDates=[EPISODE, shut, unreadable]) == {"CINplanDates 0", "CINplanDates 2"}
    assert failing("4004", CINplanDates=[EPISODE, shut, SECOND]) == set()


def test_4014_bounds_are_inclusive_and_4017_ends_are_not() -> None:
    first: Row = {**EPISODE, "CINPlanStartDate": "2025-05-01", "CINPlanEndDate": "2025-06-02"}
    next_one: Row = {**SECOND, "CINPlanStartDate": "2025-06-02", "CINPlanEndDate": "2025-06-20"}
    assert failing("4014", CINplanDates=[next_one, first]) == {"CINplanDates 0", "CINplanDates 1"}
    protection: list[Row] = [{**SECOND, "CPPstartDate": "2025-06-02"}]
    assert failing("4017", CINplanDates=[first], ChildProtectionPlans=protection) == set()
    protection = [{**SECOND, "CPPstartDate": "2025-06-01"}]
    assert failing("4017", CINplanDates=[first], ChildProtectionPlans=protection) == {
        "CINplanDates 0",
        "ChildProtectionPlans 0",
    }


def test_4016_open_protection_runs_to_the_end_of_the_year() -> None:
    protection: list[Row] = [{**EPISODE, "CPPstartDate": "2025-05-01"}]
    plan: list[Row] = [{**SECOND, "CINPlanStartDate": day} for day in ("2026-03-31", "2026-04-01", "2025-04-30", None)]
    assert failing("4016", CINplanDates=plan, ChildProtectionPlans=protection) == {
        "CINplanDates 0",
        "ChildProtectionPlans 0",
    }


def test_8730_flags_unreadable_numbers_row_by_row() -> None:
    rows: list[Row] = [{**PLAN, "NumberOfPreviousCPP": text} for text in ("0", "12", "-1", "x", "1.5", "", None)]
    assert failing("8730", ChildProtectionPlans=rows) == {f"ChildProtectionPlans {row}" for row in (2, 3, 4, 5, 6)}


def test_8935_and_8940_compare_all_plans_of_a_child() -> None:
    rows: list[Row] = [
        {**PLAN, "CPPstartDate": "2025-05-01", "CPPendDate": None},
        {**SECOND, "CPPID": "1", "CPPstartDate": "2025-06-01", "CPPendDate": None},
        {**SECOND, "CPPID": "2", "CPPstartDate": "2025-04-01", "CPPendDate": "2025-04-30"},
    ]
    both = {"ChildProtectionPlans 0", "ChildProtectionPlans 1"}
    assert failing("8935", ChildProtectionPlans=rows) == both
    assert failing("8940", ChildProtectionPlans=rows) == both
    assert failing("8935", ChildProtectionPlans=rows[1:]) == failing("8940", ChildProtectionPlans=rows[1:]) == set()


# ---------------------------------------------------------------------------------------------------- the child


@pytest.mark.parametrize(
    ("day", "flagged"), [("2026-03-01", False), ("2026-02-28", True), ("2026-12-31", False), ("2027-01-01", True)]
)
def test_8530q_boundary_days_pass(day: str, flagged: bool) -> None:
    rows: list[Row] = [{**CHILD, "ExpectedPersonBirthDate": day}]
    assert failing("8530Q", ChildIdentifiers=rows) == ({"ChildIdentifiers 0"} if flagged else set())


def test_8535q_death_without_birth_is_flagged() -> None:
    days = [("2020-01-01", "2020-01-01"), ("2020-01-02", "2020-01-01"), (None, "2020-01-01"), (None, None)]
    rows: list[Row] = [{"PersonBirthDate": born, "PersonDeathDate": died} for born, died in days]
    assert failing("8535Q", ChildIdentifiers=rows) == {"ChildIdentifiers 1", "ChildIdentifiers 2"}


def test_8540_flags_child_active_referrals_and_bad_rows() -> None:
    child: list[Row] = [{**CHILD, "PersonBirthDate": "2015-01-01"}]
    flags = ["0", "false", "FALSE", "1", None]
    episodes: list[Row] = [{**CHILD, "CINdetailsID": str(at), "ReferralNFA": flag} for at, flag in enumerate(flags)]
    recorded: list[Row] = [{**CHILD, "Disability": code} for code in ("HEAR", "hear", None)]
    at_least = {"ChildIdentifiers 0", "CINdetails 0", "CINdetails 1"}
    assert failing("8540", ChildIdentifiers=child, CINdetails=episodes) == at_least
    assert failing("8540", ChildIdentifiers=child, CINdetails=episodes[2:]) == set()
    assert failing("8540", ChildIdentifiers=child, CINdetails=episodes, Disabilities=recorded[:1]) == set()
    assert failing("8540", ChildIdentifiers=child, CINdetails=episodes, Disabilities=recorded) == at_least | {
        "Disabilities 1",
        "Disabilities 2",
    }


def test_8750_unborn_children_take_the_code_of_the_year() -> None:
    unborn: Row = {"ExpectedPersonBirthDate": "2026-05-01", "GenderCurrent": "0", "Sex": "u"}
    assert failing("8750", "2023-24", ChildIdentifiers=[unborn]) == set()
    assert failing("8750", "2024-25", ChildIdentifiers=[unborn]) == {"ChildIdentifiers 0"}


@pytest.mark.parametrize(
    ("period", "born", "flagged"),
    [
        ("2022-23", "2017-03-30", True),
        ("2022-23", "2017-03-31", False),
        ("2023-24", "2018-03-30", True),
        ("2023-24", "2018-03-31", False),
        ("2024-25", "2019-08-31", True),
        ("2024-25", "2019-09-01", False),
    ],
)
def test_8770q_cut_off_moves_in_2024_25(period: str, born: str, flagged: bool) -> None:
    child: Row = {**CHILD, "PersonBirthDate": born, "UPNunknown": "UN1"}
    episodes: list[Row] = [{**EPISODE, "ReferralNFA": "FALSE"}]
    expected = {"ChildIdentifiers 0"} if flagged else set()
    assert failing("8770Q", period, ChildIdentifiers=[child], CINdetails=episodes) == expected
    excused: list[Row] = [{**child, "UPNunknown": "un2"}]
    assert failing("8770Q", period, ChildIdentifiers=excused, CINdetails=episodes) == set()


def test_8772_un7_belongs_to_no_further_action() -> None:
    child: list[Row] = [{**CHILD, "UPNunknown": "UN7"}]
    flags = ["TRUE", "1", None, "0"]
    episodes: list[Row] = [{**CHILD, "CINdetailsID": str(at), "ReferralNFA": flag} for at, flag in enumerate(flags)]
    assert failing("8772", ChildIdentifiers=child, CINdetails=episodes[:2]) == set()
    assert failing("8772", ChildIdentifiers=child, CINdetails=episodes) == {
        "ChildIdentifiers 0",
        "CINdetails 2",
        "CINdetails 3",
    }
    assert failing("8772", ChildIdentifiers=child) == {"ChildIdentifiers 0"}
    assert failing("8772", ChildIdentifiers=[{**CHILD, "UPNunknown": "un7"}]) == set()


@pytest.mark.parametrize(
    ("born", "closed", "flagged"),
    [
        ("2000-02-29", "2025-02-28", False),
        ("2000-02-29", "2025-03-01", True),
        ("2000-02-29", None, True),
        ("2000-03-30", "2025-03-31", True),
        ("2000-03-31", None, False),
    ],
)
def test_8775q_over_25(born: str, closed: str | None, flagged: bool) -> None:
    child: list[Row] = [{**CHILD, "PersonBirthDate": born}]
    episodes: list[Row] = [{**EPISODE, "CINclosureDate": closed}]
    expected = {"ChildIdentifiers 0", "CINdetails 0"} if flagged else set()
    assert failing("8775Q", "2024-25", ChildIdentifiers=child, CINdetails=episodes) == expected


def test_8790_none_in_any_case() -> None:
    codes = ["none", "NONE", "HEAR", None]
    rows: list[Row] = [{**CHILD, "Disability": code} for code in codes]
    assert failing("8790", Disabilities=rows) == {"Disabilities 2", "Disabilities 3"}
    assert failing("8790", Disabilities=rows[2:]) == set()


# ------------------------------------------------------------------------------------------------------ episodes


def test_8565_flags_the_rows_that_come_late() -> None:
    tables: dict[str, list[Row]] = {
        "CINdetails": [{**EPISODE, "CINclosureDate": "2025-06-01"}, {**SECOND, "CINclosureDate": "2025-06-01"}],
        "ChildProtectionPlans": [{**PLAN, "CPPstartDate": "2025-07-01", "CPPendDate": "2025-06-01"}],
        "CINplanDates": [{**SECOND, "CINPlanEndDate": "2025-06-02"}, {**SECOND, "CINPlanEndDate": "2025-06-01"}],
    }
    assert failing("8565", **tables) == {"CINdetails 1", "CINplanDates 0"}


def test_8569q_cut_off_is_a_working_day_before_the_year() -> None:
    cases = [("27", "1"), ("28", "1"), ("27", "false"), ("27", "FALSE"), ("27", None)]
    rows: list[Row] = [{**EPISODE, "CINreferralDate": f"2024-03-{day}", "ReferralNFA": flag} for day, flag in cases]
    assert failing("8569Q", "2024-25", CINdetails=rows) == {f"CINdetails {row}" for row in (0, 3, 4)}


def test_8606_counts_280_days_before_either_birth() -> None:
    referred: list[Row] = [{**EPISODE, "CINreferralDate": "2025-01-01"}]
    for column in ("PersonBirthDate", "ExpectedPersonBirthDate"):
        child: list[Row] = [{**CHILD, column: "2025-10-08"}, {**CHILD, column: "2025-10-09"}]
        assert failing("8606", ChildIdentifiers=child, CINdetails=referred) == {"ChildIdentifiers 1", "CINdetails 0"}


def open_episodes(*days: str, **cells: str) -> list[Row]:
    return [
        {**CHILD, "CINdetailsID": str(at), "CINreferralDate": day, "ReferralNFA": "0", **cells}
        for at, day in enumerate(days)
    ]


def test_8815_flags_open_rows_with_further_action() -> None:
    rows = open_episodes("2025-05-01", "2025-05-02")
    rows += [{**rows[0], "ReferralNFA": "1"}, {**rows[0], "CINclosureDate": "2025-06-01"}]
    assert failing("8815", CINdetails=rows) == {"CINdetails 0", "CINdetails 1"}
    assert failing("8815", CINdetails=rows[1:]) == set()


def test_8816_tied_rows_on_the_latest_date_pass() -> None:
    assert failing("8816", CINdetails=open_episodes("2025-06-01", "2025-06-01")) == set()
    rows = open_episodes("2025-06-01", "2025-05-01", "2025-06-01")
    assert failing("8816", CINdetails=rows) == {"CINdetails 0", "CINdetails 1", "CINdetails 2"}
    assert failing("8816", CINdetails=open_episodes("2025-06-01", "2025-05-01", ReferralNFA="1")) == set()


def test_8820_bounds_are_exclusive() -> None:
    rows = open_episodes("2025-05-01", "2025-06-01")
    assert failing("8820", CINdetails=rows) == {"CINdetails 0", "CINdetails 1"}
    assert failing("8820", CINdetails=[{**rows[0], "CINclosureDate": "2025-06-01"}, rows[1]]) == set()
    assert failing("8820", CINdetails=[{**rows[0], "ReferralNFA": "TRUE"}, rows[1]]) == set()
    assert failing("8820", CINdetails=open_episodes("2025-05-01", "2026-03-31")) == set()
    assert failing("8820", CINdetails=open_episodes("2025-05-01", "2026-03-30")) == {"CINdetails 0", "CINdetails 1"}


def test_8831_a_conference_of_the_enquiry_counts() -> None:
    episode: Row = {**EPISODE, "ReferralNFA": "TRUE"}
    enquiries: list[Row] = [{**EPISODE, "DateOfInitialCPC": "2025-05-01"}, EPISODE]
    assert failing("8831", CINdetails=[episode], Section47=enquiries) == {"CINdetails 0", "Section47 0"}
    assert failing("8831", CINdetails=[episode], Section47=enquiries[1:], Assessments=[EPISODE]) == set()
    held: list[Row] = [{**episode, "DateOfInitialCPC": "2025-05-01"}]
    assert failing("8831", CINdetails=held, Section47=enquiries[1:]) == {"CINdetails 0", "Section47 0"}


def test_8839_flags_only_open_enquiries() -> None:
    rows: list[Row] = [{**EPISODE, "ICPCnotRequired": flag} for flag in ("0", "TRUE", "true", "1", None)]
    rows.append({**EPISODE, "ICPCnotRequired": "0", "DateOfInitialCPC": "2025-05-01"})
    assert failing("8839", Section47=rows) == {f"Section47 {row}" for row in (0, 1, 4)}
    assert failing("8839", Section47=rows[3:]) == set()


def test_8866_asks_for_a_source_from_april_2013() -> None:
    days = [("2013-03-31", None), ("2013-04-01", None), ("2025-05-01", "5D"), ("2025-05-01", "5d"), (None, None)]
    rows: list[Row] = [{**EPISODE, "CINreferralDate": day, "ReferralSource": source} for day, source in days]
    assert failing("8866", CINdetails=rows) == {"CINdetails 1", "CINdetails 3"}


def test_8868_conference_and_not_required_together_pass() -> None:
    closed: list[Row] = [{**EPISODE, "CINclosureDate": "2025-06-01"}]
    both: Row = {**EPISODE, "DateOfInitialCPC": "2025-05-01", "ICPCnotRequired": "1"}
    waived: Row = {**EPISODE, "ICPCnotRequired": "true"}
    assert failing("8868", CINdetails=closed, Section47=[both, waived]) == set()
    assert failing("8868", CINdetails=closed, Section47=[both, EPISODE]) == {"CINdetails 0", "Section47 1"}


# --------------------------------------------------------------------------------------------------- assessments


def factors(*codes: str | None, **ids: str | None) -> list[Row]:
    return [{**ASSESSMENT, **ids, "AssessmentFactor": code} for code in codes]


@pytest.mark.parametrize(
    ("authorised", "codes", "flagged"),
    [
        ("2025-04-01", ("1A", "18A"), False),
        ("2025-04-01", ("1A", "8A"), True),
        ("2025-04-01", (None,), True),
        ("2025-04-01", (), True),
        ("2025-03-31", (), False),
        (None, (), False),
    ],
)
def test_8897q_completed_assessments_have_valid_factors(authorised: str, codes: tuple[str], flagged: bool) -> None:
    rows: list[Row] = [{**ASSESSMENT, "AssessmentAuthorisationDate": authorised}]
    listed = factors(*codes) + factors("ZZ", CINdetailsID="2")  # another episode's assessment of the same ordinal
    expected = {"Assessments 0"} if flagged else set()
    assert failing("8897Q", Assessments=rows, AssessmentFactorsList=listed) == expected


def test_8614_8869_8898_8945q_read_the_list_of_factors() -> None:
    def flagged(code: str, *codes: str | None) -> bool:
        return bool(failing(code, Assessments=[ASSESSMENT], AssessmentFactorsList=factors(*codes)))

    assert flagged("8614", "1A")
    assert not flagged("8614", None)
    assert not flagged("8614")
    assert flagged("8869", "21", "1A")
    assert not flagged("8869", "21", "21", None)
    assert not flagged("8869", "1A", "2A")
    assert flagged("8898", "1A", "2A", "1A")
    assert not flagged("8898", "1A", "1a", None, None)
    assert flagged("8945Q", "18a")
    assert not flagged("8945Q", "18B")
    assert flagged("8950Q", "1A", "19A")


@pytest.mark.parametrize(
    ("authorised", "codes", "closed", "reason", "flagged"),
    [
        ("2025-05-01", ("21",), "2025-06-01", "RC1", True),
        ("2025-05-01", ("21",), "2025-06-01", None, True),
        ("2025-05-01", ("21",), None, "RC7", True),
        ("2025-05-01", ("21",), "2025-06-01", "RC9", False),
        ("2025-05-01", ("21",), None, None, False),
        (None, ("21",), "2025-06-01", "RC1", False),
        ("2025-05-01", ("210",), "2025-06-01", "RC1", False),
    ],
)
def test_8873q(authorised: str, codes: tuple[str], closed: str, reason: str, flagged: bool) -> None:
    rows: list[Row] = [{**ASSESSMENT, "AssessmentAuthorisationDate": authorised}]
    tables: dict[str, list[Row]] = {
        "CINdetails": [{**EPISODE, "CINclosureDate": closed, "ReasonForClosure": reason}],
        "AssessmentFactorsList": factors(*codes),
    }
    expected = {"Assessments 0", "CINdetails 0"} if flagged else set()
    assert failing("8873Q", Assessments=rows, **tables) == expected
    assert failing("8873Q", Assessments=[*rows, {**EPISODE, "AssessmentID": "2"}], **tables) == set()


def test_8863q_exact_duplicates_pass_and_8896_flags_open_rows() -> None:
    start: Row = {"AssessmentActualStartDate": "2025-05-01"}
    done: Row = {**start, "AssessmentAuthorisationDate": "2025-06-01"}
    rows: list[Row] = [{**ASSESSMENT, **start}, {**ASSESSMENT, **start}]
    assert failing("8863Q", Assessments=rows) == set()
    assert failing("8896", Assessments=[*rows, {**ASSESSMENT, **done}]) == {"Assessments 0", "Assessments 1"}
    later: Row = {**ASSESSMENT, "AssessmentActualStartDate": "2025-06-01", "AssessmentAuthorisationDate": "2025-06-03"}
    assert failing("8863Q", Assessments=[{**ASSESSMENT, **done}, later]) == {"Assessments 0", "Assessments 1"}


def test_8670q_and_8675q_count_working_days_in_full() -> None:
    assessments: list[Row] = [{**ASSESSMENT, "AssessmentActualStartDate": day} for day in ("2026-01-26", "2026-01-27")]
    assert failing("8670Q", Assessments=assessments) == {"Assessments 0"}
    cases = [("2026-03-09", "0"), ("2026-03-09", "false"), ("2026-03-09", "FALSE"), ("2026-03-10", "0")]
    rows: list[Row] = [{**EPISODE, "S47ActualStartDate": day, "ICPCnotRequired": flag} for day, flag in cases]
    assert failing("8675Q", Section47=rows) == {"Section47 0", "Section47 1"}


def test_8890_ignores_not_required_where_a_conference_was_held() -> None:
    def enquiry(start: str, held: str | None, not_required: str | None) -> Row:
        return {**EPISODE, "S47ActualStartDate": start, "DateOfInitialCPC": held, "ICPCnotRequired": not_required}

    second = enquiry("2025-06-01", "2025-06-20", "0")
    both = {"Section47 0", "Section47 1"}
    assert failing("8890", Section47=[enquiry("2025-05-01", "2025-06-01", "1"), second]) == both
    assert failing("8890", Section47=[enquiry("2025-05-01", None, "True"), second]) == set()
    assert failing("8890", Section47=[enquiry("2025-05-01", None, None), second]) == both


# ------------------------------------------------------------------------------------------------ pre-proceedings


def test_pre_proceedings_rules() -> None:
    def flagged(code: str, **cells: str | None) -> bool:
        return bool(failing(code, "2026-27", PreProceedings=[{**EPISODE, **cells}]))

    assert flagged("9000Q", PPStartDate="soon")
    assert not flagged("9000Q", PPStartDate="2020-01-01")
    assert not flagged("8995Q")
    assert flagged("9006", PPStartDate="2026-05-02", LBPSentDate="2026-05-01")
    assert flagged("9006", PPStartDate="2027-05-02", LBPSentDate="2027-05-02")
    assert not flagged("9006", LBPSentDate="2027-05-01")
    assert flagged("9007", LBPSentDate="2026-05-01")
    assert not flagged("9007", FGDMMeetingOffer="1")
    assert flagged("9010Q", FGDMMeetingOffer="true")
    assert not flagged("9010Q", FGDMMeetingOffer="0")
    assert flagged("9011", PPOutcome="a")
    assert not flagged("9011", PPOutcome=None)
    assert flagged("9015Q", InitialPPMeetingDate="2026-05-01", ReviewMeetingsCount="x")
    assert not flagged("9015Q", InitialPPMeetingDate="2026-05-01", ReviewMeetingsCount="0")


# ------------------------------------------------------------------------------------------------- random returns


@pytest.mark.parametrize("period", PERIODS)
def test_random_returns_reach_every_rule_from_both_sides(period: str) -> None:
    fired: Counter[str] = Counter()
    for seed in range(300):
        found = cin.check(random_cin.random_return(seed, period), period)
        fired.update({code for code, _, _ in found})
    assert set(fired) == cin.codes_in_force(period)
    assert {code for code, times in fired.items() if times == 300} == set()


@pytest.mark.parametrize("period", PERIODS)
def test_random_returns_keep_their_shape(period: str) -> None:
    for seed in range(100):
        tables = random_cin.random_return(seed, period)
        assert tables == random_cin.random_return(seed, period)
        assert list(tables) == list(random_cin.columns(period))
        assert 1 <= len(tables["ChildIdentifiers"]) <= 12
        for name, rows in tables.items():
            for row in rows:
                assert set(row) == {*random_cin.columns(period)[name], "row"}
            assert len({row["row"] for row in rows}) == len(rows)
        for name, ids in (("CINdetails", 2), ("Assessments", 3), ("ChildProtectionPlans", 3)):
            keys = [tuple(row[column] for column in random_cin.columns(period)[name][:ids]) for row in tables[name]]
            whole = [key for key in keys if all(key)]
            assert len(whole) == len(set(whole))


def test_random_returns_share_ids_between_children() -> None:
    shared = 0
    for seed in range(100):
        ids = [row["LAchildID"] for row in random_cin.random_return(seed, "2025-26")["ChildIdentifiers"]]
        shared += len([one for one in ids if one]) > len({one for one in ids if one})
    assert shared >= 5

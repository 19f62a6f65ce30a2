"""The reading of a 903 return that the reference stands on: cells, years, a child's care, what is run and what not."""

from datetime import date

import pytest

from reference import cla
from reference.cla.sent import Row, Sent, first_by, in_order, last_by, read_date, read_number, years_on
from reference.cla_cases import drawn, flagged, numbered


def sent(episodes: str, period: str = "2025-26") -> Sent:
    return Sent({"Episodes": numbered(drawn(episodes))}, period)


@pytest.mark.parametrize(
    "text", ["2025-02-29", "31/04/2025", "1/1/2025", "01/01/25", "01-02-2025", " 01/01/2025", "soon"]
)
def test_a_date_that_cannot_be_read_is_missing_though_given(text: str) -> None:
    row = Row("Reviews", {"REVIEW": text, "row": 0})
    assert read_date(text) is None
    assert row.day("REVIEW") is None
    assert row.given("REVIEW")


def test_dates_are_read_in_both_orders() -> None:
    assert read_date("2024-02-29") == read_date("29/02/2024") == date(2024, 2, 29)


def test_text_is_upper_cased_and_an_empty_cell_is_missing() -> None:
    row = Row("Header", {"CHILD": "ab1", "SEX": "", "UPN": None, "row": 0})
    assert (row.child, row.text("SEX"), row.text("UPN"), row.text("MOTHER")) == ("AB1", None, None, None)


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), (" 1.0 ", 1), ("1E1", 10), ("-1", -1), ("1_0", None), ("NAN", None)]
)
def test_numbers_are_figures(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_a_birthday_on_29_february_falls_on_the_28th_where_there_is_none() -> None:
    assert years_on(date(2008, 2, 29), 17) == date(2025, 2, 28)
    assert years_on(date(2008, 2, 29), 16) == date(2024, 2, 29)
    assert years_on(None, 16) is None


def test_of_equal_days_the_first_row_is_first_and_the_last_is_last() -> None:
    rows = sent("DECOM; 02/05/2025; -; 01/05/2025; 2025-05-01; 2025-05-02").rows("Episodes")
    assert [row.label for row in in_order(rows, "DECOM")] == [2, 3, 0, 4]
    first, last, first_of_last = first_by(rows, "DECOM"), last_by(rows, "DECOM"), last_by(rows, "DECOM", True)
    assert first is rows[2]
    assert last is rows[4]
    assert first_of_last is rows[0]
    assert first_by(rows[1:2], "DECOM") is last_by(rows[1:2], "DECOM") is None


def test_rows_without_a_child_are_no_ones() -> None:
    rows = sent("CHILD DECOM; - 01/05/2025; A 01/05/2025")
    assert [row.label for row in rows.rows("Episodes")] == [0, 1]
    assert rows.of(None, "Episodes") == []
    assert set(rows.children("Episodes")) == {"A"}


def test_care_is_one_period_until_a_gap() -> None:
    care = sent(
        "CHILD DECOM DEC; A 01/08/2025 -; A 01/05/2025 01/06/2025; A 01/06/2025 01/07/2025; A - 01/01/2030; "
        "B 01/05/2025 01/07/2025; B 01/06/2025 15/06/2025; B 01/07/2025 -; C 01/05/2025 -; C 01/06/2025 01/07/2025"
    )
    assert care.periods_of_care("A") == [(date(2025, 5, 1), date(2025, 7, 1)), (date(2025, 8, 1), None)]
    assert care.periods_of_care("B") == [(date(2025, 5, 1), date(2025, 6, 15)), (date(2025, 7, 1), None)]
    assert care.periods_of_care("C") == [(date(2025, 5, 1), date(2025, 7, 1))]
    assert care.periods_of_care("X") == []


@pytest.mark.parametrize("period", ["2025", "2025-27", "2025/26", "autumn"])
def test_a_period_is_a_collection_year(period: str) -> None:
    with pytest.raises(ValueError, match="2025-26"):
        cla.check({}, period)


def test_a_rule_runs_on_empty_tables_but_not_on_absent_ones() -> None:
    leaver = drawn("CHILD; A")
    assert flagged("1002", OC3=leaver, Episodes=[], previous={"Episodes": []}) == {"OC3 0"}
    assert flagged("1002", OC3=leaver, Episodes=[]) == set()
    assert flagged("1002", OC3=leaver, previous={"Episodes": []}) == set()
    assert flagged("1002", OC3=leaver, Episodes=[], previous={"OC3": []}) == set()


def test_an_empty_return_has_no_findings() -> None:
    assert cla.check({}, "2025-26", {}, "E10000016", [], set()) == set()


def test_rules_are_in_force_from_their_year_on() -> None:
    assert "347" not in cla.codes_in_force("2022-23")
    assert "347" in cla.codes_in_force("2023-24")
    assert "444" not in cla.codes_in_force("2024-25")
    assert len(cla.codes_in_force("2022-23")) < len(cla.codes_in_force("2025-26"))


def test_versions_of_a_rule_never_overlap() -> None:
    spans: dict[str, list[tuple[str, str]]] = {}
    for code, since, until, _ in cla.RULES:
        spans.setdefault(code, []).append((since, until))
    assert [
        code
        for code, held in spans.items()
        if any(a[1] >= b[0] for a, b in zip(sorted(held), sorted(held)[1:], strict=False))
    ] == []

"""The words about being looked after, on rows that say by themselves what is meant."""

import pandas as pd
import pytest

from returns import described
from validation.rules.cla import care
from validation.typed import typed

AT = described("cla").at("2025-26")


def episodes(*rows: tuple[str | None, str | None, str | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["CHILD", "LS", "DECOM", "DEC"], dtype="object")
    return typed({"Episodes": frame}, AT).tables["Episodes"]


def days(values: pd.Series) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in values]


CHAINED = episodes(
    ("A", "L1", "2025-06-03", "2025-06-08"),
    ("A", "L1", "2025-06-01", "2025-06-03"),
    ("A", "C2", "2025-06-08", "2025-06-20"),
    ("A", "L1", "2025-06-20", "2025-06-21"),
    ("A", "L1", None, "2025-06-30"),
    ("B", "L1", "2025-06-03", "2025-06-08"),
    ("B", "L1", "2025-06-07", "2025-06-10"),
    ("B", "L1", "2026-03-29", None),
    ("C", "L1", "2026-03-29", "2026-02-30"),
    (None, "L1", "2025-06-01", "2025-06-03"),
)


def test_only_an_open_episode_goes_on_to_the_last_day():
    assert care.end_or_last_day(CHAINED, AT.period).isna().tolist() == [False] * 8 + [True, False]
    assert care.end_or_last_day(CHAINED, AT.period)[7] == pd.Timestamp("2026-03-31")


def test_unbroken_days_are_those_of_rows_that_touch_and_stand_next_to_each_other():
    assert days(care.unbroken_days(CHAINED, CHAINED.LS == "L1", AT.period)) == [
        *(7, 7, None, 1, None),
        *(5, 3, 2, 2, None),
    ]


def test_added_days_are_those_of_rows_that_touch_or_overlap():
    assert days(care.added_days(CHAINED, CHAINED.LS == "L1", AT.period)) == [
        *(7, 7, None, 1, None),
        *(8, 8, 2, 0, None),
    ]


def test_no_episodes_have_no_days():
    none = CHAINED[:0]

    assert care.unbroken_days(none, none.LS == "L1", AT.period).empty
    assert care.added_days(none, none.LS == "L1", AT.period).empty


def test_both_years_give_each_start_once_the_copy_that_ended_first_before_this_years_before_an_open_one():
    last_year = episodes(
        ("A", "open", "2025-01-01", None),
        ("B", "ended first", "2025-01-01", "2025-03-01"),
        ("C", "equal", "2025-01-01", "2025-06-01"),
        ("D", "only last year", "2025-01-01", None),
        ("E", "no start", None, None),
    )
    this_year = episodes(
        ("C", "this year's", "2025-01-01", "2025-06-01"),
        ("A", "ended", "2025-01-01", "2025-06-01"),
        ("B", "ended later", "2025-01-01", "2025-06-01"),
        ("E", "ended without start", None, "2025-06-01"),
        ("D", "only this year", "2025-02-01", None),
    )
    last_year["@child"], this_year["@child"] = [0, 1, 2, 3, 4], [2, 0, 1, 4, 3]
    both = care.both_years(this_year, last_year, "LS").set_index("LS")

    assert both["@child"].to_dict() == {
        "ENDED": 0,
        "ENDED FIRST": 1,
        "THIS YEAR'S": 2,
        "ONLY LAST YEAR": 3,
        "ONLY THIS YEAR": 3,
        "ENDED WITHOUT START": 4,
    }
    assert care.both_years(this_year[:0], last_year[:0], "LS").empty


def test_episodes_without_a_start_come_first_and_keep_the_rest():
    drawn = typed(
        {"Episodes": pd.DataFrame({"CHILD": list("AAB"), "DECOM": ["01/04/2025", None, "31/04/2025"]})},
        AT,
    ).tables["Episodes"]
    ordered = care.undated_first(drawn)

    assert ordered.DECOM.tolist() == [pd.Timestamp(2025, 4, 1), care.LONG_AGO, care.LONG_AGO]
    assert (ordered.attrs, ordered.index.tolist()) == (drawn.attrs, [0, 1, 2])
    assert drawn.DECOM.isna().tolist() == [False, True, True]


STAYS = episodes(
    ("A", "L1", "2025-06-01", "2025-06-10"),
    ("A", "L1", "2025-06-10", "2025-06-20"),
    ("A", "L1", "2025-07-01", None),
    ("B", "L1", "2025-06-01", "2025-06-10"),
    ("C", "L1", None, None),
    (None, "L1", "2025-06-01", None),
)


def absences(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    """On the children of STAYS."""
    frame = pd.DataFrame(rows, columns=["CHILD", "MIS_START", "MIS_END"], dtype="object")
    stays = STAYS[["CHILD", "DECOM", "DEC"]].astype("object")
    return typed({"Episodes": stays, "Missing": frame}, AT).tables["Missing"]


@pytest.mark.parametrize(
    ("child", "start", "end", "outside"),
    [
        ("A", "2025-06-02", "2025-06-15", False),
        ("A", "2025-05-02", "2025-06-01", False),
        ("A", "2025-05-02", "2025-05-31", True),
        ("A", "2025-06-02", "2025-06-20", False),
        ("A", "2025-06-02", "2025-06-21", True),
        ("A", "2025-07-01", None, False),
        ("A", "2025-06-30", None, True),
        ("A", None, "2025-06-21", False),
        ("B", "2025-06-02", None, True),
        ("C", "2025-06-02", None, False),
        (None, "2025-06-02", "2025-05-01", False),
    ],
)
def test_what_ends_in_no_care(child, start, end, outside):
    assert care.ends_in_no_care(absences((child, start, end)), "MIS_START", "MIS_END", STAYS).tolist() == [outside]


def test_what_comes_after_the_unfinished():
    rows = absences(
        ("A", "2025-06-05", "2025-06-08"),
        ("A", "2025-06-01", "2025-06-05"),
        ("A", "2025-06-07", "2025-06-09"),
        ("B", "2025-06-01", None),
        ("B", "2025-05-20", "2025-06-02"),
        ("C", "2025-06-01", None),
        ("C", "2025-06-01", "2025-05-31"),
        (None, "2025-06-01", None),
        (None, "2025-06-01", None),
    )
    marks = care.after_unfinished(rows, "MIS_START", "MIS_END")

    assert marks.tolist() == [False, False, True, False, True, False, False, False, False]
    assert rows.MIS_END.isna().sum() == 4

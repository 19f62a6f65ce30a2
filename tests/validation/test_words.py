"""The words of the rules: empty frames, missing keys, ties, 29 February; overlaps against a slow look at all pairs."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns import described
from validation import words
from validation.typed import TEXT, typed

AT = described("cin").at("2025-26")
YEAR = AT.period


def dates(*days):
    return pd.Series(pd.to_datetime(list(days)), dtype="datetime64[us]")


def episodes(rows):
    frame = pd.DataFrame(
        rows, columns=["LAchildID", "CINdetailsID", "CINreferralDate", "CINclosureDate"], dtype="object"
    )
    return typed({"CINdetails": frame}, AT).tables["CINdetails"]


def pairs(left, right, level):
    one, other = words.matched(left, right, level)
    return sorted(zip(one.take.tolist(), other.take.tolist(), strict=True))


def test_matched_gives_every_pair_of_a_level():
    both = typed(
        {
            "ChildIdentifiers": pd.DataFrame({"LAchildID": ["a", "b", "b", None]}),
            "CINdetails": pd.DataFrame({"LAchildID": ["b", "a", "b", None, "c"], "CINdetailsID": list("12345")}),
        },
        AT,
    ).tables

    assert pairs(both["ChildIdentifiers"], both["CINdetails"], "child") == [(0, 1), (1, 0), (1, 2), (2, 0), (2, 2)]
    assert pairs(both["ChildIdentifiers"][:0], both["CINdetails"], "child") == []
    assert pairs(both["ChildIdentifiers"], both["CINdetails"][:0], "child") == []


def test_matched_refuses_an_explosion():
    many = typed({"CINdetails": pd.DataFrame({"LAchildID": ["a"] * 8000, "CINdetailsID": range(8000)})}, AT).tables[
        "CINdetails"
    ]

    with pytest.raises(words.TooManyPairs):
        words.matched(many, many, "child")


def test_rows_are_matched_and_found_by_their_values():
    here = pd.DataFrame({"a": ["x", "y", None, "x", "z"], "b": ["1", "1", "1", "2", None]}, dtype=TEXT)
    there = pd.DataFrame(
        {"a": ["y", "x", "x", None, "z"], "b": ["2", "1", "1", "1", None]}, dtype=TEXT, index=[*"vwuts"]
    )
    one, other = words.matched_by(here, there, "a")

    assert list(zip(one.take, other.take, strict=True)) == [(0, 1), (0, 2), (1, 0), (3, 1), (3, 2), (4, 4)]
    assert words.found_in(here, there, "a").tolist() == [True, True, False, True, True]
    assert words.found_in(here, there, "a", "b").tolist() == [True, False, False, False, False]
    assert words.found_in(here, there[:0], "a", "b").tolist() == [False] * 5
    assert words.found_in(here[:0], there, "a").tolist() == []
    assert words.matched_by(here, there[:0], "a")[0].take.tolist() == []


def test_has_and_how_many():
    both = typed(
        {
            "ChildIdentifiers": pd.DataFrame({"LAchildID": ["a", "b", None]}, index=[7, 8, 9]),
            "CINdetails": pd.DataFrame({"LAchildID": ["b", "b", None], "CINdetailsID": ["1", "2", "3"]}),
        },
        AT,
    ).tables
    children, cin = both["ChildIdentifiers"], both["CINdetails"]

    assert words.has(children, "child", cin).to_dict() == {7: False, 8: True, 9: False}
    assert words.has(children, "child", cin, cin.CINdetailsID == "3").to_dict() == {7: False, 8: False, 9: False}
    assert words.how_many(children, "child", cin).to_dict() == {7: 0, 8: 2, 9: 0}
    assert words.how_many(cin, "child", cin, cin.CINdetailsID == "2").tolist() == [1, 1, 0]
    assert not words.has(children, "child", cin[:0]).any()
    assert len(words.has(children[:0], "child", cin)) == 0


def test_latest_in_ignores_missing_dates_and_children():
    cin = episodes(
        [
            ("a", "1", "2025-05-01", None),
            ("a", "2", None, None),
            ("a", "3", "2025-07-01", None),
            (None, "4", "2025-08-01", None),
        ]
    )
    latest = words.latest_in(cin, "child", cin.CINreferralDate)

    assert latest.tolist()[:3] == [pd.Timestamp("2025-07-01")] * 3
    assert pd.isna(latest[3])


def test_the_latest_pair_is_one_of_each_row():
    both = typed(
        {
            "ChildIdentifiers": pd.DataFrame({"LAchildID": ["a", "b", "c", "a"]}),
            "CINdetails": pd.DataFrame({"LAchildID": list("aabbab"), "CINdetailsID": list("123456")}),
        },
        AT,
    ).tables
    child, episode = words.matched(both["ChildIdentifiers"], both["CINdetails"], "child")
    day = episode(dates("2025-05-01", "2025-05-02", None, "2025-05-01", "2025-05-02", None))

    def latest(values):
        marks = words.latest_pair(child, values)
        return sorted(zip(child.take[marks].tolist(), episode.take[marks].tolist(), strict=True))

    assert latest(day) == [(0, 1), (1, 3), (3, 1)]
    assert latest(day.where(episode.CINdetailsID == "1")) == [(0, 0), (3, 0)]
    assert words.latest_pair(child, day)[day.isna()].tolist() == [False] * 2
    assert words.latest_pair(*[words.matched(both["CINdetails"][:0], both["CINdetails"], "child")[0]], day[:0]).empty


def test_repeated_compares_within_a_level_and_never_missing_values():
    both = typed(
        {
            "Disabilities": pd.DataFrame(
                {
                    "LAchildID": ["a", "a", "b", None, None, "a", "a"],
                    "Disability": ["LD", "LD", "LD", "LD", "LD", None, None],
                }
            )
        },
        AT,
    )

    assert words.repeated(both.tables["Disabilities"], "child", "Disability").tolist() == [True, True] + [False] * 5


def test_days_of_the_year_are_inside_both_ends_included():
    given_dates = dates("2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01", None)

    assert words.inside(given_dates, YEAR).tolist() == [False, True, True, False, False]
    assert words.outside(given_dates, YEAR).tolist() == [True, False, False, True, False]


def test_any_and_all_given_take_what_cannot_be_read_for_given():
    cells = [("x", "01/05/2025"), ("x", "31/02/2025"), ("x", None), (None, "01/05/2025"), (None, "x"), (None, None)]
    frame = pd.DataFrame(cells, columns=["REVIEW_CODE", "REVIEW"], index=list("abcdef"), dtype="object")
    reviews = typed({"Reviews": frame}, described("cla").at("2025-26")).tables["Reviews"]

    assert words.any_given(reviews, "REVIEW_CODE", "REVIEW").tolist() == [True] * 5 + [False]
    assert words.all_given(reviews, "REVIEW_CODE", "REVIEW").tolist() == [True] * 2 + [False] * 4
    assert words.any_given(reviews[:0], "REVIEW").tolist() == words.all_given(reviews[:0], "REVIEW").tolist() == []
    assert words.all_given(reviews, "REVIEW").index.tolist() == list("abcdef")


def test_of_ties_on_the_latest_the_first_or_the_last_in_the_file():
    days = ["2025-05-02", "2025-05-01", "2025-05-02", "2025-05-02", None, "2025-05-01", "2025-05-03"]
    cin = episodes(
        [(child, "1", day, None) for child, day in zip(["a", "a", "a", "b", "b", "b", None], days, strict=True)]
    )
    later = pd.Series([False] + [True] * 6)

    def of(word, where=None):
        marks = word(cin, "child", "CINreferralDate", where)
        return marks[marks].index.tolist()

    assert of(words.last_by) == [2, 3]
    assert of(words.first_of_last) == [0, 3]
    assert of(words.first_of_last, later) == [2, 3]
    assert of(words.first_of_last, ~later) == [0]
    assert words.first_of_last(cin[:0], "child", "CINreferralDate").tolist() == []


def test_years_after_29_february_is_28_february():
    assert words.years_after(dates("2000-02-29", "2000-02-28", None), 25).dt.strftime("%F").fillna("").tolist() == [
        "2025-02-28",
        "2025-02-28",
        "",
    ]
    assert words.years_after(dates("2024-02-29"), -4)[0] == pd.Timestamp("2020-02-29")


def test_during_holds_the_first_day_and_not_the_last():
    start, end = (
        dates("2025-05-01", "2025-05-01", "2025-05-01", "2025-05-01"),
        dates("2025-06-01", "2025-06-01", None, None),
    )

    assert words.during(dates("2025-05-01", "2025-06-01", "2026-03-31", "2026-04-01"), start, end, YEAR).tolist() == [
        True,
        False,
        True,
        False,
    ]


def test_yes_no_and_unlisted_on_missing_cells():
    flags = pd.Series(["1", "true", "TRUE", "0", "false", "FALSE", "x", None], dtype="str")

    assert words.yes(flags).tolist() == [True, True] + [False] * 6
    assert words.yes(flags, any_case=True).tolist() == [True] * 3 + [False] * 5
    assert words.no(flags).tolist() == [False] * 3 + [True, True] + [False] * 3
    assert words.no(flags, any_case=True).tolist() == [False] * 3 + [True] * 3 + [False] * 2
    assert words.unlisted(flags, {"1", "true"}).tolist() == [False, False, True, True, True, True, True, False]


@pytest.mark.parametrize(
    ("upn", "wrong"),
    [
        ("H801200001001", False),
        ("R674123101121", False),
        ("M302401224017", False),
        ("P207000016049", False),
        ("Q207000016049", True),
        ("h801200001001", True),
        ("É801200001001", True),
        ("H80120000100B", False),
        ("H80120000100", False),
        (None, False),
        ("", False),
    ],
)
def test_check_letters(upn, wrong):
    assert words.wrong_check_letter(pd.Series([upn], dtype="str")).tolist() == [wrong]


def test_weekends():
    assert words.at_weekend(dates("2025-05-02", "2025-05-03", "2025-05-04", "2025-05-05", None)).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]


DAYS = st.integers(0, 9).map(lambda day: f"2025-05-{day + 1:02d}")
ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.none() | DAYS, st.none() | DAYS), max_size=9)


def slow_overlaps(rows, touching, copies):
    marked = set()
    for a, (child, start, end) in enumerate(rows):
        for b, (other, first, last) in enumerate(rows):
            if a == b or child is None or child != other or not start or not first or not last:
                continue
            if copies and start == first and end == last:
                continue
            if first <= start and (start <= last if touching else start < last):
                marked |= {a, b}
    return marked


@given(rows=ROWS, touching=st.booleans(), copies=st.booleans())
def test_overlapping_agrees_with_comparing_all_pairs(rows, touching, copies):
    cin = episodes([(child, str(at), start, end) for at, (child, start, end) in enumerate(rows)])
    end = cin.CINclosureDate
    found = words.overlapping(cin, "child", cin.CINreferralDate, end, touching=touching, copies=end if copies else None)

    assert set(found[found].index) == slow_overlaps(rows, touching, copies)


ORDERED = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.none() | DAYS, st.booleans()), max_size=9)


def in_order(rows):
    """Places of the rows of each child by date, missing last."""
    places = sorted(range(len(rows)), key=lambda at: rows[at][1] or "9")
    return [[at for at in places if rows[at][0] == child] for child in ("a", "b")]


@given(rows=ORDERED)
def test_following_a_row_is_being_after_it_in_its_level(rows):
    cin = episodes([(child, str(at), start, None) for at, (child, start, _) in enumerate(rows)])
    found = words.following(cin, "child", "CINreferralDate", pd.Series([met for *_, met in rows], dtype=bool))
    dated = [[at for at in places if rows[at][1]] for places in in_order(rows)]

    assert set(found[found].index) == {
        at for places in dated for n, at in enumerate(places) if any(rows[before][2] for before in places[:n])
    }


@given(rows=ORDERED)
def test_a_run_starts_at_the_nearest_row_that_continues_none(rows):
    cin = episodes([(child, str(at), start, None) for at, (child, start, _) in enumerate(rows)])
    row, start = words.with_start(
        cin, "child", "CINreferralDate", pd.Series([goes_on for *_, goes_on in rows], dtype=bool)
    )
    expected = {}
    for places in in_order(rows):
        for n, at in enumerate(places):
            expected[at] = expected[places[n - 1]] if n and rows[at][2] else at

    assert dict(zip(row.take.tolist(), start.take.tolist(), strict=True)) == expected


def test_consecutive_rows_may_lie_apart():
    order = episodes(
        [
            ("A", "1", "2025-05-03", None),
            ("A", "2", "2025-05-01", None),
            ("A", "3", "2025-05-02", None),
            ("A", "4", "2025-05-04", None),
            ("B", "1", "2025-05-01", None),
            ("B", "2", "2025-05-02", None),
            (None, "1", "2025-05-01", None),
        ]
    )

    def taken(apart, frame=order):
        one, other = words.consecutive(frame, "child", "CINreferralDate", apart=apart)
        return list(zip(one.take.tolist(), other.take.tolist(), strict=True))

    assert taken(1) == [(1, 2), (2, 0), (0, 3), (4, 5)]
    assert taken(2) == [(1, 0), (2, 3)]
    assert taken(2, order[:1]) == taken(2, order[:0]) == []

"""Hand-written cases for the second reading of deprivation of liberty orders: what each code flags and what not."""

import pytest

from reference.cla_cases import Cells, flagged, positions

YEAR = "2026-27"
Span = tuple[str | None, str | None]


def order(start: str | None, end: str | None = None, **cells: str | None) -> Cells:
    return {"CHILD": "1", "DOLO_START": start, "DOLO_END": end, **cells}


def orders(code: str, *spans: Span, period: str = YEAR) -> set[str]:
    return flagged(code, period, DoLo=[order(*span) for span in spans], Episodes=[], Header=[])


def test_700_and_701_dates_are_readable() -> None:
    dates = ["01/05/2026", "2026-05-01", "31/04/2026", "1/5/2026", None]
    assert orders("700", *((one, None) for one in dates)) == positions("DoLo", 2, 3, 4)
    assert orders("701", *((None, one) for one in dates)) == positions("DoLo", 2, 3)
    assert orders("700", (None, None), period="2025-26") == set()


def test_702_to_704_order_and_year() -> None:
    assert orders("702", ("02/05/2026", "01/05/2026"), ("01/05/2026", "01/05/2026"), ("01/05/2026", "02/05/2026")) == (
        positions("DoLo", 0, 1)
    )
    assert orders("702", ("01/05/2026", None), (None, "01/05/2026")) == set()
    assert orders("703", ("31/03/2027", None), ("01/04/2027", None), ("soon", None)) == positions("DoLo", 1)
    days = ("31/03/2026", "01/04/2026", "31/03/2027", "01/04/2027", None)
    assert orders("704", *((None, day) for day in days)) == positions("DoLo", 0, 3)


@pytest.mark.parametrize(
    ("spans", "wrong"),
    [
        ([("01/05/2026", "01/06/2026"), ("01/06/2026", None)], []),
        ([("01/05/2026", "01/06/2026"), ("31/05/2026", "02/06/2026")], [1]),
        ([("01/05/2026", "01/06/2026"), ("31/05/2026", None)], [0]),  # an open one is placed by its start
        ([("01/05/2026", None), ("01/06/2026", "01/07/2026")], [1]),
        ([("01/05/2026", "soon"), ("01/06/2026", "01/07/2026")], [1]),
        # By end: the short one comes first though it started later.
        ([("01/05/2026", "01/07/2026"), ("01/06/2026", "02/06/2026")], [0]),
        ([(None, None), ("01/06/2026", "01/07/2026")], []),
        ([(None, None), ("01/06/2026", None)], [0]),
    ],
)
def test_705_orders_follow_one_another(spans: list[Span], wrong: list[int]) -> None:
    assert orders("705", *spans) == positions("DoLo", *wrong)
    rows = [order(*span, CHILD=None) for span in spans]
    assert flagged("705", YEAR, DoLo=rows) == set()


@pytest.mark.parametrize(
    ("last", "this", "wrong"),
    [
        (order("01/05/2025"), order("01/05/2025", "01/06/2026"), False),
        (order("01/05/2025"), order("02/05/2025"), True),
        (order("01/05/2025"), order("01/05/2025", CHILD="2"), True),
        (order("01/05/2025", "01/06/2025"), order("02/05/2025"), False),
        (order("01/05/2025", "soon"), order("02/05/2025"), False),
        (order("soon"), order("SOON"), True),
        (order(None), order(None), True),
    ],
)
def test_706_flags_the_child_whose_open_order_is_gone(last: Cells, this: Cells, wrong: bool) -> None:
    headers: list[Cells] = [{"CHILD": "2"}, {"CHILD": "1"}]
    found = flagged("706", YEAR, previous={"DoLo": [last]}, DoLo=[this], Header=headers)
    assert found == (positions("Header", 1) if wrong else set())
    assert flagged("706", YEAR, previous={}, DoLo=[this], Header=headers) == set()


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        ("01/05/2026", "20/05/2026", False),
        ("01/05/2026", "31/05/2026", False),
        ("01/05/2026", "01/06/2026", True),
        ("01/04/2026", "30/04/2026", True),
        ("01/04/2026", "01/05/2026", False),
        ("01/05/2026", None, True),
        ("01/07/2026", None, False),
        ("30/06/2026", None, True),
        ("01/07/2026", "soon", False),
        (None, "01/06/2026", False),
    ],
)
def test_707_orders_fit_a_period_of_care(start: str | None, end: str | None, wrong: bool) -> None:
    care: list[Cells] = [
        {"CHILD": "1", "DECOM": "10/05/2026", "DEC": "31/05/2026"},
        {"CHILD": "1", "DECOM": "01/05/2026", "DEC": "10/05/2026"},
        {"CHILD": "1", "DECOM": "01/07/2026"},
    ]
    closed = care if start in ("01/07/2026", "30/06/2026") else care[:2]
    found = flagged("707", YEAR, DoLo=[order(start, end)], Episodes=closed)
    assert found == (positions("DoLo", 0) if wrong else set())
    assert flagged("707", YEAR, DoLo=[order(start, end)], Episodes=[{"CHILD": "1"}]) == set()


def test_708_orders_start_after_birth() -> None:
    dobs = ("30/04/2026", "01/05/2026", "02/05/2026", None)
    rows = [order("01/05/2026", DOB=dob) for dob in dobs]
    assert flagged("708", YEAR, DoLo=rows) == positions("DoLo", 1, 2)


@pytest.mark.parametrize(
    ("place", "unexpected", "forbidden"),
    [
        ("K2", False, False),
        ("Z12", False, False),
        ("Z13", False, False),
        ("R5", True, True),
        ("P1", True, True),
        ("U6", True, False),
        (None, True, False),
        ("K1", True, True),
        ("K3", True, True),
    ],
)
def test_709_and_710_placements_under_an_order(place: str | None, unexpected: bool, forbidden: bool) -> None:
    tables = {
        "DoLo": [order("01/05/2026", "01/06/2026")],
        "Episodes": [{"CHILD": "1", "DECOM": "15/05/2026", "PLACE": place}, {"CHILD": "2", "PLACE": place}],
    }
    both = {"DoLo 0", "Episodes 0"}
    assert flagged("709", YEAR, **tables) == (both if unexpected else set())
    assert flagged("710", YEAR, **tables) == (both if forbidden else set())


@pytest.mark.parametrize(
    ("span", "care", "shared"),
    [
        (("01/05/2026", "01/06/2026"), ("01/06/2026", None), True),
        (("01/05/2026", "01/06/2026"), ("02/06/2026", None), False),
        (("01/05/2026", "01/06/2026"), ("01/04/2026", "01/05/2026"), True),
        (("01/05/2026", "01/06/2026"), ("01/04/2026", "30/04/2026"), False),
        (("01/05/2026", "01/06/2026"), ("01/04/2026", "soon"), True),
        (("01/05/2026", "01/06/2026"), (None, None), False),
        (("01/05/2026", None), ("31/03/2027", None), True),
        (("01/05/2026", None), ("01/04/2027", None), False),
        (("01/05/2026", "soon"), ("15/05/2026", None), False),
        (("soon", "01/06/2026"), ("15/05/2026", None), True),
        (("soon", "01/06/2026"), ("15/05/2026", "20/05/2026"), False),
        ((None, "01/06/2026"), ("15/05/2026", None), False),
    ],
)
def test_709_and_710_an_order_and_an_episode_that_share_a_day(span: Span, care: Span, shared: bool) -> None:
    tables = {"DoLo": [order(*span)], "Episodes": [{"CHILD": "1", "DECOM": care[0], "DEC": care[1], "PLACE": "P1"}]}
    for code in ("709", "710"):
        assert flagged(code, YEAR, **tables) == ({"DoLo 0", "Episodes 0"} if shared else set())

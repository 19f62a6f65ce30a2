"""Hand-written cases of the reference for legal status."""

import pytest

from reference.cla import legal_status
from reference.cla_cases import Cells, Tables, flagged, written


def episode(child: str | None = "A", since: str | None = None, until: str | None = None, **cells: str | None) -> Cells:
    return {"CHILD": child, "DECOM": since, "DEC": until, **cells}


def orders(status: str, *spans: tuple[str, str | None, str | None]) -> Tables:
    """Episodes under one order: child, start, end."""
    return {"Episodes": [episode(child, since, until, LS=status) for child, since, until in spans]}


CASES: list[tuple[str, Tables, str]] = [
    ("144", {"Episodes": [episode(LS="C3"), episode(LS="c2"), episode()]}, "Episodes 0"),
    (
        "358",
        {
            "Header": [{"CHILD": "A", "DOB": "02/05/2015"}, {"CHILD": "B", "DOB": "01/05/2015"}, {"CHILD": "C"}],
            "Episodes": [episode(child, "01/05/2025", LS="J2") for child in "ABCD"] + [episode("A", "01/05/2025")],
        },
        "Episodes 0, Header 0",
    ),
    (
        "359",
        {
            "Header": [{"CHILD": "A", "DOB": "30/03/2008"}, {"CHILD": "B", "DOB": "31/03/2008"}, {"CHILD": "C"}],
            "Episodes": [
                episode("A", LS="V2"),
                episode("A", LS="V2", PLACE="K2"),
                episode("A", until="soon"),
                episode("A"),
                episode("B"),
                episode("C"),
                episode("A", LS="C2", PLACE="K2"),
            ],
        },
        "Episodes 0 3 6",
    ),
    (
        "361",
        {
            "Episodes": [
                episode("chain", "03/05/2025", "05/05/2025", LS="L1"),
                episode("chain", "01/05/2025", "03/05/2025", LS="L1"),
                episode("just", "01/05/2025", "04/05/2025", LS="L1"),
                episode("between", "01/06/2025", "04/06/2025", LS="L1"),
                episode("between", "04/06/2025", "08/06/2025", LS="C2"),
                episode("between", "08/06/2025", "10/06/2025", LS="L1"),
                episode("open", "27/03/2026", LS="L1"),
                episode("open later", "28/03/2026", LS="L1"),
                episode("gap", "01/05/2025", "03/05/2025", LS="L1"),
                episode("gap", "04/05/2025", "06/05/2025", LS="L1"),
                episode("undated", None, "06/05/2025", LS="L1"),
                episode("year end", "29/03/2026", None, LS="L1"),
                episode("year end", "31/03/2026", "02/04/2026", LS="L1"),
            ]
        },
        "Episodes 0 1 6 11 12",
    ),
    (
        "362",
        orders("L2", ("A", "01/05/2025", "23/05/2025"), ("B", "01/05/2025", "22/05/2025"), ("C", "01/03/2026", "soon")),
        "Episodes 0 2",
    ),
    (
        "363",
        {
            "Episodes": [
                episode("A", "05/05/2025", "09/05/2025", LS="L3"),
                episode("A", "03/05/2025", "05/05/2025", LS="C2"),
                episode("A", "01/05/2025", "05/05/2025", LS="L3"),
                episode("B", "01/05/2025", "08/05/2025", LS="L3"),
                episode("B", "09/05/2025", "12/05/2025", LS="L3"),
                episode("C", "23/03/2026", LS="L3"),
                episode("D", "01/05/2025", "soon", LS="L3"),
                episode("D", "01/06/2025", "09/06/2025", LS="L3"),
                episode("E", "01/05/2025", "09/05/2025", LS="C2"),
                episode("F", "01/05/2025", "soon", LS="L3"),
                episode("F", "01/06/2025", "08/06/2025", LS="L3"),
            ]
        },
        "Episodes 0 2 5 6 7",
    ),
    ("364", orders("J2", ("A", "01/05/2025", "23/05/2025"), ("B", "01/05/2025", "22/05/2025")), "Episodes 0"),
    (
        "365",
        {
            "Episodes": [
                episode("A", "01/05/2025", "19/05/2025", LS="V3"),
                episode("A", "01/05/2025", "18/05/2025", LS="V3"),
                episode("A", "13/03/2026", None, LS="V3"),
                episode("A", "14/03/2026", None, LS="V3"),
                episode("A", "01/01/2025", "soon", LS="V3"),
                episode("A", "01/05/2025", "19/05/2025", LS="V4"),
            ]
        },
        "Episodes 0 2",
    ),
    (
        "366",
        {"Episodes": [episode(LS="V3", RNE="P"), episode(LS="V3"), episode(LS="V3", RNE="S"), episode(LS="V4")]},
        "Episodes 0 1",
    ),
    (
        "367",
        {
            "Episodes": [
                episode("A", "01/01/2025", "01/06/2025", LS="V3"),
                episode("A", "01/07/2025", "15/07/2025", LS="V3"),
                episode("A", "01/08/2025", "02/08/2025", LS="V3"),
                episode("A", "01/09/2025", "01/09/2025", LS="V3"),
                episode("B", "01/04/2025", "15/06/2025", LS="V3"),
                episode("B", "15/06/2025", "01/12/2025", LS="C2"),
                episode("C", "01/01/2026", None, LS="V3"),
                episode("D", "01/04/2025", "soon", LS="V3"),
            ]
        },
        "Episodes 0 1 2 6",
    ),
    (
        "378",
        {"Episodes": [episode(PLACE="P1", LS="V2"), episode(PLACE="P1", LS="C2"), episode(LS="V2")]},
        "Episodes 0",
    ),
    (
        "382",
        {
            "Episodes": [
                episode(PLACE="T0", LS="V3"),
                episode(PLACE="T4", LS="V4"),
                episode(PLACE="T1", LS="V2"),
                episode(PLACE="U1", LS="V4"),
            ]
        },
        "Episodes 0 1",
    ),
    (
        "384",
        {
            "Episodes": [
                episode(PLACE="U1", LS="V4"),
                episode(PLACE="U4", LS="V3"),
                episode(PLACE="U2", LS="V3"),
                episode(PLACE="U1"),
            ]
        },
        "Episodes 0 1",
    ),
    (
        "408",
        {
            "Episodes": [
                episode(PLACE="A5", LS="C1"),
                episode(PLACE="A6"),
                episode(PLACE="A6", LS="E1"),
                episode(PLACE="A4"),
            ]
        },
        "Episodes 0 1",
    ),
    (
        "426",
        {
            "Episodes": [
                episode("A", LS="V3"),
                episode("B", LS="V3"),
                episode("A", LS="V4"),
                episode("A", LS="C2"),
                episode(None, LS="V3"),
                episode(None, LS="V4"),
            ]
        },
        "Episodes 0 2",
    ),
    (
        "446",
        {
            "Episodes": [
                episode("A", "30/11/2005", LS="E1"),
                episode("A", "01/12/2005", LS="E1"),
                episode("A", "30/11/2005", LS="D1"),
                episode(LS="E1"),
            ]
        },
        "Episodes 0",
    ),
    (
        "516",
        {
            "Episodes": [
                episode(REC="E45", PLACE="K2"),
                episode(REC="E46"),
                episode(REC="E46", PLACE="U6"),
                episode(REC="E47"),
            ]
        },
        "Episodes 0 1",
    ),
]
ENDED: list[tuple[str, Tables, str]] = [
    (
        "445",
        {
            "Episodes": [
                episode("A", "01/01/2006", LS="D1"),
                episode("A", "31/12/2005", LS="D1"),
                episode("A", "01/01/2006", LS="E1"),
            ]
        },
        "Episodes 0",
    ),
    (
        "451",
        {
            "Episodes": [
                episode(LS="D1"),
                episode(LS="D1", until="soon"),
                episode(LS="D1", REC="E3"),
                episode(LS="E1"),
            ]
        },
        "Episodes 0",
    ),
]


@pytest.mark.parametrize(("code", "tables", "expected"), CASES, ids=[code for code, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, tables: Tables, expected: str) -> None:
    assert flagged(code, **tables) == written(expected)


@pytest.mark.parametrize(("code", "tables", "expected"), ENDED, ids=[code for code, _, _ in ENDED])
def test_a_rule_on_freeing_orders_ended_in_2023_24(code: str, tables: Tables, expected: str) -> None:
    assert flagged(code, "2023-24", **tables) == written(expected)
    assert flagged(code, "2024-25", **tables) == set()


def test_every_rule_on_legal_status_has_a_case() -> None:
    assert {code for code, _, _ in CASES + ENDED} == {code for code, _, _, _ in legal_status.RULES}

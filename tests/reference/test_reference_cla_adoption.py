"""Hand-written cases of the reference for adoption."""

import pytest

from reference.cla import adoption
from reference.cla_cases import Cells, Tables, flagged, written

FULL: Cells = {
    "DATE_INT": "01/05/2025",
    "DATE_MATCH": "01/06/2025",
    "FOSTER_CARE": "0",
    "NB_ADOPTR": "2",
    "SEX_ADOPTR": "MF",
    "LS_ADOPTR": "L11",
}


def ad1(child: str | None = "A", **cells: str | None) -> Cells:
    return {"CHILD": child, **cells}


def full(child: str | None = "A", **cells: str | None) -> Cells:
    return {"CHILD": child, **FULL, **cells}


def episode(child: str | None = "A", **cells: str | None) -> Cells:
    return {"CHILD": child, **cells}


def adopted(child: str | None = "A", **cells: str | None) -> Cells:
    return {"CHILD": child, "REC": "E11", "DECOM": "01/05/2025", "DEC": "01/09/2025", **cells}


CASES: list[tuple[str, Tables, str]] = [
    ("112", {"AD1": [ad1(DATE_INT="31/02/2025"), ad1(DATE_INT="2025-02-28"), ad1(DATE_INT="1/4/2025")]}, "AD1 0 2"),
    ("113", {"AD1": [ad1(DATE_MATCH="soon"), ad1(DATE_MATCH="01/04/2025"), ad1()]}, "AD1 0"),
    ("114", {"AD1": [ad1(FOSTER_CARE="2"), ad1(FOSTER_CARE="0"), ad1(FOSTER_CARE="1"), ad1()]}, "AD1 0"),
    ("175", {"AD1": [ad1(NB_ADOPTR="0"), ad1(NB_ADOPTR="2"), ad1()]}, "AD1 0"),
    ("176", {"AD1": [ad1(SEX_ADOPTR="FM"), ad1(SEX_ADOPTR="mf"), ad1()]}, "AD1 0"),
    ("177", {"AD1": [ad1(LS_ADOPTR="L1"), ad1(LS_ADOPTR="L12"), ad1()]}, "AD1 0"),
    (
        "134",
        {
            "AD1": [ad1(NB_ADOPTR="1"), ad1(), ad1("B", NB_ADOPTR="1"), ad1("C", NB_ADOPTR="1")],
            "OC3": [{"CHILD": "A", "ACTIV": "F1"}, {"CHILD": "B"}],
        },
        "AD1 0",
    ),
    ("151", {"AD1": [full(LS_ADOPTR=None), full(), ad1()]}, "AD1 0"),
    (
        "331",
        {
            "AD1": [full(DATE_MATCH="02/05/2025"), full("B", DATE_MATCH="01/05/2025"), full("C")],
            "Episodes": [adopted("B"), adopted(), adopted("C", REC="X1")],
        },
        "AD1 0, Episodes 1",
    ),
    (
        "333",
        {
            "AD1": [
                ad1(DATE_MATCH="01/05/2025", DATE_INT="02/05/2025"),
                ad1(DATE_MATCH="01/05/2025", DATE_INT="99/99/2025"),
                ad1(DATE_MATCH="01/05/2025", DATE_INT="01/05/2025"),
                ad1(DATE_INT="01/05/2025"),
            ]
        },
        "AD1 0 1",
    ),
    (
        "334",
        {
            "Episodes": [
                episode(RNE="S", DECOM="01/04/2025"),
                episode(RNE="S", DECOM="02/05/2025"),
                episode(RNE="L", DECOM="01/08/2025"),
                episode("B", RNE="S", DECOM="01/05/2025"),
                episode("C", RNE="S", DECOM=None),
                episode("D", RNE="S", DECOM="02/05/2025"),
                episode("D", RNE="S", DECOM="02/05/2025"),
            ],
            "AD1": [full(), full("B"), full("C"), full("D")],
        },
        "AD1 0 3, Episodes 1 5",
    ),
    (
        "335",
        {
            "Episodes": [
                adopted(PLACE="A3"),
                adopted("B", PLACE="A6"),
                adopted("C", PLACE="A4"),
                adopted("D", PLACE="A3", REC="X1"),
                adopted("E", PLACE="A5"),
                adopted("B", PLACE="U1"),
            ],
            "AD1": [full(), full("B", FOSTER_CARE="1"), full("C"), full("D"), full("E", FOSTER_CARE=None)],
        },
        "AD1 0 1, Episodes 0 1",
    ),
    (
        "511",
        {"AD1": [full(SEX_ADOPTR="M1"), full(), full(NB_ADOPTR="1", SEX_ADOPTR="F1"), full(SEX_ADOPTR=None)]},
        "AD1 0",
    ),
    (
        "514",
        {"AD1": [full(LS_ADOPTR="L0"), full(LS_ADOPTR="L0", SEX_ADOPTR=None), full(LS_ADOPTR="L0", SEX_ADOPTR="F1")]},
        "AD1 0 1",
    ),
    ("517", {"AD1": [full(LS_ADOPTR="L3", SEX_ADOPTR="MM"), full(LS_ADOPTR="L3"), full(SEX_ADOPTR="MM")]}, "AD1 0"),
    ("518", {"AD1": [full(LS_ADOPTR="L4"), full(LS_ADOPTR="L4", SEX_ADOPTR="FF")]}, "AD1 0"),
    ("519", {"AD1": [full(LS_ADOPTR="L2", SEX_ADOPTR="M1"), full(LS_ADOPTR="L2", SEX_ADOPTR="MM")]}, "AD1 0"),
    ("520", {"AD1": [full(SEX_ADOPTR="FF"), full(SEX_ADOPTR=None), full()]}, "AD1 0 1"),
    ("524", {"AD1": [full(LS_ADOPTR="L12"), full(LS_ADOPTR="L12", SEX_ADOPTR="FF")]}, "AD1 0"),
    (
        "521",
        {
            "Episodes": [
                episode(PLACE="A4", DECOM="30/04/2025"),
                episode(PLACE="U1", DECOM="30/04/2025"),
                episode("B", PLACE="A4", DECOM="01/05/2025"),
            ],
            "AD1": [full(), full("B")],
        },
        "AD1 0, Episodes 0",
    ),
    (
        "523",
        {
            "PlacedAdoption": [
                {"CHILD": "A", "DATE_PLACED": "02/05/2025"},
                {"CHILD": "A", "DATE_PLACED": "2025-05-01"},
                {"CHILD": "B", "DATE_PLACED": "01/05/2025"},
                {"CHILD": "C"},
                {"CHILD": "D", "DATE_PLACED": "01/05/2025"},
            ],
            "AD1": [full(), full("B"), full("C"), full("D", DATE_INT=None)],
        },
        "AD1 0, PlacedAdoption 0",
    ),
    (
        "525",
        {
            "PlacedAdoption": [{"CHILD": "A", "DATE_PLACED_CEASED": "soon"}, {"CHILD": "B"}],
            "AD1": [ad1(FOSTER_CARE="0"), ad1(), full("B")],
        },
        "AD1 0, PlacedAdoption 0",
    ),
    (
        "582",
        {
            "Episodes": [
                adopted(DEC="01/06/2025"),
                adopted(DEC="02/06/2025"),
                adopted("B", DEC=None),
                adopted(DEC="2025-06-01", REC="E2"),
            ],
            "AD1": [full(), full("B", DATE_MATCH=None), full(DATE_MATCH="01/01/2025")],
        },
        "Episodes 0",
    ),
    (
        "601",
        {
            "Episodes": [
                adopted(),
                adopted("B"),
                adopted("C"),
                adopted(DEC="01/04/2026"),
                adopted("D", DEC="31/03/2026", REC="E12"),
            ],
            "AD1": [full(NB_ADOPTR=None), full("B"), full("D", DATE_INT=None)],
        },
        "AD1 0 2, Episodes 0 2 4",
    ),
    (
        "602",
        {
            "Episodes": [adopted(), adopted("B", DEC="31/03/2025"), adopted("C", REC="X1")],
            "AD1": [full(), full("B"), full("C"), ad1("D", NB_ADOPTR="1"), ad1("D"), full(None)],
        },
        "AD1 1 2 3 5",
    ),
]


@pytest.mark.parametrize(("code", "tables", "expected"), CASES, ids=[code for code, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, tables: Tables, expected: str) -> None:
    assert flagged(code, **tables) == written(expected)


def test_every_adoption_rule_has_a_case() -> None:
    assert {code for code, _, _ in CASES} == {code for code, _, _, _ in adoption.RULES}


def test_a_rule_whose_table_was_not_supplied_is_not_run() -> None:
    assert flagged("602", AD1=[full()]) == set()
    assert flagged("602", AD1=[full()], Episodes=[]) == {"AD1 0"}

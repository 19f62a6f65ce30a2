"""Hand-written cases of the reference for the decision to place a child for adoption."""

import pytest

from reference.cla import placed_for_adoption
from reference.cla_cases import Cells, Tables, flagged, written


def placed(child: str | None = "A", since: str | None = None, until: str | None = None, **cells: str | None) -> Cells:
    return {"CHILD": child, "DATE_PLACED": since, "DATE_PLACED_CEASED": until, **cells}


def reversed_decision(child: str | None = "A", since: str | None = "01/05/2024") -> Cells:
    return placed(child, since, "01/06/2024", REASON_PLACED_CEASED="RD1")


def episode(child: str | None = "A", since: str | None = None, until: str | None = None, **cells: str | None) -> Cells:
    return {"CHILD": child, "DECOM": since, "DEC": until, **cells}


CASES: list[tuple[str, str, Tables, str]] = [
    (
        "115",
        "2025-26",
        {"PlacedAdoption": [placed(since="30/02/2025"), placed(since="2025-02-28"), placed()]},
        "PlacedAdoption 0",
    ),
    ("116", "2025-26", {"PlacedAdoption": [placed(until="1/1/25"), placed(until="01/01/2025")]}, "PlacedAdoption 0"),
    (
        "1003",
        "2025-26",
        {
            "PlacedAdoption": [placed("A", "30/04/2025"), placed("A", "01/05/2025"), placed("B", "01/01/2020")],
            "Episodes": [
                episode("A", "01/08/2025", RNE="S"),
                episode("A", "01/05/2025", RNE="S"),
                episode("A", "01/06/2025", RNE="L"),
                episode("B", "01/05/2025", RNE="L"),
            ],
        },
        "PlacedAdoption 0, Episodes 1",
    ),
    (
        "117",
        "2025-26",
        {
            "PlacedAdoption": [
                placed("A", "02/06/2025"),
                placed("A", "01/06/2025", "01/06/2025"),
                placed("B", "01/06/2025", "01/04/2026"),
                placed("C", "01/04/2026"),
                placed("B", "31/03/2026"),
                placed("D", "02/06/2025"),
            ],
            "Episodes": [
                episode("A", "01/05/2025", "01/06/2025", REC="E11"),
                episode("A", "01/07/2025", "01/08/2025", REC="X1"),
                episode("B", "01/05/2025"),
                episode("C", "01/05/2025", "01/06/2025", REC="X1"),
                episode("D", "01/05/2025", "01/06/2025", REC="E11"),
                episode("D", "01/05/2025", "01/07/2025", REC="E11"),
            ],
        },
        "PlacedAdoption 0 2 5, Episodes 0 2 4",
    ),
    (
        "118",
        "2025-26",
        {
            "PlacedAdoption": [
                placed("A", until="30/04/2025"),
                placed("A", until="01/05/2025"),
                placed("B", until="31/03/2025"),
                placed("C", until="31/03/2025"),
                placed("B", until="01/04/2025"),
            ],
            "Episodes": [
                episode("A", "01/04/2025", LS="V3"),
                episode("A", "01/05/2025", LS="C1"),
                episode("B", "01/05/2020"),
                episode("C", "01/05/2020", LS="V4"),
            ],
        },
        "PlacedAdoption 0 2, Episodes 1 2",
    ),
    (
        "119",
        "2025-26",
        {"PlacedAdoption": [placed(until="soon"), reversed_decision(), placed(), placed(REASON_PLACED_CEASED="RD2")]},
        "PlacedAdoption 0 3",
    ),
    (
        "120",
        "2025-26",
        {"PlacedAdoption": [placed(REASON_PLACED_CEASED="RD5"), placed(REASON_PLACED_CEASED="rd4"), placed()]},
        "PlacedAdoption 0",
    ),
    (
        "184",
        "2025-26",
        {
            "Header": [
                {"CHILD": "A", "DOB": "01/05/2020"},
                {"CHILD": "B", "DOB": None},
                {"CHILD": "D", "DOB": "01/05/2020"},
                {"CHILD": "D", "DOB": "02/05/2020"},
            ],
            "PlacedAdoption": [
                placed("A", "30/04/2020"),
                placed("A", "01/05/2020", DOB="01/05/2024"),
                placed("A"),
                placed("B", "01/05/2020", DOB="01/05/2000"),
                placed("C", "01/05/2020"),
                placed("D", "01/05/2020"),
            ],
        },
        "PlacedAdoption 0 3 4 5",
    ),
    (
        "336",
        "2025-26",
        {
            "Episodes": [
                episode("A", "01/07/2025", PLACE="A3"),
                episode("A", "01/05/2025", PLACE="K2"),
                episode("A", "01/08/2025", PLACE="A5"),
                episode("B", "01/05/2025", PLACE="A5"),
                episode("B", None, PLACE="A4"),
                episode("C", "01/05/2025", PLACE="U3"),
                episode("C", "01/06/2025", PLACE="A3"),
                episode("D", None, PLACE="K2"),
                episode("D", None, PLACE="A3"),
                episode("E", "01/05/2025"),
                episode("E", None, PLACE="A5"),
                episode("F", "01/05/2025", PLACE="K2"),
                episode("F", "01/06/2025", PLACE="A4"),
            ]
        },
        "Episodes 0 10",
    ),
    (
        "390",
        "2025-26",
        {
            "Episodes": [
                episode(REC="E11", PLACE="U1"),
                episode(REC="E12", PLACE="A5"),
                episode(REC="X1"),
                episode(REC="E12"),
            ]
        },
        "Episodes 0 3",
    ),
    (
        "522",
        "2025-26",
        {"PlacedAdoption": [placed("A", "02/05/2025", "2025-05-01"), placed("A", "01/05/2025", "01/05/2025")]},
        "PlacedAdoption 0",
    ),
    (
        "551",
        "2025-26",
        {
            "Episodes": [
                episode("A", PLACE="A3"),
                episode("B", PLACE="A3"),
                episode("C", PLACE="A6"),
                episode("D", PLACE="U1"),
                episode(None, PLACE="A4"),
            ],
            "PlacedAdoption": [placed("A", "01/05/2025"), placed("A"), placed("C", "soon"), placed(None, "01/05/2025")],
        },
        "Episodes 0 1 4",
    ),
    (
        "552",
        "2025-26",
        {
            "Episodes": [
                episode("disrupted", "01/07/2024", PLACE="A4"),
                episode("disrupted", "01/07/2025", PLACE="A4"),
                episode("early", "01/04/2025", PLACE="A4"),
                episode("early", "01/03/2025", PLACE="U1"),
                episode("ended", "01/04/2025", PLACE="A4"),
                episode("same day", "01/05/2025", PLACE="A5"),
                episode("early", None, PLACE="A4"),
                episode("last day", "01/04/2025", PLACE="A6"),
                episode("twice", "01/04/2025", PLACE="A6"),
                episode("none", "01/04/2025", PLACE="A6"),
            ],
            "PlacedAdoption": [
                placed("disrupted", "01/06/2024", "01/01/2025"),
                placed("disrupted", "01/06/2025"),
                placed("early", "02/04/2025"),
                placed("early", "03/04/2025"),
                placed("ended", "01/01/2025", "31/03/2025"),
                placed("ended", "01/05/2025"),
                placed("same day", "01/05/2025"),
                placed("last day", "01/01/2025", "01/04/2025"),
                placed("last day", "01/05/2025"),
                placed("twice", "01/05/2025"),
                placed("twice", "01/05/2025"),
            ],
        },
        "Episodes 2 4 8, PlacedAdoption 3 5 9",
    ),
    (
        "553",
        "2025-26",
        {
            "Episodes": [
                episode("none", "01/05/2025", LS="E1"),
                episode("undated", "01/05/2025", "01/06/2025", LS="E1"),
                episode("ended", "01/05/2025", LS="E1"),
                episode("renewed", "01/05/2025", LS="E1"),
                episode("closed", "01/05/2025", "01/06/2025", LS="E1"),
                episode("no order", "01/05/2025", LS="C1"),
                episode("half", "01/05/2025", LS="E1"),
            ],
            "PlacedAdoption": [
                placed("undated"),
                reversed_decision("ended"),
                reversed_decision("renewed"),
                placed("renewed", "01/05/2025"),
                reversed_decision("closed"),
                reversed_decision("half"),
                placed("half"),
            ],
        },
        "Episodes 0 1, PlacedAdoption 1 5 6",
    ),
    (
        "555",
        "2023-24",
        {
            "Episodes": [episode("A", LS="D1"), episode("B", LS="D1"), episode("C", LS="E1")],
            "PlacedAdoption": [reversed_decision("A")],
        },
        "Episodes 1, PlacedAdoption 0",
    ),
    ("555", "2024-25", {"Episodes": [episode("A", LS="D1")], "PlacedAdoption": []}, ""),
    (
        "554",
        "2025-26",
        {
            "Episodes": [
                episode("A", "01/06/2025", LS="E1"),
                episode("A", "01/05/2025", LS="E1"),
                episode("B", None, LS="E1"),
            ],
            "PlacedAdoption": [placed("A", "02/05/2025"), placed("A", "01/05/2025"), placed("B", "01/05/2025")],
        },
        "Episodes 1, PlacedAdoption 0",
    ),
    (
        "556",
        "2022-23",
        {
            "Episodes": [
                episode("A", "01/05/2022", LS="D1"),
                episode("A", "02/05/2022", LS="D1"),
                episode("A", "01/05/2022", LS="E1"),
            ],
            "PlacedAdoption": [placed("A", "02/05/2022"), placed("A", "01/01/2022")],
        },
        "Episodes 0",
    ),
    (
        "557",
        "2023-24",
        {
            "Episodes": [
                episode("A", PLACE="A4", REC="E3"),
                episode("A", PLACE="A4", REC="E12"),
                episode("B", LS="D1", REC="E3"),
                episode("C", LS="E1", REC="E3"),
                episode("D", LS="E1", REC="E3"),
                episode("B", LS="D1"),
            ],
            "PlacedAdoption": [placed("A", "01/05/2022"), reversed_decision("C"), placed("D", until="01/05/2022")],
        },
        "Episodes 0 2 4, PlacedAdoption 0 2",
    ),
    (
        "557",
        "2024-25",
        {"Episodes": [episode("B", LS="D1", REC="E3"), episode("B", LS="E1", REC="E4A")], "PlacedAdoption": []},
        "Episodes 1",
    ),
    (
        "558",
        "2025-26",
        {
            "Episodes": [
                episode("A", REC="E11"),
                episode("A", REC="X1"),
                episode("B", REC="E12"),
                episode("C", REC="E12"),
            ],
            "PlacedAdoption": [reversed_decision("A"), reversed_decision("B"), placed("B", "01/05/2025")],
        },
        "Episodes 0",
    ),
    (
        "563",
        "2025-26",
        {"PlacedAdoption": [reversed_decision("A", None), reversed_decision(), placed(until="01/05/2025")]},
        "PlacedAdoption 0",
    ),
    (
        "579",
        "2025-26",
        {
            "PlacedAdoption": [
                placed("A", "01/08/2025"),
                placed("A", "01/05/2025", "01/06/2025"),
                placed("A", "01/06/2025", "02/08/2025"),
                placed("B", "01/05/2025"),
                placed("B", None),
                placed("C", "01/05/2025", "02/06/2025"),
                placed("C", "01/06/2025"),
            ]
        },
        "PlacedAdoption 0 4 6",
    ),
    (
        "583",
        "2025-26",
        {
            "PlacedAdoption": [
                placed("A", "25/12/2023"),
                placed("A", "01/02/2024"),
                placed("A", None),
                placed("A", "01/01/2023", "01/02/2023"),
                placed("B", None),
                placed("B", None),
                placed("C", "01/02/2024"),
                placed("C", "01/02/2024"),
            ]
        },
        "PlacedAdoption 0 2 6",
    ),
]
LAST_YEAR: list[tuple[str, list[Cells], list[Cells], str]] = [
    (
        "559",
        [placed("A", "31/03/2025"), placed("B", "31/03/2025"), placed("C", "31/03/2025"), placed("A", "01/04/2025")],
        [placed("B", "01/01/2020"), placed("C", "01/01/2020"), placed("C", "soon")],
        "PlacedAdoption 0 2",
    ),
    (
        "560",
        [
            placed("A", "2024-05-01"),
            placed("A", "02/05/2024"),
            placed("A"),
            placed("B", "02/05/2024"),
            placed("C", "01/05/2024"),
            placed("D", "02/05/2024"),
            placed("D"),
        ],
        [placed("A", "01/05/2024"), reversed_decision("B"), placed("C"), placed("D", "01/05/2024")],
        "PlacedAdoption 5 6",
    ),
    (
        "561",
        [
            placed("A", "2024-05-01"),
            placed("A", "02/05/2024"),
            placed("A", "30/04/2024"),
            placed("B", "01/05/2024"),
            placed("C"),
            placed("D", "01/05/2024"),
        ],
        [
            reversed_decision("A"),
            placed("B", "01/05/2024"),
            reversed_decision("C", None),
            placed("D", "01/05/2024", REASON_PLACED_CEASED="RD1"),
        ],
        "PlacedAdoption 0 5",
    ),
    (
        "584",
        [
            placed("A", "01/05/2024"),
            placed("A", "02/05/2024"),
            placed("A"),
            placed("B", "01/01/2020"),
            placed("C"),
            placed("D"),
        ],
        [reversed_decision("A"), placed("B", "01/05/2024"), reversed_decision("C", None)],
        "PlacedAdoption 0 2",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[f"{one[0]} {one[1]}" for one in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: Tables, expected: str) -> None:
    assert flagged(code, period, **tables) == written(expected)


@pytest.mark.parametrize(("code", "this", "last", "expected"), LAST_YEAR, ids=[one[0] for one in LAST_YEAR])
def test_a_rule_compares_with_last_year(code: str, this: list[Cells], last: list[Cells], expected: str) -> None:
    assert flagged(code, PlacedAdoption=this, previous={"PlacedAdoption": last}) == written(expected)
    assert flagged(code, PlacedAdoption=this) == set()


def test_every_rule_on_placing_for_adoption_has_a_case() -> None:
    tested = {one[0] for one in CASES} | {one[0] for one in LAST_YEAR}
    assert tested == {code for code, _, _, _ in placed_for_adoption.RULES}

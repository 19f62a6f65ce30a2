"""Hand-written cases of the reference for episodes one after the other."""

import pytest

from reference.cla import episodes
from reference.cla_cases import Cells, Tables, flagged, written


def episode(child: str | None = "A", since: str | None = None, until: str | None = None, **cells: str | None) -> Cells:
    return {"CHILD": child, "DECOM": since, "DEC": until, **cells}


def may(child: str | None = "A", **cells: str | None) -> Cells:
    return episode(child, "01/05/2025", "01/06/2025", **cells)


def june(child: str | None = "A", **cells: str | None) -> Cells:
    return episode(child, "01/06/2025", "01/07/2025", **cells)


def born(*days: str | None) -> list[Cells]:
    """One header a child, called A, B, C."""
    return [{"CHILD": child, "DOB": day} for child, day in zip("ABCDEF", days, strict=False)]


HOME: Cells = {"LS": "C1", "PLACE": "U1", "PL_POST": "AB1 2CD", "URN": "1", "PLACE_PROVIDER": "PR1"}
NO_URN: Cells = {**HOME, "URN": None}
NOTHING: Cells = dict.fromkeys(HOME)

CASES: list[tuple[str, Tables, str]] = [
    ("141", {"Episodes": [episode(since="29/02/2025"), episode(since="29/02/2024"), episode()]}, "Episodes 0"),
    ("143", {"Episodes": [episode(RNE="X"), episode(RNE="b"), episode()]}, "Episodes 0"),
    ("145", {"Episodes": [episode(CIN="N9"), episode(CIN="N8"), episode()]}, "Episodes 0"),
    ("147", {"Episodes": [episode(until="1.1.2025"), episode(until="2025-01-01"), episode()]}, "Episodes 0"),
    ("149", {"Episodes": [episode(REC="E4"), episode(REC="E4a"), episode(REC="X1"), episode()]}, "Episodes 0"),
    (
        "142",
        {
            "Episodes": [
                episode("A", "01/06/2025"),
                episode("A", "01/05/2025", "01/06/2025"),
                may(REC="X1"),
                episode("A", "01/04/2025", "soon", REC="X1"),
                episode("A"),
                episode("B", "01/05/2025"),
                episode("B"),
                episode("C", "01/05/2025"),
                episode("C", "01/05/2025"),
            ]
        },
        "Episodes 1 3 7",
    ),
    ("148", {"Episodes": [episode(until="soon"), may(REC="X1"), episode(), episode(REC="X1")]}, "Episodes 0 3"),
    ("353", {"Episodes": [episode(since="13/10/1991"), episode(since="1991-10-14"), episode()]}, "Episodes 0"),
    ("354", {"Episodes": [episode(since="01/04/2026"), episode(since="31/03/2026"), episode()]}, "Episodes 0"),
    ("385", {"Episodes": [episode(until="01/04/2026"), episode(until="31/03/2026"), episode()]}, "Episodes 0"),
    (
        "355",
        {"Episodes": [episode("A", "01/05/2025", "2025-05-01"), may(), episode(), episode("A", "soon", "soon")]},
        "Episodes 0",
    ),
    (
        "356",
        {"Episodes": [episode("A", "01/05/2025", "30/04/2025"), episode("A", "01/05/2025", "01/05/2025"), may()]},
        "Episodes 0",
    ),
    (
        "357",
        {
            "Episodes": [
                june(RNE="S"),
                episode("A", "01/04/2025", RNE="P"),
                episode("A", RNE="S"),
                episode("B", "31/03/2025", RNE="L"),
                may("C"),
                may("C", RNE="S"),
                may("D", RNE="S"),
            ]
        },
        "Episodes 1 4",
    ),
    (
        "352",
        {
            "Header": born("01/05/2007", "02/05/2007", None, "01/05/2007"),
            "Episodes": [may("A", RNE="S"), may("B", RNE="S"), may("C", RNE="S"), may("D", RNE="L"), may("X", RNE="S")],
        },
        "Episodes 0",
    ),
    (
        "386",
        {
            "Header": born("01/06/2007", "02/06/2007", None, "01/06/2007"),
            "Episodes": [may("A", REC="E11"), may("B", REC="E12"), may("C", REC="E12"), may("D", REC="E15")],
        },
        "Episodes 0",
    ),
    (
        "387",
        {
            "Header": born("02/06/2011", "01/06/2011", None, "02/06/2011"),
            "Episodes": [may("A", REC="E5"), may("B", REC="E6"), may("C", REC="E6"), may("D", REC="X1"), may(None)],
        },
        "Episodes 0",
    ),
    (
        "389",
        {
            "Header": born("02/06/2009", "01/06/2009", None, "02/06/2009"),
            "Episodes": [may("A", REC="E7"), may("B", REC="E7"), may("C", REC="E7"), episode("D", REC="E7")],
        },
        "Episodes 0",
    ),
    (
        "407",
        {
            "Header": born("01/06/2007", "02/06/2007", None, "01/06/2007"),
            "Episodes": [may("A", REC="E45"), may("B", REC="E48"), may("C", REC="E46"), may("D", REC="E41")],
        },
        "Episodes 0, Header 0",
    ),
    (
        "460",
        {
            "Header": born("29/02/2008", "01/06/2007", None, "02/06/2007"),
            "Episodes": [
                episode("A", until="27/02/2026", REC="E17"),
                episode("A", until="28/02/2026", REC="E17"),
                may("B", REC="E17"),
                may("C", REC="E17"),
                may("D", REC="E15"),
            ],
        },
        "Episodes 0",
    ),
    (
        "388",
        {
            "Episodes": [
                may("gap", REC="X1"),
                episode("gap", "02/06/2025"),
                may("goes on", REC="E3"),
                episode("goes on", "01/06/2025"),
                may("last", REC="X1"),
                may("right", REC="X1"),
                june("right", REC="E3"),
                may("undated", REC="X1"),
                episode("undated", None, "01/05/2025", REC="E3"),
                may("blank"),
                june("blank"),
                may(None, REC="X1"),
                episode("open", "01/05/2025", None, REC="X1"),
            ]
        },
        "Episodes 0 2 4 7 8",
    ),
    (
        "431",
        {
            "Episodes": [
                june(RNE="S"),
                may(),
                may("B"),
                episode("B", "02/06/2025", RNE="S"),
                may("C"),
                june("C", RNE="P"),
            ]
        },
        "Episodes 0",
    ),
    (
        "432",
        {
            "Episodes": [
                june(),
                may(REC="E3"),
                may("B", REC="E3"),
                june("B", RNE="S"),
                may("C", REC="X1"),
                june("C", RNE="P"),
                may("D"),
                june("D"),
            ]
        },
        "Episodes 0",
    ),
    (
        "433",
        {
            "Episodes": [
                may(),
                episode("A", "2025-06-01", "02/06/2025", RNE="P"),
                episode("A", "03/06/2025", RNE="L"),
                episode("A", None, RNE="T"),
                episode("B", "01/05/2025"),
                june("B", RNE="U"),
                may("C"),
                episode("C", "02/06/2025", RNE="S"),
                may("D", RNE="P"),
            ]
        },
        "Episodes 2 3 5",
    ),
    (
        "434",
        {
            "Episodes": [
                may(**HOME),
                june(**HOME, RNE="L"),
                may("B", **HOME),
                june("B", **{**NO_URN, "LS": "C2"}, RNE="L"),
                may("C", **NO_URN),
                june("C", **{**NO_URN, "LS": "C2"}, RNE="L"),
                may("D", **NOTHING),
                june("D", **NOTHING, RNE="L"),
                may("E", **HOME),
                june("E", **HOME, RNE="S"),
            ]
        },
        "Episodes 1 3",
    ),
    (
        "435",
        {
            "Episodes": [
                may(**NO_URN),
                june(**NO_URN, RNE="P"),
                may("B", **HOME),
                june("B", **{**NO_URN, "LS": "C2"}, RNE="T"),
                may("C", **HOME),
                june("C", **NO_URN, RNE="P"),
                may("D", **HOME),
                june("D", **HOME, RNE="L"),
                may("E", PLACE="U1"),
                june("E", PLACE="U4", RNE="P"),
            ]
        },
        "Episodes 1 3",
    ),
    (
        "436",
        {
            "Episodes": [
                may(**HOME),
                june(**{**HOME, "LS": "C2"}, RNE="U"),
                may("B", **HOME),
                june("B", **NO_URN, RNE="B"),
                may("C", **HOME),
                june("C", **{**HOME, "LS": "C2", "PLACE": "U4"}, RNE="B"),
                may("D", PLACE="U1"),
                june("D", PLACE="U4", RNE="U"),
                may("E", **HOME),
                june("E", **HOME, RNE="S"),
            ]
        },
        "Episodes 1 3 7",
    ),
    (
        "437",
        {
            "Episodes": [
                may(REC="E2"),
                episode("A"),
                may("B", REC="E15"),
                june("C", REC="E15"),
                may("C"),
                episode("D", None, REC="E2"),
                episode("D", None),
            ]
        },
        "Episodes 0",
    ),
    (
        "501",
        {
            "Episodes": [
                episode("A", "31/05/2025"),
                may(),
                may("B"),
                june("B"),
                episode("C", "01/05/2025"),
                june("C"),
                may("D"),
                may("D"),
            ]
        },
        "Episodes 0 7",
    ),
    (
        "504",
        {
            "Episodes": [
                may(REC="X1", CIN="N1"),
                june(REC="X1", CIN="N2"),
                episode("A", "01/07/2025", "01/08/2025", REC="X1", CIN="N2"),
                episode("A", "01/08/2025", "01/09/2025", REC="X1", CIN="N1"),
                episode("A", "01/09/2025", CIN=None),
                may("B", REC="E3", CIN="N1"),
                june("B", CIN="N2"),
                may("C", REC="X1"),
                june("C"),
                may("D", REC="X1", CIN="N1"),
                episode("D", "02/06/2025", CIN="N2"),
            ]
        },
        "Episodes 1 2 4",
    ),
]


@pytest.mark.parametrize(("code", "tables", "expected"), CASES, ids=[code for code, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, tables: Tables, expected: str) -> None:
    assert flagged(code, **tables) == written(expected)


def test_an_episode_after_adoption_is_flagged_even_if_the_adoption_was_last_year() -> None:
    this = [may(), june(REC="E11"), june(), june(REC="E12"), may("B"), june("C", REC="E11"), episode("C")]
    last = [episode("B", "01/01/2025", "01/02/2025", REC="E12"), june("C", REC="E11")]
    assert flagged("199", Episodes=this, previous={"Episodes": last}) == written("Episodes 2 3 4")
    assert flagged("199", Episodes=this) == written("Episodes 2 3")


def test_every_rule_on_episodes_has_a_case() -> None:
    assert {"199", *(code for code, _, _ in CASES)} == {code for code, _, _, _ in episodes.RULES}

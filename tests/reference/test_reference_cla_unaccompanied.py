"""Hand-written cases of the reference for unaccompanied asylum-seeking children."""

import pytest

from reference.cla import unaccompanied
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    ("104", "2025-26", {"UASC": "DUC; 31/03/2025; 01/04/2025; SOON; -; 01/01/2030"}, "UASC 0 2"),
    (
        "205A",
        "2025-26",
        {
            "Header": "CHILD UASC; A 0; B 0; C 1; D -; E 0; F 0; G 0",
            "UASC": "CHILD DUC; A -; B -; C -; D SOON; E -; F -; X -; G -; H -",
            "last Header": "CHILD UASC; A 1; B 1; C 1; D 1; E 0; F 1; X 1; G 1; H 1",
            "last UASC": (
                "CHILD DUC; A 31/03/2024; B 01/04/2024; C -; D 01/05/2024; E -; X SOON; G 31/03/2025; H 01/04/2025"
            ),
        },
        "UASC 0 3 6 8, Header 0 3",
    ),
    (
        "205B",
        "2025-26",
        {
            "Header": "CHILD UASC; A 1; B 1; C 1; D 1; E 0; F 1; G 1",
            "UASC": ("CHILD DUC; A 01/04/2025; B 31/03/2025; C 01/05/2024; D -; E -; F 01/05/2025; G 01/05/2025"),
            "last Header": "CHILD UASC; A 1; B 1; C 1; D 1; E 1; F 1; G 1",
            "last UASC": (
                "CHILD DOB DUC; A 28/02/2007 28/02/2025; B 28/02/2007 28/02/2025; C 01/05/2006 01/05/2024; "
                "D 28/02/2007 28/02/2025; E - -; F 28/02/2007 -"
            ),
        },
        "UASC 1 3 5, Header 1 3 5",
    ),
    (
        "205C",
        "2025-26",
        {
            "Header": "CHILD UASC; A 0; B -; C 1; D 0; E 0; F 0",
            "UASC": ("CHILD DUC; A 01/05/2025; B -; C 01/05/2025; D SOON; E 01/05/2025; X 01/05/2025; F 01/05/2025"),
            "last Header": "CHILD UASC; B 0; E 1; F 2",
            "last UASC": "CHILD DUC; B 01/05/2024; E -; F -",
        },
        "UASC 0 1 5, Header 0 1",
    ),
    (
        "205D",
        "2025-26",
        {"Header": "CHILD UASC; A 1; B 1; C 1; D 0; E 1", "last Header": "CHILD UASC; A 0; B 1; C -; D 0"},
        "Header 0 2",
    ),
    (
        "205D",
        "2025-26",
        {"Header": "CHILD; A; B", "UASC": "CHILD; A; B", "last Header": "CHILD; A; B", "last UASC": "CHILD; B"},
        "Header 0",
    ),
    ("231", "2024-25", {"Header": "UASC DOB; 1 01/04/2014; 1 31/03/2014; 0 01/04/2014; 1 -"}, "Header 0"),
    ("231", "2025-26", {"Header": "UASC DOB; 1 01/04/2014; 1 01/04/2015"}, "Header 1"),
    (
        "303",
        "2025-26",
        {
            "Header": "CHILD UASC; A 0; B 1; C -; D 1.0; E 0",
            "UASC": "CHILD DUC; A SOON; B 01/05/2025; C 01/05/2025; D 01/05/2025; E -; X 01/05/2025",
        },
        "Header 0 2, UASC 0 2",
    ),
    (
        "304",
        "2025-26",
        {"UASC": "DOB DUC; 29/02/2008 01/03/2026; 29/02/2008 28/02/2026; - 01/03/2026; 29/02/2008 -"},
        "UASC 0",
    ),
    (
        "1014",
        "2025-26",
        {
            "Episodes": (
                "CHILD DECOM DEC; A 01/01/2024 31/03/2025; B 01/01/2024 01/04/2025; "
                "B 01/01/2023 01/01/2024; C 01/01/2024 31/03/2025; E - -"
            ),
            "UASC": "CHILD; A; B; C; D; E",
            "OC3": "CHILD IN_TOUCH ACTIV ACCOM; A - - 0; B YES F1 B1; C - - -; D YES F1 B1; E YES - -",
        },
        "UASC 0 4, OC3 0 4",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(unaccompanied.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

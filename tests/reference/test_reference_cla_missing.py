"""Hand-written cases of the reference for missing periods."""

import pytest

from reference.cla import missing
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    ("1004", "2025-26", {"Missing": "MIS_START; 01/05/2025; SOON; -; 01/05/25"}, "Missing 1 2 3"),
    ("1005", "2025-26", {"Missing": "MIS_END; 01/05/2025; SOON; -; 01/05/25"}, "Missing 1 3"),
    ("1006", "2025-26", {"Missing": "MISSING; m; A; X; -"}, "Missing 2"),
    ("564", "2025-26", {"Missing": "MISSING MIS_START; m -; A SOON; X -; - -"}, "Missing 0"),
    ("565", "2025-26", {"Missing": "MISSING MIS_START; - SOON; X 01/05/2025; - -"}, "Missing 0"),
    ("566", "2025-26", {"Missing": "MISSING MIS_END; - SOON; X 01/05/2025; - -"}, "Missing 0"),
    (
        "567",
        "2025-26",
        {"Missing": ("MIS_START MIS_END; 02/05/2025 01/05/2025; 01/05/2025 01/05/2025; SOON 01/05/2025; 01/05/2025 -")},
        "Missing 0",
    ),
    ("570", "2025-26", {"Missing": "MIS_START; 01/04/2026; 31/03/2026; 01/01/2020; -"}, "Missing 0"),
    ("571", "2025-26", {"Missing": "MIS_END; 31/03/2025; 01/04/2025; 31/03/2026; 01/04/2026; -"}, "Missing 0 3"),
    (
        "586",
        "2025-26",
        {
            "Missing": (
                "DOB MIS_START; 01/05/2015 01/05/2015; 01/05/2015 30/04/2015; 01/05/2015 02/05/2015; "
                "- 01/05/2015; 01/05/2015 -"
            )
        },
        "Missing 0 1",
    ),
    (
        "574",
        "2025-26",
        {
            "Missing": (
                "CHILD MIS_START MIS_END; A 10/05/2025 20/05/2025; A 01/05/2025 10/05/2025; "
                "A 19/05/2025 25/05/2025; B 01/05/2025 -; B 02/05/2025 03/05/2025; "
                "B 30/04/2025 04/05/2025; C 01/05/2025 -; D - -; D - 01/05/2025; - 01/05/2025 -; "
                "- 01/05/2025 -"
            )
        },
        "Missing 2 4 5",
    ),
    (
        "576",
        "2025-26",
        {
            "Missing": (
                "CHILD MIS_START; A 01/03/2025; A 01/05/2025; B 02/03/2025; C 01/05/2025; D -; "
                "E 01/03/2025; F 02/03/2025; G 02/03/2025; G 02/03/2025; H -; H 02/03/2025"
            ),
            "last Missing": (
                "CHILD MIS_START MIS_END; A 2025-03-01 -; B 01/03/2025 -; C 01/03/2025 05/03/2025; "
                "D 01/03/2025 -; E 01/03/2025 -; E 02/03/2025 -; F SOON -; G 01/03/2025 -; H 01/03/2025 -; "
                "X 01/03/2025 -"
            ),
        },
        "Missing 2 4 5 7 10",
    ),
    (
        "575",
        "2025-26",
        {
            "Episodes": "CHILD DECOM DEC; A 01/05/2025 01/06/2025; B 01/05/2025 -; C 01/05/2025 01/06/2025",
            "Missing": (
                "CHILD MIS_START MIS_END; A 01/05/2025 -; A 01/06/2025 -; A 30/04/2025 -; A 02/06/2025 -; "
                "A 15/05/2025 SOON; B 15/05/2025 -; X 15/05/2025 -; C - -"
            ),
        },
        "Missing 0 1",
    ),
    (
        "577",
        "2025-26",
        {
            "Episodes": (
                "CHILD DECOM DEC; A 01/07/2025 01/08/2025; A 01/05/2025 01/06/2025; "
                "A 01/06/2025 15/06/2025; B 01/05/2025 -; C - 01/06/2025; D 01/05/2025 01/09/2025; "
                "D 01/06/2025 01/07/2025"
            ),
            "Missing": (
                "CHILD MIS_START MIS_END; A 10/05/2025 -; A 10/05/2025 15/06/2025; "
                "A 10/05/2025 16/06/2025; A 01/01/2025 01/05/2025; A 01/01/2025 30/04/2025; "
                "A 10/05/2025 01/08/2025; A - 01/01/2020; B 01/05/2025 -; B 30/04/2025 -; "
                "B 30/04/2025 SOON; B 30/04/2025 01/05/2025; C 01/05/2025 -; D 02/05/2025 02/07/2025; "
                "X 01/05/2025 -"
            ),
        },
        "Missing 0 2 4 8 9 12",
    ),
    (
        "578",
        "2025-26",
        {
            "Episodes": (
                "CHILD DECOM DEC; A 01/05/2025 01/06/2025; A 01/06/2025 15/06/2025; A 01/07/2025 -; "
                "B 01/05/2025 01/06/2025; C - -"
            ),
            "Missing": (
                "CHILD MIS_START; A 30/04/2025; A 01/05/2025; A 01/06/2025; A 15/06/2025; A 01/07/2025; "
                "B 02/06/2025; B -; C 01/01/2025; X 01/01/2025"
            ),
        },
        "Missing 0 3 5",
    ),
    (
        "580",
        "2025-26",
        {
            "Missing": (
                "CHILD DOB MIS_END; A 01/05/2007 01/05/2025; B 29/02/2008 28/02/2026; "
                "C 01/05/2007 02/05/2025; D - 01/05/2025"
            ),
            "Episodes": (
                "CHILD DEC REC; A 01/05/2025 E4A; A 01/05/2025 E8; A 01/05/2025 -; A 02/05/2025 E4A; "
                "B 28/02/2026 E4A; C 02/05/2025 E4A; D 01/05/2025 E4A"
            ),
        },
        "Episodes 0 2 4",
    ),
    (
        "581",
        "2025-26",
        {
            "Episodes": "CHILD DECOM DEC; A 01/05/2025 01/06/2025; A 01/07/2025 SOON; B - -",
            "Missing": (
                "CHILD MIS_START; A 30/04/2025; A 01/05/2025; A 01/06/2025; A 02/06/2025; A 01/07/2025; "
                "A -; B 01/05/2025; X 01/05/2025"
            ),
        },
        "Missing 0 3 5 6",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(missing.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

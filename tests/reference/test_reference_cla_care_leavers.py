"""Hand-written cases of the reference for care leavers."""

import pytest

from reference.cla import care_leavers
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    ("131", "2025-26", {"OC3": "IN_TOUCH; yes; RHOM; GONE; -"}, "OC3 2 3"),
    ("132", "2025-26", {"OC3": "ACTIV; f1; 0; F3; -"}, "OC3 2 3"),
    ("133", "2025-26", {"OC3": "ACCOM; b1; 0; S1; X1; X2; T; -"}, "OC3 2 3 5 6"),
    ("153", "2025-26", {"OC3": "IN_TOUCH ACTIV ACCOM; YES F1 B1; YES - B1; - - 0; - - -"}, "OC3 1 2"),
    ("344", "2025-26", {"OC3": "IN_TOUCH ACTIV ACCOM; DIED 0 0; RHOM 0 -; died F1 0; YES F1 B1"}, "OC3 1 2"),
    ("345", "2025-26", {"OC3": "IN_TOUCH ACTIV ACCOM; YES 0 B1; yes F1 0; YES - -; NO 0 0"}, "OC3 0 1"),
    (
        "348",
        "2025-26",
        {
            "OC3": "CHILD IN_TOUCH; A YES; B DIED; C -; D YES; E YES",
            "last OC3": "CHILD IN_TOUCH; A YES; A died; B DIED; C DIED; D NO",
        },
        "OC3 0 2",
    ),
    (
        "347",
        "2025-26",
        {"OC3": "ACCOM DOB; T1 02/04/2007; T1 01/04/2007; T 02/04/2007; t2 02/04/2008"},
        "OC3 0 3",
    ),
    (
        "391",
        "2025-26",
        {"OC3": ("DOB IN_TOUCH ACTIV ACCOM; 01/04/2009 - - 0; 31/03/2009 YES F1 B1; 01/04/2009 - - -; - YES F1 B1")},
        "OC3 0",
    ),
    (
        "3001",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/04/2008; B 31/03/2009; C 31/03/2008; D -; E 01/05/2008; E 01/05/2007",
            "OC3": "CHILD ACCOM; A z1; B Z2; C Z1; D Z1; E Z1; A B1; X Z1",
        },
        "OC3 0 1 4",
    ),
    (
        "1007",
        "2025-26",
        {
            "OC3": (
                "CHILD DOB IN_TOUCH ACTIV ACCOM; A 01/05/2008 YES - -; B 01/05/2007 - F1 -; "
                "C 31/03/2009 - - 0; D 01/04/2009 YES - -; E 31/03/2007 YES - -; F 01/05/2008 - - -; "
                "G 01/05/2008 YES - -; H 01/05/2008 YES - -; X 01/05/2008 YES - -; J - YES - -"
            ),
            "Episodes": (
                "CHILD DECOM DEC; A 01/05/2025 02/05/2025; B 01/05/2020 -; C 01/05/2020 SOON; "
                "D 01/05/2020 -; E 01/05/2020 -; F 01/05/2020 -; G 01/05/2020 01/05/2025; H 02/05/2025 -; "
                "J 01/05/2020 -"
            ),
        },
        "OC3 0 1 2",
    ),
    (
        "1007",
        "2025-26",
        {
            "OC3": "CHILD DOB IN_TOUCH ACTIV ACCOM; A 29/02/2008 YES - -; B 29/02/2008 YES - -",
            "Episodes": "CHILD DECOM DEC; A 01/05/2020 01/03/2026; B 01/05/2020 28/02/2026",
        },
        "OC3 0",
    ),
    (
        "1016",
        "2025-26",
        {
            "OC3": (
                "CHILD DOB IN_TOUCH ACTIV ACCOM; A 01/05/2008 YES - -; B 01/05/2008 YES - -; "
                "C 31/03/2008 - - 0; D 01/04/2009 YES - -; E 31/03/2007 YES - -; F 01/05/2008 - - -; "
                "G 01/05/2007 YES - -"
            ),
            "Episodes": (
                "CHILD DEC; A 01/05/2025; B 30/04/2025; C 31/03/2026; D 01/05/2026; E 31/03/2026; "
                "F 01/05/2025; G -; G 01/05/2025"
            ),
        },
        "OC3 0 2 6",
    ),
    (
        "1000",
        "2025-26",
        {"OC3": "CHILD; A; B; C", "Episodes": "CHILD REC; A e2; B E1", "last Episodes": "CHILD REC; B -; C E2"},
        "OC3 0 2",
    ),
    ("1000", "2025-26", {"OC3": "CHILD; A; -", "Episodes": "CHILD REC; A E2; - E2"}, "OC3 0"),
    (
        "1001",
        "2025-26",
        {
            "Header": (
                "CHILD DOB; A 01/05/2008; B 01/05/2008; C 01/05/2008; D 01/05/2008; E 31/03/2006; "
                "F 01/04/2006; G 01/05/2008; H -; I 01/05/2008; J 01/05/2008; K 01/05/2008; L 31/03/2006; "
                "M 01/05/2009"
            ),
            "OC3": "CHILD; A; B; C; D; E; F; G; H; I; J; K; L; X; M",
            "Episodes": (
                "CHILD DECOM DEC REC LS; A 01/01/2020 30/07/2022 X1 C2; A 01/05/2024 02/05/2024 E4A C2; "
                "B 01/01/2020 29/07/2022 X1 C2; B 01/05/2024 02/05/2024 E4A C2; "
                "C 01/01/2024 01/05/2024 E4A C2; D 01/01/2020 01/05/2025 E4A V3; "
                "E 01/01/2025 02/01/2025 E4A C2; F 01/01/2025 02/01/2025 E4A C2; "
                "G 01/01/2020 01/05/2025 E12 C2; H 01/01/2020 01/05/2025 E4A C2; I 01/01/2020 - - C2; "
                "J 31/03/2026 - - C2; K 01/01/2020 - - C2; L 01/01/2020 01/05/2025 E11 V4; "
                "M 01/01/2020 - - C2"
            ),
            "last Episodes": "CHILD DECOM DEC REC LS; J 01/01/2020 - - C2; K 01/01/2020 01/05/2020 E4A C2",
        },
        "OC3 1 2 3 5 6 7 9 10 11 12",
    ),
    (
        "1002",
        "2025-26",
        {"OC3": "CHILD; A; B; C; -", "Episodes": "CHILD; A; -", "last Episodes": "CHILD; B"},
        "OC3 2 3",
    ),
    ("1002", "2025-26", {"OC3": "CHILD; C", "Episodes": "CHILD; A"}, ""),
    (
        "1010",
        "2025-26",
        {
            "OC3": "CHILD; A; B; C; D; E; X",
            "Episodes": "CHILD; B",
            "last Episodes": (
                "CHILD DECOM DEC; A 01/01/2024 -; A 01/01/2023 01/01/2024; B 01/01/2024 -; "
                "C 01/01/2024 SOON; D 01/01/2024 01/02/2024; D 2024-01-01 -; E 01/01/2024 01/02/2024; "
                "E - -"
            ),
        },
        "OC3 0 3",
    ),
    (
        "1011",
        "2025-26",
        {
            "OC3": "CHILD IN_TOUCH ACTIV ACCOM; A YES - -; B YES - -; A - - -; C - - 0; D YES - -",
            "Episodes": (
                "CHILD DECOM REC; A 01/05/2025 E3; A 01/04/2025 X1; B 01/05/2025 X1; B 01/04/2025 E3; "
                "C 01/05/2025 e3; C 2025-05-01 X1; D 01/05/2025 X1; D 2025-05-01 E3"
            ),
        },
        "OC3 0 3",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(care_leavers.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

"""Hand-written cases of the reference for health and the whole year in care."""

import pytest

from reference.cla import health
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    (
        "157",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": (
                "CHILD DOB SDQ_SCORE SDQ_REASON; A 01/04/2021 - SDQ1; A 02/04/2021 - SDQ1; "
                "A 01/04/2009 - sdq1; A 31/03/2009 - SDQ1; A 01/04/2015 0 SDQ1; A 01/04/2015 - SDQ2; "
                "A - - SDQ1; B 01/04/2015 - SDQ1; X 01/04/2015 - SDQ1"
            ),
        },
        "OC2 0 2",
    ),
    ("180", "2025-26", {"OC2": "SDQ_SCORE; 0; 40; 41; -1; 39.5; 10.0; 1e1; MANY; -"}, "OC2 2 3 4 7"),
    (
        "185",
        "2025-26",
        {
            "Episodes": (
                "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 - - C2; B S 02/04/2025 - - C2; "
                "C P 02/04/2025 - - C2; D S 01/05/2020 01/04/2025 E4A C2; D P 01/05/2025 - - C2; "
                "E S 01/05/2020 01/05/2025 X1 C2; E P 01/05/2025 SOON - C2; "
                "F S 01/05/2020 31/03/2026 E4A C2; G S 01/05/2020 - - V4; "
                "H S 01/05/2020 31/03/2025 E4A V3; H P 31/03/2026 - - C2; I S 01/05/2020 01/05/2025 - C2; "
                "J S - 01/05/2025 X1 C2; K S 01/04/2026 - - C2; L P 01/05/2020 - - C2; "
                "L P - 01/05/2025 E4A C2"
            ),
            "OC2": ("CHILD SDQ_SCORE; A 1; B 1; C 1; D 1; E 1; F 1; G 1; H 1; I 1; J 1; K 1; L 1; X 1; B -; - 1"),
        },
        "OC2 1 3 6 8 9 10 11 12 14",
    ),
    (
        "186",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": (
                "CHILD DOB SDQ_SCORE SDQ_REASON; A 01/04/2021 - -; A 02/04/2021 - -; A 01/04/2009 - -; "
                "A 31/03/2009 - -; A 01/04/2015 0 -; A 01/04/2015 - X; B 01/04/2015 - -"
            ),
        },
        "OC2 0 2",
    ),
    (
        "188",
        "2025-26",
        {"OC2": ("DOB SDQ_SCORE SDQ_REASON; 01/04/2022 1 -; 31/03/2022 1 -; 01/04/2022 - X; 01/04/2022 - -; - 1 -")},
        "OC2 0 2",
    ),
    (
        "189",
        "2025-26",
        {"OC2": ("DOB SDQ_SCORE SDQ_REASON; 31/03/2008 1 -; 01/04/2008 1 -; 01/04/2007 - X; 01/04/2007 - -; - 1 -")},
        "OC2 0 2",
    ),
    ("196", "2025-26", {"OC2": "SDQ_REASON; sdq1; SDQ5; SDQ6; -"}, "OC2 2"),
    (
        "197B",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": (
                "CHILD DOB SDQ_SCORE SDQ_REASON; A 01/04/2021 - -; A 31/03/2022 - -; A 01/04/2022 - -; "
                "A 01/04/2008 - -; A 31/03/2009 - -; A 31/03/2008 - -; A 01/05/2008 1 -; A 01/05/2008 - X; "
                "B 01/05/2008 - -"
            ),
        },
        "OC2 0 1 3 4",
    ),
    ("197a", "2025-26", {"OC2": "SDQ_SCORE SDQ_REASON; 0 X; 0 -; - X; - -"}, "OC2 0"),
    (
        "198",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": "CHILD SDQ_REASON; A X; B X; B -; X X",
        },
        "OC2 1 3",
    ),
    ("158", "2025-26", {"OC2": "INTERVENTION_RECEIVED INTERVENTION_OFFERED; 1 0; 1 -; 0 1; - 1"}, "OC2 0"),
    (
        "159",
        "2025-26",
        {"OC2": ("SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED; 1 0 -; 1 0 0; 1 1 -; 0 0 -; 1 - -")},
        "OC2 0",
    ),
    ("192", "2025-26", {"OC2": "SUBSTANCE_MISUSE INTERVENTION_RECEIVED; 1 -; 1 X; 0 -; - -"}, "OC2 0"),
    (
        "193",
        "2025-26",
        {"OC2": ("SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED; - 0 -; 0 - 1; 1 1 -; X 1 -; 0 - -")},
        "OC2 0 1",
    ),
    ("181", "2025-26", {"OC2": "CONVICTED HEALTH_CHECK INTERVENTION_OFFERED; 0 1 -; 2 1 0; - - 01; - - -"}, "OC2 1 2"),
    (
        "182",
        "2025-26",
        {
            "OC2": (
                "IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE CONVICTED; 1 1 1 0 1; "
                "1 1 1 - -; - - - - 0; - - - - -; 1 0 1 0 -"
            )
        },
        "OC2 1 2",
    ),
    (
        "187",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC3": "CHILD IN_TOUCH ACTIV ACCOM; A - - 0; A - - -; B YES F1 B1; X YES F1 B1",
            "AD1": "CHILD DATE_INT LS_ADOPTR; B SOON -; A - L0; A - -",
        },
        "OC3 0, AD1 1",
    ),
    (
        "190",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": "CHILD CONVICTED TEETH_CHECK; A 1 1; B 0 -; B - -; X - 1",
        },
        "OC2 1 3",
    ),
    (
        "191",
        "2025-26",
        {
            "Episodes": (
                "CHILD RNE DECOM; A P 01/06/2025; A P 01/05/2025; A P 2025-05-01; B P 01/05/2025; "
                "C S 01/05/2025; D P 01/05/2020"
            ),
            "OC2": (
                "CHILD IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE; B 1 1 1 -; C - - - -; D 1 1 X 0"
            ),
        },
        "Episodes 1, OC2 0",
    ),
    (
        "215",
        "2025-26",
        {
            "OC3": "CHILD IN_TOUCH ACTIV ACCOM; A YES - -; B - - -; C - - 0; D YES - -",
            "OC2": "CHILD CONVICTED; A 0; B 1; C -; A -",
        },
        "OC3 0, OC2 0",
    ),
    ("542", "2025-26", {"OC2": "DOB CONVICTED; 01/04/2016 0; 31/03/2016 0; 01/04/2016 -; - 0"}, "OC2 0"),
    (
        "543",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": ("CHILD DOB CONVICTED; A 31/03/2016 -; A 01/04/2016 -; A 31/03/2016 X; A - -; B 31/03/2010 -"),
        },
        "OC2 0",
    ),
    (
        "544",
        "2025-26",
        {
            "OC2": (
                "IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE CONVICTED; 1 1 1 - 1; "
                "1 1 1 - 0; 1 1 1 1 1; 1 - - - -"
            )
        },
        "OC2 0 1",
    ),
    (
        "545",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": (
                "CHILD DOB HEALTH_CHECK; A 01/04/2021 -; A 31/03/2021 -; A 01/04/2027 -; A 01/04/2021 0; "
                "A - -; B 01/04/2021 -"
            ),
        },
        "OC2 0 2",
    ),
    (
        "546",
        "2025-26",
        {
            "Episodes": "CHILD RNE DECOM DEC REC LS; A S 01/04/2025 31/03/2026 E4A C2; B S 02/04/2025 - - C2",
            "OC2": ("CHILD DOB HEALTH_CHECK; A 31/03/2021 0; A 01/04/2021 0; A 31/03/2021 -; A - 1; B 31/03/2021 1"),
        },
        "OC2 0",
    ),
    (
        "547",
        "2025-26",
        {
            "OC2": (
                "IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE HEALTH_CHECK; 1 1 1 - 1; "
                "1 1 1 - 0; 1 1 1 1 1; 1 - - - -"
            )
        },
        "OC2 0 1",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(health.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

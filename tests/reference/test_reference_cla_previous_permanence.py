"""Hand-written cases of the reference for previous permanence."""

import pytest

from reference.cla import previous_permanence
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    (
        "630",
        "2025-26",
        {
            "Episodes": (
                "CHILD RNE DECOM; A S 01/04/2025; B S 01/04/2025; C S 01/04/2025; D S 31/03/2025; "
                "E P 01/04/2025; F S 01/05/2026; G S 01/05/2025; H S -; - S 01/05/2025"
            ),
            "PrevPerm": (
                "CHILD PREV_PERM LA_PERM DATE_PERM; A P1 999 SOON; B P1 - 01/01/2020; C Z1 - -; "
                "G P1 999 SOON; G - - -; - P1 999 SOON"
            ),
        },
        "Episodes 1 5 6 8",
    ),
    ("631", "2025-26", {"PrevPerm": "PREV_PERM; p1; P4; Z1; P5; -"}, "PrevPerm 3"),
    (
        "632",
        "2025-26",
        {
            "Episodes": (
                "CHILD DECOM; A 02/05/2025; A 01/05/2025; B 31/12/2020; C 04/01/2021; D -; E 01/01/2001; "
                "F 01/05/2025; G 29/02/2024"
            ),
            "PrevPerm": (
                "CHILD DATE_PERM; A 01/05/2025; A 30/04/2025; A ZZ/04/2025; A -; A soon; B zz/zz/2020; "
                "C 05/ZZ/2020; D SOON; E ZZ/ZZ/ZZZZ; F 1/4/2025; F ZZZZ/ZZ/2020; F 01/01/ZZ; X SOON; "
                "G ZZ/02/2024; F 31/02/2020; F ZZ/12/9999; F 01/02/2020"
            ),
        },
        "Episodes 1 2 3 6 7, PrevPerm 0 4 5 6 9 10 11 13 14 15",
    ),
    ("633", "2025-26", {"PrevPerm": "LA_PERM; 201; 938; WAL; 999; CON; 940; 214; -"}, "PrevPerm 4 5 6"),
    (
        "634",
        "2025-26",
        {
            "Episodes": ("CHILD DECOM; A 31/03/2016; A 01/01/2015; B 31/03/2016; B 01/04/2016; C 31/03/2016; D -"),
            "PrevPerm": (
                "CHILD PREV_PERM LA_PERM DATE_PERM; A - - SOON; A P1 - -; B P1 - -; C - - -; D P1 - -; X P1 - -"
            ),
        },
        "PrevPerm 0 1, Episodes 0 1",
    ),
    (
        "635",
        "2025-26",
        {
            "PrevPerm": (
                "PREV_PERM LA_PERM DATE_PERM; - 999 -; - - SOON; Z1 - 01/01/2020; P1 999 01/01/2020; - - -; Z1 - -"
            )
        },
        "PrevPerm 0 1 2",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(previous_permanence.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

"""Hand-written cases of the reference for reviews."""

import pytest

from reference.cla import reviews
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    ("166", "2025-26", {"Reviews": "REVIEW; 01/05/2025; 31/04/2025; -; 01/05/25"}, "Reviews 1 2 3"),
    (
        "167",
        "2025-26",
        {"Reviews": ("REVIEW REVIEW_CODE; 01/05/2025 pn0; SOON PN7; 01/05/2025 PN8; 01/05/2025 -; - PN1; - -")},
        "Reviews 2 3 4",
    ),
    (
        "440",
        "2025-26",
        {
            "Reviews": (
                "DOB REVIEW REVIEW_CODE; 29/02/2020 28/02/2024 PN0; 29/02/2020 29/02/2024 PN0; "
                "28/02/2021 28/02/2025 PN1; 28/02/2021 01/03/2025 PN0; - 01/03/2025 PN0; 28/02/2021 - PN0"
            )
        },
        "Reviews 1 3",
    ),
    (
        "441",
        "2025-26",
        {
            "Reviews": (
                "DOB REVIEW REVIEW_CODE; 28/02/2021 27/02/2025 PN1; 28/02/2021 28/02/2025 PN1; "
                "28/02/2021 27/02/2025 PN0; 28/02/2021 27/02/2025 PN7; - 27/02/2025 PN7"
            )
        },
        "Reviews 0 3",
    ),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(reviews.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

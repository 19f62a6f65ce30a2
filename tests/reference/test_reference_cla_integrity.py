"""Hand-written cases of the reference for how the tables fit together."""

import pytest

from reference.cla import integrity
from reference.cla_cases import flagged_in, untried, written

CASES: list[tuple[str, str, dict[str, str], str]] = [
    ("INT01", "2025-26", {"Header": "CHILD; A; -", "AD1": "CHILD; a; B; -"}, "AD1 1 2"),
    ("INT02", "2025-26", {"Header": "CHILD; A; -", "PlacedAdoption": "CHILD; a; B; -"}, "PlacedAdoption 1 2"),
    ("INT03", "2025-26", {"Header": "CHILD; A; -", "Episodes": "CHILD; a; B; -"}, "Episodes 1 2"),
    ("INT04", "2025-26", {"Header": "CHILD; A; -", "Missing": "CHILD; a; B; -"}, "Missing 1 2"),
    ("INT05", "2025-26", {"Header": "CHILD; A; -", "OC2": "CHILD; a; B; -"}, "OC2 1 2"),
    ("INT06", "2025-26", {"Header": "CHILD; A; -", "OC3": "CHILD; a; B; -"}, "OC3 1 2"),
    ("INT07", "2025-26", {"Header": "CHILD; A; -", "PrevPerm": "CHILD; a; B; -"}, "PrevPerm 1 2"),
    ("INT08", "2025-26", {"Header": "CHILD; A; -", "Reviews": "CHILD; a; B; -"}, "Reviews 1 2"),
    ("INT09", "2025-26", {"Header": "CHILD; A; -", "UASC": "CHILD; a; B; -"}, "UASC 1 2"),
    (
        "INT11",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "AD1": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "AD1 1 4",
    ),
    (
        "INT12",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "PlacedAdoption": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "PlacedAdoption 1 4",
    ),
    (
        "INT13",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "Missing": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "Missing 1 4",
    ),
    (
        "INT14",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "OC2": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "OC2 1 4",
    ),
    (
        "INT15",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "OC3": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "OC3 1 4",
    ),
    (
        "INT16",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "PrevPerm": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "PrevPerm 1 4",
    ),
    (
        "INT17",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "Reviews": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "Reviews 1 4",
    ),
    (
        "INT18",
        "2025-26",
        {
            "Header": "CHILD DOB; A 01/02/2010; B -; C 01/02/2010; C 02/02/2010; - 01/02/2010",
            "UASC": (
                "CHILD DOB; A 2010-02-01; A 02/02/2010; A SOON; B 01/02/2010; C 01/02/2010; X 01/02/2010; - 02/02/2010"
            ),
        },
        "UASC 1 4",
    ),
    ("INT31", "2025-26", {"AD1": "CHILD; A; B; a; -; -"}, "AD1 0 2"),
    ("INT32", "2025-26", {"Header": "CHILD; A; B; a; -; -"}, "Header 0 2"),
    ("INT33", "2025-26", {"OC2": "CHILD; A; B; a; -; -"}, "OC2 0 2"),
    ("INT34", "2025-26", {"OC3": "CHILD; A; B; a; -; -"}, "OC3 0 2"),
    ("INT35", "2025-26", {"PrevPerm": "CHILD; A; B; a; -; -"}, "PrevPerm 0 2"),
    ("INT36", "2025-26", {"UASC": "CHILD; A; B; a; -; -"}, "UASC 0 2"),
    (
        "INT21",
        "2025-26",
        {"Header": "CHILD SEX; A 1; B F; C -; D M", "UASC": "CHILD SEX; A M; B f; C M; D -; X M"},
        "UASC 0",
    ),
    (
        "1012",
        "2025-26",
        {
            "Episodes": "CHILD; A; -",
            "PlacedAdoption": "CHILD; A; B",
            "Missing": "CHILD; B; A",
            "Reviews": "CHILD; B",
            "AD1": "CHILD; A; A; C",
            "PrevPerm": "CHILD; -",
            "OC2": "CHILD; B",
            "OC3": "CHILD; B",
            "UASC": "CHILD; B",
            "Header": "CHILD; B",
        },
        "PlacedAdoption 1, Missing 0, Reviews 0, AD1 2, PrevPerm 0, OC2 0",
    ),
    ("1012", "2025-26", {"AD1": "CHILD; C"}, ""),
]


@pytest.mark.parametrize(("code", "period", "tables", "expected"), CASES, ids=[code for code, _, _, _ in CASES])
def test_a_rule_flags_these_rows_and_no_others(code: str, period: str, tables: dict[str, str], expected: str) -> None:
    assert flagged_in(code, period, tables) == written(expected)


def test_every_rule_and_version_has_a_case() -> None:
    assert untried(integrity.RULES, [(code, period) for code, period, _, _ in CASES]) == set()

"""Hand-written cases of the reference for this year's first episode beside last year's."""

import pytest

from reference.cla import last_year
from reference.cla_cases import Cells, flagged, written

COMPARED = {
    "503A": "RNE",
    "503B": "LS",
    "503C": "CIN",
    "503D": "PLACE",
    "503E": "PLACE_PROVIDER",
    "503F": "URN",
    "503H": "PL_LA",
    "503J": "PL_LOCATION",
}


def episode(child: str | None = "A", since: str | None = "01/01/2025", until: str | None = None, **cells: str) -> Cells:
    return {"CHILD": child, "DECOM": since, "DEC": until, **cells}


def compared(code: str, this: list[Cells], last: list[Cells], period: str = "2025-26") -> set[str]:
    return flagged(code, period, Episodes=this, previous={"Episodes": last})


@pytest.mark.parametrize(("code", "column"), COMPARED.items())
def test_the_first_episode_is_compared_with_last_years_latest_if_that_is_open(code: str, column: str) -> None:
    old, new = {column: "old"}, {column: "new"}
    this = [episode("A", "01/06/2025", **old), episode("A", **new), episode("B", **new), episode("C", **new)]
    last = [episode("A", "01/01/2024", **new), episode("A", **old), episode("B", until="01/02/2025", **old)]
    assert compared(code, this, last) == written("Episodes 1")
    assert compared(code, [episode(**new)], [episode(), episode(**new)]) == written("Episodes 0")
    assert compared(code, [episode()], [episode(until="soon", **old)]) == written("Episodes 0")
    assert compared(code, [episode(), episode("B", **new)], [episode(), episode("B", **new)]) == set()
    assert compared(code, [episode(since=None, **new)], [episode(**old)]) == set()
    assert flagged(code, Episodes=this) == set()


@pytest.mark.parametrize(
    ("period", "was", "now", "expected"),
    [
        ("2022-23", "H5", "K3", "Episodes 0"),
        ("2023-24", "H5", "K3", "Episodes 0"),
        ("2024-25", "H5", "K3", ""),
        ("2024-25", "K3", "H5", "Episodes 0"),
        ("2024-25", "H5", "K2", "Episodes 0"),
        ("2024-25", "K2", "K3", "Episodes 0"),
        ("2024-25", "Z1", "Z11", "Episodes 0"),
        ("2025-26", "H5", "K3", "Episodes 0"),
        ("2025-26", "Z1", "Z14", ""),
        ("2025-26", "Z11", "Z14", "Episodes 0"),
        ("2025-26", "Z1", "K2", "Episodes 0"),
        ("2026-27", "Z1", "Z14", "Episodes 0"),
    ],
)
def test_a_placement_code_that_was_renamed_that_year_may_differ(period: str, was: str, now: str, expected: str) -> None:
    assert compared("503D", [episode(PLACE=now)], [episode(PLACE=was)], period) == written(expected)


@pytest.mark.parametrize("code", ["453", "503G"])
@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("4.2", "4.0", "Episodes 0"),
        ("0.1", "0.3", "Episodes 0"),
        ("4.2", "4.1", ""),
        (None, "4.1", "Episodes 0"),
        ("4.1", None, "Episodes 0"),
        (None, None, ""),
    ],
)
def test_distances_two_tenths_apart_differ(code: str, was: str | None, now: str | None, expected: str) -> None:
    this: Cells = {**episode(RNE="S"), "PL_DISTANCE": now}
    last: Cells = {**episode(RNE="S"), "PL_DISTANCE": was}
    assert compared(code, [this], [last]) == written(expected)
    assert compared(code, [this], [{**last, "DEC": "01/02/2025"}]) == set()


def test_of_453_and_452_the_reason_must_be_the_same() -> None:
    this = [episode(RNE="S", PL_DISTANCE="9.0", PL_LA="E09000001"), episode("B", PL_DISTANCE="9.0", PL_LA="E09000001")]
    last = [episode(RNE="S", PL_DISTANCE="1.0", PL_LA="E09000002"), episode("B", PL_DISTANCE="1.0", PL_LA="E09000002")]
    other = [{**row, "RNE": "L"} for row in last]
    for code in ("452", "453"):
        assert compared(code, this, last) == written("Episodes 0")
        assert compared(code, this, other) == set()
        assert compared(code, this, this) == set()


def test_an_unreadable_end_is_an_end_for_452_only() -> None:
    this = [episode(RNE="S", PL_DISTANCE="9.0", PL_LA="E09000001")]
    last = [episode(until="soon", RNE="S", PL_DISTANCE="1.0", PL_LA="E09000002")]
    assert compared("452", this, last) == set()
    assert compared("453", this, last) == written("Episodes 0")


def test_the_first_start_is_that_of_the_episode_that_was_open_last_year() -> None:
    this = [episode("A", "01/06/2025"), episode(), *(episode(child) for child in "BCDEF")]
    last = [episode(since="2025-01-01"), episode("B"), episode("B", "01/01/2024"), episode("C", None)]
    last += [episode("D", "01/01/2024", "soon"), episode("E", "01/01/2024"), episode("E", "02/01/2025")]
    last += [episode("F", "01/01/2024"), episode("F", "01/02/2025", "01/03/2025")]
    assert compared("502", this, last) == written("Episodes 3 5")


def test_an_old_first_episode_is_last_years_latest() -> None:
    this = [
        episode(),
        episode("B"),
        episode("C"),
        episode("D", "01/04/2025"),
        episode("C", "01/01/2020"),
        episode("E", None),
    ]
    last = [episode(since="2025-01-01"), episode("B"), episode("B", "01/02/2025"), episode("C")]
    assert compared("562", this, last) == written("Episodes 1 4")


def test_a_child_in_care_before_was_returned_last_year() -> None:
    this = [episode(), episode("B"), episode("B", "01/02/2025"), episode("B", "01/04/2025"), episode(None)]
    assert compared("NoE", this, [episode(since=None), episode(None)]) == written("Episodes 1 2 4")
    assert flagged("NoE", Episodes=this) == set()


def test_every_rule_on_last_year_has_a_case() -> None:
    tested = {*COMPARED, "503G", "452", "453", "502", "562", "NoE"}
    assert tested == {code for code, _, _, _ in last_year.RULES}

"""The 903 reference as a whole, and proof that the random returns reach every one of its rules from both sides."""

from collections import Counter
from collections.abc import Iterator

import pytest

from reference import cla, random_cla

PERIODS = ["2022-23", "2023-24", "2024-25", "2025-26", "2026-27"]


@pytest.mark.parametrize(("period", "count"), list(zip(PERIODS, [293, 312, 305, 311, 322], strict=True)))
def test_each_code_is_in_force_once_in_a_period(period: str, count: int) -> None:
    in_force = [code for code, since, until, _ in cla.RULES if since <= period <= until]
    assert len(in_force) == len(set(in_force)) == count


def test_a_return_without_tables_has_no_findings() -> None:
    for period in PERIODS:
        assert cla.check({}, period, {}, random_cla.AUTHORITY, [], set()) == set()


def test_what_is_not_known_runs_no_rule_that_needs_it() -> None:
    need = {"203", "503A", "1008", "219", "227", "229", "411", "1015"}
    known: set[str] = set()
    unknown: set[str] = set()
    for seed in range(20):
        drawn = random_cla.random_return(seed, "2025-26")
        found = cla.check(drawn.tables, "2025-26", drawn.previous, drawn.authority, drawn.providers, drawn.postcodes)
        known.update(code for code, _, _ in found)
        unknown.update(code for code, _, _ in cla.check(drawn.tables, "2025-26", postcodes=drawn.postcodes))
    assert need <= known
    assert not need & unknown


@pytest.mark.parametrize("period", PERIODS)
def test_random_returns_reach_every_rule_from_both_sides(period: str) -> None:
    returns = 150
    fired: Counter[str] = Counter()
    for seed in range(returns):
        tables, previous, providers, postcodes, authority = random_cla.random_return(seed, period)
        found = cla.check(tables, period, previous, authority, providers, postcodes)
        fired.update({code for code, _, _ in found})
    assert set(fired) == cla.codes_in_force(period)
    assert {code for code, times in fired.items() if times == returns} == set()


def rows(drawn: random_cla.Return) -> Iterator[tuple[str, list[random_cla.Cells]]]:
    yield from drawn.tables.items()
    yield from drawn.previous.items()


@pytest.mark.parametrize("period", PERIODS)
def test_random_returns_keep_their_shape(period: str) -> None:
    columns = random_cla.columns(period)
    for seed in range(60):
        drawn = random_cla.random_return(seed, period)
        assert drawn == random_cla.random_return(seed, period)
        assert list(drawn.tables) == list(drawn.previous) == list(columns)
        labels = [row["row"] for _, table in rows(drawn) for row in table]
        assert len(labels) == len(set(labels))
        for name, table in rows(drawn):
            assert all(set(row) == {*columns[name], "row"} for row in table)


def test_random_returns_share_ids_between_children_and_have_rows_of_nobody() -> None:
    shared = nobody = 0
    for seed in range(100):
        ids = [row["CHILD"] for row in random_cla.random_return(seed, "2025-26").tables["Header"]]
        given = [one for one in ids if one]
        shared += len(given) > len(set(given))
        nobody += len(given) < len(ids)
    assert shared >= 20
    assert nobody >= 5

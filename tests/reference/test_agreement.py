"""The rule book and the second implementation agree, finding by finding, on random returns dense in edge cases."""

from functools import cache

import pandas as pd
import pytest

from returns import described
from tests.reference.cin import check
from tests.reference.random_cin import random_return
from validation import rules, validate

PERIODS = [period.name for period in described("cin").periods]


@cache
def codes(period):
    return frozenset(rules("cin", period).code)


def frames(tables, period):
    columns = {table.name: list(table.columns) for table in described("cin").at(period)}
    made = {}
    for name, rows in tables.items():
        given = [{column: row.get(column) for column in columns[name]} for row in rows]
        made[name] = pd.DataFrame(given, columns=columns[name], index=[row["row"] for row in rows], dtype="object")
    return made


def disagreement(seed, period):
    tables = random_return(seed, period)
    found = validate("cin", frames(tables, period), period)
    assert not found.attrs["crashed"]
    assert not found.attrs["not_run"]
    known = found[found.rule.isin(codes(period))]
    ours = {
        (row.rule, None, None) if pd.isna(row.table) else (row.rule, row.table, row.row) for row in known.itertuples()
    }
    theirs = set(check(tables, period))
    return {"only the rule book": sorted(ours - theirs, key=str), "only the reference": sorted(theirs - ours, key=str)}


@pytest.mark.parametrize("seed", range(50))
def test_agree(seed):
    assert disagreement(seed, PERIODS[seed % len(PERIODS)]) == {"only the rule book": [], "only the reference": []}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50, 1050))
def test_agree_at_length(seed):
    assert disagreement(seed, PERIODS[seed % len(PERIODS)]) == {"only the rule book": [], "only the reference": []}

"""The 903 rule book and its second implementation agree, finding by finding, on random returns dense in edge cases."""

from functools import cache

import pandas as pd
import pytest

from reference import cla
from reference.random_cla import random_return
from returns import described
from validation.rule import run
from validation.rules import book
from validation.submission import submit
from validation.typed import PROVIDERS, TEXT

CLA = described("cla")
BOOK = book("cla")
PERIODS = [period.name for period in CLA.periods]


class Postcodes:
    """A directory that knows just the drawn ones."""

    def __init__(self, listed) -> None:
        self.listed = set(listed)

    def known(self, values: pd.Series) -> pd.Series:
        return values.str.upper().str.replace(" ", "").isin(self.listed)


@cache
def codes(period):
    return frozenset(rule.code for rule in BOOK.at(period))


def frames(tables, period):
    made = {}
    for table in CLA.at(period):
        rows = tables[table.name]
        given = [{column: row.get(column) for column in table.columns} for row in rows]
        labels = [row["row"] for row in rows]
        made[table.name] = pd.DataFrame(given, columns=list(table.columns), index=labels, dtype=TEXT)
    return made


def disagreement(seed, period):
    drawn = random_return(seed, period)
    given = submit(
        "cla",
        frames(drawn.tables, period),
        period,
        previous=frames(drawn.previous, period),
        authority=drawn.authority,
        providers=pd.DataFrame(drawn.providers, columns=list(PROVIDERS), dtype=TEXT),
        postcodes=Postcodes(drawn.postcodes),
    )
    outcome = run(BOOK, given)
    assert (outcome.crashed, outcome.not_run) == ({}, {})
    found = outcome.findings
    ours = {(row.rule, row.table, row.row) for row in found[found["rule"].isin(codes(period))].itertuples()}
    theirs = cla.check(drawn.tables, period, drawn.previous, drawn.authority, drawn.providers, drawn.postcodes)
    return {"only the rule book": sorted(ours - theirs, key=str), "only the reference": sorted(theirs - ours, key=str)}


@pytest.mark.parametrize("period", PERIODS)
def test_the_same_rules_are_in_force(period):
    assert codes(period) == cla.codes_in_force(period)


@pytest.mark.parametrize("seed", range(40))
def test_agree(seed):
    assert disagreement(seed, PERIODS[seed % len(PERIODS)]) == {"only the rule book": [], "only the reference": []}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40, 1040))
def test_agree_at_length(seed):
    assert disagreement(seed, PERIODS[seed % len(PERIODS)]) == {"only the rule book": [], "only the reference": []}

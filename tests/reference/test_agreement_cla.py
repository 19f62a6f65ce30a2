"""The 903 rule book and its second implementation agree, finding by finding, on random returns dense in edge cases."""

from functools import cache

import pytest

from reference import cla
from reference.random_cla import random_return
from reference.random_given import random_given
from returns import described
from validation.rule import run
from validation.rules import book

CLA = described("cla")
BOOK = book("cla")
PERIODS = [period.name for period in CLA.periods]


@cache
def codes(period):
    return frozenset(rule.code for rule in BOOK.at(period))


def disagreement(seed, period):
    drawn = random_return(seed, period)
    outcome = run(BOOK, random_given("cla", seed, period).submitted())
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

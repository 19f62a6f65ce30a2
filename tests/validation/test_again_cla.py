"""Findings again of the 903, with last year's return and reference data beside it, are those of a full run."""

from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
import pytest
from reference.random_cla import random_return

from returns import described
from validation.again import run_again
from validation.rule import Outcome, RuleBook, run
from validation.rules import book
from validation.submission import Submission, submit
from validation.typed import PROVIDERS, TEXT

CLA = described("cla")
BOOK = book("cla")
PERIODS = [period.name for period in CLA.periods]
BEFORE_AND_AFTER = ["2023-24", "2026-27"]  # of every change that is a version of its own
NEWEST = PERIODS[-1]
Tables = dict[str, list[dict[str, Any]]]


class Postcodes:
    """A directory that knows just the drawn ones."""

    def __init__(self, listed: set[str]) -> None:
        self.listed = listed

    def known(self, values: pd.Series) -> pd.Series:
        return values.str.upper().str.replace(" ", "").isin(self.listed)


class Changing:
    """Some random returns as one, and what happens to it; last year's tables stay as they are."""

    def __init__(self, seed: int, period: str, returns: int = 12) -> None:
        self.random, self.period = Random(f"again {seed} {period}"), period
        self.tables: Tables = {table.name: [] for table in CLA.at(period)}
        previous: Tables = {name: [] for name in self.tables}
        self.drawn = [random_return(self.random.randrange(10**6), period) for _ in range(returns)]
        for number, one in enumerate(self.drawn):
            for whole, part in ((self.tables, one.tables), (previous, one.previous)):
                for name, rows in part.items():
                    whole[name] += [{**row, "CHILD": row["CHILD"] and f"{number}{row['CHILD']}"} for row in rows]
        providers = pd.DataFrame(self.drawn[0].providers, columns=list(PROVIDERS), dtype=TEXT)
        self.first = submit(
            "cla",
            self.frames(self.tables),
            period,
            previous=self.frames(previous),
            authority=self.drawn[0].authority,
            providers=providers,
            postcodes=Postcodes(self.drawn[0].postcodes),
        )

    def frames(self, tables: Tables) -> dict[str, pd.DataFrame]:
        return {
            table.name: pd.DataFrame(
                [[row.get(name) for name in table.columns] for row in tables[table.name]],
                columns=list(table.columns),
                dtype=TEXT,
            )
            for table in CLA.at(self.period)
        }

    def submitted(self) -> Submission:
        return replace(self.first, tables=submit("cla", self.frames(self.tables), self.period).tables)

    def change(self, children: int) -> None:
        for _ in range(children):
            child = self.random.choice([row["CHILD"] for row in self.tables["Header"]] or [None])
            happening = [self.edit, self.edit, self.edit, self.copy, self.drop, self.leave, self.take]
            self.random.choice(happening)(child)

    def rows(self, child: str | None) -> list[tuple[str, int]]:
        return [
            (name, at) for name, rows in self.tables.items() for at, row in enumerate(rows) if row["CHILD"] == child
        ]

    def edit(self, child: str | None) -> None:
        """Cells get the values of others."""
        places = self.rows(child)
        for name, at in self.random.sample(places, min(len(places), 4)):
            column = self.random.choice(CLA.at(self.period)[name].columns[1:])
            self.tables[name][at][column] = self.random.choice(self.tables[name]).get(column)

    def copy(self, child: str | None) -> None:
        name, at = self.random.choice(self.rows(child))
        self.tables[name].insert(at + self.random.choice([0, 1]), dict(self.tables[name][at]))

    def drop(self, child: str | None) -> None:
        name, at = self.random.choice(self.rows(child))
        del self.tables[name][at]

    def leave(self, child: str | None) -> None:
        self.tables = {name: [row for row in rows if row["CHILD"] != child] for name, rows in self.tables.items()}

    def take(self, child: str | None) -> None:
        """The child gets another id: that of another child, or none, or a new one."""
        other = self.random.choice(self.tables["Header"])["CHILD"]
        value = self.random.choice([other, None, f"NEW{self.random.randrange(10**6)}"])
        for name, at in self.rows(child):
            self.tables[name][at]["CHILD"] = value


def assert_same(again: Outcome, full: Outcome) -> None:
    assert (again.ran, again.not_run, again.crashed) == (full.ran, full.not_run, full.crashed)
    pd.testing.assert_frame_equal(again.findings, full.findings)


def assert_as_full_runs(seed: int, period: str, children: tuple[int, ...]) -> None:
    changing = Changing(seed, period)
    before = changing.first
    outcome = run(BOOK, before)
    for number in children:
        changing.change(number)
        now = changing.submitted()
        full = run(BOOK, now)
        assert (full.not_run, full.crashed) == ({}, {})
        assert_same(run_again(BOOK, before, outcome, now), full)
        before, outcome = now, full


@pytest.mark.parametrize("period", BEFORE_AND_AFTER)
def test_again_is_as_a_full_run(period):
    assert_as_full_runs(1, period, (1, 4, 30))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 102))
def test_again_is_as_a_full_run_at_length(seed):
    assert_as_full_runs(seed, PERIODS[seed % len(PERIODS)], (1, 1, 1, 1, 3, 9, 30))


def test_of_last_year_a_rule_is_shown_the_changed_child_alone():
    shown = []

    def ethnicity(header, previous_header):
        shown.append(previous_header.CHILD.tolist())
        return header.ETHNIC == "X9"

    rulebook = RuleBook("cla")
    rulebook("1", "An invented rule", flags="header.ETHNIC", advice="None.")(ethnicity)
    changing = Changing(1, NEWEST, 3)
    before, first = changing.first, run(rulebook, changing.first)
    assert before.previous is not None
    twice = before.previous.tables["Header"].CHILD.value_counts()
    row = next(row for row in changing.tables["Header"] if row["CHILD"] in twice and row["ETHNIC"] != "X9")
    row["ETHNIC"] = "X9"
    again = run_again(rulebook, before, first, changing.submitted())

    assert row["CHILD"] in again.findings["child"].tolist()
    assert shown[-1] == [row["CHILD"]] * twice[row["CHILD"]]

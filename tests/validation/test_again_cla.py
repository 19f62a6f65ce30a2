"""Findings again of the 903, with last year's return and reference data beside it, are those of a full run."""

from copy import copy
from dataclasses import replace
from functools import cache
from itertools import count
from random import Random
from typing import Any, NamedTuple

import pandas as pd
import pytest
from reference.random_cla import random_return
from reference.random_given import Postcodes

from returns import described
from validation.again import run_again
from validation.rule import NEEDS, Outcome, RuleBook, run
from validation.rules import book
from validation.submission import Submission, submit
from validation.typed import PROVIDERS, TEXT

CLA = described("cla")
BOOK = book("cla")
PERIODS = [period.name for period in CLA.periods]
BEFORE_AND_AFTER = ["2023-24", "2026-27"]  # of every change that is a version of its own
NEWEST = PERIODS[-1]
Tables = dict[str, list[dict[str, Any]]]


class Changing:
    """Some random returns as one, and what happens to it; last year's tables stay as they are."""

    def __init__(self, seed: int, period: str, returns: int = 12) -> None:
        self.random, self.period = Random(f"again {seed} {period}"), period
        self.named = count()
        self.tables: Tables = {table.name: [] for table in CLA.at(period)}
        previous: Tables = {name: [] for name in self.tables}
        self.drawn = [random_return(self.random.randrange(10**6), period) for _ in range(returns)]
        for number, one in enumerate(self.drawn):
            for whole, part in ((self.tables, one.tables), (previous, one.previous)):
                for name, rows in part.items():
                    whole[name] += [{**row, "CHILD": row["CHILD"] and f"{number}{row['CHILD']}"} for row in rows]
        providers = pd.DataFrame(self.drawn[0].providers, columns=list(PROVIDERS), dtype=TEXT)
        self.labels = self.random.choice(["kept", "counted", "text"])
        for rows in self.tables.values():
            for row in rows:
                row["name"] = next(self.named)
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
                index=[self.label(row, at) for at, row in enumerate(tables[table.name])],
                dtype=TEXT,
            )
            for table in CLA.at(self.period)
        }

    def label(self, row: dict[str, Any], at: int) -> object:
        """What a row is called: as it was, by its place (so that others get its name), or by a text."""
        name = row.get("name", at)
        return {"kept": name, "counted": at, "text": f"r{name}"}[self.labels]

    def submitted(self) -> Submission:
        return replace(self.first, tables=submit("cla", self.frames(self.tables), self.period).tables)

    def change(self, children: int) -> None:
        for _ in range(children):
            child = self.random.choice([row["CHILD"] for row in self.tables["Header"]] or [None])
            happening = [self.edit, self.edit, self.edit, self.copy, self.drop, self.reorder, self.leave, self.come]
            self.random.choice([*happening, self.take, self.take_upn])(child)

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
        row = {**self.tables[name][at], "name": next(self.named)}
        self.tables[name].insert(at + self.random.choice([0, 1]), row)

    def drop(self, child: str | None) -> None:
        name, at = self.random.choice(self.rows(child))
        del self.tables[name][at]

    def reorder(self, child: str | None) -> None:
        """Two rows change places: of the child, by which ties are decided, or with another's."""
        name, at = self.random.choice(self.rows(child))
        rows, other = self.tables[name], self.random.choice([at for of, at in self.rows(child) if of == name] + [0])
        rows[at], rows[other] = rows[other], rows[at]

    def come(self, _child: str | None) -> None:
        """A child of another return, at the end or among the others."""
        drawn = self.random.choice(self.drawn)
        child = self.random.choice(drawn.tables["Header"] or [{"CHILD": None}])["CHILD"]
        last = self.random.random() < 0.5
        for name, rows in self.tables.items():
            new = [row for row in drawn.tables[name] if row["CHILD"] == child]
            place = len(rows) if last else self.random.randrange(len(rows) + 1)
            rows[place:place] = [{**row, "name": next(self.named), "CHILD": f"NEW{child}"} for row in new]

    def take_upn(self, child: str | None) -> None:
        """The child gets the UPN of another, or none."""
        value = self.random.choice([self.random.choice(self.tables["Header"])["UPN"], None])
        for name, at in self.rows(child):
            if name == "Header":
                self.tables[name][at]["UPN"] = value

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


class Step(NamedTuple):
    """A return before and after a change, with what a full run finds in each."""

    before: Submission
    first: Outcome
    now: Submission
    full: Outcome


@cache
def steps(seed: int, period: str, children: tuple[int, ...] = (1, 4, 30)) -> list[Step]:
    """One change after another, each of so many children."""
    changing = Changing(seed, period)
    before, found = changing.first, []
    outcome = run(BOOK, before)
    for number in children:
        changing.change(number)
        now = changing.submitted()
        found.append(Step(before, outcome, now, run(BOOK, now)))
        before, outcome = now, found[-1].full
    return found


def assert_as_full_runs(found: list[Step]) -> None:
    for before, first, now, full in found:
        assert (full.not_run, full.crashed) == ({}, {})
        assert_same(run_again(BOOK, before, first, now), full)


@pytest.mark.parametrize("period", BEFORE_AND_AFTER)
def test_again_is_as_a_full_run(period):
    assert_as_full_runs(steps(1, period))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 102))
def test_again_is_as_a_full_run_at_length(seed):
    assert_as_full_runs(steps(seed, PERIODS[seed % len(PERIODS)], (1, 1, 1, 1, 3, 9, 30)))
    steps.cache_clear()


@pytest.mark.soak
def test_every_rule_is_kept_for_some_and_found_anew_for_others():
    kept, anew = set(), set()
    for seed in range(2, 22):
        for _, first, _, full in steps(seed, PERIODS[seed % len(PERIODS)], (30, 60, 60)):
            before, now = (found.findings.groupby(["rule", "child"], dropna=False).size() for found in (first, full))
            both = before.index.intersection(now.index)
            same = both[before[both].to_numpy() == now[both].to_numpy()]
            kept |= set(same.get_level_values("rule"))
            anew |= set(before.index.union(now.index).difference(same).get_level_values("rule"))
        steps.cache_clear()

    assert (set(BOOK.versions) - kept, set(BOOK.versions) - anew) == (set(), set())


@pytest.mark.parametrize("name", ["last year", "providers", "authority", "postcodes"])
def test_what_is_beside_the_return_may_change(name):
    before, first, now, _ = steps(1, NEWEST)[0]
    if name == "last year":
        other = replace(now, previous=steps(1, NEWEST)[2].now.tables)
    else:
        changed = {
            "providers": now.reference["providers"].iloc[1:],
            "authority": "E06000001",
            "postcodes": Postcodes(["AB10JD"]),
        }
        other = replace(now, reference={**now.reference, name: changed[name]})

    needs = NEEDS.get(name, "previous_year")
    codes = [rule.code for rule in BOOK.at(NEWEST) if needs in rule.needs]
    found = run(BOOK, other, codes)

    assert_same(run_again(BOOK, before, first, other, codes), found)
    assert not found.findings.equals(run(BOOK, now, codes).findings)


def test_rule_that_does_not_say_that_it_compares_children_is_noticed():
    before, now = (
        submit("cla", {"Header": pd.DataFrame({"CHILD": ["A", "B"], "UPN": upns})}, NEWEST)
        for upns in (["X1", "X2"], ["X1", "X1"])
    )
    silent = copy(BOOK)
    silent.versions = {**BOOK.versions, "444": [replace(rule, across=()) for rule in BOOK.versions["444"]]}
    again, unsaid = (
        run_again(each, before, run(BOOK, before, ["444"]), now, ["444"]).findings for each in (BOOK, silent)
    )

    assert (again["row"].tolist(), unsaid["row"].tolist()) == ([0, 1], [])


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

"""Findings again are those of a full run: for every rule, whatever changed, on random returns."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cache
from itertools import count
from random import Random
from typing import Any

import pandas as pd
import pytest
from reference.random_cin import random_return

from returns import described
from validation.again import run_again
from validation.rule import Outcome, Rule, RuleBook, run
from validation.rules import book
from validation.submission import Submission, submit
from validation.typed import PARENT, TEXT, as_frames, from_frames

CIN = described("cin")
BOOK = book("cin")
PERIODS = [period.name for period in CIN.periods]
SEED = 2  # the returns that it gives make every rule fire
BEFORE_AND_AFTER = ["2023-24", "2026-27"]  # of every change that is a version of its own
KEYS = {
    "ChildIdentifiers": ["LAchildID"],
    "ChildCharacteristics": ["LAchildID"],
    "CINdetails": ["LAchildID", "CINdetailsID"],
    "Assessments": ["LAchildID", "CINdetailsID", "AssessmentID"],
    "ChildProtectionPlans": ["LAchildID", "CINdetailsID", "CPPID"],
}
RARE = {  # what makes the rules fire that random returns seldom break
    "ChildIdentifiers.LAchildID": ["A/1", "A" * 21, None],
    "ChildIdentifiers.UPN": ["A123456789012", "A80120000100A", "A8012000X1001", "A80120000100x"],
    "ChildIdentifiers.FormerUPN": ["none"],
    "ChildIdentifiers.PersonBirthDate": ["2031-01-01"],
    "Assessments.AssessmentAuthorisationDate": ["2031-01-01"],
    "AssessmentFactorsList.AssessmentFactor": ["18A", "19A"],
    "CINdetails.CINreferralDate": ["2031-01-01", None],
    "CINdetails.PrimaryNeedCode": ["N99", None],
    "CINdetails.ReasonForClosure": ["RC99"],
    "CINdetails.ReferralNFA": ["2", None],
    "ChildProtectionPlans.NumberOfPreviousCPP": ["x"],
    "PreProceedings.PPOutcome": ["D"],
}
Tables = dict[str, list[dict[str, Any]]]

# ------------------------------------------------------------------------------------------- returns that are changed


class Changing:
    """A random return of some sixty children, and what happens to it; rows know their parent and their child."""

    def __init__(self, seed: int, period: str, *, nested: bool) -> None:
        self.random = Random(f"again {seed} {period} {nested}")
        self.period, self.nested = period, nested
        self.named = count()
        self.described = CIN.at(period)
        self.labels = self.random.choice(["kept", "counted", "counted", "text"])
        self.tables = self.drawn(10)
        self.donor = self.drawn(6)
        self.spoil(3)

    def drawn(self, returns: int) -> Tables:
        """Several random returns as one."""
        tables: Tables = {table.name: [] for table in self.described}
        for _ in range(returns):
            letter = self.random.choice("ABCDEFGH")
            for name, rows in random_return(self.random.randrange(10**6), self.period).items():
                for row in rows[: 0 if name == "Header" and tables[name] else None]:
                    if row.get("LAchildID"):
                        row["LAchildID"] = f"{letter}{row['LAchildID']}"
                    tables[name].append({**row, "name": next(self.named)})
        for table in self.described:
            above = {
                tuple(row[key] for key in KEYS[table.parent]): row
                for row in reversed(tables[table.parent] if table.parent else [])
            }
            for row in tables[table.name]:
                found = above.get(tuple(row[key] for key in KEYS[table.parent])) if table.parent else None
                row["above"] = found["name"] if found else None
                row["child"] = row["name"] if table.name == "ChildIdentifiers" else found["child"] if found else None
        return tables

    def given(self) -> dict[str, pd.DataFrame]:
        """Frames as `validate` takes them."""
        labels = {}
        for rows in self.tables.values():
            for position, row in enumerate(rows):
                kept = {"kept": row["name"], "counted": position, "text": f"r{row['name']}"}
                labels[row["name"]] = kept[self.labels]
        frames = {}
        for table in self.described:
            rows = self.tables[table.name]
            columns = {item: pd.array([row.get(item) for row in rows], dtype=TEXT) for item in table.columns}
            frame = pd.DataFrame(columns, index=[labels[row["name"]] for row in rows])
            if self.nested and table.parent:
                frame[PARENT] = [labels.get(row["above"], -1) for row in rows]
            frames[table.name] = frame
        return frames

    def submitted(self) -> Submission:
        return submit("cin", self.given(), self.period)

    # ---------------------------------------------------------------------------------------------------- changes

    def change(self, children: int) -> None:
        """Something of one or several children."""
        for _ in range(children):
            child = (
                self.random.choice(self.tables["ChildIdentifiers"])["child"]
                if self.tables["ChildIdentifiers"]
                else None
            )
            happening = self.random.choice(
                [self.edit, self.edit, self.edit, self.add, self.drop, self.reorder, self.leave, self.come, self.take]
            )
            happening(child)
        if children > 9:
            self.spoil(1)
        if self.random.random() < 0.2:
            self.tables["Header"][0]["ReferenceDate"] = self.random.choice(["2026-03-31", "2026-03-30", None, "n/k"])

    def spoil(self, times: int) -> None:
        for place, values in RARE.items():
            table, column = place.split(".")
            for value in values * times if self.tables.get(table) else ():
                self.random.choice(self.tables[table])[column] = value

    def rows(self, child: int | None, tables: Tables | None = None) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """Where the rows of a child are (None: the rows that belong to nobody)."""
        for name, rows in (tables or self.tables).items():
            if name != "Header":
                yield from ((rows, position) for position, row in enumerate(rows) if row["child"] == child)

    def edit(self, child: int | None) -> None:
        """Cells get the values of others."""
        places = list(self.rows(child))
        for rows, position in self.random.sample(places, min(len(places), self.random.choice([1, 2, 5]))):
            self.rewrite(rows, position)

    def rewrite(self, rows: list[dict[str, Any]], position: int) -> None:
        name = next(name for name, each in self.tables.items() if each is rows)
        column = self.random.choice(self.described[name].columns)
        if self.donor[name]:
            rows[position][column] = self.random.choice(self.donor[name]).get(column)

    def add(self, child: int | None) -> None:
        places = [
            (rows, position) for rows, position in self.rows(child) if rows is not self.tables["ChildIdentifiers"]
        ]
        if places:
            rows, position = self.random.choice(places)
            rows.insert(position + self.random.choice([0, 1]), {**rows[position], "name": next(self.named)})
            self.rewrite(rows, position)

    def drop(self, child: int | None) -> None:
        places = [
            (rows, position) for rows, position in self.rows(child) if rows is not self.tables["ChildIdentifiers"]
        ]
        if places:
            rows, position = self.random.choice(places)
            del rows[position]

    def reorder(self, child: int | None) -> None:
        """Two rows change places: of the child, or of two children, which changes nothing."""
        rows = self.random.choice([rows for rows, _ in self.rows(child)] or [[]])
        if len(rows) > 1:
            one, other = self.random.sample(range(len(rows)), 2)
            rows[one], rows[other] = rows[other], rows[one]

    def leave(self, child: int | None) -> None:
        for rows, position in reversed(list(self.rows(child))):
            del rows[position]

    def come(self, _child: int | None) -> None:
        """A child of the other return, to the end or among the others."""
        child = self.random.choice(self.donor["ChildIdentifiers"])["child"]
        names = {row["name"]: next(self.named) for rows, at in self.rows(child, self.donor) for row in [rows[at]]}
        last = self.random.random() < 0.5
        for name, rows in self.donor.items():
            place = len(self.tables[name]) if last else self.random.randrange(len(self.tables[name]) + 1)
            new = [
                {**row, "name": names[row["name"]], "above": names.get(row["above"]), "child": names[child]}
                for row in rows
                if row["child"] == child
            ]
            self.tables[name][place:place] = new

    def take(self, child: int | None) -> None:
        """The child gets the id or a UPN of another child, a new id, or none."""
        other = self.random.choice(self.tables["ChildIdentifiers"] or [{}])
        item = self.random.choice(["UPN", "UPN", "LAchildID"])
        value = self.random.choice([other.get(item), other.get(item), None, f"NEW{next(self.named)}"])
        for rows, position in self.rows(child):
            if item in rows[position]:
                rows[position][item] = value


class Step:
    """A return before and after a change, with what a full run finds in each."""

    def __init__(self, before: Submission, first: Outcome, now: Submission, period: str) -> None:
        self.before, self.first, self.now, self.period = before, first, now, period
        self.full = run(BOOK, now)

    def again(self, rulebook: RuleBook = BOOK, **more: Any) -> Outcome:
        return run_again(rulebook, self.before, self.first, self.now, **more)


@cache
def steps(seed: int, period: str, nested: bool, children: tuple[int, ...] = (1, 4, 40)) -> list[Step]:
    """One change after another, each of so many children."""
    changing = Changing(seed, period, nested=nested)
    before = changing.submitted()
    outcome = run(BOOK, before)
    found = []
    for number in children:
        changing.change(number)
        found.append(Step(before, outcome, changing.submitted(), period))
        before, outcome = found[-1].now, found[-1].full
    return found


def ordinary() -> list[Step]:
    return [step for period in BEFORE_AND_AFTER for nested in (True, False) for step in steps(SEED, period, nested)]


def assert_same(again: Outcome, full: Outcome) -> None:
    assert (again.ran, again.not_run, again.crashed) == (full.ran, full.not_run, full.crashed)
    assert unlike(again, full) == []
    pd.testing.assert_frame_equal(again.findings, full.findings)


def unlike(again: Outcome, full: Outcome) -> list[str]:
    """The rules of which two outcomes have other findings, but for the numbers of groups."""
    found = [outcome.findings.drop(columns="group").groupby("rule") for outcome in (again, full)]
    rules = [{str(rule): [tuple(map(str, row)) for row in rows.to_numpy()] for rule, rows in each} for each in found]
    return sorted(rule for rule in rules[0].keys() | rules[1].keys() if rules[0].get(rule) != rules[1].get(rule))


# ------------------------------------------------------------------------------------------------ equal to a full run


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])
@pytest.mark.parametrize("period", BEFORE_AND_AFTER)
def test_again_is_as_a_full_run(period, nested):
    for step in steps(SEED, period, nested):
        assert_same(step.again(), step.full)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 102))
def test_again_is_as_a_full_run_at_length(seed):
    for step in steps(seed, PERIODS[seed % len(PERIODS)], seed % 2 == 0, (1, 1, 1, 3, 9, 30)):
        assert_same(step.again(), step.full)
    steps.cache_clear()


def judged(changes: list[Step]) -> tuple[set[str], set[str]]:
    """The rules of which some child has as many findings after a change as before, and of which some has not."""
    kept, anew = set(), set()
    for step in changes:
        first, now = (
            outcome.findings.groupby(["rule", "child"], dropna=False).size() for outcome in (step.first, step.full)
        )
        both = first.index.intersection(now.index)
        same = both[first[both].to_numpy() == now[both].to_numpy()]
        kept |= set(same.get_level_values("rule"))
        anew |= set(first.index.union(now.index).difference(same).get_level_values("rule"))
    return kept, anew


def test_every_rule_is_kept_for_some_and_found_anew_for_others():
    kept, anew = judged(ordinary())
    by_child = {rule.code for period in BEFORE_AND_AFTER for rule in BOOK.at(period) if rule.per == "child"}

    assert by_child - kept == set()
    assert by_child - anew == set()


# --------------------------------------------------------------------------------- rules that say the wrong thing


def altered(code: str, **wrong: Any) -> RuleBook:
    """The rule book in which one rule says something else of itself."""
    rulebook = copy(BOOK)
    rulebook.versions = {
        **BOOK.versions,
        code: [replace(rule, **wrong) for rule in BOOK.versions[code]],
    }
    return rulebook


def only(full: Outcome, code: str) -> pd.DataFrame:
    return full.findings[full.findings["rule"] == code].drop(columns="group").reset_index(drop=True)


def noticed(code: str, **wrong: Any) -> bool:
    """Whether a full run differs where a rule of the book says something else of itself."""
    rulebook = altered(code, **wrong)
    return any(
        not step.again(rulebook, rules=[code]).findings.drop(columns="group").equals(only(step.full, code))
        for step in ordinary()
    )


def test_rule_that_does_not_say_that_it_compares_children_is_noticed():
    assert noticed("1520", across=())
    assert noticed("1520", across=("FormerUPN",))
    assert not noticed("1520")


def invented(flags: str, check: Any, **more: Any) -> tuple[RuleBook, Rule]:
    rulebook = RuleBook("cin")
    rulebook("1", "An invented rule", flags=flags, advice="None.", **more)(check)
    return rulebook, rulebook.versions["1"][0]


def agrees(rulebook: RuleBook) -> bool:
    return all(
        run_again(rulebook, step.before, run(rulebook, step.before), step.now).findings.equals(
            run(rulebook, step.now).findings
        )
        for step in ordinary()
    )


def born_first(child_identifiers):
    return child_identifiers.PersonBirthDate == child_identifiers.PersonBirthDate.min()


def born_together(child_identifiers):
    return child_identifiers.PersonBirthDate.notna() & child_identifiers.PersonBirthDate.duplicated(keep=False)


def test_rule_on_the_whole_return_says_so():
    flags = "child_identifiers.PersonBirthDate"

    assert agrees(invented(flags, born_first, per="return")[0])
    assert not agrees(invented(flags, born_first)[0])
    with pytest.raises(ValueError, match='cin 1: flags no row, so it is per="return"'):
        invented("", lambda header: len(header) == 1)


def test_rule_that_compares_children_by_a_date_says_so():
    flags = "child_identifiers.PersonBirthDate"

    assert agrees(invented(flags, born_together, across="PersonBirthDate")[0])
    assert not agrees(invented(flags, born_together)[0])


# ----------------------------------------------------------------------------------------------------- small returns

PERIOD = "2025-26"


def children(**columns: list[Any]) -> dict[str, pd.DataFrame]:
    return {"ChildIdentifiers": pd.DataFrame(columns, dtype=object)}


def given(tables: dict[str, pd.DataFrame], **more: Any) -> Submission:
    return submit("cin", tables, PERIOD, **more)


def flagged(outcome: Outcome) -> list[Any]:
    return outcome.findings["row"].tolist()


def test_those_who_are_compared_with_the_changed_are_judged_anew_with_all_whom_they_are_compared_with():
    def same_upn_now_or_before(child_identifiers):
        return (child_identifiers.UPN.notna() & child_identifiers.UPN.duplicated(keep=False)) | (
            child_identifiers.FormerUPN.notna() & child_identifiers.FormerUPN.duplicated(keep=False)
        )

    rulebook, _ = invented("child_identifiers.UPN", same_upn_now_or_before, across="UPN FormerUPN")
    dice, turned = Random(1), set()
    for _ in range(12):
        cells = {column: dice.choices([None, "U", "V", "W"], k=5) for column in ("UPN", "FormerUPN")}
        changed = {column: [dice.choice([None, "U", "V", "W"]), *values[1:]] for column, values in cells.items()}
        before, now = (given(children(LAchildID=list("ABCDE"), **each)) for each in (cells, changed))
        first, full = run(rulebook, before), run(rulebook, now)

        assert_same(run_again(rulebook, before, first, now), full)
        turned |= {*flagged(first)} ^ {*flagged(full)}
    assert turned - {0}
    # A leaves B, who still shares a former UPN with C, whom A never had to do with.
    former = [None, "F", "F"]
    before, now = (
        given(children(LAchildID=list("ABC"), UPN=upns, FormerUPN=former))
        for upns in (["U", "U", "V"], ["W", "U", "V"])
    )
    assert flagged(run_again(rulebook, before, run(rulebook, before), now)) == [1, 2]


def test_rule_that_reads_the_header_sees_it_changed():
    def born_after(child_identifiers, header):
        return child_identifiers.PersonBirthDate > header.ReferenceDate.max()

    rulebook, _ = invented("child_identifiers.PersonBirthDate", born_after)
    born = children(LAchildID=["A", "B"], PersonBirthDate=["2024-01-01", "2026-01-01"])
    before, now = (
        given({**born, "Header": pd.DataFrame({"ReferenceDate": [date]})}) for date in ("2025-03-31", "2026-03-31")
    )

    assert flagged(run_again(rulebook, before, run(rulebook, before), before)) == [1]
    assert flagged(run_again(rulebook, before, run(rulebook, before), now)) == []


def test_rule_that_reads_last_year_sees_it_changed():
    def new(child_identifiers, previous_child_identifiers):
        return ~child_identifiers.LAchildID.isin(previous_child_identifiers.LAchildID)

    rulebook, _ = invented("child_identifiers.LAchildID", new)
    here = children(LAchildID=["A", "B"])
    before, now = (given(here, previous=children(LAchildID=[known])) for known in ("A", "B"))

    assert flagged(run_again(rulebook, before, run(rulebook, before), now)) == [0]
    assert flagged(run_again(rulebook, before, run(rulebook, before), replace(before))) == [1]
    assert run_again(rulebook, before, run(rulebook, before), given(here)).not_run.keys() == {"1"}


def test_column_that_is_newly_given_is_judged_in_full():
    before = given(children(LAchildID=["A", "B"]))
    now = given(children(LAchildID=["A", "B"], Sex=[None, "M"]))
    outcome = run(BOOK, before, rules=["4180", "8500"])
    again = run_again(BOOK, before, outcome, now, rules=["4180", "8500"])

    assert outcome.not_run.keys() == {"4180"}
    assert (again.ran, flagged(again)) == (["4180", "8500"], [0])


def test_cell_that_can_be_read_no_more_is_a_change():
    def born(*cells: str | None) -> Submission:
        """Where 8500 speaks of dates that cannot be read: so far no field has a rule for these and none for gaps."""
        submission = given(children(LAchildID=["A", "B"], PersonBirthDate=cells))
        unreadable = tuple(replace(bad, field=replace(bad.field, wrong="8500")) for bad in submission.tables.unreadable)
        return replace(submission, tables=replace(submission.tables, unreadable=unreadable))

    states = [born(None, None), born("n/k", None), born(None, "n/k"), born("n/k", "2025-04-01")]
    for before in states:
        for now in states:
            again = run_again(BOOK, before, run(BOOK, before, ["8500"]), now, ["8500"])

            assert_same(again, run(BOOK, now, ["8500"]))
    assert [flagged(run(BOOK, state, ["8500"])) for state in states] == [[], [0], [1], [0]]


def test_cells_that_no_rule_reads_are_those_of_now():
    before, now = (
        given(children(LAchildID=["A", "B"], PersonBirthDate=cells)) for cells in ([None, "n/k"], ["n/k", None])
    )
    again = run_again(BOOK, before, run(BOOK, before), now).findings

    assert again.loc[again["rule"] == "unreadable", "row"].tolist() == [0]


def test_row_that_moves_to_another_episode_is_a_change():
    def nested(episode: int, *, ids: list[str | None]) -> Submission:
        referred = ["2025-05-01", "2025-08-01"]
        return given({
            **children(LAchildID=ids),
            "CINdetails": pd.DataFrame(
                {"LAchildID": [ids[0], ids[-1]], "CINreferralDate": referred, PARENT: [0, len(ids) - 1]}, dtype=object
            ),
            "Section47": pd.DataFrame(
                {"LAchildID": [ids[0]], "S47ActualStartDate": ["2025-06-01"], PARENT: [episode]}, dtype=object
            ),
        })  # fmt: skip

    for ids in (["A"], ["A", "A"], [None, None]):
        before, now = nested(0, ids=ids), nested(1, ids=ids)
        found = run(BOOK, before, rules=["2889"]), run(BOOK, now, rules=["2889"])

        assert [flagged(outcome) for outcome in found] == [[], [0, 1]]
        assert flagged(run_again(BOOK, before, found[0], now, rules=["2889"])) == [0, 1]
        assert flagged(run_again(BOOK, now, found[1], before, rules=["2889"])) == []


def test_outcome_of_other_rules_and_severities_serves_for_what_it_covers():
    before = given(children(LAchildID=["A", None, None], Sex=["M", "X", "F"]))
    now = given(children(LAchildID=["A", None, None], Sex=["M", "X", None]))
    outcome = run(BOOK, before, rules=["4180", "8510"], severity={"4180": "query", "8510": None})
    again = run_again(BOOK, before, outcome, now, severity={"8500": "query"})

    assert_same(again, run(BOOK, now, severity={"8500": "query"}))


def test_what_the_reading_met_is_that_of_now():
    before = given(children(LAchildID=["A", "B"]))
    issues = [
        pd.DataFrame({"table": ["ChildIdentifiers"], "row": pd.array([row], dtype="Int64"), "field": ["Odd"]})
        for row in (0, 1)
    ]
    outcome = run(BOOK, before, issues=issues[0])

    assert_same(run_again(BOOK, before, outcome, before, issues=issues[1]), run(BOOK, before, issues=issues[1]))


def test_rule_that_crashed_is_tried_again_in_full():
    def refuses(child_identifiers):
        if (child_identifiers.LAchildID == "A").any():
            raise ArithmeticError
        return child_identifiers.LAchildID.notna()

    rulebook, _ = invented("child_identifiers.LAchildID", refuses)
    before, now = (given(children(LAchildID=ids)) for ids in (["7", "A"], ["7", "8"]))
    outcome = run(rulebook, before)
    again = run_again(rulebook, before, outcome, now)

    assert outcome.crashed == {"1": "ArithmeticError"}
    assert (again.crashed, flagged(again)) == ({}, [0, 1])
    assert run_again(rulebook, now, again, before).crashed == {"1": "ArithmeticError"}


def test_tables_from_a_store_serve_as_those_in_memory():
    step = ordinary()[0]
    kept = {name: frame.copy() for name, frame in as_frames(step.before.tables).items()}
    stored = replace(step.before, tables=from_frames(kept, step.before.asked))

    assert_same(run_again(BOOK, stored, step.first, step.now), step.full)


def test_what_does_not_fit_is_refused():
    before, now = given(children(LAchildID=[None, "B"])), given(children(LAchildID=["A", "B"]))
    outcome = run(BOOK, before)
    outcome.findings = outcome.findings.assign(row=outcome.findings["row"] + 5)

    with pytest.raises(ValueError, match="ChildIdentifiers: the outcome has findings on rows that the submission"):
        run_again(BOOK, before, outcome, now)
    with pytest.raises(KeyError):
        run_again(BOOK, before, run(BOOK, before), now, rules=["nothing"])


def test_children_who_did_not_change_are_not_judged_anew():
    seen = []

    def none(child_identifiers):
        seen.append(child_identifiers.LAchildID.tolist())
        return child_identifiers.LAchildID.isna()

    rulebook, _ = invented("child_identifiers.LAchildID", none)
    before = given(children(LAchildID=["A", "B", "C"], UPN=["U", "V", "W"]))
    now = given(children(LAchildID=["C", "N", "A", "B"], UPN=["W", None, "U", "X"]))
    outcome = run(rulebook, before)
    seen.clear()
    run_again(rulebook, before, outcome, now)

    assert seen == [["N", "B"]]

"""Findings again, after some children's records changed: only what the change can touch is judged anew.

What belongs to whom is the outermost level of the description, here "child". Children with one id are taken together,
and so are all rows without an id. What a rule says of a child follows from the child's rows and their links, unless the
rule is `per="return"`; a rule that compares children names in `across` the fields whose values they must share.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from returns.model import Return
from validation import schema
from validation.findings import Place
from validation.rule import Outcome, Rule, RuleBook, flagged, judge, run
from validation.submission import Submission
from validation.typed import Typed, Unreadable, ids

NOBODY, APART = 0, 1  # the numbers of rows without an id, and of rows in tables that no child has (the header)


def run_again(
    book: RuleBook,
    before: Submission,
    outcome: Outcome,
    now: Submission,
    rules: Iterable[str] | None = None,
    severity: Mapping[str, str | None] | None = None,
    issues: pd.DataFrame | None = None,
) -> Outcome:
    """What `run(book, now, rules, severity, issues)` gives, made from the `outcome` of `before`.

    Findings, their order and groups, `ran`, `not_run` and `crashed` are those of a full run; `seconds` are those of
    this one. The changes are found by comparison: rows edited, added, removed or labelled anew, children added or
    removed. `outcome` may have covered other rules, or other severities. Submissions that differ in period, rule set or
    in what was supplied are run in full. Raises KeyError for an unknown code, ValueError where `outcome` has findings
    on rows that `before` has not. Only a rule that refuses a whole return for its size may answer here all the same.
    """
    if not _comparable(before, now):
        return run(book, now, rules, severity, issues)
    rules = None if rules is None else frozenset(rules)
    change = compare(before.tables, now.tables, now.asked)
    kept = _kept(outcome.findings, before.tables, change)
    seconds: dict[str, float] = {}
    in_force = book.at(now.asked.period.name) if now.asked.period else []
    by_field = {rule.code for rule in in_force if rule.check is None and (rules is None or rule.code in rules)}
    ran = set(outcome.ran)
    parts: dict[frozenset[tuple[str, str]], _Part] = {frozenset(): _part(before, now, change, frozenset())}
    by_column = {
        **schema.failures(now.asked, now.tables, by_field - ran, seconds),
        **schema.failures(now.asked, parts[frozenset()].given.tables, by_field & ran, seconds),
    }

    def flags(rule: Rule) -> bool | list[Place]:
        if rule.code not in ran or _concerns_all(book, rule, before, now, change):
            return flagged(rule, now, by_column)
        reads = book.reads(rule, now.asked)
        shared = frozenset((table, column) for table, column in reads if column in rule.across)
        if shared not in parts:
            parts[shared] = _part(before, now, change, shared)
        anew = flagged(rule, parts[shared].given, by_column)
        assert not isinstance(anew, bool)  # the rule book refuses such a rule that is not per="return"
        return _joined(rule, kept.get(rule.code, []), anew, parts[shared], change, now.asked)

    return judge(book, now, rules, severity, issues, flags, seconds)


def _comparable(before: Submission, now: Submission) -> bool:
    return (
        before.asked is now.asked
        and before.period == now.period
        and before.tables.supplied == now.tables.supplied
        and before.tables.reasons == now.tables.reasons
    )


def _concerns_all(book: RuleBook, rule: Rule, before: Submission, now: Submission, change: "Change") -> bool:
    """Whether more than the changed children must be judged: the rule says so, or what it reads beside them changed."""
    beside = [name for name in rule.arguments if name in now.reference]
    last_year = "previous_year" in rule.needs and before.previous is not now.previous
    return (
        rule.per == "return"
        or last_year
        or (rule.check is not None and any(table in change.apart for table, _ in book.reads(rule, now.asked)))
        or any(before.argument(name) is not now.argument(name) for name in beside)
    )


# ------------------------------------------------------------------------------------------------------ what changed


@dataclass(frozen=True)
class Change:
    """Children numbered alike in two submissions: whose row each is, `then` and `now`, by table; which `changed`.

    `moved`: the position now of each earlier row, -1 where its child changed. `apart`: changed tables without a child.
    """

    then: Mapping[str, np.ndarray]
    now: Mapping[str, np.ndarray]
    changed: np.ndarray
    moved: Mapping[str, np.ndarray]
    apart: frozenset[str]


def compare(before: Typed, now: Typed, asked: Return) -> Change:
    """Which children's rows, or the links among them, differ between two typings of one description."""
    child = f"@{next(iter(asked.levels))}" if asked.levels else ""
    then_of, now_of, count = _numbered(before, now, asked, child)
    changed = np.zeros(count, dtype=bool)
    changed[APART] = True
    for name in now_of:
        changed |= np.bincount(then_of[name], minlength=count) != np.bincount(now_of[name], minlength=count)
    pairs = {name: _pairs(then_of[name], now_of[name], changed) for name in now_of}
    unread = _unread(before, now)
    for name, (left, right) in pairs.items():
        columns = asked[name].columns
        different = _different(before.tables[name], now.tables[name], columns, left, right)
        for one, other in unread.get(name, ()):
            different |= one[left] != other[right]
        changed[now_of[name][right[different]]] = True
    for level in asked.levels:
        linked = [name for name in now_of if f"@{level}" in now.tables[name]]
        ones = [before.tables[name][f"@{level}"].to_numpy()[pairs[name][0]] for name in linked]
        others = [now.tables[name][f"@{level}"].to_numpy()[pairs[name][1]] for name in linked]
        whose = [now_of[name][pairs[name][1]] for name in linked]
        if linked:
            changed[np.concatenate(whose)[_unlike(np.concatenate(ones), np.concatenate(others))]] = True
    moved = {}
    for name in now_of:
        left, right = _pairs(then_of[name], now_of[name], changed)
        moved[name] = np.full(len(then_of[name]), -1)
        moved[name][left] = right
    apart = frozenset(name for name in now_of if child not in now.tables[name] and _edited(before, now, name, asked))
    return Change(then_of, now_of, changed, moved, apart)


def _numbered(
    before: Typed, now: Typed, asked: Return, child: str
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], int]:
    level = child.removeprefix("@")
    known = [ids(given, asked, level) for given in (before, now)] if level else [np.empty(0, dtype=object)] * 2
    numbers, _ = pd.factorize(np.concatenate(known))
    numbers = np.where(numbers < 0, NOBODY, numbers + APART + 1)
    split = len(known[0])

    def of_rows(given: Typed, of_codes: np.ndarray) -> dict[str, np.ndarray]:
        return {
            table.name: of_codes[given.tables[table.name][child].to_numpy()]
            if child in given.tables[table.name]
            else np.full(len(given.tables[table.name]), APART)
            for table in asked
        }

    then, here = (np.append(part, NOBODY) for part in (numbers[:split], numbers[split:]))  # where -1 is found
    return of_rows(before, then), of_rows(now, here), int(numbers.max(initial=APART)) + 1


def _pairs(then: np.ndarray, now: np.ndarray, changed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the children not (yet) known as changed, child by child in their order, before and now."""
    left, right = np.argsort(then, kind="stable"), np.argsort(now, kind="stable")
    return left[~changed[then[left]]], right[~changed[now[right]]]


def _different(
    one: pd.DataFrame, other: pd.DataFrame, columns: Iterable[str], left: np.ndarray, right: np.ndarray
) -> np.ndarray:
    different = np.zeros(len(left), dtype=bool)
    for column in columns:
        mine, theirs = _taken(one[column], left), _taken(other[column], right)
        same = pc.coalesce(pc.equal(mine, theirs), pc.and_(pc.is_null(mine), pc.is_null(theirs)))
        different |= ~same.to_numpy(zero_copy_only=False)
    return different


def _taken(values: pd.Series, positions: np.ndarray) -> pa.Array:
    whole = pa.array(values, from_pandas=True)
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    if len(positions) == len(whole) and np.array_equal(positions, np.arange(len(whole))):
        return whole
    return whole.take(pa.array(positions))


def _unlike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where the numbers on the two sides do not stand for each other throughout; -1 stands for -1 alone."""
    differ = np.zeros(len(one), dtype=bool)
    for mine, theirs in ((one, other), (other, one)):
        of = np.full(int(mine.max(initial=-1)) + 2, -1)
        of[mine] = theirs
        of[-1] = -1
        differ |= of[mine] != theirs
    return differ


def _unread(before: Typed, now: Typed) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """By table, for each field with unreadable cells: which rows have them, before and now."""
    cells = {
        (bad.table, bad.field.name): [np.zeros(len(given.tables[bad.table]), dtype=bool) for given in (before, now)]
        for bad in (*before.unreadable, *now.unreadable)
    }
    for side, given in enumerate((before, now)):
        for bad in given.unreadable:
            cells[bad.table, bad.field.name][side][bad.positions] = True
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for (table, _), (one, other) in cells.items():
        found.setdefault(table, []).append((one, other))
    return found


def _edited(before: Typed, now: Typed, name: str, asked: Return) -> bool:
    one, other = before.tables[name], now.tables[name]
    if len(one) != len(other):
        return True
    rows = np.arange(len(one))
    return bool(_different(one, other, asked[name].columns, rows, rows).any())


# ------------------------------------------------------------------------------------------------- what is judged anew


@dataclass
class _Part:
    """Some children of a submission: `rows` by table are their positions in the whole, `anew` whose findings count."""

    given: Submission
    rows: Mapping[str, np.ndarray]
    anew: np.ndarray


def _part(before: Submission, now: Submission, change: Change, shared: frozenset[tuple[str, str]]) -> _Part:
    """The changed children; with `shared` fields also those who share or shared a value with them, and those with whom
    these share one, and of last year the same children. No more is needed: what is said of a child follows from whom it
    is compared with."""
    anew = _sharing(before, now, change, shared, change.changed)
    chosen = _sharing(before, now, change, shared, anew)
    rows = {name: np.flatnonzero(chosen[numbers]) for name, numbers in change.now.items()}
    given = replace(now, tables=_slice(now.tables, rows))
    if now.previous is None or chosen[NOBODY] or any(table not in change.now for table, _ in shared):
        return _Part(given, rows, anew)
    last_year = _slice(now.previous, _last_year(given.tables, now.previous, now.asked))
    return _Part(replace(given, previous=last_year), rows, anew)


def _last_year(given: Typed, previous: Typed, asked: Return) -> dict[str, np.ndarray]:
    """The rows of last year's tables that are of the children in `given`, and tables without children whole."""
    level = next(iter(asked.levels))
    here = pd.Index(ids(given, asked, level)).dropna()
    known = np.append(pd.Index(ids(previous, asked, level)).isin(here), False)  # at the end, where -1 is found: nobody
    return {
        name: np.flatnonzero(known[frame[f"@{level}"].to_numpy()]) if f"@{level}" in frame else np.arange(len(frame))
        for name, frame in previous.tables.items()
    }


def _slice(given: Typed, rows: Mapping[str, np.ndarray]) -> Typed:
    """Some rows of each table."""
    unreadable = []
    for bad in given.unreadable:
        within = np.isin(bad.positions, rows[bad.table])
        positions = np.searchsorted(rows[bad.table], bad.positions[within])
        unreadable.append(Unreadable(bad.table, bad.field, positions, bad.text[within]))
    tables = {}
    for name, frame in given.tables.items():
        tables[name] = frame.iloc[rows[name]]
        tables[name].attrs = dict(frame.attrs)
    return Typed(tables, given.supplied, tuple(unreadable), given.reasons)


def _sharing(
    before: Submission, now: Submission, change: Change, shared: frozenset[tuple[str, str]], chosen: np.ndarray
) -> np.ndarray:
    """`chosen` and all who have a value of one of the `shared` fields that one of them has or had in any of these."""
    places = [(table, column) for table, column in shared if table in change.now]
    if not places:
        return chosen
    values = pd.concat(
        [before.tables.tables[table].loc[chosen[change.then[table]], column] for table, column in places]
        + [now.tables.tables[table].loc[chosen[change.now[table]], column] for table, column in places]
    )
    values = values.dropna().unique()
    wider = chosen.copy()
    for table, column in places:
        wider[change.now[table][now.tables.tables[table][column].isin(values).to_numpy()]] = True
    return wider


# ---------------------------------------------------------------------------------------------------- what is kept


def _kept(findings: pd.DataFrame, before: Typed, change: Change) -> dict[str, list[Place]]:
    """The earlier findings on rows of unchanged children, by rule, where these rows are now."""
    tables, table_names = pd.factorize(findings["table"])
    rules, rule_names = pd.factorize(findings["rule"])
    fields, field_names = pd.factorize(findings["fields"])
    kept: dict[str, list[Place]] = {}
    for number, name in enumerate(table_names):
        on_table = np.flatnonzero(tables == number)
        then = before.tables[name].index.get_indexer(pd.Index(findings["row"].array.take(on_table)))
        if (then < 0).any():
            raise ValueError(f"{name}: the outcome has findings on rows that the submission before does not have")
        positions = change.moved[name][then]
        on_table, positions = on_table[positions >= 0], positions[positions >= 0]
        keys = rules[on_table] * len(field_names) + fields[on_table]
        order = np.argsort(keys, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1) if len(order) else ():
            first = on_table[rows[0]]
            place = Place(name, field_names[fields[first]], positions[rows])
            kept.setdefault(rule_names[rules[first]], []).append(place)
    return kept


def _joined(
    rule: Rule, kept: list[Place], anew: list[Place], part: _Part, change: Change, asked: Return
) -> list[Place]:
    """Places kept and places found anew in a part, as positions in the whole, in the order of a full run."""
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for table, fields, positions in kept:
        found.setdefault((table, fields), []).append(positions[~part.anew[change.now[table][positions]]])
    for table, fields, positions in anew:
        whole = part.rows[table][positions]
        found.setdefault((table, fields), []).append(whole[part.anew[change.now[table][whole]]])
    if rule.check:
        order = [(table, rule.fields_of(table)) for table in rule.tables]
    else:
        order = [(table.name, item.name) for table in asked for item in table.fields]
    return [Place(*place, np.sort(np.concatenate(found[place]))) for place in sorted(found, key=order.index)]

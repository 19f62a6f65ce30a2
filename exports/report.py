"""The findings report of one run, put together once; page, workbook, CSV and JSON are written from it."""

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from returns.model import Return
from validation import rules as rule_book
from validation.findings import READING
from validation.rule import Outcome
from validation.rules import book
from validation.submission import Submission
from validation.typed import TEXT, Typed, ids

RAN, NOT_RUN, CRASHED, NOT_ASKED = "ran", "not run", "crashed", "not asked"
BESIDE = {
    "left_out": ("table", "reason", "rows"),
    "issues": ("table", "row", "field", "what", "line"),
    "obstacles": ("table", "row", "field", "rule", "why"),
    "local": ("code", "setting", "reason", "author", "expires"),
}


class Part(NamedTuple):
    """The findings of one rule on the same fields of one table, in table order.

    `table` None is the return as a whole; `rows` are positions in the table (-1: no such row), `labels` the row labels
    as text (missing: none), `subjects` positions in `Report.subjects`, `group` numbers joining the rows of one failure.
    """

    rule: str
    severity: str
    table: str | None
    fields: tuple[str, ...]
    rows: np.ndarray
    labels: pa.StringArray
    subjects: np.ndarray
    child: pa.StringArray
    group: np.ndarray

    def block(self, start: int, stop: int) -> "Part":
        """Some of the findings."""
        cut = slice(start, stop)
        return self._replace(
            **{name: getattr(self, name)[cut] for name in ("rows", "labels", "subjects", "child", "group")}
        )


class Coded(NamedTuple):
    """One column as text: `codes` into the distinct `texts`, -1 where empty; from `unreadable` on they are raw."""

    codes: np.ndarray
    texts: pa.StringArray
    unreadable: int


@dataclass(frozen=True)
class Report:
    """What one run found, ready to be written.

    `rules`: one row per rule in force, errors first, the most findings first: code, severity, severity_confirmed,
    confidence, title, advice, flags, state (ran, not run, crashed, not asked), reason, findings, children.
    `subjects`: one row per child with findings in reading order, then each flagged row that belongs to no child: id
    (missing: none), table, row (its label), child (yes or no).
    `of_subject`: table -> the subject of every row, -1 for rows of children without findings.
    `children`: how many are in the return, in any of its tables. A child is whoever the rows lead to, each id once, and
    each row of the children's own table even without an id; another row without an id is of no child. The children with
    findings are some of these.
    `tried`: whether anybody asked if a complete XML can be written.
    """

    asked: Return
    facts: Mapping[str, str]
    tables: Typed
    rules: pd.DataFrame
    parts: tuple[Part, ...]
    subjects: pd.DataFrame
    of_subject: Mapping[str, np.ndarray]
    children: int
    held: int
    left_out: pd.DataFrame
    issues: pd.DataFrame
    obstacles: pd.DataFrame
    tried: bool
    local: pd.DataFrame
    _coded: dict[tuple[str, str], Coded] = field(default_factory=dict, repr=False)

    @functools.cached_property
    def totals(self) -> dict[str, int]:
        """Counts for the head of every report; what reading showed is among the errors, but no rule."""
        found_as = {
            level: sum(len(part.rows) for part in self.parts if part.severity == level) for level in ("error", "query")
        }
        reading = self.rules["code"].isin(list(READING))
        rules = self.rules[~reading]
        failing, states = rules[rules["findings"] > 0], rules["state"].value_counts()
        return {
            "children": self.children,
            "children with findings": int(self.subjects["child"].sum()),
            "errors": found_as["error"],
            "rules with errors": int((failing["severity"] == "error").sum()),
            "queries": found_as["query"],
            "rules with queries": int((failing["severity"] == "query").sum()),
            "rules in force": len(rules),
            "rules run": int(states.get(RAN, 0)),
            "rules not run": int(states.get(NOT_RUN, 0)),
            "rules crashed": int(states.get(CRASHED, 0)),
            "rules not asked for": int(states.get(NOT_ASKED, 0)),
            "rules inferred": int((rules["confidence"] == "inferred").sum()),
            "rules whose severity is not confirmed": int((~rules["severity_confirmed"]).sum()),
            "rules known of the Department, all years": self.asked.known_rules,
            "known rules held, all years": self.held,
        }

    @property
    def demo(self) -> bool:
        """True where the children are invented."""
        return self.facts.get("demo", "").lower() in ("yes", "true", "1") or self.facts.get("source") == "invented data"

    def coded(self, table: str, name: str) -> Coded:
        """Column `name` of `table` as text: dates as ISO, unreadable cells as they were read."""
        if (table, name) not in self._coded:
            self._coded[table, name] = _coded(self.tables, table, name)
        return self._coded[table, name]

    def columns(self, table: str | None) -> list[str]:
        """The Department's columns of `table`, in order; none of no table."""
        frame = self.tables.tables.get(table) if table else None
        return [] if frame is None else [name for name in self.asked[str(table)].columns if name in frame]

    def blocks(self, size: int = 50_000, limit: int | None = None) -> Iterator[Part]:
        """All findings (or the first `limit`) in at most `size` a block: errors first, by rule, in reading order."""
        left = sum(len(part.rows) for part in self.parts) if limit is None else limit
        for part in self.parts:
            for start in range(0, min(len(part.rows), left), size):
                yield part.block(start, min(start + size, left))
            left -= min(len(part.rows), left)


def report(
    submission: Submission,
    outcome: Outcome,
    *,
    facts: Mapping[str, str],
    left_out: pd.DataFrame | None = None,
    issues: pd.DataFrame | None = None,
    obstacles: pd.DataFrame | None = None,
    local: pd.DataFrame | None = None,
) -> Report:
    """Put together what one run found.

    `facts` are shown in their order, names as given; `demo` "yes" marks invented children. `left_out`: table, reason,
    rows (how many are not in the return); `issues`: table, row, field, what, line (from reading the file); `obstacles`:
    table, row, field, rule, why (what stops a complete XML); `local`: code, setting, reason, author, expires.
    """
    asked, tables = submission.asked, submission.tables
    found = _Found(outcome.findings, tables, asked)
    beside = {"left_out": left_out, "issues": issues, "obstacles": obstacles, "local": local}
    rules = _rules(asked, outcome, found)
    return Report(
        asked=asked,
        facts=dict(facts),
        tables=tables,
        rules=rules,
        parts=found.parts(list(rules["code"])),
        subjects=found.subjects,
        of_subject=found.of_subject,
        children=found.children,
        held=len(book(asked.name).versions),
        tried=obstacles is not None,
        **{name: _columns(frame, BESIDE[name]) for name, frame in beside.items()},
    )


def table(report: Report) -> list[tuple[str, str, int, int, str]]:
    """One row per rule that found something, errors first: rule, severity, findings, children, title."""
    found = report.rules[report.rules["findings"] > 0]
    return [
        (str(row.code), str(row.severity), int(row.findings), int(row.children), str(row.title))
        for row in found.itertuples()
    ]


class _Found:
    """The findings as positions: of the table, of the row in it, of the subject (the child) it belongs to."""

    def __init__(self, findings: pd.DataFrame, tables: Typed, asked: Return) -> None:
        self.tables, self.level = tables, next(iter(asked.levels))
        self.rule, self.rules = _encoded(findings["rule"])
        self.severity, self.severities = _encoded(findings["severity"])
        self.table, self.names = _encoded(findings["table"])
        self.fields, self.field_lists = _encoded(findings["fields"])
        self.group = findings["group"].to_numpy(dtype="int64")
        self.label = _strings(findings["row"])
        self.child = _strings(findings["child"])
        self.row = np.full(len(findings), -1, dtype="int64")
        for code, name in enumerate(self.names):
            here = np.flatnonzero(self.table == code)
            frame = tables.tables.get(name)
            if frame is not None:
                labels = pd.Index(findings["row"].iloc[here]).astype(frame.index.dtype)
                self.row[here] = frame.index.get_indexer(labels)
        self._number_subjects(asked)

    def _number_subjects(self, asked: Return) -> None:
        """Number the children with findings in reading order, then flagged rows of no child, and the whole return."""
        linked = self._children(asked)
        number = np.full(len(self.row), -1, dtype="int64")
        for code, name in enumerate(self.names):
            here = np.flatnonzero((self.table == code) & (self.row >= 0))
            if name in linked:
                number[here] = linked[name][self.row[here]]
        numbers, at = np.unique(number[number >= 0], return_index=True)
        last = max((int(column.max(initial=-1)) for column in linked.values()), default=-1)
        there, lookup = np.zeros(last + 2, dtype=bool), np.full(last + 2, -1, dtype="int64")
        for column in linked.values():
            there[column] = True
        self.children = int(there[:-1].sum())
        lookup[numbers] = np.arange(len(numbers))
        self.of_subject = {name: lookup[column] for name, column in linked.items()}
        self.subject = lookup[number]
        known = np.flatnonzero(number >= 0)[at]
        alone = np.flatnonzero(number < 0)
        key = self.table[alone].astype("int64") * (int(self.row.max(initial=0)) + 2) + self.row[alone] + 1
        own, firsts = pd.factorize(key)
        self.subject[alone] = own + len(numbers)
        first = alone[np.unique(own, return_index=True)[1]] if len(firsts) else alone
        for finding in first:
            if self.row[finding] >= 0:
                self.of_subject[self.names[self.table[finding]]][self.row[finding]] = self.subject[finding]
        every = np.concatenate([known, first])
        table = [self.names[code] if code >= 0 else None for code in self.table[every]]
        self.subjects = pd.DataFrame(
            {
                "id": self.child.take(pa.array(every)).to_pandas().astype(TEXT),
                "table": pd.array(table, dtype=TEXT),
                "row": self.label.take(pa.array(every)).to_pandas().astype(TEXT),
                "child": np.arange(len(every)) < len(known),
            }
        )

    def _children(self, asked: Return) -> dict[str, np.ndarray]:
        """Table -> the number of the child that each row leads to, -1 for none."""
        linked = {name: self._child_numbers(name) for name in self.tables.tables}
        of_children = [name for name in linked if name in asked and asked.child in asked[name]]
        loose = {name: np.flatnonzero(linked[name] < 0) for name in of_children if (linked[name] < 0).any()}
        if not loose:
            return linked
        held = ids(self.tables, asked, self.level)
        named = [self.tables.tables[name][asked.child].iloc[rows] for name, rows in loose.items()]
        every = pd.concat([pd.Series(held, dtype=TEXT), *named], ignore_index=True)
        # The number of an id is where it stands first: for those that are held, their own number.
        code, _ = pd.factorize(every)
        first = np.append(np.flatnonzero(every.notna() & ~every.duplicated()), -1)
        number, start = first[code], len(held)
        for name, rows in loose.items():
            here = np.arange(start, start + len(rows))
            alone = here if asked[name].level == self.level else -1
            linked[name] = linked[name].copy()
            linked[name][rows] = np.where(number[here] < 0, alone, number[here])
            start += len(rows)
        return linked

    def _child_numbers(self, name: str) -> np.ndarray:
        frame = self.tables.tables[name]
        column = f"@{self.level}"
        return frame[column].to_numpy(dtype="int64") if column in frame else np.full(len(frame), -1, dtype="int64")

    def counts(self) -> dict[str, tuple[int, int, str]]:
        """Rule -> findings, children among them, severity."""
        size = max(len(self.subjects), 1)
        pairs = np.unique(self.rule.astype("int64") * size + self.subject)
        of_child = self.subjects["child"].to_numpy()[pairs % size]
        children = np.bincount((pairs // size)[of_child], minlength=len(self.rules))
        numbers, first = np.bincount(self.rule), np.unique(self.rule, return_index=True)[1]
        return {
            code: (int(number), int(among), self.severities[severity])
            for code, number, among, severity in zip(self.rules, numbers, children, self.severity[first], strict=True)
        }

    def parts(self, order: list[str]) -> tuple[Part, ...]:
        """The findings by rule, severity, table and fields; errors first, then by `order` of the rules."""
        sizes = (len(self.severities) + 1, len(self.names) + 1, len(self.field_lists) + 1)
        key = (
            ((self.rule.astype("int64") * sizes[0] + self.severity) * sizes[1] + self.table + 1) * sizes[2]
            + self.fields
            + 1
        )
        kind, kinds = pd.factorize(key)
        sorted_by = np.lexsort((self.row, kind))
        starts = np.searchsorted(kind[sorted_by], np.arange(len(kinds) + 1))
        made = []
        for start, stop in itertools.pairwise(starts):
            at = sorted_by[start:stop]
            one = at[0]
            listed = self.field_lists[self.fields[one]] if self.fields[one] >= 0 else ""
            made.append(
                Part(
                    rule=self.rules[self.rule[one]],
                    severity=self.severities[self.severity[one]],
                    table=self.names[self.table[one]] if self.table[one] >= 0 else None,
                    fields=tuple(name for name in listed.split(",") if name),
                    rows=self.row[at],
                    labels=self.label.take(pa.array(at)),
                    subjects=self.subject[at],
                    child=self.child.take(pa.array(at)),
                    group=self.group[at],
                )
            )
        place = {code: number for number, code in enumerate(order)}
        return tuple(sorted(made, key=lambda part: (part.severity != "error", place[part.rule])))


def _rules(asked: Return, outcome: Outcome, found: _Found) -> pd.DataFrame:
    assert asked.period is not None
    counts = found.counts()
    rules = rule_book(asked.name, asked.period.name)[
        ["code", "severity", "severity_confirmed", "confidence", "title", "advice", "flags"]
    ]
    held = set(rules["code"])
    own = [
        {
            "code": check.code,
            "severity": check.severity,
            "severity_confirmed": True,
            "confidence": "verified",
            "title": check.title,
            "advice": check.advice,
            "flags": "",
        }
        for check in (READING[code] for code in counts if code not in held)
    ]
    rules = (
        pd.concat([rules, pd.DataFrame(own, columns=rules.columns).astype(rules.dtypes)], ignore_index=True)
        if own
        else rules.copy()
    )
    ran = set(outcome.ran) | set(READING)
    states = dict.fromkeys(ran, RAN) | dict.fromkeys(outcome.not_run, NOT_RUN) | dict.fromkeys(outcome.crashed, CRASHED)
    rules["state"] = rules["code"].map(states).astype(TEXT).fillna(NOT_ASKED)
    rules["reason"] = rules["code"].map({**outcome.not_run, **outcome.crashed}).astype(TEXT).fillna("")
    rules["findings"] = [counts.get(code, (0, 0, ""))[0] for code in rules["code"]]
    rules["children"] = [counts.get(code, (0, 0, ""))[1] for code in rules["code"]]
    given = rules["code"].map({code: severity for code, (_, _, severity) in counts.items()})
    rules["severity"] = given.astype(TEXT).fillna(rules["severity"])
    rules["none"] = rules["findings"] == 0
    ordered = rules.sort_values(["none", "severity", "findings", "code"], ascending=[True, True, False, True])
    return ordered.drop(columns="none").reset_index(drop=True)


def _columns(frame: pd.DataFrame | None, names: tuple[str, ...]) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame(columns=list(names), dtype=TEXT)
    return frame.reindex(columns=list(names)).reset_index(drop=True)


def _encoded(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Codes (-1 missing) and the distinct texts in order of appearance."""
    codes, distinct = _arrow_codes(_strings(values))
    return codes, distinct.to_pylist()


def _strings(values: pd.Series) -> pa.StringArray:
    return pc.cast(_whole(pa.array(values.astype(TEXT), from_pandas=True)), pa.string())


def _whole(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _arrow_codes(values: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    encoded = pc.dictionary_encode(_whole(values))
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), encoded.dictionary


def _coded(tables: Typed, table: str, name: str) -> Coded:
    codes, distinct = _arrow_codes(pa.array(tables.tables[table][name], from_pandas=True))
    if pa.types.is_timestamp(distinct.type):
        at_midnight = pc.cast(distinct, pa.date32(), safe=False)
        days = pc.equal(pc.cast(at_midnight, distinct.type), distinct)
        moments = pc.replace_substring(
            pc.cast(pc.cast(distinct, pa.timestamp("s"), safe=False), pa.string()), " ", "T", max_replacements=1
        )
        texts = pc.if_else(days, pc.cast(at_midnight, pa.string()), moments)
    else:
        texts = pc.cast(distinct, pa.string())
    readable = len(texts)
    for cells in tables.unreadable:
        if cells.table == table and cells.field.name == name:
            raw, bad = _arrow_codes(pa.array(cells.text, type=pa.string(), from_pandas=True))
            codes = codes.copy()
            codes[cells.positions] = raw + len(texts)
            texts = pa.concat_arrays([texts, bad])
    return Coded(codes, texts, readable)

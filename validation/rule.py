"""The rule book: rules are functions whose arguments name what they read; this module registers, schedules and runs
them."""

import hashlib
import inspect
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from returns import described
from returns.model import InForce, Return
from validation import schema
from validation.derived import NO_AUTHORITY
from validation.findings import Findings, Place
from validation.submission import Submission, table_named
from validation.typed import NOT_SUPPLIED, PROVIDERS, TEXT, UNREAD, Typed, empty, providers_typed

NEEDS = {"holidays": "bank_holidays", "postcodes": "postcodes", "providers": "providers", "authority": "authorities"}
REFERENCE = ("codes", "period", *NEEDS)
ABSENT = {
    "providers": "Ofsted's list of providers was not given",
    "authority": NO_AUTHORITY,
    "previous": "last period's return was not given",
}
Severity = Literal["error", "query"]
Confidence = Literal["verified", "inferred"]

BLANK = MappingProxyType(
    {"providers": providers_typed(pd.DataFrame(columns=PROVIDERS, dtype=TEXT)), "authority": "E00000000"}
)


@dataclass(frozen=True, kw_only=True)
class Rule(InForce):
    """One version of one of the Department's rules.

    `flags` pairs table and field; `together` is the level whose rows are one failure (None: each row on its own when
    one table is flagged, else the innermost level that the flagged tables share). `per` "child": what the rule says of
    a child follows from the child's rows, and from those of children who share a value in a field of `across` with it
    (missing values are shared by nobody). `check` is None for a rule that a field's own word says (`wrong`, `absent`, a
    shape), which Pandera checks. An argument of `check` with a default is used where it was given: without last year
    the rule runs on None.
    """

    code: str
    title: str
    advice: str
    severity: Severity
    severity_confirmed: bool
    confidence: Confidence
    flags: tuple[tuple[str, str], ...]
    per: Literal["child", "return"]
    across: tuple[str, ...]
    together: str | None
    stage: int | None
    check: Callable[..., Any] | None

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.check).parameters) if self.check else ()

    @cached_property
    def if_given(self) -> frozenset[str]:
        """Arguments that the rule can do without."""
        given = inspect.signature(self.check).parameters.values() if self.check else ()
        return frozenset(one.name for one in given if one.default is not one.empty)

    @property
    def needs(self) -> tuple[str, ...]:
        """What the rule reads beside this period's own tables."""
        needs = [NEEDS[name] for name in self.arguments if name in NEEDS]
        return tuple(needs + ["previous_year"] * any(name.startswith("previous_") for name in self.arguments))

    def fields_of(self, table: str) -> str:
        return ",".join(name for flagged, name in self.flags if flagged == table)

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(table for table, _ in self.flags))


class RuleBook:
    """The rules of one return; used as a decorator.

    Registering two versions of a code that are in force together is refused.
    """

    def __init__(self, name: str, severity_confirmed: bool = True) -> None:
        self.name = name
        self.severity_confirmed = severity_confirmed
        self.versions: dict[str, list[Rule]] = {}
        self._reads: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}

    @cached_property
    def described(self) -> Return:
        return described(self.name)

    def __call__(
        self,
        code: str,
        title: str,
        *,
        flags: str = "",
        advice: str,
        since: str | None = None,
        until: str | None = None,
        per: Literal["child", "return"] = "child",
        across: str = "",
        together: str | None = None,
        severity: Severity | None = None,
        severity_confirmed: bool | None = None,
        confidence: Confidence = "verified",
        stage: int | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated function as `code`.

        Severity: codes that end in Q are queries, others errors. A rule on the return as a whole is refused unless it
        says so (`per="return"`).
        """
        if not flags and per != "return":
            raise ValueError(f'{self.name} {code}: flags no row, so it is per="return"')

        def register(check: Callable[..., Any]) -> Callable[..., Any]:
            self._add(
                Rule(
                    code=code,
                    title=title,
                    advice=advice,
                    severity=severity or ("query" if code.endswith("Q") else "error"),
                    severity_confirmed=self.severity_confirmed if severity_confirmed is None else severity_confirmed,
                    confidence=confidence,
                    flags=tuple(self._flag(flag) for flag in flags.split()),
                    since=since,
                    until=until,
                    per=per,
                    across=tuple(across.split()),
                    together=together,
                    stage=stage,
                    check=check,
                )
            )
            return check

        return register

    def column(self, code: str, title: str, *, advice: str, severity: Severity | None = None, **more: Any) -> None:
        """Register a rule that fields of the description say by themselves (`wrong`, `absent`, `shapes`)."""
        saying = [
            (table, item, word)
            for table in self.described
            for item in table.fields
            for word in _words(item)
            if word.rule == code
        ]
        if not saying:
            raise LookupError(f"{self.name} {code}: no field of the description says this rule")
        for table, item, word in saying:
            since = max(
                (s for s in (table.since, item.since, word.since) if s), key=self.described.position, default=None
            )
            until = min(
                (s for s in (table.until, item.until, word.until) if s), key=self.described.position, default=None
            )
            if any(r.since == since and r.until == until for r in self.versions.get(code, ())):
                continue
            self._add(
                Rule(
                    code=code,
                    title=title,
                    advice=advice,
                    severity=severity or ("query" if code.endswith("Q") else "error"),
                    severity_confirmed=more.get("severity_confirmed", self.severity_confirmed),
                    confidence=more.get("confidence", "verified"),
                    flags=((table.name, item.name),),
                    since=since,
                    until=until,
                    per="child",
                    across=(),
                    together=None,
                    stage=more.get("stage"),
                    check=None,
                )
            )

    def _flag(self, flag: str) -> tuple[str, str]:
        argument, _, item = flag.partition(".")
        table = table_named(self.described, argument)
        if item not in self.described[table]:
            raise LookupError(f"{self.name}: {table} has no field {item!r}")
        return table, item

    def _add(self, rule: Rule) -> None:
        for other in self.versions.setdefault(rule.code, []):
            if any(
                self.described.in_force(rule, p.name) and self.described.in_force(other, p.name)
                for p in self.described.periods
            ):
                raise ValueError(f"{self.name} {rule.code}: two versions are in force in one period")
        self.versions[rule.code].append(rule)

    def at(self, period: str) -> list[Rule]:
        """The rules in force in `period`, by code."""
        found = [
            rule for versions in self.versions.values() for rule in versions if self.described.in_force(rule, period)
        ]
        return sorted(found, key=lambda rule: rule.code)

    @cached_property
    def version(self) -> str:
        """Document, date and a fingerprint of the rules' source: what a run records."""
        modules = sorted(
            {rule.check.__module__ for versions in self.versions.values() for rule in versions if rule.check}
        )
        source = "".join(inspect.getsource(__import__(module, fromlist=["_"])) for module in modules)
        return f"{self.described.book}; {hashlib.sha256(source.encode()).hexdigest()[:12]}"

    def reads(self, rule: Rule, asked: Return) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that `rule` reads, learnt by running it once on recording empty frames."""
        assert asked.period is not None
        key = (f"{rule.code} {rule.since}", asked.period.name)
        if key not in self._reads:
            self._reads[key] = frozenset(_learn(rule, asked)) if rule.check else frozenset(rule.flags)
        return self._reads[key]


def _words(item: Any) -> Iterable[Any]:
    for code in dict.fromkeys((item.wrong, item.absent)):
        if code:
            yield _Word(code)
    yield from item.shapes


@dataclass(frozen=True)
class _Word:
    rule: str
    since: None = None
    until: None = None


class _Recording(pd.DataFrame):
    """An empty table that notes which of its columns are read."""

    _metadata: ClassVar = ["noted"]
    noted: set[tuple[str, str]]

    @property
    def _constructor(self) -> type["_Recording"]:
        return _Recording

    def __getitem__(self, key: Any) -> Any:
        noted = self.__dict__.get("noted")
        if noted is not None:
            names = [key] if isinstance(key, str) else key if isinstance(key, list) else []
            noted.update((self.attrs["table"], name.removeprefix(UNREAD)) for name in names if isinstance(name, str))
        return super().__getitem__(key)


def _learn(rule: Rule, asked: Return) -> set[tuple[str, str]]:
    noted: set[tuple[str, str]] = set()
    blank = empty(asked)

    def recording(argument: str) -> Any:
        name = _recorded_as(argument, asked)
        frame = _Recording(blank.tables[name.removeprefix("previous_")])
        frame.attrs = {"table": name}
        frame.__dict__["noted"] = noted
        return frame

    assert asked.period is not None
    assert rule.check is not None
    given = Submission(asked, asked.period, blank, blank, BLANK)
    arguments = {name: given.argument(name) if name in REFERENCE else recording(name) for name in rule.arguments}
    noted.update((frame.attrs["table"], "") for frame in arguments.values() if isinstance(frame, _Recording))
    rule.check(**arguments)
    return noted


def _recorded_as(argument: str, asked: Return) -> str:
    """The table of an argument, last year's told from this year's."""
    table = argument.removeprefix("previous_")
    return argument.removesuffix(table) + table_named(asked, table)


@dataclass
class Outcome:
    """What a run of the rule book gave."""

    findings: pd.DataFrame
    ran: list[str] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    crashed: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    tracebacks: dict[str, str] = field(default_factory=dict)


def run(
    book: RuleBook,
    given: Submission,
    rules: Iterable[str] | None = None,
    severity: Mapping[str, str | None] | None = None,
    issues: pd.DataFrame | None = None,
) -> Outcome:
    """Run the rules in force (or only those in `rules`: KeyError for an unknown code) over one submission.

    `severity` overrides by code: another severity, or None to leave the rule out (reported as not run). `issues`
    (table, row, field) is what the reading of a document met that does not belong in it; it becomes findings too.
    """
    seconds: dict[str, float] = {}
    columns = {rule.code for rule in _chosen(book, given, rules) if rule.check is None}
    by_column = schema.failures(given.asked, given.tables, columns, seconds)
    return judge(book, given, rules, severity, issues, lambda rule: flagged(rule, given, by_column), seconds)


def judge(
    book: RuleBook,
    given: Submission,
    rules: Iterable[str] | None,
    severity: Mapping[str, str | None] | None,
    issues: pd.DataFrame | None,
    flags: Callable[[Rule], bool | list[Place]],
    seconds: dict[str, float],
) -> Outcome:
    """The outcome of `run` from what each rule `flags`, asked of those that can be run; `seconds` were spent before."""
    severity = severity or {}
    found = Findings(given.tables, book.described.child)
    outcome = Outcome(pd.DataFrame(), seconds=seconds)
    if rules is None:
        for cells in given.tables.unreadable:
            if not cells.field.wrong:
                found.add("unreadable", "error", cells.table, cells.field.name, cells.positions)
    if issues is not None and len(issues):
        _note_issues(found, issues, given.tables)
    for rule in _chosen(book, given, rules):
        reason = _missing(book, rule, given)
        if rule.code in severity and severity[rule.code] is None:
            reason = "switched off by the local rules file"
        if reason:
            outcome.not_run[rule.code] = reason
            continue
        level = severity.get(rule.code) or rule.severity
        began = time.process_time()
        try:
            _note(found, rule, level, flags(rule), given)
        except Exception as error:  # noqa: BLE001 - a rule that raises is reported as crashed and never as passed
            outcome.crashed[rule.code] = type(error).__name__
            outcome.tracebacks[rule.code] = traceback.format_exc()
        else:
            outcome.ran.append(rule.code)
        outcome.seconds[rule.code] = outcome.seconds.get(rule.code, 0.0) + time.process_time() - began
    outcome.findings = found.frame()
    return outcome


def _chosen(book: RuleBook, given: Submission, codes: Iterable[str] | None) -> list[Rule]:
    assert given.asked.period is not None
    in_force = book.at(given.asked.period.name)
    if codes is None:
        return in_force
    wanted = set(codes)
    for code in sorted(wanted):
        if code not in book.versions:
            raise KeyError(code)
    return [rule for rule in in_force if rule.code in wanted]


def flagged(rule: Rule, given: Submission, by_column: Mapping[str, list[Place]]) -> bool | list[Place]:
    """What `rule` flags in `given`: places, or for the return as a whole yes or no."""
    if rule.check is None:
        return by_column.get(rule.code, [])
    result = rule.check(**{name: given.argument(name) for name in rule.arguments})
    if not rule.flags:
        if not isinstance(result, bool | np.bool_):
            raise TypeError("a return-level rule returns one bool")
        return bool(result)
    marks = result if isinstance(result, dict) else {rule.tables[0]: result}
    unknown = set(marks) - set(rule.tables)
    if unknown:
        raise LookupError(f"flags tables that it does not declare: {sorted(unknown)}")
    return [
        Place(table, rule.fields_of(table), _positions(marks[table], given.tables.tables[table]))
        for table in rule.tables
        if table in marks
    ]


def _note(found: Findings, rule: Rule, severity: str, flags: bool | list[Place], given: Submission) -> None:
    if isinstance(flags, bool):
        if flags:
            found.add_return(rule.code, severity)
        return
    level = rule.together or _shared(rule, given.asked)
    for table, fields, positions in flags:
        together = given.tables.tables[table][f"@{level}"].to_numpy()[positions] if level else None
        found.add(rule.code, severity, table, fields, positions, together)


def _note_issues(found: Findings, issues: pd.DataFrame, typed: Typed) -> None:
    """What a reader met, as findings of the tool's own: on the row where it stood, else on the return."""
    placed = issues[issues["table"].isin(set(typed.tables)) & issues["row"].notna()]
    for (table, item), rows in placed.groupby(["table", "field"], sort=False, dropna=False):
        positions = typed.tables[str(table)].index.get_indexer(pd.Index(rows["row"].to_numpy()))
        positions = np.unique(positions[positions >= 0]).astype("int64")
        found.add("unexpected", "error", str(table), "" if pd.isna(item) else str(item), positions)
    if len(placed) < len(issues):
        found.add_return("unexpected", "error")


def _missing(book: RuleBook, rule: Rule, given: Submission) -> str | None:
    """Why the rule cannot be run on what was supplied, or None."""
    spared = {_recorded_as(name, given.asked) for name in rule.if_given}
    for name in rule.arguments:
        if name in rule.if_given:
            continue
        if name.startswith("previous_") and given.previous is None:
            return ABSENT["previous"]
        if name in ABSENT and name not in given.reference:
            return ABSENT[name]
    gaps: dict[str, list[str]] = {}
    for table, column in sorted(book.reads(rule, given.asked)):
        if table in spared:
            continue
        source: Typed | None = given.previous if table.startswith("previous_") else given.tables
        assert source is not None
        name = table.removeprefix("previous_")
        if (name, column) in source.reasons:
            return source.reasons[name, column] + (" (last period's return)" if source is given.previous else "")
        wanted = given.asked.levels.get(column[1:], ())[:1] if column.startswith("@") else (column,)
        needed = [item for item in wanted if item]
        if not source.supplied[name]:
            gaps.setdefault(table, [])
        else:
            gaps.setdefault(table, []).extend(item for item in needed if item not in source.supplied[name])
    missing = []
    for table, columns in gaps.items():
        source = given.previous if table.startswith("previous_") else given.tables
        assert source is not None
        if not source.supplied[table.removeprefix("previous_")]:
            missing.append(f"table {table}")
        missing.extend(f"{table}.{column}" for column in dict.fromkeys(columns))
    return f"{NOT_SUPPLIED}{', '.join(missing)}" if missing else None


def _shared(rule: Rule, asked: Return) -> str | None:
    if len(rule.tables) < 2:
        return None
    shared = [
        level
        for level, keys in asked.levels.items()
        if all(key in asked[table] for table in rule.tables for key in keys)
    ]
    return shared[-1] if shared else None


def _positions(mark: Any, frame: pd.DataFrame) -> np.ndarray:
    """Positions of the marked rows; missing marks are refused, they would hide a slip in a rule."""
    if isinstance(mark, pd.Series):
        if not mark.index.equals(frame.index):
            if not mark.index.isin(frame.index).all():
                raise LookupError("a mark is not on the index of its table")
            mark = mark.reindex(frame.index, fill_value=False)
        values = mark.to_numpy(dtype=object if mark.dtype == object else None)
    else:
        values = np.asarray(mark)
    if values.dtype != bool:
        if pd.isna(values).any():
            raise TypeError("a mark is missing for some rows")
        values = values.astype(bool)
    if len(values) != len(frame):
        raise LookupError("a mark has not one entry per row")
    return np.flatnonzero(values)

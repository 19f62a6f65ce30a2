"""The words in which a return is described: periods, code sets, fields, tables, the return itself.

Frozen facts, read by everything else (schemas, reader, writer, XSD, dictionary, rules). No target knows another through
here.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, TypeVar

from returns.authorities import known_as
from returns.refusal import Refusal

Kind = Literal["text", "code", "flag", "date", "datetime", "time", "year", "whole", "decimal", "postcode"]
Given = Literal["document", "carried", "ordinal", "list", "derived"]


class UnknownPeriod(Refusal, LookupError):
    """A period that nobody described for this return."""


class BadUnit(Refusal):
    """A unit number that is none."""


class UnknownReturn(Refusal, LookupError):
    """A return that nobody described."""


@dataclass(frozen=True, kw_only=True)
class InForce:
    """First and last period in which something counts; None is open-ended."""

    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Period:
    """One collection: `start` and `end` inclusive (end = the reference date), `year` as in the header, its dates."""

    name: str
    start: dt.date
    end: dt.date
    year: int
    opens: dt.date
    load_by: dt.date
    submit_by: dt.date

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """What data protection law asks of one item (UK GDPR, Data Protection Act 2018).

    `subjects` are the people that it tells of, `retention` a class of `returns.retention`.
    """

    personal: bool
    subjects: str
    category: Literal["ordinary", "special", "offence"]
    purpose: str
    basis: str
    condition: str
    retention: str
    duty: Literal["mandatory", "voluntary"] = "mandatory"


@dataclass(frozen=True, kw_only=True)
class Code(InForce):
    """One value of a code set; `unwritten_since` is the period from which it is read but never sent."""

    code: str
    label: str
    unwritten_since: str | None = None


@dataclass(frozen=True, kw_only=True)
class Shape(InForce):
    """A rule on the form of a text value: the whole value must match `pattern` (a Python pattern)."""

    rule: str
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """How often an element that only groups fields may come in its row; most = None is any number."""

    element: str
    least: int = 1
    most: int | None = 1


@dataclass(frozen=True, kw_only=True)
class Field(InForce):
    """One data item, in the Department's spelling.

    `wrong` and `absent` are the numbers of the rules that a bad or a missing value breaks; `required` says that the XML
    schema wants the element. `group` lists the elements between the row's element and this one; `element` "." is the
    row's own text. `per_file` marks what may differ between the files of one return (when and by what a file was made).
    `shortest` and `longest` count characters; `longest_shown` is the length that a published schema takes, where that
    is less. A field of a message (`Return.messages`) `carries` the "Table.Field"s of the return that it holds, first
    the one that it is written from; `means` names the table in which 1 stands for a row.
    """

    name: str
    kind: Kind
    label: str
    privacy: Privacy
    cbds: str | None = None
    codes: str | None = None
    required: bool = False
    may_be_empty: bool = False
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    shortest: int | None = None
    longest: int | None = None
    longest_shown: int | None = None
    only: str | None = None
    wrong: str | None = None
    absent: str | None = None
    shapes: tuple[Shape, ...] = ()
    group: tuple[str, ...] = ()
    element: str | None = None
    given: Given = "document"
    per_file: bool = False
    carries: tuple[str, ...] = ()
    means: str | None = None

    @property
    def tag(self) -> str:
        """The XML element's name."""
        return self.element or self.name

    @property
    def stays_empty(self) -> bool:
        """True where the schema wants the element and no rule a value: it is there, if need be empty."""
        return self.required and self.may_be_empty and self.absent is None


@dataclass(frozen=True, kw_only=True)
class Table(InForce):
    """One table: the rows of one repeated XML element.

    `argument` is its name in a rule's signature. `level` names the identity that its rows carry (see `Return.levels`).
    `wrapper` is an element around all rows of one parent; `order` the XML order of fields and child tables where it is
    not "fields first". `occurs` is (least, most) per parent, None = any number; `absent` is the number of the rule that
    a parent without the least breaks. `groups` lists the groups that are not there exactly once. An empty wrapper is no
    row, unless `row_if_empty`: then it is one row without values. `confirmed`: a published schema shows it. `file` is
    the name of its CSV file without the ending, where the Department takes one. `key` names the fields by which people
    tell a child's rows apart (none: a child has one row), `sorted_by` the field in whose order its rows are written.
    `needed`: without it CSV files are no return.
    """

    name: str
    argument: str
    label: str
    fields: tuple[Field, ...]
    element: str = ""
    parent: str | None = None
    wrapper: str | None = None
    level: str | None = None
    occurs: tuple[int, int | None] = (0, None)
    absent: str | None = None
    groups: tuple[Group, ...] = ()
    row_if_empty: bool = False
    order: tuple[str, ...] = ()
    confirmed: bool = True
    file: str = ""
    key: tuple[str, ...] = ()
    needed: bool = False
    sorted_by: str | None = None

    def __getitem__(self, name: str) -> Field:
        for item in self.fields:
            if item.name == name:
                return item
        raise KeyError(name)

    def __contains__(self, name: str) -> bool:
        return any(item.name == name for item in self.fields)

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in order, the denormalised list columns left out."""
        return tuple(item.name for item in self.fields if item.given != "list")

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Column names of its CSV file in order."""
        return tuple(item.name for item in self.fields if item.given not in ("list", "derived"))

    @property
    def document_fields(self) -> tuple[Field, ...]:
        """The fields that the XML holds, neither carried from the parent nor counted."""
        return tuple(item for item in self.fields if item.given == "document")


T = TypeVar("T", bound=InForce)


@dataclass(frozen=True, kw_only=True)
class Return:
    """One statutory return: its periods, tables, code sets and identities.

    `levels` orders the identities from the outermost in: name -> key columns (a child, an episode of a child …).
    `aliases` are other names that people call it by, in small letters; `unit_form` says in words what `unit_pattern`
    takes. `authority` and `collection` are the "Table.Field" of the authority's number and of the collection's name
    (empty, None: no file says it). `upper_cased`: case does not count, text is read in capitals.
    `unreadable_is_absent`: a cell that cannot be read breaks the rules on missing values too. `reference` is what its
    rules take beside the returns; `files` are the kinds that the Department takes, the usual one first;
    `files_known_by`: what tells first of which table a CSV file is. `messages` are the XML files that it goes in, each
    described as a return, where they hold the tables in another shape; `remark` is what a message's schema says of
    itself.
    """

    name: str
    title: str
    unit: str
    unit_pattern: str
    unit_form: str
    root: str
    child: str
    authority: str
    periods: tuple[Period, ...]
    tables: tuple[Table, ...]
    codes: Mapping[str, tuple[Code, ...]]
    levels: Mapping[str, tuple[str, ...]]
    known_rules: int
    book: str
    aliases: tuple[str, ...] = ()
    collection: str | None = None
    confirmed_until: str | None = None
    upper_cased: bool = False
    unreadable_is_absent: bool = True
    reference: tuple[Literal["authority", "providers"], ...] = ()
    files: tuple[Literal["csv", "xml"], ...] = ("xml",)
    files_known_by: Literal["name", "columns"] = "name"
    messages: tuple["Return", ...] = ()
    remark: str = ""
    period: Period | None = None
    by_name: Mapping[str, Table] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", MappingProxyType({table.name: table for table in self.tables}))

    def __hash__(self) -> int:
        return hash((self.name, self.period))

    def __getitem__(self, name: str) -> Table:
        return self.by_name[name]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    @property
    def confirmed(self) -> bool:
        """True where a published schema shows every element of this period."""
        if self.period is None:
            return True
        late = self.confirmed_until is not None and self.later(self.period.name, self.confirmed_until)
        return not late and all(table.confirmed for table in self.tables)

    @property
    def in_xml(self) -> tuple["Return", ...]:
        """The messages that it goes in; a return whose tables have the message's own shape is its one message."""
        return self.messages or (self,)

    def children_of(self, name: str | None) -> tuple[Table, ...]:
        """The tables nested directly in `name` (None: in the message)."""
        return tuple(table for table in self.tables if table.parent == name)

    def position(self, period: str) -> int:
        for position, described in enumerate(self.periods):
            if described.name == period:
                return position
        first, last = self.periods[0].name, self.periods[-1].name
        raise UnknownPeriod(
            f"{self.title}: period {period!r} is not described; described are {first} to {last}; give one of them"
        )

    def takes(self, unit: str) -> bool:
        """True for the number of a unit that this return is made for."""
        return re.fullmatch(self.unit_pattern, unit) is not None

    def refuse_unit(self, given: str) -> None:
        """Raises BadUnit where this return is made for no unit of that number; names the number that was meant."""
        if self.takes(given):
            return
        meant = known_as(given)
        hint = f"; that of {meant.name} is {meant.number}" if meant and self.takes(meant.number) else ""
        raise BadUnit(f"{given!r} is no number of a {self.unit}; give {self.unit_form}{hint}.")

    def later(self, one: str, other: str) -> bool:
        """True when period `one` comes after `other`."""
        return self.position(one) > self.position(other)

    def in_force(self, item: InForce, period: str) -> bool:
        """True when `item` counts in `period`."""
        here = self.position(period)
        return (item.since is None or self.position(item.since) <= here) and (
            item.until is None or here <= self.position(item.until)
        )

    def at(self, period: str) -> "Return":
        """This return as it stood in `period`; what was not in force is gone.

        Raises UnknownPeriod.
        """
        return _at(self, period)

    def previous(self, period: str) -> str | None:
        """The period before, or None for the first described."""
        position = self.position(period)
        return self.periods[position - 1].name if position else None

    def open_next(self, today: dt.date) -> Period:
        """The collection that is open on `today` or opens next (the last described one when all are over)."""
        return next((period for period in self.periods if period.submit_by >= today), self.periods[-1])


@lru_cache(maxsize=64)
def _at(described: Return, period: str) -> Return:
    def kept(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(item for item in items if described.in_force(item, period))

    tables = tuple(
        replace(
            table,
            fields=tuple(replace(item, shapes=kept(item.shapes)) for item in kept(table.fields)),
            order=tuple(name for name in table.order if _names(described, table, name, period)),
        )
        for table in kept(described.tables)
    )
    codes = MappingProxyType({name: kept(values) for name, values in described.codes.items()})
    messages = tuple(message for message in (each.at(period) for each in described.messages) if message.tables)
    return replace(
        described,
        period=described.periods[described.position(period)],
        tables=tables,
        codes=codes,
        messages=messages,
    )


def _names(described: Return, table: Table, name: str, period: str) -> bool:
    thing: InForce = table[name] if name in table else described[name]
    return described.in_force(thing, period)

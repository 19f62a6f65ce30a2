"""A return whose XML has another shape than its tables: rows to the elements that hold them, and back.

The messages of the return (`Return.messages`) say for each of their fields which fields of the tables it carries; no
other knowledge of a return is here. A message has one element a child and in it, once, a table with the child's key,
with all of the tables that have one row a child, and with what the other tables repeat; those are tables of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from exports.csv_files import as_text
from returns.model import Field, Return, Table
from validation.typed import PARENT, TEXT, Typed

OBSTACLES: dict[str, Any] = {"table": TEXT, "row": "Int64", "field": TEXT, "rule": TEXT, "why": TEXT}
_THERE, _NOT_THERE = "1", "0"


@dataclass(frozen=True)
class Shape:
    """How one message holds tables of a return.

    `outer` is the message's table of the children, `once` the one that each of them has once. `key` is the return's
    table that says which children there are; `own` has rows of its own in the message, `merged` one row a child at most
    and no element. `held`: table -> (its field, the message's table and field) for every field that the message holds.
    """

    message: Return
    described: Return
    outer: Table
    once: Table
    key: Table
    own: tuple[Table, ...]
    merged: tuple[Table, ...]
    held: Mapping[str, tuple[tuple[Field, Table, Field], ...]]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The return's tables in the message, each once."""
        return (*self.own, *self.merged) if self.key in self.own else (self.key, *self.own, *self.merged)

    def source(self, item: Field) -> tuple[Table, Field]:
        """The field that a field of the message is written from."""
        table, _, name = item.carries[0].partition(".")
        return self.described[table], self.described[table][name]

    def values(self, table: Table) -> list[Field]:
        """The message's fields that hold what is of `table` alone."""
        return [
            item
            for _, holder, item in self.held[table.name]
            if self.source(item)[0] is table and (holder is self.once) == (table in self.merged)
        ]

    def sign(self, table: Table) -> Field | None:
        """The message's field in which 1 says that there is a row of `table`."""
        return next((item for item in self.once.fields if item.means == table.name), None)


@lru_cache(maxsize=64)
def shape(message: Return, described: Return) -> Shape:
    """How `message` holds the tables of `described`, both at one period."""
    (outer,) = message.children_of(None)
    once = next(table for table in message.children_of(outer.name) if table.occurs == (1, 1))
    held = {
        table.name: tuple(
            (item, holder, other)
            for item in table.fields
            for holder in message
            for other in holder.fields
            if f"{table.name}.{item.name}" in other.carries
        )
        for table in described
    }
    key = described[once.fields[0].carries[0].partition(".")[0]]
    own = tuple(described[table.name] for table in message if table not in (outer, once))
    merged = tuple(table for table in described if held[table.name] and table not in (key, *own))
    return Shape(message, described, outer, once, key, own, merged, held)


# Reading


@dataclass(frozen=True)
class Flat:
    """A return's tables as a message held them; `rows` says of each of the message's tables in which table and rows its
    own went (-1: in none).
    """

    tables: Mapping[str, pd.DataFrame]
    rows: Mapping[str, tuple[str, np.ndarray]]


def flat(message: Mapping[str, pd.DataFrame], of: Shape) -> Flat:
    """The return's tables from the message's, raw text in and out. A row in which nothing is said is none."""
    count = len(message[of.outer.name])
    child = {of.outer.name: np.arange(count), of.once.name: message[of.once.name][PARENT].to_numpy()}
    for table in of.own:
        child[table.name] = child[of.message[table.name].parent or ""][message[table.name][PARENT].to_numpy()]
    once = np.full(count, -1, dtype="int64")
    once[child[of.once.name]] = np.arange(len(child[of.once.name]))

    def values(holder: Table, item: Field) -> Any:
        return message[holder.name][item.name].array

    def of_each(holder: Table, there: np.ndarray, child: np.ndarray) -> np.ndarray:
        return np.append(there, False)[once[child]] if holder is of.once else there

    tables, rows = {}, {}
    for table in of.tables:
        belongs = child[table.name if table in of.own else of.outer.name]
        said = np.ones(len(belongs), dtype=bool)
        if table is not of.key or table in of.own:
            holder = of.message[table.name] if table in of.own else of.once
            there = [of_each(holder, ~values(holder, item).isna(), belongs) for item in of.values(table)]
            if sign := of.sign(table):
                is_one = pd.Series(values(of.once, sign)).eq(_THERE).to_numpy(dtype=bool)
                there.append(of_each(of.once, is_one, belongs))
            said = np.logical_or.reduce(there)
        own, above = np.flatnonzero(said), once[belongs[said]]
        columns = {
            item.name: values(holder, other).take(above, allow_fill=True)
            if holder is of.once
            else values(holder, other).take(own)
            for item, holder, other in of.held[table.name]
        }
        tables[table.name] = pd.DataFrame(columns, index=pd.RangeIndex(len(own), name="row"))
        if table in of.own:
            rows[table.name] = (table.name, np.where(said, np.cumsum(said) - 1, -1))
    numbers = np.full(count, -1, dtype="int64") if of.key in of.own else np.arange(count)
    rows |= {table.name: (of.key.name, numbers[child[table.name]]) for table in (of.outer, of.once)}
    return Flat({table.name: tables[table.name] for table in of.described if table.name in tables}, rows)


def unlike(tables: Mapping[str, pd.DataFrame], described: Return) -> dict[str, int]:
    """The fields that only a message has and that say something else than the rows of the return's tables do, raw text:
    how many values of each `Table.Field` are neither 1 where there is a row of the table meant, nor 0 where there is
    none.
    """
    found = {}
    for message in described.messages:
        of = shape(message, described)
        for item in of.once.fields:
            if item.means and item.means in tables and item.name in tables[of.key.name]:
                (key,) = next(iter(described.levels.values()))
                there = tables[of.key.name][key].isin(tables[item.means][key].dropna())
                said = tables[of.key.name][item.name]
                other = said.notna() & (said != pd.Series(np.where(there, _THERE, _NOT_THERE), index=said.index))
                if other.any():
                    found[f"{of.key.name}.{item.name}"] = int(other.sum())
    return found


# Writing


class Nested:
    """A return's tables as a message holds them (`typed`, all text), and what it cannot hold (`obstacles`)."""

    def __init__(self, given: Typed, of: Shape) -> None:
        self.given, self.of = given, of
        self._level = f"@{next(iter(of.described.levels))}"
        self._found: list[pd.DataFrame] = []
        self._number_children()
        self.row = {of.key.name: self.first}  # of each child in the tables that have one row of it, -1 for none
        for table in of.tables:
            if table is not of.key:
                strays = np.flatnonzero(self.child[table.name] < 0)
                self._note(table, strays, table.name, f"the child has no row in {of.key.name}")
            if table not in of.own or of.message[table.name].occurs[1] == 1:
                self.row[table.name] = self._one_a_child(table)
        self.position = {table.name: self._in_order(table) for table in of.own}
        self.typed = Typed(self._tables(), {})
        self._find_rows_unsaid()

    @property
    def obstacles(self) -> pd.DataFrame:
        """In the return's tables, rows and fields; columns of OBSTACLES."""
        return pd.concat([pd.DataFrame(columns=list(OBSTACLES)).astype(OBSTACLES), *self._found], ignore_index=True)

    def _number_children(self) -> None:
        """Which children there are (`first`: each one's first row in the key's table, a row without key is a child by
        itself), and the child that each row of each table belongs to (-1: to none).
        """
        numbers = {table.name: self.given.tables[table.name][self._level].to_numpy() for table in self.of.tables}
        key = numbers[self.of.key.name]
        self.first = np.flatnonzero((key < 0) | ~pd.Series(key).duplicated().to_numpy())
        keyed = key[self.first] >= 0
        place = np.full(max(int(each.max(initial=-1)) for each in numbers.values()) + 2, -1, dtype="int64")
        place[key[self.first][keyed]] = np.flatnonzero(keyed)
        self.child = {name: place[each] for name, each in numbers.items()}  # the last place stands for none
        self.child[self.of.key.name][self.first] = np.arange(len(self.first))

    def _note(self, table: Table, rows: np.ndarray, field: str, why: str) -> None:
        if len(rows):
            frame = pd.DataFrame({"row": pd.Series(self.given.tables[table.name].index[rows], dtype="Int64")})
            found = frame.assign(table=table.name, field=field, rule="schema", why=why)
            self._found.append(found[list(OBSTACLES)].astype(OBSTACLES))

    def _one_a_child(self, table: Table) -> np.ndarray:
        child = self.child[table.name]
        known = np.flatnonzero(child >= 0)
        again = known[pd.Series(child[known]).duplicated().to_numpy()]
        self._note(table, again, table.name, "is not the only row of the child")
        child[again] = -1
        row = np.full(len(self.first), -1, dtype="int64")
        row[child[child >= 0]] = np.flatnonzero(child >= 0)
        return row

    def _in_order(self, table: Table) -> np.ndarray:
        """The rows that belong to a child by day, those without a day last; the writer gathers those of a child."""
        order = np.arange(len(self.child[table.name]))
        if name := self.of.message[table.name].sorted_by:
            order = (
                self.given.tables[table.name][name].reset_index(drop=True).sort_values(kind="stable").index.to_numpy()
            )
        return order[self.child[table.name][order] >= 0]

    def _tables(self) -> dict[str, pd.DataFrame]:
        everyone = np.arange(len(self.first))
        once = {item.name: self._once(item) for item in self.of.once.fields}
        tables = {self.of.outer.name: self._frame({}, everyone), self.of.once.name: self._frame(once, everyone)}
        for table in self.of.own:
            rows = self.position[table.name]
            items = self.of.message[table.name].fields
            columns = {item.name: self._text(*self.of.source(item)).array.take(rows) for item in items}
            tables[table.name] = self._frame(columns, self.child[table.name][rows])
        return tables

    def _frame(self, columns: Mapping[str, Any], child: np.ndarray) -> pd.DataFrame:
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(child), name="row"))
        frame[self._level] = child
        return frame

    def _text(self, table: Table, item: Field) -> pd.Series:
        return as_text(self.given, table, item.name)

    def _once(self, item: Field) -> Any:
        """The values that a field has once a child; rows that say otherwise are noted."""
        table, origin = self.of.source(item)
        values = self._text(table, origin).array.take(self.row[table.name], allow_fill=True)
        if item.means:
            there = np.where(self.row[item.means] >= 0, _THERE, _NOT_THERE)
            values = pd.Series(values, dtype=TEXT).fillna(pd.Series(there, dtype=TEXT)).array
        if origin.name == self.of.described.levels[self._level[1:]][-1]:
            return values
        for name in item.carries:
            other = self.of.described[name.partition(".")[0]]
            if other is table and table not in self.of.own:
                continue
            child = self.child[other.name]
            said = self._text(other, other[origin.name]).reset_index(drop=True)
            unlike = said.notna() & (child >= 0) & ~said.eq(pd.Series(values.take(child, allow_fill=True), dtype=TEXT))
            self._note(other, np.flatnonzero(unlike), origin.name, f"differs from that in {table.name}")
        return values

    def _find_rows_unsaid(self) -> None:
        """Rows without an element of their own and without a value: nothing in the message would say that they are."""
        once = self.typed.tables[self.of.once.name]
        for table in self.of.merged:
            said = [once[item.name].notna() for item in self.of.values(table)]
            if sign := self.of.sign(table):
                said.append(once[sign.name].eq(_THERE))
            row = self.row[table.name]
            self._note(table, np.sort(row[(row >= 0) & ~np.logical_or.reduce(said)]), table.name, "has no value")

    def told(self, found: pd.DataFrame) -> pd.DataFrame:
        """Obstacles in the message's tables, in the return's terms."""
        parts = [found.iloc[:0]]
        for (name, field), rows in found.groupby(["table", "field"], sort=False):
            table, at = self.of.key, None
            if name in self.position:
                table, at = self.of.described[str(name)], self.position[str(name)]
            elif name == self.of.once.name:
                table, at = self.of.source(self.of.once[str(field)])[0], None
                at = self.row[table.name]
            parts.append(self._placed(rows, table, at))
        return pd.concat(parts, ignore_index=True)

    def _placed(self, rows: pd.DataFrame, table: Table, at: np.ndarray | None) -> pd.DataFrame:
        if at is None:  # of the file as a whole
            return rows.assign(table=table.name)
        position = at[rows["row"].to_numpy(dtype="int64")]
        if (position < 0).any():
            return self._placed(rows, self.of.key, self.first)
        return rows.assign(table=table.name, row=pd.array(self.given.tables[table.name].index[position], dtype="Int64"))

    def rows(self, counts: Mapping[str, int]) -> dict[str, int]:
        """How many rows of each table the message has; `counts` are those of its own tables."""
        return {
            table.name: counts[table.name] if table in self.of.own else int((self.row[table.name] >= 0).sum())
            for table in self.of.tables
        }

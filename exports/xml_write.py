"""Typed tables to the Department's XML: what cannot be written schema-valid is told first, then whole blocks of records
are joined.

A column is written by its distinct values: each is checked, escaped and wrapped in its tags once, and the rows take
theirs.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exports import durable, schemas
from exports.message import OWN_TEXT, Element, message, writable
from exports.regrouped import OBSTACLES, Nested, shape
from exports.version import NOT_FOR_SUBMISSION
from returns.model import Field, Return, Table
from returns.refusal import Refusal
from validation.typed import TEXT, Typed, typed

BLOCK = 500  # records that are joined at a time
_UNREADABLE = "cannot be read"
_FLAGS = {"0": "0", "false": "0", "1": "1", "true": "1"}
_NOT_IN_XML = "[\\x{0}-\\x{8}\\x{B}\\x{C}\\x{E}-\\x{1F}\\x{FFFE}\\x{FFFF}]"
_NO_PLACE = "has no place in"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class CannotWrite(Refusal, ValueError):
    """The tables cannot be written as a valid file; `obstacles` says where and why."""

    def __init__(self, what: str, obstacles: pd.DataFrame) -> None:
        tables = ", ".join(dict.fromkeys(obstacles["table"]))
        homeless = obstacles[obstacles["why"].str.startswith(_NO_PLACE)].groupby("table", sort=False)["why"].first()
        super().__init__(
            f"{what}: {len(obstacles):,} cells or rows cannot be written as the schema wants them, in {tables}; "
            + "".join(f"{table} {why}; " for table, why in homeless.items())
            + "correct them in the records, or ask for an incomplete file that is not for submission"
        )
        self.obstacles = obstacles


@dataclass(frozen=True)
class Written:
    """A file as written: where, whether it holds everything, what was left out and why, rows by table, SHA-256.

    `faults` (columns of schemas.FAULTS) is what the Department's registered schema finds wrong with it, where there is
    one. `unshown` names the tables and fields in it of which no published schema has shown such an element.
    """

    path: Path
    complete: bool
    obstacles: pd.DataFrame
    rows: Mapping[str, int]
    digest: str
    faults: pd.DataFrame
    unshown: tuple[str, ...] = ()


def obstacles(given: Typed, described: Return) -> pd.DataFrame:
    """Every cell and row that cannot be written schema-valid, with the rule that says so (`unreadable` or `schema`
    where none does).

    Columns of OBSTACLES: `row` is the row's label, missing for the file as a whole; a row that cannot be written has
    the name of its element as `field`. A return that goes in several files is looked at as `write_files` writes it.
    """
    return _together(_files(given, described, described.in_xml))


def write(
    given: Typed,
    described: Return,
    header: Mapping[str, str],
    target: Path,
    *,
    incomplete: bool = False,
    home: Path | None = None,
) -> Written:
    """Write the tables of `described`, a return at one period, to `target` (`.xml`), whole or not at all, for this user
    only.

    `header` holds the header's fields as text. With obstacles it raises CannotWrite and writes nothing, unless
    `incomplete`: then just those cells and rows are left out and the file's name ends in
    _INCOMPLETE_NOT_FOR_SUBMISSION. A period whose elements no schema has confirmed, and a file that the schema
    registered in `home` does not accept, get a name that ends in _NOT_FOR_SUBMISSION. Of a return that goes in several
    files this is the first one, and rows of the others are obstacles; `write_files` writes them all.
    """
    return _write(given, described, described.in_xml[:1], header, target, incomplete=incomplete, home=home)[0]


def write_files(
    given: Typed,
    described: Return,
    header: Mapping[str, str],
    target: Path,
    *,
    incomplete: bool = False,
    home: Path | None = None,
) -> list[Written]:
    """Write all files that the return goes in as `write` does, all of them or none: the first to `target`, others
    beside it under a name that says what they hold. A file that would be empty is not written, but for the first.
    """
    return _write(given, described, described.in_xml, header, target, incomplete=incomplete, home=home)


def _write(
    given: Typed,
    described: Return,
    messages: Sequence[Return],
    header: Mapping[str, str],
    target: Path,
    *,
    incomplete: bool,
    home: Path | None,
) -> list[Written]:
    files = _files(_with_header(given, described, header), described, messages)
    stopping = _together(files)
    if len(stopping) and not incomplete:
        raise CannotWrite(f"{described.title} {described.period}", stopping)
    stem = target.stem.removesuffix(NOT_FOR_SUBMISSION)  # marked by the caller: once is enough
    marked = target.stem != stem
    fresh: list[Path] = []
    written = []
    try:
        for file in files:
            part = file.message.name.removeprefix(described.name)
            fresh.append(target.with_name(f"{durable.TEMP}{stem}{part}{target.suffix}"))
            durable.remove(fresh[-1])
            digest = hashlib.sha256()
            durable.create(fresh[-1], partial(_pour, file.ready, digest))
            registered = bool(home and schemas.registered(home, file.message))
            faults = (
                schemas.check(fresh[-1], home, file.message) if home else pd.DataFrame(columns=list(schemas.FAULTS))
            )
            unfit = len(faults) or not (registered or file.confirmed)
            mark = (
                f"_INCOMPLETE{NOT_FOR_SUBMISSION}" if len(stopping) else NOT_FOR_SUBMISSION if unfit or marked else ""
            )
            path = target.with_stem(f"{stem}{part}{mark}")
            written.append(
                Written(path, stopping.empty, file.obstacles, file.rows, digest.hexdigest(), faults, file.unshown)
            )
        for path, made in zip(fresh, written, strict=True):
            path.replace(made.path)
    except BaseException:
        for path in fresh:
            durable.remove(path)
        raise
    durable.sync(target.parent)
    return written


def _with_header(given: Typed, described: Return, header: Mapping[str, str]) -> Typed:
    head = next((table for table in described.children_of(None) if table.occurs[1] == 1), None)
    if head is None:
        return given
    row = typed({head.name: pd.DataFrame([dict(header)], dtype=TEXT)}, described)
    return replace(
        given,
        tables={**given.tables, head.name: row.tables[head.name]},
        unreadable=(*(cells for cells in given.unreadable if cells.table != head.name), *row.unreadable),
    )


@dataclass(frozen=True)
class _File:
    """One message, checked and ready; its obstacles and rows by the return's tables."""

    message: Return
    ready: "_Ready"
    obstacles: pd.DataFrame
    rows: Mapping[str, int]

    @property
    def unshown(self) -> tuple[str, ...]:
        tables = (name for name, count in self.rows.items() if count and name in self.message)
        return (*(name for name in tables if not self.message[name].confirmed), *self.ready.beyond)

    @property
    def confirmed(self) -> bool:
        return self.message.confirmed and not self.ready.beyond


def _files(given: Typed, described: Return, messages: Sequence[Return]) -> list[_File]:
    """Those of the messages that have something to hold, the first in any case, which also tells of the rows that have
    a place in none of them.
    """
    if not described.messages:
        ready = _Ready(given, described)
        return [_File(described, ready, ready.obstacles, ready.rows())]
    files: list[_File] = []
    homeless = {table.name: len(given.tables[table.name]) for table in described}
    for one in messages:
        form = shape(one, described)
        count = sum(homeless.pop(table.name) for table in form.tables)
        if count or not files:
            nested = Nested(given, form)
            ready = _Ready(nested.typed, one)
            found = pd.concat([nested.obstacles, nested.told(ready.obstacles)], ignore_index=True)
            files.append(_File(one, ready, found, nested.rows(ready.rows())))
    elsewhere = {table.name for one in described.messages for table in shape(one, described).tables}
    without = [
        pd.DataFrame({"row": given.tables[name].index, "table": name, "field": name, "rule": "schema", "why": why})
        for name in homeless
        for why in [f"{_NO_PLACE} this file: it goes in a second one" if name in elsewhere else f"{_NO_PLACE} the XML"]
    ]
    found = pd.concat([files[0].obstacles, *without], ignore_index=True)[list(OBSTACLES)].astype(OBSTACLES)
    return [replace(files[0], obstacles=found), *files[1:]]


def _together(files: Sequence[_File]) -> pd.DataFrame:
    return pd.concat([file.obstacles for file in files], ignore_index=True)


def _pour(ready: "_Ready", digest: Any, path: Path) -> None:
    with path.open("wb") as file:
        for piece in ready.pieces():
            digest.update(piece)
            file.write(piece)


@dataclass(frozen=True)
class _Cells:
    """One column, ready: the marked-up distinct values (null where it cannot be written) and each row's; what stands
    for none, if anything does.
    """

    wrapped: pa.Array
    indices: np.ndarray
    empty: str | None = None

    def take(self, rows: np.ndarray) -> pa.Array:
        indices = self.indices[rows]
        taken = self.wrapped.take(pa.array(indices, mask=indices < 0))
        return taken if self.empty is None else pc.fill_null(taken, self.empty)

    @property
    def present(self) -> np.ndarray:
        valid = np.append(self.wrapped.is_valid().to_numpy(zero_copy_only=False), False)
        return valid[self.indices]


class _Ready:
    """All tables checked and ready to join: `order` the positions of the rows to write, `up` the place of each one's
    parent.
    """

    def __init__(self, given: Typed, described: Return) -> None:
        self.given, self.described = given, described
        self.cells: dict[tuple[str, str], _Cells] = {}
        self.order: dict[str, np.ndarray] = {}
        self.up: dict[str, np.ndarray] = {}
        self.beyond: list[str] = []  # fields with a value longer than a published schema takes
        self._found: list[pd.DataFrame] = []
        self._indent: dict[int, str] = {}
        self._measure(message(described), 0)
        for table in described:
            self._prepare(table)
        for table in described:
            self._find_parents_without(table)
        found = [frame for frame in self._found if len(frame)]
        self.obstacles = (
            pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(OBSTACLES)).astype(OBSTACLES)
        )

    def rows(self) -> dict[str, int]:
        return {name: len(order) for name, order in self.order.items()}

    def _measure(self, element: Element, level: int) -> None:
        self._indent[id(element)] = "  " * level
        for child in element.children:
            self._measure(child, level + 1)

    def _note(self, table: Table, rows: np.ndarray | None, field: str, rule: str, why: str) -> None:
        labels = [pd.NA] if rows is None else self.given.tables[table.name].index[rows]
        frame = pd.DataFrame({"row": pd.Series(labels, dtype="Int64")})
        self._found.append(
            frame.assign(table=table.name, field=field, rule=rule, why=why)[list(OBSTACLES)].astype(OBSTACLES)
        )

    def _prepare(self, table: Table) -> None:
        frame = self.given.tables[table.name]
        parent, known = self._parents(table, frame)
        keep = known.copy()
        if not known.all():
            self._note(table, np.flatnonzero(~known), table.element, "schema", "belongs to no row above")
        most = table.occurs[1]
        if table.parent and most is not None:
            extra = known & (pd.Series(parent).groupby(parent).cumcount().to_numpy() >= most)
            if extra.any():
                many = "one" if most == 1 else f"{most}"
                self._note(table, np.flatnonzero(extra), table.element, "schema", f"more than {many} in its row above")
            keep &= ~extra
        row = next(
            element for element in message(self.described).walk() if element.kind == "row" and element.table is table
        )
        values = [element for element in row.walk() if element.kind == "value" and element.table is table]
        for element in [row] if row.field else values:
            item = element.field
            if item is None:
                continue
            cells, faulty = self._column(table, item, frame[item.name], self._indent[id(element)], element.tag)
            self.cells[table.name, item.name] = cells
            if item.tag == OWN_TEXT:
                keep &= ~faulty
        certain = any(item.required and not item.stays_empty for item in table.document_fields)
        if table.document_fields and not certain and len(frame):
            empty = ~np.logical_or.reduce([self.cells[table.name, item.name].present for item in table.document_fields])
            if (keep & empty).any():
                self._note(table, np.flatnonzero(keep & empty), table.element, "schema", "has no value")
                keep &= ~empty
        self._line_up(table, parent, keep)

    def _parents(self, table: Table, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The position of each row's parent, and whether there is one."""
        if table.parent is None:
            return np.zeros(len(frame), dtype="int64"), np.ones(len(frame), dtype=bool)
        level = f"@{_level(table.parent, self.described)}"
        above = self.given.tables[table.parent][level].to_numpy()
        codes = frame[level].to_numpy()
        first = np.full(
            int(max(above.max(initial=-1), codes.max(initial=-1))) + 2, -1, dtype="int64"
        )  # the last stands for none
        numbered = np.flatnonzero(above >= 0)[::-1]
        first[above[numbered]] = numbered
        parent = first[codes]
        return parent, parent >= 0

    def _line_up(self, table: Table, parent: np.ndarray, keep: np.ndarray) -> None:
        if table.parent is None:
            self.order[table.name] = np.flatnonzero(keep)
            self.up[table.name] = np.zeros(int(keep.sum()), dtype="int64")
            return
        place = np.full(len(self.given.tables[table.parent]) + 1, -1, dtype="int64")
        place[self.order[table.parent]] = np.arange(len(self.order[table.parent]))
        up = np.where(keep, place[parent], -1)
        order = np.argsort(up, kind="stable")
        order = order[np.searchsorted(up[order], 0) :]
        self.order[table.name], self.up[table.name] = order, up[order]

    def _find_parents_without(self, table: Table) -> None:
        """Rows above that lack the least number of rows of `table`."""
        if not table.occurs[0]:
            return
        if table.parent is None:
            if not len(self.order[table.name]):
                self._note(table, None, table.element, table.absent or "schema", "there is none")
            return
        count = np.bincount(self.up[table.name], minlength=len(self.order[table.parent]))
        without = self.order[table.parent][count < table.occurs[0]]
        if len(without):
            self._note(self.described[table.parent], without, table.element, table.absent or "schema", "there is none")

    def _column(self, table: Table, item: Field, values: pd.Series, indent: str, tag: str) -> tuple[_Cells, np.ndarray]:
        """One column checked and marked up; also which rows have no value that can be written, though they should."""
        encoded = pa.array(values, from_pandas=True)
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        encoded = pc.dictionary_encode(encoded)
        indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        text = _text(encoded.dictionary, item)
        faults = np.zeros(len(values), dtype=bool)
        good = np.ones(len(text), dtype=bool)
        for wrong, rule, why in _faults(text, item, self.described):
            fresh = good & wrong
            good &= ~wrong
            rows = np.append(fresh, False)[indices]
            if rows.any():
                self._note(table, np.flatnonzero(rows), item.name, rule, why)
                faults |= rows
        if item.longest_shown and _yes(pc.greater(pc.utf8_length(text), item.longest_shown))[good].any():
            self.beyond.append(f"{table.name}.{item.name}")
        missing = indices < 0
        for cells in self.given.unreadable:
            if cells.table == table.name and cells.field.name == item.name:
                self._note(table, cells.positions, item.name, item.wrong or "unreadable", _UNREADABLE)
                missing[cells.positions] = False
                faults[cells.positions] = True
        if item.required and not item.stays_empty and missing.any():
            self._note(table, np.flatnonzero(missing), item.name, item.absent or "schema", "is missing")
            faults |= missing
        shown = pc.if_else(pa.array(good), _escaped(text), None)
        wrapped = pc.binary_join_element_wise(f"{indent}<{tag}>", shown, f"</{tag}>\n", "")
        return _Cells(wrapped, indices, f"{indent}<{tag}/>\n" if item.stays_empty else None), faults

    def pieces(self) -> Iterator[bytes]:
        """The file, piece by piece."""
        root = message(self.described)
        yield _DECLARATION + f"<{root.tag}>\n".encode()
        for outer in root.children:
            row = outer if outer.kind == "row" else outer.children[0]
            count = len(self.order[row.table.name]) if row.table else 0
            if not count:
                continue
            if outer is not row:
                yield self._open(outer).encode()
            for start in range(0, count, BLOCK):
                rows = self._rows(row, start, min(start + BLOCK, count))
                if len(rows):
                    yield _bytes(rows)
            if outer is not row:
                yield self._close(outer).encode()
        yield f"</{root.tag}>\n".encode()

    def _open(self, element: Element) -> str:
        return f"{self._indent[id(element)]}<{element.tag}>\n"

    def _close(self, element: Element) -> str:
        return f"{self._indent[id(element)]}</{element.tag}>\n"

    def _rows(self, row: Element, start: int, stop: int) -> pa.Array:
        """The markup of rows `start` to `stop` of the row element's table, in the order of writing."""
        name = row.table.name if row.table else ""
        positions = self.order[name][start:stop]
        if row.field:
            return self.cells[name, row.field.name].take(positions)
        return self._around(
            row, [self._inside(child, name, positions, start, stop) for child in row.children], len(positions)
        )

    def _inside(self, element: Element, name: str, positions: np.ndarray, start: int, stop: int) -> pa.Array:
        """One element of each row, null where it would be empty."""
        if element.kind == "value" and element.field:
            return self.cells[name, element.field.name].take(positions)
        if element.kind == "group":
            inner = [self._inside(child, name, positions, start, stop) for child in element.children]
            return self._around(element, inner, len(positions))
        row = element if element.kind == "row" else element.children[0]
        up = self.up[row.table.name] if row.table else np.empty(0, dtype="int64")
        cuts = np.searchsorted(up, np.arange(start, stop + 1))
        rows = self._rows(row, int(cuts[0]), int(cuts[-1]))
        lists = pa.ListArray.from_arrays(pa.array(cuts - cuts[0], pa.int32()), pc.fill_null(rows, ""))
        joined = pc.binary_join(lists, "")
        joined = pc.if_else(pc.equal(pc.binary_length(joined), 0), None, joined)
        return joined if element is row else self._around(element, [joined], len(positions))

    def _around(self, element: Element, inner: list[pa.Array], count: int) -> pa.Array:
        """A container around its parts, null where all of them are."""
        held = np.zeros(count, dtype=bool)
        for part in inner:
            held |= part.is_valid().to_numpy(zero_copy_only=False)
        joined = pc.binary_join_element_wise(
            self._open(element), *inner, self._close(element), "", null_handling="replace", null_replacement=""
        )
        return joined if held.all() else pc.if_else(pa.array(held), joined, None)


def _level(name: str, described: Return) -> str:
    """The level that tells the rows of a table apart: its own, or that of the table above of which it is a part."""
    table = described[name]
    return table.level or _level(table.parent or "", described)


def _text(distinct: pa.Array, item: Field) -> pa.Array:
    if item.kind == "date":
        return pc.strftime(distinct.cast(pa.timestamp("us")), format="%Y-%m-%d")
    if item.kind == "datetime":
        return pc.strftime(
            distinct.cast(pa.timestamp("us")).cast(pa.timestamp("s"), safe=False), format="%Y-%m-%dT%H:%M:%S"
        )
    text = distinct.cast(pa.string())
    if item.kind == "flag":
        known = pc.index_in(pc.utf8_lower(text), pa.array(list(_FLAGS)))
        return pc.coalesce(pa.array(list(_FLAGS.values())).take(known), text)
    return text


def _faults(text: pa.Array, item: Field, described: Return) -> Iterator[tuple[np.ndarray, str, str]]:
    """Which distinct values the schema does not take, with the rule that says so and a reason."""
    rule = item.wrong or "schema"
    if item.codes:
        listed = pa.array([code.code for code in described.codes[item.codes]], pa.string())
        sent = pa.array([code.code for code in writable(described, item.codes)], pa.string())
        yield _no(pc.is_in(text, listed)), rule, "is no code of this period"
        yield _no(pc.is_in(text, sent)), rule, "is a code that is no longer sent"
    if item.kind in {"text", "postcode"} and not item.codes:
        yield _yes(pc.match_substring_regex(text, _NOT_IN_XML)), "schema", "holds a character that XML cannot hold"
    if item.only is not None:
        yield _no(pc.equal(text, item.only)), rule, "is not the only value allowed"
    if item.kind == "year":
        yield _no(pc.match_substring_regex(text, "^[0-9]{4}$")), rule, "is no year"
    if item.minimum is not None:
        yield _yes(pc.less(text.cast(pa.int64()), item.minimum)), rule, "is too small"
    if item.longest is not None:
        yield _yes(pc.greater(pc.utf8_length(text), item.longest)), rule, "is too long"
    if item.shortest is not None:
        yield _yes(pc.less(pc.utf8_length(text), item.shortest)), rule, "is too short"
    if item.pattern is not None:
        unlike = _no(_fits(text, item.pattern))
        for shape in item.shapes:
            yield unlike & _no(_fits(text, shape.pattern)), shape.rule, "does not have the form that is asked for"
        yield unlike, rule, "does not have the form that is asked for"


def _fits(text: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(text, rf"\A(?:{pattern})\z")


def _yes(answers: pa.Array) -> np.ndarray:
    return pc.fill_null(answers, False).to_numpy(zero_copy_only=False)


def _no(answers: pa.Array) -> np.ndarray:
    return ~pc.fill_null(answers, True).to_numpy(zero_copy_only=False)


def _escaped(text: pa.Array) -> pa.Array:
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = pc.replace_substring(text, plain, escaped)
    return text


def _bytes(rows: pa.Array) -> bytes:
    """The rows one after the other; nulls are nothing."""
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), pc.fill_null(rows, "")), "")
    return joined[0].as_buffer().to_pybytes()

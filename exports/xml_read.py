"""XML files to raw text tables, with every thing in them that has no place there as an issue.

lxml checks and holds a megabyte of children at a time and serialises it again; in that canonical markup `<` and `>`
stand for tags only, so numpy finds them, Arrow cuts the texts at their places and each level is matched with the
description at once. Python runs per batch, never per element (benchmarks: 1.5 times lxml's own parse; XSLT to delimited
text took 2.5).
"""

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exports import parser
from exports.message import Element, message
from exports.parser import RefusedFile
from exports.regrouped import Flat, flat, shape
from returns import RETURNS, described
from returns.model import Return, Table
from validation.typed import PARENT, TEXT

MOST_ISSUES = 5_000_000  # more than this is no return, and would fill the memory
ISSUES: dict[str, Any] = {"table": TEXT, "row": "Int64", "field": TEXT, "what": TEXT, "line": "Int64", "file": TEXT}
LEFT: dict[str, Any] = {"table": TEXT, "row": "Int64", "field": TEXT, "text": TEXT}
_KNOWN_ROOTS = {
    "EXPSSDA903": "the children looked after return (SSDA903)",
    "CTfile": "a common transfer file",
    "schema": "an XML schema",
}
_KNOWN_COLLECTIONS = {
    "SC": "the School Census",
    "SWF": "the School Workforce Census",
    "AP": "the alternative provision census",
}
OUT_OF_ORDER = "out of order"  # what is said of an element that is read all the same
_NO_PERIOD = "Nothing in the files says of which period they are: taken as that of"
_NEXT_OPEN = "which is open or opens next; --period names another."
_HEAD = re.compile(r"<([^\s/>]+)")
_ATTRIBUTE = re.compile(r"""\s([^\s=]+)=("[^"]*"|'[^']*')""")
_BIG_LINE = 65535  # from here on libxml2 keeps lines with texts, not with elements
_NOTHING = (pd.DataFrame(columns=list(ISSUES)), pd.DataFrame(columns=list(LEFT)))
_NO_ATTRIBUTES = pd.DataFrame({"element": np.empty(0, "int64"), "field": [], "what": [], "text": []})
_LT, _GT, _SLASH, _SPACE, _NEWLINE = 60, 62, 47, 32, 10
_RETURN = b"&#13;"


@dataclass(frozen=True)
class Document:
    """What one or more files of a return hold.

    `tables`: raw text frames of every table of the period, index `row`, with `parent_row` and the carried keys.
    `issues`: one row for each element, attribute or text without a place (columns of ISSUES; row is that of the table's
    frame). `left`: the texts that are in no table (columns of LEFT). `header`: the header's fields that have a value.
    `digest`: SHA-256 of the bytes of all files in order. `doubts`: what the files leave open, as sentences.
    """

    tables: dict[str, pd.DataFrame]
    issues: pd.DataFrame
    left: pd.DataFrame
    period: str
    header: dict[str, str]
    encoding: str
    digest: str
    doubts: tuple[str, ...] = ()


def read(paths: Path | str | Sequence[Path | str], name: str = "cin", period: str | None = None) -> Document:
    """Read the file or files of one return of one period. The period is the header's, or `period`, which wins; where no
    file can say it, the collection that is open or opens next.

    Several files are parts of one return: their children follow one another, their headers must agree but for what is
    said of the file itself. Of a return that goes in files of several kinds those kinds are supplied that are given.
    Raises RefusedFile, UnknownReturn, UnknownPeriod.
    """
    given = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not given:
        raise RefusedFile("no file was given; name the XML file of the return")
    whole = described(name)
    if period is not None:
        whole.position(period)
    openings = [_recognised(path, whole) for path in given]
    headers = [_header(path, whole, opening) for path, opening in zip(given, openings, strict=True)]
    _refuse_other_headers(given, headers, whole)
    seen, doubts = period_of(given[0].name, headers[0], whole, period)
    digest = hashlib.sha256()
    held: dict[str, _Tables] = {}
    for path, opening in zip(given, openings, strict=True):
        kind = _kind(path, whole, opening, seen)
        tables = held.setdefault(opening.root, _Tables(_plan(kind, seen)))
        _take(path, opening, kind, tables, digest.update)
        if not tables.known_in_root:
            raise RefusedFile(f"{path.name}: found nothing of {whole.title} in it; give the XML file of that return")
    for field, what in doubts:
        held[whole.root].note(whole.authority.partition(".")[0], 0, field, what, None, given[0].name)
    header = {key: value for key, value in headers[0].items() if value}
    encodings = ", ".join(dict.fromkeys(opening.encoding for opening in openings))
    frames, issues, left = _together([_held(tables, whole, seen) for tables in held.values()])
    said = () if whole.authority or period else (f"{_NO_PERIOD} {seen}, {_NEXT_OPEN}",)
    return Document(frames, issues, left, seen, header, encodings, digest.hexdigest(), said)


def _take(
    path: Path, opening: parser.Opening, kind: Return, tables: "_Tables", note: Callable[[bytes], object]
) -> None:
    """Add one file to the tables of its kind."""
    streamed = _streamed(kind)
    inside = (kind.root, streamed.wrapper) if streamed.wrapper else (kind.root,)
    before = tables.rows[streamed.name]
    for part in parser.parts(path, inside, streamed.element, note):
        tables.take(path, opening.prefix, part)
    if tables.rows[streamed.name] > before:
        tables.known_in_root = True
    else:
        tables.note(None, None, streamed.wrapper or streamed.element, "nothing inside", None, path.name)


_Read = tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]


def _held(tables: "_Tables", whole: Return, period: str) -> _Read:
    """What one kind of file holds: the return's tables, the issues and the texts that are in no table."""
    frames, (issues, left) = tables.frames(), tables.listed()
    if not whole.messages:
        return frames, issues, left
    form = flat(frames, shape(tables.plan.described, whole.at(period)))
    return dict(form.tables), _by_table(issues, form), _by_table(left, form)


def _by_table(found: pd.DataFrame, form: Flat) -> pd.DataFrame:
    """`found` in a message's tables with the return's tables and rows in their place."""
    found = found.copy()
    table, row = found["table"].copy(), found["row"].copy()
    for name, (target, rows) in form.rows.items():
        here = (table == name) & row.notna()
        at = rows[row[here].to_numpy(dtype="int64")]
        found.loc[here, "table"] = target
        found.loc[here, "row"] = pd.array(at, dtype="Int64")
    return found.assign(row=found["row"].mask(found["row"] < 0))


def _together(parts: Sequence[_Read]) -> _Read:
    frames = {name: frame for tables, _, _ in parts for name, frame in tables.items()}
    issues, left = (pd.concat([part[place] for part in parts], ignore_index=True) for place in (1, 2))
    return frames, issues, left


def _kind(path: Path, whole: Return, opening: parser.Opening, period: str) -> Return:
    """The message that a file is, over all periods."""
    kind = next(each for each in whole.in_xml if each.root == opening.root)
    if not kind.at(period).tables:
        raise RefusedFile(f"{path.name}: holds what is not collected in {period}; leave it out")
    return kind


def _streamed(whole: Return) -> Table:
    """The table whose rows are the many: the outermost one of any number."""
    return next(table for table in whole.children_of(None) if table.occurs[1] is None)


def _recognised(path: Path, whole: Return) -> parser.Opening:
    opening = parser.opening(path)
    if any(opening.root == each.root for each in whole.in_xml):
        return opening
    told = seems(opening.root) or f"begins with another element than {whole.root}"
    raise RefusedFile(f"{path.name}: {told}; give the XML file of {whole.title}")


def seems(root: str) -> str:
    """What a file with this outermost element seems to be, as the rest of a sentence; empty where nothing is known."""
    returns = {each.root: described(name).title for name in RETURNS for each in described(name).in_xml}
    if known := returns.get(root) or _KNOWN_ROOTS.get(root):
        return f"seems to be {known}"
    alike = next((known for known in returns if known.lower() == root.lower()), None)
    return f"begins with {alike} in other capitals, which is another element" if alike else ""


def _header(path: Path, whole: Return, opening: parser.Opening) -> dict[str, str]:
    """The header's fields as text; empty where there is none. Refuses another collection's."""
    if not whole.authority:
        return {}
    table, _, collection = (whole.collection or f"{whole.authority.partition('.')[0]}.").partition(".")
    markup = parser.before(path, _streamed(whole).element, (whole[table].element,))
    batch = _Batch(_plan(whole, None), parser.Part(markup, None, list), 1, opening.prefix)
    values = {name: column[0].as_py() for name, column in batch.columns(table) if len(column) and column[0].is_valid}
    only = whole[table][collection].only if collection else None
    said = values.get(collection)
    if said is not None and said != only:
        seems = _KNOWN_COLLECTIONS.get(said, "another collection")
        raise RefusedFile(f"{path.name}: its header says that it is {seems}; give the XML file of {whole.title}")
    return values


def _refuse_other_headers(paths: list[Path], headers: list[dict[str, str]], whole: Return) -> None:
    if not whole.authority:
        return
    table = whole[whole.authority.partition(".")[0]]
    for path, header in zip(paths[1:], headers[1:], strict=True):
        other = [
            f.name for f in table.document_fields if not f.per_file and header.get(f.name) != headers[0].get(f.name)
        ]
        if other:
            raise RefusedFile(
                f"{path.name}: its header differs from that of {paths[0].name} in {', '.join(other)}; "
                "give the files of one return only"
            )


def period_of(
    file: str, header: Mapping[str, str], whole: Return, given: str | None = None
) -> tuple[str, list[tuple[str, str]]]:
    """The period of a return with this header (`given` wins), and what in the header speaks against it, as field and
    sentence.

    A reference date on a period's last day counts before the year. A return without a header is of the collection that
    is open or opens next. Raises RefusedFile where the header of `file` names no described period.
    """
    if not whole.authority:
        return given or whole.open_next(dt.date.today()).name, []
    fields = {item.kind: item.name for item in whole[whole.authority.partition(".")[0]].document_fields}
    date_field, year_field = fields.get("date", ""), fields.get("year", "")
    try:
        written = re.sub("([0-9]{2})/([0-9]{2})/([0-9]{4})", r"\3-\2-\1", header.get(date_field, "")[:10])
        date = dt.date.fromisoformat(written)
    except ValueError:
        date = None
    text = header.get(year_field, "")
    year = int(text) if re.fullmatch("[0-9]{4}", text) else None
    last_days = {(period.end.month, period.end.day) for period in whole.periods}
    dated = date.year if date and (date.month, date.day) in last_days else None
    said = dated or year
    found = next((period.name for period in whole.periods if period.year == said), None)
    doubts = []
    if dated and year and dated != year:
        doubts.append((year_field, f"differs from {date_field}"))
    if given:
        if said is not None and found != given:
            doubts.append((date_field if dated else year_field, "differs from the period that was asked for"))
        return given, doubts
    if found is None:
        first, last = whole.periods[0].name, whole.periods[-1].name
        why = "names no period that is described" if said else "does not say of which period it is"
        raise RefusedFile(f"{file}: its header {why} ({first} to {last}); say which with --period")
    return found, doubts


def stated_period(header: Mapping[str, str], whole: Return) -> str | None:
    """The period that a header names by itself; None where it names none that is described, or there is no header."""
    if not whole.authority:
        return None
    try:
        return period_of("", header, whole)[0]
    except RefusedFile:
        return None


class _Plan:
    """The message's elements as arrays by node number: 0 is what has no place, 1 the root, then in document order."""

    def __init__(self, whole: Return, period: str | None) -> None:
        self.whole, self.period = whole, period
        self.described = whole.at(period) if period else whole
        self.elements: list[Element] = list(message(whole).walk())
        number = {id(element): place for place, element in enumerate(self.elements, start=1)}
        size = len(number) + 1
        tags = dict.fromkeys(element.tag for element in self.elements)
        self.tags = {tag: place for place, tag in enumerate(tags, start=1)}
        self.next = np.zeros((size, len(tags) + 1), dtype=np.int16)
        self.rank = np.zeros(size, dtype=np.int16)
        self.in_force, self.is_row, self.single, self.holds_text = (np.zeros(size, dtype=bool) for _ in range(4))
        self.names = np.array(["", *(element.name for element in self.elements)], dtype=object)
        self.level = np.zeros(size, dtype=np.int16)
        self.kind = np.array(["", *(element.kind for element in self.elements)], dtype=object)
        self._enter(self.elements[0], number, alive=True)
        self.row_node: dict[str, int] = {}
        self.fields: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for element in self.elements:
            here = number[id(element)]
            if self.in_force[here] and element.table:
                if element.kind == "row":
                    self.row_node[element.table.name] = here
                if element.field:
                    self.fields[element.table.name].append((element.field.name, here))
        self.table_of = {node: table for table, node in self.row_node.items()}
        self.rows_of_empty = {
            number[id(around)]: self.row_node[around.table.name]
            for around in self.elements
            if around.kind == "wrapper"
            and around.table
            and around.table.row_if_empty
            and around.table.name in self.row_node
        }

    def _enter(self, element: Element, number: dict[int, int], *, alive: bool, level: int = 1) -> None:
        here = number[id(element)]
        alive = alive and (self.period is None or self.whole.in_force(element.item, self.period))
        self.level[here] = level
        self.in_force[here] = alive
        self.is_row[here] = alive and element.kind == "row"
        self.holds_text[here] = alive and element.field is not None
        self.single[here] = element.most == 1 or element.kind != "row"
        for rank, child in enumerate(element.children):
            below = number[id(child)]
            self.rank[below] = rank
            if alive:
                self.next[here, self.tags[child.tag]] = below
            self._enter(child, number, alive=alive, level=level + 1)


@lru_cache(maxsize=16)
def _plan(whole: Return, period: str | None) -> _Plan:
    return _Plan(whole, period)


class _Tables:
    """The tables as they grow, batch by batch."""

    def __init__(self, plan: _Plan) -> None:
        self.plan = plan
        self.rows: dict[str, int] = dict.fromkeys(plan.row_node, 0)
        self.known_in_root = False
        self._columns: dict[tuple[str, str], list[pa.Array]] = defaultdict(list)
        self._parents: dict[str, list[np.ndarray]] = defaultdict(list)
        self._issues: list[pd.DataFrame] = []
        self._left: list[pd.DataFrame] = []
        self._issued = 0

    def note(self, table: str | None, row: int | None, field: str, what: str, line: int | None, file: str) -> None:
        """One issue that no element shows."""
        self._issues.append(pd.DataFrame([(table, row, field, what, line, file)], columns=list(ISSUES)).astype(ISSUES))

    def take(self, path: Path, prefix: str | None, part: parser.Part) -> None:
        """Add the rows of one part, and its issues."""
        if part.count == 0:
            return
        top = 1 if part.count is None else self._holder
        batch = _Batch(self.plan, part, top, prefix)
        if batch.deepest + self.plan.level[top] > parser.DEPTH:
            raise parser.too_deep(path, int(batch.line(np.array([batch.depth.argmax()]))[0]))
        start = dict(self.rows)
        for table, node in self.plan.row_node.items():
            parent = self.plan.described[table].parent
            for name, column in batch.columns(table):
                self._columns[table, name].append(column)
            count = len(batch.at(node))
            if parent:
                self._parents[table].append(batch.parent_rows(node) + start[parent])
            self.rows[table] += count
        if part.count is None:
            self.known_in_root = bool((batch.depth == 1).any() and (batch.node[batch.depth == 1] > 0).any())
        issues, left = batch.issues(start)
        self._issued += len(issues)
        if self._issued > MOST_ISSUES:
            raise RefusedFile(
                f"{path.name}: found over {MOST_ISSUES:,} things that have no place in it; give the file of the return"
            )
        if len(issues):
            self._issues.append(issues.assign(file=path.name)[list(ISSUES)].astype(ISSUES))
        if len(left):
            self._left.append(left[list(LEFT)].astype(LEFT))

    @property
    def _holder(self) -> int:
        """The node that the many rows stand in."""
        row = self.plan.row_node[_streamed(self.plan.whole).name]
        return int(np.flatnonzero((self.plan.next == row).any(axis=1))[0])

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables in the description's order, numbered rows, parents and carried keys filled in."""
        arrow: dict[str, dict[str, pa.ChunkedArray]] = {}
        frames = {}
        for table in self.plan.described:
            once = table.parent is None and table.occurs[1] == 1
            count = min(self.rows[table.name], 1) if once else self.rows[table.name]
            above = np.concatenate([*self._parents[table.name], np.empty(0, dtype="int64")])
            columns = arrow[table.name] = {}
            for item in table.fields:
                if item.given == "carried" and table.parent:
                    columns[item.name] = arrow[table.parent][item.name].take(pa.array(above))
                elif item.given == "ordinal":
                    columns[item.name] = pa.chunked_array([_ordinals(above).cast(pa.string())])
                elif item.given == "document":
                    columns[item.name] = pa.chunked_array(self._columns[table.name, item.name], pa.string())[:count]
            series = {name: pd.array(column.cast(pa.large_string()), dtype=TEXT) for name, column in columns.items()}
            frame = pd.DataFrame(series, index=pd.RangeIndex(count, name="row"), columns=list(series))
            if table.parent:
                frame[PARENT] = above
            frames[table.name] = frame
        return frames

    def listed(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The issues by file and line, and the texts that are in no table."""
        issues = pd.concat([*self._issues, pd.DataFrame(columns=list(ISSUES)).astype(ISSUES)], ignore_index=True)
        left = pd.concat([*self._left, pd.DataFrame(columns=list(LEFT)).astype(LEFT)], ignore_index=True)
        for table in self.plan.described.children_of(None):
            if table.occurs[1] == 1:  # the header of the first file speaks for all
                issues.loc[issues["table"] == table.name, "row"] = 0
                left.loc[left["table"] == table.name, "row"] = 0
        return issues, left


def _ordinals(above: np.ndarray) -> pa.Array:
    """1, 2, 3 … anew for each parent; rows of one parent follow one another."""
    place = np.arange(len(above))
    first = np.ones(len(above), dtype=bool)
    first[1:] = above[1:] != above[:-1]
    return pa.array(place - np.maximum.accumulate(np.where(first, place, 0)) + 1)


class _Batch:
    """One serialised element: tags found, nodes assigned, texts cut. Elements are numbered in document order, 0 is the
    outermost.
    """

    def __init__(self, plan: _Plan, part: parser.Part, top: int, prefix: str | None) -> None:
        self.plan, self.part = plan, part
        self.bytes = np.frombuffer(part.markup, dtype=np.uint8)
        lt, gt = np.flatnonzero(self.bytes == _LT), np.flatnonzero(self.bytes == _GT)
        closing = self.bytes[lt + 1] == _SLASH
        lone = ~closing & (self.bytes[gt - 1] == _SLASH)
        inside = (
            np.cumsum(1 - 2 * closing.astype(np.int8) - lone, dtype=np.int32) - 1 + (closing | lone)
        )  # level of each tag's element below the top
        if part.count is not None:
            outer = np.flatnonzero((inside == 1) & ~closing)
            whole = int(outer[part.count]) if len(outer) > part.count else len(lt)
            lt, gt, closing, lone, inside = lt[: whole + 1], gt[:whole], closing[:whole], lone[:whole], inside[:whole]
        self.lt, self.gt, self.closing, self.lone, self.inside = lt, gt, closing, lone, inside
        self.end = lt[1:] if len(lt) > len(gt) else np.append(lt[1:], len(self.bytes))
        self.length = self.end - gt - 1
        self.escapes = b"&" in part.markup
        cuts = np.empty(2 * len(gt), dtype=np.int32)
        cuts[0::2], cuts[1::2] = gt + 1, self.end
        self.strings = pa.StringArray.from_buffers(len(cuts) - 1, pa.py_buffer(cuts), pa.py_buffer(part.markup))
        self.opens = np.flatnonzero(~closing)
        self.depth = inside[self.opens].astype(np.int8)
        self.deepest = int(inside.max())
        self._read_tags(prefix)
        self._place(top)
        self._text_expected = np.zeros(len(gt), dtype=bool)
        self._text_expected[self.opens] = plan.holds_text[self.node] & ~lone[self.opens]
        self._add_rows_of_empty()
        self._order = np.argsort(self.node, kind="stable")
        self._bounds = np.searchsorted(self.node[self._order], np.arange(len(plan.names) + 1))
        self._number = np.full(len(self.node), -1, dtype="int64")
        for node in plan.row_node.values():
            self._number[self.at(node)] = np.arange(len(self.at(node)))

    def _read_tags(self, prefix: str | None) -> None:
        heads = self.strings.take(pa.array(2 * self.opens[1:] - 1)).dictionary_encode()
        distinct = [self.part.markup[: self.gt[0] + 1].decode(), *heads.dictionary.to_pylist()]
        self.head = np.concatenate([[0], heads.indices.to_numpy() + 1])
        self.tag_names = np.array([_tag(head, prefix) for head in distinct], dtype=object)
        self.tag = np.array([self.plan.tags.get(name, 0) for name in self.tag_names])[self.head]
        self.attributes = {place: _ATTRIBUTE.findall(head) for place, head in enumerate(distinct) if " " in head}

    def _place(self, top: int) -> None:
        """Node, parent and row element of every element, level by level; repeated ones lose their place."""
        count = len(self.opens)
        self.node, self.meant = np.zeros(count, dtype=np.int16), np.zeros(count, dtype=np.int16)
        self.parent, self.owner = np.zeros(count, dtype="int64"), np.full(count, -1, dtype="int64")
        self.repeated: list[np.ndarray] = []
        self.disordered: list[np.ndarray] = []
        self.node[0] = self.meant[0] = top
        above = np.zeros(1, dtype="int64")
        for depth in range(1, self.deepest + 1):
            here = np.flatnonzero(self.depth == depth)
            up = above[np.searchsorted(above, here) - 1]
            node = self.plan.next[self.node[up], self.tag[here]]
            self.parent[here], self.node[here], self.meant[here] = up, node, node
            force = self.plan.in_force[node]
            placed = slice(None) if force.all() else force
            self._compare_siblings(here[placed], up[placed])
            self.owner[here] = np.where(self.plan.is_row[self.node[here]], here, self.owner[up])
            above = here

    def _compare_siblings(self, here: np.ndarray, up: np.ndarray) -> None:
        node = self.node[here]
        rank = self.plan.rank[node]
        wrong = (up[1:] == up[:-1]) & ((rank[1:] < rank[:-1]) | ((rank[1:] == rank[:-1]) & self.plan.single[node[1:]]))
        if not wrong.any():
            return
        some = np.isin(up, up[1:][wrong])
        family = pd.DataFrame({"at": here[some], "up": up[some], "node": node[some], "rank": rank[some]})
        again = family.duplicated(["up", "node"]) & self.plan.single[family["node"]]
        self.repeated.append(family["at"][again].to_numpy())
        lost = family["at"][again & (self.plan.kind[family["node"]] != "wrapper")].to_numpy()
        self.node[lost] = 0
        rest = family[~again]
        self.disordered.append(rest["at"][rest["rank"] < rest.groupby("up")["rank"].cummax()].to_numpy())

    def _add_rows_of_empty(self) -> None:
        self._no_text = np.zeros(len(self.node), dtype=bool)
        for around, row in self.plan.rows_of_empty.items():
            wrappers = np.flatnonzero(self.node == around)
            empty = wrappers[~np.isin(wrappers, self.parent[self.node == row])]
            self.node[empty], self.owner[empty], self._no_text[empty] = row, empty, True

    def at(self, node: int) -> np.ndarray:
        """The elements of one node, in document order."""
        return self._order[self._bounds[node] : self._bounds[node + 1]]

    def parent_rows(self, node: int) -> np.ndarray:
        return self._number[self.owner[self.parent[self.at(node)]]]

    def columns(self, table: str) -> Iterable[tuple[str, pa.Array]]:
        """The fields of one table as text, missing where the element is missing or empty."""
        rows, fields = self.at(self.plan.row_node[table]), self.plan.fields[table]
        tokens = np.full((len(fields), len(rows)), -1, dtype="int64")
        for place, (_, node) in enumerate(fields):
            if node == self.plan.row_node[table]:
                tokens[place] = np.where(self._no_text[rows], -1, self.opens[rows])
            else:
                cells = self.at(node)
                tokens[place, self._number[self.owner[cells]]] = self.opens[cells]
        token = tokens.ravel()
        missing = (token < 0) | (self.length[token] == 0) | self.lone[token]  # what follows <lone/> is not in it
        texts = self._unescaped(self.strings.take(pa.array(2 * token, mask=missing)))
        for place, (name, _) in enumerate(fields):
            yield name, texts.slice(place * len(rows), len(rows))

    def _unescaped(self, texts: pa.Array) -> pa.Array:
        if not self.escapes or not pc.any(pc.match_substring(texts, "&")).as_py():
            return texts
        for escaped, plain in (
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", '"'),
            ("&#13;", "\r"),
            ("&#10;", "\n"),
            ("&#9;", "\t"),
        ):
            texts = pc.replace_substring(texts, escaped, plain)
        return pc.replace_substring(texts, "&amp;", "&")

    def issues(self, start: Mapping[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Everything without a place as issues, and the texts of it; `start` is the number of each table's first row
        here.
        """
        text_of, places = self._stray_texts()
        stray = self.plan.in_force[self.node[text_of]]
        attributes, misfits = self._attributes(), self._misfits()
        if not len(text_of) and not len(attributes) and not any(len(where) for where, _, _ in misfits):
            return _NOTHING
        found = [*misfits, (text_of[stray], "stray text", self._first_letter(places[stray]))]
        element = np.concatenate([*(where for where, _, _ in found), attributes["element"]])
        issues = pd.DataFrame(
            {
                "element": element,
                "field": [*self._names(element[: len(element) - len(attributes)]), *attributes["field"]],
                "what": np.concatenate(
                    [*(np.full(len(where), what, object) for where, what, _ in found), attributes["what"]]
                ),
                "at": np.concatenate([*(at for _, _, at in found), self.lt[self.opens[attributes["element"]]]]),
            }
        ).sort_values("at", kind="stable", ignore_index=True)
        texts = self._unescaped(self.strings.take(pa.array(2 * places)))
        left = pd.DataFrame(
            {
                "element": np.concatenate([text_of, attributes["element"]]),
                "field": [*self._names(text_of), *attributes["field"]],
                "text": [*texts.to_pylist(), *attributes["text"]],
            }
        )
        if len(issues):
            issues["line"] = self._line_at(issues["at"].to_numpy(dtype="int64"))
            issues, left = self._with_rows(issues, start), self._with_rows(left, start)
        return issues, left

    def _misfits(self) -> list[tuple[np.ndarray, str, np.ndarray]]:
        """Elements that are not where they belong: which, why, and where in the markup."""
        force = self.plan.in_force[self.node]
        repeated, disordered = (
            np.concatenate([*some, np.empty(0, "int64")]) for some in (self.repeated, self.disordered)
        )
        strange = np.flatnonzero(~force & self.plan.in_force[self.node[self.parent]])
        strange = strange[~np.isin(strange, repeated)]
        described_later, known = self.meant[strange] > 0, self.tag[strange] > 0
        found = [
            (strange[described_later], "not collected in this period"),
            (strange[~described_later & known], "misplaced element"),
            (strange[~described_later & ~known], "unknown element"),
            (repeated, "repeated element"),
            (disordered, OUT_OF_ORDER),
        ]
        return [(where, what, self.lt[self.opens[where]]) for where, what in found]

    def _with_rows(self, table: pd.DataFrame, start: Mapping[str, int]) -> pd.DataFrame:
        """`table` with the table and row that its elements stand in, missing above all rows."""
        owner = self.owner[table["element"].to_numpy(dtype="int64")]
        names = pd.Series(np.where(owner >= 0, self.node[owner], 0)).map(self.plan.table_of)
        row = pd.Series(self._number[owner] + names.map(start).fillna(0).to_numpy(dtype="int64"), dtype="Int64")
        return table.assign(table=names.astype(TEXT), row=row.mask(owner < 0))

    def _names(self, elements: np.ndarray) -> np.ndarray:
        meant = self.meant[elements]
        return np.where(meant > 0, self.plan.names[meant], self.tag_names[self.head[elements]])

    def _attributes(self) -> pd.DataFrame:
        """One row for each attribute: its element, `element@name`, what it is and its text."""
        if self.part.count is not None:  # the holder itself comes with the root
            self.attributes.pop(0, None)
        bearers = np.flatnonzero(np.isin(self.head, list(self.attributes))) if self.attributes else np.empty(0, "int64")
        if not len(bearers):
            return _NO_ATTRIBUTES
        each = [self.attributes[head] for head in self.head[bearers].tolist()]
        element = np.repeat(bearers, np.array([len(pairs) for pairs in each], dtype="int64"))
        keys = [key for pairs in each for key, _ in pairs]
        text = pa.array([quoted[1:-1] for pairs in each for _, quoted in pairs], pa.string())
        return pd.DataFrame(
            {
                "element": element,
                "field": [f"{name}@{key}" for name, key in zip(self._names(element), keys, strict=True)],
                "what": ["namespace" if key.partition(":")[0] == "xmlns" else "attribute" for key in keys],
                "text": self._unescaped(text).to_pylist(),
            }
        )

    @cached_property
    def _letters(self) -> np.ndarray:
        """Where the markup is not white space; a carriage return stands in it as a reference."""
        letters = self.bytes > _SPACE
        if _RETURN in self.part.markup:
            for found in re.finditer(_RETURN, self.part.markup):
                letters[found.start() : found.end()] = False
        return letters

    def _stray_texts(self) -> tuple[np.ndarray, np.ndarray]:
        """Texts where none belongs: the elements that they stand in, and the tags that they follow."""
        unexpected = (self.length > 0) & ~self._text_expected
        if self.part.count is not None:
            unexpected[0] = False  # the holder's first text comes with the root
        places = np.flatnonzero(unexpected)
        if len(places):
            bounds = np.column_stack([self.gt[places] + 1, self.end[places]]).ravel()
            places = places[np.logical_or.reduceat(self._letters, bounds)[::2]]
        within = np.zeros(len(places), dtype="int64")
        for depth in np.unique(self.inside[places]):
            level = np.flatnonzero(self.depth == depth)
            same = self.inside[places] == depth
            within[same] = level[np.searchsorted(self.opens[level], places[same], side="right") - 1]
        after = self.closing[places] | self.lone[places]
        return np.where(after, self.parent[within], within), places

    def _first_letter(self, places: np.ndarray) -> np.ndarray:
        letters = np.flatnonzero(self._letters)
        return letters[np.searchsorted(letters, self.gt[places] + 1)] if len(places) else places

    def line(self, elements: np.ndarray) -> np.ndarray:
        """The file's lines of elements."""
        return self._line_at(self.lt[self.opens[elements]])

    def _line_at(self, at: np.ndarray) -> np.ndarray:
        """The file's lines of places in the markup: the line of the outer element before, and the line ends since."""
        ends = np.flatnonzero(self.bytes == _NEWLINE)
        outer = np.flatnonzero((self.inside == 1) & ~self.closing)
        begin = np.array(self.part.lines()[: len(outer)], dtype="int64")
        if not len(begin):
            return np.searchsorted(ends, at) + 1
        texts = np.flatnonzero(self.end > self.gt + 1)
        first = texts[np.minimum(np.searchsorted(texts, outer), len(texts) - 1)] if len(texts) else outer
        inner = np.searchsorted(ends, self.end[first]) - np.searchsorted(ends, self.gt[first] + 1)
        begin = begin - np.where(begin >= _BIG_LINE, inner, 0)
        nearest = np.searchsorted(self.lt[outer], at, side="right") - 1
        anchor = np.maximum(nearest, 0)
        return begin[anchor] + np.searchsorted(ends, at) - np.searchsorted(ends, self.lt[outer][anchor])


def _tag(head: str, prefix: str | None) -> str:
    found = _HEAD.match(head)
    name = found.group(1) if found else head
    return name.removeprefix(f"{prefix}:") if prefix else name

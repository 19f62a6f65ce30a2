"""Cases for rules, drawn as small tables in Markdown; read here into the tables that `validate` takes.

A heading `## 4180 words` begins a version of a rule; `from 2024-25` or `until 2023-24` among the words says when it is in force.
`fields:` names what it flags as Table.Field; `### words` begins another case of it; `period:` sets the period of the version or
of one case. In a table the first header cell is the table's name and its cells are row labels (`known 1..5` draws five rows, # in their
cells is the number), a last column `flag` holds x where the rule must mark the row. An empty cell is missing, quotes keep blanks.
For a rule on the whole return, a line `return: flagged` or `return: not flagged` takes the place of the flags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from returns import described
from returns.model import Return
from validation.typed import PARENT, TEXT

FOLDER = Path(__file__).parent
LATEST = "2025-26"
GENERATED = ("CINdetailsID", "AssessmentID", "CPPID")

_SINCE = re.compile(r"\bfrom ([0-9]{4}-[0-9]{2})$")
_UNTIL = re.compile(r"\buntil ([0-9]{4}-[0-9]{2})$")
_ALIKE = re.compile(r"(\D*)([0-9]+)\.\.([0-9]+)")

Cells = dict[str, str]
Tables = dict[str, dict[str, Cells]]
Drawing = tuple[dict[str, pd.DataFrame], frozenset[tuple[str, object]]]


class Misdrawn(ValueError):
    """A drawing that cannot be read; says file and line."""


@dataclass(frozen=True)
class Case:
    """One drawing. `tables`: table -> row label -> column -> cell; `marked`: (table, label) pairs; `whole`: None or the return's mark."""

    path: Path
    line: int
    code: str
    words: str
    since: str | None
    until: str | None
    period: str
    fields: tuple[str, ...]
    columns: dict[str, list[str]] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    marked: frozenset[tuple[str, str]] = frozenset()
    whole: bool | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.words} ({self.path.stem}:{self.line})"

    @property
    def version(self) -> tuple[str, str | None, str | None]:
        return self.code, self.since, self.until

    @property
    def unmarked(self) -> frozenset[tuple[str, str]]:
        return frozenset((table, label) for table, rows in self.tables.items() for label in rows) - self.marked

    def frames(self) -> dict[str, pd.DataFrame]:
        """The drawn tables as text frames."""
        return {
            name: pd.DataFrame(
                {column: pd.array([cells.get(column) for cells in rows.values()], dtype=TEXT) for column in self.columns[name]},
                index=pd.Index(list(rows), name="row", dtype=object),
            )
            for name, rows in self.tables.items()
        }

    def covers(self, table: str, keys: tuple[str, ...]) -> bool:
        """Whether the table, if drawn, was drawn with all of `keys`."""
        return table not in self.columns or set(keys) <= set(self.columns[table])

    def fields_of(self, table: str) -> str:
        """The flagged fields of `table`, as findings write them."""
        return ",".join(name.partition(".")[2] for name in self.fields if name.startswith(f"{table}."))


def cases(return_name: str) -> list[Case]:
    """Every drawn case of a return, in the order of the files."""
    return [case for path in sorted((FOLDER / return_name).glob("*.md")) for case in read(path)]


def read(path: Path) -> Iterator[Case]:
    """The cases of one file."""
    version: Case | None = None
    case: Case | None = None
    table: tuple[str, list[str]] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text.startswith("|"):
            table = None
        if text.startswith("## "):
            yield from _drawn(case)
            version = case = _version(path, number, text[3:])
        elif text.startswith("### "):
            yield from _drawn(case)
            if version is None:
                raise Misdrawn(f"{path}:{number}: a case before any rule")
            case = replace(version, line=number, words=text[4:], columns={}, tables={})
        elif case is None or version is None or not text:
            continue
        elif text.startswith("period: "):
            case = replace(case, period=text.partition(": ")[2])
            version = case if case.line == version.line else version
        elif text.startswith("fields: "):
            version = case = replace(case, fields=tuple(text.partition(": ")[2].split()))
        elif text.startswith("return: "):
            case = replace(case, whole={"flagged": True, "not flagged": False}[text.partition(": ")[2]])
        elif text.startswith("|"):
            cells = [cell.strip() for cell in text[1:-1].split("|")]
            if table is None:
                table = cells[0], cells[1:]
                case.columns[cells[0]] = [name for name in cells[1:] if name != "flag"]
                case.tables[cells[0]] = {}
            elif set(text) - set("|-: "):
                case = _with_row(case, table, cells, number)
    yield from _drawn(case)


def _version(path: Path, line: int, heading: str) -> Case:
    code, _, words = heading.partition(" ")
    since, until = (found[1] if (found := pattern.search(words)) else None for pattern in (_SINCE, _UNTIL))
    period = until or max(since or LATEST, LATEST)
    return Case(path, line, code, words, since, until, period, ())


def _drawn(case: Case | None) -> Iterator[Case]:
    if case is not None and case.tables:
        yield case


def _with_row(case: Case, table: tuple[str, list[str]], cells: list[str], line: int) -> Case:
    name, header = table
    if len(cells) != len(header) + 1:
        raise Misdrawn(f"{case.path}:{line}: {len(cells)} cells under {len(header) + 1} headings")
    row = dict(zip(header, cells[1:], strict=True))
    mark = row.pop("flag", "")
    if mark not in ("", "x"):
        raise Misdrawn(f"{case.path}:{line}: the flag is x or nothing")
    for label, number in _labels(cells[0]):
        if not label or label in case.tables[name]:
            raise Misdrawn(f"{case.path}:{line}: row labels of a table are given and differ")
        case.tables[name][label] = {column: _unquoted(cell.replace("#", number)) for column, cell in row.items() if cell}
        if mark:
            case = replace(case, marked=case.marked | {(name, label)})
    return case


def _labels(drawn: str) -> list[tuple[str, str]]:
    """Each row's label and number."""
    alike = _ALIKE.fullmatch(drawn)
    if not alike:
        return [(drawn, "#")]
    numbers = [str(n).zfill(len(alike[2])) for n in range(int(alike[2]), int(alike[3]) + 1)]
    return [(alike[1] + number, number) for number in numbers]


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "'" else cell


def nested(case: Case) -> Drawing | None:
    """The drawing as a reader of documents gives it, and what is marked in it: rows know their parent's row, ids are not counted.

    Rows that hang nowhere (an id is missing, or there is no such parent) cannot come out of a document and are left out. None where
    the drawing does not say which row hangs where.
    """
    given = described("cin").at(case.period)
    tables = _with_parents(case, given)
    hangs: dict[str, dict[str, int]] = {name: {} for name in tables}
    place = {name: {label: n for n, label in enumerate(rows)} for name, rows in tables.items()}
    for table in given:
        if table.name not in tables or not table.parent:
            continue
        keys = _keys(given, table.parent)
        above = [(_ids(cells, keys), label) for label, cells in tables[table.parent].items() if _ids(cells, keys)]
        if len(dict(above)) < len(above) or not (case.covers(table.name, keys) and case.covers(table.parent, keys)):
            return None
        parents = {ids: label for ids, label in above if not given[table.parent].parent or label in hangs[table.parent]}
        hangs[table.name] = {
            label: place[table.parent][parents[ids]]
            for label, cells in tables[table.name].items()
            if (ids := _ids(cells, keys)) in parents
        }
    kept = {name: list(hangs[name] if given[name].parent else rows) for name, rows in tables.items()}
    if not any(hangs.values()) or (case.whole is not None and any(len(kept[name]) < len(tables[name]) for name in tables)):
        return None
    frames = {}
    for name, rows in tables.items():
        columns = [c for c in (case.columns[name] if name in case.tables else ["LAchildID"]) if c not in GENERATED]
        cells = {column: pd.array([rows[label].get(column) for label in kept[name]], dtype=TEXT) for column in columns}
        frames[name] = pd.DataFrame(cells, index=pd.Index([place[name][label] for label in kept[name]], dtype="int64"))
        if given[name].parent:
            frames[name][PARENT] = pd.array([hangs[name][label] for label in kept[name]], dtype="int64")
    return frames, frozenset((name, place[name][label]) for name, label in case.marked if label in kept[name])


def _with_parents(case: Case, given: Return) -> Tables:
    """The drawn tables, and above them the rows that their ids speak of, where those tables were not drawn."""
    tables = dict(case.tables)
    for table in reversed(tuple(given)):
        if table.name in tables and table.parent and table.parent not in case.tables:
            keys, above = _keys(given, table.parent), tables.setdefault(table.parent, {})
            for ids in dict.fromkeys(_ids(cells, keys) for cells in tables[table.name].values()):
                if ids:
                    above[" ".join(ids)] = dict(zip(keys, ids, strict=True))
    return tables


def _keys(given: Return, table: str) -> tuple[str, ...]:
    return given.levels[given[table].level or "child"]


def _ids(cells: Cells, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The row's ids, or none if one of them is missing."""
    return tuple(cells[key] for key in keys) if all(cells.get(key) for key in keys) else ()


def listed(case: Case) -> Drawing | None:
    """The drawing with an assessment's factors in a list on its own row; None where no factors are drawn.

    Rows with an id missing are left out: there a list belongs to its row all the same.
    """
    if "AssessmentFactorsList" not in case.tables:
        return None
    keys = ("LAchildID", "CINdetailsID", "AssessmentID")
    frames = case.frames()
    factors: dict[tuple[str, ...], list[str]] = {}
    for cells in case.tables["AssessmentFactorsList"].values():
        factors.setdefault(_ids(cells, keys), []).extend(cells.get("AssessmentFactor", "").split())
    del frames["AssessmentFactorsList"]
    rows = {label: _ids(cells, keys) for label, cells in case.tables["Assessments"].items()}
    frames["Assessments"]["AssessmentFactors"] = pd.Series({label: factors.get(ids, []) for label, ids in rows.items()})
    frames["Assessments"] = frames["Assessments"].loc[[label for label, ids in rows.items() if ids]]
    return frames, frozenset(mark for mark in case.marked if mark[0] != "Assessments" or rows[mark[1]])

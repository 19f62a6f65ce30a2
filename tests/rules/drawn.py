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

from validation.typed import TEXT

FOLDER = Path(__file__).parent
LATEST = "2025-26"

_SINCE = re.compile(r"\bfrom ([0-9]{4}-[0-9]{2})$")
_UNTIL = re.compile(r"\buntil ([0-9]{4}-[0-9]{2})$")
_ALIKE = re.compile(r"(\D*)([0-9]+)\.\.([0-9]+)")

Tables = dict[str, dict[str, dict[str, str]]]


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

"""Cases for rules, drawn as small tables in Markdown; read here into the tables that `validate` takes.

- `## 4180 words`: a version of a rule; `from 2024-25`, `until 2023-24` or both as the last words say when it is
  in force.
- `fields: Table.Field …`: what the version flags. `### words`: another case of it.
- `period: 2023-24`: the period of the case (before the first case: of the version), else the latest up to 2025-26.
- A table: its first header cell is the table's name, the cells under it row labels; `known 1..5` draws five rows, and
  # in their cells is the number. A last column `flag` has x where the rule must mark the row. An empty cell is missing;
  quotes keep blanks. `previous Episodes` is last year's table, `providers` the list of providers; what columns it lacks
  are empty.
- `authority: E10000016`: the returning authority of the case (or, before the first, of the version).
- `return: flagged` or `return: not flagged`, for a rule on the whole return, takes the place of the flags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from validation.typed import PROVIDERS, TEXT

FOLDER = Path(__file__).parent
LATEST = "2025-26"
PREVIOUS = "previous "
REFERENCE = "providers"

_SINCE = re.compile(r"\bfrom ([0-9]{4}-[0-9]{2})(?: until [0-9]{4}-[0-9]{2})?$")
_UNTIL = re.compile(r"\buntil ([0-9]{4}-[0-9]{2})$")
_ALIKE = re.compile(r"(\D*)([0-9]+)\.\.([0-9]+)")
_WHOLE = {"flagged": True, "not flagged": False}

Cells = dict[str, str]
Tables = dict[str, dict[str, Cells]]


class Misdrawn(ValueError):
    """A drawing that cannot be read; says file and line."""


@dataclass(frozen=True)
class Case:
    """One drawing of one version of a rule.

    `tables`: table -> row label -> column -> cell; `marked`: (table, label) pairs; `whole`: the return's mark or None.
    """

    path: Path
    line: int
    code: str
    words: str
    since: str | None
    until: str | None
    period: str
    fields: tuple[str, ...] = ()
    columns: dict[str, list[str]] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    marked: frozenset[tuple[str, str]] = frozenset()
    whole: bool | None = None
    authority: str | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.words} ({self.path.stem}:{self.line})"

    @property
    def version(self) -> tuple[str, str | None, str | None]:
        return self.code, self.since, self.until

    @property
    def of(self) -> str:
        """The return that the rule is of."""
        return self.path.parent.name

    @property
    def unmarked(self) -> frozenset[tuple[str, str]]:
        return frozenset((table, label) for table, rows in self.tables.items() for label in rows) - self.marked

    def frames(self) -> dict[str, pd.DataFrame]:
        """The drawn tables of the period as text frames."""
        return {
            name: frame for name, frame in self._drawn().items() if not name.startswith(PREVIOUS) and name != REFERENCE
        }

    def beside(self) -> dict[str, object]:
        """What `validate` takes beside them: last year's tables, providers, authority; only what is drawn."""
        drawn = self._drawn()
        previous = {name.removeprefix(PREVIOUS): frame for name, frame in drawn.items() if name.startswith(PREVIOUS)}
        providers = drawn[REFERENCE].reindex(columns=PROVIDERS) if REFERENCE in drawn else None
        given = {"previous": previous or None, "providers": providers, "authority": self.authority}
        return {name: value for name, value in given.items() if value is not None}

    def _drawn(self) -> dict[str, pd.DataFrame]:
        return {
            name: pd.DataFrame(
                {column: pd.array([cells.get(column) for cells in rows.values()], dtype=TEXT) for column in columns},
                index=pd.Index(list(rows), name="row", dtype=object),
            )
            for name, columns in self.columns.items()
            for rows in (self.tables[name],)
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
    table = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark, _, text = line.partition(" ")
        if mark in ("##", "###") and case and case.tables:
            yield case
        if mark == "##":
            version = case = _version(path, number, text)
        elif version is None or case is None:
            continue
        elif mark == "###":
            case = replace(version, line=number, words=text, columns={}, tables={}, marked=frozenset(), whole=None)
        elif mark == "|":
            case, table = _with_line(case, table, [cell.strip() for cell in line[1:-1].split("|")], number)
        else:
            case, table = _with_word(case, mark, text), ""
            version = version if case.line > version.line else case
    if case and case.tables:
        yield case


def _version(path: Path, line: int, heading: str) -> Case:
    code, _, words = heading.partition(" ")
    since, until = (found[1] if (found := pattern.search(words)) else None for pattern in (_SINCE, _UNTIL))
    return Case(path, line, code, words, since, until, until or max(since or LATEST, LATEST))


def _with_word(case: Case, word: str, text: str) -> Case:
    if word == "period:":
        return replace(case, period=text)
    if word == "fields:":
        return replace(case, fields=tuple(text.split()))
    if word == "authority:":
        return replace(case, authority=text)
    return replace(case, whole=_WHOLE[text]) if word == "return:" else case


def _with_line(case: Case, table: str, cells: list[str], line: int) -> tuple[Case, str]:
    """The case with one more line of a table (`table` is the one that was begun), and the table's name."""
    if not table:
        case.columns[cells[0]] = [name for name in cells[1:] if name != "flag"]
        case.tables[cells[0]] = {}
        return case, cells[0]
    columns = case.columns[table]
    if not "".join(cells).strip("-"):
        return case, table
    if len(cells) - 1 - len(columns) not in (0, 1) or cells[len(columns) + 1 :] not in ([], [""], ["x"]):
        raise Misdrawn(f"{case.path}:{line}: not one cell under each heading, or a flag that is neither x nor nothing")
    for label, number in _labels(cells[0]):
        if not label or label in case.tables[table]:
            raise Misdrawn(f"{case.path}:{line}: row labels of a table are given and differ")
        drawn = zip(columns, cells[1:], strict=False)
        case.tables[table][label] = {name: _unquoted(cell.replace("#", number)) for name, cell in drawn if cell}
        if cells[-1] == "x" and len(cells) - 1 > len(columns):
            case = replace(case, marked=case.marked | {(table, label)})
    return case, table


def _labels(drawn: str) -> list[tuple[str, str]]:
    """Each row's label and number."""
    alike = _ALIKE.fullmatch(drawn)
    if not alike:
        return [(drawn, "#")]
    numbers = [str(n).zfill(len(alike[2])) for n in range(int(alike[2]), int(alike[3]) + 1)]
    return [(alike[1] + number, number) for number in numbers]


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "'" else cell

"""A return's tables as CSV files, one a table."""

import codecs
import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from assets.sources.errors import SourceError
from returns.model import Return, Table
from validation.typed import days

LARGEST = 512 * 2**20  # bytes
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "",  # before UTF-16, whose mark it begins with; Excel never writes it
    codecs.BOM_UTF32_BE: "",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_TOP = 10  # lines in which the headings are looked for, to say where they stand
PACKED = (".xlsx", ".xls", ".xlsm", ".ods", ".tsv", ".txt", ".zip")
_ROUNDED = "^[0-9](?:[.][0-9]+)?[Ee][+][0-9]{2,}$"


class Read(NamedTuple):
    """Raw tables, and what was not read as it stands: table, field, what (a sentence), row and line (0: all of it)."""

    tables: dict[str, pd.DataFrame]
    issues: pd.DataFrame


class Issues:
    """What the reading showed, as it comes."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def add(self, what: str, table: str = "", fields: Sequence[str] = ("",)) -> None:
        self.found += [(table, name, what) for name in fields]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.found, columns=["table", "field", "what"], dtype="str").assign(row=0, line=0)


def read_csv_folder(path: Path | str | Sequence[Path], described: Return, period: str) -> Read:
    """The raw tables of a folder of CSV files (or of one file, or of those named).

    A file is a table by its name (`cin_2026_Section47.csv`) or else by its columns; where the Department knows the
    files of the return by their columns, by these first, and several files of one table are its parts. Values are text
    as given, empty is missing; index `row` counts the lines below the headings from 0, empty ones not counted. A table
    without a file is not in the result. Raises SourceError, UnknownPeriod.
    """
    whole, described = described, described.at(period)
    files = csv_files(Path(path)) if isinstance(path, Path | str) else list(path)
    expected = ", ".join(table.name for table in described)
    known = _known(described)
    if not files and isinstance(path, Path | str):
        raise no_files(Path(path), f"expected one for each table: {expected}.")
    tables: dict[str, pd.DataFrame] = {}
    origin: dict[str, str] = {}
    issues = Issues()
    for file in files:
        body = io.StringIO(decoded(file, issues), newline="")
        _refuse_lines_above(file, body, known)
        headings = _headings(file, body, known)
        table = _table(file, headings, described, whole)
        if table is None:
            named = _by_name(file, whole)
            why = (
                f"{period} has no table {named.name}"
                if named
                else "neither its name nor its columns are those of a table"
            )
            issues.add(f"{file.name} was not read: {why}.")
            continue
        frame = _read(file, body, headings, table, period, issues)
        if table.name not in origin:
            origin[table.name], tables[table.name] = file.name, frame
        elif described.files_known_by == "columns":
            _refuse_no_part(file, frame, origin[table.name], tables[table.name], table)
            issues.add(f"{file.name} and {origin[table.name]} were read as parts of one table", table.name)
            tables[table.name] = pd.concat([tables[table.name], frame], ignore_index=True).rename_axis(index="row")
        else:
            raise SourceError(
                f"{file.name} and {origin[table.name]} both hold the table {table.name}; leave only one of them."
            )
    for other in _unread(path):
        issues.add(f"{other} was not read: only CSV files are; save it as one if it belongs to the return.")
    if not tables:
        names = ", ".join(file.name for file in files)
        raise SourceError(f"None of the files ({names}) is a table of the return; expected the tables {expected}.")
    if not described.authority and (doubt := period_doubt(tables, described)):
        issues.add(doubt)
    return Read(tables, issues.frame())


def period_doubt(tables: Mapping[str, pd.DataFrame], described: Return) -> str:
    """What speaks against the period of a return without a header: its rows happened before it, or mostly after."""
    assert described.period is not None
    found = event_days(tables, described)
    first, last = pd.Timestamp(described.period.start), pd.Timestamp(described.period.end)
    inside, after = int(found.between(first, last).sum()), int((found > last).sum())
    if not len(found) or (inside and after <= inside):
        return ""
    return (
        f"Of {len(found):,} dates of episodes, reviews and so on {inside:,} are in {described.period.name} and "
        f"{after:,} after it: check that this is the return of that period."
    )


def event_days(tables: Mapping[str, pd.DataFrame], described: Return) -> pd.Series:
    """The days on which what the rows tell of happened: episodes began, reviews were held, and so on."""
    dates = [
        days(tables[table.name][name])
        for table in described
        for name in table.key
        if table[name].kind == "date" and table.name in tables and name in tables[table.name]
    ]
    return pd.concat(dates).dropna() if dates else pd.Series(dtype="datetime64[us]")


def csv_files(path: Path) -> list[Path]:
    """The CSV files of a folder, without what spreadsheets and systems leave there (`~$…`, `._…`); or the one file."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and file.name[0] not in "~.")


def _unread(path: Path | str | Sequence[Path]) -> list[str]:
    """The names of files in a folder that are tables, but not as CSV."""
    if not isinstance(path, Path | str) or not Path(path).is_dir():
        return []
    files = (file for file in Path(path).iterdir() if file.is_file() and file.name[0] not in "~.")
    return sorted(file.name for file in files if file.suffix.lower() in PACKED)


def no_files(path: Path, advice: str) -> SourceError:
    where = path.resolve().name
    there = [file for file in sorted(path.iterdir()) if file.name[0] not in "~."]
    inner = ", ".join([folder.name for folder in there if folder.is_dir() and csv_files(folder)][:3])
    if any(file.suffix.lower() == ".xml" for file in there):
        other = f", or a folder in it: {inner}" if inner else ""
        return SourceError(f"The folder {where} holds XML and no CSV file; name the XML files themselves{other}.")
    if inner:
        return SourceError(f"The folder {where} holds no CSV file itself; name a folder in it: {inner}.")
    if unread := _unread(path):
        return SourceError(f"The folder {where} holds {', '.join(unread)} but no CSV file; save each table as one.")
    return SourceError(f"The folder {where} holds no CSV file; {advice}")


def header_of(path: Path | str, described: Return) -> dict[str, str]:
    """The header's fields that have a value, in a folder of CSV files of whatever period; none where no file is the
    header.

    Raises SourceError.
    """
    if not described.authority:
        return {}
    table = described[described.authority.partition(".")[0]]
    for file in csv_files(Path(path)):
        body = io.StringIO(decoded(file, Issues()), newline="")
        headings = _headings(file, body, _known(described))
        if _table(file, headings, described, described) is table:
            row = _read(file, body, headings, table, "", Issues()).head(1)
            return {str(name): str(cells.iloc[0]) for name, cells in row.items() if len(cells) and cells.notna().all()}
    return {}


def headings_of(file: Path, expected: Iterable[Return]) -> frozenset[str]:
    """The names of the columns of one CSV file, in small letters. Raises SourceError."""
    body = io.StringIO(decoded(file, Issues()), newline="")
    _refuse_lines_above(file, body, frozenset().union(*map(_known, expected)))
    return frozenset(name.lower() for name in _headings(file, body, ()))


def _refuse_lines_above(file: Path, body: io.StringIO, known: frozenset[str]) -> None:
    """As of a title: refuses where the first line names nothing `known` and a later one mostly that."""
    lines = [{cell.strip('" \r\n').lower() for cell in re.split("[,;\t]", body.readline())} for _ in range(_TOP)]
    body.seek(0)
    at = next((at for at, names in enumerate(lines, 1) if len(names) > 1 and 2 * len(names & known) > len(names)), 1)
    if at > 1 and not lines[0] & known:
        raise SourceError(f"{file.name}: the names of the columns stand in line {at}; delete the lines above them.")


def _known(described: Return) -> frozenset[str]:
    return frozenset(field.name.lower() for table in described for field in table.fields)


def read_columns(file: Path, names: Sequence[str]) -> pd.DataFrame:
    """The columns `names` of one CSV file, as text. Raises SourceError where the file lacks one or a cell is empty."""
    body = io.StringIO(decoded(file, Issues()), newline="")
    headings = [name.lower() for name in _headings(file, body, names)]
    if not {*names} <= {*headings} or len({*headings}) < len(headings):
        raise SourceError(f"{file.name}: expected the columns {', '.join(names)} in the first line, each once.")
    frame = _values(body, headings)
    if frame is None:
        raise SourceError(
            f"{file.name}: a line holds more values than there are headings, or a quote is not closed; put it right."
        )
    frame = frame[list(names)]
    if frame.isna().to_numpy().any():
        raise SourceError(f"{file.name}: every line needs a value for {' and '.join(names)}; fill or delete the rest.")
    return frame


def decoded(file: Path, issues: Issues) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise SourceError(f"{file.name} is larger than {LARGEST // 2**20} MiB; split it or check what it is.")
        raw = file.read_bytes()
    except OSError:
        raise SourceError(f"{file.name} cannot be read; check that it is there and that you may read it.") from None
    encoding = next((name for mark, name in BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "utf-8")
    text = _decoded(raw, encoding)
    if text is None and encoding == "utf-8":
        text = _decoded(raw, "cp1252")
        issues.add(f"{file.name} is not in UTF-8; it was read as Windows-1252: check letters with accents.")
    if text is None or "\0" in text:
        raise SourceError(f"{file.name} is not text that can be read; save it as CSV in UTF-8.")
    return text


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None


def _headings(file: Path, body: io.StringIO, known: Collection[str]) -> list[str]:
    """The names in the first line; only `known` ones are quoted, for where it is missing a record stands there."""
    try:
        headings = [name.strip() for name in next(csv.reader(body, strict=True), [])]
    except csv.Error:
        raise SourceError(f"{file.name}: the line of headings cannot be read; expected names with commas.") from None
    if not any(headings):
        raise SourceError(f"{file.name}: the first line is empty; expected the names of the columns.")
    refuse_other_marks(file, headings)
    twice = sorted(name for name, count in Counter(headings).items() if count > 1 and name)
    if twice and not {name.lower() for name in headings}.isdisjoint(known):
        names = ", ".join(name if name.lower() in known else f"number {headings.index(name) + 1}" for name in twice)
        raise SourceError(f"{file.name}: the column {names} is there more than once; leave only one.")
    return [name or f"(no name, number {at})" for at, name in enumerate(headings, 1)]


def refuse_other_marks(file: Path, headings: Sequence[str]) -> None:
    """Refuses headings with semicolons or tabs between them, as a spreadsheet in another language writes."""
    if len(headings) == 1 and any(mark in headings[0] for mark in ";\t|"):
        raise SourceError(f"{file.name}: the headings are not separated by commas; save it as comma-separated CSV.")


def _refuse_no_part(file: Path, frame: pd.DataFrame, first: str, held: pd.DataFrame, table: Table) -> None:
    if set(frame) != set(held):
        raise SourceError(
            f"{file.name} and {first} both seem to hold the table {table.name} but differ in their columns; leave only "
            "one of them, or give both the same columns."
        )
    if len(frame) and frame.equals(held[list(frame)]):
        raise SourceError(f"{file.name} and {first} hold the same lines of {table.name}; leave only one of them.")


def _table(file: Path, headings: Sequence[str], described: Return, whole: Return) -> Table | None:
    """The table of a period's return that a file holds; none where it is named for a table of other periods. Refuses a
    file named for one table that has the columns of another, where names count."""
    if described.files_known_by == "columns" and (held := _by_all_columns(headings, described)):
        return held
    named, held = _by_name(file, whole), _by_columns(headings, described)
    if named:
        if named.name not in described:
            return None
        named = described[named.name]
    if named and held and named is not held and not _own(named, described) & {name.lower() for name in headings}:
        raise SourceError(
            f"{file.name} has the name of the table {named.name} but the columns of {held.name}; rename it, or put the "
            "right file there."
        )
    return named or held


def _by_all_columns(headings: Sequence[str], described: Return) -> Table | None:
    """The table whose file has just these columns, in whatever order."""
    given = {name.lower() for name in headings}
    return next((table for table in described if {name.lower() for name in table.file_columns} == given), None)


def _own(table: Table, described: Return) -> set[str]:
    """A table's own fields, without the ids that others carry, in small letters."""
    ids = {name for names in described.levels.values() for name in names}
    return {field.name.lower() for field in table.fields if field.name not in ids}


def _by_name(file: Path, whole: Return) -> Table | None:
    name = "".join(filter(str.isalnum, file.stem)).lower()
    named = [table for table in whole if name.endswith(table.name.lower())]
    return max(named, key=lambda table: len(table.name), default=None)


def _by_columns(headings: Sequence[str], described: Return) -> Table | None:
    """The one table whose own fields (not the ids that others carry) the headings name most of; where its rows are a
    child's, they name the child too."""
    given = {name.lower() for name in headings}
    known = {
        table.name: len(_own(table, described) & given)
        for table in described
        if described.child not in table or described.child.lower() in given
    }
    most = max(known.values(), default=0)
    best = [name for name, count in known.items() if count == most]
    return described[best[0]] if most and len(best) == 1 else None


def _read(
    file: Path, body: io.StringIO, headings: list[str], table: Table, period: str, issues: Issues
) -> pd.DataFrame:
    right = {field.name.lower(): field.name for field in table.fields}
    names = [right.get(name.lower(), name) for name in headings]
    if not {*names} & {*right.values()}:
        raise SourceError(
            f"{file.name}: the first line names no column of {table.name}; expected {table.columns[0]} and so on."
        )
    if len({*names}) < len(names):
        raise SourceError(f"{file.name}: two columns differ only in capital letters; leave only one of them.")
    frame = _values(body, names)
    if frame is None:
        raise SourceError(
            f"{file.name}: a line holds more values than there are headings, or a quote is not closed; put it right."
        )
    blank = int(frame.isna().all(axis="columns").to_numpy()[::-1].cumprod().sum())
    if blank:  # a spreadsheet saves lines of commas where something once stood
        frame = frame.iloc[: len(frame) - blank]
        issues.add(f"{file.name}: lines at the end without any value were not read ({blank:,})", table.name)
    if table.parent is None and table.occurs[1] == 1 and len(frame) > 1:
        raise SourceError(f"{file.name}: {len(frame):,} lines below the headings; leave the one line of this return.")
    if unknown := [name for name in names if name not in table]:
        issues.add(f"{file.name}: no column of {table.name} in {period}; not read", table.name, unknown)
    if lacking := [name for name in table.file_columns if name not in names]:
        issues.add(f"{file.name}: the column is not there; rules on it are not run", table.name, lacking)
    for name in names:
        if name in table and table[name].kind == "text" and (rounded := int(frame[name].str.match(_ROUNDED).sum())):
            issues.add(
                f"{file.name}: values like 1.2E+05 ({rounded:,}), as a spreadsheet rounds numbers; export them again",
                table.name,
                [name],
            )
    return frame[[name for name in names if name in table]].set_axis(pd.RangeIndex(len(frame), name="row"))


def _values(body: io.StringIO, names: list[str]) -> pd.DataFrame | None:
    """Columns of text; None where a line holds more values than there are names."""
    beyond = "\0"  # no heading can have this name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                body,
                header=None,
                names=[*names, beyond],
                index_col=False,
                dtype="str",
                keep_default_na=False,
                na_values=[""],
                low_memory=False,
            )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=names, dtype="str")
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        return None
    return None if frame.pop(beyond).notna().any() else frame

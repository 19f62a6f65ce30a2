"""Where a unit's raw tables come from: a dropped file, the care records, or the invented authority."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from assets.sources.errors import SourceError
from returns.model import Return
from validation.typed import lineage

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

Kind = Literal["auto", "file", "records", "demo"]
INVENTED = "invented data"
NO_ISSUES = pd.DataFrame({name: pd.Series(dtype="str") for name in ("table", "field", "what")}).assign(row=0, line=0)
NOTHING_LEFT_OUT = pd.DataFrame(
    {"table": pd.Series(dtype="str"), "reason": pd.Series(dtype="str"), "rows": pd.Series(dtype="int64")}
)


@dataclass(frozen=True)
class Collected:
    """Raw tables, what the reading showed (`issues`), the rows that do not belong in the return, and facts to record;
    of invented care records whose return is compared with it also the raw tables of the period before."""

    tables: dict[str, pd.DataFrame]
    issues: pd.DataFrame
    left_out: pd.DataFrame
    facts: dict[str, str] = field(default_factory=dict)
    before: dict[str, pd.DataFrame] = field(default_factory=dict)


def collect(
    whole: Return,
    period: str,
    unit: str,
    kind: Kind,
    *,
    files: list[Path],
    demo: Path,
    children: int,
    url: str | None,
    schema: str | None,
    child_id: str = "pers_person_id",
    unread: int = 0,
) -> Collected:
    """The raw tables of one unit and period.

    `auto` takes dropped files, else the care records, else invented data, but not where files were dropped that nobody
    can read (`unread` of them). `files` are the dropped files, `demo` the folder of invented databases; `url`, `schema`
    and `child_id` are the care records' (see `assets.sources.ssd`). Raises SourceError and the readers' refusals.
    """
    if kind == "auto":
        kind = "file" if files else "records" if url else "demo"
        if kind == "demo" and unread:
            raise SourceError(
                f"Files were dropped for {whole.name} {unit} {period}, but no .xml and no .csv file lies in "
                f"inbox/{whole.name}/{unit}/{period}: put them there unpacked, each table as CSV, or take away what is "
                "there, or under another name of the return, for invented data."
            )
    if kind == "file":
        if not files:
            raise SourceError(
                f"The inbox of {whole.name} {unit} {period} holds no .xml and no .csv file; put the file there."
            )
        return from_files(whole, period, unit, files)
    if kind == "records":
        if not url:
            raise SourceError(
                "No care records are configured: set RETURNS_SSD_URL to the database's address, or drop a file."
            )
        return _from_records(whole, period, unit, url, schema, child_id)
    return _from_demo(whole, period, unit, demo, children)


def from_files(whole: Return, period: str, unit: str, paths: list[Path]) -> Collected:
    """The raw tables of the XML files, or of the folder of CSV files, that one unit's return of a period consists of.

    Refuses another unit's and another period's. Raises SourceError and the readers' refusals.
    """
    kinds = {path.suffix.lower() for path in paths}
    if len(kinds) > 1:
        raise SourceError(
            f"The folder {paths[0].parent.name} of {whole.name} {unit} {period} holds XML and CSV files; leave one "
            "kind there."
        )
    digest = hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()
    facts = {"input_sha256": digest, "files": str(len(paths))}
    if kinds == {".csv"}:
        from assets.sources.files import read_csv_folder

        found = read_csv_folder(paths, whole, period)
        table, _, column = whole.authority.partition(".")
        for of in found.tables.get(table, pd.DataFrame()).get(column, pd.Series(dtype="str")).dropna():
            _refuse_another(whole, unit, of.strip())
        if table and len(head := found.tables.get(table, pd.DataFrame())):
            refuse_another_period(whole, period, dict(head.iloc[0].dropna()))
        facts["source"] = source_of(found.tables)
        return Collected(found.tables, NO_ISSUES, NOTHING_LEFT_OUT, facts | {"reading": _told(found.issues)})
    from exports.xml import read

    document = read(paths, whole.name, period)
    _refuse_another(whole, unit, str(document.header.get("LEA") or ""))
    refuse_another_period(whole, period, document.header)
    facts["source"] = source_of(document.tables)
    return Collected(dict(document.tables), document.issues, NOTHING_LEFT_OUT, facts)


def _refuse_another(whole: Return, unit: str, of: str) -> None:
    if of and of != unit:
        other = of if whole.takes(of) else "another"  # not what stands there: it may be anything
        raise SourceError(f"The file's header says {whole.unit} {other}, this run is for {unit}; drop the right file.")


def refuse_another_period(whole: Return, period: str, header: Mapping[str, str]) -> None:
    """Raise SourceError where a file's header says that it is the return of another period."""
    from exports.xml import stated_period

    if not whole.authority:
        return
    said = stated_period(header, whole)
    if said not in (None, period):
        raise SourceError(f"The file's header says {said}, where that of {period} is wanted; drop the right file.")


def source_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """Files made from invented children stay invented: their header says so, or where there is none every id does."""
    from assets.sources.demo import SOFTWARE

    header = tables.get("Header", pd.DataFrame())
    if "SoftwareCode" in header:
        marked = header["SoftwareCode"].eq(SOFTWARE).any()
    else:
        marked = len(header) > 0 and "CHILD" in header and header["CHILD"].str.fullmatch(f"{SOFTWARE}[0-9]{{6}}").all()
    return INVENTED if marked else "file"


def _told(issues: pd.DataFrame) -> str:
    """What the reading of tables showed, as sentences: it concerns files and columns, not rows."""
    by_kind = issues.groupby("what", sort=False)["field"].agg(lambda fields: ", ".join(filter(None, fields)))
    return " ".join(f"{str(what).rstrip('.')}{fields and f': {fields}'}." for what, fields in by_kind.items())


def _from_records(
    whole: Return, period: str, unit: str, url: "str | URL", schema: str | None, child_id: str
) -> Collected:
    from assets.sources.demo import SOFTWARE
    from assets.sources.ssd import extract
    from exports.header import header

    tables, left_out = extract(url, whole, period, schema, child_id=child_id)
    invented = left_out.attrs["invented"]
    source, software = (INVENTED, SOFTWARE) if invented else ("care records", "statutory-returns")
    if whole.authority:
        tables = dict(tables) | {"Header": header(whole, period, unit, software)}
    facts = {"source": source, "input_sha256": lineage(tables)}
    if number := left_out.attrs.get("ssd_release"):
        facts["ssd_release"] = number
    if warnings := left_out.attrs.get("warnings"):
        facts["warnings"] = " ".join(warnings)
    before = whole.previous(period) if invented and compared(whole) else None
    last = extract(url, whole, before, schema, child_id=child_id)[0] if before else {}
    return Collected(tables, NO_ISSUES, left_out, facts, last)


def compared(whole: Return) -> bool:
    """Whether a rule of the return reads that of the period before."""
    from validation.rules import book

    return any("previous_year" in rule.needs for versions in book(whole.name).versions.values() for rule in versions)


def _from_demo(whole: Return, period: str, unit: str, folder: Path, children: int) -> Collected:
    from sqlalchemy.engine import URL

    from assets.sources.demo import write
    from assets.sources.demo_folder import POPULATION

    database = folder / f"{whole.name}_{unit}_{period}_{children}.sqlite"
    if not database.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = database.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        write(
            POPULATION[whole.name](children, period=period, unit=unit), URL.create("sqlite", database=str(unfinished))
        )
        unfinished.rename(database)
    address = URL.create("sqlite", database=str(database))
    return _from_records(whole, period, unit, address, None, "pers_person_id")

"""The invented authority as files: its care records, the tables of the return, and the return itself."""

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd
from sqlalchemy.engine import URL

from assets.sources.demo import SOFTWARE, population, write
from assets.sources.demo_care import care_population
from assets.sources.errors import SourceError
from assets.sources.ssd import extract
from exports.header import header
from returns import described
from returns.model import Return

POPULATION = {"cin": population, "cla": care_population}
LARGEST_FILE = 200_000


def make_demo(
    name: str, unit: str, period: str, children: int, seed: int, out: Path, defects: str, now: dt.datetime
) -> list[str]:
    """Fill the new folder `out` and say what is in it: database, tables as CSV, and XML up to LARGEST_FILE children.

    Of a return that the Department takes as CSV: its files, and those of the year before from the same database, which
    agree with them. `defects` is RULE=SHARE, separated by commas; where a return with defects cannot be written whole
    the file says so, and which defects of `all` no row was left for. The folder gets all of it or nothing. Raises
    SourceError and UnknownPeriod.
    """
    whole, shares = described(name), _shares(defects)
    wanted = _defects(name).asked(shares, period)
    not_made: tuple[str, ...] = ()
    with _all_or_nothing(out) as folder:
        database = URL.create("sqlite", database=str(folder / "care_records.sqlite"))
        write(POPULATION[name](children, seed, period, unit), database)
        made = [f"{out / 'care_records.sqlite'}: the care records of {children:,} invented children"]
        tables, _ = extract(database, whole, period)
        if whole.authority:
            tables = dict(tables) | {"Header": header(whole, period, unit, SOFTWARE, "1", f"{seed:03}", now)}
        if wanted:
            tables, not_made = _defects(name).spoil(tables, shares, period, seed)
        if "csv" not in whole.files:
            return made + _tables_and_document(folder, out, whole.at(period), tables, unit, children, bool(wanted))
        made.append(_csv_files(folder, out, whole.at(period), tables, unit, "the return"))
        made += _documents(folder, out, whole.at(period), tables, unit, {}, children, bool(wanted))
        if before := whole.previous(period):
            last_year, _ = extract(database, whole, before)
            made.append(_csv_files(folder, out, whole.at(before), last_year, unit, "the return of the year before"))
        if not_made:
            made.append(f"Defects not made, as no child was left for them: {', '.join(not_made)}; make more children.")
        return made


def _defects(name: str) -> ModuleType:
    return import_module("assets.sources.demo_care_defects" if name == "cla" else "assets.sources.demo_defects")


def _csv_files(folder: Path, out: Path, at: Return, tables: Mapping[str, pd.DataFrame], unit: str, what: str) -> str:
    from exports.csv_files import write_files
    from validation.typed import typed

    into = f"{at.name}_{unit}_{at.period}_DEMO"
    (folder / into).mkdir(mode=0o700)
    files = write_files(typed(tables, at), at, folder / into)
    return f"{out / into}: {what}, {len(files)} CSV files"


def _tables_and_document(
    folder: Path, out: Path, at: Return, tables: Mapping[str, pd.DataFrame], unit: str, children: int, spoilt: bool
) -> list[str]:
    (folder / "tables").mkdir(mode=0o700)
    for table in at:
        columns = [column for column in table.columns if column in tables[table.name]]
        tables[table.name].to_csv(folder / "tables" / f"{table.name}.csv", columns=columns, index=False)
    made = [f"{out / 'tables'}: the tables of the return, one CSV each"]
    line = {str(field): text for field, text in tables["Header"].iloc[0].items() if isinstance(text, str)}
    return made + _documents(folder, out, at, tables, unit, line, children, spoilt)


def _documents(
    folder: Path,
    out: Path,
    at: Return,
    tables: Mapping[str, pd.DataFrame],
    unit: str,
    header: Mapping[str, str],
    children: int,
    spoilt: bool,
) -> list[str]:
    from exports import xml
    from validation.typed import typed

    if children > LARGEST_FILE:
        return [f"No XML: it is written up to {LARGEST_FILE:,} children."]
    target = folder / f"{at.name}_{unit}_{at.period}_DEMO_NOT_FOR_SUBMISSION.xml"
    files = xml.write_files(typed(tables, at), at, header, target, incomplete=spoilt)
    left_out = "" if all(file.complete for file in files) else ", without what cannot be written"
    return [f"{out / file.path.name}: the return as XML{left_out}" for file in files]


@contextmanager
def _all_or_nothing(out: Path) -> Iterator[Path]:
    """A folder to fill; what is in it comes into the new folder `out` when all of it is there."""
    unfinished = out / ".unfinished"
    there = out.exists()
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path != unfinished for path in out.iterdir()):
            raise SourceError(f"The folder {out} is not empty; name a new one with --out.")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        try:
            yield unfinished
            for made in unfinished.iterdir():
                made.rename(out / made.name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
            if not there and not any(out.iterdir()):
                out.rmdir()
    except OSError:
        raise SourceError(
            f"The folder {out} could not be filled; check that you may write there and that there is room."
        ) from None


def _shares(defects: str) -> dict[str, float]:
    shares = {}
    for part in filter(None, defects.split(",")):
        rule, _, share = part.partition("=")
        try:
            shares[rule.strip()] = float(share)
        except ValueError:
            raise SourceError(
                "Defects are given as RULE=SHARE, for instance 8600=0.02,8510=0.01; correct it."
            ) from None
    return shares

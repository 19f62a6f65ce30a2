"""The invented authority as files: its care records, the tables of the return, and the return itself."""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from assets.sources.demo import SOFTWARE, population, write
from assets.sources.errors import SourceError
from assets.sources.ssd import extract
from exports.header import header
from returns import described

LARGEST_FILE = 200_000


def make_demo(
    name: str, unit: str, period: str, children: int, seed: int, out: Path, defects: str, now: dt.datetime
) -> list[str]:
    """Fill the new folder `out` and say what is in it: database, tables as CSV, and XML up to LARGEST_FILE children.

    `defects` is RULE=SHARE, separated by commas; where a return with defects cannot be written whole the file says so.
    The folder gets all of it or nothing. Raises SourceError and UnknownPeriod.
    """
    from assets.sources.demo_defects import asked, spoil
    from exports import xml
    from validation.typed import typed

    whole = described(name)
    at = whole.at(period)
    wanted = asked(_shares(defects), period)
    with _all_or_nothing(out) as folder:
        database = URL.create("sqlite", database=str(folder / "care_records.sqlite"))
        write(population(children, seed, period, unit), database)
        made = [f"{out / 'care_records.sqlite'}: the care records of {children:,} invented children"]
        tables, _ = extract(database, whole, period)
        head = header(whole, period, unit, SOFTWARE, "1", f"{seed:03}", now)
        tables = dict(tables) | {"Header": head}
        if wanted:
            tables = spoil(tables, wanted, period, seed)
        (folder / "tables").mkdir(mode=0o700)
        for table in at:
            columns = [column for column in table.columns if column in tables[table.name]]
            tables[table.name].to_csv(folder / "tables" / f"{table.name}.csv", columns=columns, index=False)
        made.append(f"{out / 'tables'}: the tables of the return, one CSV each")
        if children > LARGEST_FILE:
            return [*made, f"No XML: it is written up to {LARGEST_FILE:,} children."]
        line = {str(field): text for field, text in tables["Header"].iloc[0].items() if isinstance(text, str)}
        target = folder / f"{name}_{unit}_{period}_DEMO_NOT_FOR_SUBMISSION.xml"
        written = xml.write(typed(tables, at), at, line, target, incomplete=bool(wanted))
        said = "the return" if written.complete else "the return, without what cannot be written"
        return [*made, f"{out / written.path.name}: {said}"]


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

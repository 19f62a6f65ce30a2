"""The care records: from an authority's SSD database to the raw tables of a return."""

import datetime as dt
import re
from types import ModuleType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import DateTime
from sqlalchemy.engine import URL, Connection, Engine

from assets.sources import ssd_cin, ssd_cla
from assets.sources.database import Patience, absent, load, snapshot
from assets.sources.errors import SourceError
from assets.sources.ssd_tables import MADE_HERE, RELEASE, SSD
from returns.model import Period, Return

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
PLACEHOLDERS = pa.array(["", "SSD_PH", "PLACEHOLDER_DATA", "-1"])
NO_DATE = pa.array(["1900-01-01", "01/01/1900"])
DATE_AND_TIME = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[0-9]{2}/[0-9]{4})([ T].*)?$"
TAKEN = {"cin": ssd_cin, "cla": ssd_cla}  # return -> what it takes from the SSD
YEARS_KEPT = 6  # what the SSD's release keeps
VERSION = {"ssd_version_log": ("version_number", "is_current")}


def extract(
    source: str | URL | Engine,
    described: Return,
    period: str,
    schema: str | None = None,
    *,
    child_id: str = "pers_person_id",
    patience: Patience | None = None,
    today: dt.date | None = None,
) -> "tuple[dict[str, pd.DataFrame], pd.DataFrame]":
    """The raw tables of `described` for `period`, and what was left out of them, all from one moment of the database.

    Tables: every value text in the Department's names, index `row`; `parent_row` (int) is the row of the parent table,
    `source_key` the case system's id of the event. A document's Header is empty: the run makes it. Left out: table (of
    the SSD), reason, rows (a count); its attrs hold `warnings` (sentences), `ssd_release` and `invented`: the database
    says that nobody in it ever lived. `child_id` is the column that gives the child's id, pers_person_id or
    pers_legacy_id. Raises SourceError, UnknownPeriod.
    """
    if described.name not in TAKEN:
        raise SourceError(f"{described.title}: this return is not made from the SSD; name another source.")
    taken = TAKEN[described.name]
    if child_id not in taken.CHILD_IDS:
        raise SourceError(f"{described.child} can be taken from {' or '.join(taken.CHILD_IDS)}; name one of them.")
    if schema is not None and not SCHEMA.fullmatch(schema):
        raise SourceError(
            "The name of the database schema may hold letters, digits, underscores and one dot; correct it."
        )
    described = described.at(period)
    assert described.period is not None
    wanted = taken.columns_read(described, child_id)
    with snapshot(source, schema, patience or Patience()) as connection:
        release, invented = _release(connection, schema), _invented(connection, schema)
        lacking = _lacking(connection, wanted, schema, release, taken)
        loaded = {
            table: _cleaned(
                table, load(connection, SSD.tables[table], [name for name in names if f"{table}.{name}" not in lacking])
            )
            for table, names in wanted.items()
            if table not in lacking
        }
    if not loaded["ssd_person"].num_rows:
        raise SourceError(
            "The table ssd_person is empty; check that this is the right schema and that the SSD has been filled."
        )
    tables, left_out = taken.tables(
        {table: _frame(loaded.get(table), names) for table, names in wanted.items()}, described, child_id, lacking
    )
    left_out.attrs |= {"ssd_release": release, "invented": invented}
    left_out.attrs["warnings"] += _lacks(lacking, wanted) + _window(
        described.period, today or dt.date.today(), taken.WINDOW
    )
    return tables, left_out


def _release(connection: Connection, schema: str | None) -> str | None:
    """The SSD release that the database says it is; not every build has the table."""
    if absent(connection, VERSION, schema):
        return None
    log = load(connection, SSD.tables["ssd_version_log"], VERSION["ssd_version_log"]).to_pandas()
    current = log.loc[log["is_current"].str.lower().isin(["1", "true", "y"]), "version_number"].dropna()
    return current.iloc[-1] if len(current) and re.fullmatch(r"[0-9]+(\.[0-9]+){0,3}", current.iloc[-1]) else None


def _invented(connection: Connection, schema: str | None) -> bool:
    if absent(connection, {"ssd_version_log": ["description"]}, schema):
        return False
    said = load(connection, SSD.tables["ssd_version_log"], ["description"])["description"]
    return MADE_HERE in said.to_pylist()


def _lacking(
    connection: Connection, wanted: dict[str, list[str]], schema: str | None, release: str | None, taken: ModuleType
) -> set[str]:
    """What the database lacks and may lack. Raises SourceError naming everything else that it lacks."""
    lacking = absent(connection, wanted, schema)
    needed = [name for name in lacking if not taken.may_lack(name)]
    if "ssd_person" in needed and not {*wanted} - {*lacking}:
        if connection.dialect.name == "sqlite":
            raise SourceError("None of the SSD's tables is in the SQLite database; check the path.")
        place = f"schema {schema}" if schema else "the default schema"
        raise SourceError(f"None of the SSD's tables is in {place}; check the name of the schema.")
    if needed:
        says = f" (this database says that it is {release})" if release else ""
        names = ", ".join(needed)
        raise SourceError(
            f"The database lacks {names}, which SSD release {RELEASE} has{says}; ask its owner to bring it up to date."
        )
    return set(lacking)


def _cleaned(table: str, rows: pa.Table) -> "pa.Table":
    """Trimmed; placeholders missing; a date with a time is its date. What cannot be read as a date stays as it is."""
    for position, name in enumerate(rows.column_names):
        values = pc.utf8_trim_whitespace(rows[name])
        if isinstance(SSD.tables[table].c[name].type, DateTime):
            values = pc.if_else(
                pc.match_substring_regex(values, DATE_AND_TIME), pc.utf8_slice_codeunits(values, 0, 10), values
            )
            values = pc.if_else(pc.is_in(values, value_set=NO_DATE), None, values)
        values = pc.if_else(pc.is_in(values, value_set=PLACEHOLDERS), None, values)
        rows = rows.set_column(position, name, values)
    return rows


def _frame(rows: "pa.Table | None", names: list[str]) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame(index=pd.RangeIndex(0)) if rows is None else rows.to_pandas()
    return frame.reindex(columns=names).astype("str")


def _lacks(lacking: set[str], wanted: dict[str, list[str]]) -> list[str]:
    return [
        f"The database lacks {name}; what it would give is missing in the return."
        for table, names in wanted.items()
        for name in (table, *(f"{table}.{column}" for column in names))
        if name in lacking
    ]


def _window(period: Period, today: dt.date, loss: str) -> list[str]:
    begins = dt.date(today.year - YEARS_KEPT, today.month, 1)
    kept = f"The SSD keeps {YEARS_KEPT} years, now from about {begins:%B %Y}"
    warnings = [f"{kept}: {loss}"]
    if begins > period.start:
        warnings.append(f"{kept}, which is after the start of {period}: events of that year may be missing.")
    return warnings

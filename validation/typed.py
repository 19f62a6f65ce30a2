"""Raw text tables to typed tables, once.

Nothing else parses a date or a number. Typed columns: text, code and flag cells stay text (`str`; the catalogue tells
TRUE from true, so a flag keeps its spelling), dates are `datetime64[us]`, whole numbers and years `Int64`. Empty cells
are missing. Each frame has its input's index, named `row`, and integer link columns: `@row` its own position,
`@<level>` the number of the child, episode … that the row belongs to (-1: none). Where the return tells an unreadable
cell from an absent one, `?<field>` says where a cell could not be read.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from returns.model import Field, Return, Table
from returns.refusal import Refusal

NOT_SUPPLIED = "not supplied: "  # so begins why a rule was not run for want of a table or column
TEXT = pd.StringDtype(na_value=np.nan)
PARENT = "parent_row"
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]00:00:00(?:\.0+)?)?Z?$"
_UK = r"^[0-9]{2}/[0-9]{2}/[0-9]{4}(?: 00:00:00)?$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?$"
_WHOLE = r"^[+-]?[0-9]{1,18}$"
_FIGURES = r"^\s*[+-]?(?:[0-9]{1,15}\.?[0-9]{0,15}|\.[0-9]{1,15})(?:E[+-]?[0-9]{1,2})?\s*$"
_DECIMAL = r"^[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?$"
PROVIDERS = ("URN", "PLACE_CODES", "PROVIDER_CODES", "REG_END", "POSTCODE", "LA_CODE")
UNREAD = "?"  # before a field's name: the column that says where its cells hold what cannot be read


class RefusedTable(Refusal, ValueError):
    """A table that cannot be taken as it stands; the message names table and column, never a value."""


@dataclass(frozen=True)
class Unreadable:
    """Cells of one column that hold text which is no value of its kind: positions and the raw text."""

    table: str
    field: Field
    positions: np.ndarray
    text: np.ndarray


@dataclass(frozen=True)
class Typed:
    """Typed tables of one return and what the input did and did not supply."""

    tables: Mapping[str, pd.DataFrame]
    supplied: Mapping[str, frozenset[str]]
    unreadable: tuple[Unreadable, ...] = ()
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)


def as_text(values: pd.Series) -> pd.Series:
    """Any column as text, empty and null cells missing; whole floats lose their `.0`, instants become ISO dates."""
    if isinstance(values.dtype, pd.ArrowDtype) and values.dtype.kind in "fO":  # floats, decimals, lists, days
        values = values.astype("float64" if values.dtype.kind == "f" else object)
    if isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype):
        text = values.astype(TEXT)
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        text = values.dt.strftime("%Y-%m-%d").astype(TEXT)
    elif pd.api.types.is_float_dtype(values.dtype):
        whole = values.notna() & (values % 1 == 0)
        text = values.astype(TEXT).mask(whole, values.where(whole, 0).astype("int64").astype(TEXT))
    else:
        text = values.where(values.notna(), None).map(_cell, na_action="ignore").astype(TEXT)
    empty = text == ""
    return text.mask(empty) if empty.any() else text


def _cell(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _parsed(text: pd.Series, parse: Any) -> tuple[Any, np.ndarray]:
    """Parse each distinct text once and spread the results; also says which present cells gave nothing."""
    encoded = pa.array(text, from_pandas=True)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    encoded = pc.dictionary_encode(encoded)
    distinct = parse(pd.Series(encoded.dictionary.to_pandas(), dtype=TEXT))
    missing = pd.array([None], dtype=distinct.dtype)
    codes = pc.fill_null(encoded.indices, len(distinct)).to_numpy(zero_copy_only=False)
    values = pd.concat([distinct, pd.Series(missing)], ignore_index=True).array.take(codes)
    return values, np.asarray(pd.isna(values)) & text.notna().to_numpy()


def _dates(distinct: pd.Series) -> pd.Series:
    read = pd.Series(pd.NaT, index=distinct.index, dtype="datetime64[us]")
    for written, order in ((_ISO, "%Y-%m-%d"), (_UK, "%d/%m/%Y")):
        like = distinct.str.match(written).to_numpy(dtype=bool)
        if like.any():
            read[like] = pd.to_datetime(distinct[like].str.slice(0, 10), format=order, errors="coerce")
    return read


def _instants(distinct: pd.Series) -> pd.Series:
    known = distinct.where(distinct.str.match(_INSTANT) | distinct.str.match(_ISO))
    return (
        pd.to_datetime(known, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None).astype("datetime64[us]")
    )


def _whole(distinct: pd.Series) -> pd.Series:
    return pd.to_numeric(distinct.where(distinct.str.match(_WHOLE))).astype("Int64")


def _whole_in_any_figures(distinct: pd.Series) -> pd.Series:
    """Also 10.0, 1E1, and with blanks around: as a portal that takes text without regard to case reads numbers."""
    figures = distinct.where(distinct.str.match(_FIGURES)).str.strip()
    read = pd.to_numeric(figures).astype("float64")
    return read.where((read % 1 == 0) & (read.abs() < 10**15)).astype("Int64")


def _decimal(distinct: pd.Series) -> pd.Series:
    return pd.to_numeric(distinct.where(distinct.str.match(_DECIMAL))).astype("float64")


_PARSE = {"date": _dates, "datetime": _instants, "whole": _whole, "year": _whole, "decimal": _decimal}
EMPTY_DTYPE = {
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "whole": "Int64",
    "year": "Int64",
    "decimal": "float64",
}


def typed(raw: Mapping[str, pd.DataFrame], described: Return) -> Typed:
    """Type the raw text `raw` (table name -> frame of text) by `described`, a return at one period.

    Tables and columns that are missing come out empty and not supplied; unknown ones are left alone. Raises
    RefusedTable.
    """
    _refuse_other_kinds(raw, described)
    raw = _with_listed_rows({name: frame for name, frame in raw.items() if frame is not None}, described)
    tables: dict[str, pd.DataFrame] = {}
    supplied: dict[str, frozenset[str]] = {}
    unreadable: list[Unreadable] = []
    for table in described:
        frame = raw.get(table.name)
        if frame is not None:
            _refuse_doubles(table, frame)
        tables[table.name], supplied[table.name] = _typed_table(table, frame, unreadable, described)
    reasons: dict[tuple[str, str], str] = {}
    _link(tables, raw, supplied, reasons, described)
    return Typed(tables, supplied, tuple(unreadable), reasons)


def providers_typed(raw: pd.DataFrame) -> pd.DataFrame:
    """The list of providers in capitals, REG_END a date, missing where it is none. Raises RefusedTable."""
    if not isinstance(raw, pd.DataFrame):
        raise RefusedTable(f"providers: not a pandas DataFrame; give one with the columns {', '.join(PROVIDERS)}")
    if not raw.columns.is_unique:
        raise RefusedTable("providers: a column is given twice; each column may come once")
    lacking = [name for name in PROVIDERS if name not in raw]
    if lacking:
        raise RefusedTable(f"providers: not supplied: {', '.join(lacking)}; give the list with all its columns")
    text = pd.DataFrame({name: as_text(raw[name]).str.upper() for name in PROVIDERS})
    return text.assign(REG_END=_parsed(text["REG_END"], _dates)[0])


def days(values: pd.Series) -> pd.Series:
    """A column of text as days, missing where it is none."""
    return pd.Series(_parsed(as_text(values), _dates)[0], index=values.index)


def ids(given: Typed, described: Return, level: str) -> np.ndarray:
    """The id of each `level` by its number; where a row below says otherwise than the row above, the one above
    counts."""
    link, key = f"@{level}", described.levels[level][-1]
    frames = [given.tables[table.name] for table in described if link in given.tables[table.name]]
    count = max((int(frame[link].max()) + 1 for frame in frames if len(frame)), default=0)
    found, known = np.full(count, None, dtype=object), np.zeros(count, dtype=bool)
    for frame in frames:
        codes = frame[link].to_numpy()
        rows = np.flatnonzero(codes >= 0)
        rows = rows[~known[codes[rows]]]
        found[codes[rows]] = frame[key].array.take(rows).to_numpy(dtype=object, na_value=None)
        known[codes[rows]] = True
    return found


def numbered_as(previous: Typed, now: Typed, described: Return) -> Typed:
    """`previous` with its outermost level numbered as in `now`; those who are not in `now` belong to nobody."""
    level = next(iter(described.levels))
    link = f"@{level}"
    there = ids(previous, described, level)
    here = pd.Index(ids(now, described, level))
    known = pd.Series(np.arange(len(here)), index=here)[~here.duplicated() & here.notna()]
    number = np.append(known.reindex(there).fillna(-1).to_numpy(dtype="int64"), -1)
    tables = {
        name: frame.assign(**{link: number[frame[link].to_numpy()]}) if link in frame else frame
        for name, frame in previous.tables.items()
    }
    for name, frame in tables.items():
        frame.attrs = {"table": name}
    return Typed(tables, previous.supplied, previous.unreadable, previous.reasons)


def as_frames(given: Typed) -> dict[str, pd.DataFrame]:
    """Everything of `given` as plain frames, for a store that keeps frames; `from_frames` is the way back."""
    supplied = [(table, column) for table, columns in given.supplied.items() for column in sorted(columns)]
    cells = [
        (bad.table, bad.field.name, position, text)
        for bad in given.unreadable
        for position, text in zip(bad.positions.tolist(), bad.text, strict=True)
    ]
    return {
        **given.tables,
        "@supplied": pd.DataFrame(supplied, columns=["table", "column"], dtype=TEXT),
        "@unreadable": pd.DataFrame(cells, columns=["table", "field", "position", "text"]).astype(
            {"table": TEXT, "field": TEXT, "position": "int64", "text": TEXT}
        ),
        "@reasons": pd.DataFrame(
            [(*key, why) for key, why in given.reasons.items()], columns=["table", "column", "why"], dtype=TEXT
        ),
    }


def from_frames(frames: Mapping[str, pd.DataFrame], described: Return) -> Typed:
    """What `as_frames` made."""
    tables = {table.name: frames[table.name] for table in described}
    for name, frame in tables.items():
        frame.attrs = {"table": name}
    columns = frames["@supplied"].groupby("table")["column"].agg(frozenset)
    unreadable = tuple(
        Unreadable(
            str(table),
            described[str(table)][str(name)],
            cells["position"].to_numpy(),
            cells["text"].to_numpy(dtype=object),
        )
        for (table, name), cells in frames["@unreadable"].groupby(["table", "field"], sort=False)
    )
    reasons = {(row.table, row.column): row.why for row in frames["@reasons"].itertuples()}
    return Typed(tables, {name: columns.get(name, frozenset()) for name in tables}, unreadable, reasons)


def lineage(frames: Mapping[str, pd.DataFrame]) -> str:
    """A hash of the content of frames, the same wherever and whenever they are equal."""
    digest = hashlib.sha256()
    for name in sorted(frames):
        digest.update(f"{name} {list(frames[name].columns)}".encode())
        digest.update(pd.util.hash_pandas_object(frames[name], index=True).to_numpy().tobytes())
    return digest.hexdigest()


@lru_cache(maxsize=32)
def empty(described: Return) -> Typed:
    """Every table of `described`, typed, with no rows."""
    return typed({}, described)


def _refuse_other_kinds(raw: Any, described: Return) -> None:
    if not isinstance(raw, Mapping):
        raise RefusedTable("tables: not a mapping of table names to frames; give a dict")
    names = {table.name.lower(): table.name for table in described}
    for name, frame in raw.items():
        right = names.get(str(name).lower())
        if right is None or frame is None:
            continue
        if name != right:
            raise RefusedTable(
                f"{right}: given as {name!r}; tables are known by their names in capital and small letters"
            )
        if not isinstance(frame, pd.DataFrame):
            raise RefusedTable(f"{right}: not a pandas DataFrame; give each table as one")


def _refuse_doubles(table: Table, frame: pd.DataFrame) -> None:
    if isinstance(frame.index, pd.MultiIndex):
        raise RefusedTable(
            f"{table.name}: row labels of several levels; give each row one label (for example reset_index)"
        )
    if not frame.index.is_unique:
        raise RefusedTable(f"{table.name}: row labels repeat; give each row its own label (for example reset_index)")
    if isinstance(frame.columns, pd.MultiIndex):
        raise RefusedTable(f"{table.name}: column names of several levels; give each column one name")
    if not frame.columns.is_unique:
        raise RefusedTable(f"{table.name}: a column is given twice; each column may come once")


def _typed_table(
    table: Table, frame: pd.DataFrame | None, unreadable: list[Unreadable], described: Return
) -> tuple[pd.DataFrame, frozenset[str]]:
    index = pd.RangeIndex(0) if frame is None else frame.index
    columns: dict[str, Any] = {}
    given: set[str] = set()
    for item in table.fields:
        if item.given == "list":
            continue
        if frame is None or item.name not in frame.columns:
            columns[item.name] = pd.array([None] * len(index), dtype=EMPTY_DTYPE.get(item.kind, TEXT))
            if item.kind in _PARSE and not described.unreadable_is_absent:
                columns[UNREAD + item.name] = np.zeros(len(index), dtype=bool)
            continue
        given.add(item.name)
        text = as_text(frame[item.name].reset_index(drop=True))
        if described.upper_cased:
            text = text.str.upper()
        parse = _whole_in_any_figures if described.upper_cased and item.kind == "whole" else _PARSE.get(item.kind)
        if parse is None:
            columns[item.name] = text.array
            continue
        columns[item.name], bad = _parsed(text, parse)
        if not described.unreadable_is_absent:
            columns[UNREAD + item.name] = bad
        if bad.any():
            positions = np.flatnonzero(bad)
            unreadable.append(Unreadable(table.name, item, positions, text.iloc[positions].to_numpy(dtype=object)))
    out = pd.DataFrame(columns, index=index.rename("row"), columns=list(columns))
    out["@row"] = np.arange(len(out))
    out.attrs["table"] = table.name
    return out, frozenset(table.columns) if frame is not None and frame.empty else frozenset(given)


def _with_listed_rows(raw: Mapping[str, pd.DataFrame], described: Return) -> Mapping[str, pd.DataFrame]:
    """A denormalised list column (Assessments.AssessmentFactors) as rows of its own table, where that table was not
    given."""
    made = dict(raw)
    for table in described:
        for item in table.fields:
            if item.given != "list" or table.name not in raw or item.name not in raw[table.name].columns:
                continue
            child = next(
                t for t in described.children_of(table.name) if any(f.codes == item.codes for f in t.document_fields)
            )
            if child.name in raw:
                continue
            parent = raw[table.name]
            lists = parent[item.name].map(_members)
            exploded = lists.explode().dropna()
            carried = [f.name for f in child.fields if f.given == "carried" and f.name in parent.columns]
            rows = parent.loc[exploded.index, carried].reset_index(drop=True)
            rows[child.document_fields[0].name] = exploded.to_numpy()
            rows[PARENT] = exploded.index.to_numpy()
            made[child.name] = rows
    return made


def _members(cell: Any) -> list[str]:
    if isinstance(cell, str):
        return [part for part in cell.translate(str.maketrans("[](){}'\",;", "          ")).split() if part]
    if isinstance(cell, Iterable):
        return [str(part) for part in cell if not pd.isna(part)]
    return []


def _link(
    tables: dict[str, pd.DataFrame],
    raw: Mapping[str, pd.DataFrame],
    supplied: dict[str, frozenset[str]],
    reasons: dict[tuple[str, str], str],
    described: Return,
) -> None:
    """Give every table its `@level` columns, by parent rows where the input has them, else by keys."""
    parents = {table.name: _parent_positions(table, tables, raw) for table in described}
    nested = any(table.parent for table in described) and all(
        parents[table.name] is not None
        for table in described
        if table.parent and table.name in raw and len(tables[table.name])
    )
    linked = frozenset(name for name, above in parents.items() if above is not None)
    chain = dict(described.levels)
    for level, keys in chain.items():
        outer = next((name for name, shorter in chain.items() if shorter == keys[:-1]), None)
        carriers = [table for table in described if all(key in table for key in keys)]
        owner = next(table for table in carriers if table.level == level)
        if not (nested and owner.name in raw):
            _number_by_keys(level, keys[-1], outer, carriers, owner, tables, supplied, reasons, linked)
        for table in carriers:
            frame = tables[table.name]
            above = parents[table.name]
            if nested and table is owner and owner.name in raw:
                frame[f"@{level}"] = np.arange(len(frame))
            elif table is not owner and above is not None and f"@{level}" in tables[table.parent or ""]:
                codes = tables[table.parent or ""][f"@{level}"].to_numpy()
                frame[f"@{level}"] = np.where(above >= 0, codes[above] if len(codes) else -1, -1)
                reasons.pop((table.name, f"@{level}"), None)
            elif f"@{level}" not in frame:
                frame[f"@{level}"] = -1


def _parent_positions(
    table: Table, tables: dict[str, pd.DataFrame], raw: Mapping[str, pd.DataFrame]
) -> np.ndarray | None:
    given = raw.get(table.name)
    if not table.parent or table.parent not in raw or given is None or PARENT not in given.columns:
        return None
    return tables[table.parent].index.get_indexer(pd.Index(given[PARENT]))


def _number_by_keys(
    level: str,
    key: str,
    outer: str | None,
    carriers: list[Table],
    owner: Table,
    tables: dict[str, pd.DataFrame],
    supplied: dict[str, frozenset[str]],
    reasons: dict[tuple[str, str], str],
    linked: frozenset[str],
) -> None:
    """Number one level over all its tables by the outer level's number and the key; without the key, by the outer level
    alone if that is unambiguous."""
    keyed = [table for table in carriers if supplied[table.name]]
    ids = pd.concat([tables[table.name][key] for table in keyed], ignore_index=True) if keyed else pd.Series(dtype=TEXT)
    numbers, _ = pd.factorize(ids)
    if outer is None:
        codes = numbers.astype("int64")
    else:
        above = (
            np.concatenate([tables[table.name][f"@{outer}"].to_numpy() for table in keyed])
            if keyed
            else np.empty(0, "int64")
        )
        unkeyed = [table for table in keyed if key not in supplied[table.name]]
        if unkeyed:
            single = not pd.Series(tables[owner.name][f"@{outer}"]).loc[lambda s: s >= 0].duplicated().any()
            if keyed == [owner] or (
                owner in unkeyed and linked >= {table.name for table in keyed if table is not owner}
            ):
                numbers = np.concatenate([np.arange(len(tables[table.name])) for table in keyed])
            elif single:
                numbers = np.zeros(len(above), dtype="int64")
            else:
                for table in unkeyed if owner not in unkeyed else keyed:
                    reasons[table.name, f"@{level}"] = (
                        f"{key} is not supplied in {', '.join(t.name for t in unkeyed)} and a row above has several"
                    )
        pair = above.astype("int64") * (int(numbers.max(initial=0)) + 1) + numbers
        pair[(above < 0) | (numbers < 0)] = -1
        codes = pair
        kept = codes >= 0
        codes[kept] = pd.factorize(codes[kept])[0]
    start = 0
    for table in keyed:
        stop = start + len(tables[table.name])
        tables[table.name][f"@{level}"] = codes[start:stop]
        start = stop

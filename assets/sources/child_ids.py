"""The children of last period's return under the ids that they have now, where a new case system gave new ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from assets.sources.errors import SourceError
from assets.sources.files import read_columns
from returns.model import Return

# A share of the smaller return's children. Most children of a year are still there on its last day, so they are in the
# next return too: even in a year of great change more than a tenth. Ids that two systems gave meet only by chance.
ENOUGH = 0.1


class Renamed(NamedTuple):
    """The tables, how many of their children have another id now, how many lines the list has, and how many of these
    name no child of the tables."""

    tables: dict[str, pd.DataFrame]
    children: int
    lines: int
    unknown: int


def renamed(tables: Mapping[str, pd.DataFrame], whole: Return, path: Path) -> Renamed:
    """Last period's raw `tables` of a return with new ids; `path` is a CSV with the columns old,new.

    Raises SourceError.
    """
    ids = read_columns(path, ("old", "new"))
    if ids.empty:
        raise SourceError(
            f"{path.name}: no line below the headings; give each child's old and new id, or leave the list out."
        )
    if whole.upper_cased:
        ids = ids.apply(lambda column: column.str.upper())
        tables = {table: _upper(frame, whole.child) for table, frame in tables.items()}
    if ids["old"].duplicated().any():
        raise SourceError(f"{path.name}: an old id stands on several lines; keep one line for each.")
    new = pd.Series(ids["new"].to_numpy(), index=ids["old"])
    known = children(tables, whole).to_series()
    now = _now(known, new)
    if now.nunique() < len(known):
        raise SourceError(
            f"{path.name}: two children of last period would get one id; give each child a new id of its own."
        )
    return Renamed(
        {
            table: frame.assign(**{whole.child: _now(frame[whole.child], new)}) if whole.child in frame else frame
            for table, frame in tables.items()
        },
        children=int((now != known).sum()),
        lines=len(new),
        unknown=int((~new.index.isin(known)).sum()),
    )


def children(tables: Mapping[str, pd.DataFrame], whole: Return) -> pd.Index:
    """The id of every child in the raw `tables` of a return, once."""
    columns = [frame[whole.child] for frame in tables.values() if whole.child in frame]
    ids = pd.concat(columns).dropna() if columns else pd.Series(dtype="str")
    return pd.Index((ids.str.upper() if whole.upper_cased else ids).unique(), dtype="str")


def few_known(last: pd.Index, now: pd.Index, but_for: int = 0) -> str:
    """The sentence for returns that have hardly a child in common, from the ids of last period's and of this one's;
    `but_for` more are the same but for how they are written. Empty where enough are known, or none was given.
    """
    known = len(last.intersection(now))
    if known + but_for >= ENOUGH * min(len(last), len(now)):
        return ""
    return (
        f"{known:,} of {len(last):,} children of last period's return are in this one, so nearly every child counts "
        "as new."
    )


def _now(ids: pd.Series, new: pd.Series) -> pd.Series:
    return ids.map(new).fillna(ids)


def _upper(frame: pd.DataFrame, child: str) -> pd.DataFrame:
    return frame.assign(**{child: frame[child].str.upper()}) if child in frame else frame

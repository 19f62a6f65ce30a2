"""Which rows of the care records belong in a return, what had not come by its last day, and the count of the rest.

The words in which a return's own module (`ssd_cin`, `ssd_cla`) says so as data, and what they mean.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import NamedTuple

import pandas as pd

from assets.sources.recoding import dates
from returns.model import Period


class Item(NamedTuple):
    """One field of a table of the return and the SSD column that gives it."""

    table: str
    field: str
    column: str


class Keep(NamedTuple):
    """A row belongs in the return when `rule` (a word of LEFT_OUT) holds for its `dates`.

    `only` = (field, value) limits the rule to some rows; `reason` is what the count of the others is given under.
    """

    table: str
    rule: str
    dates: tuple[str, ...]
    reason: str
    only: tuple[str, str] | None = None


class NotYet(NamedTuple):
    """A date after the end of the year had not come by the reference date: it is cleared, and the fields `also`."""

    table: str
    date: str
    also: tuple[str, ...] = ()


class LeftOut:
    """Counts of what is not in the return: rows by SSD table and reason, and sentences on single values."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, str, int]] = []
        self.warnings: list[str] = []

    def unless(self, table: str, out: pd.Series, rows: pd.DataFrame, reason: str) -> pd.DataFrame:
        """`rows` without those that are `out`, which are counted."""
        count = int(out.sum())
        if count:
            self.counts.append((table, reason, count))
        return rows[~out].copy()

    def shared(self, keys: Mapping[str, pd.Series]) -> None:
        """Say of each SSD table how many keys, which should be one row's, are those of an earlier row too."""
        for table, values in keys.items():
            again = int(values.dropna().duplicated().sum())
            if again:
                self.warnings.append(
                    f"{table}.{values.name}: {again} rows have the key of an earlier row; "
                    "what belongs to either is given under the first of them."
                )

    def frame(self) -> pd.DataFrame:
        counts = pd.DataFrame(self.counts, columns=["table", "reason", "rows"])
        counts = counts.astype({"table": "str", "reason": "str", "rows": "int64"})
        summed: pd.DataFrame = counts.groupby(["table", "reason"], as_index=False)[["rows"]].sum()
        summed.attrs["warnings"] = self.warnings
        return summed


def row_labels(count: int) -> pd.RangeIndex:
    return pd.RangeIndex(count, name="row")


def belonging(
    cohort: Iterable[Keep], table: str, ssd: str, rows: pd.DataFrame, period: Period, out: LeftOut
) -> pd.DataFrame:
    """The rows that belong in the return. A date that cannot be read speaks against no row: the rules flag it."""
    for keep in cohort:
        if keep.table == table:
            read = [dates(rows[name]) for name in keep.dates]
            gone = LEFT_OUT[keep.rule](period, *read)
            for name, values in zip(keep.dates, read, strict=True):
                gone &= values.notna() | rows[name].isna()
            if keep.only:
                gone &= rows[keep.only[0]] == keep.only[1]
            rows = out.unless(ssd, gone, rows, keep.reason)
    return rows


def within(values: pd.Series, period: Period) -> pd.Series:
    return (values >= pd.Timestamp(period.start)) & (values <= pd.Timestamp(period.end))


def _apart(period: Period, start: pd.Series, end: pd.Series) -> pd.Series:
    return (start > pd.Timestamp(period.end)) | (end < pd.Timestamp(period.start))


def _all_elsewhere(period: Period, *days: pd.Series) -> pd.Series:
    known = reduce(or_, (day.notna() for day in days))
    return known & ~reduce(or_, (within(day, period) for day in days))


LEFT_OUT: dict[str, Callable[..., pd.Series]] = {  # word of Keep -> the rows that do not belong; a missing end is open
    "open_in": lambda period, start, end: _apart(period, start, end) & ~within(start, period) & ~within(end, period),
    "ended_in_or_open_at_end": lambda period, start, end: _apart(period, start, end) & ~within(end, period),
    "any_in": _all_elsewhere,
    "by_end": lambda period, day: day > pd.Timestamp(period.end),
}


def as_at_end(changes: Iterable[NotYet], table: str, rows: pd.DataFrame, period: Period, out: LeftOut) -> pd.DataFrame:
    """Rows without what had not happened on the reference date; `later` marks those that lost something."""
    rows = rows.assign(later=False)
    for change in changes:
        if change.table == table:
            later = dates(rows[change.date]) > pd.Timestamp(period.end)
            for name in (change.date, *change.also):
                rows[name] = rows[name].mask(later)
            rows["later"] |= later
            if later.any():
                out.warnings.append(
                    f"{table}.{change.date}: {int(later.sum())} dates after {period.end:%d %B %Y} are not given, "
                    "because the return shows how things stood on that day."
                )
    return rows

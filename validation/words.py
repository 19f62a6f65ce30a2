"""The vocabulary that rules are written in.

Every word answers on the rows of its first argument (or of the matched pairs).
"""

import datetime as dt
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import pandas as pd

from validation.typed import UNREAD

PAIRS_AT_MOST = 50_000_000
NEVER = -1_000_000  # before every day that a date can be
YES, NO = frozenset({"1", "true"}), frozenset({"0", "false"})


class TooManyPairs(RuntimeError):
    """One id is shared by so many rows that comparing them pair by pair would not end."""


class Side:
    """One side of matched rows: `side.Column` is that column pair by pair."""

    def __init__(self, frame: pd.DataFrame, take: np.ndarray) -> None:
        self.frame = frame
        self.take = take

    def __getattr__(self, name: str) -> pd.Series:
        return self(self.frame[name])

    def __call__(self, values: pd.Series) -> pd.Series:
        """A Series on this side's table, pair by pair."""
        return pd.Series(values.array.take(self.take))


def _codes(frame: pd.DataFrame, level: str) -> np.ndarray:
    return frame[f"@{level}"].to_numpy()


def matched(left: pd.DataFrame, right: pd.DataFrame, level: str) -> tuple[Side, Side]:
    """Every pair of a row of `left` and a row of `right` that belong to the same `level` (child, episode, plan …)."""
    return _pairs(left, right, _codes(left, level), _codes(right, level))


def matched_by(left: pd.DataFrame, right: pd.DataFrame, column: str) -> tuple[Side, Side]:
    """Every pair of a row of `left` and a row of `right` with the same value in `column`; missing values have none."""
    values, _ = pd.factorize(np.concatenate([left[column].to_numpy(), right[column].to_numpy()]))
    return _pairs(left, right, values[: len(left)], values[len(left) :])


def _pairs(left: pd.DataFrame, right: pd.DataFrame, mine: np.ndarray, theirs: np.ndarray) -> tuple[Side, Side]:
    rows = np.flatnonzero(mine >= 0)
    order = np.argsort(theirs, kind="stable")
    ordered = theirs[order]
    first = np.searchsorted(ordered, mine[rows], "left")
    many = np.searchsorted(ordered, mine[rows], "right") - first
    if int(many.sum()) > PAIRS_AT_MOST:
        raise TooManyPairs
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(many)[:-1]]) if len(many) else first, many)
    return Side(left, np.repeat(rows, many)), Side(right, order[starts + np.arange(len(starts))])


def flagged(mask: pd.Series, *sides: Side) -> dict[str, pd.Series]:
    """The rows of both sides of the pairs in `mask`, by table."""
    chosen = mask.to_numpy(dtype=bool)
    return {side.frame.attrs["table"]: _marks(side.frame, side.take[chosen]) for side in sides}


def on(side: Side, mask: pd.Series) -> pd.Series:
    """True for the rows of the side's table that are in some pair of `mask`."""
    return _marks(side.frame, side.take[mask.to_numpy(dtype=bool)])


def _marks(frame: pd.DataFrame, positions: np.ndarray) -> pd.Series:
    marks = np.zeros(len(frame), dtype=bool)
    marks[positions] = True
    return pd.Series(marks, index=frame.index)


def either(*marks: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Rows marked in any of several results."""
    joined: dict[str, pd.Series] = {}
    for mark in marks:
        for table, rows in mark.items():
            joined[table] = joined[table] | rows if table in joined else rows
    return joined


def latest_in(frame: pd.DataFrame, level: str, dates: pd.Series) -> pd.Series:
    """The latest of `dates` in each row's `level`; missing where the row belongs to none."""
    group = pd.Series(_codes(frame, level), index=frame.index)
    return dates.groupby(group).transform("max").where(group >= 0)


def latest_pair(side: Side, dates: pd.Series) -> pd.Series:
    """True for the one pair of each row of the side's table with the latest of `dates` (pair by pair); ties: the
    first pair."""
    pairs = np.flatnonzero(dates.notna())
    pairs = pairs[np.lexsort((-pairs, _days(dates)[pairs], side.take[pairs]))]
    marks = np.zeros(len(dates), dtype=bool)
    marks[pairs[np.diff(side.take[pairs], append=-1) != 0]] = True
    return pd.Series(marks)


def has(frame: pd.DataFrame, level: str, other: pd.DataFrame, where: pd.Series | None = None) -> pd.Series:
    """True for rows whose `level` also has a row in `other` (among those `where`)."""
    theirs = _codes(other, level)
    if where is not None:
        theirs = theirs[where.to_numpy(dtype=bool)]
    mine = _codes(frame, level)
    seen = np.zeros(int(max(mine.max(initial=-1), theirs.max(initial=-1))) + 2, dtype=bool)
    seen[theirs] = True
    seen[-1] = False
    return pd.Series(seen[mine], index=frame.index)


def how_many(frame: pd.DataFrame, level: str, other: pd.DataFrame, where: pd.Series | None = None) -> pd.Series:
    """How many rows of `other` (among those `where`) share each row's `level`."""
    theirs = _codes(other, level)
    if where is not None:
        theirs = theirs[where.to_numpy(dtype=bool)]
    mine = _codes(frame, level)
    counts = np.bincount(theirs[theirs >= 0], minlength=int(mine.max(initial=-1)) + 2)
    return pd.Series(np.where(mine >= 0, counts[mine], 0), index=frame.index)


def blank(frame: pd.DataFrame, column: str) -> pd.Series:
    """Empty; a cell that holds what cannot be read is not."""
    return pd.Series(_blank(frame, column), index=frame.index)


def any_given(frame: pd.DataFrame, *columns: str) -> pd.Series:
    """Some of these cells hold something, be it unreadable."""
    return pd.Series(~np.logical_and.reduce([_blank(frame, column) for column in columns]), index=frame.index)


def all_given(frame: pd.DataFrame, *columns: str) -> pd.Series:
    """Each of these cells holds something, be it unreadable."""
    return pd.Series(~np.logical_or.reduce([_blank(frame, column) for column in columns]), index=frame.index)


def _blank(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].isna().to_numpy() & ~unreadable(frame, column).to_numpy()


def unreadable(frame: pd.DataFrame, column: str) -> pd.Series:
    """Given, but not as what the field holds; only where the return tells this from absent."""
    mark = frame.get(f"{UNREAD}{column}")
    return pd.Series(False, index=frame.index) if mark is None else mark


def in_order(frame: pd.DataFrame, level: str, *columns: str) -> np.ndarray:
    """Positions of the rows that belong to a `level`, one level after the other, by the dates in `columns` in each
    (missing last); ties stay in the order of the file."""
    return once(frame, ("order", level, *columns), lambda: _sorted(frame, level, columns))


def _sorted(frame: pd.DataFrame, level: str, columns: tuple[str, ...]) -> np.ndarray:
    of = _codes(frame, level)
    dates = [frame[column] for column in reversed(columns)]
    keys = [np.where(column.isna(), -NEVER, _days(column)) for column in dates]
    order = np.lexsort((*keys, of)) if len(of) else np.empty(0, dtype="int64")
    return order[of[order] >= 0]


def once(frame: pd.DataFrame, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
    """What was made of `frame` before, else made now: frames of a submission never change."""
    made = frame.__dict__.setdefault("_made", {})
    if key not in made:
        made[key] = make()
    return made[key]


def first_by(frame: pd.DataFrame, level: str, column: str, where: pd.Series | None = None) -> pd.Series:
    """True for the one row of each `level` with the earliest `column` (among rows `where`); ties: first in the file.

    Rows without a value in `column` are never it.
    """
    rows = _dated(frame, level, column, where)
    of = _codes(frame, level)[rows]
    return _marks(frame, rows[np.append(True, of[1:] != of[:-1])] if len(rows) else rows)


def last_by(frame: pd.DataFrame, level: str, column: str, where: pd.Series | None = None) -> pd.Series:
    """True for the one row of each `level` with the latest `column` (among rows `where`); ties: last in the file."""
    rows = _dated(frame, level, column, where)
    of = _codes(frame, level)[rows]
    return _marks(frame, rows[np.append(of[1:] != of[:-1], True)] if len(rows) else rows)


def first_of_last(frame: pd.DataFrame, level: str, column: str, where: pd.Series | None = None) -> pd.Series:
    """As `last_by`, but of rows that tie the first in the file."""
    rows = _dated(frame, level, column, where)
    if not len(rows):
        return _marks(frame, rows)
    of, value = _codes(frame, level)[rows], frame[column].to_numpy()[rows]
    ties = np.flatnonzero(np.append(True, (of[1:] != of[:-1]) | (value[1:] != value[:-1])))
    return _marks(frame, rows[ties[np.append(of[ties][1:] != of[ties][:-1], True)]])


def _dated(frame: pd.DataFrame, level: str, column: str, where: pd.Series | None) -> np.ndarray:
    rows = in_order(frame, level, column)
    kept = frame[column].notna() if where is None else frame[column].notna() & where
    return rows[kept.to_numpy(dtype=bool)[rows]]


def consecutive(
    frame: pd.DataFrame, level: str, *columns: str, where: pd.Series | None = None, apart: int = 1
) -> tuple["Side", "Side"]:
    """Every pair of neighbours in the order of `columns` within a `level` (among rows `where`): earlier, later.

    `apart` 2: of every other row, with one between them.
    """
    rows = in_order(frame, level, *columns)
    if where is not None:
        rows = rows[where.to_numpy(dtype=bool)[rows]]
    of = _codes(frame, level)[rows]
    pairs = np.flatnonzero(of[apart:] == of[:-apart])
    return Side(frame, rows[pairs]), Side(frame, rows[pairs + apart])


def following(frame: pd.DataFrame, level: str, column: str, where: pd.Series) -> pd.Series:
    """True for rows that come after a row `where` of their `level`, in the order of `column`; without it, never."""
    rows = _dated(frame, level, column, None)
    of, met = _codes(frame, level)[rows], where.to_numpy(dtype=bool)[rows]
    before = np.cumsum(met) - met
    return _marks(frame, rows[before > before[np.searchsorted(of, of)]])


def with_start(frame: pd.DataFrame, level: str, column: str, continues: pd.Series) -> tuple["Side", "Side"]:
    """Every row that belongs to a `level`, and the row at which its run began: in the order of `column` the nearest,
    up to itself, that does not continue the one before."""
    rows = in_order(frame, level, column)
    of, at = _codes(frame, level)[rows], np.arange(len(rows))
    fresh = ~continues.to_numpy(dtype=bool)[rows] | (np.searchsorted(of, of) == at)
    return Side(frame, rows), Side(frame, rows[np.maximum.accumulate(np.where(fresh, at, 0))])


def lookup(frame: pd.DataFrame, level: str, other: pd.DataFrame, column: str, where: pd.Series | None = None) -> Any:
    """`column` of the first row of `other` (among those `where`) of each row's `level`; missing where there is none."""
    theirs = _codes(other, level)
    rows = np.flatnonzero(theirs >= 0 if where is None else (theirs >= 0) & where.to_numpy(dtype=bool))[::-1]
    mine = _codes(frame, level)
    first = np.full(int(max(mine.max(initial=-1), theirs.max(initial=-1))) + 2, -1)
    first[theirs[rows]] = rows
    first[-1] = -1
    values = other[column].array.take(first[mine], allow_fill=True)
    return pd.Series(values, index=frame.index)


def total(frame: pd.DataFrame, level: str, other: pd.DataFrame, amounts: pd.Series) -> pd.Series:
    """The sum of `amounts` (one per row of `other`, missing counts nothing) over each row's `level`."""
    theirs, mine = _codes(other, level), _codes(frame, level)
    kept = (theirs >= 0) & amounts.notna().to_numpy()
    size = int(max(mine.max(initial=-1), theirs.max(initial=-1))) + 2
    sums = np.bincount(theirs[kept], amounts.to_numpy(dtype="float64", na_value=0.0)[kept], minlength=size)
    return pd.Series(np.where(mine >= 0, sums[mine], 0.0), index=frame.index)


def days_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Days from `start` to `end`, the last not counted; missing where one is."""
    return (end - start).dt.days


def repeated(frame: pd.DataFrame, level: str, column: str) -> pd.Series:
    """True for every row whose value in `column` comes twice or more in its `level`; missing values never repeat."""
    keys = pd.DataFrame({"level": _codes(frame, level), "value": frame[column].to_numpy()})
    known = (keys["level"] >= 0) & frame[column].notna().to_numpy()
    twice = keys[known].duplicated(keep=False)
    return pd.Series(twice.reindex(keys.index, fill_value=False).to_numpy(), index=frame.index)


def overlapping(
    frame: pd.DataFrame,
    level: str,
    start: pd.Series,
    end: pd.Series,
    *,
    touching: bool = True,
    copies: pd.Series | None = None,
) -> pd.Series:
    """True for rows A and B of one `level`, A other than B, where A starts on or after B's start and not after B's end.

    A missing `end` never holds another row. `touching`: a start on the day of the end counts. `copies`: rows with equal
    start and equal value here are not compared with each other. Sorts once; linear however many rows share a level.
    """
    of, begins, ends = _codes(frame, level), _days(start), _days(end)
    rows = np.flatnonzero((of >= 0) & (begins > NEVER))
    if not len(rows):
        return _marks(frame, rows)
    begin, last = begins[rows], ends[rows] - (not touching)
    first, latest = begin.min(), begin.max()
    line = of[rows] * (latest - first + 2) - first  # all levels one after the other on one line of days
    begin, last = line + begin, line + np.clip(last, first - 1, latest)
    same = np.arange(len(rows)) if copies is None else _numbered(begin, copies.to_numpy()[rows])
    starts, reach = np.empty(same.max() + 1, "int64"), np.full(same.max() + 1, line.min() - 1)
    starts[same] = begin
    np.maximum.at(reach, same, last)
    long = reach >= starts
    from_here = np.searchsorted(np.sort(starts), last, "right") - np.searchsorted(np.sort(starts), begin, "left")
    begun = np.searchsorted(np.sort(starts[long]), starts, "right")
    over = np.searchsorted(np.sort(reach[long]), starts, "left")
    return _marks(frame, rows[(from_here > 1) | (begun - over > long)[same]])


def _days(dates: pd.Series) -> np.ndarray:
    """Days since 1970, NEVER where missing."""
    days = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype("int64"))


def _numbered(begin: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """A number for each pair of both; missing copies are alike."""
    copy, values = pd.factorize(copies, use_na_sentinel=False)
    return pd.factorize(begin * len(values) + copy)[0]


def yes(flag: pd.Series, *, any_case: bool = False) -> pd.Series:
    """1 or true (with `any_case` also TRUE)."""
    return (flag.str.lower() if any_case else flag).isin(YES)


def no(flag: pd.Series, *, any_case: bool = False) -> pd.Series:
    """0 or false (with `any_case` also FALSE)."""
    return (flag.str.lower() if any_case else flag).isin(NO)


def found_in(frame: pd.DataFrame, other: pd.DataFrame, *columns: str) -> pd.Series:
    """True for rows whose values in `columns` stand together in a row of `other`; missing values never do."""
    here, there = (pd.DataFrame({name: each[name].array for name in columns}) for each in (frame, other))
    found = pd.MultiIndex.from_frame(here).isin(pd.MultiIndex.from_frame(there.dropna()))
    return pd.Series(found & here.notna().all(axis=1).to_numpy(), index=frame.index)


def unlisted(values: pd.Series, codes: AbstractSet[str]) -> pd.Series:
    """Given, but not one of `codes`."""
    return values.notna() & ~values.isin(codes)


def inside(dates: pd.Series, period: Any) -> pd.Series:
    """Given and within the collection year, both ends included."""
    return (dates >= pd.Timestamp(period.start)) & (dates <= pd.Timestamp(period.end))


def outside(dates: pd.Series, period: Any) -> pd.Series:
    """Given and before the collection year or after it."""
    return dates.notna() & ~inside(dates, period)


def during(dates: pd.Series, start: pd.Series, end: pd.Series, period: Any) -> pd.Series:
    """From `start` on and before `end`; without an end, to the last day of the collection year."""
    return (dates >= start) & ((dates < end) | (end.isna() & (dates <= pd.Timestamp(period.end))))


def years_after(dates: Any, years: int) -> Any:
    """The same calendar day `years` later (negative: earlier); 29 February gives 28 February."""
    return dates + pd.DateOffset(years=years)


def day(date: dt.date) -> pd.Timestamp:
    """A calendar date to compare columns with."""
    return pd.Timestamp(date)


def at_weekend(dates: pd.Series) -> pd.Series:
    """A Saturday or Sunday."""
    return dates.dt.day_of_week >= 5


def wrong_check_letter(upn: pd.Series) -> pd.Series:
    """UPNs of 13 characters with digits after the first, whose first is not the check letter (characters 2-13 weighted
    2-13, modulo 23)."""
    tested = upn.str.fullmatch(r"(?:.|\n)[0-9]{12}").fillna(value=False).to_numpy(dtype=bool)
    body = upn[tested].str.slice(1).to_numpy(dtype="S12")
    digits = body.view("uint8").reshape(-1, 12) - ord("0")
    expected = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))[digits.astype("int64") @ np.arange(2, 14) % 23]
    wrong = np.zeros(len(upn), dtype=bool)
    wrong[tested] = upn[tested].str.slice(0, 1).to_numpy(dtype=object) != expected
    return pd.Series(wrong, index=upn.index)

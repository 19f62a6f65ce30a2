"""The vocabulary that rules are written in. Every word answers on the rows of its first argument (or of the matched pairs)."""

import datetime as dt
from collections.abc import Callable, Set
from typing import Any

import numpy as np
import pandas as pd

PAIRS_AT_MOST = 50_000_000
YES, NO = frozenset({"1", "true"}), frozenset({"0", "false"})


class TooManyPairs(RuntimeError):
    """One id is shared by so many rows that comparing them pair by pair would not end."""


class Side:
    """One side of matched rows: `side.Column` is that column pair by pair."""

    def __init__(self, frame: pd.DataFrame, take: np.ndarray) -> None:
        self._frame = frame
        self._take = take

    def __getattr__(self, name: str) -> pd.Series:
        return pd.Series(self._frame[name].array.take(self._take))


def _codes(frame: pd.DataFrame, level: str) -> np.ndarray:
    return frame[f"@{level}"].to_numpy()


def matched(left: pd.DataFrame, right: pd.DataFrame, level: str) -> tuple[Side, Side]:
    """Every pair of a row of `left` and a row of `right` that belong to the same `level` (child, episode, plan …)."""
    mine, theirs = _codes(left, level), _codes(right, level)
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
    return {side._frame.attrs["table"]: _marks(side._frame, side._take[chosen]) for side in sides}


def on(side: Side, mask: pd.Series) -> pd.Series:
    """True for the rows of the side's table that are in some pair of `mask`."""
    return _marks(side._frame, side._take[mask.to_numpy(dtype=bool)])


def _marks(frame: pd.DataFrame, positions: np.ndarray) -> pd.Series:
    marks = np.zeros(len(frame), dtype=bool)
    marks[positions] = True
    return pd.Series(marks, index=frame.index)


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


def repeated(frame: pd.DataFrame, level: str, column: str) -> pd.Series:
    """True for every row whose value in `column` comes twice or more in its `level`; missing values never repeat."""
    keys = pd.DataFrame({"level": _codes(frame, level), "value": frame[column].to_numpy()})
    known = (keys["level"] >= 0) & frame[column].notna().to_numpy()
    twice = keys[known].duplicated(keep=False)
    return pd.Series(twice.reindex(keys.index, fill_value=False).to_numpy(), index=frame.index)


def overlapping(
    frame: pd.DataFrame, level: str, start: pd.Series, end: pd.Series, *, touching: bool = True, ignore_copies_by: pd.Series | None = None
) -> pd.Series:
    """True for rows A and B of one `level`, A other than B, where A starts on or after B's start and not after B's end.

    A missing `end` never holds another row. `touching`: a start on the day of the end counts. `ignore_copies_by`: rows with equal
    start and equal value here are copies and not compared with each other. Sorts once; linear however many rows share a level.
    """
    group, lows, highs = _codes(frame, level), start.to_numpy(), end.to_numpy()
    rows = np.flatnonzero((group >= 0) & ~np.isnat(lows))
    keys = pd.DataFrame({"group": group[rows], "start": lows[rows], "end": highs[rows]})
    keys["copy"] = np.arange(len(keys))
    if ignore_copies_by is not None:
        keys["copy"] = pd.factorize(pd.MultiIndex.from_arrays([keys["group"], keys["start"], ignore_copies_by.array.take(rows)]))[0]
        keys["end"] = keys.groupby("copy")["end"].transform("max")
    distinct = keys.drop_duplicates("copy").sort_values(["group", "start"], kind="stable")
    hit = _overlapping(distinct["group"].to_numpy(), distinct["start"].to_numpy(), distinct["end"].to_numpy(), touching=touching)
    marks = np.zeros(len(frame), dtype=bool)
    marks[rows] = keys["copy"].isin(distinct["copy"].to_numpy()[hit])
    return pd.Series(marks, index=frame.index)


def _overlapping(group: np.ndarray, start: np.ndarray, end: np.ndarray, *, touching: bool) -> np.ndarray:
    """Rows come sorted by group and start. A row holds the next start if any; a row is held by the furthest end before it or by a tie."""
    if not len(group):
        return np.zeros(0, dtype=bool)
    low = start.astype("datetime64[us]").astype("int64")
    high = np.where(np.isnat(end), np.iinfo("int64").min, end.astype("datetime64[us]").astype("int64"))
    reach = high if touching else high - 1
    block = np.cumsum(np.concatenate([[True], (group[1:] != group[:-1]) | (low[1:] != low[:-1])])) - 1
    first = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]]))
    size = np.bincount(block)
    fresh = np.concatenate([[True], group[first][1:] != group[first][:-1]])
    following = np.full(len(first), np.iinfo("int64").max)
    following[:-1] = np.where(fresh[1:], np.iinfo("int64").max, low[first][1:])
    tied = size[block] > 1
    holds = (reach >= following[block]) | (tied & (reach >= low))
    most = np.maximum.reduceat(reach, first)
    before = np.full(len(first), np.iinfo("int64").min)
    runs = np.cumsum(fresh)
    prior = pd.Series(most).groupby(runs).cummax().to_numpy()
    before[1:] = np.where(fresh[1:], np.iinfo("int64").min, prior[:-1])
    reaching = pd.Series(tied & (reach >= low)).groupby(block).transform("sum").to_numpy()
    held_by_tie = reaching - (tied & (reach >= low)) > 0
    return holds | (before[block] >= low) | held_by_tie


def yes(flag: pd.Series, *, any_case: bool = False) -> pd.Series:
    """1 or true (with `any_case` also TRUE)."""
    return (flag.str.lower() if any_case else flag).isin(YES)


def no(flag: pd.Series, *, any_case: bool = False) -> pd.Series:
    """0 or false (with `any_case` also FALSE)."""
    return (flag.str.lower() if any_case else flag).isin(NO)


def unlisted(values: pd.Series, codes: Set[str]) -> pd.Series:
    """Given, but not one of `codes`."""
    return values.notna() & ~values.isin(codes)


def inside(dates: pd.Series, period: Any) -> pd.Series:
    """Given and within the collection year, both ends included."""
    return (dates >= pd.Timestamp(period.start)) & (dates <= pd.Timestamp(period.end))


def outside(dates: pd.Series, period: Any) -> pd.Series:
    """Given and before the collection year or after it."""
    return dates.notna() & ~inside(dates, period)


def years_after(dates: pd.Series, years: int) -> pd.Series:
    """The same calendar day `years` later (negative: earlier); 29 February gives 28 February."""
    return dates + pd.DateOffset(years=years)


def day(date: dt.date) -> pd.Timestamp:
    """A calendar date to compare columns with."""
    return pd.Timestamp(date)


def at_weekend(dates: pd.Series) -> pd.Series:
    """A Saturday or Sunday."""
    return dates.dt.dayofweek >= 5


def each_distinct(values: pd.Series, test: Callable[[str], bool]) -> pd.Series:
    """`test` on every distinct given text, spread over the rows; missing gives False."""
    distinct = values.dropna().unique()
    return values.isin([value for value in distinct if test(value)])

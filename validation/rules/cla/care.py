"""Words about being looked after, said once: short breaks, the year, periods of care, continuity.

Each answers on the rows of its first argument.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from validation.words import Side, blank, consecutive, days_between, has, in_order, matched, on, once

SHORT_BREAKS = frozenset({"V3", "V4"})
ADOPTED = frozenset({"E11", "E12"})
FOR_ADOPTION = frozenset({"A3", "A4", "A5", "A6"})
FOSTER = frozenset({"U1", "U2", "U3", "U4", "U5", "U6"})
TEMPORARY = frozenset({"T0", "T1", "T2", "T3", "T4"})
NO_URN = "XXXXXXX"
LONG_AGO = pd.Timestamp("1901-01-01")


def short_break(episodes: pd.DataFrame) -> pd.Series:
    """Under a legal status of short breaks."""
    return episodes.LS.isin(SHORT_BREAKS)


def unaccompanied(frame: pd.DataFrame, header: pd.DataFrame, previous_header: pd.DataFrame | None) -> pd.Series:
    """Children who are unaccompanied asylum-seekers by Header, or were last year where that is known."""
    now = has(frame, "child", header, header.UASC == "1")
    return now if previous_header is None else now | has(frame, "child", previous_header, previous_header.UASC == "1")


def in_year(episodes: pd.DataFrame, period) -> pd.Series:
    """Begun by the end of the year and not ended before it; without a readable end it goes on."""
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return (episodes.DECOM <= end) & ((episodes.DEC >= start) | episodes.DEC.isna())


def continuously_looked_after(frame: pd.DataFrame, episodes: pd.DataFrame, period) -> pd.Series:
    """Children with an episode in the year and nothing in it that breaks the year: a start after its first day, an end
    of care before its last, a short break."""
    here, broken = once(episodes, ("continuity", str(period)), lambda: _continuity(episodes, period))
    return has(frame, "child", episodes, here) & ~has(frame, "child", episodes, broken)


def _continuity(episodes: pd.DataFrame, period) -> tuple[pd.Series, pd.Series]:
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    here = in_year(episodes, period)
    started = (episodes.RNE == "S") & (episodes.DECOM > start) & (episodes.DECOM <= end)
    ended = (episodes.REC != "X1") & (episodes.DEC >= start) & (episodes.DEC < end)
    return here, started | ended | (here & short_break(episodes))


def periods_of_care(episodes: pd.DataFrame) -> pd.DataFrame:
    """One row a period of care: `@child`, START, END (missing while open); attrs name it no table of the return.

    Episodes in order of DECOM, those without one left out; a period begins where an episode starts later than the one
    before ended.
    """
    return once(episodes, ("periods of care",), lambda: _periods(episodes))


def _periods(episodes: pd.DataFrame) -> pd.DataFrame:
    dated = episodes.DECOM.notna()
    before, after = consecutive(episodes, "child", "DECOM")
    continues = on(after, after.DECOM <= before.DEC) | on(after, before.DEC.isna())
    rows = in_order(episodes, "child", "DECOM")
    rows = rows[dated.to_numpy()[rows]]
    first = np.flatnonzero(~continues.to_numpy()[rows])
    last = np.append(first[1:] - 1, len(rows) - 1) if len(first) else first
    return pd.DataFrame(
        {
            "@child": episodes["@child"].to_numpy()[rows[first]],
            "START": episodes.DECOM.array.take(rows[first]),
            "END": episodes.DEC.array.take(rows[last]),
        }
    )


def ends_in_no_care(frame: pd.DataFrame, start: str, end: str, episodes: pd.DataFrame) -> pd.Series:
    """Rows with a `start` that fit none of their child's periods of care: `end` lies in none, or there is no `end` and
    no period that is open too and had begun by the `start`. Where the child has no period, never."""
    care = periods_of_care(episodes)
    row, period = matched(frame, care, "child")
    begun = row(frame[start]) >= period.START
    ended = (row(frame[end]) >= period.START) & ~(row(frame[end]) > period.END)
    fits = on(row, ended | (row(frame[end]).isna() & period.END.isna() & begun))
    return frame[start].notna() & has(frame, "child", care) & ~fits


def after_unfinished(frame: pd.DataFrame, start: str, end: str) -> pd.Series:
    """Rows whose neighbour before them has no `end`, or ends after they start; in a child's rows in order of `end`
    (where there is none of `start`), then of `start`."""
    ordered = frame.assign(**{end: frame[end].fillna(frame[start])})
    before, after = consecutive(ordered, "child", end, start)
    return on(after, before(frame[end]).isna() | (after(frame[start]) < before(frame[end])))


def both_years(episodes: pd.DataFrame, previous_episodes: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """`@child`, DECOM, DEC and `columns` of this year's episodes and last year's, one row a start: of copies the one
    that ended first (an open one last), and of equal ones this year's."""
    names = ["@child", "DECOM", "DEC", *columns]
    both = pd.concat([episodes[names], previous_episodes[names]], ignore_index=True)
    return both.sort_values("DEC", kind="stable").drop_duplicates(["@child", "DECOM"])


def undated_first(episodes: pd.DataFrame) -> pd.DataFrame:
    """The episodes, those without a start before all others."""
    return episodes.assign(DECOM=episodes.DECOM.fillna(LONG_AGO))


def end_or_last_day(episodes: pd.DataFrame, period) -> pd.Series:
    """The end of each episode, of an open one the last day of the year; an end that cannot be read stays missing."""
    return episodes.DEC.mask(blank(episodes, "DEC"), pd.Timestamp(period.end))


def unbroken_days(episodes: pd.DataFrame, where: pd.Series, period) -> pd.Series:
    """Days from first start to latest end of the rows `where` of a child that come one after the other, each starting
    on the day the one before ends; on each of these rows, else missing. What has no readable end goes on to the end of
    the year."""
    end = episodes.DEC.fillna(pd.Timestamp(period.end))
    chain = _chains(
        episodes,
        episodes.DECOM.notna(),
        lambda before, after: before(where) & after(where) & (before(end) == after.DECOM),
    )
    latest, earliest = end.groupby(chain).transform("max"), episodes.DECOM.groupby(chain).transform("min")
    return days_between(earliest, latest).where(where)


def added_days(episodes: pd.DataFrame, where: pd.Series, period) -> pd.Series:
    """Days of the rows `where` of a child added up over those that follow each other, none starting after the one
    before has ended; on each of these rows, else missing."""
    end = end_or_last_day(episodes, period)
    dated = where & episodes.DECOM.notna()
    chain = _chains(episodes, dated, lambda before, after: ~(after.DECOM > before(end)))
    return days_between(episodes.DECOM, end).groupby(chain).transform("sum")


def _chains(episodes: pd.DataFrame, where: pd.Series, follows: Callable[[Side, Side], pd.Series]) -> pd.Series:
    """The number of the chain that each row `where` of a child is of, in order of DECOM; else missing."""
    before, after = consecutive(episodes, "child", "DECOM", where=where)
    begins = ~on(after, follows(before, after)).to_numpy()
    rows = in_order(episodes, "child", "DECOM")
    rows = rows[where.to_numpy(dtype=bool)[rows]]
    numbers = np.full(len(episodes), np.nan)
    numbers[rows] = np.cumsum(begins[rows])
    return pd.Series(numbers, index=episodes.index)


def differs(one: pd.Series, other: pd.Series) -> pd.Series:
    """Both given and not the same, or only one of them given."""
    return (one != other) & ~(one.isna() & other.isna())

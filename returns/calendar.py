"""Collection years, windows and England's working days."""

import datetime as dt
from functools import lru_cache

import holidays

from returns.model import Period


def yearly(
    first: int, last: int, *, opens: tuple[int, int], load_by: tuple[int, int], submit_by: tuple[int, int]
) -> tuple[Period, ...]:
    """Collection years 1 April to 31 March that end in `first` to `last`; the Department's dates are (month, day) of
    the ending year."""
    return tuple(
        Period(
            name=f"{year - 1}-{year % 100:02d}",
            start=dt.date(year - 1, 4, 1),
            end=dt.date(year, 3, 31),
            year=year,
            opens=dt.date(year, *opens),
            load_by=dt.date(year, *load_by),
            submit_by=dt.date(year, *submit_by),
        )
        for year in range(first, last + 1)
    )


@lru_cache(maxsize=32)
def bank_holidays(first: int = 2010, last: int = 2032) -> frozenset[dt.date]:
    """England's bank holidays of the calendar years `first` to `last` (package `holidays`, GB subdivision ENG)."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(first, last + 1)))


def working_days_before(day: dt.date, count: int, closed: frozenset[dt.date] | None = None) -> dt.date:
    """The working day `count` working days before `day`; weekends and England's bank holidays (`closed`) are
    skipped."""
    closed = bank_holidays() if closed is None else closed
    while count > 0:
        day -= dt.timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            count -= 1
    return day

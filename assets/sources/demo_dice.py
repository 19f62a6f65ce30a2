"""Chance and the calendar of the invented authority: numbers drawn by child, days counted from 1 April."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assets.sources.demo_shape import FIRST
from returns import described
from returns.calendar import bank_holidays, working_days_before

Days = NDArray[np.float64]  # days after 1 April of the year; NaN = has not happened
Whole = NDArray[np.int64]
Marks = NDArray[np.bool_]
Texts = NDArray[np.object_]
NONE = np.nan


class Dice:
    """Uniform numbers, a new stream a throw: what a child gets does not depend on how many children there are.

    Only the generator's plain doubles are used; its other methods may change with numpy. For the FIRST children
    everything that may happen does, and days are drawn at their own pace (0 = soonest, near 1 = latest).
    """

    def __init__(self, seed: int, count: int) -> None:
        self._seed, self._count, self._streams = seed, count, itertools.count()
        self._children: Whole = np.arange(count)
        self._paces = np.array([child.pace for child in FIRST])

    def of(self, children: Whole) -> "Dice":
        """The same dice for some of the children."""
        fewer = object.__new__(Dice)
        fewer.__dict__.update(self.__dict__, _children=children)
        return fewer

    def throw(self) -> Days:
        thrown = np.random.Generator(np.random.PCG64([self._seed, next(self._streams)])).random(self._count)
        return thrown[self._children]

    def happens(self, share: float) -> Marks:
        return (self.throw() < share) | (self._children < len(FIRST))

    def days(self, low: Days | float, high: Days | float) -> Days:
        """A whole number from `low` to `high`, both included."""
        thrown = self.throw()
        first = self._children < len(FIRST)
        thrown[first] = self._paces[self._children[first]]
        return low + np.floor(thrown * (high - low + 1))

    def days_in(self, bands: Mapping[tuple[int, int], float]) -> Days:
        """A whole number in one of the bands (from, to), the bands by weight."""
        bounds = np.array(list(bands), dtype=float)[self.place(list(bands.values()))]
        return self.days(bounds[:, 0], bounds[:, 1])

    def code(self, weights: Mapping[str, float]) -> Texts:
        return np.array(list(weights), dtype=object)[self.place(list(weights.values()))]

    def place(self, weights: Sequence[float]) -> Whole:
        """Which of the weights, from 0."""
        edges = np.cumsum(weights)
        return np.searchsorted(edges[:-1] / edges[-1], self.throw(), side="right")


class Year:
    """The collection year in days: 0 is 1 April, `last` the reference date."""

    def __init__(self, period: str) -> None:
        asked = described("cin").at(period).period
        assert asked is not None
        self.start = np.datetime64(asked.start, "D")
        self.last = (asked.end - asked.start).days
        self._calendar = np.busdaycalendar(holidays=sorted(bank_holidays()))
        # One working day nearer than the Department allows: whether it counts the day itself is not confirmed.
        self.assessment_late = (working_days_before(asked.end, 44) - asked.start).days
        self.conference_late = (working_days_before(asked.end, 14) - asked.start).days

    def later(self, days: Days, working: Days) -> Days:
        """The day so many working days later."""
        return self._working(days, working, "forward")

    def working_day(self, days: Days) -> Days:
        """The same day, or the last working day before it."""
        return self._working(days, np.zeros_like(days), "backward")

    def _working(self, days: Days, working: Days, roll: Any) -> Days:
        known = ~np.isnan(days)
        base = self.start + np.where(known, days, 0).astype("int64")
        moved = np.busday_offset(base, np.where(known, working, 0).astype("int64"), roll=roll, busdaycal=self._calendar)
        return np.where(known, (moved - self.start).astype("int64"), NONE)

    def dates(self, days: Days) -> pd.Series:
        known = ~np.isnan(days)
        found = (self.start + np.where(known, days, 0).astype("int64")).astype("datetime64[us]")
        return pd.Series(np.where(known, found, np.datetime64("NaT")))

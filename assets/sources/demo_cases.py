"""How the invented authority's cases run: referral, assessment, enquiry, conference, plans, closure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assets.sources import demo_shape as shape
from assets.sources.demo_dice import NONE, Days, Dice, Whole, Year

AGAIN, TWICE = 1.5, 1.3  # as not every child is old enough to have been referred, or protected, before


class Events:
    """What happened, by kind: rows of (episode, start, end, …).

    What begins after the year is not kept; what ends after it is open.
    """

    def __init__(self, year: Year) -> None:
        self._last = year.last
        self._parts: dict[str, list[pd.DataFrame]] = {}

    def add(self, kind: str, episode: Whole, start: Days, end: Days, **more: Any) -> None:
        rows = pd.DataFrame({"episode": episode, "start": start, "end": np.where(end <= self._last, end, NONE), **more})
        self._parts.setdefault(kind, []).append(rows[rows.start <= self._last])

    def __getitem__(self, kind: str) -> pd.DataFrame:
        return pd.concat(self._parts[kind]).sort_values(["episode", "start"], kind="stable", ignore_index=True)

    def everything(self) -> pd.DataFrame:
        return pd.concat([part[["episode", "start", "end"]] for parts in self._parts.values() for part in parts])


@dataclass(frozen=True)
class Cases:
    """Some cases, told together: `episode` their numbers, `referral` the day each was referred."""

    dice: Dice
    year: Year
    events: Events
    episode: Whole
    referral: Days

    def soon(self) -> Days:
        return np.minimum(self.referral + self.dice.days(0, 3), self.year.last)

    def assessment(self, begun: Days) -> Days:
        """The day it ended; none has been open at the end of the year for longer than is allowed."""
        within = self.dice.happens(shape.ASSESSED_IN_45_DAYS)
        took = np.where(within, self.dice.days(10, 44), self.dice.days(46, 90))
        ended = self._by_end_of_year(begun, self.year.later(begun, took), self.year.assessment_late)
        self.events.add("assessment", self.episode, begun, ended)
        return ended

    def assessment_before(self) -> None:
        begun = self.soon()
        ended = np.minimum(self.year.later(begun, self.dice.days(10, 60)), -1)
        self.events.add("assessment", self.episode, begun, ended)

    def assessment_again(self) -> None:
        self.assessment(np.where(self.dice.happens(0.4), self.dice.days(0, self.year.last), NONE))

    def enquiry(self, begun: Days) -> Days:
        """A section 47 enquiry that needs no conference, sometimes two; the day the first ended."""
        first, ended = begun, NONE * begun
        for share in (1.0, 0.3):
            start = np.where(self.dice.happens(share), first + self.dice.days(0, 10), NONE)
            told = self._by_end_of_year(start, self.year.later(start, self.dice.days(5, 15)), self.year.conference_late)
            self.events.add("enquiry", self.episode, start, told, conference=False)
            ended = np.where(share == 1, told, ended)
            first = told + 1
        return ended

    def conference(self, begun: Days) -> Days:
        """A section 47 enquiry and its initial conference; the day of the conference."""
        start = np.minimum(begun + self.dice.days(0, 10), self.year.last)
        soon = self.dice.happens(shape.CONFERENCE_IN_15_DAYS)
        held = self.year.later(start, np.where(soon, self.dice.days(5, 15), self.dice.days(16, 30)))
        at_last = np.where(
            start < self.year.conference_late, self.year.working_day(np.full_like(start, self.year.last)), NONE
        )
        return self.enquiry_and_conference(start, np.where(held <= self.year.last, held, at_last))

    def conference_before(self, latest: float) -> Days:
        held = self.year.working_day(self.dice.days(np.maximum(self.referral + 20, -600), latest))
        return self.enquiry_and_conference(held - 10, held)

    def enquiry_and_conference(self, start: Days, held: Days) -> Days:
        self.events.add("enquiry", self.episode, start, held, conference=True)
        target = self.year.later(start, np.full_like(start, 15))
        self.events.add("conference", self.episode, start, held, target=target, enquired=True)
        return held

    def protection(
        self, held: Days, lasting_to: Days | float = -np.inf, share: float = shape.PLAN_AFTER_CONFERENCE
    ) -> Days:
        """The child protection plan that most conferences begin, after many a child in need plan; the day it began."""
        start = np.where(self.dice.happens(share), held, NONE)
        end = start + self.dice.days_in(shape.PLAN_DAYS)
        end = np.where(end < lasting_to, lasting_to + self.dice.days(0, 400), end)
        self.plan(start, end)
        self.support(np.where(self.dice.happens(0.6), end, NONE))
        return start

    def plan(self, start: Days, end: Days) -> None:
        initial, other = self.dice.code(shape.CATEGORY), self.dice.code(shape.CATEGORY)
        latest = np.where(self.dice.throw() < shape.CATEGORY_UNCHANGED, initial, other)
        self.events.add("protection", self.episode, start, end, initial=initial, latest=latest, elsewhere=False)

    def support(self, start: Days, lasting_to: Days | float = -np.inf) -> None:
        """A child in need plan."""
        end = start + self.dice.days(30, 400)
        self.events.add(
            "plan", self.episode, start, np.where(end < lasting_to, lasting_to + self.dice.days(0, 400), end)
        )

    def support_from_before(self, end: Days | None = None) -> None:
        start = np.minimum(self.referral + self.dice.days(15, 60), -15)
        later = self.dice.days(0, 700)
        self.events.add("plan", self.episode, start, later if end is None else np.where(np.isnan(end), later, end))

    def _by_end_of_year(self, start: Days, end: Days, late: float) -> Days:
        """The end; what began before `late` and would be open at the end of the year ended on some day before that."""
        spare = start + np.floor(self.dice.throw() * (self.year.last - start + 1))
        return np.where(end <= self.year.last, end, np.where(start < late, spare, NONE))


def _only_referred(_: Cases) -> None:
    """Nothing followed, or not yet."""


def _closed_after_assessment(cases: Cases) -> None:
    cases.assessment(cases.soon())


def _supported(cases: Cases) -> None:
    ended = cases.assessment(cases.soon())
    cases.support(ended + cases.dice.days(0, 14))
    visiting = np.where(
        cases.dice.happens(0.02), cases.referral, NONE
    )  # on a plan of the authority that the child came from
    words = {"initial": "Neglect", "latest": "Neglect", "elsewhere": True}
    cases.events.add("protection", cases.episode, visiting, visiting + 90, **words)


def _enquiry(cases: Cases) -> None:
    begun = cases.soon()
    ended = cases.assessment(begun)
    cases.support(np.maximum(ended, cases.enquiry(begun)))


def _conference(cases: Cases) -> None:
    begun = cases.soon()
    cases.assessment(begun)
    held = cases.conference(begun)
    plan = cases.protection(held)
    cases.support(np.where(np.isnan(plan), held, NONE))


def _transferred_in(cases: Cases) -> None:
    begun = cases.soon()
    cases.assessment(begun)
    held = cases.year.later(begun, cases.dice.days(5, 15))
    cases.events.add("conference", cases.episode, held, held, target=held, enquired=False)
    cases.protection(held, share=1)


def _supported_before(cases: Cases) -> None:
    cases.assessment_before()
    cases.assessment_again()
    cases.support_from_before()


def _enquiry_later(cases: Cases) -> None:
    begun = cases.dice.days(-10, cases.year.last)
    cases.assessment_before()
    cases.assessment(begun)
    cases.enquiry(begun)
    cases.support_from_before()


def _conference_later(cases: Cases) -> None:
    begun = cases.dice.days(-10, cases.year.last)
    cases.assessment_before()
    cases.assessment(begun)
    cases.support_from_before(end=cases.protection(cases.conference(begun)))


def _protected_before(cases: Cases) -> None:
    cases.assessment_before()
    cases.assessment_again()
    cases.protection(cases.conference_before(latest=-1), lasting_to=0, share=1)


def _stepped_down(cases: Cases) -> None:
    cases.assessment_before()
    held = cases.conference_before(latest=-130)
    end = cases.dice.days(held + 60, -1)
    cases.plan(held, end)
    cases.support(end, lasting_to=0)


def _over(cases: Cases) -> None:
    ended = cases.referral + cases.dice.days(15, 60)
    cases.events.add("assessment", cases.episode, cases.referral + 1, ended)
    start = np.where(cases.dice.happens(0.5), ended, NONE)
    cases.events.add("plan", cases.episode, start, ended + cases.dice.days(10, 60))


def _second_plan_over(cases: Cases) -> None:
    """An earlier child protection plan of the same child."""
    held = cases.year.working_day(cases.referral + 25)
    cases.events.add("assessment", cases.episode, cases.referral + 1, cases.referral + 20)
    cases.enquiry_and_conference(held - 10, held)
    cases.plan(held, held + cases.dice.days(120, 360))


@dataclass(frozen=True)
class Route:
    """How a case runs: its share of the children, and what to tell. `from_before`: referred before the year."""

    weight: float
    tell: Callable[[Cases], None]
    from_before: bool = False


ROUTES = {
    "no further action": Route(5.2, _only_referred),
    "referred": Route(2, _only_referred),
    "closed after assessment": Route(22, _closed_after_assessment),
    "supported": Route(16, _supported),
    "enquiry": Route(12, _enquiry),
    "conference": Route(7.2, _conference),
    "transferred in": Route(0.4, _transferred_in),
    "supported before": Route(16.2, _supported_before, from_before=True),
    "enquiry later": Route(6.8, _enquiry_later, from_before=True),
    "conference later": Route(4.2, _conference_later, from_before=True),
    "protected before": Route(4, _protected_before, from_before=True),
    "stepped down": Route(1.5, _stepped_down, from_before=True),
    "over": Route(0, _over, from_before=True),
    "over, no further action": Route(0, _only_referred, from_before=True),
    "second plan, over": Route(0, _second_plan_over, from_before=True),
}
NO_FURTHER_ACTION = ("no further action", "over, no further action")


def episodes_and_events(dice: Dice, year: Year, people: pd.DataFrame) -> tuple[pd.DataFrame, Events]:
    """Every referral of every child (child, route, referral, nfa, close, reason, source, need) and what happened."""
    events = Events(year)
    told: list[pd.DataFrame] = []

    def tell(referrals: pd.DataFrame) -> None:
        first = sum(map(len, told))
        referrals = referrals.set_axis(pd.RangeIndex(first, first + len(referrals)))
        for name, route in ROUTES.items():  # all of them, so that the dice fall alike whoever is there
            some = referrals[referrals.route == name]
            route.tell(
                Cases(dice.of(some.child.to_numpy()), year, events, some.index.to_numpy(), some.referral.to_numpy())
            )
        told.append(_closed(dice.of(referrals.child.to_numpy()), year, referrals, events))

    tell(pd.DataFrame({"child": people.index, "route": people.route, "referral": people.referral}))
    plans = events["protection"]
    tell(_referred_before(dice, people))
    tell(_protected_before_that(dice, people.loc[plans.episode[~plans.elsewhere].unique()]))
    return pd.concat(told), events


def _referred_before(dice: Dice, people: pd.DataFrame) -> pd.DataFrame:
    """The referrals within the twelve months before another of the year, over before that."""
    again = (people.referral >= 0) & (people.born < -600) & ~people.route.isin(NO_FURTHER_ACTION)
    again &= dice.happens(shape.REREFERRED * AGAIN)
    route = dice.code({"over": 93, "over, no further action": 7})
    return pd.DataFrame({"child": people.index, "route": route, "referral": people.referral - dice.days(125, 360)})[
        again
    ]


def _protected_before_that(dice: Dice, protected: pd.DataFrame) -> pd.DataFrame:
    """The referrals, years ago, that led to an earlier plan of children with a child protection plan."""
    earlier = protected.referral - 1300
    twice = dice.of(protected.index.to_numpy()).happens(shape.SECOND_PLAN * TWICE) & (protected.born < earlier - 30)
    return pd.DataFrame({"child": protected.index, "route": "second plan, over", "referral": earlier})[twice]


def _closed(dice: Dice, year: Year, episodes: pd.DataFrame, events: Events) -> pd.DataFrame:
    """Episodes with the day of closure (NaN = open), its reason, who referred, and the need."""
    happened = events.everything()
    still_open = episodes.index.isin(happened.episode[happened.end.isna()])
    last = happened.groupby("episode")["end"].max().reindex(episodes.index).fillna(episodes.referral).to_numpy()
    over = episodes.route.isin(["over", "second plan, over"]).to_numpy()
    nfa = episodes.route.isin(NO_FURTHER_ACTION).to_numpy()
    close = last + np.where(over, 0, dice.days(0, 30))
    close = np.where(still_open | nfa | (close > year.last), NONE, close)
    more = pd.concat([events[kind].episode for kind in ("plan", "enquiry", "conference")])
    just_assessed = episodes.index.isin(events["assessment"].episode) & ~episodes.index.isin(more)
    reason = np.where(just_assessed, dice.code(shape.AFTER_ASSESSMENT), dice.code(shape.CLOSURE))
    return episodes.assign(
        nfa=nfa,
        close=close,
        reason=pd.Series(np.where(over & (reason == "RC2"), "RC7", reason), episodes.index).mask(np.isnan(close)),
        source=dice.code(shape.SOURCE),
        need=pd.Series(dice.code(shape.NEED), episodes.index).mask(nfa),
    )

"""An invented authority's looked-after children as an SSD database, for two years running that agree with each other.

`care_population` makes the SSD tables; `demo.write` puts them into a database, from which `ssd.extract` takes the 903
of the period and of the one before. Drawn from the seed alone, by child, as the children in need are (`demo_dice`);
days count from 1 April of the period. After extraction the data breaks none of the Department's rules; only query 1002
asks about the care leavers whose care lies before both years.

Nothing in it can be mistaken for a record: ids begin with DEMO, names say so, UPNs carry establishment numbers that are
never issued, the provider numbers begin with SC9 (the series SC ended below SC500000), social workers are called
SWDEMO, and no postcode is one where anybody lives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assets.sources import demo_care_shape as shape
from assets.sources.demo import (
    ELSEWHERE,
    FIRST_ESTABLISHMENT,
    ids,
    in_ssd_columns,
    refuse,
    upns,
    yes,
)
from assets.sources.demo_dice import NONE, Days, Dice, Marks, Texts, Whole, Year
from assets.sources.demo_shape import ETHNICITY
from assets.sources.ssd_tables import MADE_HERE, RELEASE
from returns import described

BESIDE = 0.3  # children who are only in the return of the year before
ROUTES = {  # how a child's care runs -> weight
    "stays": 44, "came": 18, "left": 11, "came and left": 7, "grown up": 6.5,
    "alone, stays": 3.2, "alone, came": 2.6, "alone, grown up": 1.6,
    "adopted": 2.8, "placed": 2.2, "order": 1, "reversed": 0.6, "short breaks": 1.2, "single breaks": 0.7,
    "remanded": 1.3, "leaver": 36,
}  # fmt: skip
BEFORE = {
    "left last year": 20, "came and left last year": 7, "adopted last year": 2, "remanded last year": 1,
    "leaver, over": 9,
}  # fmt: skip
FIRST = (  # one of each kind: the smallest authority, of ten, holds every kind of record; age and sex where they matter
    ("stays", 11, "M"), ("came", 16, "F"), ("left", 16, "F"), ("adopted", None, "F"), ("placed", None, "M"),
    ("alone, stays", 16, "M"), ("grown up", None, "M"), ("leaver", None, "F"), ("reversed", None, "M"),
    ("came and left", 6, "F"), ("short breaks", None, "M"), ("single breaks", None, "F"), ("remanded", None, "M"),
)  # fmt: skip
ADOPTION = ("adopted", "placed", "order", "reversed", "adopted last year")
BREAKS = ("short breaks", "single breaks")  # a series as an agreement only (V4), and each break for itself (V3)
REMANDED = ("remanded", "remanded last year")
FOSTER = ("U1", "U2", "U3", "U4", "U5", "U6")
SHORTEST = 40  # days of care in which a change is told
GOLDEN = 0.618  # its multiples, without the whole, are spread evenly over 0 to 1
SLOTS = 4  # changes of placement or legal status in a period of care, at most
AWAY, BACK = 9, 10  # a temporary placement's number, and what is added to that of the one to which the child comes back
LONG_AGO = 91  # days of care that a care leaver's last episode is sure to have, as earlier ones are not seen any more


def care_population(
    children: int, seed: int = 1, period: str = "2025-26", unit: str = "356"
) -> dict[str, pd.DataFrame]:
    """The SSD tables of an authority with `children` children and care leavers in its 903 of `period`, and more before.

    As `demo.population`. Raises SourceError, UnknownPeriod.
    """
    asked = described("cla").at(period)
    refuse(asked, children, seed, unit)
    year = Year(period)
    dice = Dice(seed, children + max(6, int(children * BESIDE)))
    people = _people(dice, year, children)
    cares = _periods(dice, people)
    episodes, placements, legal = _episodes(year, dice, cares, supported=period >= "2025-26")
    own = {code.code for code in described("cin").at(period).codes["upn_authority"]}
    people = people.join(_identifiers(year, people, unit if unit in own else ELSEWHERE))
    people["upn_none"] = people.upn_none.mask(people.upn_none.notna() & (dice.throw() < 0.3) & people.school_age, "UN3")
    told = {
        "ssd_person": people,
        "ssd_cla_episodes": episodes,
        "ssd_cla_placement": placements,
        "ssd_legal_status": legal,
        **_of_the_child(dice, year, people),
        **_of_the_years(dice, year, people),
        **_workers(dice, year, people),
    }
    told["ssd_version_log"] = pd.DataFrame(
        {"release": [RELEASE], "description": MADE_HERE, "current": True, "software": "DEMO"}
    )
    return in_ssd_columns(year, _named(told, people), COLUMNS)


# ----------------------------------------------------------------------------------------------------------- the people


def years_after(year: Year, days: Days, years: int) -> Days:
    """The same calendar day `years` later; 29 February gives 28 February."""
    moved = year.dates(np.asarray(days, dtype=float)) + pd.DateOffset(years=years)
    found = (moved.to_numpy().astype("datetime64[D]") - year.start).astype("timedelta64[D]").astype("int64")
    return np.where(moved.isna(), NONE, found)


def _people(dice: Dice, year: Year, children: int) -> pd.DataFrame:
    """One row a child: route, birth, first and last day in care (NaN = still), days of an adoption, sex, ethnicity."""
    count = len(dice.throw())
    number = np.arange(count)
    route = dice.code(ROUTES)
    first = number < len(FIRST)
    route[first] = [kind for kind, _, _ in FIRST]
    route = np.where(number < children, route, dice.code(BEFORE)).astype(object)
    alone = np.char.startswith(route.astype(str), "alone")
    adoption = np.isin(route, ADOPTION)

    reference, start, end = _reference(dice, year, route)
    remanded = np.isin(route, REMANDED)
    justice, held_from, held_until = _held(dice, year, route)
    start, end = np.where(remanded, held_from, start), np.where(remanded, held_until, end)
    reference = np.where(remanded & ~np.isnan(end), end, reference)
    bands = [
        {(365 * low + 1, 365 * high - 8): weight for (low, high), weight in ages.items()}
        for ages in (shape.AGES, shape.AGES_CAME)
    ]
    old = np.where(np.isin(route, ["came", "came and left"]), dice.days_in(bands[1]), dice.days_in(bands[0]))
    for place, (_, of_first, _) in enumerate(FIRST):
        old[place] = old[place] if of_first is None else 365 * of_first + 150
    old = np.where(alone, dice.days(365 * 14 + 30, 365 * 18 - 60), old)
    old = np.where(np.isin(route, BREAKS), dice.days(365 * 5, 365 * 15), old)
    old = np.where(remanded, dice.days_in(shape.AGES_JUSTICE), old)
    old = np.where(adoption, dice.days(650, 2100), old)
    born = reference - old
    born = np.where(np.isin(route, ["stays", "left", *BREAKS]), np.minimum(born, -60), born)
    born = np.where(route == "left last year", np.minimum(born, -450), born)

    grown = np.isin(route, ["grown up", "alone, grown up"])
    born = np.where(grown, years_after(year, reference, -18), born)
    end = np.where(grown, years_after(year, born, 18), end)
    leaver = np.isin(route, ["leaver", "leaver, over"])
    age = np.where(route == "leaver, over", 22, dice.code(shape.LEAVER_AGES).astype(int))
    age[[place for place, (kind, _, _) in enumerate(FIRST) if kind == "leaver"]] = 19
    for years in range(17, 23):
        here = leaver & (age == years)
        born = np.where(here, years_after(year, reference, -years), born)
    young = np.where(age == 17, years_after(year, born, 16), years_after(year, born, 17)) + dice.days(30, 300)
    end = np.where(leaver, np.where(age <= 18, young, years_after(year, born, 18)), end)

    lasted = dice.days_in(shape.LENGTHS)
    lasted = np.where(leaver, np.maximum(lasted, 220), lasted)
    before = np.where(np.isnan(end), np.full(count, -1.0), np.minimum(end - 5, -1)) - lasted
    before = np.where(leaver, end - lasted, before)
    before = np.where(route == "left last year", np.minimum(end - 5, -367.0) - lasted, before)
    start = np.where(np.isnan(start), before, start)
    start = np.where(adoption, born + dice.days(5, 60), start)
    start = np.maximum(start, np.where(alone, years_after(year, born, 13), born))
    born = np.minimum(born, start)
    people = pd.DataFrame({"child": number, "route": route, "born": born, "start": start, "end": end, "alone": alone})
    people["age"] = np.where(leaver, age, 0)
    people["birthday"] = np.where(leaver, reference, NONE)
    people["justice"] = justice
    people["sex"] = np.where(alone, dice.code(shape.SEX_ALONE), dice.code(shape.SEX))
    people["sex"] = np.where(remanded, dice.code(shape.SEX_JUSTICE), people.sex)
    people.loc[people.index[first], "sex"] = [sex for _, _, sex in FIRST]
    people["ethnicity"] = np.where(alone, dice.code(shape.ETHNICITY_ALONE), dice.code(ETHNICITY))
    people["need"] = np.where(alone, "N8", dice.code(shape.NEED))
    people["need"] = np.where(remanded, dice.code(shape.NEED_JUSTICE), people.need)
    people["need"] = np.where(np.isin(route, BREAKS), "N2", people.need)
    people["home"] = np.array(shape.HOMES, dtype=object)[dice.place([1] * len(shape.HOMES))]
    return people.join(_adoption(dice, year, people))


def _reference(dice: Dice, year: Year, route: Texts) -> tuple[Days, Days, Days]:
    """The day at which the age is drawn (of leaving care, a birthday, or the last of the year); start and end of care
    where the route fixes them."""
    last = year.last
    in_year, in_last = dice.days(2, last - 3), dice.days(-363, -3)
    came = dice.days(0, last - 15)
    came_last = dice.days(-364, -20)
    span = dice.throw()
    end = np.full(len(route), NONE)
    leaves = {
        "left": in_year, "grown up": in_year, "alone, grown up": in_year, "adopted": in_year,
        "left last year": in_last, "adopted last year": in_last,
        "short breaks": np.where(dice.throw() < shape.BREAKS_ENDED, in_year, NONE),
        "came and left": came + 3 + np.floor(span * (last - 6 - came)),
        "came and left last year": came_last + 3 + np.floor(span * (-6 - came_last)),
    }  # fmt: skip
    for kind, day in leaves.items():
        end = np.where(route == kind, day, end)
    start = np.where(np.isin(route, ["came", "alone, came", "came and left"]), came, NONE)
    start = np.where(route == "came and left last year", came_last, start)
    reference = np.where(np.isnan(end), float(last), end)
    leaver = np.isin(route, ["leaver", "leaver, over"])
    return np.where(leaver, dice.days(1, last - 1), reference), start, end


def _held(dice: Dice, year: Year, route: Texts) -> tuple[Texts, Days, Days]:
    """Legal status, first and last day in care of those whom a court or the police put there; who is still held at the
    end of the year has no last day. (Others have no status; their days mean nothing.)"""
    justice = dice.code(shape.JUSTICE)
    drawn = [dice.days_in(lengths) for lengths in shape.LENGTHS_JUSTICE.values()]
    lasted = np.select([justice == legal for legal in shape.LENGTHS_JUSTICE], drawn)
    in_year, in_last = dice.days(2, year.last + 60), dice.days(-363, -3)
    end = np.where(route == "remanded", in_year, in_last)
    justice[~np.isin(route, REMANDED)] = None
    return justice, np.minimum(end - lasted, year.last - 4), np.where(end > year.last - 3, NONE, end)


def _adoption(dice: Dice, year: Year, people: pd.DataFrame) -> pd.DataFrame:
    """Decision, placement order, match, move to the adopters, reversal of the decision: in this order, or missing."""
    until = people.end.fillna(year.last).to_numpy()
    days = until - people.start.to_numpy()
    kind = people.route.to_numpy()

    def at(share: float, kinds: tuple[str, ...]) -> Days:
        return np.where(np.isin(kind, kinds), people.start.to_numpy() + np.floor(days * share), NONE)

    placed = ("adopted", "placed", "adopted last year")
    reversal = np.where(kind == "reversed", np.maximum(at(0.5, ("reversed",)), dice.days(0, year.last - 5)), NONE)
    return pd.DataFrame(
        {
            "decided": at(0.35, ADOPTION),
            "ordered": at(0.45, (*placed, "order")),
            "matched": at(0.6, placed),
            "moved": at(0.7, placed),
            "reversal": reversal,
        }
    )


def _periods(dice: Dice, people: pd.DataFrame) -> list[pd.DataFrame]:
    """Periods of care: one of each child, and the one before of some that came."""
    come_back = dice.happens(shape.CAME_BACK) & (people.route == "came").to_numpy()
    end = people.start.to_numpy() - dice.days(60, 500)
    start = end - dice.days(30, 300)
    earlier = people.assign(start=start, end=end)[come_back & (start > people.born.to_numpy() + 5)]
    people["first"] = people.start.where(~people.index.isin(earlier.index), earlier.start.reindex(people.index))
    return [people, earlier]


def _identifiers(year: Year, people: pd.DataFrame, unit: str) -> pd.DataFrame:
    """A UPN for those of school age, else UN1."""
    born = people.born.to_numpy()
    school = years_after(year, born, 5) <= year.last
    given = (year.start + born.astype("int64")).astype("datetime64[Y]").astype("int64") + 1970 + 5
    given = np.minimum(given, year.start.astype(object).year)
    without = people.alone.to_numpy() | (people.child.to_numpy() % 29 == 28)
    has = school & ~without
    turn = pd.Series(has).groupby(given).cumsum().to_numpy() - 1
    upn = pd.Series(upns(unit, FIRST_ESTABLISHMENT, given, np.maximum(turn, 0))).where(has)
    none = pd.Series(np.where(school, "UN2", "UN1")).mask(has)
    return pd.DataFrame({"upn": upn, "upn_none": none, "school_age": school})


# --------------------------------------------------------------------------------------------------------- the episodes


@dataclass
class State:
    """Where some children are while their care is told: legal status, placement (its number, type, postcode …)."""

    legal: Texts
    turn: Whole
    place: Texts
    post: Texts
    urn: Texts
    provider: Texts


def _episodes(
    year: Year, dice: Dice, cares: list[pd.DataFrame], *, supported: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Episodes, placements and legal statuses of all periods of care, an earlier period after the child's last."""
    single = (cares[0].route == "single breaks").to_numpy()
    told = [
        _told(year, dice.of(care.child.to_numpy()), care.reset_index(drop=True), earlier, supported)
        for earlier, care in enumerate([cares[0][~single], *cares[1:]])
    ]
    breaks = cares[0][single].reset_index(drop=True)
    told.append(_single_breaks(year, dice.of(breaks.child.to_numpy()), breaks))
    episodes, placements, legal = (
        pd.concat(parts, ignore_index=True).sort_values(["child", "start"], kind="stable", ignore_index=True)
        for parts in zip(*told, strict=True)
    )
    return episodes, placements, legal


def _told(
    year: Year, dice: Dice, care: pd.DataFrame, earlier: int, supported: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    changes, kinds = _changes(year, dice, care)
    rows: list[pd.DataFrame] = []
    state: State | None = None
    for slot in range(SLOTS + 1):
        at = care.start.to_numpy() if slot == 0 else changes[slot - 1]
        reason = np.full(len(care), "S", dtype=object) if slot == 0 else kinds[slot - 1]
        state, reason, happens = _moved(year, dice, care, state, at, reason, supported=supported)
        rows.append(
            pd.DataFrame(
                {"child": care.child, "start": at, "rne": reason, "legal": state.legal, "turn": state.turn,
                 "place": state.place, "post": state.post, "urn": state.urn, "provider": state.provider}
            )[happens]
        )  # fmt: skip
    episodes = pd.concat(rows).sort_values(["child", "start"], kind="stable", ignore_index=True)
    by_child = care.set_index("child")
    if not earlier:
        episodes = _away(year, dice, care, episodes)
    following = episodes.groupby("child")["start"].shift(-1)
    episodes["end"] = following.fillna(episodes.child.map(by_child.end))
    final = pd.Series(_why_ended(year, dice, care), index=care.child)
    episodes["rec"] = pd.Series("X1", episodes.index).where(following.notna(), episodes.child.map(final))
    episodes["rec"] = episodes.rec.where(episodes.end.notna())
    period = "B" if earlier else "A"
    letters = pd.Series(ids("", episodes.child))
    episodes["placement"] = "PL" + letters + period + episodes.turn.astype("str")
    episodes["cla"] = "CLA" + letters + period
    return _recorded(dice, care, episodes.assign(entered=episodes.child.map(by_child.start)))


def _recorded(
    dice: Dice, care: pd.DataFrame, episodes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The episodes of some children, one child's after another's, and the placements and legal statuses in them."""
    by_child = care.set_index("child")
    episodes["need"] = episodes.child.map(by_child.need)
    grouped = episodes.groupby("placement", sort=False)
    placements = grouped.agg(
        {"child": "first", "cla": "first", "start": "first", "place": "first", "post": "first", "urn": "first",
         "provider": "first"}
    )  # fmt: skip
    temporary = episodes.place.isin([*shape.AWAY_FOR])
    before = temporary.groupby(episodes.child).shift(-1, fill_value=False)
    last = episodes.assign(moved=(episodes.rec == "X1") & ~temporary & ~before)
    last = last.drop_duplicates("placement", keep="last").set_index("placement")
    placements["end"] = last.end
    why = dice.of(placements.child.to_numpy()).code(shape.WHY_CHANGED)
    placements["why"] = pd.Series(why, placements.index).where(last.moved.reindex(placements.index))
    changed = (episodes.legal != episodes.groupby("child")["legal"].shift()).groupby(episodes.child).cumsum()
    legal = episodes.assign(number=changed).groupby(["child", "number"], sort=False)
    legal = legal.agg(start=("start", "first"), legal=("legal", "first")).reset_index()
    legal["end"] = legal.groupby("child")["start"].shift(-1).fillna(legal.child.map(by_child.end))
    return episodes, placements.reset_index(), legal


def _away(year: Year, dice: Dice, care: pd.DataFrame, episodes: pd.DataFrame) -> pd.DataFrame:
    """Some children are in a temporary placement for a time and come back to their own: the episode becomes three.

    A stay that the end of the year cuts is still open.
    """
    cared = ~care.route.isin([*ADOPTION, *BREAKS]) & care.justice.isna()
    why, post = dice.code(shape.AWAY_WHY), np.array(shape.NEAR, dtype=object)[dice.place([1] * len(shape.NEAR))]
    lasts = np.select([why == kind for kind in shape.AWAY_FOR], [dice.days(*days) for days in shape.AWAY_FOR.values()])
    first, until = np.maximum(care.start, -364), np.minimum(care.end.fillna(year.last), year.last)
    gone = first + np.floor(dice.throw() * (until - first))
    turns = [-1, year.last - 1, year.last]  # an absence may have begun then that has no end in the return
    some = cared & ((dice.throw() < shape.TEMPORARY) | (care.child == 0))
    some &= ~np.isin(gone, turns) & ~np.isin(gone + lasts, turns)
    away = pd.DataFrame({"child": care.child, "why": why, "where": post, "gone": gone, "back": gone + lasts})[some]
    stay = episodes.merge(away, on="child")
    until = stay.groupby("child")["start"].shift(-1).fillna(stay.child.map(care.set_index("child").end))
    stay = stay[(stay.start < stay.gone) & ~(until <= stay.back)]
    own = stay.set_index("child")[["turn", "gone"]].reindex(episodes.child).set_axis(episodes.index)
    later = (episodes.turn == own.turn) & (episodes.start > own.gone)
    elsewhere = stay.assign(start=stay.gone, turn=AWAY, place=stay.why, post=stay["where"], urn=None, provider=None)
    again = stay.assign(start=stay.back, turn=stay.turn + BACK)[stay.back <= year.last]
    parts = [episodes.assign(turn=episodes.turn + BACK * later), elsewhere.assign(rne="P"), again.assign(rne="P")]
    told = pd.concat([part[episodes.columns] for part in parts])
    return told.sort_values(["child", "start"], kind="stable", ignore_index=True)


def _single_breaks(year: Year, dice: Dice, care: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Short breaks that are told one by one, some days each, over both years: each a period of care of its own."""
    most = 2 * shape.BREAKS[1]
    series = pd.DataFrame(
        {"child": care.child, "first": care.start, "many": 2 * dice.days(*shape.BREAKS), "sooner": dice.throw(),
         "longer": dice.throw(), "place": dice.code(shape.PLACEMENT_SHORT), "rne": "S", "legal": "V3", "rec": "E8",
         "post": np.array(shape.NEAR, dtype=object)[dice.place([1] * len(shape.NEAR))], "urn": None}
    )  # fmt: skip
    breaks = series.loc[series.index.repeat(most)].reset_index(drop=True)
    breaks["turn"] = np.tile(np.arange(most), len(series))
    sooner, longer = ((breaks[throw] + breaks.turn * GOLDEN) % 1 for throw in ("sooner", "longer"))
    pace = (year.last + 364) / breaks.many
    breaks["start"] = np.floor(-364 + pace * (breaks.turn + 0.6 * sooner))
    breaks["end"] = breaks.start + 1 + np.floor(shape.BREAK * longer)
    breaks = breaks[(breaks.turn < breaks.many) & (breaks.start >= breaks["first"])].reset_index(drop=True)
    number = pd.Series(ids("", breaks.child)) + "S" + breaks.turn.astype("str")
    breaks["provider"] = breaks.place.map(shape.PROVIDER)
    return _recorded(dice, care, breaks.assign(placement="PL" + number, cla="CLA" + number, entered=breaks.start))


def _changes(year: Year, dice: Dice, care: pd.DataFrame) -> tuple[list[Days], list[Texts]]:
    """The days of the changes, in order, and what each is wanted to be: L (legal status) or P (placement)."""
    start, until = care.start.to_numpy(), np.minimum(care.end.fillna(year.last).to_numpy(), year.last)
    adoption, stays = care.route.isin(ADOPTION).to_numpy(), (care.route.isin(BREAKS) | care.justice.notna()).to_numpy()
    leaver = care.route.isin(["leaver", "leaver, over"]).to_numpy()
    days, kinds = [], []
    for slot in range(SLOTS):
        day = start + np.floor((until - start) * (slot + 0.7 + 0.6 * dice.throw()) / (SLOTS + 1))
        happens = dice.happens(shape.CHANGED) & (until - start >= SHORTEST) & ~adoption & ~stays
        happens &= ~(leaver & (until - day < LONG_AGO))
        kind = np.where(dice.throw() < shape.LEGAL_CHANGED, "L", "P").astype(object)
        days.append(np.where(happens, day - (day == -1), NONE))  # who is missing at the turn of the year is not moved
        kinds.append(kind)
    for slot, (column, wanted) in enumerate((("ordered", "L"), ("moved", "P"))):
        days[slot] = np.where(adoption, care[column].to_numpy(), days[slot])
        kinds[slot] = np.where(adoption, wanted, kinds[slot]).astype(object)
    return days, kinds


def _moved(
    year: Year, dice: Dice, care: pd.DataFrame, state: State | None, at: Days, kind: Texts, *, supported: bool
) -> tuple[State, Texts, Marks]:
    """Where the children are from the days `at` on, why the episode is new, and for whom there is one."""
    adoption, alone = care.route.isin(ADOPTION).to_numpy(), care.alone.to_numpy()
    breaks, happens = care.route.isin(BREAKS).to_numpy(), ~np.isnan(at)
    age = {years: years_after(year, care.born.to_numpy(), years) <= at for years in (5, 10, 16)}
    drawn = {band: dice.code(weights) for band, weights in shape.PLACEMENT.items()}
    by_age = np.select([age[16], age[10], age[5]], [drawn[16, 19], drawn[10, 16], drawn[5, 10]], drawn[0, 5])
    on_their_own = np.where(age[16], dice.code(shape.PLACEMENT_ALONE), "U6")
    place = np.where(alone, on_their_own, by_age).astype(object)
    place[adoption] = "U6"
    if not supported:
        place[place == shape.SUPPORTED] = "K2"
    foster, near = dice.code(shape.FOSTER), dice.throw() < shape.NEARBY
    posts = np.where(
        near,
        np.array(shape.NEAR, dtype=object)[dice.place([1] * len(shape.NEAR))],
        np.array(shape.FAR, dtype=object)[dice.place([1] * len(shape.FAR))],
    )
    home = care.home.to_numpy()
    if state is None:
        legal = dice.code(shape.LEGAL)
        legal[alone], legal[adoption], legal[breaks] = "V2", "C1", "V4"
        legal = np.where(care.justice.notna(), care.justice, legal).astype(object)
        place = np.where(breaks, dice.code(shape.PLACEMENT_SHORT), place).astype(object)
        for status, places in shape.PLACEMENT_JUSTICE.items():
            place = np.where(legal == status, dice.code(places), place).astype(object)
        turn, moves = np.zeros(len(care), dtype="int64"), happens
        before = None
    else:
        following = pd.Series(state.legal).map(shape.NEXT_LEGAL).to_numpy(dtype=object)
        following[adoption] = "E1"
        can = pd.notna(following) & ~alone
        can &= ~((following == "C1") & (state.place == "P1"))
        legal_change = happens & (kind == "L") & can
        moves = happens & ~legal_change
        legal = np.where(legal_change, following, state.legal).astype(object)
        kind = np.where(legal_change, "L", "P").astype(object)
        turn, before = state.turn + moves, state
        place[adoption] = "A6"
        place[(place == "P1") & (before.place == "P1")] = "U6"
        same = posts == before.post
        posts[same] = shape.FAR[0]
        posts[same & (before.post == shape.FAR[0])] = shape.FAR[1]
    place[(place == "P1") & ((legal == "V2") | alone)] = "U3"
    posts = np.where(place == "P1", home, posts).astype(object)
    provider = np.array([shape.PROVIDER.get(code, "") for code in place], dtype=object)
    provider = np.where(provider == "", foster, provider).astype(object)
    urn = _numbers(place, posts)
    if before is None:
        return State(legal, turn, place, posts, urn, provider), kind, happens
    moved = State(
        legal,
        turn,
        *(
            np.where(moves, new, old).astype(object)
            for new, old in (
                (place, before.place),
                (posts, before.post),
                (urn, before.urn),
                (provider, before.provider),
            )
        ),
    )
    return moved, kind, happens


def _numbers(place: Texts, posts: Texts) -> Texts:
    """The number of the provider at a place: of a series that was never issued."""
    types, towns = pd.Index(sorted({*shape.PROVIDER, *FOSTER})), pd.Index([*shape.NEAR, *shape.FAR, *shape.HOMES])
    of_type = [
        [None if kind in shape.WITHOUT_URN else f"SC9{number * 1000 + town:05}" for town in range(len(towns))]
        for number, kind in enumerate(types)
    ]
    return np.array(of_type, dtype=object)[types.get_indexer(pd.Index(place)), towns.get_indexer(pd.Index(posts))]


def _why_ended(year: Year, dice: Dice, care: pd.DataFrame) -> Texts:
    of_age = years_after(year, care.born.to_numpy(), 18) <= care.end.fillna(-9999).to_numpy()
    why = np.where(of_age, dice.code(shape.GROWN_UP), dice.code(shape.ENDED)).astype(object)
    held, opposed = dice.code(shape.ENDED_JUSTICE), dice.code(shape.OPPOSED)
    adopted = care.route.isin(["adopted", "adopted last year"]).to_numpy()
    why = np.where(adopted, opposed, why)
    final = np.isin(why, ["E2", "E3"]) & care.route.isin(["leaver", "leaver, over", "came"]).to_numpy()
    why[final] = "E8"
    why = np.where(care.justice.isin(shape.JUSTICE), np.where(care.justice == "J1", held, "E4A"), why)
    return np.where(care.route == "short breaks", "E8", why).astype(object)


# ------------------------------------------------------------------------------------------------------- the other rows


def _of_the_child(dice: Dice, year: Year, people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What the SSD holds once of a child: homes, status, immunisations, earlier permanence, decisions, births."""
    known = people[(people.route != "leaver, over")]
    decided = people[people.decided.notna()]
    adopters = pd.Series(dice.code(shape.ADOPTERS), people.index).str.split(" ", expand=True)
    number, couple, status = (adopters[column].where(people.matched.notna()) for column in range(3))
    why = pd.Series(dice.code(shape.REVERSED), people.index)
    adopted = people.end.where(people.route.isin(["adopted", "adopted last year"]))
    permanence = decided.assign(
        number=number.astype("Int64"), adopters=couple, status=status, why=why.where(people.reversal.notna()),
        carer=pd.Series("N", people.index).where(people.matched.notna()), adopted=adopted,
    )  # fmt: skip
    until = people.end.fillna(year.last)
    grown = years_after(year, people.born.to_numpy(), 15)
    from_15 = np.maximum(grown, people.start.to_numpy())
    birth = dice.days(from_15, np.maximum(until.to_numpy() - 1, from_15))
    girl = ((people.sex == "F") & (from_15 < until - 5) & (until >= -364)).to_numpy()
    mother = girl & dice.happens(shape.MOTHER) & ~people.route.isin([*BREAKS, "leaver", "leaver, over"]).to_numpy()
    people["mother"] = np.where(mother, "Y", "N")
    immunised = pd.Series(yes(dice.throw() < shape.IMMUNISED), people.index)
    return {
        "ssd_address": known[~known.alone].assign(kind="Home"),
        "ssd_immigration_status": people[people.alone].assign(kind="UASC", until=NONE),
        "ssd_cla_immunisations": people.assign(immunised=immunised),
        "ssd_cla_previous_permanence": _permanence_before(dice, year, people),
        "ssd_permanence": permanence,
        "ssd_mother": people.assign(birth=birth)[mother],
    }


def _permanence_before(dice: Dice, year: Year, people: pd.DataFrame) -> pd.DataFrame:
    option = dice.code(shape.BEFORE)
    long_ago = (people["first"] - people.born).to_numpy() > 2000
    option[~long_ago] = "Z1"
    option[np.flatnonzero(long_ago & people.route.isin(["came"]).to_numpy())[:1]] = "P1"
    day = year.dates((people["first"] - 900).to_numpy(dtype=float))
    exact = dice.throw() < 0.5
    date = day.dt.strftime("%d/%m/%Y").where(exact, "zz/zz/" + day.dt.strftime("%Y"))
    some = pd.Series(option != "Z1", people.index)
    authority = pd.Series("330", people.index)
    return people.assign(option=option, authority=authority.where(some), date=date.where(some))


def _of_the_years(dice: Dice, year: Year, people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What is told of each of the two years: health, scores, reviews, missing, contact with care leavers."""
    cared = people[~people.route.isin(BREAKS)]
    parts: dict[str, list[pd.DataFrame]] = {}

    def add(table: str, rows: pd.DataFrame, where: Any) -> None:
        parts.setdefault(table, []).append(rows[np.asarray(where)])

    for low, high in ((-365, -1), (0, year.last)):
        throw = dice.of(cared.child.to_numpy())
        start = np.maximum(cared.start.to_numpy(), low)
        end = np.minimum(cared.end.fillna(high).to_numpy(), high)
        there = end - start >= 1

        def some_day(throw: Dice = throw, start: Days = start, end: Days = end) -> Days:
            return start + np.floor(throw.throw() * (end - start + 1))

        turned = {years: years_after(year, cared.born.to_numpy(), years) for years in (4, 5, 10, 13, 17)}
        scored, reason = throw.throw() < shape.SCORED, throw.code(shape.NO_SCORE)
        score = np.floor(40 * throw.throw() * throw.throw() ** 0.5)
        asked = there & (turned[4] <= high) & (turned[17] >= low)
        add(
            "ssd_sdq_scores",
            cared.assign(
                day=some_day(),
                score=pd.Series(np.where(scored, score, NONE), cared.index).astype("Int64"),
                reason=pd.Series(reason, cared.index).mask(scored),
            ),
            asked,
        )
        for kind, share, until in (
            ("Dental check", shape.TEETH, None),
            ("Health assessment", shape.ASSESSED, None),
            ("Development check", shape.DEVELOPMENT, 5),
        ):
            of_age = True if until is None else turned[until] > high
            done = there & of_age & throw.happens(share)
            add("ssd_cla_health", cared.assign(kind=kind, day=some_day(), status="Completed"), done)
        add(
            "ssd_cla_convictions",
            cared.assign(day=some_day(), offence="Invented"),
            there & (turned[10] < start) & throw.happens(shape.CONVICTED),
        )
        add(
            "ssd_cla_substance_misuse",
            cared.assign(day=some_day(), received="Y"),
            there & (turned[13] < start) & throw.happens(shape.MISUSE),
        )
        half = np.floor((start + end) / 2)
        for first, last in ((start + 1, half - 5), (half, end - 8)):
            begun = first + np.floor(throw.throw() * (last - first + 1))
            often = np.where(turned[10] <= start, shape.MISSING[10], shape.MISSING[0])
            gone = (last >= first) & ((throw.throw() < often) | (cared.child.to_numpy() < 2)) & cared.justice.isna()
            how = np.where(throw.throw() < shape.AWAY, "Away", "Missing")
            add("ssd_missing", cared.assign(kind=how, begun=begun, over=begun + throw.days(0, 4)), gone)
    still = people.end.isna() & (people.start < -60) & (dice.throw() < 0.004) & (people.route == "stays")
    add("ssd_missing", people.assign(kind="Missing", begun=year.last - 1.0, over=NONE), still)
    turn = (people.start < -60) & ~(people.end < 5) & (dice.throw() < 0.004)
    turn &= ~people.route.isin([*BREAKS, *ADOPTION]) & people.justice.isna()
    turn |= people.child == 0
    add("ssd_missing", people.assign(kind="Missing", begun=-1.0, over=0.0), turn)
    frames = {name: pd.concat(rows, ignore_index=True) for name, rows in parts.items()}
    return frames | {"ssd_cla_reviews": _reviews(dice, year, cared), "ssd_care_leavers": _contacts(dice, year, people)}


def _reviews(dice: Dice, year: Year, cared: pd.DataFrame) -> pd.DataFrame:
    """Reviews of the two years: within 20 working days, after three months, then every six."""
    start, until = cared.start.to_numpy(), np.minimum(cared.end.fillna(year.last).to_numpy(), year.last)
    routine = start + 290
    routine = routine + 180 * np.maximum(0, np.ceil((-365 - routine) / 180))
    turned_4 = years_after(year, cared.born.to_numpy(), 4)
    throw = dice.of(cared.child.to_numpy())
    rows = []
    for day in (start + 20, start + 110, *(routine + 180 * turn for turn in range(5))):
        part = np.where(turned_4 > day, "PN0", throw.code(shape.PARTICIPATION))
        held = (day >= -365) & (day < until)
        rows.append(cared.assign(day=day, part=part)[held])
    return pd.concat(rows).sort_values(["child", "day"], kind="stable", ignore_index=True)


def _contacts(dice: Dice, year: Year, people: pd.DataFrame) -> pd.DataFrame:
    """Contacts with care leavers: near the birthday of each of the two years, and a newer one that does not count."""
    leavers = people[people.route.isin(["leaver", "leaver, over"])]
    throw = dice.of(leavers.child.to_numpy())
    rows = []
    for before in (0, 1):
        birthday = years_after(year, leavers.birthday.to_numpy(), -before)
        age = leavers.age.to_numpy() - before
        touch = throw.code(shape.IN_TOUCH)
        activity, home = throw.code(shape.ACTIVITY), throw.code(shape.ACCOMMODATION)
        home[(age < 19) & (np.isin(home, ["Z 1", "T 1"]))] = "D 1"
        known = touch == "YES"
        parts = pd.Series(home, leavers.index).str.split(" ", expand=True)
        told = leavers.assign(
            touch=touch,
            activity=np.where(known, activity, "0"),
            home=parts[0].where(known, "0"),
            suits=parts[1].where(known),
            day=birthday + throw.days(-60, 20),
        )
        rows += [told[(age >= 17) & (age <= 21)], told.assign(day=birthday + 200)[(age >= 17) & (age < 21)]]
    return pd.concat(rows, ignore_index=True)


def _workers(dice: Dice, year: Year, people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The social workers of those in care in the two years: some change in this year, none is taken off at the end."""
    cared = people[~(people.end < -366)]  # the year before may have a 29 February
    throw = dice.of(cared.child.to_numpy())
    workers = pd.DataFrame({"number": np.arange(max(4, len(people) // 15))})
    until = np.minimum(cared.end.fillna(year.last).to_numpy(), year.last)
    start = np.maximum(cared.start.to_numpy(), 0)
    change = start + 5 + np.floor(throw.throw() * np.maximum(until - start - 20, 1))
    # a new one who begins after the last short break would not be in the return
    changes = throw.happens(shape.NEW_WORKER) & (until - start > 40) & (cared.route != "single breaks").to_numpy()
    back = (cared["first"] < cared.start).to_numpy()  # who comes back has a new one
    change, changes = np.where(back, cared.start, change), changes | back
    one, two = throw.place([1] * len(workers)), throw.place([1] * len(workers))
    why = np.where(back, "FCONTA", throw.code(shape.WHY_NEW_WORKER))
    first = cared.assign(worker=one, begun=cared["first"], over=np.where(changes, change, NONE), why="FCONTA")
    second = cared.assign(worker=two, begun=change, over=NONE, why=why)[changes]
    involved = pd.concat([first, second], ignore_index=True)
    return {
        "ssd_professionals": workers.assign(
            professional=ids("PRF", workers.number), registration=ids("SWDEMO", workers.number)
        ),
        "ssd_involvements": involved.assign(professional=ids("PRF", involved.worker), role="CW"),
    }


# ----------------------------------------------------------------------------------------------------------- the tables


def _named(told: Mapping[str, pd.DataFrame], people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table with the child's id, and an id of its own rows."""
    person = pd.Series(ids("DEMO", people.child + FIRST_PERSON, digits=6), index=people.child)
    named = {}
    for name, rows in told.items():
        rows = rows.reset_index(drop=True)
        if "child" in rows:
            rows["person"] = person.reindex(rows.child).to_numpy()
        named[name] = rows.assign(id=ids(LETTERS.get(name, "ROW"), rows.index))
    named["ssd_person"] = named["ssd_person"].assign(
        legacy=ids("L", people.child + FIRST_PERSON),
        forename="Demo Child",
        surname=ids("", people.child + FIRST_PERSON),
    )
    return named


FIRST_PERSON = 400_000  # children in need are numbered from 1; an id of the 903 has ten characters
LETTERS = {
    "ssd_address": "ADR", "ssd_immigration_status": "IMM", "ssd_legal_status": "LEG", "ssd_cla_episodes": "EPI",
    "ssd_cla_reviews": "CLR", "ssd_cla_convictions": "CNV", "ssd_cla_health": "HLT", "ssd_cla_substance_misuse": "SUB",
    "ssd_sdq_scores": "SDQ", "ssd_missing": "MIS", "ssd_care_leavers": "CLV", "ssd_permanence": "PRM",
    "ssd_cla_previous_permanence": "PPM", "ssd_mother": "MTH", "ssd_involvements": "INV",
}  # fmt: skip
COLUMNS = {  # SSD table -> its column without the table's prefix -> ours
    "ssd_person": {
        "legacy_id": "legacy", "person_id": "person", "upn": "upn", "forename": "forename", "surname": "surname",
        "sex": "sex", "gender": "sex", "ethnicity": "ethnicity", "dob": "born", "upn_unknown": "upn_none",
        "is_mother": "mother",
    },
    "ssd_address": {
        "table_id": "id", "person_id": "person", "address_type": "kind", "address_start_date": "born",
        "address_postcode": "home",
    },
    "ssd_immigration_status": {
        "immigration_status_id": "id", "person_id": "person", "immigration_status_start_date": "start",
        "immigration_status_end_date": "until", "immigration_status": "kind",
    },
    "ssd_mother": {"table_id": "id", "person_id": "person", "childs_dob": "birth"},
    "ssd_legal_status": {
        "legal_status_id": "id", "person_id": "person", "legal_status": "legal", "legal_status_start_date": "start",
        "legal_status_end_date": "end",
    },
    "ssd_cla_episodes": {
        "cla_episode_id": "id", "person_id": "person", "cla_placement_id": "placement",
        "cla_episode_start_date": "start", "cla_episode_start_reason": "rne", "cla_primary_need_code": "need",
        "cla_episode_ceased_date": "end", "cla_episode_ceased_reason": "rec", "cla_id": "cla",
        "entered_care_date": "entered",
    },
    "ssd_cla_placement": {
        "cla_placement_id": "placement", "cla_id": "cla", "person_id": "person", "cla_placement_start_date": "start",
        "cla_placement_type": "place", "cla_placement_urn": "urn", "cla_placement_provider": "provider",
        "cla_placement_postcode": "post", "cla_placement_end_date": "end", "cla_placement_change_reason": "why",
    },
    "ssd_cla_reviews": {
        "cla_review_id": "id", "cla_person_id": "person", "cla_review_date": "day", "cla_review_participation": "part",
    },
    "ssd_cla_previous_permanence": {
        "table_id": "id", "person_id": "person", "previous_permanence_option": "option",
        "previous_permanence_la": "authority", "previous_permanence_order_date": "date",
    },
    "ssd_cla_convictions": {
        "cla_conviction_id": "id", "person_id": "person", "cla_conviction_date": "day",
        "cla_conviction_offence": "offence",
    },
    "ssd_cla_health": {
        "health_check_id": "id", "person_id": "person", "health_check_type": "kind", "health_check_date": "day",
        "health_check_status": "status",
    },
    "ssd_cla_immunisations": {"person_id": "person", "immunisations_status": "immunised"},
    "ssd_cla_substance_misuse": {
        "substance_misuse_id": "id", "person_id": "person", "substance_misuse_date": "day",
        "intervention_received": "received",
    },
    "ssd_sdq_scores": {
        "table_id": "id", "person_id": "person", "sdq_completed_date": "day", "sdq_score": "score",
        "sdq_reason": "reason",
    },
    "ssd_missing": {
        "table_id": "id", "person_id": "person", "missing_episode_start_date": "begun",
        "missing_episode_type": "kind", "missing_episode_end_date": "over",
    },
    "ssd_care_leavers": {
        "table_id": "id", "person_id": "person", "care_leaver_in_touch": "touch", "care_leaver_latest_contact": "day",
        "care_leaver_accommodation": "home", "care_leaver_accom_suitable": "suits", "care_leaver_activity": "activity",
    },
    "ssd_permanence": {
        "table_id": "id", "person_id": "person", "adm_decision_date": "decided", "placement_order_date": "ordered",
        "matched_date": "matched", "adopter_sex": "adopters", "adopter_legal_status": "status",
        "number_of_adopters": "number", "placed_for_adoption_date": "moved", "adopted_by_carer_flag": "carer",
        "decision_reversed_date": "reversal", "decision_reversed_reason": "why", "permanence_order_date": "adopted",
    },
    "ssd_professionals": {
        "professional_id": "professional", "social_worker_registration_no": "registration",
    },
    "ssd_involvements": {
        "involvements_id": "id", "professional_id": "professional", "professional_role_id": "role",
        "person_id": "person", "involvement_start_date": "begun", "involvement_end_date": "over",
        "worker_change_reason": "why",
    },
    "ssd_version_log": {
        "version_number": "release", "description": "description", "is_current": "current", "created_by": "software",
    },
}  # fmt: skip

"""Defects on request for the 903: the raw tables, spoilt so that chosen rules of the Department fire.

`DEFECTS` holds one defect a rule, as data in the words of `demo_defects`: in which rows, what is set, added or taken
away. A field is one of the row, or `Table.Field` of the child's first row there. Last
year's return and the provider list are not touched: NOT_MADE are the rules that would need it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from assets.sources.demo_defects import (
    ALL,
    Day,
    Defect,
    Raw,
    Rows,
    Test,
    Value,
    both,
    but_not,
    end,
    given,
    lacks,
    one_of,
    start,
)
from assets.sources.errors import SourceError
from returns import described
from validation.postcodes import derive
from validation.rules import book

NOT_MADE = (
    "1008", "219", "221", "224", "227", "228", "229",  # with a provider list every invented number breaks 1008
    "348", "561", "584", "706",  # last year's return would have to be another
)  # fmt: skip
# what is done to all rows, or leaves too little for the others: not part of `all`
ALONE = ("105", "164", "205A", "205C", "303", "411", "EPI")


class ChildRows(Rows):
    """Some rows of a table; `rows.Field` is that column of theirs, or else of the child's row in Header."""

    def __getattr__(self, name: str) -> pd.Series:
        frame = self.raw[self.table]
        if name in frame:
            return pd.Series(frame[name].loc[self.labels].array)
        if self.table == "Header":
            raise AttributeError(name)
        header = self.raw["Header"].drop_duplicates("CHILD").set_index("CHILD")
        return pd.Series(header[name].reindex(self.CHILD.array).array)

    def of(self, table: str) -> "ChildRows":
        """The first row of `table` of each of these children, where there is one."""
        if table == self.table:
            return self
        frame = self.raw[table]
        first = pd.Series(frame.index, index=frame["CHILD"])[~frame["CHILD"].duplicated().to_numpy()]
        return ChildRows(self.raw, self.asked, table, first.reindex(self.CHILD.array).dropna().array)

    def taken(self, places: Any) -> "ChildRows":
        return ChildRows(self.raw, self.asked, self.table, self.labels[places])

    def among(self, table: str, item: str | None = None, *values: str) -> pd.Series:
        """Whether the child has a row in `table` (with one of the values in `item`)."""
        frame = self.raw[table]
        known = frame if item is None else frame[frame[item].isin(values)]
        return self.CHILD.isin(known["CHILD"])

    @cached_property
    def order(self) -> pd.DataFrame:
        """Of each row: how many of the child's rows begin before it, how many after, type of placement before and
        after."""
        day = {"Episodes": "DECOM", "SWEpisodes": "SW_DECOM"}[self.table]
        frame = self.raw[self.table]
        rows = frame.sort_values(["CHILD", day], kind="stable").groupby("CHILD", sort=False)
        told = pd.DataFrame({"number": rows.cumcount(), "after": rows.cumcount(ascending=False)})
        for name in {"PLACE", "DEC", "RNE", "PL_POST"} & {*frame.columns}:
            told[f"before_{name}"], told[f"next_{name}"] = rows[name].shift(1), rows[name].shift(-1)
        return told.loc[self.labels].reset_index(drop=True)


@dataclass(frozen=True)
class Years:
    """The day of another field, moved by some years and days."""

    field: str
    years: int
    days: int = 0

    def __call__(self, rows: Rows) -> pd.Series:
        moved = pd.to_datetime(getattr(rows, self.field), format="%Y-%m-%d", errors="coerce")
        moved = moved + pd.DateOffset(years=self.years) + pd.Timedelta(days=self.days)
        return moved.dt.strftime("%Y-%m-%d").astype("str")


@dataclass(frozen=True)
class Turned:
    """Whether the child has turned `years` by a day: the end of the year, its start, or that of a field of the row."""

    years: int
    by: str = "end"

    def __call__(self, rows: Rows) -> pd.Series:
        days = {"end": end(), "start": start()}
        by = days[self.by](rows) if self.by in days else getattr(rows, self.by)
        return Years("DOB", self.years)(rows) <= by


class Spoiling:
    """Raw tables being spoilt; children that have a defect already are passed over where others will do.

    With `all` each defect has a child of its own, where there are enough; and what one has set no other sets again.
    """

    def __init__(self, raw: Mapping[str, pd.DataFrame], period: str, seed: int) -> None:
        self.asked = described("cla").at(period)
        self.raw: Raw = {name: frame.copy() for name, frame in raw.items() if name in self.asked}
        self._seed, self._choices, self._used = seed, 0, set[Any]()
        self._making, self._able, self._own = "", dict[str, int](), dict[str, Any]()
        self._done: dict[tuple[str, str], set[Any]] = {}  # table and field -> the children in whom it is spoilt

    def rows(self, table: str) -> ChildRows:
        return ChildRows(self.raw, self.asked, table, self.raw[table].index)

    def places(self, code: str, rows: ChildRows) -> np.ndarray:
        """Places of the rows that could have the defect."""
        defect = DEFECTS[code]
        places = defect.candidates(rows)
        for table in {name.rpartition(".")[0] or defect.table for name in defect.sets} - {defect.table}:
            there = pd.Index(self.raw[table]["CHILD"]).drop_duplicates()
            places = places[there.get_indexer(pd.Index(rows.taken(places).CHILD)) >= 0]
        gone = self._spoilt(defect) if self._own else set()
        return places[~rows.taken(places).CHILD.isin(gone).to_numpy(dtype=bool)] if gone else places

    def _spoilt(self, defect: Defect) -> set[Any]:
        """The children in whom another defect has set what this one would set or take away."""
        mine = {(table or defect.table, item) for table, _, item in (name.rpartition(".") for name in defect.sets)}
        mine |= {(table, "CHILD") for table, _ in mine} | {(defect.table, "CHILD")}
        taken = (defect.removes or "").split()
        return set().union(*(self._done[each] for each in self._done if each in mine or each[0] in taken))

    def look(self, codes: Collection[str], *, own: bool) -> None:
        """While nothing is spoilt yet: how many children could have each defect, and (`own`) which one is kept for it.

        What the fewest could have chooses first.
        """
        rows = {table: self.rows(table) for table in {DEFECTS[code].table for code in codes}}
        kept: dict[str, pd.Series] = {}
        for code in codes:
            of_table = rows[DEFECTS[code].table]
            children = of_table.taken(self.places(code, of_table)).CHILD.drop_duplicates()
            self._able[code] = len(children)
            kept[code] = children.iloc[np.argsort(self._thrown(len(children)), kind="stable")[: len(codes)]]
        for code in sorted(codes if own else (), key=lambda code: len(kept[code])):
            free = kept[code][~kept[code].isin(self._own.values())]
            if len(free):
                self._own[code] = free.iloc[0]

    def choose(self, rows: ChildRows, places: np.ndarray, share: float) -> ChildRows:
        """Some of the rows at `places`, each of another child: as many as `share` of the children that could have the
        defect, if so many are left, and at least one. One that is kept for another defect only if there is no other."""
        child = rows.taken(places).CHILD
        mine = child == self._own.get(self._making)
        kept = child.isin(self._own.values()) & ~mine
        order = np.lexsort((self._thrown(len(places)), child.isin(self._used), kept, ~mine))
        first = order[~child.iloc[order].duplicated().to_numpy()]
        most = max(1, round(share * self._able[self._making]))
        first = first[: min(most, max(1, int((~kept.iloc[first]).sum())))]
        self._used.update(child.iloc[first])
        return rows.taken(places[first])

    def _thrown(self, count: int) -> np.ndarray:
        self._choices += 1
        return np.random.Generator(np.random.PCG64([self._seed, self._choices])).random(count)

    def make(self, code: str, share: float) -> None:
        """Make one defect in `share` of the children that could have it, at least in one. Raises SourceError where no
        row is left that could."""
        self._making, defect = code, DEFECTS[code]
        if defect.whole is not None:
            defect.whole(self)  # type: ignore[arg-type]
            return
        rows = self.rows(defect.table)
        places = self.places(code, rows)
        if not len(places):
            raise SourceError(f"Defect {code}: no row of {defect.table} could have it; use a larger authority.")
        chosen = self.choose(rows, places, share)
        values = {
            name: value(chosen) if callable(value) else value for name, value in {**defect.sets, **defect.new}.items()
        }
        if defect.adds:
            self.add(defect.adds, chosen, {name: values[name] for name in defect.new})
        for name in defect.sets:
            table, _, item = name.rpartition(".")
            there = chosen.of(table or defect.table)
            changed = self._done.setdefault((there.table, item), set())
            changed.update(there.CHILD)
            self.put(there, item, values[name])
            changed.update(there.CHILD)  # which may be another now
        children = chosen.CHILD
        for table in (defect.removes or "").split():
            self.raw[table] = self.raw[table][~self.raw[table]["CHILD"].isin(children)]

    def put(self, rows: ChildRows, item: str, value: Any) -> None:
        cells = value.to_numpy(dtype=object) if isinstance(value, pd.Series) else value
        self.raw[rows.table].loc[rows.labels, item] = np.nan if cells is None else cells

    def add(self, table: str, chosen: ChildRows, values: Mapping[str, Any]) -> None:
        """New rows in `table`, copies of the chosen where these are of the same table."""
        frame = self.raw.get(table, pd.DataFrame(columns=self.asked[table].file_columns, dtype="str"))
        first = int(frame.index.max()) + 1 if len(frame) else 0
        labels = pd.RangeIndex(first, first + len(chosen.labels), name="row")
        copied = frame.loc[chosen.labels] if table == chosen.table else frame.iloc[:0].reindex(range(len(labels)))
        more = copied.set_axis(labels)
        for name in {"CHILD", "DOB", "SEX"} & {*frame.columns}:
            more[name] = getattr(chosen, name).array
        for item, value in values.items():
            more[item] = value.to_numpy(dtype=object) if isinstance(value, pd.Series) else value
        self.raw[table] = pd.concat([frame, more.astype(frame.dtypes)])

    def settled(self) -> Raw:
        """The tables in the order of the return, rows numbered from 0."""
        return {
            table.name: self.raw[table.name].reset_index(drop=True).rename_axis("row")
            for table in self.asked
            if table.name in self.raw
        }


def spoil(
    raw: Mapping[str, pd.DataFrame], defects: Mapping[str, float], period: str, seed: int = 1
) -> tuple[Raw, tuple[str, ...]]:
    """New raw tables in which each of `defects` is made, and those of `all` that no row was left for.

    `defects` is rule code -> share of the children who could have the defect, at least one. `raw` is as
    `assets.sources.ssd.extract` gives it. Rows are numbered anew. Raises SourceError as `asked` does, and where no row
    could have a defect that is named.
    """
    wanted, not_made = asked(defects, period), []
    spoiling = Spoiling(raw, period, seed)
    spoiling.look(wanted, own=ALL in defects)
    for code in sorted(wanted, key=lambda code: (code in LATE, DEFECTS[code].whole is not None, code)):
        try:
            spoiling.make(code, wanted[code])
        except SourceError:
            if code in defects:
                raise
            not_made.append(code)
    return spoiling.settled(), tuple(not_made)


def asked(defects: Mapping[str, float], period: str) -> dict[str, float]:
    """Each defect and its share; the code `all` stands for every defect in force but those of ALONE, at its share.

    Raises SourceError for an unknown code and for a share outside 0 to 1.
    """
    possible = in_force(period)
    wanted: dict[str, float] = {}
    for code, share in sorted(defects.items(), key=lambda each: each[0] != ALL):  # what is named says its own share
        if code in NOT_MADE:
            raise SourceError(
                f"No defect is made for {code}: it takes what the invented return does not have; name another."
            )
        if code != ALL and code not in possible:
            raise SourceError(f"There is no defect {code} in {period}; name a rule that is in force then, or {ALL}.")
        if not 0 <= share <= 1:
            raise SourceError(f"Defect {code}: the share of the children is a number from 0 to 1; correct it.")
        wanted |= {each: share for each in possible if each not in ALONE} if code == ALL else {code: share}
    return wanted


def in_force(period: str) -> tuple[str, ...]:
    """The codes of DEFECTS whose rules are in force in `period`."""
    codes = {rule.code for rule in book("cla").at(period)}
    return tuple(code for code in DEFECTS if code in codes)


# ------------------------------------------------------------------------------------------------- what no row can say


def _status(code: str) -> Callable[[Any], None]:
    """Header.UASC, as an XML return has it; in one child it is `code`, though the child has a row in UASC."""

    def spoilt(spoiling: Spoiling) -> None:
        header = spoiling.raw["Header"]
        known = header["CHILD"].isin(spoiling.raw["UASC"]["CHILD"])
        header["UASC"] = known.map({True: "1", False: "0"}).astype("str")
        rows = spoiling.rows("Header")
        carried = CARRIED(spoiling.rows("Episodes"))
        before = spoiling.raw["Episodes"]["CHILD"][np.asarray(carried)]
        there = known & (header["CHILD"].isin(before) == (code != "new"))
        if not there.any():
            raise SourceError("No unaccompanied child of the return could have the defect; use a larger authority.")
        spoiling.put(spoiling.choose(rows, np.flatnonzero(there), 0), "UASC", "0" if code == "new" else code)

    return spoilt


def _located(item: str, value: str) -> Callable[[Any], None]:
    """The columns that are else derived, as a case system gives them; one of them wrong."""

    def spoilt(spoiling: Spoiling) -> None:
        rows = spoiling.raw["Episodes"]
        places = derive(rows["PL_POST"], rows["HOME_POST"], None)
        rows["PL_LA"] = places["PL_LA"]
        rows["PL_LOCATION"] = pd.Series("OUT", rows.index, dtype="str").where(rows["PL_LA"].notna())
        rows["PL_DISTANCE"] = places["PL_DISTANCE"].round(1).astype("str")
        there = np.flatnonzero(rows["PL_DISTANCE"].notna() & (rows["PL_POST"] != rows["HOME_POST"]))
        spoiling.put(spoiling.choose(spoiling.rows("Episodes"), there, 0), item, value)

    return spoilt


def _three_holidays(spoiling: Spoiling) -> None:
    """Three times with other carers while the own are on holiday."""
    rows = spoiling.rows("Episodes")
    many = spoiling.places("377", rows)
    if not len(many):
        raise SourceError("Defect 377: no child has three episodes; use a larger authority.")
    child = spoiling.choose(rows, many, 0).CHILD
    frame = spoiling.raw["Episodes"]
    frame.loc[frame["CHILD"].isin(child), "PLACE"] = "T3"


def _orders(first: tuple[Value, Value], second: tuple[Value, Value]) -> Callable[[Any], None]:
    """Two deprivation of liberty orders of a child."""

    def spoilt(spoiling: Spoiling) -> None:
        rows = spoiling.rows("Episodes")
        many = spoiling.places("705", rows)
        if not len(many):
            raise SourceError("Defect 705: no child could have two orders; use a larger authority.")
        chosen = spoiling.choose(rows, many, 0)
        for begun, over in (first, second):
            told = {"DOLO_START": begun, "DOLO_END": over}
            spoiling.add("DoLo", chosen, {k: v(chosen) if callable(v) else v for k, v in told.items()})

    return spoilt


# ------------------------------------------------------------------------------------------------- what a row can say


def _another(item: str, *values: str) -> Callable[[Rows], pd.Series]:
    """The first of the values that is not the row's own."""

    def value(rows: Rows) -> pd.Series:
        mine = getattr(rows, item)
        return pd.Series(np.where(mine == values[0], values[1], values[0]))

    return value


def _other_sex(rows: Rows) -> pd.Series:
    return pd.Series(rows.SEX.map({"M": "F", "F": "M", "1": "2", "2": "1"}).array)


def _of_another(item: str) -> Callable[[Rows], pd.Series]:
    def value(rows: Rows) -> pd.Series:
        known = rows.raw[rows.table][item].dropna()
        known = known[known.str.len() > 3]
        mine = getattr(rows, item)
        return pd.Series(np.where(mine == known.iloc[-1], known.iloc[0], known.iloc[-1]))

    return value


def _set(table: str, where: Test | None = None, **fields: Value) -> Defect:
    """Set fields of the row (`Table__Field`: of the child's first row there)."""
    return Defect(table=table, where=where, sets={k.replace("__", "."): v for k, v in fields.items()})


def _add(
    table: str,
    to: str,
    where: Test | None = None,
    sets: Mapping[str, Value] | None = None,
    removes: str | None = None,
    more: Mapping[str, Value] | None = None,
    **new: Value,
) -> Defect:
    return Defect(table=table, adds=to, where=where, sets=sets or {}, removes=removes, new={**new, **(more or {})})


def _remove(table: str, removes: str, where: Test | None = None) -> Defect:
    return Defect(table=table, where=where, removes=removes)


def _whole(table: str, whole: Callable[[Any], None], where: Test | None = None) -> Defect:
    return Defect(table=table, whole=whole, where=where)


def _there(table: str) -> Test:
    return lambda rows: rows.among(table)


def _turned(years: int, by: str = "end") -> Test:
    return Turned(years, by)


def _lasts(days: int) -> Test:
    """Over for more than so many days."""
    return lambda rows: Day("DECOM", days)(rows) < rows.DEC


def _order(column: str, test: Callable[[pd.Series], Any]) -> Test:
    return lambda rows: test(rows.order[column])


def _before(item: str, day: Any) -> Test:
    return lambda rows: getattr(rows, item) < day(rows)


def _since(item: str, day: Any) -> Test:
    return lambda rows: getattr(rows, item) >= day(rows)


def _without_earlier_care(rows: Rows) -> Any:
    """No social worker of the child has begun before the episode. (In the first years there are none to look at.)"""
    workers = rows.raw.get("SWEpisodes", pd.DataFrame({"CHILD": [], "SW_DECOM": []}, dtype="str"))
    first = workers.groupby("CHILD")["SW_DECOM"].min()
    return ~(pd.Series(first.reindex(rows.CHILD.array).array) < rows.DECOM)


HEADER, EPISODE, REVIEW, ALONE_HERE, HEALTH, LEAVER = "Header", "Episodes", "Reviews", "UASC", "OC2", "OC3"
ADOPTION, DECISION, BEFORE, MISSING, WORKER, LIBERTY = (
    "AD1", "PlacedAdoption", "PrevPerm", "Missing", "SWEpisodes", "DoLo",
)  # fmt: skip
TURNED = {years: _turned(years) for years in (4, 5, 10, 14, 15, 17, 18)}
OPEN, CLOSED = lacks("DEC"), given("DEC")
FIRST = _order("number", lambda number: number == 0)
LATER = _order("number", lambda number: number > 0)
LAST = _order("after", lambda after: after == 0)
GOES_ON = both(LATER, but_not(one_of("RNE", "S")))
FOLLOWED = both(CLOSED, one_of("REC", "X1"), _order("after", lambda after: after > 0))
FINAL = both(CLOSED, but_not(one_of("REC", "X1")), LAST)
CARRIED: Test = both(FIRST, _before("DECOM", start()))  # open at the end of last year
STAYS = both(CARRIED, OPEN)
ADOPTED = one_of("REC", "E11", "E12")
SERIES, SHORT_BREAK = one_of("LS", "V4"), one_of("LS", "V3", "V4")
CARED_FOR = but_not(SHORT_BREAK)
CAME = both(CARED_FOR, FIRST, one_of("RNE", "S"), _since("DECOM", start(2)))
GIRL, BOY = one_of("SEX", "F", "2"), one_of("SEX", "M", "1")
TEEN = both(TURNED[14], but_not(TURNED[17]))
YOUNG = but_not(_turned(10, "DECOM"))
OF_SCORING_AGE = both(_turned(4, "start"), but_not(TURNED[17]))
FULL_ANSWER: dict[str, Value] = {"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "U1"}
ALL_ADOPTION: dict[str, Value] = {
    "DATE_INT": start(1), "DATE_MATCH": start(2), "FOSTER_CARE": "0", "NB_ADOPTR": "2", "SEX_ADOPTR": "MF",
    "LS_ADOPTR": "L11",
}  # fmt: skip
FOSTERED = one_of("PLACE", "U1", "U3", "U4", "U6")
UNKNOWN, ELSEWHERE_POST, HOME_OF_356 = "ZZ1 1ZZ", "DL1 5QT", "SK1 3XE"
FAR_HOME, FAR_PLACE = "TR1 3AY", "EH99 1SP"  # county hall in Truro, the Scottish Parliament


def _again(table: str) -> Defect:
    return _add(table, table)


def _birth(table: str) -> Defect:
    return _set(table, DOB=Day("DOB", -1))


def _nobody(table: str) -> Defect:
    return _set(table, CHILD=lambda rows: rows.CHILD + "X")


DEFECTS: dict[str, Defect] = {
    # the child
    "101": _set(HEADER, SEX="X"),
    "102": _set(HEADER, DOB=None),
    "103": _set(HEADER, ETHNIC="XXXX"),
    "105": _whole(HEADER, _status("2")),
    "165": _set(EPISODE, both(BOY, CARED_FOR), Header__MOTHER="1"),
    "168": _set(HEADER, UPN="X"),
    "171": _set(HEADER, MC_DOB="31/02/2020"),
    "174": _set(HEADER, BOY, MC_DOB=start()),
    "202": _set(EPISODE, CARRIED, Header__SEX=_other_sex),
    "203": _set(EPISODE, CARRIED, Header__DOB=Day("DOB", -1)),
    "204": _set(EPISODE, CARRIED, Header__ETHNIC=_another("ETHNIC", "CHNE", "WIRI")),
    "207": _set(
        EPISODE,
        both(CARRIED, one_of("MOTHER", "1"), _before("MC_DOB", start())),
        Header__MOTHER="0",
        Header__MC_DOB=None,
    ),
    "208": _set(EPISODE, both(CARRIED, lambda rows: rows.UPN.str.len() > 3), Header__UPN="UN5"),
    "209": _set(HEADER, _turned(10), UPN="UN1"),
    "210": _set(EPISODE, CARRIED, Header__UPN="UN4"),
    "231": _set(EPISODE, _there(ALONE_HERE), Header__DOB=end(-3650)),
    "232": _set(HEADER, SEX="U"),
    "301": _set(HEADER, DOB=end(1)),
    "351": _set(HEADER, DOB=start(-26 * 366)),
    "393": _set(EPISODE, both(GIRL, CARED_FOR), Header__MOTHER=None),
    "442": _set(EPISODE, CARED_FOR, Header__UPN=None),
    "444": _set(HEADER, lambda rows: rows.UPN.str.len() > 3, UPN=_of_another("UPN")),
    "607": _set(EPISODE, both(FINAL, GIRL, CARED_FOR), Header__MOTHER=None),
    "611": _set(EPISODE, both(GIRL, CARED_FOR), Header__MOTHER="1", Header__MC_DOB=None),
    "612": _set(HEADER, both(GIRL, one_of("MOTHER", "0")), MC_DOB=start()),
    "620": _set(HEADER, both(GIRL, but_not(TURNED[10])), MOTHER="1", MC_DOB=start()),
    "621": _set(HEADER, GIRL, MOTHER="1", MC_DOB=Day("DOB")),
    "624": _set(
        EPISODE, both(CARRIED, one_of("MOTHER", "1"), _before("MC_DOB", start())), Header__MC_DOB=Day("MC_DOB", -1)
    ),
    "625": _set(EPISODE, both(FINAL, GIRL), Header__MOTHER="1", Header__MC_DOB=end(1)),
    "626": _set(
        EPISODE, both(CARRIED, GIRL, one_of("MOTHER", "0"), TURNED[14]), Header__MOTHER="1", Header__MC_DOB=start(-9)
    ),
    "628": _set(LEAVER, but_not(_there(EPISODE)), Header__MOTHER="0"),
    # unaccompanied
    "104": _set(ALONE_HERE, DUC=start(-1)),
    "205A": _whole(HEADER, _status("0")),
    "205B": _set(EPISODE, both(CARRIED, _there(ALONE_HERE)), UASC__DUC=start(-9)),
    "205C": _whole(HEADER, _status("new")),
    "205D": _add(EPISODE, ALONE_HERE, both(CARRIED, but_not(_there(ALONE_HERE)), TEEN), DUC=Years("DOB", 18)),
    "303": _whole(HEADER, _status("0")),
    "304": _set(ALONE_HERE, DUC=Years("DOB", 18, 1)),
    "406": _set(EPISODE, both(_there(ALONE_HERE), given("PL_POST")), HOME_POST=HOME_OF_356),
    "1014": _add(
        EPISODE,
        LEAVER,
        both(FIRST, LAST, _there(ALONE_HERE)),
        sets={"DECOM": start(-90), "DEC": start(-2), "REC": "E8"},
        more=FULL_ANSWER,
    ),
    # episodes
    "141": _set(EPISODE, DECOM="31/02/2026"),
    "142": _set(EPISODE, FOLLOWED, DEC=None, REC=None),
    "143": _set(EPISODE, RNE="X"),
    "144": _set(EPISODE, LS="X9"),
    "145": _set(EPISODE, CIN="N9"),
    "146": _set(EPISODE, PLACE="X1"),
    "147": _set(EPISODE, CLOSED, DEC="31/02/2026"),
    "148": _set(EPISODE, CLOSED, REC=None),
    "149": _set(EPISODE, CLOSED, REC="E99"),
    "199": _add(EPISODE, EPISODE, ADOPTED, DECOM=Day("DEC", 1), DEC=None, REC=None, RNE="S"),
    "302": _set(EPISODE, FIRST, Header__DOB=Day("DECOM", 1)),
    "352": _set(EPISODE, CAME, Header__DOB=Years("DECOM", -18, -1)),
    "353": _set(EPISODE, FIRST, DECOM="1991-10-13"),
    "354": _set(EPISODE, LAST, DECOM=end(1), DEC=None, REC=None),
    "355": _set(EPISODE, CLOSED, DEC=Day("DECOM")),
    "356": _set(EPISODE, CLOSED, DEC=Day("DECOM", -1)),
    "357": _set(EPISODE, CAME, RNE="P"),
    "359": _set(EPISODE, both(OPEN, but_not(one_of("PLACE", "K2"))), Header__DOB=end(-18 * 366)),
    "385": _set(EPISODE, FINAL, DEC=end(1)),
    "387": _set(EPISODE, both(FINAL, but_not(_turned(14, "DEC"))), REC="E5"),
    "388": _set(EPISODE, FINAL, REC="X1"),
    "389": _set(EPISODE, both(FINAL, but_not(_turned(14, "DEC"))), REC="E7"),
    "431": _set(EPISODE, GOES_ON, RNE="S"),
    "432": _set(EPISODE, FOLLOWED, REC="E4A"),
    "433": _set(EPISODE, both(GOES_ON, CLOSED), DECOM=Day("DECOM", 1)),
    "434": _set(EPISODE, both(LATER, one_of("RNE", "P")), RNE="L"),
    "435": _set(EPISODE, both(LATER, one_of("RNE", "L")), RNE="P"),
    "436": _set(EPISODE, both(LATER, one_of("RNE", "P")), RNE="B"),
    "437": _set(EPISODE, FOLLOWED, REC="E2"),
    "460": _set(EPISODE, both(FINAL, but_not(_turned(18, "DEC"))), REC="E17"),
    "501": _set(EPISODE, GOES_ON, DECOM=Day("DECOM", -1)),
    "504": _set(EPISODE, GOES_ON, CIN=_another("CIN", "N2", "N3")),
    # legal status
    "358": _set(EPISODE, YOUNG, LS="J1"),
    "361": _set(EPISODE, both(CARED_FOR, _lasts(3)), LS="L1"),
    "362": _set(EPISODE, both(CARED_FOR, _lasts(21)), LS="L2"),
    "363": _set(EPISODE, both(CARED_FOR, _lasts(7)), LS="L3"),
    "364": _set(EPISODE, both(CARED_FOR, _lasts(21)), LS="J2"),
    "365": _set(EPISODE, both(CARED_FOR, _lasts(17)), LS="V3"),
    "366": _set(EPISODE, GOES_ON, LS="V3"),
    "367": _set(EPISODE, both(CAME, OPEN, lambda rows: end(-80)(rows) > rows.DECOM), LS="V3"),
    "378": _set(EPISODE, one_of("LS", "V2"), PLACE="P1"),
    "382": _set(EPISODE, SHORT_BREAK, PLACE="T1"),
    "384": _set(EPISODE, SHORT_BREAK, PLACE="U1"),
    "398": _set(EPISODE, SHORT_BREAK, PL_POST=ELSEWHERE_POST),
    "399": _set(EPISODE, SHORT_BREAK, Header__MOTHER="0"),
    "214": _set(EPISODE, SHORT_BREAK, URN="SC900000"),
    "420": _set(EPISODE, SHORT_BREAK, PL_POST=ELSEWHERE_POST),
    "426": _add(EPISODE, EPISODE, SERIES, LS="V3", DECOM=end(-9), RNE="S"),
    "445": _set(EPISODE, LS="D1"),
    "446": _set(EPISODE, one_of("LS", "E1"), DECOM="2005-11-30"),
    "451": _set(EPISODE, OPEN, LS="D1"),
    # placements
    "164": _whole(EPISODE, _located("PL_DISTANCE", "1000.0")),
    "169": _set(EPISODE, CARED_FOR, PL_POST=None),
    "178": _set(EPISODE, given("PLACE_PROVIDER"), PLACE="T1"),
    "179": _set(EPISODE, CARED_FOR, PL_POST=UNKNOWN),
    "213": _set(EPISODE, given("PLACE_PROVIDER"), PLACE="T2"),
    "217": _set(EPISODE, one_of("RNE", "P"), PLACE="A5"),
    "217t": _set(EPISODE, OPEN, PLACE="P2"),
    "218": _set(EPISODE, both(FOSTERED, OPEN), URN=None),
    "222": _set(EPISODE, one_of("PLACE", "P1"), URN="SC900000"),
    "225": _set(EPISODE, both(FOLLOWED, given("REASON_PLACE_CHANGE")), REASON_PLACE_CHANGE=None),
    "226": _set(EPISODE, given("REASON_PLACE_CHANGE"), PLACE="T4"),
    "230": _set(EPISODE, both(OPEN, CARED_FOR), PLACE="H5", URN=None),
    "233": _set(EPISODE, OPEN, REASON_PLACE_CHANGE="CARPL"),
    "234": _set(EPISODE, both(FOLLOWED, but_not(_turned(10, "DEC"))), REASON_PLACE_CHANGE="CUSTOD"),
    "370": _set(EPISODE, both(CLOSED, YOUNG), PLACE="P2"),
    "371": _set(EPISODE, both(CLOSED, YOUNG), PLACE=lambda rows: "H5" if _early(rows) else "K3"),
    "372": _set(EPISODE, both(CLOSED, YOUNG), PLACE="R5"),
    "373": _set(EPISODE, both(CLOSED, but_not(_turned(4, "DECOM"))), PLACE="S1"),
    "374": _set(EPISODE, both(CLOSED, YOUNG), PLACE="P3"),
    "375": _set(EPISODE, _lasts(42), PLACE="T1"),
    "376": _set(EPISODE, _lasts(21), PLACE="T3"),
    "377": _whole(EPISODE, _three_holidays, _order("number", lambda number: number == 2)),
    "379": _set(EPISODE, _lasts(7), PLACE="T4"),
    "380": _set(EPISODE, one_of("RNE", "S"), PLACE="T1"),
    "381": _set(EPISODE, FINAL, PLACE="T1"),
    "383": _set(
        EPISODE,
        both(LATER, FOLLOWED, lambda rows: rows.order["before_PLACE"] != rows.order["next_PLACE"]),
        PLACE="T1",
    ),
    "392a": _set(EPISODE, both(CARED_FOR, but_not(_there(ALONE_HERE))), HOME_POST=UNKNOWN),
    "392b": _set(EPISODE, both(CARED_FOR, but_not(_there(ALONE_HERE))), HOME_POST=None),
    "392c": _set(EPISODE, CARED_FOR, PL_POST=UNKNOWN),
    "392d": _set(EPISODE, both(CARED_FOR, FOSTERED, given("HOME_POST")), PL_POST=lambda rows: rows.HOME_POST),
    "411": _whole(EPISODE, _located("PL_LOCATION", "IN")),
    "454": _set(EPISODE, both(CARED_FOR, given("HOME_POST")), HOME_POST=FAR_HOME, PL_POST=FAR_PLACE),
    "516": _set(EPISODE, both(FINAL, one_of("PLACE", "K2", "K3", "P1", "A6")), REC="E45"),
    "526": _set(EPISODE, FOSTERED, PLACE_PROVIDER=None),
    "527": _set(EPISODE, one_of("PLACE", "P1"), PLACE_PROVIDER="PR1"),
    "528": _set(EPISODE, one_of("PLACE", "P1"), PLACE_PROVIDER="PR2"),
    "529": _set(EPISODE, FOSTERED, PLACE_PROVIDER="PR3"),
    "530": _set(EPISODE, one_of("PLACE", "P1"), PLACE_PROVIDER="PR4"),
    "531": _set(EPISODE, one_of("PLACE", "P1"), PLACE_PROVIDER="PR5"),
    "550": _set(EPISODE, FOSTERED, PLACE_PROVIDER="PR0"),
    "1009": _set(EPISODE, REASON_PLACE_CHANGE="XXXXX"),
    "1015": _set(EPISODE, one_of("PLACE", "K2"), PLACE_PROVIDER="PR1"),
    # against last year
    "452": _set(EPISODE, both(CARRIED, CARED_FOR), PL_POST=_another("PL_POST", ELSEWHERE_POST, "B1 1BB")),
    "453": _set(EPISODE, both(CARRIED, given("HOME_POST")), PL_POST=_another("PL_POST", ELSEWHERE_POST, "B1 1BB")),
    "502": _set(EPISODE, CARRIED, DECOM=Day("DECOM", -1)),
    "503A": _set(EPISODE, CARRIED, RNE=_another("RNE", "B", "U")),
    "503B": _set(EPISODE, CARRIED, LS=_another("LS", "C2", "C1")),
    "503C": _set(EPISODE, CARRIED, CIN=_another("CIN", "N2", "N3")),
    "503D": _set(EPISODE, CARRIED, PLACE=_another("PLACE", "U4", "U6")),
    "503E": _set(EPISODE, CARRIED, PLACE_PROVIDER=_another("PLACE_PROVIDER", "PR4", "PR5")),
    "503F": _set(EPISODE, CARRIED, URN="SC999999"),
    "503G": _set(EPISODE, both(CARRIED, given("HOME_POST")), PL_POST=_another("PL_POST", ELSEWHERE_POST, "B1 1BB")),
    "503H": _set(EPISODE, both(CARRIED, CARED_FOR), PL_POST=_another("PL_POST", ELSEWHERE_POST, "B1 1BB")),
    "503J": _set(EPISODE, both(CARRIED, FOSTERED), PL_POST=HOME_OF_356),
    "562": _set(EPISODE, CARRIED, DECOM=Day("DECOM", -1)),
    "NoE": _set(EPISODE, both(CAME, _without_earlier_care), DECOM=start(-9)),
    # reviews
    "166": _set(REVIEW, REVIEW=None),
    "167": _set(REVIEW, REVIEW_CODE=None),
    "440": _set(REVIEW, lambda rows: Years("DOB", 4)(rows) < rows.REVIEW, REVIEW_CODE="PN0"),
    "441": _set(REVIEW, one_of("REVIEW_CODE", "PN0"), REVIEW_CODE="PN1"),
    # health
    "157": _set(HEALTH, OF_SCORING_AGE, SDQ_SCORE=None, SDQ_REASON="SDQ1"),
    "158": _set(HEALTH, SUBSTANCE_MISUSE="1", INTERVENTION_RECEIVED="1", INTERVENTION_OFFERED="1"),
    "159": _set(HEALTH, SUBSTANCE_MISUSE="1", INTERVENTION_RECEIVED="0"),
    "180": _set(HEALTH, given("SDQ_SCORE"), SDQ_SCORE="41"),
    "181": _set(HEALTH, TEETH_CHECK="2"),
    "182": _set(HEALTH, given("CONVICTED"), IMMUNISATIONS=None),
    "185": _add(EPISODE, HEALTH, CAME, SDQ_SCORE="5"),
    "186": _set(HEALTH, OF_SCORING_AGE, SDQ_SCORE=None, SDQ_REASON=None),
    "187": _add(HEALTH, LEAVER, more=FULL_ANSWER),
    "188": _set(HEALTH, but_not(TURNED[4]), SDQ_SCORE="5"),
    "189": _set(HEALTH, given("SDQ_SCORE"), DOB=start(-17 * 366)),
    "190": _add(EPISODE, HEALTH, CAME, TEETH_CHECK="1"),
    "191": _set(HEALTH, IMMUNISATIONS=None),
    "192": _set(HEALTH, SUBSTANCE_MISUSE="1", INTERVENTION_RECEIVED=None),
    "193": _set(HEALTH, SUBSTANCE_MISUSE="0", INTERVENTION_RECEIVED="1"),
    "196": _set(HEALTH, SDQ_REASON="SDQ9"),
    "197B": _set(HEALTH, both(TURNED[4], but_not(_turned(4, "start"))), SDQ_SCORE=None, SDQ_REASON=None),
    "197a": _set(HEALTH, given("SDQ_SCORE"), SDQ_REASON="SDQ4"),
    "198": _add(EPISODE, HEALTH, CAME, SDQ_REASON="SDQ4"),
    "542": _set(HEALTH, but_not(TURNED[10]), CONVICTED="0"),
    "543": _set(HEALTH, _turned(14), CONVICTED=None),
    "544": _set(HEALTH, TURNED[10], CONVICTED="1", IMMUNISATIONS=None),
    "545": _set(HEALTH, but_not(TURNED[5]), HEALTH_CHECK=None),
    "546": _set(HEALTH, TURNED[5], HEALTH_CHECK="1"),
    "547": _set(HEALTH, HEALTH_CHECK="1", IMMUNISATIONS=None),
    # care leavers
    "131": _set(LEAVER, IN_TOUCH="X"),
    "132": _set(LEAVER, ACTIV="X"),
    "133": _set(LEAVER, ACCOM="X"),
    "134": _add(ADOPTION, LEAVER, more=FULL_ANSWER),
    "153": _set(LEAVER, ACTIV=None),
    "215": _add(HEALTH, LEAVER, more=FULL_ANSWER),
    "1000": _add(EPISODE, LEAVER, FINAL, sets={"REC": "E2"}, more=FULL_ANSWER),
    "1001": _add(EPISODE, LEAVER, ADOPTED, more=FULL_ANSWER),
    "1002": _set(LEAVER, CHILD=lambda rows: rows.CHILD + "Y"),
    "1007": _add(EPISODE, LEAVER, both(STAYS, TURNED[17]), more=FULL_ANSWER),
    "1010": _add(EPISODE, LEAVER, both(STAYS, CARED_FOR), removes="Episodes", more=FULL_ANSWER),
    "1011": _add(EPISODE, LEAVER, both(FINAL, but_not(TURNED[18])), sets={"REC": "E3"}, more=FULL_ANSWER),
    "1016": _add(EPISODE, LEAVER, both(FINAL, TURNED[18], _turned(18, "DEC")), more=FULL_ANSWER),
    "3001": _set(LEAVER, both(TURNED[17], but_not(TURNED[18])), ACCOM="Z1"),
    "344": _set(LEAVER, one_of("IN_TOUCH", "YES"), IN_TOUCH="DIED"),
    "345": _set(LEAVER, one_of("IN_TOUCH", "YES"), ACTIV="0"),
    "347": _set(LEAVER, but_not(_turned(18, "start")), ACCOM="T1"),
    "391": _set(LEAVER, DOB=end(-16 * 365)),
    # adoption
    "112": _set(ADOPTION, DATE_INT="31/02/2025"),
    "113": _set(ADOPTION, DATE_MATCH="31/02/2025"),
    "114": _set(ADOPTION, FOSTER_CARE="2"),
    "151": _set(ADOPTION, DATE_MATCH=None),
    "175": _set(ADOPTION, NB_ADOPTR="3"),
    "176": _set(ADOPTION, SEX_ADOPTR="XX"),
    "177": _set(ADOPTION, LS_ADOPTR="L9"),
    "331": _set(EPISODE, ADOPTED, AD1__DATE_MATCH=Day("DECOM", 1)),
    "333": _set(ADOPTION, DATE_INT=Day("DATE_MATCH", 1)),
    "334": _set(EPISODE, ADOPTED, RNE="S", AD1__DATE_INT=Day("DECOM", -1)),
    "335": _set(EPISODE, both(ADOPTED, one_of("PLACE", "A6")), PLACE="A5"),
    "336": _set(EPISODE, _order("before_PLACE", lambda place: place.isin(["K2", "K3", "P1"])), PLACE="A5"),
    "386": _set(EPISODE, ADOPTED, Header__DOB=Years("DEC", -18)),
    "390": _set(EPISODE, both(FINAL, FOSTERED), REC="E11"),
    "407": _set(EPISODE, both(FINAL, but_not(ADOPTED)), REC="E46", Header__DOB=Years("DEC", -18, -1)),
    "408": _set(EPISODE, one_of("LS", "C1", "C2", "V2"), PLACE="A6"),
    "511": _set(ADOPTION, NB_ADOPTR="2", SEX_ADOPTR="M1"),
    "514": _set(ADOPTION, LS_ADOPTR="L0", SEX_ADOPTR="MF"),
    "517": _set(ADOPTION, LS_ADOPTR="L3", SEX_ADOPTR="MM"),
    "518": _set(ADOPTION, LS_ADOPTR="L4", SEX_ADOPTR="MF"),
    "519": _set(ADOPTION, LS_ADOPTR="L2", SEX_ADOPTR="M1"),
    "520": _set(ADOPTION, LS_ADOPTR="L11", SEX_ADOPTR="MM"),
    "521": _set(EPISODE, both(ADOPTED, one_of("PLACE", "A6")), AD1__DATE_INT=Day("DECOM", 1)),
    "523": _set(ADOPTION, DATE_INT=Day("DATE_INT", 1)),
    "524": _set(ADOPTION, LS_ADOPTR="L12", SEX_ADOPTR="MF"),
    "582": _set(EPISODE, ADOPTED, AD1__DATE_MATCH=Day("DEC")),
    "601": _set(ADOPTION, FOSTER_CARE=None),
    "602": _add(EPISODE, ADOPTION, CAME, more=ALL_ADOPTION),
    # decisions to place for adoption
    "115": _set(DECISION, DATE_PLACED="31/02/2025"),
    "116": _set(DECISION, DATE_PLACED_CEASED="31/02/2025"),
    "117": _set(DECISION, DATE_PLACED=end(1)),
    "118": _set(DECISION, DATE_PLACED_CEASED=start(-1), REASON_PLACED_CEASED="RD1"),
    "119": _set(DECISION, lacks("DATE_PLACED_CEASED"), REASON_PLACED_CEASED="RD1"),
    "120": _set(DECISION, REASON_PLACED_CEASED="RD9"),
    "184": _set(DECISION, DATE_PLACED=Day("DOB", -1)),
    "522": _set(DECISION, DATE_PLACED_CEASED=Day("DATE_PLACED", -1), REASON_PLACED_CEASED="RD1"),
    "525": _set(
        ADOPTION, PlacedAdoption__DATE_PLACED_CEASED=Day("DATE_INT", 1), PlacedAdoption__REASON_PLACED_CEASED="RD1"
    ),
    "551": _remove(EPISODE, DECISION, one_of("PLACE", "A6")),
    "552": _set(EPISODE, one_of("PLACE", "A6"), PlacedAdoption__DATE_PLACED=Day("DECOM", 1)),
    "553": _remove(EPISODE, DECISION, one_of("LS", "E1")),
    "554": _set(EPISODE, both(one_of("LS", "E1"), FIRST), PlacedAdoption__DATE_PLACED=Day("DECOM", 1)),
    "555": _set(EPISODE, but_not(_there(DECISION)), LS="D1"),
    "556": _set(EPISODE, _there(DECISION), LS="D1", PlacedAdoption__DATE_PLACED=Day("DECOM", 1)),
    "557": _set(EPISODE, ADOPTED, REC="E4A"),
    "558": _add(
        EPISODE,
        DECISION,
        both(ADOPTED, _there(DECISION)),
        sets={"PlacedAdoption.DATE_PLACED_CEASED": start(1), "PlacedAdoption.REASON_PLACED_CEASED": "RD1"},
        DATE_PLACED=start(2),
        DATE_PLACED_CEASED=start(3),
        REASON_PLACED_CEASED="RD1",
    ),
    "559": _add(EPISODE, DECISION, both(CARRIED, but_not(_there(DECISION))), DATE_PLACED=start(-5)),
    "560": _set(EPISODE, both(CARRIED, _there(DECISION)), PlacedAdoption__DATE_PLACED=start(-5)),
    "563": _set(DECISION, DATE_PLACED=None, DATE_PLACED_CEASED=start(1), REASON_PLACED_CEASED="RD1"),
    "579": _add(DECISION, DECISION, lacks("DATE_PLACED_CEASED"), DATE_PLACED=Day("DATE_PLACED", 1)),
    "583": _add(DECISION, DECISION, lacks("DATE_PLACED_CEASED"), DATE_PLACED=Day("DATE_PLACED", 1)),
    "1003": _add(EPISODE, DECISION, CAME, DATE_PLACED=Day("DECOM", -1)),
    # previous permanence
    "630": _set(BEFORE, PREV_PERM=None),
    "631": _set(BEFORE, PREV_PERM="P9"),
    "632": _set(BEFORE, PREV_PERM="P1", LA_PERM="330", DATE_PERM="31/02/2010"),
    "633": _set(BEFORE, LA_PERM="998"),
    "634": _add(EPISODE, BEFORE, both(STAYS, LAST), sets={"DECOM": "2016-03-31"}, PREV_PERM="Z1"),
    "635": _set(BEFORE, PREV_PERM=None, LA_PERM="330"),
    # missing
    "564": _set(MISSING, MIS_START=None),
    "565": _set(MISSING, MISSING=None),
    "566": _set(MISSING, given("MIS_END"), MISSING=None),
    "567": _set(MISSING, given("MIS_END"), MIS_END=Day("MIS_START", -1)),
    "570": _set(MISSING, MIS_START=end(1), MIS_END=None),
    "571": _set(MISSING, MIS_END=end(1)),
    "574": _add(MISSING, MISSING, _before("MIS_START", lambda rows: rows.MIS_END), MIS_END=Day("MIS_END", 1)),
    "575": _set(EPISODE, both(FINAL, FIRST, _there(MISSING)), Missing__MIS_START=Day("DEC", -1), Missing__MIS_END=None),
    "576": _set(MISSING, _before("MIS_START", start()), MIS_START=Day("MIS_START", -1)),
    "577": _set(EPISODE, both(FINAL, FIRST, _there(MISSING)), Missing__MIS_END=None),
    "578": _set(
        EPISODE, both(FIRST, _there(MISSING)), Missing__MIS_START=Day("DECOM", -9), Missing__MIS_END=Day("DECOM", -5)
    ),
    "580": _set(
        EPISODE,
        both(FINAL, _there(MISSING), lambda rows: Years("DOB", 18)(rows) == rows.DEC),
        Missing__MIS_END=Day("DEC"),
        REC="E5",
    ),
    "581": _set(EPISODE, both(FIRST, _there(MISSING)), Missing__MIS_START=Day("DECOM", -9)),
    "586": _set(MISSING, MIS_START=Day("DOB")),
    "1004": _set(MISSING, MIS_START="31/02/2026"),
    "1005": _set(MISSING, MIS_END="31/02/2026"),
    "1006": _set(MISSING, MISSING="X"),
    "1012": _remove(REVIEW, EPISODE),
    # social workers
    "SW01STG1": _remove(EPISODE, WORKER, both(OPEN, CARED_FOR)),
    "SW01aSTG1": _set(WORKER, _before("SW_DECOM", lambda _: "2023-04-01"), SW_ID=None),
    "SW01bSTG1": _set(WORKER, _since("SW_DECOM", lambda _: "2023-04-01"), SW_ID=None),
    "SW02STG1": _set(WORKER, SW_ID="AB1"),
    "SW03STG1": _set(WORKER, SW_REASON=None),
    "SW04STG1": _set(WORKER, SW_DECOM="31/02/2026"),
    "SW05STG1": _set(WORKER, SW_DEC="31/02/2026"),
    "SW06STG2": _set(WORKER, SW_DECOM=end(1)),
    "SW07STG2": _set(WORKER, SW_DEC=end(1)),
    "SW08STG2": _set(WORKER, given("SW_DEC"), SW_DEC=None),
    "SW09STG2": _set(WORKER, SW_DEC=Day("SW_DECOM")),
    "SW10STG2": _set(WORKER, both(LATER, but_not(one_of("SW_REASON", "FCONTA"))), SW_DECOM=Day("SW_DECOM", 8)),
    "SW11aSTG2": _set(WORKER, LATER, SW_DECOM=Day("SW_DECOM", 8)),
    "SW11bSTG2": _set(WORKER, both(lacks("SW_DEC"), LAST, FIRST), SW_DEC=end(-2)),
    "SW12STG2": _remove(EPISODE, WORKER, CAME),
    "SW13STG1": _set(WORKER, SW_REASON="X"),
    "SW14STG2": _set(WORKER, given("SW_DEC"), SW_DEC=None),
    "SW17STG2": _set(WORKER, both(lacks("SW_DEC"), LAST), SW_DEC=end(-20)),
    # deprivation of liberty orders: none in the SSD, so the table is made of what is wrong
    "700": _add(EPISODE, LIBERTY, both(STAYS, TEEN), DOLO_START=None, DOLO_END=end(-1)),
    "701": _add(EPISODE, LIBERTY, both(STAYS, TEEN), DOLO_START=start(2), DOLO_END="31/02/2027"),
    "702": _add(EPISODE, LIBERTY, both(STAYS, TEEN), DOLO_START=start(2), DOLO_END=start(2)),
    "703": _add(EPISODE, LIBERTY, both(STAYS, TEEN), DOLO_START=end(1)),
    "704": _add(EPISODE, LIBERTY, both(STAYS, TEEN), DOLO_START=start(2), DOLO_END=end(1)),
    "705": _whole(EPISODE, _orders((start(2), start(9)), (start(8), start(20))), both(STAYS, TEEN)),
    "707": _add(EPISODE, LIBERTY, FINAL, DOLO_START=Day("DECOM")),
    "708": _add(EPISODE, LIBERTY, both(STAYS, TEEN), DOLO_START=Day("DOB")),
    "709": _add(EPISODE, LIBERTY, both(STAYS, FOSTERED), DOLO_START=start(2)),
    "710": _add(EPISODE, LIBERTY, both(OPEN, TURNED[10]), sets={"PLACE": "K1"}, DOLO_START=end()),
    # the tables with each other
    "EPI": _remove(EPISODE, "Episodes OC3", OPEN),
    "INT01": _nobody(ADOPTION),
    "INT02": _nobody(DECISION),
    "INT03": _nobody(EPISODE),
    "INT04": _nobody(MISSING),
    "INT05": _nobody(HEALTH),
    "INT06": _nobody(LEAVER),
    "INT07": _nobody(BEFORE),
    "INT08": _nobody(REVIEW),
    "INT09": _nobody(ALONE_HERE),
    "INT11": _birth(ADOPTION),
    "INT12": _birth(DECISION),
    "INT13": _birth(MISSING),
    "INT14": _birth(HEALTH),
    "INT15": _birth(LEAVER),
    "INT16": _birth(BEFORE),
    "INT17": _birth(REVIEW),
    "INT18": _birth(ALONE_HERE),
    "INT21": _set(ALONE_HERE, SEX=_other_sex),
    "INT31": _again(ADOPTION),
    "INT32": _again(HEADER),
    "INT33": _again(HEALTH),
    "INT34": _again(LEAVER),
    "INT35": _again(BEFORE),
    "INT36": _again(ALONE_HERE),
}
LATE = (
    "335",
    "521",
    "574",
    "1010",
    "1012",
    "551",
    "553",
    "SW01STG1",
    "SW12STG2",
    "EPI",
    "164",
    "411",
)  # rows taken away go last


def _early(rows: Rows) -> bool:
    """Before supported accommodation had a code of its own."""
    return not any(code.code == "K3" for code in rows.asked.codes["placement"])

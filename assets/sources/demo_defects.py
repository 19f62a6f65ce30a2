"""Defects on request: the raw tables of a return, spoilt so that chosen rules of the Department fire.

`DEFECTS` holds one defect a rule. Most are data: in which rows, what is set, added or taken away. Each makes its own
rule fire; that others fire as a consequence cannot be helped (a case closed before its assessment ended breaks two).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from assets.sources.demo import UPN_LETTERS, check_letter
from assets.sources.errors import SourceError
from returns import described
from returns.model import InForce, Return

Raw = dict[str, pd.DataFrame]
ALL = "all"
ALONE = (
    "8995Q",
    "9000Q",
)  # nothing at all there: cannot be beside the other defects of its table, so not part of `all`
AFTER_ASSESSMENT = ("RC8", "RC9")


class Rows:
    """Some rows of a table, in order; `rows.Field` is that column of theirs, or else of the rows above them."""

    def __init__(self, raw: Raw, asked: Return, table: str, labels: Any) -> None:
        self.raw, self.asked, self.table, self.labels = raw, asked, table, np.asarray(labels)

    def __getattr__(self, name: str) -> pd.Series:
        frame = self.raw[self.table]
        if name in frame:
            return pd.Series(frame[name].loc[self.labels].array)
        if self.asked[self.table].parent is None:
            raise AttributeError(name)
        return getattr(self.above(), name)

    def above(self) -> "Rows":
        """The rows above these, one for each."""
        parent = self.asked[self.table].parent
        assert parent is not None
        return Rows(self.raw, self.asked, parent, self.raw[self.table]["parent_row"].loc[self.labels])

    def of(self, table: str) -> "Rows":
        """The rows of `table` that these are, or are under."""
        return self if table == self.table else self.above().of(table)

    def under(self, table: str) -> pd.Series:
        """How many rows of `table` are under each of these."""
        return pd.Series(self.raw[table]["parent_row"].value_counts().reindex(self.labels, fill_value=0).to_numpy())

    def taken(self, places: Any) -> "Rows":
        return Rows(self.raw, self.asked, self.table, self.labels[places])


@dataclass(frozen=True)
class Day:
    """The day of another field, moved by some days (`saturday`: to the Saturday after)."""

    field: str
    days: int = 0
    saturday: bool = False

    def __call__(self, rows: Rows) -> pd.Series:
        read = pd.to_datetime(getattr(rows, self.field), format="%Y-%m-%d", errors="coerce")
        found = read + pd.Timedelta(days=self.days)
        if self.saturday:
            found += pd.to_timedelta((5 - found.dt.day_of_week) % 7, unit="D")
        return found.dt.strftime("%Y-%m-%d").astype("str")


@dataclass(frozen=True)
class Bound:
    """The first or the last day of the collection year, moved by some days."""

    end: bool
    days: int = 0

    def __call__(self, rows: Rows) -> str:
        period = rows.asked.period
        assert period is not None
        return str(np.datetime64(period.end if self.end else period.start) + self.days)


def start(days: int = 0) -> Bound:
    return Bound(end=False, days=days)


def end(days: int = 0) -> Bound:
    return Bound(end=True, days=days)


Value = None | str | Callable[[Rows], Any]
Test = Callable[[Rows], Any]


@dataclass(frozen=True, kw_only=True)
class Defect(InForce):
    """Rows of `table` (`where`) are chosen, at most one a child; then fields are set, a row added, rows taken away.

    A field is one of the row, or `Table.Field` of the row above it. `adds` is the table of the new row: a copy of the
    chosen one where it is the same table. `removes` are the rows of a table under the chosen row, or under the row
    above it of the table `within`. `whole` is for what no row can say: it changes the tables, as much as it must.
    """

    table: str
    where: Test | None = None
    sets: Mapping[str, Value] = field(default_factory=dict)
    adds: str | None = None
    new: Mapping[str, Value] = field(default_factory=dict)
    removes: str | None = None
    within: str | None = None
    whole: Callable[["Spoiling"], None] | None = None

    def candidates(self, rows: Rows) -> np.ndarray:
        """Places of the rows in which it can be made: every day that is counted from is there."""
        fits = np.ones(len(rows.labels), dtype=bool)
        for value in (*self.sets.values(), *self.new.values()):
            if isinstance(value, Day):
                fits &= getattr(rows, value.field).notna().to_numpy()
        if self.where is not None:
            fits &= np.asarray(self.where(rows), dtype=bool)
        return np.flatnonzero(fits)


class Spoiling:
    """Raw tables being spoilt; the children that have a defect already are passed over where others will do."""

    def __init__(self, raw: Mapping[str, pd.DataFrame], period: str, seed: int) -> None:
        self.asked = described("cin").at(period)
        self.raw: Raw = {name: frame.copy() for name, frame in raw.items() if name in self.asked}
        self.children = len(self.raw["ChildIdentifiers"])
        self._seed, self._choices, self._used = seed, 0, set[Any]()

    def rows(self, table: str) -> Rows:
        return Rows(self.raw, self.asked, table, self.raw[table].index)

    def choose(self, rows: Rows, places: np.ndarray, count: int) -> Rows:
        """`count` of the rows at `places`, each of another child; those of children without a defect first."""
        self._choices += 1
        thrown = np.random.Generator(np.random.PCG64([self._seed, self._choices])).random(len(places))
        if rows.table == "Header":
            return rows.taken(places[:count])
        child = rows.taken(places).of("ChildIdentifiers").labels
        order = np.lexsort((thrown, np.isin(child, list(self._used))))
        first = order[~pd.Series(child[order]).duplicated().to_numpy()][:count]
        self._used.update(child[first].tolist())
        return rows.taken(places[first])

    def make(self, code: str, share: float) -> None:
        """Make one defect in `share` of the children, at least in one. Raises SourceError where no row fits."""
        defect = DEFECTS[code]
        if defect.whole is not None:
            defect.whole(self)
            return
        rows = self.rows(defect.table)
        places = defect.candidates(rows)
        if not len(places):
            raise SourceError(f"Defect {code}: no row of {defect.table} could have it; use a larger authority.")
        chosen = self.choose(rows, places, self.count(share))
        values = {
            name: value(chosen) if callable(value) else value for name, value in {**defect.sets, **defect.new}.items()
        }
        if defect.adds:
            self.add(defect.adds, chosen, {name: values[name] for name in defect.new})
        for name in defect.sets:
            table, _, item = name.rpartition(".")
            self.put(chosen.of(table or defect.table), _sex(self) if item == "Sex" else item, values[name])
        if defect.removes:
            self.remove(defect.removes, chosen.of(defect.within or defect.table))

    def count(self, share: float) -> int:
        return max(1, round(share * self.children))

    def put(self, rows: Rows, item: str, value: Any) -> None:
        cells = value.to_numpy(dtype=object) if isinstance(value, pd.Series) else value
        self.raw[rows.table].loc[rows.labels, item] = np.nan if cells is None else cells

    def add(self, table: str, chosen: Rows, values: Mapping[str, Any]) -> None:
        """New rows in `table`, copies of the chosen where these are of the same table."""
        frame = self.raw[table]
        first = int(frame.index.max()) + 1 if len(frame) else 0
        labels = pd.RangeIndex(first, first + len(chosen.labels), name=frame.index.name)
        copied = frame.loc[chosen.labels] if table == chosen.table else frame.iloc[:0].reindex(range(len(labels)))
        more = copied.set_axis(labels)
        parent = self.asked[table].parent
        assert parent is not None
        more["parent_row"] = chosen.of(parent).labels
        for item, value in values.items():
            more[item] = value.to_numpy(dtype=object) if isinstance(value, pd.Series) else value
        if "source_key" in more:
            more["source_key"] = np.nan
        self.raw[table] = pd.concat([frame, more.astype(frame.dtypes)])

    def remove(self, table: str, within: Rows) -> None:
        """The rows of `table` under others, and what is under them."""
        gone = self.rows(table).taken(np.isin(self.rows(table).of(within.table).labels, within.labels))
        for below in self.asked.children_of(table):
            if below.name in self.raw:
                self.remove(below.name, gone)
        self.raw[table] = self.raw[table].drop(gone.labels)

    def settled(self) -> Raw:
        """The tables as a document would give them: rows under their parents, numbered from 0, ids carried anew."""
        done: Raw = {}
        for table in self.asked:
            if table.name not in self.raw:
                continue
            frame = self.raw[table.name]
            if table.parent:
                above = self.raw[table.parent].index.get_indexer(pd.Index(frame["parent_row"]))
                frame = frame.assign(parent_row=above).sort_values("parent_row", kind="stable")
            self.raw[table.name] = frame
            frame = frame.reset_index(drop=True).rename_axis("row")
            for item in table.fields:
                if item.given == "ordinal":
                    frame[item.name] = (frame.groupby("parent_row").cumcount() + 1).astype("str")
                elif item.given == "carried":
                    frame[item.name] = done[table.parent or ""][item.name].take(frame["parent_row"]).array
            done[table.name] = frame
        return done


def spoil(
    raw: Mapping[str, pd.DataFrame], defects: Mapping[str, float], period: str, seed: int = 1
) -> tuple[Raw, tuple[str, ...]]:
    """New raw tables in which each of `defects` (rule code -> share of the children, at least one child) is made, and
    those that no row was left for: none, as one that cannot be made is refused.

    `raw` is as `assets.sources.ssd.extract` gives it (for defect 100 with a Header). Rows are numbered anew. Raises
    SourceError as `asked` does, and where no row could have the defect.
    """
    wanted = asked(defects, period)
    spoiling = Spoiling(raw, period, seed)
    for code in sorted(wanted, key=lambda code: (DEFECTS[code].whole is not None, code)):
        spoiling.make(code, wanted[code])
    return spoiling.settled(), ()


def asked(defects: Mapping[str, float], period: str) -> dict[str, float]:
    """Each defect and its share; the code `all` stands for every defect in force but those of ALONE.

    Raises SourceError for an unknown code and for a share outside 0 to 1.
    """
    possible = in_force(period)
    wanted: dict[str, float] = {}
    for code, share in defects.items():
        if code != ALL and code not in possible:
            raise SourceError(f"There is no defect {code} in {period}; name a rule that is in force then, or {ALL}.")
        if not 0 <= share <= 1:
            raise SourceError(f"Defect {code}: the share of the children is a number from 0 to 1; correct it.")
        wanted |= {each: share for each in possible if each not in ALONE} if code == ALL else {code: share}
    return wanted


def in_force(period: str) -> tuple[str, ...]:
    """The codes of DEFECTS whose rules are in force in `period`."""
    asked = described("cin")
    return tuple(code for code, defect in DEFECTS.items() if asked.in_force(defect, period))


# ------------------------------------------------------------------------------------------------- what no row can say


def _sex(spoiling: Spoiling) -> str:
    """What the period calls it."""
    return "Sex" if "Sex" in spoiling.asked["ChildIdentifiers"] else "GenderCurrent"


def _more_plans_than_conferences(spoiling: Spoiling) -> None:
    first, last = start()(spoiling.rows("Header")), end()(spoiling.rows("Header"))
    plans = spoiling.rows("ChildProtectionPlans")
    held = pd.concat([spoiling.raw[name]["DateOfInitialCPC"] for name in ("CINdetails", "Section47")])
    lacking = int(held.between(first, last).sum()) - int(plans.CPPstartDate.between(first, last).sum()) + 1
    if not len(plans.labels):
        raise SourceError("Defect 2883: the return has no child protection plan; use a larger authority.")
    while lacking > 0:
        chosen = spoiling.choose(plans, np.arange(len(plans.labels)), lacking)
        spoiling.add("ChildProtectionPlans", chosen, {"CPPstartDate": last})
        lacking -= len(chosen.labels)


def _sex_unknown(spoiling: Spoiling) -> None:
    rows = spoiling.rows("ChildIdentifiers")
    born = np.flatnonzero(rows.ExpectedPersonBirthDate.isna())
    chosen = spoiling.choose(rows, born, spoiling.children // 50 + 1)
    spoiling.put(chosen, _sex(spoiling), "U" if _sex(spoiling) == "Sex" else "0")


def _seven_disabilities(spoiling: Spoiling) -> None:
    frame = spoiling.raw["Disabilities"]
    kept = ["NONE", *sorted({*frame["Disability"].dropna()} - {"NONE"})[:7]]
    other = ~frame["Disability"].isin(kept)
    frame = frame.assign(Disability=frame["Disability"].mask(other, kept[-1]))
    spoiling.raw["Disabilities"] = frame[~(other & frame.duplicated(["parent_row", "Disability"]))]


def _one_disability_each(spoiling: Spoiling) -> None:
    frame = spoiling.raw["Disabilities"]
    second = frame[frame["Disability"] != "NONE"].duplicated("parent_row").reindex(frame.index, fill_value=False)
    spoiling.raw["Disabilities"] = frame[~second]


def _empty(spoiling: Spoiling) -> None:
    spoiling.raw["PreProceedings"] = spoiling.raw["PreProceedings"].iloc[:0]


def _undated(spoiling: Spoiling) -> None:
    spoiling.raw["PreProceedings"]["PPStartDate"] = np.nan


# ------------------------------------------------------------------------------------------------- what a row can say


def _next_letter(rows: Rows) -> pd.Series:
    following = dict(zip(UPN_LETTERS, np.roll(UPN_LETTERS, -1), strict=True))
    return rows.UPN.str[0].map(following) + rows.UPN.str[1:]


def _no_authority(rows: Rows) -> pd.Series:
    body = "900" + rows.UPN.str[4:]
    return pd.Series(check_letter(body.astype("int64").to_numpy())) + body


def _of_another(item: str) -> Callable[[Rows], pd.Series]:
    """The value that another child has."""

    def value(rows: Rows) -> pd.Series:
        known = rows.raw[rows.table][item].dropna()
        mine = getattr(rows, item)
        return pd.Series(np.where(mine == known.iloc[-1], known.iloc[0], known.iloc[-1]))

    return value


def given(*items: str) -> Test:
    return lambda rows: np.all([getattr(rows, item).notna() for item in items], axis=0)


def lacks(item: str) -> Test:
    return lambda rows: getattr(rows, item).isna()


def one_of(item: str, *values: str) -> Test:
    return lambda rows: getattr(rows, item).isin(values)


def both(*tests: Test) -> Test:
    return lambda rows: np.all([test(rows) for test in tests], axis=0)


def but_not(test: Test) -> Test:
    return lambda rows: ~np.asarray(test(rows), dtype=bool)


CHILD, CASE, ASSESSMENT, FACTOR = "ChildIdentifiers", "CINdetails", "Assessments", "AssessmentFactorsList"
PLAN, ENQUIRY, PROTECTION, REVIEW, PROCEEDINGS = (
    "CINplanDates", "Section47", "ChildProtectionPlans", "Reviews", "PreProceedings",
)  # fmt: skip
FURTHER, CLOSED = one_of("ReferralNFA", "0"), given("CINclosureDate")
OPEN = both(lacks("CINclosureDate"), FURTHER)
BORN = given("PersonBirthDate")
AUTHORISED, UNFINISHED = given("AssessmentAuthorisationDate"), lacks("AssessmentAuthorisationDate")
HELD = given("DateOfInitialCPC")
ONLY_ASSESSMENT: Test = lambda rows: rows.of(CASE).under(ASSESSMENT) == 1
AWAITED: dict[str, Any] = {"DateOfInitialCPC": None, "ICPCnotRequired": "0"}


def _set(table: str, where: Test | None = None, since: str | None = None, **fields: Value) -> Defect:
    """Set fields of the row (`Table__Field`: of the row above it)."""
    return Defect(table=table, where=where, sets={k.replace("__", "."): v for k, v in fields.items()}, since=since)


def _add(
    table: str, to: str, where: Test | None = None, sets: Mapping[str, Value] | None = None, **new: Value
) -> Defect:
    return Defect(table=table, adds=to, where=where, sets=sets or {}, new=new)


def _whole(table: str, whole: Callable[[Spoiling], None], since: str | None = None) -> Defect:
    return Defect(table=table, whole=whole, since=since)


SINCE_2024, SINCE_2026 = "2024-25", "2026-27"
DEFECTS: dict[str, Defect] = {
    "100": _set("Header", ReferenceDate=end(-1)),
    "1103": _set(ASSESSMENT, AssessmentActualStartDate=Day("CINreferralDate", -1)),
    "1104": _set(ENQUIRY, HELD, DateOfInitialCPC=Day("CINreferralDate", -1)),
    "1105": _set(PROTECTION, CPPstartDate=Day("CINreferralDate", -1)),
    "1510": _set(CHILD, given("UPN"), UPN=_next_letter),
    "1520": _set(CHILD, given("UPN"), UPN=_of_another("UPN")),
    "1530": _set(CHILD, given("UPN"), UPN=_no_authority),
    "1540": _set(CHILD, given("UPN"), UPN=lambda rows: rows.UPN.str[:5] + "X" + rows.UPN.str[6:]),
    "1550": _set(CHILD, given("UPN"), UPN=lambda rows: rows.UPN.str[:12] + "I"),
    "1560Q": _set(CHILD, FormerUPN="12345"),
    "1570": _set(CHILD, LAchildID=lambda rows: rows.LAchildID + "0" * 20, since=SINCE_2024),
    "1580": _set(CHILD, LAchildID=lambda rows: rows.LAchildID + "-", since=SINCE_2024),
    "2883": _whole(PROTECTION, _more_plans_than_conferences),
    "2884": _set(ENQUIRY, CINdetails__DateOfInitialCPC=Day("DateOfInitialCPC")),
    "2885": _set(PROTECTION, lacks("CPPendDate"), CPPstartDate=end()),
    "2886Q": _whole(CHILD, _sex_unknown),
    "2887Q": _whole("Disabilities", _seven_disabilities),
    "2888Q": _whole("Disabilities", _one_disability_each),
    "2889": _set(ENQUIRY, S47ActualStartDate=Day("CINreferralDate", -1)),
    "2990": _set(ENQUIRY, CLOSED, CINdetails__ReasonForClosure="RC8"),
    "2991Q": Defect(table=ENQUIRY, removes=ASSESSMENT, within=CASE),
    "4000": _set(PLAN, CINdetails__ReferralNFA="1"),
    "4001": _add(PROTECTION, PLAN, sets={"CPPendDate": None}, CINPlanStartDate=Day("CPPstartDate")),
    "4003": _add(
        REVIEW, PLAN, lambda rows: ~(rows.CPPreviewDate == rows.CPPendDate), CINPlanStartDate=Day("CPPreviewDate")
    ),
    "4004": _add(PLAN, PLAN, sets={"CINPlanEndDate": None}, CINPlanEndDate=None),
    "4008": _set(PLAN, ChildIdentifiers__PersonDeathDate=Day("CINPlanStartDate", -1)),
    "4009Q": _set(
        PLAN,
        CINPlanEndDate=Day("CINPlanStartDate", 7),
        ChildIdentifiers__PersonDeathDate=Day("CINPlanStartDate", 6),
    ),
    "4010": _set(PLAN, CINPlanStartDate=None),
    "4011": _set(PLAN, CINPlanEndDate=Day("CINPlanStartDate", -1)),
    "4012Q": _set(PLAN, CINPlanEndDate=Day("CINPlanStartDate")),
    "4013": _set(PLAN, CINPlanEndDate=start(-1)),
    "4014": _add(PLAN, PLAN),
    "4015": _set(PLAN, CINPlanStartDate=Day("CINreferralDate", -1)),
    "4016": _add(PROTECTION, PLAN, CINPlanStartDate=Day("CPPstartDate")),
    "4017": _add(PROTECTION, PLAN, CINPlanStartDate=Day("CPPstartDate", -1), CINPlanEndDate=Day("CPPstartDate", 1)),
    "4180": _set(CHILD, Sex="X"),
    "4220": _set("ChildCharacteristics", Ethnicity="XXXX"),
    "8500": _set(CHILD, LAchildID=None),
    "8510": _set(CHILD, LAchildID=_of_another("LAchildID")),
    "8520": _set(CHILD, BORN, PersonBirthDate=end(1)),
    "8525Q": _set(CHILD, ExpectedPersonBirthDate=Day("PersonBirthDate")),
    "8530Q": _set(CHILD, given("ExpectedPersonBirthDate"), ExpectedPersonBirthDate=end(400)),
    "8535Q": _set(CHILD, PersonDeathDate=Day("PersonBirthDate", -1)),
    "8540": Defect(table=CASE, where=both(BORN, FURTHER), removes="Disabilities", within=CHILD),
    "8545Q": _set(CHILD, BORN, PersonDeathDate=start(-1)),
    "8555Q": _set(CASE, BORN, ChildIdentifiers__PersonDeathDate=Day("CINreferralDate", -1)),
    "8565": _set(ASSESSMENT, CLOSED, CINdetails__CINclosureDate=Day("AssessmentAuthorisationDate", -1)),
    "8568": _set(CASE, ReferralNFA=None),
    "8569Q": _set(CASE, CINreferralDate=start(-10), ReferralNFA="1"),
    "8585Q": _set(CASE, both(CLOSED, lacks("PersonDeathDate")), ReasonForClosure="RC2"),
    "8590": Defect(table=CHILD, removes=CASE),
    "8600": _set(CASE, CINreferralDate=None),
    "8606": _set(CASE, BORN, ChildIdentifiers__PersonBirthDate=Day("CINreferralDate", 281)),
    "8608": _set(ASSESSMENT, AUTHORISED, AssessmentAuthorisationDate=Day("AssessmentActualStartDate", -1)),
    "8610": _set(CASE, FURTHER, PrimaryNeedCode=None),
    "8614": _set(ASSESSMENT, lambda rows: rows.under(FACTOR) > 0, AssessmentAuthorisationDate=None),
    "8615": _set(ENQUIRY, S47ActualStartDate=Day("DateOfInitialCPC", 1)),
    "8620": _set(CASE, CLOSED, CINclosureDate=start(-1)),
    "8630": _set(CASE, CLOSED, CINclosureDate=Day("CINreferralDate", -1)),
    "8640": _set(CASE, CLOSED, ReasonForClosure="RC0"),
    "8650": _set(CASE, FURTHER, PrimaryNeedCode="N10"),
    "8670Q": _set(ASSESSMENT, UNFINISHED, AssessmentActualStartDate=end(-100)),
    "8675Q": _set(ENQUIRY, S47ActualStartDate=end(-40), **AWAITED),
    "8696": _set(ASSESSMENT, AUTHORISED, AssessmentAuthorisationDate=start(-1)),
    "8715": _set(ENQUIRY, HELD, DateOfInitialCPC=start(-1)),
    "8720": _set(PROTECTION, CPPstartDate=None),
    "8730": _set(PROTECTION, NumberOfPreviousCPP=None),
    "8736": _set(ASSESSMENT, UNFINISHED, AssessmentActualStartDate=start(-1)),
    "8740": _set(ENQUIRY, S47ActualStartDate=start(-1), **AWAITED),
    "8750": _set(CHILD, both(given("ExpectedPersonBirthDate"), lacks("PersonBirthDate")), Sex="9"),
    "8770Q": _set(
        CASE,
        both(FURTHER, lambda rows: rows.PersonBirthDate < "2014"),
        ChildIdentifiers__UPN=None,
        ChildIdentifiers__UPNunknown=None,
    ),
    "8772": _set(CASE, FURTHER, ChildIdentifiers__UPNunknown="UN7"),
    "8775Q": _set(CASE, both(BORN, lacks("CINclosureDate")), ChildIdentifiers__PersonBirthDate=end(-26 * 366)),
    "8790": _add("Disabilities", "Disabilities", one_of("Disability", "NONE"), Disability="MOB"),
    "8794": _add("Disabilities", "Disabilities", one_of("Disability", "NONE")),
    "8805": _set(CASE, CLOSED, ReasonForClosure=None),
    "8810": _set(CASE, OPEN, ReasonForClosure="RC7"),
    "8815": _add(CASE, CASE, OPEN),
    "8816": _add(CASE, CASE, OPEN, CINreferralDate=end(), PrimaryNeedCode=None, ReferralNFA="1"),
    "8820": _add(CASE, CASE, both(FURTHER, lambda rows: rows.CINreferralDate < rows.CINclosureDate)),
    "8825Q": Defect(table=CASE, where=one_of("ReasonForClosure", *AFTER_ASSESSMENT), removes=ASSESSMENT),
    "8831": _set(ASSESSMENT, CINdetails__ReferralNFA="1"),
    "8832": _set(PROTECTION, CINdetails__ReferralNFA="1"),
    "8839": _add(ENQUIRY, ENQUIRY, sets=AWAITED, **AWAITED),
    "8840": _set(PROTECTION, CPPendDate=Day("CPPstartDate")),
    "8841": _set(REVIEW, CPPreviewDate=Day("CPPstartDate")),
    "8842Q": _set(REVIEW, CPPreviewDate=None),
    "8863Q": _add(ASSESSMENT, ASSESSMENT, AUTHORISED, AssessmentActualStartDate=Day("AssessmentAuthorisationDate")),
    "8866": _set(CASE, given("CINreferralDate"), ReferralSource=None),
    "8867": _set(ASSESSMENT, CLOSED, AssessmentAuthorisationDate=None),
    "8868": _set(ENQUIRY, both(CLOSED, lacks("DateOfInitialCPC")), ICPCnotRequired="0"),
    "8869": _add(FACTOR, FACTOR, but_not(one_of("AssessmentFactor", "21")), AssessmentFactor="21"),
    "8870Q": _set(ENQUIRY, InitialCPCtarget=Day("InitialCPCtarget", saturday=True)),
    "8873Q": _set(
        FACTOR,
        both(CLOSED, but_not(one_of("ReasonForClosure", *AFTER_ASSESSMENT)), ONLY_ASSESSMENT),
        AssessmentFactor="21",
    ),
    "8875": _set(ENQUIRY, DateOfInitialCPC=Day("DateOfInitialCPC", saturday=True)),
    "8890": _add(ENQUIRY, ENQUIRY, HELD, S47ActualStartDate=Day("S47ActualStartDate", 1)),
    "8896": _add(ASSESSMENT, ASSESSMENT, UNFINISHED),
    "8897Q": Defect(table=ASSESSMENT, where=AUTHORISED, removes=FACTOR),
    "8898": _add(FACTOR, FACTOR),
    "8905": _set(PROTECTION, InitialCategoryOfAbuse="XXX"),
    "8910": _set(PROTECTION, LatestCategoryOfAbuse="XXX"),
    "8915": _set(PROTECTION, ChildIdentifiers__PersonDeathDate=Day("CPPstartDate", -1)),
    "8920": _set(
        PROTECTION, CPPendDate=Day("CPPstartDate", 7), ChildIdentifiers__PersonDeathDate=Day("CPPstartDate", 6)
    ),
    "8925": _set(PROTECTION, CPPendDate=Day("CPPstartDate", -1)),
    "8930": _set(PROTECTION, CPPendDate=start(-1)),
    "8935": _add(PROTECTION, PROTECTION, sets={"CPPendDate": None}, CPPendDate=None),
    "8940": _add(PROTECTION, PROTECTION, given("CPPstartDate")),
    "8945Q": _set(FACTOR, AssessmentFactor="18A", since=SINCE_2024),
    "8950Q": _set(FACTOR, AssessmentFactor="19A", since=SINCE_2024),
    "8995Q": _whole(PROCEEDINGS, _empty, since=SINCE_2026),
    "9000Q": _whole(PROCEEDINGS, _undated, since=SINCE_2026),
    "9005": _set(PROCEEDINGS, PPStartDate=start(-1), since=SINCE_2026),
    "9006": _set(PROCEEDINGS, LBPSentDate=Day("PPStartDate", -1), FGDMMeetingOffer="0", since=SINCE_2026),
    "9007": _set(PROCEEDINGS, LBPSentDate=Day("PPStartDate"), since=SINCE_2026),
    "9008": _set(PROCEEDINGS, InitialPPMeetingDate=start(-1), since=SINCE_2026),
    "9009": _set(PROCEEDINGS, StepDecisionDate=Day("PPStartDate", -1), since=SINCE_2026),
    "9010Q": _set(PROCEEDINGS, FGDMMeetingOffer="1", since=SINCE_2026),
    "9011": _set(PROCEEDINGS, PPOutcome="X", since=SINCE_2026),
    "9012": _set(
        PROCEEDINGS, StepDecisionDate=Day("PPStartDate", 1), CourtAppDate=Day("PPStartDate"), since=SINCE_2026
    ),
    "9013": _set(
        PROCEEDINGS, CourtAppDate=Day("PPStartDate", 1), LetterInitCPDate=Day("PPStartDate"), since=SINCE_2026
    ),
    "9015Q": _set(PROCEEDINGS, given("InitialPPMeetingDate"), ReviewMeetingsCount=None, since=SINCE_2026),
}

"""An invented local authority as an SSD database: children who never lived, in England's published proportions.

`population` makes the SSD tables, `write` puts them into a database. Everything is drawn from the seed alone, so the
same seed gives the same tables on every machine, and a larger authority begins with the same children. After extraction
the data breaks none of the Department's rules; `demo_defects` breaks them, one at a time or all.

Nothing in it can be mistaken for a record: ids begin with DEMO, names say so, and the UPNs carry establishment numbers
from 0101 to 0999, which are never issued (England's establishment numbers begin at 1000, with the nursery schools).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine

from assets.sources import demo_shape as shape
from assets.sources.demo_cases import NO_FURTHER_ACTION, ROUTES, Events, episodes_and_events
from assets.sources.demo_dice import NONE, Days, Dice, Texts, Whole, Year
from assets.sources.demo_shape import FIRST
from assets.sources.errors import SourceError
from assets.sources.ssd_tables import MADE_HERE, RELEASE, SSD
from returns import described
from returns.model import Return

SOFTWARE = "DEMO"
FEWEST, MOST = 10, 400_000
ELSEWHERE = "356"  # gives the UPNs where the authority's own number is in none (yet)
BESIDE = 0.08  # children that the authority knew, but only before the year
UPN_LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"), dtype=object)
FIRST_ESTABLISHMENT, FORMER_ESTABLISHMENT = 101, 601
ROWS_AT_A_TIME = 20_000
PREFIX = {name: next(iter(table.c)).name[:5] for name, table in SSD.tables.items() if name != "ssd_version_log"}


def population(children: int, seed: int = 1, period: str = "2025-26", unit: str = "356") -> dict[str, pd.DataFrame]:
    """The SSD tables of an authority with `children` children in its return of `period`, and 8 % more who are in none.

    SSD table name -> frame in SSD's column names: text, dates as `datetime64[us]`, missing = NaN or NaT. `unit` is the
    authority's 3-digit number. Raises SourceError for fewer than 10 or more than 400,000 children or another form of
    number, UnknownPeriod.
    """
    asked = described("cin").at(period)
    refuse(asked, children, seed, unit)
    year = Year(period)
    dice = Dice(seed, children + max(4, int(children * BESIDE)))
    people = _people(dice, year, children)
    episodes, events = episodes_and_events(dice, year, people)
    unborn = people.born.isna()[episodes.child].to_numpy()
    episodes.loc[unborn & (episodes.reason == "RC2"), "reason"] = "RC7"
    died = episodes[episodes.reason == "RC2"].set_index("child").close
    people["death"] = died.reindex(people.index).to_numpy(dtype=float)
    gives_upns = unit if any(code.code == unit for code in asked.codes["upn_authority"]) else ELSEWHERE
    return in_ssd_columns(year, _ours(dice, year, people, gives_upns, episodes, events), COLUMNS)


def refuse(asked: Return, children: int, seed: int, unit: str) -> None:
    """Raise SourceError for what no invented authority can be."""
    if not asked.takes(unit):
        raise SourceError(f"An invented authority has a number like {ELSEWHERE}; give three digits.")
    if not FEWEST <= children <= MOST:
        raise SourceError(f"An invented authority has {FEWEST} to {MOST:,} children; give a number between these.")
    if seed < 0:
        raise SourceError("The seed of an invented authority is a whole number from 0 upwards; give such a number.")


def _people(dice: Dice, year: Year, children: int) -> pd.DataFrame:
    """One row a child: how its case runs, the day of birth or expected birth, of referral, sex, ethnicity."""
    route = np.array(list(ROUTES), dtype=object)[dice.place([kind.weight for kind in ROUTES.values()])]
    born = year.last - np.floor(
        dice.days_in({(365 * low, 365 * high + high // 4 - 1): w for (low, high), w in shape.AGES.items()})
    )
    unborn = dice.throw() < shape.UNBORN
    first = slice(len(FIRST))
    route[first] = [child.route for child in FIRST]
    unborn[first] = [child.age is None for child in FIRST]
    born[first] = [year.last - 365 * (child.age or 0) - 100 for child in FIRST]
    beside = np.arange(len(route)) >= children
    route[beside] = dice.code({"over": 75, "over, no further action": 25})[beside]
    unborn[beside] = False
    born[beside] = np.minimum(born, -1000)[beside]
    before = np.isin(route, [name for name, kind in ROUTES.items() if kind.from_before])
    route[before & ~beside & (unborn | (born > -400))] = "supported"  # too young to have been referred before the year
    expected = np.where(unborn, year.last + dice.days(1, 180), NONE)
    sex = dice.code(shape.SEX)
    sex[first] = ["M", "F"] * (len(FIRST) // 2)
    sex[unborn] = "U"
    return pd.DataFrame(
        {
            "route": route,
            "born": np.where(unborn, NONE, born),
            "expected": expected,
            "referral": _referral(dice, year, route, np.where(unborn, expected - 46, born)),
            "sex": sex,
            "ethnicity": dice.code(shape.ETHNICITY),
        }
    )


def _referral(dice: Dice, year: Year, route: Texts, birth: Days) -> Days:
    """The day of referral, at most 150 days before birth (196 before the expected day)."""
    found = np.maximum(dice.days(0, year.last), birth - 150)
    for place, child in enumerate(FIRST):
        if child.referral is not None:
            found[place] = child.referral
    earlier = {"over": (-900, -190), "over, no further action": (-365, -1), "stepped down": (-1000, -250)}
    for name, kind in ROUTES.items():
        if kind.from_before:
            here = np.flatnonzero(route == name)
            drawn = dice.of(here).days(*earlier.get(name, (-1000, -30)))
            found[here] = np.maximum(drawn, birth[here] - 150)
    return np.minimum(found, year.last)


def _upns(dice: Dice, year: Year, people: pd.DataFrame, unit: str) -> pd.DataFrame:
    """UPN, former UPN and the reason for none: text or missing."""
    born = people.born.to_numpy()
    age = np.where(np.isnan(born), -1, (year.last - born) / 365.25)
    share = np.where(age >= 5, shape.UPN_AT_SCHOOL_AGE, np.where(age >= 3, shape.UPN_BEFORE_SCHOOL_AGE, 0))
    has = dice.throw() < share
    former = dice.throw() < shape.FORMER_UPN
    has[:3] = former[:1] = True
    born_in = (year.start + np.nan_to_num(born).astype("int64")).astype("datetime64[Y]").astype("int64") + 1970
    given = np.minimum(born_in + 5, year.start.astype(object).year)
    turn = pd.Series(has).groupby(given).cumsum().to_numpy() - 1
    reason = np.where(age < 5, "UN1", dice.code(shape.NO_UPN))
    reason[(age >= 5) & people.route.isin(NO_FURTHER_ACTION).to_numpy()] = "UN7"
    return pd.DataFrame(
        {
            "upn": pd.Series(upns(unit, FIRST_ESTABLISHMENT, given, turn)).where(has),
            "former": pd.Series(upns(unit, FORMER_ESTABLISHMENT, given, turn)).where(has & former),
            "reason": pd.Series(reason).mask(has),
        },
        dtype="str",
    )


def upns(unit: str, establishment: int, given: Whole, turn: Whole) -> Texts:
    """The UPN of the `turn`-th child (from 0) of each year `given`.

    Check letter, authority, establishment, the year's last two digits, serial 001 to 999; then the next establishment.
    """
    body = ((int(unit) * 10_000 + establishment + turn // 999) * 100 + given % 100) * 1000 + turn % 999 + 1
    return check_letter(body) + pd.Series(body).astype("str").str.zfill(12).to_numpy(dtype=object)


def check_letter(body: Whole) -> Texts:
    """The first character of UPNs whose other 12 are the digits of `body`.

    Each digit times its place (2 to 13), summed, modulo 23.
    """
    total = sum(((body // 10 ** (13 - place)) % 10) * place for place in range(2, 14))
    return UPN_LETTERS[np.asarray(total) % 23]


def _disabilities(dice: Dice, people: pd.DataFrame) -> pd.Series:
    """Codes by number of the child: NONE where that is known, nothing for the unborn and where nobody looked."""
    menu = _menu(tuple(shape.DISABILITY.items()), "LD")
    menu = np.append(menu, _cells([("NONE",)]))
    codes = menu[np.where(dice.throw() < shape.DISABLED, dice.place([1] * (len(menu) - 1)), len(menu) - 1)]
    codes[: len(FIRST)] = _cells([child.disabilities for child in FIRST])
    known = people.born.notna() & ~people.route.isin(NO_FURTHER_ACTION)
    return pd.Series(codes)[known].explode()


@lru_cache(maxsize=4)
def _menu(shares: tuple[tuple[str, float], ...], least: str) -> Texts:
    """2,000 sets of codes that hold each code at its share, `least` where no other came up: what is drawn from."""
    thrown = np.random.Generator(np.random.PCG64(2000)).random((2000, len(shares)))
    codes = np.array([code for code, _ in shares], dtype=object)
    return _cells([tuple(sorted(codes[row])) or (least,) for row in thrown < [share for _, share in shares]])


def _cells(sets: Sequence[tuple[str, ...]]) -> Texts:
    cells = np.empty(len(sets), dtype=object)
    cells[:] = sets
    return cells


COLUMNS = {  # SSD table -> its column without the table's prefix -> ours
    "ssd_person": {
        "legacy_id": "legacy", "person_id": "person", "upn": "upn", "forename": "forename", "surname": "surname",
        "sex": "sex", "gender": "sex", "ethnicity": "ethnicity", "dob": "born", "upn_unknown": "reason",
        "expected_dob": "expected", "death_date": "death",
    },
    "ssd_disability": {"table_id": "id", "person_id": "person", "disability_code": "code"},
    "ssd_linked_identifiers": {
        "table_id": "id", "person_id": "person", "identifier_type": "type", "identifier_value": "former",
        "valid_from_date": "since",
    },
    "ssd_cin_episodes": {
        "referral_id": "referral_id", "person_id": "person", "referral_date": "referral",
        "cin_primary_need_code": "need", "referral_source_code": "source", "referral_nfa": "nfa",
        "close_reason": "reason", "close_date": "close",
    },
    "ssd_cin_assessments": {
        "assessment_id": "id", "person_id": "person", "referral_id": "referral_id", "assessment_start_date": "start",
        "assessment_auth_date": "end",
    },
    "ssd_assessment_factors": {"table_id": "factors_id", "assessment_id": "id", "assessment_factors_json": "factors"},
    "ssd_cin_plans": {
        "cin_plan_id": "id", "referral_id": "referral_id", "person_id": "person", "cin_plan_start_date": "start",
        "cin_plan_end_date": "end",
    },
    "ssd_s47_enquiry": {
        "s47_enquiry_id": "id", "referral_id": "referral_id", "person_id": "person", "s47_start_date": "start",
        "s47_end_date": "end", "s47_outcome_json": "outcome",
    },
    "ssd_initial_cp_conference": {
        "icpc_id": "id", "s47_enquiry_id": "enquiry", "person_id": "person", "cp_plan_id": "protection",
        "referral_id": "referral_id", "icpc_transfer_in": "transfer", "icpc_target_date": "target", "icpc_date": "end",
        "icpc_outcome_cp_flag": "planned",
    },
    "ssd_cp_plans": {
        "cp_plan_id": "id", "referral_id": "referral_id", "icpc_id": "conference", "person_id": "person",
        "cp_plan_start_date": "start", "cp_plan_end_date": "end", "cp_plan_ola": "elsewhere",
        "cp_plan_initial_category": "initial", "cp_plan_latest_category": "latest",
    },
    "ssd_cp_reviews": {
        "cp_review_id": "review_id", "person_id": "person", "cp_plan_id": "id", "cp_review_date": "reviews",
    },
    "ssd_pre_proceedings": {
        "table_id": "proceedings_id", "person_id": "person", "pre_pro_decision_date": "decided",
        "initial_pre_pro_meeting_date": "met", "pre_pro_meetings_num": "meetings",
        "agree_stepdown_issue_date": "stepped", "pre_pro_outcome": "outcome",
    },
    "ssd_version_log": {
        "version_number": "release", "description": "description", "is_current": "current", "created_by": "software",
    },
}  # fmt: skip


def ids(letters: str, numbers: Any, digits: int = 7) -> Texts:
    return letters + pd.Series(np.asarray(numbers) + 1).astype("str").str.zfill(digits).to_numpy(dtype=object)


def yes(marks: Any) -> Texts:
    return np.where(marks, "Y", "N").astype(object)


def _ours(
    dice: Dice, year: Year, people: pd.DataFrame, unit: str, episodes: pd.DataFrame, events: Events
) -> dict[str, pd.DataFrame]:
    """Every table of COLUMNS, in our columns, days as numbers."""
    people = people.join(_upns(dice, year, people, unit)).assign(
        legacy=ids("L", people.index),
        person=ids(SOFTWARE, people.index),
        forename="Demo Child",
        surname=ids("", people.index),
    )
    disabilities = (
        people[["person"]]
        .join(_disabilities(dice, people).rename("code"), how="inner")
        .assign(id=lambda t: ids("DIS", range(len(t))))
    )
    former = people.dropna(subset="former").assign(
        id=lambda t: ids("LNK", range(len(t))), type="Former Unique Pupil Number", since=lambda t: t.born + 1800
    )
    episodes = episodes.assign(person=people.person[episodes.child].to_numpy(), referral_id=ids("REF", episodes.index))
    kinds = {}
    for kind, letters in (
        ("assessment", "ASM"),
        ("plan", "PLN"),
        ("enquiry", "ENQ"),
        ("conference", "ICP"),
        ("protection", "CPP"),
    ):
        rows = events[kind].join(episodes[["child", "person", "referral_id", "reason"]], on="episode")
        kinds[kind] = rows.assign(id=ids(letters, rows.index))
    enquiries, conferences, protections = kinds["enquiry"], kinds["conference"], kinds["protection"]
    asked, own = enquiries.conference.astype(bool), ~protections.elsewhere.astype(bool)
    before = {"enquiry": enquiries[asked], "conference": conferences, "protection": protections[own]}
    by_episode = {name: rows.set_index("episode").id for name, rows in before.items()}
    mine = protections[own].reset_index(drop=True)
    return {
        "ssd_person": people,
        "ssd_disability": disabilities,
        "ssd_linked_identifiers": former,
        "ssd_cin_episodes": episodes.assign(nfa=yes(episodes.nfa)),
        "ssd_cin_assessments": kinds["assessment"],
        "ssd_assessment_factors": _factors(dice, kinds["assessment"]),
        "ssd_cin_plans": kinds["plan"],
        "ssd_s47_enquiry": enquiries.assign(
            outcome=('{"CP_CONFERENCE_FLAG": "' + pd.Series(yes(asked)) + '"}').where(enquiries.end.notna())
        ),
        "ssd_initial_cp_conference": conferences.assign(
            enquiry=conferences.episode.map(by_episode["enquiry"]),
            protection=conferences.episode.map(by_episode["protection"]),
            transfer=yes(~conferences.enquired.astype(bool)),
            planned=yes(conferences.episode.isin(by_episode["protection"].index)),
        ),
        "ssd_cp_plans": protections.assign(
            conference=protections.episode.map(by_episode["conference"]).where(own), elsewhere=yes(~own)
        ),
        "ssd_cp_reviews": _reviews(dice, year, mine),
        "ssd_pre_proceedings": _proceedings(dice, year, mine),
        "ssd_version_log": pd.DataFrame(
            {"release": [RELEASE], "description": MADE_HERE, "current": True, "software": SOFTWARE}
        ),
    }


def _factors(dice: Dice, assessments: pd.DataFrame) -> pd.DataFrame:
    """The factors of the assessments that have ended, as JSON; 21 (none) only where nothing followed the assessment."""
    menu = _menu(tuple(shape.FACTOR.items()), "20")
    texts = np.array([json.dumps(codes) for codes in [*menu, ("21",)]], dtype=object)
    ended = assessments[assessments.end.notna()].reset_index(drop=True)
    dice = dice.of(ended.child.to_numpy())
    turn = ended.groupby("child").cumcount().to_numpy()  # a child has one throw, but other factors each time
    chosen = (dice.place([1] * len(menu)) + turn * 911) % len(menu)
    chosen[ended.reason.isin(shape.AFTER_ASSESSMENT) & (dice.throw() < shape.NO_FACTOR)] = len(menu)
    return ended.assign(factors_id=ids("FAC", ended.index), factors=texts[chosen])


def _reviews(dice: Dice, year: Year, protections: pd.DataFrame) -> pd.DataFrame:
    """Reviews of the plans: the first within three months, then within every six; the last ends the plan."""
    first = protections.start + dice.of(protections.child.to_numpy()).days(60, 91)
    until = protections.end.fillna(year.last + 1)
    dates = [(first + turn * 165).where(lambda day: day < until) for turn in range(8)]
    rows = pd.concat([protections.assign(reviews=day) for day in [*dates, protections.end]])
    rows = rows.dropna(subset="reviews").sort_values(["id", "reviews"], kind="stable", ignore_index=True)
    return rows.assign(review_id=ids("REV", rows.index))


def _proceedings(dice: Dice, year: Year, protections: pd.DataFrame) -> pd.DataFrame:
    """Pre-proceedings of the year, of some of the children with a plan then.

    No letter before proceedings: the Department asks of every letter whether it offered family group decision making,
    and the SSD cannot say.
    """
    dice = dice.of(protections.child.to_numpy())
    decided = dice.days(np.maximum(protections.start.to_numpy(), 0), protections.end.fillna(year.last).to_numpy())
    met, stepped = decided + dice.days(7, 21), decided + dice.days(60, 120)
    outcome = dice.code(shape.PROCEEDINGS_OUTCOME)
    rows = protections.assign(
        decided=decided,
        met=np.where(met <= year.last, met, NONE),
        meetings=pd.Series(np.where(met <= year.last, dice.days(0, 4), NONE)).astype("Int64"),
        stepped=np.where(stepped <= year.last, stepped, NONE),
        outcome=pd.Series(outcome).where(stepped <= year.last),
    )
    begun = dice.happens(shape.PROCEEDINGS) & ~(protections.end < 0).to_numpy()
    rows = rows[begun].reset_index(drop=True)
    return rows.assign(proceedings_id=ids("PRE", rows.index))


def in_ssd_columns(
    year: Year, ours: Mapping[str, pd.DataFrame], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, pd.DataFrame]:
    """The tables in SSD's names: days as dates, the rest text (but whole numbers and yes/no where the SSD has them)."""
    frames = {}
    for name, ours_by_column in columns.items():
        rows, prefix = ours[name], PREFIX.get(name, "")
        found: dict[str, Any] = {}
        for column, mine in ours_by_column.items():
            kind = SSD.tables[name].c[prefix + column].type
            values = rows[mine].reset_index(drop=True)
            if isinstance(kind, sa.DateTime):
                values = year.dates(values.to_numpy(dtype=float))
            elif isinstance(kind, sa.Unicode):
                values = values.astype("str")
            found[prefix + column] = values
        frames[name] = pd.DataFrame(found)
    return frames


def write(frames: Mapping[str, pd.DataFrame], target: str | URL | Engine, schema: str | None = None) -> None:
    """Put the tables of `population` into a database, all or nothing; one that is already there is replaced.

    Raises SourceError for a database that holds anything else (it might be somebody's records) or cannot be written.
    """
    try:
        engine = target if isinstance(target, Engine) else sa.create_engine(target, hide_parameters=True)
        try:
            with engine.connect() as connection:
                _write(
                    connection.execution_options(schema_translate_map={None: schema} if schema else {}), frames, schema
                )
        finally:
            if engine is not target:
                engine.dispose()
    except (exc.SQLAlchemyError, ImportError):
        raise SourceError(
            "The invented authority could not be written; check the database's address, that its folder and its driver "
            "are there, and that you may write to it."
        ) from None


def _write(connection: Connection, frames: Mapping[str, pd.DataFrame], schema: str | None) -> None:
    with _transaction(connection):
        _refuse_others(connection, schema)
        SSD.create_all(connection)
        for name, table in SSD.tables.items():
            connection.execute(table.delete())
            for rows in _batches(frames.get(name, pd.DataFrame())):
                connection.execute(table.insert(), rows)


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """One transaction; SQLite's driver opens none before CREATE TABLE, so it is told to."""
    with connection.begin():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield


def _refuse_others(connection: Connection, schema: str | None) -> None:
    there = sa.inspect(connection).get_table_names(schema=schema)
    if not there:
        return
    log = SSD.tables["ssd_version_log"]
    ours = log.name in there and MADE_HERE in connection.execute(sa.select(log.c.description)).scalars().all()
    if not ours or not {*there} <= {*SSD.tables}:
        raise SourceError(
            "The database holds tables that are no invented authority; name an empty database or a new file."
        )


def _batches(frame: pd.DataFrame) -> Iterator[list[dict[str, Any]]]:
    names = list(frame)
    for start in range(0, len(frame), ROWS_AT_A_TIME):
        cells = [_python(frame[name].iloc[start : start + ROWS_AT_A_TIME]) for name in names]
        yield [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _python(values: pd.Series) -> list[Any]:
    """Cells as Python's own str, datetime, bool, int; missing = None."""
    if isinstance(values.dtype, np.dtype):
        return values.to_numpy().astype(object).tolist()
    return values.to_numpy(dtype=object, na_value=None).tolist()

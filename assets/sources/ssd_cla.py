"""The children looked after return (903) from the SSD: which columns give which fields, which rows belong.

What is data stands first (EVENTS, MAPPING, COHORT, AS_AT_END, WORDS, ASKED, HEALTH); code follows only for what no row
can say. Every table hangs on the child alone.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from assets.sources.belonging import Item, Keep, LeftOut, NotYet, as_at_end, belonging, row_labels, within
from assets.sources.recoding import YES_NO, coded, dates, each, held
from returns.model import Period, Return, Table

CHILD_IDS = ("pers_person_id", "pers_legacy_id")
WINDOW = "earlier episodes of a child who has been looked after for longer may be missing."

Frames = Mapping[str, pd.DataFrame]


class Event(NamedTuple):
    """The SSD table that gives a table's rows: its key, the column with the child's id, the field they go by."""

    table: str
    ssd: str
    key: str
    child: str
    order: str


EVENTS = (
    Event("Header", "ssd_person", "pers_person_id", "pers_person_id", "CHILD"),
    Event("Episodes", "ssd_cla_episodes", "clae_cla_episode_id", "clae_person_id", "DECOM"),
    Event("Reviews", "ssd_cla_reviews", "clar_cla_review_id", "clar_cla_person_id", "REVIEW"),
    Event("UASC", "ssd_immigration_status", "immi_immigration_status_id", "immi_person_id", "since"),
    Event("OC2", "ssd_person", "pers_person_id", "pers_person_id", "CHILD"),
    Event("OC3", "ssd_care_leavers", "clea_table_id", "clea_person_id", "contact"),
    Event("AD1", "ssd_permanence", "perm_table_id", "perm_person_id", "DATE_INT"),
    Event("PlacedAdoption", "ssd_permanence", "perm_table_id", "perm_person_id", "DATE_PLACED"),
    Event("PrevPerm", "ssd_cla_previous_permanence", "lapp_table_id", "lapp_person_id", "DATE_PERM"),
    Event("Missing", "ssd_missing", "miss_table_id", "miss_person_id", "MIS_START"),
    Event("SWEpisodes", "ssd_involvements", "invo_involvements_id", "invo_person_id", "SW_DECOM"),
)
# DoLo: the SSD has no deprivation of liberty orders; the table is not supplied

MAPPING = (
    Item("Header", "SEX", "pers_sex"),
    Item("Header", "DOB", "pers_dob"),
    Item("Header", "ETHNIC", "pers_ethnicity"),
    Item("Header", "UPN", "pers_upn"),
    Item("Header", "MOTHER", "pers_is_mother"),
    Item("Episodes", "DECOM", "clae_cla_episode_start_date"),
    Item("Episodes", "RNE", "clae_cla_episode_start_reason"),
    Item("Episodes", "CIN", "clae_cla_primary_need_code"),
    Item("Episodes", "DEC", "clae_cla_episode_ceased_date"),
    Item("Episodes", "REC", "clae_cla_episode_ceased_reason"),
    Item("Reviews", "REVIEW", "clar_cla_review_date"),
    Item("Reviews", "REVIEW_CODE", "clar_cla_review_participation"),
    Item("UASC", "DUC", "immi_immigration_status_end_date"),
    Item("OC3", "IN_TOUCH", "clea_care_leaver_in_touch"),
    Item("OC3", "ACTIV", "clea_care_leaver_activity"),
    Item("AD1", "DATE_INT", "perm_adm_decision_date"),
    Item("AD1", "DATE_MATCH", "perm_matched_date"),
    Item("AD1", "FOSTER_CARE", "perm_adopted_by_carer_flag"),
    Item("AD1", "NB_ADOPTR", "perm_number_of_adopters"),
    Item("AD1", "SEX_ADOPTR", "perm_adopter_sex"),
    Item("AD1", "LS_ADOPTR", "perm_adopter_legal_status"),
    Item("PlacedAdoption", "DATE_PLACED", "perm_adm_decision_date"),  # of the decision, not of the move
    Item("PlacedAdoption", "DATE_PLACED_CEASED", "perm_decision_reversed_date"),
    Item("PlacedAdoption", "REASON_PLACED_CEASED", "perm_decision_reversed_reason"),
    Item("PrevPerm", "PREV_PERM", "lapp_previous_permanence_option"),
    Item("PrevPerm", "LA_PERM", "lapp_previous_permanence_la"),
    Item("PrevPerm", "DATE_PERM", "lapp_previous_permanence_order_date"),
    Item("Missing", "MISSING", "miss_missing_episode_type"),
    Item("Missing", "MIS_START", "miss_missing_episode_start_date"),
    Item("Missing", "MIS_END", "miss_missing_episode_end_date"),
    Item("SWEpisodes", "SW_DECOM", "invo_involvement_start_date"),
    Item("SWEpisodes", "SW_DEC", "invo_involvement_end_date"),
    Item("SWEpisodes", "SW_REASON", "invo_worker_change_reason"),
)

PLACEMENT = {  # of the episode's placement -> field
    "clap_cla_placement_type": "PLACE",
    "clap_cla_placement_provider": "PLACE_PROVIDER",
    "clap_cla_placement_postcode": "PL_POST",
    "clap_cla_placement_urn": "URN",
    "clap_cla_placement_change_reason": "REASON_PLACE_CHANGE",
}
DERIVED_FROM = {  # what the derivations read besides
    "ssd_person": ("pers_upn_unknown",),
    "ssd_mother": ("moth_person_id", "moth_childs_dob"),
    "ssd_cla_episodes": ("clae_cla_placement_id", "clae_cla_id", "clae_entered_care_date"),
    "ssd_cla_placement": ("clap_cla_placement_id", *PLACEMENT),
    "ssd_legal_status": (
        "lega_legal_status_id",
        "lega_person_id",
        "lega_legal_status",
        "lega_legal_status_start_date",
        "lega_legal_status_end_date",
    ),
    "ssd_address": (
        "addr_table_id",
        "addr_person_id",
        "addr_address_type",
        "addr_address_start_date",
        "addr_address_end_date",
        "addr_address_postcode",
    ),
    "ssd_cla_reviews": ("clar_cla_id", "clar_cla_review_cancelled"),
    "ssd_immigration_status": ("immi_immigration_status", "immi_immigration_status_start_date"),
    "ssd_sdq_scores": (
        "csdq_table_id",
        "csdq_person_id",
        "csdq_sdq_completed_date",
        "csdq_sdq_score",
        "csdq_sdq_reason",
    ),
    "ssd_cla_convictions": ("clac_person_id", "clac_cla_conviction_date"),
    "ssd_cla_health": (
        "clah_person_id",
        "clah_health_check_type",
        "clah_health_check_date",
        "clah_health_check_status",
    ),
    "ssd_cla_immunisations": ("clai_person_id", "clai_immunisations_status", "clai_immunisations_status_date"),
    "ssd_cla_substance_misuse": (
        "clas_substance_misuse_id",
        "clas_person_id",
        "clas_substance_misuse_date",
        "clas_intervention_received",
    ),
    "ssd_care_leavers": (
        "clea_care_leaver_eligibility",
        "clea_care_leaver_latest_contact",
        "clea_care_leaver_accommodation",
        "clea_care_leaver_accom_suitable",
    ),
    "ssd_permanence": ("perm_permanence_order_date",),
    "ssd_involvements": ("invo_professional_id", "invo_professional_role_id"),
    "ssd_professionals": ("prof_professional_id", "prof_social_worker_registration_no"),
}
OF_SOCIAL_WORKERS = ("ssd_involvements", "ssd_professionals")
NEEDED = ("ssd_person", "ssd_cla_episodes", "ssd_cla_placement", "ssd_legal_status")
MAY_LACK = ("ssd_person.pers_upn", "ssd_cla_reviews.clar_cla_person_id", "ssd_cla_episodes.clae_entered_care_date")
GIVEN_BY = {  # SSD table -> the fields that are not supplied when a build lacks it
    "ssd_sdq_scores": ("OC2.SDQ_SCORE", "OC2.SDQ_REASON"),
    "ssd_cla_convictions": ("OC2.CONVICTED",),
    "ssd_cla_health": ("OC2.HEALTH_CHECK", "OC2.TEETH_CHECK", "OC2.HEALTH_ASSESSMENT"),
    "ssd_cla_immunisations": ("OC2.IMMUNISATIONS",),
    "ssd_cla_substance_misuse": ("OC2.SUBSTANCE_MISUSE", "OC2.INTERVENTION_RECEIVED"),
    "ssd_mother": ("Header.MC_DOB",),
    "ssd_address": ("Episodes.HOME_POST",),
    "ssd_professionals": ("SWEpisodes.SW_ID",),
}

COHORT = (
    Keep("Episodes", "open_in", ("DECOM", "DEC"), "not open in the year"),
    Keep("Reviews", "any_in", ("REVIEW",), "not of the year"),
    Keep("UASC", "open_in", ("since", "ceased"), "not unaccompanied in the year"),
    Keep("OC3", "any_in", ("birthday",), "no birthday from the 17th to the 21st in the year"),
    Keep("PlacedAdoption", "open_in", ("DATE_PLACED", "over"), "PlacedAdoption: decision not in force in the year"),
    Keep("Missing", "open_in", ("MIS_START", "MIS_END"), "not in the year"),
    Keep("SWEpisodes", "open_in", ("SW_DECOM", "SW_DEC"), "not in the year"),
)
AS_AT_END = (
    NotYet("Episodes", "DEC", ("REC", "REASON_PLACE_CHANGE")),
    NotYet("PlacedAdoption", "DATE_PLACED_CEASED", ("REASON_PLACED_CEASED",)),
    NotYet("Missing", "MIS_END"),
    NotYet("SWEpisodes", "SW_DEC"),
)

# code set -> word of the case systems, in lower case -> code of one year or another
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "yes_no": {"y": ("1",), "yes": ("1",), "true": ("1",), "n": ("0",), "no": ("0",), "false": ("0",)},
    "sex_looked_after": {
        "m": ("M", "1"), "male": ("M", "1"), "f": ("F", "2"), "female": ("F", "2"),
        "u": ("U",), "unknown": ("U",), "not known": ("U",),
    },
    "missing_type": {"missing": ("M",), "away": ("A",), "away from placement without authorisation": ("A",)},
}  # fmt: skip
SHORT_BREAKS = ("V3", "V4")
NOT_ASKED_OF_SHORT_BREAKS = ("HOME_POST", "PL_POST", "URN")
NEVER, OUT_OF_TIME = pd.Timestamp("2200-01-01"), 1_000_000
ADOPTED = ("E11", "E12")
SOCIAL_WORKER = "CW"
NOT_HOME = r"placement|school|work|correspond"  # types of address that are no home of the child
NOT_ELIGIBLE = r"^(?:not\b|no\b|n$|qualifying)"
NOT_DONE = ("planned", "refused", "cancelled", "canceled")

BIRTHDAYS = range(17, 22)
BEFORE, AFTER = pd.DateOffset(months=3), pd.DateOffset(months=1)  # contact with a care leaver: not confirmed

# field of OC2 -> asked of those who were so old (years) at the end of the year, and not yet so old on that day or, for
# the score, at the start of the year
ASKED = {
    "SDQ_SCORE": (4, None, 17),
    "SDQ_REASON": (4, None, 17),
    "CONVICTED": (10, None, None),
    "HEALTH_CHECK": (0, 5, None),
}
HEALTH = {  # field -> how the case systems call the check
    "TEETH_CHECK": r"dent|teeth|tooth|oral",
    "HEALTH_CHECK": r"develop|promotion|surveillance",
    "HEALTH_ASSESSMENT": r"assess|medical|\biha\b|\brha\b",
}


def columns_read(described: Return, child_id: str) -> dict[str, list[str]]:
    """SSD table -> the columns that the return takes from it, nothing more."""
    read: dict[str, dict[str, None]] = {}
    for event in EVENTS:
        if event.table in described:
            given = [item.column for item in MAPPING if item.table == event.table]
            read.setdefault(event.ssd, {}).update(dict.fromkeys((event.key, event.child, *given)))
    for ssd, names in DERIVED_FROM.items():
        if "SWEpisodes" in described or ssd not in OF_SOCIAL_WORKERS:
            read.setdefault(ssd, {}).update(dict.fromkeys(names))
    read["ssd_person"][child_id] = None
    return {ssd: list(columns) for ssd, columns in read.items()}


def may_lack(name: str) -> bool:
    """True for a `table` or `table.column` without which part of the return can be made."""
    return name.partition(".")[0] not in NEEDED or name in MAY_LACK


def tables(
    ssd: Frames, described: Return, child_id: str = "pers_person_id", lacking: Collection[str] = ()
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Raw tables and what was left out of them (see `assets.sources.ssd.extract`) from cleaned SSD frames of text.

    Tables and fields that the database lacks are left away: not supplied is not the same as none.
    """
    assert described.period is not None
    period = described.period
    out = LeftOut()
    ssd = {name: out.unless(name, frame.duplicated(), frame, "the same row twice") for name, frame in ssd.items()}
    ssd["ssd_cla_reviews"] = _reviews(ssd["ssd_cla_reviews"], ssd["ssd_cla_episodes"], out)
    events = {event.table: event for event in EVENTS if event.table in described and event.ssd not in lacking}
    people = _people(ssd["ssd_person"], described, child_id)

    rows: dict[str, pd.DataFrame] = {}
    for name, event in events.items():
        found = _mapped(event, ssd, described)
        if name != "Header":
            gone = ~held(found["child"], ssd["ssd_person"]["pers_person_id"])
            found = out.unless(event.ssd, gone, found, "no such row in ssd_person")
        found["born"] = dates(_of(found["child"], people["DOB"]).astype("str"))
        rows[name] = found
    every_episode = rows["Episodes"]
    episodes = belonging(COHORT, "Episodes", "ssd_cla_episodes", every_episode, period, out)
    rows["Episodes"] = _episodes(episodes, every_episode, ssd, described, out)
    rows["OC2"] = _health(rows["OC2"], rows["Episodes"], ssd, period, out)
    for name in [name for name in rows if name not in ("Header", "Episodes", "OC2")]:
        found, ssd_table = rows[name], events[name].ssd
        if name in BY_DATE_FIRST:
            found = belonging(COHORT, name, ssd_table, found, period, out)
        if name in DERIVED:
            found = DERIVED[name](found, ssd, described, rows["Episodes"], out)
        if name not in BY_DATE_FIRST:
            found = belonging(COHORT, name, ssd_table, found, period, out)
        rows[name] = CHOSEN[name](found, every_episode, period, out) if name in CHOSEN else found
    for name, found in rows.items():
        rows[name] = as_at_end(AS_AT_END, name, found, period, out)
    rows["Header"] = _header(rows, ssd, described, out)

    unsupplied = {name for table, names in GIVEN_BY.items() if table in lacking for name in names}
    return {
        name: _placed(rows[name], described[name], events[name], people, unsupplied)
        for name in (table.name for table in described)
        if name in rows
    }, out.frame()


def _people(source: pd.DataFrame, described: Return, child_id: str) -> pd.DataFrame:
    """Id, date of birth and sex of each child, by the key of ssd_person; of a key that two rows share, the first."""
    told = {"CHILD": source[child_id], "DOB": source["pers_dob"], "key": source["pers_person_id"]}
    told["SEX"] = _recoded(source["pers_sex"], "sex_looked_after", described)
    return pd.DataFrame(told).dropna(subset="key").drop_duplicates("key").set_index("key")


def _recoded(values: pd.Series, name: str, described: Return) -> pd.Series:
    listed = {code.code for code in described.codes[name]}
    words = {word: code for word, codes in WORDS.get(name, {}).items() for code in codes if code in listed}
    return coded(values.str.upper(), listed, words)


def _mapped(event: Event, ssd: Frames, described: Return) -> pd.DataFrame:
    """The rows of one table on the index of their SSD table, with `source_key` and `child` (the key of ssd_person)."""
    source, table = ssd[event.ssd], described[event.table]
    columns = dict.fromkeys(table.file_columns, pd.Series(index=source.index, dtype="str"))
    for item in MAPPING:
        if item.table == event.table:
            codes = table[item.field].codes
            values = source[item.column]
            columns[item.field] = _recoded(values, codes, described) if codes else values
    return pd.DataFrame({**columns, "source_key": source[event.key], "child": source[event.child]})


def _reviews(reviews: pd.DataFrame, episodes: pd.DataFrame, out: LeftOut) -> pd.DataFrame:
    """Reviews that were held, each once; an older build knows the child only through the period of care."""
    ssd = "ssd_cla_reviews"
    cancelled = _flags(reviews["clar_cla_review_cancelled"]) == "1"
    reviews = out.unless(ssd, cancelled, reviews, "cancelled")
    again = reviews["clar_cla_review_id"].duplicated() & reviews["clar_cla_review_id"].notna()
    reviews = out.unless(ssd, again, reviews, "the same review twice")
    of_period = episodes.dropna(subset="clae_cla_id").drop_duplicates("clae_cla_id").set_index("clae_cla_id")
    child = _of(reviews["clar_cla_id"], of_period["clae_person_id"]).astype("str")
    return reviews.assign(clar_cla_person_id=reviews["clar_cla_person_id"].fillna(child))


def _episodes(rows: pd.DataFrame, every: pd.DataFrame, ssd: Frames, described: Return, out: LeftOut) -> pd.DataFrame:
    """Episodes with legal status, placement and postcodes; `every`: those outside the year too."""
    source = ssd["ssd_cla_episodes"].loc[rows.index]
    placements = ssd["ssd_cla_placement"].dropna(subset="clap_cla_placement_id")
    placements = placements.drop_duplicates("clap_cla_placement_id").set_index("clap_cla_placement_id")
    placement = source["clae_cla_placement_id"]
    for column, name in PLACEMENT.items():
        values, codes = _of(placement, placements[column]).astype("str"), described["Episodes"][name].codes
        rows[name] = _recoded(values, codes, described) if codes else values
    # the reason belongs to the last episode in the placement, perhaps after the year, where that one has ended
    every_placement = ssd["ssd_cla_episodes"]["clae_cla_placement_id"]
    begun = pd.DataFrame({"placement": every_placement, "decom": dates(every["DECOM"])}).dropna()
    last = begun.sort_values("decom", kind="stable").drop_duplicates("placement", keep="last").index
    rows["REASON_PLACE_CHANGE"] = rows["REASON_PLACE_CHANGE"].where(rows.index.isin(last) & rows["DEC"].notna())
    rows["LS"] = _legal_status(rows, ssd["ssd_legal_status"], described)
    without = int(rows["LS"].isna().sum())
    if without:
        out.warnings.append(f"Episodes.LS: {without} episodes have no legal status in the SSD on the day they start.")
    rows["HOME_POST"] = _home(rows, source, ssd["ssd_address"])
    short = rows["LS"].isin(SHORT_BREAKS)
    for name in NOT_ASKED_OF_SHORT_BREAKS:
        rows[name] = rows[name].mask(short)
    return rows


def _legal_status(rows: pd.DataFrame, statuses: pd.DataFrame, described: Return) -> pd.Series:
    """The looked-after status in force on the day the episode starts; of several, the one that began last."""
    known = pd.DataFrame(
        {
            "child": statuses["lega_person_id"],
            "key": statuses["lega_legal_status_id"],
            "code": _recoded(statuses["lega_legal_status"], "legal_status", described),
            "start": dates(statuses["lega_legal_status_start_date"]),
            "end": dates(statuses["lega_legal_status_end_date"]),
        }
    )
    known = known[known["code"].isin({code.code for code in described.codes["legal_status"]})]
    asked = pd.DataFrame({"child": rows["child"], "label": rows.index, "decom": dates(rows["DECOM"])}).dropna()
    pairs = asked.merge(known.dropna(subset=["child", "start"]), on="child")
    pairs = pairs[(pairs["start"] <= pairs["decom"]) & ~(pairs["end"] <= pairs["decom"])]
    latest = pairs.sort_values(["start", "key"]).drop_duplicates("label", keep="last").set_index("label")["code"]
    return latest.reindex(rows.index).astype("str")


def _home(rows: pd.DataFrame, source: pd.DataFrame, addresses: pd.DataFrame) -> pd.Series:
    """The postcode of the child's home on the day it came into care; of several homes, the one moved into last."""
    decom, entered = dates(rows["DECOM"]), dates(source["clae_entered_care_date"])
    first = decom.groupby(source["clae_cla_id"]).transform("min")
    entry = entered.fillna(first).fillna(decom)
    kind = addresses["addr_address_type"].str.lower()
    homes = pd.DataFrame(
        {
            "child": addresses["addr_person_id"],
            "key": addresses["addr_table_id"],
            "postcode": addresses["addr_address_postcode"],
            "home": kind.str.contains("home|main", na=False),
            "start": dates(addresses["addr_address_start_date"]),
            "end": dates(addresses["addr_address_end_date"]),
        }
    )
    homes = homes[~kind.str.contains(NOT_HOME, na=False)].dropna(subset=["child", "postcode"])
    asked = pd.DataFrame({"child": rows["child"], "label": rows.index, "entry": entry}).dropna()
    pairs = asked.merge(homes, on="child")
    pairs = pairs[~(pairs["start"] > pairs["entry"]) & ~(pairs["end"] < pairs["entry"])]
    order = ["home", "start", "key"]
    latest = pairs.sort_values(order, na_position="first").drop_duplicates("label", keep="last")
    return latest.set_index("label")["postcode"].reindex(rows.index).astype("str")


def _ended(rows: pd.DataFrame, period: Period) -> pd.Series:
    """Readable ends up to the end of the year: what came after had not happened."""
    ends = dates(rows["DEC"])
    return ends.where(ends <= pd.Timestamp(period.end))


def _looked_after_all_year(children: pd.Series, episodes: pd.DataFrame, period: Period) -> pd.Series:
    """Twelve months without a break at the end of the year, other than in a series of short breaks.

    The Department's rules on these children (185 and others) mean the same.
    """
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    start, end = dates(episodes["DECOM"]), _ended(episodes, period)
    broken = (episodes["RNE"] == "S") & (start > first)
    broken |= (episodes["REC"] != "X1") & (end >= first) & (end < last)
    broken |= episodes["LS"].isin(SHORT_BREAKS)
    return held(children, episodes["child"]) & ~held(children, episodes.loc[broken, "child"])


def _health(rows: pd.DataFrame, episodes: pd.DataFrame, ssd: Frames, period: Period, out: LeftOut) -> pd.DataFrame:
    """A row for each child looked after for 12 months; an answer is 0 where the SSD holds nothing of the year."""
    rows = rows[_looked_after_all_year(rows["child"], episodes, period)].drop_duplicates("child")
    rows["SDQ_SCORE"], rows["SDQ_REASON"] = _difficulties(rows["child"], ssd["ssd_sdq_scores"], period)
    convicted = ssd["ssd_cla_convictions"]
    of_year = within(dates(convicted["clac_cla_conviction_date"]), period)
    rows["CONVICTED"] = _yes(rows["child"], convicted.loc[of_year, "clac_person_id"])
    checks = _checks(ssd["ssd_cla_health"], period, out)
    for name in HEALTH:
        rows[name] = _yes(rows["child"], checks.loc[checks["field"] == name, "child"])
    immune = ssd["ssd_cla_immunisations"]
    newest = _newest(immune, "clai_person_id", "clai_immunisations_status_date", [])
    rows["IMMUNISATIONS"] = _of(rows["child"], _flags(newest["clai_immunisations_status"]))
    misuse = ssd["ssd_cla_substance_misuse"]
    misuse = misuse[within(dates(misuse["clas_substance_misuse_date"]), period)]
    rows["SUBSTANCE_MISUSE"] = _yes(rows["child"], misuse["clas_person_id"])
    newest = _newest(misuse, "clas_person_id", "clas_substance_misuse_date", ["clas_substance_misuse_id"])
    rows["INTERVENTION_RECEIVED"] = _of(rows["child"], _flags(newest["clas_intervention_received"]))
    for name, (least, under, under_at_start) in ASKED.items():
        asked = _old_by(rows["born"], least, period.end)
        if under is not None:
            asked &= ~_old_by(rows["born"], under, period.end)
        if under_at_start is not None:
            asked &= ~(_birthday(rows["born"], under_at_start) < pd.Timestamp(period.start))
        rows[name] = rows[name].where(asked | rows["born"].isna())
    return rows


def _of(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, on the index of `keys`. (pandas' own map cannot take an empty column of dates.)"""
    return values.reindex(keys.array).set_axis(keys.index)


def _flags(values: pd.Series) -> pd.Series:
    return each(values, lambda said: YES_NO.get(said.lower()))


def _yes(children: pd.Series, those: pd.Series) -> pd.Series:
    return pd.Series(held(children, those).map({True: "1", False: "0"}), index=children.index, dtype="str")


def _birthday(born: pd.Series, years: int) -> pd.Series:
    return born + pd.DateOffset(years=years)


def _old_by(born: pd.Series, years: int, day: object) -> pd.Series:
    return _birthday(born, years) <= pd.Timestamp(day)


def _newest(rows: pd.DataFrame, child: str, day: str, more: list[str]) -> pd.DataFrame:
    """The newest row of each child, by child."""
    order = rows.assign(when=dates(rows[day])).dropna(subset=child)
    newest = order.sort_values(["when", *more], na_position="first", kind="stable").drop_duplicates(child, keep="last")
    return newest.set_index(child)


def _difficulties(children: pd.Series, scores: pd.DataFrame, period: Period) -> tuple[pd.Series, pd.Series]:
    """The newest score of the year; where there is none, the newest reason."""
    scores = scores[within(dates(scores["csdq_sdq_completed_date"]), period)]
    order = ("csdq_person_id", "csdq_sdq_completed_date", ["csdq_table_id"])
    score = _newest(scores.dropna(subset="csdq_sdq_score"), *order)["csdq_sdq_score"]
    reason = _newest(scores.dropna(subset="csdq_sdq_reason"), *order)["csdq_sdq_reason"]
    found = _of(children, score).astype("str")
    reasons = coded(_of(children, reason).astype("str").str.upper(), [f"SDQ{n}" for n in range(1, 6)], {})
    return found, reasons.mask(found.notna())


def _checks(source: pd.DataFrame, period: Period, out: LeftOut) -> pd.DataFrame:
    """Health checks done in the year: child, and the field that they answer."""
    kind = source["clah_health_check_type"].str.lower()
    done = within(dates(source["clah_health_check_date"]), period)
    done &= ~source["clah_health_check_status"].str.lower().isin(NOT_DONE)
    field = pd.Series(index=source.index, dtype="str")
    for name, pattern in reversed(HEALTH.items()):
        field = field.mask(kind.str.contains(pattern, na=False), name)
    unknown = int((done & field.isna()).sum())
    if unknown:
        out.warnings.append(f"ssd_cla_health: {unknown} checks of the year are of a type that answers no question.")
    return pd.DataFrame({"child": source["clah_person_id"], "field": field})[done]


def _unaccompanied(
    rows: pd.DataFrame, ssd: Frames, described: Return, episodes: pd.DataFrame, out: LeftOut
) -> pd.DataFrame:
    """The status ends on the 18th birthday, which is given from the start, unless it has ended before."""
    assert described.period is not None
    source, table = ssd["ssd_immigration_status"].loc[rows.index], "ssd_immigration_status"
    said = source["immi_immigration_status"].str.upper()
    rows = out.unless(table, ~said.str.contains(r"UASC|UNACCOMPANIED", na=False), rows, "another immigration status")
    rows = out.unless(table, ~held(rows["child"], episodes["child"]), rows, "the child has no episode in the return")
    grown_up, ends = _birthday(rows["born"], 18), dates(rows["DUC"])
    unreadable = rows["DUC"].where(ends.isna())
    ended = ends.where(ends <= pd.Timestamp(described.period.end))
    earlier = ended.where(~(ended > grown_up), grown_up).fillna(grown_up)
    rows["DUC"] = unreadable.fillna(earlier.dt.strftime("%Y-%m-%d").astype("str"))
    rows["since"], rows["ceased"] = source["immi_immigration_status_start_date"].loc[rows.index], rows["DUC"]
    return rows


def _one_status(rows: pd.DataFrame, _every: pd.DataFrame, _period: Period, out: LeftOut) -> pd.DataFrame:
    """The status that began last."""
    order = rows.assign(begun=dates(rows["since"])).sort_values(["begun", "source_key"], na_position="first")
    earlier = order.duplicated("child", keep="last").reindex(rows.index)
    return out.unless("ssd_immigration_status", earlier, rows, "an earlier status of the same child")


def _care_leavers(
    rows: pd.DataFrame, ssd: Frames, described: Return, _episodes: pd.DataFrame, out: LeftOut
) -> pd.DataFrame:
    """Care leavers with the birthday of the year, and the code of their accommodation put together."""
    period = described.period
    assert period is not None
    source = ssd["ssd_care_leavers"].loc[rows.index]
    said = source["clea_care_leaver_eligibility"].str.lower()
    rows["contact"] = source["clea_care_leaver_latest_contact"]
    rows["ACCOM"] = _accommodation(source, described)
    rows = out.unless("ssd_care_leavers", said.str.contains(NOT_ELIGIBLE, na=False), rows, "not eligible")
    birthday = _birthday(rows["born"], BIRTHDAYS[-1])
    for years in reversed(BIRTHDAYS):
        day = _birthday(rows["born"], years)
        birthday = birthday.mask(within(day, period), day)
    rows["birthday"] = birthday.dt.strftime("%Y-%m-%d").astype("str")
    rows["age"] = birthday.dt.year - rows["born"].dt.year
    return rows


def _accommodation(source: pd.DataFrame, described: Return) -> pd.Series:
    """One code of type and suitability: `D`, `1` or `D - …`, `Suitable` are D1."""
    codes = {code.code for code in described.codes["care_leaver_accommodation"]}
    whole = coded(source["clea_care_leaver_accommodation"].str.upper(), codes, {})
    letter = coded(whole, {code[0] for code in codes}, {})
    suits = each(
        source["clea_care_leaver_accom_suitable"],
        lambda said: (
            "2" if re.match(r"2|n|un|not", said.lower()) else "1" if re.match(r"1|y|s", said.lower()) else None
        ),
    )
    together = letter + suits
    return whole.mask(~whole.isin(codes) & together.isin(codes), together)


def _nearest_contact(rows: pd.DataFrame, every: pd.DataFrame, period: Period, out: LeftOut) -> pd.DataFrame:
    """One row a care leaver: the contact nearest the birthday; what is outside its time answers nothing.

    Who turned 17 or 18 must have left care before that day.
    """
    table = "ssd_care_leavers"
    birthday, contact = dates(rows["birthday"]), dates(rows["contact"])
    left = dates(every["DEC"])
    still = pd.DataFrame({"child": every["child"], "until": left.where(every["DEC"].notna(), NEVER)})
    still = still[dates(every["DECOM"]) <= pd.Timestamp(period.end)]
    until = _of(rows["child"], still.groupby("child")["until"].max())
    in_care = (rows["age"] <= 18) & (until >= birthday)
    rows = out.unless(table, in_care, rows, "looked after on or after that birthday")
    birthday, contact = birthday[rows.index], contact[rows.index]
    in_time = (contact >= birthday - BEFORE) & (contact <= birthday + AFTER)
    rows["away"] = (contact - birthday).abs().dt.days.where(in_time, OUT_OF_TIME)
    rows["when"] = contact
    order = rows.sort_values(["away", "when", "source_key"], ascending=[True, False, True])
    rows = out.unless(table, order.duplicated("child").reindex(rows.index), rows, "a contact further from the birthday")
    for name in ("IN_TOUCH", "ACTIV", "ACCOM"):
        rows[name] = rows[name].where(in_time[rows.index])
    late = int((~in_time[rows.index]).sum())
    if late:
        out.warnings.append(
            f"OC3: {late} care leavers have no contact from 3 months before to 1 month after their birthday; "
            "what the return asks of them is missing."
        )
    return rows


def _adopted(rows: pd.DataFrame, ssd: Frames, described: Return, episodes: pd.DataFrame, out: LeftOut) -> pd.DataFrame:
    """The decision, not reversed, of the children who were adopted in the year; of several the last."""
    assert described.period is not None
    table = "ssd_permanence"
    gone = episodes["REC"].isin(ADOPTED) & within(dates(episodes["DEC"]), described.period)
    adopted = held(rows["child"], episodes.loc[gone, "child"])
    rows = out.unless(table, ~adopted, rows, "AD1: not adopted in the year")
    reversed_ = ssd[table]["perm_decision_reversed_date"].loc[rows.index].notna()
    rows = out.unless(table, reversed_, rows, "AD1: decision reversed")
    order = rows.assign(decided=dates(rows["DATE_INT"])).sort_values(["decided", "source_key"], na_position="first")
    earlier = order.duplicated("child", keep="last").reindex(rows.index)
    return out.unless(table, earlier, rows, "AD1: an earlier decision")


def _decided(rows: pd.DataFrame, ssd: Frames, _described: Return, episodes: pd.DataFrame, out: LeftOut) -> pd.DataFrame:
    """Decisions that the child should be placed for adoption; the adoption ends one as its reversal does."""
    table = "ssd_permanence"
    rows = out.unless(table, rows["DATE_PLACED"].isna(), rows, "PlacedAdoption: no such decision")
    none = ~held(rows["child"], episodes["child"])
    rows = out.unless(table, none, rows, "PlacedAdoption: the child has no episode in the return")
    rows["over"] = rows["DATE_PLACED_CEASED"].fillna(ssd[table]["perm_permanence_order_date"].loc[rows.index])
    return rows


def _before_care(
    rows: pd.DataFrame, _ssd: Frames, described: Return, episodes: pd.DataFrame, out: LeftOut
) -> pd.DataFrame:
    """Asked of those who started to be looked after in the year."""
    assert described.period is not None
    started = (episodes["RNE"] == "S") & within(dates(episodes["DECOM"]), described.period)
    rows["DATE_PERM"] = rows["DATE_PERM"].str.upper()
    none = ~held(rows["child"], episodes.loc[started, "child"])
    return out.unless("ssd_cla_previous_permanence", none, rows, "did not start to be looked after in the year")


def _during_care(
    ssd_table: str, start: str, end: str, rows: pd.DataFrame, episodes: pd.DataFrame, out: LeftOut
) -> pd.DataFrame:
    """Rows of children with an episode in the return, at a time when one of their episodes was open."""
    none = ~held(rows["child"], episodes["child"])
    rows = out.unless(ssd_table, none, rows, "the child has no episode in the return")
    mine = pd.DataFrame(
        {"child": rows["child"], "label": rows.index, "from": dates(rows[start]), "to": dates(rows[end])}
    )
    theirs = pd.DataFrame(
        {"child": episodes["child"], "decom": dates(episodes["DECOM"]), "dec": dates(episodes["DEC"])}
    )
    pairs = mine.merge(theirs, on="child")
    apart = (pairs["to"] < pairs["decom"]) | (pairs["from"] > pairs["dec"])
    met = pairs.loc[~apart, "label"].unique()
    return out.unless(ssd_table, ~rows.index.to_series().isin(met), rows, "not looked after at that time")


def _gone_missing(
    rows: pd.DataFrame, _ssd: Frames, _described: Return, episodes: pd.DataFrame, out: LeftOut
) -> pd.DataFrame:
    return _during_care("ssd_missing", "MIS_START", "MIS_END", rows, episodes, out)


def _social_workers(
    rows: pd.DataFrame, ssd: Frames, _described: Return, episodes: pd.DataFrame, out: LeftOut
) -> pd.DataFrame:
    """Involvements of the child's own social worker, with the registration number."""
    source, table = ssd["ssd_involvements"].loc[rows.index], "ssd_involvements"
    role = coded(source["invo_professional_role_id"].str.upper(), [SOCIAL_WORKER], {})
    known = ssd["ssd_professionals"].dropna(subset="prof_professional_id").drop_duplicates("prof_professional_id")
    number = known.set_index("prof_professional_id")["prof_social_worker_registration_no"]
    rows["SW_ID"] = _of(source["invo_professional_id"], number).astype("str")
    rows = out.unless(table, role != SOCIAL_WORKER, rows, "not the child's social worker")
    return _during_care(table, "SW_DECOM", "SW_DEC", rows, episodes, out)


DERIVED = {  # table -> what is added to its rows, and the rows that no date can tell not to belong
    "UASC": _unaccompanied,
    "OC3": _care_leavers,
    "AD1": _adopted,
    "PlacedAdoption": _decided,
    "PrevPerm": _before_care,
    "Missing": _gone_missing,
    "SWEpisodes": _social_workers,
}
BY_DATE_FIRST = ("Reviews", "Missing", "SWEpisodes")  # the others' dates have to be derived
CHOSEN = {"UASC": _one_status, "OC3": _nearest_contact}  # one row a child


def _header(rows: Mapping[str, pd.DataFrame], ssd: Frames, described: Return, out: LeftOut) -> pd.DataFrame:
    """Every child with a row in another table; whether she is a mother where the return asks it."""
    assert described.period is not None
    header = rows["Header"]
    others = pd.concat([found["child"] for name, found in rows.items() if name != "Header"])
    header = out.unless("ssd_person", ~held(header["child"], others), header, "nothing of the child is in the return")
    why_none = ssd["ssd_person"]["pers_upn_unknown"].loc[header.index]
    header["UPN"] = header["UPN"].fillna(why_none)

    mothers = ssd["ssd_mother"]
    first = dates(mothers["moth_childs_dob"]).groupby(mothers["moth_person_id"]).min()
    born = _of(header["child"], first)
    later = born > pd.Timestamp(described.period.end)
    episodes = rows["Episodes"]
    asked = held(header["child"], episodes.loc[~episodes["LS"].isin(SHORT_BREAKS), "child"])
    header["MOTHER"] = header["MOTHER"].mask(later, "0").where(asked)
    girl = header["SEX"].isin(("F", "2"))
    header["MOTHER"] = header["MOTHER"].mask(~girl & (header["MOTHER"] == "0"))
    header["MC_DOB"] = born.dt.strftime("%Y-%m-%d").astype("str").where(header["MOTHER"] == "1")
    return header


def _placed(
    rows: pd.DataFrame, table: Table, event: Event, people: pd.DataFrame, lacking: Collection[str]
) -> pd.DataFrame:
    """The rows in order under the child's id, with its date of birth and sex, in the columns of the file."""
    for name in ("CHILD",) if table.name == "Header" else ("CHILD", "DOB", "SEX"):
        if name in table:
            rows[name] = _of(rows["child"], people[name]).astype("str")
    order = {"CHILD": rows["CHILD"], "order": dates(rows[event.order]), "key": rows["source_key"]}
    rows = rows.loc[pd.DataFrame(order).sort_values(list(order), kind="stable").index]
    columns = [name for name in table.file_columns if f"{table.name}.{name}" not in lacking]
    return rows.set_axis(row_labels(len(rows)))[[*columns, "source_key"]].astype("str")

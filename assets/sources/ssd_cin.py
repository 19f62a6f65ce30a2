"""The CIN census from the SSD: which columns give which fields, which rows belong, and the few derived values.

What is data stands first (MAPPING, EVENTS, COHORT, AS_AT_END, WORDS); code follows only for what no row can say.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from assets.sources.belonging import Item, Keep, LeftOut, NotYet, as_at_end, belonging, row_labels, within
from assets.sources.recoding import YES_NO, coded, dates, each, factor_list, held, no_conference
from returns.model import Field, Period, Return, Table

CHILD_IDS = ("pers_person_id", "pers_legacy_id")
WINDOW = "plans that ended before may be missing from NumberOfPreviousCPP; use the authority's own count."

Frames = Mapping[str, pd.DataFrame]


class Event(NamedTuple):
    """The SSD table that gives a CIN table's rows: its key, the column with the parent's key, the field they go by."""

    table: str
    ssd: str
    key: str
    link: str | None
    order: str | None


EVENTS = (
    Event("ChildIdentifiers", "ssd_person", "pers_person_id", None, None),
    Event("ChildCharacteristics", "ssd_person", "pers_person_id", None, None),
    Event("Disabilities", "ssd_disability", "disa_table_id", "disa_person_id", "Disability"),
    Event("CINdetails", "ssd_cin_episodes", "cine_referral_id", "cine_person_id", "CINreferralDate"),
    Event("Assessments", "ssd_cin_assessments", "cina_assessment_id", "cina_referral_id", "AssessmentActualStartDate"),
    Event("AssessmentFactorsList", "ssd_assessment_factors", "cinf_table_id", "cinf_assessment_id", None),
    Event("CINplanDates", "ssd_cin_plans", "cinp_cin_plan_id", "cinp_referral_id", "CINPlanStartDate"),
    Event("Section47", "ssd_s47_enquiry", "s47e_s47_enquiry_id", "s47e_referral_id", "S47ActualStartDate"),
    Event("ChildProtectionPlans", "ssd_cp_plans", "cppl_cp_plan_id", "cppl_referral_id", "CPPstartDate"),
    Event("Reviews", "ssd_cp_reviews", "cppr_cp_review_id", "cppr_cp_plan_id", "CPPreviewDate"),
    # the SSD ties these to the child, not to a referral: see _pre_proceedings
    Event("PreProceedings", "ssd_pre_proceedings", "prep_table_id", "prep_person_id", "PPStartDate"),
)

MAPPING = (
    Item("ChildIdentifiers", "LAchildID", "pers_person_id"),
    Item("ChildIdentifiers", "UPN", "pers_upn"),
    Item("ChildIdentifiers", "UPNunknown", "pers_upn_unknown"),
    Item("ChildIdentifiers", "PersonBirthDate", "pers_dob"),
    Item("ChildIdentifiers", "ExpectedPersonBirthDate", "pers_expected_dob"),
    Item("ChildIdentifiers", "GenderCurrent", "pers_sex"),
    Item("ChildIdentifiers", "Sex", "pers_sex"),
    Item("ChildIdentifiers", "PersonDeathDate", "pers_death_date"),
    Item("ChildCharacteristics", "Ethnicity", "pers_ethnicity"),
    Item("Disabilities", "Disability", "disa_disability_code"),
    Item("CINdetails", "CINreferralDate", "cine_referral_date"),
    Item("CINdetails", "ReferralSource", "cine_referral_source_code"),
    Item("CINdetails", "PrimaryNeedCode", "cine_cin_primary_need_code"),
    Item("CINdetails", "CINclosureDate", "cine_close_date"),
    Item("CINdetails", "ReasonForClosure", "cine_close_reason"),
    Item("CINdetails", "ReferralNFA", "cine_referral_nfa"),
    Item("Assessments", "AssessmentActualStartDate", "cina_assessment_start_date"),
    Item("Assessments", "AssessmentAuthorisationDate", "cina_assessment_auth_date"),
    Item("AssessmentFactorsList", "AssessmentFactor", "cinf_assessment_factors_json"),
    Item("CINplanDates", "CINPlanStartDate", "cinp_cin_plan_start_date"),
    Item("CINplanDates", "CINPlanEndDate", "cinp_cin_plan_end_date"),
    Item("Section47", "S47ActualStartDate", "s47e_s47_start_date"),
    Item("Section47", "ICPCnotRequired", "s47e_s47_outcome_json"),
    Item("ChildProtectionPlans", "CPPstartDate", "cppl_cp_plan_start_date"),
    Item("ChildProtectionPlans", "CPPendDate", "cppl_cp_plan_end_date"),
    Item("ChildProtectionPlans", "InitialCategoryOfAbuse", "cppl_cp_plan_initial_category"),
    Item("ChildProtectionPlans", "LatestCategoryOfAbuse", "cppl_cp_plan_latest_category"),
    Item("Reviews", "CPPreviewDate", "cppr_cp_review_date"),
    # no published mapping of module 5 exists: by the meaning of the names
    Item("PreProceedings", "PPStartDate", "prep_pre_pro_decision_date"),
    Item("PreProceedings", "LBPSentDate", "prep_pre_pro_letter_date"),
    Item("PreProceedings", "InitialPPMeetingDate", "prep_initial_pre_pro_meeting_date"),
    Item("PreProceedings", "ReviewMeetingsCount", "prep_pre_pro_meetings_num"),
    Item("PreProceedings", "StepDecisionDate", "prep_agree_stepdown_issue_date"),
    Item("PreProceedings", "PPOutcome", "prep_pre_pro_outcome"),
    Item("PreProceedings", "LetterInitCPDate", "prep_care_pro_letter_date"),
)

CONFERENCE = {
    "icpc_icpc_id": "source_key",
    "icpc_s47_enquiry_id": "enquiry",
    "icpc_referral_id": "referral",
    "icpc_icpc_date": "DateOfInitialCPC",
    "icpc_icpc_target_date": "InitialCPCtarget",
}
DERIVED_FROM = {  # what the derivations read besides
    "ssd_linked_identifiers": (
        "link_person_id",
        "link_identifier_type",
        "link_identifier_value",
        "link_valid_from_date",
    ),
    "ssd_initial_cp_conference": tuple(CONFERENCE),
    "ssd_s47_enquiry": ("s47e_s47_end_date",),
    "ssd_cp_plans": ("cppl_person_id", "cppl_cp_plan_ola"),
}
FROM_JSON = {"ICPCnotRequired", "AssessmentFactor"}  # fields that a JSON column gives

OPTIONAL = ("ssd_linked_identifiers", "ssd_pre_proceedings", "ssd_person.pers_upn")  # not in every build

COHORT = (
    Keep("CINdetails", "open_in", ("CINreferralDate", "CINclosureDate"), "not open in the year"),
    Keep(
        "CINdetails",
        "any_in",
        ("CINreferralDate",),
        "no further action on a referral of another year",
        ("ReferralNFA", "1"),
    ),
    Keep(
        "Assessments",
        "ended_in_or_open_at_end",
        ("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
        "neither authorised in the year nor open at its end",
    ),
    Keep("CINplanDates", "open_in", ("CINPlanStartDate", "CINPlanEndDate"), "not open in the year"),
    Keep(
        "Section47", "any_in", ("S47ActualStartDate", "DateOfInitialCPC"), "neither enquiry nor conference in the year"
    ),
    Keep("Conferences", "any_in", ("DateOfInitialCPC",), "conference not in the year"),
    Keep("ChildProtectionPlans", "open_in", ("CPPstartDate", "CPPendDate"), "not open in the year"),
    Keep("Reviews", "by_end", ("CPPreviewDate",), "after the end of the year"),
    Keep("PreProceedings", "any_in", ("PPStartDate",), "not begun in the year"),
)

AS_AT_END = (
    NotYet("ChildIdentifiers", "PersonDeathDate"),
    NotYet("CINdetails", "CINclosureDate", ("ReasonForClosure",)),
    NotYet("Assessments", "AssessmentAuthorisationDate"),
    NotYet("CINplanDates", "CINPlanEndDate"),
    NotYet("Section47", "DateOfInitialCPC"),
    NotYet("ChildProtectionPlans", "CPPendDate"),
)

WORDS = {  # code set -> word of the case systems, in lower case -> code
    "yes_no": YES_NO,
    "sex": {"m": "M", "male": "M", "f": "F", "female": "F", "u": "U", "unknown": "U", "not known": "U"},
    "gender_current": {
        "m": "1", "male": "1", "f": "2", "female": "2", "indeterminate": "9",
        "u": "0", "unknown": "0", "not known": "0",
    },
    "category_of_abuse": {
        "neglect": "NEG", "physical abuse": "PHY", "sexual abuse": "SAB", "emotional abuse": "EMO", "multiple": "MUL",
    },
}  # fmt: skip
UNBORN = {"Sex": "U", "GenderCurrent": "0"}


def columns_read(described: Return, child_id: str) -> dict[str, list[str]]:
    """SSD table -> the columns that the return takes from it, nothing more."""
    read: dict[str, dict[str, None]] = {}
    for event in EVENTS:
        if event.table in described:
            given = [_column(item, child_id) for item in MAPPING if item.table == event.table]
            read.setdefault(event.ssd, {}).update(
                dict.fromkeys(name for name in (event.key, event.link, *given) if name)
            )
    for ssd, names in DERIVED_FROM.items():
        read.setdefault(ssd, {}).update(dict.fromkeys(names))
    return {ssd: list(columns) for ssd, columns in read.items()}


def may_lack(name: str) -> bool:
    """True for a `table` or `table.column` that not every build of the SSD has."""
    return name in OPTIONAL or name.partition(".")[0] in OPTIONAL


def tables(
    ssd: Frames, described: Return, child_id: str = "pers_person_id", _lacking: Collection[str] = ()
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Raw tables and what was left out of them (see `assets.sources.ssd.extract`) from cleaned SSD frames of text."""
    assert described.period is not None
    period = described.period
    out = LeftOut()
    events = [event for event in EVENTS if event.table in described]
    ssd = {name: out.unless(name, frame.duplicated(), frame, "the same row twice") for name, frame in ssd.items()}
    keys = {event.ssd: ssd[event.ssd][event.key] for event in events}
    out.shared({event.ssd: keys[event.ssd] for event in events if described.children_of(event.table)})
    temporary = each(ssd["ssd_cp_plans"]["cppl_cp_plan_ola"], lambda flag: YES_NO.get(flag.lower())) == "1"
    ssd["ssd_cp_plans"] = out.unless(
        "ssd_cp_plans", temporary, ssd["ssd_cp_plans"], "temporary plan of another authority"
    )

    rows = {event.table: _mapped(event, ssd, described, child_id) for event in events}
    conferences = _conferences(ssd["ssd_initial_cp_conference"], period)
    first = conferences.dropna(subset="enquiry").drop_duplicates("enquiry")
    _derive_child(rows["ChildIdentifiers"], ssd["ssd_linked_identifiers"], period)
    _derive_enquiry(rows["Section47"], first, ssd["ssd_s47_enquiry"]["s47e_s47_end_date"])
    _derive_plan(rows["ChildProtectionPlans"], ssd["ssd_cp_plans"]["cppl_person_id"])

    for event in events:
        rows[event.table] = belonging(COHORT, event.table, event.ssd, rows[event.table], period, out)
    episodes = rows["CINdetails"]
    episodes = out.unless(
        "ssd_cin_episodes", ~held(episodes["link"], keys["ssd_person"]), episodes, "no such row in ssd_person"
    )
    rows["CINdetails"], people = episodes, rows["ChildIdentifiers"]
    rows["ChildIdentifiers"] = out.unless(
        "ssd_person", ~held(people["source_key"], episodes["link"]), people, "no referral in the return"
    )

    header = pd.DataFrame(columns=described["Header"].columns, index=row_labels(0), dtype="str")
    placed = {"Header": header}
    for event in events:
        table = described[event.table]
        found = rows[event.table]
        if event.table == "ChildCharacteristics":
            found = found.loc[placed["ChildIdentifiers"]["label"]]
        elif event.table == "PreProceedings":
            found = _pre_proceedings(found, placed["CINdetails"], out)
        elif table.parent:
            above = next(other.ssd for other in EVENTS if other.table == table.parent)
            found = out.unless(event.ssd, ~held(found["link"], keys[above]), found, f"no such row in {above}")
            gone = ~held(found["link"], placed[table.parent]["source_key"])
            found = out.unless(event.ssd, gone, found, f"its row of {above} is not in the return")
        if event.table == "AssessmentFactorsList":
            unfinished = placed["Assessments"].loc[placed["Assessments"]["later"], "source_key"]
            found = out.unless(
                event.ssd, held(found["link"], unfinished), found, "factors of an assessment authorised after the year"
            )
        found = as_at_end(AS_AT_END, event.table, found, period, out)
        if event.table == "Section47":
            found = _open_enquiries(found, period, out)
        placed[event.table] = _placed(found, table, event, placed.get(table.parent or ""))
    placed["CINdetails"]["DateOfInitialCPC"] = _outside_section_47(conferences, first, placed, period, out)
    return {table.name: _shaped(placed[table.name], table) for table in described}, out.frame()


def _column(item: Item, child_id: str) -> str:
    return child_id if item.field == "LAchildID" else item.column


def _recoded(values: pd.Series, field: Field, described: Return) -> pd.Series:
    if field.codes is None or field.name in FROM_JSON:
        return values
    return coded(values, (code.code for code in described.codes[field.codes]), WORDS.get(field.codes, {}))


def _mapped(event: Event, ssd: Frames, described: Return, child_id: str) -> pd.DataFrame:
    """The rows of one CIN table on the index of their SSD table, with `source_key` and `link` (the parent's key)."""
    source, table = ssd[event.ssd], described[event.table]
    nothing = pd.Series(index=source.index, dtype="str")
    columns = dict.fromkeys(table.columns, nothing)
    for item in MAPPING:
        if item.table == event.table and item.field in table:
            columns[item.field] = _recoded(source[_column(item, child_id)], table[item.field], described)
    link = source[event.link] if event.link else nothing
    rows = pd.DataFrame({**columns, "source_key": source[event.key], "link": link})
    return _factors(rows, table, described) if event.table == "AssessmentFactorsList" else rows


def _factors(rows: pd.DataFrame, table: Table, described: Return) -> pd.DataFrame:
    """One row a factor, in the order in which the SSD has them."""
    texts = rows["AssessmentFactor"]
    lists = texts.map({text: factor_list(text) for text in texts.dropna().unique()})
    rows = rows.assign(AssessmentFactor=lists).explode("AssessmentFactor", ignore_index=True)
    codes = (code.code for code in described.codes[table["AssessmentFactor"].codes or ""])
    return rows.assign(AssessmentFactor=coded(rows["AssessmentFactor"].astype("str"), codes, {})).dropna(
        subset="AssessmentFactor"
    )


def _derive_child(child: pd.DataFrame, identifiers: pd.DataFrame, period: Period) -> None:
    """FormerUPN; a reason for no UPN, and an expected birth date, only where there is no UPN or birth date.

    A child born after the year was unborn on the reference date: the expected date is given where the SSD has it.
    """
    former = identifiers[identifiers["link_identifier_type"].str.lower() == "former unique pupil number"]
    former = former.assign(since=dates(former["link_valid_from_date"]))
    former = former.dropna(subset=["link_person_id", "link_identifier_value"])
    former = former.sort_values(["since", "link_identifier_value"], na_position="first")
    newest = former.drop_duplicates("link_person_id", keep="last").set_index("link_person_id")["link_identifier_value"]
    child["FormerUPN"] = child["source_key"].map(newest).astype("str")
    child["UPNunknown"] = child["UPNunknown"].where(child["UPN"].isna())

    born_later = dates(child["PersonBirthDate"]) > pd.Timestamp(period.end)
    unborn = born_later & child["ExpectedPersonBirthDate"].notna()
    child["PersonBirthDate"] = child["PersonBirthDate"].mask(unborn)
    for name in UNBORN.keys() & {*child.columns}:
        child[name] = child[name].mask(unborn, UNBORN[name])
    child["ExpectedPersonBirthDate"] = child["ExpectedPersonBirthDate"].where(child["PersonBirthDate"].isna())


def _derive_enquiry(enquiry: pd.DataFrame, conferences: pd.DataFrame, ended: pd.Series) -> None:
    """Whether a conference was needed, from the outcomes; its dates, from the enquiry's first conference."""
    enquiry["ended"] = ended
    of_enquiry = conferences.set_index("enquiry")
    for name in ("DateOfInitialCPC", "InitialCPCtarget"):
        enquiry[name] = enquiry["source_key"].map(of_enquiry[name]).astype("str")
    enquiry["ICPCnotRequired"] = each(enquiry["ICPCnotRequired"], no_conference)


def _derive_plan(plan: pd.DataFrame, child: pd.Series) -> None:
    """NumberOfPreviousCPP: the child's plans in the SSD that began before this one; missing where it has no date."""
    earlier = dates(plan["CPPstartDate"]).groupby(child).rank(method="min") - 1
    plan["NumberOfPreviousCPP"] = earlier.astype("Int64").astype("str")


def _conferences(source: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Conferences, those of the year first, then by date: the first of an enquiry or referral is the one given."""
    found = source.rename(columns=CONFERENCE)[list(CONFERENCE.values())]
    held_on = dates(found["DateOfInitialCPC"])
    order = found.assign(elsewhere=~within(held_on, period), held_on=held_on)
    return found.loc[order.sort_values(["elsewhere", "held_on", *found.columns]).index]


def _open_enquiries(enquiry: pd.DataFrame, period: Period, out: LeftOut) -> pd.DataFrame:
    """ICPCnotRequired is 0 while an enquiry has not ended: so the Department's rules know an open one."""
    later = dates(enquiry["ended"]) > pd.Timestamp(period.end)
    decided = int((later & (enquiry["ICPCnotRequired"] == "1")).sum())
    if decided:
        out.warnings.append(
            f"Section47.ICPCnotRequired: {decided} enquiries that ended after {period.end:%d %B %Y} are given as open, "
            "because the return shows how things stood on that day."
        )
    unsaid = enquiry["ended"].isna() & enquiry["ICPCnotRequired"].isna()
    return enquiry.assign(ICPCnotRequired=enquiry["ICPCnotRequired"].mask(later | unsaid, "0"))


def _placed(rows: pd.DataFrame, table: Table, event: Event, parent: pd.DataFrame | None) -> pd.DataFrame:
    """Rows in order under their parents, with `parent_row`, the carried ids and their own number within the parent."""
    rows = rows.assign(label=rows.index)
    if parent is not None and event.link:
        known = parent.dropna(subset="source_key").drop_duplicates("source_key")
        rows["parent_row"] = rows["link"].map(pd.Series(known.index, index=known["source_key"])).astype("int64")
    elif parent is not None:
        rows["parent_row"] = parent.index.to_numpy()
    if event.order:
        rows["order"] = dates(rows[event.order]) if table[event.order].kind == "date" else rows[event.order]
    order = ["parent_row", "order", "LAchildID", "source_key"]
    order += [] if event.table == "AssessmentFactorsList" else [name for name in table.columns if name not in order]
    rows = rows.sort_values([name for name in order if name in rows], kind="stable").set_axis(row_labels(len(rows)))
    if parent is not None:
        for field in table.fields:
            if field.given == "carried":
                rows[field.name] = parent[field.name].take(rows["parent_row"].to_numpy()).set_axis(rows.index)
            elif field.given == "ordinal":
                rows[field.name] = (rows.groupby("parent_row").cumcount() + 1).astype("str")
    return rows


def _pre_proceedings(rows: pd.DataFrame, episodes: pd.DataFrame, out: LeftOut) -> pd.DataFrame:
    """Each under the child's latest referral that was open on the day of the decision (without a day: the latest)."""
    referrals = pd.DataFrame(
        {
            "link": episodes["link"],
            "referral": episodes["source_key"],
            "received": dates(episodes["CINreferralDate"]),
            "closed": dates(episodes["CINclosureDate"]),
        }
    )
    decided = pd.DataFrame({"link": rows["link"], "label": rows.index, "decided": dates(rows["PPStartDate"])})
    pairs = decided.merge(referrals, on="link")
    pairs = pairs[~(pairs["received"] > pairs["decided"]) & ~(pairs["closed"] < pairs["decided"])]
    latest = pairs.sort_values(["received", "referral"], na_position="first").drop_duplicates("label", keep="last")
    referral = latest.set_index("label")["referral"].reindex(rows.index)
    return out.unless(
        "ssd_pre_proceedings",
        referral.isna(),
        rows.assign(link=referral),
        "no referral in the return was open that day",
    )


def _outside_section_47(
    conferences: pd.DataFrame, first: pd.DataFrame, placed: Frames, period: Period, out: LeftOut
) -> pd.Series:
    """DateOfInitialCPC of the referrals: conferences of the year that no section 47 enquiry of the return has."""
    ssd, episodes = "ssd_initial_cp_conference", placed["CINdetails"]
    under = held(conferences["enquiry"], placed["Section47"]["source_key"])
    further = under & ~conferences.index.to_series().isin(first.index)
    out.unless(ssd, further, conferences, "a further conference of the same enquiry")
    rest = belonging(COHORT, "Conferences", ssd, conferences[~under], period, out)
    rest = out.unless(ssd, rest["DateOfInitialCPC"].isna(), rest, "no date and no section 47 enquiry in the return")
    elsewhere = ~held(rest["referral"], episodes["source_key"])
    rest = out.unless(ssd, elsewhere, rest, "its referral is not in the return")
    rest = out.unless(ssd, rest.duplicated("referral"), rest, "a further conference of the same referral")
    return episodes["source_key"].map(rest.set_index("referral")["DateOfInitialCPC"]).astype("str")


def _shaped(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    return rows[[name for name in (*table.columns, "parent_row", "source_key") if name in rows]].copy()

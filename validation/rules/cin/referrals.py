"""Episodes of need: referral, no further action, closure."""

import pandas as pd

from returns.calendar import working_days_before
from validation.rules.cin.book import rule
from validation.words import day, either, flagged, has, how_many, latest_in, matched, no, outside, overlapping, yes

AFTER_ASSESSMENT = frozenset({"RC8", "RC9"})
SOURCE_COLLECTED_FROM = "2013-04-01"


@rule(
    "2990",
    "Episode closed after assessment (RC8, RC9) has a conference, section 47 or plan",
    flags="cin_details.DateOfInitialCPC child_protection_plans.LAchildID section47.LAchildID cin_plan_dates.LAchildID",
    advice="A case closed after assessment went no further: correct the reason for closure, or move the activity to "
    "the episode it belongs to.",
)
def activity_after_assessment_only(cin_details, child_protection_plans, section47, cin_plan_dates):
    closed = cin_details.ReasonForClosure.isin(AFTER_ASSESSMENT)
    linked = {"ChildProtectionPlans": child_protection_plans, "Section47": section47, "CINplanDates": cin_plan_dates}
    active = cin_details.DateOfInitialCPC.notna()
    for table in linked.values():
        active |= has(cin_details, "episode", table)
    return {"CINdetails": closed & active} | {
        name: has(table, "episode", cin_details, closed) for name, table in linked.items()
    }


@rule(
    "8555Q",
    "Child was referred after the date of death",
    flags="cin_details.CINreferralDate child_identifiers.PersonDeathDate",
    advice="Check the date of death and the date of referral.",
)
def referred_after_death(cin_details, child_identifiers):
    episode, child = matched(cin_details, child_identifiers, "child")
    return flagged(episode.CINreferralDate > child.PersonDeathDate, episode, child)


@rule(
    "8565",
    "Something in the episode is dated after its closure",
    flags="cin_details.CINclosureDate cin_details.DateOfInitialCPC assessments.AssessmentActualStartDate"
    " assessments.AssessmentAuthorisationDate section47.S47ActualStartDate section47.DateOfInitialCPC"
    " child_protection_plans.CPPendDate cin_plan_dates.CINPlanStartDate cin_plan_dates.CINPlanEndDate",
    advice="Correct the later date, or the closure date; activity after the closure belongs to a new referral.",
)
def activity_after_closure(cin_details, assessments, section47, child_protection_plans, cin_plan_dates):
    def after(table, *columns):
        row, episode = matched(table, cin_details, "episode")
        late = pd.concat([getattr(row, column) > episode.CINclosureDate for column in columns], axis=1).any(axis=1)
        return flagged(late, row, episode)

    return either(
        {"CINdetails": cin_details.DateOfInitialCPC > cin_details.CINclosureDate},
        after(assessments, "AssessmentActualStartDate", "AssessmentAuthorisationDate"),
        after(section47, "S47ActualStartDate", "DateOfInitialCPC"),
        after(child_protection_plans, "CPPendDate"),
        after(cin_plan_dates, "CINPlanStartDate", "CINPlanEndDate"),
    )


rule.column(
    "8568",
    "No-further-action flag is missing or is neither yes nor no",
    advice="Record on the referral whether any further action was taken.",
)


@rule(
    "8569Q",
    "Referral made before the year is not marked as leading to further action",
    flags="cin_details.CINreferralDate",
    advice="A referral with no further action belongs only to the year in which it came; correct the flag or leave "
    "the episode out.",
)
def old_without_action(cin_details, period, holidays):
    return (cin_details.CINreferralDate < day(working_days_before(period.start, 1, holidays))) & ~no(
        cin_details.ReferralNFA
    )


@rule(
    "8600",
    "Date of referral is missing or after the end of the year",
    flags="cin_details.CINreferralDate",
    advice="Give the date on which the referral was received; leave out referrals received after 31 March.",
)
def referral_date(cin_details, period):
    return cin_details.CINreferralDate.isna() | (cin_details.CINreferralDate > day(period.end))


@rule(
    "8606",
    "Child was referred more than 280 days before the birth or the expected birth",
    flags="cin_details.CINreferralDate child_identifiers.PersonBirthDate child_identifiers.ExpectedPersonBirthDate",
    advice="Check the dates of referral and birth, and that the referral is this child's, not a brother's or sister's.",
)
def referred_too_early(cin_details, child_identifiers):
    episode, child = matched(cin_details, child_identifiers, "child")
    pregnancy = pd.Timedelta(days=280)
    early = (episode.CINreferralDate < child.PersonBirthDate - pregnancy) | (
        episode.CINreferralDate < child.ExpectedPersonBirthDate - pregnancy
    )
    return flagged(early, episode, child)


@rule(
    "8610",
    "Referral went further but has no primary need",
    flags="cin_details.ReferralNFA cin_details.PrimaryNeedCode",
    advice="Record the child's main need on the episode.",
    together="episode",
)
def need_missing(cin_details):
    return no(cin_details.ReferralNFA) & cin_details.PrimaryNeedCode.isna()


@rule(
    "8620",
    "Episode was closed outside the collection year",
    flags="cin_details.CINclosureDate",
    advice="Leave out episodes closed before the year; send an episode closed after 31 March as open.",
)
def closed_outside_year(cin_details, period):
    return outside(cin_details.CINclosureDate, period)


@rule(
    "8630",
    "Episode was closed before the referral",
    flags="cin_details.CINreferralDate cin_details.CINclosureDate",
    advice="Correct the date of referral or the date of closure.",
)
def closed_before_referral(cin_details):
    return cin_details.CINclosureDate < cin_details.CINreferralDate


rule.column("8640", "Reason for closure is not a listed code", advice="Choose one of RC1 to RC9 for the closure.")
rule.column("8650", "Primary need is not a listed code", advice="Choose one of N0 to N9 for the episode.")


@rule(
    "8805",
    "Closed episode has no reason for closure",
    flags="cin_details.CINclosureDate cin_details.ReasonForClosure",
    advice="Record why the episode was closed.",
)
def no_reason(cin_details):
    return cin_details.CINclosureDate.notna() & cin_details.ReasonForClosure.isna()


@rule(
    "8810",
    "Reason for closure is given but no date",
    flags="cin_details.ReasonForClosure cin_details.CINclosureDate",
    advice="Record the date of closure, or remove the reason while the case is open.",
)
def reason_without_date(cin_details):
    return cin_details.ReasonForClosure.notna() & cin_details.CINclosureDate.isna()


def _open(cin_details):
    return cin_details.CINclosureDate.isna() & no(cin_details.ReferralNFA)


@rule(
    "8815",
    "Child has several open episodes that went further",
    flags="cin_details.CINclosureDate",
    advice="Only one episode can be open: close the earlier ones, or merge them on the case system.",
    together="child",
)
def open_twice(cin_details):
    still_open = _open(cin_details)
    return still_open & (how_many(cin_details, "child", cin_details, still_open) >= 2)


@rule(
    "8816",
    "Episode is open although the child was referred again later",
    flags="cin_details.CINreferralDate",
    advice="Close the earlier episode, or check the date of the later referral.",
    together="child",
)
def open_but_not_latest(cin_details):
    latest = latest_in(cin_details, "child", cin_details.CINreferralDate)
    earlier = _open(cin_details) & (cin_details.CINreferralDate < latest)
    return earlier | ((cin_details.CINreferralDate == latest) & has(cin_details, "child", cin_details, earlier))


@rule(
    "8820",
    "Child's episodes overlap",
    flags="cin_details.CINreferralDate cin_details.CINclosureDate",
    advice="A referral during an open episode is part of it: correct the dates, or merge the episodes.",
    together="child",
)
def episodes_overlap(cin_details, period):
    lasting = cin_details.CINclosureDate.isna() & no(cin_details.ReferralNFA, any_case=True)
    end = cin_details.CINclosureDate.mask(lasting, day(period.end))
    return overlapping(cin_details, "child", cin_details.CINreferralDate, end, touching=False)


@rule(
    "8831",
    "No-further-action referral has an assessment, section 47 or conference",
    flags="cin_details.DateOfInitialCPC section47.LAchildID assessments.LAchildID",
    advice="If there was further action correct the flag; else remove the activity from this referral.",
)
def action_on_no_action(cin_details, section47, assessments):
    ended = yes(cin_details.ReferralNFA, any_case=True)
    held = cin_details.DateOfInitialCPC.notna()
    enquired = section47.S47ActualStartDate.notna() | section47.DateOfInitialCPC.notna()
    assessed = assessments.AssessmentActualStartDate.notna() | assessments.AssessmentAuthorisationDate.notna()
    active = (
        held | has(cin_details, "episode", section47, enquired) | has(cin_details, "episode", assessments, assessed)
    )
    return {
        "CINdetails": ended & active,
        "Section47": has(section47, "episode", cin_details, ended & held)
        | (enquired & has(section47, "episode", cin_details, ended)),
        "Assessments": assessed & has(assessments, "episode", cin_details, ended),
    }


@rule(
    "8866",
    "Source of referral is missing or not a listed code",
    flags="cin_details.CINreferralDate cin_details.ReferralSource",
    advice="Record who referred the child (10 if it is not known).",
)
def source(cin_details, codes):
    return (cin_details.CINreferralDate >= SOURCE_COLLECTED_FROM) & ~cin_details.ReferralSource.isin(
        codes.referral_source
    )

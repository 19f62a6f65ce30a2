"""Section 47 enquiries and initial child protection conferences."""

from returns.calendar import working_days_before
from validation.rules.cin.book import rule
from validation.words import at_weekend, day, flagged, has, how_many, matched, no, outside, overlapping, yes


@rule(
    "1104",
    "Initial conference of a section 47 is before the referral",
    flags="section47.DateOfInitialCPC cin_details.CINreferralDate",
    advice="Correct the date of the conference or of the referral.",
)
def conference_before_referral(section47, cin_details):
    enquiry, episode = matched(section47, cin_details, "episode")
    return flagged(enquiry.DateOfInitialCPC < episode.CINreferralDate, enquiry, episode)


@rule(
    "2884",
    "One initial conference is given on the section 47 and on the episode",
    flags="section47.DateOfInitialCPC cin_details.DateOfInitialCPC",
    advice="Give the conference on the section 47 that led to it; on the episode only for one that had no section 47 "
    "here.",
    together="child",
)
def conference_twice(section47, cin_details):
    enquiry, episode = matched(section47, cin_details, "child")
    return flagged(enquiry.DateOfInitialCPC == episode.DateOfInitialCPC, enquiry, episode)


@rule(
    "2889",
    "Section 47 starts before the referral",
    flags="section47.S47ActualStartDate cin_details.CINreferralDate",
    advice="Correct the start of the enquiry or the date of referral, or move the enquiry to its own referral.",
)
def before_referral(section47, cin_details):
    enquiry, episode = matched(section47, cin_details, "episode")
    return flagged(enquiry.S47ActualStartDate < episode.CINreferralDate, enquiry, episode)


@rule(
    "2991Q",
    "Episode has a section 47 but no assessment",
    flags="section47.LAchildID",
    advice="Record the assessment that the enquiry is part of, or explain in a note.",
    together="episode",
)
def without_assessment(section47, assessments):
    unnumbered = has(section47, "child", assessments, assessments["@episode"] < 0)
    return ~(has(section47, "episode", assessments) | ((section47["@episode"] < 0) & unnumbered))


@rule(
    "8615",
    "Section 47 with a conference has no start, or starts after the conference",
    flags="section47.S47ActualStartDate section47.DateOfInitialCPC",
    advice="Correct the start of the enquiry or the date of the conference.",
)
def start_after_conference(section47):
    start, conference = section47.S47ActualStartDate, section47.DateOfInitialCPC
    return conference.notna() & (start.isna() | (start > conference))


@rule(
    "8675Q",
    "Section 47 awaits a conference more than 15 working days after it began",
    flags="section47.DateOfInitialCPC section47.S47ActualStartDate section47.ICPCnotRequired",
    advice="Record the conference, or that none was needed; else explain the delay in a note.",
    confidence="inferred",
)
def conference_overdue(section47, period, holidays):
    latest = day(working_days_before(period.end, 15, holidays))
    return section47.DateOfInitialCPC.isna() & no(section47.ICPCnotRequired) & (section47.S47ActualStartDate < latest)


@rule(
    "8715",
    "Initial conference of a section 47 is outside the collection year",
    flags="section47.DateOfInitialCPC",
    advice="Leave out conferences before the year; send an enquiry whose conference was after 31 March without its "
    "date.",
)
def conference_outside_year(section47, period):
    return outside(section47.DateOfInitialCPC, period)


@rule(
    "8740",
    "Section 47 awaiting a conference does not start in the collection year",
    flags="section47.S47ActualStartDate section47.DateOfInitialCPC section47.ICPCnotRequired",
    advice="Record the conference of an old enquiry, or that none was needed.",
)
def awaiting_from_other_year(section47, period):
    return (
        section47.DateOfInitialCPC.isna()
        & no(section47.ICPCnotRequired)
        & outside(section47.S47ActualStartDate, period)
    )


@rule(
    "8839",
    "Episode has several open section 47 enquiries",
    flags="section47.DateOfInitialCPC",
    advice="Record the conference of the earlier enquiry, or that none was needed.",
    together="episode",
)
def open_twice(section47):
    still_open = section47.DateOfInitialCPC.isna() & ~yes(section47.ICPCnotRequired)
    return still_open & (how_many(section47, "episode", section47, still_open) >= 2)


@rule(
    "8868",
    "Episode is closed although a section 47 still awaits its conference",
    flags="cin_details.CINclosureDate section47.DateOfInitialCPC section47.ICPCnotRequired",
    advice="Record the conference, or that none was needed, before the case is closed.",
)
def closed_unfinished(cin_details, section47):
    episode, enquiry = matched(cin_details, section47, "episode")
    unfinished = enquiry.DateOfInitialCPC.isna() & ~yes(enquiry.ICPCnotRequired)
    return flagged(episode.CINclosureDate.notna() & unfinished, episode, enquiry)


@rule(
    "8870Q",
    "Target for the initial conference falls on a weekend",
    flags="section47.InitialCPCtarget",
    advice="The target is 15 working days after the strategy discussion; correct the date.",
)
def target_at_weekend(section47):
    return at_weekend(section47.InitialCPCtarget)


@rule(
    "8875",
    "Initial conference of a section 47 falls on a weekend",
    flags="section47.DateOfInitialCPC",
    advice="Check the date against the minutes of the conference, and correct it on the section 47.",
)
def conference_at_weekend(section47):
    return at_weekend(section47.DateOfInitialCPC)


@rule(
    "8890",
    "Section 47 starts while another of the episode is going on",
    flags="section47.S47ActualStartDate section47.DateOfInitialCPC",
    advice="Finish the first enquiry before the next begins, or remove the one recorded twice.",
    together="episode",
)
def during_another(section47, period):
    held = section47.DateOfInitialCPC
    end = held.mask(held.isna() & ~yes(section47.ICPCnotRequired, any_case=True), day(period.end))
    return overlapping(section47, "episode", section47.S47ActualStartDate, end, copies=held)

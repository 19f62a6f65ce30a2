"""Assessments and their factors."""

from returns.calendar import working_days_before
from validation.rules.cin.book import rule
from validation.rules.cin.referrals import AFTER_ASSESSMENT
from validation.words import day, flagged, has, how_many, inside, matched, outside, overlapping, repeated, unlisted

NONE_IDENTIFIED = "21"


@rule(
    "1103",
    "Assessment starts before the referral",
    flags="assessments.AssessmentActualStartDate cin_details.CINreferralDate",
    advice="Correct the start of the assessment or the date of referral, or move the assessment to the referral it "
    "followed.",
)
def before_referral(assessments, cin_details):
    assessment, episode = matched(assessments, cin_details, "episode")
    return flagged(assessment.AssessmentActualStartDate < episode.CINreferralDate, assessment, episode)


@rule(
    "8608",
    "Assessment is authorised before it starts",
    flags="assessments.AssessmentActualStartDate assessments.AssessmentAuthorisationDate",
    advice="Correct the start of the assessment or the date of its authorisation.",
)
def ends_before_start(assessments):
    return assessments.AssessmentActualStartDate > assessments.AssessmentAuthorisationDate


@rule(
    "8614",
    "Assessment has factors but is not authorised",
    flags="assessments.AssessmentAuthorisationDate assessments.AssessmentFactors",
    advice="Factors are recorded when the assessment ends: authorise it, or leave its factors out until then.",
)
def factors_too_soon(assessments, assessment_factors_list):
    factors = has(assessments, "assessment", assessment_factors_list, assessment_factors_list.AssessmentFactor.notna())
    return assessments.AssessmentAuthorisationDate.isna() & factors


@rule(
    "8670Q",
    "Assessment is still open more than 45 working days after it began",
    flags="assessments.AssessmentAuthorisationDate assessments.AssessmentActualStartDate",
    advice="If the assessment has ended record the date of authorisation; else explain the delay in a note.",
    confidence="inferred",
)
def open_too_long(assessments, period, holidays):
    latest = day(working_days_before(period.end, 45, holidays))
    return assessments.AssessmentAuthorisationDate.isna() & (assessments.AssessmentActualStartDate < latest)


@rule(
    "8696",
    "Assessment is authorised outside the collection year",
    flags="assessments.AssessmentAuthorisationDate",
    advice="Leave out assessments that ended before the year; send one that ended after 31 March as open.",
)
def authorised_outside_year(assessments, period):
    return outside(assessments.AssessmentAuthorisationDate, period)


@rule(
    "8736",
    "Open assessment does not start in the collection year",
    flags="assessments.AssessmentAuthorisationDate assessments.AssessmentActualStartDate",
    advice="Record the end of an old assessment, or correct its start.",
)
def open_from_other_year(assessments, period):
    return assessments.AssessmentAuthorisationDate.isna() & ~inside(assessments.AssessmentActualStartDate, period)


@rule(
    "8825Q",
    "Episode is closed after assessment (RC8, RC9) but has none",
    flags="cin_details.ReasonForClosure",
    advice="Add the assessment to the episode, or correct the reason for closure.",
)
def closed_without(cin_details, assessments):
    return cin_details.ReasonForClosure.isin(AFTER_ASSESSMENT) & ~has(cin_details, "episode", assessments)


@rule(
    "8863Q",
    "Assessment starts while another of the episode is going on",
    flags="assessments.AssessmentActualStartDate assessments.AssessmentAuthorisationDate",
    advice="Close the first assessment before the next begins, or remove the one recorded twice.",
    together="episode",
)
def during_another(assessments, period):
    end = assessments.AssessmentAuthorisationDate
    return overlapping(
        assessments, "episode", assessments.AssessmentActualStartDate, end.fillna(day(period.end)), copies=end
    )


@rule(
    "8867",
    "Episode is closed although an assessment is not authorised",
    flags="cin_details.CINclosureDate assessments.AssessmentAuthorisationDate",
    advice="Record when the assessment was authorised; if it is still going on, take out the closure until it ends.",
)
def closed_unfinished(cin_details, assessments):
    episode, assessment = matched(cin_details, assessments, "episode")
    return flagged(episode.CINclosureDate.notna() & assessment.AssessmentAuthorisationDate.isna(), episode, assessment)


@rule(
    "8869",
    "Factor 21 (none identified) is given together with other factors",
    flags="assessments.AssessmentFactors",
    advice="Remove 21 where a factor was identified, else remove the others.",
)
def none_and_some(assessments, assessment_factors_list):
    factor = assessment_factors_list.AssessmentFactor
    none = has(assessments, "assessment", assessment_factors_list, factor == NONE_IDENTIFIED)
    return none & has(assessments, "assessment", assessment_factors_list, factor.notna() & (factor != NONE_IDENTIFIED))


@rule(
    "8873Q",
    "Only assessment found no factors (21), but the episode was not closed as RC8 or RC9",
    flags="assessments.AssessmentFactors cin_details.ReasonForClosure",
    advice="Check the factors of the assessment and the reason for closure.",
    confidence="inferred",
)
def none_but_closed_otherwise(assessments, assessment_factors_list, cin_details):
    none = has(
        assessments, "assessment", assessment_factors_list, assessment_factors_list.AssessmentFactor == NONE_IDENTIFIED
    )
    only = how_many(assessments, "episode", assessments) == 1
    done = assessments.AssessmentAuthorisationDate.notna()
    assessment, episode = matched(assessments, cin_details, "episode")
    closed = episode.CINclosureDate.notna() | episode.ReasonForClosure.notna()
    return flagged(
        assessment(none & only & done) & closed & ~episode.ReasonForClosure.isin(AFTER_ASSESSMENT), assessment, episode
    )


@rule(
    "8896",
    "Episode has several open assessments",
    flags="assessments.AssessmentAuthorisationDate",
    advice="Authorise the earlier assessment, or remove the one recorded twice.",
    together="episode",
)
def open_twice(assessments):
    still_open = assessments.AssessmentAuthorisationDate.isna()
    return still_open & (how_many(assessments, "episode", assessments, still_open) >= 2)


@rule(
    "8897Q",
    "Authorised assessment has no factors, or one that is no listed code",
    flags="assessments.AssessmentAuthorisationDate assessments.AssessmentFactors",
    advice="Record the factors identified at the end of the assessment (21 if none).",
)
def factors_missing(assessments, assessment_factors_list, codes, period):
    factor = assessment_factors_list.AssessmentFactor
    some = has(assessments, "assessment", assessment_factors_list, factor.notna())
    bad = has(assessments, "assessment", assessment_factors_list, unlisted(factor, codes.assessment_factors))
    return (assessments.AssessmentAuthorisationDate >= day(period.start)) & (~some | bad)


@rule(
    "8898",
    "The same factor is given twice for an assessment",
    flags="assessments.AssessmentFactors",
    advice="Remove the repeated factor.",
)
def factor_twice(assessments, assessment_factors_list):
    twice = repeated(assessment_factors_list, "assessment", "AssessmentFactor")
    return has(assessments, "assessment", assessment_factors_list, twice)


@rule(
    "8945Q",
    "Old factor 18A (physical abuse) is used",
    flags="assessments.AssessmentFactors",
    advice="Say by whom: 18B by a child, 18C by an adult.",
    since="2024-25",
)
def old_physical(assessments, assessment_factors_list):
    return has(
        assessments,
        "assessment",
        assessment_factors_list,
        assessment_factors_list.AssessmentFactor.str.upper() == "18A",
    )


@rule(
    "8950Q",
    "Old factor 19A (sexual abuse) is used",
    flags="assessments.AssessmentFactors",
    advice="Say by whom: 19B by a child, 19C by an adult.",
    since="2024-25",
)
def old_sexual(assessments, assessment_factors_list):
    return has(
        assessments,
        "assessment",
        assessment_factors_list,
        assessment_factors_list.AssessmentFactor.str.upper() == "19A",
    )

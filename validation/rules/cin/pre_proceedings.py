"""Pre-proceedings and family group decision making, collected from 2026-27."""

from functools import partial

from validation.rules.cin.book import rule as _rule
from validation.words import outside, yes

rule = partial(_rule, since="2026-27", confidence="inferred")


@rule(
    "8995Q",
    "Return has no pre-proceedings for any child",
    advice="Check that the extract takes the pre-proceedings module; explain in a note if there were none in the year.",
    per="return",
)
def none_at_all(pre_proceedings):
    return len(pre_proceedings) == 0


@rule(
    "9000Q",
    "No pre-proceedings in the return have a start date",
    advice="Check that the extract takes the date of the decision to begin pre-proceedings.",
    per="return",
)
def no_start_at_all(pre_proceedings):
    return not pre_proceedings.PPStartDate.notna().any()


@rule(
    "9005",
    "Pre-proceedings begin outside the collection year",
    flags="pre_proceedings.PPStartDate",
    advice="Correct the date of the decision, or leave out pre-proceedings of other years.",
)
def start_outside_year(pre_proceedings, period):
    return outside(pre_proceedings.PPStartDate, period)


def _outside_or_before(later, earlier, period):
    return earlier.notna() & (outside(later, period) | (later < earlier))


@rule(
    "9006",
    "Letter before proceedings is outside the year or before pre-proceedings begin",
    flags="pre_proceedings.LBPSentDate",
    advice="Correct the date of the letter or of the decision to begin pre-proceedings.",
)
def letter_date(pre_proceedings, period):
    return _outside_or_before(pre_proceedings.LBPSentDate, pre_proceedings.PPStartDate, period)


@rule(
    "9007",
    "Letter before proceedings was sent, but not said whether it offered a family meeting",
    flags="pre_proceedings.FGDMMeetingOffer",
    advice="Record whether family group decision making was offered in the letter.",
)
def offer_unknown(pre_proceedings):
    return pre_proceedings.LBPSentDate.notna() & pre_proceedings.FGDMMeetingOffer.isna()


@rule(
    "9008",
    "First pre-proceedings meeting is outside the collection year",
    flags="pre_proceedings.InitialPPMeetingDate",
    advice="Correct the date of the meeting.",
)
def meeting_outside_year(pre_proceedings, period):
    return outside(pre_proceedings.InitialPPMeetingDate, period)


@rule(
    "9009",
    "Decision to step up or down is outside the year or before pre-proceedings begin",
    flags="pre_proceedings.StepDecisionDate",
    advice="Correct the date of the decision or of the start of pre-proceedings.",
)
def step_date(pre_proceedings, period):
    return _outside_or_before(pre_proceedings.StepDecisionDate, pre_proceedings.PPStartDate, period)


@rule(
    "9010Q",
    "Family meeting was offered, but not said whether it was held",
    flags="pre_proceedings.FGDMMeetingFac",
    advice="Record whether the family group decision making meeting took place.",
)
def held_unknown(pre_proceedings):
    return yes(pre_proceedings.FGDMMeetingOffer) & pre_proceedings.FGDMMeetingFac.isna()


_rule.column(
    "9011", "Outcome of pre-proceedings is not a listed code", advice="Choose outcome A, B or C.", confidence="inferred"
)


@rule(
    "9012",
    "Application to the court is outside the year or before the step decision",
    flags="pre_proceedings.CourtAppDate",
    advice="Correct the date of the application or of the decision to step up.",
)
def application_date(pre_proceedings, period):
    return _outside_or_before(pre_proceedings.CourtAppDate, pre_proceedings.StepDecisionDate, period)


@rule(
    "9013",
    "Letter that begins care proceedings is outside the year or before the application",
    flags="pre_proceedings.LetterInitCPDate",
    advice="Correct the date of the letter or of the application to the court.",
)
def proceedings_letter_date(pre_proceedings, period):
    return _outside_or_before(pre_proceedings.LetterInitCPDate, pre_proceedings.CourtAppDate, period)


@rule(
    "9015Q",
    "First pre-proceedings meeting was held, but the number of reviews is missing",
    flags="pre_proceedings.ReviewMeetingsCount",
    advice="Record how many review meetings were held (0 if none).",
)
def reviews_unknown(pre_proceedings):
    return pre_proceedings.InitialPPMeetingDate.notna() & pre_proceedings.ReviewMeetingsCount.isna()

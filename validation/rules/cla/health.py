"""Health of children looked after for 12 months: strengths and difficulties score, convictions, checks, substance
misuse."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import continuously_looked_after
from validation.words import (
    all_given,
    any_given,
    blank,
    day,
    first_by,
    flagged,
    has,
    inside,
    matched,
    unlisted,
    years_after,
)

CHECKS = ["IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE"]
ITEMS = ["CONVICTED", "HEALTH_CHECK", *CHECKS, "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED"]
OUTCOMES = ["IN_TOUCH", "ACTIV", "ACCOM"]
ADOPTION = ["DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"]
FLAGGED_ITEMS = " ".join(f"oc2.{name}" for name in ITEMS)
FLAGGED_OUTCOMES = " ".join(f"oc3.{name}" for name in OUTCOMES)


def of_score_age(oc2, period):
    """4 or over on the first day of the year and under 17 on the last."""
    from_four = years_after(oc2.DOB, 4) <= day(period.start)
    return from_four & (years_after(oc2.DOB, 17) > day(period.end))


def score_or_reason(oc2):
    """A score, or why there is none."""
    return any_given(oc2, "SDQ_SCORE", "SDQ_REASON")


@rule(
    "157",
    "SDQ1 is the reason for no score, but the child is of an age to have one",
    flags="oc2.SDQ_REASON oc2.DOB",
    advice="SDQ1 is for children who are too young or too old: give the score, or the reason that applies.",
    severity="error",
    confidence="inferred",
)
def wrong_age_said(oc2, episodes, period):
    no_score = blank(oc2, "SDQ_SCORE") & (oc2.SDQ_REASON == "SDQ1")
    return no_score & of_score_age(oc2, period) & continuously_looked_after(oc2, episodes, period)


@rule(
    "158",
    "Intervention was received, yet the question whether one was offered is answered",
    flags="oc2.INTERVENTION_RECEIVED oc2.INTERVENTION_OFFERED",
    advice="Leave INTERVENTION_OFFERED blank where INTERVENTION_RECEIVED is 1.",
    severity="error",
)
def received_and_offered(oc2):
    return (oc2.INTERVENTION_RECEIVED == "1") & oc2.INTERVENTION_OFFERED.notna()


@rule(
    "159",
    "No intervention for substance misuse was received, and it is not said if one was offered",
    flags="oc2.SUBSTANCE_MISUSE oc2.INTERVENTION_RECEIVED oc2.INTERVENTION_OFFERED",
    advice="Say in INTERVENTION_OFFERED if the child was offered help (1) or not (0).",
    severity="error",
)
def offered_not_said(oc2):
    not_received = (oc2.SUBSTANCE_MISUSE == "1") & (oc2.INTERVENTION_RECEIVED == "0")
    return not_received & oc2.INTERVENTION_OFFERED.isna()


rule.column(
    "180",
    "Strengths and difficulties score is not a whole number from 0 to 40",
    advice="Correct the score, or leave it blank and give the reason.",
    severity="error",
)


@rule(
    "181",
    "A health item is neither 0 nor 1",
    flags=FLAGGED_ITEMS,
    advice="Answer each item with 1 (yes) or 0 (no), or leave it blank where it does not apply.",
    severity="error",
)
def unknown_answer(oc2, codes):
    return unlisted(oc2[ITEMS], codes.yes_no).any(axis=1)


@rule(
    "182",
    "Immunisations, teeth, health assessment or substance misuse is blank among health items",
    flags=FLAGGED_ITEMS,
    advice="Complete these four where any of the eight health items is given, or leave all eight blank.",
    severity="error",
)
def incomplete(oc2):
    return ~all_given(oc2, *CHECKS) & any_given(oc2, *ITEMS)


@rule(
    "185",
    "Score is given for a child who was not looked after for the whole year",
    flags="oc2.SDQ_SCORE",
    advice="Leave the child out of OC2, or correct the episodes that break the year.",
    severity="error",
)
def score_without_year(episodes, oc2, period):
    return any_given(oc2, "SDQ_SCORE") & ~continuously_looked_after(oc2, episodes, period)


@rule(
    "186",
    "Child looked after for the whole year and aged 4 to 16 has neither score nor reason",
    flags="oc2.SDQ_SCORE",
    advice="Give the score of the questionnaire, or in SDQ_REASON why there is none.",
    severity="error",
)
def score_missing(episodes, oc2, period):
    return ~score_or_reason(oc2) & of_score_age(oc2, period) & continuously_looked_after(oc2, episodes, period)


@rule(
    "187",
    "Adoption or care leaver items are given for a child looked after for the whole year",
    flags=f"{FLAGGED_OUTCOMES} " + " ".join(f"ad1.{name}" for name in ADOPTION),
    advice="Leave the child out of OC3 and AD1, or correct the episodes: the end of care is missing.",
    severity="error",
)
def left_and_looked_after(oc3, ad1, episodes, period):
    return {
        "OC3": any_given(oc3, *OUTCOMES) & continuously_looked_after(oc3, episodes, period),
        "AD1": any_given(ad1, *ADOPTION) & continuously_looked_after(ad1, episodes, period),
    }


@rule(
    "188",
    "Score or reason is given for a child under 4 at the end of the year",
    flags="oc2.SDQ_SCORE oc2.SDQ_REASON",
    advice="Leave score and reason blank for a child under 4 on 31 March, or correct the date of birth.",
    severity="error",
)
def too_young_for_score(oc2, period):
    return (years_after(oc2.DOB, 4) > day(period.end)) & score_or_reason(oc2)


@rule(
    "189",
    "Score or reason is given for a young person who turned 17 before the year",
    flags="oc2.DOB oc2.SDQ_SCORE oc2.SDQ_REASON",
    advice="Leave score and reason blank for who was 17 before 1 April, or correct the date of birth.",
    severity="error",
)
def too_old_for_score(oc2, period):
    return (years_after(oc2.DOB, 17) < day(period.start)) & score_or_reason(oc2)


@rule(
    "190",
    "Health items are given for a child who was not looked after for the whole year",
    flags=FLAGGED_ITEMS,
    advice="Leave the child out of OC2, or correct the episodes that break the year.",
    severity="error",
)
def health_without_year(oc2, episodes, period):
    return any_given(oc2, *ITEMS) & ~continuously_looked_after(oc2, episodes, period)


@rule(
    "191",
    "Child looked after for the whole year lacks a health item, or has no row in OC2",
    flags=" ".join(f"oc2.{name}" for name in CHECKS) + " episodes.CHILD",
    advice="Give immunisations, teeth check, health assessment and substance misuse, or correct the episodes.",
    severity="error",
)
def health_missing(oc2, episodes, period):
    lacking = continuously_looked_after(episodes, episodes, period) & ~has(episodes, "child", oc2)
    return {
        "OC2": ~all_given(oc2, *CHECKS) & continuously_looked_after(oc2, episodes, period),
        "Episodes": lacking & first_by(episodes, "child", "DECOM"),
    }


@rule(
    "192",
    "Substance misuse was identified, and it is not said if an intervention was received",
    flags="oc2.SUBSTANCE_MISUSE oc2.INTERVENTION_RECEIVED",
    advice="Say in INTERVENTION_RECEIVED if the child received help (1) or not (0).",
    severity="error",
)
def received_not_said(oc2):
    return (oc2.SUBSTANCE_MISUSE == "1") & oc2.INTERVENTION_RECEIVED.isna()


@rule(
    "193",
    "Intervention is answered for, but no substance misuse was identified",
    flags="oc2.SUBSTANCE_MISUSE oc2.INTERVENTION_RECEIVED oc2.INTERVENTION_OFFERED",
    advice="Leave both intervention items blank unless SUBSTANCE_MISUSE is 1.",
    severity="error",
)
def intervention_for_nothing(oc2):
    none = oc2.SUBSTANCE_MISUSE.isna() | (oc2.SUBSTANCE_MISUSE == "0")
    return none & any_given(oc2, "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED")


rule.column(
    "196",
    "Reason for no score is not SDQ1 to SDQ5",
    advice="Give one of the codes SDQ1 to SDQ5, or leave the reason blank where there is a score.",
    severity="error",
)


@rule(
    "197B",
    "Child who turned 4 or 17 in the year has neither score nor reason",
    flags="oc2.SDQ_SCORE oc2.SDQ_REASON oc2.DOB",
    advice="Give the score of the questionnaire, or in SDQ_REASON why there is none (SDQ1 for age).",
    severity="error",
)
def score_missing_at_bounds(oc2, episodes, period):
    turning = inside(years_after(oc2.DOB, 4), period) | inside(years_after(oc2.DOB, 17), period)
    return ~score_or_reason(oc2) & turning & continuously_looked_after(oc2, episodes, period)


@rule(
    "197a",
    "Reason for no score stands beside a score",
    flags="oc2.SDQ_SCORE oc2.SDQ_REASON",
    advice="Leave the reason blank where there is a score.",
    severity="error",
)
def score_and_reason(oc2):
    return all_given(oc2, "SDQ_SCORE", "SDQ_REASON")


@rule(
    "198",
    "Reason for no score is given for a child who was not looked after for the whole year",
    flags="oc2.SDQ_REASON",
    advice="Leave the child out of OC2, or correct the episodes that break the year.",
    severity="error",
)
def reason_without_year(episodes, oc2, period):
    return oc2.SDQ_REASON.notna() & ~continuously_looked_after(oc2, episodes, period)


@rule(
    "215",
    "Young person has both care leaver items and health items",
    flags=f"{FLAGGED_OUTCOMES} {FLAGGED_ITEMS}",
    advice="A care leaver was not looked after for the whole year: leave the row out of OC3 or out of OC2.",
    severity="error",
)
def leaver_with_health(oc3, oc2):
    leaver, health = matched(oc3, oc2, "child")
    left = leaver(any_given(oc3, *OUTCOMES))
    return flagged(left & health(any_given(oc2, *ITEMS)), leaver, health)


@rule(
    "542",
    "Conviction is answered for a child under 10 at the end of the year",
    flags="oc2.CONVICTED",
    advice="Leave CONVICTED blank for a child under 10 on 31 March, or correct the date of birth.",
    severity="error",
)
def too_young_to_convict(oc2, period):
    return (years_after(oc2.DOB, 10) > day(period.end)) & oc2.CONVICTED.notna()


@rule(
    "543",
    "Child of 10 or over, looked after for the whole year, has no answer on convictions",
    flags="oc2.DOB oc2.CONVICTED",
    advice="Say in CONVICTED if the child was convicted in the year (1) or not (0).",
    severity="error",
)
def conviction_missing(oc2, episodes, period):
    of_age = years_after(oc2.DOB, 10) <= day(period.end)
    return of_age & oc2.CONVICTED.isna() & continuously_looked_after(oc2, episodes, period)


@rule(
    "544",
    "Conviction is answered, but a health item is blank",
    flags="oc2.CONVICTED " + " ".join(f"oc2.{name}" for name in CHECKS),
    advice="Give immunisations, teeth check, health assessment and substance misuse too.",
    severity="error",
)
def conviction_and_incomplete(oc2):
    return oc2.CONVICTED.notna() & ~all_given(oc2, *CHECKS)


@rule(
    "545",
    "Child under 5, looked after for the whole year, has no answer on health promotion checks",
    flags="oc2.DOB oc2.HEALTH_CHECK",
    advice="Say in HEALTH_CHECK if the health promotion checks were up to date (1) or not (0).",
    severity="error",
)
def promotion_missing(oc2, episodes, period):
    under_five = years_after(oc2.DOB, 5) > day(period.end)
    return under_five & oc2.HEALTH_CHECK.isna() & continuously_looked_after(oc2, episodes, period)


@rule(
    "546",
    "Health promotion checks are answered for a child of 5 or over at the end of the year",
    flags="oc2.DOB oc2.HEALTH_CHECK",
    advice="Leave HEALTH_CHECK blank for a child who was 5 or over on 31 March, or correct the date of birth.",
    severity="error",
)
def too_old_for_promotion(oc2, episodes, period):
    of_five = years_after(oc2.DOB, 5) <= day(period.end)
    return of_five & oc2.HEALTH_CHECK.notna() & continuously_looked_after(oc2, episodes, period)


@rule(
    "547",
    "Health promotion checks are answered, but another health item is blank",
    flags="oc2.HEALTH_CHECK " + " ".join(f"oc2.{name}" for name in CHECKS),
    advice="Give immunisations, teeth check, health assessment and substance misuse too.",
    severity="error",
)
def promotion_and_incomplete(oc2):
    return oc2.HEALTH_CHECK.notna() & ~all_given(oc2, *CHECKS)

"""Legal status: who may be under it, how long it may last, what goes with it."""

import datetime as dt

from validation.rules.cla.book import rule
from validation.rules.cla.care import (
    FOSTER,
    TEMPORARY,
    added_days,
    end_or_last_day,
    short_break,
    unbroken_days,
)
from validation.words import blank, day, days_between, flagged, has, matched, on, total, years_after

YOUTH_JUSTICE = frozenset({"J1", "J2", "J3"})
PLACEMENT_ORDERS = day(dt.date(2005, 12, 1))  # the first that could be made
FREEING_ORDERS = day(dt.date(2005, 12, 31))  # the last that could be made

rule.column("144", "Legal status is not a known code", advice="Give one of the codes of legal status.")


@rule(
    "358",
    "Child is under 10 and under a legal status of youth justice",
    flags="episodes.DECOM episodes.LS header.DOB",
    advice="Check the date of birth, the start of the episode and the legal status (J1, J2, J3).",
    severity="error",
    confidence="inferred",
)
def too_young_for_youth_justice(episodes, header):
    episode, child = matched(episodes, header, "child")
    under_ten = episode.DECOM < years_after(child.DOB, 10)
    return flagged(episode.LS.isin(YOUTH_JUSTICE) & under_ten, episode, child)


@rule(
    "359",
    "Episode is open though the child has turned 18, other than V2 in a children's home",
    flags="episodes.DEC episodes.LS episodes.PLACE",
    advice="End the episode by the 18th birthday, or check the date of birth; only V2 in K2 can go on.",
    severity="error",
)
def open_past_eighteen(episodes, header, period):
    episode, child = matched(episodes, header, "child")
    may_stay = (episodes.LS == "V2") & (episodes.PLACE == "K2")
    grown_up = on(episode, years_after(child.DOB, 18) < day(period.end))
    return grown_up & blank(episodes, "DEC") & ~may_stay


@rule(
    "361",
    "Police protection goes on for more than 72 hours",
    flags="episodes.DECOM episodes.LS episodes.DEC",
    advice="Correct the dates of the episodes under L1, or record the legal status that followed it.",
    severity="error",
    together="child",
)
def long_police_protection(episodes, period):
    return unbroken_days(episodes, episodes.LS == "L1", period) > 3


@rule(
    "362",
    "Emergency protection order goes on for more than 21 days",
    flags="episodes.DECOM episodes.LS episodes.DEC",
    advice="Correct the dates of the episodes under L2, or record the legal status that followed it.",
    severity="error",
    together="child",
)
def long_emergency_protection(episodes, period):
    return unbroken_days(episodes, episodes.LS == "L2", period) > 21


@rule(
    "363",
    "Child assessment order goes on for more than 7 days",
    flags="episodes.LS episodes.DECOM episodes.DEC",
    advice="Correct the dates of the episodes under L3, or record the legal status that followed it.",
    severity="error",
    together="child",
)
def long_assessment_order(episodes, period):
    return added_days(episodes, episodes.LS == "L3", period) > 7


@rule(
    "364",
    "Detention in the authority's accommodation (J2) goes on for more than 21 days",
    flags="episodes.LS episodes.DECOM episodes.DEC",
    advice="Correct the dates of the episodes under J2, or record the legal status that followed it.",
    severity="error",
    together="child",
)
def long_detention(episodes, period):
    return added_days(episodes, episodes.LS == "J2", period) > 21


@rule(
    "365",
    "One short break lasts more than 17 days",
    flags="episodes.LS episodes.DECOM episodes.DEC",
    advice="Correct the dates, or record a stay of more than 17 days under another legal status than V3.",
    severity="error",
)
def long_short_break(episodes, period):
    days = days_between(episodes.DECOM, end_or_last_day(episodes, period))
    return (episodes.LS == "V3") & (days > 17)


@rule(
    "366",
    "Short break begins with another reason than a start of care",
    flags="episodes.RNE",
    advice="Each short break under V3 is a period of care of its own: give S as the reason for the new episode.",
    severity="error",
)
def short_break_changes_placement(episodes):
    return (episodes.LS == "V3") & (episodes.RNE != "S")


@rule(
    "367",
    "Child's short breaks add up to more than 75 days in the year",
    flags="episodes.LS episodes.DECOM episodes.DEC",
    advice="Correct the dates of the short breaks; more than 75 days in a year are not short breaks (V3).",
    severity="error",
    together="child",
)
def many_days_of_short_breaks(episodes, period):
    start = episodes.DECOM.clip(lower=day(period.start))
    end = end_or_last_day(episodes, period).clip(upper=day(period.end))
    days = days_between(start, end)
    counted = (episodes.LS == "V3") & (days > 0)
    return counted & (total(episodes, "child", episodes, days.where(counted)) > 75)


@rule(
    "378",
    "Child in a single period of accommodation (V2) is placed with parents",
    flags="episodes.PLACE episodes.LS",
    advice="A child at home is not accommodated under section 20: correct the placement or the legal status.",
    severity="error",
)
def accommodated_with_parents(episodes):
    return (episodes.PLACE == "P1") & (episodes.LS == "V2")


@rule(
    "382",
    "Short break is recorded as a temporary placement",
    flags="episodes.LS episodes.PLACE",
    advice="Give the placement of the short break itself; T0 to T4 are for moves out of a longer placement.",
    severity="error",
)
def short_break_in_temporary_placement(episodes):
    return short_break(episodes) & episodes.PLACE.isin(TEMPORARY)


@rule(
    "384",
    "Short break is recorded as a long-term foster placement",
    flags="episodes.PLACE episodes.LS",
    advice="Correct the placement (U1 and U4 are long term), or the legal status.",
    severity="error",
)
def short_break_in_long_term_placement(episodes):
    return short_break(episodes) & episodes.PLACE.isin({"U1", "U4"})


@rule(
    "408",
    "Child is placed for adoption under a placement order, but none is in force",
    flags="episodes.PLACE episodes.LS",
    advice="For A5 and A6 the legal status is E1: correct the legal status, or give A3 or A4.",
    severity="error",
)
def placed_without_order(episodes):
    return episodes.PLACE.isin({"A5", "A6"}) & (episodes.LS != "E1")


@rule(
    "426",
    "Child has short breaks recorded one by one (V3) and as an agreement (V4)",
    flags="episodes.LS",
    advice="Record the child's short breaks of the year in one way, V3 or V4.",
    severity="error",
    together="child",
)
def short_breaks_in_two_ways(episodes):
    one_by_one = has(episodes, "child", episodes, episodes.LS == "V3")
    return short_break(episodes) & one_by_one & has(episodes, "child", episodes, episodes.LS == "V4")


@rule(
    "445",
    "Freeing order on an episode that began when none could be made any more",
    flags="episodes.LS episodes.DECOM",
    advice="Freeing orders (D1) ended in December 2005: correct the start of the episode or the legal status.",
    severity="error",
    until="2023-24",
)
def freed_too_late(episodes):
    return (episodes.LS == "D1") & (episodes.DECOM > FREEING_ORDERS)


@rule(
    "446",
    "Placement order on an episode that began before there were any",
    flags="episodes.LS episodes.DECOM",
    advice="Placement orders (E1) began on 1 December 2005: correct the start of the episode or the legal status.",
    severity="error",
)
def placement_order_too_early(episodes):
    return (episodes.LS == "E1") & (episodes.DECOM < PLACEMENT_ORDERS)


@rule(
    "451",
    "Child is still under a freeing order",
    flags="episodes.DEC episodes.REC episodes.LS",
    advice="Check that the order was not revoked; else give the end of the episode and its reason.",
    severity="query",
    until="2023-24",
)
def still_freed(episodes):
    return (episodes.LS == "D1") & blank(episodes, "DEC") & episodes.REC.isna()


@rule(
    "516",
    "Former foster carer became special guardian, but the child was not in a foster placement",
    flags="episodes.REC episodes.PLACE",
    advice="Give the foster placement (U1 to U6) that ended, or another reason than E45 and E46.",
    severity="error",
)
def guardian_was_no_foster_carer(episodes):
    return episodes.REC.isin({"E45", "E46"}) & ~episodes.PLACE.isin(FOSTER)

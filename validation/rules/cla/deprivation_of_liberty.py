"""Deprivation of liberty orders."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import after_unfinished, ends_in_no_care
from validation.words import blank, day, flagged, has, matched, on, outside

rule.column(
    "700",
    "Start of the deprivation of liberty order is missing or cannot be read",
    advice="Give the day on which the order starts as dd/mm/yyyy.",
)

rule.column(
    "701",
    "End of the deprivation of liberty order cannot be read",
    advice="Give the end of the order as dd/mm/yyyy, or leave it out while it runs.",
)


@rule(
    "702",
    "Deprivation of liberty order does not end after its start",
    flags="dolo.DOLO_START dolo.DOLO_END",
    advice="Correct the start or the end of the order.",
    severity="error",
    since="2026-27",
)
def ends_by_start(dolo):
    return dolo.DOLO_END <= dolo.DOLO_START


@rule(
    "703",
    "Deprivation of liberty order starts after the end of the year",
    flags="dolo.DOLO_START",
    advice="Leave out orders that start after 31 March, or correct the start.",
    severity="error",
    since="2026-27",
)
def starts_after_year(dolo, period):
    return dolo.DOLO_START > day(period.end)


@rule(
    "704",
    "Deprivation of liberty order ends outside the year",
    flags="dolo.DOLO_END",
    advice="Leave out orders that ended before the year; one that ends after 31 March is sent without an end.",
    severity="error",
    since="2026-27",
)
def ends_outside_year(dolo, period):
    return outside(dolo.DOLO_END, period)


@rule(
    "705",
    "Deprivation of liberty order starts before the one before has ended",
    flags="dolo.DOLO_START dolo.DOLO_END",
    advice="End the order before on the day on which this one starts at the latest, or give the two as one.",
    severity="error",
    since="2026-27",
)
def overlapping_orders(dolo):
    return after_unfinished(dolo, "DOLO_START", "DOLO_END")


@rule(
    "706",
    "Deprivation of liberty order that was open last year is not in this return",
    flags="header.CHILD",
    advice="Add the order with the start that was sent last year, and its end if it has ended.",
    severity="error",
    since="2026-27",
)
def not_carried_over(header, dolo, previous_dolo):
    last, this = matched(previous_dolo, dolo, "child")
    carried = on(last, last.DOLO_START == this.DOLO_START)
    return has(header, "child", previous_dolo, blank(previous_dolo, "DOLO_END") & ~carried)


@rule(
    "707",
    "Deprivation of liberty order goes on after the child left care, or ends outside care",
    flags="dolo.DOLO_END",
    advice="Give an end within the time in care, at the latest the day on which the child left.",
    severity="error",
    since="2026-27",
)
def outlasts_care(dolo, episodes):
    return ends_in_no_care(dolo, "DOLO_START", "DOLO_END", episodes)


@rule(
    "708",
    "Deprivation of liberty order does not start after the date of birth",
    flags="dolo.DOLO_START",
    advice="Correct the date of birth or the start of the order.",
    severity="error",
    since="2026-27",
)
def starts_by_birth(dolo):
    return dolo.DOLO_START <= dolo.DOB


def during_order(dolo, episodes, period, wrong):
    """Orders and episodes `wrong` that share a day; an order without an end runs to the end of the year."""
    end = dolo.DOLO_END.mask(blank(dolo, "DOLO_END"), day(period.end))
    order, episode = matched(dolo, episodes, "child")
    begun = (order.DOLO_START <= episode.DEC) | (episode.DEC.isna() & order(~blank(dolo, "DOLO_START")))
    return flagged(begun & (order(end) >= episode.DECOM) & episode(wrong), order, episode)


@rule(
    "709",
    "Child with a deprivation of liberty order is not in one of the placements K2, Z12 or Z13",
    flags="dolo.DOLO_START episodes.PLACE",
    advice="Check the dates of the order and the placement; these are the ones in which an order is expected.",
    severity="query",
    confidence="inferred",
    since="2026-27",
)
def unexpected_placement(dolo, episodes, period):
    return during_order(dolo, episodes, period, ~episodes.PLACE.isin({"K2", "Z12", "Z13"}))


@rule(
    "710",
    "Child with a deprivation of liberty order is in a placement where there can be none",
    flags="dolo.DOLO_START episodes.PLACE",
    advice="Correct the dates of the order or the placement: there is no such order in K1, K3, P1 or R5.",
    severity="error",
    confidence="inferred",
    since="2026-27",
)
def impossible_placement(dolo, episodes, period):
    return during_order(dolo, episodes, period, episodes.PLACE.isin({"K1", "K3", "P1", "R5"}))

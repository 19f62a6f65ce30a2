"""The decision that a child should be placed for adoption, its reversal, and the placement that follows."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import ADOPTED, FOR_ADOPTION, FOSTER, short_break
from validation.words import (
    all_given,
    any_given,
    blank,
    consecutive,
    day,
    either,
    first_by,
    first_of_last,
    flagged,
    has,
    last_by,
    latest_pair,
    matched,
    on,
)

REVERSAL = ("DATE_PLACED_CEASED", "REASON_PLACED_CEASED")
EVERY_ITEM = " ".join(f"placed_adoption.{item}" for item in ("CHILD", "DATE_PLACED", *REVERSAL))
WITH_CARER = frozenset({"A3", "A5"})

rule.column(
    "115",
    "Date of the decision that the child be placed for adoption cannot be read",
    advice="Give the date of the decision as dd/mm/yyyy.",
)
rule.column(
    "116",
    "Date on which the decision to place for adoption was reversed cannot be read",
    advice="Give the date of the reversal as dd/mm/yyyy.",
)


@rule(
    "117",
    "Decision to place for adoption or its reversal is dated after the year or after care",
    flags="placed_adoption.DATE_PLACED placed_adoption.DATE_PLACED_CEASED episodes.DEC episodes.REC episodes.DECOM",
    advice="Check the dates of the decision and its reversal against 31 March and the end of the last episode.",
    severity="error",
)
def decided_after_care(placed_adoption, episodes, period):
    last = first_of_last(episodes, "child", "DECOM", episodes.REC != "X1")
    decision, episode = matched(placed_adoption, episodes, "child")
    placed, ceased, end = decision.DATE_PLACED, decision.DATE_PLACED_CEASED, day(period.end)
    late = (placed > end) | (placed > episode.DEC) | (ceased > end) | (ceased > episode.DEC)
    return flagged(episode(last) & late, decision, episode)


@rule(
    "118",
    "Decision to place for adoption is reversed before the year or before care began",
    flags="placed_adoption.DATE_PLACED_CEASED episodes.DECOM episodes.LS",
    advice="Leave out decisions reversed before 1 April; correct the date of the reversal or the start of care.",
    severity="error",
)
def reversed_before_care(placed_adoption, episodes, period):
    first = first_by(episodes, "child", "DECOM", ~short_break(episodes))
    decision, episode = matched(placed_adoption, episodes, "child")
    ceased = decision.DATE_PLACED_CEASED
    return flagged(episode(first) & ((ceased < episode.DECOM) | (ceased < day(period.start))), decision, episode)


@rule(
    "119",
    "Reversal of the decision to place for adoption has a date or a reason, but not both",
    flags="placed_adoption.DATE_PLACED_CEASED placed_adoption.REASON_PLACED_CEASED",
    advice="Give both the date and the reason of the reversal, or neither.",
    severity="error",
)
def half_reversed(placed_adoption):
    return any_given(placed_adoption, *REVERSAL) & ~all_given(placed_adoption, *REVERSAL)


rule.column(
    "120",
    "Reason why the decision to place for adoption was reversed is not a known code",
    advice="Give RD1, RD2, RD3 or RD4 for the reason of the reversal.",
)


@rule(
    "184",
    "Decision to place for adoption is dated before the child's birth, or that is not known",
    flags="placed_adoption.DATE_PLACED placed_adoption.DOB",
    advice="Correct the date of the decision, or the child's date of birth.",
    severity="error",
    confidence="inferred",
)
def decided_before_birth(header, placed_adoption):
    decision, child = matched(placed_adoption, header, "child")
    unborn = on(decision, ~(decision.DATE_PLACED >= child.DOB)) | ~has(placed_adoption, "child", header)
    return placed_adoption.DATE_PLACED.notna() & unborn


@rule(
    "336",
    "Child is placed for adoption with its carer, but was not fostered or placed just before",
    flags="episodes.PLACE",
    advice="Correct this placement (A4 or A6 where the adopters are new to the child) or the one before.",
    severity="error",
    confidence="inferred",
)
def carer_did_not_foster(episodes):
    dated = has(episodes, "child", episodes, episodes.DECOM.notna())
    before, after = consecutive(episodes, "child", "DECOM", where=dated)
    return on(after, after.PLACE.isin(WITH_CARER) & ~before.PLACE.isin(FOR_ADOPTION | FOSTER))


@rule(
    "390",
    "Child is adopted, but was not placed for adoption",
    flags="episodes.PLACE episodes.REC",
    advice="Give the placement for adoption (A3 to A6) of the last episode, or correct why it ended.",
    severity="error",
)
def adopted_unplaced(episodes):
    return episodes.REC.isin(ADOPTED) & ~episodes.PLACE.isin(FOR_ADOPTION)


@rule(
    "522",
    "Decision to place for adoption is reversed before it is made",
    flags="placed_adoption.DATE_PLACED placed_adoption.DATE_PLACED_CEASED",
    advice="Correct the date of the decision or of its reversal.",
    severity="error",
)
def reversed_before_decided(placed_adoption):
    return placed_adoption.DATE_PLACED_CEASED < placed_adoption.DATE_PLACED


@rule(
    "551",
    "Child is placed for adoption, but the date of the decision is missing",
    flags="episodes.PLACE",
    advice="Give the date of the decision that the child be placed for adoption, or correct the placement.",
    severity="error",
)
def placed_undecided(episodes, placed_adoption):
    decided = has(episodes, "child", placed_adoption)
    undated = has(episodes, "child", placed_adoption, blank(placed_adoption, "DATE_PLACED"))
    return episodes.PLACE.isin(FOR_ADOPTION) & (~decided | undated)


@rule(
    "552",
    "Child is placed for adoption before the decision, and none was in force on that day",
    flags="placed_adoption.DATE_PLACED episodes.DECOM",
    advice="Give the decision in force when the child was placed, or correct its date or the start of the placement.",
    severity="error",
)
def placed_before_decision(placed_adoption, episodes):
    decision, placing = matched(placed_adoption, episodes, "child")
    standing = ~(decision.DATE_PLACED_CEASED < placing.DECOM)
    decided = placing(on(placing, standing & (decision.DATE_PLACED <= placing.DECOM)))
    undecided = placing.PLACE.isin(FOR_ADOPTION) & placing.DECOM.notna() & ~decided
    return flagged(latest_pair(placing, decision.DATE_PLACED.where(standing & undecided)), decision, placing)


@rule(
    "553",
    "Child is under a placement order, but no decision to place for adoption is current",
    flags=f"episodes.CHILD {EVERY_ITEM}",
    advice="Give the decision in force with its date and without a reversal, or correct the legal status.",
    severity="error",
    confidence="inferred",
)
def order_without_decision(episodes, placed_adoption):
    return _without_decision(episodes, placed_adoption, "E1")


@rule(
    "554",
    "Decision to place for adoption is dated after the placement order",
    flags="episodes.DECOM episodes.LS placed_adoption.DATE_PLACED",
    advice="Check the date of the decision and the first episode under the order; earlier years are not seen.",
    severity="query",
)
def decided_after_order(episodes, placed_adoption):
    first = first_by(episodes, "child", "DECOM", episodes.LS == "E1")
    order, decision = matched(episodes, placed_adoption, "child")
    return flagged(order(first) & (decision.DATE_PLACED > order.DECOM), order, decision)


@rule(
    "555",
    "Child is under a freeing order, but no decision to place for adoption is current",
    flags=f"episodes.CHILD {EVERY_ITEM}",
    advice="Give the decision in force with its date and without a reversal, or correct the legal status.",
    until="2023-24",
    severity="error",
    confidence="inferred",
)
def freed_without_decision(episodes, placed_adoption):
    return _without_decision(episodes, placed_adoption, "D1")


@rule(
    "556",
    "Decision to place for adoption is dated after the freeing order",
    flags="episodes.DECOM",
    advice="Check the date of the decision and the start of the episode under the freeing order.",
    until="2023-24",
    severity="error",
)
def decided_after_freeing(episodes, placed_adoption):
    order, decision = matched(episodes, placed_adoption, "child")
    return on(order, (order.LS == "D1") & (decision.DATE_PLACED > order.DECOM))


@rule(
    "557",
    "Child under a placement or freeing order or placed for adoption left, no reversal given",
    flags="episodes.PLACE episodes.LS episodes.REC "
    "placed_adoption.DATE_PLACED_CEASED placed_adoption.REASON_PLACED_CEASED",
    advice="Give the date and the reason of the reversal, or correct why the episode ended.",
    until="2023-24",
    severity="error",
)
def left_unadopted_or_freed(episodes, placed_adoption):
    return _left_unadopted(episodes, placed_adoption, episodes.LS.isin({"D1", "E1"}))


@rule(
    "557",
    "Child under a placement order or placed for adoption left unadopted, no reversal given",
    flags="episodes.PLACE episodes.LS episodes.REC "
    "placed_adoption.DATE_PLACED_CEASED placed_adoption.REASON_PLACED_CEASED",
    advice="Give the date and the reason of the reversal, or correct why the episode ended.",
    since="2024-25",
    severity="error",
)
def left_unadopted(episodes, placed_adoption):
    return _left_unadopted(episodes, placed_adoption, episodes.LS == "E1")


@rule(
    "558",
    "Child is adopted, but every decision to place it for adoption is reversed",
    flags="episodes.REC",
    advice="Remove the date and the reason of the last reversal, or correct why the episode ended.",
    severity="error",
    confidence="inferred",
)
def adopted_yet_reversed(episodes, placed_adoption):
    decided = has(episodes, "child", placed_adoption)
    standing = has(episodes, "child", placed_adoption, blank(placed_adoption, "DATE_PLACED_CEASED"))
    return episodes.REC.isin(ADOPTED) & decided & ~standing


@rule(
    "559",
    "Decision to place for adoption is of earlier years, but last year's return has none",
    flags="placed_adoption.DATE_PLACED",
    advice="Check the date of the decision; if it is right, last year's return left it out.",
    severity="query",
)
def not_returned(placed_adoption, previous_placed_adoption, period):
    returned = has(placed_adoption, "child", previous_placed_adoption)
    undated = has(placed_adoption, "child", previous_placed_adoption, previous_placed_adoption.DATE_PLACED.isna())
    return (placed_adoption.DATE_PLACED < day(period.start)) & (~returned | undated)


@rule(
    "560",
    "Decision that was in force at the end of last year has another date now",
    flags="placed_adoption.DATE_PLACED placed_adoption.DATE_PLACED_CEASED",
    advice="Give last year's decision with the same date, and its reversal where it was reversed since.",
    severity="query",
    confidence="inferred",
)
def date_changed(placed_adoption, previous_placed_adoption):
    decision, before = matched(placed_adoption, previous_placed_adoption, "child")
    standing = before.DATE_PLACED.notna() & before(blank(previous_placed_adoption, "DATE_PLACED_CEASED"))
    returned = before(on(before, decision.DATE_PLACED == before.DATE_PLACED))
    return on(decision, standing & ~returned)


@rule(
    "561",
    "Decision that was reversed last year is returned again",
    flags="placed_adoption.DATE_PLACED",
    advice="Leave out the decision reversed last year; a new one has a date of its own.",
    severity="error",
)
def returned_again(placed_adoption, previous_placed_adoption):
    decision, before = matched(placed_adoption, previous_placed_adoption, "child")
    ended = before(any_given(previous_placed_adoption, *REVERSAL))
    return on(decision, ended & (decision.DATE_PLACED == before.DATE_PLACED))


@rule(
    "563",
    "Reversal of a decision to place for adoption is given, but not the decision",
    flags="placed_adoption.DATE_PLACED placed_adoption.REASON_PLACED_CEASED placed_adoption.DATE_PLACED_CEASED",
    advice="Give the date of the decision that was reversed, or remove the reversal.",
    severity="error",
)
def reversed_undecided(placed_adoption):
    return all_given(placed_adoption, *REVERSAL) & blank(placed_adoption, "DATE_PLACED")


@rule(
    "579",
    "Next decision to place for adoption is made before the one before it is reversed",
    flags="placed_adoption.DATE_PLACED placed_adoption.DATE_PLACED_CEASED",
    advice="Give the reversal of the earlier decision; the next is made on that day or later.",
    severity="error",
)
def decided_twice(placed_adoption):
    earlier, later = consecutive(placed_adoption, "child", "DATE_PLACED")
    ceased = earlier.DATE_PLACED_CEASED
    return on(later, ceased.isna() | (later.DATE_PLACED < ceased))


@rule(
    "583",
    "Earlier decision to place for adoption is not reversed, although there is a later one",
    flags="placed_adoption.DATE_PLACED placed_adoption.DATE_PLACED_CEASED",
    advice="Give the reversal of the earlier decision, or remove a decision given twice.",
    severity="error",
)
def earlier_stands(placed_adoption):
    decisions = has(placed_adoption, "child", placed_adoption, placed_adoption.DATE_PLACED.notna())
    latest = last_by(placed_adoption, "child", "DATE_PLACED")
    return decisions & ~latest & blank(placed_adoption, "DATE_PLACED_CEASED")


@rule(
    "584",
    "Decision to place for adoption is not dated after the one that was reversed last year",
    flags="placed_adoption.DATE_PLACED",
    advice="Give the date of the new decision; it is later than that of the decision reversed last year.",
    severity="error",
)
def not_after_reversed(placed_adoption, previous_placed_adoption):
    decision, before = matched(placed_adoption, previous_placed_adoption, "child")
    ended = before(any_given(previous_placed_adoption, *REVERSAL)) & before.DATE_PLACED.notna()
    return on(decision, ended & ~(decision.DATE_PLACED > before.DATE_PLACED))


@rule(
    "1003",
    "Decision to place for adoption is dated before the child was first taken into care",
    flags="placed_adoption.DATE_PLACED episodes.DECOM episodes.RNE",
    advice="Check the date of the decision and the start of the first period of care.",
    severity="error",
)
def decided_before_care(placed_adoption, episodes):
    started = first_by(episodes, "child", "DECOM", episodes.RNE == "S")
    decision, episode = matched(placed_adoption, episodes, "child")
    return flagged(episode(started) & (decision.DATE_PLACED < episode.DECOM), decision, episode)


def _without_decision(episodes, placed_adoption, order):
    """Episodes under the order without a dated decision; decisions of a child under an open one, none of them
    current."""
    ordered = episodes.LS == order
    dated = ~blank(placed_adoption, "DATE_PLACED")
    current = dated & ~any_given(placed_adoption, *REVERSAL)
    open_order = has(placed_adoption, "child", episodes, ordered & blank(episodes, "DEC"))
    return {
        "Episodes": ordered & ~has(episodes, "child", placed_adoption, dated),
        "PlacedAdoption": open_order & ~has(placed_adoption, "child", placed_adoption, current),
    }


def _left_unadopted(episodes, placed_adoption, ordered):
    ended = episodes.REC.notna() & ~episodes.REC.isin(ADOPTED | {"X1"})
    left = (episodes.PLACE.isin(FOR_ADOPTION) | ordered) & ended
    episode, decision = matched(episodes, placed_adoption, "child")
    standing = episode(left) & decision(~all_given(placed_adoption, *REVERSAL))
    undecided = left & ~has(episodes, "child", placed_adoption)
    return either(flagged(standing, episode, decision), {"Episodes": undecided})

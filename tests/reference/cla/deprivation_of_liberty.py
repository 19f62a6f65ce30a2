"""Deprivation of liberty orders: their dates, their sequence, and the care and placements that they fall in."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from reference.cla.sent import Book, Row, Sent, before, not_after

rule = Book()
RULES = rule.rules

SINCE = "2026-27"


@rule("700", "DoLo", since=SINCE)
def start_missing_or_unreadable(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        if order.day("DOLO_START") is None:
            yield order


@rule("701", "DoLo", since=SINCE)
def end_unreadable(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        if order.given("DOLO_END") and order.day("DOLO_END") is None:
            yield order


@rule("702", "DoLo", since=SINCE)
def ends_by_its_start(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        if not_after(order.day("DOLO_END"), order.day("DOLO_START")):
            yield order


@rule("703", "DoLo", since=SINCE)
def starts_after_the_year(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        if before(sent.end, order.day("DOLO_START")):
            yield order


@rule("704", "DoLo", since=SINCE)
def ends_outside_the_year(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        if order.day("DOLO_END") is not None and not sent.within_year(order.day("DOLO_END")):
            yield order


@rule("705", "DoLo", since=SINCE)
def overlaps_the_order_before(sent: Sent) -> Iterator[Row]:
    for orders in sent.children("DoLo").values():
        by_end = sorted(
            orders,
            key=lambda order: (
                order.day("DOLO_END") or order.day("DOLO_START") or date.max,
                order.day("DOLO_START") or date.max,
            ),
        )
        for earlier, order in pairwise(by_end):
            ended = earlier.day("DOLO_END")
            if ended is None or before(order.day("DOLO_START"), ended):
                yield order


@rule("706", "DoLo Header", last="DoLo", since=SINCE)
def not_carried_over(sent: Sent) -> Iterator[Row]:
    # The child's row in Header is flagged: last year's order is not in this return. What cannot be read equals nothing.
    for order in sent.last.rows("DoLo"):
        if not order.given("DOLO_END"):
            start = order.day("DOLO_START")
            starts = [one.day("DOLO_START") for one in sent.of(order.child, "DoLo")]
            if start is None or start not in starts:
                yield from sent.of(order.child, "Header")


@rule("707", "DoLo Episodes", since=SINCE)
def outside_every_period_of_care(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        start, end = order.day("DOLO_START"), order.day("DOLO_END")
        periods = sent.periods_of_care(order.child)
        if start is None or not periods:
            continue
        for period_start, period_end in periods:
            if end is None:
                outside = period_end is not None or start < period_start
            else:
                outside = before(period_end, end) or end < period_start
            if not outside:
                break
        else:
            yield order


@rule("708", "DoLo", since=SINCE)
def starts_by_the_date_of_birth(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        if not_after(order.day("DOLO_START"), order.day("DOB")):
            yield order


def overlap(order: Row, episode: Row, year_end: date) -> bool:
    """They share a day. An order without an end runs to the end of the year; one with an unreadable end shares none."""
    if not order.given("DOLO_START"):
        return False
    end = order.day("DOLO_END") if order.given("DOLO_END") else year_end
    dec = episode.day("DEC")
    begun = dec is None or not_after(order.day("DOLO_START"), dec)
    return begun and not_after(episode.day("DECOM"), end)


@rule("709", "DoLo Episodes", since=SINCE)
def placement_unexpected(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        for episode in sent.of(order.child, "Episodes"):
            if overlap(order, episode, sent.end) and episode.text("PLACE") not in ("K2", "Z12", "Z13"):
                yield order
                yield episode


@rule("710", "DoLo Episodes", since=SINCE)
def placement_not_allowed(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("DoLo"):
        for episode in sent.of(order.child, "Episodes"):
            if overlap(order, episode, sent.end) and episode.text("PLACE") in ("K1", "P1", "R5", "K3"):
                yield order
                yield episode

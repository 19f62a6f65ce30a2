"""Missing and away from placement: each period alone, beside the child's other periods, beside care."""

from collections.abc import Iterator
from datetime import date

from reference.cla.sent import Book, Row, Sent, before, not_after, same, years_on

rule = Book()
RULES = rule.rules


@rule("1004", "Missing")
def start_no_day(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.day("MIS_START") is None:
            yield period


@rule("1005", "Missing")
def end_no_day(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.given("MIS_END") and period.day("MIS_END") is None:
            yield period


@rule("1006", "Missing")
def kind_unlisted(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.text("MISSING") not in (None, "M", "A"):
            yield period


@rule("564", "Missing")
def kind_without_start(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.text("MISSING") in ("M", "A") and not period.given("MIS_START"):
            yield period


@rule("565", "Missing")
def start_without_kind(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.given("MIS_START") and not period.given("MISSING"):
            yield period


@rule("566", "Missing")
def end_without_kind(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.given("MIS_END") and not period.given("MISSING"):
            yield period


@rule("567", "Missing")
def ends_before_start(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if before(period.day("MIS_END"), period.day("MIS_START")):
            yield period


@rule("570", "Missing")
def starts_after_year(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if before(sent.end, period.day("MIS_START")):
            yield period


@rule("571", "Missing")
def ends_outside_year(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if period.day("MIS_END") is not None and not sent.within_year(period.day("MIS_END")):
            yield period


@rule("586", "Missing")
def starts_by_birth(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        if not_after(period.day("MIS_START"), period.day("DOB")):
            yield period


# ------------------------------------------------------------------------------------- beside the child's other periods


@rule("574", "Missing")
def overlaps_or_follows_open(sent: Sent) -> Iterator[Row]:
    def place(period: Row) -> tuple[date, date]:
        start = period.day("MIS_START") or date.max
        return (period.day("MIS_END") or start, start)

    for periods in sent.children("Missing").values():
        ordered = sorted(periods, key=place)
        for at in range(1, len(ordered)):
            end_above = ordered[at - 1].day("MIS_END")
            if end_above is None or before(ordered[at].day("MIS_START"), end_above):
                yield ordered[at]


@rule("576", "Missing", last="Missing")
def open_last_year_not_carried(sent: Sent) -> Iterator[Row]:
    # A child without a row this year has none to flag.
    unknown = date(2099, 1, 1)
    for child, periods in sent.children("Missing").items():
        first = min(periods, key=lambda period: period.day("MIS_START") or unknown)
        for last in sent.last.of(child, "Missing"):
            began = last.day("MIS_START")
            if began is not None and not last.given("MIS_END") and not same(first.day("MIS_START"), began):
                yield first


# ------------------------------------------------------------------------------------------------------ beside care


@rule("575", "Episodes Missing")
def open_though_episode_ended(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        start = period.day("MIS_START")
        for episode in sent.of(period.child, "Episodes"):
            began_in_it = not_after(episode.day("DECOM"), start) and not_after(start, episode.day("DEC"))
            if began_in_it and not period.given("MIS_END"):
                yield period


@rule("577", "Episodes Missing")
def fits_no_period_of_care(sent: Sent) -> Iterator[Row]:
    for period in sent.rows("Missing"):
        start, end = period.day("MIS_START"), period.day("MIS_END")
        care = sent.periods_of_care(period.child)
        if start is None or not care:
            continue
        outside = []
        for began, ended in care:
            if end is None:
                outside.append(ended is not None or start < began)
            else:
                outside.append(end < began or before(ended, end))
        if all(outside):
            yield period


@rule("578", "Episodes Missing")
def starts_outside_care(sent: Sent) -> Iterator[Row]:
    # The rule's text counts a start on the day that care ends as outside it; the peer lets that day pass.
    for period in sent.rows("Missing"):
        start = period.day("MIS_START")
        care = sent.periods_of_care(period.child)
        if care and all(before(start, began) or not_after(ended, start) for began, ended in care):
            yield period


@rule("580", "Missing Episodes")
def both_end_at_18(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        for period in sent.of(episode.child, "Missing"):
            end = period.day("MIS_END")
            if (
                same(end, years_on(period.day("DOB"), 18))
                and same(end, episode.day("DEC"))
                and episode.text("REC") != "E8"
            ):
                yield episode


@rule("581", "Episodes Missing")
def starts_outside_episodes(sent: Sent) -> Iterator[Row]:
    # A start that is missing fits no episode.
    for period in sent.rows("Missing"):
        start = period.day("MIS_START")
        episodes = sent.of(period.child, "Episodes")
        if episodes and not any(
            not_after(episode.day("DECOM"), start)
            and (episode.day("DEC") is None or not_after(start, episode.day("DEC")))
            for episode in episodes
        ):
            yield period

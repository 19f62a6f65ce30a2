"""Unaccompanied asylum-seeking children: the indicator, the day the status ceased, and last year's word on both."""

from collections.abc import Iterator
from datetime import date

from reference.cla.sent import Book, Row, Sent, before, read_number, same, years_on

rule = Book()
RULES = rule.rules

NOT_UNACCOMPANIED = (None, "0")


@rule("104", "UASC")
def ceased_no_day_or_before_year(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("UASC"):
        ceased = row.day("DUC")
        if row.given("DUC") and (ceased is None or ceased < sent.start):
            yield row


class BothYears:
    """A UASC row of this year with the child's Header row, and with last year's UASC row and status.

    Last year's status counts only beside last year's UASC row.
    """

    def __init__(self, sent: Sent, row: Row, header: Row | None, was: Row | None, was_header: Row | None) -> None:
        self.row = row
        self.header = header
        self.was = was
        self.status = None if header is None else sent.unaccompanied(header)
        self.was_status = None if was_header is None else sent.last.unaccompanied(was_header)
        self.ceased = row.day("DUC")
        self.had_ceased = None if was is None else was.day("DUC")

    def rows(self) -> list[Row]:
        return [self.row] if self.header is None else [self.row, self.header]


def both_years(sent: Sent) -> Iterator[BothYears]:
    for row in sent.rows("UASC"):
        headers: list[Row | None] = list(sent.of(row.child, "Header")) or [None]
        pasts: list[tuple[Row | None, Row | None]] = []
        for was in sent.last.of(row.child, "UASC"):
            was_headers: list[Row | None] = list(sent.last.of(row.child, "Header")) or [None]
            pasts.extend((was, was_header) for was_header in was_headers)
        for header in headers:
            for was_row, was_header in pasts or [(None, None)]:
                yield BothYears(sent, row, header, was_row, was_header)


@rule("205A", "Header UASC", last="Header UASC")
def unaccompanied_no_longer(sent: Sent) -> Iterator[Row]:
    first, last = date(sent.start.year - 1, 4, 1), date(sent.start.year, 3, 31)
    for years in both_years(sent):
        ceased_then = years.had_ceased is not None and first <= years.had_ceased <= last
        if years.status != "1" and years.was_status == "1" and (years.row.given("DUC") or not ceased_then):
            yield from years.rows()


@rule("205B", "Header UASC", last="Header UASC")
def unaccompanied_still(sent: Sent) -> Iterator[Row]:
    for years in both_years(sent):
        moved = not sent.within_year(years.ceased) and not same(years.ceased, years.had_ceased)
        came_of_age = years.was is not None and same(years.had_ceased, years_on(years.was.day("DOB"), 18))
        if years.status == "1" and years.was_status == "1" and (moved or not came_of_age):
            yield from years.rows()


@rule("205C", "Header UASC", last="Header UASC")
def unaccompanied_in_neither_year(sent: Sent) -> Iterator[Row]:
    for years in both_years(sent):
        never = years.status in NOT_UNACCOMPANIED and years.was_status in NOT_UNACCOMPANIED
        if never and (years.ceased is not None or years.had_ceased is not None):
            yield from years.rows()


@rule("205D", "Header", last="Header")
def unaccompanied_only_now(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        for was in sent.last.of(header.child, "Header"):
            if sent.unaccompanied(header) == "1" and sent.last.unaccompanied(was) != "1":
                yield header


@rule("231", "Header", since="2024-25")
def unaccompanied_under_11(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if sent.unaccompanied(header) == "1" and before(years_on(sent.end, -11), header.day("DOB")):
            yield header


@rule("303", "UASC Header")
def ceased_but_never_was(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        for row in sent.of(header.child, "UASC"):
            if row.given("DUC") and read_number(sent.unaccompanied(header)) != 1:
                yield row
                yield header


@rule("304", "UASC")
def ceased_after_18(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("UASC"):
        if before(years_on(row.day("DOB"), 18), row.day("DUC")):
            yield row


@rule("1014", "Episodes UASC OC3")
def unaccompanied_among_leavers(sent: Sent) -> Iterator[Row]:
    # Only a child with episodes is checked, as the logic has it, though most care leavers have none.
    for child, episodes in sent.children("Episodes").items():
        if any(sent.in_year(episode) for episode in episodes):
            continue
        for row in sent.of(child, "UASC"):
            for leaver in sent.of(child, "OC3"):
                if leaver.any_given("IN_TOUCH ACTIV ACCOM"):
                    yield row
                    yield leaver

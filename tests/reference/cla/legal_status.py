"""Legal status: its codes, how long short orders and respite may last, and what it says of the placement."""

from collections.abc import Iterator
from datetime import date, timedelta

from reference.cla.sent import Book, Row, Sent, before, in_order, same, undated_last, years_on

rule = Book()
RULES = rule.rules

CODES = "C1 C2 D1 E1 V2 V3 V4 J1 J2 J3 L1 L2 L3"
RESPITE = ("V3", "V4")


def end_of(episode: Row, sent: Sent) -> date | None:
    """The last day that counts: the year's end while the episode is open, nothing where it cannot be read."""
    return episode.day("DEC") if episode.given("DEC") else sent.end


def adjoining_too_long(code: str, legal_status: str, days: int) -> None:
    """Runs of neighbouring episodes under one order, each beginning the day the one before ended, taken together.

    An end that is missing or unreadable is the year's end.
    """

    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episodes in sent.children("Episodes").values():
            runs: list[list[Row]] = []
            for episode in undated_last(episodes, "DECOM"):
                last = runs[-1][-1] if runs else None
                adjoins = last and same(last.day("DEC") or sent.end, episode.day("DECOM"))
                if last and adjoins and last.text("LS") == episode.text("LS"):
                    runs[-1].append(episode)
                else:
                    runs.append([episode])
            for run in runs:
                began = run[0].day("DECOM")
                ended = max(episode.day("DEC") or sent.end for episode in run)
                if run[0].text("LS") == legal_status and began is not None and ended - began > timedelta(days):
                    yield from run


def days_too_many(code: str, legal_status: str, days: int) -> None:
    """Episodes under one order, whatever lies between, are one period until one begins after the end of the last."""

    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episodes in sent.children("Episodes").values():
            periods: list[list[Row]] = []
            for episode in in_order([row for row in episodes if row.text("LS") == legal_status], "DECOM"):
                if periods and not before(end_of(periods[-1][-1], sent), episode.day("DECOM")):
                    periods[-1].append(episode)
                else:
                    periods.append([episode])
            for period in periods:
                if sum(length(episode, sent) for episode in period) > days:
                    yield from period


def length(episode: Row, sent: Sent) -> int:
    began, ended = episode.day("DECOM"), end_of(episode, sent)
    return 0 if began is None or ended is None else (ended - began).days


def together(code: str, legal_statuses: str, places: str) -> None:
    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.text("LS") in legal_statuses.split() and episode.text("PLACE") in places.split():
                yield episode


adjoining_too_long("361", "L1", 3)
adjoining_too_long("362", "L2", 21)
days_too_many("363", "L3", 7)
days_too_many("364", "J2", 21)
together("378", "V2", "P1")
together("382", "V3 V4", "T0 T1 T2 T3 T4")
together("384", "V3 V4", "U1 U4")


@rule("144", "Episodes")
def unlisted(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.given("LS") and episode.text("LS") not in CODES.split():
            yield episode


@rule("358", "Header Episodes")
def youth_justice_under_10(sent: Sent) -> Iterator[Row]:
    """On the 10th birthday a child is 10."""
    for episode in sent.rows("Episodes"):
        for header in sent.of(episode.child, "Header"):
            young = before(episode.day("DECOM"), years_on(header.day("DOB"), 10))
            if episode.text("LS") in ("J1", "J2", "J3") and young:
                yield episode
                yield header


@rule("359", "Header Episodes")
def looked_after_past_18(sent: Sent) -> Iterator[Row]:
    """An end that cannot be read is an end."""
    for episode in sent.rows("Episodes"):
        community_home = episode.text("LS") == "V2" and episode.text("PLACE") == "K2"
        for header in sent.of(episode.child, "Header"):
            adult = before(years_on(header.day("DOB"), 18), sent.end)
            if adult and not episode.given("DEC") and not community_home:
                yield episode


@rule("365", "Episodes")
def one_respite_stay_too_long(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") == "V3" and length(episode, sent) > 17:
            yield episode


@rule("366", "Episodes")
def respite_that_does_not_start_care(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") == "V3" and episode.text("RNE") != "S":
            yield episode


@rule("367", "Episodes")
def respite_in_the_year_too_long(sent: Sent) -> Iterator[Row]:
    for episodes in sent.children("Episodes").values():
        stays: list[tuple[Row, int]] = []
        for episode in episodes:
            began, ended = episode.day("DECOM"), end_of(episode, sent)
            if episode.text("LS") == "V3" and began is not None and ended is not None:
                stays.append((episode, (min(ended, sent.end) - max(began, sent.start)).days))
        stays = [(episode, days) for episode, days in stays if days > 0]
        if sum(days for _, days in stays) > 75:
            yield from (episode for episode, _ in stays)


@rule("408", "Episodes")
def placed_under_an_order_without_one(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("PLACE") in ("A5", "A6") and episode.text("LS") != "E1":
            yield episode


@rule("426", "Episodes")
def both_kinds_of_respite(sent: Sent) -> Iterator[Row]:
    for episodes in sent.children("Episodes").values():
        respite = [episode for episode in episodes if episode.text("LS") in RESPITE]
        if len({episode.text("LS") for episode in respite}) == 2:
            yield from respite


@rule("445", "Episodes", until="2023-24")
def freed_after_2005(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") == "D1" and before(date(2005, 12, 31), episode.day("DECOM")):
            yield episode


@rule("446", "Episodes")
def placement_order_before_december_2005(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") == "E1" and before(episode.day("DECOM"), date(2005, 12, 1)):
            yield episode


@rule("451", "Episodes", until="2023-24")
def still_freed(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") == "D1" and not episode.any_given("DEC REC"):
            yield episode


@rule("516", "Episodes")
def guardian_who_did_not_foster(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        fostered = episode.text("PLACE") in ("U1", "U2", "U3", "U4", "U5", "U6")
        if episode.text("REC") in ("E45", "E46") and not fostered:
            yield episode

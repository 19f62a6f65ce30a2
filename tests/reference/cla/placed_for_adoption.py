"""PlacedAdoption: the decision that a child should be placed for adoption, its end, and the episodes around it."""

from collections.abc import Iterator
from itertools import pairwise

from reference.cla.sent import Book, Row, Sent, before, first_by, last_by, not_after, same, undated_last

rule = Book()
RULES = rule.rules

ADOPTED = ("E11", "E12")
PLACED_TO_ADOPT = ("A3", "A4", "A5", "A6")
FOSTERED = ("U1", "U2", "U3", "U4", "U5", "U6")


def ended(decision: Row) -> bool:
    return decision.any_given("DATE_PLACED_CEASED REASON_PLACED_CEASED")


def unreadable(code: str, column: str) -> None:
    @rule(code, "PlacedAdoption")
    def flag(sent: Sent) -> Iterator[Row]:
        for decision in sent.rows("PlacedAdoption"):
            if decision.given(column) and decision.day(column) is None:
                yield decision


def ordered_without_decision(code: str, legal_status: str, until: str = "9999-00") -> None:
    """A row without its date is no decision, and a decision that ended is no fault beside one still in force."""

    @rule(code, "Episodes PlacedAdoption", until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.text("LS") == legal_status:
                decisions = sent.of(episode.child, "PlacedAdoption")
                if not any(decision.given("DATE_PLACED") for decision in decisions):
                    yield episode
                in_force = [row for row in decisions if row.given("DATE_PLACED") and not ended(row)]
                if not episode.given("DEC") and not in_force:
                    yield from decisions


def left_care_with_an_open_decision(code: str, orders: tuple[str, ...], since: str, until: str = "9999-00") -> None:
    @rule(code, "Episodes PlacedAdoption", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            for_adoption = episode.text("PLACE") in PLACED_TO_ADOPT or episode.text("LS") in orders
            if not for_adoption or episode.text("REC") in (None, *ADOPTED, "X1"):
                continue
            decisions = sent.of(episode.child, "PlacedAdoption")
            if not decisions:
                yield episode
            for decision in decisions:
                if not decision.all_given("DATE_PLACED_CEASED REASON_PLACED_CEASED"):
                    yield episode
                    yield decision


unreadable("115", "DATE_PLACED")
unreadable("116", "DATE_PLACED_CEASED")
ordered_without_decision("553", "E1")
ordered_without_decision("555", "D1", until="2023-24")
left_care_with_an_open_decision("557", ("D1", "E1"), since="2022-23", until="2023-24")
left_care_with_an_open_decision("557", ("E1",), since="2024-25")


@rule("1003", "Episodes PlacedAdoption")
def decision_before_care(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        first = first_by([episode for episode in episodes if episode.text("RNE") == "S"], "DECOM")
        if first is None:
            continue
        for decision in sent.of(child, "PlacedAdoption"):
            if before(decision.day("DATE_PLACED"), first.day("DECOM")):
                yield decision
                yield first


@rule("117", "Episodes PlacedAdoption")
def decision_after_care(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        final = last_by([row for row in episodes if row.text("REC") != "X1"], "DECOM", first_of_equals=True)
        if final is None:
            continue
        for decision in sent.of(child, "PlacedAdoption"):
            days = (decision.day("DATE_PLACED"), decision.day("DATE_PLACED_CEASED"))
            if any(before(sent.end, day) or before(final.day("DEC"), day) for day in days):
                yield decision
                yield final


@rule("118", "Episodes PlacedAdoption")
def decision_ended_before_the_year_or_care(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        first = first_by([episode for episode in episodes if episode.text("LS") not in ("V3", "V4")], "DECOM")
        if first is None:
            continue
        for decision in sent.of(child, "PlacedAdoption"):
            ceased = decision.day("DATE_PLACED_CEASED")
            if before(ceased, first.day("DECOM")) or before(ceased, sent.start):
                yield decision
                yield first


@rule("119", "PlacedAdoption")
def end_without_reason_or_reason_without_end(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        if decision.given("DATE_PLACED_CEASED") != decision.given("REASON_PLACED_CEASED"):
            yield decision


@rule("120", "PlacedAdoption")
def unlisted_reason(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        if decision.text("REASON_PLACED_CEASED") not in (None, "RD1", "RD2", "RD3", "RD4"):
            yield decision


@rule("184", "Header PlacedAdoption")
def decision_before_birth(sent: Sent) -> Iterator[Row]:
    """The header's date of birth; without one the decision is flagged, as it cannot be shown to be later."""
    for decision in sent.rows("PlacedAdoption"):
        placed = decision.day("DATE_PLACED")
        headers = sent.of(decision.child, "Header")
        unsure = not headers or any(not not_after(header.day("DOB"), placed) for header in headers)
        if placed is not None and unsure:
            yield decision


@rule("336", "Episodes")
def placed_with_a_carer_who_did_not_foster(sent: Sent) -> Iterator[Row]:
    """A child of whom no start can be read is not tested."""
    for episodes in sent.children("Episodes").values():
        if first_by(episodes, "DECOM") is None:
            continue
        for earlier, episode in pairwise(undated_last(episodes, "DECOM")):
            if episode.text("PLACE") in ("A3", "A5") and earlier.text("PLACE") not in PLACED_TO_ADOPT + FOSTERED:
                yield episode


@rule("390", "Episodes")
def adopted_from_another_placement(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("REC") in ADOPTED and episode.text("PLACE") not in PLACED_TO_ADOPT:
            yield episode


@rule("522", "PlacedAdoption")
def ended_before_it_was_made(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        if before(decision.day("DATE_PLACED_CEASED"), decision.day("DATE_PLACED")):
            yield decision


@rule("551", "Episodes PlacedAdoption")
def placed_without_decision(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        decisions = sent.of(episode.child, "PlacedAdoption")
        undated = not decisions or any(not decision.given("DATE_PLACED") for decision in decisions)
        if episode.text("PLACE") in PLACED_TO_ADOPT and undated:
            yield episode


@rule("552", "Episodes PlacedAdoption")
def placed_before_the_decision(sent: Sent) -> Iterator[Row]:
    """A placement passes if a decision was in force when it began; else the latest one not yet ended is the culprit."""
    for episode in sent.rows("Episodes"):
        began = episode.day("DECOM")
        if episode.text("PLACE") not in PLACED_TO_ADOPT or began is None:
            continue
        decisions = [
            decision
            for decision in sent.of(episode.child, "PlacedAdoption")
            if not before(decision.day("DATE_PLACED_CEASED"), began)
        ]
        in_force = any(not_after(decision.day("DATE_PLACED"), began) for decision in decisions)
        latest = last_by(decisions, "DATE_PLACED", first_of_equals=True)
        if latest is not None and not in_force:
            yield episode
            yield latest


@rule("554", "Episodes PlacedAdoption")
def decision_after_the_order(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        first = first_by([episode for episode in episodes if episode.text("LS") == "E1"], "DECOM")
        if first is None:
            continue
        for decision in sent.of(child, "PlacedAdoption"):
            if before(first.day("DECOM"), decision.day("DATE_PLACED")):
                yield first
                yield decision


@rule("556", "Episodes PlacedAdoption", until="2023-24")
def decision_after_the_freeing_order(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        decided = [decision.day("DATE_PLACED") for decision in sent.of(episode.child, "PlacedAdoption")]
        if episode.text("LS") == "D1" and any(before(episode.day("DECOM"), day) for day in decided):
            yield episode


@rule("558", "Episodes PlacedAdoption")
def adopted_though_the_decision_ended(sent: Sent) -> Iterator[Row]:
    """One end is enough, as the title says; a decision without an end is the one that led to the adoption."""
    for episode in sent.rows("Episodes"):
        decisions = sent.of(episode.child, "PlacedAdoption")
        all_ended = decisions and all(decision.given("DATE_PLACED_CEASED") for decision in decisions)
        if episode.text("REC") in ADOPTED and all_ended:
            yield episode


@rule("559", "PlacedAdoption", last="PlacedAdoption")
def old_decision_not_returned_last_year(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        before_now = sent.last.of(decision.child, "PlacedAdoption")
        unknown = not before_now or any(row.day("DATE_PLACED") is None for row in before_now)
        if before(decision.day("DATE_PLACED"), sent.start) and unknown:
            yield decision


@rule("560", "PlacedAdoption", last="PlacedAdoption")
def open_decision_got_another_date(sent: Sent) -> Iterator[Row]:
    """A new decision beside the old one is no fault: the old one is looked for among all rows of the child."""
    for decisions in sent.children("PlacedAdoption").values():
        days = [decision.day("DATE_PLACED") for decision in decisions]
        for earlier in sent.last.of(decisions[0].child, "PlacedAdoption"):
            was = earlier.day("DATE_PLACED")
            if was is not None and not earlier.given("DATE_PLACED_CEASED") and was not in days:
                yield from decisions


@rule("561", "PlacedAdoption", last="PlacedAdoption")
def ended_decision_returned_again(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        for earlier in sent.last.of(decision.child, "PlacedAdoption"):
            if same(decision.day("DATE_PLACED"), earlier.day("DATE_PLACED")) and ended(earlier):
                yield decision


@rule("563", "PlacedAdoption")
def ended_without_having_been_made(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        if decision.all_given("DATE_PLACED_CEASED REASON_PLACED_CEASED") and not decision.given("DATE_PLACED"):
            yield decision


@rule("579", "PlacedAdoption")
def decision_during_another(sent: Sent) -> Iterator[Row]:
    for decisions in sent.children("PlacedAdoption").values():
        for earlier, decision in pairwise(undated_last(decisions, "DATE_PLACED")):
            ceased = earlier.day("DATE_PLACED_CEASED")
            if ceased is None or before(decision.day("DATE_PLACED"), ceased):
                yield decision


@rule("583", "PlacedAdoption")
def earlier_decision_not_ended(sent: Sent) -> Iterator[Row]:
    """Of children without any readable decision date no decision is known to be the later one."""
    for decisions in sent.children("PlacedAdoption").values():
        latest = last_by(decisions, "DATE_PLACED")
        for decision in decisions:
            if latest is not None and decision is not latest and not decision.given("DATE_PLACED_CEASED"):
                yield decision


@rule("584", "PlacedAdoption", last="PlacedAdoption")
def new_decision_not_after_the_ended_one(sent: Sent) -> Iterator[Row]:
    """A last year's row without a date is nothing to compare with, not even for a blank of this year."""
    for decision in sent.rows("PlacedAdoption"):
        for earlier in sent.last.of(decision.child, "PlacedAdoption"):
            was = earlier.day("DATE_PLACED")
            now = decision.day("DATE_PLACED")
            if ended(earlier) and was is not None and (now is None or now <= was):
                yield decision

"""This year's first episode beside last year's."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from reference.cla.sent import Book, Row, Sent, before, first_by, last_by

rule = Book()
RULES = rule.rules


def first_and_last_years(sent: Sent) -> Iterator[tuple[Row, Row]]:
    """Each child's first episode of this year, with the one that began last in last year's return."""
    for child, episodes in sent.children("Episodes").items():
        first = first_by(episodes, "DECOM")
        earlier = last_by(sent.last.of(child, "Episodes"), "DECOM", first_of_equals=True)
        if first is not None and earlier is not None:
            yield first, earlier


def distance(episode: Row) -> Decimal | None:
    text = episode.text("PL_DISTANCE")
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def another_distance(first: Row, earlier: Row) -> bool:
    """Two tenths of a mile or more apart, or one of the two missing (in either year, as 503H has it)."""
    now, was = distance(first), distance(earlier)
    if now is None or was is None:
        return now is not was
    return abs(now - was) >= Decimal("0.2")


def differs(code: str, column: str) -> None:
    """Missing equals missing; last year's episode counts as open unless a readable end is given."""

    @rule(code, "Episodes", last="Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for first, earlier in first_and_last_years(sent):
            if earlier.day("DEC") is None and first.text(column) != earlier.text(column):
                yield first


def other_place(since: str, until: str, renamed: Callable[[str | None, str | None], bool]) -> None:
    @rule("503D", "Episodes", last="Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for first, earlier in first_and_last_years(sent):
            now, was = first.text("PLACE"), earlier.text("PLACE")
            if earlier.day("DEC") is None and now != was and not renamed(now, was):
                yield first


differs("503A", "RNE")
differs("503B", "LS")
differs("503C", "CIN")
differs("503E", "PLACE_PROVIDER")
differs("503F", "URN")
differs("503H", "PL_LA")
differs("503J", "PL_LOCATION")
# K3 took the place of H5 in 2024-25 alone; the catalogue has the exception a year early, before K3 existed
other_place("2022-23", "2023-24", lambda now, was: False)
other_place("2024-25", "2024-25", lambda now, was: now == "K3" and was == "H5")
other_place("2025-26", "2025-26", lambda now, was: now in ("Z11", "Z12", "Z13", "Z14") and was == "Z1")
other_place("2026-27", "9999-00", lambda now, was: False)


@rule("503G", "Episodes", last="Episodes")
def other_distance(sent: Sent) -> Iterator[Row]:
    for first, earlier in first_and_last_years(sent):
        if earlier.day("DEC") is None and another_distance(first, earlier):
            yield first


@rule("452", "Episodes", last="Episodes")
def other_authority_for_the_same_reason(sent: Sent) -> Iterator[Row]:
    """An end that cannot be read is an end."""
    for first, earlier in first_and_last_years(sent):
        same_reason = first.given("RNE") and first.text("RNE") == earlier.text("RNE")
        if not earlier.given("DEC") and same_reason and first.text("PL_LA") != earlier.text("PL_LA"):
            yield first


@rule("453", "Episodes", last="Episodes")
def other_distance_for_the_same_reason(sent: Sent) -> Iterator[Row]:
    for first, earlier in first_and_last_years(sent):
        same_reason = first.given("RNE") and first.text("RNE") == earlier.text("RNE")
        if earlier.day("DEC") is None and same_reason and another_distance(first, earlier):
            yield first


@rule("502", "Episodes", last="Episodes")
def other_start_than_the_open_episode(sent: Sent) -> Iterator[Row]:
    """Last year's last episode is compared, not an earlier one that was left open; one without a start is last only
    where none has a start, and differs."""
    for child, episodes in sent.children("Episodes").items():
        first, last_years = first_by(episodes, "DECOM"), sent.last.of(child, "Episodes")
        earlier = last_by(last_years, "DECOM", first_of_equals=True) or next(iter(last_years), None)
        if first is None or earlier is None or earlier.given("DEC"):
            continue
        if earlier.day("DECOM") != first.day("DECOM"):
            yield first


@rule("562", "Episodes", last="Episodes")
def old_first_episode_is_not_last_years_final_one(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        first = first_by(episodes, "DECOM")
        earlier = last_by(sent.last.of(child, "Episodes"), "DECOM", first_of_equals=True)
        if first is None or not before(first.day("DECOM"), sent.start):
            continue
        if earlier is None or earlier.day("DECOM") != first.day("DECOM"):
            yield first


@rule("NoE", "Episodes", last="Episodes")
def in_care_before_but_not_returned(sent: Sent) -> Iterator[Row]:
    """An episode without CHILD matches no row of last year, so it is flagged."""
    for episode in sent.rows("Episodes"):
        if before(episode.day("DECOM"), sent.start) and not sent.last.of(episode.child, "Episodes"):
            yield episode

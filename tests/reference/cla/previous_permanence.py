"""Previous permanence: the option, when and by whom, for children who came into care."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from reference.cla.sent import Book, Row, Sent, before, first_by, last_by, not_after, read_date

rule = Book()
RULES = rule.rules

ITEMS = "PREV_PERM LA_PERM DATE_PERM"
AUTHORITIES = (
    "201-213 301-320 330-336 340-344 350-359 370-373 380-384 390-394 420 800-803 805-808 810-813 815 816 821-823 825 "
    "826 830 831 835-837 840 841 845 846 850-852 855-857 860 861 865-874 876-896 908 909 916 919 921 925 926 928 929 "
    "931 933 935-938 999"
)


def authorities() -> set[str]:
    known = {"WAL", "SCO", "NUK", "NIR"}
    for part in AUTHORITIES.split():
        first, _, last = part.partition("-")
        known.update(str(number) for number in range(int(first), int(last or first) + 1))
    return known


def read_order_date(text: str) -> date | None:
    """The last day that DATE_PERM can mean: ZZ for an unknown day or month, ZZZZ for an unknown year (read as 2000)."""
    match = re.fullmatch("([0-9]{2}|ZZ)/([0-9]{2}|ZZ)/([0-9]{4}|ZZZZ)", text)
    if match is None:
        return read_date(text)
    day, month, year = match.groups()
    first = read_date("/".join((day.replace("ZZ", "01"), month.replace("ZZ", "01"), year.replace("ZZZZ", "2000"))))
    if first is None or (first.year == date.max.year and "ZZ" in text):
        return None
    if month == "ZZ":
        return first.replace(year=first.year + 1) - timedelta(days=1)
    if day == "ZZ":
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first


@rule("630", "Episodes PrevPerm")
def missing_or_incomplete(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("RNE") != "S" or not not_after(sent.start, episode.day("DECOM")):
            continue
        orders = sent.of(episode.child, "PrevPerm")
        if not orders or any(
            not order.given("PREV_PERM")
            or (order.text("PREV_PERM") != "Z1" and not order.all_given("LA_PERM DATE_PERM"))
            for order in orders
        ):
            yield episode


@rule("631", "PrevPerm")
def option_unlisted(sent: Sent) -> Iterator[Row]:
    for order in sent.rows("PrevPerm"):
        if order.text("PREV_PERM") not in (None, "P1", "P2", "P3", "P4", "Z1"):
            yield order


@rule("632", "Episodes PrevPerm")
def not_before_care(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        first = first_by(episodes, "DECOM")
        for order in sent.of(child, "PrevPerm"):
            text = order.text("DATE_PERM")
            if first is None or text is None:
                continue
            made = read_order_date(text)
            if made is None or not_after(first.day("DECOM"), made):
                yield first
                yield order


@rule("633", "PrevPerm")
def authority_unlisted(sent: Sent) -> Iterator[Row]:
    known = authorities()
    for order in sent.rows("PrevPerm"):
        authority = order.text("LA_PERM")
        if authority is not None and authority not in known:
            yield order


@rule("634", "Episodes PrevPerm")
def no_care_since_2016(sent: Sent) -> Iterator[Row]:
    # The message's fixed day, not the start of the year that the peer uses; an episode from that day on is enough.
    for child, episodes in sent.children("Episodes").items():
        latest = last_by(episodes, "DECOM")
        for order in sent.of(child, "PrevPerm"):
            if order.any_given(ITEMS) and latest is not None and before(latest.day("DECOM"), date(2016, 4, 1)):
                yield order
                yield from episodes


@rule("635", "PrevPerm")
def order_without_option(sent: Sent) -> Iterator[Row]:
    # No option recorded: blank, as the peer tests, or Z1 (none), as the message says.
    for order in sent.rows("PrevPerm"):
        if order.any_given("LA_PERM DATE_PERM") and order.text("PREV_PERM") in (None, "Z1"):
            yield order

"""OC3: care leavers. Their items, their ages, and whether their history in care makes them care leavers."""

from collections.abc import Iterator
from datetime import date

from reference.cla.sent import Book, Row, Sent, before, last_by, not_after, years_on

rule = Book()
RULES = rule.rules

ITEMS = "IN_TOUCH ACTIV ACCOM"
ACTIV = "F1 P1 F2 P2 F4 P4 F5 P5 G4 G5 G6 0"
ACCOM = "B1 B2 C1 C2 D1 D2 E1 E2 G1 G2 H1 H2 K1 K2 R1 R2 S2 T1 T2 U1 U2 V1 V2 W1 W2 X2 Y1 Y2 Z1 Z2 0"


def age_at_end(sent: Sent, leaver: Row) -> int | None:
    """Whole years on 31 March by the leaver's own DOB, if 17 or 18."""
    for age in (17, 18):
        birthday, next_one = years_on(leaver.day("DOB"), age), years_on(leaver.day("DOB"), age + 1)
        if not_after(birthday, sent.end) and before(sent.end, next_one):
            return age
    return None


# ----------------------------------------------------------------------------------------------------------- items


@rule("131", "OC3")
def in_touch_unlisted(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.text("IN_TOUCH") not in ("YES", "NO", "DIED", "REFU", "NREQ", "RHOM"):
            yield leaver


@rule("132", "OC3")
def activity_unlisted(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.text("ACTIV") not in ACTIV.split():
            yield leaver


@rule("133", "OC3")
def accommodation_unlisted(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.text("ACCOM") not in ACCOM.split():
            yield leaver


@rule("153", "OC3")
def partly_completed(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.any_given(ITEMS) and not leaver.all_given(ITEMS):
            yield leaver


@rule("344", "OC3")
def gone_but_active(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        gone = leaver.text("IN_TOUCH") in ("DIED", "RHOM")
        if gone and (leaver.text("ACTIV") != "0" or leaver.text("ACCOM") != "0"):
            yield leaver


@rule("345", "OC3")
def in_touch_but_unknown(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.text("IN_TOUCH") == "YES" and (leaver.text("ACTIV") == "0" or leaver.text("ACCOM") == "0"):
            yield leaver


@rule("348", "OC3", last="OC3", since="2025-26")
def died_last_year_only(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        for last in sent.last.of(leaver.child, "OC3"):
            if last.text("IN_TOUCH") == "DIED" and leaver.text("IN_TOUCH") != "DIED":
                yield leaver


# ------------------------------------------------------------------------------------------------------------ ages


@rule("347", "OC3", since="2023-24")
def in_a_foyer_under_18(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.text("ACCOM") in ("T1", "T2") and before(sent.start, years_on(leaver.day("DOB"), 18)):
            yield leaver


@rule("391", "OC3")
def under_17(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if before(sent.end, years_on(leaver.day("DOB"), 17)) and leaver.any_given(ITEMS):
            yield leaver


@rule("3001", "Header OC3")
def with_former_carer_at_17(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        for header in sent.of(leaver.child, "Header"):
            if leaver.text("ACCOM") in ("Z1", "Z2") and sent.within_year(years_on(header.day("DOB"), 17)):
                yield leaver


@rule("1007", "Episodes OC3")
def in_care_on_birthday(sent: Sent) -> Iterator[Row]:
    # An open episode is the very case that the title means; the peer asks for an end after the birthday.
    for leaver in sent.rows("OC3"):
        age = age_at_end(sent, leaver)
        if age is None or not leaver.any_given(ITEMS):
            continue
        birthday = years_on(leaver.day("DOB"), age)
        for episode in sent.of(leaver.child, "Episodes"):
            still = episode.day("DEC") is None or before(birthday, episode.day("DEC"))
            if not_after(episode.day("DECOM"), birthday) and still:
                yield leaver


@rule("1016", "Episodes OC3", since="2023-24")
def left_on_or_after_birthday(sent: Sent) -> Iterator[Row]:
    # By birthdays, not by days over 365.2425.
    for leaver in sent.rows("OC3"):
        age = age_at_end(sent, leaver)
        if age is None or not leaver.any_given(ITEMS):
            continue
        for episode in sent.of(leaver.child, "Episodes"):
            if not_after(years_on(leaver.day("DOB"), age), episode.day("DEC")):
                yield leaver


# ---------------------------------------------------------------------------------------------------- history in care


@rule("1000", "Episodes OC3")
def died_in_care(sent: Sent) -> Iterator[Row]:
    # Last year's episodes count where there are any to see.
    for leaver in sent.rows("OC3"):
        episodes = sent.of(leaver.child, "Episodes") + sent.last.of(leaver.child, "Episodes")
        if any(episode.text("REC") == "E2" for episode in episodes):
            yield leaver


def both_years_episodes(sent: Sent, child: str | None) -> list[Row]:
    """The child's episodes of both years, each start once: the copy that ended first, an open one last."""
    stacked = sent.of(child, "Episodes") + sent.last.of(child, "Episodes")
    kept: dict[date | None, Row] = {}
    for episode in sorted(stacked, key=lambda episode: episode.day("DEC") or date.max):
        kept.setdefault(episode.day("DECOM"), episode)
    return list(kept.values())


def days_in_care(episode: Row, end: date | None, since: date | None) -> int:
    """Days from the later of the episode's start and `since` to `end`; an unknown start is no later than `since`."""
    if end is None or since is None:
        return 0
    return max(0, (end - max(episode.day("DECOM") or since, since)).days)


@rule("1001", "Episodes OC3 Header", last="Episodes")
def history_too_short_or_adopted(sent: Sent) -> Iterator[Row]:
    # From 20 years on want of days is no fault; of repeated Header rows the first with a birth counts.
    for leaver in sent.rows("OC3"):
        episodes = both_years_episodes(sent, leaver.child)
        final = last_by(episodes, "DECOM")
        adopted = final is not None and final.text("REC") in ("E11", "E12")
        births = [header.day("DOB") for header in sent.of(leaver.child, "Header") if header.day("DOB") is not None]
        born = births[0] if births else None
        since_14, since_16 = 0, 0
        for episode in episodes:
            if episode.text("LS") not in ("V3", "V4"):
                end = episode.day("DEC") or (sent.end if episode is final else None)
                since_14 += days_in_care(episode, end, years_on(born, 14))
                since_16 += days_in_care(episode, end, years_on(born, 16))
        of_age = not_after(years_on(born, 20), sent.end)
        if adopted or (not of_age and (since_14 < 91 or since_16 < 1)):
            yield leaver


@rule("1002", "Episodes OC3", last="Episodes")
def never_in_care(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if not sent.of(leaver.child, "Episodes") and not sent.last.of(leaver.child, "Episodes"):
            yield leaver


@rule("1010", "Episodes OC3", last="Episodes")
def open_last_year_gone_now(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        latest = last_by(sent.last.of(leaver.child, "Episodes"), "DECOM")
        if not sent.of(leaver.child, "Episodes") and latest is not None and not latest.given("DEC"):
            yield leaver


@rule("1011", "Episodes OC3")
def transferred(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        latest = last_by(sent.of(leaver.child, "Episodes"), "DECOM", first_of_equals=True)
        if latest is not None and latest.text("REC") == "E3" and leaver.any_given(ITEMS):
            yield leaver

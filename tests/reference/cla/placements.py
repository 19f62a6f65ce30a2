"""Where a child is placed: types, their providers, ages and lengths, temporary placements, reasons for change.

Ages and lengths (370 to 379) hold for every episode with the dates that the test needs, open ones and children
without a Header row included: the titles name no other condition.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from reference.cla.sent import Book, Row, Sent, before, undated_last, years_on

rule = Book()
RULES = rule.rules

TEMPORARY = ("T0", "T1", "T2", "T3", "T4")
Z_SPLIT = ("Z11", "Z12", "Z13", "Z14")
RESPITE = ("V3", "V4")
REASONS = "CARPL CLOSE ALLEG STAND APPRR CREQB CREQO CHILD LAREQ PLACE CUSTOD OTHER"


def unlisted(code: str, column: str, codes: str, since: str = "2022-23", until: str = "9999-00") -> None:
    """A code that is given and is not in the list."""
    accepted = codes.split()

    @rule(code, "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.given(column) and episode.text(column) not in accepted:
                yield episode


UNCHANGED = "A3 A4 A5 A6 K1 K2 P1 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 U1 U2 U3 U4 U5 U6"
unlisted("146", "PLACE", UNCHANGED + " H5 P2 Z1", until="2023-24")
unlisted("146", "PLACE", UNCHANGED + " H5 P2 Z1 K3", since="2024-25", until="2024-25")
unlisted("146", "PLACE", UNCHANGED + " K3 Z11 Z12 Z13 Z14", since="2025-26")
unlisted("1009", "REASON_PLACE_CHANGE", REASONS)


def provider_wrong(code: str, exempt: tuple[str, ...], since: str = "2022-23", until: str = "9999-00") -> None:
    @rule(code, "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            provider = episode.text("PLACE_PROVIDER")
            if provider is not None:
                unknown = provider not in ("PR0", "PR1", "PR2", "PR3", "PR4", "PR5")
                if unknown or episode.text("PLACE") in exempt:
                    yield episode


provider_wrong("178", (*TEMPORARY, "Z1"), until="2024-25")
provider_wrong("178", (*TEMPORARY, *Z_SPLIT), since="2025-26")


def provider_given(code: str, places: tuple[str, ...], since: str = "2022-23", until: str = "9999-00") -> None:
    @rule(code, "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.text("PLACE") in places and episode.given("PLACE_PROVIDER"):
                yield episode


provider_given("213", TEMPORARY, until="2024-25")
provider_given("213", (*TEMPORARY, *Z_SPLIT), since="2025-26")


def provider_missing(code: str, exempt: tuple[str, ...], since: str = "2022-23", until: str = "9999-00") -> None:
    @rule(code, "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if not episode.given("PLACE_PROVIDER") and episode.text("PLACE") not in exempt:
                yield episode


provider_missing("526", (*TEMPORARY, "Z1"), until="2024-25")
provider_missing("526", (*TEMPORARY, *Z_SPLIT), since="2025-26")


def provider_with_place(code: str, provider: str, places: str) -> None:
    """A provider that these placements cannot have."""

    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.text("PLACE_PROVIDER") == provider and episode.text("PLACE") in places.split():
                yield episode


provider_with_place("527", "PR1", "P1 R2 R5")
provider_with_place("528", "PR2", "P1 R2 R5")
provider_with_place("529", "PR3", "A3 A4 A5 A6 K1 K2 P1 U1 U2 U3 U4 U5 U6")
provider_with_place("530", "PR4", "P1")
provider_with_place("531", "PR5", "P1")


@rule("550", "Episodes")
def parents_provide_another_placement(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("PLACE_PROVIDER") == "PR0" and episode.text("PLACE") != "P1":
            yield episode


@rule("214", "Episodes")
def respite_with_postcode_or_urn(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") in RESPITE and episode.any_given("PL_POST URN"):
            yield episode


@rule("217", "Episodes")
def placed_to_adopt_for_another_reason(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        decom = episode.day("DECOM")
        if (
            episode.text("PLACE") in ("A3", "A5")
            and decom is not None
            and decom >= date(2015, 4, 1)
            and episode.text("RNE") not in ("S", "T", "U")
        ):
            yield episode


@rule("217t", "Episodes", since="2023-24", until="2023-24")
def independent_living_after_it_closed(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        dec = episode.day("DEC")
        if episode.text("PLACE") == "P2" and (dec is None or dec > date(2023, 10, 28)):
            yield episode


# ------------------------------------------------------------------------------------------- reasons for change


@rule("225", "Episodes")
def reason_for_change_missing(sent: Sent) -> Iterator[Row]:
    for episodes in sent.children("Episodes").values():
        ordered = undated_last(episodes, "DECOM")
        for episode, following in pairwise(ordered):
            if (
                episode.text("REC") == "X1"
                and not episode.given("REASON_PLACE_CHANGE")
                and episode.text("PLACE") not in TEMPORARY
                and following.text("RNE") in ("P", "B", "T", "U")
                and following.text("PLACE") not in TEMPORARY
            ):
                yield episode


@rule("226", "Episodes")
def reason_given_around_a_temporary_placement(sent: Sent) -> Iterator[Row]:
    # A row without CHILD is no one's, so only its own reason counts.
    for episode in sent.rows("Episodes"):
        if episode.text("PLACE") in TEMPORARY:
            earlier = before_in_care(sent, episode)
            if episode.given("REASON_PLACE_CHANGE") or (earlier and earlier.given("REASON_PLACE_CHANGE")):
                yield episode


def before_in_care(sent: Sent, episode: Row) -> Row | None:
    """The child's episode just before this one, those without a start coming last."""
    ordered = undated_last(sent.of(episode.child, "Episodes"), "DECOM")
    for earlier, later in pairwise(ordered):
        if later is episode:
            return earlier
    return None


@rule("233", "Episodes", since="2025-26")
def reason_given_while_open(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if not episode.given("DEC") and episode.given("REASON_PLACE_CHANGE"):
            yield episode


@rule("234", "Episodes Header", since="2025-26")
def moved_to_custody_under_10(sent: Sent) -> Iterator[Row]:
    # The stated rule in `doubt`: the reason is on the episode that ended; the episode that began too early is flagged.
    for episode in sent.rows("Episodes"):
        earlier = before_in_care(sent, episode)
        if earlier is not None and earlier.text("REASON_PLACE_CHANGE") == "CUSTOD":
            for header in sent.of(episode.child, "Header"):
                if before(episode.day("DECOM"), years_on(header.day("DOB"), 10)):
                    yield episode
                    yield header


# -------------------------------------------------------------------------------------------- ages and lengths


def too_young(code: str, place: str, years: int, since: str = "2022-23", until: str = "9999-00") -> None:
    @rule(code, "Episodes Header", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.text("PLACE") == place:
                for header in sent.of(episode.child, "Header"):
                    if before(episode.day("DECOM"), years_on(header.day("DOB"), years)):
                        yield episode


too_young("370", "P2", 15, until="2022-23")
too_young("370", "P2", 16, since="2023-24", until="2023-24")
too_young("371", "H5", 14, until="2022-23")
too_young("371", "H5", 16, since="2023-24", until="2023-24")
too_young("371", "K3", 16, since="2024-25")
too_young("372", "R5", 10)
too_young("373", "S1", 4)
too_young("374", "P3", 14)


def too_long(code: str, place: str, days: int) -> None:
    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            decom, dec = episode.day("DECOM"), episode.day("DEC")
            longer = decom is not None and before(decom + timedelta(days=days), dec)
            if episode.text("PLACE") == place and longer:
                yield episode


too_long("375", "T1", 42)
too_long("376", "T3", 21)
too_long("379", "T4", 7)


# ----------------------------------------------------------------------------------------- temporary placements


@rule("377", "Episodes")
def more_than_two_carers_holidays(sent: Sent) -> Iterator[Row]:
    for episodes in sent.children("Episodes").values():
        holidays = [episode for episode in episodes if episode.text("PLACE") == "T3"]
        if len(holidays) > 2:
            yield from holidays


@rule("380", "Episodes")
def care_starts_with_a_temporary_placement(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("PLACE") in TEMPORARY and episode.text("RNE") not in ("P", "B"):
            yield episode


@rule("381", "Episodes")
def care_ends_with_a_temporary_placement(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("PLACE") in TEMPORARY and episode.given("REC") and episode.text("REC") != "X1":
            yield episode


def not_back(columns: tuple[str, ...], since: str, until: str) -> None:
    """After a temporary placement the child is not where it was before; a missing cell equals nothing."""

    @rule("383", "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episodes in sent.children("Episodes").values():
            ordered = undated_last(episodes, "DECOM")
            for usual, temporary, back in zip(ordered, ordered[1:], ordered[2:], strict=False):
                if temporary.text("PLACE") in TEMPORARY:
                    returned = all(back.given(column) and back.text(column) == usual.text(column) for column in columns)
                    if back.text("RNE") != "P" or not returned:
                        yield back


not_back(("PLACE",), since="2022-23", until="2024-25")
not_back(("PLACE", "PL_POST"), since="2025-26", until="9999-00")

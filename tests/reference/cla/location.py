"""Where home and placement lie: postcodes, and the authority, side of the border and distance worked out from them.

PL_LA, PL_LOCATION and PL_DISTANCE are read as given; a distance that is not a number is missing.
"""

import re
from collections.abc import Iterator

from reference.cla.sent import Book, Row, Sent, Year

rule = Book()
RULES = rule.rules

RESPITE = ("V3", "V4")
FAMILY_PLACEMENTS = ("A3", "A4", "A5", "A6", "U1", "U2", "U3", "U4", "U5", "U6")


def miles(episode: Row) -> float | None:
    text = episode.text("PL_DISTANCE")
    return float(text) if text is not None and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None


def without_spaces(postcode: str) -> str:
    return postcode.replace(" ", "")


def unaccompanied_in(year: Year) -> set[str] | None:
    """The children marked in that year's Header or, without one, described in its UASC table; None without either."""
    if "Header" in year.tables:
        found = set()
        for header in year.rows("Header"):
            given = header.text("UASC") if "UASC" in header.cells else None
            derived = "UASC" not in header.cells and bool(year.of(header.child, "UASC"))
            if header.child is not None and (given == "1" or derived):
                found.add(header.child)
        return found
    if "UASC" in year.tables:
        return {row.child for row in year.rows("UASC") if row.child is not None and row.any_given("SEX DOB DUC")}
    return None


def unaccompanied(sent: Sent) -> set[str] | None:
    """The children who are, or last year were, unaccompanied asylum seekers; None when no table tells."""
    told = [found for found in (unaccompanied_in(sent), unaccompanied_in(sent.last)) if found is not None]
    return set().union(*told) if told else None


@rule("164", "Episodes")
def distance_out_of_range(sent: Sent) -> Iterator[Row]:
    # Respite is exempt too: the stated rule in `doubt`.
    exempt = unaccompanied(sent)
    if exempt is not None:
        for episode in sent.rows("Episodes"):
            distance = miles(episode)
            possible = distance is None or 0.0 <= distance <= 999.9
            if not possible and episode.child not in exempt and episode.text("LS") not in RESPITE:
                yield episode


def missing_unless_respite(code: str, column: str) -> None:
    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.text("LS") not in RESPITE and not episode.given(column):
                yield episode


missing_unless_respite("169", "PL_LA")
missing_unless_respite("179", "PL_LOCATION")


@rule("392a", "Episodes")
def distance_missing(sent: Sent) -> Iterator[Row]:
    exempt = unaccompanied(sent)
    if exempt is not None:
        for episode in sent.rows("Episodes"):
            if episode.child not in exempt and episode.text("LS") not in RESPITE and miles(episode) is None:
                yield episode


@rule("392b", "Episodes")
def postcode_missing(sent: Sent) -> Iterator[Row]:
    exempt = unaccompanied(sent) or set()
    for episode in sent.rows("Episodes"):
        excused = episode.child in exempt or episode.text("LS") in RESPITE
        if not excused and not episode.all_given("HOME_POST PL_POST"):
            yield episode


@rule("392c", "Episodes")
def postcode_unknown(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        given = [postcode for column in ("HOME_POST", "PL_POST") if (postcode := episode.text(column)) is not None]
        if any(without_spaces(postcode) not in sent.postcodes for postcode in given):
            yield episode


@rule("392d", "Episodes")
def placed_at_home_but_not_with_parents(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        home = episode.text("HOME_POST")
        if home is not None and home == episode.text("PL_POST") and episode.text("PLACE") != "P1":
            yield episode


@rule("398", "Episodes")
def respite_with_postcode(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") in RESPITE and episode.any_given("HOME_POST PL_POST"):
            yield episode


@rule("406", "Episodes")
def distance_of_an_unaccompanied_child(sent: Sent) -> Iterator[Row]:
    children = unaccompanied(sent) or set()
    for episode in sent.rows("Episodes"):
        if episode.child in children and miles(episode) is not None:
            yield episode


@rule("411", "Episodes", needs="authority")
def inside_but_of_another_authority(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("PL_LOCATION") == "IN" and episode.text("PL_LA") != sent.authority:
            yield episode


@rule("420", "Episodes")
def respite_with_authority(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("LS") in RESPITE and episode.given("PL_LA"):
            yield episode


@rule("454", "Episodes", since="2025-26")
def more_than_350_miles(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        distance = miles(episode)
        if distance is not None and distance > 350 and distance != 999.9:
            yield episode


@rule("1015", "Episodes", needs="authority")
def own_provision_elsewhere(sent: Sent) -> Iterator[Row]:
    # An unknown area is another area.
    for episode in sent.rows("Episodes"):
        if (
            episode.text("PLACE_PROVIDER") == "PR1"
            and episode.given("LS")
            and episode.text("LS") not in RESPITE
            and episode.given("PLACE")
            and episode.text("PLACE") not in FAMILY_PLACEMENTS
            and episode.text("PL_LA") != sent.authority
        ):
            yield episode

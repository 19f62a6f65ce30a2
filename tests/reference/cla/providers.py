"""Ofsted's numbers: those missing or out of place, and those that contradict the list of providers.

A URN in several rows of the list (supported accommodation has one for each setting) fails where none of them fits.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from reference.cla.sent import Book, Row, Sent, before, not_after, read_date

rule = Book()
RULES = rule.rules

UNKNOWN = "XXXXXXX"
RESPITE = ("V3", "V4")
OUTSIDE_ENGLAND = ("N", "W", "S", "C")
Provider = Mapping[str, str | None]


def numbered(sent: Sent) -> Iterator[Row]:
    """The episodes with a URN other than the placeholder of seven X."""
    for episode in sent.rows("Episodes"):
        if episode.given("URN") and episode.text("URN") != UNKNOWN:
            yield episode


def listed(sent: Sent, episode: Row) -> list[Provider]:
    """The rows of the provider list with the episode's URN."""
    assert sent.providers is not None
    return [provider for provider in sent.providers if str(provider.get("URN")).upper() == episode.text("URN")]


def written(provider: Provider, column: str) -> str | None:
    value = provider.get(column)
    return None if value is None or value == "" else str(value).upper()


@rule("1008", "Episodes", needs="providers")
def urn_not_listed(sent: Sent) -> Iterator[Row]:
    for episode in numbered(sent):
        if not listed(sent, episode):
            yield episode


def not_as_listed(code: str, column: str, codes: str) -> None:
    """The episode's code is not among the provider's; an unlisted provider has none."""

    @rule(code, "Episodes", needs="providers")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in numbered(sent):
            accepted = [(written(provider, codes) or "").split(",") for provider in listed(sent, episode)]
            value = episode.text(column)
            if value is None or not any(value in one for one in accepted):
                yield episode


not_as_listed("219", "PLACE", "PLACE_CODES")
not_as_listed("224", "PLACE_PROVIDER", "PROVIDER_CODES")


def elsewhere(places: str, since: str, until: str) -> None:
    @rule("221", "Episodes", needs="providers", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in numbered(sent):
            postcode = episode.text("PL_POST")
            if episode.text("LS") in RESPITE or episode.text("PLACE") not in places.split() or postcode is None:
                continue
            expected = [(written(provider, "POSTCODE") or "").replace(" ", "") for provider in listed(sent, episode)]
            if postcode.replace(" ", "") not in expected:
                yield episode


elsewhere("K1 K2 R3 S1", since="2022-23", until="2022-23")
elsewhere("H5 K1 K2 R3 S1", since="2023-24", until="2023-24")
elsewhere("K1 K2 K3 R3 S1", since="2024-25", until="9999-00")


def urn_given(places: str, since: str, until: str) -> None:
    @rule("222", "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in numbered(sent):
            if episode.text("PLACE") in places.split():
                yield episode


urn_given("H5 P1 P2 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1", since="2022-23", until="2022-23")
urn_given("P1 P2 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1", since="2023-24", until="2023-24")
urn_given("P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1", since="2024-25", until="2024-25")
urn_given("P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z11 Z12 Z13 Z14", since="2025-26", until="9999-00")


def urn_missing(
    exempt: str, ended: Callable[[Sent], date], outside: Callable[[str], bool], since: str, until: str
) -> None:
    """No URN though the placement is in England and the episode is open or ended on or after the day `ended`.

    An end that cannot be read is given and not known to be late enough: it passes. An unknown area is not outside
    England: that it passed before 2025-26 was an accident of the peer.
    """

    @rule("218", "Episodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            recent = not episode.given("DEC") or not_after(ended(sent), episode.day("DEC"))
            area = episode.text("PL_LA")
            exempted = episode.text("PLACE") in exempt.split() or (area is not None and outside(area))
            if not episode.given("URN") and recent and not exempted:
                yield episode


urn_missing(
    "H5 P1 P2 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1",
    lambda sent: sent.start,
    lambda area: area[0] in OUTSIDE_ENGLAND,
    since="2022-23",
    until="2023-24",
)
urn_missing(
    "P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1",
    lambda sent: sent.start,
    lambda area: area[0] in OUTSIDE_ENGLAND,
    since="2024-25",
    until="2024-25",
)
urn_missing(
    "P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z11 Z12 Z13 Z14",
    lambda sent: date(2015, 4, 1),  # the stated rule in `doubt`: after 31 March 2015
    lambda area: area in ("CON", "NIR", "SCO", "WAL", "NUK"),
    since="2025-26",
    until="9999-00",
)


@rule("227", "Episodes", needs="providers")
def began_after_the_provider_closed(sent: Sent) -> Iterator[Row]:
    for episode in numbered(sent):
        ends = [read_date(written(provider, "REG_END") or "") for provider in listed(sent, episode)]
        if ends and all(not_after(end, episode.day("DECOM")) for end in ends):
            yield episode


@rule("228", "Episodes", needs="providers")
def ended_after_the_provider_closed(sent: Sent) -> Iterator[Row]:
    for episode in numbered(sent):
        ends = [read_date(written(provider, "REG_END") or "") for provider in listed(sent, episode)]
        if ends and all(before(end, episode.day("DEC") or sent.end) for end in ends):
            yield episode


@rule("229", "Episodes", needs="authority providers")
def own_provision_contradicted(sent: Sent) -> Iterator[Row]:
    # A URN that is not listed is not the authority's own.
    for episode in numbered(sent):
        own = [written(provider, "LA_CODE") == sent.authority for provider in listed(sent, episode)] or [False]
        provided = episode.text("PLACE_PROVIDER")
        if (provided == "PR1" and not any(own)) or (provided == "PR2" and all(own)):
            yield episode


@rule("230", "Episodes", since="2023-24", until="2023-24")
def supported_lodging_without_urn(sent: Sent) -> Iterator[Row]:
    # An unknown area is not outside England: that it passes is an accident of the peer.
    for episode in sent.rows("Episodes"):
        dec, area = episode.day("DEC"), episode.text("PL_LA")
        if (
            episode.text("PLACE") == "H5"
            and (dec is None or dec >= date(2023, 10, 29))
            and episode.text("URN") in (None, UNKNOWN)
            and (area is None or area[0] not in ("N", "W", "S"))
        ):
            yield episode

"""Ofsted's number of the provider (URN), and what the list of providers says of it.

A URN may stand in several rows of the list (supported accommodation: one for each setting); an episode agrees with the
list where it agrees with one of them.
"""

import datetime as dt

from validation.rules.cla.book import rule
from validation.rules.cla.care import NO_URN, TEMPORARY, short_break
from validation.rules.cla.placements import LAST_INDEPENDENT_LIVING, OTHER
from validation.words import blank, day, found_in, matched_by, on, once, unlisted

NEVER_LISTED = TEMPORARY | {"P1", "P3", "R1", "R2", "R5"}
ASKED_SINCE = day(dt.date(2015, 4, 1))
NOT_IN_ENGLAND = frozenset({"CON", "NIR", "SCO", "WAL", "NUK"})


def has_urn(episodes):
    """A number is given, and not the one that says that there is none."""
    return unlisted(episodes.URN, {NO_URN})


def any_of(providers, codes, column):
    """The list with a row for each of its comma-separated `codes`, as `column`."""
    return once(
        providers,
        (codes, column),
        lambda: providers.assign(**{column: providers[codes].str.split(",")}).explode(column),
    )


def tight(postcodes):
    """Without spaces."""
    return postcodes.str.replace(" ", "")


def no_urn(episodes, first, exempt):
    """Nothing stands for a URN in an episode that went on to the `first` day or longer, in a placement other than the
    `exempt` ones."""
    here = blank(episodes, "DEC") | (episodes.DEC >= first)
    return episodes.URN.isna() & ~episodes.PLACE.isin(exempt) & here


@rule(
    "218",
    "URN is missing, and the placement is neither exempt (as H5, P2) nor outside England",
    flags="episodes.URN",
    advice="Give Ofsted's URN of the provider, or XXXXXXX where it has none.",
    severity="error",
    confidence="inferred",
    until="2023-24",
)
def urn_missing(episodes, period):
    exempt = NEVER_LISTED | {"H5", "P2", "Z1"}
    return no_urn(episodes, day(period.start), exempt) & ~episodes.PL_LA.str[0].isin({"N", "W", "S", "C"})


@rule(
    "218",
    "URN is missing, and the placement is neither exempt nor outside England",
    flags="episodes.URN",
    advice="Give Ofsted's URN of the provider, or XXXXXXX where it has none.",
    severity="error",
    confidence="inferred",
    since="2024-25",
    until="2024-25",
)
def urn_missing_in_supported_accommodation(episodes, period):
    exempt = NEVER_LISTED | {"Z1"}
    return no_urn(episodes, day(period.start), exempt) & ~episodes.PL_LA.str[0].isin({"N", "W", "S", "C"})


@rule(
    "218",
    "URN is missing, and the placement is neither exempt nor outside England",
    flags="episodes.URN",
    advice="Give Ofsted's URN of the provider, or XXXXXXX where it has none.",
    severity="error",
    confidence="inferred",
    since="2025-26",
)
def urn_missing_since_subtypes(episodes):
    return no_urn(episodes, ASKED_SINCE, NEVER_LISTED | OTHER) & ~episodes.PL_LA.isin(NOT_IN_ENGLAND)


@rule(
    "219",
    "Placement is not of a type that the list gives the provider",
    flags="episodes.URN episodes.PLACE",
    advice="Correct the placement or the URN: the list of providers says which types each provides.",
    severity="error",
)
def placement_not_listed(episodes, providers):
    return has_urn(episodes) & ~found_in(episodes, any_of(providers, "PLACE_CODES", "PLACE"), "URN", "PLACE")


def elsewhere(episodes, providers, places):
    """Placements of a type in `places` at a postcode that is not the provider's."""
    tested = has_urn(episodes) & ~short_break(episodes) & episodes.PLACE.isin(places) & episodes.PL_POST.notna()
    here = episodes.assign(PL_POST=tight(episodes.PL_POST))
    listed = providers.assign(PL_POST=tight(providers.POSTCODE))
    return tested & ~found_in(here, listed, "URN", "PL_POST")


@rule(
    "221",
    "Home or school is at another postcode than in the list",
    flags="episodes.PL_POST",
    advice="Correct the postcode of the placement or the URN.",
    severity="error",
    until="2022-23",
)
def home_elsewhere(episodes, providers):
    return elsewhere(episodes, providers, {"K1", "K2", "R3", "S1"})


@rule(
    "221",
    "Home, school or semi-independent living is at another postcode than in the list",
    flags="episodes.PL_POST",
    advice="Correct the postcode of the placement or the URN.",
    severity="error",
    since="2023-24",
    until="2023-24",
)
def semi_independent_elsewhere(episodes, providers):
    return elsewhere(episodes, providers, {"H5", "K1", "K2", "R3", "S1"})


@rule(
    "221",
    "Home, school or supported accommodation is at another postcode than in the list",
    flags="episodes.PL_POST",
    advice="Correct the postcode of the placement or the URN.",
    severity="error",
    since="2024-25",
)
def supported_elsewhere(episodes, providers):
    return elsewhere(episodes, providers, {"K1", "K2", "K3", "R3", "S1"})


@rule(
    "222",
    "URN is given for a type of placement that has none (as H5, P2)",
    flags="episodes.URN",
    advice="Give XXXXXXX as the URN, or correct the placement.",
    severity="error",
    until="2022-23",
)
def urn_of_none(episodes):
    return has_urn(episodes) & episodes.PLACE.isin(NEVER_LISTED | {"H5", "P2", "Z1"})


@rule(
    "222",
    "URN is given for a type of placement that has none (as P2, no longer H5)",
    flags="episodes.URN",
    advice="Give XXXXXXX as the URN, or correct the placement.",
    severity="error",
    since="2023-24",
    until="2023-24",
)
def urn_of_none_but_semi_independent(episodes):
    return has_urn(episodes) & episodes.PLACE.isin(NEVER_LISTED | {"P2", "Z1"})


@rule(
    "222",
    "URN is given for a type of placement that has none",
    flags="episodes.URN",
    advice="Give XXXXXXX as the URN, or correct the placement.",
    severity="error",
    since="2024-25",
    until="2024-25",
)
def urn_of_none_but_supported(episodes):
    return has_urn(episodes) & episodes.PLACE.isin(NEVER_LISTED | {"Z1"})


@rule(
    "222",
    "URN is given for a type of placement that has none",
    flags="episodes.URN",
    advice="Give XXXXXXX as the URN, or correct the placement.",
    severity="error",
    since="2025-26",
)
def urn_of_none_since_subtypes(episodes):
    return has_urn(episodes) & episodes.PLACE.isin(NEVER_LISTED | OTHER)


@rule(
    "224",
    "Kind of provider is not the one that the list gives for the URN",
    flags="episodes.PLACE_PROVIDER",
    advice="Correct who provides the placement (PR1 to PR5) or the URN.",
    severity="error",
)
def provider_not_listed(episodes, providers):
    kinds = any_of(providers, "PROVIDER_CODES", "PLACE_PROVIDER")
    return has_urn(episodes) & ~found_in(episodes, kinds, "URN", "PLACE_PROVIDER")


def closed(episodes, providers, too_late):
    """Episodes whose provider is closed, in every row of the list; `too_late` compares both sides, pair by pair."""
    episode, provider = matched_by(episodes, providers, "URN")
    late = too_late(episode, provider)
    return has_urn(episodes) & on(episode, late) & ~on(episode, ~late)


@rule(
    "227",
    "Provider had closed when the episode began",
    flags="episodes.URN episodes.DECOM",
    advice="Correct the URN or the start of the episode.",
    severity="error",
)
def closed_before_start(episodes, providers):
    return closed(episodes, providers, lambda episode, provider: episode.DECOM >= provider.REG_END)


@rule(
    "228",
    "Provider closed before the episode, or the year, had ended",
    flags="episodes.URN episodes.DEC",
    advice="End the episode on the day the provider closed at the latest, or correct the URN.",
    severity="error",
)
def closed_before_end(episodes, providers, period):
    end = episodes.DEC.fillna(day(period.end))
    return closed(episodes, providers, lambda episode, provider: episode(end) > provider.REG_END)


@rule(
    "229",
    "Own (PR1) or other (PR2) authority contradicts where the list has the provider",
    flags="episodes.URN episodes.PLACE_PROVIDER",
    advice="Give PR1 for a provider of the own authority and PR2 for one of another, or correct the URN.",
    severity="error",
    confidence="inferred",
)
def own_authority(episodes, providers, authority):
    episode, provider = matched_by(episodes, providers, "URN")
    own = provider.LA_CODE == authority
    no_own = (episodes.PLACE_PROVIDER == "PR1") & ~on(episode, own)
    only_own = (episodes.PLACE_PROVIDER == "PR2") & on(episode, own) & ~on(episode, ~own)
    return has_urn(episodes) & (no_own | only_own)


@rule(
    "230",
    "Semi-independent living in England after 28 October 2023 has no URN",
    flags="episodes.PLACE episodes.DEC episodes.URN",
    advice="Give the URN with which Ofsted registered the supported accommodation.",
    severity="error",
    confidence="inferred",
    since="2023-24",
    until="2023-24",
)
def unregistered(episodes):
    later = episodes.DEC.isna() | (episodes.DEC > LAST_INDEPENDENT_LIVING)
    no_number = episodes.URN.isna() | (episodes.URN == NO_URN)
    return (episodes.PLACE == "H5") & later & no_number & ~episodes.PL_LA.str[0].isin({"N", "W", "S"})


@rule(
    "1008",
    "URN is not in the list of providers",
    flags="episodes.URN",
    advice="Correct the URN, give XXXXXXX where there is none, or take the latest list.",
    severity="error",
)
def unknown_urn(episodes, providers):
    return has_urn(episodes) & ~found_in(episodes, providers, "URN")

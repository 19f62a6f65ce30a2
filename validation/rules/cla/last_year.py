"""The first episode of the year beside the last one of the year before: care that went on is told alike in both."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import differs, undated_first
from validation.words import blank, day, first_by, first_of_last, has, lookup, once

MILES_THAT_MATTER = 0.2


def _still_open(previous_episodes):
    """Last year's last episode of each child, where it has no end."""
    return once(
        previous_episodes,
        ("still open",),
        lambda: first_of_last(previous_episodes, "child", "DECOM") & previous_episodes.DEC.isna(),
    )


def _before(episodes, previous_episodes, column):
    return lookup(episodes, "child", previous_episodes, column, _still_open(previous_episodes))


def _changed(episodes, previous_episodes, column):
    """The first episode of a child whose last one was open, where it says otherwise than that."""
    followed = has(episodes, "child", previous_episodes, _still_open(previous_episodes))
    first = first_by(episodes, "child", "DECOM")
    return first & followed & differs(_before(episodes, previous_episodes, column), episodes[column])


def _renamed(episodes, previous_episodes, old, new):
    """The code of the placement that was open has become one of others."""
    return (_before(episodes, previous_episodes, "PLACE") == old) & episodes.PLACE.isin(new)


def _farther(episodes, previous_episodes):
    """As `_changed` of the distance, but less than two tenths of a mile do not matter."""
    apart = (episodes.PL_DISTANCE - _before(episodes, previous_episodes, "PL_DISTANCE")).abs().round(6)
    return _changed(episodes, previous_episodes, "PL_DISTANCE") & ~(apart < MILES_THAT_MATTER)


@rule(
    "452",
    "Authority of the placement is not that of last year's open episode, for the same reason",
    flags="episodes.PL_LA",
    advice="Check the postcode of the placement in both years; a move begins a new episode.",
    severity="query",
)
def same_reason_other_authority(episodes, previous_episodes):
    no_end = blank(previous_episodes, "DEC")
    same = episodes.RNE == lookup(episodes, "child", previous_episodes, "RNE", no_end & _still_open(previous_episodes))
    return same & _changed(episodes, previous_episodes, "PL_LA")


@rule(
    "453",
    "Distance of the placement is not that of last year's open episode, for the same reason",
    flags="episodes.PL_DISTANCE",
    advice="Check the postcodes of home and placement in both years; a move begins a new episode.",
    severity="query",
)
def same_reason_other_distance(episodes, previous_episodes):
    return (episodes.RNE == _before(episodes, previous_episodes, "RNE")) & _farther(episodes, previous_episodes)


@rule(
    "502",
    "Episode open at the end of last year began on another day than the first of this year",
    flags="episodes.DECOM",
    advice="Repeat last year's open episode as the first of this year, with the same start.",
    severity="error",
    confidence="inferred",
)
def open_episode_not_first(episodes, previous_episodes):
    ordered = undated_first(previous_episodes)
    last = first_of_last(ordered, "child", "DECOM") & blank(previous_episodes, "DEC")
    followed = first_by(episodes, "child", "DECOM") & has(episodes, "child", previous_episodes, last)
    return followed & (episodes.DECOM != lookup(episodes, "child", previous_episodes, "DECOM", last))


@rule(
    "503A",
    "Reason for the episode is not what it was in last year's open episode",
    flags="episodes.RNE",
    advice="Check the reason for the episode in both years; an episode that goes on keeps it.",
    severity="query",
)
def other_reason(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "RNE")


@rule(
    "503B",
    "Legal status is not what it was in last year's open episode",
    flags="episodes.LS",
    advice="Check the legal status in both years; a change of it begins a new episode.",
    severity="query",
)
def other_status(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "LS")


@rule(
    "503C",
    "Category of need is not what it was in last year's open episode",
    flags="episodes.CIN",
    advice="Check the category of need in both years; it stays as it was on coming into care.",
    severity="query",
)
def other_need(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "CIN")


@rule(
    "503D",
    "Type of placement is not what it was in last year's open episode",
    flags="episodes.PLACE",
    advice="Check the type of placement in both years; a change of it begins a new episode.",
    until="2023-24",
    severity="query",
)
def other_placement(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "PLACE")


@rule(
    "503D",
    "Type of placement is not what it was in last year's open episode",
    flags="episodes.PLACE",
    advice="Check the type of placement in both years; a change of it begins a new episode, except from H5 to K3.",
    since="2024-25",
    until="2024-25",
    severity="query",
)
def other_placement_but_supported(episodes, previous_episodes):
    supported = _renamed(episodes, previous_episodes, "H5", {"K3"})
    return _changed(episodes, previous_episodes, "PLACE") & ~supported


@rule(
    "503D",
    "Type of placement is not what it was in last year's open episode",
    flags="episodes.PLACE",
    advice="Check the type of placement in both years; a change of it begins a new episode, except from Z1 to Z11-Z14.",
    since="2025-26",
    until="2025-26",
    severity="query",
)
def other_placement_but_divided(episodes, previous_episodes):
    divided = _renamed(episodes, previous_episodes, "Z1", {"Z11", "Z12", "Z13", "Z14"})
    return _changed(episodes, previous_episodes, "PLACE") & ~divided


@rule(
    "503D",
    "Type of placement is not what it was in last year's open episode",
    flags="episodes.PLACE",
    advice="Check the type of placement in both years; every change of it begins a new episode.",
    since="2026-27",
    severity="query",
)
def other_placement_again(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "PLACE")


@rule(
    "503E",
    "Provider of the placement is not what it was in last year's open episode",
    flags="episodes.PLACE_PROVIDER",
    advice="Check who provides the placement in both years; a change of it begins a new episode.",
    severity="query",
)
def other_provider(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "PLACE_PROVIDER")


@rule(
    "503F",
    "Ofsted's number (URN) is not what it was in last year's open episode",
    flags="episodes.URN",
    advice="Check the URN in both years; a move to another provider begins a new episode.",
    severity="query",
)
def other_urn(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "URN")


@rule(
    "503G",
    "Distance of the placement is not what it was in last year's open episode",
    flags="episodes.PL_DISTANCE",
    advice="Check the postcodes of home and placement in both years; a move begins a new episode.",
    severity="query",
)
def other_distance(episodes, previous_episodes):
    return _farther(episodes, previous_episodes)


@rule(
    "503H",
    "Authority of the placement is not what it was in last year's open episode",
    flags="episodes.PL_LA",
    advice="Check the postcode of the placement in both years; a move begins a new episode.",
    severity="query",
)
def other_authority(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "PL_LA")


@rule(
    "503J",
    "Placement is inside the authority and was outside in last year's open episode, or reverse",
    flags="episodes.PL_LOCATION",
    advice="Check the postcode of the placement in both years; a move begins a new episode.",
    severity="query",
)
def other_side_of_the_border(episodes, previous_episodes):
    return _changed(episodes, previous_episodes, "PL_LOCATION")


@rule(
    "562",
    "First episode began before the year, but not on the day of last year's last one",
    flags="episodes.DECOM",
    advice="Begin with the episode that was the last in last year's return, or correct its start.",
    severity="error",
)
def not_the_last_of_last_year(episodes, previous_episodes, period):
    first = first_by(episodes, "child", "DECOM", episodes.DECOM < day(period.start))
    last = first_of_last(previous_episodes, "child", "DECOM")
    return first & (episodes.DECOM != lookup(episodes, "child", previous_episodes, "DECOM", last))


@rule(
    "NoE",
    "Episode began before the year, but last year's return has none of the child",
    flags="episodes.DECOM",
    advice="Check the id of the child in both years and the start of the episode.",
    severity="error",
)
def not_in_last_year(episodes, previous_episodes, period):
    return (episodes.DECOM < day(period.start)) & ~has(episodes, "child", previous_episodes)

"""Where the placement is, and how far from home: postcodes, and what is worked out from them."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import FOR_ADOPTION, FOSTER, short_break, unaccompanied
from validation.words import unlisted


@rule(
    "164",
    "Distance between home and placement is not from 0 to 999.9 miles",
    flags="episodes.PL_DISTANCE",
    advice="Correct the postcode of the home or of the placement.",
    severity="error",
    confidence="inferred",
)
def impossible_distance(episodes, header, previous_header=None):
    measured = ~short_break(episodes) & ~unaccompanied(episodes, header, previous_header)
    return measured & ((episodes.PL_DISTANCE < 0) | (episodes.PL_DISTANCE > 999.9))


@rule(
    "169",
    "Authority in which the placement lies is not known",
    flags="episodes.PL_LA",
    advice="Give a postcode of the placement that the directory knows.",
    severity="error",
)
def no_authority(episodes):
    return ~short_break(episodes) & episodes.PL_LA.isna()


@rule(
    "179",
    "It is not known whether the placement is in the authority or outside",
    flags="episodes.PL_LOCATION",
    advice="Give a postcode of the placement that the directory knows.",
    severity="error",
)
def no_location(episodes):
    return ~short_break(episodes) & episodes.PL_LOCATION.isna()


@rule(
    "392a",
    "Distance from home is missing for a child who was not an asylum seeker",
    flags="episodes.PL_DISTANCE",
    advice="Give the postcodes of home and placement; a child who was UASC up to two years ago needs none.",
    severity="query",
)
def no_distance(episodes, header, previous_header=None):
    measured = ~short_break(episodes) & ~unaccompanied(episodes, header, previous_header)
    return measured & episodes.PL_DISTANCE.isna()


@rule(
    "392b",
    "Postcode of home or placement is missing for a child who was not an asylum seeker",
    flags="episodes.HOME_POST episodes.PL_POST",
    advice="Give both postcodes; a child who was UASC up to two years ago needs none.",
    severity="query",
)
def no_postcode(episodes, header=None, previous_header=None):
    measured = ~short_break(episodes) & ~unaccompanied(episodes, header, previous_header)
    return measured & (episodes.HOME_POST.isna() | episodes.PL_POST.isna())


@rule(
    "392c",
    "Postcode of home or placement does not exist",
    flags="episodes.HOME_POST episodes.PL_POST",
    advice="Correct the postcode; the directory also knows postcodes that are no longer in use.",
    severity="error",
)
def unknown_postcode(episodes, postcodes):
    home = episodes.HOME_POST.notna() & ~postcodes.known(episodes.HOME_POST)
    return home | (episodes.PL_POST.notna() & ~postcodes.known(episodes.PL_POST))


@rule(
    "392d",
    "Home and placement have the same postcode, but the child is not placed with parents",
    flags="episodes.HOME_POST episodes.PL_POST episodes.PLACE",
    advice="Check both postcodes and the placement; a neighbour or relative may share the postcode.",
    severity="query",
)
def at_home(episodes):
    return (episodes.PLACE != "P1") & (episodes.HOME_POST == episodes.PL_POST)


@rule(
    "398",
    "Postcode is given for short breaks",
    flags="episodes.LS episodes.HOME_POST episodes.PL_POST",
    advice="Leave out both postcodes where the legal status is V3 or V4, or correct the legal status.",
    severity="error",
)
def postcode_of_short_break(episodes):
    return short_break(episodes) & (episodes.HOME_POST.notna() | episodes.PL_POST.notna())


@rule(
    "406",
    "Distance from home is given for a child who is or was an asylum seeker",
    flags="episodes.PL_DISTANCE",
    advice="Leave out the postcode of the home of a child who is or last year was UASC, or correct UASC.",
    severity="error",
)
def distance_of_unaccompanied(episodes, header, previous_header=None):
    return unaccompanied(episodes, header, previous_header) & episodes.PL_DISTANCE.notna()


@rule(
    "411",
    "Placement is said to be in the authority, but lies in another",
    flags="episodes.PL_LOCATION",
    advice="Correct the postcode of the placement, or check which authority makes the return.",
    severity="error",
)
def inside_another(episodes, authority):
    return (episodes.PL_LOCATION == "IN") & (episodes.PL_LA != authority)


@rule(
    "420",
    "Authority in which the placement lies is known for short breaks",
    flags="episodes.PL_LA",
    advice="Leave out the postcode of the placement where the legal status is V3 or V4.",
    severity="error",
)
def authority_of_short_break(episodes):
    return short_break(episodes) & episodes.PL_LA.notna()


@rule(
    "454",
    "Home and placement are more than 350 miles apart",
    flags="episodes.PL_DISTANCE",
    advice="Check both postcodes; a child who was an asylum seeker up to two years ago needs none.",
    severity="query",
    since="2025-26",
)
def far_away(episodes):
    return (episodes.PL_DISTANCE > 350) & (episodes.PL_DISTANCE != 999.9)


@rule(
    "1015",
    "Own provision (PR1), other than fostering or adoption, lies outside the authority",
    flags="episodes.PL_LA",
    advice="Check the provider and the postcode of the placement; few authorities run homes in another.",
    severity="query",
)
def own_outside(episodes, authority):
    own = (episodes.PLACE_PROVIDER == "PR1") & unlisted(episodes.LS, {"V3", "V4"})
    return own & unlisted(episodes.PLACE, FOR_ADOPTION | FOSTER) & (episodes.PL_LA != authority)

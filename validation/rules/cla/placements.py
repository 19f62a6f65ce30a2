"""Placements: their codes and providers, temporary ones, why they changed, the ages that they are for."""

import datetime as dt

from validation.rules.cla.book import rule
from validation.rules.cla.care import FOR_ADOPTION, FOSTER, TEMPORARY, short_break
from validation.words import (
    blank,
    consecutive,
    day,
    days_between,
    flagged,
    how_many,
    matched,
    on,
    unlisted,
    years_after,
)

OTHER = frozenset({"Z11", "Z12", "Z13", "Z14"})
NOT_PROVIDED = TEMPORARY | OTHER  # nobody is recorded as the provider
FOSTER_TO_ADOPT = frozenset({"A3", "A5"})
FIRST_FOSTER_TO_ADOPT = day(dt.date(2015, 4, 1))
LAST_INDEPENDENT_LIVING = day(dt.date(2023, 10, 28))

rule.column("146", "Placement is not a known code of the year", advice="Give one of the year's codes of placement.")


@rule(
    "178",
    "Provider of the placement is not a known code, or the placement takes none",
    flags="episodes.PLACE_PROVIDER",
    advice="Give PR0 to PR5; leave the provider out for temporary and other placements.",
    severity="error",
    until="2024-25",
)
def provider(episodes, codes):
    given = episodes.PLACE_PROVIDER.notna() & episodes.PLACE.isin(TEMPORARY | {"Z1"})
    return given | unlisted(episodes.PLACE_PROVIDER, codes.placement_provider)


@rule(
    "178",
    "Provider of the placement is not a known code, or the placement takes none",
    flags="episodes.PLACE_PROVIDER",
    advice="Give PR0 to PR5; leave the provider out for temporary and other placements.",
    severity="error",
    confidence="inferred",
    since="2025-26",
)
def provider_since_subtypes(episodes, codes):
    given = episodes.PLACE_PROVIDER.notna() & episodes.PLACE.isin(NOT_PROVIDED)
    return given | unlisted(episodes.PLACE_PROVIDER, codes.placement_provider)


@rule(
    "213",
    "Temporary placement has a provider",
    flags="episodes.PLACE_PROVIDER",
    advice="Leave the provider out for the placements T0 to T4.",
    severity="error",
    until="2024-25",
)
def temporary_with_provider(episodes):
    return episodes.PLACE.isin(TEMPORARY) & episodes.PLACE_PROVIDER.notna()


@rule(
    "213",
    "Temporary or other placement has a provider",
    flags="episodes.PLACE_PROVIDER",
    advice="Leave the provider out for the placements T0 to T4 and Z11 to Z14.",
    severity="error",
    since="2025-26",
)
def temporary_or_other_with_provider(episodes):
    return episodes.PLACE.isin(NOT_PROVIDED) & episodes.PLACE_PROVIDER.notna()


@rule(
    "214",
    "Short break has the postcode of a placement or the number of a provider",
    flags="episodes.PL_POST episodes.URN",
    advice="Leave out placement postcode and URN under the legal statuses V3 and V4.",
    severity="error",
)
def short_break_located(episodes):
    return short_break(episodes) & (episodes.PL_POST.notna() | episodes.URN.notna())


@rule(
    "217",
    "Placement for adoption with the foster carer begins for a reason that does not fit",
    flags="episodes.PLACE episodes.DECOM episodes.RNE",
    advice="With A3 or A5 the carers stay the same: the reason for the new episode is S, T or U.",
    severity="error",
)
def foster_to_adopt(episodes):
    begun = episodes.PLACE.isin(FOSTER_TO_ADOPT) & (episodes.DECOM >= FIRST_FOSTER_TO_ADOPT)
    return begun & ~episodes.RNE.isin({"S", "T", "U"})


@rule(
    "217t",
    "Independent living (P2) goes on after 28 October 2023",
    flags="episodes.PLACE episodes.DEC",
    advice="End the episode by 28 October 2023 and record the placement that followed.",
    severity="error",
    since="2023-24",
    until="2023-24",
)
def independent_living_goes_on(episodes):
    return (episodes.PLACE == "P2") & ~(episodes.DEC <= LAST_INDEPENDENT_LIVING)


@rule(
    "225",
    "Reason for the change of placement is missing",
    flags="episodes.REASON_PLACE_CHANGE",
    advice="Say on the episode that ended why the child was moved.",
    severity="error",
)
def no_reason_for_change(episodes):
    before, after = consecutive(episodes, "child", "DECOM")
    moved = (before.REC == "X1") & after.RNE.isin({"P", "B", "T", "U"})
    lasting = ~before.PLACE.isin(TEMPORARY) & ~after.PLACE.isin(TEMPORARY)
    return on(before, moved & lasting & before.REASON_PLACE_CHANGE.isna())


@rule(
    "226",
    "Reason for a change of placement is given on a temporary move or just before it",
    flags="episodes.REASON_PLACE_CHANGE episodes.PLACE",
    advice="Leave the reason out on the temporary placement and on the episode before it.",
    severity="error",
)
def reason_for_temporary_move(episodes):
    before, after = consecutive(episodes, "child", "DECOM")
    given_before = on(after, before.REASON_PLACE_CHANGE.notna())
    return episodes.PLACE.isin(TEMPORARY) & (episodes.REASON_PLACE_CHANGE.notna() | given_before)


@rule(
    "233",
    "Episode says why the placement changed, but has not ended",
    flags="episodes.REASON_PLACE_CHANGE",
    advice="Give the end of the episode, or leave the reason out until the placement changes.",
    severity="error",
    confidence="inferred",
    since="2025-26",
)
def reason_without_end(episodes):
    return blank(episodes, "DEC") & episodes.REASON_PLACE_CHANGE.notna()


@rule(
    "234",
    "Child was moved to custody before the 10th birthday",
    flags="episodes.REASON_PLACE_CHANGE header.DOB",
    advice="Check the date of birth and the reason on the episode before: a child under 10 cannot be in custody.",
    severity="error",
    confidence="inferred",
    since="2025-26",
)
def custody_under_ten(episodes, header):
    before, after = consecutive(episodes, "child", "DECOM")
    to_custody = on(after, before.REASON_PLACE_CHANGE == "CUSTOD")
    episode, child = matched(episodes, header, "child")
    return flagged(episode(to_custody) & (episode.DECOM < years_after(child.DOB, 10)), episode, child)


def younger(episodes, header, place, years):
    """Episodes in `place` that began before the child was `years` old."""
    episode, child = matched(episodes, header, "child")
    return on(episode, (episode.PLACE == place) & (episode.DECOM < years_after(child.DOB, years)))


@rule(
    "370",
    "Child in independent living is under 15",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (P2).",
    severity="query",
    confidence="inferred",
    until="2022-23",
)
def independent_under_fifteen(episodes, header):
    return younger(episodes, header, "P2", 15)


@rule(
    "370",
    "Child in independent living is under 16",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (P2).",
    severity="query",
    confidence="inferred",
    since="2023-24",
    until="2023-24",
)
def independent_under_sixteen(episodes, header):
    return younger(episodes, header, "P2", 16)


@rule(
    "371",
    "Child in semi-independent living is under 14",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (H5).",
    severity="query",
    confidence="inferred",
    until="2022-23",
)
def semi_independent_under_fourteen(episodes, header):
    return younger(episodes, header, "H5", 14)


@rule(
    "371",
    "Child in semi-independent living is under 16",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (H5).",
    severity="query",
    confidence="inferred",
    since="2023-24",
    until="2023-24",
)
def semi_independent_under_sixteen(episodes, header):
    return younger(episodes, header, "H5", 16)


@rule(
    "371",
    "Child in supported accommodation is under 16",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (K3).",
    severity="query",
    confidence="inferred",
    since="2024-25",
)
def supported_under_sixteen(episodes, header):
    return younger(episodes, header, "K3", 16)


@rule(
    "372",
    "Child in a young offender institution or prison is under 10",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (R5).",
    severity="error",
    confidence="inferred",
)
def prison_under_ten(episodes, header):
    return younger(episodes, header, "R5", 10)


@rule(
    "373",
    "Child at a residential school is under 4",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (S1).",
    severity="query",
    confidence="inferred",
)
def boarding_under_four(episodes, header):
    return younger(episodes, header, "S1", 4)


@rule(
    "374",
    "Child in residential employment is younger than 14",
    flags="episodes.DECOM episodes.PLACE",
    advice="Check the date of birth, the start of the episode and the placement (P3).",
    severity="query",
    confidence="inferred",
)
def employed_under_fourteen(episodes, header):
    return younger(episodes, header, "P3", 14)


def longer(episodes, place, days):
    """Ended episodes in `place` of more than `days`."""
    return (episodes.PLACE == place) & (days_between(episodes.DECOM, episodes.DEC) > days)


@rule(
    "375",
    "Temporary stay in hospital lasted more than six weeks",
    flags="episodes.DECOM episodes.PLACE",
    advice="Correct the dates; a stay in hospital (T1) of more than 42 days is a placement of its own.",
    severity="error",
    confidence="inferred",
)
def long_in_hospital(episodes):
    return longer(episodes, "T1", 42)


@rule(
    "376",
    "Placement during the carers' holiday lasted more than three weeks",
    flags="episodes.DECOM episodes.PLACE",
    advice="Correct the dates; a stay elsewhere (T3) of more than 21 days is a placement of its own.",
    severity="error",
    confidence="inferred",
)
def long_carers_holiday(episodes):
    return longer(episodes, "T3", 21)


@rule(
    "377",
    "Child was placed elsewhere during carers' holidays more than twice",
    flags="episodes.PLACE",
    advice="Check the temporary placements (T3); one that was recorded as several episodes is no failure.",
    severity="query",
    together="child",
)
def many_carers_holidays(episodes):
    holiday = episodes.PLACE == "T3"
    return holiday & (how_many(episodes, "child", episodes, holiday) > 2)


@rule(
    "379",
    "Temporary placement for another reason lasted more than seven days",
    flags="episodes.DECOM episodes.PLACE",
    advice="Correct the dates; a stay elsewhere (T4) of more than 7 days is a placement of its own.",
    severity="error",
    confidence="inferred",
)
def long_temporary(episodes):
    return longer(episodes, "T4", 7)


@rule(
    "380",
    "Temporary placement does not follow another placement",
    flags="episodes.PLACE episodes.RNE",
    advice="A temporary placement begins with P or B: correct the reason, or record the placement before it.",
    severity="error",
)
def temporary_at_the_start(episodes):
    return episodes.PLACE.isin(TEMPORARY) & ~episodes.RNE.isin({"P", "B"})


@rule(
    "381",
    "Child left care from a temporary placement",
    flags="episodes.PLACE episodes.REC",
    advice="End the temporary placement with X1 and record the return to the usual placement before care ends.",
    severity="error",
)
def temporary_at_the_end(episodes):
    return episodes.PLACE.isin(TEMPORARY) & unlisted(episodes.REC, {"X1"})


@rule(
    "383",
    "After a temporary placement the child was not back in the one before",
    flags="episodes.PLACE",
    advice="Record the return to the placement before the temporary one, with P as the reason for the new episode.",
    severity="error",
    until="2024-25",
)
def not_back(episodes):
    before, after = consecutive(episodes, "child", "DECOM")
    was_away = on(after, before.PLACE.isin(TEMPORARY))
    first, third = consecutive(episodes, "child", "DECOM", apart=2)
    return on(third, third(was_away) & ((third.RNE != "P") | (third.PLACE != first.PLACE)))


@rule(
    "383",
    "After a temporary placement the child was not back in the one before, at its postcode",
    flags="episodes.PLACE episodes.RNE episodes.PL_POST",
    advice="Record the return to the placement before the temporary one, with P as the reason for the new episode.",
    severity="error",
    since="2025-26",
)
def not_back_at_postcode(episodes):
    before, after = consecutive(episodes, "child", "DECOM")
    was_away = on(after, before.PLACE.isin(TEMPORARY))
    first, third = consecutive(episodes, "child", "DECOM", apart=2)
    elsewhere = (third.PLACE != first.PLACE) | (third.PL_POST != first.PL_POST)
    return on(third, third(was_away) & ((third.RNE != "P") | elsewhere))


@rule(
    "526",
    "Provider of the placement is missing",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Give the provider (PR0 to PR5); only T0 to T4 and Z1 have none.",
    severity="error",
    until="2024-25",
)
def no_provider(episodes):
    return episodes.PLACE_PROVIDER.isna() & ~episodes.PLACE.isin(TEMPORARY | {"Z1"})


@rule(
    "526",
    "Provider of the placement is missing",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Give the provider (PR0 to PR5); only T0 to T4 and Z11 to Z14 have none.",
    severity="error",
    since="2025-26",
)
def no_provider_since_subtypes(episodes):
    return episodes.PLACE_PROVIDER.isna() & ~episodes.PLACE.isin(NOT_PROVIDED)


@rule(
    "527",
    "The own authority (PR1) does not provide a placement P1, R2 or R5",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Correct the provider or the placement.",
    severity="error",
)
def own_provision(episodes):
    return episodes.PLACE.isin({"P1", "R2", "R5"}) & (episodes.PLACE_PROVIDER == "PR1")


@rule(
    "528",
    "Another authority (PR2) does not provide a placement P1, R2 or R5",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Correct the provider or the placement.",
    severity="error",
)
def other_authority(episodes):
    return episodes.PLACE.isin({"P1", "R2", "R5"}) & (episodes.PLACE_PROVIDER == "PR2")


@rule(
    "529",
    "Another public body (PR3) does not provide adopters, foster carers, parents or homes",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Correct the provider or the placement.",
    severity="error",
)
def other_public_body(episodes):
    family = FOR_ADOPTION | FOSTER | {"P1", "K1", "K2"}
    return episodes.PLACE.isin(family) & (episodes.PLACE_PROVIDER == "PR3")


@rule(
    "530",
    "A private provider (PR4) does not provide a placement with parents",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Correct the provider (PR0 for parents) or the placement.",
    severity="error",
)
def private_parents(episodes):
    return (episodes.PLACE == "P1") & (episodes.PLACE_PROVIDER == "PR4")


@rule(
    "531",
    "A voluntary provider (PR5) does not provide a placement with parents",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Correct the provider (PR0 for parents) or the placement.",
    severity="error",
)
def voluntary_parents(episodes):
    return (episodes.PLACE == "P1") & (episodes.PLACE_PROVIDER == "PR5")


@rule(
    "550",
    "Parents (PR0) are the provider of a placement that is not with them",
    flags="episodes.PLACE episodes.PLACE_PROVIDER",
    advice="Correct the provider, or give P1 as the placement.",
    severity="error",
)
def parents_elsewhere(episodes):
    return (episodes.PLACE_PROVIDER == "PR0") & (episodes.PLACE != "P1")


rule.column(
    "1009",
    "Reason for the change of placement is not a known code",
    advice="Give one of the codes of why a placement changed, or leave it out.",
)

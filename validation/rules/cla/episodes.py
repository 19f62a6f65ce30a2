"""Episodes of care: dates, why they began and ended, how one follows another, age at the end."""

import datetime as dt

from validation.rules.cla.book import rule
from validation.rules.cla.care import ADOPTED, differs, undated_first
from validation.words import (
    blank,
    consecutive,
    day,
    first_by,
    flagged,
    following,
    last_by,
    lookup,
    matched,
    on,
    with_start,
    years_after,
)

ACT_IN_FORCE = dt.date(1991, 10, 14)  # the Children Act 1989

rule.column("141", "Start of the episode cannot be read as a date", advice="Give the start as dd/mm/yyyy.")


@rule(
    "142",
    "Episode has no end or no reason for ending, yet a later one has begun",
    flags="episodes.DEC episodes.REC",
    advice="End each episode but the last with a date and a reason; only the last may be open.",
    severity="error",
)
def left_open(episodes):
    earlier, _ = consecutive(episodes, "child", "DECOM", where=episodes.DECOM.notna())
    return on(earlier, earlier.DEC.isna() | earlier.REC.isna())


rule.column(
    "143",
    "Reason for the new episode is not a known code",
    advice="Give one of the codes for why the episode began (S, P, L, T, U, B).",
)
rule.column("145", "Category of need is not a known code", advice="Give one of the categories of need (N1 to N8).")
rule.column("147", "End of the episode cannot be read as a date", advice="Give the end as dd/mm/yyyy.")


@rule(
    "148",
    "Episode has an end without a reason, or a reason without an end",
    flags="episodes.DEC episodes.REC",
    advice="Give both the date and the reason of the end; leave both empty while the episode goes on.",
    severity="error",
)
def half_ended(episodes):
    return blank(episodes, "DEC") != episodes.REC.isna()


rule.column(
    "149",
    "Reason why the episode ended is not a known code",
    advice="Give one of the codes for why the episode ended (X1 where care goes on, else one that starts with E).",
)


@rule(
    "199",
    "Child has an episode after being adopted",
    flags="episodes.CHILD",
    advice="An adopted child who comes into care again has a new identity: use a new id, or correct the adoption.",
    severity="error",
)
def after_adoption(episodes, previous_episodes=None):
    later = following(episodes, "child", "DECOM", episodes.REC.isin(ADOPTED))
    if previous_episodes is None:
        return later
    first = first_by(previous_episodes, "child", "DECOM", previous_episodes.REC.isin(ADOPTED))
    return later | (episodes.DECOM > lookup(episodes, "child", previous_episodes, "DECOM", first))


@rule(
    "352",
    "Child began to be looked after at 18 or over",
    flags="episodes.DECOM episodes.RNE",
    advice="Check the date of birth and the start of the episode; nobody comes into care from the 18th birthday on.",
    severity="error",
)
def began_as_adult(episodes, header):
    episode, child = matched(episodes, header, "child")
    return on(episode, (episode.RNE == "S") & (episode.DECOM >= years_after(child.DOB, 18)))


@rule(
    "353",
    "Episode began before the Children Act was in force (14 October 1991)",
    flags="episodes.DECOM",
    advice="Correct the start of the episode; none is older than the Act.",
    severity="error",
)
def began_before_the_act(episodes):
    return episodes.DECOM < day(ACT_IN_FORCE)


@rule(
    "354",
    "Episode begins after the last day of the collection year",
    flags="episodes.DECOM",
    advice="Correct the start, or leave the episode to next year's return.",
    severity="error",
)
def begins_after_year(episodes, period):
    return episodes.DECOM > day(period.end)


@rule(
    "355",
    "Episode ends on the day on which it began",
    flags="episodes.DECOM episodes.DEC",
    advice="Correct one of the dates, or take out the episode: each lasts for a night at least.",
    severity="error",
)
def no_night(episodes):
    return episodes.DECOM == episodes.DEC


@rule(
    "356",
    "End of the episode is before its start",
    flags="episodes.DECOM",
    advice="Correct the start or the end of the episode.",
    severity="error",
)
def ends_before_start(episodes):
    return episodes.DEC < episodes.DECOM


@rule(
    "357",
    "Child's first episode, begun in the year, is not the start of care (S)",
    flags="episodes.RNE",
    advice="Give S for the episode with which care begins, or add the episodes before it.",
    severity="error",
)
def first_is_no_start(episodes, period):
    first = first_by(episodes, "child", "DECOM")
    return first & (episodes.DECOM >= day(period.start)) & (episodes.RNE != "S")


@rule(
    "385",
    "Episode ends after the last day of the collection year",
    flags="episodes.DEC",
    advice="Correct the end; an episode that ended after 31 March is sent as open.",
    severity="error",
)
def ends_after_year(episodes, period):
    return episodes.DEC > day(period.end)


@rule(
    "386",
    "Adopted (E11, E12) on or after the 18th birthday",
    flags="episodes.REC",
    advice="Check the date of birth, the end of the episode and its reason; adoption comes before 18.",
    severity="error",
)
def adopted_as_adult(episodes, header):
    episode, child = matched(episodes, header, "child")
    return on(episode, episode.REC.isin(ADOPTED) & (episode.DEC >= years_after(child.DOB, 18)))


@rule(
    "387",
    "Moved into independent living (E5, E6) before the 14th birthday",
    flags="episodes.REC",
    advice="Check the date of birth, the end of the episode and its reason.",
    severity="error",
)
def independent_too_young(episodes, header):
    episode, child = matched(episodes, header, "child")
    return on(episode, episode.REC.isin({"E5", "E6"}) & (episode.DEC < years_after(child.DOB, 14)))


@rule(
    "388",
    "Reason for the end does not fit: X1 is for an episode that another follows the same day",
    flags="episodes.REC",
    advice="Give X1 where the next episode begins on the day this one ends, another reason where care ends.",
    severity="error",
)
def end_does_not_fit(episodes):
    ordered = undated_first(episodes)
    this, following_ = consecutive(ordered, "child", "DECOM")
    apart = this.DEC != following_.DECOM
    unfit = on(this, this.DEC.notna() & this.REC.notna() & ((this.REC == "X1") == apart))
    return unfit | (last_by(ordered, "child", "DECOM") & episodes.DEC.notna() & (episodes.REC == "X1"))


@rule(
    "389",
    "Passed to adult social care (E7) before the 16th birthday",
    flags="episodes.REC",
    advice="Check the date of birth, the end of the episode and its reason.",
    severity="error",
)
def adult_care_too_young(episodes, header):
    episode, child = matched(episodes, header, "child")
    return on(episode, (episode.REC == "E7") & (episode.DEC < years_after(child.DOB, 16)))


@rule(
    "407",
    "Special guardianship (E45 to E48) on or after the 18th birthday",
    flags="episodes.DEC episodes.REC header.DOB",
    advice="Check the date of birth, the end of the episode and its reason; guardians are appointed before 18.",
    severity="error",
    confidence="inferred",
)
def guardian_of_adult(episodes, header):
    episode, child = matched(episodes, header, "child")
    guardian = episode.REC.isin({"E45", "E46", "E47", "E48"})
    return flagged(guardian & (episode.DEC >= years_after(child.DOB, 18)), episode, child)


@rule(
    "431",
    "Care starts (S) on a day that the episode before had not passed",
    flags="episodes.RNE episodes.DECOM",
    advice="Give the reason why the placement or status changed, or correct the dates: care never stopped.",
    severity="error",
)
def starts_without_gap(episodes):
    before, this = consecutive(episodes, "child", "DECOM")
    return on(this, (this.RNE == "S") & (this.DECOM <= before.DEC))


@rule(
    "432",
    "Episode after the end of care is not a new start (S)",
    flags="episodes.RNE",
    advice="Give S for this episode, or X1 as the reason why the one before ended.",
    severity="error",
)
def no_new_start(episodes, codes):
    before, this = consecutive(episodes, "child", "DECOM")
    left_care = before.REC.isin(codes.reason_episode_ceased - {"X1"})
    return on(this, left_care & (this.RNE != "S"))


@rule(
    "433",
    "Episode goes on from another that did not end on the day it begins",
    flags="episodes.RNE episodes.DECOM",
    advice="Begin the episode on the day the one before ended, or give S if care had stopped.",
    severity="error",
)
def gap_in_care(episodes, codes):
    before, this = consecutive(episodes, "child", "DECOM", "DEC")
    goes_on = this.RNE.isin(codes.reason_for_new_episode - {"S"})
    return on(this, goes_on & (this.DECOM != before.DEC))


def _moved(before, this):
    """Some field of the placement is not as it was."""
    kind, provider = differs(before.PLACE, this.PLACE), differs(before.PLACE_PROVIDER, this.PLACE_PROVIDER)
    return kind | provider | differs(before.PL_POST, this.PL_POST) | differs(before.URN, this.URN)


@rule(
    "434",
    "Only the legal status changed (L), yet it is as before or the placement is not",
    flags="episodes.RNE episodes.LS episodes.PLACE episodes.PL_POST episodes.URN episodes.PLACE_PROVIDER",
    advice="Correct the reason for the new episode, the legal status or the placement in this or the episode before.",
    severity="error",
)
def status_alone(episodes):
    before, this = consecutive(episodes, "child", "DECOM")
    return on(this, (this.RNE == "L") & ((this.LS == before.LS) | _moved(before, this)))


@rule(
    "435",
    "Only the placement changed (P, T), yet it is as before or the legal status is not",
    flags="episodes.LS episodes.PLACE episodes.PL_POST episodes.URN episodes.PLACE_PROVIDER",
    advice="Correct the reason for the new episode, the placement or the legal status in this or the episode before.",
    severity="error",
)
def placement_alone(episodes):
    before, this = consecutive(episodes, "child", "DECOM")
    return on(this, this.RNE.isin({"P", "T"}) & (differs(before.LS, this.LS) | ~_moved(before, this)))


@rule(
    "436",
    "Placement and legal status changed (U, B), yet one of them is as before",
    flags="episodes.RNE episodes.LS episodes.PLACE episodes.PL_POST episodes.URN episodes.PLACE_PROVIDER",
    advice="Correct the reason for the new episode, or the placement or legal status that is said to be new.",
    severity="error",
)
def both_changed(episodes):
    before, this = consecutive(episodes, "child", "DECOM")
    return on(this, this.RNE.isin({"U", "B"}) & ~(differs(before.LS, this.LS) & _moved(before, this)))


@rule(
    "437",
    "Child died or reached 18 (E2, E15), yet has another episode",
    flags="episodes.REC",
    advice="Correct the reason for the end, or take out the later episodes.",
    severity="error",
)
def more_after_the_last(episodes):
    this, _ = consecutive(episodes, "child", "DECOM")
    return on(this, this.REC.isin({"E2", "E15"}) & this.DECOM.notna())


@rule(
    "460",
    "Stayed with carers on turning 18 (E17), but ends before the 18th birthday",
    flags="episodes.DEC episodes.REC",
    advice="Check the date of birth, the end of the episode and its reason.",
    severity="error",
)
def stayed_put_too_young(episodes, header):
    episode, child = matched(episodes, header, "child")
    return on(episode, (episode.REC == "E17") & (episode.DEC < years_after(child.DOB, 18)))


@rule(
    "501",
    "Episode begins before the end of the one before it",
    flags="episodes.DECOM episodes.DEC",
    advice="Correct the start of this episode or the end of the one before, so that they do not overlap.",
    severity="error",
)
def begins_too_soon(episodes):
    before, this = consecutive(episodes, "child", "DECOM")
    return on(this, this.DECOM < before.DEC)


@rule(
    "504",
    "Category of need is not the one with which the period of care began",
    flags="episodes.CIN",
    advice="The main need is that on coming into care: repeat it in every episode until care ends.",
    severity="error",
    confidence="inferred",
)
def need_changed(episodes):
    before, this = consecutive(episodes, "child", "DECOM")
    goes_on = on(this, (before.REC == "X1") & (before.DEC == this.DECOM))
    episode, start = with_start(episodes, "child", "DECOM", goes_on)
    return on(episode, differs(episode.CIN, start.CIN))

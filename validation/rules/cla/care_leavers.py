"""Care leavers: who is one, and what is said of their activity and accommodation."""

from validation.rules.cla.book import rule
from validation.rules.cla.care import ADOPTED, both_years, short_break
from validation.words import (
    all_given,
    any_given,
    blank,
    day,
    days_between,
    first_of_last,
    has,
    inside,
    last_by,
    lookup,
    matched,
    on,
    total,
    years_after,
)

OUTCOMES = ["IN_TOUCH", "ACTIV", "ACCOM"]
FLAGS = "oc3.IN_TOUCH oc3.ACTIV oc3.ACCOM"
WITH_FORMER_CARERS = frozenset({"Z1", "Z2"})
FOYER = frozenset({"T1", "T2"})


def birthday_of_17_or_18(oc3, period):
    """The day in the year up to its last on which the young person turned 17 or 18; missing for other ages."""
    turned_17, turned_18 = years_after(oc3.DOB, 17), years_after(oc3.DOB, 18)
    of_age = (turned_17 <= day(period.end)) & (years_after(oc3.DOB, 19) > day(period.end))
    return turned_18.where(turned_18 <= day(period.end), turned_17).where(of_age)


def days_since(birthday, start, end):
    """Days from `start`, or from a later birthday, to `end`; a missing start is taken to be before it."""
    return days_between(start.where(start > birthday, birthday), end).clip(lower=0)


@rule(
    "1000",
    "Care leaver died while looked after",
    flags=FLAGS,
    advice="Leave out of OC3 whose episode ended with E2, or correct the reason the episode ended.",
    severity="error",
)
def died_in_care(episodes, oc3, previous_episodes=None):
    dead = has(oc3, "child", episodes, episodes.REC == "E2")
    if previous_episodes is None:
        return dead
    return dead | has(oc3, "child", previous_episodes, previous_episodes.REC == "E2")


@rule(
    "1001",
    "Care leaver was not in care for 91 days from 14 and a day from 16, or was adopted",
    flags=FLAGS,
    advice="Check the episodes of this year and last; earlier ones are not seen, so keep who was in care then.",
    severity="query",
)
def not_long_in_care(episodes, oc3, header, previous_episodes, period):
    spells = both_years(episodes, previous_episodes, "LS", "REC")
    final = last_by(spells, "child", "DECOM")
    end = spells.DEC.mask(final & spells.DEC.isna(), day(period.end)).mask(short_break(spells))
    dated = header.DOB.notna()
    born = lookup(spells, "child", header, "DOB", dated)
    from_14 = total(oc3, "child", spells, days_since(years_after(born, 14), spells.DECOM, end))
    from_16 = total(oc3, "child", spells, days_since(years_after(born, 16), spells.DECOM, end))
    of_20 = years_after(lookup(oc3, "child", header, "DOB", dated), 20) <= day(period.end)
    adopted = has(oc3, "child", spells, final & spells.REC.isin(ADOPTED))
    return adopted | (~of_20 & ((from_14 < 91) | (from_16 < 1)))


@rule(
    "1002",
    "Care leaver has no episode this year or last",
    flags=FLAGS,
    advice="Check the id of the young person; earlier years are not seen, so keep who left care before them.",
    severity="query",
)
def never_in_care(episodes, oc3, previous_episodes):
    return ~has(oc3, "child", episodes) & ~has(oc3, "child", previous_episodes)


@rule(
    "1007",
    "Young person of 17 or 18 was still looked after on the birthday, yet is a care leaver",
    flags=FLAGS,
    advice="Leave out of OC3 who was looked after on the 17th or 18th birthday, or record the end of care.",
    severity="error",
)
def in_care_on_birthday(episodes, oc3, period):
    birthday = birthday_of_17_or_18(oc3, period)
    leaver, episode = matched(oc3, episodes, "child")
    ended = episode.DEC <= leaver(birthday)
    return on(leaver, (episode.DECOM <= leaver(birthday)) & ~ended) & any_given(oc3, *OUTCOMES)


@rule(
    "1010",
    "Care leaver has no episode this year, but the last one of last year was open",
    flags=FLAGS,
    advice="Carry the open episode over from last year and record its end, or correct last year's return.",
    severity="error",
)
def open_last_year(episodes, oc3, previous_episodes):
    left_open = last_by(previous_episodes, "child", "DECOM") & blank(previous_episodes, "DEC")
    return has(oc3, "child", previous_episodes, left_open) & ~has(oc3, "child", episodes)


@rule(
    "1011",
    "Care leaver was taken over by another authority while looked after",
    flags=FLAGS,
    advice="Leave out of OC3 whose last episode ended with E3, or correct the reason it ended.",
    severity="error",
)
def transferred(episodes, oc3):
    final = first_of_last(episodes, "child", "DECOM")
    return has(oc3, "child", episodes, final & (episodes.REC == "E3")) & any_given(oc3, *OUTCOMES)


@rule(
    "1016",
    "Young person of 17 or 18 left care on the birthday or later, yet is a care leaver",
    flags=FLAGS,
    advice="Report who left care on or after the birthday from the next birthday on; leave out of OC3 until then.",
    since="2023-24",
    severity="error",
)
def left_after_birthday(episodes, oc3, period):
    leaver, episode = matched(oc3, episodes, "child")
    left = episode.DEC >= leaver(birthday_of_17_or_18(oc3, period))
    return on(leaver, left) & any_given(oc3, *OUTCOMES)


rule.column(
    "131",
    "Whether in touch with the care leaver is missing or not a known code",
    advice="Give one of YES, NO, DIED, REFU, NREQ and RHOM.",
    severity="error",
)

rule.column(
    "132",
    "Activity of the care leaver is missing or not a known code",
    advice="Give the main activity around the birthday, 0 where it does not apply.",
    severity="error",
)

rule.column(
    "133",
    "Accommodation of the care leaver is missing or not a known code",
    advice="Give the type of accommodation with 1 (suitable) or 2 (unsuitable), 0 where it does not apply.",
    severity="error",
)


@rule(
    "153",
    "Only some of in touch, activity and accommodation are given",
    flags=FLAGS,
    advice="Complete all three items of the care leaver, or leave all three blank.",
    severity="error",
)
def partly_complete(oc3):
    return any_given(oc3, *OUTCOMES) & ~all_given(oc3, *OUTCOMES)


@rule(
    "3001",
    "Care leaver who turned 17 in the year lives with former foster carers",
    flags="oc3.ACCOM",
    advice="Z1 and Z2 are for those of 18 and over: check the date of birth and the accommodation.",
    severity="error",
)
def staying_put_at_17(header, oc3, period):
    turned_17 = has(oc3, "child", header, inside(years_after(header.DOB, 17), period))
    return turned_17 & oc3.ACCOM.isin(WITH_FORMER_CARERS)


@rule(
    "344",
    "Care leaver died or went home, yet has an activity or accommodation other than 0",
    flags=FLAGS,
    advice="Give 0 for activity and accommodation where IN_TOUCH is DIED or RHOM.",
    severity="error",
)
def outcome_of_nobody(oc3):
    gone = oc3.IN_TOUCH.isin({"DIED", "RHOM"})
    return gone & ~((oc3.ACTIV == "0") & (oc3.ACCOM == "0"))


@rule(
    "345",
    "Authority is in touch with the care leaver, but activity or accommodation is 0",
    flags=FLAGS,
    advice="Give activity and accommodation of a care leaver with whom you are in touch.",
    severity="error",
)
def no_outcome(oc3):
    return (oc3.IN_TOUCH == "YES") & ((oc3.ACTIV == "0") | (oc3.ACCOM == "0"))


@rule(
    "347",
    "Care leaver lives in a foyer, but was under 18 when the year began",
    flags="oc3.ACCOM oc3.DOB",
    advice="Check the date of birth and the accommodation.",
    since="2023-24",
    severity="error",
    confidence="inferred",
)
def foyer_under_18(oc3, period):
    return oc3.ACCOM.isin(FOYER) & (years_after(oc3.DOB, 18) > day(period.start))


@rule(
    "348",
    "Care leaver died according to last year's return, but not to this year's",
    flags="oc3.IN_TOUCH",
    advice="Leave out of OC3 who died before the year, or check last year's answer.",
    since="2025-26",
    severity="error",
)
def dead_last_year(oc3, previous_oc3):
    return has(oc3, "child", previous_oc3, previous_oc3.IN_TOUCH == "DIED") & (oc3.IN_TOUCH != "DIED")


@rule(
    "391",
    "Care leaver is not yet 17 at the end of the year",
    flags="oc3.DOB oc3.IN_TOUCH oc3.ACTIV oc3.ACCOM",
    advice="Check the date of birth; leave out of OC3 who turns 17 after 31 March.",
    severity="error",
)
def under_17(oc3, period):
    return (years_after(oc3.DOB, 17) > day(period.end)) & any_given(oc3, *OUTCOMES)

"""The child: sex, birth, ethnicity, pupil number, motherhood; alone, beside care and beside last year."""

import datetime as dt

from validation.rules.cla.book import rule
from validation.rules.cla.care import differs, in_year, short_break
from validation.words import (
    any_given,
    blank,
    day,
    first_by,
    flagged,
    has,
    inside,
    last_by,
    lookup,
    matched,
    on,
    unlisted,
    unreadable,
    years_after,
)

LETTERS = {"1": "M", "2": "F"}  # the codes of sex until 2023-24 in those of today
OUTCOMES = ["IN_TOUCH", "ACTIV", "ACCOM"]
NO_UPN_YET = "UN1"
NO_UPN = frozenset({"UN1", "UN2", "UN3", "UN4", "UN5"})
YES_AS_NUMBER, NO_AS_NUMBER = frozenset({"1", "1.0"}), frozenset({"0", "0.0"})
AS_LAST_YEAR = "Find out which year is right and correct this year's return, or confirm the change."
IS_SHE_A_MOTHER = "Give 1 for a girl who is a mother and 0 for one who is not, and check the sex."


def _cared_for(header, episodes):
    """Children with an episode that is no short break."""
    return has(header, "child", episodes, ~short_break(episodes))


def _with_leaver(header, wrong, oc3):
    """The rows `wrong`, and what is said of the child as a care leaver."""
    return {"Header": wrong, "OC3": has(oc3, "child", header, wrong)}


def _mother_wrong(header, episodes, period, male, female, codes):
    cared_for_now = has(header, "child", episodes, in_year(episodes, period) & ~short_break(episodes))
    unsaid = header.MOTHER.isna() & (header.SEX == female) & cared_for_now
    of_a_boy = header.MOTHER.notna() & (header.SEX == male)
    return _cared_for(header, episodes) & (unlisted(header.MOTHER, codes.yes_no) | of_a_boy | unsaid)


def _mother_unsaid_on_leaving(episodes, header, period, female):
    left = inside(episodes.DEC, period) & episodes.REC.notna() & (episodes.REC != "X1") & ~short_break(episodes)
    episode, child = matched(episodes, header, "child")
    return flagged(episode(left) & (child.SEX == female) & child.MOTHER.isna(), episode, child)


def _child_without_mother(header, female):
    no_mother = header.MOTHER.isna() | (header.MOTHER == "0")
    return no_mother & (header.SEX == female) & ~blank(header, "MC_DOB")


rule.column(
    "101", "Sex is missing or not a known code", advice="Give M, F or U (until 2023-24: 1 or 2).", severity="error"
)
rule.column(
    "102",
    "Child's date of birth is missing or cannot be read",
    advice="Find out when the child was born and give the date.",
    severity="error",
)
rule.column(
    "103",
    "Ethnicity is missing or not a known code",
    advice="Give one of the four-letter codes; REFU and NOBT where it is not told or not yet known.",
    severity="error",
)
rule.column(
    "105",
    "Asylum indicator is neither 0 nor 1",
    advice="Give 1 for an unaccompanied asylum-seeking child in the year and 0 for any other child.",
    severity="error",
)


@rule(
    "165",
    "Whether a mother is not 0 or 1, is said of a boy, or is not said of a girl in care",
    flags="header.MOTHER header.SEX oc3.IN_TOUCH oc3.ACTIV oc3.ACCOM",
    advice=IS_SHE_A_MOTHER,
    until="2023-24",
    severity="error",
)
def mother_wrong_by_number(header, episodes, oc3, period, codes):
    return _with_leaver(header, _mother_wrong(header, episodes, period, "1", "2", codes), oc3)


@rule(
    "165",
    "Whether a mother is not 0 or 1, is said of a boy, or is not said of a girl in care",
    flags="header.MOTHER header.SEX oc3.IN_TOUCH oc3.ACTIV oc3.ACCOM",
    advice=IS_SHE_A_MOTHER,
    since="2024-25",
    severity="error",
)
def mother_wrong(header, episodes, oc3, period, codes):
    return _with_leaver(header, _mother_wrong(header, episodes, period, "M", "F", codes), oc3)


rule.column(
    "168",
    "UPN is neither of 13 characters in the pattern of one nor UN1 to UN5",
    advice="Ask the school for the UPN; where there is none, say why with one of UN1 to UN5.",
    severity="error",
)
rule.column(
    "171",
    "Date of birth of the mother's first child cannot be read",
    advice="Give the day on which the first child was born.",
    severity="error",
)


@rule(
    "174",
    "A boy has a first child's date of birth",
    flags="header.SEX header.MC_DOB",
    advice="Check the sex; the field is for mothers, so leave it blank for a boy.",
    until="2023-24",
    severity="error",
)
def child_of_a_boy_by_number(header):
    return (header.SEX == "1") & ~blank(header, "MC_DOB")


@rule(
    "174",
    "A boy has a first child's date of birth",
    flags="header.SEX header.MC_DOB",
    advice="Check the sex; the field is for mothers, so leave it blank for a boy.",
    since="2024-25",
    severity="error",
)
def child_of_a_boy(header):
    return (header.SEX == "M") & ~blank(header, "MC_DOB")


@rule("202", "Sex is not what it was last year", flags="header.SEX", advice=AS_LAST_YEAR, severity="query")
def other_sex(header, previous_header):
    now, then = matched(header, previous_header, "child")
    return on(now, differs(now.SEX.replace(LETTERS), then.SEX.replace(LETTERS)))


@rule("203", "Date of birth is not what it was last year", flags="header.DOB", advice=AS_LAST_YEAR, severity="query")
def other_birth(header, previous_header):
    known = has(header, "child", previous_header)
    return known & differs(header.DOB, lookup(header, "child", previous_header, "DOB"))


@rule("204", "Ethnicity is not what it was last year", flags="header.ETHNIC", advice=AS_LAST_YEAR, severity="query")
def other_ethnicity(header, previous_header):
    known = has(header, "child", previous_header)
    return known & differs(header.ETHNIC, lookup(header, "child", previous_header, "ETHNIC"))


@rule(
    "207",
    "Mother last year is none this year",
    flags="header.MOTHER",
    advice="Who has been a mother stays one in the return: give 1, or correct last year's return.",
    severity="error",
)
def mother_no_more(header, episodes, previous_header):
    was_mother = has(header, "child", previous_header, previous_header.MOTHER == "1")
    return was_mother & (header.MOTHER != "1") & has(header, "child", episodes)


@rule(
    "208",
    "UPN is not what it was last year, and not one that was not known then",
    flags="header.UPN",
    advice="A UPN stays with the child: check it with the school, or confirm the change.",
    severity="query",
)
def other_upn(header, previous_header):
    now, before = header.UPN, lookup(header, "child", previous_header, "UPN")
    named = before.isin(NO_UPN) & unlisted(now, NO_UPN)
    reasoned = (before == NO_UPN_YET) & now.isin(NO_UPN)
    return before.notna() & (now != before) & ~named & ~reasoned


@rule(
    "209",
    "Child is too young for a UPN (UN1), but old enough for school",
    flags="header.UPN header.DOB",
    advice="Ask the school for the UPN and check the date of birth; UN1 is for children not yet of school age.",
    severity="error",
)
def old_enough_for_a_upn(header, period):
    school_year = day(dt.date(period.start.year - 1, 8, 31))
    return (header.UPN == NO_UPN_YET) & (years_after(header.DOB, 4) <= school_year)


@rule(
    "210",
    "UPN is not yet known (UN4), but the child came into care over a week before year end",
    flags="header.UPN episodes.DECOM",
    advice="Ask the school for the UPN; UN4 is for children who came into care in the last week of the year.",
    severity="error",
    confidence="inferred",
)
def upn_due(header, episodes, period):
    child, episode = matched(header, episodes, "child")
    last_week = day(period.end.replace(day=24))
    return flagged((child.UPN == "UN4") & (episode.DECOM < last_week), child, episode)


@rule(
    "232",
    "Sex of the child is given as not known",
    flags="header.SEX",
    advice="Give M or F once it is known, or confirm that it is not.",
    since="2024-25",
    severity="query",
)
def sex_not_known(header):
    return header.SEX == "U"


@rule(
    "301",
    "Child was born after the year",
    flags="header.DOB",
    advice="Check the date of birth; a child born after 31 March belongs in the next return.",
    severity="error",
)
def born_after_the_year(header, period):
    return header.DOB > day(period.end)


@rule(
    "302",
    "First episode began before the child was born",
    flags="episodes.DECOM header.DOB",
    advice="Check the date of birth and the start of the first episode.",
    severity="error",
)
def in_care_before_birth(episodes, header):
    first = first_by(episodes, "child", "DECOM")
    episode, child = matched(episodes, header, "child")
    return flagged(episode(first) & (child.DOB > episode.DECOM), episode, child)


@rule(
    "351",
    "Young person was over 25 when the year began",
    flags="header.DOB",
    advice="Check the date of birth; leave out who is no longer a care leaver.",
    severity="query",
)
def over_25(header, period):
    return years_after(header.DOB, 25) < day(period.start)


@rule(
    "393",
    "Girl in care, and not said whether a mother",
    flags="header.MOTHER",
    advice=IS_SHE_A_MOTHER,
    until="2023-24",
    severity="error",
)
def mother_unsaid_by_number(header, episodes):
    return (header.SEX == "2") & header.MOTHER.isna() & _cared_for(header, episodes)


@rule(
    "393",
    "Girl in care, and not said whether a mother",
    flags="header.MOTHER",
    advice=IS_SHE_A_MOTHER,
    since="2024-25",
    severity="error",
)
def mother_unsaid(header, episodes):
    return (header.SEX == "F") & header.MOTHER.isna() & _cared_for(header, episodes)


@rule(
    "399",
    "Child with short breaks alone has a review, or is said to be a mother or none",
    flags="episodes.LS header.MOTHER reviews.REVIEW reviews.REVIEW_CODE",
    advice="Leave reviews and MOTHER blank for a child with short breaks alone, or correct the legal status.",
    severity="error",
    together="child",
)
def more_than_short_breaks(episodes, header, reviews):
    said, reviewed = header.MOTHER.notna(), any_given(reviews, "REVIEW", "REVIEW_CODE")

    def breaks_alone(frame):
        return has(frame, "child", episodes) & ~has(frame, "child", episodes, ~short_break(episodes))

    def told(frame):
        return has(frame, "child", header, said) | has(frame, "child", reviews, reviewed)

    return {
        "Episodes": breaks_alone(episodes) & told(episodes),
        "Header": breaks_alone(header) & (said | has(header, "child", reviews, reviewed)),
        "Reviews": breaks_alone(reviews) & (reviewed | has(reviews, "child", header, said)),
    }


@rule(
    "442",
    "Child in care has no UPN and no reason for that",
    flags="header.UPN",
    advice="Ask the school for the UPN; where there is none, say why with one of UN1 to UN5.",
    severity="error",
)
def no_upn(header, episodes):
    return header.UPN.isna() & _cared_for(header, episodes)


@rule(
    "444",
    "Several children have the same UPN",
    flags="header.UPN",
    advice="Find out whose UPN it is; merge the rows if it is one child, else correct the other's.",
    since="2025-26",
    severity="error",
    across="UPN",
)
def same_upn(header):
    return unlisted(header.UPN, NO_UPN) & header.UPN.duplicated(keep=False)


@rule(
    "607",
    "Girl left care in the year, and not said whether a mother",
    flags="episodes.DEC episodes.REC episodes.LS header.MOTHER header.SEX",
    advice=IS_SHE_A_MOTHER,
    until="2023-24",
    severity="error",
)
def mother_unsaid_on_leaving_by_number(episodes, header, period):
    return _mother_unsaid_on_leaving(episodes, header, period, "2")


@rule(
    "607",
    "Girl left care in the year, and not said whether a mother",
    flags="episodes.DEC episodes.REC episodes.LS header.MOTHER header.SEX",
    advice=IS_SHE_A_MOTHER,
    since="2024-25",
    severity="error",
)
def mother_unsaid_on_leaving(episodes, header, period):
    return _mother_unsaid_on_leaving(episodes, header, period, "F")


@rule(
    "611",
    "Mother without the date of birth of her first child",
    flags="header.MOTHER header.MC_DOB",
    advice="Give the day on which the first child was born.",
    severity="error",
)
def mother_without_child(header):
    return (header.MOTHER == "1") & blank(header, "MC_DOB")


@rule(
    "612",
    "A first child's date of birth is given of a girl who is not said to be a mother",
    flags="header.SEX header.MOTHER header.MC_DOB",
    advice="Give 1 if she is a mother, else leave the date of birth of the first child blank.",
    until="2023-24",
    severity="error",
)
def child_without_mother_by_number(header):
    return _child_without_mother(header, "2")


@rule(
    "612",
    "A first child's date of birth is given of a girl who is not said to be a mother",
    flags="header.SEX header.MOTHER header.MC_DOB",
    advice="Give 1 if she is a mother, else leave the date of birth of the first child blank.",
    since="2024-25",
    severity="error",
)
def child_without_mother(header):
    return _child_without_mother(header, "F")


@rule(
    "620",
    "Mother was not yet 11 when the year began",
    flags="header.DOB header.MOTHER",
    advice="Check the date of birth and whether she is a mother, or confirm both.",
    severity="query",
)
def mother_under_11(header, period):
    return (header.MOTHER == "1") & (years_after(header.DOB, 11) > day(period.start))


@rule(
    "621",
    "First child was not born after the mother",
    flags="header.DOB header.MC_DOB",
    advice="Check both dates of birth; the mother's may have been given for the child's.",
    severity="error",
)
def older_than_the_mother(header):
    return header.MC_DOB <= header.DOB


@rule(
    "624",
    "First child's date of birth is not what it was last year",
    flags="header.MC_DOB",
    advice=AS_LAST_YEAR,
    severity="query",
)
def other_first_child(header, previous_header):
    now, before = matched(header, previous_header, "child")
    told_before = before(~blank(previous_header, "MC_DOB"))
    unread = now(unreadable(header, "MC_DOB")) & before(unreadable(previous_header, "MC_DOB"))
    return on(now, told_before & (now.MC_DOB != before.MC_DOB) & ~unread)


@rule(
    "625",
    "First child was born after the year, or after the end of the mother's last episode",
    flags="header.MC_DOB episodes.DEC",
    advice="Check the first child's date of birth and the end of the last episode; later births are not reported.",
    severity="error",
    confidence="inferred",
)
def born_after_care(header, episodes, period):
    child, episode = matched(header, episodes, "child")
    late = (child.MC_DOB > day(period.end)) | (child.MC_DOB > episode.DEC)
    return flagged(late & episode(last_by(episodes, "child", "DECOM")), child, episode)


@rule(
    "626",
    "Mother this year and none last year, but the child was born before the year",
    flags="header.MOTHER header.MC_DOB",
    advice="Check the first child's date of birth; if it is right, last year's return was not.",
    severity="query",
)
def mother_before_the_year(header, previous_header, period):
    none_before = has(header, "child", previous_header, previous_header.MOTHER.isin(NO_AS_NUMBER))
    return header.MOTHER.isin(YES_AS_NUMBER) & none_before & (header.MC_DOB < day(period.start))


@rule(
    "628",
    "Care leaver without an episode is said to be a mother or none",
    flags="header.MOTHER",
    advice="Leave MOTHER blank for a care leaver who was not looked after in the year.",
    severity="error",
)
def mother_of_a_leaver(header, episodes, oc3):
    leaver = has(header, "child", oc3, any_given(oc3, *OUTCOMES))
    return header.MOTHER.notna() & leaver & ~has(header, "child", episodes)


@rule(
    "EPI",
    "Child has neither an episode nor a row as a care leaver",
    flags="header.CHILD",
    advice="Send the child's episodes or care leaver data, or leave the child out.",
    severity="query",
)
def neither_in_care_nor_leaver(header, episodes=None, oc3=None):
    return ~has(header, "child", episodes) & ~has(header, "child", oc3)

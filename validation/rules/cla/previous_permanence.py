"""Permanence before this period of care: the arrangement, who made it and when."""

import datetime as dt

import pandas as pd

from validation.rules.cla.book import rule
from validation.words import day, first_by, flagged, has, last_by, matched

NONE = "Z1"
SINCE = dt.date(2016, 4, 1)  # permanence before is asked of children who came into care from then on


def latest_meant(text: pd.Series) -> pd.Series:
    """The last day that a date with ZZ for an unknown day or month, ZZZZ for an unknown year can mean; missing where it
    cannot be read.

    An unknown year is read as 2000.
    """
    iso = text.str.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}").fillna(value=False).astype(bool)
    slashed = text.mask(iso, text.str.slice(8, 10) + "/" + text.str.slice(5, 7) + "/" + text.str.slice(0, 4))
    written = slashed.where(slashed.str.fullmatch("([0-9]{2}|ZZ)/([0-9]{2}|ZZ)/([0-9]{4}|ZZZZ)").eq(other=True))
    no_day, no_month = (written.str.slice(*part) == "ZZ" for part in ((0, 2), (3, 5)))
    filled = written.str.replace("ZZZZ", "2000").str.replace("ZZ", "01")
    first = pd.to_datetime(filled, format="%d/%m/%Y", errors="coerce").astype("datetime64[us]")
    end_of_month = first + pd.DateOffset(months=1) - pd.DateOffset(days=1)
    end_of_year = first + pd.DateOffset(years=1) - pd.DateOffset(days=1)
    return first.mask(no_day, end_of_month).mask(no_month, end_of_year)


@rule(
    "630",
    "Child came into care in the year, but permanence before it is missing or incomplete",
    flags="episodes.RNE",
    advice="Give what the child had before (Z1 for nothing); for any order also its authority and date.",
    severity="error",
)
def not_told(episodes, prev_perm, period):
    came = (episodes.RNE == "S") & (episodes.DECOM >= day(period.start))
    ordered = prev_perm.PREV_PERM != NONE
    lacking = prev_perm.PREV_PERM.isna() | (ordered & (prev_perm.LA_PERM.isna() | prev_perm.DATE_PERM.isna()))
    return came & (~has(episodes, "child", prev_perm) | has(episodes, "child", prev_perm, lacking))


rule.column(
    "631",
    "Permanence arrangement before care is not a known code",
    advice="Give one of P1 to P4, or Z1 where there was none.",
)


@rule(
    "632",
    "Date of the permanence order cannot be read, or is not before care began",
    flags="episodes.DECOM prev_perm.DATE_PERM",
    advice="Give the date of the order as dd/mm/yyyy, with ZZ or ZZZZ for what is not known; it is before care began.",
    severity="error",
)
def not_before_care(episodes, prev_perm):
    first, order = matched(episodes, prev_perm, "child")
    made = order(latest_meant(prev_perm.DATE_PERM))
    wrong = order.DATE_PERM.notna() & (made.isna() | (made >= first.DECOM))
    return flagged(first(first_by(episodes, "child", "DECOM")) & wrong, first, order)


rule.column(
    "633",
    "Authority of the permanence order is not a known code",
    advice="Give the authority's three-digit number, or WAL, SCO, NIR, NUK, or 999 where it is not known.",
)


@rule(
    "634",
    "Permanence before care is given of a child who did not come into care since April 2016",
    flags="prev_perm.LA_PERM prev_perm.PREV_PERM prev_perm.DATE_PERM episodes.DECOM",
    advice="Leave out permanence before care for children who have been looked after since before 1 April 2016.",
    severity="error",
    confidence="inferred",
)
def not_asked(prev_perm, episodes):
    earlier = last_by(episodes, "child", "DECOM") & (episodes.DECOM < day(SINCE))
    told = prev_perm.PREV_PERM.notna() | prev_perm.LA_PERM.notna() | prev_perm.DATE_PERM.notna()
    order, episode = matched(prev_perm, episodes, "child")
    return flagged(order(told & has(prev_perm, "child", episodes, earlier)), order, episode)


@rule(
    "635",
    "Authority or date of a permanence order is given, but no order",
    flags="prev_perm.LA_PERM prev_perm.DATE_PERM prev_perm.PREV_PERM",
    advice="Give the arrangement, or leave out authority and date where there was none (Z1).",
    severity="error",
    confidence="inferred",
)
def no_order(prev_perm):
    told = prev_perm.LA_PERM.notna() | prev_perm.DATE_PERM.notna()
    return told & (prev_perm.PREV_PERM.isna() | (prev_perm.PREV_PERM == NONE))

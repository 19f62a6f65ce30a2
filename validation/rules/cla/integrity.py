"""Do the tables fit together: each child in Header, one row where one is due, births and sexes that agree."""

import pandas as pd

from validation.rules.cla.book import rule
from validation.words import has, matched, on, repeated

ADD = "Add the child to Header, or correct the child's id."
ONE_BIRTH = "Find out when the child was born and give the same date of birth in every table."
ONE_ROW = "Keep one row for the child; of rows recorded twice leave out the other."


def stranger(frame: pd.DataFrame, header: pd.DataFrame) -> pd.Series:
    """Rows of children who are not in Header."""
    return ~has(frame, "child", header)


def born_otherwise(frame: pd.DataFrame, header: pd.DataFrame) -> pd.Series:
    """Rows whose date of birth is another than that of some Header row of the child."""
    row, child = matched(frame, header, "child")
    return on(row, (row.DOB != child.DOB) & row.DOB.notna() & child.DOB.notna())


@rule(
    "1012",
    "Child has other data in the return, but no episode in the year",
    flags="placed_adoption.CHILD missing.CHILD reviews.CHILD ad1.CHILD prev_perm.CHILD oc2.CHILD",
    advice="Send the child's episodes too, or leave the child out of the other tables.",
    severity="error",
    together="child",
)
def no_episodes(placed_adoption, missing, reviews, ad1, prev_perm, oc2, episodes):
    tables = (placed_adoption, missing, reviews, ad1, prev_perm, oc2)
    return {frame.attrs["table"]: ~has(frame, "child", episodes) for frame in tables}


@rule(
    "INT01",
    "An adoption in the year is of a child who is not in Header",
    flags="ad1.CHILD",
    advice=ADD,
    severity="error",
)
def ad1_of_a_stranger(ad1, header):
    return stranger(ad1, header)


@rule(
    "INT02",
    "A decision to place for adoption is of a child who is not in Header",
    flags="placed_adoption.CHILD",
    advice=ADD,
    severity="error",
)
def placed_adoption_of_a_stranger(placed_adoption, header):
    return stranger(placed_adoption, header)


@rule("INT03", "An episode is of a child who is not in Header", flags="episodes.CHILD", advice=ADD, severity="error")
def episodes_of_a_stranger(episodes, header):
    return stranger(episodes, header)


@rule(
    "INT04", "A missing period is of a child who is not in Header", flags="missing.CHILD", advice=ADD, severity="error"
)
def missing_of_a_stranger(missing, header):
    return stranger(missing, header)


@rule("INT05", "A health record is of a child who is not in Header", flags="oc2.CHILD", advice=ADD, severity="error")
def oc2_of_a_stranger(oc2, header):
    return stranger(oc2, header)


@rule(
    "INT06", "A care leaver record is of a child who is not in Header", flags="oc3.CHILD", advice=ADD, severity="error"
)
def oc3_of_a_stranger(oc3, header):
    return stranger(oc3, header)


@rule(
    "INT07",
    "A previous permanence record is of a child who is not in Header",
    flags="prev_perm.CHILD",
    advice=ADD,
    severity="error",
)
def prev_perm_of_a_stranger(prev_perm, header):
    return stranger(prev_perm, header)


@rule("INT08", "A review is of a child who is not in Header", flags="reviews.CHILD", advice=ADD, severity="error")
def reviews_of_a_stranger(reviews, header):
    return stranger(reviews, header)


@rule("INT09", "An asylum record is of a child who is not in Header", flags="uasc.CHILD", advice=ADD, severity="error")
def uasc_of_a_stranger(uasc, header):
    return stranger(uasc, header)


@rule("INT11", "Date of birth in AD1 is not that in Header", flags="ad1.DOB", advice=ONE_BIRTH, severity="error")
def ad1_born_otherwise(ad1, header):
    return born_otherwise(ad1, header)


@rule(
    "INT12",
    "Date of birth in PlacedAdoption is not that in Header",
    flags="placed_adoption.DOB",
    advice=ONE_BIRTH,
    severity="error",
)
def placed_adoption_born_otherwise(placed_adoption, header):
    return born_otherwise(placed_adoption, header)


@rule(
    "INT13", "Date of birth in Missing is not that in Header", flags="missing.DOB", advice=ONE_BIRTH, severity="error"
)
def missing_born_otherwise(missing, header):
    return born_otherwise(missing, header)


@rule("INT14", "Date of birth in OC2 is not that in Header", flags="oc2.DOB", advice=ONE_BIRTH, severity="error")
def oc2_born_otherwise(oc2, header):
    return born_otherwise(oc2, header)


@rule("INT15", "Date of birth in OC3 is not that in Header", flags="oc3.DOB", advice=ONE_BIRTH, severity="error")
def oc3_born_otherwise(oc3, header):
    return born_otherwise(oc3, header)


@rule(
    "INT16",
    "Date of birth in PrevPerm is not that in Header",
    flags="prev_perm.DOB",
    advice=ONE_BIRTH,
    severity="error",
)
def prev_perm_born_otherwise(prev_perm, header):
    return born_otherwise(prev_perm, header)


@rule(
    "INT17", "Date of birth in Reviews is not that in Header", flags="reviews.DOB", advice=ONE_BIRTH, severity="error"
)
def reviews_born_otherwise(reviews, header):
    return born_otherwise(reviews, header)


@rule("INT18", "Date of birth in UASC is not that in Header", flags="uasc.DOB", advice=ONE_BIRTH, severity="error")
def uasc_born_otherwise(uasc, header):
    return born_otherwise(uasc, header)


@rule(
    "INT21",
    "Sex in UASC is not that in Header",
    flags="uasc.SEX",
    advice="Find out which is right and give the same sex in both tables.",
    severity="error",
)
def another_sex(uasc, header):
    row, child = matched(uasc, header, "child")
    return on(row, (row.SEX != child.SEX) & row.SEX.notna() & child.SEX.notna())


@rule("INT31", "Child has several rows in AD1", flags="ad1.CHILD", advice=ONE_ROW, severity="error")
def ad1_twice(ad1):
    return repeated(ad1, "child", "CHILD")


@rule("INT32", "Child has several rows in Header", flags="header.CHILD", advice=ONE_ROW, severity="error")
def header_twice(header):
    return repeated(header, "child", "CHILD")


@rule("INT33", "Child has several rows in OC2", flags="oc2.CHILD", advice=ONE_ROW, severity="error")
def oc2_twice(oc2):
    return repeated(oc2, "child", "CHILD")


@rule("INT34", "Child has several rows in OC3", flags="oc3.CHILD", advice=ONE_ROW, severity="error")
def oc3_twice(oc3):
    return repeated(oc3, "child", "CHILD")


@rule("INT35", "Child has several rows in PrevPerm", flags="prev_perm.CHILD", advice=ONE_ROW, severity="error")
def prev_perm_twice(prev_perm):
    return repeated(prev_perm, "child", "CHILD")


@rule("INT36", "Child has several rows in UASC", flags="uasc.CHILD", advice=ONE_ROW, severity="error")
def uasc_twice(uasc):
    return repeated(uasc, "child", "CHILD")

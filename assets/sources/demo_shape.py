"""What England's children in need look like, in shares: the published shape, rounded.

Source: the Department's yearly statistics "Characteristics of children in need" and "Children in need: outcomes", years
ending March 2023 and 2024, from memory and rounded on purpose: demo data has to look right, not to be an estimate.
Mappings are code -> weight.
"""

from dataclasses import dataclass

UNBORN = 0.02
AGES = {(0, 1): 5, (1, 5): 20, (5, 10): 22, (10, 16): 31, (16, 18): 20}  # years at 31 March, from and up to -> weight
SEX = {"M": 52.3, "F": 47.4, "U": 0.3}
ETHNICITY = {
    "WBRI": 63, "WIRI": 0.5, "WIRT": 0.3, "WROM": 0.6, "WOTH": 5.5, "MWBC": 3, "MWBA": 1.5, "MWAS": 2, "MOTH": 3,
    "AIND": 1.2, "APKN": 3.3, "ABAN": 1.5, "AOTH": 2, "BCRB": 2, "BAFR": 4.5, "BOTH": 1.5, "CHNE": 0.3, "OOTH": 3.5,
    "REFU": 1, "NOBT": 6,
}  # fmt: skip

DISABLED = 0.12  # of the children born
DISABILITY = {  # of the disabled children, several may hold
    "LD": 0.38, "AUT": 0.40, "BEH": 0.24, "COMM": 0.24, "MOB": 0.18, "PC": 0.12, "INC": 0.10, "HEAR": 0.06, "VIS": 0.07,
    "CON": 0.06, "HAND": 0.05, "DDA": 0.17,
}  # fmt: skip

SOURCE = {
    "6": 29.5, "2A": 17.5, "2B": 2.3, "3A": 1.8, "3B": 1.7, "3C": 0.5, "3D": 4.4, "3E": 3.4, "3F": 3,
    "5A": 5.5, "5B": 3, "5C": 5,
    "5D": 1.7, "1A": 4.2, "1B": 1.2, "1C": 0.8, "1D": 2.1, "4": 0.9, "7": 3.4, "8": 5, "9": 1.8, "10": 1.3,
}  # fmt: skip
NEED = {"N1": 57, "N2": 8, "N3": 3.5, "N4": 9, "N5": 14, "N6": 2, "N7": 0.5, "N8": 4, "N9": 0.5, "N0": 1.5}
AFTER_ASSESSMENT = {"RC8": 72, "RC9": 28}
CLOSURE = {"RC7": 88, "RC5": 5, "RC6": 2.2, "RC4": 1.5, "RC3": 1.5, "RC1": 1.5, "RC2": 0.3}

REREFERRED = 0.22  # of the year's referrals: another referral within the twelve months before
NFA = 0.07  # of referrals
ASSESSED_IN_45_DAYS = 0.83
CONFERENCE_IN_15_DAYS = 0.77
PLAN_AFTER_CONFERENCE = 0.87
SECOND_PLAN = 0.24  # of child protection plans: not the child's first
CATEGORY = {"Neglect": 49, "Emotional abuse": 36.5, "Physical abuse": 7.5, "Sexual abuse": 3.5, "Multiple": 3.5}
CATEGORY_UNCHANGED = 0.92
PLAN_DAYS = {
    (25, 90): 20,
    (91, 182): 19,
    (183, 364): 38,
    (365, 729): 20,
    (730, 1200): 3,
}  # length of a child protection plan -> weight

FACTOR = {  # of completed assessments, several may hold; 21 (none) is kept for cases closed after assessment
    "3B": 0.36, "4B": 0.35, "3A": 0.13, "4A": 0.18, "16A": 0.18, "17A": 0.19, "2B": 0.17, "1B": 0.16, "20": 0.16,
    "18C": 0.13, "18B": 0.03,
    "5A": 0.10, "14A": 0.09, "5B": 0.04, "6A": 0.06, "6B": 0.06, "15A": 0.06, "10A": 0.05, "2A": 0.05,
    "7A": 0.04, "4C": 0.04,
    "19C": 0.04, "19B": 0.02, "3C": 0.03, "1C": 0.03, "2C": 0.03, "1A": 0.02, "6C": 0.02, "5C": 0.02,
    "11A": 0.03, "13A": 0.02,
    "24A": 0.03, "9A": 0.01, "12A": 0.01, "8F": 0.005, "22A": 0.005, "23A": 0.005,
}  # fmt: skip
NO_FACTOR = 0.15  # of the cases closed after assessment

UPN_AT_SCHOOL_AGE = 0.94
UPN_BEFORE_SCHOOL_AGE = 0.4  # from three years on: nursery classes give UPNs too
NO_UPN = {"UN2": 20, "UN3": 25, "UN4": 35, "UN5": 10, "UN6": 10}
FORMER_UPN = 0.02  # of those with a UPN

PROCEEDINGS = 0.12  # of the child protection plans; nothing is published yet
PROCEEDINGS_OUTCOME = {"A": 40, "B": 40, "C": 20}


@dataclass(frozen=True)
class First:
    """Age in years, None = unborn; referral in days after 1 April; pace of what follows."""

    route: str
    age: int | None
    referral: float | None
    pace: float
    disabilities: tuple[str, ...] = ("NONE",)


# One of each kind, so that the smallest authority holds every kind of record and eight kinds of disability.
FIRST = (
    First("closed after assessment", 7, 30, 0.02),
    First("supported", 9, 20, 0.98, ("AUT", "BEH", "COMM", "CON", "LD")),
    First("enquiry", 12, 200, 0.02),
    First("conference", 8, 40, 0.98),
    First("conference", 5, 215, 0.02),
    First("no further action", 14, 100, 0.5),
    First("supported", None, 355, 0.02),
    First("closed after assessment", 4, 358, 0.98),
    First("supported before", 13, None, 0.98, ("HAND", "HEAR", "INC", "MOB", "PC", "VIS")),
    First("transferred in", 10, 60, 0.5),
)

"""What England's looked-after children look like, in shares: the published shape, rounded; and places nobody lives in.

Source: the Department's yearly statistics "Children looked after in England including adoptions", years ending March
2023 to 2025, from memory and rounded on purpose: demo data has to look right, not to be an estimate. Mappings are
code -> weight.
"""

AGES = {(1, 5): 10, (5, 10): 18, (10, 16): 42, (16, 18): 26}  # years, from and up to -> weight
AGES_CAME = {(0, 1): 19, (1, 5): 12, (5, 10): 18, (10, 16): 31, (16, 18): 18}  # of those who came in the year
SEX = {"M": 56, "F": 44}
SEX_ALONE = {"M": 95, "F": 5}  # unaccompanied children
ETHNICITY_ALONE = {"AOTH": 25, "BAFR": 35, "OOTH": 38, "WOTH": 2}
LENGTHS = {(20, 90): 10, (91, 365): 23, (366, 1095): 33, (1096, 1825): 16, (1826, 4000): 18}  # days in care -> weight
LEAVER_AGES = {"17": 6, "18": 10, "19": 30, "20": 28, "21": 26}  # birthday of the year

NEED = {"N1": 66, "N2": 2.5, "N3": 3, "N4": 7.5, "N5": 14, "N6": 1.5, "N7": 0.2, "N8": 5.3}
LEGAL = {"V2": 38, "C1": 42, "C2": 20}  # at the start; interim orders become full ones
NEXT_LEGAL = {"V2": "C1", "C1": "C2"}
JUSTICE = {"J1": 88, "J2": 5, "J3": 7}  # of those whom a court or the police put into care
AGES_JUSTICE = {(4400, 5840): 40, (5841, 6500): 60}  # days: 12 and more, under 18
NEED_JUSTICE = {"N6": 40, "N5": 30, "N1": 30}
SEX_JUSTICE = {"M": 93, "F": 7}
LENGTHS_JUSTICE = {"J1": {(10, 60): 50, (61, 200): 50}, "J2": {(1, 2): 1}, "J3": {(60, 180): 1}}  # days
ENDED_JUSTICE = {"E14": 62, "E9": 26, "E4A": 12}

SUPPORTED = "K3"  # supported accommodation has one code in two years running only from 2025-26 on
PLACEMENT: dict[tuple[int, int], dict[str, float]] = {  # age from and up to -> type of placement -> weight
    (0, 5): {"U6": 52, "U4": 8, "U1": 5, "U3": 15, "U5": 3, "P1": 17},
    (5, 10): {"U6": 38, "U4": 22, "U1": 9, "U3": 9, "P1": 15, "K2": 6, "S1": 1},
    (10, 16): {"U6": 29, "U4": 23, "U1": 7, "U3": 6, "P1": 10, "K2": 23, "S1": 1, "R1": 1},
    (16, 19): {"U6": 15, "U4": 10, "U3": 4, "P1": 5, "K2": 20, "K3": 45, "K1": 0.5, "R1": 0.5},
}
PLACEMENT_ALONE = {"K3": 58, "U6": 32, "K2": 10}
PLACEMENT_JUSTICE = {"J1": {"R5": 62, "K1": 22, "K2": 8, "U6": 8}, "J2": {"K2": 1}, "J3": {"U6": 70, "K2": 30}}
# 214 lets a short break have no URN, 218 demands one of homes, schools and foster carers: both are content with these
PLACEMENT_SHORT = {"R1": 80, "R2": 20}
WITHOUT_URN = ("P1", "R1", "R2", "R5")
FOSTER = {"PR1": 55, "PR4": 40, "PR5": 5}
PROVIDER = {
    "K1": "PR2", "K2": "PR4", "K3": "PR4", "P1": "PR0", "R1": "PR4", "R2": "PR3", "R5": "PR3", "S1": "PR5", "A6": "PR1",
}  # fmt: skip
TEMPORARY = 0.01  # of the children in care in the two years: were in another place for a time, and came back
AWAY_FOR = {"T0": (8, 30), "T1": (3, 42), "T2": (4, 14), "T3": (4, 21), "T4": (1, 7)}  # days, within the Department's
AWAY_WHY = {"T0": 10, "T1": 40, "T2": 5, "T3": 25, "T4": 20}
BREAKS_ENDED = 0.2  # of the series of short breaks: in the year
BREAKS = (6, 20)  # single short breaks in a year
BREAK = 3  # days of one at most: all of them fewer than 75 in a year
CHANGED = 0.42  # of four times at which a placement or a legal status might change
LEGAL_CHANGED = 0.3  # of these changes: the legal status
WHY_CHANGED = {
    "CARPL": 52, "CREQB": 12, "CREQO": 10, "CHILD": 6, "LAREQ": 5, "STAND": 3, "ALLEG": 2, "APPRR": 1, "CLOSE": 3,
    "OTHER": 6,
}  # fmt: skip
ENDED = {"E4A": 38, "E4B": 8, "E13": 8, "E41": 9, "E47": 9, "E8": 20, "E3": 2, "E16": 1, "E2": 0.3}
GROWN_UP = {"E5": 28, "E6": 12, "E7": 10, "E17": 25, "E8": 25}  # at the 18th birthday

PARTICIPATION = {"PN1": 47, "PN2": 3, "PN3": 6, "PN4": 2, "PN5": 8, "PN6": 22, "PN7": 12}
SCORED = 0.82  # of the children asked for a strengths and difficulties score
NO_SCORE = {"SDQ2": 25, "SDQ3": 20, "SDQ4": 30, "SDQ5": 25}
TEETH, ASSESSED, DEVELOPMENT, IMMUNISED = 0.79, 0.89, 0.88, 0.82
CONVICTED, MISUSE = 0.02, 0.03
MISSING = {10: 0.085, 0: 0.005}  # age from -> share of the children in half a year
AWAY = 0.2  # of those, whereabouts known
MOTHER = 0.03  # of girls of 15 and over
CAME_BACK = 0.15  # of those who came: had been looked after before
BEFORE = {"Z1": 93, "P1": 1.5, "P2": 4, "P3": 1.5}  # previous permanence
NEW_WORKER = 0.35
WHY_NEW_WORKER = {
    "MANAGE": 15,
    "LEFTRL": 35,
    "ORGRST": 8,
    "TSPROC": 30,
    "ABSENC": 6,
    "CHCHAN": 1,
    "PCCHAN": 1,
    "OTHERS": 4,
}

ADOPTERS = {"2 MF L11": 72, "2 MF L3": 9, "2 MM L12": 7, "2 FF L12": 4, "2 FF L2": 2, "1 F1 L0": 5, "1 M1 L0": 1}
OPPOSED = {"E11": 45, "E12": 55}
REVERSED = {"RD1": 45, "RD2": 15, "RD3": 15, "RD4": 25}

IN_TOUCH = {"YES": 92.5, "NO": 4, "REFU": 2, "NREQ": 1, "RHOM": 0.5}
ACTIVITY = {"F1": 6, "F2": 20, "P2": 2, "F4": 3, "F5": 23, "P5": 5, "G4": 13, "G5": 22, "G6": 6}
ACCOMMODATION = {  # type and suitability
    "U 1": 36, "D 1": 14, "B 1": 14, "E 1": 4, "Z 1": 9, "K 1": 3, "T 1": 3, "C 1": 3, "Y 1": 5, "X 2": 3, "S 2": 1,
    "U 2": 2, "V 2": 1, "W 2": 0.5,
}  # fmt: skip

# Postcodes of buildings in which nobody lives: museums, galleries and libraries stand for homes, town halls and county
# halls for placements. The rules must find them on the map, so invented ones would not do.
HOMES = (
    "BL1 1SE", "WN1 1NN", "M2 5PD", "M3 3ER", "M5 4WU", "M17 1TZ", "M50 3AZ", "SK1 3XE",
)  # fmt: skip
NEAR = (
    "SK10 1EA", "OL1 1UT", "OL16 1XU", "BL9 0SW", "BL1 1RU", "WN1 1YN", "M27 5AW", "M32 0TH", "M2 5DB", "CW1 2BJ",
    "CW11 1HZ", "WA1 1UH", "M33 7ZF",
)  # fmt: skip
FAR = (
    "B1 1BB", "CV1 5RR", "DE1 2FS", "DL1 5QT", "DH1 5UL", "HU1 2AA", "LE1 1FZ", "LN1 1YL", "LS1 1UR", "NG2 3NG",
    "NN1 1ED", "PR1 8XJ", "PR1 2RL", "BB1 7DY", "CA3 8QG", "S1 2HH", "ST4 1HH", "ST16 2LH", "SY2 6ND", "WV1 1RG",
    "WR5 2NP", "GL1 2TG", "OX1 1ND", "MK9 3EJ", "LU1 2BQ", "DE4 3AG", "DL7 8AD", "HU17 9BA", "CM1 1QH", "BS1 5TR",
)  # fmt: skip
NEARBY = 0.82  # of the placements

"""Small random 903 returns with last year's beside them, crowded with edge cases: ties, days at the bounds, birthdays,
missing and unreadable cells, repeated ids, rows that nearly match those of last year.

Each child follows a theme (respite, adoption, care leaver, …), so that what the rules on that theme read comes together
often enough. What the pipeline works out (Header.UASC; PL_LA, PL_LOCATION, PL_DISTANCE) is filled in, at times wrong.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

Cells = dict[str, object]
Tables = dict[str, list[Cells]]
Row = dict[str, str | None]

AUTHORITY = "E10000016"
SOCIAL_WORKERS_SINCE = "2023-24"
SEX_LETTERS_SINCE = "2024-25"
Z_SPLIT_SINCE = "2025-26"
ORDERS_SINCE = "2026-27"

THEMES = ["ordinary", "settled", "settled", "respite", "adoption", "adoption", "young", "mother", "remand", "liberty"]
THEMES += ["leaver", "leaver", "leaver", "unaccompanied", "unaccompanied", "temporary", "temporary"]
UNREADABLE_DATES = ["31/02/2025", "29/02/2025", "1/5/2025", "01/05/25", "2025-13-01", "20250501", "n/k"]
ETHNICITIES = ["WBRI", "WIRI", "WOTH", "WIRT", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH"]
ETHNICITIES += ["BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT", "mwbc"]
TEMPORARY = ["T0", "T1", "T2", "T3", "T4"]
FOSTER = ["U1", "U2", "U3", "U4", "U5", "U6"]
ADOPTIVE = ["A3", "A3", "A4", "A5", "A6"]
RESIDENTIAL = ["K1", "K2", "R1", "R2", "R3", "R5", "S1", "P1", "P2", "P3", "H5", "K3", "Z1", "Z11", "Z12"]
RESIDENTIAL += ["Z13", "Z14", "P1", "P1"]
PROVIDERS = ["PR0", "PR1", "PR1", "PR2", "PR3", "PR4", "PR5"]
CARE_ENDS = ["E2", "E3", "E3", "E4A", "E4B", "E5", "E6", "E7", "E8", "E8", "E9", "E13", "E15", "E17", "E41"]
CARE_ENDS += ["E14", "E16", "E45", "E46", "E47", "E48"]
REASONS = ["CARPL", "CLOSE", "ALLEG", "STAND", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ", "PLACE", "OTHER", "other"]
REASONS += ["CUSTOD", "CUSTOD", "CUSTOD", "CUSTOD", "CUSTOD"]
WORKER_REASONS = ["MANAGE", "FCONTA", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED"]
WORKER_REASONS += ["OTHERS", "others"]
IN_TOUCH = ["YES", "YES", "NO", "DIED", "DIED", "REFU", "RHOM", "NREQ"]
ACTIVITIES = ["F1", "P1", "F2", "P2", "F4", "P4", "F5", "P5", "G4", "G5", "G6", "0", "0", "0", "0"]
ACCOMMODATION = [f"{letter}{suits}" for letter in "BCDEGHKRSTUVWXYZ" for suits in "12"]
ACCOMMODATION += ["Z1", "Z1", "Z1", "Z1", "Z2", "Z2", "Z2", "z2", "T", "T", "T", "0", "0", "0", "0", "0", "0", "0"]
AD1_CELLS = ["DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"]
OC2_FLAGS = ["CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE"]
OC2_FLAGS += ["INTERVENTION_RECEIVED", "INTERVENTION_OFFERED"]
# Postcode: (its authority, miles along one road, so that the distance between two of them is a subtraction).
PLACES = {
    "AB1 0JD": (AUTHORITY, 0.0),
    "AB2 1ZZ": (AUTHORITY, 12.3),
    "CD3 4EF": ("E10000006", 20.1),
    "CD4 5FG": ("E06000001", 350.0),
    "EH1 1AA": ("SCO", 361.5),
    "CF1 1AA": ("WAL", 150.2),
    "BT1 1AA": ("NIR", 420.0),
}


class Return(NamedTuple):
    """One drawn return and what is needed to check it."""

    tables: Tables
    previous: Tables
    providers: list[Row]
    postcodes: set[str]
    authority: str


def columns(period: str) -> dict[str, list[str]]:
    """The columns of each table in a period, the derived ones included, so that an empty table has its columns too."""
    tables = {
        "Header": "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB UASC",
        "Episodes": (
            "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN "
            "PL_LA PL_LOCATION PL_DISTANCE"
        ),
        "UASC": "CHILD SEX DOB DUC",
        "Reviews": "CHILD DOB REVIEW REVIEW_CODE",
        "OC2": "CHILD DOB SDQ_SCORE SDQ_REASON " + " ".join(OC2_FLAGS),
        "OC3": "CHILD DOB IN_TOUCH ACTIV ACCOM",
        "AD1": "CHILD DOB " + " ".join(AD1_CELLS),
        "PlacedAdoption": "CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED",
        "PrevPerm": "CHILD DOB PREV_PERM LA_PERM DATE_PERM",
        "Missing": "CHILD DOB MISSING MIS_START MIS_END",
    }
    if period >= SOCIAL_WORKERS_SINCE:
        tables["SWEpisodes"] = "CHILD DOB SW_ID SW_DECOM SW_DEC SW_REASON"
    if period >= ORDERS_SINCE:
        tables["DoLo"] = "CHILD DOB DOLO_START DOLO_END"
    return {table: names.split() for table, names in tables.items()}


def random_return(seed: int, period: str) -> Return:
    """One return of 1 to 16 children; the same seed and period give the same return."""
    draw = _Draw(seed, period)
    return Return(draw.tables, draw.previous, draw.providers, draw.postcodes, AUTHORITY)


def days_on(day: date, step: int) -> date:
    return day + timedelta(days=step)


def years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class _Draw:
    """One return being drawn. Noise, the share of cells gone wrong, differs from return to return."""

    def __init__(self, seed: int, period: str) -> None:
        self.random = Random(f"cla {period} {seed}")
        self.period = period
        self.start = date(int(period[:4]), 4, 1)
        self.end = date(int(period[:4]) + 1, 3, 31)
        self.noise = self.random.choice([0.0, 0.03, 0.1, 0.2])
        self.columns = columns(period)
        self.tables: Tables = {name: [] for name in self.columns}
        self.previous: Tables = {name: [] for name in self.columns}
        self.label = self.random.choice([0, 1, 7, 100])
        self.ids: list[str] = []
        self.upns: list[str] = []
        self.pool: list[date] = []
        self.ends: list[date] = []
        self.born = self.end
        self.adult_on: date | None = None
        self.gone = False
        self.bounds = self.days_at_the_bounds()
        self.postcodes = {postcode.replace(" ", "") for postcode in PLACES}
        self.providers = self.provider_list()
        for number in range(self.random.choice([1, 1, 2, 3, 5, 7, 9, 11, 13, 16])):
            self.child(number)
        if self.chance(0.4):
            for rows in (*self.tables.values(), *self.previous.values()):
                self.random.shuffle(rows)

    # ------------------------------------------------------------------------------------------------------ cells

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def one(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def listed(self, choices: Sequence[str], wrong: Sequence[str] = (), given: float = 1.0) -> str | None:
        """One of the codes, or missing, or with the return's noise a wrong one."""
        if self.chance(self.noise):
            return self.random.choice([*wrong, *wrong, "X9", None, ""])
        return self.one(choices) if self.chance(given) else None

    def written(self, day: date | None) -> str | None:
        """A date as the file has it: dd/mm/yyyy, sometimes ISO, sometimes unreadable."""
        if day is None:
            return None
        if self.chance(self.noise * 0.7):
            return self.random.choice([*UNREADABLE_DATES, None, ""])
        return day.isoformat() if self.chance(0.05) else f"{day:%d/%m/%Y}"

    def days_at_the_bounds(self) -> list[date]:
        """The first and last day of the year and the cut-offs that rules count from, with their neighbours."""
        march = date(self.end.year, 3, 24)
        days = [self.start, self.end, days_on(self.end, -5), march, years_on(self.start, -1), years_on(self.end, -1)]
        days += [date(2023, 4, 1), date(2023, 10, 28)]
        return [days_on(day, step) for day in days for step in (-1, 0, 1)]

    def any_day(self) -> date:
        """A day of this child's few (so that ties are common), at a bound, or anywhere about the year."""
        drawn = self.random.random()
        if drawn < 0.6:
            return self.random.choice(self.pool)
        if drawn < 0.8:
            return self.random.choice(self.bounds)
        return days_on(self.start, self.random.randrange(-100, 380))

    def soon(self, day: date) -> date:
        """A day near another: the same, beside it, or at one of the lengths that rules count."""
        steps = [0, 0, 1, -1, 3, 4, 5, 6, 7, 8, 17, 18, 21, 22, 42, 43, 76, 100]
        return days_on(day, self.random.choice(steps)) if self.chance(0.7) else self.any_day()

    def maybe(self, day: date, probability: float) -> date | None:
        return day if self.chance(probability) else None

    def nearly(self, row: Row, keep: float = 0.9, **others: Sequence[str | None]) -> Row:
        """The same cells, a few of them changed to one of the others."""
        return {
            name: self.random.choice(others[name]) if name in others and not self.chance(keep) else cell
            for name, cell in row.items()
        }

    def add(self, table: str, row: Row, tables: Tables | None = None) -> None:
        """One row, every column given; its CHILD is sometimes lost, or that of nobody."""
        whole: Cells = dict.fromkeys(self.columns[table])
        unknown = set(row) - set(whole)
        assert not unknown, unknown
        whole.update(row)
        if self.chance(0.3 if table == "AD1" else self.noise):
            whole[self.one(self.columns[table][1:])] = self.random.choice(["X9", "X9", "31/02/2025", None])
        if self.chance(self.noise / 3):
            whole["CHILD"] = self.random.choice([None, "", "NOBODY", f"{row['CHILD']} "])
        whole["row"] = self.label
        self.label += self.random.choice([1, 1, 1, 3])
        (self.tables if tables is None else tables)[table].append(whole)

    def few(self, *weights: int) -> range:
        """0, 1, 2 … rows, by weight."""
        return range(self.random.choices(range(len(weights)), weights)[0])

    # ------------------------------------------------------------------------------------------------- surroundings

    def provider_list(self) -> list[Row]:
        """A few providers, one of them listed twice, as the Ofsted lists have them: upper case, lists with commas."""
        listed: list[Row] = []
        for number in range(1, 5):
            postcode = self.one(list(PLACES))
            listed.append(
                {
                    "URN": f"SC{number}",
                    "PLACE_CODES": self.random.choice(["K2", "U1,U4,U6", "K1,K2,R3,S1,K3,H5", "A3,A5,U6", None]),
                    "PROVIDER_CODES": self.random.choice(["PR1", "PR1,PR2", "PR4,PR5", "PR0,PR3", None]),
                    "REG_END": self.random.choice([None, f"{self.random.choice(self.bounds):%d/%m/%Y}"]),
                    "POSTCODE": self.random.choice([postcode.replace(" ", ""), None]),
                    "LA_CODE": self.random.choice([PLACES[postcode][0], AUTHORITY, None]),
                }
            )
        listed.append(
            {**listed[0], "REG_END": None, "PLACE_CODES": "K2,U6", "LA_CODE": self.one(["E10000006", AUTHORITY])}
        )
        return listed

    def upn(self) -> str | None:
        if self.upns and self.chance(0.08):
            return self.one(self.upns)
        number = f"{self.one('ABXZ')}{self.random.randrange(10**11):011}{self.one('0123AB')}"
        wrong = [number[:-1], number + "1", "I" + number[1:], number[:-1] + "-", "UN6", "UN0"]
        upn = self.listed([number, number, number, "UN1", "UN1", "UN2", "UN3", "UN4", "UN4", "un5"], wrong, given=0.9)
        if upn and not upn.startswith(("UN", "un")):
            self.upns.append(upn)
        return upn

    # ---------------------------------------------------------------------------------------------------- children

    def child_id(self, number: int) -> str:
        if self.ids and self.chance(0.06):
            return self.one(self.ids)
        child = f"C{number}" if self.chance(0.95) else f"c{number}"
        self.ids.append(child)
        return child

    def birth(self, theme: str) -> date:
        """A date of birth, more often than not such that an age that rules count in falls on a day that matters."""
        ages = {
            "settled": (4, 4, 5, 10, 17, 17),
            "adoption": (1, 2, 4, 18),
            "young": (4, 4, 9, 10, 10, 14, 14, 16),
            "leaver": (14, 16, 17, 17, 17, 18, 18, 19, 20, 25, 26),
            "unaccompanied": (10, 11, 11, 14, 18, 18),
            "mother": (10, 11, 11, 15, 17),
            "liberty": (4, 10, 15, 16),
        }.get(theme, (4, 5, 10, 14, 15, 16, 17, 17, 18, 18))
        drawn = self.random.random()
        if drawn < 0.08:
            return date(2008 if self.chance(0.6) else 2012, 2, 29)
        if drawn < 0.1:
            return days_on(self.end, 1)
        day = self.random.choice(self.pool) if drawn < 0.6 else self.random.choice(self.bounds[:6])
        if drawn > 0.85:
            day = self.any_day()
        day = days_on(day, self.random.choice([0, 0, -1, 1]))
        return years_on(day, -self.random.choice(ages))

    def child(self, number: int) -> None:
        child, theme = self.child_id(number), self.one(THEMES)
        base = days_on(self.start, self.random.choice([-60, -5, 0, 1, 30, 100, 250, 330, 357]))
        steps = self.random.sample([0, 1, 3, 4, 7, 8, 17, 18, 21, 22, 42, 43, 60, 91, 150], 5)
        self.pool = [days_on(base, step) for step in steps] + self.random.sample(self.bounds, 2)
        born = self.born = self.birth(theme)
        adult = years_on(born, 18)
        self.adult_on = adult if self.start <= adult <= self.end else None
        self.pool += [years_on(born, age) for age in range(26) if self.start <= years_on(born, age) <= self.end]
        self.gone = theme in ("leaver", "unaccompanied") and self.chance(0.3)  # before the year began
        dob = self.written(born)
        ids: Row = {"CHILD": child, "DOB": dob if self.chance(1 - self.noise / 2) else self.written(self.any_day())}
        known_last_year = self.chance(0.65)
        header = self.header(child, dob, born, theme, known_last_year)
        self.episodes(child, theme, known_last_year)
        self.unaccompanied(ids, theme, header, known_last_year)
        self.adoption(ids, theme, known_last_year)
        self.health(ids, theme)
        self.leaver(ids, theme, known_last_year)
        self.smaller_tables(ids, born, known_last_year)
        if self.period >= SOCIAL_WORKERS_SINCE:
            self.social_workers(ids)
        if self.period >= ORDERS_SINCE:
            self.orders(ids, theme, known_last_year)

    def header(self, child: str, dob: str | None, born: date, theme: str, known_last_year: bool) -> Row:
        male, female, other = ("M", "F", "U") if self.period >= SEX_LETTERS_SINCE else ("1", "2", "3")
        sex = self.listed(
            [male, female, female, female, other if self.chance(0.2) else male], ["9", "X", "1", "M", "m"]
        )
        is_mother = theme == "mother" and self.chance(0.8)
        mother = self.listed(["1"] if is_mother else ["0"], ["2", "1", "0.0"], given=0.9 if is_mother else 0.4)
        child_born = self.random.choice(
            [self.any_day(), years_on(born, 13), days_on(self.start, -1), born, days_on(self.end, 1)]
        )
        unaccompanied = theme == "unaccompanied"
        row: Row = {
            "CHILD": child,
            "SEX": sex,
            "DOB": dob,
            "ETHNIC": self.listed(ETHNICITIES, ["WBRT", "WBRI "]),
            "UPN": self.upn(),
            "MOTHER": mother,
            "MC_DOB": self.written(child_born) if self.chance(0.75 if is_mother else 0.08) else None,
            "UASC": self.listed(["1", "1", "0"] if unaccompanied else ["0"], ["2", "1", "0", "x"]),
        }
        if not self.chance(self.noise / 3):
            self.add("Header", row)
        if known_last_year:
            last = self.nearly(
                row,
                0.85,
                SEX=[male, female, None],
                DOB=[self.written(days_on(born, 1)), self.written(born), None],
                ETHNIC=["wbri", "BCRB", None],
                UPN=["UN1", "UN2", "un1", None, "A12345678901A"],
                MOTHER=["0", "1", None],
                MC_DOB=[self.written(child_born), self.written(days_on(child_born, 1)), None],
                UASC=["0", "1", None],
            )
            if is_mother and self.chance(0.6):
                last["MOTHER"] = "0"
            if unaccompanied and self.chance(0.5):
                last["UASC"] = self.one(["0", "1"])
            self.add("Header", last, self.previous)
        return row

    # ---------------------------------------------------------------------------------------------------- episodes

    def care_start(self, theme: str, known_last_year: bool) -> date:
        if self.chance(0.1):
            old = [date(1991, 10, 14), date(1991, 10, 14), date(2005, 12, 1), date(2005, 12, 31), date(2015, 4, 1)]
            return days_on(self.random.choice(old), self.random.choice([-1, 0, 1]))
        if known_last_year or theme == "settled":
            return days_on(self.start, -self.random.choice([1, 1, 2, 30, 90, 200, 365, 366, 700]))
        if theme == "leaver" and self.chance(0.5):
            return days_on(self.start, -self.random.choice([365, 800, 1500]))
        return self.any_day()

    def place(self, theme: str) -> str | None:
        family = {
            "adoption": [*ADOPTIVE, *ADOPTIVE, "U2", "U6", "K2"],
            "young": [*RESIDENTIAL, "R5", "R5", "S1", "S1", "P2", "P3", "H5", "K3"],
            "leaver": ["P2", "H5", "K3", "P3", "K2", "R5", "U4", "Z1", "Z11"],
            "respite": [*FOSTER, "K1", "T2"],
            "settled": [*FOSTER, "P1", "P1", "P1", "K2", "S1", "R5", "P3"],
            "liberty": ["K2", "K2", "Z12", "Z13", "Z11", "K1", "K3", "R5", "P1", "U6"],
            "temporary": ["T1", "T1", "T2", "T4", "T3", "T3", "T3", "T3", "U6"],
        }.get(theme, [*FOSTER, *FOSTER, *RESIDENTIAL, *TEMPORARY, *ADOPTIVE[:2]])
        return self.listed(family, ["A1", "Z15", "t3", "H5", "P2", "Z1", "Z11", "K3"])

    def place_by_age(self, day: date) -> str:
        """A placement that children younger than this one, or just as young, are too young for."""
        years = day.year - self.born.year
        return "S1" if years < 7 else "R5" if years < 12 else "P3" if years < 15 else self.one(["P2", "H5", "K3", "K3"])

    def legal_status(self, theme: str) -> str | None:
        kinds = {
            "adoption": ["E1", "E1", "C2", "D1"],
            "respite": ["V3", "V3", "V3", "V4"],
            "remand": ["L1", "L1", "L2", "L2", "L2", "L3", "L3", "J1", "J2", "J2", "J3", "V2"],
            "young": ["J1", "J2", "J3", "C2"],
            "settled": ["C2", "C2", "V2"],
        }.get(theme, ["C1", "C2", "C2", "D1", "E1", "V2", "V2", "V3", "L1", "J2"])
        return self.listed(kinds, ["V1", "V5", "c2", "E2"])

    def located(self, episode: Row) -> Row:
        """The episode with the area, side and distance of its postcodes, now and then other ones."""
        home, placed = (str(episode[column] or "").upper().strip() for column in ("HOME_POST", "PL_POST"))
        area = PLACES[placed][0] if placed in PLACES else None
        side = None if area is None else "IN" if area == AUTHORITY else "OUT"
        far = f"{abs(PLACES[home][1] - PLACES[placed][1]):.1f}" if home in PLACES and placed in PLACES else None
        if self.chance(0.03):
            area = self.random.choice([AUTHORITY, "E10000006", "CON", "NUK", "W06000015", None])
        if self.chance(0.03):
            side = self.random.choice(["IN", "OUT", None])
        if self.chance(0.05):
            far = self.random.choice(["0.0", "350.0", "350.1", "999.9", "1000.2", "-0.1", None])
        return {**episode, "PL_LA": area, "PL_LOCATION": side, "PL_DISTANCE": far}

    def placement(self, theme: str) -> Row:
        """The cells of one placement, most of them as they should be."""
        place = self.place(theme)
        none = place in TEMPORARY or place in ("Z1", "Z11", "Z12", "Z13")
        provider = self.listed(PROVIDERS, ["PR6", "pr1"], given=0.15 if none else 0.93)
        if place == "P1" and self.chance(0.7):
            provider = self.one(PROVIDERS[2:] if self.chance(0.6) else ["PR0"])
        urn = self.listed(["SC1", "SC1", "SC2", "SC3", "SC4", "XXXXXXX"], ["SC9", "XXXXXX", "sc1"], given=0.75)
        postcode = self.listed(list(PLACES), ["ZZ9 9ZZ", "AB10JD", "ab1 0jd"], given=0.95)
        if theme in ("respite", "unaccompanied") and self.chance(0.5):
            postcode = None
        listed = [one for one in self.providers if one["URN"] == urn]
        if listed and place != "P1" and self.chance(0.5):  # as the list has it
            provider = (listed[0]["PROVIDER_CODES"] or "PR1").split(",")[0]
            place = (listed[0]["PLACE_CODES"] or "K2").split(",")[0]
            postcode = next((one for one in PLACES if one.replace(" ", "") == listed[0]["POSTCODE"]), postcode)
        return {"PLACE": place, "PLACE_PROVIDER": provider, "URN": urn, "PL_POST": postcode}

    def changed(self, last: Row, kind: str, theme: str) -> Row:
        """The next episode's cells: legal status (L), placement (P), status of the placement (T), or both (U, B)."""
        row = dict(last)
        if kind in ("L", "U", "B", "S") or self.chance(0.08):
            row["LS"] = self.legal_status(theme)
        if kind in ("P", "B", "S") or self.chance(0.05):
            row.update(self.placement(theme))
        elif kind in ("T", "U"):
            row["PLACE"] = self.place(theme)
        if self.chance(0.08):
            row["CIN"] = self.listed(["N1", "N2"], ["N9", "n1"])
        return row

    def drawn_episodes(self, child: str, theme: str, known_last_year: bool) -> list[tuple[date, date | None, Row]]:
        """One child's history in order: first day, last day and cells."""
        began = self.care_start(theme, known_last_year)
        home = self.listed(list(PLACES)[:4], ["ZZ9 9ZZ", "AB10JD"], given=0.4 if theme == "respite" else 0.95)
        need = self.listed([f"N{number}" for number in range(1, 9)], ["N9", "N10", "n1"])
        row: Row = {
            "CHILD": child,
            "LS": self.legal_status(theme),
            "CIN": need,
            "HOME_POST": home,
            **self.placement(theme),
        }
        usual, kind = dict(row), "S"
        drawn: list[tuple[date, date | None, Row]] = []
        if began.year < 2006:
            row["LS"] = self.one(["D1", "E1"])
        if self.chance(0.15):
            row["PLACE"] = self.place_by_age(began)
        count = self.random.choice({"settled": [1, 1, 1, 2], "temporary": [3, 4, 5]}.get(theme, [1, 1, 2, 2, 3, 4, 5]))
        for position in range(count):
            in_last_year = began < days_on(self.start, -100)
            ended = self.any_day() if in_last_year and position < count - 1 else self.soon(began)
            if ended < began and not self.chance(0.2):
                ended = days_on(began, 1)
            staying = 0.9 if theme == "settled" else 0.55
            open_still = self.chance(staying if position == count - 1 else 0.03)
            if self.adult_on is not None and position == count - 1 and self.chance(0.5):
                ended, open_still = self.adult_on, False
            if self.gone:
                ended, open_still = min(ended, days_on(self.start, -1)), False
            last_one = position == count - 1 or self.chance(0.1)
            ends = {"adoption": ["E11", "E12", "E8"], "leaver": ["E2", "E3", "E17", "E5"]}.get(theme, CARE_ENDS)
            end_of_care = self.one(ends)
            reason = end_of_care if last_one or self.chance(0.1) else "X1"
            if self.chance(0.05):
                reason = "E11"
            elif ended >= years_on(self.born, 18) and self.chance(0.3):
                reason = self.one(["E45", "E46", "E47", "E48"])
            rne = kind if self.chance(0.9) else self.one("SLPTUB")
            row = {
                **row,
                "DECOM": self.written(began),
                "RNE": self.listed([rne], ["Z", "s"]),
                "DEC": None if open_still else self.written(ended),
                "REC": self.listed([reason], ["E1", "E10", "x1"], given=0.05 if open_still else 0.97),
                "REASON_PLACE_CHANGE": self.listed(REASONS, ["NONE"], given=0.35 if reason == "X1" else 0.07),
            }
            drawn.append((began, None if open_still else ended, row))
            came_back = len(drawn) > 1 and row["PLACE"] in TEMPORARY and self.chance(0.6)
            kind = "P" if came_back else "S" if reason != "X1" else self.one("LLPPTUB")
            row = self.changed(row, kind, theme)
            if came_back:
                row.update({name: usual[name] for name in ("PLACE", "PLACE_PROVIDER", "URN", "PL_POST")})
            usual = usual if row["PLACE"] in TEMPORARY else dict(row)
            began = ended if self.chance(0.85) else self.soon(ended)
        return drawn

    def episodes(self, child: str, theme: str, known_last_year: bool) -> None:
        """This year's episodes, open at its start or begun in it; last year's, with the end then unknown."""
        if theme in ("leaver", "mother") and self.chance(0.3):
            # Nothing but last year, or nothing at all.
            if self.chance(0.7):
                for _, _, row in self.drawn_episodes(child, theme, known_last_year=True):
                    self.add("Episodes", self.located(row), self.previous)
            return
        drawn = self.drawn_episodes(child, theme, known_last_year)
        self.ends = [ended for _, ended, _ in drawn if ended is not None]
        self.pool += [day for began, ended, _ in drawn for day in (began, ended) if day is not None]
        stale = 0.6 if theme in ("leaver", "unaccompanied") else 0.1
        stale = 1 if self.gone else stale
        this_year = [one for one in drawn if one[1] is None or one[1] >= self.start or self.chance(stale)]
        for _, _, row in this_year or drawn[-1:]:
            self.add("Episodes", self.located(row))
        if not known_last_year:
            return
        for began, ended, row in drawn:
            if began < self.start and self.chance(0.93):
                last = self.nearly(
                    row,
                    0.93,
                    DECOM=[self.written(days_on(began, 1)), self.written(began), None],
                    RNE=["S", "P", None],
                    LS=["C2", "V2", None],
                    CIN=["N1", "N2", None],
                    PLACE=["U6", "K2", "H5", "Z1", None],
                    PLACE_PROVIDER=["PR1", "PR4", None],
                    URN=["SC1", "XXXXXXX", None],
                    PL_POST=[*PLACES, None],
                )
                if (last["PLACE"] or "") in ("K3", "Z11", "Z12", "Z13") and self.chance(0.5):
                    last["PLACE"] = self.one(["H5", "Z1"])
                if ended is None or ended >= self.start:
                    last.update({"DEC": None, "REC": None})
                self.add("Episodes", self.located(last), self.previous)

    # ------------------------------------------------------------------------------------------- the other tables

    def unaccompanied(self, ids: Row, theme: str, header: Row, known_last_year: bool) -> None:
        if not self.chance(0.9 if theme == "unaccompanied" else 0.04):
            return
        adult = years_on(self.born, 18)
        ceased = self.random.choice(
            [None, self.any_day(), days_on(self.start, -1), years_on(self.start, -1), adult, days_on(adult, 1)]
        )
        row: Row = {**ids, "SEX": header["SEX"], "DUC": self.written(ceased)}
        if self.chance(self.noise):
            row["SEX"] = self.one(["1", "2", "M", "F"])
        for _ in self.few(1, 12, 1):
            self.add("UASC", row)
        if known_last_year and self.chance(0.85):
            last_days = [self.written(day) for day in (years_on(self.any_day(), -1), self.start, adult, None)]
            self.add("UASC", self.nearly(row, 0.5, DUC=last_days), self.previous)

    def adoption(self, ids: Row, theme: str, known_last_year: bool) -> None:
        if not self.chance(0.95 if theme == "adoption" else 0.08):
            return
        placed = self.any_day()
        for _ in self.few(1, 5, 3, 1):
            ceased = self.maybe(self.soon(placed), 0.4)
            reason = self.listed(["RD1", "RD2", "RD3", "rd4"], ["RD5"], given=0.9 if ceased else 0.08)
            row: Row = {
                **ids,
                "DATE_PLACED": self.written(self.maybe(placed, 0.85)),
                "DATE_PLACED_CEASED": self.written(ceased),
                "REASON_PLACED_CEASED": reason,
            }
            self.add("PlacedAdoption", row)
            if known_last_year and self.chance(0.6):
                days = [self.written(days_on(placed, step)) for step in (-1, 0, 1)]
                last = self.nearly(
                    row, 0.7, DATE_PLACED=[*days, None], DATE_PLACED_CEASED=[None], REASON_PLACED_CEASED=[None, "RD1"]
                )
                self.add("PlacedAdoption", last, self.previous)
            placed = self.soon(ceased or placed)
        for _ in self.few(1, 7, 2):
            kept = self.random.choice([1.0, 1.0, 0.9, 0.5, 0.0])
            matched = self.random.choice(self.ends) if self.ends and self.chance(0.5) else self.any_day()
            decided = self.random.choice([matched, placed, self.any_day()])
            adopters = self.random.choice(
                [("1", "M1", "L0"), ("2", "MF", "L11"), ("2", "MM", "L12"), ("2", "FF", "L2")]
            )
            if self.chance(0.65):
                adopters = (
                    self.one("12"),
                    self.one(["M1", "F1", "MM", "MF"]),
                    self.one(["L0", "L2", "L2", "L3", "L4", "L11", "L12"]),
                )
            self.add(
                "AD1",
                {
                    **ids,
                    "DATE_INT": self.written(self.maybe(decided, kept)),
                    "DATE_MATCH": self.written(self.maybe(matched, kept)),
                    "FOSTER_CARE": self.listed(["0", "1"], ["2", "1.0", "Y"], kept),
                    "NB_ADOPTR": self.listed([adopters[0]], ["0", "3", "1.0"], kept),
                    "SEX_ADOPTR": self.listed([adopters[1]], ["M2", "mm"], kept),
                    "LS_ADOPTR": self.listed([adopters[2]], ["L1", "l0"], kept),
                },
            )

    def health(self, ids: Row, theme: str) -> None:
        for _ in self.few(1, 12, 1) if theme == "settled" else self.few(6, 8, 1):
            kept = self.random.choice([1.0, 1.0, 0.85, 0.5, 0.0])
            flags = {name: self.listed(["0", "1"], ["2", "Y", "1.0"], kept) for name in OC2_FLAGS}
            if self.chance(0.5):  # as misuse and its treatment should be
                misuse = flags["SUBSTANCE_MISUSE"] = self.one("01")
                received = flags["INTERVENTION_RECEIVED"] = None if misuse == "0" else self.one("01")
                flags["INTERVENTION_OFFERED"] = self.one("01") if received == "0" and self.chance(0.7) else None
            score = self.listed(["0", "12", "40"], ["41", "-1", "12.5", "x"], given=0.4)
            reason = self.listed(
                ["SDQ1", "SDQ1", "SDQ1", "SDQ2", "SDQ3", "SDQ4", "sdq5"], ["SDQ6", "SDQ"], given=0.08 if score else 0.5
            )
            self.add("OC2", {**ids, "SDQ_SCORE": score, "SDQ_REASON": reason, **flags})

    def leaver(self, ids: Row, theme: str, known_last_year: bool) -> None:
        if not self.chance({"leaver": 0.85, "unaccompanied": 0.6, "mother": 0.4}.get(theme, 0.12)):
            return
        kept = self.random.choice([1.0, 1.0, 0.6, 0.0])
        row: Row = {
            **ids,
            "IN_TOUCH": self.listed(IN_TOUCH, ["Y", "died"], kept),
            "ACTIV": self.listed(ACTIVITIES, ["F3", "0.0"], kept),
            "ACCOM": self.listed(ACCOMMODATION, ["S1", "X1"], kept),
        }
        for _ in self.few(0, 12, 1):
            self.add("OC3", row)
        if known_last_year and self.chance(0.7):
            self.add("OC3", self.nearly(row, 0.6, IN_TOUCH=["DIED", "DIED", "YES", None]), self.previous)

    def smaller_tables(self, ids: Row, born: date, known_last_year: bool) -> None:
        for _ in self.few(4, 3, 1):
            fourth = days_on(years_on(born, 4), self.random.choice([-1, 0, 1]))
            day = fourth if self.chance(0.3) else self.any_day()
            code = self.listed(
                ["PN0", "PN0", *(f"PN{number}" for number in range(1, 7)), "pn7"], ["PN8", "PN"], given=0.95
            )
            self.add("Reviews", {**ids, "REVIEW": self.written(self.maybe(day, 0.95)), "REVIEW_CODE": code})
        for _ in self.few(5, 5, 1):
            earlier = self.any_day()
            kind = self.listed(["P1", "P2", "p3", "P4", "Z1", "Z1"], ["P5", "Z"], given=0.9)
            told = kind not in ("Z1", None) or self.chance(0.2)
            when = self.random.choice(
                [f"{earlier:%d/%m/%Y}", f"ZZ/{earlier:%m/%Y}", f"zz/zz/{earlier.year}", "ZZ/ZZ/ZZZZ"]
            )
            long_ago = years_on(earlier, -3)
            text = self.listed([when, f"{long_ago:%d/%m/%Y}"], ["ZZ/13/2010", "2010", "soon"], 0.9 if told else 0.05)
            area = self.listed(
                ["330", "wal", "SCO", "NIR", "NUK", "999", f"{self.random.randrange(200, 940)}"],
                ["E10000016", "007", "33"],
                0.9 if told else 0.05,
            )
            self.add("PrevPerm", {**ids, "PREV_PERM": kind, "LA_PERM": area, "DATE_PERM": text})
        self.missing_from_care(ids, born, known_last_year)

    def missing_from_care(self, ids: Row, born: date, known_last_year: bool) -> None:
        began = self.any_day()
        for _ in self.few(1, 4, 1) if self.adult_on else self.few(8, 4, 2, 1):
            leaving = self.adult_on is not None and self.chance(0.6)
            ended = self.adult_on if leaving and self.adult_on is not None else self.soon(began)
            given = self.maybe(ended, 0.7)
            row: Row = {
                **ids,
                "MISSING": self.listed(["M", "A", "m"], ["X", "MA"], given=0.9),
                "MIS_START": self.written(self.maybe(began, 0.93)),
                "MIS_END": self.written(given),
            }
            if self.chance(0.04):
                row["MIS_START"] = self.written(born)
            self.add("Missing", row)
            if known_last_year and self.chance(0.5):
                other = self.written(days_on(began, -1))
                last = self.nearly(row, 0.6, MIS_START=[other, row["MIS_START"], None])
                self.add("Missing", {**last, "MIS_END": row["MIS_END"] if self.chance(0.2) else None}, self.previous)
            began = self.soon(given or began)

    def social_workers(self, ids: Row) -> None:
        began = self.any_day() if self.chance(0.6) else self.random.choice(self.pool)
        rows: list[Row] = []
        for _ in self.few(2, 6, 4, 2, 1):
            ended = self.soon(began)
            if self.chance(0.15):
                ended = days_on(self.end, -self.random.choice([0, 3, 5, 6]))
            open_still = self.chance(0.4)
            row: Row = {
                **ids,
                "SW_ID": self.listed(["SW1234", "SW99", "XX1", "sw7"], ["1234", "S1", "ws1"], given=0.96),
                "SW_DECOM": self.written(began) if not self.chance(self.noise / 4) else "ZZ/05/2025",
                "SW_DEC": None if open_still else self.written(ended),
                "SW_REASON": self.listed(WORKER_REASONS, ["OTHER", "MANAG"], given=0.9),
            }
            rows.append(row)
            began = days_on(ended, self.random.choice([0, 0, 1, -5, 5, -7, 7, 8, -8, 6]))
        for row in rows:
            self.add("SWEpisodes", row)

    def orders(self, ids: Row, theme: str, known_last_year: bool) -> None:
        began = self.any_day()
        for _ in self.few(1, 4, 3, 1) if theme == "liberty" else self.few(12, 2, 1):
            ended = self.soon(began)
            open_still = self.chance(0.35)
            row: Row = {
                **ids,
                "DOLO_START": self.written(self.maybe(began, 0.95)),
                "DOLO_END": None if open_still else self.written(ended),
            }
            if self.chance(0.05):
                row["DOLO_START"] = ids["DOB"]
            self.add("DoLo", row)
            if known_last_year and self.chance(0.6):
                other = self.written(days_on(began, 1))
                last = self.nearly(row, 0.7, DOLO_START=[other, None])
                self.add("DoLo", {**last, "DOLO_END": None if self.chance(0.7) else row["DOLO_END"]}, self.previous)
            began = self.soon(ended)

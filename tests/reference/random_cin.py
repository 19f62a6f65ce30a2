"""Small random CIN returns, crowded with edge cases: ties, days at the bounds, missing and broken cells, repeated ids.

Flat tables, joined by the generated ids. Within a return every (LAchildID, CINdetailsID) belongs to one CINdetails
row, every (…, AssessmentID) to one assessment and every (…, CPPID) to one plan, even where two children share an id.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

Cells = dict[str, object]
Tables = dict[str, list[Cells]]

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
ETHNICITIES = ["WBRI", "WBRI", "MWBC", "BCRB", "NOBT", "REFU", "wbri", "WBRT", "WBRI "]
DISABILITIES = ["MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA"]
SOURCES = ["1A", "2A", "3F", "5D", "6", "10"]
CLOSURES = ["RC1", "RC2", "RC7", "RC8", "RC8", "RC9", "RC9", "RC10", "rc8"]
FACTORS = ["1A", "3B", "10A", "16A", "18B", "20", "24A", "21", "21"]
ODD_FACTORS = ["18A", "18a", "19A", "19a", "8A", "3b", "210", "21 "]
ABUSES = ["NEG", "PHY", "SAB", "EMO", "MUL"]
UNREADABLE_DATES = ["2025-02-30", "31/02/2025", "2025-13-01", "n/k", "31 March 2025"]
SEX_SINCE = "2024-25"
PRE_PROCEEDINGS_SINCE = "2026-27"


def columns(period: str) -> dict[str, list[str]]:
    """The columns of each table that `random_return` fills in a period, so that an empty table has its columns too."""
    episode = "LAchildID CINdetailsID"
    tables = {
        "Header": "Collection Year ReferenceDate SourceLevel LEA SoftwareCode Release SerialNo DateTime",
        "ChildIdentifiers": (
            "LAchildID UPN FormerUPN UPNunknown PersonBirthDate ExpectedPersonBirthDate "
            + ("Sex" if period >= SEX_SINCE else "GenderCurrent")
            + " PersonDeathDate"
        ),
        "ChildCharacteristics": "LAchildID Ethnicity",
        "Disabilities": "LAchildID Disability",
        "CINdetails": (
            f"{episode} CINreferralDate ReferralSource PrimaryNeedCode CINclosureDate ReasonForClosure "
            "DateOfInitialCPC ReferralNFA"
        ),
        "Assessments": (
            f"{episode} AssessmentID AssessmentActualStartDate AssessmentInternalReviewDate AssessmentAuthorisationDate"
        ),
        "AssessmentFactorsList": f"{episode} AssessmentID AssessmentFactor",
        "CINplanDates": f"{episode} CINPlanStartDate CINPlanEndDate",
        "Section47": f"{episode} S47ActualStartDate InitialCPCtarget DateOfInitialCPC ICPCnotRequired",
        "ChildProtectionPlans": (
            f"{episode} CPPID CPPstartDate CPPendDate InitialCategoryOfAbuse LatestCategoryOfAbuse NumberOfPreviousCPP"
        ),
        "Reviews": f"{episode} CPPID CPPreviewDate",
    }
    if period >= PRE_PROCEEDINGS_SINCE:
        tables["PreProceedings"] = (
            f"{episode} PPStartDate LBPSentDate FGDMMeetingOffer FGDMMeetingFac InitialPPMeetingDate "
            "ReviewMeetingsCount StepDecisionDate PPOutcome CourtAppDate LetterInitCPDate"
        )
    return {table: names.split() for table, names in tables.items()}


def random_return(seed: int, period: str) -> Tables:
    """One return of 1 to 12 children; the same seed and period give the same return."""
    return _Draw(seed, period).tables


class _Draw:
    """One return being drawn. Noise, the share of cells gone wrong, differs from return to return."""

    def __init__(self, seed: int, period: str) -> None:
        self.random = Random(f"{period} {seed}")
        self.period = period
        self.start = date(int(period[:4]), 4, 1)
        self.end = date(int(period[:4]) + 1, 3, 31)
        self.noise = self.random.choice([0.0, 0.02, 0.06, 0.2])
        self.columns = columns(period)
        self.tables: Tables = {name: [] for name in self.columns}
        self.labels = {name: self.random.choice([0, 1, 7, 100]) for name in self.columns}
        self.shuffled = self.random.random() < 0.3
        self.episodes: dict[str, int] = {}
        self.upns: list[str] = []
        self.orphans = 0
        self.pool: list[date] = []
        self.bounds = self.days_at_the_bounds()
        # Some returns are large in one thing only, so that the rules on a whole return fall both ways.
        self.disability = self.random.choice(["none", "one", "some", "some", "many"])
        self.protection = self.random.choice([0.0, 0.4, 0.8])
        self.pre_proceedings = self.random.choice([0.0, 0.5, 0.9])
        self.header()
        for number in range(self.random.choice([1, 1, 2, 2, 3, 3, 4, 6, 8, 12])):
            self.child(number)
        for rows in self.tables.values():
            if self.shuffled:
                self.random.shuffle(rows)

    # ------------------------------------------------------------------------------------------------------ cells

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def days_at_the_bounds(self) -> list[date]:
        """The first and last day of the year and the cut-offs counted from them, with their neighbours."""
        days = [self.start, self.end, self.end - timedelta(days=30), date(self.end.year, 12, 31)]
        days = [day + timedelta(days=step) for day in days for step in (-1, 0, 1)]
        days += [self.start - timedelta(days=step) for step in range(2, 6)]
        days += [self.end - timedelta(days=step) for step in (*range(19, 25), *range(61, 69))]
        days += [date(2013, 3, 31), date(2013, 4, 1), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
        return days

    def any_day(self) -> date:
        """A day of this child's few (so that ties are common), at a bound, or anywhere about the year."""
        drawn = self.random.random()
        if drawn < 0.7 and self.pool:
            return self.random.choice(self.pool)
        if drawn < 0.85:
            return self.random.choice(self.bounds)
        return self.start + timedelta(days=self.random.randrange(-40, 400))

    def soon(self, day: date) -> date:
        """A day near another: the same, beside it, a weekend, or some weeks on."""
        step = self.random.choice([0, 0, 1, 2, 3, 7, 15, 30, 60, -1])
        return day + timedelta(days=step) if self.chance(0.7) else self.any_day()

    def broken(self, value: str | None, choices: Sequence[str | None]) -> str | None:
        """The value, or with the return's noise one of the choices, or missing."""
        if not self.chance(self.noise):
            return value
        return self.random.choice([*choices, None, None, ""])

    def written(self, day: date | None) -> str | None:
        """A date as the file has it: ISO, sometimes dd/mm/yyyy, sometimes unreadable."""
        if day is None:
            return None
        text = f"{day:%d/%m/%Y}" if self.chance(0.05) else day.isoformat()
        return self.broken(text, UNREADABLE_DATES)

    def maybe(self, day: date, probability: float) -> date | None:
        return day if self.chance(probability) else None

    def flag(self, yes: float) -> str | None:
        value = self.random.choice(["1", "true"]) if self.chance(yes) else self.random.choice(["0", "false"])
        return self.broken(value, ["TRUE", "FALSE", "True", "False", "yes", "2"])

    def listed(self, codes: Sequence[str], wrong: Sequence[str]) -> str | None:
        return self.broken(self.random.choice(codes), wrong)

    def add(self, table: str, **cells: str | None) -> None:
        """One row, every column given; its ids are sometimes lost, or those of nobody."""
        row: Cells = dict.fromkeys(self.columns[table])
        unknown = set(cells) - set(row)
        assert not unknown, unknown
        row.update(cells)
        if table not in ("Header", "ChildIdentifiers") and self.chance(self.noise / 8):
            self.orphans += 1
            row["LAchildID"] = self.random.choice([None, "", f"NOBODY{self.orphans}"])
        if "CINdetailsID" in row and self.chance(self.noise / 8):
            row["CINdetailsID"] = self.random.choice([None, "", str(90 + len(self.tables[table]))])
        row["row"] = self.labels[table]
        self.labels[table] += self.random.choice([1, 1, 1, 3])
        self.tables[table].append(row)

    # --------------------------------------------------------------------------------------------------- children

    def header(self) -> None:
        year = str(self.end.year)
        reference = self.end.isoformat()
        if self.chance(0.3):
            year, reference = self.random.choice(
                [
                    (year, (self.end - timedelta(days=1)).isoformat()),
                    (year, "2025-02-30"),
                    (year, ""),
                    ("", reference),
                    ("", ""),
                    ("20x5", reference),
                    (str(self.end.year + 1), reference),
                    (year, f"{self.end:%d/%m/%Y}"),
                ]
            )
        self.add("Header", Collection="CIN", Year=year, ReferenceDate=reference, SourceLevel="L", LEA="801")

    def child_id(self, number: int) -> str | None:
        taken = [str(row["LAchildID"]) for row in self.tables["ChildIdentifiers"] if row["LAchildID"]]
        if taken and self.chance(0.08):
            return self.random.choice(taken)
        if self.chance(self.noise):
            return self.random.choice(
                [
                    None,
                    "",
                    f"C-{number}",
                    f"C_{number} ",
                    f"Zoé{number}",
                    f"{number:020}",
                    f"{number:021}",
                    f"LONGER{number:016}",
                    " " * (number + 1),
                ]
            )
        return f"C{number}"

    def upn(self) -> str | None:
        """A pupil number: right, temporary, or with one thing wrong."""
        if self.upns and self.chance(0.05):
            return self.random.choice(self.upns)
        authority = self.random.choice(["801", "801", "674", "330", "302", "838", "940"])
        if self.chance(self.noise + 0.05):
            authority = self.random.choice(["942", "943", "900", "004", "006", "999", "80A"])
        body = f"{authority}{self.random.randrange(10**9):09}"
        if self.chance(0.1):
            body = body[:-1] + self.random.choice(UPN_LETTERS)
        values = [int(one) if one.isdigit() else max(UPN_LETTERS.find(one), 0) for one in body]
        upn = UPN_LETTERS[sum(place * value for place, value in enumerate(values, 2)) % 23] + body
        if self.chance(self.noise + 0.05):
            upn = self.random.choice(
                [
                    upn.lower(),
                    upn[:-1],
                    upn + "1",
                    upn[:4],
                    upn[:5],
                    upn[:4] + "X" + upn[5:],
                    upn[:11] + "X" + upn[12:],
                    upn[0] + "A" + upn[2:],
                    upn[:12] + "I",
                    upn[:12] + "b",
                    "1" + upn[1:],
                    UPN_LETTERS[(UPN_LETTERS.find(upn[0]) + 1) % 23] + upn[1:],
                ]
            )
        self.upns.append(upn)
        return upn

    def birth(self, referral: date) -> date:
        """A birth date, often beside one of the ages that rules count in."""
        edge = self.random.choice(
            [
                self.end.replace(year=self.end.year - 25),
                self.end.replace(year=self.end.year - 6),
                date(self.end.year - 6, 8, 31),
                referral + timedelta(days=280),
                self.end,
            ]
        ) + timedelta(days=self.random.choice([-1, 0, 1]))
        ordinary = date(self.end.year - self.random.randrange(1, 18), self.random.randrange(1, 13), 15)
        of_full_age = self.any_day() - timedelta(days=25 * 365 + 6)
        leap = date(2000, 2, 29) if self.chance(0.5) else date(self.end.year - 6, 1, 31)
        return self.random.choices([edge, ordinary, of_full_age, leap], [4, 5, 1, 1])[0]

    def child(self, number: int) -> None:
        child = self.child_id(number)
        referral = self.any_day()
        self.pool = [referral + timedelta(days=step) for step in (0, 1, 20, 45, 90)]
        self.pool += self.random.sample(self.bounds, 2)
        born, expected = self.births(referral)
        if born is not None and (born.month, born.day) != (2, 29) and self.end.year - born.year in (25, 26):
            self.pool += [born.replace(year=born.year + 25) + timedelta(days=step) for step in (-1, 0, 1)]
        elif born == date(2000, 2, 29):
            self.pool += [date(2025, 2, 28), date(2025, 3, 1)]
        died = self.any_day() if self.chance(0.12) else None
        if born is not None and self.chance(0.05):
            died = born + timedelta(days=self.random.choice([-1, 0, 1]))
        has_upn = self.chance(0.6)
        unknown = self.random.choice(["UN1", "UN1", "UN2", "UN3", "UN6", "UN7", "UN7", "UN8", "un7", "un2"])
        sex = "Sex" if "Sex" in self.columns["ChildIdentifiers"] else "GenderCurrent"
        known, not_known = (("M", "F"), "U") if sex == "Sex" else (("1", "2", "9"), "0")
        right = not_known if (born is None) != self.chance(0.05) else self.random.choice(known)
        self.add(
            "ChildIdentifiers",
            LAchildID=child,
            UPN=self.upn() if has_upn else None,
            FormerUPN=self.upn() if self.chance(0.2) else None,
            UPNunknown=self.broken(unknown if self.chance(0.85 - 0.6 * has_upn) else None, ["UN4", "UN5"]),
            PersonBirthDate=self.written(born),
            ExpectedPersonBirthDate=self.written(expected),
            PersonDeathDate=self.written(died),
            **{sex: self.broken(right, ["U", "0", "M", "1", "m", "u", "3", "1.0"])},
        )
        self.add("ChildCharacteristics", LAchildID=child, Ethnicity=self.listed(ETHNICITIES[:6], ETHNICITIES[6:]))
        self.disabilities(child)
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3])):
            self.episodes[child or ""] = self.episodes.get(child or "", 0) + 1
            self.episode(child, str(self.episodes[child or ""]), self.soon(referral))

    def births(self, referral: date) -> tuple[date | None, date | None]:
        born = self.birth(referral)
        expected = self.random.choice(
            [
                self.random.choice(self.bounds),
                referral + timedelta(days=280 + self.random.choice([-1, 0, 1])),
                self.end + timedelta(days=100),
            ]
        )
        return self.random.choices([(born, None), (None, expected), (born, expected), (None, None)], [80, 14, 3, 3])[0]

    def disabilities(self, child: str | None) -> None:
        codes: list[str] = []
        if self.disability == "one":
            codes = [self.random.choice([*DISABILITIES, "NONE"])]
        elif self.disability == "some":
            codes = self.random.choices([*DISABILITIES, "NONE", "NONE"], k=self.random.choice([0, 1, 1, 2, 3]))
        elif self.disability == "many":
            codes = self.random.sample(DISABILITIES, self.random.randrange(3, 12))
        elif self.chance(0.7):
            codes = ["NONE"]
        for code in codes:
            self.add("Disabilities", LAchildID=child, Disability=self.broken(code, ["none", "Mob", "XXX", "NONE "]))

    # --------------------------------------------------------------------------------------------------- episodes

    def few(self, weights: tuple[int, ...]) -> range:
        """0, 1, 2 … rows, by weight."""
        return range(self.random.choices(range(len(weights)), weights)[0])

    def episode(self, child: str | None, number: str, referral: date) -> None:
        ids = {"LAchildID": child, "CINdetailsID": number}
        if self.chance(0.02):
            referral = date(2013, 3, 31) + timedelta(days=self.random.choice([0, 1]))
        closed = self.maybe(self.soon(self.any_day()), 0.5)
        reason = self.random.choice(CLOSURES[:7]) if closed and self.chance(0.95) else None
        further = self.flag(0.2)
        conference = self.maybe(self.any_day(), 0.15)
        self.add(
            "CINdetails",
            **ids,
            CINreferralDate=self.written(referral),
            ReferralSource=None if referral.year == 2013 else self.listed(SOURCES, ["5E", "1a", "11", "6.0"]),
            PrimaryNeedCode=self.listed(["N0", "N1", "N9"], ["N10", "n1", "1"]),
            CINclosureDate=self.written(closed),
            ReasonForClosure=self.broken(reason, CLOSURES),
            DateOfInitialCPC=self.written(conference),
            ReferralNFA=further,
        )
        for assessment in self.few((3, 5, 2, 1)):
            self.assessment(ids, str(assessment + 1), referral)
        for _ in self.few((6, 4, 2, 1)):
            start = self.soon(referral)
            end = self.maybe(self.soon(start), 0.6)
            self.add("CINplanDates", **ids, CINPlanStartDate=self.written(start), CINPlanEndDate=self.written(end))
        conferences = self.enquiries(ids, referral, conference)
        for plan in self.few((1, 3, 1)) if self.chance(self.protection) else ():
            self.protection_plan(ids, str(plan + 1), conferences)
        if "PreProceedings" in self.tables:
            for _ in self.few((0, 3, 1)) if self.chance(self.pre_proceedings) else ():
                self.pre_proceeding(ids)

    def assessment(self, ids: dict[str, str | None], number: str, referral: date) -> None:
        start = self.soon(referral)
        end = self.maybe(self.soon(start), 0.65)
        self.add(
            "Assessments",
            **ids,
            AssessmentID=number,
            AssessmentActualStartDate=self.written(start),
            AssessmentAuthorisationDate=self.written(end),
        )
        for _ in self.few((1, 4, 2, 1)) if end or self.chance(0.2) else ():
            factor = self.listed(FACTORS, ODD_FACTORS)
            self.add("AssessmentFactorsList", **ids, AssessmentID=number, AssessmentFactor=factor)

    def enquiries(self, ids: dict[str, str | None], referral: date, conference: date | None) -> list[date]:
        """Section 47 enquiries; returns the days of all conferences of the episode."""
        held = [conference] if conference else []
        for _ in self.few((4, 4, 2, 1)):
            start = self.soon(referral)
            day = self.maybe(self.soon(start), 0.5)
            if conference and self.chance(0.2):
                day = conference
            if day is not None:
                held.append(day)
            self.add(
                "Section47",
                **ids,
                S47ActualStartDate=self.written(self.maybe(start, 0.95)),
                InitialCPCtarget=self.written(self.maybe(start + timedelta(days=self.random.randrange(14, 22)), 0.7)),
                DateOfInitialCPC=self.written(day),
                ICPCnotRequired=self.flag(0.1 if day else 0.4),
            )
        return held

    def protection_plan(self, ids: dict[str, str | None], number: str, conferences: list[date]) -> None:
        start = self.random.choice(conferences) if conferences and self.chance(0.7) else self.any_day()
        end = self.maybe(self.soon(start), 0.6)
        self.add(
            "ChildProtectionPlans",
            **ids,
            CPPID=number,
            CPPstartDate=self.written(start),
            CPPendDate=self.written(end),
            InitialCategoryOfAbuse=self.listed(ABUSES, ["neg", "NGL", "NEG "]),
            LatestCategoryOfAbuse=self.listed(ABUSES, ["neg", "NGL", "NEG "]),
            NumberOfPreviousCPP=self.listed(["0", "0", "1", "12"], ["-1", "x", "1.5", "-12"]),
        )
        for _ in self.few((3, 4, 2, 1)):
            day = end if end and self.chance(0.2) else self.soon(start)
            self.add("Reviews", **ids, CPPID=number, CPPreviewDate=self.written(day))

    def pre_proceeding(self, ids: dict[str, str | None]) -> None:
        """Each step is held with a fair chance, and is dated near the step before."""
        began = self.any_day()
        letter, meeting, step = self.soon(began), self.soon(began), self.soon(began)
        court = self.soon(step)
        self.add(
            "PreProceedings",
            **ids,
            PPStartDate=self.written(self.maybe(began, 0.7)),
            LBPSentDate=self.written(self.maybe(letter, 0.7)),
            FGDMMeetingOffer=self.flag(0.6) if self.chance(0.7) else None,
            FGDMMeetingFac=self.flag(0.5) if self.chance(0.6) else None,
            InitialPPMeetingDate=self.written(self.maybe(meeting, 0.6)),
            ReviewMeetingsCount=self.listed(["0", "3"], ["x", "1.5"]) if self.chance(0.7) else None,
            StepDecisionDate=self.written(self.maybe(step, 0.7)),
            PPOutcome=self.listed(["A", "B", "C"], ["D", "a"]) if self.chance(0.7) else None,
            CourtAppDate=self.written(self.maybe(court, 0.7)),
            LetterInitCPDate=self.written(self.maybe(self.soon(court), 0.7)),
        )

"""The CIN rules once more, row by row in plain Python: what the vectorised rule book is tested against.

Nothing here may import the project's own rules: two implementations that share code share its mistakes.
A cell is missing when it is None or empty; a date or a whole number that cannot be read is missing too.
A row whose ids are missing matches no other row (but see 2991Q). Source: the rule catalogue, read as docs/decisions
say.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import permutations

import holidays

from reference.cells import Cells, read_date

Finding = tuple[str, str | None, Hashable]


def check(tables: Mapping[str, Sequence[Cells]], period: str) -> set[Finding]:
    """Every (code, table, row label) that the rules in force in `period` ("2025-26") flag.

    A whole return that fails is (code, None, None). `tables` holds rows of text cells by the Department's names;
    each row carries its label under "row", and rows are joined by LAchildID, CINdetailsID, AssessmentID and CPPID.
    """
    sent = Sent(tables, period)
    found: set[Finding] = set()
    for code, since, until, rule_of_code in RULES:
        if since <= period <= until:
            for row in rule_of_code(sent):
                found.add((code, None, None) if row is None else (code, row.table, row.label))
    return found


def codes_in_force(period: str) -> set[str]:
    """The codes that `check` runs in a period."""
    return {code for code, since, until, _ in RULES if since <= period <= until}


# ---------------------------------------------------------------------------------------------------- reading cells


def all_digits(text: str) -> bool:
    return re.fullmatch("[0-9]+", text) is not None


class Row:
    """One row: its table, its label, and its cells read as text, date or whole number."""

    __slots__ = ("cells", "label", "table")

    def __init__(self, table: str, cells: Cells) -> None:
        self.table = table
        self.label: Hashable = cells["row"]
        self.cells = cells

    def text(self, column: str) -> str | None:
        value = self.cells.get(column)
        return None if value is None or value == "" else str(value)

    def day(self, column: str) -> date | None:
        text = self.text(column)
        return None if text is None else read_date(text)

    def whole(self, column: str) -> int | None:
        text = self.text(column)
        return int(text) if text is not None and re.fullmatch("-?[0-9]+", text) else None

    def lower(self, column: str) -> str | None:
        text = self.text(column)
        return None if text is None else text.lower()

    def key(self, columns: Iterable[str]) -> tuple[str, ...] | None:
        """The row's ids, or None when any is missing."""
        ids = [self.text(column) for column in columns]
        return None if None in ids else tuple(str(one) for one in ids)


CHILD = ("LAchildID",)
EPISODE = ("LAchildID", "CINdetailsID")
PLAN = ("LAchildID", "CINdetailsID", "CPPID")
ASSESSMENT = ("LAchildID", "CINdetailsID", "AssessmentID")


class Sent:
    """One return as sent: its tables, its year (both ends inclusive), and its rows by their ids."""

    def __init__(self, tables: Mapping[str, Sequence[Cells]], period: str) -> None:
        match = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", period)
        if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
            raise ValueError("a period is written like 2025-26")
        self.start = date(int(match[1]), 4, 1)
        self.end = date(int(match[1]) + 1, 3, 31)
        self.tables = {name: [Row(name, cells) for cells in rows] for name, rows in tables.items()}
        self.by_key: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[Row]]] = {}

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def groups(self, table: str, columns: tuple[str, ...]) -> dict[tuple[str, ...], list[Row]]:
        """The rows of a table that share these ids; rows with a missing id are in no group."""
        if (table, columns) not in self.by_key:
            grouped: dict[tuple[str, ...], list[Row]] = {}
            for row in self.rows(table):
                key = row.key(columns)
                if key is not None:
                    grouped.setdefault(key, []).append(row)
            self.by_key[table, columns] = grouped
        return self.by_key[table, columns]

    def matching(self, row: Row, table: str, columns: tuple[str, ...]) -> list[Row]:
        """The rows of another table with the same ids as this row."""
        key = row.key(columns)
        return [] if key is None else self.groups(table, columns).get(key, [])

    def factors(self, assessment: Row) -> list[str]:
        """The factors recorded on an assessment, in order, repeats kept, empty cells left out."""
        rows = self.matching(assessment, "AssessmentFactorsList", ASSESSMENT)
        return [factor for row in rows if (factor := row.text("AssessmentFactor")) is not None]

    def outside_year(self, day: date | None) -> bool:
        return day is not None and not self.start <= day <= self.end


def before(first: date | None, second: date | None) -> bool:
    """Both dates are there and the first is strictly earlier."""
    return first is not None and second is not None and first < second


def same(first: date | None, second: date | None) -> bool:
    return first is not None and first == second


def years_on(day: date, years: int) -> date:
    """The same calendar day some years on; 29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@cache
def working_days_before(day: date, count: int) -> date:
    """The day reached by stepping back over `count` working days of England."""
    bank_holidays = holidays.country_holidays("GB", subdiv="ENG", years=range(day.year - 1, day.year + 1))
    while count:
        day -= timedelta(days=1)
        if day.weekday() < 5 and day not in bank_holidays:
            count -= 1
    return day


# ------------------------------------------------------------------------------------------------------- the rules

Rule = Callable[[Sent], Iterator[Row | None]]
RULES: list[tuple[str, str, str, Rule]] = []

NO = ("0", "false")
YES = ("1", "true")
CLOSED_AFTER_ASSESSMENT = ("RC8", "RC9")


def rule(code: str, since: str = "2022-23", until: str = "9999-00") -> Callable[[Rule], Rule]:
    """Registers a rule: a generator of the rows that it flags, or of None when the whole return fails."""

    def register(rule_of_code: Rule) -> Rule:
        RULES.append((code, since, until, rule_of_code))
        return rule_of_code

    return register


# Kinds of rule that the Department repeats for many dates and codes.


def starts_before_referral(code: str, table: str, column: str) -> None:
    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            for episode in sent.matching(row, "CINdetails", EPISODE):
                if before(row.day(column), episode.day("CINreferralDate")):
                    yield row
                    yield episode


def after_death(code: str, table: str, column: str) -> None:
    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            for child in sent.matching(row, "ChildIdentifiers", CHILD):
                if before(child.day("PersonDeathDate"), row.day(column)):
                    yield row
                    yield child


def missing_or_after_year(code: str, table: str, column: str) -> None:
    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            day = row.day(column)
            if day is None or day > sent.end:
                yield row


def not_in_year(code: str, table: str, column: str, since: str = "2022-23") -> None:
    @rule(code, since)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            if sent.outside_year(row.day(column)):
                yield row


def wrong_order(code: str, table: str, first: str, second: str) -> None:
    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            if before(row.day(second), row.day(first)):
                yield row


def same_day(code: str, table: str, first: str, second: str) -> None:
    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            if same(row.day(first), row.day(second)):
                yield row


def unlisted(code: str, table: str, column: str, codes: str, required: bool) -> None:
    accepted = set(codes.split())

    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            value = row.text(column)
            if (value is None and required) or (value is not None and value not in accepted):
                yield row


def weekend(code: str, table: str, column: str) -> None:
    @rule(code)
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows(table):
            day = row.day(column)
            if day is not None and day.weekday() >= 5:
                yield row


def outside_year_or_before_step(code: str, column: str, step_before: str) -> None:
    """Pre-proceedings dates, tested only beside the date of the step before."""

    @rule(code, "2026-27")
    def flag(sent: Sent) -> Iterator[Row | None]:
        for row in sent.rows("PreProceedings"):
            day, step = row.day(column), row.day(step_before)
            if day is not None and step is not None and (sent.outside_year(day) or day < step):
                yield row


starts_before_referral("1103", "Assessments", "AssessmentActualStartDate")
starts_before_referral("1104", "Section47", "DateOfInitialCPC")
starts_before_referral("1105", "ChildProtectionPlans", "CPPstartDate")
starts_before_referral("2889", "Section47", "S47ActualStartDate")
starts_before_referral("4015", "CINplanDates", "CINPlanStartDate")

after_death("4008", "CINplanDates", "CINPlanStartDate")
after_death("4009Q", "CINplanDates", "CINPlanEndDate")
after_death("8555Q", "CINdetails", "CINreferralDate")
after_death("8915", "ChildProtectionPlans", "CPPstartDate")
after_death("8920", "ChildProtectionPlans", "CPPendDate")

missing_or_after_year("4010", "CINplanDates", "CINPlanStartDate")
missing_or_after_year("8600", "CINdetails", "CINreferralDate")
missing_or_after_year("8720", "ChildProtectionPlans", "CPPstartDate")

not_in_year("4013", "CINplanDates", "CINPlanEndDate")
not_in_year("8545Q", "ChildIdentifiers", "PersonDeathDate")
not_in_year("8620", "CINdetails", "CINclosureDate")
not_in_year("8696", "Assessments", "AssessmentAuthorisationDate")
not_in_year("8715", "Section47", "DateOfInitialCPC")
not_in_year("8930", "ChildProtectionPlans", "CPPendDate")
not_in_year("9005", "PreProceedings", "PPStartDate", since="2026-27")
not_in_year("9008", "PreProceedings", "InitialPPMeetingDate", since="2026-27")

wrong_order("4011", "CINplanDates", "CINPlanStartDate", "CINPlanEndDate")
wrong_order("8608", "Assessments", "AssessmentActualStartDate", "AssessmentAuthorisationDate")
wrong_order("8630", "CINdetails", "CINreferralDate", "CINclosureDate")
wrong_order("8925", "ChildProtectionPlans", "CPPstartDate", "CPPendDate")

same_day("4012Q", "CINplanDates", "CINPlanStartDate", "CINPlanEndDate")
same_day("8840", "ChildProtectionPlans", "CPPstartDate", "CPPendDate")

unlisted(
    "4220",
    "ChildCharacteristics",
    "Ethnicity",
    "ABAN AIND AOTH APKN BAFR BCRB BOTH CHNE MOTH MWAS MWBA MWBC NOBT OOTH REFU WBRI WIRI WIRT WOTH WROM",
    required=True,
)
unlisted("8640", "CINdetails", "ReasonForClosure", "RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8 RC9", required=False)
unlisted("8650", "CINdetails", "PrimaryNeedCode", "N0 N1 N2 N3 N4 N5 N6 N7 N8 N9", required=False)
unlisted("8905", "ChildProtectionPlans", "InitialCategoryOfAbuse", "NEG PHY SAB EMO MUL", required=True)
unlisted("8910", "ChildProtectionPlans", "LatestCategoryOfAbuse", "NEG PHY SAB EMO MUL", required=True)

weekend("8870Q", "Section47", "InitialCPCtarget")
weekend("8875", "Section47", "DateOfInitialCPC")

outside_year_or_before_step("9006", "LBPSentDate", "PPStartDate")
outside_year_or_before_step("9009", "StepDecisionDate", "PPStartDate")
outside_year_or_before_step("9012", "CourtAppDate", "StepDecisionDate")
outside_year_or_before_step("9013", "LetterInitCPDate", "CourtAppDate")


@rule("100")
def reference_date_wrong(sent: Sent) -> Iterator[Row | None]:
    for header in sent.rows("Header"):
        year = header.text("Year")
        expected = read_date(f"{year}-03-31") if year is not None else None
        if expected is None or header.day("ReferenceDate") != expected:
            yield header


# ------------------------------------------------------------------------------------------------- pupil numbers

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@rule("1510")
def upn_check_letter(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        upn = child.text("UPN")
        if upn is not None and len(upn) == 13 and all_digits(upn[1:]):
            total = 0
            for position in range(2, 14):
                total += position * int(upn[position - 1])
            if upn[0] != UPN_LETTERS[total % 23]:
                yield child


@rule("1520")
def upn_used_twice(sent: Sent) -> Iterator[Row | None]:
    uses = Counter(child.text("UPN") for child in sent.rows("ChildIdentifiers"))
    for child in sent.rows("ChildIdentifiers"):
        upn = child.text("UPN")
        if upn is not None and uses[upn] > 1:
            yield child


UPN_AUTHORITIES = (
    "001-005 201-213 301-320 330-336 340-344 350-359 370-373 380-384 390-394 420 660-681 701-708 800-803 805-808 "
    "810-813 815 816 820-823 825 826 830 831 835-839 840 841 845 846 850-852 855-857 860 861 865-896 908 909 916 919 "
    "921 925 926 928 929 931 933 935-938 940 941"
)


def upn_authority_unknown(sent: Sent, ranges: str) -> Iterator[Row | None]:
    known = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            known.add(f"{number:03}")
    for child in sent.rows("ChildIdentifiers"):
        upn = child.text("UPN")
        if upn is not None and len(upn) == 13 and upn[1:4] not in known:
            yield child


@rule("1530", until="2022-23")
def upn_authority(sent: Sent) -> Iterator[Row | None]:
    yield from upn_authority_unknown(sent, UPN_AUTHORITIES)


@rule("1530", since="2023-24")
def upn_authority_with_cumbria(sent: Sent) -> Iterator[Row | None]:
    yield from upn_authority_unknown(sent, UPN_AUTHORITIES + " 942 943")


@rule("1540")
def upn_middle(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        upn = child.text("UPN")
        if upn is not None and not all_digits(upn[4:12]):
            yield child


@rule("1550")
def upn_last_character(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        upn = child.text("UPN")
        if upn is not None and len(upn) == 13 and upn[12] not in UPN_LETTERS + "0123456789":
            yield child


@rule("1560Q")
def former_upn(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        upn = child.text("FormerUPN")
        if upn is not None and not re.fullmatch(f"[A-Za-z][0-9]{{11}}[0-9{UPN_LETTERS}]", upn):
            yield child


@rule("1570", since="2024-25")
def child_id_long(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if len(child.text("LAchildID") or "") > 20:
            yield child


@rule("1580", since="2024-25")
def child_id_characters(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if not all(character.isalnum() for character in child.text("LAchildID") or ""):
            yield child


# ------------------------------------------------------------------------------------------------- whole returns


@rule("2883")
def more_plans_than_conferences(sent: Sent) -> Iterator[Row | None]:
    def in_year(table: str, column: str) -> int:
        days = [row.day(column) for row in sent.rows(table)]
        return sum(1 for day in days if day is not None and sent.start <= day <= sent.end)

    conferences = in_year("CINdetails", "DateOfInitialCPC") + in_year("Section47", "DateOfInitialCPC")
    if in_year("ChildProtectionPlans", "CPPstartDate") > conferences:
        yield None


def not_recorded(sent: Sent, column: str, not_known: str) -> Iterator[Row | None]:
    children = sent.rows("ChildIdentifiers")
    unrecorded = 0
    for child in children:
        if child.text(column) in (None, not_known) and child.day("ExpectedPersonBirthDate") is None:
            unrecorded += 1
    if unrecorded * 50 > len(children):
        yield None


@rule("2886Q", until="2023-24")
def gender_not_recorded(sent: Sent) -> Iterator[Row | None]:
    yield from not_recorded(sent, "GenderCurrent", "0")


@rule("2886Q", since="2024-25")
def sex_not_recorded(sent: Sent) -> Iterator[Row | None]:
    yield from not_recorded(sent, "Sex", "U")


@rule("2887Q")
def few_disability_codes(sent: Sent) -> Iterator[Row | None]:
    used = {row.text("Disability") for row in sent.rows("Disabilities")} - {None, "NONE"}
    if len(used) <= 7:
        yield None


@rule("2888Q")
def no_child_has_two_disabilities(sent: Sent) -> Iterator[Row | None]:
    counts: dict[str, int] = {}
    for row in sent.rows("Disabilities"):
        child, code = row.text("LAchildID"), row.text("Disability")
        if child is not None and code != "NONE":
            counts[child] = counts.get(child, 0) + (code is not None)
    if counts and max(counts.values()) <= 1:
        yield None


# ------------------------------------------------------------------------------------------ conferences and enquiries


@rule("2884")
def conference_recorded_twice(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        for enquiry in sent.matching(episode, "Section47", CHILD):
            if same(episode.day("DateOfInitialCPC"), enquiry.day("DateOfInitialCPC")):
                yield episode
                yield enquiry


@rule("2885")
def plan_start_is_not_conference(sent: Sent) -> Iterator[Row | None]:
    kept: dict[tuple[str, ...], list[Row]] = {}
    for key, enquiries in sent.groups("Section47", EPISODE).items():
        kept[key] = [enquiry for enquiry in enquiries if enquiry.text("ICPCnotRequired") not in YES]
    in_year: dict[tuple[str, ...], list[Row]] = {}
    for plan in sent.rows("ChildProtectionPlans"):
        if plan.day("CPPstartDate") is not None and not sent.outside_year(plan.day("CPPstartDate")):
            key_of_plan = plan.key(EPISODE)
            if key_of_plan is None:
                yield plan
            else:
                in_year.setdefault(key_of_plan, []).append(plan)
    for key, plans in in_year.items():
        holders = kept.get(key) or sent.groups("CINdetails", EPISODE).get(key, [])
        conferences = [holder.day("DateOfInitialCPC") for holder in holders]
        unmatched = [plan for plan in plans if plan.day("CPPstartDate") not in conferences]
        yield from unmatched
        if len(unmatched) == len(plans):
            yield from holders


@rule("2990")
def activity_though_closed_after_assessment(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.text("ReasonForClosure") in CLOSED_AFTER_ASSESSMENT:
            linked: list[Row] = []
            for table in ("ChildProtectionPlans", "Section47", "CINplanDates"):
                linked += sent.matching(episode, table, EPISODE)
            if linked or episode.day("DateOfInitialCPC") is not None:
                yield episode
                yield from linked


@rule("2991Q")
def enquiry_without_assessment(sent: Sent) -> Iterator[Row | None]:
    for enquiry in sent.rows("Section47"):
        assessments = sent.matching(enquiry, "Assessments", EPISODE)
        if enquiry.text("CINdetailsID") is None:
            # A missing number is matched by another missing one, here only.
            of_child = sent.matching(enquiry, "Assessments", CHILD)
            assessments = [row for row in of_child if row.text("CINdetailsID") is None]
        if not assessments:
            yield enquiry


# ------------------------------------------------------------------------------------------------- children's plans


@rule("4000")
def plan_without_further_action(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.text("ReferralNFA") in YES:
            for plan in sent.matching(episode, "CINplanDates", EPISODE):
                yield episode
                yield plan


@rule("4001")
def both_plans_open(sent: Sent) -> Iterator[Row | None]:
    for protection in sent.rows("ChildProtectionPlans"):
        for plan in sent.matching(protection, "CINplanDates", EPISODE):
            started = plan.day("CINPlanStartDate") is not None
            if protection.day("CPPendDate") is None and started and plan.day("CINPlanEndDate") is None:
                yield protection
                yield plan


@rule("4003")
def review_during_plan(sent: Sent) -> Iterator[Row | None]:
    for review in sent.rows("Reviews"):
        day = review.day("CPPreviewDate")
        for protection in sent.matching(review, "ChildProtectionPlans", PLAN):
            for plan in sent.matching(review, "CINplanDates", EPISODE):
                start, end = plan.day("CINPlanStartDate"), plan.day("CINPlanEndDate")
                if day is None or start is None or day == protection.day("CPPendDate"):
                    continue
                if start <= day and (end is None or day < end):
                    yield review
                    yield protection
                    yield plan


def two_open(sent: Sent, table: str, columns: tuple[str, ...], is_open: Callable[[Row], bool]) -> Iterator[Row | None]:
    """The open rows of each group that holds two or more of them."""
    for rows in sent.groups(table, columns).values():
        still_open = [row for row in rows if is_open(row)]
        if len(still_open) >= 2:
            yield from still_open


@rule("4004")
def two_plans_open(sent: Sent) -> Iterator[Row | None]:
    yield from two_open(sent, "CINplanDates", EPISODE, lambda plan: plan.day("CINPlanEndDate") is None)


@rule("4014")
def plans_overlap(sent: Sent) -> Iterator[Row | None]:
    for plans in sent.groups("CINplanDates", CHILD).values():
        for later, earlier in permutations(plans, 2):
            start, other_start = later.day("CINPlanStartDate"), earlier.day("CINPlanStartDate")
            if start is None or other_start is None or start < other_start:
                continue
            if start <= (earlier.day("CINPlanEndDate") or sent.end):
                yield later
                yield earlier


@rule("4016")
def plan_starts_during_protection(sent: Sent) -> Iterator[Row | None]:
    for plan in sent.rows("CINplanDates"):
        for protection in sent.matching(plan, "ChildProtectionPlans", CHILD):
            start, protected_from = plan.day("CINPlanStartDate"), protection.day("CPPstartDate")
            if start is None or protected_from is None or start < protected_from:
                continue
            end = protection.day("CPPendDate")
            if start < end if end is not None else start <= sent.end:
                yield plan
                yield protection


@rule("4017")
def protection_starts_during_plan(sent: Sent) -> Iterator[Row | None]:
    for protection in sent.rows("ChildProtectionPlans"):
        for plan in sent.matching(protection, "CINplanDates", CHILD):
            start, planned_from = protection.day("CPPstartDate"), plan.day("CINPlanStartDate")
            if start is None or planned_from is None or start < planned_from:
                continue
            end = plan.day("CINPlanEndDate")
            if start < end if end is not None else start <= sent.end:
                yield protection
                yield plan


# ----------------------------------------------------------------------------------------------------- the child


def sex_unlisted(sent: Sent, column: str, accepted: tuple[str, ...]) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if child.text(column) not in accepted:
            yield child


@rule("4180", until="2023-24")
def gender_unlisted(sent: Sent) -> Iterator[Row | None]:
    yield from sex_unlisted(sent, "GenderCurrent", ("0", "1", "2", "9"))


@rule("4180", since="2024-25")
def sex_not_listed(sent: Sent) -> Iterator[Row | None]:
    yield from sex_unlisted(sent, "Sex", ("M", "F", "U"))


@rule("8500")
def child_id_missing(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if child.text("LAchildID") is None:
            yield child


@rule("8510")
def child_id_used_twice(sent: Sent) -> Iterator[Row | None]:
    # Missing ids are duplicates of each other here, and only here.
    uses = Counter(child.text("LAchildID") for child in sent.rows("ChildIdentifiers"))
    for child in sent.rows("ChildIdentifiers"):
        if uses[child.text("LAchildID")] > 1:
            yield child


@rule("8520")
def born_after_year(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if before(sent.end, child.day("PersonBirthDate")):
            yield child


@rule("8525Q")
def one_birth_date(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        born = child.day("PersonBirthDate") is not None
        expected = child.day("ExpectedPersonBirthDate") is not None
        if born == expected:
            yield child


@rule("8530Q")
def expected_birth_far_off(sent: Sent) -> Iterator[Row | None]:
    first, last = sent.end - timedelta(days=30), date(sent.end.year, 12, 31)
    for child in sent.rows("ChildIdentifiers"):
        day = child.day("ExpectedPersonBirthDate")
        if day is not None and not first <= day <= last:
            yield child


@rule("8535Q")
def died_before_birth(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        born, died = child.day("PersonBirthDate"), child.day("PersonDeathDate")
        if died is not None and (born is None or born > died):
            yield child


DISABILITIES = {"NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA"}


@rule("8540")
def disability_missing(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        active = [row for row in sent.matching(child, "CINdetails", CHILD) if row.text("ReferralNFA") in NO]
        if child.day("PersonBirthDate") is None or not active:
            continue
        recorded = sent.matching(child, "Disabilities", CHILD)
        bad = [row for row in recorded if row.text("Disability") not in DISABILITIES]
        if bad or not recorded:
            yield child
            yield from active
            yield from bad


@rule("8585Q")
def died_without_date(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        for child in sent.matching(episode, "ChildIdentifiers", CHILD):
            if episode.text("ReasonForClosure") == "RC2" and child.day("PersonDeathDate") is None:
                yield child
                yield episode


@rule("8590")
def child_without_episode(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if not sent.matching(child, "CINdetails", CHILD):
            yield child


def unborn_without_code(sent: Sent, column: str, not_known: str) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        expected, born = child.day("ExpectedPersonBirthDate"), child.day("PersonBirthDate")
        if expected is not None and born is None and child.text(column) != not_known:
            yield child


@rule("8750", until="2023-24")
def unborn_gender(sent: Sent) -> Iterator[Row | None]:
    yield from unborn_without_code(sent, "GenderCurrent", "0")


@rule("8750", since="2024-25")
def unborn_sex(sent: Sent) -> Iterator[Row | None]:
    yield from unborn_without_code(sent, "Sex", "U")


def of_school_age_without_upn(sent: Sent, born_by: date) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        born = child.day("PersonBirthDate")
        active = [row for row in sent.matching(child, "CINdetails", CHILD) if row.lower("ReferralNFA") in NO]
        excused = (child.text("UPNunknown") or "").upper() in ("UN2", "UN3", "UN4", "UN5", "UN6", "UN7")
        if born is not None and born <= born_by and active and child.text("UPN") is None and not excused:
            yield child


@rule("8770Q", until="2023-24")
def upn_missing_from_six(sent: Sent) -> Iterator[Row | None]:
    # Born earlier than 31 March: the day itself counts only from 2024-25 on, then of August.
    yield from of_school_age_without_upn(sent, date(sent.end.year - 6, 3, 30))


@rule("8770Q", since="2024-25")
def upn_missing_of_school_age(sent: Sent) -> Iterator[Row | None]:
    yield from of_school_age_without_upn(sent, date(sent.end.year - 6, 8, 31))


@rule("8772")
def un7_with_further_action(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        if child.text("UPNunknown") == "UN7":
            episodes = sent.matching(child, "CINdetails", CHILD)
            acted_on = [episode for episode in episodes if episode.lower("ReferralNFA") not in YES]
            if acted_on or not episodes:
                yield child
                yield from acted_on


@rule("8775Q")
def over_25(sent: Sent) -> Iterator[Row | None]:
    for child in sent.rows("ChildIdentifiers"):
        born = child.day("PersonBirthDate")
        if born is None or born >= date(sent.end.year - 25, 3, 31):
            continue
        for episode in sent.matching(child, "CINdetails", CHILD):
            closed = episode.day("CINclosureDate")
            if closed is None or closed > years_on(born, 25):
                yield child
                yield episode


@rule("8790")
def none_beside_disability(sent: Sent) -> Iterator[Row | None]:
    for rows in sent.groups("Disabilities", CHILD).values():
        others = [row for row in rows if row.lower("Disability") != "none"]
        if len(others) < len(rows):
            yield from others


@rule("8794")
def disability_twice(sent: Sent) -> Iterator[Row | None]:
    for rows in sent.groups("Disabilities", ("LAchildID", "Disability")).values():
        if len(rows) > 1:
            yield from rows


# -------------------------------------------------------------------------------------------- episodes of need


@rule("8565")
def activity_after_closure(sent: Sent) -> Iterator[Row | None]:
    dates = {
        "Assessments": ("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
        "Section47": ("S47ActualStartDate", "DateOfInitialCPC"),
        "ChildProtectionPlans": ("CPPendDate",),
        "CINplanDates": ("CINPlanStartDate", "CINPlanEndDate"),
    }
    for episode in sent.rows("CINdetails"):
        closed = episode.day("CINclosureDate")
        if before(closed, episode.day("DateOfInitialCPC")):
            yield episode
        for table, columns in dates.items():
            for row in sent.matching(episode, table, EPISODE):
                if any(before(closed, row.day(column)) for column in columns):
                    yield episode
                    yield row


@rule("8568")
def further_action_unlisted(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.lower("ReferralNFA") not in NO + YES:
            yield episode


@rule("8569Q")
def old_referral_without_further_action(sent: Sent) -> Iterator[Row | None]:
    cut_off = working_days_before(sent.start, 1)
    for episode in sent.rows("CINdetails"):
        if before(episode.day("CINreferralDate"), cut_off) and episode.text("ReferralNFA") not in NO:
            yield episode


@rule("8606")
def referred_long_before_birth(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        referred = episode.day("CINreferralDate")
        for child in sent.matching(episode, "ChildIdentifiers", CHILD):
            for birth in (child.day("PersonBirthDate"), child.day("ExpectedPersonBirthDate")):
                if referred is not None and birth is not None and (birth - referred).days > 280:
                    yield episode
                    yield child


@rule("8610")
def primary_need_missing(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.text("ReferralNFA") in NO and episode.text("PrimaryNeedCode") is None:
            yield episode


@rule("8805")
def closed_without_reason(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.day("CINclosureDate") is not None and episode.text("ReasonForClosure") is None:
            yield episode


@rule("8810")
def reason_without_closure(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.day("CINclosureDate") is None and episode.text("ReasonForClosure") is not None:
            yield episode


def open_and_acted_on(episode: Row) -> bool:
    return episode.day("CINclosureDate") is None and episode.text("ReferralNFA") in NO


@rule("8815")
def two_episodes_open(sent: Sent) -> Iterator[Row | None]:
    yield from two_open(sent, "CINdetails", CHILD, open_and_acted_on)


@rule("8816")
def open_episode_not_latest(sent: Sent) -> Iterator[Row | None]:
    for episodes in sent.groups("CINdetails", CHILD).values():
        referred = [(episode, day) for episode in episodes if (day := episode.day("CINreferralDate")) is not None]
        if not referred:
            continue
        latest = max(day for _, day in referred)
        behind = [episode for episode, day in referred if open_and_acted_on(episode) and day < latest]
        if behind:
            yield from behind
            yield from (episode for episode, day in referred if day == latest)


@rule("8820")
def episodes_overlap(sent: Sent) -> Iterator[Row | None]:
    for episodes in sent.groups("CINdetails", CHILD).values():
        for later, earlier in permutations(episodes, 2):
            start, other_start = later.day("CINreferralDate"), earlier.day("CINreferralDate")
            if start is None or other_start is None or start < other_start:
                continue
            closed = earlier.day("CINclosureDate")
            ongoing = earlier.lower("ReferralNFA") in NO and start < sent.end
            if start < closed if closed is not None else ongoing:
                yield later
                yield earlier


@rule("8825Q")
def closed_after_no_assessment(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        assessed = sent.matching(episode, "Assessments", EPISODE)
        if episode.text("ReasonForClosure") in CLOSED_AFTER_ASSESSMENT and not assessed:
            yield episode


@rule("8831")
def activity_without_further_action(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.lower("ReferralNFA") not in YES:
            continue
        conference = episode.day("DateOfInitialCPC") is not None
        if conference:
            yield episode
        for enquiry in sent.matching(episode, "Section47", EPISODE):
            if conference or enquiry.day("S47ActualStartDate") or enquiry.day("DateOfInitialCPC"):
                yield episode
                yield enquiry
        for assessment in sent.matching(episode, "Assessments", EPISODE):
            if assessment.day("AssessmentActualStartDate") or assessment.day("AssessmentAuthorisationDate"):
                yield episode
                yield assessment


@rule("8832")
def protection_without_further_action(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        if episode.lower("ReferralNFA") in YES:
            for plan in sent.matching(episode, "ChildProtectionPlans", EPISODE):
                yield episode
                yield plan


SOURCES = "1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 5D 6 7 8 9 10"


@rule("8866")
def referral_source(sent: Sent) -> Iterator[Row | None]:
    for episode in sent.rows("CINdetails"):
        referred = episode.day("CINreferralDate")
        listed = episode.text("ReferralSource") in SOURCES.split()
        if referred is not None and referred >= date(2013, 4, 1) and not listed:
            yield episode


# ------------------------------------------------------------------------------------------------- assessments

FACTORS = (
    "1A 1B 1C 2A 2B 2C 3A 3B 3C 4A 4B 4C 5A 5B 5C 6A 6B 6C 7A 8B 8C 8D 8E 8F 9A 10A 11A 12A 13A 14A 15A 16A 17A "
    "18A 18B 18C 19A 19B 19C 20 21 22A 23A 24A"
)


@rule("8614")
def factors_of_unfinished_assessment(sent: Sent) -> Iterator[Row | None]:
    for assessment in sent.rows("Assessments"):
        if assessment.day("AssessmentAuthorisationDate") is None and sent.factors(assessment):
            yield assessment


@rule("8670Q")
def assessment_unfinished_too_long(sent: Sent) -> Iterator[Row | None]:
    cut_off = working_days_before(sent.end, 45)
    for assessment in sent.rows("Assessments"):
        unfinished = assessment.day("AssessmentAuthorisationDate") is None
        if unfinished and before(assessment.day("AssessmentActualStartDate"), cut_off):
            yield assessment


@rule("8736")
def unfinished_assessment_outside_year(sent: Sent) -> Iterator[Row | None]:
    for assessment in sent.rows("Assessments"):
        start = assessment.day("AssessmentActualStartDate")
        if assessment.day("AssessmentAuthorisationDate") is None and (start is None or sent.outside_year(start)):
            yield assessment


@rule("8863Q")
def assessments_overlap(sent: Sent) -> Iterator[Row | None]:
    for assessments in sent.groups("Assessments", EPISODE).values():
        for later, earlier in permutations(assessments, 2):
            start, other_start = later.day("AssessmentActualStartDate"), earlier.day("AssessmentActualStartDate")
            end, other_end = later.day("AssessmentAuthorisationDate"), earlier.day("AssessmentAuthorisationDate")
            if start is None or other_start is None or start < other_start:
                continue
            if start == other_start and end == other_end:
                continue
            if start <= (other_end or sent.end):
                yield later
                yield earlier


@rule("8867")
def closed_with_unfinished_assessment(sent: Sent) -> Iterator[Row | None]:
    for assessment in sent.rows("Assessments"):
        for episode in sent.matching(assessment, "CINdetails", EPISODE):
            closed = episode.day("CINclosureDate") is not None
            if closed and assessment.day("AssessmentAuthorisationDate") is None:
                yield assessment
                yield episode


@rule("8869")
def no_factors_beside_factors(sent: Sent) -> Iterator[Row | None]:
    for assessment in sent.rows("Assessments"):
        factors = set(sent.factors(assessment))
        if "21" in factors and len(factors) > 1:
            yield assessment


@rule("8873Q")
def no_factors_but_closed_otherwise(sent: Sent) -> Iterator[Row | None]:
    for assessments in sent.groups("Assessments", EPISODE).values():
        if len(assessments) != 1:
            continue
        [assessment] = assessments
        completed = assessment.day("AssessmentAuthorisationDate") is not None
        if not completed or "21" not in sent.factors(assessment):
            continue
        for episode in sent.matching(assessment, "CINdetails", EPISODE):
            reason = episode.text("ReasonForClosure")
            closed = reason is not None or episode.day("CINclosureDate") is not None
            if closed and reason not in CLOSED_AFTER_ASSESSMENT:
                yield assessment
                yield episode


@rule("8896")
def two_assessments_open(sent: Sent) -> Iterator[Row | None]:
    yield from two_open(sent, "Assessments", EPISODE, lambda row: row.day("AssessmentAuthorisationDate") is None)


@rule("8897Q")
def completed_without_factors(sent: Sent) -> Iterator[Row | None]:
    for assessment in sent.rows("Assessments"):
        completed = assessment.day("AssessmentAuthorisationDate")
        if completed is not None and completed >= sent.start:
            factors = sent.factors(assessment)
            if not factors or not set(factors) <= set(FACTORS.split()):
                yield assessment


@rule("8898")
def factor_twice(sent: Sent) -> Iterator[Row | None]:
    for assessment in sent.rows("Assessments"):
        factors = sent.factors(assessment)
        if len(factors) > len(set(factors)):
            yield assessment


def withdrawn_factor(code: str, factor: str) -> None:
    @rule(code, since="2024-25")
    def flag(sent: Sent) -> Iterator[Row | None]:
        for assessment in sent.rows("Assessments"):
            if factor in [recorded.upper() for recorded in sent.factors(assessment)]:
                yield assessment


withdrawn_factor("8945Q", "18A")
withdrawn_factor("8950Q", "19A")


# ------------------------------------------------------------------------------------------- section 47 enquiries


@rule("8615")
def enquiry_after_conference(sent: Sent) -> Iterator[Row | None]:
    for enquiry in sent.rows("Section47"):
        start, conference = enquiry.day("S47ActualStartDate"), enquiry.day("DateOfInitialCPC")
        if conference is not None and (start is None or start > conference):
            yield enquiry


@rule("8675Q")
def enquiry_open_too_long(sent: Sent) -> Iterator[Row | None]:
    cut_off = working_days_before(sent.end, 15)
    for enquiry in sent.rows("Section47"):
        outstanding = enquiry.day("DateOfInitialCPC") is None and enquiry.text("ICPCnotRequired") in NO
        if outstanding and before(enquiry.day("S47ActualStartDate"), cut_off):
            yield enquiry


@rule("8740")
def open_enquiry_outside_year(sent: Sent) -> Iterator[Row | None]:
    for enquiry in sent.rows("Section47"):
        outstanding = enquiry.day("DateOfInitialCPC") is None and enquiry.text("ICPCnotRequired") in NO
        if outstanding and sent.outside_year(enquiry.day("S47ActualStartDate")):
            yield enquiry


@rule("8839")
def two_enquiries_open(sent: Sent) -> Iterator[Row | None]:
    def outstanding(enquiry: Row) -> bool:
        return enquiry.day("DateOfInitialCPC") is None and enquiry.text("ICPCnotRequired") not in YES

    yield from two_open(sent, "Section47", EPISODE, outstanding)


@rule("8868")
def closed_with_unfinished_enquiry(sent: Sent) -> Iterator[Row | None]:
    for enquiry in sent.rows("Section47"):
        for episode in sent.matching(enquiry, "CINdetails", EPISODE):
            unfinished = enquiry.day("DateOfInitialCPC") is None and enquiry.text("ICPCnotRequired") not in YES
            if unfinished and episode.day("CINclosureDate") is not None:
                yield enquiry
                yield episode


@rule("8890")
def enquiries_overlap(sent: Sent) -> Iterator[Row | None]:
    for enquiries in sent.groups("Section47", EPISODE).values():
        for later, earlier in permutations(enquiries, 2):
            start, other_start = later.day("S47ActualStartDate"), earlier.day("S47ActualStartDate")
            conference, other_conference = later.day("DateOfInitialCPC"), earlier.day("DateOfInitialCPC")
            if start is None or other_start is None or start < other_start:
                continue
            if start == other_start and conference == other_conference:
                continue
            ongoing = earlier.lower("ICPCnotRequired") not in YES and start <= sent.end
            if start <= other_conference if other_conference is not None else ongoing:
                yield later
                yield earlier


# ------------------------------------------------------------------------------------------ child protection plans


@rule("8730")
def previous_plans_unreadable(sent: Sent) -> Iterator[Row | None]:
    for plan in sent.rows("ChildProtectionPlans"):
        previous = plan.whole("NumberOfPreviousCPP")
        if previous is None or previous < 0:
            yield plan


@rule("8841")
def review_before_plan(sent: Sent) -> Iterator[Row | None]:
    for review in sent.rows("Reviews"):
        for plan in sent.matching(review, "ChildProtectionPlans", PLAN):
            day, start = review.day("CPPreviewDate"), plan.day("CPPstartDate")
            if day is not None and start is not None and day <= start:
                yield review
                yield plan


@rule("8842Q")
def review_without_date(sent: Sent) -> Iterator[Row | None]:
    for review in sent.rows("Reviews"):
        if review.day("CPPreviewDate") is None:
            yield review


@rule("8935")
def two_protection_plans_open(sent: Sent) -> Iterator[Row | None]:
    yield from two_open(sent, "ChildProtectionPlans", CHILD, lambda plan: plan.day("CPPendDate") is None)


@rule("8940")
def protection_plans_overlap(sent: Sent) -> Iterator[Row | None]:
    for plans in sent.groups("ChildProtectionPlans", CHILD).values():
        for later, earlier in permutations(plans, 2):
            start, other_start = later.day("CPPstartDate"), earlier.day("CPPstartDate")
            if start is None or other_start is None or start < other_start:
                continue
            if start <= (earlier.day("CPPendDate") or sent.end):
                yield later
                yield earlier


# ------------------------------------------------------------------------------------------------ pre-proceedings


@rule("8995Q", since="2026-27")
def no_pre_proceedings(sent: Sent) -> Iterator[Row | None]:
    if not sent.rows("PreProceedings"):
        yield None


@rule("9000Q", since="2026-27")
def no_pre_proceedings_start(sent: Sent) -> Iterator[Row | None]:
    if all(row.day("PPStartDate") is None for row in sent.rows("PreProceedings")):
        yield None


@rule("9007", since="2026-27")
def letter_without_offer(sent: Sent) -> Iterator[Row | None]:
    for row in sent.rows("PreProceedings"):
        if row.day("LBPSentDate") is not None and row.text("FGDMMeetingOffer") is None:
            yield row


@rule("9010Q", since="2026-27")
def offer_without_outcome(sent: Sent) -> Iterator[Row | None]:
    for row in sent.rows("PreProceedings"):
        if row.text("FGDMMeetingOffer") in YES and row.text("FGDMMeetingFac") is None:
            yield row


@rule("9011", since="2026-27")
def pre_proceedings_outcome(sent: Sent) -> Iterator[Row | None]:
    for row in sent.rows("PreProceedings"):
        if row.text("PPOutcome") not in (None, "A", "B", "C"):
            yield row


@rule("9015Q", since="2026-27")
def meeting_without_count(sent: Sent) -> Iterator[Row | None]:
    for row in sent.rows("PreProceedings"):
        if row.day("InitialPPMeetingDate") is not None and row.whole("ReviewMeetingsCount") is None:
            yield row

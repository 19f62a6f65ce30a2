"""The child itself: sex, birth, ethnicity, pupil number, mother. Field by field, against last year, against care."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from reference.cla.sent import Book, Row, Sent, before, first_by, last_by, not_after, same, years_on

rule = Book()
RULES = rule.rules

ETHNIC = "WBRI WIRI WOTH WIRT WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU NOBT"
UNKNOWN_UPN = ("UN1", "UN2", "UN3", "UN4", "UN5")
RESPITE = ("V3", "V4")
LEAVER = "IN_TOUCH ACTIV ACCOM"


def in_care_but_for_respite(sent: Sent, child: str | None) -> bool:
    return any(episode.text("LS") not in RESPITE for episode in sent.of(child, "Episodes"))


@rule("101", "Header", until="2023-24")
def sex_numbered(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("SEX") not in ("1", "2"):
            yield header


@rule("101", "Header", since="2024-25")
def sex_lettered(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("SEX") not in ("M", "F", "U"):
            yield header


@rule("102", "Header")
def born_no_day(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.day("DOB") is None:
            yield header


@rule("103", "Header")
def ethnic_unlisted(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("ETHNIC") not in ETHNIC.split():
            yield header


@rule("105", "Header")
def unaccompanied_unlisted(sent: Sent) -> Iterator[Row]:
    # A Header without the column was CSV: the indicator is derived and cannot be wrong.
    for header in sent.rows("Header"):
        if "UASC" in header.cells and header.number("UASC") not in (0, 1):
            yield header


def mother_wrong_for_sex(sent: Sent, male: str, female: str) -> Iterator[Row]:
    # A mother outside care with care leaver data is 628's: the title here names three faults and not that.
    for header in sent.rows("Header"):
        if not in_care_but_for_respite(sent, header.child):
            continue
        mother, sex = header.text("MOTHER"), header.text("SEX")
        in_year = any(
            episode.text("LS") not in RESPITE and sent.in_year(episode) for episode in sent.of(header.child, "Episodes")
        )
        if (
            mother not in (None, "0", "1")
            or (mother is not None and sex == male)
            or (mother is None and sex == female and in_year)
        ):
            yield header
            yield from sent.of(header.child, "OC3")


@rule("165", "Header Episodes OC3", until="2023-24")
def mother_wrong_for_sex_numbered(sent: Sent) -> Iterator[Row]:
    yield from mother_wrong_for_sex(sent, "1", "2")


@rule("165", "Header Episodes OC3", since="2024-25")
def mother_wrong_for_sex_lettered(sent: Sent) -> Iterator[Row]:
    yield from mother_wrong_for_sex(sent, "M", "F")


@rule("168", "Header")
def upn_malformed(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        upn = header.text("UPN")
        if (
            upn is not None
            and upn not in UNKNOWN_UPN
            and not re.fullmatch("[ABCDEFGHJKLMNPQRTUVWXYZ][0-9]{11}[0-9A-Z]", upn)
        ):
            yield header


@rule("171", "Header")
def first_child_born_no_day(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.given("MC_DOB") and header.day("MC_DOB") is None:
            yield header


def first_child_of_a_male(sent: Sent, male: str) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("SEX") == male and header.given("MC_DOB"):
            yield header


@rule("174", "Header", until="2023-24")
def first_child_of_a_male_numbered(sent: Sent) -> Iterator[Row]:
    yield from first_child_of_a_male(sent, "1")


@rule("174", "Header", since="2024-25")
def first_child_of_a_male_lettered(sent: Sent) -> Iterator[Row]:
    yield from first_child_of_a_male(sent, "M")


# ------------------------------------------------------------------------------------------------ against last year


@rule("202", "Header", last="Header")
def sex_changed(sent: Sent) -> Iterator[Row]:
    # The codes changed in 2024-25: 1 is M and 2 is F, in either year.
    same_sex: dict[str | None, str] = {"1": "M", "2": "F"}
    for header in sent.rows("Header"):
        sex = header.text("SEX")
        for last in sent.last.of(header.child, "Header"):
            if same_sex.get(sex, sex) != same_sex.get(last.text("SEX"), last.text("SEX")):
                yield header


@rule("203", "Header", last="Header")
def birth_changed(sent: Sent) -> Iterator[Row]:
    # One row per child of last year: the first.
    for header in sent.rows("Header"):
        for last in sent.last.of(header.child, "Header")[:1]:
            if header.day("DOB") != last.day("DOB"):
                yield header


@rule("204", "Header", last="Header")
def ethnic_changed(sent: Sent) -> Iterator[Row]:
    # One row per child of last year: the first.
    for header in sent.rows("Header"):
        for last in sent.last.of(header.child, "Header")[:1]:
            if header.text("ETHNIC") != last.text("ETHNIC"):
                yield header


@rule("207", "Header Episodes", last="Header")
def mother_lost(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if not sent.of(header.child, "Episodes") or header.text("MOTHER") == "1":
            continue
        if any(last.text("MOTHER") == "1" for last in sent.last.of(header.child, "Header")):
            yield header


@rule("208", "Header", last="Header")
def upn_changed(sent: Sent) -> Iterator[Row]:
    # One row per child of last year: the first. None may become UN1: the peer means to allow it and tests another cell.
    for header in sent.rows("Header"):
        upn = header.text("UPN")
        for last in sent.last.of(header.child, "Header")[:1]:
            was = last.text("UPN")
            if upn == was:
                continue
            to_unknown = was in (None, "UN1") and upn in ("UN2", "UN3", "UN4", "UN5")
            none_to_young = was is None and upn == "UN1"
            to_known = (was is None or was in UNKNOWN_UPN) and upn is not None and upn not in UNKNOWN_UPN
            if not (to_unknown or none_to_young or to_known):
                yield header


@rule("624", "Header", last="Header")
def first_childs_birth_changed(sent: Sent) -> Iterator[Row]:
    # One day written in two orders is one day; what can be read in neither year cannot be told apart (171 flags it).
    for header in sent.rows("Header"):
        for last in sent.last.of(header.child, "Header"):
            now, was = header.day("MC_DOB"), last.day("MC_DOB")
            unread = header.given("MC_DOB") and now is None and was is None
            if last.given("MC_DOB") and not same(now, was) and not unread:
                yield header


@rule("626", "Header", last="Header")
def mother_earlier_than_told(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        for last in sent.last.of(header.child, "Header"):
            if header.number("MOTHER") == 1 and last.number("MOTHER") == 0 and before(header.day("MC_DOB"), sent.start):
                yield header


# ------------------------------------------------------------------------------------------------------ pupil number


@rule("209", "Header")
def too_young_for_a_upn(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("UPN") == "UN1" and not_after(years_on(header.day("DOB"), 4), date(sent.start.year - 1, 8, 31)):
            yield header


@rule("210", "Header Episodes")
def upn_not_yet_obtained(sent: Sent) -> Iterator[Row]:
    # As stated: the earlier starts are wrong, not the late ones; each episode that began before 24 March is flagged.
    for header in sent.rows("Header"):
        for episode in sent.of(header.child, "Episodes"):
            if header.text("UPN") == "UN4" and before(episode.day("DECOM"), date(sent.end.year, 3, 24)):
                yield header
                yield episode


@rule("442", "Episodes Header")
def upn_missing(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if not header.given("UPN") and in_care_but_for_respite(sent, header.child):
            yield header


@rule("444", "Header", since="2025-26")
def upn_of_two(sent: Sent) -> Iterator[Row]:
    uses = Counter(header.text("UPN") for header in sent.rows("Header"))
    for header in sent.rows("Header"):
        upn = header.text("UPN")
        if upn is not None and upn not in UNKNOWN_UPN and uses[upn] > 1:
            yield header


# ------------------------------------------------------------------------------------------------------ sex and birth


@rule("232", "Header", since="2024-25")
def sex_unknown(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("SEX") == "U":
            yield header


@rule("301", "Header")
def born_after_year(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if before(sent.end, header.day("DOB")):
            yield header


@rule("302", "Header Episodes")
def in_care_before_birth(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        first = first_by(episodes, "DECOM")
        for header in sent.of(child, "Header"):
            if first is not None and before(first.day("DECOM"), header.day("DOB")):
                yield first
                yield header


@rule("351", "Header")
def over_25(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if before(years_on(header.day("DOB"), 25), sent.start):
            yield header


# ------------------------------------------------------------------------------------------------------------- mother


def mother_missing(sent: Sent, female: str) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("SEX") == female and not header.given("MOTHER") and in_care_but_for_respite(sent, header.child):
            yield header


@rule("393", "Header Episodes", until="2023-24")
def mother_missing_numbered(sent: Sent) -> Iterator[Row]:
    yield from mother_missing(sent, "2")


@rule("393", "Header Episodes", since="2024-25")
def mother_missing_lettered(sent: Sent) -> Iterator[Row]:
    yield from mother_missing(sent, "F")


@rule("399", "Episodes Header Reviews")
def mother_or_review_in_respite(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        if in_care_but_for_respite(sent, child):
            continue
        headers: list[Row | None] = list(sent.of(child, "Header")) or [None]
        reviews: list[Row | None] = list(sent.of(child, "Reviews")) or [None]
        for header in headers:
            for review in reviews:
                mother = header is not None and header.given("MOTHER")
                reviewed = review is not None and review.any_given("REVIEW REVIEW_CODE")
                if mother or reviewed:
                    yield from episodes
                    yield from [row for row in (header, review) if row is not None]


def mother_missing_on_leaving(sent: Sent, female: str) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        left = (
            sent.within_year(episode.day("DEC"))
            and episode.given("REC")
            and episode.text("REC") != "X1"
            and episode.text("LS") not in RESPITE
        )
        for header in sent.of(episode.child, "Header"):
            if left and header.text("SEX") == female and not header.given("MOTHER"):
                yield episode
                yield header


@rule("607", "Episodes Header", until="2023-24")
def mother_missing_on_leaving_numbered(sent: Sent) -> Iterator[Row]:
    yield from mother_missing_on_leaving(sent, "2")


@rule("607", "Episodes Header", since="2024-25")
def mother_missing_on_leaving_lettered(sent: Sent) -> Iterator[Row]:
    yield from mother_missing_on_leaving(sent, "F")


@rule("611", "Header")
def mother_without_first_child(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("MOTHER") == "1" and not header.given("MC_DOB"):
            yield header


def first_child_without_mother(sent: Sent, female: str) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("MOTHER") in (None, "0") and header.text("SEX") == female and header.given("MC_DOB"):
            yield header


@rule("612", "Header", until="2023-24")
def first_child_without_mother_numbered(sent: Sent) -> Iterator[Row]:
    yield from first_child_without_mother(sent, "2")


@rule("612", "Header", since="2024-25")
def first_child_without_mother_lettered(sent: Sent) -> Iterator[Row]:
    yield from first_child_without_mother(sent, "F")


@rule("620", "Header")
def mother_under_11(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if header.text("MOTHER") == "1" and before(sent.start, years_on(header.day("DOB"), 11)):
            yield header


@rule("621", "Header")
def mother_younger_than_child(sent: Sent) -> Iterator[Row]:
    # Without the mother's own birth nothing can be said (102 asks for it); that the peer flags it is a side effect.
    for header in sent.rows("Header"):
        if not_after(header.day("MC_DOB"), header.day("DOB")):
            yield header


@rule("625", "Episodes Header")
def first_child_after_care(sent: Sent) -> Iterator[Row]:
    # The end of the latest episode is meant, open or not; the peer looks at ended episodes only.
    for child, episodes in sent.children("Episodes").items():
        latest = last_by(episodes, "DECOM")
        for header in sent.of(child, "Header"):
            born = header.day("MC_DOB")
            if latest is not None and (before(sent.end, born) or before(latest.day("DEC"), born)):
                yield header
                yield latest


@rule("628", "Header Episodes OC3")
def mother_among_leavers(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if (
            header.given("MOTHER")
            and not sent.of(header.child, "Episodes")
            and any(leaver.any_given(LEAVER) for leaver in sent.of(header.child, "OC3"))
        ):
            yield header


@rule("EPI", "Header")
def neither_in_care_nor_left(sent: Sent) -> Iterator[Row]:
    for header in sent.rows("Header"):
        if not sent.of(header.child, "Episodes") and not sent.of(header.child, "OC3"):
            yield header

"""Episodes one after the other: their dates, why they begin and end, and what changes from one to the next."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from reference.cla.sent import Book, Row, Sent, before, first_by, last_by, not_after, same, undated_last, years_on

rule = Book()
RULES = rule.rules

ADOPTED = ("E11", "E12")
PLACEMENT = ("PLACE", "PL_POST", "URN", "PLACE_PROVIDER")
ENDINGS = "E11 E12 E2 E3 E4A E4B E13 E41 E45 E46 E47 E48 E5 E6 E7 E8 E9 E14 E15 E16 E17"
OLDEST = date(1991, 10, 14)
UNDATED = date(1901, 1, 1)


def unreadable(code: str, column: str) -> None:
    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.given(column) and episode.day(column) is None:
                yield episode


def unlisted(code: str, column: str, codes: str) -> None:
    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if episode.given(column) and episode.text(column) not in codes.split():
                yield episode


def after_year(code: str, column: str) -> None:
    @rule(code, "Episodes")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            if before(sent.end, episode.day(column)):
                yield episode


def ended_too_young(code: str, reasons: str, age: int) -> None:
    """Without a readable end or date of birth the age is not known, and nothing is flagged."""

    @rule(code, "Episodes Header")
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            for header in sent.of(episode.child, "Header"):
                young = before(episode.day("DEC"), years_on(header.day("DOB"), age))
                if episode.text("REC") in reasons.split() and young:
                    yield episode


unreadable("141", "DECOM")
unlisted("143", "RNE", "S P L T U B")
unlisted("145", "CIN", "N1 N2 N3 N4 N5 N6 N7 N8")
unreadable("147", "DEC")
unlisted("149", "REC", f"{ENDINGS} X1")
after_year("354", "DECOM")
after_year("385", "DEC")
ended_too_young("387", "E5 E6", 14)
ended_too_young("389", "E7", 16)
ended_too_young("460", "E17", 18)


def neighbours(sent: Sent) -> Iterator[tuple[Row, Row]]:
    """Every episode but a child's first, with the one before it; those without a start come last."""
    for episodes in sent.children("Episodes").values():
        yield from pairwise(undated_last(episodes, "DECOM"))


@rule("142", "Episodes")
def not_ended_though_another_began(sent: Sent) -> Iterator[Row]:
    """The latest is the latest dated one."""
    for episodes in sent.children("Episodes").values():
        latest = last_by(episodes, "DECOM")
        for episode in episodes:
            ended = episode.day("DEC") is not None and episode.given("REC")
            if episode is not latest and episode.day("DECOM") is not None and not ended:
                yield episode


@rule("148", "Episodes")
def end_without_reason_or_reason_without_end(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.given("DEC") != episode.given("REC"):
            yield episode


@rule("199", "Episodes")
def episode_after_adoption(sent: Sent) -> Iterator[Row]:
    """Of equal starts this year's come first, so that an adoption that both years hold does not flag itself."""
    for child, episodes in sent.children("Episodes").items():
        both_years = undated_last(episodes + sent.last.of(child, "Episodes"), "DECOM")
        adopted = False
        for episode in both_years:
            if episode.day("DECOM") is None:
                continue
            if adopted and any(episode is one for one in episodes):
                yield episode
            adopted = adopted or episode.text("REC") in ADOPTED


@rule("352", "Header Episodes")
def care_began_at_18(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        for header in sent.of(episode.child, "Header"):
            if episode.text("RNE") == "S" and not_after(years_on(header.day("DOB"), 18), episode.day("DECOM")):
                yield episode


@rule("353", "Episodes")
def began_before_the_act(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if before(episode.day("DECOM"), OLDEST):
            yield episode


@rule("355", "Episodes")
def began_and_ended_on_one_day(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if same(episode.day("DECOM"), episode.day("DEC")):
            yield episode


@rule("356", "Episodes")
def ended_before_it_began(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if before(episode.day("DEC"), episode.day("DECOM")):
            yield episode


@rule("357", "Episodes")
def first_episode_does_not_start_care(sent: Sent) -> Iterator[Row]:
    for episodes in sent.children("Episodes").values():
        first = first_by(episodes, "DECOM")
        if first is not None and not_after(sent.start, first.day("DECOM")) and first.text("RNE") != "S":
            yield first


@rule("386", "Header Episodes")
def adopted_at_18(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        for header in sent.of(episode.child, "Header"):
            if episode.text("REC") in ADOPTED and not_after(years_on(header.day("DOB"), 18), episode.day("DEC")):
                yield episode


@rule("388", "Episodes")
def end_contradicts_what_follows(sent: Sent) -> Iterator[Row]:
    """A missing start counts as 1901, so that such episodes come first."""
    for episodes in sent.children("Episodes").values():
        ordered = sorted(episodes, key=lambda episode: episode.day("DECOM") or UNDATED)
        for episode, following in zip(ordered, [*ordered[1:], None], strict=True):
            dec, goes_on = episode.day("DEC"), episode.text("REC") == "X1"
            if dec is None or not episode.given("REC"):
                continue
            followed = following is not None and (following.day("DECOM") or UNDATED) == dec
            if goes_on != followed:
                yield episode


@rule("407", "Episodes Header")
def guardianship_at_18(sent: Sent) -> Iterator[Row]:
    """The 18th birthday itself is flagged, as the title says and as 386 does."""
    for episode in sent.rows("Episodes"):
        for header in sent.of(episode.child, "Header"):
            adult = not_after(years_on(header.day("DOB"), 18), episode.day("DEC"))
            if episode.text("REC") in ("E45", "E46", "E47", "E48") and adult:
                yield episode
                yield header


@rule("431", "Episodes")
def care_starts_before_the_day_after_it_ended(sent: Sent) -> Iterator[Row]:
    for earlier, episode in neighbours(sent):
        if episode.text("RNE") == "S" and not_after(episode.day("DECOM"), earlier.day("DEC")):
            yield episode


@rule("432", "Episodes")
def care_ended_and_does_not_start_again(sent: Sent) -> Iterator[Row]:
    for earlier, episode in neighbours(sent):
        if earlier.text("REC") in ENDINGS.split() and episode.text("RNE") != "S":
            yield episode


@rule("433", "Episodes")
def continues_on_another_day(sent: Sent) -> Iterator[Row]:
    for episodes in sent.children("Episodes").values():
        for earlier, episode in pairwise(undated_last(episodes, "DECOM", "DEC")):
            continues = episode.text("RNE") in ("P", "L", "T", "U", "B")
            if continues and not same(earlier.day("DEC"), episode.day("DECOM")):
                yield episode


def moved(earlier: Row, episode: Row) -> bool:
    """The placement differs in any of its items; two missing items are equal."""
    return any(earlier.text(column) != episode.text(column) for column in PLACEMENT)


@rule("434", "Episodes")
def not_only_the_legal_status_changed(sent: Sent) -> Iterator[Row]:
    """Two missing legal statuses are not an unchanged one."""
    for earlier, episode in neighbours(sent):
        unchanged = episode.given("LS") and episode.text("LS") == earlier.text("LS")
        if episode.text("RNE") == "L" and (unchanged or moved(earlier, episode)):
            yield episode


@rule("435", "Episodes")
def not_only_the_placement_changed(sent: Sent) -> Iterator[Row]:
    """Missing equals missing, as in 436."""
    for earlier, episode in neighbours(sent):
        changed = episode.text("LS") != earlier.text("LS")
        if episode.text("RNE") in ("P", "T") and (changed or not moved(earlier, episode)):
            yield episode


@rule("436", "Episodes")
def not_both_changed(sent: Sent) -> Iterator[Row]:
    for earlier, episode in neighbours(sent):
        unchanged = episode.text("LS") == earlier.text("LS")
        if episode.text("RNE") in ("U", "B") and (unchanged or not moved(earlier, episode)):
            yield episode


@rule("437", "Episodes")
def episode_after_death_or_18(sent: Sent) -> Iterator[Row]:
    for earlier, _ in neighbours(sent):
        if earlier.text("REC") in ("E2", "E15") and earlier.day("DECOM") is not None:
            yield earlier


@rule("501", "Episodes")
def began_during_the_one_before(sent: Sent) -> Iterator[Row]:
    for earlier, episode in neighbours(sent):
        if before(episode.day("DECOM"), earlier.day("DEC")):
            yield episode


@rule("504", "Episodes")
def need_changes_within_a_period_of_care(sent: Sent) -> Iterator[Row]:
    """Compared with the first episode of the period; two missing needs are equal."""
    for episodes in sent.children("Episodes").values():
        ordered = undated_last(episodes, "DECOM")
        first = ordered[0]
        for earlier, episode in pairwise(ordered):
            if earlier.text("REC") != "X1" or not same(earlier.day("DEC"), episode.day("DECOM")):
                first = episode
            elif episode.text("CIN") != first.text("CIN"):
                yield episode

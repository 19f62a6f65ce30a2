"""Social worker episodes: complete, valid, one after the other, and there when care starts and ends.

Rows without CHILD are no one's: rules on a child's sequence leave them out.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from reference.cla.sent import Book, Row, Sent, last_by, not_after, read_date, same, undated_last, years_on

rule = Book()
RULES = rule.rules

RESPITE = ("V3", "V4")
REASONS = ("MANAGE", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED", "OTHERS")
FIRST_COLLECTED = date(2023, 4, 1)
FIRST_YEAR, SECOND_YEAR = "2023-24", "2024-25"


def pairs(sent: Sent, *columns: str) -> Iterator[tuple[Row, Row]]:
    """Each social worker episode of a child with the one that follows it by those dates."""
    for workers in sent.children("SWEpisodes").values():
        ordered = undated_last(workers, *columns)
        yield from pairwise(ordered)


def latest(workers: list[Row]) -> Row:
    """The child's latest social worker episode, the last of equals; an undated one only when none is dated."""
    return last_by(workers, "SW_DECOM") or workers[-1]


# ------------------------------------------------------------------------------------------- complete and valid


@rule("SW01STG1", "Episodes SWEpisodes", since=FIRST_YEAR, until=FIRST_YEAR)
def looked_after_without_complete_worker(sent: Sent) -> Iterator[Row]:
    # The rule text in `edge`: one complete social worker episode is enough.
    for episode in sent.rows("Episodes"):
        if not episode.given("DEC") and episode.text("LS") not in RESPITE:
            workers = sent.of(episode.child, "SWEpisodes")
            if not any(worker.all_given("SW_ID SW_DECOM SW_REASON") for worker in workers):
                yield episode


@rule("SW01aSTG1", "SWEpisodes", since=SECOND_YEAR)
def early_worker_incomplete(sent: Sent) -> Iterator[Row]:
    for worker in sent.rows("SWEpisodes"):
        began = worker.day("SW_DECOM")
        if began is None or (began < FIRST_COLLECTED and not worker.given("SW_ID")):
            yield worker


@rule("SW01bSTG1", "SWEpisodes", since=SECOND_YEAR)
def worker_incomplete(sent: Sent) -> Iterator[Row]:
    for worker in sent.rows("SWEpisodes"):
        began = worker.day("SW_DECOM")
        if began is None or (began >= FIRST_COLLECTED and not worker.all_given("SW_ID SW_REASON")):
            yield worker


@rule("SW02STG1", "SWEpisodes", since=FIRST_YEAR)
def worker_number_malformed(sent: Sent) -> Iterator[Row]:
    for worker in sent.rows("SWEpisodes"):
        if not (worker.text("SW_ID") or "").startswith(("SW", "XX")):
            yield worker


@rule("SW03STG1", "SWEpisodes", since=FIRST_YEAR, until=FIRST_YEAR)
def worker_incomplete_in_the_first_year(sent: Sent) -> Iterator[Row]:
    for worker in sent.rows("SWEpisodes"):
        if not worker.all_given("SW_ID SW_DECOM SW_REASON"):
            yield worker


def not_a_date(code: str, column: str) -> None:
    @rule(code, "SWEpisodes", since=FIRST_YEAR)
    def flag(sent: Sent) -> Iterator[Row]:
        for worker in sent.rows("SWEpisodes"):
            text = worker.text(column)
            if text is not None and read_date(text) is None:  # ZZ for an unknown part is no date here
                yield worker


not_a_date("SW04STG1", "SW_DECOM")
not_a_date("SW05STG1", "SW_DEC")


@rule("SW06STG2", "SWEpisodes", since=FIRST_YEAR)
def worker_starts_after_the_year(sent: Sent) -> Iterator[Row]:
    for worker in sent.rows("SWEpisodes"):
        began = worker.day("SW_DECOM")
        if began is not None and began > sent.end:
            yield worker


def ends_outside(years_back: int, since: str, until: str) -> None:
    @rule("SW07STG2", "SWEpisodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        earliest = date(sent.start.year - years_back, 4, 1)
        for worker in sent.rows("SWEpisodes"):
            ended = worker.day("SW_DEC")
            if ended is not None and not earliest <= ended <= sent.end:
                yield worker


ends_outside(0, since=FIRST_YEAR, until=FIRST_YEAR)
ends_outside(1, since=SECOND_YEAR, until="9999-00")


@rule("SW09STG2", "SWEpisodes", since=FIRST_YEAR)
def worker_of_one_day(sent: Sent) -> Iterator[Row]:
    # However it is written; two texts that are no dates are not the same one.
    for worker in sent.rows("SWEpisodes"):
        if same(worker.day("SW_DECOM"), worker.day("SW_DEC")):
            yield worker


def reason_wrong(code: str, required_from: date | None, since: str, until: str) -> None:
    """A reason that is not listed; a missing one counts always, or from a start date on."""

    @rule(code, "SWEpisodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for worker in sent.rows("SWEpisodes"):
            reason, began = worker.text("SW_REASON"), worker.day("SW_DECOM")
            if reason is not None:
                wrong = reason not in REASONS
            else:
                wrong = required_from is None or not_after(required_from, began)
            if wrong:
                yield worker


reason_wrong("SW13STG1", None, since=FIRST_YEAR, until=FIRST_YEAR)
reason_wrong("SW13STG1", FIRST_COLLECTED, since=SECOND_YEAR, until="9999-00")


# ---------------------------------------------------------------------------------------- one after the other


def open_but_not_latest(code: str, dated_only: bool, until: str = "9999-00") -> None:
    """An open episode that is not the child's last, where an undated one comes last."""

    @rule(code, "SWEpisodes", since=FIRST_YEAR, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for worker, _ in pairs(sent, "SW_DECOM"):
            if worker.day("SW_DEC") is None and not (dated_only and worker.day("SW_DECOM") is None):
                yield worker


open_but_not_latest("SW08STG2", dated_only=True)
open_but_not_latest("SW14STG2", dated_only=False, until=FIRST_YEAR)


def near(first: date | None, second: date | None, days: int) -> bool:
    return first is not None and second is not None and abs(first - second) <= timedelta(days=days)


def not_within_a_week(exempt: tuple[str, ...], since: str, until: str) -> None:
    @rule("SW10STG2", "SWEpisodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for earlier, worker in pairs(sent, "SW_DECOM", "SW_DEC"):
            follows = near(earlier.day("SW_DEC"), worker.day("SW_DECOM"), 7)
            if worker.text("SW_REASON") not in exempt and not follows:
                yield worker


not_within_a_week((), since=FIRST_YEAR, until=FIRST_YEAR)
not_within_a_week(("FCONTA",), since=SECOND_YEAR, until="9999-00")


@rule("SW11aSTG2", "SWEpisodes", since=FIRST_YEAR, until=FIRST_YEAR)
def ended_before_march_and_not_followed(sent: Sent) -> Iterator[Row]:
    # As the title and `doubt` have it: the row that ended is flagged, also where nobody comes after it at all. A row
    # without a start comes before all others.
    for workers in sent.children("SWEpisodes").values():
        ordered = sorted(workers, key=lambda worker: worker.day("SW_DECOM") or date.min)
        for position, worker in enumerate(ordered):
            ended, later = worker.day("SW_DEC"), ordered[position + 1 : position + 2]
            follows = any(near(ended, one.day("SW_DECOM"), 5) for one in later)
            if not_after(ended, sent.end - timedelta(days=5)) and not follows:
                yield worker


@rule("SW11bSTG2", "SWEpisodes", since=FIRST_YEAR)
def latest_ended_in_the_last_days(sent: Sent) -> Iterator[Row]:
    # As intended in `doubt`: the child has no later episode.
    for workers in sent.children("SWEpisodes").values():
        worker = latest(workers)
        ended = worker.day("SW_DEC")
        if ended is not None and sent.end - timedelta(days=5) <= ended <= sent.end:
            yield worker


@rule("SW17STG2", "SWEpisodes", since="2025-26")
def latest_ended(sent: Sent) -> Iterator[Row]:
    for workers in sent.children("SWEpisodes").values():
        worker = latest(workers)
        if worker.given("SW_DEC"):
            yield worker


# ---------------------------------------------------------------------------------- when care starts and ends


def not_covered(years_back: int | None, since: str, until: str) -> None:
    """A start or an end of care on which no social worker episode of the child was under way.

    As `stated`, "covers" read as it stands: begun by that day and not ended before it. RNE S is a start; an end
    is a REC other than X1, or a DEC without REC; an open row that starts nothing has neither. A date that cannot be
    read is covered by nothing.
    """

    @rule("SW12STG2", "Episodes SWEpisodes", since=since, until=until)
    def flag(sent: Sent) -> Iterator[Row]:
        for episode in sent.rows("Episodes"):
            dec = episode.day("DEC")
            if years_back is not None and dec is not None:
                earliest = years_on(sent.start, -years_back)
                if not (not_after(earliest, dec) and dec <= sent.end):
                    continue
            if episode.text("LS") in RESPITE:
                continue
            days = []
            if episode.text("RNE") == "S":
                days.append(episode.day("DECOM"))
            if episode.text("REC") != "X1" and (episode.given("REC") or dec is not None):
                days.append(dec)
            workers = sent.of(episode.child, "SWEpisodes")
            if any(not any(under_way(worker, day) for worker in workers) for day in days):
                yield episode


def under_way(worker: Row, day: date | None) -> bool:
    ended = worker.day("SW_DEC")
    return not_after(worker.day("SW_DECOM"), day) and (ended is None or not_after(day, ended))


not_covered(None, since=FIRST_YEAR, until=FIRST_YEAR)
not_covered(1, since=SECOND_YEAR, until="9999-00")

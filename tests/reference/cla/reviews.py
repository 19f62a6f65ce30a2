"""Reviews: the date, how the child took part, and the child's age at it."""

from collections.abc import Iterator

from reference.cla.sent import Book, Row, Sent, before, not_after, years_on

rule = Book()
RULES = rule.rules


@rule("166", "Reviews")
def no_day(sent: Sent) -> Iterator[Row]:
    for review in sent.rows("Reviews"):
        if review.day("REVIEW") is None:
            yield review


@rule("167", "Reviews")
def part_taken_unlisted(sent: Sent) -> Iterator[Row]:
    for review in sent.rows("Reviews"):
        listed = review.text("REVIEW_CODE") in ("PN0", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7")
        whole = review.given("REVIEW") and listed
        blank = not review.any_given("REVIEW REVIEW_CODE")
        if not (whole or blank):
            yield review


@rule("440", "Reviews")
def too_old_for_pn0(sent: Sent) -> Iterator[Row]:
    # On the fourth birthday the child is four: the title says four or over, the peer lets that day pass.
    for review in sent.rows("Reviews"):
        if review.text("REVIEW_CODE") == "PN0" and not_after(years_on(review.day("DOB"), 4), review.day("REVIEW")):
            yield review


@rule("441", "Reviews")
def too_young_to_take_part(sent: Sent) -> Iterator[Row]:
    for review in sent.rows("Reviews"):
        if review.text("REVIEW_CODE") in ("PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7") and before(
            review.day("REVIEW"), years_on(review.day("DOB"), 4)
        ):
            yield review

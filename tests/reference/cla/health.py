"""OC2: health, SDQ, convictions and substance misuse of children looked after for the whole year."""

from collections.abc import Iterator

from reference.cla.sent import Book, Row, Sent, before, first_by, not_after, years_on

rule = Book()
RULES = rule.rules

CORE = "IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE"
OTHER = "CONVICTED HEALTH_CHECK INTERVENTION_RECEIVED INTERVENTION_OFFERED"
ALL = f"{CORE} {OTHER}"
LEAVER = "IN_TOUCH ACTIV ACCOM"
ADOPTION = "DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR"


def of_sdq_age(sent: Sent, row: Row) -> bool:
    """Four by the start of the year and not yet seventeen at its end."""
    born = row.day("DOB")
    return not_after(years_on(born, 4), sent.start) and before(sent.end, years_on(born, 17))


# ------------------------------------------------------------------------------------------------------------ SDQ


@rule("157", "OC2 Episodes")
def sdq1_at_sdq_age(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if (
            sent.continuously_looked_after(row.child)
            and of_sdq_age(sent, row)
            and not row.given("SDQ_SCORE")
            and row.text("SDQ_REASON") == "SDQ1"
        ):
            yield row


@rule("180", "OC2")
def score_unlisted(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        score = row.number("SDQ_SCORE")
        if row.given("SDQ_SCORE") and (score is None or score not in range(41)):
            yield row


@rule("185", "Episodes OC2")
def score_not_due(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.given("SDQ_SCORE") and not sent.continuously_looked_after(row.child):
            yield row


@rule("186", "Episodes OC2")
def score_missing(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if (
            sent.continuously_looked_after(row.child)
            and of_sdq_age(sent, row)
            and not row.any_given("SDQ_SCORE SDQ_REASON")
        ):
            yield row


@rule("188", "OC2")
def sdq_under_4(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if before(sent.end, years_on(row.day("DOB"), 4)) and row.any_given("SDQ_SCORE SDQ_REASON"):
            yield row


@rule("189", "OC2")
def sdq_from_17(sent: Sent) -> Iterator[Row]:
    # The birthday itself passes, for 197B asks for the score of who is 17 on the first day.
    for row in sent.rows("OC2"):
        if before(years_on(row.day("DOB"), 17), sent.start) and row.any_given("SDQ_SCORE SDQ_REASON"):
            yield row


@rule("196", "OC2")
def reason_unlisted(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.text("SDQ_REASON") not in (None, "SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5"):
            yield row


@rule("197B", "OC2 Episodes")
def sdq_missing_on_turning_4_or_17(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        born = row.day("DOB")
        turns = sent.within_year(years_on(born, 4)) or sent.within_year(years_on(born, 17))
        if turns and sent.continuously_looked_after(row.child) and not row.any_given("SDQ_SCORE SDQ_REASON"):
            yield row


@rule("197a", "OC2")
def reason_beside_score(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.all_given("SDQ_SCORE SDQ_REASON"):
            yield row


@rule("198", "Episodes OC2")
def reason_not_due(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.given("SDQ_REASON") and not sent.continuously_looked_after(row.child):
            yield row


# ---------------------------------------------------------------------------------------------------- substance misuse


@rule("158", "OC2")
def offered_though_received(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.text("INTERVENTION_RECEIVED") == "1" and row.given("INTERVENTION_OFFERED"):
            yield row


@rule("159", "OC2")
def offered_missing(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if (
            row.text("SUBSTANCE_MISUSE") == "1"
            and row.text("INTERVENTION_RECEIVED") == "0"
            and not row.given("INTERVENTION_OFFERED")
        ):
            yield row


@rule("192", "OC2")
def received_missing(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.text("SUBSTANCE_MISUSE") == "1" and not row.given("INTERVENTION_RECEIVED"):
            yield row


@rule("193", "OC2")
def intervention_without_misuse(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.text("SUBSTANCE_MISUSE") in (None, "0") and row.any_given("INTERVENTION_RECEIVED INTERVENTION_OFFERED"):
            yield row


# --------------------------------------------------------------------------------------------------------- the set


@rule("181", "OC2")
def item_unlisted(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if any(row.text(item) not in (None, "0", "1") for item in ALL.split()):
            yield row


@rule("182", "OC2")
def core_incomplete(sent: Sent) -> Iterator[Row]:
    # As stated: the core is whole or everything is blank; the peer lets a part of the core alone pass.
    for row in sent.rows("OC2"):
        if row.any_given(ALL) and not row.all_given(CORE):
            yield row


@rule("187", "OC3 AD1 Episodes")
def leaver_or_adoption_all_year_in_care(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        if leaver.any_given(LEAVER) and sent.continuously_looked_after(leaver.child):
            yield leaver
    for adoption in sent.rows("AD1"):
        if adoption.any_given(ADOPTION) and sent.continuously_looked_after(adoption.child):
            yield adoption


@rule("190", "OC2 Episodes")
def items_not_due(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if row.any_given(ALL) and not sent.continuously_looked_after(row.child):
            yield row


@rule("191", "OC2 Episodes")
def items_missing(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        if not sent.continuously_looked_after(child):
            continue
        rows = sent.of(child, "OC2")
        yield from [row for row in rows if not row.all_given(CORE)]
        first = first_by(episodes, "DECOM")
        if not rows and first is not None:
            yield first


@rule("215", "OC3 OC2")
def leaver_and_in_care(sent: Sent) -> Iterator[Row]:
    for leaver in sent.rows("OC3"):
        for row in sent.of(leaver.child, "OC2"):
            if leaver.any_given(LEAVER) and row.any_given(ALL):
                yield leaver
                yield row


# ----------------------------------------------------------------------------------------------------------- by age


@rule("542", "OC2")
def convicted_under_10(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if before(sent.end, years_on(row.day("DOB"), 10)) and row.given("CONVICTED"):
            yield row


@rule("543", "OC2 Episodes")
def convicted_missing_from_10(sent: Sent) -> Iterator[Row]:
    # Ten or over on 31 March: the birthday itself too, which the peer lets pass.
    for row in sent.rows("OC2"):
        if (
            not_after(years_on(row.day("DOB"), 10), sent.end)
            and sent.continuously_looked_after(row.child)
            and not row.given("CONVICTED")
        ):
            yield row


@rule("544", "OC2")
def core_incomplete_beside_conviction(sent: Sent) -> Iterator[Row]:
    # The message says completed, so "0" counts; the peer looks for "1" alone.
    for row in sent.rows("OC2"):
        if row.given("CONVICTED") and not row.all_given(CORE):
            yield row


@rule("545", "OC2 Episodes")
def health_check_missing_under_5(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if (
            before(sent.end, years_on(row.day("DOB"), 5))
            and sent.continuously_looked_after(row.child)
            and not row.given("HEALTH_CHECK")
        ):
            yield row


@rule("546", "OC2 Episodes")
def health_check_from_5(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("OC2"):
        if (
            not_after(years_on(row.day("DOB"), 5), sent.end)
            and sent.continuously_looked_after(row.child)
            and row.given("HEALTH_CHECK")
        ):
            yield row


@rule("547", "OC2")
def core_incomplete_beside_health_check(sent: Sent) -> Iterator[Row]:
    # The message says completed, so "0" counts; the peer looks for "1" alone.
    for row in sent.rows("OC2"):
        if row.given("HEALTH_CHECK") and not row.all_given(CORE):
            yield row

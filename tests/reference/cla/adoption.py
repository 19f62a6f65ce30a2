"""AD1: the dates of an adoption, the adopters, and what they say beside the child's episodes."""

from collections.abc import Iterator

from reference.cla.sent import Book, Row, Sent, before, last_by, same

rule = Book()
RULES = rule.rules

ITEMS = "DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR"
ADOPTED = ("E11", "E12")
PLACED_TO_ADOPT = ("A3", "A4", "A5", "A6")
ONE_ADOPTER = ("M1", "F1")


def unreadable(code: str, column: str) -> None:
    @rule(code, "AD1")
    def flag(sent: Sent) -> Iterator[Row]:
        for row in sent.rows("AD1"):
            if row.given(column) and row.day(column) is None:
                yield row


def unlisted(code: str, column: str, codes: str) -> None:
    @rule(code, "AD1")
    def flag(sent: Sent) -> Iterator[Row]:
        for row in sent.rows("AD1"):
            if row.given(column) and row.text(column) not in codes.split():
                yield row


def adopters_do_not_match(code: str, legal_status: str, sexes: str) -> None:
    """A missing sex of the adopters does not match either."""

    @rule(code, "AD1")
    def flag(sent: Sent) -> Iterator[Row]:
        for row in sent.rows("AD1"):
            if row.text("LS_ADOPTR") == legal_status and row.text("SEX_ADOPTR") not in sexes.split():
                yield row


unreadable("112", "DATE_INT")
unreadable("113", "DATE_MATCH")
unlisted("114", "FOSTER_CARE", "0 1")
unlisted("175", "NB_ADOPTR", "1 2")
unlisted("176", "SEX_ADOPTR", "M1 F1 MM FF MF")
unlisted("177", "LS_ADOPTR", "L0 L11 L12 L2 L3 L4")
adopters_do_not_match("514", "L0", "M1 F1")
adopters_do_not_match("517", "L3", "MF")
adopters_do_not_match("518", "L4", "MM FF")
adopters_do_not_match("519", "L2", "MM FF MF")
adopters_do_not_match("520", "L11", "MF")
adopters_do_not_match("524", "L12", "MM FF")


def adopted_in_year(sent: Sent, episode: Row) -> bool:
    return episode.text("REC") in ADOPTED and sent.within_year(episode.day("DEC"))


@rule("134", "OC3 AD1")
def adoption_of_a_care_leaver(sent: Sent) -> Iterator[Row]:
    for adoption in sent.rows("AD1"):
        leaver = any(row.any_given("IN_TOUCH ACTIV ACCOM") for row in sent.of(adoption.child, "OC3"))
        if leaver and adoption.any_given(ITEMS):
            yield adoption


@rule("151", "AD1")
def partly_given(sent: Sent) -> Iterator[Row]:
    for adoption in sent.rows("AD1"):
        if adoption.any_given(ITEMS) and not adoption.all_given(ITEMS):
            yield adoption


@rule("331", "AD1 Episodes")
def matched_after_the_adoptive_episode_began(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        for adoption in sent.of(episode.child, "AD1"):
            if episode.text("REC") in ADOPTED and before(episode.day("DECOM"), adoption.day("DATE_MATCH")):
                yield episode
                yield adoption


@rule("333", "AD1")
def best_interest_after_match(sent: Sent) -> Iterator[Row]:
    for adoption in sent.rows("AD1"):
        interest, match = adoption.day("DATE_INT"), adoption.day("DATE_MATCH")
        if match is not None and (interest is None or interest > match):
            yield adoption


@rule("334", "Episodes AD1")
def best_interest_before_care(sent: Sent) -> Iterator[Row]:
    for child, episodes in sent.children("Episodes").items():
        starts = [episode for episode in episodes if episode.text("RNE") == "S"]
        latest = last_by(starts, "DECOM", first_of_equals=True)
        if latest is None:
            continue
        for adoption in sent.of(child, "AD1"):
            if before(adoption.day("DATE_INT"), latest.day("DECOM")):
                yield latest
                yield adoption


@rule("335", "Episodes AD1")
def carer_adopts_but_placement_says_otherwise(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        if episode.text("REC") not in ("E1", "E11", "E12"):
            continue
        for adoption in sent.of(episode.child, "AD1"):
            place, carer = episode.text("PLACE"), adoption.text("FOSTER_CARE")
            if (place in ("A2", "A3", "A5") and carer == "0") or (place in ("A1", "A4", "A6") and carer == "1"):
                yield episode
                yield adoption


@rule("511", "AD1")
def two_adopters_of_one_sex_code(sent: Sent) -> Iterator[Row]:
    for adoption in sent.rows("AD1"):
        if adoption.text("NB_ADOPTR") == "2" and adoption.text("SEX_ADOPTR") in ONE_ADOPTER:
            yield adoption


@rule("521", "Episodes AD1")
def best_interest_after_placement(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        for adoption in sent.of(episode.child, "AD1"):
            if episode.text("PLACE") in PLACED_TO_ADOPT and before(episode.day("DECOM"), adoption.day("DATE_INT")):
                yield episode
                yield adoption


@rule("523", "PlacedAdoption AD1")
def decision_is_not_the_best_interest_date(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        for adoption in sent.of(decision.child, "AD1"):
            placed, interest = decision.day("DATE_PLACED"), adoption.day("DATE_INT")
            if placed is not None and interest is not None and placed != interest:
                yield decision
                yield adoption


@rule("525", "PlacedAdoption AD1")
def adoption_of_a_child_whose_decision_ended(sent: Sent) -> Iterator[Row]:
    for decision in sent.rows("PlacedAdoption"):
        for adoption in sent.of(decision.child, "AD1"):
            if decision.given("DATE_PLACED_CEASED") and adoption.any_given(ITEMS):
                yield decision
                yield adoption


@rule("582", "Episodes AD1")
def adopted_on_the_day_of_the_match(sent: Sent) -> Iterator[Row]:
    for episode in sent.rows("Episodes"):
        matches = [adoption.day("DATE_MATCH") for adoption in sent.of(episode.child, "AD1")]
        if episode.text("REC") in ADOPTED and any(same(match, episode.day("DEC")) for match in matches):
            yield episode


@rule("601", "Episodes AD1")
def adopted_without_full_details(sent: Sent) -> Iterator[Row]:
    """No AD1 row at all is the plainest lack of details: the episode is flagged then too."""
    for episode in sent.rows("Episodes"):
        if not adopted_in_year(sent, episode):
            continue
        adoptions = sent.of(episode.child, "AD1")
        if not adoptions:
            yield episode
        for adoption in adoptions:
            if not adoption.all_given(ITEMS):
                yield episode
                yield adoption


@rule("602", "Episodes AD1")
def details_of_no_adoption_in_the_year(sent: Sent) -> Iterator[Row]:
    for adoption in sent.rows("AD1"):
        adopted = any(adopted_in_year(sent, episode) for episode in sent.of(adoption.child, "Episodes"))
        if adoption.any_given(ITEMS) and not adopted:
            yield adoption

"""Do the tables fit together: each child in Header, one row where one is due, births and sexes that agree."""

from collections.abc import Iterator

from reference.cla.sent import Book, Row, Sent

rule = Book()
RULES = rule.rules


def not_in_header(code: str, table: str) -> None:
    @rule(code, f"Header {table}")
    def flag(sent: Sent) -> Iterator[Row]:
        for row in sent.rows(table):
            if not sent.of(row.child, "Header"):
                yield row


def other_birth(code: str, table: str) -> None:
    @rule(code, f"Header {table}")
    def flag(sent: Sent) -> Iterator[Row]:
        for row in sent.rows(table):
            for header in sent.of(row.child, "Header"):
                born, born_by_header = row.day("DOB"), header.day("DOB")
                if born is not None and born_by_header is not None and born != born_by_header:
                    yield row


def twice(code: str, table: str) -> None:
    @rule(code, table)
    def flag(sent: Sent) -> Iterator[Row]:
        for rows in sent.children(table).values():
            if len(rows) > 1:
                yield from rows


not_in_header("INT01", "AD1")
not_in_header("INT02", "PlacedAdoption")
not_in_header("INT03", "Episodes")
not_in_header("INT04", "Missing")
not_in_header("INT05", "OC2")
not_in_header("INT06", "OC3")
not_in_header("INT07", "PrevPerm")
not_in_header("INT08", "Reviews")
not_in_header("INT09", "UASC")

other_birth("INT11", "AD1")
other_birth("INT12", "PlacedAdoption")
other_birth("INT13", "Missing")
other_birth("INT14", "OC2")
other_birth("INT15", "OC3")
other_birth("INT16", "PrevPerm")
other_birth("INT17", "Reviews")
other_birth("INT18", "UASC")

twice("INT31", "AD1")
twice("INT32", "Header")
twice("INT33", "OC2")
twice("INT34", "OC3")
twice("INT35", "PrevPerm")
twice("INT36", "UASC")


@rule("INT21", "Header UASC")
def other_sex(sent: Sent) -> Iterator[Row]:
    for row in sent.rows("UASC"):
        for header in sent.of(row.child, "Header"):
            sex, sex_by_header = row.text("SEX"), header.text("SEX")
            if sex is not None and sex_by_header is not None and sex != sex_by_header:
                yield row


@rule("1012", "Episodes")
def data_without_episodes(sent: Sent) -> Iterator[Row]:
    for table in ("PlacedAdoption", "Missing", "Reviews", "AD1", "PrevPerm", "OC2"):
        for row in sent.rows(table):
            if not sent.of(row.child, "Episodes"):
                yield row

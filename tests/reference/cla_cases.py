"""What the hand-written cases of the 903 reference share: rows of cells in, findings as "table position" out."""

from collections.abc import Mapping, Sequence

from reference import cla

Cells = dict[str, str | None]
Tables = dict[str, list[Cells]]


def flagged(
    code: str,
    period: str = "2025-26",
    /,
    *,
    previous: Mapping[str, Sequence[Cells]] | None = None,
    authority: str | None = None,
    providers: Sequence[Mapping[str, str | None]] | None = None,
    postcodes: frozenset[str] | set[str] = frozenset(),
    **tables: list[Cells],
) -> set[str]:
    """The rows that one rule flags, as "table position"."""
    last = None if previous is None else {name: numbered(rows) for name, rows in previous.items()}
    this = {name: numbered(rows) for name, rows in tables.items()}
    found = cla.check(this, period, last, authority, providers, postcodes)
    return {f"{table} {row}" for found_code, table, row in found if found_code == code}


def numbered(rows: Sequence[Cells]) -> list[dict[str, object]]:
    return [{**row, "row": position} for position, row in enumerate(rows)]


def positions(table: str, *rows: int) -> set[str]:
    return {f"{table} {row}" for row in rows}


def written(expected: str) -> set[str]:
    """The findings of a table of cases: "AD1 0 2, Episodes 1", or "" for none."""
    parts = [part.split() for part in expected.split(", ") if part]
    return {f"{table} {row}" for table, *rows in parts for row in rows}


def drawn(text: str) -> list[Cells]:
    """Rows drawn in one line: the columns, then each row after a semicolon; "-" is an empty cell."""
    columns, *rows = (line.split() for line in text.split(";"))
    return [{column: None if cell == "-" else cell for column, cell in zip(columns, row, strict=True)} for row in rows]


def flagged_in(code: str, period: str, tables: Mapping[str, str]) -> set[str]:
    """The rows that one rule flags in drawn tables; "last Header" is last year's Header."""
    last = {name.removeprefix("last "): drawn(text) for name, text in tables.items() if name.startswith("last ")}
    this = {name: drawn(text) for name, text in tables.items() if not name.startswith("last ")}
    return flagged(code, period, previous=last or None, **this)


def untried(rules: Sequence[tuple[str, str, str, object]], cases: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The versions of rules (code, first period) of which no case (code, period) is drawn."""
    return {
        (code, since)
        for code, since, until, _ in rules
        if not any(tried == code and since <= period <= until for tried, period in cases)
    }

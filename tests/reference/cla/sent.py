"""One 903 return as sent, read row by row: cells, this year and last year, a child's episodes in order.

Nothing in this package may import the project's own rules: two implementations that share code share its mistakes.
A cell is missing when it is None or empty; text is upper-cased; a date that cannot be read is missing, though given.
A row without CHILD matches no other row.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date

from reference.cells import Cells, read_date

Finding = tuple[str, str, Hashable]


def read_number(text: str | None) -> float | None:
    """A number written with figures ("1", "1.0", "1e1"), blanks around it allowed, else None."""
    figures = (text or "").strip().upper()
    return float(figures) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(E[+-]?[0-9]+)?", figures) else None


def before(first: date | None, second: date | None) -> bool:
    """Both dates are there and the first is strictly earlier."""
    return first is not None and second is not None and first < second


def not_after(first: date | None, second: date | None) -> bool:
    """Both dates are there and the first is earlier or the same."""
    return first is not None and second is not None and first <= second


def same(first: date | None, second: date | None) -> bool:
    """Both dates are there and equal."""
    return first is not None and first == second


def years_on(day: date | None, years: int) -> date | None:
    """The same calendar day some years on; 29 February becomes 28 February where there is none."""
    if day is None:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class Row:
    """One row: its table, its label, and its cells read as text or date."""

    __slots__ = ("cells", "label", "read", "table")

    def __init__(self, table: str, cells: Cells) -> None:
        self.table = table
        self.label: Hashable = cells["row"]
        self.cells = cells
        self.read = {name: str(cell).upper() for name, cell in cells.items() if cell is not None and cell != ""}

    def text(self, column: str) -> str | None:
        return self.read.get(column)

    def day(self, column: str) -> date | None:
        text = self.text(column)
        return None if text is None else read_date(text)

    def number(self, column: str) -> float | None:
        return read_number(self.text(column))

    def given(self, column: str) -> bool:
        """Something is written there, readable or not."""
        return self.text(column) is not None

    def any_given(self, columns: str) -> bool:
        return any(self.given(column) for column in columns.split())

    def all_given(self, columns: str) -> bool:
        return all(self.given(column) for column in columns.split())

    @property
    def child(self) -> str | None:
        return self.text("CHILD")


def first_by(rows: Sequence[Row], column: str) -> Row | None:
    """The row with the earliest readable date there; of equals the first in file order."""
    dated = [row for row in rows if row.day(column) is not None]
    return min(dated, key=lambda row: row.day(column) or date.max) if dated else None


def last_by(rows: Sequence[Row], column: str, first_of_equals: bool = False) -> Row | None:
    """The row with the latest readable date there; of equals the last in file order, or the first where asked."""
    dated = [row for row in rows if row.day(column) is not None]
    if not first_of_equals:
        dated.reverse()
    return max(dated, key=lambda row: row.day(column) or date.min) if dated else None


def in_order(rows: Sequence[Row], column: str) -> list[Row]:
    """The rows with a readable date there, by that date; equals keep file order."""
    return sorted((row for row in rows if row.day(column) is not None), key=lambda row: row.day(column) or date.max)


def undated_last(rows: Sequence[Row], *columns: str) -> list[Row]:
    """All the rows by those dates, a missing date after every other; equals keep file order."""
    return sorted(rows, key=lambda row: [row.day(column) or date.max for column in columns])


class Year:
    """The tables of one collection year, by name and by child."""

    def __init__(self, tables: Mapping[str, Sequence[Cells]]) -> None:
        self.tables = {name: [Row(name, cells) for cells in rows] for name, rows in tables.items()}
        self.by_child: dict[str, dict[str, list[Row]]] = {}
        for name, rows in self.tables.items():
            groups: dict[str, list[Row]] = {}
            for row in rows:
                if row.child is not None:
                    groups.setdefault(row.child, []).append(row)
            self.by_child[name] = groups

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def children(self, table: str) -> dict[str, list[Row]]:
        """The rows of a table for each child; rows without CHILD are no one's."""
        return self.by_child.get(table, {})

    def of(self, child: str | None, table: str) -> list[Row]:
        """The child's rows of a table, in file order."""
        return [] if child is None else self.children(table).get(child, [])

    def unaccompanied(self, header: Row) -> str | None:
        """Header.UASC as given; where Header has no such column, "1" for a child in the UASC table, else "0"."""
        if "UASC" in header.cells:
            return header.text("UASC")
        return "1" if self.of(header.child, "UASC") else "0"


class Sent(Year):
    """This year's tables, last year's under `.last`, and what else the rules may look up."""

    def __init__(
        self,
        tables: Mapping[str, Sequence[Cells]],
        period: str,
        previous: Mapping[str, Sequence[Cells]] | None = None,
        authority: str | None = None,
        providers: Sequence[Mapping[str, str | None]] | None = None,
        postcodes: frozenset[str] | set[str] = frozenset(),
    ) -> None:
        super().__init__(tables)
        match = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", period)
        if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
            raise ValueError("a period is written like 2025-26")
        self.period = period
        self.start = date(int(match[1]), 4, 1)
        self.end = date(int(match[1]) + 1, 3, 31)
        self.last = Year(previous or {})
        self.previous = previous
        self.authority = authority
        self.providers = providers
        self.postcodes = postcodes

    def within_year(self, day: date | None) -> bool:
        """The date is there and from 1 April to 31 March, both inclusive."""
        return day is not None and self.start <= day <= self.end

    def in_year(self, episode: Row) -> bool:
        """The episode overlaps the year; an end that is missing or unreadable is open."""
        decom, dec = episode.day("DECOM"), episode.day("DEC")
        return decom is not None and decom <= self.end and (dec is None or dec >= self.start)

    def continuously_looked_after(self, child: str | None) -> bool:
        """In care in the year, and no episode starts care in it, ends care in it or is respite."""
        episodes = self.of(child, "Episodes")
        if not any(self.in_year(episode) for episode in episodes):
            return False
        for episode in episodes:
            decom, dec = episode.day("DECOM"), episode.day("DEC")
            started = episode.text("RNE") == "S" and decom is not None and self.start < decom <= self.end
            ended = episode.text("REC") != "X1" and dec is not None and self.start <= dec < self.end
            respite = episode.text("LS") in ("V3", "V4") and self.in_year(episode)
            if started or ended or respite:
                return False
        return True

    def periods_of_care(self, child: str | None) -> list[tuple[date, date | None]]:
        """First and last day of each run of episodes without a gap; the end is None while the last one is open."""
        periods: list[tuple[date, date | None]] = []
        for episode in in_order(self.of(child, "Episodes"), "DECOM"):
            decom, dec = episode.day("DECOM"), episode.day("DEC")
            assert decom is not None
            if periods and not before(periods[-1][1], decom):
                periods[-1] = (periods[-1][0], dec)
            else:
                periods.append((decom, dec))
        return periods

    def can_run(self, reads: str, last: str, needs: str) -> bool:
        """The tables of both years that a rule reads were supplied (they may be empty), and what else it needs."""
        return (
            all(table in self.tables for table in reads.split())
            and (not last or self.previous is not None)
            and all(table in self.last.tables for table in last.split())
            and all(getattr(self, need) is not None for need in needs.split())
        )


# ------------------------------------------------------------------------------------------------------- rules

Flagged = Callable[[Sent], Iterator[Row]]
Registered = tuple[str, str, str, Flagged]


class Book:
    """The rules of one subject. `reads` and `last` name the tables of this year and last year that must be supplied;
    `needs` is any of "authority providers previous". A rule is a generator of the rows that it flags."""

    def __init__(self) -> None:
        self.rules: list[Registered] = []

    def __call__(
        self,
        code: str,
        reads: str,
        *,
        last: str = "",
        needs: str = "",
        since: str = "2022-23",
        until: str = "9999-00",
    ) -> Callable[[Flagged], Flagged]:
        def register(flagged: Flagged) -> Flagged:
            def run(sent: Sent) -> Iterator[Row]:
                if sent.can_run(reads, last, needs):
                    yield from flagged(sent)

            self.rules.append((code, since, until, run))
            return flagged

        return register

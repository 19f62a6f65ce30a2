"""Ofsted's lists of social care providers, as the rules take them.

The lists come as a workbook or as CSV files: children's homes, fostering and adoption agencies in one sheet, and from
2025 supported accommodation in a second. That sheet has no codes of the 903 of its own; its placements are K3 and its
providers PR4.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from assets.sources import workbook
from assets.sources.errors import SourceError
from assets.sources.files import Issues, decoded, refuse_other_marks
from returns import authorities
from validation.postcodes import upper_tier
from validation.typed import PROVIDERS, TEXT

_TOP = 10  # rows in which the headings stand


@dataclass(frozen=True)
class _List:
    """One kind of list: a heading by which it is known, and the headings or the fixed value of each of our columns."""

    known_by: str
    columns: dict[str, tuple[str, ...]]
    fixed: dict[str, str | None]


_LISTS = (
    _List(
        known_by="closed date",
        columns={
            "URN": ("urn",),
            "REG_END": ("closed date",),
            "POSTCODE": ("setting address postcode",),
            "LA_CODE": ("setting local authority", "provider local authority"),
        },
        fixed={"PLACE_CODES": "K3", "PROVIDER_CODES": "PR4"},
    ),
    _List(
        known_by="urn",
        columns={
            "URN": ("urn",),
            "PLACE_CODES": ("placement code",),
            "PROVIDER_CODES": ("placement provider code",),
            "REG_END": ("deregistration date",),
            "POSTCODE": ("provider postcode", "setting address postcode"),
            "LA_CODE": ("local authority",),
        },
        fixed={},
    ),
)


def read_providers(*paths: Path) -> pd.DataFrame:
    """One row for each line of the lists in `paths` that has a URN: the columns `PROVIDERS`, all text.

    Codes are separated by commas, REG_END is dd/mm/yyyy, POSTCODE without spaces, LA_CODE the ONS code of the authority
    named, or of the postcode where England has none of that name. A URN may come more than once: that of supported
    accommodation does for each of its settings. Raises SourceError.
    """
    rows: list[dict[str, str | None]] = []
    for path in paths:
        known = [(title, found) for title, sheet in _sheets(path) if (found := _headed(sheet)) is not None]
        if not known:
            where = "no column URN" if path.suffix.lower() == ".csv" else "no sheet with a column URN"
            raise SourceError(f"{path.name} has {where}; expected Ofsted's list of social care providers.")
        before = len(rows)
        for title, (headings, body) in known:
            rows += _read(f"{path.name}, sheet {title}" if title else path.name, headings, body)
        if len(rows) == before:
            raise SourceError(f"{path.name} has no row with a URN; give Ofsted's list as it came.")
    listed = pd.DataFrame(rows, columns=list(PROVIDERS), dtype=TEXT)
    return listed.assign(LA_CODE=listed["LA_CODE"].fillna(upper_tier(listed["POSTCODE"])))


def _sheets(path: Path) -> Iterable[tuple[str, Sequence[Sequence[Any]]]]:
    if path.suffix.lower() != ".csv":
        return workbook.sheets(path).items()
    try:
        sheet = list(csv.reader(io.StringIO(decoded(path, Issues()), newline=""), strict=True))
    except csv.Error:
        raise SourceError(f"{path.name}: a quote is not closed or a value is too long; put it right.") from None
    for row in sheet[:_TOP]:
        if "urn" in re.findall("[a-z]+", ",".join(row).lower()):
            refuse_other_marks(path, row)
    return [("", sheet)]


def _headed(sheet: Sequence[Sequence[Any]]) -> tuple[list[str], Sequence[Sequence[Any]]] | None:
    """The headings, in small letters, and the rows with their number below them; None where no row has a URN."""
    for at, row in enumerate(sheet[:_TOP]):
        headings = [" ".join(str("" if cell is None else cell).lower().split()) for cell in row]
        if "urn" in headings:
            return headings, sheet[at + 1 :]
    return None


def _read(where: str, headings: list[str], body: Sequence[Sequence[Any]]) -> list[dict[str, str | None]]:
    kind = next(kind for kind in _LISTS if kind.known_by in headings)
    if lacking := [" or ".join(names) for names in kind.columns.values() if not {*names} & {*headings}]:
        columns = f"the column {lacking[0]} is" if len(lacking) == 1 else f"the columns {', '.join(lacking)} are"
        raise SourceError(f"{where}: {columns} not there; give Ofsted's list as it came.")
    at: dict[str, int] = {}
    for column, names in kind.columns.items():
        name = next(name for name in names if name in headings)
        if headings.count(name) > 1:
            raise SourceError(f"{where}: the column {name} is there more than once; leave only one.")
        at[column] = headings.index(name)
    rows = []
    for number, cells in enumerate(body, 1):
        given = {name: cells[i] if i < len(cells) else None for name, i in at.items()}
        row = {name: _text(cell) for name, cell in given.items()}
        if row["URN"] is None:
            continue
        try:
            row["REG_END"] = _day(given["REG_END"])
        except ValueError:
            raise SourceError(
                f"{where}: the column {headings[at['REG_END']]} holds no date in row {number} below the headings; "
                "expected dd/mm/yyyy, or a blank where the provider is open."
            ) from None
        for codes in {"PLACE_CODES", "PROVIDER_CODES"} & set(at):
            row[codes] = ",".join(re.findall("[A-Z0-9]+", row[codes] or "")) or None
        row["POSTCODE"] = "".join((row["POSTCODE"] or "").split()) or None
        row["LA_CODE"] = authorities.named(row["LA_CODE"] or "")
        rows.append(row | kind.fixed)
    return rows


def _text(cell: Any) -> str | None:
    """In capitals; a whole number is one however the workbook holds it, and a mere dash is nothing."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell).strip().upper()
    return text if any(map(str.isalnum, text)) else None


def _day(cell: Any) -> str | None:
    """dd/mm/yyyy; None where the cell is blank or holds words alone. Raises ValueError."""
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    text = _text(cell)
    if text is None or not any(map(str.isdigit, text)):
        return None
    day = text.removesuffix(" 00:00:00")
    form = "%d/%m/%Y" if "/" in day else "%Y-%m-%d"
    read = dt.datetime.strptime(day, form)
    if f"{read:{form}}" != day:
        raise ValueError  # 1/5/2025 may be a day in May or in January
    return f"{read:%d/%m/%Y}"

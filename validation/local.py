"""A unit's own settings for single rules: off, or only a query; with reason, author and expiry, shown by every
report."""

import csv
import datetime as dt
from pathlib import Path

import pandas as pd

from returns.refusal import Refusal
from validation.rule import RuleBook

COLUMNS = ("code", "setting", "reason", "author", "expires")


class RefusedSettings(Refusal):
    """A local rules file that cannot be taken; the message names file, line and column."""


def read_local(path: Path, book: RuleBook) -> pd.DataFrame:
    """The settings in the CSV file `path` (columns code, setting off|query, reason, author, expires YYYY-MM-DD); none
    if there is no file."""
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    told = f"the local rules file {path.name}"
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if set(reader.fieldnames or ()) != set(COLUMNS):
                raise RefusedSettings(f"{told}: the first line must name the columns {', '.join(COLUMNS)}")
            for line, row in enumerate(reader, start=2):
                rows.append(_checked(told, line, row, book))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise RefusedSettings(f"{told} cannot be read; save it as comma-separated CSV in UTF-8") from None
    doubled = {code for code in (row["code"] for row in rows) if sum(row["code"] == code for row in rows) > 1}
    if doubled:
        raise RefusedSettings(f"{told}: {', '.join(sorted(doubled))} is set twice; keep one line for each rule")
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _checked(file: str, line: int, row: dict[str, str], book: RuleBook) -> dict[str, str]:
    if None in row:
        raise RefusedSettings(f"{file}, line {line}: more values than columns; put a text that has commas in quotes")
    cells = {name: (row[name] or "").strip() for name in COLUMNS}
    if cells["code"] not in book.versions:
        raise RefusedSettings(
            f"{file}, line {line}: the rule book has no such rule; give one of its codes in the column code"
        )
    if cells["setting"] not in ("off", "query"):
        raise RefusedSettings(f"{file}, line {line}: the column setting must be off or query")
    for name in ("reason", "author"):
        if not cells[name]:
            raise RefusedSettings(f"{file}, line {line}: the column {name} must be filled")
    try:
        cells["expires"] = dt.datetime.strptime(cells["expires"], "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise RefusedSettings(f"{file}, line {line}: the column expires must hold a date as YYYY-MM-DD") from None
    return cells


def in_force(settings: pd.DataFrame, today: dt.date) -> dict[str, str | None]:
    """What `run` takes as `severity`: code -> "query", or None for off; expired lines count no more."""
    alive = settings[settings["expires"] >= today.isoformat()]
    return {row.code: "query" if row.setting == "query" else None for row in alive.itertuples()}

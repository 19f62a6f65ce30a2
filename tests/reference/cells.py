"""How a cell is read, for both second implementations."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

Cells = Mapping[str, object]


@lru_cache(maxsize=4096)
def read_date(text: str) -> date | None:
    """A calendar date written yyyy-mm-dd or dd/mm/yyyy, else None."""
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text):
        year, month, day = match.groups()
    elif match := re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None

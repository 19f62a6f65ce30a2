"""Fields that no file need hold: they follow from the rest of the return and from reference data.

What a file gives is taken as given. A derived field counts as supplied where all that it follows from was supplied.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from returns.model import Return
from validation.typed import NOT_SUPPLIED, TEXT, Typed

NO_AUTHORITY = "the number of the returning authority was not given"
Fields = dict[str, pd.Series]


def derive(given: Typed, described: Return, authority: str | None = None) -> Typed:
    """`given` with the derived fields of its tables filled where they were not supplied and can be worked out; itself
    where there is none. `reasons` say what those follow from that could not be."""
    tables, supplied, reasons = dict(given.tables), dict(given.supplied), dict(given.reasons)
    for table in described:
        lacking = [
            item.name for item in table.fields if item.given == "derived" and not _has(given, table.name, item.name)
        ]
        if not lacking:
            continue
        needs, worked_out = _FROM[described.name, table.name]
        found = worked_out(given, authority) if all(_has(given, *need) for need in needs) else {}
        made = {name: values for name, values in found.items() if name in lacking}
        if made:
            tables[table.name] = tables[table.name].assign(**made)
            tables[table.name].attrs = {"table": table.name}
            supplied[table.name] |= frozenset(made)
        if given.supplied[table.name]:
            sources = " and ".join(map(".".join, needs))
            for name in lacking:
                why = NO_AUTHORITY if found else f"{NOT_SUPPLIED}{table.name}.{name}, which follows from {sources}"
                reasons[table.name, name] = why
    reasons = {(table, name): why for (table, name), why in reasons.items() if name not in supplied[table]}
    unchanged = (supplied, reasons) == (given.supplied, given.reasons)
    return given if unchanged else Typed(tables, supplied, given.unreadable, reasons)


def _has(given: Typed, table: str, *names: str) -> bool:
    return given.supplied[table] >= set(names)


def _unaccompanied(given: Typed, _authority: str | None) -> Fields:
    """A child with a row in the table of unaccompanied children is one."""
    header, uasc = given.tables["Header"], given.tables["UASC"]
    there = header["@child"].isin(uasc["@child"]) & (header["@child"] >= 0)
    return {"UASC": pd.Series(np.where(there, "1", "0"), index=header.index, dtype=TEXT)}


def _location(given: Typed, authority: str | None) -> Fields:
    """Where the placement is, and how far from home."""
    from validation.postcodes import derive as located  # loads the postcodes of the country

    episodes = given.tables["Episodes"]
    found = located(episodes["PL_POST"], episodes["HOME_POST"], authority)
    return {name: found[name] for name in found.columns if name != "PL_LOCATION" or authority is not None}


_FROM: dict[tuple[str, str], tuple[tuple[tuple[str, str], ...], Callable[[Typed, str | None], Fields]]] = {
    ("cla", "Header"): ((("Header", "CHILD"), ("UASC", "CHILD")), _unaccompanied),
    ("cla", "Episodes"): ((("Episodes", "HOME_POST"), ("Episodes", "PL_POST")), _location),
}

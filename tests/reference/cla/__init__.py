"""The 903 rules written a second time, row by row in plain Python: what the vectorised rule book is tested against.

One module per subject; each has RULES: (code, since, until, generator of the rows it flags). Source: the catalogue,
read as docs/decisions say.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules

from reference.cla.sent import Cells, Finding, Registered, Sent

RULES: list[Registered] = []
for module in sorted(iter_modules(__path__), key=lambda module: module.name):
    if module.name != "sent":
        RULES.extend(import_module(f"{__name__}.{module.name}").RULES)


def check(
    tables: Mapping[str, Sequence[Cells]],
    period: str,
    previous: Mapping[str, Sequence[Cells]] | None = None,
    authority: str | None = None,
    providers: Sequence[Mapping[str, str | None]] | None = None,
    postcodes: frozenset[str] | set[str] = frozenset(),
) -> set[Finding]:
    """Every (code, table, row label) that the rules in force in `period` ("2025-26") flag.

    `tables` and `previous` hold rows of text cells by the Department's names; each row carries its label under "row".
    A rule whose tables were not supplied is not run; an empty table is supplied.
    """
    sent = Sent(tables, period, previous, authority, providers, postcodes)
    return {
        (code, row.table, row.label)
        for code, since, until, flagged in RULES
        if since <= period <= until
        for row in flagged(sent)
    }


def codes_in_force(period: str) -> set[str]:
    """The codes that `check` runs in a period, given all that they need."""
    return {code for code, since, until, _ in RULES if since <= period <= until}

"""One unit's return for one period, typed once and read-only: what the rules are run on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pandas as pd

from returns import described
from returns.authorities import ons_code
from returns.calendar import bank_holidays
from returns.model import Period, Return
from validation.derived import derive
from validation.typed import Typed, numbered_as, providers_typed, typed


@dataclass(frozen=True)
class Submission:
    """Typed tables of this period and, where given, of the period before; `asked` is the return as the rule set
    describes it."""

    asked: Return
    period: Period
    tables: Typed
    previous: Typed | None = None
    reference: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def codes(self) -> SimpleNamespace:
        """Code sets in force, each a frozenset of code texts."""
        return SimpleNamespace(
            **{name: frozenset(code.code for code in values) for name, values in self.asked.codes.items()}
        )

    @cached_property
    def last_year(self) -> Typed | None:
        """The period before with its children numbered as in this one."""
        return None if self.previous is None else numbered_as(self.previous, self.tables, self.asked)

    def argument(self, name: str) -> Any:
        """What a rule gets for its argument `name`."""
        if name == "codes":
            return self.codes
        if name == "period":
            return self.period
        if name == "holidays":
            return bank_holidays()
        if name in self.reference:
            return self.reference[name]
        if name == "postcodes":
            return import_module("validation.postcodes")
        source, table = (
            (self.last_year, name.removeprefix("previous_")) if name.startswith("previous_") else (self.tables, name)
        )
        return source.tables[table_named(self.asked, table)] if source else None


def table_named(asked: Return, argument: str) -> str:
    """The table that rules call `argument`."""
    for table in asked:
        if table.argument == argument:
            return table.name
    raise LookupError(f"{asked.name}: no table or reference is called {argument!r} in a rule")


def submit(
    name: str,
    tables: Mapping[str, pd.DataFrame],
    period: str,
    ruleset: str | None = None,
    previous: Mapping[str, pd.DataFrame] | None = None,
    **reference: Any,
) -> Submission:
    """Type `tables` (and last period's) by the rule set's description.

    Raises UnknownReturn, UnknownPeriod, UnknownAuthority, RefusedTable.
    """
    whole = described(name)
    asked = whole.at(ruleset or period)
    before = None if previous is None else typed(previous, asked)
    return submission(asked, typed(tables, asked), before, whole.at(period).period, **reference)


def submission(
    asked: Return, now: Typed, previous: Typed | None = None, period: Period | None = None, **reference: Any
) -> Submission:
    """The submission of typed tables, with what follows from them; `period` where it is not that of the rule set.

    Raises UnknownAuthority, RefusedTable.
    """
    authority = reference.get("authority")
    if authority is not None:
        reference["authority"] = authority = ons_code(authority)
    if "providers" in reference:
        reference["providers"] = providers_typed(reference["providers"])
    period = period or asked.period
    assert period is not None
    before = None if previous is None else derive(previous, asked, authority)
    return Submission(asked, period, derive(now, asked, authority), before, reference)

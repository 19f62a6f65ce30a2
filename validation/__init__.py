"""Is it right?

The public calls: `validate` a return's tables, and `rules`, the rule book as a frame.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

import validation.rules  # noqa: F401 - first: importing the package later would hide the function `rules` behind it
from returns import named
from validation.typed import TEXT

__all__ = ["rules", "validate"]


def validate(
    name: str,
    tables: Mapping[str, pd.DataFrame],
    period: str,
    ruleset: str | None = None,
    previous: Mapping[str, pd.DataFrame] | None = None,
    rules: str | Iterable[str] | None = None,
    authority: str | None = None,
    providers: Any = None,
) -> pd.DataFrame:
    """Run the rules of return `name` over raw text `tables` (the Department's table name -> frame) of `period`.

    `authority` is the returning authority (its 3-digit number or ONS code), `providers` a frame in the columns of
    `validation.typed.PROVIDERS`. `ruleset` takes another period's rules, fields and code sets (dates stay the
    period's), `previous` last period's tables, `rules` one code or some only (KeyError for an unknown one). Returns one
    row per flagged row: rule, severity, table, row (the label of the input's index), fields (joined by commas), child,
    group (rows of one failure). `attrs["not_run"]` says which rules were not run and why, `attrs["crashed"]` which
    raised; `attrs["ran"]`, `["book"]` and `["seconds"]` the codes that ran, the rule book's version and processor
    seconds per rule. Raises UnknownReturn, UnknownPeriod, UnknownAuthority, RefusedTable.
    """
    from validation.rule import run
    from validation.rules import book
    from validation.submission import submit

    name = named(name)
    rules = [rules] if isinstance(rules, str) else rules
    reference = {key: value for key, value in (("authority", authority), ("providers", providers)) if value is not None}
    outcome = run(book(name), submit(name, tables, period, ruleset, previous, **reference), rules)
    outcome.findings.attrs.update(
        not_run=outcome.not_run,
        crashed=outcome.crashed,
        ran=outcome.ran,
        book=book(name).version,
        seconds=outcome.seconds,
    )
    return outcome.findings


def rules(name: str, period: str | None = None) -> pd.DataFrame:
    """The rule book of return `name`, one row per version in force in `period` (all versions when None), by code.

    Columns: code, severity, severity_confirmed, confidence, title, advice, tables, flags, since, until, needs, stage,
    per, across.
    """
    from validation.rules import book

    name = named(name)
    rulebook = book(name)
    chosen = (
        rulebook.at(period)
        if period
        else [rule for code in sorted(rulebook.versions) for rule in rulebook.versions[code]]
    )
    frame = pd.DataFrame(
        [
            {
                "code": rule.code,
                "severity": rule.severity,
                "severity_confirmed": rule.severity_confirmed,
                "confidence": rule.confidence,
                "title": rule.title,
                "advice": rule.advice,
                "tables": " ".join(rule.tables),
                "flags": " ".join(f"{table}.{item}" for table, item in rule.flags),
                "since": rule.since,
                "until": rule.until,
                "needs": " ".join(rule.needs),
                "stage": rule.stage,
                "per": rule.per,
                "across": " ".join(rule.across),
            }
            for rule in chosen
        ]
    )
    return frame.astype({name: TEXT for name in frame.columns if name not in ("severity_confirmed", "stage")})

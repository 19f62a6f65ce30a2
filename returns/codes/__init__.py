"""Code sets, one CSV each: code, label, first and last period in force, first period in which it is no longer sent."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from returns.model import Code


@cache
def code_set(name: str) -> tuple[Code, ...]:
    """The codes of `name`.csv in file order."""
    text = (files(__package__) / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(
        Code(
            code=row["code"],
            label=row["label"],
            since=row["since"] or None,
            until=row["until"] or None,
            unwritten_since=row["unwritten_since"] or None,
        )
        for row in csv.DictReader(text.splitlines())
    )


def sets(*names: str) -> Mapping[str, tuple[Code, ...]]:
    """Several code sets by name."""
    return MappingProxyType({name: code_set(name) for name in names})

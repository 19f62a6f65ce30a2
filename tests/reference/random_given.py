"""Random returns as they are given to the rules: text frames, and beside them last year's, providers, authority, the
postcodes that there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from reference import random_cin, random_cla
from validation.submission import Submission, submit
from validation.typed import PROVIDERS, TEXT

Frames = dict[str, pd.DataFrame]


class Postcodes:
    """A directory that knows just the listed ones."""

    def __init__(self, listed: Iterable[str]) -> None:
        self.listed = set(listed)

    def known(self, values: pd.Series) -> pd.Series:
        return values.str.upper().str.replace(" ", "").isin(self.listed)


class Given(NamedTuple):
    """A return of `period`; `previous` and `beside` are what is given with it, by argument."""

    name: str
    period: str
    tables: Frames
    previous: Frames | None
    beside: Mapping[str, Any]

    def submitted(self) -> Submission:
        return submit(self.name, self.tables, self.period, previous=self.previous, **self.beside)


def columns(name: str, period: str) -> dict[str, list[str]]:
    """The columns of each table in a period."""
    return random_cla.columns(period) if name == "cla" else random_cin.columns(period)


def random_given(name: str, seed: int, period: str) -> Given:
    """The random return of a seed."""
    if name == "cin":
        return Given(name, period, frames(random_cin.random_return(seed, period), name, period), None, {})
    drawn = random_cla.random_return(seed, period)
    beside = {
        "authority": drawn.authority,
        "providers": pd.DataFrame(drawn.providers, columns=list(PROVIDERS), dtype=TEXT),
        "postcodes": Postcodes(drawn.postcodes),
    }
    now, before = (frames(tables, name, period) for tables in (drawn.tables, drawn.previous))
    return Given(name, period, now, before, beside)


def frames(tables: Mapping[str, Sequence[Mapping[str, object]]], name: str, period: str) -> Frames:
    """Drawn rows as text, each labelled by its `row`."""
    return {
        table: pd.DataFrame(
            {item: pd.array([row[item] for row in tables[table]], dtype=TEXT) for item in items},
            index=pd.Index([row["row"] for row in tables[table]], dtype="int64"),
        )
        for table, items in columns(name, period).items()
    }

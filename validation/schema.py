"""The description as Pandera schemas: what a single column can say, with the Department's rule numbers as check
names."""

import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from returns.model import Field, Return, Table
from validation.findings import Place
from validation.typed import EMPTY_DTYPE, Typed

FLAG_TEXTS = frozenset({"0", "1", "true", "false"})


class WrongShape(ValueError):
    """A typed table is not what its description says: a program fault, named without values."""


def schema(table: Table, described: Return, rules: AbstractSet[str] | None = None) -> pa.DataFrameSchema:
    """The Pandera schema of one typed table; `rules` limits the checks to some rule numbers (an empty set leaves dtypes
    only)."""
    return pa.DataFrameSchema(
        {
            item.name: pa.Column(
                EMPTY_DTYPE.get(item.kind, "str"),
                checks=[check for rule, check in _checks(item, described) if rules is None or rule in rules],
                nullable=True,
            )
            for item in table.fields
            if item.given != "list"
        },
        strict=False,
        name=table.name,
    )


def _checks(item: Field, described: Return) -> list[tuple[str, pa.Check]]:
    said: list[tuple[str, Callable[[Any], Any]]] = []
    if item.absent:
        said.append((item.absent, lambda s: s.notna()))
    if item.wrong and item.kind == "flag":
        said.append((item.wrong, lambda s: s.isna() | s.str.lower().isin(FLAG_TEXTS)))
    elif item.wrong and item.codes:
        listed = frozenset(code.code for code in described.codes[item.codes])
        said.append((item.wrong, lambda s: s.isna() | s.isin(listed)))
    if item.wrong and item.minimum is not None:
        least = item.minimum
        said.append((item.wrong, lambda s: s.isna() | s.ge(least).fillna(value=True).astype(bool)))
    if item.wrong and item.maximum is not None:
        most = item.maximum
        said.append((item.wrong, lambda s: s.isna() | s.le(most).fillna(value=True).astype(bool)))
    said.extend((shape.rule, partial(_fits, shape.pattern)) for shape in item.shapes)
    return [(rule, pa.Check(test, name=rule, ignore_na=False)) for rule, test in said]


def _fits(pattern: str, values: pd.Series) -> pd.Series:
    return values.isna() | values.str.fullmatch(pattern).fillna(value=False).astype(bool)


@lru_cache(maxsize=256)
def _cached(described: Return, table: str, rules: frozenset[str]) -> pa.DataFrameSchema:
    return schema(described[table], described, rules)


def failures(
    described: Return, typed: Typed, rules: AbstractSet[str], seconds: dict[str, float] | None = None
) -> Mapping[str, list[Place]]:
    """Run the column checks of `rules`: rule -> places, in the order of the description.

    Unreadable cells break their field's `wrong` rule too.
    """
    found: dict[str, dict[tuple[str, str], list[np.ndarray]]] = {}

    def note(rule: str, table: str, item: str, positions: np.ndarray) -> None:
        found.setdefault(rule, {}).setdefault((table, item), []).append(positions)

    for table in described:
        said = frozenset(
            rule
            for item in table.fields
            if item.name in typed.supplied[table.name]
            for rule, _ in _checks(item, described)
        )
        here = said & rules
        frame = typed.tables[table.name]
        if not here or frame.empty:
            continue
        began = time.process_time()
        cases = _cases(_cached(described, table.name, here), frame.set_axis(pd.RangeIndex(len(frame))))
        for (item, rule), rows in cases.groupby(["column", "check"], sort=False)["index"]:
            note(str(rule), table.name, str(item), rows.to_numpy().astype("int64"))
        if seconds is not None:
            for rule in here:
                seconds[rule] = seconds.get(rule, 0.0) + (time.process_time() - began) / len(here)
    for cells in typed.unreadable:
        if cells.field.wrong in rules:
            note(str(cells.field.wrong), cells.table, cells.field.name, cells.positions)
    order = [(table.name, item.name) for table in described for item in table.fields]
    return {
        rule: [Place(*place, np.unique(np.concatenate(places[place]))) for place in sorted(places, key=order.index)]
        for rule, places in found.items()
    }


def _cases(checked: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        checked.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases[["schema_context", "column", "check", "index"]]
        wrong = cases[cases["index"].isna()]
        if len(wrong):
            raise WrongShape(
                f"{checked.name}: {', '.join(sorted(set(map(str, wrong['column']))))} not of the described type"
            ) from None
        return cases
    return pd.DataFrame({"column": [], "check": [], "index": []})


def shape_faults(described: Return, typed: Typed) -> list[str]:
    """Table.column names whose type is not as described (none, unless the program is at fault)."""
    faults = []
    for table in described:
        try:
            _cached(described, table.name, frozenset()).validate(typed.tables[table.name], lazy=True, inplace=True)
        except SchemaErrors as errors:
            faults += [f"{table.name}.{column}" for column in sorted(set(map(str, errors.failure_cases["column"])))]
    return faults

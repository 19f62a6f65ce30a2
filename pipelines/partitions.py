"""Partitions: each return by period and unit."""

import re
from collections.abc import Sequence

import dagster as dg

from returns import RETURNS, BadUnit, described

KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


def units(name: str) -> dg.DynamicPartitionsDefinition:
    """The units (authorities or schools) of return `name`; registered by whoever brings their data."""
    return dg.DynamicPartitionsDefinition(name=f"{name}_unit")


def register(instance: dg.DagsterInstance, numbers: Sequence[str]) -> None:
    """Make units known for every return that is made for their kind.

    Raises BadUnit for a number that fits none; then nothing is registered.
    """
    made_for = {number: [name for name in RETURNS if described(name).takes(number)] for number in numbers}
    for number, names in made_for.items():
        if not names:
            raise BadUnit(f"{number!r} is no number of a {' or '.join(described(name).unit for name in RETURNS)}")
    for number, names in made_for.items():
        for name in names:
            instance.add_dynamic_partitions(units(name).name or "", [number])


def partitions(name: str) -> dg.MultiPartitionsDefinition:
    """Return `name` by period and unit."""
    periods = dg.StaticPartitionsDefinition([period.name for period in described(name).periods])
    return dg.MultiPartitionsDefinition({"period": periods, "unit": units(name)})


def key(period: str, unit: str) -> dg.MultiPartitionKey:
    return dg.MultiPartitionKey({"period": period, "unit": unit})


def split(name: str, partition_key: str) -> tuple[str, str]:
    """(period, unit) of a partition key, each safe as part of a path."""
    found = partitions(name).get_partition_key_from_str(str(partition_key)).keys_by_dimension
    period, unit = found["period"], found["unit"]
    if not KEY.fullmatch(period) or not described(name).takes(unit):
        raise dg.DagsterInvariantViolationError(
            f"{name}: a partition is a described period and a {described(name).unit} number"
        )
    return period, unit

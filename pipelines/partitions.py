"""Partitions: each return by period and unit."""

from collections.abc import Sequence

import dagster as dg

from returns import described, made_for
from returns.refusal import Refusal


class BadPartition(Refusal):
    """A partition that is no described period with the number of a unit."""


def units(name: str) -> dg.DynamicPartitionsDefinition:
    """The units (authorities or schools) of return `name`; registered by whoever brings their data."""
    return dg.DynamicPartitionsDefinition(name=f"{name}_unit")


def register(instance: dg.DagsterInstance, numbers: Sequence[str]) -> None:
    """Make units known for every return that is made for their kind.

    Raises BadUnit for a number that fits none; then nothing is registered.
    """
    names = {number: made_for(number) for number in numbers}
    for number in numbers:
        for name in names[number]:
            instance.add_dynamic_partitions(units(name).name or "", [number])


def partitions(name: str) -> dg.MultiPartitionsDefinition:
    """Return `name` by period and unit."""
    periods = dg.StaticPartitionsDefinition([period.name for period in described(name).periods])
    return dg.MultiPartitionsDefinition({"period": periods, "unit": units(name)})


def key(period: str, unit: str) -> dg.MultiPartitionKey:
    return dg.MultiPartitionKey({"period": period, "unit": unit})


def split(name: str, partition_key: str) -> tuple[str, str]:
    """(period, unit) of a partition key, each safe as part of a path.

    Raises BadPartition: in Dagster's pages anybody can add a unit of any name.
    """
    whole = described(name)
    period, _, unit = str(partition_key).partition("|")
    if period not in {each.name for each in whole.periods} or not whole.takes(unit):
        raise BadPartition(
            f"{whole.title}: choose a described period and the number of a {whole.unit}, {whole.unit_form}."
        )
    return period, unit

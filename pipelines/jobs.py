"""Jobs: the whole return, and its dry run up to the findings."""

from typing import Any

import dagster as dg

Job = Any  # what define_asset_job gives has no public name


def census(name: str) -> Job:
    """Everything, published at the end."""
    return dg.define_asset_job(
        f"{name}_census",
        selection=dg.AssetSelection.groups(name),
        description="The whole return: from its source to the published version.",
    )


def dry_run(name: str) -> Job:
    """Nothing is written for the Department and no serial number is used."""
    return dg.define_asset_job(
        f"{name}_dry_run",
        selection=dg.AssetSelection.assets([name, "findings"]).upstream(),
        description="The findings only: nothing is written for the Department.",
    )

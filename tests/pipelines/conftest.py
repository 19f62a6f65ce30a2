"""A home of its own in which the real jobs are run in this process."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest


class Place:
    """A home folder, Dagster's instance in it, and its runs."""

    def __init__(self, home: Path, instance: dg.DagsterInstance) -> None:
        self.home = home
        self.instance = instance

    def run(
        self,
        *stages: str,
        name: str = "cin",
        job: str = "",
        unit: str = "356",
        period: str = "2025-26",
        **config: Mapping[str, object],
    ) -> Any:
        """Run the job, or of it only the stages named; `config` by stage, as in the launchpad."""
        from pipelines.definitions import defs
        from pipelines.partitions import key

        self.instance.add_dynamic_partitions(f"{name}_unit", [unit])
        return defs.resolve_job_def(job or f"{name}_census").execute_in_process(
            partition_key=key(period, unit),
            instance=self.instance,
            raise_on_error=False,
            asset_selection=[dg.AssetKey([name, stage]) for stage in stages] or None,
            run_config={
                "ops": {f"{name}__{stage}": {"config": dict(given)} for stage, given in config.items()},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )

    def inbox(self, period: str = "2025-26", unit: str = "356", name: str = "cin") -> Path:
        folder = self.home / "inbox" / name / unit / period
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def frames(
        self, stage: str, period: str = "2025-26", unit: str = "356", name: str = "cin"
    ) -> dict[str, pd.DataFrame]:
        from pipelines.io import read_frames

        return read_frames(self.home / "work" / name / unit / period / stage)

    def store(self) -> Any:
        from exports.store import Store

        return Store(self.home / "store")


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Place]:
    """The home of all tests of a module; the environment is as the start commands set it."""
    from pipelines.instance import prepare

    before, umask = os.environ.copy(), os.umask(0o077)
    os.environ["RETURNS_HOME"] = str(tmp_path_factory.mktemp("place") / "home")
    try:
        home = prepare()
        with dg.DagsterInstance.get() as instance:
            yield Place(home, instance)
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.umask(umask)

"""Values of assets on disk: a folder of Parquet files, one a frame; replaced whole, for this user only."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.guard import guarded
from pipelines.partitions import split
from pipelines.resources import Home
from returns.refusal import Refusal

BEFORE, BESIDE = ".old-", ".new-"


class NotMaterialised(Refusal, FileNotFoundError):
    """A stage whose values were never kept."""


class Frames(dg.ConfigurableIOManager):
    """Keeps a mapping of frames as <home>/work/<return>/<unit>/<period>/<stage>/<frame>.parquet."""

    home: dg.ResourceDependency[Home]

    def handle_output(self, context: dg.OutputContext, obj: Mapping[str, pd.DataFrame]) -> None:
        guarded(self._keep)(context, obj)  # what Arrow says of a wrong cell quotes it

    def load_input(self, context: dg.InputContext) -> dict[str, pd.DataFrame]:
        return guarded(self._kept)(context)

    def _keep(self, context: dg.OutputContext, obj: Mapping[str, pd.DataFrame]) -> None:
        name, stage = context.asset_key.path
        period, unit = split(name, context.partition_key)
        write_frames(obj, self.home.work(name, unit, period) / stage)

    def _kept(self, context: dg.InputContext) -> dict[str, pd.DataFrame]:
        name, stage = context.asset_key.path
        period, unit = split(name, context.asset_partition_key)
        return read_frames(self.home.work(name, unit, period) / stage)


def write_frames(frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Replace `folder` by these frames.

    A kill leaves the old folder, the new one, or none; never a mix.
    """
    new, old = folder.with_name(BESIDE + folder.name), folder.with_name(BEFORE + folder.name)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(mode=0o700)
    for name, frame in frames.items():
        plain = frame.copy(deep=False)
        plain.attrs = {}
        path = new / f"{name}.parquet"
        pq.write_table(pa.Table.from_pandas(plain), path)
        path.chmod(0o600)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def read_frames(folder: Path) -> dict[str, pd.DataFrame]:
    """The frames of `folder`.

    Raises NotMaterialised where nothing was kept.
    """
    if not folder.is_dir():
        raise NotMaterialised(f"The stage {folder.name} has not been materialised for this period and unit.")
    return {path.stem: pq.read_table(path).to_pandas() for path in sorted(folder.glob("*.parquet"))}


def value(frames: Mapping[str, pd.DataFrame], name: str) -> dict[str, Any]:
    """A two-column frame (name, value) as a dict."""
    return dict(zip(frames[name]["name"], frames[name]["value"], strict=True))


def pairs(values: Mapping[str, object]) -> pd.DataFrame:
    """The way back: names and texts as a frame."""
    return pd.DataFrame({"name": list(values), "value": [str(each) for each in values.values()]}, dtype="str")

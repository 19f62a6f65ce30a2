"""Two runs side by side, for people and as CSV."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.terminal import Refused

if TYPE_CHECKING:
    import pandas as pd


def read_run(path: Path) -> dict[str, Any]:
    from exports.problems import read

    path = path / "findings.json" if path.is_dir() else path
    if not path.is_file():
        raise Refused(f"There is no file {path}; give the findings.json of a run, or the folder of a version.")
    return read(path)


def as_csv(found: "pd.DataFrame") -> str:
    import pyarrow as pa

    from exports.findings_csv import cells

    columns = [cells(pa.array(found[name], pa.string(), from_pandas=True)).to_pylist() for name in found]
    return "\n".join([",".join(found.columns), *map(",".join, zip(*columns, strict=True))]) + "\n"


def print_diff(console: Console, found: "pd.DataFrame") -> None:
    from rich.table import Table as Grid

    from exports.problems import NEW, SOLVED, STILL

    counts = found.pivot_table(index=["severity", "rule"], columns="state", aggfunc="size", fill_value=0)
    grid = Grid(box=None, pad_edge=False)
    for heading in ("rule", "severity", NEW, SOLVED, STILL):
        grid.add_column(heading, no_wrap=True)
    for (severity, rule), row in counts.iterrows():
        grid.add_row(rule, severity, *(f"{row.get(state, 0):,}" for state in (NEW, SOLVED, STILL)))
    if len(counts):
        console.print(grid)
    total = found["state"].value_counts()
    console.print(", ".join(f"{total.get(state, 0):,} {state}" for state in (NEW, SOLVED, STILL)) + ".")

"""Two runs side by side, for people and as CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.terminal import Refused

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 50_000  # findings that are written at a time


def read_run(path: Path) -> dict[str, Any]:
    from exports.problems import read

    path = path / "findings.json" if path.is_dir() else path
    if not path.is_file():
        raise Refused(f"There is no file {path}; give the findings.json of a run, or the folder of a version.")
    return read(path)


def as_csv(found: "pd.DataFrame") -> Iterator[str]:
    """The text in pieces."""
    import pyarrow as pa

    from exports.findings_csv import cells

    yield ",".join(found.columns) + "\n"
    for start in range(0, len(found), BLOCK):
        block = found.iloc[start : start + BLOCK]
        columns = [cells(pa.array(block[name], pa.string(), from_pandas=True)).to_pylist() for name in block]
        yield "".join(f"{','.join(row)}\n" for row in zip(*columns, strict=True))


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

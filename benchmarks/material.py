"""What the stages are measured on: an invented authority with many defects, as care records, XML and frames.

SPOILT is tuned by what comes of it: every defect that can stand beside the others, each in 2.8 % of the children, gives
6.6 findings a child (330,000 at 50,000 children, as many as in the random data that the open-source validators were
measured on). The XML holds what can be written of it, so it is read, typed and found wrong like any authority's file;
the 2 % of the findings that are in what no file can hold are not in it. 1,000 children are 1.27 MB.
"""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RETURN, PERIOD, UNIT, SEED = "cin", "2025-26", "356", 1
SPOILT = "all=0.028"
DATABASE, XML, FACTS = "care_records.sqlite", "return.xml", "facts.json"
RAW, TYPED, FOUND = "raw", "typed", "found"


def make(folder: Path, children: int) -> dict[str, Any]:
    """Fill `folder`, unless it is filled, and say what is in it: header, children, bytes of the XML, findings …"""
    if not (folder / FACTS).exists():
        facts = _made(folder, children)
        (folder / FACTS).write_text(json.dumps(facts))
    return json.loads((folder / FACTS).read_text())


def _made(folder: Path, children: int) -> dict[str, Any]:
    from assets.sources.demo_folder import make_demo
    from exports import xml
    from validation.rule import run
    from validation.rules import book
    from validation.submission import submit
    from validation.typed import as_frames

    make_demo(RETURN, UNIT, PERIOD, children, SEED, folder, SPOILT, dt.datetime(2026, 4, 20, 9, 15))
    next(folder.glob("*.xml")).rename(folder / XML)
    document = xml.read(folder / XML)
    given = submit(RETURN, document.tables, document.period)
    outcome = run(book(RETURN), given, issues=document.issues)
    keep(folder / RAW, document.tables)
    keep(folder / TYPED, as_frames(given.tables))
    keep(folder / FOUND, {"findings": outcome.findings})
    return {
        "header": document.header,
        "children": children,
        "bytes": (folder / XML).stat().st_size,
        "rows": sum(map(len, document.tables.values())),
        "findings": len(outcome.findings),
        "ran": outcome.ran,
        "not run": outcome.not_run,
        "crashed": outcome.crashed,
    }


def keep(folder: Path, frames: Mapping[str, "pd.DataFrame"]) -> None:
    """Frames as Parquet files, so that a stage starts from the values of the one before without having run it."""
    folder.mkdir()
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet")


def kept(folder: Path) -> "dict[str, pd.DataFrame]":
    """What `keep` wrote."""
    import pandas as pd

    return {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}

"""What the stages are measured on, with many defects: of each return its files, and the frames between the stages.

Children in need: an invented authority as care records and XML. SPOILT is tuned by what comes of it: every defect that
can stand beside the others, each in 2.8 % of the children, gives 6.6 findings a child (330,000 at 50,000 children, as
many as in the random data that the open-source validators were measured on). The XML holds what can be written of it,
so it is read, typed and found wrong like any authority's file; the 2 % of the findings that are in what no file can
hold are not in it. 1,000 children are 1.27 MB.

Children looked after: `benchmarks.crowd` as CSV files of this year and last, as XML what can be written of it; the care
records are those of the invented authority.
"""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from validation.submission import Submission

RETURNS = ("cin", "cla")
PERIOD, UNIT, SEED = "2025-26", "356", 1
SPOILT = "all=0.028"
DATABASE, XML, FACTS = "care_records.sqlite", "return.xml", "facts.json"
RAW, TYPED, FOUND = "raw", "typed", "found"
FILES, LAST_YEAR, PROVIDERS = "files", "last_year", "providers"


def make(name: str, folder: Path, children: int) -> dict[str, Any]:
    """Fill `folder`, unless it is filled, and say what is in it: return, children, bytes of the XML, findings …"""
    if not (folder / FACTS).exists():
        facts = {"return": name, "children": children, **_MADE[name](folder, children)}
        (folder / FACTS).write_text(json.dumps(facts))
    return facts_of(folder)


def facts_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / FACTS).read_text())


def xml_files(folder: Path) -> list[Path]:
    """The return as XML: one file, or several of which each holds a part."""
    return sorted(folder.glob("return*.xml"))


def _in_need(folder: Path, children: int) -> dict[str, Any]:
    from assets.sources.demo_folder import make_demo
    from exports import xml
    from validation.submission import submit

    make_demo("cin", UNIT, PERIOD, children, SEED, folder, SPOILT, dt.datetime(2026, 4, 20, 9, 15))
    next(folder.glob("*.xml")).rename(folder / XML)
    document = xml.read(folder / XML)
    given = submit("cin", document.tables, document.period)
    keep(folder / RAW, document.tables)
    return {"header": document.header, **_found(folder, given, document.issues)}


def _looked_after(folder: Path, children: int) -> dict[str, Any]:
    from assets.sources.demo import write
    from assets.sources.demo_care import care_population
    from benchmarks.crowd import Crowd
    from exports import xml
    from returns import described
    from validation.submission import submit
    from validation.typed import as_frames

    write(care_population(children, SEED, PERIOD, UNIT), f"sqlite:///{folder / DATABASE}")
    crowd = Crowd(children, PERIOD, SEED)
    for year, tables in ((RAW, crowd.now), (LAST_YEAR, crowd.last)):
        (folder / FILES / year).mkdir(parents=True)
        for name, frame in tables.items():
            frame.to_csv(folder / FILES / year / f"{name}.csv", index=False)
    keep(folder / RAW, crowd.now)
    keep(folder / PROVIDERS, {PROVIDERS: crowd.providers})
    given = submit("cla", crowd.now, PERIOD, previous=crowd.last, authority=UNIT, providers=crowd.providers)
    assert given.previous is not None
    keep(folder / LAST_YEAR, as_frames(given.previous))
    at = described("cla").at(PERIOD)
    for written in xml.write_files(given.tables, at, {}, folder / XML, incomplete=True):
        written.path.rename(folder / written.path.name.replace("_INCOMPLETE_NOT_FOR_SUBMISSION", ""))
    return _found(folder, given)


def _found(folder: Path, given: "Submission", issues: "pd.DataFrame | None" = None) -> dict[str, Any]:
    """Keep the typed tables and the findings, and say how much there is of everything."""
    from validation.rule import run
    from validation.rules import book
    from validation.typed import as_frames

    outcome = run(book(given.asked.name), given, issues=issues)
    keep(folder / TYPED, as_frames(given.tables))
    keep(folder / FOUND, {"findings": outcome.findings})
    tables = [typed.tables for typed in (given.tables, given.previous) if typed]
    return {
        "bytes": sum(path.stat().st_size for path in xml_files(folder)),
        "rows": sum(len(frame) for frames in tables for frame in frames.values()),
        "findings": len(outcome.findings),
        "ran": outcome.ran,
        "not run": outcome.not_run,
        "crashed": outcome.crashed,
    }


_MADE = {"cin": _in_need, "cla": _looked_after}


def keep(folder: Path, frames: Mapping[str, "pd.DataFrame"]) -> None:
    """Frames as Parquet files, so that a stage starts from the values of the one before without having run it."""
    folder.mkdir()
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet")


def kept(folder: Path) -> "dict[str, pd.DataFrame]":
    """What `keep` wrote."""
    import pandas as pd

    return {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}

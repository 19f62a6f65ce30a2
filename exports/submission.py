"""The files of a return that go to the Department, of whatever kind it takes: named, marked, written in one place."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from exports import durable
from exports.csv_files import write_files
from exports.header import header
from exports.version import NOT_FOR_SUBMISSION
from exports.xml import obstacles
from exports.xml import write_files as write_xml
from exports.xml_write import OBSTACLES
from returns.model import Return
from validation.typed import Typed

INVENTED_BY = "DEMO"  # the software code of what nobody lived


@dataclass(frozen=True)
class Made:
    """The files, what could not be written and why, how many faults a registered schema found, the serial number."""

    paths: list[Path]
    obstacles: pd.DataFrame
    faults: int = 0
    serial: str = ""


def write(
    kind: str,
    given: Typed,
    at: Return,
    unit: str,
    folder: Path,
    *,
    demo: bool,
    ruleset: str,
    incomplete: bool,
    software: tuple[str, str],
    serial: Callable[[], str],
    home: Path | None = None,
) -> Made:
    """Write the return `at` a period as files of `kind` ("csv", "xml") into `folder`, whole or none of them.

    Invented data (`demo`) and other rules than the period's own (`ruleset`) mark every name as not for submission.
    `serial` is asked only where a file with a header is written. Where something cannot be written there is no file,
    unless `incomplete`: that is of XML, as CSV holds every cell as it was given. Without a table that is needed there
    is none at all.
    """
    for path in folder.glob(f"*.{kind}"):
        path.unlink()
    if len(unsent := _unsent(given, at)):
        return Made([], unsent)
    mark = ("_DEMO" if demo else "") + (f"_RULES_{ruleset}" if ruleset else "")
    mark += NOT_FOR_SUBMISSION if mark else ""
    if kind == "csv":
        nothing = pd.DataFrame(columns=list(OBSTACLES)).astype(OBSTACLES)
        return Made([_marked(path, mark) for path in write_files(given, at, folder)], nothing)
    stopping = obstacles(given, at)
    if len(stopping) and not incomplete:
        return Made([], stopping)
    assert at.period is not None
    number = serial() if at.authority else ""
    name, release = (INVENTED_BY if demo else software[0]), software[1]
    line = header(at, at.period.name, unit, name, release, number, dt.datetime.now()) if at.authority else None
    head = {} if line is None else {str(field): text for field, text in line.iloc[0].items() if isinstance(text, str)}
    target = folder / f"{at.name}_{unit}_{at.period}{mark}.xml"
    made = write_xml(given, at, head, target, incomplete=incomplete, home=home)
    return Made([each.path for each in made], stopping, sum(len(each.faults) for each in made), number)


def _unsent(given: Typed, at: Return) -> pd.DataFrame:
    """The tables without which files of this return are no return."""
    lacking = [table.name for table in at if table.needed and not given.supplied[table.name]]
    gaps = pd.DataFrame({"table": lacking, "rule": "schema", "why": "the table was not given"})
    return gaps.reindex(columns=list(OBSTACLES)).astype(OBSTACLES)


def _marked(path: Path, mark: str) -> Path:
    if not mark:
        return path
    marked = path.with_stem(path.stem + mark)
    path.replace(marked)
    durable.sync(path.parent)
    return marked

"""A finding known again in another run: a key that hangs on what it is about, not on where its row stands.

The key is made of return, rule, child, table, what tells the child's rows apart, and the flagged fields. Rows that
share all of it share the key: they are counted.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exports.report import Part, Report
from returns.refusal import Refusal
from validation.typed import TEXT

COLUMNS = ("state", "rule", "severity", "table", "child", "record", "fields")
NEW, SOLVED, STILL = "new", "solved", "still there"
LARGEST = 512 << 20  # bytes; a million findings are about 240 MB
_APART = "\x1f"  # in no text that a document can hold


class NoFindings(Refusal):
    """A file that is no list of findings with keys."""


def records(report: Report, part: Part) -> pa.StringArray:
    """What tells each flagged row apart from the child's others, as `2025-05-01`; empty where a child has one row."""
    table = part.table
    names = report.asked[table].key if table and table in report.asked else ()
    texts = []
    for name in names:
        column = report.coded(str(table), name)
        codes = np.where(part.rows < 0, -1, column.codes[part.rows])
        texts.append(pc.fill_null(column.texts.take(pa.array(codes, mask=codes < 0)), ""))
    return pc.binary_join_element_wise(*texts, " ") if texts else pa.array([""] * len(part.rows), pa.string())


def keys(report: Report, part: Part) -> pa.StringArray:
    """The key of each finding: 16 hexadecimal digits."""
    same = _APART.join([report.asked.name, part.rule, part.table or "", ",".join(part.fields)])
    about = pc.binary_join_element_wise(same, pc.fill_null(part.child, ""), records(report, part), _APART)
    hashes = pd.util.hash_array(about.to_numpy(zero_copy_only=False), categorize=False)
    return pa.array([f"{number:016x}" for number in hashes.tolist()], pa.string())


def read(path: Path) -> dict[str, Any]:
    """A run as its findings.json holds it. Raises NoFindings."""
    try:
        if path.stat().st_size > LARGEST:
            raise NoFindings(f"{path.name} is larger than {LARGEST >> 20} MiB; give the findings.json of a run.")
        run = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise NoFindings(f"{path.name} cannot be read as JSON; give the findings.json of a run.") from None
    found = run.get("findings") if isinstance(run, dict) and isinstance(run.get("facts"), dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) and _is_finding(each) for each in found):
        raise NoFindings(f"{path.name} is no list of findings with keys; give the findings.json of a run.")
    return run


def _is_finding(each: dict[str, Any]) -> bool:
    """All of it is text, but for the list of fields, which is of text."""
    texts = [each.get(name) for name in ("problem", *COLUMNS[1:-1])]
    fields = each.get("fields") or []
    return (
        "problem" in each
        and isinstance(fields, list)
        and all(text is None or isinstance(text, str) for text in (*texts, *fields))
    )


def compare(before: Iterable[dict[str, Any]], now: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Every finding of two runs as new, solved or still there, in that order: columns COLUMNS, solved ones as they
    were."""
    one, other = _numbered(before), _numbered(now)
    still = other.index.isin(one.index)
    found = pd.concat(
        [
            other[~still].assign(state=NEW),
            one[~one.index.isin(other.index)].assign(state=SOLVED),
            other[still].assign(state=STILL),
        ]
    )
    return found[list(COLUMNS)].reset_index(drop=True)


def _numbered(found: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Findings by key and, of those with one key, by number."""
    names = ("problem", *(name for name in COLUMNS if name != "state"))
    frame = pd.DataFrame([{name: each.get(name) for name in names} for each in found], columns=list(names))
    frame["fields"] = frame["fields"].map(lambda listed: ", ".join(listed or ()))
    frame = frame.astype(TEXT)
    return frame.set_index(["problem", frame.groupby("problem").cumcount()])

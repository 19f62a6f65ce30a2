"""A finding known again in another run: a key that hangs on what it is about, not on where its row stands.

The key is made of return, rule, child, table, what tells the child's rows apart, and the flagged fields. Rows that
share all of it share the key: they are counted.
"""

import json
from functools import partial
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
_KEPT = ("problem", *COLUMNS[1:])
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
    """A run as its findings.json holds it; "findings" as a frame of text: problem (the key) and COLUMNS but `state`.

    Raises NoFindings.
    """
    known: dict[str, str] = {}  # texts that come again are kept once
    try:
        if path.stat().st_size > LARGEST:
            raise NoFindings(f"{path.name} is larger than {LARGEST >> 20} MiB; give the findings.json of a run.")
        run = json.loads(path.read_text(encoding="utf-8"), object_hook=partial(_shortened, known))
        found = run.get("findings") if isinstance(run, dict) and isinstance(run.get("facts"), dict) else None
        if not isinstance(found, list) or not all(isinstance(each, tuple) for each in found):
            raise NoFindings(f"{path.name} is no list of findings with keys; give the findings.json of a run.")
        return run | {"findings": pd.DataFrame(found, columns=list(_KEPT), dtype=TEXT)}
    except (OSError, ValueError, RecursionError):
        raise NoFindings(f"{path.name} cannot be read as JSON; give the findings.json of a run.") from None


def _shortened(known: dict[str, str], each: dict[str, Any]) -> dict[str, Any] | tuple[str | None, ...]:
    """What is kept of a finding, whose values would fill the memory; another object as it is."""
    if "problem" not in each:
        return each
    fields = each.get("fields") or []
    texts = [each.get(name) for name in _KEPT[:-1]]
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        return each
    if not all(text is None or isinstance(text, str) for text in texts):
        return each
    return tuple(None if text is None else known.setdefault(text, text) for text in (*texts, ", ".join(fields)))


def compare(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Every finding of two runs, as `read`, as new, solved or still there, in that order: columns COLUMNS, solved ones
    as they were."""
    one, other = _numbered(before["problem"], now["problem"])
    still = np.isin(other, one)
    found = pd.concat(
        [
            now[~still].assign(state=NEW),
            before[~np.isin(one, other)].assign(state=SOLVED),
            now[still].assign(state=STILL),
        ],
        ignore_index=True,
    )
    return found[list(COLUMNS)]


def _numbered(*runs: pd.Series) -> list[np.ndarray]:
    """A number for each finding, the same for that of one key and, of those with one key, of one place among them."""
    keys, _ = pd.factorize(pd.concat(runs, ignore_index=True))
    parts = np.split(keys, np.cumsum([len(run) for run in runs])[:-1])
    places = [pd.Series(part).groupby(part).cumcount().to_numpy() for part in parts]
    most = max((int(place.max(initial=0)) for place in places), default=0) + 1
    return [part.astype("int64") * most + place for part, place in zip(parts, places, strict=True)]

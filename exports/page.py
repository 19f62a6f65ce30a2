"""The findings as one page that needs nothing else: the summary as plain HTML, everything below it as packed columns.

The packed data: zlib-deflated, base64, in one data block. Inside: the length of a JSON head (4 bytes, little-endian),
the head, then the columns. A column is unsigned integers split into planes (all low bytes, then all second bytes …),
which deflate packs best; the head says where each begins. Distinct texts stand once in the head; 0 in a column of codes
is an empty cell.
"""

import base64
import functools
import hashlib
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exports.report import CRASHED, NOT_ASKED, NOT_RUN, RAN, Part, Report
from validation.findings import READING

TEMPLATES = Path(__file__).parent / "templates"
ROWS_SHOWN = 200


def page(report: Report) -> bytes:
    """The whole page, UTF-8."""
    style, script = (_text(name) for name in ("page.css", "page.js"))
    found = report.rules[report.rules["findings"] > 0]
    html = _template().render(
        report=report,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        packed=packed(report),
        totals=report.totals,
        facts=[(_told(name), value) for name, value in report.facts.items() if value and name != "demo"],
        rules=_listed(report.rules[(report.rules["state"] == RAN) | (report.rules["findings"] > 0)]),
        found=len(found),
        reading=list(READING),
        from_reading=set(found.loc[found["code"].isin(list(READING)), "severity"]),
        not_run=_listed(report.rules[report.rules["state"] == NOT_RUN].sort_values("code")),
        crashed=_listed(report.rules[report.rules["state"] == CRASHED].sort_values("code")),
        not_asked=int((report.rules["state"] == NOT_ASKED).sum()),
        tables=[name for name in (table.name for table in report.asked) if _flagged(report, name)],
        local=_listed(report.local),
        settings={row["code"]: row for row in _listed(report.local)},
        left_out=_listed(report.left_out),
        issues=_grouped(report.issues, ["what", "table", "field"]),
        obstacles=_grouped(report.obstacles, ["why", "rule", "table", "field"]),
        issue_rows=_listed(report.issues.head(ROWS_SHOWN)),
        obstacle_rows=_listed(report.obstacles.head(ROWS_SHOWN)),
        rows_shown=ROWS_SHOWN,
    )
    return html.encode()


def _told(name: str) -> str:
    return name.replace("_", " ").replace("sha256", "SHA-256")


def _flagged(report: Report, table: str) -> bool:
    return bool(report.rules["flags"].str.contains(f"{table}.", regex=False).any())


def packed(report: Report) -> str:
    """The findings and the records of children with findings, as the page's script reads them."""
    columns = _Columns()
    order = {table.name: number for number, table in enumerate(report.asked)}
    records = {name: _records(report, name) for name in order}
    told = ["code", "severity", "title", "advice", "confidence", "severity_confirmed"]
    home = report.subjects["table"].map(order).astype("float64").fillna(-1).to_numpy(dtype="int64")
    head = {
        "rules": _listed(report.rules.loc[report.rules["findings"] > 0, told]),
        "subjects": {
            "id": _texts(report.subjects["id"]),
            "table": columns.add(home + 1),
            "child": columns.add(report.subjects["child"].to_numpy()),
        },
        "tables": [_table(report, name, records[name], columns) for name in order],
        **_findings(report, records, order, columns),
    }
    written = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    pack = zlib.compressobj(5)
    pieces = [pack.compress(piece) for piece in (len(written).to_bytes(4, "little"), written, *columns.planes)]
    return base64.b64encode(b"".join([*pieces, pack.flush()])).decode()


class _Columns:
    """Columns put one after the other; `add` answers with what the head says of one: start, entries, bytes an entry."""

    def __init__(self) -> None:
        self.planes: list[bytes] = []
        self.size = 0

    def add(self, values: np.ndarray) -> list[int]:
        most = int(values.max(initial=0))
        wide = 1 if most < 1 << 8 else 2 if most < 1 << 16 else 4
        plane = np.ascontiguousarray(values.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :wide].T).tobytes()
        self.planes.append(plane)
        self.size += len(plane)
        return [self.size - len(plane), len(values), wide]


class _Records:
    """The embedded rows of one table, by subject: positions in the table, and where each subject's rows begin."""

    def __init__(self, subject: np.ndarray, subjects: int) -> None:
        kept = np.flatnonzero(subject >= 0)
        self.at = kept[np.argsort(subject[kept], kind="stable")]
        self.subject = subject[self.at]
        self.per_subject = np.bincount(self.subject, minlength=subjects)
        start = np.cumsum(self.per_subject) - self.per_subject
        self.local = np.full(len(subject), -1, dtype="int64")
        self.local[self.at] = np.arange(len(self.at)) - start[self.subject]


def _records(report: Report, name: str) -> _Records:
    return _Records(report.of_subject[name], len(report.subjects))


def _table(report: Report, name: str, records: _Records, columns: _Columns) -> dict[str, Any]:
    frame, described = report.tables.tables[name], report.asked[name]
    fields = []
    for item in report.columns(name):
        column = report.coded(name, item)
        codes = column.codes[records.at]
        used, fresh = _used(codes, len(column.texts))
        entry: dict[str, Any] = {"name": item, "label": described[item].label}
        if item == report.asked.child and _same(column.texts, codes, report.subjects["id"], records.subject):
            entry["child"] = True
        else:
            entry["codes"] = columns.add(fresh)
            entry["texts"] = column.texts.take(pa.array(used)).to_pylist()
            entry["unreadable"] = int(np.searchsorted(used, column.unreadable))
        fields.append(entry)
    labels = frame.index[records.at]
    made: dict[str, Any] = {
        "name": name,
        "label": described.label,
        "of_children": report.asked.child in described,
        "fields": fields,
        "rows": columns.add(records.per_subject),
    }
    if pd.api.types.is_integer_dtype(labels.dtype):
        steps = np.diff(labels.to_numpy(dtype="int64"), prepend=0)
        if len(steps) and int(np.abs(steps).max()) < 1 << 30:
            return made | {"steps": columns.add(np.where(steps < 0, -2 * steps - 1, 2 * steps))}
    return made | {"labels": [str(label) for label in labels.tolist()]}


def _used(codes: np.ndarray, distinct: int) -> tuple[np.ndarray, np.ndarray]:
    """The codes that occur, in order, and the codes counted anew by them from 1 (0: empty)."""
    seen = np.zeros(distinct + 1, dtype=bool)
    seen[codes] = True
    used = np.flatnonzero(seen[:-1])
    number = np.zeros(distinct + 1, dtype="int64")
    number[used] = np.arange(1, len(used) + 1)
    number[-1] = 0
    return used, number[codes]


def _same(texts: pa.StringArray, codes: np.ndarray, ids: pd.Series, subject: np.ndarray) -> bool:
    given = texts.take(pa.array(codes, mask=codes < 0))
    wanted = pc.cast(pa.array(ids, from_pandas=True), pa.string()).take(pa.array(subject))
    return pc.fill_null(given, "").equals(pc.fill_null(wanted, ""))


def _findings(
    report: Report, records: Mapping[str, _Records], order: Mapping[str, int], columns: _Columns
) -> dict[str, Any]:
    """The findings sorted by rule, then subject, failure and row.

    Small numbers only: the part, steps from subject to subject, the row within the subject's rows (0: none), and 1
    where another failure begins.
    """
    code = {rule: number for number, rule in enumerate(report.rules["code"])}

    def flagged(part: Part) -> list[int]:
        held = report.columns(part.table)
        return [held.index(name) for name in part.fields if name in held]

    def spread(each: Any) -> np.ndarray:
        return np.concatenate(
            [each(number, part) for number, part in enumerate(report.parts)] or [np.empty(0, "int64")]
        )

    def local(_: int, part: Part) -> np.ndarray:
        if part.table is None or part.table not in records:
            return np.zeros(len(part.rows), "int64")
        return np.where(part.rows < 0, 0, records[part.table].local[part.rows] + 1)

    kind = spread(lambda number, part: np.full(len(part.rows), number))
    rule = spread(lambda _, part: np.full(len(part.rows), code[part.rule]))
    subject = spread(lambda _, part: part.subjects)
    group = spread(lambda _, part: part.group)
    row = spread(local)
    by = np.lexsort((row, kind, group, subject, rule))
    kind, rule, subject, group, row = (values[by] for values in (kind, rule, subject, group, row))
    new_rule = np.diff(rule, prepend=-1) != 0
    step = np.where(new_rule, subject, np.diff(subject, prepend=0))
    begins = new_rule | (step > 0) | (np.diff(group, prepend=-1) != 0)
    return {
        "parts": [
            {
                "rule": code[part.rule],
                "severity": part.severity,
                "table": order.get(part.table or "", -1),
                "fields": flagged(part),
                "where": ", ".join(part.fields),
            }
            for part in report.parts
        ],
        "part": columns.add(kind),
        "step": columns.add(step),
        "row": columns.add(row),
        "begins": columns.add(begins),
    }


def _texts(values: pd.Series) -> list[str | None]:
    texts: list[str | None] = pa.array(values, from_pandas=True).to_pylist()
    return texts


def _listed(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _grouped(frame: pd.DataFrame, by: list[str]) -> list[dict[str, Any]]:
    """How often each kind comes, the most frequent first."""
    counts = frame.groupby(by, dropna=False, sort=False).size().rename("count").reset_index()
    return _listed(counts.sort_values("count", ascending=False))


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


@functools.cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment.get_template("page.html")

"""Everything that a report holds as JSON for other programs: one finding a line, values exactly as read."""

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exports.findings_csv import joined
from exports.problems import keys, records
from exports.report import CRASHED, NOT_RUN, Part, Report


def pieces(report: Report) -> Iterator[bytes]:
    """The document in pieces; dates as YYYY-MM-DD, missing values null, unreadable cells as their raw text."""
    head = {
        "facts": dict(report.facts),
        "counts": report.totals,
        "rules": _records(report.rules),
        "not_run": _reasons(report, NOT_RUN),
        "crashed": _reasons(report, CRASHED),
        "left_out": _records(report.left_out),
        "issues": _records(report.issues),
        "obstacles": _records(report.obstacles),
        "local": _records(report.local),
    }
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}").encode() + b',\n "findings": ['
    start = "\n"
    for part in report.blocks():
        block = _lines(report, part)
        yield start.encode() + block.removesuffix(b",\n")
        start = ",\n"
    yield b"\n ]\n}\n"


def _lines(report: Report, part: Part) -> bytes:
    same = json.dumps({"rule": part.rule, "severity": part.severity, "table": part.table}, ensure_ascii=False)
    integral = part.table is not None and pd.api.types.is_integer_dtype(report.tables.tables[part.table].index.dtype)
    label = part.labels if integral else _written(part.labels)
    cells: list[Any] = []
    columns = report.columns(part.table)
    for name in (name for name in part.fields if name in columns):
        column = report.coded(part.table or "", name)
        distinct = pa.concat_arrays([_written(column.texts), pa.array(["null"])])
        codes = column.codes[part.rows]
        codes[(codes < 0) | (part.rows < 0)] = len(distinct) - 1
        cells += [f"{', ' if cells else ''}{json.dumps(name)}: ", distinct.take(pa.array(codes))]
    return joined(
        f'{same.removesuffix("}")}, "row": ',
        pc.fill_null(label, "null"),
        f', "fields": {json.dumps(list(part.fields))}, "child": ',
        _written(part.child),
        ', "record": ',
        _written(records(report, part)),
        ', "problem": "',
        keys(report, part),
        '", "values": {',
        *cells,
        '}, "group": ',
        pc.cast(pa.array(part.group), pa.string()),
        "},\n",
    )


def _written(texts: pa.StringArray) -> pa.StringArray:
    """Texts as JSON, each distinct one written once; missing is null."""
    encoded = pc.dictionary_encode(texts)
    distinct = pa.array([json.dumps(text, ensure_ascii=False) for text in encoded.dictionary.to_pylist()] + ["null"])
    return distinct.take(pc.fill_null(encoded.indices, len(distinct) - 1))


def _reasons(report: Report, state: str) -> dict[str, str]:
    rules = report.rules[report.rules["state"] == state]
    return dict(zip(rules["code"].tolist(), rules["reason"].tolist(), strict=True))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")

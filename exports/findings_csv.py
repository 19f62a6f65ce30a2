"""All findings as CSV for people: opened by a spreadsheet, read by a person, harmless in both."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exports.report import Part, Report

COLUMNS = ("rule", "severity", "confidence", "title", "table", "row", "fields", "child", "values", "group", "advice")
BOM = b"\xef\xbb\xbf"
FORMULA = r"^[\p{Z}\p{Cf}]*[=+\-@\t\r\n＝＋－＠﹢﹣﹦﹫]"
NUMBER = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"
NEEDS_QUOTES = r'[",\r\n;\t]|^[ \p{Z}]|[ \p{Z}]$'


def lines(report: Report) -> Iterator[bytes]:
    """The file in pieces: RFC 4180, UTF-8 with BOM, one line per finding, errors first, by rule, in reading order."""
    yield BOM + ",".join(COLUMNS).encode() + b"\r\n"
    facts = report.rules.set_index("code")[["confidence", "title", "advice"]].to_dict("index")
    for part in report.blocks():
        rule = facts[part.rule]
        before = [part.rule, part.severity, rule["confidence"], rule["title"], part.table or ""]
        yield joined(
            ",".join(cells(pa.array(before)).to_pylist()) + ",",
            cells(part.labels),
            "," + cells(pa.array([",".join(part.fields)]))[0].as_py() + ",",
            cells(part.child),
            ",",
            cells(values(report, part)),
            ",",
            pc.cast(pa.array(part.group), pa.string()),
            "," + cells(pa.array([rule["advice"]]))[0].as_py() + "\r\n",
        )


def values(report: Report, part: Part) -> pa.StringArray:
    """The flagged fields of each finding as one text: `field=value; field=value`, an empty cell as `field=`."""
    columns = report.columns(part.table)
    pairs: list[Any] = []
    for name in part.fields:
        if name not in columns:
            continue
        column = report.coded(part.table or "", name)
        distinct = pc.binary_join_element_wise(f"{name}=", column.texts, "")
        distinct = pa.concat_arrays([distinct, pa.array([f"{name}=", ""])])
        codes = column.codes[part.rows]
        codes[codes < 0] = len(distinct) - 2
        codes[part.rows < 0] = len(distinct) - 1
        pairs.append(distinct.take(pa.array(codes)))
    if not pairs:
        return pa.array([""] * len(part.rows), pa.string())
    return pc.binary_join_element_wise(*pairs, "; ")


def harmless(texts: pa.StringArray) -> pa.StringArray:
    """An apostrophe before what a spreadsheet would take for a formula; plain numbers stay as they are."""
    risky = pc.match_substring_regex(texts, FORMULA)
    if not pc.any(risky).as_py():
        return texts
    number = pc.match_substring_regex(texts, NUMBER)
    return pc.if_else(pc.and_not(risky, number), pc.binary_join_element_wise("'", texts, ""), texts)


def cells(texts: pa.StringArray) -> pa.StringArray:
    """Texts as CSV cells: harmless, in quotes where RFC 4180 wants them; missing is empty."""
    safe = pc.fill_null(harmless(texts), "")
    quoted = pc.match_substring_regex(safe, NEEDS_QUOTES)
    if not pc.any(quoted).as_py():
        return safe
    doubled = pc.replace_substring(safe, '"', '""')
    return pc.if_else(quoted, pc.binary_join_element_wise('"', doubled, '"', ""), safe)


def joined(*pieces: str | pa.StringArray) -> bytes:
    """Arrays (one entry a line) and texts that all lines share, joined and given as one block of bytes."""
    whole = pc.binary_join_element_wise(*pieces, "")
    _, offsets, text = whole.buffers()
    bounds = np.frombuffer(offsets, "<i4")
    return bytes(text[int(bounds[whole.offset]) : int(bounds[whole.offset + len(whole)])])

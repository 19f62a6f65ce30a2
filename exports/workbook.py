"""The findings as a workbook: summary, rules, the first 100,000 findings, rules not run, rows left out, what stops the
XML."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from exports.findings_csv import values
from exports.report import BESIDE, CRASHED, NOT_ASKED, NOT_RUN, Report

MOST_FINDINGS = 100_000
STOPS = "What stops the XML"
LONGEST = 32_767  # characters in a cell

FINDINGS = ("rule", "severity", "title", "table", "row", "fields", "child", "values", "group")
RULES = {
    "code": "rule",
    "severity": "severity",
    "findings": "findings",
    "children": "children",
    "title": "title",
    "advice": "advice",
    "confidence": "confidence",
    "severity_confirmed": "severity confirmed",
    "state": "state",
    "flags": "fields",
}


def write(report: Report, path: Path) -> None:
    """Write the workbook to `path`. Every cell that comes from data is text: nothing becomes a formula or a link."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with (
        tempfile.TemporaryDirectory() as folder,  # the library leaves its own files behind where it is interrupted
        xlsxwriter.Workbook(str(path), {**options, "tmpdir": folder}) as workbook,
    ):
        heading = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})

        def sheet(name: str, columns: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]) -> None:
            made = workbook.add_worksheet(name)
            made.freeze_panes(1, 0)
            for at, width in enumerate(widths):
                made.set_column(at, at, width)
            for at, column in enumerate(columns):
                made.write_string(0, at, column, heading)
            last = 0
            for last, row in enumerate(rows, 1):
                for at, cell in enumerate(row):
                    if isinstance(cell, int) and not isinstance(cell, bool):
                        made.write_number(last, at, cell)
                    elif cell is not None and cell == cell:  # noqa: PLR0124 - NaN is the one value that differs from itself
                        made.write_string(last, at, str(cell)[:LONGEST])
            if columns and last:
                made.autofilter(0, 0, last, len(columns) - 1)

        rules = report.rules
        sheet("Summary", ("What", "Value"), (44, 80), _summary(report))
        sheet(
            "Rules",
            tuple(RULES.values()),
            (10, 10, 10, 10, 70, 90, 12, 18, 10, 60),
            rules[list(RULES)].to_numpy().tolist(),
        )
        sheet("Findings", FINDINGS, (10, 10, 60, 22, 10, 36, 20, 70, 10), _findings(report))
        left = rules[rules["state"].isin([NOT_RUN, CRASHED, NOT_ASKED])].sort_values(["state", "code"])
        sheet(
            "Not run",
            ("rule", "state", "reason", "title"),
            (10, 12, 70, 80),
            left[["code", "state", "reason", "title"]].to_numpy().tolist(),
        )
        sheet("Left out", ("table", "reason", "rows"), (26, 80, 10), report.left_out.astype(object).to_numpy().tolist())
        if len(report.obstacles):
            shown = report.obstacles.head(MOST_FINDINGS).astype(object).to_numpy().tolist()
            sheet(STOPS, BESIDE["obstacles"], (26, 10, 36, 10, 80), shown)


def _summary(report: Report) -> Iterator[tuple[str, Any]]:
    yield from ((name.replace("_", " "), value) for name, value in report.facts.items())
    yield from report.totals.items()
    total = sum(len(part.rows) for part in report.parts)
    shown = (
        f"the first {MOST_FINDINGS:,} of {total:,}; all of them are in the CSV file"
        if total > MOST_FINDINGS
        else f"all {total:,}"
    )
    yield "sheet Findings holds", shown
    for row in report.local.itertuples():
        yield f"local setting for {row.code}", f"{row.setting}: {row.reason} ({row.author}, until {row.expires})"
    if report.tried:
        yield "cells and rows that stop a complete XML file", len(report.obstacles)
    if len(report.obstacles) > MOST_FINDINGS:
        yield f"sheet {STOPS} holds", f"the first {MOST_FINDINGS:,}; all of them are in the JSON file"
    yield "remarks from reading the source", len(report.issues)


def _findings(report: Report) -> Iterator[Sequence[Any]]:
    title = dict(zip(report.rules["code"], report.rules["title"], strict=True))
    for part in report.blocks(limit=MOST_FINDINGS):
        same = (part.rule, part.severity, title[part.rule], part.table or "")
        listed = ",".join(part.fields)
        told = values(report, part).to_pylist()
        labels = pc.fill_null(part.labels, "").to_pylist()
        children = pc.fill_null(part.child, "").to_pylist()
        for label, child, told_here, group in zip(labels, children, told, part.group.tolist(), strict=True):
            yield (*same, label, listed, child, told_here, group)

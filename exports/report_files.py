"""The findings report as files: a page, a workbook, CSV and JSON; what each needs is loaded when it is written."""

from pathlib import Path

from exports.report import Report


def write_page(report: Report, path: Path) -> None:
    """One HTML file that needs nothing else: no network, no server."""
    from exports.page import page

    Path(path).write_bytes(page(report))


def write_workbook(report: Report, path: Path) -> None:
    """An Excel workbook: Summary, Rules, Findings (the first 100,000), Not run, Left out, What stops the XML."""
    from exports.workbook import write

    write(report, Path(path))


def write_csv(report: Report, path: Path) -> None:
    """Every finding for people: RFC 4180, UTF-8 with BOM, no cell that a spreadsheet takes for a formula."""
    from exports.findings_csv import lines

    with Path(path).open("wb") as file:
        file.writelines(lines(report))


def write_json(report: Report, path: Path) -> None:
    """Everything for other programs, values exactly as read."""
    from exports.findings_json import pieces

    with Path(path).open("wb") as file:
        file.writelines(pieces(report))

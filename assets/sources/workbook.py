"""The only place where an Excel workbook is read.

A workbook is a zip of XML: before openpyxl sees it, its parts are counted and measured as they really unpack, and a
document type in any of them is refused. A refusal names the file and what to do; openpyxl's own messages are not passed
on because they may quote cells.
"""

import io
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import openpyxl

from assets.sources.errors import SourceError

LARGEST = 32 << 20  # bytes of the file
UNPACKED = 64 << 20  # bytes; the list of all children's homes of England is about 15 MB
PACKED_TIMES = 100
PARTS = 1_000
ROWS, COLUMNS = 100_000, 500
_CHUNK = 256 << 10
_OVERLAP = 32
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_OLD = b"\xd0\xcf\x11\xe0"


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each sheet that is not hidden, values only. Raises SourceError."""
    body = _whole(path)
    if body.startswith(_OLD):
        raise SourceError(f"{path.name} is an old or a protected Excel file; save it as .xlsx without a password.")
    _refuse_unsafe(path, body)
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and the like, which are not read
            workbook = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
            return {sheet.title: _rows(path, sheet) for sheet in workbook.worksheets if sheet.sheet_state == "visible"}
    except SourceError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the XML makes it stumble over
        raise SourceError(f"{path.name} cannot be read as an Excel workbook; save it anew in Excel.") from None


def _whole(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise SourceError(f"{path.name} is larger than {LARGEST >> 20} MiB; check what it is.")
        return path.read_bytes()
    except OSError:
        raise SourceError(f"{path.name} cannot be read; check that it is there and that you may read it.") from None


def _refuse_unsafe(path: Path, body: bytes) -> None:
    """Refuses what unpacks to too much, lies about it, names places outside or holds a document type."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = packed.infolist()
            size = sum(part.file_size for part in parts)
            if len(parts) > PARTS or size > min(UNPACKED, PACKED_TIMES * len(body)):
                raise SourceError(f"{path.name} unpacks to far more than a list; check what it is.")
            for part in parts:
                name = PurePosixPath(part.filename.replace("\\", "/"))
                if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
                    raise SourceError(f"{path.name} holds parts that lead out of it; check where it comes from.")
                _refuse_document_type(path, packed, part)
    except SourceError:
        raise
    except Exception:  # noqa: BLE001 - zipfile's own errors, zlib's, and what a password or an odd method raises
        raise SourceError(f"{path.name} is not a whole Excel workbook; copy or save it again.") from None


def _refuse_document_type(path: Path, packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    before = b""
    with packed.open(part) as file:  # gives no more than `file_size`, and checks the sum at the end
        while chunk := file.read(_CHUNK):
            seen = before + chunk.replace(b"\0", b"")  # as in UTF-16
            if any(word in seen for word in _FORBIDDEN):
                raise SourceError(f"{path.name} holds a document type, which no workbook has; save it anew in Excel.")
            before = seen[-_OVERLAP:]


def _rows(path: Path, sheet: Any) -> list[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what the file says of its size need not be so
    rows: list[tuple[Any, ...]] = []
    for row in sheet.iter_rows(values_only=True):
        if len(rows) == ROWS or len(row) > COLUMNS:
            raise SourceError(
                f"{path.name}, sheet {sheet.title}: more than {ROWS:,} rows or {COLUMNS} columns; check what it is."
            )
        rows.append(row)
    return rows

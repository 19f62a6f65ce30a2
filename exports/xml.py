"""XML in and out: the names that other modules use."""

from exports.parser import RefusedFile
from exports.xml_read import Document, period_of, read, stated_period
from exports.xml_write import CannotWrite, Written, obstacles, write, write_files

__all__ = [
    "CannotWrite",
    "Document",
    "RefusedFile",
    "Written",
    "obstacles",
    "period_of",
    "read",
    "stated_period",
    "write",
    "write_files",
]

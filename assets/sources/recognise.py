"""Which return a file or a folder of files is of."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from assets.sources.files import csv_files, headings_of
from exports.parser import opening
from returns import RETURNS, described


def recognise(paths: Sequence[Path]) -> str | None:
    """The name of the return that the files are of: by the root of the XML, by the columns of the CSV files.

    None where nothing speaks for one. Raises RefusedFile, SourceError for what cannot be read.
    """
    first = paths[0]
    if not first.is_dir() and first.suffix.lower() != ".csv":
        root = opening(first).root
        return next((name for name in RETURNS if described(name).root == root), None)
    headings = [headings_of(file) for path in paths for file in csv_files(path)]
    known = {name: _known(name, headings) for name in RETURNS}
    best = max(known, key=known.__getitem__)
    return best if known[best] and list(known.values()).count(known[best]) == 1 else None


def _known(name: str, headings: Iterable[frozenset[str]]) -> int:
    """How many of the files have the columns of some table of the return, at least most of them."""
    tables = [frozenset(column.lower() for column in table.file_columns) for table in described(name)]
    return sum(any(2 * len(table & given) > len(given | table) for table in tables) for given in headings)

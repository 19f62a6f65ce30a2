"""Which return a file or a folder of files is of."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from assets.sources.errors import SourceError
from assets.sources.files import PACKED, csv_files, headings_of, no_files
from exports.parser import opening
from exports.xml_read import seems
from returns import RETURNS, described
from returns.model import Return


def recognise(paths: Sequence[Path], asked: str | None = None) -> str | None:
    """The name of the return that the files are of: by the root of the XML, by the columns of the CSV files.

    None where nothing in CSV files speaks for one; what was `asked` for unless the columns of CSV files speak for
    another. Raises RefusedFile, SourceError for what cannot be read or is of another return, of several, or of none.
    """
    first = paths[0]
    if not first.is_dir() and first.suffix.lower() != ".csv":
        wanted = ", or ".join(_files(described(name)) for name in ([asked] if asked else RETURNS))
        if first.suffix.lower() in PACKED:
            raise SourceError(f"{first.name} is by its name neither XML nor CSV and is not read; give {wanted}.")
        if asked is not None:
            return asked  # the reader refuses the XML of another
        root = opening(first).root
        if name := next((name for name in RETURNS for file in described(name).in_xml if file.root == root), None):
            return name
        raise SourceError(f"{first.name}: {seems(root) or 'begins with an element of no return'}; give {wanted}.")
    whole = [described(name) for name in RETURNS]
    headings = [headings_of(file, whole) for path in paths for file in csv_files(path)]
    if not headings:
        raise no_files(first, f"put those of the return there, and say which it is: --return {' or '.join(RETURNS)}.")
    known = [name for name in RETURNS if _known(name, headings)]
    if asked is not None and known and asked not in known:
        raise SourceError(
            f"{first.resolve().name} seems to be {described(known[0]).title}; give the files of "
            f"{described(asked).title}."
        )
    if asked is None and len(known) > 1:
        titles = " and of ".join(described(name).title for name in known)
        raise SourceError(f"{first.resolve().name} holds files of {titles}; give each return a folder of its own.")
    return asked or next(iter(known), None)


def _files(whole: Return) -> str:
    """What a command takes of a return, what the Department takes first."""
    kinds = {"csv": "the folder with the CSV files", "xml": "the XML file"}
    first = [kinds.pop(kind) for kind in whole.files]
    return f"{' or '.join((*first, *kinds.values()))} ({whole.title})"


def _known(name: str, headings: Iterable[frozenset[str]]) -> int:
    """How many of the files have the columns of some table of the return, at least most of them."""
    tables = [frozenset(column.lower() for column in table.file_columns) for table in described(name)]
    return sum(any(2 * len(table & given) > len(given | table) for table in tables) for given in headings)

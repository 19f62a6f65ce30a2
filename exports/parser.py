"""The only place where XML is parsed: nothing that a file says makes us open another file, expand an entity or fill the
memory.

A document type, an entity, more than `DEPTH` levels, another encoding than those of `ENCODINGS` or more than `LIMIT`
bytes are refused. A refusal names the file, the line and what to do; libxml2's own messages are not passed on because
they quote content.
"""

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from returns.refusal import Refusal

LIMIT = 512 << 20  # bytes; 50,000 children are about 70 MB
DEPTH = 20  # the census has 7 levels
HELD = 2 << 20  # bytes that may pass without one complete record; they are all that the parser keeps in memory
MOST_HOLDERS = 100  # one is right
SMALL = 32 << 20  # bytes; as a whole it takes about 250 MB
_SCHEMA = "SCHEMASV"
_CHUNK = 64 << 10
_BATCH = 1 << 20
_PROLOG = 64 << 10

_ADVICE = "give the XML file that your system exported"

_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_pis": True,
    "remove_comments": True,
}
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16",
    "utf-16be": "utf-16",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
}
_OTHER_KINDS = {
    b"PK": "a zip or Excel file",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF file",
}
_MARKS = {
    b"\xff\xfe\x00\x00": None,
    b"\x00\x00\xfe\xff": None,
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
_DECLARED = re.compile(r"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"'<>]{1,40})["']""")
_BEFORE_ROOT = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT_IN_WEB_PAGE = re.compile(r"<(!doctype\s+)?html\b", re.IGNORECASE)
_UNFINISHED = {5, 35, 45, 73, 74, 77}  # libxml2: the end of the file came where markup should go on
_TOO_MUCH = {114}


class RefusedFile(Refusal, ValueError):
    """A file that cannot be taken; one sentence with the file's name, what was found and what to do, never a value."""


@dataclass(frozen=True)
class Opening:
    """What is known after the first element: its name without and its prefix and namespace with which it came."""

    name: str
    encoding: str
    root: str
    prefix: str | None
    namespace: str | None


@dataclass(frozen=True)
class Part:
    """Serialised UTF-8: one element, of which the first `count` children are whole; None where it is the root with all
    that is left.

    `lines()` gives libxml2's lines of the children; it works until the next part is asked for.
    """

    markup: bytes
    count: int | None
    lines: Callable[[], list[int]]


def opening(path: Path) -> Opening:
    """Read as far as the first element. Raises RefusedFile."""
    with _file(path) as file:
        encoding = _encoding(path, file.read(_PROLOG))
        file.seek(0)
        parser = etree.XMLPullParser(events=("start",), **_SAFE)
        for fed, chunk in _chunks(path, file, 4 << 10):
            for _, root in _feed(path, parser, chunk):
                _refuse_document_type(path, root)
                return Opening(path.name, encoding, local(root.tag), root.prefix, root.nsmap.get(root.prefix))
            if fed > HELD:
                raise _refused(path, "no element in its first 2 MB", _ADVICE)
        _finish(path, parser)
    raise _refused(path, "no element", _ADVICE)


def parts(path: Path, inside: tuple[str, ...], each: str, note: Callable[[bytes], object] = len) -> Iterator[Part]:
    """A document piece by piece: batches of the element `each` that stand in `inside` (names from the root down), and
    at the end the root with all else. `note` sees every byte (for a hash). Raises RefusedFile.
    """
    with _file(path) as file:
        _encoding(path, file.read(_PROLOG))
        file.seek(0)
        parser = etree.XMLPullParser(events=("end",), tag=f"{{*}}{each}", **_SAFE)
        last, holder, holders, since, taken = None, None, 0, 0, 0
        for fed, chunk in _chunks(path, file, _CHUNK):
            note(chunk)
            found = (element for _, element in reversed(_feed(path, parser, chunk)) if _stands_in(element, inside))
            if (newest := next(found, None)) is not None:
                _refuse_document_type(path, newest)
                last, since = newest, fed
            if fed - since > HELD:
                raise _hoarding(path, each)
            if last is None or fed - taken < _BATCH:
                continue
            taken = fed
            for one in _holders(last.getparent(), holder):
                holders += one is not holder
                holder = one
                if holders > MOST_HOLDERS:
                    raise _refused(path, f"{local(one.tag)} begun over and over", _ADVICE)
                # the last one stays: what follows it may be unfinished
                count = one.index(last) if one is last.getparent() else len(one)
                yield Part(etree.tostring(one, encoding="utf-8", with_tail=False), count, _lines(one))
                del one[:count]
        root = _finish(path, parser)
        _refuse_document_type(path, root)
        for one in _holders(last.getparent(), holder) if last is not None else []:
            yield Part(etree.tostring(one, encoding="utf-8", with_tail=False), len(one), _lines(one))
            del one[:]
        yield Part(etree.tostring(root, encoding="utf-8", with_tail=False), None, _lines(root))


def _holders(newest: Any, done: Any) -> list[Any]:
    """The elements around the records that are not yet empty: the one where reading stopped, and those begun since."""
    found = [newest]
    if newest is not done and newest.getparent() is not None:
        for one in newest.itersiblings(newest.tag, preceding=True):
            found.append(one)
            if one is done or len(found) > MOST_HOLDERS:
                break
    return found[::-1]


def before(path: Path, each: str, wanted: tuple[str, ...]) -> bytes:
    """The root with what comes before the first `each`, or with all but `each` where an element `wanted` does not come
    before it.
    """
    with _file(path) as file:
        _encoding(path, file.read(_PROLOG))
        file.seek(0)
        parser = etree.XMLPullParser(events=("end",), tag=tuple(f"{{*}}{tag}" for tag in (each, *wanted)), **_SAFE)
        missing = set(wanted)
        since = 0
        for fed, chunk in _chunks(path, file, _CHUNK):
            for _, element in _feed(path, parser, chunk):
                since = fed
                parent = element.getparent()
                if local(element.tag) == each and parent is not None:
                    del parent[: parent.index(element)]
                elif parent is not None and parent.getparent() is None:
                    missing.discard(local(element.tag))
                if not missing:
                    return etree.tostring(element.getroottree(), encoding="utf-8")
            if fed - since > HELD:
                raise _hoarding(path, each)
        return etree.tostring(_finish(path, parser), encoding="utf-8")


def tree(path: Path, limit: int, depth: int = DEPTH) -> Any:
    """A small document as lxml's root element: a schema, never a return. Raises RefusedFile."""
    with _file(path, limit) as file:
        _encoding(path, file.read(_PROLOG))
        file.seek(0)
        parser = etree.XMLPullParser(events=("start",), **_SAFE)
        for _, chunk in _chunks(path, file, _CHUNK):
            for _, element in _feed(path, parser, chunk):
                if element.getparent() is None:
                    _refuse_document_type(path, element)
        root = _finish(path, parser)
    if int(root.xpath(f"count((//*[count(ancestor::*) >= {depth}])[1])")):
        raise too_deep(path, None, depth)
    return root


def own(markup: bytes) -> Any:
    """What this program itself made, as lxml's root element."""
    return etree.fromstring(markup, etree.XMLParser(**_SAFE))


def validated(path: Path, schema: Any, each: str, most: int = 100) -> list[tuple[int | None, str, str]]:
    """Check a whole file against a compiled schema: line, element and libxml2's name of the first `most` faults.

    The file streams by in pieces of the element `each`. libxml2 gives no lines then, so a faulty file of less than
    `SMALL` is looked at once more as a whole; in a larger one the lines are None.
    """
    with _file(path) as file:
        _encoding(path, file.read(_PROLOG))
        file.seek(0)
        watched = _Watched(path, file, each)
        events = etree.iterparse(watched, events=("end",), tag=f"{{*}}{each}", schema=schema, **_SAFE)
        try:
            for _, element in events:
                _refuse_document_type(path, element)
                watched.since = watched.fed
                parent = element.getparent()
                del parent[: parent.index(element)]
        except etree.XMLSyntaxError as error:
            if not any(entry.domain_name == _SCHEMA for entry in events.error_log):
                raise _faulty(path, error) from None
        log = events.error_log
    if not len(log):
        return []
    if path.stat().st_size < SMALL:
        whole = tree(path, SMALL)
        schema.validate(whole)
        log = schema.error_log
    faults = [entry for entry in log if entry.domain_name == _SCHEMA][:most]
    return [(entry.line or None, _element_of(entry.message), entry.type_name) for entry in faults]


class _Watched:
    """A file that stops when it gives too much without one whole record, as the other readers do."""

    def __init__(self, path: Path, file: BinaryIO, each: str) -> None:
        self.path, self.file, self.each = path, file, each
        self.fed = self.since = 0

    def read(self, size: int) -> bytes:
        chunk = self.file.read(size)
        self.fed += len(chunk)
        if self.fed - self.since > HELD:
            raise _hoarding(self.path, self.each)
        return chunk


def _hoarding(path: Path, each: str) -> RefusedFile:
    return _refused(path, f"more than 2 MB without a whole {each}", _ADVICE)


def _element_of(message: str) -> str:
    """The element that libxml2's message begins with; the rest of the message may quote values."""
    found = re.match(r"Element '(?:\{[^}]*\})?([A-Za-z_][A-Za-z0-9_.-]*)'", message)
    return found.group(1) if found else ""


def local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]


def too_deep(path: Path, line: int | None, depth: int = DEPTH) -> RefusedFile:
    return _refused(path, f"elements nested more than {depth} deep", _ADVICE, line)


def _file(path: Path, limit: int = LIMIT) -> BinaryIO:
    try:
        found = path.stat()
        file = path.open("rb") if stat.S_ISREG(found.st_mode) and 0 < found.st_size <= limit else None
    except FileNotFoundError:
        raise RefusedFile(f"{path.name}: there is no such file; check the name and the folder") from None
    except (OSError, ValueError):
        advice = "check that you may read it and that no other program holds it"
        raise RefusedFile(f"{path.name}: cannot be opened; {advice}") from None
    if file is not None:
        return file
    if not stat.S_ISREG(found.st_mode):
        raise RefusedFile(f"{path.name}: is not a file; give the XML file itself")
    if found.st_size == 0:
        raise RefusedFile(f"{path.name}: is empty; export it again from your system")
    raise RefusedFile(f"{path.name}: is larger than {limit >> 20} MB; give one return at a time")


def _encoding(path: Path, start: bytes) -> str:
    for mark, kind in _OTHER_KINDS.items():
        if start.startswith(mark):
            raise _refused(path, kind, "give the XML file itself")
    mark = next((mark for mark in _MARKS if start.startswith(mark)), b"")
    codec = _MARKS.get(mark, "latin-1")
    if codec is None:
        raise _refused(path, "text in UTF-32", "save it as UTF-8")
    text = start.decode(codec, errors="replace").removeprefix("\ufeff")
    if not text.lstrip().startswith("<"):
        raise _refused(path, "text that is not XML" if text.strip() else "only blanks", _ADVICE)
    declared = _DECLARED.match(text)
    name = declared.group(1).lower() if declared else "utf-8"
    if name not in ENCODINGS:
        raise _refused(path, "an encoding other than UTF-8, UTF-16, ISO-8859-1 or Windows-1252", "save it as UTF-8")
    first = _BEFORE_ROOT.match(text)
    rest = text[first.end() :] if first else text
    if _ROOT_IN_WEB_PAGE.match(rest):
        raise _refused(path, "a web page", "save the XML file itself, not the page that shows it")
    if rest.startswith("<!"):
        raise _document_type(path, text.count("\n", 0, first.end() if first else 0) + 1)
    return "utf-16" if codec.startswith("utf-16") else ENCODINGS[name]


def _chunks(path: Path, file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    fed = 0
    while True:
        try:
            chunk = file.read(size)
        except OSError:
            raise RefusedFile(f"{path.name}: the disk stopped giving it; copy the file and try again") from None
        if not chunk:
            return
        fed += len(chunk)
        if fed > LIMIT:
            raise RefusedFile(f"{path.name}: is larger than {LIMIT >> 20} MB; give one return at a time")
        yield fed, chunk


def _feed(path: Path, parser: Any, chunk: bytes) -> list[tuple[str, Any]]:
    try:
        parser.feed(chunk)
        return list(parser.read_events())
    except etree.XMLSyntaxError as error:
        raise _faulty(path, error) from None


def _finish(path: Path, parser: Any) -> Any:
    try:
        return parser.close()
    except etree.XMLSyntaxError as error:
        raise _faulty(path, error) from None


def _faulty(path: Path, error: Any) -> RefusedFile:
    line = error.lineno or None
    if error.code in _UNFINISHED:
        return _refused(path, "that it ends too early", "export or copy it again", line)
    if error.code in _TOO_MUCH:
        return _refused(path, "a value or a nesting too large for a return", _ADVICE, line)
    if error.code in {9, 81}:
        return _refused(path, "bytes that do not fit its encoding", "export it again as UTF-8", line)
    return _refused(path, "markup that is not well-formed XML", "export it again from your system", line)


def _refused(path: Path, found: str, advice: str, line: int | None = None) -> RefusedFile:
    return RefusedFile(f"{path.name}{f', line {line}' if line else ''}: found {found}; {advice}")


def _document_type(path: Path, line: int | None) -> RefusedFile:
    return _refused(path, "a document type (DOCTYPE), which no return has", "remove it or export the file again", line)


def _refuse_document_type(path: Path, element: Any) -> None:
    if element.getroottree().docinfo.doctype:
        raise _document_type(path, None)


def _stands_in(element: Any, inside: tuple[str, ...]) -> bool:
    for tag in reversed(inside):
        element = element.getparent()
        if element is None or local(element.tag) != tag:
            return False
    return element.getparent() is None


def _lines(parent: Any) -> Callable[[], list[int]]:
    return lambda: [child.sourceline for child in parent]

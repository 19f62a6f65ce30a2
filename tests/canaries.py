"""Marks that stand in for children's data, inputs full of them, and the search for them in whatever form they went.

Every mark holds STEM, which occurs nowhere else, and a word that says where it was put; dates are of a year that no
child is born in.
"""

import base64
import itertools
import re
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import sqlalchemy as sa

from assets.sources.ssd_tables import SSD
from exports.message import Element, message
from returns import described

STEM = "QzvKanaryXj"
PERIOD, UNIT = "2025-26", "356"
CIN, CLA = described("cin").at(PERIOD), described("cla")
DATES = [f"1871-{month:02}-{day}" for month in range(3, 10) for day in (13, 17, 29)]
_HEADER = {"Collection": "CIN", "Year": "2026", "ReferenceDate": "2026-03-31", "LEA": UNIT}


def mark(word: str) -> str:
    return f"{STEM}{word}"


# Inputs


def census(*, lea: str = UNIT, dates: bool = False, names: bool = False) -> str:
    """A census whose every field holds a mark; marks also stand where nothing belongs.

    With `dates` the dates are rare ones that can be read; with `names` elements and attributes have marks for names.
    """
    header = {**_HEADER, "LEA": lea}
    rare = iter(DATES * 9)

    def value(element: Element) -> str:
        assert element.field
        if element.table and element.table.name == "Header":
            return header.get(element.field.name, mark(f"Header{element.field.name}"))
        return next(rare) if dates and element.field.kind == "date" else mark(element.field.name)

    def markup(element: Element) -> str:
        if element.field:
            return f"<{element.tag}>{escape(value(element))}</{element.tag}>"
        inside = "".join(map(markup, element.children))
        if element.kind == "row" and element.table and element.table.name == "CINdetails":
            inside += (
                f'<Extra note="{mark("attribute")}">{mark("unknown")}<Deep>{mark("deep")}</Deep></Extra>{mark("stray")}'
                f"<ReferralNFA>{mark('repeated')}</ReferralNFA>"
            )
            inside += f'<{mark("element")}/><Section47 {mark("name")}="1"/>' if names else ""
        return f"<{element.tag}>{inside}</{element.tag}>"

    return markup(message(CIN))


def write_folder(folder: Path, *, headings: bool = True) -> None:
    """The tables as CSV files, each with one row of marks; without headings the row is the first line."""
    folder.mkdir(parents=True)
    for table in CIN:
        names = [name for name in table.columns if name != "AssessmentFactors"]
        cells = [_HEADER.get(name, mark(name)) if table.name == "Header" else mark(name) for name in names]
        lines = [[*names, "Note"], [*cells, mark("cell")]] if headings else [cells]
        text = "".join(",".join(line) + "\n" for line in lines)
        (folder / f"{table.name}.csv").write_text(text, encoding="utf-8")


def write_care_files(folder: Path, period: str = PERIOD, *, headings: bool = True) -> None:
    """The 903's CSV files: of one child a row of marks, and a row whose dates are rare ones that can be read.

    Another year's marks differ from this year's but for the child's id.
    """
    folder.mkdir(parents=True, exist_ok=True)
    other = "" if period == PERIOD else "Other"
    rare = (f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in itertools.cycle(DATES))
    for table in CLA.at(period):
        names = table.file_columns
        marks = [mark(name if name == CLA.child else f"{name}{other}") for name in names]
        dated = [next(rare) if table[name].kind == "date" else text for name, text in zip(names, marks, strict=True)]
        lines = [[*names, "Note"], [*marks, mark("cell")], [*dated, mark("cell")]]
        text = "".join(",".join(line) + "\n" for line in (lines if headings else lines[1:]))
        (folder / f"{table.file}.csv").write_text(text, encoding="utf-8")


def write_providers(path: Path, urn: str = "URN") -> None:
    """Ofsted's list with a provider of marks, under a heading for its number that may be a wrong one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    headings = (urn, "Placement code", "Placement provider code", "Deregistration date", "Provider postcode")
    lines = [*headings, "Local authority"], [mark("URN"), *map(mark, ("code", "kind", "end", "postcode", "authority"))]
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")


def write_records(path: Path) -> None:
    """Care records with a mark in every text, also in keys and names, and rare dates of birth."""
    engine = sa.create_engine(f"sqlite:///{path}")
    SSD.create_all(engine)
    engine.dispose()
    with sqlite3.connect(path) as database:
        for table in SSD.tables.values():
            row = {column.name: _record(column) for column in table.c}
            places = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))
    database.close()


def _record(column: sa.Column) -> str:
    if column.name == "cine_referral_nfa":
        return "N"
    if isinstance(column.type, sa.DateTime):
        return {"pers_dob": DATES[0], "cine_close_date": ""}.get(column.name, "2025-05-01")
    for key in ("person", "referral", "assessment", "s47_enquiry", "cp_plan"):  # the same one, so that rows belong
        if column.name.endswith(f"{key}_id"):
            return mark(f"key{key}")
    return mark(column.name)


# The search

_NEEDLES = [STEM, *DATES, *(f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in DATES)]
_CASES = sorted({text for needle in _NEEDLES for text in (needle, needle.lower(), needle.upper())})
_BEHIND = rb"[0-9A-Za-z_]{0,40}"


def _any_of(forms: list[bytes], behind: bytes = b"") -> re.Pattern[bytes]:
    return re.compile(b"(?:" + b"|".join(map(re.escape, forms)) + b")" + behind)


def _base64(text: str) -> Iterator[bytes]:
    """What of the text's base64 does not depend on its neighbours, for each of the three places it can begin at."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text.encode()).rstrip(b"=")
        full = (before + len(text)) // 3 * 4
        yield whole[-(-before * 8 // 6) : full]


_LOWER = [needle.lower() for needle in _NEEDLES]
_FORMS = {
    "plain": _any_of([needle.encode() for needle in _LOWER], _BEHIND),
    "utf-16": _any_of([needle.encode("utf-16-le")[:-1] for needle in _LOWER]),
    "utf-32": _any_of([needle.encode("utf-32-le")[:-3] for needle in _LOWER]),
    "hex": _any_of([text.encode().hex().encode() for text in _CASES]),
}
_IN_BASE64 = _any_of([form for text in _CASES for form in _base64(text)])
_PACKED = {
    re.compile(rb"\x1f\x8b\x08"): (31, lambda content, at: at),
    re.compile(rb"\x78[\x01\x5e\x9c\xda]"): (15, lambda content, at: at),
    re.compile(rb"PK\x03\x04"): (
        -15,
        lambda content, at: at + 30 + sum(int.from_bytes(content[at + n : at + n + 2], "little") for n in (26, 28)),
    ),
}
_RUNS = {
    re.compile(rb"[A-Za-z0-9+/]{40,}"): (4, base64.b64decode),
    re.compile(rb"[0-9A-Fa-f]{40,}"): (2, bytes.fromhex),
}
_MOST = 64 << 20


def sightings(content: bytes, depth: int = 3) -> set[str]:
    """Every mark in `content`: in which form, and as far as it can be read, which."""
    lower, standard = content.lower(), content.replace(b"-", b"+").replace(b"_", b"/")
    seen = {
        f"{form}: {match.group().replace(bytes(1), b'').decode()}"
        for form, pattern in _FORMS.items()
        for match in pattern.finditer(lower)
    }
    seen |= {f"base64: {match.group().decode()}" for match in _IN_BASE64.finditer(standard)}
    if depth:
        for inner in _inside(content, standard):
            seen |= {f"in packed {seeing}" for seeing in sightings(inner, depth - 1)}
    return seen


def _inside(content: bytes, standard: bytes) -> Iterator[bytes]:
    """What is compressed or encoded in `content`."""
    for magic, (bits, begin) in _PACKED.items():
        for match in magic.finditer(content):
            try:
                yield zlib.decompressobj(bits).decompress(content[begin(content, match.start()) :], _MOST)
            except zlib.error:
                continue
    for run, (width, decoded) in _RUNS.items():
        for match in run.finditer(standard):
            for begin in range(width):
                text = match.group()[begin:].decode()
                inner = decoded(text[: len(text) // width * width])
                if any(magic.search(inner) for magic in _PACKED):
                    yield inner


def found_below(folder: Path, allowed: tuple[Path, ...] = ()) -> dict[str, set[str]]:
    """What was seen in the files below `folder` but for those in `allowed`; names are looked at everywhere."""
    seen: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        where = str(path.relative_to(folder))
        hits = sightings(path.name.encode())
        if path.is_file() and not any(path.is_relative_to(place) for place in allowed):
            content = path.read_bytes()
            hits |= sightings(content)
            if content.startswith(b"SQLite format 3\0"):
                hits |= sightings(b"\n".join(_cells(path)))
        if hits:
            seen[where] = hits
    return seen


def _cells(path: Path) -> Iterator[bytes]:
    """Every text of a database: in its file a long one is torn into pages."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        database.text_factory = bytes  # some of it may be no text
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
    database.close()

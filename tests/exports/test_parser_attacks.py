"""Hostile and broken files, through every door: refused quickly, in one short sentence, without a word of what is in
them.
"""

import random
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from golden import GOLDEN
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exports import parser, schemas
from exports.xml import RefusedFile, read
from returns import described

SECRET = "canary7261"
LOOKED_AFTER = b"""<?xml version="1.0" encoding="UTF-8"?>
<EXPSSDA903><CHILD><HEADER><CHILDID>A1</CHILDID><UPN/><SEX>F</SEX><DOB>01/02/2012</DOB></HEADER></CHILD></EXPSSDA903>
"""
CENSUS = (GOLDEN / "cin_2025-26.xml").read_bytes()
SCHEMA = (Path(__file__).parents[2] / "docs/generated/cin_2025-26.xsd").read_bytes()


def by_read(path: Path) -> None:
    read(path, period="2025-26")


def by_read_of_903(path: Path) -> None:
    read(path, "cla", period="2025-26")


def by_add(path: Path) -> None:
    schemas.add(path, path.parent / "home", period="2025-26")


def by_check(path: Path) -> None:
    home = path.parent / "home"
    (path.parent / "schema.xsd").write_bytes(SCHEMA)
    schemas.add(path.parent / "schema.xsd", home, period="2025-26")
    schemas.check(path, home, described("cin").at("2025-26"))


DOORS = {
    "read": (by_read, CENSUS, b"<LAchildID>", b"</LAchildID>"),
    "read of the 903": (by_read_of_903, LOOKED_AFTER, b"<CHILDID>", b"</CHILDID>"),
    "schemas.add": (by_add, SCHEMA, b"<xs:documentation>", b"</xs:documentation>"),
    "schemas.check": (by_check, CENSUS, b"<LAchildID>", b"</LAchildID>"),
}


@dataclass(frozen=True)
class Target:
    """A good file with the place of its first text, and a folder that holds a secret."""

    good: bytes
    opened: bytes
    closed: bytes
    folder: Path

    @property
    def start(self) -> int:
        return self.good.index(self.opened) + len(self.opened)

    @property
    def end(self) -> int:
        return self.good.index(self.closed, self.start)

    def declare(self, inside: str, outside: str = "", value: bytes = b"&e;") -> bytes:
        """With a document type before the root, and `value` for its first text."""
        declaration, _, rest = self.good.partition(b"\n")
        root = rest.split(b"<", 1)[1].split(None, 1)[0].split(b">")[0]
        text = rest.replace(self.good[self.start : self.end], value, 1)
        return declaration + b"\n<!DOCTYPE " + root + f" {outside} [{inside}]>".encode() + text

    def put(self, value: bytes) -> bytes:
        return self.good[: self.start] + value + self.good[self.end :]


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LATE = b"<!--" + b"x" * 100_000 + b"--><!DOCTYPE"
ATTACKS: dict[str, Callable[[Target], bytes]] = {
    "external entity": lambda at: at.declare(f'<!ENTITY e SYSTEM "file://{at.folder}/secret.txt">'),
    "external document type": lambda at: at.declare("", f'SYSTEM "file://{at.folder}/secret.dtd"'),
    "network document type": lambda at: at.declare("", 'PUBLIC "-//x" "http://127.0.0.1:9/x.dtd"'),
    "parameter entity": lambda at: at.declare(f'<!ENTITY % p SYSTEM "file://{at.folder}/secret.dtd"> %p;'),
    "internal entity": lambda at: at.declare(f'<!ENTITY e "{SECRET}">'),
    "billion laughs": lambda at: at.declare(LAUGHS, value=b"&a9;"),
    "quadratic blow-up": lambda at: at.declare(f'<!ENTITY e "{"x" * 100_000}">', value=b"&e;" * 3000),
    "attribute entity": lambda at: at.declare(f'<!ENTITY e "{SECRET}">', value=b"<a b='&e;'/>"),
    "bare document type": lambda at: at.declare("", value=b"1"),
    "late document type": lambda at: at.declare(f'<!ENTITY e "{SECRET}">').replace(b"<!DOCTYPE", LATE, 1),
    "undeclared entity": lambda at: at.put(b"&e;"),
    "depth 300": lambda at: at.put(b"<a>" * 300 + b"</a>" * 300),
    "depth 100,000": lambda at: at.put(b"<a>" * 100_000 + b"</a>" * 100_000),
    "depth 70": lambda at: at.put(b"<a>" * 70 + b"</a>" * 70),
    "11 MB of text": lambda at: at.put(b"x" * 11_000_000),
    "8 MB of empty elements": lambda at: at.put(b"<x/>" * 2_000_000),
    "11 MB of attribute": lambda at: at.put(b"<a b='" + b"x" * 11_000_000 + b"'/>"),
    "a NUL": lambda at: at.put(b"\0"),
    "cut short": lambda at: at.good[: len(at.good) // 2],
    "cut in a tag": lambda at: at.good[: at.good.index(at.opened) + 3],
    "UTF-32": lambda at: at.good.decode().replace("UTF-8", "UTF-32").encode("utf-32"),
    "UTF-7": lambda at: at.good.replace(b"UTF-8", b"UTF-7"),
    "EBCDIC": lambda at: at.good.decode().replace("UTF-8", "IBM037").encode("cp037", "replace"),
    "wrong encoding": lambda at: at.put(b"Zo\xeb"),
    "two roots": lambda at: at.good + b"<Message/>",
}


def attack(name: str, good: bytes, opened: bytes, closed: bytes, folder: Path) -> bytes:
    """`good` with one attack in it: a document type before its root, or something in its first text."""
    (folder / "secret.txt").write_text(SECRET)
    (folder / "secret.dtd").write_text(f'<!ENTITY e "{SECRET}">')
    return ATTACKS[name](Target(good, opened, closed, folder))


DOCUMENT_TYPES = {name for name in ATTACKS if "document type" in name or name.endswith("entity")} - {
    "undeclared entity"
}


@pytest.fixture(scope="module", autouse=True)
def _imported(tmp_path_factory):
    """The first reading imports pandas, which is no fault of the file."""
    path = tmp_path_factory.mktemp("warm") / "file.xml"
    path.write_bytes(CENSUS)
    read(path)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ATTACKS)
def test_refused_shortly(name, door, tmp_path):
    enter, good, opened, closed = DOORS[door]
    path = tmp_path / "file.xml"
    path.write_bytes(attack(name, good, opened, closed, tmp_path))
    tracemalloc.start()
    began = time.process_time()

    with pytest.raises(RefusedFile) as refused:
        enter(path)

    seconds, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    message = str(refused.value)
    assert message.startswith("file.xml")
    assert len(message) < 200
    assert "\n" not in message
    assert SECRET not in message
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert ("document type" in message) == (name in DOCUMENT_TYPES or name in {"billion laughs", "quadratic blow-up"})
    assert seconds < 1
    assert most < 100 << 20


def test_no_attack_takes_much_memory(tmp_path):
    """The peak of a process of its own: lxml's memory is not Python's."""
    for name in ATTACKS:
        (tmp_path / f"{name}.xml").write_bytes(attack(name, CENSUS, b"<LAchildID>", b"</LAchildID>", tmp_path))
    code = """
import resource, sys
from pathlib import Path
from exports.xml import RefusedFile, read
from returns import described
try: read(sys.argv[1], period="2025-26")
except RefusedFile: pass
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).parent.glob("*.xml")):
    try: read(path, period="2025-26")
    except RefusedFile: continue
    sys.exit(f"{path.name} was read")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "cut short.xml")], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert int(ran.stdout) < 100


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "is empty"),
        (b" \n ", "only blanks"),
        (b"LAchildID,Sex\n1,F\n", "not XML"),
        (b"<p>", "ends too early"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"<html lang='en'><body><br></body></html>", "a web page"),
        (b"%PDF-1.7", "a PDF file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"<a b='1' b='2'/>", "not well-formed"),
        (b"<?xml version='1.0' encoding='Shift_JIS'?><Message/>", "an encoding other than"),
    ],
)
def test_another_kind_of_file_is_named(content, found, door, tmp_path):
    path = tmp_path / "file.xml"
    path.write_bytes(content)

    with pytest.raises(RefusedFile, match=f"^file.xml.*{found}"):
        DOORS[door][0](path)


@pytest.mark.parametrize("door", DOORS)
def test_workbooks_folders_and_missing_files_are_named(door, tmp_path):
    enter = DOORS[door][0]
    with zipfile.ZipFile(tmp_path / "file.xlsx", "w") as book:
        book.writestr("a", "b")

    with pytest.raises(RefusedFile, match=r"^file\.xlsx: found a zip or Excel file"):
        enter(tmp_path / "file.xlsx")
    with pytest.raises(RefusedFile, match="is not a file"):
        enter(tmp_path)
    with pytest.raises(RefusedFile, match="there is no such file"):
        enter(tmp_path / "gone.xml")


@pytest.mark.parametrize("door", DOORS)
def test_a_file_too_large_is_not_even_opened(door, tmp_path):
    path = tmp_path / "file.xml"
    with path.open("wb") as file:
        file.truncate(parser.LIMIT + 1)

    with pytest.raises(RefusedFile, match="is larger than"):
        DOORS[door][0](path)


def test_xinclude_is_only_an_unknown_element(tmp_path):
    (tmp_path / "secret.txt").write_text(SECRET)
    include = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="secret.txt" parse="text"/>'
    path = tmp_path / "file.xml"
    path.write_bytes(CENSUS.replace(b"<ChildIdentifiers>", b"<ChildIdentifiers>" + include, 1))
    document = read(path)

    assert "unknown element" in set(document.issues["what"])
    assert not any(SECRET in str(frame.to_dict()) for frame in document.tables.values())


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            b'<xs:element name="Message">',
            b'<xs:include schemaLocation="other.xsd"/><xs:element name="Message">',
            "include",
        ),
        (
            b'<xs:element name="Message">',
            b'<xs:import namespace="x" schemaLocation="http://x/y"/><xs:element name="Message">',
            "import",
        ),
        (b'name="Message"', b'name="Other"', "something else"),
        (b'maxOccurs="unbounded"', b'maxOccurs="999999999"', "count"),
        (b'value="[0-9]{3}"', b'value="(([0-9]{999}){999}){999}"', "pattern"),
        (b'type="xs:gYear"', b'type="nothing"', "not a valid XML schema"),
    ],
)
def test_schemas_that_reach_out_or_cannot_be_checked_are_refused(old, new, why, tmp_path):
    assert old in SCHEMA
    path = tmp_path / "file.xsd"
    path.write_bytes(SCHEMA.replace(old, new, 1))

    with pytest.raises(RefusedFile, match=rf"^file\.xsd.*{why}"):
        by_add(path)
    assert not list(tmp_path.rglob("home/**/*.xsd"))


def mutated(good: bytes, chance: random.Random) -> bytes:
    """`good` with some bytes changed, lost, doubled or moved."""
    content = bytearray(good)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(content))
        stop = min(len(content), start + chance.choice([1, 2, 5, 40, 300]))
        match chance.randrange(5):
            case 0:
                content[start:stop] = bytes(chance.randrange(256) for _ in range(stop - start))
            case 1:
                del content[start:stop]
            case 2:
                content[start:start] = content[start:stop] * chance.choice([1, 2, 50])
            case 3:
                content[start:start] = chance.choice(
                    [b"<", b">", b"&", b"</", b"/>", b"<!--", b"<![CDATA[", b"<!DOCTYPE x>", b"\0", b"\xff"]
                )
            case 4:
                content[start : start + 1] = bytes([content[start] ^ 1 << chance.randrange(8)])
        if not content:
            return b"<"
    return bytes(content)


def try_out(seed: int, path: Path) -> None:
    chance = random.Random(seed)
    enter, good, _, _ = DOORS["read" if seed % 4 else "schemas.add"]
    path.write_bytes(mutated(good, chance))
    began = time.process_time()
    said = ""
    try:
        enter(path)
    except RefusedFile as refused:
        said = str(refused)
    assert "\n" not in said, seed
    assert len(said) < 250, seed
    assert time.process_time() - began < 2, seed


def test_damaged_files_are_read_or_refused(tmp_path):
    for seed in range(200):
        try_out(seed, tmp_path / "file.xml")


@pytest.mark.soak
def test_soak_damaged_files_are_read_or_refused(tmp_path):
    for seed in range(200, 10_200):
        try_out(seed, tmp_path / "file.xml")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.generate])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(content, tmp_path):
    path = tmp_path / "file.xml"
    path.write_bytes(content)

    with pytest.raises(RefusedFile, match=r"^file\.xml"):
        by_read(path)

"""One version in the store: whose it is, what its manifest says, which names and facts it takes; the store's errors."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from exports import durable
from exports.durable import Content, StoreError

IDENTITY = ("lineage", "rule_book", "code_version", "content_key")  # equal in all four: made from equal input
_OURS = ("return", "unit", "period", "version", "created", "run", "files", "audit_head")
_WHOLE = {*IDENTITY, *_OURS, "counts", "submission"}
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_RUN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ID = re.compile(r"[0-9]{4,}-[0-9a-f]{8}")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # Windows keeps these for itself

NOT_FOR_SUBMISSION = "_NOT_FOR_SUBMISSION"  # in the name of a file that the Department is not to get
WAY_OUT = "put it back from your backup, or choose a version with `returns restore`"


class BadName(StoreError):
    """A return, unit, period, run or file name outside the fixed pattern, or a link where a folder belongs."""


class BadFacts(StoreError):
    """The facts for a manifest or a record are missing, mixed up or not plain."""


class OpenToOthers(StoreError):
    """Other users of the machine could look into the store."""


class Locked(StoreError):
    """Another run writes the same return, unit and period."""


class NothingPublished(StoreError):
    """There is no such version."""


class Damaged(StoreError):
    """What the store holds is not what it wrote."""


class NotSubmitted(StoreError):
    """Only what was published can be submitted, and only what was submitted accepted."""


class Partition(NamedTuple):
    """Return, unit and period, each a name that is safe as a folder."""

    ret: str
    unit: str
    period: str

    def __str__(self) -> str:
        return " ".join(self)

    @property
    def facts(self) -> dict[str, str]:
        return {"return": self.ret, "unit": self.unit, "period": self.period}


@dataclass(frozen=True)
class Version:
    """One version; `manifest` holds the caller's facts beside return, unit, period, version, created, run and files."""

    partition: Partition
    id: str
    path: Path
    manifest: dict
    reused: bool = False  # by `publish`: equal input had made it before

    @property
    def files(self) -> dict[str, Path]:
        return {name: self.path / name for name in self.manifest["files"]}

    @property
    def hashes(self) -> dict[str, str]:
        """File name -> SHA-256."""
        return {name: entry["sha256"] for name, entry in self.manifest["files"].items()}

    @property
    def created(self) -> str:
        return self.manifest["created"]

    @property
    def counts(self) -> dict[str, int]:
        return self.manifest["counts"]


def partition(ret: str, unit: str, period: str) -> Partition:
    for word, name in (("return", ret), ("unit", unit), ("period", period)):
        if not _KEY.fullmatch(name) or _DEVICE.fullmatch(name):
            raise BadName(f"The {word} is not a name the store takes: 1 to 40 letters, digits, _ and -, no device name")
    return Partition(ret, unit, period)


def run_id(run: str) -> str:
    if not _RUN.fullmatch(run):
        raise BadName("The run id is not one the store takes: 1 to 64 letters, digits, _ and -")
    return run


def is_id(name: str) -> bool:
    return bool(_ID.fullmatch(name))


def number(version: str) -> int:
    return int(version.partition("-")[0])


def opened(where: Partition, path: Path) -> Version:
    """The version in a folder; Damaged where its manifest is missing or not whole."""
    if path.is_symlink() or not durable.is_file(path / "manifest.json"):
        raise Damaged(f"{where}: version {path.name} is missing; {WAY_OUT}")
    trouble = f"{where}: the manifest of version {path.name} cannot be read; {WAY_OUT}"
    manifest = parsed(path / "manifest.json", trouble)
    if not isinstance(manifest, dict) or not manifest.keys() >= _WHOLE or any(map(_bad_file, manifest["files"])):
        raise Damaged(trouble)
    return Version(where, path.name, path, manifest)


def checked(where: Partition, files: Mapping[str, Content], facts: Mapping) -> dict:
    """The facts as the manifest will hold them; BadName or BadFacts says what is wrong with the files or the facts."""
    _check_files(where, files)
    if missing := [fact for fact in IDENTITY if not isinstance(facts.get(fact), str)]:
        raise BadFacts(f"{where}: the facts lack {', '.join(missing)}, each a text")
    if ours := facts.keys() & set(_OURS):
        raise BadFacts(f"{where}: the store itself writes {', '.join(sorted(ours))}; leave them out of the facts")
    if any(lineage != facts["lineage"] for lineage in facts.get("lineages", {}).values()):
        raise BadFacts(f"{where}: the files were made from different tables; run the whole return again, then publish")
    counts = facts.get("counts")
    if not isinstance(counts, Mapping) or not all(isinstance(count, int) for count in counts.values()):
        raise BadFacts(f"{where}: the facts lack counts, a whole number for each name")
    submission = list(facts.get("submission") or ())
    if not set(submission) <= files.keys():
        raise BadFacts(f"{where}: submission names files that are not in this version")
    if not re.fullmatch(r"[0-9]{3,}", str(facts.get("serial", "001"))):
        raise BadFacts(f"{where}: a serial number has 3 digits or more, as next_serial gives it")
    try:
        return json.loads(as_json({**facts, "counts": dict(counts), "submission": submission}))
    except TypeError:
        raise BadFacts(f"{where}: a fact is not a plain text, number, list or mapping") from None


def _bad_file(name: str) -> bool:
    return not _FILE.fullmatch(name) or bool(_DEVICE.fullmatch(name)) or name.lower() == "manifest.json"


def _check_files(where: Partition, files: Mapping[str, Content]) -> None:
    for name, content in files.items():
        if _bad_file(name):
            raise BadName(f"{where}: a file name is not one the store takes: letters, digits, _ . -, no device name")
        if isinstance(content, Path) and not content.is_file():
            raise BadName(f"{where}: the file to publish as {name} does not exist")
    if not files or len({name.lower() for name in files}) < len(files):
        raise BadName(f"{where}: a version needs at least one file, and names that differ in more than their case")


def parsed(path: Path, trouble: str):
    """The JSON in a file; where it is none, Damaged with the sentence given."""
    try:
        return json.loads(durable.read(path))
    except ValueError:
        raise Damaged(trouble) from None


def as_json(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"

"""What was made for the Department, kept for good: whole versions, a pointer to the current one, what was sent.

    <root>/audit.jsonl
    <root>/<return>/<unit>/<period>/current.json                  the pointer, renamed into place last
                                    0001-5f0c12ab/manifest.json   one version: its files, their sizes and SHA-256
                                    serials.json  records.json    numbers handed out; what was submitted and accepted

A version is built under a temporary name, flushed and renamed, and only then does the pointer move: a kill at any
moment leaves the old version current or the new one. Writers of one return, unit and period exclude each other; readers
need no lock.
"""

import contextlib
import datetime as dt
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from exports import audit, durable
from exports.durable import TEMP, Content, StoreError, disk
from exports.lock import FolderLock, Held
from exports.version import (
    IDENTITY,
    WAY_OUT,
    BadFacts,
    BadName,
    Damaged,
    Locked,
    NothingPublished,
    NotSubmitted,
    OpenToOthers,
    Partition,
    Version,
    as_json,
    checked,
    is_id,
    number,
    opened,
    parsed,
    partition,
    run_id,
)

_NOTHING = {"version": None, "manifest_sha256": None, "newest": 0, "audit_head": audit.EMPTY}  # the first pointer


@dataclass(frozen=True)
class Published:
    """One line of the list of everything published: the current version, or what is wrong with it."""

    partition: Partition
    version: Version | None
    problem: str = ""


@dataclass(frozen=True)
class Record:
    """What a person said of a version: `action` is submitted or accepted, `files` name -> SHA-256 of what went out."""

    action: str
    version: str
    lineage: str
    files: dict[str, str]
    by: str
    when: str
    audit_head: str


_LISTS = {"serials.json": {"serial", "run", "time"}, "records.json": {item.name for item in fields(Record)}}


class Store:
    """The store below `root`; `run` is the id under which locks, manifests and the audit log show who wrote."""

    def __init__(self, root: Path | str, run: str = "by-hand") -> None:
        self.run = run_id(run)
        with disk(f"The store {root}"):
            self.root = Path(root).resolve()
            self.root.parent.mkdir(parents=True, exist_ok=True)
            durable.folder(self.root)
            mode = stat.S_IMODE(self.root.stat().st_mode)
        if os.name != "nt" and mode & 0o077:
            raise OpenToOthers(
                f"Other users of this machine can open the store: close it with  chmod -R go-rwx {self.root}"
            )
        self._audit = self.root / "audit.jsonl"
        self._locks: dict[Partition, FolderLock] = {}

    # Writing

    def publish(self, ret: str, unit: str, period: str, files: Mapping[str, Content], facts: Mapping) -> Version:
        """Write one version and make it current; where equal input made one before, make that one current instead.

        `facts`: `lineage` (hash of the typed tables), `rule_book`, `code_version`, `content_key` (what else decides the
        content), `counts` (name -> int); optional `submission` (names of the files for the Department), `serial`, and
        `lineages` (file name -> lineage it was made from, all the same). Other plain facts are kept as given.
        """
        with self._writing(ret, unit, period) as where:
            facts = checked(where, files, facts)
            pointer = self._swept(where)
            version = self._same(where, facts) or self._built(where, files, facts, pointer["newest"])
            if version.id != pointer["version"]:
                self._point(version, pointer["newest"], "publish")
            return version

    def restore(self, ret: str, unit: str, period: str, version: str) -> Version:
        """Make an undamaged version current, on purpose: the way out when the current one or the pointer is damaged."""
        with self._writing(ret, unit, period) as where:
            sealed = self._sealed(where)
            if version not in sealed:
                raise NothingPublished(
                    f"{where}: there is no version of this id; the page of the return under /reports/ shows them"
                )
            chosen = opened(where, self._path(where) / version)
            self.verify(chosen)
            known = [number(name) for partition, name in self._logged() if partition == where and name in sealed]
            self._point(chosen, max(known), "restore")
            return chosen

    def next_serial(self, ret: str, unit: str, period: str, facts: Mapping | None = None) -> str:
        """The next serial number ("001"), never handed out again; with `facts`, the number equal input already has."""
        with self._writing(ret, unit, period) as where:
            self._swept(where)
            if facts and (same := self._same(where, facts)) and "serial" in same.manifest:
                return same.manifest["serial"]
            used = [entry["serial"] for entry in self._list(where, "serials.json")]
            used += [version.manifest.get("serial", "0") for version in self._legible(where)]
            serial = f"{max(map(int, used), default=0) + 1:03}"
            self._add(where, "serials.json", {"serial": serial, "run": self.run, "time": _now()})
            return serial

    def submitted(self, ret: str, unit: str, period: str, what: str, by: str, when: dt.date) -> Record:
        """Record that a person sent a version to the Department; `what` is its id or the SHA-256 of a file of it.

        Raises NotSubmitted where there is none, or where the file is in versions that are not the same.
        """
        with self._writing(ret, unit, period) as where:
            meant: list[tuple[Version, dict[str, str]]] = []
            for version in reversed(self.versions(ret, unit, period)):
                sent = {name: version.hashes[name] for name in version.manifest["submission"]}
                if sent and what.lower() in (version.id, *sent.values()):
                    meant.append((version, sent))
            if not meant:
                raise NotSubmitted(f"{where}: no version for the Department has this id or hash; publish it first")
            _refuse_several(where, {version.id: files for version, files in meant})
            version, sent = meant[0]
            self.verify(version)
            return self._recorded(where, "submitted", version.id, version.manifest["lineage"], sent, by, when)

    def accepted(self, ret: str, unit: str, period: str, what: str, by: str, when: dt.date) -> Record:
        """Record that the Department accepted what was submitted, named as in `submitted`."""
        with self._writing(ret, unit, period) as where:
            meant = [
                record
                for record in reversed(self.records(ret, unit, period))
                if record.action == "submitted" and what.lower() in (record.version, *record.files.values())
            ]
            if not meant:
                raise NotSubmitted(
                    f"{where}: no submission of this version or hash is recorded; record the submission first"
                )
            _refuse_several(where, {record.version: record.files for record in meant})
            record = meant[0]
            return self._recorded(where, "accepted", record.version, record.lineage, record.files, by, when)

    def recover(self, ret: str, unit: str, period: str) -> None:
        """Sweep what a killed run left, as `publish` does; raises Damaged where the pointer leads nowhere."""
        with self._writing(ret, unit, period) as where:
            if self._swept(where)["version"]:
                self.current(ret, unit, period)

    @contextlib.contextmanager
    def lock(self, ret: str, unit: str, period: str) -> Iterator[None]:
        """Be the only writer, or fail at once with Locked; may be nested. A dead process holds no lock."""
        where = self._where(ret, unit, period)
        path = self._path(where)
        with contextlib.ExitStack() as held:
            with disk(str(where)):
                for folder in (path.parent.parent, path.parent, path):
                    durable.folder(folder)
                try:
                    held.enter_context(self._locks.setdefault(where, FolderLock(path, self.run)).held())
                except Held as holder:
                    raise Locked(f"{where}: {holder} holds the lock; do this again when it has ended") from None
            yield

    # Reading

    def current(self, ret: str, unit: str, period: str) -> Version:
        """The version the pointer names. Raises Damaged where it is not whole (`verify` also hashes its files)."""
        with self._reading(ret, unit, period) as where:
            pointer = self._pointer(where)
            if pointer["version"] is None:
                raise NothingPublished(f"{where}: nothing has been published yet")
            version = opened(where, self._path(where) / pointer["version"])
            if durable.sha256(version.path / "manifest.json") != pointer["manifest_sha256"]:
                raise Damaged(f"{where}: the manifest of version {version.id} was changed; {WAY_OUT}")
            for name, path in version.files.items():
                if not durable.is_file(path) or path.stat().st_size != version.manifest["files"][name]["size"]:
                    raise Damaged(f"{where}: {name} of version {version.id} is missing or has another size; {WAY_OUT}")
            return version

    def versions(self, ret: str, unit: str, period: str) -> list[Version]:
        """Every published version, oldest first."""
        with self._reading(ret, unit, period) as where:
            newest = self._pointer(where)["newest"]
            return [opened(where, self._path(where) / name) for name in self._sealed(where) if number(name) <= newest]

    def verify(self, version: Version) -> None:
        """Raise Damaged unless every file, and no other, is as its manifest says and the manifest as the log says."""
        with self._reading(*version.partition) as where:
            self._check_files(version)
            if self._logged().get((where, version.id)) != durable.sha256(version.path / "manifest.json"):
                raise Damaged(f"{where}: the audit log does not know this manifest of version {version.id}; {WAY_OUT}")

    def partitions(self) -> list[Partition]:
        """Every return, unit and period that has a folder."""
        found = []
        for path in sorted(self.root.glob("*/*/*/")):
            with contextlib.suppress(BadName):
                found.append(self._where(*path.relative_to(self.root).parts))
        return found

    def published(self) -> Iterator[Published]:
        """All that was published; a damaged one is told, not raised, so that the others can still be read."""
        for where in self.partitions():
            try:
                yield Published(where, self.current(*where))
            except NothingPublished:
                continue
            except StoreError as error:
                yield Published(where, None, str(error))

    def records(self, ret: str, unit: str, period: str) -> list[Record]:
        """What was submitted and accepted, oldest first."""
        with self._reading(ret, unit, period) as where:
            return [Record(**entry) for entry in self._list(where, "records.json")]

    def accepted_hash(self, ret: str, unit: str, period: str) -> Record | None:
        """What the Department accepted last: SHA-256 of its files, lineage of its tables. Only this is a last year."""
        accepted = [record for record in self.records(ret, unit, period) if record.action == "accepted"]
        return accepted[-1] if accepted else None

    def verify_audit(self) -> int:
        """The number of lines of the audit log; AuditBroken where it was changed, Damaged where a version was."""
        heads, versions = set(), []
        for where in self.partitions():
            versions += self.versions(*where)
            with disk(str(where)):
                heads.add(self._pointer(where)["audit_head"])
            heads.update(record.audit_head for record in self.records(*where))
        heads.update(version.manifest["audit_head"] for version in versions)
        with disk("The audit log"):
            lines = audit.verify(self._audit, heads)
        for version in versions:
            self.verify(version)
        return lines

    # How

    @contextlib.contextmanager
    def _reading(self, ret: str, unit: str, period: str) -> Iterator[Partition]:
        where = self._where(ret, unit, period)
        with disk(str(where)):
            yield where

    @contextlib.contextmanager
    def _writing(self, ret: str, unit: str, period: str) -> Iterator[Partition]:
        where = self._where(ret, unit, period)
        with disk(str(where)), self.lock(*where):
            yield where

    def _where(self, ret: str, unit: str, period: str) -> Partition:
        where = partition(ret, unit, period)
        path = self._path(where)
        with disk(str(where)):
            if any(folder.is_symlink() for folder in (path, path.parent, path.parent.parent)):
                raise BadName(f"{where}: its folder is a symbolic link; the store wants a real folder there")
            if not path.resolve().is_relative_to(self.root):
                raise BadName(f"{where}: its folder is outside the store")
        return where

    def _path(self, where: Partition) -> Path:
        return self.root.joinpath(*where)

    def _sealed(self, where: Partition) -> list[str]:
        """Ids of the versions that were renamed into place, oldest first."""
        path = self._path(where)
        names = [name for name in durable.listed(path) if is_id(name)]
        return sorted((name for name in names if durable.is_file(path / name / "manifest.json")), key=number)

    def _legible(self, where: Partition) -> Iterator[Version]:
        """The versions whose manifest can be read, latest first."""
        for name in reversed(self._sealed(where)):
            with contextlib.suppress(Damaged):
                yield opened(where, self._path(where) / name)

    def _same(self, where: Partition, facts: Mapping) -> Version | None:
        """The latest undamaged version that equal input made."""
        for version in self._legible(where):
            if all(version.manifest[fact] == facts.get(fact) for fact in IDENTITY):
                with contextlib.suppress(Damaged):
                    self.verify(version)
                    return replace(version, reused=True)
        return None

    def _pointer(self, where: Partition) -> dict:
        """`version` (None before the first), `manifest_sha256`, `newest` (highest number so far), `audit_head`."""
        path = self._path(where) / "current.json"
        trouble = f"{where}: current.json is missing or cannot be read although versions exist; {WAY_OUT}"
        if not durable.is_file(path):
            if path.is_symlink() or self._sealed(where):
                raise Damaged(trouble)
            return _NOTHING
        pointer = parsed(path, trouble)
        if not isinstance(pointer, dict) or not pointer.keys() >= _NOTHING.keys():
            raise Damaged(trouble)
        if pointer["version"] is not None and not is_id(pointer["version"]):
            raise Damaged(trouble)
        return pointer

    def _list(self, where: Partition, name: str) -> list[dict]:
        path = self._path(where) / name
        trouble = f"{where}: {name} cannot be read; put it back from your backup"
        try:
            entries = parsed(path, trouble)
        except FileNotFoundError:
            return []
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and entry.keys() == _LISTS[name] for entry in entries
        ):
            raise Damaged(trouble)
        return entries

    def _add(self, where: Partition, name: str, entry: dict) -> None:
        durable.replace(self._path(where) / name, as_json([*self._list(where, name), entry]))

    def _swept(self, where: Partition) -> dict:
        """The pointer, after deleting what killed runs left: unfinished files and folders, versions nobody saw.

        A version above the pointer stays if the audit log knows it: the kill came between log and pointer, or the
        pointer was put back from an old backup.
        """
        path, pointer = self._path(where), self._pointer(where)
        for name in durable.listed(path):
            unfinished = name.startswith(TEMP)
            if is_id(name) and name != pointer["version"]:
                reached = number(name) <= pointer["newest"] or (where, name) in self._logged()
                unfinished = not reached or not durable.is_file(path / name / "manifest.json")
            if unfinished:
                durable.remove(path / name)
        if not durable.is_file(path / "current.json"):  # before any version: then only damage can make it missing
            durable.replace(path / "current.json", as_json(pointer))
        return pointer

    def _logged(self) -> dict[tuple[Partition, str], str]:
        """The SHA-256 of the manifest of every version that the audit log knows."""
        return {
            (Partition(line["return"], line["unit"], line["period"]), line["version"]): line["manifest_sha256"]
            for line in audit.entries(self._audit)
            if "manifest_sha256" in line
        }

    def _check_files(self, version: Version) -> None:
        trouble = f"{version.partition}: in version {version.id}"
        if odd := set(durable.listed(version.path)) ^ {*version.hashes, "manifest.json"}:
            raise Damaged(f"{trouble} these are missing or do not belong: {', '.join(sorted(odd))}; {WAY_OUT}")
        for name, digest in version.hashes.items():
            if not durable.is_file(version.path / name) or durable.sha256(version.path / name) != digest:
                raise Damaged(f"{trouble} {name} was changed; {WAY_OUT}")

    def _built(self, where: Partition, files: Mapping[str, Content], facts: Mapping, newest: int) -> Version:
        name = f"{max([newest, *map(number, self._sealed(where))]) + 1:04}-{secrets.token_hex(4)}"
        new, path = self._path(where) / (TEMP + name), self._path(where) / name
        try:
            durable.folder(new)
            for file, content in files.items():
                durable.create(new / file, content)
            sizes = {file: (new / file).stat().st_size for file in files}
            manifest = {
                **facts,
                **where.facts,
                "version": name,
                "created": _now(),
                "run": self.run,
                "files": {file: {"size": sizes[file], "sha256": durable.sha256(new / file)} for file in files},
                "audit_head": audit.head(self._audit),
            }
            durable.create(new / "manifest.json", as_json(manifest))
            version = Version(where, name, new, manifest)
            self._check_files(version)  # a writer may have left files of its own
            durable.sync(new)
            new.rename(path)
            durable.sync(path.parent)
        except BaseException:
            durable.remove(new)
            raise
        return replace(version, path=path)

    def _point(self, version: Version, newest: int, action: str) -> None:
        """Move the pointer. The audit line comes first: nothing becomes current that the log does not know."""
        digest = durable.sha256(version.path / "manifest.json")
        told = {"manifest_sha256": digest, "files": version.hashes, "counts": version.counts}
        told |= {fact: version.manifest[fact] for fact in IDENTITY}
        head = audit.append(
            self._audit, action=action, run=self.run, version=version.id, **version.partition.facts, **told
        )
        newest = max(newest, number(version.id))
        moved = {"version": version.id, "manifest_sha256": digest, "newest": newest, "audit_head": head}
        durable.replace(version.path.with_name("current.json"), as_json(moved))

    def _recorded(
        self, where: Partition, action: str, version: str, lineage: str, files: dict[str, str], by: str, when: dt.date
    ) -> Record:
        if not 1 <= len(by.strip()) <= 80 or not by.isprintable():
            raise BadFacts(f"{where}: say in 1 to 80 plain characters who recorded that it was {action}")
        record = Record(action, version, lineage, files, by, when.isoformat(), audit_head="")
        head = audit.append(self._audit, **asdict(record) | {"run": self.run, **where.facts})
        record = replace(record, audit_head=head)
        self._add(where, "records.json", asdict(record))
        return record


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _refuse_several(where: Partition, versions: Mapping[str, Mapping[str, str]]) -> None:
    """Raise NotSubmitted where one file is in versions whose files for the Department are not the same."""
    first, *others = versions.values()
    if any(files != first for files in others):
        ids = ", ".join(sorted(versions))
        raise NotSubmitted(f"{where}: this file is in the versions {ids}, which differ; name the version that was sent")

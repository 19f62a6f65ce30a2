"""The audit log: one JSON line for each thing done, each line carrying the SHA-256 of the line before.

Whoever owns the file could rewrite the whole chain. So the hash of its last line (the head) is also kept elsewhere, in
every manifest, pointer and record of the store, and `verify` asks for those heads again. Lines carry
counts and hashes, never anything about a child.
"""

import contextlib
import datetime as dt
import getpass
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock, Timeout

from exports import durable
from exports.durable import StoreError

EMPTY = "0" * 64  # the head of a log without lines
_TAIL = 1 << 20  # bytes; far more than one line


class AuditBroken(StoreError):
    """The log was changed after it was written."""


def append(path: Path, **entry: object) -> str:
    """Add one line; returns the new head. A killed writer's part of a line is cut off first: nobody was told of it."""
    try:
        with FileLock(path.with_name("audit.lock"), timeout=60, mode=0o600):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
            try:
                path.chmod(0o600)
                return _append(descriptor, entry)
            finally:
                os.close(descriptor)
                durable.sync(path.parent)
    except Timeout:
        raise StoreError("Another run has held the audit log for a minute; do this again when it has ended") from None


def head(path: Path) -> str:
    """The hash of the last whole line."""
    try:
        lines = durable.read(path).split(b"\n")
    except FileNotFoundError:
        return EMPTY
    return _hash(lines[-2]) if len(lines) > 1 else EMPTY


def entries(path: Path) -> list[dict]:
    """Every line, oldest first, as it stands: `verify` says whether it can be believed."""
    try:
        return [json.loads(line) for line in durable.read(path).split(b"\n")[:-1]]
    except FileNotFoundError:
        return []
    except ValueError:
        raise AuditBroken("The audit log holds a line that is not JSON; verify it") from None


def verify(path: Path, heads: Iterable[str] = ()) -> int:
    """The number of lines, all linked and with all `heads` (noted elsewhere) among them; else AuditBroken."""
    try:
        content = durable.read(path)
    except FileNotFoundError:
        content = b""
    *lines, _torn = content.split(b"\n")  # a killed writer's part of a line counts for nothing, as in `append`
    prev, seen = EMPTY, {EMPTY}
    for number, line in enumerate(lines, 1):
        try:
            link = json.loads(line)["prev"]
        except (ValueError, LookupError, TypeError):
            raise AuditBroken(f"Line {number} of the audit log cannot be read") from None
        if link != prev:
            raise AuditBroken(f"Line {number} of the audit log does not follow from the line before: one was changed")
        prev = _hash(line)
        seen.add(prev)
    if missing := set(heads) - seen:
        raise AuditBroken(f"The audit log was rewritten, or cut off at line {len(lines)}: {len(missing)} heads lack")
    return len(lines)


def _append(descriptor: int, entry: dict[str, object]) -> str:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, max(0, size - _TAIL), os.SEEK_SET)
    *lines, torn = os.read(descriptor, _TAIL).split(b"\n")
    end = size - len(torn)
    if torn:
        os.ftruncate(descriptor, end)
    prev = _hash(lines[-1]) if lines else EMPTY
    fixed = {"time": dt.datetime.now(dt.UTC).isoformat(), "actor": _user(), "prev": prev}
    line = json.dumps(entry | fixed, sort_keys=True).encode()
    try:
        durable.append(descriptor, line + b"\n")
        os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, end)
        raise
    return _hash(line)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        return f"uid {os.getuid()}"


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()

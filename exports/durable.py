"""Files that outlive a kill: written beside their place, flushed, then renamed; for this user only (0700, 0600)."""

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from returns.refusal import Refusal

TEMP = ".new-"  # every unfinished file and folder begins like this, so that a sweep knows its own leftovers

Content = bytes | Path | Callable[[Path], object]


class StoreError(Refusal):
    """What the store refuses or could not do, in one sentence that names return, unit and period."""


class DiskFailed(StoreError):
    """The disk refused; old or new is current, whole either way."""


@contextlib.contextmanager
def disk(what: str) -> Iterator[None]:
    """Turn what the operating system refuses into one sentence about `what`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        advice = "what is current stays whole: put this right, then do it again"
        raise DiskFailed(f"{what}: the disk answered “{reason}”; {advice}") from error


def folder(path: Path) -> None:
    """A folder only this user can open, whatever the umask; an existing one is left as it is."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        path.chmod(0o700)
        sync(path.parent)


def create(path: Path, content: Content) -> None:
    """A new file, flushed when this returns: bytes, a copy of a file, or what a callable writes to the given path."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o600)
    try:
        path.chmod(0o600)
        if isinstance(content, bytes):
            append(descriptor, content)
        elif isinstance(content, Path):
            with content.open("rb") as source:
                while block := source.read(1 << 20):
                    append(descriptor, block)
        else:
            content(path)
    finally:
        os.close(descriptor)
    if not is_file(path):
        raise StoreError(f"The writer of {path.name} left no plain file behind")
    path.chmod(0o600)  # a writer may have put a file of its own in place
    descriptor = os.open(path, os.O_RDWR | _PLAIN)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill that takes the place of `out`, which is not there or empty, when all is in it; else none stays.

    Raises StoreError.
    """
    with disk(f"The folder {out}"):
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise StoreError(f"{out} is there already and is not an empty folder; name another")
        if not out.resolve().parent.is_dir():
            raise StoreError(f"The folder {out.parent} does not exist; make it, or name another")
        unfinished = out.resolve().with_name(TEMP + out.resolve().name)
        remove(unfinished)
        try:
            folder(unfinished)
            yield unfinished
            if out.exists():
                out.rmdir()
            unfinished.replace(out)
        finally:
            remove(unfinished)


def append(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def replace(path: Path, content: Content) -> None:
    """The file holds the old content or the new, never a part; callers hold a lock, as the temporary name is fixed."""
    new = path.with_name(TEMP + path.name)
    try:
        new.unlink(missing_ok=True)
        create(new, content)
        new.replace(path)
    except BaseException:
        remove(new)
        raise
    sync(path.parent)


def read(path: Path) -> bytes:
    """The content of a file that is not a symbolic link."""
    with open(os.open(path, os.O_RDONLY | _PLAIN), "rb") as source:  # noqa: PTH123 - Path.open follows links
        return source.read()


def sha256(path: Path) -> str:
    with open(os.open(path, os.O_RDONLY | _PLAIN), "rb") as source:  # noqa: PTH123 - as above
        return hashlib.file_digest(source, "sha256").hexdigest()


def listed(path: Path) -> list[str]:
    """The names in a folder; none where there is no folder."""
    try:
        return os.listdir(path)  # noqa: PTH208 - names, not paths
    except FileNotFoundError:
        return []


def is_file(path: Path) -> bool:
    """A plain file, not a link to one. Unlike Path.exists, a failing disk is no absent file: a sweep acts on this."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def sync(path: Path) -> None:
    """Flush a folder: only then does a rename in it outlive a power cut."""
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Delete a leftover as far as the disk lets us; the next sweep takes the rest."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

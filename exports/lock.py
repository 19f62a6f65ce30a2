"""One writer at a time in a folder, across processes; whoever comes second is told who holds it."""

import contextlib
import datetime as dt
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from exports import durable


class Held(Exception):
    """Another writer is in the folder; the text says which."""


class FolderLock:
    """May be nested by its holder. The operating system frees it when its process dies; the note beside it may stay."""

    def __init__(self, folder: Path, run: str) -> None:
        self._lock = FileLock(folder / ".lock", mode=0o600)
        self._note = folder / ".holder.json"
        self._run = run

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Raises Held at once, without waiting."""
        if self._lock.is_locked:
            yield
            return
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise Held(self._holder()) from None
        try:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            note = {"run": self._run, "pid": os.getpid(), "host": socket.gethostname(), "time": now}
            durable.replace(self._note, json.dumps(note).encode())
            yield
        finally:
            durable.remove(self._note)
            self._lock.release()

    def _holder(self) -> str:
        try:
            note = json.loads(durable.read(self._note))
            told = f"run {note['run']} (process {note['pid']} on {note['host']}, since {note['time']})"
            if note["host"] == socket.gethostname() and os.name != "nt":  # on Windows this call would end the process
                with contextlib.suppress(PermissionError):  # alive, of another user
                    os.kill(note["pid"], 0)
        except (OSError, ValueError, LookupError, TypeError):  # no note yet, or the note of a process that was killed
            return "another run"
        return told

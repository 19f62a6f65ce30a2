"""Nothing personal leaves a step: every exception becomes a fixed sentence, its traceback goes to a private file."""

import errno
import functools
import os
import secrets
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.resources import home_path
from returns.refusal import Refusal

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_DATABASE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")  # Dagster keeps its runs in SQLite


# Dagster keeps the kind and the description of its own Failure even where it masks all other errors.
class StepRefused(dg.Failure):
    """A step that would not go on; the sentence is for the user and holds no value."""


class StepFailed(dg.Failure):
    """A fault of the program; the traceback is in a private file under the id named."""


def guarded(step: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a step's body (first argument: Dagster's context).

    Told refusals keep their sentence, anything else gives an error id only.
    """

    @functools.wraps(step)
    def body(context: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return step(context, *args, **kwargs)
        except Refusal as refusal:
            told: dg.Failure = StepRefused(str(refusal), allow_retries=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote a child's data
            if sentence := disk_answer(error):
                told = StepRefused(sentence, allow_retries=False)
            else:
                identity = keep_traceback(home_path())
                told = StepFailed(
                    f"The step failed through a fault of the program; error id {identity}, see the folder errors."
                )
        context.log.error(told.description)
        raise told from None

    return body


def disk_answer(error: BaseException | None) -> str:
    """The sentence for a disk that is full, failing or closed at the bottom of an error; nothing for any other."""
    while error is not None:
        number = error.errno if isinstance(error, OSError) else None
        if number in _DISK or getattr(error, "sqlite_errorname", "").startswith(_DATABASE):
            return f"The disk is full, failing or read-only (the data are in {home_path()}): see to it, then try again."
        error = error.__cause__ or error.__context__
    return ""


def keep_traceback(home: Path) -> str:
    """Write the current traceback to a private file outside Dagster's home and give its id."""
    return keep(home, traceback.format_exc())


def keep(home: Path, text: str) -> str:
    """Write a text for the developers' eyes only to a private file (0600) and give its id."""
    folder = home / "errors"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = secrets.token_hex(4)
    descriptor = os.open(folder / f"{identity}.txt", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return identity

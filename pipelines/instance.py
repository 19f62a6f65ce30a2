"""Where everything is kept, made ready for Dagster: private folders, settings, no exception text in its log."""

import importlib.util
import os
import re
import stat
from pathlib import Path

from exports import durable
from pipelines.resources import home_path
from returns.refusal import Refusal

POSTGRES = "RETURNS_DAGSTER_POSTGRES_URL"
SETTINGS = Path(__file__).with_name("dagster.yaml")

# The address stays in the environment: Dagster reads it there, and no file holds its password.
_IN_POSTGRES = f"""
storage:
  postgres:
    postgres_url:
      env: {POSTGRES}
"""


class NotReady(Refusal):
    """The folders or settings are not as the project needs them."""


def prepare() -> Path:
    """Make the home folder (RETURNS_HOME) and Dagster's in it (DAGSTER_HOME) ready; returns the first.

    Sets the umask, DAGSTER_HOME and what keeps exception texts out of Dagster's log, for this process and its children.
    Raises NotReady where a folder is open to others or Dagster's settings there are somebody else's.
    """
    os.umask(0o077)
    home = home_path()
    dagster = Path(os.environ.get("DAGSTER_HOME") or home / "dagster").resolve()
    settings = _settings()
    for folder in (home, dagster):
        _private(folder)
    _write(dagster / "dagster.yaml", settings)
    os.environ |= {
        "RETURNS_HOME": str(home),
        "DAGSTER_HOME": str(dagster),
        "DAGSTER_REDACT_USER_CODE_ERRORS": "1",
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    return home


def _settings() -> str:
    """What dagster.yaml shall say: runs kept by SQLite in DAGSTER_HOME, or by the PostgreSQL named in POSTGRES."""
    if not os.environ.get(POSTGRES):
        return SETTINGS.read_text(encoding="utf-8")
    if importlib.util.find_spec("dagster_postgres") is None:
        raise NotReady(f"{POSTGRES} is set, which needs the package dagster-postgres: install it, or unset {POSTGRES}")
    # SQLAlchemy 2.1 takes psycopg for a plain address; dagster-postgres 0.29 speaks psycopg2's dialect only.
    os.environ[POSTGRES] = re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", os.environ[POSTGRES])
    return SETTINGS.read_text(encoding="utf-8") + _IN_POSTGRES


def _private(folder: Path) -> None:
    with durable.disk(f"The folder {folder}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        durable.folder(folder)
        mode = stat.S_IMODE(folder.stat().st_mode)
    if os.name != "nt" and mode & 0o077:
        raise NotReady(f"Other users of this machine can open {folder}: close it with  chmod go-rwx {folder}")


def _write(path: Path, settings: str) -> None:
    """Refuses to replace settings that somebody wrote: they may say where their runs are kept."""
    ours = SETTINGS.read_text(encoding="utf-8").partition("\n")[0]
    with durable.disk(f"The settings {path}"):
        before = path.read_text(encoding="utf-8") if path.exists() else ours
        if not before.startswith(ours):
            raise NotReady(f"{path} is not this project's: move it away, or set DAGSTER_HOME to another folder")
        if before != settings:
            durable.replace(path, settings.encode())

"""What steps are given: the home folder with its store, and where the care records are."""

import os
from importlib.metadata import version
from pathlib import Path

import dagster as dg

from exports.store import Store
from returns import described

SOFTWARE = "statutory-returns"


def home_path() -> Path:
    """The folder of everything this installation keeps: RETURNS_HOME, else ./data."""
    return Path(os.environ.get("RETURNS_HOME") or "data").resolve()


def unread(inbox: Path) -> int:
    """How many other files, and folders with something in them, were dropped into an inbox folder."""
    there = (path for path in inbox.glob("[!~.]*") if path.name not in ("accepted", "child_ids"))
    return sum(path.is_file() or any(path.iterdir()) for path in there) - len(dropped(inbox))


def dropped(inbox: Path) -> list[Path]:
    """The files in an inbox folder that a return can be read from, without what systems leave there (`~$…`, `._…`)."""
    files = (path for path in inbox.glob("[!~.]*") if path.is_file())
    return sorted(path for path in files if path.suffix.lower() in (".xml", ".csv"))


class Home(dg.ConfigurableResource):
    """The home folder: `store` (published versions), `work` (values of assets), `inbox` (dropped files), `rules` (local
    settings), `providers` (Ofsted's lists)."""

    path: str = ""

    @property
    def root(self) -> Path:
        return Path(self.path).resolve() if self.path else home_path()

    def store(self, run: str) -> Store:
        return Store(self.root / "store", run)

    def inbox(self, name: str, unit: str, period: str) -> Path:
        return self.root / "inbox" / name / unit / period

    def astray(self, name: str, unit: str, period: str) -> int:
        """How many files were dropped under another name of the return (`inbox/903/…`), where nobody looks."""
        names = {name, *described(name).aliases}
        folders = (path for path in (self.root / "inbox").glob("*") if path.name != name and path.name.lower() in names)
        return sum(len(dropped(path / unit / period)) for path in folders)

    def child_ids(self, name: str, unit: str, period: str) -> list[Path]:
        """The lists of new ids for the children in the return of `period`."""
        return sorted(path for path in (self.inbox(name, unit, period) / "child_ids").glob("[!~.]*") if path.is_file())

    def providers(self) -> list[Path]:
        """Ofsted's lists of providers that this installation was given."""
        files = (path for path in (self.root / "providers").glob("[!~.]*") if path.is_file())
        return sorted(path for path in files if path.suffix.lower() in (".xlsx", ".csv"))

    def work(self, *parts: str) -> Path:
        """A folder of the working area, made if need be, for this user only."""
        folder = self.root / "work"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in parts:
            folder /= part
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def address(self, name: str, unit: str, period: str) -> str:
        """Where `make serve` shows the report; opens only in a browser that was let in."""
        door = os.environ.get("RETURNS_ADDRESS") or "http://127.0.0.1:3000"
        return f"{door}/reports/{name}/{unit}/{period}/"


class CareRecords(dg.ConfigurableResource):
    """The care records database (SSD): its SQLAlchemy address from RETURNS_SSD_URL only, for Dagster keeps what is set
    for a run and the address holds a password; its schema as set, else from RETURNS_SSD_SCHEMA."""

    in_schema: str = ""

    @property
    def url(self) -> str | None:
        return os.environ.get("RETURNS_SSD_URL") or None

    @property
    def schema_name(self) -> str | None:
        return self.in_schema or os.environ.get("RETURNS_SSD_SCHEMA") or None

    @property
    def child_id(self) -> str:
        """The column of ssd_person that gives LAchildID."""
        return os.environ.get("RETURNS_SSD_CHILD_ID") or "pers_person_id"


def release() -> str:
    """The installed version of this software."""
    return version(SOFTWARE)

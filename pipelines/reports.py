"""The pages over the store: what is published, the files of it. Only names that a manifest lists are ever opened."""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from exports.store import BadName, Damaged, NothingPublished, Partition, Record, Store, StoreError, Version
from returns import described
from returns.model import UnknownReturn

OURS = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# A report is one page with its script in it. It may show itself and be saved; it reaches nothing else, here or outside.
REPORT = (
    "sandbox allow-scripts allow-same-origin allow-downloads allow-forms allow-modals; default-src 'none'; "
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOWNLOAD = "sandbox; default-src 'none'"

# Not from the machine's own list, which may lack one or call it otherwise.
TYPES = {
    ".html": "text/html",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OF_OURS = {
    "report.html": "The report, to read on the screen",
    "findings.csv": "Every finding, for any program",
    "findings.json": "Every finding, for other programs",
    "findings.xlsx": "The findings as a workbook",
}
THEIRS = {".xml": "The return in the Department's form", ".csv": "A table of the return in the Department's form"}

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("pipelines"), autoescape=True, undefined=jinja2.StrictUndefined
)


def pages(store: Store) -> Starlette:
    """An application, to be mounted at /reports, that shows what `store` holds."""

    def index(_: Request) -> Response:
        return _page("index.html", published=list(store.published()), named=_named, when=_when)

    def partition(request: Request) -> Response:
        """The current version, or with {version} the one named, and the way to all others."""
        where = _where(request)
        wanted = request.path_params.get("version")
        version = _version(store, where, wanted) if wanted else store.current(*where)
        others, recorded, trouble = [], [], ""
        try:
            recorded = store.records(*where)
            others = [other for other in reversed(store.versions(*where)) if other.id != version.id]
        except Damaged as damaged:
            trouble = str(damaged)
        return _page(
            "version.html",
            where=where,
            version=version,
            current=not wanted,
            files=list(_files(version)),
            lacking=_kinds(version, there=False),
            whole=_kinds(version, there=True),
            others=others,
            marks=lambda one: _marks(one, recorded),
            trouble=trouble,
            named=_named,
            when=_when,
        )

    def file(request: Request) -> Response:
        version = _version(store, _where(request), request.path_params["version"])
        path = version.files.get(request.path_params["file"])
        if path is None:
            raise NothingPublished(f"{version.partition}: version {version.id} has no file of this name")
        store.verify(version)
        page = path.suffix == ".html"
        return FileResponse(
            path,
            filename=path.name,
            media_type=TYPES.get(path.suffix, "application/octet-stream"),
            content_disposition_type="inline" if page else "attachment",
            headers={"Content-Security-Policy": REPORT if page else DOWNLOAD, "Cache-Control": "no-store"},
        )

    below = "/{ret}/{unit}/{period}"
    return Starlette(
        routes=[
            Route("/", index),
            Route(below + "/", partition),
            Route(below + "/{version}/", partition),
            Route(below + "/{version}/{file}", file),
        ],
        exception_handlers={StoreError: _told, HTTPException: _missing},
    )


def said(status: int, title: str, text: str) -> Response:
    """A short page that says one thing."""
    return _page("said.html", status, title=title, text=text)


def _page(template: str, status: int = 200, **shown: Any) -> Response:
    headers = {"Content-Security-Policy": OURS, "Cache-Control": "no-store"}
    return HTMLResponse(_templates.get_template(template).render(**shown), status, headers)


def _told(_: Request, error: Exception) -> Response:
    missing = isinstance(error, NothingPublished | BadName)
    return said(404 if missing else 500, "Nothing here" if missing else "This cannot be shown", f"{error}.")


def _missing(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return said(error.status_code, "Nothing here", "There is no such page.")


def _where(request: Request) -> Partition:
    return Partition(*(request.path_params[part] for part in ("ret", "unit", "period")))


def _version(store: Store, where: Partition, wanted: str) -> Version:
    """The version of this id; the current one is found even where an older one is damaged."""
    with contextlib.suppress(NothingPublished, Damaged):
        current = store.current(*where)
        if current.id == wanted:
            return current
    for version in store.versions(*where):
        if version.id == wanted:
            return version
    raise NothingPublished(f"{where}: there is no version of this id")


def _kinds(version: Version, *, there: bool) -> list[str]:
    """The kinds of file that the Department takes, as people say them, of which the version has some, or none."""
    held = {path.suffix for path in version.files.values() if path.name not in OF_OURS}
    kinds: tuple[str, ...] = ("xml",)
    with contextlib.suppress(UnknownReturn):
        kinds = described(version.partition.ret).files
    return [kind.upper() for kind in kinds if (f".{kind}" in held) is there]


def _files(version: Version) -> Iterator[dict[str, Any]]:
    """The files of a version as the page lists them, the report first, then what is for the Department."""

    def place(path: Path) -> tuple[int, str, str]:
        return (0 if path.suffix == ".html" else 2 if path.name in OF_OURS else 1), path.suffix, path.name

    for path in sorted(version.files.values(), key=place):
        theirs = _table(version, path) or THEIRS.get(path.suffix, "A file of this version")
        yield {
            "name": path.name,
            "kind": OF_OURS.get(path.name, theirs),
            "page": path.suffix == ".html",
            "submission": path.name in version.manifest["submission"],
            "size": _size(version.manifest["files"][path.name]["size"]),
            "sha256": version.hashes[path.name],
        }


def _table(version: Version, path: Path) -> str:
    """Which table a CSV file for the Department holds; empty where its name does not say it."""
    file = re.split("_[A-Z]", path.stem)[0]  # marks like _DEMO come after the table's name
    with contextlib.suppress(UnknownReturn):
        for table in described(version.partition.ret).tables:
            if path.suffix == ".csv" and table.file == file:
                return f"{table.name} in the Department's form: {table.label}"
    return ""


def _marks(version: Version, recorded: list[Record]) -> Iterator[str]:
    """What has to be known of a version before it is opened."""
    if version.manifest.get("demo"):
        yield "Invented data"
    for record in recorded:
        if record.version == version.id:
            yield f"{record.action.capitalize()} on {_day(dt.date.fromisoformat(record.when[:10]))}"


def _size(count: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count = count / 1000  # type: ignore[assignment]
    return f"{count:.1f} GB"


def _named(where: Partition) -> str:
    with contextlib.suppress(UnknownReturn):
        return described(where.ret).title
    return where.ret


def _when(created: str) -> str:
    """A manifest's time as people in England say it."""
    there = dt.datetime.fromisoformat(created).astimezone(ZoneInfo("Europe/London"))
    return f"{_day(there)}, {there:%H:%M}"


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"

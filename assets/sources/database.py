"""Reading somebody else's database: one read-only snapshot, every column as text, every failure one plain sentence.

PostgreSQL, SQLite and SQL Server (the last never tried against a server). Portable SQL; identifiers only from
SQLAlchemy metadata.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.reflection import ObjectKind

from assets.sources.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

EXAMPLES = "postgresql://user:password@host:5432/database, mssql+pyodbc://… or sqlite:///file.db"
ISOLATION = {"postgresql": "REPEATABLE READ", "sqlite": "AUTOCOMMIT", "mssql": "SERIALIZABLE"}
ROWS_AT_A_TIME = 50_000


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for a connection, for another program's lock, for one statement."""

    connect: float = 10
    lock: float = 10
    statement: float = 600


@contextmanager
def snapshot(
    source: str | URL | Engine, schema: str | None = None, patience: Patience = Patience()
) -> Iterator[Connection]:
    """A connection in one read-only transaction that sees the database as of one moment; ended by a rollback.

    Raises SourceError: unusable address, missing driver, refused login, lock, time-out, lost connection.
    """
    engine = source if isinstance(source, Engine) else _engine(source, patience)
    where = _where(engine.url)
    if engine.dialect.name not in ISOLATION:
        raise SourceError(_of_another_kind(engine.url))
    if schema and engine.dialect.name == "sqlite":
        raise SourceError(f"{where}: SQLite has no schemas; leave the schema out.")
    try:
        with engine.connect() as connection:
            connection = connection.execution_options(
                isolation_level=ISOLATION[engine.dialect.name],
                schema_translate_map={None: schema} if schema else {},
                postgresql_readonly=True,
            )
            try:
                _begin(connection, patience)
                yield connection
            finally:
                _end(connection)
    except (exc.SQLAlchemyError, UnicodeDecodeError) as error:
        place = ", ".join([where, *getattr(error, "__notes__", [])])
        raise SourceError(f"{place}: {_reason(error)}") from None
    finally:
        if engine is not source:
            engine.dispose()


def absent(connection: Connection, wanted: Mapping[str, Collection[str]], schema: str | None = None) -> list[str]:
    """What of `wanted` the database's tables and views lack, as `table` or `table.column`, in order."""
    found = sa.inspect(connection).get_multi_columns(schema=schema, filter_names=list(wanted), kind=ObjectKind.ANY)
    exact = connection.dialect.name == "postgresql"  # the others take a name in any case
    columns = {
        table if exact else table.lower(): {item["name"] if exact else item["name"].lower() for item in items}
        for (_, table), items in found.items()
        if items
    }
    return [
        name
        for table, names in wanted.items()
        for name in (
            [table] if table not in columns else [f"{table}.{name}" for name in names if name not in columns[table]]
        )
    ]


def load(connection: Connection, table: sa.Table, names: Collection[str]) -> "pa.Table":
    """All rows of `table`, its columns `names`, as text: dates in ISO 8601, missing null. No order is promised."""
    import pyarrow as pa

    chosen = [table.c[name] for name in names]
    statement = sa.select(*(_text(connection, column).label(column.name) for column in chosen))
    schema = pa.schema([(column.name, pa.string()) for column in chosen])
    try:
        with connection.execute(statement) as result:
            batches = [
                pa.record_batch([pa.array(values, pa.string()) for values in zip(*rows, strict=True)], schema=schema)
                for rows in result.partitions(ROWS_AT_A_TIME)
            ]
    except (exc.SQLAlchemyError, UnicodeDecodeError) as error:
        error.add_note(f"table {table.name}")
        raise
    return pa.Table.from_batches(batches, schema=schema)


def _text(connection: Connection, column: "sa.Column[object]") -> "sa.ColumnElement[str]":
    if connection.dialect.name == "mssql":  # CAST gives 'Apr  1 2025 12:00AM' there; style 126 is ISO 8601
        return sa.func.convert(sa.literal_column("NVARCHAR(MAX)"), column, sa.literal_column("126"), type_=sa.Text())
    return sa.cast(column, sa.Text())


def _engine(source: str | URL, patience: Patience) -> Engine:
    try:
        url = make_url(source)
        if "@" in (url.host or ""):
            raise SourceError("The address of the database holds more than one @; write the password's @ as %40.")
        url.get_dialect()
        if url.get_backend_name() not in ISOLATION:
            raise SourceError(_of_another_kind(url))
        if url.get_backend_name() == "sqlite":
            url = _read_only_file(url)
        return sa.create_engine(url, hide_parameters=True, connect_args=_connect_args(url, patience))
    except (exc.ArgumentError, ValueError):
        sentence = f"The address of the database cannot be read; expected the form of {EXAMPLES}."
    except ImportError:
        sentence = (
            f"{_where(url)}: Python's driver for {url.drivername} is not installed; install it or name another driver."
        )
    raise SourceError(sentence)


def _of_another_kind(url: URL) -> str:
    return f"{_where(url)}: databases of this kind are not read; use one of {EXAMPLES}."


def _read_only_file(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        raise SourceError("The address of the SQLite database names no file; expected sqlite:///file.db.")
    file = Path(url.database)
    if not file.is_file():
        raise SourceError(f"{_where(url)}: there is no such file; check the path.")
    return url.set(database=file.resolve().as_uri(), query={**url.query, "mode": "ro", "uri": "true"})


def _connect_args(url: URL, patience: Patience) -> dict[str, object]:
    if url.get_backend_name() == "sqlite":
        return {"timeout": patience.lock}
    if url.get_driver_name() == "psycopg":
        return {
            "connect_timeout": max(2, round(patience.connect)),  # libpq's least is 2
            "client_encoding": "utf8",
            "keepalives_idle": 30,  # a network that falls silent half-way is found out within two minutes
            "keepalives_interval": 15,
            "keepalives_count": 6,
        }
    return {"timeout": max(1, round(patience.connect))} if url.get_driver_name() == "pyodbc" else {}


def _begin(connection: Connection, patience: Patience) -> None:
    if connection.dialect.name == "sqlite":  # Python's sqlite3 opens no transaction for SELECT
        milliseconds = int(patience.lock * 1000)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    elif connection.dialect.name == "postgresql":
        settings = {
            "lock_timeout": f"{int(patience.lock * 1000)}ms",
            "statement_timeout": f"{int(patience.statement * 1000)}ms",
            "DateStyle": "ISO",
            "TimeZone": "Europe/London",  # midnight there is the day before in UTC half the year
        }
        for name, value in settings.items():
            connection.execute(sa.select(sa.func.set_config(name, value, True)))
    else:
        connection.exec_driver_sql(f"SET LOCK_TIMEOUT {int(patience.lock * 1000)}")


def _end(connection: Connection) -> None:
    if connection.invalidated or connection.closed:
        return
    if connection.dialect.name == "sqlite":
        if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA query_only = OFF")  # the connection may go back to its owner's pool
    else:
        connection.rollback()


def _where(url: URL) -> str:
    """What the user may see of an address: never user name, password or options."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite database {unquote(Path(url.database or 'in memory').name)}"
    return f"Database {url.database or ''} on {url.host or 'this machine'}" + (f" port {url.port}" if url.port else "")


LOGIN = "the login was refused; check user and password."
LOCKED = "a table is locked by another program; nothing was extracted, try again when the other program has ended."
LOST = "the connection was lost; nothing was extracted, try again."
SILENT = "nothing answers at this host and port; check both, and that the server runs."
FULL = "the server takes no more connections; try again when it is less busy."
DAMAGED = "the file is damaged; ask its owner for a whole copy."
UNREADABLE = "some text is not in the encoding that the database declares; ask the database's owner."
STATES = {  # SQLSTATE of PostgreSQL
    "28P01": LOGIN,
    "28000": LOGIN,
    "42501": "the login may not read the tables; ask the database's owner for the right to SELECT from them.",
    "55P03": LOCKED,
    "57014": "a query took longer than allowed; nothing was extracted, try again when the server is less busy.",
    "57P01": LOST,
    "53300": FULL,
}
PHRASES = {  # what drivers say where they give no code; matched, never shown
    "password": LOGIN,
    "login failed": LOGIN,
    "pg_hba.conf": LOGIN,
    'role "': LOGIN,
    'database "': "there is no database of this name on the server; check the name.",
    "resolve host": "there is no host of this name; check the host.",
    "refused": SILENT,
    "closed the connection": SILENT,
    "invalid port": SILENT,
    "invalid connection option": "the driver does not know an option in the address; correct it.",
    "no such file or directory": SILENT,
    "unreachable": SILENT,
    "no route to host": SILENT,
    "too many clients": FULL,
    "connection slots": FULL,
    "timeout expired": "the server did not answer in time; check host and port, and whether a firewall lies between.",
    "database is locked": LOCKED,
    "file is not a database": "the file is not an SQLite database; check the path.",
    "no such table: main.": "a view reads a table that is not there; ask the database's owner.",
    "malformed": DAMAGED,
    "disk i/o": DAMAGED,
    "unable to open": "the file cannot be opened; check the path and the right to read it.",
    "decode": UNREADABLE,
}


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return UNREADABLE
    original = getattr(error, "orig", None)
    sentence = STATES.get(getattr(original, "sqlstate", None) or "")
    if sentence:
        return sentence
    said = str(original).lower()
    for phrase, sentence in PHRASES.items():
        if phrase in said:
            return sentence
    if getattr(error, "connection_invalidated", False):
        return LOST
    return "it cannot be read; check address, login and rights, and that its views work. Nothing was extracted."

"""Draw an authority's SSD database as text and make it real, in SQLite or PostgreSQL."""

import sqlalchemy as sa
from sqlalchemy.engine import URL

from assets.sources.ssd_tables import SSD


def draw(text: str) -> dict[str, list[dict[str, str]]]:
    """Blocks of `ssd_table: column | column` followed by a line a row; an empty cell is null, an absent column too."""
    drawn: dict[str, list[dict[str, str]]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("ssd_"):
            table, _, heads = line.partition(":")
            columns = [head.strip() for head in heads.split("|")]
            rows = drawn.setdefault(table, [])
        else:
            cells = [cell.strip() for cell in line.split("|")]
            assert len(cells) == len(columns), line
            rows.append({column: cell for column, cell in zip(columns, cells, strict=True) if cell})
    return drawn


def loose(schema: str | None = None, without: tuple[str, ...] = ()) -> sa.MetaData:
    """The SSD's tables as a careless build has them: no keys, dates as text; `without` names what it lacks."""
    metadata = sa.MetaData(schema=schema)
    for table in SSD.tables.values():
        if table.name not in without:
            columns = [sa.Column(c.name, sa.Text) for c in table.c if f"{table.name}.{c.name}" not in without]
            sa.Table(table.name, metadata, *columns)
    return metadata


def build(
    url: str | URL, drawn: dict[str, list[dict[str, str]]], metadata: sa.MetaData = SSD, schema: str | None = None
) -> None:
    """Create the tables and fill them as drawn; the text goes in as it is, the database reads its dates."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA synchronous = OFF")
            if schema:
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
                connection = connection.execution_options(schema_translate_map={None: schema})
            metadata.create_all(connection)
            mark = "?" if engine.dialect.name == "sqlite" else "%s"
            for table, rows in drawn.items():
                name = f"{schema}.{table}" if schema else table
                for row in rows:
                    sql = f"INSERT INTO {name} ({', '.join(row)}) VALUES ({', '.join([mark] * len(row))})"
                    connection.exec_driver_sql(sql, tuple(row.values()))
    finally:
        engine.dispose()

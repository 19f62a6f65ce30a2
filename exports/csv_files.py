"""A return as the CSV files that the Department's portal takes: one a table, columns in its order, dates as it writes
them.

A cell that cannot be read is written as it was given: nothing is lost, and the portal tells of it too.
"""

import csv
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from exports import durable
from returns.model import Field, Return, Table
from validation.typed import TEXT, Typed


def write_files(given: Typed, described: Return, folder: Path) -> list[Path]:
    """Write the supplied tables of `described`, a return at one period, into `folder`, which is there: UTF-8, CRLF.

    Each file is written whole or not at all. Returns their paths. Raises DiskFailed.
    """
    paths = []
    for table in described:
        if not given.supplied[table.name]:
            continue
        path = folder / f"{table.file or table.name}.csv"
        frame = as_written(given, table)
        with durable.disk(f"The file {path.name}"):
            durable.replace(path, partial(_pour, frame))
        paths.append(path)
    return paths


def _pour(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8")


def as_written(given: Typed, table: Table) -> pd.DataFrame:
    """One typed table as text in the columns of its file; missing cells empty."""
    columns = {name: as_text(given, table, name).fillna("") for name in table.file_columns}
    return pd.DataFrame(columns, index=given.tables[table.name].index)


def as_text(given: Typed, table: Table, name: str) -> pd.Series:
    """One typed column as the Department writes it; cells that cannot be read as they were given."""
    text = _text(given.tables[table.name][name], table[name])
    for cells in given.unreadable:
        if (cells.table, cells.field.name) == (table.name, name):
            text.iloc[cells.positions] = cells.text
    return text


def _text(values: pd.Series, item: Field) -> pd.Series:
    if item.kind == "date":
        codes, distinct = pd.factorize(values)  # a day occurs often and takes long to spell
        spelt = distinct.strftime("%d/%m/%Y").astype(TEXT).array
        return pd.Series(spelt.take(codes, allow_fill=True), index=values.index, dtype=TEXT)
    return values.astype(TEXT) if item.kind != "decimal" else values.map(np.format_float_positional).astype(TEXT)

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
    frame = given.tables[table.name]
    raw = {cells.field.name: cells for cells in given.unreadable if cells.table == table.name}
    columns = {}
    for name in table.file_columns:
        text = _text(frame[name], table[name])
        if name in raw:
            text.iloc[raw[name].positions] = raw[name].text
        columns[name] = text.fillna("")
    return pd.DataFrame(columns, index=frame.index)


def _text(values: pd.Series, item: Field) -> pd.Series:
    if item.kind == "date":
        return values.dt.strftime("%d/%m/%Y").astype(TEXT)
    return values.astype(TEXT) if item.kind != "decimal" else values.map(np.format_float_positional).astype(TEXT)

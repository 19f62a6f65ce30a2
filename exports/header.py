"""The header of a return: what the run says of itself; no source holds it."""

import datetime as dt

import pandas as pd

from returns.model import Return


def header(
    described: Return,
    period: str,
    unit: str,
    software: str,
    release: str | None = None,
    serial: str | None = None,
    now: dt.datetime | None = None,
) -> pd.DataFrame:
    """One row of text in the columns of the return's Header. `unit` is the authority's number, `now` the local time.

    Release, serial number and time are missing until the file is written.
    """
    described = described.at(period)
    assert described.period is not None
    table = described["Header"]
    values = {
        "Year": str(described.period.year),
        "ReferenceDate": described.period.end.isoformat(),
        "SourceLevel": "L",
        "LEA": unit,
        "SoftwareCode": software,
        "Release": release or None,
        "SerialNo": serial or None,
        "DateTime": now.replace(microsecond=0, tzinfo=None).isoformat() if now else None,
    }
    values |= {field.name: field.only for field in table.fields if field.only}
    return pd.DataFrame([values], columns=list(table.columns), index=pd.RangeIndex(1, name="row"), dtype="str")

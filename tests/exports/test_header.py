"""The header that a run writes of itself."""

import datetime as dt

from exports.header import header
from returns import described


def test_one_row_of_text_in_the_order_of_the_return():
    now = dt.datetime(2026, 5, 23, 11, 14, 5, 999)
    made = header(described("cin"), "2025-26", "845", "returns", "0.1.0", "001", now)
    assert made.to_dict("records") == [
        {
            "Collection": "CIN",
            "Year": "2026",
            "ReferenceDate": "2026-03-31",
            "SourceLevel": "L",
            "LEA": "845",
            "SoftwareCode": "returns",
            "Release": "0.1.0",
            "SerialNo": "001",
            "DateTime": "2026-05-23T11:14:05",
        }
    ]
    assert list(made.columns) == list(described("cin")["Header"].columns)
    assert made.index.name == "row"
    assert {str(kind) for kind in made.dtypes} == {"str"}


def test_what_is_not_known_yet_is_missing():
    made = header(described("cin"), "2025-26", "845", "returns")
    assert [name for name in made if made[name].isna().all()] == ["Release", "SerialNo", "DateTime"]

"""The invented authority as files: the same everywhere, all of them or none."""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from assets.sources.demo_folder import make_demo
from assets.sources.errors import SourceError
from exports import xml
from returns import UnknownPeriod

NOW = dt.datetime(2026, 5, 1, 10)
PROGRAM = """
import datetime, pathlib, sys
from assets.sources.demo_folder import make_demo
make_demo("cin", "356", "2026-27", 30, 4, pathlib.Path(sys.argv[1]), "8600=0.1", datetime.datetime(2026, 5, 1, 10))
"""


def made(out, unit="356", period="2025-26", children=10, seed=1, defects=""):
    return make_demo("cin", unit, period, children, seed, out, defects, NOW)


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(database):
    with closing(sqlite3.connect(database)) as connection:
        return sorted(line for line in connection.iterdump() if line.startswith("INSERT"))


def test_two_processes_make_the_same(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path / hashes)], env=os.environ | {"PYTHONHASHSEED": hashes}
        )
        for hashes in ("0", "99")
    ]
    assert [process.wait() for process in processes] == [0, 0]
    one, other = files(tmp_path / "0"), files(tmp_path / "99")
    assert one.pop("care_records.sqlite")[:6] == other.pop("care_records.sqlite")[:6] == b"SQLite"
    assert one == other
    assert len(one) == 13
    assert rows(tmp_path / "0/care_records.sqlite") == rows(tmp_path / "99/care_records.sqlite")


def test_what_is_said_is_there_and_says_that_it_is_invented(tmp_path):
    said = made(tmp_path / "new" / "demo?", children=11)
    assert [line.split(":")[0].rpartition("/")[2] for line in said] == [
        "care_records.sqlite",
        "tables",
        "cin_356_2025-26_DEMO_NOT_FOR_SUBMISSION.xml",
    ]
    for line in said:
        assert Path(line.partition(": ")[0]).exists()
    document = xml.read(next((tmp_path / "new" / "demo?").glob("*.xml")))
    assert document.header["SoftwareCode"] == "DEMO"
    assert document.header["DateTime"] == "2026-05-01T10:00:00"
    assert len(document.tables["ChildIdentifiers"]) == 11
    children = pd.read_csv(tmp_path / "new" / "demo?" / "tables" / "ChildIdentifiers.csv", dtype="str")
    assert children["LAchildID"].tolist() == document.tables["ChildIdentifiers"]["LAchildID"].tolist()


@pytest.mark.parametrize("unit", ["942", "000"])
def test_a_number_that_is_in_no_upn_yet_makes_a_clean_return_too(tmp_path, unit):
    from validation import validate

    made(tmp_path / "demo", unit=unit, period="2022-23")
    found = validate("cin", xml.read(next((tmp_path / "demo").glob("*.xml"))).tables, "2022-23")
    assert found["rule"].tolist() == []


def test_a_file_with_what_cannot_be_written_says_so(tmp_path):
    assert made(tmp_path / "demo", defects="8600=0.2,8510=0.2")[-1].endswith("without what cannot be written")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": "12"}, "three digits"),
        ({"unit": "abc"}, "three digits"),
        ({"children": 9}, "10 to 400,000"),
        ({"seed": -1}, "from 0 upwards"),
        ({"period": "2031-32"}, "not described"),
        ({"defects": "9999=1"}, "no defect 9999"),
        ({"defects": "8600"}, "RULE=SHARE"),
        ({"defects": "8600=nan"}, "from 0 to 1"),
        ({"defects": "all=0.3"}, "larger authority"),
    ],
)
def test_what_cannot_be_made_leaves_nothing(tmp_path, wrong, said):
    with pytest.raises((SourceError, UnknownPeriod), match=said):
        made(tmp_path / "demo", **wrong)
    assert files(tmp_path) == {}
    assert not any((tmp_path / "demo").glob("*"))


def test_a_place_that_cannot_be_filled_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(SourceError, match="not empty"):
        made(tmp_path)
    for place in (tmp_path / "file", tmp_path / "file" / "demo"):
        with pytest.raises(SourceError, match="could not be filled"):
            made(place)
    assert files(tmp_path) == {"file": b"kept"}


def test_what_was_left_unfinished_is_made_anew(tmp_path):
    (tmp_path / ".unfinished").mkdir()
    (tmp_path / ".unfinished" / "care_records.sqlite").write_bytes(b"half")
    made(tmp_path)
    assert not (tmp_path / ".unfinished").exists()
    assert (tmp_path / "care_records.sqlite").read_bytes()[:6] == b"SQLite"

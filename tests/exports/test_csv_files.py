"""The 903 as CSV files: the columns that the portal knows them by, its dates, nothing lost, whole or not at all."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.sources.files import read_csv_folder
from exports.csv_files import write_files
from exports.submission import write
from returns import described
from validation.typed import TEXT, typed

CLA = described("cla")
PERIODS = [period.name for period in CLA.periods]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(",\"'\t;"), min_size=1, max_size=8)


@st.composite
def tables(draw, at):
    def cell(item):
        dates = st.dates().map(lambda date: f"{date:%d/%m/}{date.year:04d}")
        known = {"date": dates, "whole": st.integers(0, 99).map(str)}.get(item.kind, TEXTS.map(str.upper))
        return draw(st.none() | known | st.sampled_from(["31/02/2025", "N/K"]))

    made = {}
    for table in at:
        rows = [{name: cell(table[name]) for name in table.file_columns} for _ in range(draw(st.integers(0, 3)))]
        rows = [row for row in rows if any(row.values())]  # a line of commas is no row
        made[table.name] = pd.DataFrame(rows, columns=list(table.file_columns), dtype=TEXT)
    return made


@settings(max_examples=10, deadline=None)
@given(data=st.data(), period=st.sampled_from(PERIODS))
def test_what_is_written_is_read_as_it_was(data, period, tmp_path_factory):
    at, folder = CLA.at(period), tmp_path_factory.mktemp("files")
    raw = data.draw(tables(at))

    paths = write_files(typed(raw, at), at, folder)

    again = read_csv_folder(folder, CLA, period)
    assert sorted(again.tables) == sorted(raw)
    assert [path.name for path in paths] == [f"{table.file}.csv" for table in at]
    for name, frame in raw.items():
        expected = frame.reset_index(drop=True).rename_axis(index="row")
        pd.testing.assert_frame_equal(again.tables[name], expected, check_dtype=False, check_index_type=False)


def test_dates_are_as_the_portal_writes_them_and_what_cannot_be_read_stays(tmp_path):
    raw = pd.DataFrame({"CHILD": ["a"] * 3, "DOB": ["2015-01-31", "31/01/2015", "31/02/2015"]})

    (path,) = write_files(typed({"Reviews": raw}, CLA.at("2025-26")), CLA.at("2025-26"), tmp_path)

    assert path.read_bytes() == (
        b"CHILD,DOB,REVIEW,REVIEW_CODE\r\nA,31/01/2015,,\r\nA,31/01/2015,,\r\nA,31/02/2015,,\r\n"
    )
    assert path.stat().st_mode & 0o077 == 0


def test_tables_that_were_not_supplied_get_no_file(tmp_path):
    assert write_files(typed({}, CLA.at("2025-26")), CLA.at("2025-26"), tmp_path) == []


@pytest.mark.parametrize(("period", "last"), [("2022-23", "missing"), ("2023-24", "sw_episodes"), ("2026-27", "dolo")])
def test_files_are_those_of_the_year(period, last):
    assert [table.file for table in CLA.at(period)][-1] == last


def test_without_episodes_there_is_no_file_for_the_department_and_the_gap_is_named(tmp_path):
    at = CLA.at("2025-26")
    given = typed({"Header": pd.DataFrame({"CHILD": ["A"]})}, at)
    beside = {"demo": False, "ruleset": "", "incomplete": True, "software": ("test", "1"), "serial": str}

    for kind in at.files:
        (tmp_path / f"before.{kind}").touch()  # of an earlier run: nothing of it may be taken for this one's
        made = write(kind, given, at, "356", tmp_path, **beside)
        assert (made.paths, made.obstacles[["table", "why"]].to_numpy().tolist()) == (
            [],
            [["Episodes", "the table was not given"]],
        )
    assert list(tmp_path.iterdir()) == []

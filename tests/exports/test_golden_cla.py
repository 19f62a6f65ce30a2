"""A small 903 of every year, drawn by hand: no rule finds an error, and both kinds of file give back what was there."""

import pytest
from golden import GOLDEN

from assets.sources.files import read_csv_folder
from exports.csv_files import write_files
from exports.xml import obstacles, read
from exports.xml import write_files as write_xml
from returns import described
from validation import validate
from validation.typed import typed

CLA = described("cla")
PERIODS = [period.name for period in CLA.periods]
LAST_YEAR = {"1001", "1002"}  # of a care leaver the years in care are not in the files
QUERIES = {
    "2022-23": set(),
    "2023-24": LAST_YEAR | {"SW11aSTG2"},  # the social worker ended because the child left care
    "2024-25": LAST_YEAR,
    "2025-26": LAST_YEAR | {"SW17STG2"},  # as SW11aSTG2
    "2026-27": LAST_YEAR | {"SW17STG2"},
}
NEVER_IN_XML = ("DoLo",)  # no schema shows where


def golden(period: str):
    return read_csv_folder(GOLDEN / f"cla_{period}", CLA, period)


def cells(frame, table) -> list[tuple[str, ...]]:
    """The rows of a table in any order: by XML a child's rows come together."""
    held = frame.reindex(columns=list(table.file_columns)).fillna("")
    return sorted(held.itertuples(index=False, name=None))


@pytest.mark.parametrize("period", PERIODS)
def test_no_rule_finds_an_error(period):
    now, before = golden(period), CLA.previous(period)
    previous = golden(before).tables if before else None

    findings = validate("cla", now.tables, period, previous=previous, authority="356")

    assert len(now.issues) == 0
    assert all(len(now.tables[table.name]) for table in CLA.at(period))
    assert findings[findings["severity"] == "error"].to_dict("records") == []
    assert set(findings["rule"]) == QUERIES[period]
    assert findings.attrs["crashed"] == {}
    if before:
        without = {code for code, why in findings.attrs["not_run"].items() if not why.startswith("Ofsted")}
        assert without == ({"706"} if period == "2026-27" else set())  # 706: no orders were asked for the year before


@pytest.mark.parametrize("period", PERIODS)
def test_the_csv_files_are_written_as_they_were(period, tmp_path):
    at = CLA.at(period)

    paths = write_files(typed(golden(period).tables, at), at, tmp_path)

    assert {path.name: path.read_bytes() for path in paths} == {
        path.name: path.read_bytes() for path in (GOLDEN / f"cla_{period}").iterdir()
    }


@pytest.mark.parametrize("period", PERIODS)
def test_the_xml_gives_back_what_was_written(period, tmp_path):
    at, tables = CLA.at(period), golden(period).tables
    sent = typed(tables, at)
    stopping = obstacles(sent, at)

    written = write_xml(sent, at, {}, tmp_path / "cla.xml", incomplete=True)

    assert set(stopping["table"]) == {name for name in NEVER_IN_XML if name in at}
    again = read([file.path for file in written], "cla", period)
    assert len(again.issues) == 0
    for table in at:
        if table.name not in NEVER_IN_XML:
            assert cells(again.tables[table.name], table) == cells(tables[table.name], table), table.name

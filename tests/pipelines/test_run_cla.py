"""The children looked after return through the whole job: its files, last year's of any kind, providers, authority."""

import csv
import io
import json
import shutil
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from pipelines.cli import command
from pipelines.io import value
from pipelines.resources import Home
from pipelines.run import _results
from returns import described

CLA = described("cla")
SEX = {"2024-25": "F", "2025-26": "F", "2023-24": "2"}
PROVIDERS = (
    "URN,Placement code,Placement provider code,Deregistration date,Provider postcode,Local authority\n"
    "7654321,K2,PR4,,SW1A 2AA,Westminster\n"
)
STAGES = ["csv", "extract", "findings", "last_year", "published", "report", "tables", "xml"]


def files(folder: Path, period: str, **changed: str) -> None:
    """One girl in foster care since before last year, whose files have the columns of the year and nothing more."""
    folder.mkdir(parents=True, exist_ok=True)
    year = int(period[:4])
    cells = {
        "CHILD": "a1",
        "DOB": "01/05/2012",
        "SEX": SEX[period],
        "ETHNIC": "WBRI",
        "UPN": "A801200001001",
        "MOTHER": "0",
        "DECOM": "01/06/2020",
        "RNE": "S",
        "LS": "C2",
        "CIN": "N1",
        "PLACE": "U4",
        "PLACE_PROVIDER": "PR1",
        "HOME_POST": "SW1A 2AA",
        "PL_POST": "SW1P 3BT",
        "URN": "1234567",
        "REVIEW": f"01/06/{year}",
        "REVIEW_CODE": "PN1",
        **changed,
    }
    for name in ("Header", "Episodes", "Reviews", "UASC", "Missing"):
        table = CLA.at(period)[name]
        with (folder / f"{name}.csv").open("w", newline="") as file:
            rows = csv.DictWriter(file, table.file_columns, extrasaction="ignore")
            rows.writeheader()
            if name not in ("UASC", "Missing"):
                rows.writerow({column: cells.get(column, "") for column in table.file_columns})


def made(result) -> list[str]:
    return sorted(event.asset_key.path[1] for event in result.get_asset_materialization_events())


def said(result, stage: str) -> dict:
    (event,) = [event for event in result.get_asset_materialization_events() if event.asset_key.path[1] == stage]
    return {name: entry.value for name, entry in event.materialization.metadata.items()}


def found(place, unit: str) -> set[tuple[str, str]]:
    findings = place.frames("findings", unit=unit, name="cla")["findings"]
    return set(zip(findings["rule"], findings["child"], strict=True))


@pytest.fixture(scope="module")
def run(place):
    """A first run: files of this year only."""
    files(place.inbox(unit="356", name="cla"), "2025-26")
    return place.run(name="cla")


def test_every_stage_is_made_and_the_run_is_a_success(place, run):
    assert run.success
    assert made(run) == STAGES
    assert place.instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.SUCCESS


def test_the_csv_files_are_what_the_department_gets(place, run):
    version = place.store().current("cla", "356", "2025-26")

    assert {"header.csv", "episodes.csv", "reviews.csv", "uasc.csv", "missing.csv"} <= set(version.files)
    assert "header.csv" in version.manifest["submission"]
    assert version.files["header.csv"].read_text() == (
        "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nA1,F,01/05/2012,WBRI,A801200001001,0,\n"
    )


def test_a_version_counts_the_children_as_its_report_does(place):
    """A child whom Header leaves out is in the return all the same."""
    inbox = place.inbox(unit="359", name="cla")
    files(inbox, "2025-26")
    with (inbox / "Reviews.csv").open("a", newline="") as file:
        file.write("b2,02/06/2013,01/06/2025,PN1\r\n")
    assert place.run(name="cla", unit="359").success

    version = place.store().current("cla", "359", "2025-26")
    assert version.manifest["counts"]["children"] == 2
    assert json.loads(version.files["findings.json"].read_text())["counts"]["children"] == 2


def test_rules_on_last_year_and_providers_are_not_run_without_them(place, run):
    not_run = place.frames("findings", name="cla")["not_run"].set_index("name")["value"]

    assert not_run["NoE"] == "last period's return was not given"
    assert not_run["1008"] == "Ofsted's list of providers was not given"


def test_the_run_says_on_the_command_line_what_was_not_read(place, run):
    folder = place.inbox(unit="303", name="cla")
    files(folder, "2025-26")
    (folder / "other.csv").write_text("a,b\n1,2\n")
    place.run(name="cla", unit="303")
    shown = io.StringIO()

    _results(Home(path=str(place.home)), "cla", "303", "2025-26", Console(file=shown))

    assert "reading: other.csv was not read" in shown.getvalue()


def test_the_run_says_on_the_command_line_why_rules_were_not_run(place, run):
    reason = "last period's return was not given"
    shown = io.StringIO()

    _results(Home(path=str(place.home)), "cla", "356", "2025-26", Console(file=shown))

    told = place.frames("findings", name="cla")["not_run"]["value"].value_counts()
    assert f"not run: {told[reason]} ({reason})\n" in shown.getvalue()


def test_the_run_says_on_the_command_line_what_an_incomplete_file_lacks(place):
    folder = place.inbox(unit="307", name="cla")
    files(folder, "2025-26")
    (folder / "Reviews.csv").write_text("CHILD,DOB,REVIEW,REVIEW_CODE\nB1,01/05/2012,01/06/2025,PN1\n")
    place.run(name="cla", unit="307", xml={"incomplete": True})
    shown = io.StringIO()

    _results(Home(path=str(place.home)), "cla", "307", "2025-26", Console(file=shown))

    assert "\nLeft out of the XML: 1 cells or rows cannot be written" in shown.getvalue()


def test_where_the_placement_is_follows_from_postcodes_and_unit(place, run):
    """Rule 1015 compares with the returning authority; the postcodes are those of Westminster."""
    not_run = set(place.frames("findings", name="cla")["not_run"]["name"])

    assert not {"164", "169", "179", "411", "1015"} & not_run


def test_last_year_s_files_and_the_list_of_providers_are_taken_where_they_are(place, run):
    unit = "301"
    files(place.inbox(unit=unit, name="cla"), "2025-26", SEX="M")
    files(place.inbox("2024-25", unit, "cla") / "accepted", "2024-25")
    (place.home / "providers").mkdir(exist_ok=True)
    (place.home / "providers" / "list.csv").write_text(PROVIDERS)

    result = place.run(name="cla", unit=unit)

    assert result.success
    assert said(result, "last_year")["last year"] == "the file of 2024-25 dropped as accepted"
    assert {("202", "A1"), ("1008", "A1")} <= found(place, unit)
    reasons = place.frames("findings", unit=unit, name="cla")["not_run"]["value"]
    assert set(reasons.str.partition(":")[0]) == {"not supplied"}


def test_what_was_accepted_here_is_last_year(place, run):
    files(place.inbox("2024-25", "302", "cla"), "2024-25")
    assert place.run(name="cla", unit="302", period="2024-25").success
    version = place.store().current("cla", "302", "2024-25")
    for action in ("submitted", "accepted"):
        assert command([action, "cla", "302", "2024-25", version.id, "--by", "A Person"]) == 0
    files(place.inbox(unit="302", name="cla"), "2025-26", ETHNIC="BCRB")

    result = place.run(name="cla", unit="302")

    assert said(result, "last_year")["last year"] == "the file of 2024-25 recorded as accepted"
    assert ("204", "A1") in found(place, "302")


def test_next_year_s_rules_on_this_year_s_data(place, run):
    result = place.run("findings", name="cla", findings={"ruleset": "2026-27"})

    assert result.success
    not_run = place.frames("findings", name="cla")["not_run"].set_index("name")["value"]
    assert not_run["702"] == "not supplied: table DoLo"


def test_last_year_s_files_with_dates_of_another_year_are_doubted(place, run):
    unit = "303"
    files(place.inbox(unit=unit, name="cla"), "2025-26")
    files(place.inbox("2024-25", unit, "cla") / "accepted", "2025-26")

    result = place.run("extract", "last_year", name="cla", unit=unit)

    assert said(result, "last_year")["last year"] == (
        "the file of 2024-25 dropped as accepted: Of 2 dates of episodes, reviews and so on 0 are in 2024-25 and "
        "1 after it: check that this is the return of that period."
    )


# New ids of a new case system


def test_last_year_s_children_are_known_under_their_new_ids_and_the_report_says_so(place, run):
    """A girl who has another id this year, and another sex."""
    unit, listed = "304", place.inbox("2024-25", "304", "cla") / "child_ids" / "ids.csv"
    files(place.inbox(unit=unit, name="cla"), "2025-26", CHILD="s3cret1", SEX="M")
    files(listed.parent.parent / "accepted", "2024-25")
    told = said(place.run("extract", "last_year", name="cla", unit=unit), "last_year")
    assert told["children also in this return"] == 0
    assert told["last year"] == (
        "the file of 2024-25 dropped as accepted; 0 of 1 children of last period's return are in this one, so nearly "
        "every child counts as new. If the case system gave new ids, put a list of them into "
        "inbox/cla/304/2024-25/child_ids, and see that both are of one authority."
    )
    without = value(place.frames("last_year", unit=unit, name="cla"), "@facts")["sha256"]
    listed.parent.mkdir()
    listed.write_text("old,new\na1,S3cret1\nb2,s3cret2\n")

    result = place.run(name="cla", unit=unit)

    assert ("202", "S3CRET1") in found(place, unit)
    told = "the file of 2024-25 dropped as accepted; children under new ids: 1; 1 old ids in the list are of no child"
    assert said(result, "last_year") == {
        "last year": told,
        "tables": 5,
        "children under new ids": 1,
        "old ids of no child": 1,
        "children also in this return": 1,
    }
    version = place.store().current("cla", unit, "2025-26")
    assert json.loads(version.files["findings.json"].read_text())["facts"]["last year"] == told
    assert told in version.files["report.html"].read_text()
    assert value(place.frames("findings", unit=unit, name="cla"), "@facts")["last_year"] not in ("", without)
    shown = io.StringIO()
    _results(Home(path=str(place.home)), "cla", unit, "2025-26", Console(file=shown))
    assert f"last year: {told}\n" in shown.getvalue()
    assert f"\nThe report: {version.files['report.html']}, or under /reports/ when `make serve` runs\n" in (
        shown.getvalue()
    )
    assert "s3cret" not in "".join(map(dg.serialize_value, place.instance.all_logs(result.run_id))).lower()


@pytest.mark.parametrize(
    ("lists", "sentence"),
    [
        ({"ids.csv": "old,new\ns3cret1,s3cret2\nS3CRET1,s3cret3\n"}, "ids.csv: an old id stands on several lines"),
        ({"ids.csv": "old,new\n", "ids2.csv": "old,new\n"}, "child_ids of cla 305 2024-25 holds several files"),
        ({"ids.xlsx": "PK\0"}, "ids.xlsx is not text that can be read; save it as CSV in UTF-8."),
    ],
)
def test_a_list_of_new_ids_that_cannot_be_meant_stops_the_run(place, run, lists, sentence):
    files(place.inbox(unit="305", name="cla"), "2025-26")
    files(place.inbox("2024-25", "305", "cla") / "accepted", "2024-25")
    folder = place.inbox("2024-25", "305", "cla") / "child_ids"
    folder.mkdir()
    for name, text in lists.items():
        (folder / name).write_text(text)

    result = place.run("extract", "last_year", name="cla", unit="305")

    shutil.rmtree(folder)
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    assert failed.step_failure_data.error.cls_name == "StepRefused"
    assert sentence in failed.step_failure_data.user_failure_data.description
    assert "s3cret" not in failed.step_failure_data.user_failure_data.description.lower()


def test_a_list_of_new_ids_without_last_year_has_nothing_to_rename(place, run):
    folder = place.inbox("2024-25", name="cla") / "child_ids"
    folder.mkdir()
    (folder / "ids.csv").write_text("old,new\na1,b1\n")

    origin = said(place.run("last_year", name="cla"), "last_year")["last year"]

    assert origin.endswith("no file was dropped; the list of new ids has nothing to rename")


# Invented children


def test_invented_children_have_a_last_year_that_was_invented_with_them(place):
    (place.home / "providers" / "list.csv").unlink(missing_ok=True)
    here = {"name": "cla", "unit": "306"}
    result = place.run(**here, job="cla_dry_run", extract={"source": "demo", "children": 20})

    assert said(result, "last_year")["last year"] == (
        "invented data of 2024-25, of the same children, as nothing of 2024-25 is recorded as accepted and no file was "
        "dropped"
    )
    frames = place.frames("findings", unit="306", name="cla")
    assert set(frames["findings"]["rule"]) <= {"1001", "1002"}  # care leavers whose care was before both years
    assert not frames["not_run"]["value"].str.contains("last").any()

    assert place.run("extract", "tables", **here, extract={"source": "demo", "children": 21}).success
    assert not place.run("findings", **here).success, "last year is of other children"

    files(place.inbox("2024-25", "306", "cla") / "accepted", "2024-25")
    accepted = said(place.run("last_year", **here), "last_year")
    assert accepted["last year"].startswith("the file of 2024-25 dropped as accepted; 0 of 1 children")

"""The whole job over a real instance: from each source to the published version, and where it stops.

The units keep the scenarios apart: each has folders and versions of its own.
"""

import datetime as dt
import hashlib
import json
import re
import shutil
import stat
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest
from golden import GOLDEN
from lxml import etree

from exports.schemas import add
from exports.store import NotSubmitted
from exports.xsd import xsd
from pipelines.checks import SEVERITIES
from pipelines.cli import command
from pipelines.definitions import defs
from returns import described

CIN = described("cin")
STAGES = ["extract", "last_year", "tables", "findings", "xml", "report", "published"]
REPORT = ["findings.csv", "findings.json", "findings.xlsx", "report.html"]
DEMO = {"source": "demo", "children": 20}
PLAIN = re.compile(
    r"|[0-9a-f]{64}|[0-9]{4}-[0-9a-f]{8}|[0-9]{3}|file|care records|invented data|CIN census rules .*"
    r"|nothing of [0-9-]+ is recorded as accepted and no file was dropped|([0-9]{4}Q?|schema|unreadable)( \([0-9]+\))?"
)


def made(result) -> list[str]:
    return [event.asset_key.path[1] for event in result.get_asset_materialization_events()]


def said(result, stage: str) -> dict:
    """The metadata of what a stage made."""
    (event,) = [event for event in result.get_asset_materialization_events() if event.asset_key.path[1] == stage]
    return {name: entry.value for name, entry in event.materialization.metadata.items()}


def checks(result) -> dict[str, dg.AssetCheckEvaluation]:
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


def refusal(place, result) -> str:
    """The one sentence with which a run stopped; nothing in Dagster's log may hold a traceback."""
    assert not result.success
    run = place.instance.get_run_by_id(result.run_id)
    assert run.status == dg.DagsterRunStatus.FAILURE
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    for entry in place.instance.all_logs(result.run_id):
        assert "Traceback" not in dg.serialize_value(entry)
    assert failed.step_failure_data.error.stack == []
    assert failed.step_failure_data.error.cls_name == "StepRefused"
    sentence = failed.step_failure_data.user_failure_data.description
    assert "\n" not in sentence
    return sentence


def dropped(place, unit: str, *changes: tuple[str, str], period: str = "2025-26") -> None:
    """The golden return of a period in the inbox of `unit`, with texts replaced."""
    text = (GOLDEN / f"cin_{period}.xml").read_text(encoding="utf-8").replace("<LEA>356</LEA>", f"<LEA>{unit}</LEA>")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (place.inbox(period, unit) / "return.xml").write_text(text, encoding="utf-8")


def files(version) -> dict[str, str]:
    """What a version's folder really holds: file name -> SHA-256."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in version.path.iterdir()
        if path.name != "manifest.json"
    }


def valid(path: Path, period: str = "2025-26") -> bool:
    return etree.XMLSchema(etree.fromstring(xsd(CIN.at(period)))).validate(etree.parse(path))


# From invented children


@pytest.fixture(scope="module")
def invented(place):
    return place.run(extract=DEMO)


def test_every_stage_is_made_once_and_the_run_is_a_success(place, invented):
    assert invented.success
    assert Counter(made(invented)) == Counter(STAGES)
    assert place.instance.get_run_by_id(invented.run_id).status == dg.DagsterRunStatus.SUCCESS


def test_invented_data_are_marked_in_name_header_and_manifest_and_are_never_submitted(place, invented):
    version = place.store().current("cin", "356", "2025-26")
    name = "cin_356_2025-26_DEMO_NOT_FOR_SUBMISSION.xml"

    assert sorted(version.files) == sorted([name, *REPORT])
    assert version.manifest["demo"] is True
    assert version.manifest["submission"] == []
    assert etree.parse(version.files[name]).findtext(".//SoftwareCode") == "DEMO"
    assert said(invented, "published")["invented data"] is True
    assert said(invented, "extract")["source"] == "invented data"
    for what in (version.id, version.hashes[name]):
        with pytest.raises(NotSubmitted):
            place.store().submitted("cin", "356", "2025-26", what, "A Person", dt.date(2026, 7, 1))


def test_the_file_is_valid_against_the_schema_of_the_year(place, invented):
    version = place.store().current("cin", "356", "2025-26")

    assert valid(version.files["cin_356_2025-26_DEMO_NOT_FOR_SUBMISSION.xml"])
    assert len(place.frames("tables")["ChildIdentifiers"]) == version.counts["children"] == 20


def test_the_version_holds_every_file_with_the_hash_that_manifest_and_metadata_say(place, invented):
    version = place.store().current("cin", "356", "2025-26")
    metadata = said(invented, "published")

    assert files(version) == version.hashes
    assert {name: metadata[f"sha256 of {name}"] for name in version.hashes} == version.hashes
    assert (metadata["version"], metadata["files"], metadata["made before"]) == (version.id, 5, False)
    place.store().verify(version)


def test_what_is_kept_is_for_this_user_only(place, invented):
    kept = [path for part in ("work", "store", "demo") for path in [place.home / part, *(place.home / part).rglob("*")]]

    assert [str(path) for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_rules_on_last_year_are_not_wanting_where_the_census_has_none(place, invented):
    """No rule of this census reads last year; one that did would be told as not run, with the reason."""
    from validation import rules

    reads = rules("cin")["needs"].str.contains("previous")
    not_run = place.frames("findings")["not_run"]

    assert set(rules("cin", "2025-26")["code"][reads]) <= set(not_run["name"])
    assert not_run["value"].str.len().all()
    assert said(invented, "last_year")["last year"].startswith("nothing of 2024-25 is recorded as accepted")


# From a dropped file


WRONG = (
    ("<Sex>F</Sex>", "<Sex>Z</Sex>"),
    ("<PersonBirthDate>2015-06-14</PersonBirthDate>", "<PersonBirthDate>2031-06-14</PersonBirthDate>"),
)


@pytest.fixture(scope="module")
def wrong(place):
    """A dropped file with errors, one of which no valid file can hold."""
    dropped(place, "301", *WRONG)
    return place.run(unit="301")


def test_errors_of_the_data_leave_the_run_green_and_their_checks_red(place, wrong):
    findings = place.frames("findings", unit="301")["findings"]

    assert (findings["severity"] == "error").any()
    assert wrong.success
    assert Counter(made(wrong)) == Counter(STAGES)
    failed = checks(wrong)["ChildIdentifiers_errors"]
    assert (failed.passed, failed.severity, failed.blocking) == (False, dg.AssetCheckSeverity.ERROR, False)


def test_every_declared_check_is_reported_once_with_the_counts_of_the_findings(place, wrong):
    findings = place.frames("findings", unit="301")["findings"]
    reported = Counter((each.asset_key, each.check_name) for each in wrong.get_asset_check_evaluations())
    keys = [key for key in defs.resolve_asset_graph().asset_check_keys if key.asset_key.path[0] == "cin"]
    declared = {(key.asset_key, key.name) for key in keys}

    assert reported == Counter(declared)
    assert len(declared) == 2 * (len(CIN.tables) + 1) + 3
    for table in [*(each.name for each in CIN), "return"]:
        for severity in SEVERITIES:
            check = checks(wrong)[f"{table}_{'errors' if severity == 'error' else 'queries'}"]
            rows = findings[(findings["table"].fillna("return") == table) & (findings["severity"] == severity)]
            told = {name: entry.value for name, entry in check.metadata.items()}
            assert (told["findings"], told["rules"]) == (len(rows), rows["rule"].nunique()), check.check_name
            assert check.passed is rows.empty
            assert check.severity.value == ("ERROR" if severity == "error" else "WARN")
            assert told["report"] == "http://127.0.0.1:3000/reports/cin/301/2025-26/"


@pytest.mark.parametrize("which", ["invented", "wrong"])
def test_metadata_are_counts_codes_and_hashes_only(request, which):
    result = request.getfixturevalue(which)
    entries = [
        (f"{event.asset_key.path[1]}.{name}", entry)
        for event in result.get_asset_materialization_events()
        for name, entry in event.materialization.metadata.items()
    ]
    entries += [
        (f"{check.check_name}.{name}", entry)
        for check in result.get_asset_check_evaluations()
        for name, entry in check.metadata.items()
    ]

    for name, entry in entries:
        if isinstance(entry, dg.UrlMetadataValue):
            assert re.fullmatch(r"http://127\.0\.0\.1:3000/reports/cin/[0-9]{3}/2025-26/", entry.value), name
        elif isinstance(entry, dg.TextMetadataValue):
            parts = re.split(r"(?<=\)) ", entry.value)
            assert all(PLAIN.fullmatch(part) for part in parts), f"{name}: {entry.value}"
        else:
            assert isinstance(entry, dg.IntMetadataValue | dg.BoolMetadataValue), name


@pytest.mark.parametrize("which", ["invented", "wrong"])
def test_dagsters_log_names_no_child(request, place, which):
    result = request.getfixturevalue(which)
    unit = "356" if which == "invented" else "301"
    children = place.frames("extract", unit=unit)["ChildIdentifiers"]
    secrets = {cell for field in ("LAchildID", "UPN", "PersonBirthDate") for cell in children[field].dropna()}
    log = "\n".join(dg.serialize_value(entry) for entry in place.instance.all_logs(result.run_id))

    assert len(log) > 20_000
    assert [secret for secret in secrets if secret in log] == []


def test_where_the_file_cannot_be_whole_none_is_written_and_the_check_says_so(place, wrong):
    version = place.store().current("cin", "301", "2025-26")

    assert sorted(version.files) == REPORT
    assert "serial" not in version.manifest
    assert version.counts["obstacles"] == said(wrong, "xml")["cells and rows that cannot be written"] > 0
    complete = checks(wrong)["complete"]
    assert (complete.passed, complete.metadata["cells and rows"].value) == (False, version.counts["obstacles"])
    assert re.fullmatch(r"([0-9]{4}Q?|schema|unreadable) \([0-9]+\).*", said(wrong, "xml")["stopped by"])
    assert complete.metadata["rules"].value == said(wrong, "xml")["stopped by"]
    assert complete.metadata["report"].value.endswith("/reports/cin/301/2025-26/")


def test_an_incomplete_file_is_written_only_when_asked_and_says_so_in_its_name(place, wrong):
    asked = place.run("xml", "report", "published", unit="301", xml={"incomplete": True})

    assert asked.success
    version = place.store().current("cin", "301", "2025-26")
    (name,) = [name for name in version.files if name.endswith(".xml")]
    assert name == "cin_301_2025-26_INCOMPLETE_NOT_FOR_SUBMISSION.xml"
    assert version.manifest["submission"] == []
    assert checks(asked)["complete"].passed is False
    with pytest.raises(NotSubmitted):
        place.store().submitted("cin", "301", "2025-26", version.id, "A Person", dt.date(2026, 7, 1))


@pytest.fixture(scope="module")
def right(place):
    """The golden return, dropped as it stands, for authority 302."""
    dropped(place, "302")
    return place.run(unit="302")


def test_a_dropped_file_becomes_a_file_for_the_department(place, right):
    assert right.success
    version = place.store().current("cin", "302", "2025-26")
    name = "cin_302_2025-26.xml"

    assert said(right, "extract")["source"] == "file"
    assert sorted(version.files) == sorted([name, *REPORT])
    assert version.manifest["submission"] == [name]
    assert version.manifest["demo"] is False
    assert valid(version.files[name])
    header = etree.parse(version.files[name]).getroot().find("Header")
    assert header.findtext(".//SoftwareCode") == "statutory-returns"
    assert header.findtext(".//SerialNo") == version.manifest["serial"] == "001"
    assert checks(right)["complete"].passed


def test_equal_input_gives_the_version_that_is_there_and_no_new_serial_number(place, right):
    before = place.store().current("cin", "302", "2025-26")
    again = place.run(unit="302")

    assert again.success
    after = place.store().current("cin", "302", "2025-26")
    assert (after.id, files(after)) == (before.id, files(before))
    assert said(again, "published")["made before"] is True
    assert said(again, "xml")["serial"] == before.manifest["serial"]
    assert len(place.store().versions("cin", "302", "2025-26")) == 1


def test_changed_input_and_changed_settings_give_new_versions_with_higher_serial_numbers(place, right):
    dropped(place, "302", ("<Sex>F</Sex>", "<Sex>M</Sex>"))
    assert place.run(unit="302").success
    settings = place.home / "rules/cin.csv"
    settings.parent.mkdir(mode=0o700)
    settings.write_text("code,setting,reason,author,expires\n8500,off,A merger,A. Manager,2999-12-31\n")
    try:
        assert place.run("findings", "xml", "report", "published", unit="302").success
    finally:
        settings.unlink()

    versions = place.store().versions("cin", "302", "2025-26")
    assert place.store().current("cin", "302", "2025-26").id == versions[-1].id
    assert [version.manifest["serial"] for version in versions] == ["001", "002", "003"]
    lineages = [version.manifest["lineage"] for version in versions]
    assert lineages[0] != lineages[1] == lineages[2]
    place.store().verify(versions[0])


def test_a_dropped_file_made_from_invented_children_stays_invented(place):
    """Its header says so."""
    dropped(place, "305", ("<SoftwareCode>statutory-returns<", "<SoftwareCode>DEMO<"))

    assert said(place.run("extract", unit="305"), "extract")["source"] == "invented data"


# From the care records


def test_care_records_are_read_where_no_file_is_dropped(place, monkeypatch):
    from assets.sources.demo import population, write

    database = f"sqlite:///{place.home}/care_records.sqlite"
    records = population(15, unit="306")
    del records["ssd_version_log"]  # which says that they are invented
    write(records, database)
    monkeypatch.setenv("RETURNS_SSD_URL", database)

    result = place.run(unit="306")

    assert result.success
    assert Counter(made(result)) == Counter(STAGES)
    version = place.store().current("cin", "306", "2025-26")
    assert said(result, "extract")["source"] == "care records"
    assert said(result, "extract")["rows left out"] > 0
    assert version.manifest["submission"] == ["cin_306_2025-26.xml"]
    assert version.counts["children"] == 15
    assert valid(version.files["cin_306_2025-26.xml"])


# What stops a run


def test_a_blocking_check_that_fails_turns_the_run_red_and_stops_what_comes_after(place):
    text = (GOLDEN / "cin_2025-26.xml").read_text(encoding="utf-8").replace("<LEA>356<", "<LEA>307<")
    empty = re.sub(r"<Children>.*</Children>", "<Children></Children>", text, flags=re.DOTALL)
    (place.inbox(unit="307") / "empty.xml").write_text(empty, encoding="utf-8")

    result = place.run(unit="307")

    assert not result.success
    assert place.instance.get_run_by_id(result.run_id).status == dg.DagsterRunStatus.FAILURE
    shape = checks(result)["shape"]
    assert (shape.passed, shape.blocking, shape.severity) == (False, True, dg.AssetCheckSeverity.ERROR)
    assert shape.metadata["children"].value == 0
    assert not {"findings", "xml", "report", "published"} & set(made(result))
    assert ("cin", "307", "2025-26") not in place.store().partitions()


@pytest.mark.parametrize(
    ("unit", "config", "sentence"),
    [
        ("308", {"source": "records"}, "No care records are configured"),
        ("308", {"source": "file"}, "holds no .xml and no .csv file"),
        ("308", {"source": "demo", "children": 3}, "has 10 to 400,000 children"),
        ("309", {}, "this run is for 309"),
    ],
)
def test_a_source_that_refuses_gives_one_sentence_in_dagsters_log(place, unit, config, sentence):
    if unit == "309":
        dropped(place, "309", ("<LEA>309</LEA>", "<LEA>310</LEA>"))

    result = place.run("extract", "tables", unit=unit, extract=config)

    assert sentence in refusal(place, result)
    assert made(result) == []
    messages = [entry.user_message for entry in place.instance.all_logs(result.run_id) if entry.dagster_event is None]
    assert sum(sentence in message for message in messages) == 1
    assert not (place.home / "errors").exists()


def test_a_source_that_nobody_knows_is_refused_before_the_run(place):
    with pytest.raises(dg.DagsterInvalidConfigError, match="files"):
        place.run("extract", extract={"source": "files"})


NO_PARTITION = (
    "Children in need census: choose a described period and the number of a local authority, "
    "its three digits at the Department, for instance 356."
)


@pytest.mark.parametrize("unit", ["..", "a/b", "1234", "35", "", "../../x", "356\n", "٣٥٦"])
def test_a_unit_that_is_none_is_refused_and_nothing_is_written(place, unit):
    before = {path for path in place.home.parent.rglob("*") if "dagster" not in path.parts}

    result = place.run("extract", "last_year", unit=unit, extract=DEMO)

    (failed,) = [event for event in result.all_events if event.is_step_failure]
    assert failed.step_failure_data.error.cls_name == "StepRefused"
    assert failed.step_failure_data.user_failure_data.description == NO_PARTITION
    assert {path for path in place.home.parent.rglob("*") if "dagster" not in path.parts} == before


def test_a_stage_whose_needs_were_never_made_is_refused(place):
    assert "extract has not been materialised" in refusal(place, place.run("tables", unit="311"))


# What does not belong together


@pytest.fixture
def mixed(place, right):
    """Unit 302 after its run, put back as it was afterwards."""
    work = place.home / "work/cin/302"
    kept = place.home / "kept"
    shutil.copytree(work, kept)
    yield place
    shutil.rmtree(work)
    kept.rename(work)
    dropped(place, "302")


DIFFERENT = "cin 302 2025-26: tables, findings, file and report are of different data; run the return again."


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (["extract"], ["findings"]),
        (["extract", "tables"], ["xml"]),
        (["extract", "tables"], ["report"]),
        (["extract", "tables"], ["published"]),
    ],
)
def test_stages_of_different_data_are_not_used_together(mixed, first, then):
    current = mixed.store().current("cin", "302", "2025-26").id
    dropped(mixed, "302", ("2015-06-14", "2015-06-15"))
    assert mixed.run(*first, unit="302").success

    assert refusal(mixed, mixed.run(*then, unit="302")) == DIFFERENT
    assert mixed.store().current("cin", "302", "2025-26").id == current


def test_a_file_and_a_report_on_another_one_are_not_published_together(mixed):
    assert mixed.run("xml", unit="302", xml={"incomplete": True}).success

    assert refusal(mixed, mixed.run("published", unit="302")) == DIFFERENT


def test_invented_children_never_get_the_name_of_a_return(mixed):
    """The inbox was empty for the tables and is not for what is read afterwards."""
    (mixed.inbox(unit="302") / "return.xml").unlink()
    assert mixed.run("extract", "tables", unit="302", extract=DEMO).success
    dropped(mixed, "302")
    assert mixed.run("extract", unit="302").success

    assert refusal(mixed, mixed.run("xml", unit="302")) == DIFFERENT


def test_a_file_that_was_changed_on_its_way_is_not_published(mixed):
    (page,) = (mixed.home / "work/cin/302/2025-26").rglob("report.html")
    page.write_text("another page")

    assert refusal(mixed, mixed.run("published", unit="302")) == DIFFERENT


# Another year's rules


def test_next_years_rules_on_this_years_data(mixed):
    from pipelines.io import value
    from validation import rules

    assert mixed.run("findings", unit="302", findings={"ruleset": "2026-27"}).success
    assert refusal(mixed, mixed.run("published", unit="302")) == DIFFERENT, "with the report by this year's rules"
    assert mixed.run("xml", "report", "published", unit="302").success

    findings = mixed.frames("findings", unit="302")
    assert value(findings, "@facts")["ruleset"] == "2026-27"
    told = {*findings["ran"]["code"], *findings["not_run"]["name"]}
    assert told == set(rules("cin", "2026-27")["code"]) != set(rules("cin", "2025-26")["code"])
    assert "PreProceedings" in " ".join(findings["not_run"]["value"])
    version = mixed.store().current("cin", "302", "2025-26")
    assert valid(version.files["cin_302_2025-26_RULES_2026-27_NOT_FOR_SUBMISSION.xml"])
    assert version.manifest["submission"] == []


def test_a_rule_set_that_nobody_described_is_refused(place, right):
    stopped = place.run("findings", unit="302", findings={"ruleset": "2099-00"})

    assert "'2099-00' is not described" in refusal(place, stopped)


# Last year


def taken(place, unit: str, period: str = "2026-27"):
    """A run of `last_year`, which wants to know where the children are from."""
    if not (place.home / "work/cin" / unit / period / "extract").exists():
        assert place.run("extract", unit=unit, period=period, extract=DEMO).success
    return place.run("last_year", unit=unit, period=period)


def last_year(place, unit: str, period: str = "2026-27") -> str:
    result = taken(place, unit, period)
    assert result.success
    return said(result, "last_year")["last year"]


def test_last_year_is_what_the_department_accepted_and_nothing_else(place):
    assert last_year(place, "312") == "nothing of 2025-26 is recorded as accepted and no file was dropped"
    assert list(place.frames("last_year", "2026-27", "312")) == ["@facts"]

    ours = (GOLDEN / "cin_2025-26.xml").read_bytes().replace(b"<LEA>356<", b"<LEA>312<")
    facts = {"lineage": "l", "rule_book": "b", "code_version": "c", "content_key": "k", "counts": {}}
    version = place.store().publish("cin", "312", "2025-26", {"a.xml": ours}, facts | {"submission": ["a.xml"]})
    assert last_year(place, "312").startswith("nothing of 2025-26"), "published only"

    when = dt.date(2026, 7, 1)
    place.store().submitted("cin", "312", "2025-26", version.id, "A Person", when)
    assert last_year(place, "312").startswith("nothing of 2025-26"), "submitted only"

    accepted = place.inbox("2025-26", "312") / "accepted"
    accepted.mkdir()
    dropped(place, "312", ("<Sex>F</Sex>", "<Sex>M</Sex>"))
    (place.inbox("2025-26", "312") / "return.xml").rename(accepted / "RETURN.XML")
    assert last_year(place, "312") == "the file of 2025-26 dropped as accepted"
    assert place.frames("last_year", "2026-27", "312")["ChildIdentifiers"]["Sex"][0] == "M"

    place.store().accepted("cin", "312", "2025-26", version.id, "A Person", when)
    assert last_year(place, "312") == "the file of 2025-26 recorded as accepted"
    assert place.frames("last_year", "2026-27", "312")["ChildIdentifiers"]["Sex"][0] == "F"


def test_the_first_described_period_has_no_last_year(place):
    assert last_year(place, "313", "2022-23") == "no period before this one is described"


def test_an_accepted_file_of_another_authority_is_refused(place):
    accepted = place.inbox("2025-26", "314") / "accepted"
    accepted.mkdir()
    shutil.copy(GOLDEN / "cin_2025-26.xml", accepted)

    sentence = refusal(place, taken(place, "314"))
    assert sentence == "The file's header says local authority 356, this run is for 314; drop the right file."


def test_a_file_of_another_year_is_refused_as_source_and_as_accepted(place):
    dropped(place, "316", period="2024-25")
    accepted = place.inbox("2025-26", "316") / "accepted"
    accepted.mkdir()
    (place.inbox("2024-25", "316") / "return.xml").rename(accepted / "return.xml")
    sentence = "The file's header says 2024-25, where that of 2025-26 is wanted; drop the right file."
    assert refusal(place, taken(place, "316")) == sentence

    (accepted / "return.xml").rename(place.inbox("2025-26", "316") / "return.xml")
    assert refusal(place, place.run("extract", unit="316")) == sentence


def test_of_several_files_dropped_as_accepted_none_is_chosen(place):
    accepted = place.inbox("2025-26", "315") / "accepted"
    accepted.mkdir()
    for file in ("first.xml", "second.xml"):
        shutil.copy(GOLDEN / "cin_2025-26.xml", accepted / file)
    sentence = refusal(place, taken(place, "315"))
    assert (
        sentence == "The folder accepted of cin 315 2025-26 holds several returns; leave the files of the one accepted."
    )


def test_a_file_that_the_registered_schema_does_not_take_is_marked_and_the_check_and_report_say_why(place, capsys):
    dropped(place, "316")
    strict = xsd(CIN.at("2025-26")).replace(b'maxOccurs="unbounded"', b'maxOccurs="1"')
    (place.home / "strict.xsd").write_bytes(strict)
    add(place.home / "strict.xsd", place.home, "cin", "2025-26")
    try:
        assert command(["run", "cin", "316", "2025-26"]) == 1
        result = place.run("xml", unit="316")
    finally:
        shutil.rmtree(place.home / "schemas")

    version = place.store().current("cin", "316", "2025-26")
    assert "cin_316_2025-26_NOT_FOR_SUBMISSION.xml" in version.files
    assert version.manifest["submission"] == []
    faults = version.counts["schema_faults"]
    assert faults > 0
    assert f"The schema that you registered does not take the file ({faults} faults)" in capsys.readouterr().out
    facts = json.loads(version.files["findings.json"].read_text(encoding="utf-8"))["facts"]
    assert facts["faults by the registered schema"] == str(faults)
    assert checks(result)["complete"].passed is False
    assert checks(result)["complete"].metadata["faults by the registered schema"].value == faults

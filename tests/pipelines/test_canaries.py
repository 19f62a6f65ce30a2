"""Canary sweep: marks in every field go through every kind of success and failure, in Dagster and on the command line;
afterwards they are nowhere but in the restricted places.
"""

import base64
import contextlib
import gzip
import os
import pickle
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest
import sqlalchemy
from canaries import (
    DATES,
    PERIOD,
    STEM,
    UNIT,
    census,
    found_below,
    mark,
    sightings,
    write_care_files,
    write_folder,
    write_providers,
    write_records,
)
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.testclient import TestClient

import assets.stages
import exports.report
import exports.store
import exports.submission
import exports.workbook
import exports.xml
import validation.typed
from pipelines.definitions import CENSUS, defs
from pipelines.instance import SETTINGS, prepare
from pipelines.partitions import key, register
from validation.rules import book

ROOT = Path(__file__).parents[2]
STAGES = ("extract", "tables", "last_year", "findings", "xml", "report", "published")
RESTRICTED = ("store", "work", "inbox", "errors", "rules", "providers", "demo")
EVERYTHING = """query($run: ID!) {
  logsForRun(runId: $run) { ... on EventConnection { events {
    __typename
    ... on MessageEvent { message level stepKey eventType }
    ... on ExecutionStepFailureEvent {
      error { message stack className causes: errorChain { error { message stack } } }
      failureMetadata { description metadataEntries { ...entry } } }
    ... on MaterializationEvent { assetKey { path } label description metadataEntries { ...entry } tags { key value } }
    ... on AssetCheckEvaluationEvent { evaluation { checkName description metadataEntries { ...entry } } }
    ... on RunFailureEvent { error { message stack } }
  } } }
  runOrError(runId: $run) { ... on Run { runConfigYaml tags { key value } status assets { id } } }
  assetNodes { description }
}
fragment entry on MetadataEntry { label description
  ... on TextMetadataEntry { text } ... on UrlMetadataEntry { url } ... on PathMetadataEntry { path }
  ... on MarkdownMetadataEntry { mdStr } ... on JsonMetadataEntry { jsonString } ... on IntMetadataEntry { intRepr }
}"""


# The search itself


FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "upper case": lambda text: text.upper().encode(),
    "lower case": lambda text: text.lower().encode(),
    "UTF-16, little end first": lambda text: text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: text.upper().encode("utf-16-be"),
    "gzip": lambda text: b"\0" + gzip.compress(text.encode()) + b"\0",
    "zlib": lambda text: b"\0" + zlib.compress(text.encode(), 9) + b"\0",
    "hex": lambda text: text.encode().hex().encode(),
    "upper hex": lambda text: text.encode().hex().upper().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one place on": lambda text: base64.b64encode(b"1" + text.encode()),
    "base64, two places on": lambda text: base64.urlsafe_b64encode(b"??" + text.lower().encode()),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode() * 3)),
    "hex of zlib": lambda text: zlib.compress(text.encode() * 3).hex().encode(),
    "pickled text": pickle.dumps,
    "pickled frame": lambda text: pickle.dumps(pd.DataFrame({"id": [text]})),
    "pickled array": lambda text: pickle.dumps(np.array([text])),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("planted", [mark("UPN"), DATES[3]])
def test_a_planted_mark_is_found_in_every_form(tmp_path, form, planted):
    (tmp_path / "log").write_bytes(b"begin abc" + FORMS[form](planted) + b"xyz end")

    assert list(found_below(tmp_path)) == ["log"]


def test_a_mark_is_found_in_names_zip_files_and_torn_database_rows(tmp_path):
    (tmp_path / mark("name")).mkdir()
    made = pd.DataFrame({"id": [mark("cell")]})
    made.to_excel(tmp_path / "a.xlsx")
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE events (body TEXT)")
        for size in range(4040, 4100):  # one of them is torn by the end of a page
            database.execute("INSERT INTO events VALUES (?)", ("x" * size + f"{STEM}row{size}",))
    database.close()

    seen = found_below(tmp_path)

    assert set(seen) == {mark("name"), "a.xlsx", "a.db"}
    assert {f"plain: {STEM.lower()}row{size}" for size in range(4040, 4100)} <= seen["a.db"]


def test_what_holds_no_mark_is_clean():
    assert sightings(b"Kanary 2025-03-17 " + bytes(range(256)) + gzip.compress(b"nothing")) == set()


def test_a_leak_into_dagster_is_found_in_its_files_and_answers(tmp_path):
    @dg.asset(check_specs=[dg.AssetCheckSpec("c", asset="leaky")], config_schema={"text": str})
    def leaky(context):
        context.log.info(mark("log"))
        found = dg.AssetCheckResult(passed=True, check_name="c", metadata={"a": mark("check")})
        return dg.MaterializeResult(metadata={"a": mark("metadata")}, check_results=[found])

    @dg.asset(deps=[leaky])
    def broken():
        raise ValueError(mark("exception")) from KeyError(mark("cause"))

    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_bytes(SETTINGS.read_bytes())
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run = dg.materialize(
            [leaky, broken],
            instance=instance,
            raise_on_error=False,
            tags={"a": mark("tag")},
            run_config={"ops": {"leaky": {"config": {"text": mark("config")}}}},
        )
        told = answers(instance, [run.run_id])

    kept = set().union(*found_below(tmp_path).values())
    for place in ("log", "metadata", "check", "tag", "config", "exception", "cause"):
        assert f"plain: {mark(place).lower()}" in told & kept


def answers(instance: dg.DagsterInstance, runs: list[str]) -> set[str]:
    """What Dagster's pages give away of these runs: every event, the runs, and the file for its makers."""
    seen: set[str] = set()
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget(), dg.__version__) as context:
        browser = TestClient(create_app_from_workspace_process_context(context))
        for run in runs:
            answer = browser.post("/graphql", json={"query": EVERYTHING, "variables": {"run": run}})
            assert answer.status_code == 200, answer.text
            assert "errors" not in answer.json(), answer.text
            assert len(answer.json()["data"]["logsForRun"]["events"]) > 3
            debug = browser.get(f"/download_debug/{run}")
            assert debug.status_code == 200
            seen |= sightings(answer.content) | sightings(debug.content)
    return seen


# Dagster


@dataclass
class Swept:
    """A home after all that happened in it: what each run told, and what was printed meanwhile."""

    root: Path
    home: Path
    told: dict[str, str] = field(default_factory=dict)
    answers: set[str] = field(default_factory=set)
    printed: bytes = b""

    def restricted(self) -> tuple[Path, ...]:
        return (self.root / "given", *(self.home / name for name in RESTRICTED))


@contextlib.contextmanager
def printing_to(file: Path) -> Iterator[None]:
    """Everything that this process writes to its standard output and error, by whatever way, goes to `file`."""
    with file.open("a") as kept, contextlib.redirect_stdout(kept), contextlib.redirect_stderr(kept):
        before = {number: os.dup(number) for number in (1, 2)}
        for number in before:
            os.dup2(kept.fileno(), number)
        try:
            yield
        finally:
            for number, descriptor in before.items():
                os.dup2(descriptor, number)
                os.close(descriptor)


def raising(*_: object, **__: object) -> None:
    """What libraries do: quote the value that they choke on."""
    try:
        pd.to_datetime([mark("raised")], format="%Y-%m-%d")
    except ValueError as cause:
        raise KeyError(mark("wrapped")) from cause


def _unhurried(connection: sqlite3.Connection, _: object) -> None:
    """No power cut is tested here, and Dagster commits hundreds of times a run."""
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture(scope="module")
def dagster(tmp_path_factory) -> Swept:
    """The census job on marks, through success and every kind of failure, without the net of Dagster's own masking."""
    umask = os.umask(0o000)
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("dagster")
        for name in ("given", "tmp", "user"):
            (root / name).mkdir()
        patch.setattr(os, "environ", os.environ.copy())
        patch.setattr(tempfile, "tempdir", str(root / "tmp"))
        os.environ |= {"RETURNS_HOME": str(root / "home"), "TMPDIR": str(root / "tmp"), "HOME": str(root / "user")}
        sqlalchemy.event.listen(sqlalchemy.pool.Pool, "connect", _unhurried)
        home = prepare()
        del os.environ["DAGSTER_REDACT_USER_CODE_ERRORS"]
        swept = Swept(root, home)
        with dg.DagsterInstance.get() as instance, printing_to(root / "given" / "printed"):
            register(instance, [UNIT])
            runs = [_run(swept, instance, *each) for each in _scenarios(home, root / "given", patch)]
            runs += [_run(swept, instance, *each, "cla") for each in _care_scenarios(home, patch)]
            swept.answers = answers(instance, runs)
        swept.printed = (root / "given" / "printed").read_bytes()
        sqlalchemy.event.remove(sqlalchemy.pool.Pool, "connect", _unhurried)
    os.umask(umask)
    return swept


def _run(swept: Swept, instance: dg.DagsterInstance, name: str, stages: tuple[str, ...], ret: str = "cin") -> str:
    result = defs.resolve_job_def(CENSUS[ret].name).execute_in_process(
        partition_key=key(PERIOD, UNIT),
        instance=instance,
        raise_on_error=False,
        asset_selection=[dg.AssetKey([ret, stage]) for stage in stages],
        run_config={"ops": {f"{ret}__xml": {"config": {"incomplete": True}}} if "xml" in stages else {}},
    )
    failed = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    swept.told[name] = failed[0].error.message if failed else "published" if result.success else "stopped"
    return result.run_id


def _scenarios(home: Path, given: Path, patch: pytest.MonkeyPatch) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is to be run, each made ready just before: its name and its stages."""
    inbox = home / "inbox" / "cin" / UNIT / PERIOD
    inbox.mkdir(parents=True)

    def dropped(**files: str) -> None:
        for path in inbox.glob("*.*"):
            path.unlink()
        for name, text in files.items():
            (inbox / name.replace("_", ".")).write_text(text, encoding="utf-8")

    # what goes wrong before anything is read
    dropped(a_xml=census(lea=mark("LEA")))
    yield "a header of another authority", ("extract",)
    dropped(a_xml=census()[:2000])
    yield "a file cut off", ("extract",)
    dropped()
    write_folder(given / "headless", headings=False)
    for path in (given / "headless").iterdir():
        path.rename(inbox / path.name)
    yield "tables without headings", ("extract",)
    dropped()
    records = given / "care.sqlite"
    write_records(records)
    os.environ["RETURNS_SSD_URL"] = f"sqlite:///{records}"
    with sqlite3.connect(records) as database:
        wrong = bytes([0xC3, 0x28]) + mark("bytes").encode()
        database.execute("UPDATE ssd_person SET pers_upn = CAST(? AS TEXT)", (wrong,))
    database.close()
    yield "text in the records that is no UTF-8", ("extract",)
    with patch.context() as broken:
        broken.setattr(assets.stages, "collect", raising)
        yield "a source that raises", ("extract",)
        broken.setattr(assets.stages, "collect", _wrongly_typed)
        yield "a wrong type of cell", ("extract",)

    # everything works, on marks in every field; then each later stage goes wrong on the same tables
    (home / "rules").mkdir()
    local = home / "rules" / "cin.csv"
    local.write_text(f"code,setting,reason,author,expires\n8600,query,{mark('reason')},A,2099-01-01\n")
    dropped(a_xml=census(names=True), b_xml=census(dates=True))
    yield "every field", STAGES
    with patch.context() as broken:
        rule = next(rule for rule in book("cin").at(PERIOD) if rule.check and rule.arguments == ("child_identifiers",))
        versions = [replace(rule, check=_rule_that_raises)]
        broken.setitem(book("cin").versions, rule.code, versions)
        yield "a rule that raises", ("findings",)
    accepted = inbox.parent / "2024-25" / "accepted"
    accepted.mkdir(parents=True)
    (accepted / "a.xml").write_text(census()[:1500])
    yield "an accepted file cut off", ("last_year",)
    local.write_text(f"code,setting,reason,author,expires\n{mark('code')},{mark('setting')},x,A,{mark('expires')}\n")
    yield "local rules that cannot be read", ("findings",)
    local.unlink()
    with patch.context() as broken:
        broken.setattr(exports.submission, "write_xml", raising)
        yield "a writer that raises", ("xml",)
    with patch.context() as broken:
        broken.setattr(exports.workbook, "_findings", _rows_that_raise)
        yield "a workbook that raises", ("report",)
    with patch.context() as broken:
        broken.setattr(exports.report, "report", raising)
        yield "a report that raises", ("report",)
    with patch.context() as broken:
        broken.setattr(exports.store.Store, "_built", raising)
        broken.setattr(exports.store.Store, "_same", lambda *_: None)
        yield "a store that raises", ("published",)
    with patch.context() as broken:
        broken.setattr(validation.typed, "typed", _dates_as_text(validation.typed.typed))
        yield "a column of the wrong type", ("tables",)
    (home / "work" / "cin" / UNIT / PERIOD / "extract" / "Header.parquet").write_text(mark("parquet"))
    yield "values that cannot be read back", ("tables",)


def _care_scenarios(home: Path, patch: pytest.MonkeyPatch) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The same for the 903: what its files, last year's and the list of providers add."""
    inbox = home / "inbox" / "cla" / UNIT / PERIOD
    accepted = inbox.parent / "2024-25" / "accepted"
    listed = home / "providers" / "list.csv"

    write_care_files(inbox, headings=False)
    yield "903: files without headings", ("extract",)
    write_care_files(inbox)
    (inbox / "episodes.csv").write_text(f'CHILD,DECOM\n"{mark("cut")}')
    yield "903: a file cut off", ("extract",)
    write_care_files(inbox)
    write_care_files(accepted, "2024-25")
    write_providers(listed)
    yield "903: every field", (*STAGES, "csv")
    with patch.context() as broken:
        rule = next(rule for rule in book("cla").at(PERIOD) if rule.check and rule.arguments == ("header",))
        broken.setitem(book("cla").versions, rule.code, [replace(rule, check=_rule_that_raises_on_a_sex)])
        yield "903: a rule that raises", ("findings",)
    write_providers(listed, mark("heading"))
    yield "903: a list of something else", ("findings",)
    listed.write_text(f'URN,{mark("heading")}\n"{mark("cut")}')
    yield "903: a list cut off", ("findings",)
    write_providers(listed)
    (accepted / "header.csv").write_text(f'CHILD,SEX\n"{mark("cut")}')
    yield "903: last year's file cut off", ("last_year",)
    with patch.context() as broken:
        broken.setattr(exports.submission, "write_files", raising)
        yield "903: a writer that raises", ("csv",)


def _wrongly_typed(*arguments: object, **more: object) -> object:
    from assets.sources.collect import NO_ISSUES, NOTHING_LEFT_OUT, Collected

    cells = pd.DataFrame({"LAchildID": [1, mark("mixed")]}, dtype=object)
    return Collected({"ChildIdentifiers": cells}, NO_ISSUES, NOTHING_LEFT_OUT, {"source": "file"})


def _dates_as_text(typed: Callable) -> Callable:
    def made(*given: object) -> object:
        whole = typed(*given)
        frame = whole.tables["ChildIdentifiers"]
        frame["PersonBirthDate"] = pd.array([mark("date")] * len(frame), dtype="str")
        return whole

    return made


def _rule_that_raises(child_identifiers: pd.DataFrame) -> pd.Series:
    if len(child_identifiers):
        raise KeyError(child_identifiers["LAchildID"].iloc[0])
    return child_identifiers["LAchildID"].isna()


def _rule_that_raises_on_a_sex(header: pd.DataFrame) -> pd.Series:
    if len(header):
        raise KeyError(header["SEX"].iloc[0])
    return header["SEX"].isna()


def _rows_that_raise(_: object) -> Iterator[tuple[str, ...]]:
    yield (mark("cell"),)
    raise ValueError(mark("row"))


def test_every_kind_of_failure_fired_and_told_one_sentence(dagster):
    kinds = {name: told.partition(":")[0].rpartition(".")[2] for name, told in dagster.told.items()}

    fault, refusal = "StepFailed", "StepRefused"
    assert kinds == {
        "a header of another authority": refusal,
        "a file cut off": refusal,
        "tables without headings": refusal,
        "text in the records that is no UTF-8": refusal,
        "a source that raises": fault,
        "a wrong type of cell": fault,
        "every field": "published",
        "an accepted file cut off": refusal,
        "a column of the wrong type": "DagsterAssetCheckFailedError",
        "a rule that raises": "published",
        "local rules that cannot be read": refusal,
        "a writer that raises": fault,
        "a workbook that raises": fault,
        "a report that raises": fault,
        "a store that raises": fault,
        "values that cannot be read back": fault,
        "903: files without headings": refusal,
        "903: a file cut off": refusal,
        "903: every field": "published",
        "903: a rule that raises": "published",
        "903: a list of something else": refusal,
        "903: a list cut off": refusal,
        "903: last year's file cut off": refusal,
        "903: a writer that raises": fault,
    }


def test_marks_reached_every_restricted_place_and_nothing_else_on_the_disk(dagster):
    everywhere = found_below(dagster.root)

    for place in ("store", "work", "inbox", "errors"):
        assert any(path.startswith(f"home/{place}/") for path in everywhere), place
    for place in ("store/cla", "work/cla", "inbox/cla", "providers"):
        assert any(path.startswith(f"home/{place}/") for path in everywhere), place
    assert found_below(dagster.root, dagster.restricted()) == {}


def test_nothing_is_in_dagsters_answers(dagster):
    assert dagster.answers == set()


def test_nothing_was_printed(dagster):
    assert b"cin_census" in dagster.printed  # Dagster's own lines are there
    assert sightings(dagster.printed) == set()


def test_everything_restricted_is_for_this_user_only(dagster):
    everything = [dagster.home, *dagster.home.rglob("*")]
    own = [path for path in everything if not path.is_relative_to(dagster.home / "inbox")]  # people put files there

    assert [path for path in own if path.stat().st_mode & 0o077 and path.parent != dagster.home / "rules"] == []


# The command line


COMMANDS = """
import sys
import exports.report_files
from dataclasses import replace
from pipelines import cli
from validation.rules import book

def go(name, *arguments):
    sys.argv = ["returns", *arguments]
    try:
        cli.main()
    except SystemExit as ended:
        print(f"exit {ended.code}: {name}", flush=True)

def raising(*_):
    try:
        int("MARK")
    except ValueError as cause:
        raise KeyError("MARK") from cause

given, out = sys.argv[1:]
"""
FILES = """
go("every field", "check", f"{given}/a.xml", f"{given}/b.xml")
go("a file cut off", "check", f"{given}/cut.xml")
go("tables", "check", f"{given}/tables")
go("tables without headings", "check", f"{given}/headless")
go("to tables", "convert", f"{given}/a.xml", "--to", "csv", "--out", f"{out}/tables")
go("what cannot be written", "convert", f"{given}/tables", "--to", "xml", "--out", f"{out}/a.xml")
rule = next(rule for rule in book("cin").at("2025-26") if rule.check and rule.arguments == ("child_identifiers",))
checks = book("cin").versions[rule.code]
book("cin").versions[rule.code] = [replace(rule, check=lambda child_identifiers: {}[child_identifiers["Sex"].iloc[0]])]
book("cin")._reads.clear()
go("a rule that raises", "check", f"{given}/a.xml")
book("cin").versions[rule.code] = checks
exports.report_files.write_csv = raising
go("a writer that raises", "check", f"{given}/a.xml", "--format", "csv", "--out", f"{out}/a.csv")
"""
CARE = """
care = ["--period", "2025-26", "--unit", "356", "--previous", f"{given}/before", "--providers"]
go("903: every field", "check", f"{given}/care", *care, f"{given}/list.csv")
go("903: a list of something else", "check", f"{given}/care", *care, f"{given}/other.csv")
go("903: a file cut off", "check", f"{given}/care_cut", "--period", "2025-26")
go("903: to XML", "convert", f"{given}/care", "--period", "2025-26", "--to", "xml", "--out", f"{out}/care.xml")
go("903: the whole", "run", "cla", "356", "2025-26")
"""
RUNS = """
go("every field", "run", "cin", "356", "2025-26", "--incomplete")
import assets.stages
assets.stages.collect = raising
go("a source that raises", "run", "cin", "356", "2025-26")
"""
TO_OUTPUT = 'go("to standard output", "check", f"{given}/a.xml", "--format", "csv")'


@dataclass
class Said:
    """What a process wrote."""

    out: bytes
    err: bytes

    @property
    def ended(self) -> dict[str, str]:
        lines = [line for line in self.out.decode().splitlines() if line.startswith("exit ")]
        return {name: code.removeprefix("exit ") for code, _, name in (line.partition(": ") for line in lines)}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory) -> tuple[Path, dict[str, Said]]:
    """Commands on marks in processes of their own, and the folder in which all of it happened."""
    root = tmp_path_factory.mktemp("terminal")
    given, out, home = root / "given", root / "out", root / "home"
    for folder in (given, out, root / "tmp", root / "user", home):
        folder.mkdir(mode=0o700)
    for name, text in {"a.xml": census(), "b.xml": census(dates=True), "cut.xml": census()[:2000]}.items():
        (given / name).write_text(text, encoding="utf-8")
    write_folder(given / "tables")
    write_folder(given / "headless", headings=False)
    for folder in (given / "care", given / "care_cut", home / "inbox" / "cla" / UNIT / PERIOD):
        write_care_files(folder)
    (given / "care_cut" / "oc2.csv").write_text(f'CHILD,SDQ_SCORE\n"{mark("cut")}')
    write_care_files(given / "before", "2024-25")
    write_providers(given / "list.csv")
    write_providers(given / "other.csv", mark("heading"))
    inbox = home / "inbox" / "cin" / UNIT / PERIOD
    inbox.mkdir(parents=True)
    (inbox / "a.xml").write_text(census(names=True), encoding="utf-8")
    (inbox / "b.xml").write_text(census(dates=True), encoding="utf-8")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("DAGSTER", "RETURNS"))}
    environment |= {"RETURNS_HOME": str(home), "TMPDIR": str(root / "tmp"), "HOME": str(root / "user")}

    def said(lines: str) -> Said:
        code = COMMANDS.replace("MARK", mark("raised")) + lines
        command = [sys.executable, "-c", code, str(given), str(out)]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, umask=0)
        return Said(ended.stdout, ended.stderr)

    with ThreadPoolExecutor(2) as both:
        lines = {"runs": RUNS, "files": FILES, "care": CARE, "output": TO_OUTPUT}
        made = dict(zip(lines, both.map(said, lines.values()), strict=True))
    return root, made


def test_every_kind_of_command_ended_as_it_should(terminal):
    _, said = terminal

    assert {name: told.ended for name, told in said.items()} == {
        "files": {
            "every field": "2",
            "a file cut off": "4",
            "tables": "2",
            "tables without headings": "4",
            "to tables": "0",
            "what cannot be written": "4",
            "a rule that raises": "3",
            "a writer that raises": "3",
        },
        "runs": {"every field": "2", "a source that raises": "3"},
        "care": {
            "903: every field": "2",
            "903: a list of something else": "4",
            "903: a file cut off": "4",
            "903: to XML": "4",
            "903: the whole": "2",
        },
        "output": {"to standard output": "2"},
    }


def test_no_command_says_what_a_record_holds(terminal):
    _, said = terminal

    assert sightings(said["files"].out + said["files"].err) == set()
    assert sightings(said["runs"].out + said["runs"].err) == set()
    assert sightings(said["care"].out + said["care"].err) == set()
    assert sightings(said["output"].out)  # these are the records that were asked for
    assert sightings(said["output"].err) == set()


def test_a_failed_run_says_one_sentence(terminal):
    _, said = terminal
    told = said["runs"].err.decode().splitlines()

    assert sum("fault of the program; error id" in line for line in told) == 1
    assert not [line for line in told if "Traceback" in line or "Dependencies" in line]


def test_commands_leave_nothing_outside_what_they_were_asked_to_write(terminal):
    root, _ = terminal
    allowed = (root / "given", root / "out", *(root / "home" / name for name in RESTRICTED))

    assert any(path.startswith("home/errors/") for path in found_below(root))
    assert found_below(root, allowed) == {}

"""A run whose process is killed: the store holds the old version or the new, Dagster says failed, the next run works.

Run as a program this file is the run that is killed. The store alone is killed at every moment in
tests/exports/test_store_kill.py.
"""

import datetime as dt
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher.base import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration
from golden import GOLDEN

from pipelines.launcher import PROCESS, this_process

ROOT = Path(__file__).parents[2]
PERIOD = "2025-26"
OLD = {"old.xml": b"<Message/>", "report.html": b"<p>old</p>"}
FACTS = {"lineage": "l", "rule_book": "b", "code_version": "c", "content_key": "k", "counts": {}, "serial": "007"}

# Where the run dies: an event that Python audits, and the path that it is about.
MOMENTS = {
    "the value of a step is half written": ("os.chmod", r"/\.new-tables/"),
    "the findings are half written": ("os.chmod", r"/\.new-findings/"),
    "the file for the Department is about to get its name": ("os.rename", r"/\.new-cin_\d+_2025-26\.xml$"),
    "a version is half written": ("open", r"/\.new-0002-[0-9a-f]{8}/findings\.csv$"),
    "a version is whole and not yet named": ("os.rename", r"/\.new-0002-[0-9a-f]{8}$"),
    "a version is named and not yet current": ("open", r"/audit\.jsonl$"),
    "the pointer is about to move": ("os.rename", r"/\.new-current\.json$"),
}
QUICK = "a version is half written"


def killed(place, unit: str, moment: str) -> dg.DagsterRun:
    """Start the whole return in a process of its own, killed at a moment; gives the run as Dagster then knows it."""
    before = {run.run_id for run in place.instance.get_runs()}
    command = [sys.executable, __file__, unit, *MOMENTS[moment]]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    ran = subprocess.run(command, cwd=place.home, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stdout + ran.stderr
    (run,) = [run for run in place.instance.get_runs() if run.run_id not in before]
    return run


def watched(place) -> None:
    """One look of Dagster's daemon at the runs that it believes to be going on."""
    with WorkspaceProcessContext(place.instance, EmptyWorkspaceTarget(), dg.__version__) as workspace:
        assert place.instance.run_monitoring_enabled
        errors = list(execute_run_monitoring_iteration(workspace, logging.getLogger("monitoring")))
    assert [error for error in errors if error] == []


def check(place, unit: str, moment: str) -> None:
    where = ("cin", unit, PERIOD)
    text = (GOLDEN / f"cin_{PERIOD}.xml").read_text(encoding="utf-8")
    (place.inbox(unit=unit) / "return.xml").write_text(text.replace("<LEA>356<", f"<LEA>{unit}<"), encoding="utf-8")
    old = place.store().publish(*where, OLD, FACTS | {"submission": ["old.xml"]})
    place.store().submitted(*where, old.id, "A Person", dt.date(2026, 7, 1))

    run = killed(place, unit, moment)

    assert run.status == dg.DagsterRunStatus.STARTED
    current = place.store().current(*where)
    assert current.id == old.id, "every moment is before the pointer moved"
    assert {name: path.read_bytes() for name, path in current.files.items()} == OLD
    place.store().verify(current)
    place.store().verify_audit()
    assert [version.id for version in place.store().versions(*where)] == [old.id]

    watched(place)
    assert place.instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE

    again = place.run(unit=unit)
    assert again.success
    current = place.store().current(*where)
    place.store().verify(current)
    place.store().verify_audit()
    name = f"cin_{unit}_{PERIOD}.xml"
    assert set(current.files) == {name, "findings.csv", "findings.json", "findings.xlsx", "report.html"}
    assert int(current.manifest["serial"]) > 7
    assert [*(place.home / "store").rglob(".new-*"), *(place.home / "work/cin" / unit).rglob(".new-*")] == []
    assert [record.action for record in place.store().records(*where)] == ["submitted"]


def test_killed_while_it_publishes(place):
    check(place, "301", QUICK)


@pytest.mark.soak
@pytest.mark.parametrize(("number", "moment"), [*enumerate(sorted({*MOMENTS} - {QUICK}), start=302)])
def test_killed_at_any_step(place, number, moment):
    check(place, str(number), moment)


def test_a_run_whose_process_lives_and_one_of_another_machine_are_left_alone(place):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here = socket.gethostname()
    processes = {
        f"{os.getpid()} on {here}": WorkerStatus.RUNNING,
        f"1 on {here}": WorkerStatus.RUNNING,
        f"{gone.pid} on {here}": WorkerStatus.FAILED,
        f"{gone.pid} on another machine": WorkerStatus.RUNNING,
    }

    assert this_process() == {PROCESS: f"{os.getpid()} on {here}"}
    assert {process: health(place, {PROCESS: process}) for process in processes} == processes


def test_a_run_that_nobody_here_started_is_left_alone_and_one_whose_starter_is_gone_has_failed(place):
    gone = json.dumps({"host": "localhost", "socket": str(place.home / "gone")})

    assert health(place, {}) == WorkerStatus.RUNNING
    assert health(place, {GRPC_INFO_TAG: gone}) == WorkerStatus.FAILED


def health(place, tags: dict[str, str]) -> WorkerStatus:
    """What Dagster's monitoring is told of a run that carries these tags."""
    run = place.instance.add_run(
        dg.DagsterRun(job_name="cin_census", run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.STARTED, tags=tags)
    )
    try:
        return place.instance.run_launcher.check_run_worker_health(run).status
    finally:
        place.instance.delete_run(run.run_id)


def die_at(event: str, pattern: str) -> None:
    """From now on this process dies when the event comes upon such a path."""

    def look(name: str, args: tuple) -> None:
        if name == event and isinstance(args[0], str | os.PathLike) and re.search(pattern, os.fspath(args[0])):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


if __name__ == "__main__":
    from pipelines.cli import main

    _, number, *moment = sys.argv
    sys.argv = ["returns", "run", "cin", number, PERIOD]
    die_at(*moment)
    main()

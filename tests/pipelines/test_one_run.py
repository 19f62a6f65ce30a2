"""One run at a time makes the return of a unit and period: two would write one working folder."""

import uuid

import dagster as dg
import pytest
from filelock import FileLock

from exports.lock import FolderLock
from pipelines.cli import REFUSED, command

RUN = ["run", "cin", "331", "2025-26", "--source", "demo", "--children", "10"]


@pytest.fixture
def going(place):
    """A run from the pages, in Dagster's eyes still going on; its tags are those that Dagster gives to one."""
    given = place.run("extract", unit="331", extract={"source": "demo", "children": 10})
    tags = place.instance.get_run_by_id(given.run_id).tags
    assert "returns/process" not in tags
    run = place.instance.add_run(
        dg.DagsterRun(job_name="cin_census", run_id=str(uuid.uuid4()), status=dg.DagsterRunStatus.STARTED, tags=tags)
    )
    yield run
    place.instance.delete_run(run.run_id)


def stages(place) -> list[str]:
    return sorted(path.name for path in (place.home / "work/cin/331/2025-26").iterdir() if path.is_dir())


def test_a_second_command_is_refused_and_told_which_run_goes_on(place, capsys):
    folder = place.home / "work/cin/331/2025-26"
    folder.mkdir(parents=True, mode=0o700)
    with FolderLock(folder, "the-first").held():
        assert command(RUN) == REFUSED
    said = capsys.readouterr().err
    assert said.startswith("cin 331 2025-26: run the-first (process ")
    assert said.endswith(" is making it; do this again when it has ended.\n")
    assert stages(place) == []


def test_a_command_does_not_start_beside_a_run_from_the_pages(place, going, capsys):
    with FileLock(place.home / "serve.lock"):
        assert command(RUN) == REFUSED
    assert capsys.readouterr().err == (
        "cin 331 2025-26: a run from the pages is making it; do this again when it has ended.\n"
    )
    assert stages(place) == ["extract"]


def test_runs_of_pages_that_were_killed_stop_nobody(place, going):
    assert command(RUN) == 0
    assert "published" in stages(place)

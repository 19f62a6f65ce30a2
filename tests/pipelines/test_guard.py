"""What a step's exceptions become."""

import errno
import sqlite3

import dagster as dg
import pytest

from pipelines.cli import REFUSED, command
from pipelines.guard import StepFailed, StepRefused, guarded

SECRET = "the child's name"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def full_database() -> Exception:
    with sqlite3.connect(":memory:") as database:
        database.execute("pragma max_page_count = 2")
        database.execute("create table one (text)")
        with pytest.raises(sqlite3.OperationalError) as full:
            database.execute("insert into one values (zeroblob(100000))")
    database.close()
    return full.value


DISKS = {
    "full": OSError(errno.ENOSPC, SECRET),
    "read-only": OSError(errno.EROFS, SECRET),
    "full, seen by the database": full_database(),
}


def told(error: Exception) -> dg.Failure:
    """What Dagster gets of an error that another one wraps, as libraries do."""

    def step(context):
        raise RuntimeError(SECRET) from error

    with dg.build_op_context() as context, pytest.raises(dg.Failure) as failure:
        guarded(step)(context)
    return failure.value


@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_takes_nothing_is_no_fault_of_the_program(disk, home):
    failure = told(DISKS[disk])
    assert isinstance(failure, StepRefused)
    assert failure.description == (
        f"The disk is full, failing or read-only (the data are in {home}): see to it, then try again."
    )
    assert not (home / "errors").exists()


def test_any_other_error_is_and_its_text_stays_in_a_private_file(home):
    failure = told(FileNotFoundError(errno.ENOENT, SECRET))
    assert isinstance(failure, StepFailed)
    assert SECRET not in failure.description
    (file,) = (home / "errors").iterdir()
    assert SECRET in file.read_text(encoding="utf-8")


def test_a_command_says_of_a_full_disk_that_it_is_full(home, monkeypatch, capsys):
    def full(*_, **__):
        raise DISKS["full"]

    monkeypatch.setattr("pipelines.run.run_return", full)
    assert command(["run", "cin", "356", "2025-26"]) == REFUSED
    assert capsys.readouterr().err.startswith("The disk is full, failing or read-only (")

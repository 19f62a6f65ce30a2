"""A store whose writer is killed at any moment, whose disk fails at any call, or which four writers want at once.

Run as a program this file is the writer: it forks one process for each kill, so that a kill costs milliseconds.
"""

import contextlib
import datetime as dt
import errno
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exports import audit
from exports.store import Locked, NothingPublished, Store, StoreError

ROOT = Path(__file__).parents[2]
CIN = ("cin", "301", "2025-26")
CALLS = [
    "open", "read", "write", "lseek", "ftruncate", "fsync", "close", "chmod", "mkdir", "rename", "replace", "unlink",
    "rmdir", "stat", "lstat", "listdir", "scandir",
]  # fmt: skip


@contextlib.contextmanager
def calls(before):
    """Have `before(count, name, real, args)` called before each call to the file system."""
    count = itertools.count(1)
    real = {name: getattr(os, name) for name in CALLS}

    def watched(name):
        def call(*args, **options):
            before(next(count), name, real[name], args)
            return real[name](*args, **options)

        return call

    for name in CALLS:
        setattr(os, name, watched(name))
    try:
        yield
    finally:
        for name in CALLS:
            setattr(os, name, real[name])


def lineage(text):
    return hashlib.sha256(text.encode()).hexdigest()


def write(root, text, run="writer"):
    """All that a run writes: a serial number, one version, what became of it. Every file says only `text`."""
    store = Store(root, run=run)
    facts = {"lineage": lineage(text), "rule_book": "1", "code_version": "1", "content_key": "", "counts": {"rows": 1}}
    with store.lock(*CIN):
        facts |= {"submission": ["cin.xml"], "serial": store.next_serial(*CIN, facts)}
        content = text.encode()
        files = {"cin.xml": content * 999, "log.csv": content, "report.html": lambda path: path.write_text(text)}
        version = store.publish(*CIN, files, facts)
        store.submitted(*CIN, version.id, "A Person", dt.date(2026, 7, 1))
        store.accepted(*CIN, version.id, "A Person", dt.date(2026, 7, 1))
    return version


def state(root):
    """The text of the current version, None before the first; everything about it must be right, swept or not."""
    store = Store(root)
    try:
        version = store.current(*CIN)
    except NothingPublished:
        return None
    store.verify(version)
    text = version.files["log.csv"].read_text()
    assert version.files["cin.xml"].read_text() == text * 999
    assert version.files["report.html"].read_text() == text
    assert version.manifest["lineage"] == lineage(text)
    return text


def check(root, allowed):
    """Old or new, and after recovery nothing else; then the next run succeeds with a number nobody has had."""
    seen = state(root)
    assert seen in allowed, (seen, allowed)
    store = Store(root)
    store.recover(*CIN)
    assert state(root) == seen
    store.verify_audit()
    place = root.joinpath(*CIN)
    versions = store.versions(*CIN)
    logged = {entry["version"] for entry in audit.entries(root / "audit.jsonl")}
    assert {version.id for version in versions} <= logged
    files = {"current.json", ".lock", "serials.json", "records.json"}
    left = {path.name for path in place.iterdir()} - files
    assert left <= logged  # killed between log and pointer, a version stays: whole, in the log, not current
    assert len(left) - len(versions) in (0, 1)
    assert [path for path in [root, *root.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    serials = place / "serials.json"
    handed = [entry["serial"] for entry in json.loads(serials.read_text())] if serials.exists() else []
    assert handed == [f"{number:03}" for number in range(1, len(handed) + 1)]
    used = [version.manifest["serial"] for version in versions]
    assert len(set(used)) == len(used)
    assert set(used) <= set(handed)
    after = write(root, f"after {len(handed)}")
    assert after.manifest["serial"] == f"{len(handed) + 1:03}"
    assert state(root) == f"after {len(handed)}"
    return seen


SITUATIONS = ["first", "second", "again", "leftovers"]


def prepared(situation, root):
    """A store in which "new" is written next; returns what may be current when that breaks off."""
    if situation == "first":
        Store(root)
        return (None, "new")
    write(root, "old")
    if situation == "again":
        write(root, "new")
        write(root, "old")  # so that the pointer has to move to a version that exists
    if situation == "leftovers":
        place = root.joinpath(*CIN)
        shutil.copytree(Store(root).current(*CIN).path, place / "0002-00000000")
        shutil.copytree(place / "0002-00000000", place / ".new-0003-00000000")
        (place / ".new-current.json").write_text("{")
        with (root / "audit.jsonl").open("a") as log:
            log.write('{"action": "pub')
    return ("old", "new")


# Killed


def die_at(number, torn):
    def before(count, name, real, args):
        if count == number:
            if torn and name == "write":
                real(args[0], bytes(args[1])[: max(1, len(args[1]) // 2)])
            os.kill(os.getpid(), signal.SIGKILL)

    return before


def killed(job, after=None):
    """Run the job in a process of its own, killed from outside `after` seconds, or by itself; was it killed at all?"""
    child = os.fork()
    if not child:
        code = 1
        try:
            job()
            code = 0
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the writer failed, see above"
    return False


def kill_at_calls(base, situation, sample, seed):
    """Kill at every file system call of a run, or at a sample of them; with writes torn in half as well."""
    draw = random.Random(seed)
    template = base / "template"
    allowed = prepared(situation, template)
    total = 0

    def count(number, *_):
        nonlocal total
        total = number

    root = base / "counted"
    shutil.copytree(template, root)
    with calls(count):
        write(root, "new")
    moments = [(number, torn) for number in range(1, total + 1) for torn in (False, True)]
    seen = []
    for number, torn in draw.sample(moments, min(sample or len(moments), len(moments))):
        root = base / f"{number}-{torn}"
        shutil.copytree(template, root)

        def job(root=root, number=number, torn=torn):
            with calls(die_at(number, torn)):
                write(root, "new")

        assert killed(job), (number, torn)
        seen.append(check(root, allowed))
        shutil.rmtree(root)
    return {"calls": total, "kills": len(seen), "old": seen.count(allowed[0]), "new": seen.count("new")}


def kill_at_random(base, kills, seed):
    """Kill a writer that writes without pause, at moments spread over several of its runs."""
    draw = random.Random(seed)
    root = base / "store"
    moved = 0
    for trial in range(kills):
        if trial % 20 == 0:
            shutil.rmtree(root, ignore_errors=True)
        started = time.perf_counter()
        write(root, f"start {trial}")
        one = time.perf_counter() - started  # measured each time, as the machine may be busy with something else
        old = state(root)
        texts = [f"{trial}-{step}" for step in range(1000)]

        def job(texts=texts):
            for text in texts:
                write(root, text)

        assert killed(job, after=draw.uniform(0, 4 * one))
        moved += check(root, {old, *texts}) != old
    return {"kills": kills, "moved": moved}


def unflushed(_descriptor):
    """In place of os.fsync: a kill loses nothing that was written, so flushing would only cost time here."""


def in_a_process(tmp_path, *arguments):
    """Forking is for a process without threads, which a test runner is not."""
    command = [sys.executable, "-W", "error", __file__, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]
    return json.loads(ran.stdout)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_killed_at_some_calls(tmp_path, situation):
    told = in_a_process(tmp_path, "calls", situation, 25, 2026)
    assert told["kills"] == told["old"] + told["new"] == 25
    assert told["calls"] > 100
    assert told["old"]


@pytest.mark.soak
@pytest.mark.parametrize("situation", SITUATIONS)
def test_killed_at_every_call(tmp_path, situation):
    told = in_a_process(tmp_path, "calls", situation, 0, 0)
    assert told["kills"] == 2 * told["calls"] == told["old"] + told["new"]
    assert told["old"]
    assert told["new"]


def test_killed_at_some_moments(tmp_path):
    told = in_a_process(tmp_path, "random", 25, 2026)
    assert told["kills"] == 25
    assert told["moved"]


@pytest.mark.soak
def test_killed_at_500_moments(tmp_path):
    told = in_a_process(tmp_path, "random", 500, time.time_ns())
    assert told["kills"] == 500
    assert 50 < told["moved"] < 500


# A disk that fails


def fail_at(number, code, lasting):
    def before(count, name, real, args):
        if count == number or (lasting and count > number):
            if name == "close":  # closes, and then says that it could not
                real(*args)
            raise OSError(code, os.strerror(code))

    return before


def fail_at_calls(base, situation, moments):
    template = base / "template"
    allowed = prepared(situation, template)
    for number, code, lasting in moments:
        root = base / "store"
        shutil.copytree(template, root)
        error = None
        with calls(fail_at(number, code, lasting)):
            try:
                write(root, "new")
            except StoreError as stopped:
                error = stopped
        if error is not None:
            assert str(error).startswith(("cin 301 2025-26: ", "The store "))
            assert os.strerror(code) in str(error), error
            assert "\n" not in str(error)
        seen = check(root, allowed)
        assert error is not None or seen == "new"
        shutil.rmtree(root)
    shutil.rmtree(template)


def all_moments(base, situation):
    root = base / "counted"
    prepared(situation, root)
    total = 0

    def count(number, *_):
        nonlocal total
        total = number

    with calls(count):
        write(root, "new")
    return list(itertools.product(range(1, total + 1), (errno.ENOSPC, errno.EACCES, errno.EIO), (False, True)))


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_disk_that_fails_at_some_calls(tmp_path, situation, monkeypatch):
    monkeypatch.setattr(os, "fsync", unflushed)
    moments = all_moments(tmp_path, situation)
    fail_at_calls(tmp_path, situation, random.Random(2026).sample(moments, 25))


@pytest.mark.soak
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_disk_that_fails_at_every_call(tmp_path, situation, monkeypatch):
    monkeypatch.setattr(os, "fsync", unflushed)
    fail_at_calls(tmp_path, situation, all_moments(tmp_path, situation))


# Four at once


def hammer(root, name, seconds):
    """Write until the time is over and the lock was won three times; a refusal names the holder if it has signed."""
    draw = random.Random(name)
    won, locked, named = [], 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(won) < 3:
        try:
            version = write(root, f"{name}-{len(won)}", run=name)
            won.append([version.id, version.manifest["serial"]])
        except Locked as error:
            named += " run writer-" in str(error)
            locked += 1
        time.sleep(draw.uniform(0, 0.01))
    return {"won": won, "locked": locked, "named": named}


def hammered(tmp_path, seconds):
    root = tmp_path / "store"
    write(root, "start")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", __file__, "hammer", str(root), f"writer-{number}", str(seconds)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    reads = 0
    try:
        while any(writer.poll() is None for writer in writers):
            assert state(root)  # a reader sees one whole version at any time, without a lock
            reads += 1
            time.sleep(0.02)
        told = [writer.communicate() for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
            writer.stdout.close()
            writer.stderr.close()
    assert [error for _, error in told] == [""] * 4
    results = [json.loads(out) for out, _ in told]
    won = [tuple(entry) for result in results for entry in result["won"]]
    versions = Store(root).versions(*CIN)
    assert sorted(won) == [(version.id, version.manifest["serial"]) for version in versions[1:]]
    assert [int(version.id[:4]) for version in versions] == list(range(1, len(versions) + 1))
    assert [version.manifest["serial"] for version in versions] == [f"{n:03}" for n in range(1, len(versions) + 1)]
    for version in versions:
        Store(root).verify(version)
    check(root, {versions[-1].files["log.csv"].read_text()})
    assert sum(result["locked"] for result in results) >= sum(result["named"] for result in results) > 0
    assert reads > 10


def test_four_writers_at_once(tmp_path):
    hammered(tmp_path, 2)


@pytest.mark.soak
def test_four_writers_for_a_minute(tmp_path):
    hammered(tmp_path, 60)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command != "hammer":
        os.fsync = unflushed
    if command == "calls":
        told = kill_at_calls(Path.cwd(), arguments[0], int(arguments[1]), int(arguments[2]))
    elif command == "random":
        told = kill_at_random(Path.cwd(), int(arguments[0]), int(arguments[1]))
    else:
        told = hammer(Path(arguments[0]), arguments[1], float(arguments[2]))
    sys.stdout.write(json.dumps(told))

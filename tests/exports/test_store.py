"""The store seen by those who publish, read, submit and audit; kills and failing disks are in test_store_kill.py."""

import datetime as dt
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from exports import audit
from exports.store import (
    BadFacts,
    BadName,
    Damaged,
    Locked,
    NothingPublished,
    NotSubmitted,
    OpenToOthers,
    Store,
    StoreError,
)

ROOT = Path(__file__).parents[2]
CIN = ("cin", "301", "2025-26")
DAY = dt.date(2026, 7, 1)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", run="run-1")


def facts(lineage="a" * 64, **more):
    plain = {"rule_book": "cin-1", "code_version": "0.1", "content_key": "", "counts": {"children": 3}}
    return plain | {"lineage": lineage, "submission": ["cin.xml"]} | more


def publish(store, text="one", where=CIN, **more):
    content = {"cin.xml": f"<Message>{text}</Message>".encode(), "findings.csv": text.encode()}
    return store.publish(*where, content, facts(hashlib.sha256(text.encode()).hexdigest(), **more))


def folder(store, where=CIN):
    return store.root.joinpath(*where)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# Publishing and reading


def test_what_was_published_is_current_with_sizes_and_hashes(store, tmp_path):
    (tmp_path / "made.csv").write_bytes(b"x" * 3_000_000)
    files = {
        "cin.xml": b"<Message/>",
        "made.csv": tmp_path / "made.csv",
        "report.html": lambda path: path.write_text("<p>"),
    }
    made = store.publish(*CIN, files, facts(serial="001", last_year="none", lineages={"cin.xml": "a" * 64}))
    current = store.current(*CIN)
    store.verify(current)
    assert current == made
    assert not made.reused
    assert {name: path.read_bytes() for name, path in current.files.items()} == {
        "cin.xml": b"<Message/>",
        "made.csv": b"x" * 3_000_000,
        "report.html": b"<p>",
    }
    assert current.manifest["files"]["made.csv"] == {"size": 3_000_000, "sha256": sha256(tmp_path / "made.csv")}
    assert current.counts == {"children": 3}
    assert dt.datetime.fromisoformat(current.created).utcoffset() == dt.timedelta(0)
    told = {"return": "cin", "unit": "301", "period": "2025-26", "run": "run-1", "serial": "001", "last_year": "none"}
    assert told.items() <= current.manifest.items()


def test_the_newest_version_is_current_and_the_others_stay(store):
    first, second = publish(store, "one"), publish(store, "two")
    assert store.current(*CIN).id == second.id
    assert [version.id for version in store.versions(*CIN)] == [first.id, second.id]
    assert first.files["findings.csv"].read_text() == "one"


def test_equal_input_reuses_the_version_and_other_input_does_not(store):
    first = publish(store, "one")
    again = publish(store, "one")
    assert (again.id, again.reused) == (first.id, True)
    for change in ({"rule_book": "cin-2"}, {"code_version": "0.2"}, {"content_key": "with last year"}):
        assert publish(store, "one", **change).id != first.id
    assert publish(store, "one").id == first.id == store.current(*CIN).id
    assert len(store.versions(*CIN)) == 4


def test_equal_input_is_published_anew_where_the_old_version_was_damaged(store):
    first = publish(store)
    first.files["findings.csv"].write_text("two")  # of equal length
    second = publish(store)
    assert second.id != first.id
    assert not second.reused
    store.verify(store.current(*CIN))


def test_units_and_periods_do_not_touch_each_other(store):
    places = [CIN, ("cin", "302", "2025-26"), ("cin", "301", "2024-25"), ("cla", "301", "2025-26")]
    for where in places:
        publish(store, "-".join(where), where)
    listed = list(store.published())
    assert sorted(entry.partition for entry in listed) == sorted(places)
    assert all(entry.version and not entry.problem for entry in listed)


def test_one_damaged_unit_does_not_hide_the_others(store):
    publish(store)
    publish(store, where=("cin", "302", "2025-26"))
    shutil.rmtree(store.current(*CIN).path)
    damaged, whole = store.published()
    assert damaged.version is None
    assert damaged.problem.startswith("cin 301 2025-26: version 0001-")
    assert whole.version
    assert whole.version.counts == {"children": 3}


def test_nothing_published_yet(store):
    with pytest.raises(NothingPublished, match=r"^cin 301 2025-26: nothing has been published yet$"):
        store.current(*CIN)
    assert store.versions(*CIN) == []
    store.next_serial(*CIN)
    assert list(store.published()) == []


def test_a_writer_that_fails_leaves_the_old_version_and_no_leftovers(store):
    first = publish(store)

    def writer(path):
        path.write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.publish(*CIN, {"cin.xml": b"<Message/>", "report.html": writer}, facts())
    assert store.current(*CIN).id == first.id
    assert {path.name for path in folder(store).iterdir()} == {first.id, "current.json", ".lock"}


@pytest.mark.parametrize("leave", ["extra", "link", "folder", "nothing"])
def test_a_writer_must_leave_its_one_plain_file(store, leave, tmp_path):
    def writer(path):
        if leave == "extra":
            path.with_name("stray.tmp").touch()
            return
        path.unlink()
        if leave == "link":
            path.symlink_to(tmp_path)
        elif leave == "folder":
            path.mkdir()

    with pytest.raises(StoreError):
        store.publish(*CIN, {"cin.xml": writer}, facts())
    assert store.versions(*CIN) == []


# Names, facts, permissions


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/b", "a\\b", "/etc", "a.b", "a b", "x" * 41, "con", "NUL", "Com1", "é", "a\n", "301\0"]
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_no_key_leaves_the_store(store, name, position):
    where = list(CIN)
    where[position] = name
    for call in (store.current, store.versions, store.next_serial, store.recover, store.records):
        with pytest.raises(BadName):
            call(*where)
    with pytest.raises(BadName):
        publish(store, where=where)
    assert {path.name for path in store.root.rglob("*")} == set()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_link_in_place_of_a_folder_is_refused(store, tmp_path, depth):
    link = store.root.joinpath(*CIN[:depth])
    link.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "elsewhere").mkdir()
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadName, match="symbolic link"):
        publish(store)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["current.json", "serials.json", "records.json"])
def test_links_in_place_of_files_are_not_followed(store, tmp_path, name):
    publish(store)
    secret = tmp_path / "secret.json"
    secret.write_text("[]")
    (folder(store) / name).unlink(missing_ok=True)
    (folder(store) / name).symlink_to(secret)
    call = {"current.json": store.current, "serials.json": store.next_serial, "records.json": store.records}[name]
    with pytest.raises(StoreError):
        call(*CIN)


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "manifest.json", "Manifest.JSON", ".hidden", "con.txt", "LPT1", "a b", "x" * 101]
)
def test_file_names_that_are_refused(store, name):
    with pytest.raises(BadName, match=r"^cin 301 2025-26: a file name"):
        store.publish(*CIN, {name: b""}, facts(submission=[]))


def test_files_that_are_refused(store, tmp_path):
    for files in ({}, {"a.csv": b"", "A.csv": b""}, {"a.csv": tmp_path / "absent.csv"}, {"a.csv": tmp_path}):
        with pytest.raises(BadName, match=r"^cin 301 2025-26: "):
            store.publish(*CIN, files, facts(submission=[]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"lineage": None},
        {"rule_book": 3},
        {"counts": {"children": "Amy"}},
        {"counts": None},
        {"lineages": {"cin.xml": "a" * 64, "findings.csv": "b" * 64}},
        {"submission": ["other.xml"]},
        {"serial": "1"},
        {"version": "0009-00000000"},
        {"more": {1, 2}},
    ],
)
def test_facts_that_are_refused(store, wrong):
    with pytest.raises(BadFacts, match=r"^cin 301 2025-26: "):
        store.publish(*CIN, {"cin.xml": b""}, facts() | wrong)
    assert store.versions(*CIN) == []


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_nothing_is_open_to_others_whatever_the_umask(tmp_path, umask):
    (tmp_path / "made.csv").write_text("made")
    (tmp_path / "made.csv").chmod(0o644)
    before = os.umask(umask)
    try:
        store = Store(tmp_path / "store")
        store.next_serial(*CIN)
        files = {"cin.xml": b"<Message/>", "a.csv": tmp_path / "made.csv", "b.csv": _written_anew}
        store.publish(*CIN, files, facts())
        store.submitted(*CIN, store.current(*CIN).id, "A Person", DAY)
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [store.root, *store.root.rglob("*")]}
    assert len(modes) > 10
    assert [path for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)] == []


def _written_anew(path):
    path.unlink()
    path.write_text("b")
    path.chmod(0o666)


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o755, 0o770])
def test_a_store_that_others_can_open_is_refused_and_the_way_out_told(tmp_path, mode):
    root = tmp_path / "store"
    root.mkdir()
    root.chmod(mode)
    with pytest.raises(OpenToOthers, match=rf"chmod -R go-rwx {root}$"):
        Store(root)


def test_run_ids_are_plain(tmp_path):
    with pytest.raises(BadName, match="run id"):
        Store(tmp_path / "store", run="Amy Pond\n")


# Damage


def test_a_pointer_to_a_missing_version_is_never_silently_the_one_before(store):
    publish(store, "one")
    second = publish(store, "two")
    shutil.rmtree(second.path)
    for call in (store.current, store.recover):
        with pytest.raises(Damaged, match=rf"^cin 301 2025-26: version {second.id} is missing; put it back"):
            call(*CIN)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"{}", b'{"version": "../../x"}', "outside"])
def test_a_pointer_that_is_lost_or_unreadable_is_told(store, content):
    first = publish(store)
    pointer = folder(store) / "current.json"
    if content is None:
        pointer.unlink()
    elif content == "outside":
        pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"version": "../../../x"}))
    else:
        pointer.write_bytes(content)
    for call in (store.current, store.versions, store.recover, lambda *_: publish(store, "two")):
        with pytest.raises(Damaged, match=r"current.json is missing or cannot be read although versions exist"):
            call(*CIN)
    assert store.restore(*CIN, first.id).id == store.current(*CIN).id == first.id


def test_a_pointer_from_an_old_backup_deletes_nothing(store):
    publish(store, "one")
    old = (folder(store) / "current.json").read_bytes()
    second = publish(store, "two")
    (folder(store) / "current.json").write_bytes(old)
    third = publish(store, "three")
    assert [version.id for version in store.versions(*CIN)][1:] == [second.id, third.id]


@pytest.mark.parametrize("damage", ["flip", "cut", "delete", "add", "link", "manifest", "no manifest"])
def test_verify_sees_every_damage(store, damage, tmp_path):
    version = publish(store, "one")
    target = version.files["findings.csv"]
    if damage == "flip":
        target.write_text("two")
    elif damage == "cut":
        target.write_text("")
    elif damage == "delete":
        target.unlink()
    elif damage == "add":
        (version.path / "more.csv").touch()
    elif damage == "link":
        target.rename(tmp_path / "away")
        target.symlink_to(tmp_path / "away")
    elif damage == "manifest":
        changed = version.manifest | {"counts": {"children": 4}}
        (version.path / "manifest.json").write_text(json.dumps(changed))
    else:
        (version.path / "manifest.json").unlink()
    with pytest.raises(Damaged, match=rf"^cin 301 2025-26: .*{version.id}.*`returns restore`$"):
        store.verify(version)
    if damage not in ("flip", "add"):  # those only hashing or listing shows
        with pytest.raises(Damaged):
            store.current(*CIN)
    assert publish(store, "one").id != version.id


def test_a_damaged_or_unknown_version_cannot_be_restored(store):
    first, second = publish(store, "one"), publish(store, "two")
    first.files["findings.csv"].write_text("owt")
    for wrong, error in ((first.id, Damaged), ("0009-00000000", NothingPublished), ("../x", NothingPublished)):
        with pytest.raises(error, match=r"^cin 301 2025-26: "):
            store.restore(*CIN, wrong)
    assert store.current(*CIN).id == second.id


def test_recovery_sweeps_leftovers_and_nothing_else(store):
    first = publish(store, "one")
    place = folder(store)
    (place / ".new-0002-00000000").mkdir()
    (place / ".new-0002-00000000" / "cin.xml").write_text("half")
    (place / ".new-current.json").write_text("half")
    (place / "0002-00000000").mkdir()  # a version without a manifest
    shutil.copytree(first.path, place / "0003-00000000")  # whole, but no pointer ever named it
    (place / "notes.txt").write_text("somebody's")
    outside = place.parent / "kept"
    outside.mkdir()
    (outside / "kept.txt").touch()
    (place / ".new-link").symlink_to(outside)
    store.recover(*CIN)
    assert {path.name for path in place.iterdir()} == {first.id, "current.json", ".lock", "notes.txt"}
    assert (outside / "kept.txt").exists()


# The lock


def test_the_second_publisher_fails_at_once_and_is_told_who_holds_the_lock(store):
    other = Store(store.root, run="run-2")
    with other.lock(*CIN):
        for call in (lambda: publish(store), lambda: store.next_serial(*CIN), lambda: store.recover(*CIN)):
            told = rf"^cin 301 2025-26: run run-2 \(process {os.getpid()} on .* holds the lock"
            with pytest.raises(Locked, match=told):
                call()
        publish(store, where=("cin", "302", "2025-26"))
    publish(store)


def test_the_holder_may_nest_its_lock_but_another_thread_may_not(store):
    refused = []

    def other():
        try:
            publish(store, "two")
        except Locked as error:
            refused.append(error)

    with store.lock(*CIN):
        serial = store.next_serial(*CIN)
        publish(store, serial=serial)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        with pytest.raises(Locked):
            publish(Store(store.root), "two")
    assert len(refused) == 1
    assert len(store.versions(*CIN)) == 1


def test_a_killed_holder_is_recovered_and_its_note_not_believed(store):
    code = (
        "import os, signal, sys\n"
        "from exports.store import Store\n"
        "with Store(sys.argv[1], run='killed').lock('cin', '301', '2025-26'):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, store.root], check=False, cwd=ROOT)
    assert ended.returncode == -9
    note = folder(store) / ".holder.json"
    killed = note.read_text()
    assert json.loads(killed).keys() == {"run", "pid", "host", "time"}
    publish(store)
    with Store(store.root, run="run-2").lock(*CIN):
        note.write_text(killed)  # as in the moment before the new holder has written its own
        with pytest.raises(Locked, match="another run holds the lock"):
            publish(store, "two")


# Serial numbers


def test_serial_numbers_rise_and_are_never_repeated(store):
    assert [store.next_serial(*CIN) for _ in range(3)] == ["001", "002", "003"]
    assert store.next_serial("cin", "302", "2025-26") == "001"
    (folder(store) / "serials.json").write_text(json.dumps([{"serial": "999", "run": "r", "time": "t"}]))
    assert store.next_serial(*CIN) == "1000"


def test_equal_input_keeps_its_serial_number(store):
    given = facts("b" * 64)
    first = store.next_serial(*CIN, given)
    assert store.next_serial(*CIN, given) == "002" > first  # not yet published
    store.publish(*CIN, {"cin.xml": b""}, given | {"serial": first})
    assert store.next_serial(*CIN, given) == first
    assert store.next_serial(*CIN, given | {"lineage": "c" * 64}) == "003"


def test_lost_serials_go_on_after_the_published_ones_and_unreadable_ones_are_told(store):
    publish(store, serial="041")
    assert store.next_serial(*CIN) == "042"
    for wrong in ("?", "", "{}", "[1]", '[{"serial": "043"}]'):
        (folder(store) / "serials.json").write_text(wrong)
        with pytest.raises(Damaged, match=r"^cin 301 2025-26: serials.json cannot be read"):
            store.next_serial(*CIN)


@pytest.mark.parametrize("wrong", ["{}", "[[]]", '[{"action": "accepted"}]'])
def test_records_of_another_shape_are_told(store, wrong):
    publish(store)
    (folder(store) / "records.json").write_text(wrong)
    with pytest.raises(Damaged, match=r"^cin 301 2025-26: records.json cannot be read"):
        store.accepted_hash(*CIN)


# Submitted and accepted


def test_only_what_was_accepted_is_next_years_last_year(store):
    first, second = publish(store, "one"), publish(store, "two")
    assert store.accepted_hash(*CIN) is None
    store.submitted(*CIN, first.id, "A Person", DAY)
    store.submitted(*CIN, sha256(second.files["cin.xml"]).upper(), "A Person", dt.datetime(2026, 7, 2, 9, 30))
    assert store.accepted_hash(*CIN) is None
    store.accepted(*CIN, first.id, "B Person", DAY)
    accepted = store.accepted_hash(*CIN)
    assert accepted.files == {"cin.xml": sha256(first.files["cin.xml"])}
    assert (accepted.lineage, accepted.version, accepted.when) == (first.manifest["lineage"], first.id, "2026-07-01")
    store.accepted(*CIN, sha256(second.files["cin.xml"]), "B Person", DAY)
    assert store.accepted_hash(*CIN).version == second.id
    assert [record.action for record in store.records(*CIN)] == ["submitted", "submitted", "accepted", "accepted"]
    assert store.records(*CIN)[1].when == "2026-07-02T09:30:00"


def test_what_was_not_published_or_submitted_is_refused(store):
    version = publish(store)
    report = sha256(version.files["findings.csv"])  # not for the Department
    for what in (report, "0002-00000000", "0" * 64, ""):
        with pytest.raises(NotSubmitted, match=r"^cin 301 2025-26: .*publish it first$"):
            store.submitted(*CIN, what, "A Person", DAY)
    with pytest.raises(NotSubmitted, match=r"^cin 301 2025-26: .*record the submission first$"):
        store.accepted(*CIN, version.id, "A Person", DAY)
    with pytest.raises(NotSubmitted):
        store.submitted("cin", "302", "2025-26", version.id, "A Person", DAY)
    publish(store, "aggregates", submission=[])
    with pytest.raises(NotSubmitted):
        store.submitted(*CIN, store.current(*CIN).id, "A Person", DAY)
    assert store.records(*CIN) == []


def test_a_file_of_several_versions_does_not_say_which_was_sent(store):
    """Of the 903's files most stay as they are when one child is corrected."""
    plain = facts(submission=["header.csv", "oc3.csv"])
    one, other = (
        store.publish(*CIN, {"header.csv": header, "oc3.csv": b"same"}, plain | {"lineage": letter * 64})
        for header, letter in ((b"first", "b"), (b"second", "c"))
    )
    shared = sha256(one.files["oc3.csv"])
    with pytest.raises(NotSubmitted, match=f"{one.id}, {other.id}, which differ; name the version"):
        store.submitted(*CIN, shared, "A Person", DAY)
    store.submitted(*CIN, sha256(one.files["header.csv"]), "A Person", DAY)
    assert store.records(*CIN)[-1].version == one.id
    store.accepted(*CIN, shared, "A Person", DAY)
    store.submitted(*CIN, other.id, "A Person", DAY)
    with pytest.raises(NotSubmitted, match="which differ"):
        store.accepted(*CIN, shared, "A Person", DAY)


def test_a_damaged_version_cannot_be_submitted(store):
    version = publish(store, "one")
    version.files["cin.xml"].write_text("<Message>two</Message>")
    with pytest.raises(Damaged):
        store.submitted(*CIN, version.id, "A Person", DAY)


@pytest.mark.parametrize("by", ["", "  ", "x" * 81, "A\nPerson"])
def test_who_submitted_must_be_said(store, by):
    with pytest.raises(BadFacts, match=r"^cin 301 2025-26: "):
        store.submitted(*CIN, publish(store).id, by, DAY)


# The audit log


def _busy(store):
    publish(store, "one")
    version = publish(store, "two")
    publish(store, where=("cin", "302", "2025-26"))
    store.submitted(*CIN, version.id, "A Person", DAY)
    store.accepted(*CIN, version.id, "B Person", DAY)
    return store.root / "audit.jsonl"


def test_the_audit_log_tells_what_was_done(store):
    lines = [json.loads(line) for line in _busy(store).read_text().splitlines()]
    assert [line["action"] for line in lines] == ["publish"] * 3 + ["submitted", "accepted"]
    assert all(line["actor"] and line["run"] == "run-1" and line["prev"] and line["time"] for line in lines)
    assert lines[1]["manifest_sha256"] == sha256(store.current(*CIN).path / "manifest.json")
    assert store.verify_audit() == 5


def test_reusing_the_current_version_adds_no_line(store):
    publish(store)
    publish(store)
    assert store.verify_audit() == 1


@pytest.mark.parametrize("line", range(5))
@pytest.mark.parametrize("change", ["flip", "delete", "insert", "reorder", "cut", "half"])
def test_every_change_of_the_audit_log_is_seen(store, line, change):
    log = _busy(store)
    lines = log.read_bytes().splitlines(keepends=True)
    changed = list(lines)
    if change == "flip":
        changed[line] = lines[line].replace(b"run-1", b"run-9")
    elif change == "delete":
        del changed[line]
    elif change == "insert":
        changed.insert(line, lines[line])
    elif change == "reorder":
        changed[line], changed[line - 1] = lines[line - 1], lines[line]
    elif change == "cut":
        del changed[line:]
    else:
        changed[line:] = [lines[line][:40]]
    log.write_bytes(b"".join(changed))
    with pytest.raises(audit.AuditBroken):
        store.verify_audit()


def test_a_log_rewritten_as_a_whole_is_seen(store):
    log = _busy(store)
    told = audit.entries(log)
    log.unlink()
    for entry in told:
        audit.append(log, **{name: value for name, value in entry.items() if name not in ("prev", "actor", "time")})
    assert audit.verify(log) == 5
    with pytest.raises(audit.AuditBroken, match="rewritten"):
        store.verify_audit()


def test_the_first_bad_line_is_named(store):
    log = _busy(store)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], b"?\n", *lines[2:]]))
    with pytest.raises(audit.AuditBroken, match=r"^Line 3 "):
        store.verify_audit()
    log.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(audit.AuditBroken, match=r"^Line 3 "):
        store.verify_audit()


def test_a_changed_manifest_is_seen(store):
    _busy(store)
    manifest = store.versions(*CIN)[0].path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"children": 3', b'"children": 4'))
    with pytest.raises(Damaged, match=r"^cin 301 2025-26: the audit log does not know this manifest"):
        store.verify_audit()


def test_part_of_a_line_from_a_killed_writer_is_cut_off(store):
    log = _busy(store)
    with log.open("ab") as file:
        file.write(b'{"action": "publ')
    assert store.verify_audit() == 5
    publish(store, "three")
    assert store.verify_audit() == 6


def test_importing_the_store_is_cheap():
    heavy = "{'dagster', 'pandas', 'lxml', 'pyarrow', 'asyncio'}"
    code = f"import sys, exports.store; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.strip() == "set()"

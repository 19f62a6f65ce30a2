"""What leaves the machine and who else on it can look: no connection, no open file, no code in data, no formula."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from exports.xml import read, write
from returns import described
from validation.typed import typed

ROOT = Path(__file__).parents[2]
CIN = described("cin").at("2025-26")
WATCHED = """
import os, sys
HERE = {None, "", "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1"}
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        here = address is None or isinstance(address, (str, bytes)) or address[0] in HERE
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        here = arguments[0] in HERE
    elif event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"):
        here = arguments[0] in ("file", "uname")  # Python itself asks them for the kind of machine
    else:
        return
    if not here:
        with open(os.environ["SEEN"], "a") as seen:
            seen.write(f"{event} {arguments[:2]}\\n")
        raise PermissionError("nothing may leave this machine")
sys.addaudithook(watch)
"""
COMMANDS = """
from pipelines import cli
def go(*arguments):
    sys.argv = ["returns", *arguments]
    try:
        cli.main()
    except SystemExit as ended:
        print(f"exit {ended.code}: {arguments[0]}", flush=True)
"""


class Ran:
    """A process that may reach nothing but this machine; its parent's umask lets everybody see everything."""

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        seen = folder / "seen"
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("DAGSTER", "RETURNS"))}
        environment = kept | {"RETURNS_HOME": str(folder / "home"), "SEEN": str(seen), "PYTHONPATH": str(ROOT)}
        environment["no_proxy"] = "*"  # a proxy on this machine would be a way out
        ended = subprocess.run(
            [sys.executable, "-c", WATCHED + code], cwd=folder, env=environment, capture_output=True, text=True,
            check=False, umask=0o000,
        )  # fmt: skip
        self.code, self.said = ended.returncode, ended.stdout + ended.stderr
        self.reached = seen.read_text() if seen.exists() else ""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Ran:
    """The whole job, from invented care records to a published version."""
    return Ran(tmp_path_factory.mktemp("run"), COMMANDS + 'go("run", "cin", "356", "2025-26", "--children", "10")')


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Ran:
    """Every command that writes files."""
    xml = "demo/cin_356_2025-26_DEMO_NOT_FOR_SUBMISSION.xml"
    checks = "".join(
        f'go("check", "{xml}", "--format", "{kind}", "--out", "check.{kind}")\n'
        for kind in ("table", "csv", "json", "xlsx", "html")
    )
    converts = f'go("convert", "{xml}", "--to", "csv", "--out", "tables")\n'
    converts += 'go("convert", "tables", "--to", "xml", "--out", "again.xml")\n'
    return Ran(
        tmp_path_factory.mktemp("files"),
        COMMANDS + 'go("demo", "--children", "10", "--out", "demo")\n' + checks + converts,
    )


# No connection


def test_a_whole_run_reaches_nothing_outside_this_machine(run):
    assert re.search("exit [01]: run", run.said), run.said
    assert list((run.folder / "home/store/cin/356/2025-26").glob("0001-*/*_DEMO_NOT_FOR_SUBMISSION.xml"))
    assert run.reached == ""


@pytest.mark.parametrize(
    "leak",
    [
        "import socket; socket.create_connection(('192.0.2.1', 9), 1)",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')",
        "import subprocess; subprocess.run(['curl', 'http://192.0.2.1/'])",
        "import socket, contextlib\nwith contextlib.suppress(OSError): socket.gethostbyname('example.org')",
    ],
)
def test_a_connection_is_seen_even_where_its_failure_is_not(tmp_path, leak):
    ran = Ran(tmp_path, leak)

    assert ran.reached
    assert bool(ran.code) is ("suppress" not in leak)


def test_this_machine_may_be_reached(tmp_path):
    door = "import socket; door = socket.create_server(('127.0.0.1', 0)); "
    ran = Ran(tmp_path, door + "socket.create_connection(door.getsockname()); socket.socketpair()")

    assert (ran.code, ran.reached) == (0, "")


# No open file, no code in data


def open_to_others(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.lstat().st_mode & 0o077]


def holding_code(folder: Path) -> list[str]:
    """Files that begin as a pickle does, of protocol 2 or later."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if re.match(rb"\x80[\x02-\x05]", path.read_bytes()[:2])]


def test_a_run_leaves_nothing_open_to_other_users(run):
    assert len(list((run.folder / "home").rglob("*"))) > 50
    assert open_to_others(run.folder / "home") == []


def test_a_file_open_to_others_is_seen(tmp_path):
    for mode in (0o600, 0o604, 0o620):
        (tmp_path / oct(mode)).touch()
        (tmp_path / oct(mode)).chmod(mode)

    assert sorted(open_to_others(tmp_path)) == ["0o604", "0o620"]


def test_files_that_commands_write_are_open_to_nobody_else(files):
    assert re.findall("exit [^01].*", files.said) == [], files.said
    written = {path.name for path in files.folder.iterdir()}
    assert {"again_DEMO_NOT_FOR_SUBMISSION.xml", "check.html", "check.xlsx", "check.table", "demo", "tables"} <= written
    assert open_to_others(files.folder) == []
    assert files.reached == ""


def test_nothing_in_the_home_is_a_pickle(run, tmp_path):
    assert holding_code(run.folder / "home") == []

    for protocol in (2, 3, 4, 5):
        (tmp_path / f"{protocol}").write_bytes(pickle.dumps(pd.DataFrame({"a": ["x"]}), protocol))
    assert sorted(holding_code(tmp_path)) == ["2", "3", "4", "5"]


# No formula: the workbook and the CSV are in tests/exports/test_report_files.py; the Department's file is left as it is


def test_what_a_spreadsheet_would_take_for_a_formula_reaches_the_department_as_it_was(tmp_path):
    marks = ["=", "+", "-", "@", "\t", "\n", " =", "\u00a0=", "\u200b=", "\ufeff=", "＝", "＋", "－", "＠", "﹦"]
    payloads = [f"{mark}{rest}" for mark in marks for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("x";"y")')]
    head = {"Collection": "CIN", "Year": "2026", "ReferenceDate": "2026-03-31", "SourceLevel": "L", "LEA": "356"}
    head |= {"SoftwareCode": "=1+1", "Release": "@A1", "SerialNo": "001", "DateTime": "2026-05-12T09:30:00"}
    children = pd.DataFrame({"LAchildID": payloads, "Sex": "F", "PersonBirthDate": "2015-06-14"}, dtype="str")

    given = typed({"ChildIdentifiers": children}, CIN)
    made = read(write(given, CIN, head, tmp_path / "a.xml", incomplete=True).path).tables

    assert made["ChildIdentifiers"]["LAchildID"].tolist() == payloads
    assert made["Header"][["SoftwareCode", "Release"]].to_numpy().tolist() == [["=1+1", "@A1"]]

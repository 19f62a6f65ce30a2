"""Start and stop for real: a process, its children, HTTP and a websocket over a port, signals."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import dagster as dg
import pytest
from websockets.sync.client import connect

from exports.store import Store
from pipelines.instance import POSTGRES, NotReady, prepare
from pipelines.serve import serve

ROOT = Path(__file__).parents[2]
LONG = 90  # seconds that something may take on a busy machine
TOY = """
import time
import dagster as dg

@dg.op
def wait():
    for _ in range(600):
        time.sleep(0.1)

@dg.job
def waiting():
    wait()

defs = dg.Definitions(jobs=[waiting])
"""
LAUNCH = """mutation {
  launchRun(executionParams: {mode: "default", selector: {
    repositoryLocationName: "returns", repositoryName: "__repository__", jobName: "waiting"}}) {
    __typename ... on LaunchRunSuccess { run { runId } }
  }
}"""
SUBSCRIBE = 'subscription{pipelineRunLogs(runId:"none"){__typename}}'


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home that does not exist yet; whatever `prepare` sets is undone."""
    path = tmp_path / "home"
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setenv("RETURNS_HOME", str(path))
    umask = os.umask(0o022)
    yield path
    os.umask(umask)


def modes(folder: Path) -> dict[str, str]:
    """What others could open, by path."""
    everything = [folder, *folder.rglob("*")]
    return {str(path): oct(path.lstat().st_mode) for path in everything if stat.S_IMODE(path.lstat().st_mode) & 0o077}


# The home


def test_home_is_made_for_this_user_only_whatever_the_umask(home):
    os.umask(0o000)

    assert prepare() == home
    assert sorted(path.name for path in home.iterdir()) == ["dagster"]
    assert modes(home) == {}
    assert os.umask(0o077) == 0o077


def test_dagster_takes_the_settings_and_keeps_no_exception_text(home):
    prepare()

    assert os.environ["DAGSTER_HOME"] == str(home / "dagster")
    assert os.environ["DAGSTER_REDACT_USER_CODE_ERRORS"] == "1"
    with dg.DagsterInstance.get() as instance:
        assert instance.run_monitoring_enabled
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert type(instance.run_storage).__name__ == "SqliteRunStorage"


@pytest.mark.parametrize("folder", [".", "dagster"])
@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711])
def test_home_that_others_can_open_is_refused(home, folder, mode):
    (home / folder).mkdir(parents=True)
    home.chmod(0o700)
    (home / folder).chmod(mode)

    with pytest.raises(NotReady, match=r"Other users of this machine can open .* chmod go-rwx"):
        prepare()


def test_settings_are_renewed_but_never_somebody_elses(home):
    prepare()
    settings = home / "dagster/dagster.yaml"
    ours = settings.read_text()
    settings.write_text(ours.replace("enabled: false", "enabled: true"))
    prepare()
    assert settings.read_text() == ours

    settings.write_text("run_launcher: mine\n")
    with pytest.raises(NotReady, match="is not this project's"):
        prepare()
    assert settings.read_text() == "run_launcher: mine\n"


def test_postgresql_is_named_without_its_password(home, monkeypatch):
    monkeypatch.setenv(POSTGRES, "postgresql://user:password@host/dagster")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: True)

    prepare()

    settings = (home / "dagster/dagster.yaml").read_text()
    assert f"env: {POSTGRES}" in settings
    assert "password" not in settings
    assert os.environ[POSTGRES] == "postgresql+psycopg2://user:password@host/dagster"


def test_postgresql_without_its_package_is_told(home, monkeypatch):
    monkeypatch.setenv(POSTGRES, "postgresql://user:password@host/dagster")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(NotReady, match="dagster-postgres"):
        prepare()


def test_runs_are_kept_in_postgresql(home, monkeypatch):
    from postgres import running

    with running() as server, server.database() as url:
        monkeypatch.setenv(POSTGRES, url.render_as_string(hide_password=False))
        prepare()
        with dg.DagsterInstance.get() as instance:
            dg.GraphDefinition("nothing").execute_in_process(instance=instance)

            assert len(instance.get_runs()) == 1
        assert not list((home / "dagster").rglob("*.db"))


# Refusals


def served(*arguments: str, home: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pipelines.cli", "serve", *arguments]
    environment = os.environ | {"RETURNS_HOME": str(home)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONG, check=False)


@pytest.fixture
def handlers() -> Iterator[None]:
    """`serve` takes the signals and the umask of its process; here they are given back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"host": "0.0.0.0"}, "without encryption"),
        ({"host": "192.0.2.1"}, "without encryption"),
        ({"host": "::"}, "without encryption"),
        ({"host": "example.org"}, "an address such as 127.0.0.1"),
        ({"port": 70000}, "ports go from 0 to 65535"),
        ({"behind_proxy": "returns.example.org"}, "--behind-proxy takes the address"),
        ({"behind_proxy": "https://returns.example.org/path"}, "--behind-proxy takes the address"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_one_sentence(home, handlers, capsys, options, sentence):
    assert serve(**options) == 4

    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
    assert not home.exists()


def test_port_in_use_is_told_in_one_sentence(home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        ended = served("--port", str(port), home=home)

    assert (ended.returncode, ended.stdout) == (4, "")
    assert re.fullmatch(rf"Port {port} cannot be used \(.*\): .* --port\n", ended.stderr)


# The whole


class Served:
    """A running serve, and a browser in which its address was opened."""

    def __init__(self, home: Path, folder: Path) -> None:
        (folder / "toy.py").write_text(TOY)
        code = "from pipelines.serve import serve; raise SystemExit(serve(0, definitions='toy'))"
        environment = os.environ | {"RETURNS_HOME": str(home), "PYTHONPATH": os.pathsep.join((str(ROOT), str(folder)))}
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, umask=0o000, start_new_session=True,
        )  # fmt: skip
        self.said = ""
        while not (address := re.search(r"(http://127\.0\.0\.1:\d+)(/open\?token=\S+)\n", self.said)):
            line = self.process.stdout.readline()
            assert line, f"ended without an address:\n{self.said}{(home / 'errors/serve.log').read_text()}"
            self.said += line
        self.address, self.opening = address.groups()
        status, headers, _ = self.ask("GET", self.opening)
        assert (status, headers["location"]) == (303, "/")
        self.cookie = headers["set-cookie"].split(";")[0]

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=LONG)
        with contextlib.closing(connection):
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()

    def graphql(self, query: str) -> dict:
        headers = {"Cookie": self.cookie, "Origin": self.address, "Content-Type": "application/json"}
        status, _, answer = self.ask("POST", "/graphql", {"query": query}, **headers)
        assert status == 200, answer
        return json.loads(answer)["data"]

    def processes(self) -> dict[int, str]:
        """Every process of this home, by what its environment says."""
        mark = f"RETURNS_HOME={self.home}".encode()
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found


@pytest.fixture
def running(tmp_path) -> Iterator[Served]:
    served = Served(tmp_path / "home", tmp_path)
    try:
        yield served
    finally:
        with served.process:
            served.process.kill()
        for process in served.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def eventually(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + LONG
    while not (done := what()) and time.monotonic() < until:
        time.sleep(0.1)
    return done


def listening(processes: dict[int, str]) -> set[tuple[str, int]]:
    """Addresses and ports on which these processes take TCP connections."""
    inodes = set()
    for process in processes:
        for link in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                inodes.update(re.findall(r"socket:\[(\d+)\]", str(link.readlink())))
    rows = [row.split() for file in ("tcp", "tcp6") for row in Path("/proc/net", file).read_text().splitlines()[1:]]
    places = [row[1].split(":") for row in rows if row[3] == "0A" and row[9] in inodes]
    return {(address, int(port, 16)) for address, port in places}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc, which only Linux has")
def test_serves_one_guarded_door_and_stops_everything(running):
    # who gets in
    assert running.ask("GET", "/")[0] == 401
    assert running.ask("GET", "/", Host="evil.example", Cookie=running.cookie)[0] == 403
    assert running.ask("GET", "/graphql?query=mutation{x}", Cookie=running.cookie)[0] == 403
    status, headers, page = running.ask("GET", "/", Cookie=running.cookie)
    assert (status, b"Dagster" in page) == (200, True)
    assert "server" not in headers

    # the definitions are there, and so is the daemon
    location = "{workspaceOrError{... on Workspace{locationEntries{name loadStatus locationOrLoadError{__typename}}}}}"
    entry = {"name": "returns", "loadStatus": "LOADED", "locationOrLoadError": {"__typename": "RepositoryLocation"}}
    assert running.graphql(location) == {"workspaceOrError": {"locationEntries": [entry]}}
    healthy = "{instance{daemonHealth{allDaemonStatuses{healthy required}}}}"

    def daemons() -> bool:
        statuses = running.graphql(healthy)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return all(status["healthy"] for status in statuses if status["required"])

    assert eventually(daemons)

    # the websocket
    address = running.address.replace("http", "ws") + "/graphql"
    with pytest.raises(Exception, match="403"):
        connect(address, origin=running.address)
    sent = {"Cookie": running.cookie}
    with connect(address, origin=running.address, additional_headers=sent, subprotocols=["graphql-ws"]) as websocket:
        websocket.send(json.dumps({"type": "start", "id": "1", "payload": {"query": SUBSCRIBE}}))
        assert "PipelineRunLogsSubscriptionFailure" in str(websocket.recv(LONG))

    # the store, written by another process meanwhile
    facts = {"lineage": "l", "rule_book": "b", "code_version": "c", "content_key": "k", "counts": {}}
    version = Store(running.home / "store").publish("cin", "356", "2025-26", {"report.html": b"<p>"}, facts).id
    report = f"/reports/cin/356/2025-26/{version}/report.html"
    assert running.ask("GET", report)[0] == 401
    assert running.ask("GET", report, Cookie=running.cookie)[2] == b"<p>"

    # a second one on the same home
    second = served("--port", "0", home=running.home)
    assert (second.returncode, second.stderr.count("\n")) == (4, 1)
    assert "Another make serve already uses" in second.stderr

    # nothing but the door listens, and nothing is open to others although the parent's umask was 000
    assert listening(running.processes()) == {("0100007F", urlsplit(running.address).port)}
    assert modes(running.home) == {}
    sockets = re.findall(r"--socket (\S+)", " ".join(running.processes().values()))
    assert sockets
    assert {oct(stat.S_IMODE(Path(path).parent.stat().st_mode)) for path in sockets} == {"0o700"}

    # stopped in the middle of a run
    launched = running.graphql(LAUNCH)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    state = f'{{runOrError(runId:"{launched["run"]["runId"]}"){{... on Run{{status}}}}}}'
    assert eventually(lambda: running.graphql(state)["runOrError"]["status"] == "STARTED")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(LONG) == 0
    assert eventually(lambda: running.processes() == {})
    with dg.DagsterInstance.from_config(str(running.home / "dagster")) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.CANCELED]
    assert not Path(sockets[0]).parent.exists()
    assert modes(running.home) == {}

    # what was said
    rest = running.said + running.process.stdout.read()
    assert str(running.home) in rest
    assert rest.endswith("Stopping.\n")
    log = (running.home / "errors/serve.log").read_text()
    assert running.opening not in log
    assert running.cookie not in log
    assert "/reports/cin" not in log


@pytest.mark.soak
def test_a_daemon_that_ends_by_itself_is_told(running):
    daemon = next(number for number, command in running.processes().items() if "pipelines.daemon" in command)
    os.kill(daemon, signal.SIGKILL)

    assert running.process.wait(LONG) == 1
    assert "daemon ended by itself" in running.process.stdout.read()
    assert eventually(lambda: running.processes() == {})


@pytest.mark.soak
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_reach_all_and_stop_all(running, number):
    os.killpg(running.process.pid, number)

    assert running.process.wait(LONG) == 0
    assert running.process.stdout.read().endswith(f"Your data are in {running.home}\n\nStopping.\n")
    assert eventually(lambda: running.processes() == {})


@pytest.mark.soak
def test_what_a_killed_serve_leaves_ends_by_itself(running):
    running.process.kill()

    assert eventually(lambda: not any("pipelines.daemon" in command for command in running.processes().values()))
    assert eventually(lambda: running.processes() == {})

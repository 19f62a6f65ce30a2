"""`make serve`: Dagster and the reports behind one door on this machine, until Ctrl-C.

This process holds the door with Dagster's pages in it (pipelines/door.py); its children are Dagster's daemon and the
process that loads the definitions, reached through a socket in a private folder. Only the door has a port. What
they all print goes to a private file, for it may quote records: the terminal gets plain sentences.
"""

import contextlib
import ipaddress
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from returns.refusal import Refusal

PORT = 3000
DEFINITIONS = "pipelines.definitions"
_STOPPING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
_PATIENCE = 10  # seconds for a child to end, then it is killed


class CannotServe(Refusal):
    """The door cannot be opened as asked."""


class Failed(Exception):
    """It stopped without being asked."""


def serve(
    port: int = PORT,
    host: str = "127.0.0.1",
    behind_proxy: str = "",
    definitions: str = DEFINITIONS,
    units: Sequence[str] = (),
) -> int:
    """Serve until stopped; returns the exit code: 0 stopped, 1 something failed, 4 refused.

    `port` 0 takes any free one. `behind_proxy` is the address that people use, such as https://returns.example.org, of
    a proxy that encrypts and passes on the Host header; only with it may `host` be other than this machine itself.
    `units` can be chosen in Dagster from the start, beside those whose data came before.
    """
    os.umask(0o077)
    for number in _STOPPING:
        signal.signal(number, signal.default_int_handler)
    try:
        with _bound(host, port, behind_proxy) as door:
            _open(door, _address(door, behind_proxy), definitions, units)
    except KeyboardInterrupt:
        return 0
    except (Refusal, Failed) as error:
        sys.stderr.write(f"{error}\n")
        return 4 if isinstance(error, Refusal) else 1
    return 0


def _open(door: socket.socket, address: str, definitions: str, units: Sequence[str]) -> None:
    from pipelines.instance import prepare

    home = prepare()
    os.environ["RETURNS_ADDRESS"] = address  # what links in Dagster begin with
    log = home / "errors" / "serve.log"
    with _alone(home), _kept_from_terminal(log) as tell:
        tell("Starting; this takes a few seconds.\n")
        try:
            _run(door, address, definitions, home / "store", units, tell)
        except (Refusal, Failed) as error:
            raise type(error)(f"{str(error).rstrip('.')}; {log} has the details") from None
        except Exception:  # noqa: BLE001 - whatever it is, its text may quote a record
            traceback.print_exc()
            raise Failed(f"This stopped through a fault of the program; {log} has the details") from None


def _run(
    door: socket.socket,
    address: str,
    definitions: str,
    store: Path,
    units: Sequence[str],
    tell: Callable[[str], None],
) -> None:
    """Start Dagster's parts, say where it all is, serve; end the parts in the opposite order."""
    import dagster as dg
    import uvicorn
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster_webserver.app import create_app_from_workspace_process_context

    from exports.store import Store
    from pipelines.door import door as built
    from pipelines.partitions import register

    with contextlib.ExitStack() as parts:
        try:
            instance = parts.enter_context(dg.DagsterInstance.get())
            register(instance, units)
            instance.optimize_for_webserver(statement_timeout=15_000, pool_recycle=3600, max_overflow=20)
            workspace = parts.enter_context(_definitions_loaded(instance, definitions))
            daemon = parts.enter_context(_daemon(workspace))
            target = WorkspaceFileTarget(paths=[str(workspace)])
            context = parts.enter_context(WorkspaceProcessContext(instance, target, dg.__version__))
            token = secrets.token_urlsafe(32)
            pages = create_app_from_workspace_process_context(context, live_data_poll_rate=2000)
            server = uvicorn.Server(
                uvicorn.Config(
                    built(pages, Store(store, run="serve"), address, token),
                    log_config=None,
                    access_log=False,  # no list of who opened what
                    lifespan="off",
                    proxy_headers=False,
                    server_header=False,
                    timeout_graceful_shutdown=3,
                )
            )
            ended = threading.Event()
            threading.Thread(target=_watched, args=(daemon, server, ended), daemon=True).start()
            tell(_welcome(address, token, store.parent))
            if context.create_request_context().code_location_errors():
                tell(f"The definitions {definitions} could not be loaded; Dagster shows why.\n")
            server.run(sockets=[door])
        finally:
            _undisturbed()
            tell("Stopping.\n")
    if ended.is_set():
        raise Failed("Dagster's daemon ended by itself, so schedules would not run")


def _welcome(address: str, token: str, home: Path) -> str:
    return (
        f"\nOpen this address in your browser:\n\n  {address}/open?token={token}\n\n"
        f"It lets this browser in, to Dagster and to the reports at {address}/reports/\n"
        f"Keep it to yourself; it ends when you stop this, with Ctrl-C.\n"
        f"Your data are in {home}\n\n"
    )


def _watched(daemon: subprocess.Popen, server, ended: threading.Event) -> None:
    daemon.wait()
    if not server.should_exit:
        ended.set()
        server.should_exit = True


@contextlib.contextmanager
def _bound(host: str, port: int, behind_proxy: str) -> Iterator[socket.socket]:
    """The listening socket, taken before anything slow starts."""
    try:
        where = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise CannotServe("--host takes an address such as 127.0.0.1, not a name") from None
    if behind_proxy:
        parts = urlsplit(behind_proxy)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
            raise CannotServe("--behind-proxy takes the address that people use, such as https://returns.example.org")
    elif not where.is_loopback:
        raise CannotServe(
            "--host other than 127.0.0.1 would open children's records to the network without encryption: "
            "put a proxy with TLS in front and name its address with --behind-proxy"
        )
    door = socket.socket(socket.AF_INET6 if where.version == 6 else socket.AF_INET)
    with door:
        if os.name != "nt":  # there it would let another program take the same port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((str(where), port))
            door.listen(128)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "ports go from 0 to 65535"
            raise CannotServe(
                f"Port {port} cannot be used ({reason}): end what uses it, or choose another with make serve PORT=… "
                "or --port"
            ) from None
        yield door


def _address(door: socket.socket, behind_proxy: str) -> str:
    if behind_proxy:
        return behind_proxy.rstrip("/")
    host, port = door.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port != 80 else "")


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two daemons on one home would start every schedule twice."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(home / "serve.lock", timeout=0, mode=0o600):
            yield
    except Timeout:
        raise CannotServe(f"Another make serve already uses {home}: open its address, or end it first") from None


@contextlib.contextmanager
def _kept_from_terminal(log: Path) -> Iterator[Callable[[str], None]]:
    """What this process and its children print goes to `log`, emptied first; yields what writes to the terminal."""
    log.parent.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(log, flags, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    for number in kept:
        os.dup2(descriptor, number)
    os.close(descriptor)

    def tell(text: str) -> None:
        with contextlib.suppress(OSError):  # a terminal may have been closed
            os.write(kept[1], text.encode())

    try:
        yield tell
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, before in kept.items():
            os.dup2(before, number)
            os.close(before)


@contextlib.contextmanager
def _definitions_loaded(instance, definitions: str) -> Iterator[Path]:
    """The process that loads the definitions and starts runs; yields the workspace file that says where its socket is.

    Sockets and whatever runs put aside lie in a folder that only this user can enter, removed at the end.
    """
    from dagster._cli.proxy_server_manager import ProxyServerManager
    from dagster._core.workspace.load_target import ModuleTarget

    with tempfile.TemporaryDirectory(prefix="returns-", ignore_cleanup_errors=True) as folder:
        before = tempfile.tempdir
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        target = ModuleTarget(definitions, attribute=None, working_directory=str(Path.cwd()), location_name="returns")
        try:
            with ProxyServerManager(instance, target, code_server_log_level="WARNING") as servers:
                specs = list(servers.get_code_server_specs())
                workspace = Path(folder) / "workspace.yaml"
                workspace.write_text(json.dumps({"load_from": specs}), encoding="utf-8")
                try:
                    yield workspace
                finally:
                    _end_runs(instance, specs)
        finally:
            tempfile.tempdir = before


def _end_runs(instance, specs: list) -> None:
    """Cancel the runs started from here: they would go on without anybody to look after them."""
    from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES, RunsFilter
    from dagster._core.storage.tags import GRPC_INFO_TAG

    sockets = {spec["grpc_server"].get("socket") or spec["grpc_server"].get("port") for spec in specs}

    def ours() -> list[str]:
        runs = instance.get_runs(RunsFilter(statuses=IN_PROGRESS_RUN_STATUSES))
        carried = {run.run_id: json.loads(run.tags.get(GRPC_INFO_TAG, "{}")) for run in runs}
        return [run for run, by in carried.items() if (by.get("socket") or by.get("port")) in sockets]

    for run in ours():
        with contextlib.suppress(Exception):
            instance.run_launcher.terminate(run)
    until = time.monotonic() + _PATIENCE
    while ours() and time.monotonic() < until:
        time.sleep(0.2)


@contextlib.contextmanager
def _daemon(workspace: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "pipelines.daemon", str(workspace)]
    # In a session of its own Ctrl-C does not reach it: it ends when its standard input closes.
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as daemon:  # noqa: S603 - ours
        try:
            yield daemon
        finally:
            assert daemon.stdin
            daemon.stdin.close()
            try:
                daemon.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()


def _undisturbed() -> None:
    """While things end, another Ctrl-C would leave some of them behind; every wait has its limit."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)

"""Starts runs as Dagster does by default, and can tell whether a run's process still lives: a killed one failed."""

import os
import socket

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.dagster_run import DagsterRun
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult

PROCESS = "returns/process"


def this_process() -> dict[str, str]:
    """The tag of a run that this process itself carries."""
    return {PROCESS: f"{os.getpid()} on {socket.gethostname()}"}


class Launcher(dg.DefaultRunLauncher):
    """What dagster.yaml names. Dagster's default cannot be asked for a run's health, so its monitoring sees no kill."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        lives = _lives(run.tags[PROCESS]) if PROCESS in run.tags else self._answers_for(run)
        if lives:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, "The process of this run was ended from outside.")

    def _answers_for(self, run: DagsterRun) -> bool:
        """Whether the process that starts runs still knows this one; a run that nobody here started is left alone."""
        client = self._get_grpc_client_for_termination(run.run_id)
        if client is None:
            return True
        try:
            answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=10)
        except DagsterUserCodeUnreachableError:
            return False
        return dg.deserialize_value(answer, CanCancelExecutionResult).can_cancel


def _lives(process: str) -> bool:
    number, _, host = process.partition(" on ")
    if host != socket.gethostname() or os.name == "nt":  # on Windows this call would end the process
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # alive, of another user
        return True
    return True

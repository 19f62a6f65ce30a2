"""One return in this process, with progress: the job that the pages start, told on the terminal."""

import contextlib
import logging
import os
import traceback
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from returns import described
from returns.refusal import Refusal


class Busy(Refusal):
    """Another run makes the same return: both would write one working folder, and each might show the other's data."""


def run_return(
    name: str,
    unit: str,
    period: str,
    extract: Mapping[str, Any],
    findings: Mapping[str, Any],
    xml: Mapping[str, Any],
    *,
    said: Console,
    shown: Console,
) -> int:
    """Register the unit, run the census job for one period, show where the results are; gives the exit code.

    A terminal is told of every stage as it is done, another program only why one stopped.
    """
    from pipelines.instance import prepare

    whole = described(name)
    whole.position(period)
    whole.refuse_unit(unit)
    home = prepare()
    with said.status("Starting") if said.is_terminal else _nothing():
        import dagster as dg

        from pipelines.definitions import CENSUS, defs
        from pipelines.launcher import this_process
        from pipelines.partitions import key, register
        from pipelines.resources import Home

    logging.getLogger("dagster.redacted_errors").addFilter(_kept)  # Dagster would print the traceback
    instance = dg.DagsterInstance.get()
    register(instance, [unit])
    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, lambda entry: _tell(entry, said))
    config = {"extract": extract, "findings": findings, "xml": xml}
    with _alone(home, Home().work(name, unit, period), f"{name} {unit} {period}", run_id, instance, key(period, unit)):
        result = defs.resolve_job_def(CENSUS[name].name).execute_in_process(
            run_id=run_id,
            partition_key=key(period, unit),
            tags=this_process(),
            instance=instance,
            raise_on_error=False,
            run_config={
                "ops": {f"{name}__{stage}": {"config": dict(given)} for stage, given in config.items()},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
        if not result.success:
            return 4 if any(_refused(event) for event in result.all_events if event.is_step_failure) else 3
        return _results(Home(), name, unit, period, shown)


@contextlib.contextmanager
def _alone(home: Path, folder: Path, what: str, run_id: str, instance: Any, partition: str) -> Iterator[None]:
    """Runs from the pages wait for this one by themselves (dagster.yaml); this one does not start beside another."""
    from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES, RunsFilter

    from exports.lock import FolderLock, Held
    from pipelines.launcher import PROCESS

    same = RunsFilter(statuses=IN_PROGRESS_RUN_STATUSES, tags={"dagster/partition": partition})
    try:
        with FolderLock(folder, run_id).held():
            going = [run for run in instance.get_runs(same) if PROCESS not in run.tags]  # else it has no lock: killed
            if going and _served(home):
                raise Busy(f"{what}: a run from the pages is making it; do this again when it has ended.")
            yield
    except Held as holder:
        raise Busy(f"{what}: {holder} is making it; do this again when it has ended.") from None


def _served(home: Path) -> bool:
    """Whether `returns serve` is on: runs that it did not end before it was killed are not believed."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(home / "serve.lock", mode=0o600).acquire(blocking=False):
            return False
    except Timeout:
        return True


def _nothing() -> Any:
    return contextlib.nullcontext()


def _refused(event: Any) -> bool:
    data = event.step_failure_data
    return bool(data.error and data.error.cls_name == "StepRefused")


def _kept(record: logging.LogRecord) -> bool:
    """Keep an error that no guard told of in a private file, and print none."""
    from pipelines.guard import StepFailed, StepRefused, keep
    from pipelines.resources import home_path

    if record.exc_info and not isinstance(record.exc_info[1], StepFailed | StepRefused):
        keep(home_path(), "".join(traceback.format_exception(*record.exc_info)))
    return False


def _tell(entry: Any, said: Console) -> None:
    event = entry.dagster_event
    if event is None:
        return
    if event.is_step_failure:
        failure = event.step_failure_data.user_failure_data
        stage = event.step_key.partition("__")[2]
        if failure:
            sentence = failure.description
        elif event.step_failure_data.error.cls_name == "DagsterAssetCheckFailedError":
            sentence = f"The stage {stage} did not pass its check. Is there a child in the source?"
        else:
            sentence = f"The stage {stage} failed; see the folder errors."
        said.print(sentence, markup=False, soft_wrap=True)
    elif event.is_step_success and said.is_terminal:
        said.print(f"  {event.step_key.partition('__')[2]}: done in {event.step_success_data.duration_ms / 1000:.1f} s")


def _results(home: Any, name: str, unit: str, period: str, shown: Console) -> int:
    from pipelines.io import read_frames, value
    from pipelines.terminal import many
    from validation import rules
    from validation.verdict import verdict

    version = home.store("read").current(name, unit, period)
    counts = version.counts
    shown.print(
        f"{many(counts, 'children')}; {many(counts, 'errors')}, {many(counts, 'queries')}; "
        f"{counts['rules_run']} rules run, {counts['rules_not_run']} not run, {counts['rules_crashed']} crashed."
    )
    found = read_frames(home.work(name, unit, period) / "findings")
    for reason, rows in found["not_run"].groupby("value", sort=False):
        shown.print(f"not run: {len(rows)} ({reason})", markup=False, soft_wrap=True)
    before = read_frames(home.work(name, unit, period) / "last_year")
    if len(before) > 1:
        shown.print(f"last year: {value(before, '@facts')['last_year']}", markup=False, soft_wrap=True)
    facts = value(read_frames(home.work(name, unit, period) / "extract"), "@facts")
    if facts.get("reading"):
        shown.print(f"reading: {facts['reading']}", markup=False, soft_wrap=True)
    if version.manifest["demo"]:
        shown.print("The children are invented: nothing here is a return.")
    if counts["obstacles"]:
        kind = "No file for the Department"
        if version.manifest["submission"]:
            kind = "Left out of the XML" if any(name.endswith(".xml") for name in version.files) else "Not as XML"
        shown.print(f"{kind}: {counts['obstacles']:,} cells or rows cannot be written; see the report.")
    if faults := counts.get("schema_faults"):  # versions made before have no such count
        shown.print(
            f"The schema that you registered does not take the file ({faults} faults), so it is marked as not for "
            "submission; `returns check` with the file names them."
        )
    shown.print(f"Version {version.id}, in {version.path}:", soft_wrap=True)
    for path in version.files.values():
        shown.print(f"  {path}", soft_wrap=True)
    served = home.address(name, unit, period) if os.environ.get("RETURNS_ADDRESS") else "/reports/"
    shown.print(f"The report: {version.files['report.html']}, or under {served} when `make serve` runs", soft_wrap=True)
    return verdict(found["findings"], bool(len(found["crashed"])), rules(name, value(found, "@facts")["ruleset"]))

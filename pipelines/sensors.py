"""Sensors: files dropped into the inbox start a run."""

import hashlib
import json
import time
from pathlib import Path

import dagster as dg

from pipelines.jobs import Job
from pipelines.partitions import key, units
from pipelines.resources import Home, dropped
from returns import described

SETTLED_AFTER = 5.0


def inbox(name: str, job: Job) -> dg.SensorDefinition:
    """Watches <home>/inbox/<return>/<unit>/<period>; registers the unit and asks for a run when its files have changed
    and settled."""

    @dg.sensor(
        name=f"{name}_inbox",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="A file dropped into the inbox of a unit and period starts its run.",
    )
    def sensor(context: dg.SensorEvaluationContext, home: Home):
        seen = json.loads(context.cursor or "{}")
        found = fingerprints(home.root / "inbox" / name, name)
        fresh = {where: print_ for where, print_ in found.items() if seen.get("/".join(where)) != print_}
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(run_key=print_, partition_key=key(period, unit))
                for (unit, period), print_ in sorted(fresh.items())
            ],
            dynamic_partitions_requests=[units(name).build_add_request(sorted({unit for unit, _ in fresh}))]
            if fresh
            else [],
            cursor=json.dumps({**seen, **{"/".join(where): print_ for where, print_ in fresh.items()}}),
        )

    return sensor


def fingerprints(folder: Path, name: str) -> dict[tuple[str, str], str]:
    """(unit, period) -> what its dropped files look like now: a hash of names, sizes and times; files still being
    written are left."""
    whole = described(name)
    periods = {period.name for period in whole.periods}
    found = {}
    for path in sorted(folder.glob("*/*")):
        unit, period = path.parts[-2:]
        if not path.is_dir() or period not in periods or not whole.takes(unit):
            continue
        stats = [(file.name, file.stat()) for file in dropped(path)]
        # of another machine's clock a time may be to come
        if stats and all(abs(time.time() - stat.st_mtime) > SETTLED_AFTER for _, stat in stats):
            seen = "\n".join(f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats)
            found[unit, period] = hashlib.sha256(f"{name} {unit} {period}\n{seen}".encode()).hexdigest()
    return found

"""Schedules, off until someone turns them on; England's time."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.jobs import Job
from pipelines.partitions import key, units
from pipelines.resources import Home
from returns import described

LONDON = "Europe/London"


def nightly(name: str, job: Job) -> dg.ScheduleDefinition:
    """A dry run each night from the opening of the collection until the return is recorded as accepted, for every
    registered unit."""

    @dg.schedule(
        name=f"{name}_nightly_dry_run",
        job=job,
        cron_schedule="0 2 * * *",
        execution_timezone=LONDON,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Findings of the open collection each night, from its opening until it is accepted.",
    )
    def schedule(context: dg.ScheduleEvaluationContext, home: Home):
        today = (context.scheduled_execution_time or dt.datetime.now(dt.UTC)).astimezone(ZoneInfo(LONDON)).date()
        requests = due(name, home, context.instance.get_dynamic_partitions(units(name).name or ""), today)
        return requests or dg.SkipReason("No collection is open for a registered unit.")

    return schedule


def due(name: str, home: Home, registered: Sequence[str], today: dt.date) -> list[dg.RunRequest]:
    """A run for each registered unit whose return is open on `today` and not yet accepted."""
    period = described(name).open_next(today)
    if not period.opens <= today <= period.submit_by:
        return []
    store = home.store("schedule")
    known = [unit for unit in registered if described(name).takes(unit)]  # others may have been added by hand
    waiting = [unit for unit in known if store.accepted_hash(name, unit, period.name) is None]
    return [dg.RunRequest(run_key=f"{name}-{unit}-{today}", partition_key=key(period.name, unit)) for unit in waiting]

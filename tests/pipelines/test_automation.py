"""What starts by itself: the sensor on dropped files and the nightly schedule, evaluated as Dagster does it."""

import datetime as dt
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from dagster._utils.tags import TagConcurrencyLimitsCounter

from exports.store import Store
from pipelines.definitions import defs
from pipelines.instance import SETTINGS
from pipelines.partitions import units
from pipelines.resources import Home, dropped
from pipelines.sensors import SETTLED_AFTER
from returns import described

# Dagster warns of tags that it makes itself.
pytestmark = pytest.mark.filterwarnings("ignore:Non-compliant tag keys like .'dagster/partition/period'")

REPOSITORY = defs.get_repository_def()
LONDON = ZoneInfo("Europe/London")
PERIOD = described("cin").at("2025-26").period


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(path=str(tmp_path / "home"))


@pytest.fixture(scope="module")
def stored() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture
def instance(stored) -> Iterator[dg.DagsterInstance]:
    """An instance in which no unit is registered."""
    yield stored
    for unit in stored.get_dynamic_partitions(units("cin").name):
        stored.delete_dynamic_partition(units("cin").name, unit)


# Dropped files


class Inbox:
    """The inbox, and the sensor that watches it over several ticks."""

    def __init__(self, home: Home, instance: dg.DagsterInstance) -> None:
        self.home = home
        self.instance = instance
        self.cursor: str | None = None

    def drop(self, where: str, content: bytes = b"<Message/>", age: float = 60) -> Path:
        """A file below the inbox that was last written `age` seconds ago."""
        path = self.home.root / "inbox" / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - age,) * 2)
        return path

    def tick(self) -> dg.SensorResult:
        with dg.build_sensor_context(self.instance, self.cursor, resources={"home": self.home}) as context:
            result = REPOSITORY.get_sensor_def("cin_inbox")(context)
        self.cursor = result.cursor
        for request in result.dynamic_partitions_requests:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        return result

    def asked(self) -> list[str]:
        return [request.partition_key for request in self.tick().run_requests]

    def registered(self) -> list[str]:
        return list(self.instance.get_dynamic_partitions(units("cin").name))


@pytest.fixture
def inbox(home, instance) -> Inbox:
    return Inbox(home, instance)


def test_nothing_dropped_asks_for_nothing(inbox):
    assert inbox.asked() == []
    assert inbox.registered() == []
    assert not inbox.home.root.exists()


def test_a_settled_file_asks_for_exactly_one_run_and_registers_its_unit(inbox):
    inbox.drop("cin/301/2025-26/return.xml")

    assert inbox.asked() == ["2025-26|301"]
    assert inbox.registered() == ["301"]
    assert inbox.asked() == inbox.asked() == []


def test_a_file_that_is_still_being_written_is_left_until_it_has_settled(inbox):
    path = inbox.drop("cin/301/2025-26/return.xml", age=0)
    inbox.drop("cin/301/2025-26/earlier.xml")
    assert inbox.asked() == []
    assert inbox.registered() == []

    os.utime(path, (time.time() - SETTLED_AFTER - 1,) * 2)
    assert inbox.asked() == ["2025-26|301"]


def test_a_file_with_a_time_to_come_is_taken_too(inbox):
    inbox.drop("cin/301/2025-26/return.xml", age=-3600)
    assert inbox.asked() == ["2025-26|301"]


def test_what_systems_leave_beside_files_is_no_return(inbox):
    for name in ("._return.xml", "~$Header.csv", ".xml"):
        inbox.drop(f"cin/301/2025-26/{name}")
    assert inbox.asked() == []
    inbox.drop("cin/301/2025-26/return.xml")
    assert [path.name for path in dropped(inbox.home.root / "inbox/cin/301/2025-26")] == ["return.xml"]


def test_a_changed_file_asks_again_and_under_another_key(inbox):
    inbox.drop("cin/301/2025-26/return.xml", age=120)
    (first,) = inbox.tick().run_requests
    inbox.drop("cin/301/2025-26/return.xml", b"<Message></Message>")
    (second,) = inbox.tick().run_requests

    assert first.partition_key == second.partition_key
    assert first.run_key != second.run_key
    assert inbox.asked() == []


@pytest.mark.parametrize("change", ["another file", "one file less", "only the time"])
def test_whatever_changes_in_the_folder_asks_again(inbox, change):
    path = inbox.drop("cin/301/2025-26/return.xml", age=120)
    second = inbox.drop("cin/301/2025-26/second.xml", age=120)
    inbox.tick()
    if change == "another file":
        inbox.drop("cin/301/2025-26/third.xml")
    elif change == "one file less":
        second.unlink()
    else:
        os.utime(path, (time.time() - 60,) * 2)

    assert inbox.asked() == ["2025-26|301"]


def test_each_unit_and_period_is_a_run_of_its_own(inbox):
    for where in ("301/2025-26/a.xml", "301/2025-26/b.xml", "301/2026-27/a.xml", "302/2025-26/Child.CSV"):
        inbox.drop(f"cin/{where}")

    assert inbox.asked() == ["2025-26|301", "2026-27|301", "2025-26|302"]
    assert inbox.registered() == ["301", "302"]


def test_what_is_no_dropped_return_is_ignored(inbox):
    for where in (
        "cin/301/2025-26/notes.docx",
        "cin/301/2025-26/.return.xml.part",
        "cin/301/2025-26/accepted/return.xml",
        "cin/301/2099-00/return.xml",
        "cin/301/2025/return.xml",
        "cin/301/return.xml",
        "cin/1234/2025-26/return.xml",
        "cin/356 old/2025-26/return.xml",
        "cin/return.xml",
        "school/301/2025-26/return.xml",
        "return.xml",
    ):
        inbox.drop(where)
    (inbox.home.root / "inbox/cin/302/2025-26").mkdir(parents=True)

    assert inbox.asked() == []
    assert inbox.registered() == []


def test_run_keys_and_cursor_name_no_file(inbox):
    inbox.drop("cin/301/2025-26/Jane_Smith_2015-06-14.xml")
    result = inbox.tick()

    assert "Jane" not in repr(result.run_requests) + result.cursor


def test_the_sensor_asks_for_the_whole_return(instance):
    sensor = REPOSITORY.get_sensor_def("cin_inbox")

    assert sensor.job_name == "cin_census"
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_runs_of_one_unit_and_period_wait_for_each_other_and_for_no_other(tmp_path):
    shutil.copy(SETTINGS, tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        limits = made.get_concurrency_config().run_queue_config.tag_concurrency_limits
    going, same, other = (
        dg.DagsterRun(job_name="cin_census", run_id=str(uuid.uuid4()), tags={"dagster/partition": key})
        for key in ("2025-26|301", "2025-26|301", "2025-26|302")
    )
    counter = TagConcurrencyLimitsCounter(limits, [going])

    assert counter.is_blocked(same)
    assert not counter.is_blocked(other)


# The nightly dry run


def evaluated(home: Home, instance: dg.DagsterInstance, when: dt.datetime) -> Any:
    with dg.build_schedule_context(
        instance, scheduled_execution_time=when, resources={"home": home}, repository_def=REPOSITORY
    ) as context:
        return REPOSITORY.get_schedule_def("cin_nightly_dry_run").evaluate_tick(context)


def nightly(home: Home, instance: dg.DagsterInstance, when: dt.datetime) -> list[str]:
    """The partitions asked for at a moment, or the reason why none is."""
    data = evaluated(home, instance, when)
    return [request.partition_key for request in data.run_requests or []] or [data.skip_message]


def night(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(2), LONDON)


NOT_OPEN = ["No collection is open for a registered unit."]


@pytest.fixture
def two_units(instance) -> None:
    instance.add_dynamic_partitions(units("cin").name, ["301", "302"])


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (PERIOD.opens - dt.timedelta(days=1), False),
        (PERIOD.opens, True),
        (PERIOD.load_by + dt.timedelta(days=1), True),
        (PERIOD.submit_by, True),
        (PERIOD.submit_by + dt.timedelta(days=1), False),
        (dt.date(2026, 12, 25), False),
    ],
)
def test_due_from_the_opening_to_the_last_day_for_every_registered_unit(home, instance, two_units, day, open_):
    due = [f"{PERIOD.name}|301", f"{PERIOD.name}|302"]

    assert nightly(home, instance, night(day)) == (due if open_ else NOT_OPEN)


def test_nothing_is_due_where_no_unit_is_registered(home, instance):
    assert nightly(home, instance, night(PERIOD.opens)) == NOT_OPEN


def test_due_until_the_department_has_accepted_not_only_until_it_was_sent(home, instance, two_units):
    store = Store(home.root / "store")
    facts = {"lineage": "l", "rule_book": "b", "code_version": "c", "content_key": "k", "counts": {}}
    version = store.publish("cin", "301", PERIOD.name, {"a.xml": b"<a/>"}, facts | {"submission": ["a.xml"]})
    store.submitted("cin", "301", PERIOD.name, version.id, "A Person", PERIOD.opens)
    assert nightly(home, instance, night(PERIOD.opens)) == [f"{PERIOD.name}|301", f"{PERIOD.name}|302"]

    store.accepted("cin", "301", PERIOD.name, version.id, "A Person", PERIOD.opens)
    assert nightly(home, instance, night(PERIOD.opens)) == [f"{PERIOD.name}|302"]


def test_a_unit_of_any_name_that_was_added_by_hand_keeps_no_other_from_its_run(home, instance, two_units):
    instance.add_dynamic_partitions(units("cin").name, ["..", "a/b", "1234"])

    assert nightly(home, instance, night(PERIOD.opens)) == [f"{PERIOD.name}|301", f"{PERIOD.name}|302"]


def test_each_night_has_its_own_run_key_and_each_only_one(home, instance, two_units):
    def keys(day: dt.date) -> list[str]:
        return [request.run_key for request in evaluated(home, instance, night(day)).run_requests]

    first, second = keys(PERIOD.opens), keys(PERIOD.opens + dt.timedelta(days=1))
    assert first == keys(PERIOD.opens)
    assert len({*first, *second}) == 4


def test_the_day_is_englands_in_summer(home, instance, two_units):
    """23:30 in UTC on the evening before the opening is half past midnight in England: open."""
    before = PERIOD.opens - dt.timedelta(days=1)

    assert nightly(home, instance, dt.datetime.combine(before, dt.time(23, 30), dt.UTC)) != NOT_OPEN
    assert nightly(home, instance, dt.datetime.combine(before, dt.time(22, 30), dt.UTC)) == NOT_OPEN
    assert nightly(home, instance, dt.datetime.combine(PERIOD.submit_by, dt.time(23, 30), dt.UTC)) == NOT_OPEN


@pytest.mark.parametrize("changes", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
def test_every_night_at_two_once_when_the_clocks_change_too(changes):
    schedule = REPOSITORY.get_schedule_def("cin_nightly_dry_run")
    start = dt.datetime.combine(changes - dt.timedelta(days=2), dt.time(12), LONDON).timestamp()
    ticks = schedule_execution_time_iterator(start, schedule.cron_schedule, schedule.execution_timezone)
    seen = [next(ticks).astimezone(LONDON) for _ in range(4)]

    assert [tick.date() for tick in seen] == [changes + dt.timedelta(days=days) for days in (-1, 0, 1, 2)]
    assert {tick.time() for tick in seen} == {dt.time(2)}


def test_the_schedule_is_off_until_someone_turns_it_on_and_writes_nothing_for_the_department():
    schedule = REPOSITORY.get_schedule_def("cin_nightly_dry_run")

    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert schedule.execution_timezone == "Europe/London"
    selected = defs.resolve_job_def(schedule.job_name).asset_layer.selected_asset_keys
    assert {key.path[1] for key in selected} == {"extract", "tables", "last_year", "findings"}

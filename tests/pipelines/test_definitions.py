"""The Dagster graph as a text that people can read: tests/pipelines/definitions.txt.

Run as a program this file renews it: `python tests/pipelines/test_definitions.py`.
"""

import difflib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("definitions.txt")
RENEW = "python tests/pipelines/test_definitions.py"
HEAVY = ("pandera", "lxml", "sqlalchemy", "openpyxl", "xlsxwriter", "jinja2", "holidays.countries")


def graph() -> str:
    from pipelines.definitions import defs

    said = [*_assets(defs), *_jobs(defs), *_schedules(defs), *_sensors(defs), *_resources(defs)]
    return "\n".join(said) + "\n"


def _assets(defs: dg.Definitions) -> Iterator[str]:
    assets = defs.resolve_asset_graph()
    severities = _severities()
    for key in sorted(assets.get_all_asset_keys()):
        node = assets.get(key)
        yield f"asset {_name(key)}"
        yield f"    group       {node.group_name}"
        yield f"    says        {node.description}"
        yield from _partitions(node.partitions_def)
        yield f"    from        {' '.join(sorted(map(_name, node.parent_keys))) or '-'}"
        for field, given in sorted(_config(defs, key).items()):
            choices = " ".join(value.config_value for value in getattr(given.config_type.inner_type, "enum_values", ()))
            yield f"    config      {field} = {given.default_value!r}{choices and f', of: {choices}'}"
        for check in sorted(node.check_keys):
            spec = assets.get_check_spec(check)
            blocks = ", blocking" if spec.blocking else ""
            yield f"    check       {check.name} ({severities.get(check.name, 'ERROR').lower()}{blocks})"
        yield ""


def _config(defs: dg.Definitions, key: dg.AssetKey) -> dict:
    return getattr(defs.resolve_assets_def(key).op.config_schema.config_type, "fields", None) or {}


def _severities() -> dict[str, str]:
    """What the checks on findings carry as their severity; only their results say so."""
    import pandas as pd

    from pipelines.checks import finding_results
    from returns import RETURNS

    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in ("table", "severity", "rule")})
    results = [result for name in RETURNS for result in finding_results(name, nothing, {}, "")]
    return {str(result.check_name): result.severity.value for result in results}


def _partitions(definition: dg.PartitionsDefinition | None) -> Iterator[str]:
    assert isinstance(definition, dg.MultiPartitionsDefinition)
    for dimension in definition.partitions_defs:
        part = dimension.partitions_def
        dynamic = isinstance(part, dg.DynamicPartitionsDefinition)
        yield f"    by {dimension.name:<9}{f'dynamic: {part.name}' if dynamic else ' '.join(part.get_partition_keys())}"


def _jobs(defs: dg.Definitions) -> Iterator[str]:
    jobs = [job for job in defs.resolve_all_job_defs() if not job.name.startswith("__")]
    for job in sorted(jobs, key=lambda each: each.name):
        yield f"job {job.name}"
        yield f"    says        {job.description}"
        yield f"    executor    {job.executor_def.name}"
        yield from _partitions(job.partitions_def)
        yield f"    selects     {' '.join(sorted(map(_name, job.asset_layer.selected_asset_keys)))}"
        yield f"    checks      {len(job.asset_layer.asset_graph.asset_check_keys)}"
        yield ""


def _schedules(defs: dg.Definitions) -> Iterator[str]:
    for schedule in sorted(defs.get_repository_def().schedule_defs, key=lambda each: each.name):
        yield f"schedule {schedule.name}"
        yield f"    says        {schedule.description}"
        yield f"    job         {schedule.job_name}"
        yield f"    cron        {schedule.cron_schedule} {schedule.execution_timezone}"
        yield f"    at first    {schedule.default_status.value.lower()}"
        yield ""


def _sensors(defs: dg.Definitions) -> Iterator[str]:
    for sensor in sorted(defs.get_repository_def().sensor_defs, key=lambda each: each.name):
        yield f"sensor {sensor.name}"
        yield f"    says        {sensor.description}"
        yield f"    job         {sensor.job_name}"
        yield f"    every       {sensor.minimum_interval_seconds} s"
        yield f"    at first    {sensor.default_status.value.lower()}"
        yield ""


def _resources(defs: dg.Definitions) -> Iterator[str]:
    for name, resource in sorted((defs.resources or {}).items()):
        yield f"resource {name}: {type(resource).__name__}"


def _name(key: dg.AssetKey) -> str:
    return "/".join(key.path)


def test_the_graph_is_as_written_down():
    written = SNAPSHOT.read_text(encoding="utf-8")

    different = difflib.unified_diff(written.splitlines(), graph().splitlines(), SNAPSHOT.name, "as it is", lineterm="")
    if told := "\n".join(different):
        pytest.fail(f"Dagster's graph changed. If that is meant, renew the file with  {RENEW}\n\n{told}", pytrace=False)


def test_the_checklist_for_a_new_year_names_the_file():
    assert SNAPSHOT.relative_to(ROOT).as_posix() in (ROOT / "docs/new-year.md").read_text(encoding="utf-8")


def test_definitions_load_without_environment_and_without_the_libraries_that_only_steps_need(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import pipelines.definitions as loaded; "
        "print(len(loaded.defs.resolve_all_job_defs())); print(*sorted(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    jobs, modules = ran.stdout.splitlines()
    assert int(jobs) >= 2
    assert "dagster" in modules.split()
    assert sorted({*modules.split()} & {*HEAVY}) == []
    assert list(tmp_path.iterdir()) == []


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    SNAPSHOT.write_text(graph(), encoding="utf-8")

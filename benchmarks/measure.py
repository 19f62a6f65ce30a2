"""One stage in a process of its own: processor seconds of warm runs, and the highest that its memory stood."""

import gc
import importlib
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.stages import RULES, STAGES

ENOUGH = 10.0  # after so many seconds no other run
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measure(name: str, what: str, folder: Path, most_runs: int) -> dict[str, Any]:
    """Of one stage of a return, on `folder`: the `first` run, one to `most_runs` warm `runs`, their median `seconds`.

    Seconds are processor seconds, user and system, all threads. `peak`, `base` and `inputs` are MiB resident: at the
    highest during the first run; before it, with the imports alone, and with the inputs loaded too. `rules` are the
    median seconds of each rule.
    """
    stage = STAGES[name][what]
    for module in stage.modules:
        importlib.import_module(module)
    base = resident()
    given = stage.load(folder)
    one = stage.fresh(given)
    gc.collect()
    inputs = resident()
    forget_peak()
    first, result = timed(stage.do, one)
    peak = highest()
    runs, rules = [], []
    while len(runs) < most_runs and sum(runs) < ENOUGH:
        del result
        one = stage.fresh(given)
        gc.collect()
        seconds, result = timed(stage.do, one)
        runs.append(seconds)
        rules.append(result.seconds if what == RULES else {})
    return {
        "seconds": statistics.median(runs),
        "first": first,
        "runs": runs,
        "peak": peak,
        "base": base,
        "inputs": inputs,
        "rules": {code: statistics.median(each[code] for each in rules) for code in rules[0]},
    }


def code_location() -> float:
    """Processor seconds from an interpreter that has imported nothing of ours to a loaded Dagster code location."""
    began = time.process_time()
    importlib.import_module("pipelines.definitions")
    return time.process_time() - began


def timed(do: Any, given: Any) -> tuple[float, Any]:
    began = time.process_time()
    result = do(given)
    return time.process_time() - began, result


def resident() -> float:
    return _status("VmRSS") if STATUS.exists() else highest()


def highest() -> float:
    """MiB at the highest, since `forget_peak` on Linux, else since the process began."""
    if STATUS.exists():
        return _status("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def forget_peak() -> None:
    if RESET.exists():
        RESET.write_text("5")


def _status(name: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024

"""`python -m benchmarks`: what each stage of a return costs, beside what it may cost.

Processor seconds, never the clock: the machine may be busy. The floor is what lxml takes for the same file in the same
run, and every stage has a process of its own.
"""

import argparse
import itertools
import json
import multiprocessing
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import material
from benchmarks.measure import code_location, measure
from benchmarks.stages import FLOOR, RULES, STAGES
from returns import described

RULE_SHARE = 0.05  # of the total of all rules
GROWTH = 1.2  # of the cost of a child, from one size to the next
LOCATION = 3.0  # seconds
SIZES = [1_000, 10_000, 50_000]
SLOWEST = 15
SEEN = 0.002  # what takes less at the smaller size than this many seconds says nothing of growth


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as beside:
        found = _measured(options.returns, options.children, options.runs, options.folder or Path(beside))
    print("Processor seconds. The budgets are for 50,000 children: at fewer, what any run costs once weighs more.")
    for name, sizes in found["returns"].items():
        print(f"\n{described(name).title}")
        for size in sizes:
            _show_size(size)
        _show_rules(sizes[-1])
        for smaller, larger in itertools.pairwise(sizes):
            _show_growth(smaller, larger)
    seconds = found["code location"]
    verdict = _verdict(seconds, LOCATION)
    print(f"\nA loaded Dagster code location: {seconds:.2f} processor seconds, budget {LOCATION:g}: {verdict}.")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What each stage of a return costs.")
    parser.add_argument("--returns", type=_names, default=material.RETURNS, help="returns, as cin,cla")
    parser.add_argument("--children", type=_sizes, default=SIZES, help="sizes of the authority, as 1000,10000,50000")
    parser.add_argument("--runs", type=int, default=5, help="warm runs of a stage at most; the median counts")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    parser.add_argument("--folder", type=Path, help="make the authorities here, and use those that are here already")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return sorted(int(size) for size in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - set(material.RETURNS):
        raise argparse.ArgumentTypeError(f"no return {', '.join(sorted(unknown))}; there are {material.RETURNS}")
    return names


def _measured(returns: Sequence[str], sizes: list[int], runs: int, folder: Path) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": {name: version(name) for name in ("lxml", "numpy", "pandas", "pandera", "pyarrow", "SQLAlchemy")},
        "defects": material.SPOILT,
        "code location": statistics.median(_alone(code_location) for _ in range(min(runs, 3))),
        "returns": {
            name: [_size(name, folder / f"{name} {children}", children, runs) for children in sizes] for name in returns
        },
    }


def _size(name: str, folder: Path, children: int, runs: int) -> dict[str, Any]:
    _say(f"{name}, {children:,} children: making the authority")
    folder.mkdir(parents=True, exist_ok=True)
    size = _alone(material.make, name, folder, children)
    size["stages"] = {}
    for what in STAGES[name]:
        _say(f"{name}, {children:,} children: {what}")
        size["stages"][what] = _alone(measure, name, what, folder, runs)
    _say(f"{name}, {children:,} children: {FLOOR}, again")
    floor, again = size["stages"][FLOOR], _alone(measure, name, FLOOR, folder, runs)
    floor["runs"] += again["runs"]  # before and after the others: the machine may have become slower between
    floor["seconds"] = statistics.median(floor["runs"])
    return size


def _alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """The function's result, from a process that has done nothing else."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _show_size(size: dict[str, Any]) -> None:
    floor = size["stages"][FLOOR]
    print(
        f"\n{size['children']:,} children: {size['bytes'] / 1e6:.1f} MB of XML, {size['rows']:,} rows, "
        f"{size['findings']:,} findings. Floor {min(floor['runs']):.3f} to {max(floor['runs']):.3f} s.\n"
    )
    rows = [(
        "stage", "first run", "seconds", "budget", "", "x floor", "budget", "", "peak MiB", "budget", "",
        "imports", "and inputs",
    )]  # fmt: skip
    for name, cost in size["stages"].items():
        stage, ratio = STAGES[size["return"]][name], cost["seconds"] / floor["seconds"]
        rows.append((
            name, f"{cost['first']:.3f}", f"{cost['seconds']:.3f}",
            _budget(stage.seconds), _verdict(cost["seconds"], stage.seconds), f"{ratio:.2f}",
            _budget(stage.floors), _verdict(ratio, stage.floors),
            f"{cost['peak']:.0f}", _budget(stage.mib), _verdict(cost["peak"], stage.mib),
            f"{cost['base']:.0f}", f"{cost['inputs']:.0f}",
        ))  # fmt: skip
    _print(rows)


def _show_rules(size: dict[str, Any]) -> None:
    seconds = size["stages"][RULES]["rules"]
    total = sum(seconds.values())
    print(f"\nThe slowest of {len(seconds)} rules at {size['children']:,} children ({total:.3f} s in all).")
    print("A rule that is a word on a field has an equal part of its table's check by Pandera.\n")
    rows = [("rule", "seconds", "% of all", "budget", "")]
    for code in sorted(seconds, key=seconds.__getitem__, reverse=True)[:SLOWEST]:
        share = seconds[code] / total
        rows.append((code, f"{seconds[code]:.3f}", f"{share:.1%}", f"{RULE_SHARE:.0%}", _verdict(share, RULE_SHARE)))
    _print(rows)


def _show_growth(smaller: dict[str, Any], larger: dict[str, Any]) -> None:
    most = GROWTH * larger["children"] / smaller["children"]
    print(f"\nGrowth from {smaller['children']:,} to {larger['children']:,} children:\n")
    rows = [("stage or rule", "times", "budget", "")]
    for name in larger["stages"]:
        growth = larger["stages"][name]["seconds"] / smaller["stages"][name]["seconds"]
        rows.append((name, f"{growth:.2f}", f"{most:.1f}", _verdict(growth, most)))
    before, after = (size["stages"][RULES]["rules"] for size in (smaller, larger))
    rules = {code: after[code] / seconds for code, seconds in before.items() if seconds >= SEEN and code in after}
    rows += [
        (code, f"{rules[code]:.2f}", f"{most:.1f}", _verdict(rules[code], most))
        for code in sorted(rules, key=rules.__getitem__, reverse=True)[:SLOWEST]
    ]
    _print(rows)


def _budget(most: float | None) -> str:
    return "" if most is None else f"{most:g}"


def _verdict(cost: float, most: float | None) -> str:
    if most is None:
        return ""
    return "within" if cost <= most else "over"


def _print(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *cells in rows:
        rest = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        print("  ".join([first.ljust(widths[0]), *rest]).rstrip())


if __name__ == "__main__":
    main()

"""Imports go one way: returns <- validation <- exports <- assets <- Dagster, command line; review reads the first 3."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT = {
    "returns": {"returns"},
    "validation": {"returns", "validation"},
    "exports": {"returns", "validation", "exports"},
    "review": {"returns", "validation", "exports", "review"},
    "assets": {
        "returns", "validation", "exports", "assets", "pipelines.partitions", "pipelines.resources",
        "pipelines.io", "pipelines.checks", "pipelines.guard",
    },
    "pipelines": {"returns", "validation", "exports", "review", "pipelines"},
    "pipelines.definitions": {"returns", "validation", "exports", "review", "pipelines", "assets"},
    "pipelines.cli": {"returns", "validation", "exports", "review", "pipelines", "assets"},
    "pipelines.given": {"returns", "validation", "exports", "review", "pipelines", "assets"},
}  # fmt: skip
OURS = {"returns", "validation", "exports", "review", "assets", "pipelines"}
NEVER = {
    "returns": ("dagster", "pandas"),
    "validation": ("dagster",),
    "exports": ("dagster",),
    "review": ("dagster",),
}


def imported(source: str) -> set[str]:
    """Dotted names of everything a module imports, wherever in it the import stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(name: str, allowed: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def forbidden(module: str, source: str) -> list[str]:
    package = module.partition(".")[0]
    allowed = MAY_IMPORT.get(module, MAY_IMPORT[package])
    return sorted(
        name
        for name in imported(source)
        if (within(name, OURS) and not within(name, allowed)) or name.startswith(NEVER.get(package, ()))
    )


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in sorted(OURS)
        for path in sorted((ROOT / package).rglob("*.py"))
    }


@pytest.mark.parametrize("module", modules())
def test_imports_go_one_way(module):
    assert forbidden(module, modules()[module].read_text(encoding="utf-8")) == []


def test_pipelines_itself_imports_nothing():
    assert (ROOT / "pipelines/__init__.py").read_text(encoding="utf-8").strip() == ""


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("returns.cin", "import pandas as pd"),
        ("returns.cin", "from validation import validate"),
        ("validation.typed", "def read():\n    import dagster as dg"),
        ("exports.xml", "from assets.cin import extract"),
        ("exports.store", "import dagster_shared"),
        ("review.pages", "from pipelines import resources"),
        ("assets.cin", "from pipelines.definitions import defs"),
        ("assets.cin", "from pipelines import jobs"),
        ("pipelines.jobs", "import assets.cin"),
    ],
)
def test_a_wrong_import_is_seen(module, source):
    assert len(forbidden(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("returns.calendar", "import datetime, holidays"),
        ("assets.cin", "from pipelines.partitions import cin_unit"),
        ("assets.cin", "from pipelines import resources"),
        ("pipelines.definitions", "from assets import cin"),
    ],
)
def test_a_right_import_passes(module, source):
    assert forbidden(module, source) == []

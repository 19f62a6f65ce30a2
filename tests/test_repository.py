"""What holds for the project's files as such: what they may call, what they may name, and that the lock fits."""

import ast
import os
import re
import shutil
import tomllib
from pathlib import Path

import dagster as dg
import pathspec
import pytest
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

XML_READING = re.compile(
    r"""(^|\.)(fromstring|fromstringlist|iterparse|read_xml|read_html|\w*XML\w*Parser|XMLParser|HTMLParser)$
    | ^lxml\.etree\.(parse|XML|XMLID|HTML|XMLDTDID)$
    | ^lxml\.(html|objectify|sax)\b
    | ^xml\.(etree|dom|sax|parsers)\b
    """,
    re.VERBOSE,
)
CODE_IN_DATA = re.compile(
    r"""(^|\.)(pickle|cPickle|_pickle|cloudpickle|dill|joblib|marshal|shelve|allow_pickle|read_pickle|to_pickle)(\.|$)
    | ^yaml\.(load|load_all|unsafe_load|unsafe_load_all|full_load|full_load_all|Loader|UnsafeLoader|FullLoader)$
    """,
    re.VERBOSE,
)
REGISTRY = re.compile(
    r"pypi[.]|pythonhosted|anaconda|artifactory|devpi|://\S+/simple\b|(extra.)?index.url|find.links|trusted.host",
    re.IGNORECASE,
)
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b")
PASSWORD = re.compile(r"://[^/\s:@{}<$]+:(?!password@)[^/\s:@{}<$]+@")
SECRET_FILES = re.compile(r"(^|/)(\.env|\.netrc|\.pgpass|id_[a-z0-9]+|.*\.(pem|key|pfx|p12|kdbx))$")


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def project_files() -> list[Path]:
    """All files of the project that git does not ignore, committed or not, without asking git (which may be absent)."""
    ignored = pathspec.GitIgnoreSpec.from_lines([".git", *text(ROOT / ".gitignore").split("\n")])
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = sorted(name for name in folders if not ignored.match_file(f"{here / name}/"))
        found += [ROOT / here / name for name in sorted(names) if not ignored.match_file(here / name)]
    return found


FILES = project_files()
PYTHON = [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests"]


def names_used(source: str) -> set[str]:
    """Dotted names of what a module imports and calls, `import … as …` undone, and its keyword arguments."""
    tree = ast.parse(source)
    full, used = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
            full |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            used |= {f"{node.module}.{alias.name}" for alias in node.names}
            full |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            used.add(node.arg)
        elif isinstance(node, ast.Attribute):
            first, dot, rest = ast.unparse(node).partition(".")
            used.add(full.get(first, first) + dot + rest)
    return used


def found(pattern: re.Pattern, paths: list[Path]) -> dict[str, list[str]]:
    hits = {path: sorted(name for name in names_used(text(path)) if pattern.search(name)) for path in paths}
    return {str(path.relative_to(ROOT)): names for path, names in hits.items() if names}


def test_one_module_reads_xml():
    # benchmarks time the bare lxml parser as the floor, on files that they made themselves
    others = [p for p in PYTHON if p != ROOT / "exports/parser.py" and p.relative_to(ROOT).parts[0] != "benchmarks"]

    assert found(XML_READING, others) == {}


def test_nothing_is_read_that_can_hold_code():
    assert found(CODE_IN_DATA, PYTHON) == {}


@pytest.mark.parametrize(
    "source",
    [
        "from lxml import etree\netree.parse('a')",
        "from lxml import etree as ET\nET.parse('a')",
        "import lxml.etree\nlxml.etree.XML('<a/>')",
        "from lxml.etree import fromstring as read",
        "from lxml import etree\netree.iterparse('a')",
        "from lxml import etree\netree.XMLPullParser()",
        "import pandas as pd\npd.read_xml('a')",
        "import xml.etree.ElementTree as ET",
        "from xml.dom import minidom",
        "from lxml import objectify",
    ],
)
def test_reading_xml_is_seen(source):
    assert [name for name in names_used(source) if XML_READING.search(name)]


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import numpy as np\nnp.load('a', allow_pickle=True)",
        "frame.to_pickle('a')",
        "import yaml\nyaml.load('a', yaml.SafeLoader)",
        "from yaml import load",
    ],
)
def test_data_that_can_hold_code_is_seen(source):
    assert [name for name in names_used(source) if CODE_IN_DATA.search(name)]


@pytest.mark.parametrize(
    "source",
    [
        "from lxml import etree\netree.XMLSchema(tree)\netree.tostring(tree)",
        "from exports.parser import parse\nparse(path)",
        "import yaml\nyaml.safe_load('a')",
        "import ast\nast.parse('a')",
    ],
)
def test_harmless_names_pass(source):
    assert not [name for name in names_used(source) if XML_READING.search(name) or CODE_IN_DATA.search(name)]


def test_no_file_names_a_package_registry():
    named = {str(path.relative_to(ROOT)) for path in FILES if REGISTRY.search(text(path))}

    # this file spells the words to look for
    assert named == {"tests/test_repository.py"}


def test_no_file_holds_a_secret():
    names = {path.relative_to(ROOT).as_posix(): text(path) for path in FILES}

    assert [name for name in names if SECRET_FILES.search(name)] == []
    assert [name for name, content in names.items() if SECRET.search(content)] == []
    assert [n for n, content in names.items() if not n.startswith("tests/") and PASSWORD.search(content)] == []


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        (SECRET, "-----BEGIN " + "RSA PRIVATE KEY-----"),
        (PASSWORD, "postgresql://reader:" + "Tr0ub4dor@host/care"),
        (SECRET_FILES, "docs/server.pem"),
        (SECRET_FILES, ".env"),
        (REGISTRY, "--" + "index-url"),
    ],
)
def test_what_must_not_be_here_is_seen(pattern, content):
    assert pattern.search(content)


@pytest.mark.parametrize(
    "content", ["postgresql://user:password@host/care", "postgresql://reader:${PASSWORD}@host/care"]
)
def test_an_example_password_passes(content):
    assert not PASSWORD.search(content)


def test_lock_pins_every_package_with_hashes_and_names_no_source():
    entries = re.split(r"\n(?=\S)", LOCK.rstrip("\n"))
    entry = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*(?: ; [^\\\n]+)? (?:\\\n    --hash=sha256:[0-9a-f]{64} ?)+")

    assert [one.split("\n")[0] for one in entries if not entry.fullmatch(one)] == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_lock_fits_what_the_project_asks_for(python):
    environment = default_environment() | {"python_version": python, "python_full_version": f"{python}.0"}
    pins = [Requirement(line.removesuffix(" \\")) for line in LOCK.split("\n") if line and not line.startswith(" ")]
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    locked = {pin.name: next(iter(pin.specifier)).version for pin in here}
    asked = [
        Requirement(one)
        for one in PROJECT["project"]["dependencies"]
        + PROJECT["project"]["optional-dependencies"]["dev"]
        + PROJECT["build-system"]["requires"]
    ]

    assert len(locked) == len(here)
    assert [str(one) for one in asked if locked.get(canonicalize_name(one.name), "") not in one.specifier] == []


def test_readme_shows_the_two_commands():
    readme = text(ROOT / "README.md")
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))

    assert set(re.findall(r"\bmake (run|test)\b", readme)) == {"run", "test"}
    assert set(re.findall(r"\bmake ([a-z]+)\b", readme)) <= targets


def test_every_package_is_shipped():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert sorted(wheel) == sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    assert sorted(wheel) == sorted(PROJECT["tool"]["mypy"]["packages"])


def test_dagster_keeps_no_output_and_sends_none(tmp_path):
    shutil.copy(ROOT / "pipelines/dagster.yaml", tmp_path)

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert isinstance(instance.compute_log_manager, NoOpComputeLogManager)
        assert instance.get_settings("telemetry") == {"enabled": False}
        assert instance.run_monitoring_enabled

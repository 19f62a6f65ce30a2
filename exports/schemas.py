"""Schemas that a user got from the Department: registered once, compared with our description, and run over files from
then on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from exports import durable, parser
from exports.parser import RefusedFile
from exports.xsd import XS, xsd
from returns import RETURNS, described
from returns.model import Return
from validation.typed import TEXT

FAULTS: dict[str, Any] = {"line": "Int64", "element": TEXT, "what": TEXT}
_TOLD = {
    "CVC_ENUMERATION_VALID": "is not one of the values allowed",
    "CVC_PATTERN_VALID": "does not have the form that is asked for",
    "CVC_MINLENGTH_VALID": "is empty or too short",
    "CVC_MAXLENGTH_VALID": "is too long",
    "CVC_MININCLUSIVE_VALID": "is too small",
    "CVC_MAXINCLUSIVE_VALID": "is too large",
    "CVC_DATATYPE_VALID_1_2_1": "is not a value of its type",
    "CVC_COMPLEX_TYPE_2_3": "holds text between its elements",
    "CVC_COMPLEX_TYPE_3_2_1": "has an attribute that is not described",
    "ELEMENT_CONTENT": "is not expected here, or something before or in it is missing",
    "CVC_ELT_1": "is not the outermost element described",
}
DIFFERENCES = ["path", "what", "ours", "theirs"]
_ADVICE = "give the .xsd file from the Department"
_LARGEST = 4 << 20  # bytes; the Department's schemas have some tens of kilobytes
_DEEPEST = 60
_OCCURS = re.compile(r"\s*(?:[0-9]{1,4}|unbounded)\s*")
_MOST_STATES = 10_000
_SAME_AS = {"length": ("maxLength", "minLength"), "enumeration": (), "annotation": (), "simpleType": ()}
_ELSEWHERE = ("import", "include", "redefine", "override")
_COUNT = re.compile(r"\{(?:[0-9]*,)?([0-9]+)")


@dataclass(frozen=True)
class _Particle:
    """One element of a schema at one place: how often, of which built-in type, and what narrows it."""

    least: int
    most: int | None
    base: str
    codes: frozenset[str]
    limits: tuple[str, ...]
    children: tuple[str, ...]


def add(file: Path | str, home: Path, name: str | None = None, period: str | None = None) -> pd.DataFrame:
    """Register a schema under the folder `home` and tell every difference from our description.

    It is of the return, and of the file of it, whose outermost element it declares; a schema of another return than
    `name` is refused. The period is `period`, or the one that the file's name holds, itself or by its year. Returns a
    frame with the columns of DIFFERENCES, empty where the two agree; its attrs["return"] and attrs["period"] say for
    which. Raises RefusedFile, UnknownPeriod.
    """
    path = Path(file)
    root, message, _ = _checked(path, *([described(name)] if name else map(described, RETURNS)))
    chosen = message.at(period or _period_named(path, message))
    if not chosen.tables:
        raise RefusedFile(
            f"{path.name}: is the schema of what is not collected in {chosen.period}; say its period with --period"
        )
    target = _place(home, chosen)
    for folder in (home, home / "schemas", target.parent):
        durable.folder(folder)
    durable.replace(target, etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
    differences = compare(root, chosen)
    differences.attrs |= {"return": chosen.title, "period": str(chosen.period)}
    return differences


def registered(home: Path, described: Return) -> Any | None:
    """The compiled schema registered for this message at this period, or None. Raises RefusedFile where it was changed
    for the worse since.
    """
    path = _place(home, described)
    return _checked(path, described)[2] if durable.is_file(path) else None


def digest(home: Path, described: Return) -> str:
    """The SHA-256 of each schema registered for this period, or nothing."""
    paths = [_place(home, message) for message in described.in_xml]
    return " ".join(durable.sha256(path) for path in paths if durable.is_file(path))


def check(file: Path | str, home: Path, described: Return) -> pd.DataFrame:
    """Run the registered schema over a file: its first 100 faults with the columns of FAULTS, none where no schema is
    registered.

    `line` is missing in files too large to be held as a whole. Raises RefusedFile.
    """
    if len(described.in_xml) > 1:
        root = parser.opening(Path(file)).root
        described = next((each for each in described.in_xml if each.root == root), described.in_xml[0])
    described = described.in_xml[0]
    schema = registered(home, described)
    each = next(table.element for table in described.children_of(None) if table.occurs[1] is None)
    faults = parser.validated(Path(file), schema, each) if schema is not None else []
    told = [
        (line, element, _TOLD.get(kind.removeprefix("SCHEMAV_"), "does not fit the schema"))
        for line, element, kind in faults
    ]
    return pd.DataFrame(told, columns=list(FAULTS)).astype(FAULTS)


def compare(theirs: Any, described: Return) -> pd.DataFrame:
    """Every difference between a schema and our description: elements, order, how often, types, codes, patterns and
    limits.
    """
    ours = dict(_outline(parser.own(xsd(described)), described.root))
    other = dict(_outline(theirs, described.root))
    found: list[tuple[str, str, str, str]] = []
    for path in [*ours, *(path for path in other if path not in ours)]:
        mine, their = ours.get(path), other.get(path)
        if path.rpartition("/")[0] and not (path.rpartition("/")[0] in ours and path.rpartition("/")[0] in other):
            continue  # the element around it is told already
        if mine is None or their is None:
            found.append((path, "element", "described" if mine else "not described", "there" if their else "not there"))
            continue
        found += [(path, what, here, there) for what, here, there in _unlike(mine, their)]
    return pd.DataFrame(found, columns=DIFFERENCES, dtype=TEXT)


def _unlike(ours: _Particle, theirs: _Particle) -> Iterator[tuple[str, str, str]]:
    often = [f"{one.least} to {'any' if one.most is None else one.most}" for one in (ours, theirs)]
    if often[0] != often[1]:
        yield "how often", often[0], often[1]
    if ours.base != theirs.base:
        yield "type", ours.base, theirs.base
    if ours.codes != theirs.codes:
        yield "codes", ", ".join(sorted(ours.codes - theirs.codes)), ", ".join(sorted(theirs.codes - ours.codes))
    if ours.limits != theirs.limits:
        yield "form", "; ".join(ours.limits), "; ".join(theirs.limits)
    shared = [[tag for tag in one.children if tag in other.children] for one, other in ((ours, theirs), (theirs, ours))]
    if shared[0] != shared[1]:
        moved = [pair for pair in zip_longest(*shared, fillvalue="") if pair[0] != pair[1]]
        yield "order", ", ".join(pair[0] for pair in moved), ", ".join(pair[1] for pair in moved)


def _place(home: Path, described: Return) -> Path:
    return home / "schemas" / described.name / f"{described.period}.xsd"


def _period_named(path: Path, whole: Return) -> str:
    spelt = [period.name for period in whole.periods if period.name in path.stem]
    if len(spelt) == 1:  # before the year: 2024-25 begins with the year of 2023-24
        return spelt[0]
    years = {int(year) for year in re.findall(r"(?<![0-9])20[0-9]{2}(?![0-9])", path.stem)}
    named = [period.name for period in whole.periods if period.year in years]
    if len(named) != 1:
        raise RefusedFile(f"{path.name}: its name does not say of which period it is; say it with --period")
    return named[0]


def _checked(path: Path, *wanted: Return) -> tuple[Any, Return, Any]:
    """A schema as a tree, the message of one of the `wanted` that it is of, and compiled, after everything that could
    reach outside it or fill the memory is refused.
    """
    try:
        root = parser.tree(path, _LARGEST, _DEEPEST)
    except RefusedFile as refusal:
        found, _, advice = str(refusal).rpartition("; ")
        if {"give", "export"}.isdisjoint(advice.split()):
            raise
        raise RefusedFile(f"{found}; {_ADVICE}") from None  # the reader means a return that a system exported
    if root.tag != f"{{{XS}}}schema":
        raise RefusedFile(f"{path.name}: is no XML schema; {_ADVICE}")
    for node in root.iter(f"{{{XS}}}*"):
        kind = parser.local(node.tag)
        if kind in _ELSEWHERE:
            raise RefusedFile(
                f"{path.name}, line {node.sourceline}: draws in another file ({kind}); give a schema that stands alone"
            )
        if not all(_OCCURS.fullmatch(node.get(name, "1")) for name in ("minOccurs", "maxOccurs")):
            raise RefusedFile(
                f"{path.name}, line {node.sourceline}: has a count that cannot be checked; give the Department's own"
            )
        if kind == "pattern" and _states(node.get("value", "")) > _MOST_STATES:
            raise RefusedFile(
                f"{path.name}, line {node.sourceline}: has a pattern too large to be checked; give the Department's own"
            )
    declared = {element.get("name") for element in root.findall(f"{{{XS}}}element")}
    message = next((each for whole in wanted for each in whole.in_xml if each.root in declared), None)
    if message is None:
        raise RefusedFile(_of_another(path, declared, wanted))
    try:
        return root, message, etree.XMLSchema(root)
    except etree.XMLSchemaParseError as error:
        line = error.error_log[0].line if len(error.error_log) else 1
        raise RefusedFile(f"{path.name}, line {line}: is not a valid XML schema; get it again") from None


def _of_another(path: Path, declared: set[str | None], wanted: Sequence[Return]) -> str:
    titles = " or of ".join(whole.title for whole in wanted)
    for other in map(described, RETURNS):
        if any(each.root in declared for each in other.in_xml):
            return f"{path.name}: is a schema of {other.title}; give one of {titles}, or say --return {other.name}"
    return f"{path.name}: is the schema of something else; give one of {titles}"


def _states(pattern: str) -> int:
    """At least as many states as the pattern's automaton can have."""
    states = max(len(pattern), 1)
    for count in _COUNT.findall(pattern):
        states *= max(int(count[:9]), 1)
        if states > _MOST_STATES:
            break
    return states


def _outline(schema: Any, root: str) -> Iterator[tuple[str, _Particle]]:
    types = {node.get("name"): node for node in schema if parser.local(node.tag) in {"complexType", "simpleType"}}
    elements = {node.get("name"): node for node in schema if parser.local(node.tag) == "element"}

    def inside(node: Any, *, often: bool = False) -> Iterator[tuple[Any, bool]]:
        """The elements directly in a type, whatever groups them there, and whether that comes any number of times."""
        for part in node:
            kind = parser.local(part.tag) if isinstance(part.tag, str) else ""
            if kind == "element":
                yield part, often
            elif kind == "extension":
                base = types.get(part.get("base", ""))
                yield from (*(inside(base) if base is not None else ()), *inside(part))
            elif kind in {"sequence", "choice", "all", "complexContent", "restriction"}:
                yield from inside(part, often=often or part.get("maxOccurs") == "unbounded")

    def simple(node: Any, name: str | None) -> tuple[str, frozenset[str], tuple[str, ...]]:
        """Built-in base, codes and limits of a value's type, its named bases followed."""
        if name and name not in types:
            return name.rpartition(":")[2], frozenset(), ()
        declared = types[name] if name else node
        restriction = None if declared is None else declared.find(f"{{{XS}}}restriction")
        if restriction is None:
            return "", frozenset(), ()
        base, _, limits = simple(restriction.find(f"{{{XS}}}simpleType"), restriction.get("base"))
        codes = frozenset(code.get("value") for code in restriction.findall(f"{{{XS}}}enumeration"))
        own = [
            f"{name} {facet.get('value')}".replace(r"\d", "[0-9]")
            for facet in restriction
            if isinstance(facet.tag, str)
            for name in _SAME_AS.get(parser.local(facet.tag), (parser.local(facet.tag),))
        ]
        limits = tuple(sorted({*limits, *own} - {"minLength 0"}))
        return base, codes, tuple(one for one in limits if not (codes and one.startswith("minLength")))

    def walk(node: Any, above: str, *, often: bool = False) -> Iterator[tuple[str, _Particle]]:
        least, most = node.get("minOccurs", "1"), "unbounded" if often else node.get("maxOccurs", "1")
        node = elements.get(node.get("ref"), node)
        path = f"{above}/{node.get('name')}" if above else node.get("name")
        name = node.get("type")
        declared = types.get(name) if name in types else node.find(f"{{{XS}}}complexType")
        nested = list(inside(declared)) if declared is not None and parser.local(declared.tag) == "complexType" else []
        tags = tuple(dict.fromkeys(child.get("name") or child.get("ref") for child, _ in nested))
        base, codes, limits = ("", frozenset(), ()) if nested else simple(node.find(f"{{{XS}}}simpleType"), name)
        yield path, _Particle(int(least), None if most == "unbounded" else int(most), base, codes, limits, tags)
        if path.count("/") < parser.DEPTH:
            for child, many in nested:
                yield from walk(child, path, often=many)

    yield from walk(elements[root], "")

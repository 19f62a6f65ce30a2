"""Our XML schema of a return at one period, generated from its description.

`python -m exports.xsd --write` renews the copies under docs/generated, `--check` says whether they are stale.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from lxml import etree

from exports.message import Element, message, writable
from returns import RETURNS, described
from returns.model import Field, Return

XS = "http://www.w3.org/2001/XMLSchema"
GENERATED = Path(__file__).parent.parent / "docs/generated"
_BUILT_IN = {
    "date": "xs:date",
    "datetime": "xs:dateTime",
    "time": "xs:time",
    "year": "xs:gYear",
    "whole": "xs:integer",
    "decimal": "xs:decimal",
}


def xsd(described: Return) -> bytes:
    """The schema of `described`, a return at one period or one of its messages (of several the first), in UTF-8."""
    described = described.in_xml[0]
    schema = _node(None, "schema")
    period = f" {described.period}" if described.period else ""
    confirmed = "" if described.confirmed else "No published schema has confirmed the elements of this period."
    made = "Generated from the description; not the Department's own file."
    _say(schema, " ".join(filter(None, (f"{described.title}{period}.", made, described.remark, confirmed))))
    root = message(described)
    _add(schema, root, described, outermost=True)
    used = {element.field.codes for element in root.walk() if element.field and element.field.codes}
    for name in sorted(used):
        _code_set(schema, name, described)
    etree.indent(schema)
    return etree.tostring(schema, xml_declaration=True, encoding="UTF-8") + b"\n"


def _node(parent: Any, tag: str, **attributes: str) -> Any:
    if parent is None:
        return etree.Element(f"{{{XS}}}{tag}", attributes, nsmap={"xs": XS})
    return etree.SubElement(parent, f"{{{XS}}}{tag}", attributes)


def _say(node: Any, text: str) -> None:
    _node(_node(node, "annotation"), "documentation").text = text


def _add(parent: Any, element: Element, described: Return, *, outermost: bool = False) -> None:
    node = _node(parent, "element", name=element.tag)
    if not outermost:
        if element.least != 1:
            node.set("minOccurs", str(element.least))
        if element.most != 1:
            node.set("maxOccurs", "unbounded" if element.most is None else str(element.most))
    if element.field:
        _say(node, element.field.label + (f" ({element.field.cbds})" if element.field.cbds else ""))
        _type(node, element.field)
        return
    sequence = _node(_node(node, "complexType"), "sequence")
    for child in element.children:
        _add(sequence, child, described)


def _type(node: Any, item: Field) -> None:
    """The value's type: named where nothing narrows it, else restricted in place."""
    if item.codes:
        node.set("type", item.codes)
        return
    base = _BUILT_IN.get(item.kind, "xs:string")
    limits: list[tuple[str, str]] = []
    if item.only is not None:
        limits.append(("enumeration", item.only))
    elif item.pattern is not None:
        limits.append(("pattern", f"({item.pattern})?" if item.may_be_empty else item.pattern))
    elif base == "xs:string" and not item.may_be_empty:
        limits.append(("minLength", str(item.shortest or 1)))
    if item.longest is not None and item.pattern is None:
        limits.append(("maxLength", str(item.longest)))
    if item.minimum is not None:
        limits.append(("minInclusive", str(item.minimum)))
    if not limits:
        node.set("type", base)
        return
    restriction = _node(_node(node, "simpleType"), "restriction", base=base)
    for facet, value in limits:
        _node(restriction, facet, value=value)


def _code_set(schema: Any, name: str, described: Return) -> None:
    restriction = _node(_node(schema, "simpleType", name=name), "restriction", base="xs:string")
    for code in writable(described, name):
        _say(_node(restriction, "enumeration", value=code.code), code.label)


def generated() -> dict[str, bytes]:
    """File name and content of every schema that is kept under docs/generated."""
    return {
        file: content
        for name in RETURNS
        for period in described(name).periods
        for file, content in schemas(described(name).at(period.name)).items()
    }


def schemas(described: Return) -> dict[str, bytes]:
    """File name and content of the schema of each message that `described`, a return at one period, goes in."""
    return {f"{each.name}_{described.period}.xsd": xsd(each) for each in described.in_xml}


def stale(folder: Path = GENERATED) -> list[str]:
    """The names of the kept schemas that are missing or not as they would be written now."""
    return [
        name
        for name, content in generated().items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]


def main(arguments: list[str] | None = None) -> int:
    chosen = argparse.ArgumentParser(description=__doc__)
    what = chosen.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="renew the copies")
    what.add_argument("--check", action="store_true", help="say which copies are stale")
    if chosen.parse_args(arguments).write:
        GENERATED.mkdir(parents=True, exist_ok=True)
        for name, content in generated().items():
            (GENERATED / name).write_bytes(content)
        return 0
    old = stale()
    if old:
        sys.stderr.write(f"stale: {', '.join(old)}; run python -m exports.xsd --write\n")
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())

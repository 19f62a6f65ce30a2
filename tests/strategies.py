"""Hypothesis strategies made from a description: valid returns as raw text tables, and messages that no schema would
take.
"""

import datetime as dt
from copy import deepcopy
from typing import Any

import pandas as pd
from hypothesis import strategies as st
from lxml import etree

from exports.message import message, writable
from returns.model import Field, Return, Table
from validation.typed import PARENT, TEXT

DAY = len("dd/mm/yyyy")
_DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)).map(lambda day: day.strftime("%d/%m/%Y"))
IN_XML = st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\t\n\r&<>\"'];-")


def values(item: Field, described: Return) -> st.SearchStrategy[str]:
    """Texts of one field that its schema takes, where it takes days in any text some days too."""
    if item.codes:
        return st.sampled_from([code.code for code in writable(described, item.codes)])
    if item.only is not None:
        return st.just(item.only)
    if item.pattern is not None:
        formed = st.from_regex(item.pattern, fullmatch=True)
        return formed | _DAYS if item.longest == DAY else formed
    if item.longest is not None:
        text = st.text(IN_XML, min_size=item.shortest or 1, max_size=item.longest)
        return st.sampled_from("01") | text if item.means else text | _DAYS if item.longest == DAY else text
    if item.kind == "date":
        return st.dates().map(str)
    if item.kind == "datetime":
        return st.datetimes().map(lambda instant: instant.isoformat(timespec="seconds"))
    if item.kind == "year":
        return st.integers(1, 9999).map("{:04d}".format)
    if item.kind == "whole":
        return st.integers(item.minimum or 0, 10**12).map(str)
    assert item.kind == "text", item.kind
    return st.text(IN_XML, min_size=1, max_size=12)


@st.composite
def rows(draw: Any, table: Table, described: Return) -> dict[str, str | None]:
    """One row of one table: what is required, and some of the rest."""
    row = {
        item.name: draw(values(item, described)) if item.required or draw(st.booleans()) else None
        for item in table.document_fields
    }
    if row and not any(row.values()):
        first = table.document_fields[0]
        row[first.name] = draw(values(first, described))
    return row


def headers(described: Return) -> st.SearchStrategy[dict[str, str]]:
    """A header for the return's period."""
    table = next(table for table in described.children_of(None) if table.occurs[1] == 1)
    known = {"year": str(described.period.year), "date": str(described.period.end)}
    return rows(table, described).map(
        lambda row: {item.name: known.get(item.kind, row[item.name]) or "" for item in table.document_fields}
    )


@st.composite
def tables(draw: Any, described: Return, most: int = 3) -> dict[str, pd.DataFrame]:
    """A valid return without its header, as a reader gives it: raw text, numbered rows, parents and carried keys."""
    frames: dict[str, pd.DataFrame] = {}
    for table in described:
        if table.occurs[1] == 1 and table.parent is None:
            continue
        least, limit = table.occurs
        above = range(len(frames[table.parent])) if table.parent else [None]
        made: list[dict] = []
        for parent in above:
            for ordinal in range(1, draw(st.integers(least, min(least + most, limit or least + most))) + 1):
                row = draw(rows(table, described))
                for item in table.fields:
                    if item.given == "carried":
                        row[item.name] = frames[table.parent][item.name].iloc[parent]
                    elif item.given == "ordinal":
                        row[item.name] = str(ordinal)
                made.append(row | ({} if parent is None else {PARENT: parent}))
        columns = [item.name for item in table.fields if item.given != "list"]
        index = pd.RangeIndex(len(made), name="row")
        frames[table.name] = pd.DataFrame(made, columns=columns, index=index).astype(TEXT)
        if table.parent:
            frames[table.name][PARENT] = [row[PARENT] for row in made]
    return frames


def tree(frames: dict[str, pd.DataFrame], header: dict[str, str], described: Return) -> Any:
    """The message of a return, built element by element: the slow writer."""
    if head := next((table for table in described.children_of(None) if table.occurs[1] == 1), None):
        frames = {**frames, head.name: pd.DataFrame([header])}

    def build(node: Any, element: Any, row: dict, at: int | None) -> None:
        for one in element.children:
            if one.kind == "value":
                if isinstance(row[one.field.name], str) and row[one.field.name]:
                    etree.SubElement(node, one.tag).text = row[one.field.name]
                elif one.field.stays_empty:
                    etree.SubElement(node, one.tag)
            elif one.kind == "row":
                frame = frames[one.table.name]
                for label, inner in frame.iterrows():
                    if one.table.parent is None or inner[PARENT] == at:
                        child = etree.SubElement(node, one.tag)
                        child.text = inner[one.field.name] if one.field else None
                        build(child, one, dict(inner), label)
            else:
                build(child := etree.SubElement(node, one.tag), one, row, at)
                if not len(child):
                    node.remove(child)

    root = etree.Element(described.root)
    build(root, message(described), {}, None)
    return root


@st.composite
def foreign(draw: Any, described: Return) -> bytes:
    """A message of this period gone wrong: elements lost, moved, copied or unknown, attributes, texts and comments
    anywhere.
    """
    headed = any(table.occurs[1] == 1 for table in described.children_of(None))
    root = tree(draw(tables(described, most=2)), draw(headers(described)) if headed else {}, described)
    tags = st.sampled_from([*sorted({element.tag for element in message(described).walk()}), "GenderCurrent", "Other"])
    texts = st.text(IN_XML, max_size=5)
    spared = {root, root[0], *root[0][0].iter()} if headed else {root}  # by these the period is known
    for _ in range(draw(st.integers(0, 8))):
        nodes = [node for node in root.iter("*") if node not in spared]
        node = draw(st.sampled_from(nodes or [root]))
        match draw(
            st.sampled_from(["lose", "move", "copy", "insert", "attribute", "text", "tail", "comment", "empty"])
        ):
            case "lose" if nodes:
                node.getparent().remove(node)
            case "move" if nodes:
                draw(
                    st.sampled_from([one for one in root.iter("*") if node not in {one, *one.iterancestors()}])
                ).append(node)
            case "copy" if nodes:
                copies = draw(st.sampled_from([node.getparent(), node]))
                copies.insert(draw(st.integers(0, len(copies))), deepcopy(node))
            case "insert":
                node.insert(draw(st.integers(0, len(node))), etree.Element(draw(tags)))
            case "attribute":
                node.set(draw(st.sampled_from(["id", "xsi"])), draw(texts))
            case "text":
                node.text = draw(texts)
            case "tail" if nodes:
                node.tail = draw(texts)
            case "comment":
                node.insert(draw(st.integers(0, len(node))), etree.Comment("a comment"))
            case "empty" if nodes:
                del node[:]
    if draw(st.booleans()):
        etree.indent(root)
    return etree.tostring(root, encoding=draw(st.sampled_from(["UTF-8", "UTF-16"])))

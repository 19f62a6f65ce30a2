"""The XML message of a return as a tree of elements, made from its description; reader, writer and schema all follow
it.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from returns.model import Code, Field, InForce, Return, Table

OWN_TEXT = "."


@dataclass(eq=False)
class Element:
    """One element of the message. `table` owns it (None for the root); a row with `field` holds its value as its own
    text.
    """

    tag: str
    kind: Literal["root", "wrapper", "row", "group", "value"]
    table: Table | None = None
    field: Field | None = None
    least: int = 1
    most: int | None = 1
    children: list["Element"] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """The Department's item name for a value, else the element's."""
        return self.field.name if self.field and self.kind == "value" else self.tag

    @property
    def item(self) -> InForce:
        """The part of the description that says whether this element is in force."""
        return (self.field if self.kind == "value" else self.table) or InForce()

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@lru_cache(maxsize=32)
def message(described: Return) -> Element:
    """The root of `described`, over all periods or at one."""
    root = Element(described.root, "root")
    for table in described.children_of(None):
        _add_table(root, table, described)
    return root


def _add_table(parent: Element, table: Table, described: Return) -> None:
    least, most = table.occurs
    if table.wrapper:
        parent.children.append(around := Element(table.wrapper, "wrapper", table, least=min(least, 1)))
        parent, least = around, max(least, 1)
    own = next((item for item in table.document_fields if item.tag == OWN_TEXT), None)
    parent.children.append(row := Element(table.element, "row", table, own, least, most))
    below = {inner.name: inner for inner in described.children_of(table.name)}
    fields = [item.name for item in table.document_fields if item is not own]
    for name in table.order or (*fields, *below):
        if name in table:
            _add_field(row, table, table[name])
        else:
            _add_table(row, below[name], described)


def _add_field(row: Element, table: Table, item: Field) -> None:
    parent = row
    for tag in item.group:
        found = next((child for child in parent.children if child.kind == "group" and child.tag == tag), None)
        if found is None:
            often = next(((group.least, group.most) for group in table.groups if group.element == tag), (1, 1))
            parent.children.append(found := Element(tag, "group", table, None, *often))
        parent = found
    parent.children.append(Element(item.tag, "value", table, item, least=int(item.required)))


def writable(described: Return, codes: str) -> tuple[Code, ...]:
    """The codes of a set that are sent in the period of `described`; some in force are only read."""
    period = described.period
    return tuple(
        code
        for code in described.codes[codes]
        if period is None or code.unwritten_since is None or described.later(code.unwritten_since, period.name)
    )

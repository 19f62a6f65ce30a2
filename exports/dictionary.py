"""Documents made from the description: data dictionary, record of processing, rule list, one schema a period.

`python -m exports.dictionary` writes docs/generated, `--check` says what is stale and ends with 1.
"""

import csv
import io
import sys
from collections.abc import Iterable
from pathlib import Path

from exports.message import Element, message
from exports.xsd import schemas
from returns import RETURNS, described
from returns.model import Field, InForce, Return, Table
from returns.retention import KEPT
from validation import rules

FOLDER = Path("docs/generated")
SECURITY = (
    "on the controller's machine; files open to one user only; nothing personal in logs; the disk encrypted by it"
)


def documents(name: str) -> dict[str, str]:
    """File name -> text of everything generated for return `name`."""
    whole = described(name)
    made = {
        f"{name}_dictionary.md": dictionary(whole),
        f"{name}_processing.csv": processing(whole),
        f"{name}_rules.md": rule_list(whole),
    }
    for period in whole.periods:
        made |= {file: content.decode() for file, content in schemas(whole.at(period.name)).items()}
    return made


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    header = list(header)
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    return [*lines, *(f"| {' | '.join(str(cell or '').replace('|', '/') for cell in row)} |" for row in rows), ""]


def _years(item: InForce) -> str:
    return f"{item.since or 'always'} to {item.until or 'now'}" if item.since or item.until else ""


def _limits(item: Field) -> str:
    said = [
        f"codes: {item.codes}" if item.codes else "",
        f"form: {item.pattern}" if item.pattern else "",
        f'always "{item.only}"' if item.only else "",
    ]
    return "; ".join(part for part in [*said, f"least {item.minimum}" if item.minimum is not None else ""] if part)


def _said_by(item: Field) -> str:
    words = [
        ("bad", item.wrong),
        ("missing", item.absent),
        *((f"form {_years(shape)}".strip(), shape.rule) for shape in item.shapes),
    ]
    return "; ".join(f"{word}: {rule}" for word, rule in words if rule)


def _place(table: Table) -> str:
    unconfirmed = "" if table.confirmed else " Not yet confirmed by a published schema."
    if not table.element:
        return f"CSV file `{table.file}.csv`. {_years(table)}{unconfirmed}".strip()
    least, most = table.occurs
    times = f"{least} to {most if most is not None else 'many'}"
    where = f"in {table.parent}" if table.parent else "in the message"
    return f"Element `{table.element}`, {times} {where}. {_years(table)}{unconfirmed}".strip()


def _paths(whole: Return) -> dict[str, str]:
    """Table.Field -> its place in the XML, of a return whose tables have another shape than that."""
    found: dict[str, str] = {}

    def walk(element: Element, path: str) -> None:
        if element.field:
            for name in element.field.carries:
                found.setdefault(name, path)
        for child in element.children:
            walk(child, f"{path}/{child.tag}")

    for each in whole.messages:
        walk(message(each), each.root)
    return found


def dictionary(whole: Return) -> str:
    """Every table, field and code of a return, as Markdown."""
    lines = [f"# {whole.title}: data dictionary", "", "Made from the description in `returns/`; do not edit.", ""]
    paths = _paths(whole)
    place = ("in the XML",) if paths else ()
    for table in whole:
        lines += [f"## {table.name}: {table.label}", "", _place(table), ""]
        lines += _table(
            ("field", "item", "kind", "meaning", "schema wants it", "limits", "rules", "periods", *place),
            (
                (
                    *(f.name, f.cbds, f.kind, f.label, "yes" if f.required else ""),
                    *(_limits(f), _said_by(f), _years(f)),
                    *(paths.get(f"{table.name}.{f.name}", "") for _ in place),
                )
                for f in table.fields
                if f.given != "carried"
            ),
        )
    lines += ["# Code sets", ""]
    for name, codes in whole.codes.items():
        lines += [f"## {name}", ""]
        lines += _table(
            ("code", "meaning", "periods", "no longer sent from"),
            ((c.code, c.label, _years(c), c.unwritten_since) for c in codes),
        )
    return "\n".join(lines)


def processing(whole: Return) -> str:
    """The record of processing (UK GDPR Art 30), one line a data item, as CSV.

    Controller and data protection officer are the authority's to name: it takes these lines into its own record.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "table",
            "field",
            "item",
            "meaning",
            "personal",
            "risk",
            "subjects",
            "category",
            "purpose",
            "lawful_basis",
            "condition",
            "retention",
            "kept",
            "duty",
            "controller",
            "source",
            "recipient",
            "transfers",
            "security",
            "since",
            "until",
        ]
    )
    for table in whole:
        for f in table.fields:
            p = f.privacy
            about = ("yes", "safeguarding: high", p.subjects) if p.personal else ("no", "", "")
            law = (p.category, p.purpose, p.basis, p.condition, p.retention, KEPT[p.retention], p.duty)
            source = "case records" if p.personal else "the run"
            who = (f"the {whole.unit} that makes the return", source, "Department for Education", "none", SECURITY)
            years = (f.since or table.since, f.until or table.until)
            writer.writerow([table.name, f.name, f.cbds, f.label, *about, *law, *who, *years])
    return out.getvalue()


def rule_list(whole: Return) -> str:
    """The rule book, as Markdown."""
    book = rules(whole.name)
    lines = [f"# {whole.title}: rules", "", "Made from the rule book; do not edit.", ""]
    rows = (
        (r.code, r.severity, r.confidence, r.title, r.advice, r.flags or "the whole return", r.since, r.until)
        for r in book.where(book.notna(), "").itertuples(index=False)
    )
    return "\n".join(
        lines
        + _table(("code", "severity", "confidence", "what is wrong", "what to do", "marks", "since", "until"), rows)
    )


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of generated files that differ from what would be written now."""
    return [
        name
        for text in (documents(each) for each in RETURNS)
        for name, content in text.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != content
    ]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        old = stale()
        for name in old:
            sys.stdout.write(f"{FOLDER / name} is stale: run python -m exports.dictionary\n")
        return 1 if old else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in RETURNS:
        for file, text in documents(name).items():
            (FOLDER / file).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

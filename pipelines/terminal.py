"""What people see of the commands: sentences on standard error, results on standard output or in a file."""

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from returns.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd

WIDE = 160  # columns of what no terminal shows
said = Console(stderr=True, highlight=False, emoji=False)


class Refused(Refusal):
    """A command that cannot be carried out as it was given."""


def tell(sentence: str) -> None:
    """To the person; the terminal breaks the lines, so that another program gets one sentence a line."""
    said.print(sentence, markup=False, soft_wrap=True)


@contextlib.contextmanager
def output() -> Iterator[Console]:
    """Standard output, whose reader may stop early (`| head`): what was found stays what the exit code says."""
    terminal = sys.stdout.isatty()
    try:
        yield _Shown(highlight=False, emoji=False, markup=False, width=None if terminal else WIDE)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Shown(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the process with 1, which here says that only queries were found."""
        raise BrokenPipeError


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    with said.status(what) if said.is_terminal else contextlib.nullcontext():
        yield


def refuse_reading(out: Path, read: list[Path]) -> None:
    """Refuses to write where nothing can be written, before the work, and over what the command reads."""
    if not out.name or out.is_dir():
        raise Refused(f"{out} is a folder; name a file with --out.")
    if not out.parent.is_dir():
        raise Refused(f"The folder {out.parent} does not exist; make it, or name another with --out.")
    if out.exists() and not out.is_file():
        raise Refused(f"{out} is a device, not a file, and would be replaced; name a file with --out.")
    if out.exists() and any(out.samefile(file) for file in read):
        raise Refused(f"{out} is a file that this command reads; name another with --out.")


@contextlib.contextmanager
def fresh(out: Path) -> Iterator[Path]:
    """A file beside `out` that takes its place when all is written; nothing half-written stays."""
    from exports.durable import TEMP, disk, remove

    unfinished = out.with_name(f"{TEMP}{out.name}")
    with disk(f"The file {out}"):
        try:
            unfinished.touch(mode=0o600)
            yield unfinished
            unfinished.chmod(0o600)
            unfinished.replace(out)
        finally:
            remove(unfinished)


def print_summary(console: Console, assembled: Any, summary: list[tuple[str, str, int, int, str]]) -> None:
    from rich.table import Table

    from validation.rule import ABSENT

    options = {ABSENT["authority"]: "--unit", ABSENT["previous"]: "--previous", ABSENT["providers"]: "--providers"}
    totals = assembled.totals
    if summary:
        shown = Table("rule", "severity", "findings", "children", "what is wrong", box=None, pad_edge=False)
        for rule, severity, findings, children, title in summary:
            shown.add_row(rule, severity, f"{findings:,}", f"{children:,}", title)
        console.print(shown)
        console.print()
    console.print(
        f"{counted(assembled)} {totals['rules run']} rules run, {totals['rules not run']} not run, "
        f"{totals['rules crashed']} crashed; "
        f"{totals['rules inferred']} inferred, "
        f"{totals['rules whose severity is not confirmed']} of unconfirmed severity; "
        f"{totals['known rules held, all years']} of {totals['rules known of the Department, all years']} known "
        "rules held."
    )
    off = assembled.rules[assembled.rules["state"].isin(["not run", "crashed"])]
    for (state, reason), rows in off.groupby(["state", "reason"], sort=False):
        option = f": {options[reason]}" if reason in options else ""
        console.print(f"{state}: {', '.join(rows['code'])} ({reason}{option})", soft_wrap=True)
    today = dt.date.today().isoformat()
    for row in assembled.local.itertuples():
        over = ", no longer in force" if row.expires < today else ""
        console.print(
            f"local setting: {row.code} {row.setting} until {row.expires}{over}, {row.author}: {row.reason}",
            soft_wrap=True,
        )
    for (table, what), rows in assembled.issues.groupby(["table", "what"], dropna=False, sort=False):
        fields = [field for field in rows["field"].dropna().unique() if field]
        console.print(f"reading: {place(table, fields)}: {what} ({len(rows):,})", soft_wrap=True)
    for line in obstacle_lines(assembled.obstacles):
        console.print(f"cannot be written as XML: {line}", soft_wrap=True)


def counted(assembled: Any) -> str:
    """`500 children; 11 errors, 2 queries.`"""
    totals = assembled.totals
    return f"{many(totals, 'children')}; {many(totals, 'errors')}, {many(totals, 'queries')}."


def many(counts: Mapping[str, int], what: str) -> str:
    """`1 query` or `2 queries`: the count of that name in words."""
    one = {"children": "child", "errors": "error", "queries": "query"}[what]
    return f"{counts[what]:,} {one if counts[what] == 1 else what}"


def unchecked(assembled: Any, most: int = 12) -> str:
    """How many of a report's rules were not run for want of tables or columns, and of which; empty where none was."""
    from validation.typed import NOT_SUPPLIED

    rules = assembled.rules
    why = rules.loc[(rules["state"] == "not run") & rules["reason"].str.startswith(NOT_SUPPLIED), "reason"]
    if why.empty:
        return ""
    named = why.str.removeprefix(NOT_SUPPLIED).str.partition(", which ")[0].str.split(", ").explode()
    names = (
        named.str.replace("previous_", "last period's ").drop_duplicates().sort_values(key=_tables_first, kind="stable")
    )
    more = " …" if len(names) > most else ""
    return (
        f"Not a whole return: for want of {', '.join(names[:most])}{more} {len(why)} of "
        f"{assembled.totals['rules in force']} rules could not be run; what was found, or not found, says nothing of "
        "them."
    )


def _tables_first(names: "pd.Series[str]") -> "pd.Series[bool]":
    return ~names.str.startswith("table ")


def place(table: Any, fields: list[str]) -> str:
    """`Section47: DateOfInitialCPC, ICPCnotRequired`, as far as it is known."""
    return ": ".join(filter(None, (table if isinstance(table, str) else "", ", ".join(fields)))) or "the file"


def obstacle_lines(obstacles: "pd.DataFrame") -> Iterator[str]:
    for (rule, table, field, why), rows in obstacles.groupby(["rule", "table", "field", "why"], dropna=False):
        where = place(table, [field] if isinstance(field, str) else [])
        yield f"{rule}: {where}: {why} ({len(rows):,}{_first(rows['row'].dropna())})"


def _first(rows: "pd.Series[Any]", most: int = 5) -> str:
    """`; rows 0, 7 …`: enough to find them."""
    if rows.empty:
        return ""
    more = " …" if len(rows) > most else ""
    return f"; row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows.iloc[:most]))}{more}"


def tell_faults(path: Path, faults: "pd.DataFrame") -> None:
    for row in faults.itertuples():
        tell(f"{path.name}, line {row.line}: {row.element} {row.what} (the schema that you registered)")

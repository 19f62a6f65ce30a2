"""The command `returns`, for those without the pages and for other programs.

Exit codes: 0 clean, 1 queries only, 2 errors, 3 a rule crashed, 4 refused (the input, or how the command was given).
"""

import contextlib
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer
from rich.console import Console

from returns.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd

    from returns.model import Return

REFUSED = 4
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
schema = typer.Typer(no_args_is_help=True)
app.add_typer(schema, name="schema", help="Schemas that you got from the Department.")
said = Console(stderr=True, highlight=False)


class Format(StrEnum):
    table = "table"
    csv = "csv"
    json = "json"
    xlsx = "xlsx"
    html = "html"


class To(StrEnum):
    xml = "xml"
    csv = "csv"


class Source(StrEnum):
    auto = "auto"
    file = "file"
    records = "records"
    demo = "demo"


class Refused(Refusal):
    """A command that cannot be carried out as it was given."""


Paths = Annotated[list[Path], typer.Argument(help="XML files of one return, or a folder of CSV files, one a table.")]
Name = Annotated[str, typer.Option("--return", help="The return; today cin.")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="For instance 2025-26; the file's own when left out.")
]
Unit = Annotated[str, typer.Argument(help="The authority's number, for instance 356.")]
RunPeriod = Annotated[str, typer.Argument(help="For instance 2025-26.")]


def main() -> None:
    """The console script."""
    os.umask(0o077)
    sys.exit(command(sys.argv[1:]))


def command(arguments: list[str]) -> int:
    """Run one command line and give its exit code; a refusal is one sentence on standard error."""
    try:
        return app(arguments, standalone_mode=False) or 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as mistake:
        said.print(mistake.format_message(), markup=False)
    except click.exceptions.Abort:
        said.print("Stopped.")
    except Refusal as refusal:
        said.print(str(refusal), markup=False)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception:  # noqa: BLE001 - the text may quote a child's data: it goes to a private file
        said.print(
            f"This stopped through a fault of the program; error id {_kept()}, see the folder errors of the data."
        )
        return 3
    return REFUSED


def _kept() -> str:
    from pipelines.guard import keep_traceback
    from pipelines.resources import home_path

    return keep_traceback(home_path())


@contextlib.contextmanager
def _working(what: str) -> Iterator[None]:
    with said.status(what) if said.is_terminal else contextlib.nullcontext():
        yield


# Reading


class Input:
    """What a command was given: raw tables, period, and what the reading showed."""

    def __init__(self, paths: list[Path], name: str, period: str | None) -> None:
        from returns import described

        self.whole: Return = described(name)
        for path in paths:
            if not path.exists():
                raise Refused(f"There is no file or folder {path}; check the name.")
        self.paths = paths
        folders = [path for path in paths if path.is_dir() or path.suffix.lower() == ".csv"]
        self.issues: pd.DataFrame | None = None
        self.notes: pd.DataFrame | None = None
        if folders:
            if len(paths) > 1:
                raise Refused("Give one folder of CSV files, or XML files, not both and not several folders.")
            from assets.sources.files import read_csv_folder

            self.period = period or self.whole.open_next(dt.date.today()).name
            read = read_csv_folder(paths[0], self.whole, self.period)
            self.tables, self.notes, self.digest = read.tables, read.issues, ""
        else:
            from exports.xml import read as read_xml

            document = read_xml(paths, name, period)
            self.tables, self.issues, self.period, self.digest = (
                document.tables,
                document.issues,
                document.period,
                document.digest,
            )


@app.command()
def check(
    paths: Paths,
    name: Name = "cin",
    period: PeriodOption = None,
    ruleset: Annotated[str | None, typer.Option(help="Another period's rules on the same data.")] = None,
    previous: Annotated[list[Path] | None, typer.Option(help="Last period's return, as for PATHS.")] = None,
    child_ids: Annotated[
        Path | None, typer.Option(help="CSV with columns old,new: ids of last period's children.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="What is written.")] = Format.table,  # noqa: A002
    out: Annotated[Path | None, typer.Option(help="Where; without it csv and json go to standard output.")] = None,
) -> int:
    """Check a return against the rules of its period."""
    from exports.report import report, table
    from pipelines.resources import SOFTWARE, home_path, release
    from validation import rules
    from validation.local import in_force, read_local
    from validation.rule import run
    from validation.rules import book
    from validation.submission import submit
    from validation.verdict import verdict

    if format in (Format.xlsx, Format.html) and out is None:
        raise Refused(f"A {format.value} file needs --out FILE.")
    with _working("Reading"):
        given = Input(paths, name, period)
        before = Input(previous, name, given.whole.previous(given.period)).tables if previous else None
        if child_ids and before:
            before = renamed(before, given.whole, child_ids)
    rulebook = book(name)
    local = read_local(home_path() / "rules" / f"{name}.csv", rulebook)
    with _working("Checking"):
        submission = submit(name, given.tables, given.period, ruleset, before)
        outcome = run(rulebook, submission, severity=in_force(local, dt.date.today()), issues=given.issues)
    for text in outcome.tracebacks.values():
        _keep_text(text)
    assembled = report(
        submission,
        outcome,
        facts={
            "return": given.whole.title,
            "period": given.period,
            "ruleset": ruleset or given.period,
            "rule book": rulebook.version,
            "source": ", ".join(path.name for path in paths),
            "input_sha256": given.digest,
            "software": f"{SOFTWARE} {release()}",
            "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        },
        issues=given.issues if given.notes is None else given.notes,
        local=local,
    )
    with _working("Writing"):
        _deliver(assembled, format, out, table(assembled))
    return verdict(outcome.findings, bool(outcome.crashed), rules(name, ruleset or given.period))


def renamed(tables: "dict[str, pd.DataFrame]", whole: "Return", path: Path) -> "dict[str, pd.DataFrame]":
    """Last period's tables under the ids that the children have now; `path` is a CSV with the columns old,new."""
    import pandas as pd

    from assets.sources.files import read_columns

    ids = read_columns(path, ("old", "new"))
    if ids["old"].duplicated().any():
        raise Refused(f"{path.name}: an old id stands on several lines; keep one line for each.")
    new = pd.Series(ids["new"].to_numpy(), index=ids["old"])
    return {
        table: frame.assign(**{whole.child: frame[whole.child].map(new).fillna(frame[whole.child])})
        if whole.child in frame
        else frame
        for table, frame in tables.items()
    }


def _deliver(assembled: Any, format: Format, out: Path | None, summary: list[tuple[str, str, int, int, str]]) -> None:  # noqa: A002
    from exports.report import write_csv, write_json, write_page, write_workbook

    if format is Format.table:
        if out is None:
            _print_summary(Console(highlight=False), assembled, summary)
            return
        with _fresh(out) as path, path.open("w", encoding="utf-8") as file:
            _print_summary(Console(file=file, highlight=False, width=160), assembled, summary)
        return
    write = {Format.csv: write_csv, Format.json: write_json, Format.xlsx: write_workbook, Format.html: write_page}[
        format
    ]
    if out is not None:
        with _fresh(out) as path:
            write(assembled, path)
        said.print(f"Written: {out}", markup=False)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "findings"
        write(assembled, path)
        sys.stdout.buffer.write(path.read_bytes())
        sys.stdout.flush()


@contextlib.contextmanager
def _fresh(out: Path) -> Iterator[Path]:
    """A file beside `out` that takes its place when all is written; nothing half-written stays."""
    if not out.parent.is_dir():
        raise Refused(f"The folder {out.parent} does not exist; make it, or name another with --out.")
    unfinished = out.with_name(f".new-{out.name}")
    try:
        yield unfinished
        unfinished.chmod(0o600)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _print_summary(console: Console, assembled: Any, summary: list[tuple[str, str, int, int, str]]) -> None:
    from rich.table import Table

    totals = assembled.totals
    if summary:
        shown = Table("rule", "severity", "findings", "children", "what is wrong", box=None, pad_edge=False)
        for rule, severity, findings, children, title in summary:
            shown.add_row(rule, severity, f"{findings:,}", f"{children:,}", title)
        console.print(shown)
        console.print()
    console.print(
        f"{totals['children']:,} children; {totals['errors']:,} errors, {totals['queries']:,} queries. "
        f"{totals['rules run']} rules run, {totals['rules not run']} not run, {totals['rules crashed']} crashed; "
        f"{totals['rules inferred']} inferred, "
        f"{totals['rules whose severity is not confirmed']} of unconfirmed severity; "
        f"{totals['known rules held, all years']} of {totals['rules known of the Department, all years']} known "
        "rules held."
    )
    off = assembled.rules[assembled.rules["state"].isin(["not run", "crashed"])]
    for row in off.itertuples():
        console.print(f"{row.state}: {row.code} ({row.reason})", markup=False)
    for row in assembled.local.itertuples():
        console.print(
            f"local setting: {row.code} {row.setting} until {row.expires}, {row.author}: {row.reason}", markup=False
        )
    for (table, field, what), rows in assembled.issues.groupby(["table", "field", "what"], dropna=False, sort=False):
        place = ".".join(str(part) for part in (table, field) if isinstance(part, str) and part)
        console.print(f"reading: {place or 'the file'}: {what} ({len(rows):,})", markup=False)


def _keep_text(text: str) -> None:
    from pipelines.guard import keep
    from pipelines.resources import home_path

    said.print(f"A rule crashed; error id {keep(home_path(), text)}, see the folder errors of the data.")


@app.command()
def convert(
    paths: Paths,
    to: Annotated[To, typer.Option(help="xml, or csv: a folder with one file a table.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write.")],
    name: Name = "cin",
    period: PeriodOption = None,
    incomplete: Annotated[bool, typer.Option(help="Leave out what cannot be written; the file is marked.")] = False,
) -> int:
    """Turn the XML of a return into CSV tables, or the tables into XML."""
    with _working("Reading"):
        given = Input(paths, name, period)
    if given.issues is not None and len(given.issues):
        said.print(f"{len(given.issues):,} things in the file have no place in the tables; `returns check` names them.")
    with _working("Writing"):
        if to is To.csv:
            _write_tables(given.tables, given.whole.at(given.period), out)
            said.print(f"Written: {out}", markup=False)
        else:
            written = _write_xml(given, out, incomplete=incomplete)
            said.print(f"Written: {written.path}", markup=False)
            if not written.complete:
                _print_obstacles(written.obstacles)
    return 0


def _write_tables(tables: "dict[str, pd.DataFrame]", at: "Return", out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{out} is there already and is not an empty folder; name another with --out.")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for table in at:
        if table.name in tables:
            columns = [column for column in table.columns if column in tables[table.name]]
            tables[table.name].to_csv(out / f"{table.name}.csv", columns=columns, index=False)


def _write_xml(given: Input, out: Path, *, incomplete: bool) -> Any:
    from exports.xml import CannotWrite, write
    from pipelines.resources import home_path
    from validation.typed import typed

    at = given.whole.at(given.period)
    tables = typed(given.tables, at)
    header = given.tables.get("Header")
    if header is None or header.empty:
        raise Refused(
            "There is no Header table with one row; add Header.csv (Collection, Year, ReferenceDate, LEA, …)."
        )
    head = {str(field): text for field, text in header.iloc[0].items() if isinstance(text, str)}
    if not out.parent.is_dir():
        raise Refused(f"The folder {out.parent} does not exist; make it, or name another with --out.")
    try:
        return write(tables, at, head, out.with_suffix(".xml"), incomplete=incomplete, home=home_path())
    except CannotWrite as stopped:
        _print_obstacles(stopped.obstacles)
        raise Refused(f"{stopped} Add --incomplete for a marked file without them.") from None


def _print_obstacles(obstacles: "pd.DataFrame") -> None:
    for (rule, table, field, why), rows in obstacles.groupby(["rule", "table", "field", "why"], dropna=False):
        place = ".".join(str(part) for part in (table, field) if isinstance(part, str) and part)
        said.print(f"{rule}: {place or 'the file'}: {why} ({len(rows):,})", markup=False)


# Running


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="RETURN", help="The return; today cin.")],
    unit: Unit,
    period: RunPeriod,
    source: Annotated[
        Source, typer.Option(help="auto: dropped files, else the care records, else invented data.")
    ] = Source.auto,
    children: Annotated[int, typer.Option(min=10, max=400_000, help="How many children are invented, if any.")] = 500,
    ruleset: Annotated[str, typer.Option(help="Another period's rules on the same data.")] = "",
    incomplete: Annotated[bool, typer.Option(help="Write what can be written, marked as not for submission.")] = False,
) -> int:
    """Run the whole return in this process: the same job that the pages start."""
    from pipelines.run import run_return

    return run_return(
        name,
        unit,
        period,
        {"source": source.value, "children": children},
        {"ruleset": ruleset},
        {"incomplete": incomplete},
        said=said,
    )


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port on this machine.")] = 3000,
    host: Annotated[str, typer.Option(help="Loopback, unless --behind-proxy is given.")] = "127.0.0.1",
    behind_proxy: Annotated[str, typer.Option(help="The address that people use, of a proxy that encrypts.")] = "",
    unit: Annotated[list[str] | None, typer.Option(help="A unit to choose from in Dagster; may be repeated.")] = None,
) -> int:
    """Dagster and the reports behind one door on this machine."""
    from pipelines.serve import serve as serve_pages

    return serve_pages(port, host, behind_proxy, units=unit or ())


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="The rule's code, for instance 8600.")],
    name: Name = "cin",
) -> int:
    """What a rule means, where to put it right, with examples."""
    from validation import rules

    book = rules(name)
    versions = book[book["code"].str.upper() == rule.upper()]
    if versions.empty:
        raise Refused(f"The rule book of {name} has no rule {rule}; `returns check` shows the codes that it uses.")
    shown = Console(highlight=False)
    for row in versions.fillna("").itertuples():
        shown.print(f"{row.code}  {row.title}", markup=False, style="bold")
        shown.print(f"{row.severity}, {row.confidence}{'' if row.severity_confirmed else ', severity not confirmed'}")
        shown.print(f"in force: {row.since or 'always'} to {row.until or 'now'}")
        shown.print(f"marks: {row.flags or 'the return as a whole'}")
        if row.needs:
            shown.print(f"needs: {row.needs}")
        shown.print(f"what to do: {row.advice}\n", markup=False)
    for text in examples(name, str(versions.iloc[0]["code"])):
        shown.print(text, markup=False)
    return 0


def examples(name: str, code: str) -> list[str]:
    """The drawn cases of a rule: tables whose last column says which rows it marks."""
    here = Path(__file__).parent.parent
    folder = next(
        (
            place
            for place in (here / "tests" / "rules" / name, here / "validation" / "examples" / name)
            if place.is_dir()
        ),
        None,
    )
    texts = []
    for path in sorted(folder.glob("*.md")) if folder else []:
        for section in path.read_text(encoding="utf-8").split("\n## ")[1:]:
            if section.split(maxsplit=1)[0] == code:
                texts += [f"Examples (x: marked)  {section.strip()}\n"]
    return texts


@app.command()
def demo(
    children: Annotated[int, typer.Option(min=10, max=400_000)] = 500,
    out: Annotated[Path, typer.Option(help="A new folder.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="The same seed makes the same children.")] = 1,
    unit: Annotated[str, typer.Option(help="The authority's number.")] = "356",
    name: Name = "cin",
    period: PeriodOption = "2025-26",
    defects: Annotated[str, typer.Option(help="RULE=SHARE,… or all=SHARE: what is to be wrong.")] = "",
    now: Annotated[
        dt.datetime | None, typer.Option(help="The time in the header; the same time gives the same bytes.")
    ] = None,
) -> int:
    """An invented authority: its care records as a database, and the return made from it."""
    from assets.sources.demo_folder import make_demo

    with _working("Inventing"):
        for line in make_demo(name, unit, period or "2025-26", children, seed, out, defects, now or dt.datetime.now()):
            said.print(line, markup=False)
    return 0


# Recording


def _record(action: str, name: str, unit: str, period: str, what: str, by: str, on: dt.datetime | None) -> int:
    from exports.store import Store
    from pipelines.instance import prepare

    if Path(what).is_file():
        from exports.durable import sha256

        what = sha256(Path(what))
    store = Store(prepare() / "store")
    when = (on or dt.datetime.now()).date()
    record = getattr(store, action)(name, unit, period, what, by, when)
    said.print(
        f"Recorded: {name} {unit} {period}, version {record.version}, was {action} on {record.when}.", markup=False
    )
    return 0


What = Annotated[str, typer.Argument(help="The file, its SHA-256, or the id of the version.")]
By = Annotated[str, typer.Option(help="Who says so.")]
On = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When; today if left out.")]


@app.command()
def submitted(
    name: Annotated[str, typer.Argument(metavar="RETURN")],
    unit: Unit,
    period: RunPeriod,
    what: What,
    by: By,
    on: On = None,
) -> int:
    """Record which published version was sent to the Department."""
    return _record("submitted", name, unit, period, what, by, on)


@app.command()
def accepted(
    name: Annotated[str, typer.Argument(metavar="RETURN")],
    unit: Unit,
    period: RunPeriod,
    what: What,
    by: By,
    on: On = None,
) -> int:
    """Record that the Department accepted it; only that is next year's last year."""
    return _record("accepted", name, unit, period, what, by, on)


@schema.command()
def add(
    file: Annotated[Path, typer.Argument(help="The Department's XSD.")],
    name: Name = "cin",
    period: PeriodOption = None,
) -> int:
    """Register a schema: tells every difference from our description; files are checked against it from then on."""
    from exports.schemas import add as register
    from pipelines.instance import prepare

    if not file.is_file():
        raise Refused(f"There is no file {file}; check the name.")
    differences = register(file, prepare(), name, period)
    shown = Console(highlight=False)
    for row in differences.itertuples(index=False):
        shown.print("  ".join(str(cell) for cell in row), markup=False)
    shown.print(f"Registered. {len(differences)} differences from our description.")
    return 0


if __name__ == "__main__":
    main()

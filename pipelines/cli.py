"""The command `returns`, for those without the pages and for other programs.

Exit codes: 0 clean, 1 queries only, 2 errors, 3 a rule crashed, 4 refused (the input, or how the command was given).
"""

import contextlib
import datetime as dt
import hashlib
import io
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer.exceptions import TyperException

from returns.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd

    from returns.model import Return

REFUSED = 4
WIDE = 160  # columns of what no terminal shows
STOPPED = 130  # as of every command that Ctrl-C ends
HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, context_settings=HELP)
schema = typer.Typer(no_args_is_help=True, context_settings=HELP)
app.add_typer(schema, name="schema", help="Schemas that you got from the Department.")
said = Console(stderr=True, highlight=False, emoji=False)


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
Name = Annotated[str, typer.Option("--return", help="The return: cin or cla.")]
Recognised = Annotated[str | None, typer.Option("--return", help="cin or cla; when left out, what the files are.")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="For instance 2025-26; when left out, what the file says.")
]
Unit = Annotated[str, typer.Argument(help="The authority's number, for instance 356.")]
RunPeriod = Annotated[str, typer.Argument(help="For instance 2025-26.")]


def main() -> None:
    """The console script."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing half-written stays
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack a letter
    sys.exit(command(sys.argv[1:]))


def command(arguments: list[str]) -> int:
    """Run one command line and give its exit code; a refusal is one sentence on standard error."""
    try:
        code = app(arguments, prog_name="returns", standalone_mode=False) or 0
    except TyperException as mistake:
        if sentence := mistake.format_message().strip():  # none where the help was shown instead
            _tell(f"{sentence.rstrip('.')}; `returns --help` shows the commands, `returns COMMAND --help` the options.")
        return REFUSED
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except Refusal as refusal:
        _tell(str(refusal))
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the text may quote a child's data: it goes to a private file
        from pipelines.guard import disk_answer

        if sentence := disk_answer(error):
            _tell(sentence)
            return REFUSED
        _tell(f"This stopped through a fault of the program{_kept()}.")
        return 3
    if code == STOPPED:
        _tell("Stopped; nothing half-written was left.")
    return code


def _kept() -> str:
    from pipelines.guard import keep_traceback
    from pipelines.resources import home_path

    home = home_path()
    try:
        return f"; error id {keep_traceback(home)}, see {home / 'errors'}"
    except OSError:
        return f", and {home / 'errors'} cannot be written"


def _tell(sentence: str) -> None:
    """To the person; the terminal breaks the lines, so that another program gets one sentence a line."""
    said.print(sentence, markup=False, soft_wrap=True)


@contextlib.contextmanager
def _output() -> Iterator[Console]:
    """Standard output, whose reader may stop early (`| head`): what was found stays what the exit code says."""
    terminal = sys.stdout.isatty()
    try:
        yield _Output(highlight=False, emoji=False, markup=False, width=None if terminal else WIDE)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the process with 1, which here says that only queries were found."""
        raise BrokenPipeError


@contextlib.contextmanager
def _working(what: str) -> Iterator[None]:
    with said.status(what) if said.is_terminal else contextlib.nullcontext():
        yield


# Reading


class Input:
    """What a command was given: raw tables, period, header, and what the reading showed."""

    def __init__(self, paths: list[Path], name: str | None, period: str | None) -> None:
        from assets.sources.recognise import recognise
        from returns import RETURNS, described

        self.paths = paths
        for path in paths:
            if not path.exists():
                raise Refused(f"There is no file or folder {path}; check the name.")
        self.whole: Return = described(name or recognise(paths) or RETURNS[0])
        if period is not None:
            self.whole.position(period)
        self.tables: dict[str, pd.DataFrame]
        self.issues: pd.DataFrame | None = None  # by row, as findings
        self.notes: pd.DataFrame  # for the report
        self.header: dict[str, str]
        self.flat = any(path.is_dir() or path.suffix.lower() == ".csv" for path in paths)
        if not self.flat:
            from exports.xml import read

            document = read(paths, self.whole.name, period)
            self.tables, self.issues, self.period = document.tables, document.issues, document.period
            self.notes, self.header, self.digest = document.issues, document.header, document.digest
        elif len(paths) > 1:
            raise Refused(
                "Give XML files, or one folder of CSV files: put all CSV files of the return into one folder."
            )
        else:
            self._read_folder(paths[0], period)

    def _read_folder(self, path: Path, period: str | None) -> None:
        import pandas as pd

        from assets.sources.files import csv_files, header_of, read_csv_folder
        from exports.xml import period_of

        self.header = header_of(path, self.whole)
        doubts: list[tuple[str, str]] = []
        if self.header:
            self.period, doubts = period_of(path.resolve().name, self.header, self.whole, period)
        elif period:
            self.period = period
        else:
            self.period = self.whole.open_next(dt.date.today()).name
        read = read_csv_folder(path, self.whole, self.period)
        if not (self.header or period):
            _tell(f"No header says of which period this is: taken as {self.period}; --period names another.")
        self.tables = read.tables
        table = self.whole.authority.partition(".")[0]
        told = [(table, field, what, 0, 0) for field, what in doubts]
        self.notes = pd.concat([read.issues, pd.DataFrame(told, columns=read.issues.columns)]) if told else read.issues
        hashes = (hashlib.sha256(file.read_bytes()).digest() for file in csv_files(path))
        self.digest = hashlib.sha256(b"".join(hashes)).hexdigest()

    @property
    def unit(self) -> str:
        """The unit's number, where the header has one."""
        said = self.header.get(self.whole.authority.partition(".")[2], "")
        return said if self.whole.takes(said) else ""

    def files(self) -> list[Path]:
        from assets.sources.files import csv_files

        return [file for path in self.paths for file in (csv_files(path) if path.is_dir() else [path])]


def _before(paths: list[Path], given: Input) -> Input:
    """Last period's return; refuses that of another period, as when the two are exchanged."""
    from exports.xml import stated_period

    last = given.whole.previous(given.period)
    if last is None:
        raise Refused(f"No period before {given.period} is described; leave out --previous.")
    before = Input(paths, given.whole.name, last)
    said = stated_period(before.header, given.whole) if before.header else None
    if said not in (None, last):
        raise Refused(
            f"{paths[0].name} is the return of {said}, and --previous takes that of {last}, the period before "
            f"{given.period}; give that one, or exchange the two."
        )
    return before


@app.command()
def check(
    paths: Paths,
    name: Recognised = None,
    period: PeriodOption = None,
    ruleset: Annotated[str | None, typer.Option(help="Another period's rules on the same data.")] = None,
    previous: Annotated[list[Path] | None, typer.Option(help="Last period's return, as for PATHS.")] = None,
    child_ids: Annotated[
        Path | None, typer.Option(help="CSV with columns old,new: ids of last period's children.")
    ] = None,
    providers: Annotated[
        list[Path] | None, typer.Option(help="Ofsted's list of providers, .xlsx or .csv; may be repeated.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="The authority's number, where the files do not say it.")] = None,
    format: Annotated[Format, typer.Option("--format", help="What is written.")] = Format.table,  # noqa: A002
    out: Annotated[Path | None, typer.Option(help="Where; without it csv and json go to standard output.")] = None,
) -> int:
    """Check a return against the rules of its period."""
    from exports.report import report, table
    from exports.xml import obstacles
    from pipelines.resources import SOFTWARE, home_path, release
    from validation import rules
    from validation.local import in_force, read_local
    from validation.rule import run
    from validation.rules import book
    from validation.submission import submit
    from validation.verdict import CLEAN, ERRORS, verdict

    if out is None and format in (Format.xlsx, Format.html):
        raise Refused(f"--format {format.value} makes a file: say where with --out FILE.")
    if child_ids and not previous:
        raise Refused("--child-ids renames the children of last period's return: give that return with --previous.")
    with _working("Reading"):
        given = Input(paths, name, period)
        name = given.whole.name
        reference = _reference(given, unit, providers or [])
        given.whole.position(ruleset or given.period)
        before = _before(previous, given) if previous else None
        last = before.tables if before else None
        if before and child_ids:
            last = renamed(before.tables, given.whole, child_ids)
        if out is not None:
            _refuse_reading(
                out, [*given.files(), *(before.files() if before else []), *([child_ids] if child_ids else [])]
            )
    rulebook = book(name)
    local = read_local(home_path() / "rules" / f"{name}.csv", rulebook)
    with _working("Checking"):
        submission = submit(name, given.tables, given.period, ruleset, last, **reference)
        stops = (
            obstacles(submission.tables, submission.asked) if given.flat and "csv" not in given.whole.files else None
        )
        issues = given.issues if stops is None else _strays(stops)
        outcome = run(rulebook, submission, severity=in_force(local, dt.date.today()), issues=issues)
        faults = 0 if given.flat else _schema_faults(given)
    for text in outcome.tracebacks.values():
        _keep_text(text)
    assembled = report(
        submission,
        outcome,
        facts={
            "return": given.whole.title,
            "unit": unit or given.unit,
            "period": given.period,
            "ruleset": ruleset or given.period,
            "rule book": rulebook.version,
            "source": ", ".join(path.name for path in paths),
            "input_sha256": given.digest,
            "software": f"{SOFTWARE} {release()}",
            "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        },
        issues=given.notes,
        obstacles=stops,
        local=local,
    )
    with _working("Writing"):
        _deliver(assembled, format, out, table(assembled))
    found = verdict(outcome.findings, bool(outcome.crashed), rules(name, ruleset or given.period))
    return max(found, ERRORS if faults else CLEAN)


def _reference(given: Input, unit: str | None, providers: list[Path]) -> dict[str, Any]:
    """What the rules of the return take beside the files."""
    from returns import BadUnit

    wanted = given.whole.reference
    if providers and "providers" not in wanted:
        raise Refused(f"--providers: the rules of {given.whole.title} take no list of providers; leave it out.")
    if unit is not None and not given.whole.takes(unit):
        raise BadUnit(f"{unit!r} is no number of a {given.whole.unit}; it has the form {given.whole.unit_pattern}.")
    reference: dict[str, Any] = {}
    if "authority" in wanted and unit:
        reference["authority"] = unit
    if providers:
        from assets.sources.providers import read_providers

        for path in providers:
            if not path.is_file():
                raise Refused(f"There is no file {path}; name Ofsted's list with --providers.")
        reference["providers"] = read_providers(*providers)
    return reference


def _strays(stops: "pd.DataFrame") -> "pd.DataFrame":
    """Rows of a table that belong to no row of the one above: in XML they cannot be, here no rule would see them."""
    strays = stops[stops["why"] == "belongs to no row above"]
    return strays.rename(columns={"why": "what"}).assign(line=0)


def _schema_faults(given: Input) -> int:
    """Run the schema registered for the period over the files, and tell what it does not take."""
    from exports.schemas import check as against
    from pipelines.resources import home_path

    faults = 0
    for path in given.paths:
        found = against(path, home_path(), given.whole.at(given.period))
        faults += len(found)
        _tell_faults(path, found)
    return faults


def _tell_faults(path: Path, faults: "pd.DataFrame") -> None:
    for row in faults.itertuples():
        _tell(f"{path.name}, line {row.line}: {row.element} {row.what} (the schema that you registered)")


def renamed(tables: "dict[str, pd.DataFrame]", whole: "Return", path: Path) -> "dict[str, pd.DataFrame]":
    """Last period's tables under the ids that the children have now; `path` is a CSV with the columns old,new."""
    import pandas as pd

    from assets.sources.files import read_columns

    ids = read_columns(path, ("old", "new"))
    if ids["old"].duplicated().any():
        raise Refused(f"{path.name}: an old id stands on several lines; keep one line for each.")
    new = pd.Series(ids["new"].to_numpy(), index=ids["old"])
    children = pd.concat([frame[whole.child] for frame in tables.values() if whole.child in frame])
    now = children.map(new).fillna(children)
    if now.nunique() < children.nunique():
        raise Refused(
            f"{path.name}: two children of last period would get one id; give each child a new id of its own."
        )
    if unknown := int((~new.index.isin(children)).sum()):
        _tell(f"{path.name}: {unknown:,} of {len(new):,} old ids are of no child in last period's return.")
    return {
        table: frame.assign(**{whole.child: frame[whole.child].map(new).fillna(frame[whole.child])})
        if whole.child in frame
        else frame
        for table, frame in tables.items()
    }


def _deliver(assembled: Any, format: Format, out: Path | None, summary: list[tuple[str, str, int, int, str]]) -> None:  # noqa: A002
    from exports.report_files import write_csv, write_json, write_page, write_workbook

    if format is Format.table:
        if out is None:
            with _output() as console:
                _print_summary(console, assembled, summary)
            return
        with _fresh(out) as path, path.open("w", encoding="utf-8") as file:
            _print_summary(Console(file=file, highlight=False, emoji=False, width=WIDE), assembled, summary)
        _tell(f"Written: {out}")
        return
    write = {Format.csv: write_csv, Format.json: write_json, Format.xlsx: write_workbook, Format.html: write_page}[
        format
    ]
    if out is not None:
        with _fresh(out) as path:
            write(assembled, path)
        _tell(f"Written: {out}")
        return
    with tempfile.TemporaryDirectory() as folder, _output():
        path = Path(folder) / "findings"
        write(assembled, path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


def _refuse_reading(out: Path, read: list[Path]) -> None:
    """Refuses to write where nothing can be written, before the work, and over what the command reads."""
    if not out.name or out.is_dir():
        raise Refused(f"{out} is a folder; name a file with --out.")
    if not out.parent.is_dir():
        raise Refused(f"The folder {out.parent} does not exist; make it, or name another with --out.")
    if out.exists() and any(out.samefile(file) for file in read):
        raise Refused(f"{out} is a file that this command reads; name another with --out.")


@contextlib.contextmanager
def _fresh(out: Path) -> Iterator[Path]:
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
    for (state, reason), rows in off.groupby(["state", "reason"], sort=False):
        console.print(f"{state}: {', '.join(rows['code'])} ({reason})", soft_wrap=True)
    today = dt.date.today().isoformat()
    for row in assembled.local.itertuples():
        over = ", no longer in force" if row.expires < today else ""
        console.print(
            f"local setting: {row.code} {row.setting} until {row.expires}{over}, {row.author}: {row.reason}",
            soft_wrap=True,
        )
    for (table, what), rows in assembled.issues.groupby(["table", "what"], dropna=False, sort=False):
        fields = [field for field in rows["field"].dropna().unique() if field]
        console.print(f"reading: {_place(table, fields)}: {what} ({len(rows):,})", soft_wrap=True)
    for line in _obstacle_lines(assembled.obstacles):
        console.print(f"cannot be written as XML: {line}", soft_wrap=True)


def _place(table: Any, fields: list[str]) -> str:
    """`Section47: DateOfInitialCPC, ICPCnotRequired`, as far as it is known."""
    return ": ".join(filter(None, (table if isinstance(table, str) else "", ", ".join(fields)))) or "the file"


def _obstacle_lines(obstacles: "pd.DataFrame") -> Iterator[str]:
    for (rule, table, field, why), rows in obstacles.groupby(["rule", "table", "field", "why"], dropna=False):
        yield f"{rule}: {_place(table, [field] if isinstance(field, str) else [])}: {why} ({len(rows):,})"


def _keep_text(text: str) -> None:
    from pipelines.guard import keep
    from pipelines.resources import home_path

    _tell(f"A rule crashed; error id {keep(home_path(), text)}, see {home_path() / 'errors'}.")


@app.command()
def convert(
    paths: Paths,
    to: Annotated[To, typer.Option(help="xml, or csv: a folder with one file a table.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write.")],
    name: Recognised = None,
    period: PeriodOption = None,
    incomplete: Annotated[bool, typer.Option(help="Leave out what cannot be written; the file is marked.")] = False,
) -> int:
    """Turn the XML of a return into CSV tables, or the tables into XML."""
    if to is To.xml and out.suffix.lower() != ".xml":
        raise Refused(f"{out}: the return is written as XML; name a file that ends in .xml with --out.")
    with _working("Reading"):
        given = Input(paths, name, period)
    if given.issues is not None and len(given.issues):
        _tell(f"{len(given.issues):,} things in the file have no place in the tables; `returns check` names them.")
    if given.flat:
        for what in given.notes["what"].unique():
            _tell(what)
    with _working("Writing"):
        if to is To.csv:
            _write_tables(given.tables, given.whole.at(given.period), out)
            _tell(f"Written: {out}")
        else:
            _refuse_reading(out, given.files())
            written = _write_xml(given, out, incomplete=incomplete)
            _tell(f"Written: {written.path}")
            for line in _obstacle_lines(written.obstacles):
                _tell(line)
            _tell_faults(written.path, written.faults)
    return 0


def _write_tables(tables: "dict[str, pd.DataFrame]", at: "Return", out: Path) -> None:
    from exports.durable import new_folder

    with new_folder(out) as folder:
        for table in at:
            if table.name in tables:
                columns = [column for column in table.columns if column in tables[table.name]]
                tables[table.name].to_csv(folder / f"{table.name}.csv", columns=columns, index=False)


def _write_xml(given: Input, out: Path, *, incomplete: bool) -> Any:
    from exports.durable import disk
    from exports.xml import CannotWrite, write
    from pipelines.resources import home_path
    from validation.typed import typed

    at = given.whole.at(given.period)
    header = given.tables.get("Header")
    if header is None or header.empty:
        raise Refused(
            "There is no Header table with one row; add Header.csv (Collection, Year, ReferenceDate, LEA, …)."
        )
    head = {str(field): text for field, text in header.iloc[0].items() if isinstance(text, str)}
    try:
        with disk(f"The file {out}"):
            return write(typed(given.tables, at), at, head, out, incomplete=incomplete, home=home_path())
    except CannotWrite as stopped:
        for line in _obstacle_lines(stopped.obstacles):
            _tell(line)
        raise Refused(f"{stopped}; --incomplete writes a marked file without them.") from None


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
    from returns import described

    described(name).position(ruleset or period)
    with _output() as shown:
        return run_return(
            name,
            unit,
            period,
            {"source": source.value, "children": children},
            {"ruleset": ruleset},
            {"incomplete": incomplete},
            said=said,
            shown=shown,
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
    name: Annotated[
        str | None, typer.Option("--return", help="cin or cla; when left out, the one that has the rule.")
    ] = None,
) -> int:
    """What a rule means, where to put it right, with examples."""
    import difflib

    from returns import RETURNS
    from validation import rules
    from validation.findings import READING

    having = [each for each in RETURNS if name is None and rule.upper() in set(rules(each)["code"].str.upper())]
    if len(having) > 1:
        raise Refused(f"The rule books of {' and '.join(having)} have a rule {rule!r}; say which with --return.")
    name = name or (having or RETURNS)[0]
    book = rules(name)
    versions = book[book["code"].str.upper() == rule.upper()]
    check = READING.get(rule.lower())
    if versions.empty and not check:
        near = difflib.get_close_matches(rule.upper(), book["code"].unique().tolist())
        advice = f"did you mean {' or '.join(near)}?" if near else "`returns check` shows the codes that it uses."
        raise Refused(f"The rule book of {name} has no rule {rule!r}; {advice}")
    with _output() as shown:
        if check:
            shown.print(f"{check.code}  {check.title}", style="bold")
            shown.print(f"{check.severity}, from reading the file\nwhat to do: {check.advice}")
            return 0
        for row in versions.fillna("").itertuples():
            shown.print(f"{row.code}  {row.title}", style="bold")
            unsure = "" if row.severity_confirmed else ", severity not confirmed"
            shown.print(f"{row.severity}, {row.confidence}{unsure}")
            shown.print(f"in force: {row.since or 'always'} to {row.until or 'now'}")
            shown.print(f"marks: {row.flags or 'the return as a whole'}")
            if row.needs:
                shown.print(f"needs: {row.needs}")
            shown.print(f"what to do: {row.advice}\n")
        for text in examples(name, str(versions.iloc[0]["code"])):
            shown.print(text, soft_wrap=True)
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
    period: Annotated[str, typer.Option(help="The period, which its dates fit.")] = "2025-26",
    defects: Annotated[str, typer.Option(help="RULE=SHARE,… or all=SHARE: what is to be wrong.")] = "",
    now: Annotated[
        dt.datetime | None, typer.Option(help="The time in the header; the same time gives the same bytes.")
    ] = None,
) -> int:
    """An invented authority: its care records as a database, and the return made from it."""
    from assets.sources.demo_folder import make_demo

    with _working("Inventing"):
        made = make_demo(name, unit, period, children, seed, out, defects, now or dt.datetime.now())
    with _output() as console:
        for line in made:
            console.print(line, soft_wrap=True)
    return 0


# Recording


def _refuse_unknown(name: str, unit: str, period: str) -> None:
    from returns import BadUnit, described

    whole = described(name)
    whole.position(period)
    if not whole.takes(unit):
        raise BadUnit(f"{unit!r} is no number of a {whole.unit}; it has the form {whole.unit_pattern}.")


def _record(action: str, name: str, unit: str, period: str, what: str, by: str, on: dt.datetime | None) -> int:
    from exports.store import Store
    from pipelines.instance import prepare

    _refuse_unknown(name, unit, period)
    when = (on or dt.datetime.now()).date()
    if when > dt.date.today():
        raise Refused(f"--on: nothing can have been {action} on a day to come; give the day on which it was.")
    if not by.strip():
        raise Refused("--by: give the name of who says so.")
    if Path(what).is_file():
        from exports.durable import sha256

        what = sha256(Path(what).resolve())
    elif Path(what).suffix or Path(what).name != what or Path(what).exists():
        raise Refused(f"There is no file {what}; name the file, its SHA-256 or the id of the version.")
    store = Store(prepare() / "store")
    versions = store.versions(name, unit, period)
    if not versions:
        raise Refused(f"{name} {unit} {period}: nothing has been published yet; run the return first.")
    for version in versions:
        if what.lower() in (version.id, *version.hashes.values()) and not version.manifest["submission"]:
            why = "of invented children" if version.manifest.get("demo") else "marked as not for submission"
            raise Refused(
                f"{name} {unit} {period}: version {version.id} is {why}, so it cannot have been {action}; name the "
                "version that was."
            )
    sent = [
        record.when[:10]
        for record in store.records(name, unit, period)
        if record.action == "submitted" and what.lower() in (record.version, *record.files.values())
    ]
    if action == "accepted" and sent and when.isoformat() < sent[-1]:
        raise Refused(f"--on: this version was submitted on {sent[-1]}; give that day or a later one.")
    record = getattr(store, action)(name, unit, period, what, by, when)
    _tell(f"Recorded: {name} {unit} {period}, version {record.version}, was {action} on {record.when}.")
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


@app.command()
def restore(
    name: Annotated[str, typer.Argument(metavar="RETURN")],
    unit: Unit,
    period: RunPeriod,
    version: Annotated[str, typer.Argument(help="The id of a published version, for instance 0001-5f0c12ab.")],
) -> int:
    """Make an undamaged version current: the way out where the store says that something in it is damaged."""
    from exports.store import Store
    from pipelines.instance import prepare

    _refuse_unknown(name, unit, period)
    restored = Store(prepare() / "store").restore(name, unit, period, version)
    _tell(f"Current again: {name} {unit} {period}, version {restored.id}.")
    return 0


@schema.command()
def add(
    file: Annotated[Path, typer.Argument(help="The Department's XSD.")],
    name: Name = "cin",
    period: Annotated[
        str | None, typer.Option(help="For instance 2025-26; when left out, as in the file's name.")
    ] = None,
) -> int:
    """Register a schema: tells every difference from our description; files are checked against it from then on."""
    from exports.schemas import add as register
    from pipelines.instance import prepare

    if not file.is_file():
        raise Refused(f"{file} is {'a folder' if file.is_dir() else 'not there'}; name the .xsd file.")
    differences = register(file, prepare(), name, period)
    with _output() as console:
        for row in differences.itertuples(index=False):
            console.print(
                f"{row.path}: {row.what}: ours {row.ours or 'none'}, theirs {row.theirs or 'none'}", soft_wrap=True
            )
        count = "No difference" if differences.empty else f"Differences: {len(differences):,}"
        console.print(f"Registered for {differences.attrs['period']}. {count} from our description.")
    return 0


if __name__ == "__main__":
    main()

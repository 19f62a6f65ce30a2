"""The command `returns`, for those without the pages and for other programs.

Exit codes: 0 clean, 1 queries only, 2 errors, 3 a rule crashed, 4 refused (the input, or how the command was given).
"""

import contextlib
import datetime as dt
import io
import os
import shutil
import signal
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer.exceptions import TyperException

from pipelines.comparing import as_csv, print_diff, read_run
from pipelines.given import Input, before_of, reference_of
from pipelines.terminal import (
    WIDE,
    Refused,
    counted,
    fresh,
    obstacle_lines,
    output,
    print_summary,
    refuse_reading,
    said,
    tell,
    tell_faults,
    unchecked,
    working,
)
from returns.refusal import Refusal

if TYPE_CHECKING:
    import pandas as pd

    from returns.model import Return

REFUSED = 4
STOPPED = 130  # as of every command that Ctrl-C ends
HELP = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, context_settings=HELP)
schema = typer.Typer(no_args_is_help=True, context_settings=HELP)
app.add_typer(schema, name="schema", help="Schemas that you got from the Department.")


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


def _named(text: str | None) -> str | None:
    from returns import named

    return None if text is None else named(text)


def _time(text: str) -> dt.datetime:
    return _read(text, "a time like 2026-05-01T10:00:00")


def _day(text: str) -> dt.datetime:
    return _read(text, "a day like 2026-06-30")


def _read(text: str, wanted: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"give {wanted}") from None


Paths = Annotated[list[Path], typer.Argument(help="XML files of one return, or a folder of CSV files, one a table.")]
Name = Annotated[str, typer.Option("--return", callback=_named, help="The return: cin, or cla (the 903).")]
Recognised = Annotated[
    str | None, typer.Option("--return", callback=_named, help="cin or cla; when left out, what the files are.")
]
Named = Annotated[str, typer.Argument(metavar="RETURN", callback=_named, help="The return: cin, or cla (the 903).")]
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
            tell(f"{sentence.rstrip('.')}; `returns --help` shows the commands, `returns COMMAND --help` the options.")
        return REFUSED
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except Refusal as refusal:
        tell(str(refusal))
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the text may quote a child's data: it goes to a private file
        from pipelines.guard import disk_answer

        if sentence := disk_answer(error):
            tell(sentence)
            return REFUSED
        tell(f"This stopped through a fault of the program{_kept()}.")
        return 3
    if code == STOPPED:
        tell("Stopped; nothing half-written was left.")
    return code


def _kept() -> str:
    from pipelines.guard import keep_traceback
    from pipelines.resources import home_path

    home = home_path()
    try:
        return f"; error id {keep_traceback(home)}, see {home / 'errors'}"
    except OSError:
        return f", and {home / 'errors'} cannot be written"


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
    format: Annotated[Format, typer.Option("--format", case_sensitive=False, help="What is written.")] = Format.table,  # noqa: A002
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
    kind = out.suffix.lower().removeprefix(".") if out else ""
    if kind in set(Format) - {format}:
        raise Refused(f"{out}: --format {kind} writes such a file; add it, or name another file with --out.")
    if child_ids and not previous:
        raise Refused("--child-ids renames the children of last period's return: give that return with --previous.")
    with working("Reading"):
        given = Input(paths, name, period)
        given.tell_doubts()
        name = given.whole.name
        reference = reference_of(given, unit, providers or [])
        given.whole.position(ruleset or given.period)
        before = before_of(previous, given, child_ids) if previous else None
        if out is not None:
            refuse_reading(
                out, [*given.files(), *(before.files() if before else []), *([child_ids] if child_ids else [])]
            )
    rulebook = book(name)
    local = read_local(home_path() / "rules" / f"{name}.csv", rulebook)
    with working("Checking"):
        submission = submit(name, given.tables, given.period, ruleset, before.tables if before else None, **reference)
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
            **({"demo": "yes"} if given.invented else {}),
            "software": f"{SOFTWARE} {release()}",
            "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        },
        issues=given.untold if format is Format.table and out is None else given.notes,
        obstacles=stops,
        local=local,
    )
    with working("Writing"):
        _deliver(assembled, format, out, table(assembled))
    if format is Format.csv and given.flat:  # every other format has room for it
        for what in given.untold["what"].unique():
            tell(what)
    if beyond := unchecked(assembled):
        tell(beyond)
    found = verdict(outcome.findings, bool(outcome.crashed), rules(name, ruleset or given.period))
    return max(found, ERRORS if faults else CLEAN)


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
        tell_faults(path, found)
    return faults


def _deliver(assembled: Any, format: Format, out: Path | None, summary: list[tuple[str, str, int, int, str]]) -> None:  # noqa: A002
    from exports.report_files import write_csv, write_json, write_page, write_workbook

    if format is Format.table:
        if out is None:
            with output() as console:
                print_summary(console, assembled, summary)
            return
        with fresh(out) as path, path.open("w", encoding="utf-8") as file:
            print_summary(Console(file=file, highlight=False, emoji=False, width=WIDE), assembled, summary)
        tell(f"Written: {out}")
        return
    write = {Format.csv: write_csv, Format.json: write_json, Format.xlsx: write_workbook, Format.html: write_page}[
        format
    ]
    if out is not None:
        with fresh(out) as path:
            write(assembled, path)
        tell(f"Written: {out}")
        tell(counted(assembled))
        return
    with tempfile.TemporaryDirectory() as folder, output():
        path = Path(folder) / "findings"
        write(assembled, path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


def _keep_text(text: str) -> None:
    from pipelines.guard import keep
    from pipelines.resources import home_path

    tell(f"A rule crashed; error id {keep(home_path(), text)}, see {home_path() / 'errors'}.")


@app.command()
def convert(
    paths: Paths,
    to: Annotated[To, typer.Option(case_sensitive=False, help="xml, or csv: a folder with one file a table.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write.")],
    name: Recognised = None,
    period: PeriodOption = None,
    incomplete: Annotated[bool, typer.Option(help="Leave out what cannot be written; the file is marked.")] = False,
) -> int:
    """Turn the XML of a return into CSV tables, or the tables into XML."""
    from exports.regrouped import unlike
    from exports.submission import INVENTED_BY
    from exports.version import NOT_FOR_SUBMISSION
    from exports.xml_read import OUT_OF_ORDER

    if to is To.xml and out.suffix.lower() != ".xml":
        raise Refused(f"{out}: the return is written as XML; name a file that ends in .xml with --out.")
    if to is To.csv and out.suffix.lower() == ".csv":
        raise Refused(f"{out}: a folder is written, with a file for each table; name a folder with --out.")
    with working("Reading"):
        given = Input(paths, name, period)
        given.tell_doubts()
    homeless = 0 if given.issues is None else int((given.issues["what"] != OUT_OF_ORDER).sum())
    if homeless:
        tell(f"{homeless:,} things in the file have no place in the tables; `returns check` names them.")
    if given.flat:
        for what in given.untold["what"].unique():
            tell(what)
    mark = f"_{INVENTED_BY}{NOT_FOR_SUBMISSION}" if given.invented else ""
    with working("Writing"):
        if to is To.csv:
            for field, count in unlike(given.tables, given.whole.at(given.period)).items():
                tell(f"{field}: {count:,} values say otherwise than the rows of the tables, and have no place in CSV.")
            _write_tables(given.tables, given.whole.at(given.period), out, mark)
            tell(f"Written: {out}")
        else:
            out = _marked(out, mark)
            refuse_reading(out, given.files())
            for written in _write_xml(given, out, incomplete=incomplete):
                tell(f"Written: {written.path}")
                for line in obstacle_lines(written.obstacles):
                    tell(line)
                tell_faults(written.path, written.faults)
    if mark:
        tell("The children are invented: nothing here is a return.")
    return 0


def _marked(path: Path, mark: str) -> Path:
    """`path` under a name that says that nobody lived what is in the file."""
    from exports.version import NOT_FOR_SUBMISSION

    stem = path.stem.removesuffix(NOT_FOR_SUBMISSION)
    return path.with_stem(stem.removesuffix(mark.removesuffix(NOT_FOR_SUBMISSION)) + mark) if mark else path


def _write_tables(tables: "dict[str, pd.DataFrame]", at: "Return", out: Path, mark: str) -> None:
    from exports.csv_files import write_files
    from exports.durable import new_folder
    from validation.typed import typed

    with new_folder(out) as folder:
        if "csv" in at.files:
            for path in write_files(typed(tables, at), at, folder):
                path.replace(_marked(path, mark))
            return
        for table in at:
            if table.name in tables:
                columns = [column for column in table.columns if column in tables[table.name]]
                tables[table.name].to_csv(folder / f"{table.name}.csv", columns=columns, index=False)


def _write_xml(given: Input, out: Path, *, incomplete: bool) -> Any:
    from exports.durable import disk
    from exports.xml import CannotWrite, write_files
    from pipelines.resources import home_path
    from validation.typed import typed

    at = given.whole.at(given.period)
    head = {}
    if at.authority:
        header = given.tables.get("Header")
        if header is None or header.empty:
            raise Refused(
                "There is no Header table with one row; add Header.csv (Collection, Year, ReferenceDate, LEA, …)."
            )
        head = {str(field): text for field, text in header.iloc[0].items() if isinstance(text, str)}
    try:
        with disk(f"The file {out}"):
            return write_files(typed(given.tables, at), at, head, out, incomplete=incomplete, home=home_path())
    except CannotWrite as stopped:
        for line in obstacle_lines(stopped.obstacles):
            tell(line)
        raise Refused(
            f"{stopped}; --incomplete writes a marked file without them. Rows are counted from 0, in each table."
        ) from None


# Running


class DiffFormat(StrEnum):
    table = "table"
    csv = "csv"


Run = Annotated[Path, typer.Argument(help="The findings.json of a run, or the folder of a published version.")]


@app.command()
def diff(
    run1: Run,
    run2: Run,
    form: Annotated[DiffFormat, typer.Option("--format", help="Counts by rule, or every finding.")] = DiffFormat.table,
    out: Annotated[Path | None, typer.Option(help="Where; without it to standard output.")] = None,
) -> int:
    """Which findings of the later run are new, which of the earlier are solved, and which are still there."""
    from exports.problems import NEW, compare
    from returns import RETURNS, described
    from validation import rules
    from validation.verdict import verdict

    with working("Comparing"):
        runs = [read_run(path) for path in (run1, run2)]
        told = [run["facts"].get(fact) for fact in ("return", "unit") for run in runs]
        if told[0] != told[1] or (told[2] and told[3] and told[2] != told[3]):
            raise Refused("The two runs are of different returns or units; give two runs of one.")
        periods = [run["facts"].get("period") for run in runs]
        if periods[0] != periods[1]:
            tell(f"The runs are of {periods[0]} and {periods[1]}: what is of one period only counts as solved or new.")
        found = compare(*(run["findings"] for run in runs))
    with contextlib.ExitStack() as stack:
        if out is None:
            console: Any = stack.enter_context(output())
        else:
            refuse_reading(out, [run1, run2])
            file = stack.enter_context(stack.enter_context(fresh(out)).open("w", encoding="utf-8"))
            console = Console(file=file, highlight=False, emoji=False, width=WIDE)
        if form is DiffFormat.csv:
            console.file.writelines(as_csv(found))
        else:
            print_diff(console, found)
    if out is not None:
        tell(f"Written: {out}")
    name = next((each for each in RETURNS if described(each).title == told[1]), RETURNS[0])
    return verdict(found[found["state"] == NEW], False, rules(name))


@app.command()
def run(
    name: Named,
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
    with output() as shown:
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
    from returns import made_for

    for number in unit or ():
        made_for(number)  # refuses one that is none before anything starts
    return serve_pages(port, host, behind_proxy, units=unit or ())


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="The rule's code, for instance 8600.")],
    name: Annotated[
        str | None, typer.Option("--return", callback=_named, help="cin or cla; when left out, the one that has it.")
    ] = None,
) -> int:
    """What a rule means, where to put it right, with examples."""
    import difflib

    from returns import RETURNS
    from validation import rules
    from validation.findings import READING

    rule = rule.strip()
    having = [each for each in RETURNS if name is None and rule.upper() in set(rules(each)["code"].str.upper())]
    if len(having) > 1:
        raise Refused(f"The rule books of {' and '.join(having)} have a rule {rule!r}; say which with --return.")
    books = {each: rules(each) for each in ([name] if name else having or RETURNS)}
    name, book = next(iter(books.items()))
    versions = book[book["code"].str.upper() == rule.upper()]
    check = READING.get(rule.lower())
    if versions.empty and not check:
        codes = dict.fromkeys(code for each in books.values() for code in each["code"])
        near = difflib.get_close_matches(rule.upper(), codes)
        advice = f"did you mean {' or '.join(near)}?" if near else "`returns check` shows the codes that it uses."
        where = f"The rule book of {name} has" if len(books) == 1 else f"The rule books of {' and '.join(books)} have"
        raise Refused(f"{where} no rule {rule!r}; {advice}")
    with output() as shown:
        if check:
            shown.print(f"{check.code}  {check.title}", style="bold")
            shown.print(f"{check.severity}, from reading the file\nwhat to do: {check.advice}")
            return 0
        for row in versions.drop(columns="stage").fillna("").itertuples():
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
        dt.datetime | None,
        typer.Option(parser=_time, metavar="TIME", help="The time in the header; the same time gives the same bytes."),
    ] = None,
) -> int:
    """An invented authority: its care records as a database, and the return made from it."""
    from assets.sources.demo_folder import make_demo

    with working("Inventing"):
        made = make_demo(name, unit, period, children, seed, out, defects, now or dt.datetime.now())
    with output() as console:
        for line in made:
            console.print(line, soft_wrap=True)
    return 0


# Recording


def _refuse_unknown(name: str, unit: str, period: str) -> None:
    from returns import described

    whole = described(name)
    whole.position(period)
    whole.refuse_unit(unit)


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
    elif (what := _version(what)) and (Path(what).suffix or Path(what).name != what or Path(what).exists()):
        there = "is a folder of no version" if Path(what).is_dir() else "is not there"
        raise Refused(f"{what} {there}; name the file, its SHA-256, or the folder or the id of the version.")
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
    tell(f"Recorded: {name} {unit} {period}, version {record.version}, was {action} on {record.when}.")
    return 0


def _version(text: str) -> str:
    """The id of the version whose folder `text` names, else `text`."""
    return Path(text).resolve().name if (Path(text) / "manifest.json").is_file() else text


What = Annotated[str, typer.Argument(help="The file, its SHA-256, or the id or folder of the version.")]
By = Annotated[str, typer.Option(help="Who says so.")]
On = Annotated[
    dt.datetime | None,
    typer.Option(parser=_day, metavar="DAY", help="When, for instance 2026-06-30; today if left out."),
]


@app.command()
def submitted(
    name: Named,
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
    name: Named,
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
    name: Named,
    unit: Unit,
    period: RunPeriod,
    version: Annotated[str, typer.Argument(help="The id of a published version, for instance 0001-5f0c12ab.")],
) -> int:
    """Make an undamaged version current: the way out where the store says that something in it is damaged."""
    from exports.store import Store
    from pipelines.instance import prepare

    _refuse_unknown(name, unit, period)
    restored = Store(prepare() / "store").restore(name, unit, period, _version(version))
    tell(f"Current again: {name} {unit} {period}, version {restored.id}.")
    return 0


@schema.command()
def add(
    file: Annotated[Path, typer.Argument(help="The Department's XSD.")],
    name: Annotated[
        str | None, typer.Option("--return", callback=_named, help="cin or cla; when left out, what the schema is of.")
    ] = None,
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
    with output() as console:
        for row in differences.itertuples(index=False):
            console.print(
                f"{row.path}: {row.what}: ours {row.ours or 'none'}, theirs {row.theirs or 'none'}", soft_wrap=True
            )
        count = "No difference" if differences.empty else f"Differences: {len(differences):,}"
        of = f"{differences.attrs['return']}, {differences.attrs['period']}"
        console.print(f"Registered for {of}. {count} from our description.", soft_wrap=True)
    return 0


if __name__ == "__main__":
    main()

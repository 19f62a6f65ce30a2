"""The stages that are measured, and what each may cost.

`load` gives a stage its input from the folder of `benchmarks.material`, `fresh` makes of it what one run takes (so that
nothing kept by a run before is found again); only `do` is measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import material
from returns.authorities import ons_code

if TYPE_CHECKING:
    import pandas as pd

    from exports.report import Report
    from returns.model import Return
    from validation.rule import Outcome
    from validation.submission import Submission
    from validation.typed import Typed

FACTS = {
    "unit": material.UNIT,
    "period": material.PERIOD,
    "ruleset": material.PERIOD,
    "source": "invented data",
    "software": "benchmarks",
    "made": "2026-04-20T09:15:00+00:00",
    "demo": "yes",
}


@dataclass(frozen=True)
class Stage:
    """`modules` are imported before anything is measured. The budget: `floors`, or `seconds`; `mib` of peak memory."""

    name: str
    modules: tuple[str, ...]
    load: Callable[[Path], Any]
    do: Callable[[Any], Any]
    fresh: Callable[[Any], Any] = lambda given: given
    floors: float | None = None
    mib: int | None = None
    seconds: float | None = None


def _parse(paths: list[Path]) -> Any:
    from lxml import etree

    return [etree.parse(str(path)) for path in paths]


def _extract(name: str, database: Path) -> Any:
    from assets.sources.ssd import extract
    from returns import described

    return extract(f"sqlite:///{database}", described(name), material.PERIOD)


def _read(name: str, paths: list[Path]) -> Any:
    from exports import xml

    return xml.read(paths, name, material.PERIOD)


def _read_files(folder: Path) -> Any:
    from assets.sources.files import read_csv_folder
    from returns import described

    whole = described("cla")
    before = whole.previous(material.PERIOD)
    assert before
    return (
        read_csv_folder(folder / material.RAW, whole, material.PERIOD),
        read_csv_folder(folder / material.LAST_YEAR, whole, before),
    )


def _type(name: str, raw: "Mapping[str, pd.DataFrame]") -> "Typed":
    from returns import described
    from validation.typed import typed

    return typed(raw, described(name).at(material.PERIOD))


def _typed(folder: Path) -> "Typed":
    return _type("cla", material.kept(folder / material.RAW))


def _derive(given: "Typed") -> "Typed":
    from returns import described
    from validation.derived import derive

    return derive(given, described("cla").at(material.PERIOD), ons_code(material.UNIT))


def _submission(folder: Path) -> "Submission":
    from returns import described
    from validation.submission import submission
    from validation.typed import from_frames

    at = described(material.facts_of(folder)["return"]).at(material.PERIOD)
    given = from_frames(material.kept(folder / material.TYPED), at)
    if not (folder / material.LAST_YEAR).exists():
        return submission(at, given)
    return submission(
        at,
        given,
        from_frames(material.kept(folder / material.LAST_YEAR), at),
        authority=material.UNIT,
        providers=_providers(folder),
    )


def _providers(folder: Path) -> "pd.DataFrame":
    return material.kept(folder / material.PROVIDERS)[material.PROVIDERS]


def _again(given: "Submission") -> "Submission":
    """The same, without anything that a run keeps with its tables."""
    return replace(given, tables=_anew(given.tables), previous=given.previous and _anew(given.previous))


def _anew(given: "Typed") -> "Typed":
    tables = {name: frame.copy(deep=False) for name, frame in given.tables.items()}
    assert all(frame.attrs and "_made" not in frame.__dict__ for frame in tables.values())
    return replace(given, tables=tables)


def _run(given: "Submission") -> "Outcome":
    from validation.rule import run
    from validation.rules import book

    return run(book(given.asked.name), given)


def _changed(folder: Path) -> "tuple[Submission, Outcome, Submission]":
    """One child in the middle, whose referral gets another date and whose case a section 47 more."""
    import pandas as pd

    raw = material.kept(folder / material.RAW)
    episodes, enquiries = raw["CINdetails"], raw["Section47"]
    episode = episodes.index[len(episodes) // 2]
    episodes.loc[episode, "CINreferralDate"] = material.PERIOD[:4] + "-06-01"
    place = int((enquiries["parent_row"] <= episode).sum())
    more = pd.concat([enquiries.iloc[:place], enquiries.iloc[[place - 1]].assign(parent_row=episode)])
    raw["Section47"] = pd.concat([more, enquiries.iloc[place:]], ignore_index=True)
    before, outcome = _found(folder)
    return before, outcome, replace(before, tables=_type("cin", raw))


def _changed_care(folder: Path) -> "tuple[Submission, Outcome, Submission]":
    """One child in the middle, of whom an episode gets another start and a review is told twice."""
    import pandas as pd

    raw = material.kept(folder / material.RAW)
    episodes, reviews = raw["Episodes"], raw["Reviews"]
    place = len(reviews) // 2
    episode = episodes.index[episodes["CHILD"] == reviews["CHILD"].iloc[place]][0]
    episodes.loc[episode, "DECOM"] = f"01/06/{material.PERIOD[:4]}"
    raw["Reviews"] = pd.concat([reviews.iloc[: place + 1], reviews.iloc[place:]], ignore_index=True)
    before, outcome = _found(folder)
    return before, outcome, replace(before, tables=_derive(_type("cla", raw)))


def _fresh_change(changed: "tuple[Submission, Outcome, Submission]") -> "tuple[Submission, Outcome, Submission]":
    before, outcome, now = changed
    return before, outcome, replace(_again(now), previous=before.previous)


def _run_again(changed: "tuple[Submission, Outcome, Submission]") -> "Outcome":
    from validation.again import run_again
    from validation.rules import book

    return run_again(book(changed[0].asked.name), *changed)


def _found(folder: Path) -> "tuple[Submission, Outcome]":
    from validation.rule import Outcome

    facts = material.facts_of(folder)
    findings = material.kept(folder / material.FOUND)["findings"]
    return _submission(folder), Outcome(findings, facts["ran"], facts["not run"], facts["crashed"])


def _report(found: "tuple[Submission, Outcome]") -> "Report":
    from exports.report import report

    return report(*found, facts={"return": found[0].asked.title, **FACTS})


def _reported(folder: Path) -> "tuple[Path, tuple[Submission, Outcome]]":
    return folder, _found(folder)


def _fresh_report(given: "tuple[Path, tuple[Submission, Outcome]]") -> "tuple[Path, Report]":
    return given[0], _report(given[1])


def _page(given: "tuple[Path, Report]") -> None:
    from exports.report_files import write_page

    write_page(given[1], given[0] / "report.html")


def _csv(given: "tuple[Path, Report]") -> None:
    from exports.report_files import write_csv

    write_csv(given[1], given[0] / "findings.csv")


def _workbook(given: "tuple[Path, Report]") -> None:
    from exports.report_files import write_workbook

    write_workbook(given[1], given[0] / "findings.xlsx")


def _to_write(folder: Path) -> "tuple[Path, Typed, Return, dict[str, str]]":
    """The tables alone, as the pipeline has them when it writes."""
    from returns import described
    from validation.typed import from_frames

    facts = material.facts_of(folder)
    at = described(facts["return"]).at(material.PERIOD)
    return folder, from_frames(material.kept(folder / material.TYPED), at), at, facts.get("header", {})


def _write(given: "tuple[Path, Typed, Return, Mapping[str, str]]") -> None:
    from exports import xml

    folder, tables, asked, header = given
    xml.write_files(tables, asked, header, folder / "written.xml", incomplete=True)


def _write_csv_files(given: "tuple[Path, Typed, Return, Mapping[str, str]]") -> None:
    from exports.csv_files import write_files

    folder, tables, asked, _ = given
    (folder / "written").mkdir(exist_ok=True)
    write_files(tables, asked, folder / "written")


def _end_to_end(folder: Path) -> None:
    from validation.submission import submit

    document = _read("cin", material.xml_files(folder))
    given = submit("cin", document.tables, document.period)
    _reports_and_files(folder, given, document.issues, document.header)


def _care_end_to_end(folder: Path) -> None:
    from validation.submission import submit

    now, last = _read_files(folder / material.FILES)
    given = submit(
        "cla",
        now.tables,
        material.PERIOD,
        previous=last.tables,
        authority=material.UNIT,
        providers=_providers(folder),
    )
    del last
    _reports_and_files(folder, given, None, {})
    _write_csv_files((folder, given.tables, given.asked, {}))


def _reports_and_files(
    folder: Path, given: "Submission", issues: "pd.DataFrame | None", header: "Mapping[str, str]"
) -> None:
    from exports.report import report
    from exports.report_files import write_csv, write_page
    from validation.rule import run
    from validation.rules import book

    outcome = run(book(given.asked.name), given, issues=issues)
    made = report(given, outcome, facts={"return": given.asked.title, **FACTS}, issues=issues)
    write_page(made, folder / "report.html")
    write_csv(made, folder / "findings.csv")
    _write((folder, given.tables, given.asked, header))


def _database(folder: Path) -> Path:
    return folder / material.DATABASE


def _raw(folder: Path) -> "dict[str, pd.DataFrame]":
    return material.kept(folder / material.RAW)


def _files(folder: Path) -> Path:
    return folder / material.FILES


FLOOR = "floor: lxml parse"
RULES = "all rules, findings"
END = "end to end"
_SSD = ("assets.sources.ssd",)
_CSV_FILES = ("assets.sources.files", "exports.csv_files")
_REPORT = ("exports.report", "exports.page", "exports.findings_csv", "exports.workbook")
_REPORTS = (
    Stage("report put together", _REPORT, _found, _report),
    Stage("page", _REPORT, _reported, _page, _fresh_report),
    Stage("CSV", _REPORT, _reported, _csv, _fresh_report),
    Stage("workbook", _REPORT, _reported, _workbook, _fresh_report),
)


def _book(name: str) -> tuple[str, ...]:
    return (f"validation.rules.{name}", "validation.rule", "validation.again")


def _in_and_typed(name: str) -> tuple[Stage, ...]:
    return (
        Stage(FLOOR, ("lxml.etree",), material.xml_files, _parse),
        Stage("care records to tables", _SSD, _database, partial(_extract, name)),
        Stage("XML to tables", ("exports.xml",), material.xml_files, partial(_read, name), floors=3.5, mib=400),
        Stage("typing", ("validation.typed",), _raw, partial(_type, name), floors=0.5),
    )


def _judged(name: str, floors: float, changed: Callable[[Path], Any]) -> tuple[Stage, ...]:
    return (
        Stage(RULES, _book(name), _submission, _run, _again, floors=floors),
        Stage("one child changed, findings again", _book(name), changed, _run_again, _fresh_change, seconds=1),
    )


_TO_XML = Stage("tables to XML", ("exports.xml",), _to_write, _write, floors=2, mib=400)
_ALL = ("exports.xml", *_REPORT)
_STAGES = {
    "cin": (
        *_in_and_typed("cin"),
        *_judged("cin", 8, _changed),
        *_REPORTS,
        _TO_XML,
        Stage(END, (*_ALL, *_book("cin")), Path, _end_to_end, floors=20, mib=1024),
    ),
    "cla": (
        *_in_and_typed("cla"),
        Stage("CSV files to tables, both years", _CSV_FILES, _files, _read_files),
        Stage("derived fields", ("validation.derived", "validation.postcodes"), _typed, _derive, seconds=2),
        *_judged("cla", 20, _changed_care),
        *_REPORTS,
        Stage("tables to CSV files", _CSV_FILES, _to_write, _write_csv_files),
        _TO_XML,
        Stage(END, (*_ALL, *_CSV_FILES, *_book("cla")), Path, _care_end_to_end, floors=45, mib=2048),
    ),
}
STAGES = {name: {stage.name: stage for stage in stages} for name, stages in _STAGES.items()}

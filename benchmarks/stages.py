"""The stages that are measured, and what each may cost.

`load` gives a stage its input from the folder of `benchmarks.material`, `fresh` makes of it what one run takes (so that
nothing kept by a run before is found again); only `do` is measured.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import material

if TYPE_CHECKING:
    import pandas as pd

    from exports.report import Report
    from validation.rule import Outcome
    from validation.submission import Submission

FACTS = {
    "return": "Children in need census",
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


def _xml(folder: Path) -> Path:
    return folder / material.XML


def _parse(path: Path) -> Any:
    from lxml import etree

    return etree.parse(str(path))


def _extract(database: Path) -> Any:
    from assets.sources.ssd import extract
    from returns import described

    return extract(f"sqlite:///{database}", described(material.RETURN), material.PERIOD)


def _read(path: Path) -> Any:
    from exports import xml

    return xml.read(path)


def _type(raw: "Mapping[str, pd.DataFrame]") -> Any:
    from returns import described
    from validation.typed import typed

    return typed(raw, described(material.RETURN).at(material.PERIOD))


def _submission(folder: Path) -> "Submission":
    from returns import described
    from validation.submission import Submission
    from validation.typed import from_frames

    at = described(material.RETURN).at(material.PERIOD)
    assert at.period is not None
    return Submission(at, at.period, from_frames(material.kept(folder / material.TYPED), at))


def _again(given: "Submission") -> "Submission":
    from dataclasses import replace

    return replace(given)


def _run(given: "Submission") -> "Outcome":
    from validation.rule import run
    from validation.rules import book

    return run(book(material.RETURN), given)


def _changed(folder: Path) -> "tuple[Submission, Outcome, Submission]":
    """One child in the middle, whose referral gets another date and whose case a section 47 more."""
    import pandas as pd

    from validation.submission import submit

    raw = material.kept(folder / material.RAW)
    episodes, enquiries = raw["CINdetails"], raw["Section47"]
    episode = episodes.index[len(episodes) // 2]
    episodes.loc[episode, "CINreferralDate"] = material.PERIOD[:4] + "-06-01"
    place = int((enquiries["parent_row"] <= episode).sum())
    more = pd.concat([enquiries.iloc[:place], enquiries.iloc[[place - 1]].assign(parent_row=episode)])
    raw["Section47"] = pd.concat([more, enquiries.iloc[place:]], ignore_index=True)
    before, outcome = _found(folder)
    return before, outcome, submit(material.RETURN, raw, material.PERIOD)


def _run_again(changed: "tuple[Submission, Outcome, Submission]") -> "Outcome":
    from validation.again import run_again
    from validation.rules import book

    return run_again(book(material.RETURN), *changed)


def _found(folder: Path) -> "tuple[Submission, Outcome]":
    from validation.rule import Outcome

    facts = json.loads((folder / material.FACTS).read_text())
    findings = material.kept(folder / material.FOUND)["findings"]
    return _submission(folder), Outcome(findings, facts["ran"], facts["not run"], facts["crashed"])


def _report(found: "tuple[Submission, Outcome]") -> "Report":
    from exports.report import report

    return report(*found, facts=FACTS)


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


def _to_write(folder: Path) -> "tuple[Path, Submission, dict[str, str]]":
    return folder, _submission(folder), json.loads((folder / material.FACTS).read_text())["header"]


def _write(given: "tuple[Path, Submission, Mapping[str, str]]") -> None:
    from exports import xml

    folder, submission, header = given
    xml.write(submission.tables, submission.asked, header, folder / "written.xml", incomplete=True)


def _end_to_end(folder: Path) -> None:
    from exports import xml
    from exports.report import report
    from exports.report_files import write_csv, write_page
    from validation.rule import run
    from validation.rules import book
    from validation.submission import submit

    document = xml.read(_xml(folder))
    given = submit(material.RETURN, document.tables, document.period)
    outcome = run(book(material.RETURN), given, issues=document.issues)
    made = report(given, outcome, facts=FACTS, issues=document.issues)
    write_page(made, folder / "report.html")
    write_csv(made, folder / "findings.csv")
    _write((folder, given, document.header))


_RULES = ("validation.rules.cin", "validation.rule", "validation.again")
_REPORT = ("exports.report", "exports.page", "exports.findings_csv", "exports.workbook")
STAGES = {
    stage.name: stage
    for stage in (
        Stage("floor: lxml parse", ("lxml.etree",), _xml, _parse),
        Stage("care records to tables", ("assets.sources.ssd",), lambda folder: folder / material.DATABASE, _extract),
        Stage("XML to tables", ("exports.xml",), _xml, _read, floors=3.5, mib=400),
        Stage("typing", ("validation.typed",), lambda folder: material.kept(folder / material.RAW), _type, floors=0.5),
        Stage("all rules, findings", _RULES, _submission, _run, _again, floors=8),
        Stage("one child changed, findings again", _RULES, _changed, _run_again, seconds=1),
        Stage("report put together", _REPORT, _found, _report),
        Stage("page", _REPORT, _reported, _page, _fresh_report),
        Stage("CSV", _REPORT, _reported, _csv, _fresh_report),
        Stage("workbook", _REPORT, _reported, _workbook, _fresh_report),
        Stage("tables to XML", ("exports.xml",), _to_write, _write, floors=2, mib=400),
        Stage("end to end", ("exports.xml", *_RULES, *_REPORT), Path, _end_to_end, floors=20, mib=1024),
    )
}
FLOOR = next(iter(STAGES))
RULES = "all rules, findings"
END = "end to end"

"""Returns to report on: a small one drawn by hand, and an invented one of any size."""

import numpy as np
import pandas as pd

from exports.report import Report, report
from returns import described
from validation.rule import run
from validation.rules import book
from validation.submission import submit

PERIOD = "2025-26"
FACTS = {
    "return": "Children in need census",
    "unit": "356",
    "period": PERIOD,
    "ruleset": PERIOD,
    "rule book": "CIN census rules to collection 2026-27",
    "source": "cin.xml",
    "input_sha256": "a3f5" * 16,
    "made": "2026-04-20T09:15:00+00:00",
    "run": "7f2c1b8e",
    "software": "statutory-returns 0.1.0",
    "demo": "yes",
}
LEFT_OUT = pd.DataFrame(
    {
        "table": ["CINdetails", "Disabilities"],
        "reason": ["closed before the year", "no child in the cohort"],
        "rows": [31, 4],
    }
)
ISSUES = pd.DataFrame(
    {
        "table": ["CINdetails", "CINdetails"],
        "row": [12, 90],
        "field": ["Colour", "Colour"],
        "what": ["unknown element"] * 2,
        "line": [8812, 9004],
    }
)
OBSTACLES = pd.DataFrame(
    {
        "table": ["ChildIdentifiers"],
        "row": [3],
        "field": ["Sex"],
        "rule": ["4180"],
        "why": ["the schema wants a value here"],
    }
)
LOCAL = pd.DataFrame(
    {
        "code": ["8863Q"],
        "setting": ["off"],
        "reason": ["Assessments overlap after the merger of two teams"],
        "author": ["A. Manager"],
        "expires": ["2026-07-31"],
    }
)


def tables_of(**rows: list[dict[str, str | None]]) -> dict[str, pd.DataFrame]:
    """Tables of text from rows; `row` in a row is its label."""
    made = {}
    for name, cells in rows.items():
        frame = pd.DataFrame(cells)
        frame = frame.set_index("row") if "row" in frame else frame
        made[name] = frame.astype({column: "str" for column in frame.columns if column != "parent_row"})
    return made


def complete(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """With the columns that the frame does not have, empty, as a reader of whole documents gives them."""
    missing = [column for column in described("cin").at(PERIOD)[name].columns if column not in frame]
    return frame.assign(**{column: pd.Series(np.nan, frame.index, "str") for column in missing})


def reported(tables: dict[str, pd.DataFrame], **more) -> Report:
    """The report on `tables` with all the rules of the year."""
    submission = submit("cin", {name: complete(name, frame) for name, frame in tables.items()}, PERIOD)
    outcome = run(book("cin"), submission, severity={"8863Q": None})
    return report(
        submission,
        outcome,
        facts=FACTS,
        **({"left_out": LEFT_OUT, "issues": ISSUES, "obstacles": OBSTACLES, "local": LOCAL} | more),
    )


def drawn() -> dict[str, pd.DataFrame]:
    """Three children. Of the five episodes of F5 (labels 50, 40, 30, 20, 10) only the third has wrong codes."""
    child = {"PersonBirthDate": "2012-05-06", "Sex": "F", "UPNunknown": "UN3"}
    episode = {"CINreferralDate": "2025-05-01", "ReferralSource": "3C", "PrimaryNeedCode": "N1", "ReferralNFA": "0"}
    return tables_of(
        Header=[
            {
                "Collection": "CIN",
                "Year": "2026",
                "ReferenceDate": "2026-03-31",
                "SourceLevel": "L",
                "LEA": "356",
                "SerialNo": "001",
                "DateTime": "2026-04-20T09:15:00",
            }
        ],
        ChildIdentifiers=[
            {"row": 1, "LAchildID": "F5", **child},
            {"row": 2, "LAchildID": "B2", **child, "PersonBirthDate": "31/02/2012"},
            {"row": 3, "LAchildID": "C3", **child, "Sex": None},
        ],
        ChildCharacteristics=[
            {"row": 1, "LAchildID": "F5", "Ethnicity": "WBRI"},
            {"row": 2, "LAchildID": "B2", "Ethnicity": "<script>alert(1)</script>"},
            {"row": 3, "LAchildID": "C3", "Ethnicity": "MWBC"},
        ],
        Disabilities=[
            {"row": n, "LAchildID": child_id, "Disability": "NONE"} for n, child_id in enumerate(["F5", "B2", "C3"])
        ],
        CINdetails=[
            {
                "row": label,
                "LAchildID": "F5",
                "CINdetailsID": str(number),
                **episode,
                "CINreferralDate": f"2025-0{number + 3}-01",
                "CINclosureDate": f"2025-0{number + 3}-20",
                "ReasonForClosure": "RC9" if number != 3 else "R?9",
                "PrimaryNeedCode": "N1" if number != 3 else "N99",
            }
            for number, label in enumerate((50, 40, 30, 20, 10), 1)
        ]
        + [
            {"row": 60, "LAchildID": "B2", "CINdetailsID": "1", **episode},
            {"row": 61, "LAchildID": "C3", "CINdetailsID": "1", **episode},
        ],
        Assessments=[
            {
                "row": 5,
                "LAchildID": "B2",
                "CINdetailsID": "1",
                "AssessmentID": "1",
                "AssessmentActualStartDate": "2025-05-02",
                "AssessmentAuthorisationDate": "2025-06-02",
            }
        ],
        AssessmentFactorsList=[
            {"row": 9, "LAchildID": "B2", "CINdetailsID": "1", "AssessmentID": "1", "AssessmentFactor": "3B"}
        ],
        CINplanDates=[],
        Section47=[],
        ChildProtectionPlans=[],
        Reviews=[],
    )


def invented(children: int, seed: int = 7) -> dict[str, pd.DataFrame]:
    """A return of `children` invented children, about eleven findings each, nested with parent rows like a document."""
    draw = np.random.default_rng(seed)

    def days(count: int, first: str, last: str, bad: float = 0.01, gone: float = 0.0) -> pd.Series:
        start, stop = (np.datetime64(day) for day in (first, last))
        drawn = start + draw.integers(0, (stop - start).astype(int), count)
        text = pd.Series(np.datetime_as_string(drawn), dtype="str")
        text = text.mask(draw.random(count) < bad, text.str.replace("-0", "-3"))
        return text.mask(draw.random(count) < gone)

    def after(frame: pd.DataFrame, base: pd.Series, most: int, bad: float = 0.01, gone: float = 0.0) -> pd.Series:
        """Days up to `most` after those of the parent rows."""
        start = pd.to_datetime(base, errors="coerce").fillna(pd.Timestamp("2025-05-01")).to_numpy()[frame["parent_row"]]
        drawn = start.astype("datetime64[D]") + draw.integers(0, most, len(frame))
        text = pd.Series(np.datetime_as_string(drawn), dtype="str")
        return text.mask(draw.random(len(frame)) < bad, text.str.replace("-0", "-3")).mask(
            draw.random(len(frame)) < gone
        )

    def one_of(count: int, *values: str, wrong: float = 0.04, gone: float = 0.0) -> pd.Series:
        text = pd.Series(np.array(values)[draw.integers(0, len(values), count)], dtype="str")
        return text.mask(draw.random(count) < wrong, "X9").mask(draw.random(count) < gone)

    def below(
        parents: pd.DataFrame, most: int, ordinal: str | None = None, carried: tuple[str, ...] = ("LAchildID",)
    ) -> pd.DataFrame:
        times = draw.integers(0, most + 1, len(parents)) if most > 1 else np.ones(len(parents), dtype=int)
        at = np.repeat(np.arange(len(parents)), times)
        frame = pd.DataFrame({name: parents[name].to_numpy()[at] for name in carried}, dtype="str")
        if ordinal:
            first = np.concatenate([[0], np.cumsum(times)[:-1]])
            frame[ordinal] = pd.Series(np.arange(len(at)) - np.repeat(first, times) + 1).astype("str")
        return frame.assign(parent_row=at)

    n = children
    ids = "C" + pd.Series(np.arange(n) + 100_000).astype("str")
    upn = pd.Series(draw.integers(10**11, 10**12, n)).astype("str")
    kids = pd.DataFrame(
        {
            "LAchildID": ids,
            "UPN": ("A" + upn).mask(draw.random(n) < 0.8),
            "FormerUPN": pd.Series([None] * n, dtype="str"),
        }
    )
    kids["UPNunknown"] = one_of(n, "UN3", "UN7").where(kids["UPN"].isna())
    kids["PersonBirthDate"] = days(n, "2006-01-01", "2025-03-01", gone=0.02)
    kids["Sex"] = one_of(n, "F", "M")
    traits = below(kids, 1)
    traits["Ethnicity"] = one_of(len(traits), "WBRI", "MWBC", "BCRB")
    illness = below(traits, 1).assign(Disability=one_of(n, "NONE", "MOB", "LD"))
    episode = below(kids, 2, "CINdetailsID")
    key = ("LAchildID", "CINdetailsID")
    e = len(episode)
    episode["CINreferralDate"] = days(e, "2024-06-01", "2026-03-20")
    episode["ReferralSource"] = one_of(e, "3C", "1A", "2B")
    episode["PrimaryNeedCode"] = one_of(e, "N1", "N2", "N3", gone=0.02)
    episode["CINclosureDate"] = after(episode.assign(parent_row=range(e)), episode["CINreferralDate"], 200, gone=0.5)
    episode["ReasonForClosure"] = one_of(e, "RC8", "RC9").where(episode["CINclosureDate"].notna())
    episode["ReferralNFA"] = one_of(e, "0", "0", "0", "1", wrong=0.01)
    assessed = below(episode, 3, "AssessmentID", key)
    a = len(assessed)
    assessed["AssessmentActualStartDate"] = after(assessed, episode["CINreferralDate"], 40)
    assessed["AssessmentAuthorisationDate"] = after(
        assessed.assign(parent_row=range(a)), assessed["AssessmentActualStartDate"], 60, gone=0.2
    )
    factors = below(assessed, 3, carried=(*key, "AssessmentID"))
    factors["AssessmentFactor"] = one_of(len(factors), "3B", "10A", "1A", "16A")
    plans = below(episode, 2, carried=key)
    plans["CINPlanStartDate"] = after(plans, episode["CINreferralDate"], 30)
    plans["CINPlanEndDate"] = after(plans.assign(parent_row=range(len(plans))), plans["CINPlanStartDate"], 20)
    enquiry = below(episode, 2, carried=key)
    enquiry["S47ActualStartDate"] = after(enquiry, episode["CINreferralDate"], 30)
    enquiry["InitialCPCtarget"] = after(
        enquiry.assign(parent_row=range(len(enquiry))), enquiry["S47ActualStartDate"], 22, gone=0.5
    )
    enquiry["DateOfInitialCPC"] = after(
        enquiry.assign(parent_row=range(len(enquiry))), enquiry["S47ActualStartDate"], 22, gone=0.5
    )
    enquiry["ICPCnotRequired"] = one_of(len(enquiry), "0", "1")
    protected = below(episode, 2, "CPPID", key)
    p = len(protected)
    protected["CPPstartDate"] = after(protected, episode["CINreferralDate"], 90)
    protected["CPPendDate"] = after(protected.assign(parent_row=range(p)), protected["CPPstartDate"], 60)
    protected["InitialCategoryOfAbuse"] = one_of(p, "NEG", "EMO")
    protected["LatestCategoryOfAbuse"] = one_of(p, "NEG", "EMO")
    protected["NumberOfPreviousCPP"] = one_of(p, "0", "1", wrong=0.01)
    reviews = below(protected, 3, carried=(*key, "CPPID"))
    reviews["CPPreviewDate"] = after(reviews, protected["CPPstartDate"], 90)
    return drawn() | {
        "ChildIdentifiers": kids,
        "ChildCharacteristics": traits,
        "Disabilities": illness,
        "CINdetails": episode,
        "Assessments": assessed,
        "AssessmentFactorsList": factors,
        "CINplanDates": plans,
        "Section47": enquiry,
        "ChildProtectionPlans": protected,
        "Reviews": reviews,
    }

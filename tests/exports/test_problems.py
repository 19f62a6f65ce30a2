"""Findings known again: keys that hang on the child and its record, and what is new, solved or still there."""

import json

import pandas as pd
import pytest

from exports.problems import NEW, SOLVED, STILL, NoFindings, compare, read
from exports.report import report
from exports.report_files import write_json
from validation.rule import run
from validation.rules import book
from validation.submission import submit

REVIEWS = pd.DataFrame(
    {
        "CHILD": ["A", "B", "B", "C"],
        "DOB": ["01/01/2015"] * 4,
        "REVIEW": ["01/05/2025", "02/05/2025", "03/05/2025", "04/05/2025"],
        "REVIEW_CODE": ["PN0", "PN0", "PN0", "PN1"],
    }
)


@pytest.fixture
def findings(tmp_path):
    """The findings of rules on reviews, by way of the file that a run leaves."""

    def found(reviews: pd.DataFrame) -> pd.DataFrame:
        given = submit("cla", {"Reviews": reviews}, "2025-26")
        outcome = run(book("cla"), given, ["440", "166", "167"])
        path = tmp_path / "findings.json"
        path.unlink(missing_ok=True)
        write_json(report(given, outcome, facts={}), path)
        return read(path)["findings"]

    return found


def states(before, now) -> dict[str, set]:
    compared = compare(before, now)
    return {
        state: set(zip(rows["rule"], rows["child"], rows["record"], strict=True))
        for state, rows in compared.groupby("state")
    }


def test_the_order_of_rows_does_not_matter(findings):
    shuffled = REVIEWS.sample(frac=1, random_state=1).reset_index(drop=True)

    compared = compare(findings(REVIEWS), findings(shuffled))

    assert compared["state"].tolist() == [STILL] * 3


def test_new_and_solved_findings_are_told_apart_from_those_still_there(findings):
    corrected = REVIEWS.assign(REVIEW_CODE=["PN1", "PN0", "PN0", "PN0"])

    assert states(findings(REVIEWS), findings(corrected)) == {
        NEW: {("440", "C", "2025-05-04")},
        SOLVED: {("440", "A", "2025-05-01")},
        STILL: {("440", "B", "2025-05-02"), ("440", "B", "2025-05-03")},
    }


def test_findings_of_one_key_are_counted(findings):
    twice = pd.concat([REVIEWS, REVIEWS.iloc[[0]]], ignore_index=True)

    assert compare(findings(REVIEWS), findings(twice))["state"].value_counts().to_dict() == {STILL: 3, NEW: 1}
    assert compare(findings(twice), findings(REVIEWS))["state"].value_counts().to_dict() == {STILL: 3, SOLVED: 1}


def test_a_record_is_told_by_what_its_cell_holds_even_unreadable(findings):
    unread = REVIEWS.assign(REVIEW=["31/02/2025", "02/05/2025", "03/05/2025", "04/05/2025"])

    assert ("166", "A", "31/02/2025") in states(findings(REVIEWS[:0]), findings(unread))[NEW]


def test_nothing_against_nothing_is_nothing(findings):
    assert compare(findings(REVIEWS[:0]), findings(REVIEWS[:0])).empty


def test_of_a_finding_only_what_is_compared_is_kept(findings):
    """Or two runs of a large authority would fill the memory."""
    found = findings(REVIEWS)
    assert found.columns.tolist() == ["problem", "rule", "severity", "table", "child", "record", "fields"]
    assert {str(kind) for kind in found.dtypes} == {"str"}
    assert found["fields"].unique().tolist() == ["DOB, REVIEW, REVIEW_CODE"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"findings": 1}',
        '{"findings": [{"rule": "1"}]}',
        '{"a": 1}',
        '{"facts": {}, "findings": [{"problem": "\\ud800"}]}',
    ],
)
def test_what_is_no_list_of_findings_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)

    with pytest.raises(NoFindings, match=r"other\.json"):
        read(path)


def test_keys_are_the_same_in_every_process(findings):
    """They are compared with those of runs made elsewhere and years ago."""
    found = findings(REVIEWS)
    keys = dict(zip(found["child"] + found["record"], found["problem"], strict=True))

    assert keys["A2025-05-01"] == "bb37b51610dfe328"
    assert len(json.dumps(sorted(keys.values()))) == len(keys) * 20

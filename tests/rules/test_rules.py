"""Every rule on its drawn cases: exactly the marked rows are flagged."""

import pandas as pd
import pytest

from returns import described
from rules.drawn import Case, cases
from rules.shaped import listed, nested
from validation import rules, validate

CASES = cases("cin")
FLAT = cases("cla")
SEVERITY = {
    (name, code): level for name in ("cin", "cla") for code, level in rules(name)[["code", "severity"]].to_numpy()
}


def check(case: Case, tables: dict[str, pd.DataFrame], marked: frozenset[tuple[str, object]]) -> None:
    findings = validate(case.of, tables, period=case.period, rules=[case.code], **case.beside())

    assert (findings.attrs["not_run"], findings.attrs["crashed"], findings.attrs["ran"]) == ({}, {}, [case.code])
    if case.whole is not None:
        assert findings["table"].isna().tolist() == [True] * case.whole
        return
    assert set(zip(findings["table"], findings["row"], strict=True)) == marked
    assert len(findings) == len(marked)
    assert {(table, fields) for table, fields in zip(findings["table"], findings["fields"], strict=True)} == {
        (table, case.fields_of(table)) for table, _ in marked
    }
    assert set(findings["severity"]) <= {SEVERITY[case.of, case.code]}
    child = described(case.of).child
    children = [
        tables[table][child].get(row) if child in tables[table] else None
        for table, row in zip(findings["table"], findings["row"], strict=True)
    ]
    given = ["" if pd.isna(child) else child for child in children]
    capitals = described(case.of).upper_cased
    assert findings["child"].fillna("").tolist() == [child.upper() if capitals else child for child in given]
    of_one_child = set(zip(findings["group"], findings["child"].fillna(""), strict=True))
    assert len(of_one_child) == len({group for group, _ in of_one_child})


@pytest.mark.parametrize("case", [*CASES, *FLAT], ids=str)
def test_flags_exactly_the_marked_rows(case):
    check(case, case.frames(), case.marked)


@pytest.mark.parametrize("case", [case for case in CASES if nested(case)], ids=str)
def test_flags_the_same_rows_of_a_document(case):
    check(case, *nested(case))


@pytest.mark.parametrize("case", [case for case in CASES if listed(case)], ids=str)
def test_flags_the_same_rows_when_factors_are_a_list(case):
    check(case, *listed(case))


@pytest.mark.parametrize(
    ("code", "table", "cells"),
    [
        ("1520", "ChildIdentifiers", {"UPN": "H801200001001"}),
        ("8525Q", "ChildIdentifiers", {"PersonBirthDate": None, "ExpectedPersonBirthDate": None}),
        ("8590", "ChildIdentifiers", {}),
        ("8610", "CINdetails", {"CINdetailsID": "1", "ReferralNFA": "0", "PrimaryNeedCode": None}),
    ],
)
def test_copies_of_a_row_are_one_failure(code, table, cells):
    rows = pd.DataFrame([{"LAchildID": child, **cells} for child in ("A", "B", "A", None, None)])
    tables = {"CINdetails": pd.DataFrame({"LAchildID": ["Z"]}), table: rows}
    findings = validate("cin", tables, period="2025-26", rules=[code])

    assert findings["row"].tolist() == [0, 1, 2, 3, 4]
    assert findings["group"].tolist() == [0, 1, 0, 2, 3]

"""Every rule on its drawn cases: exactly the marked rows are flagged."""

import pandas as pd
import pytest

from rules.drawn import Case, cases
from validation import validate

CASES = cases("cin")


def check(case: Case, tables: dict[str, pd.DataFrame]) -> None:
    findings = validate("cin", tables, period=case.period, rules=[case.code])

    assert (findings.attrs["not_run"], findings.attrs["crashed"], findings.attrs["ran"]) == ({}, {}, [case.code])
    if case.whole is not None:
        assert findings["table"].isna().tolist() == [True] * case.whole
        return
    assert set(zip(findings["table"], findings["row"], strict=True)) == case.marked
    assert len(findings) == len(case.marked)
    assert {(table, fields) for table, fields in zip(findings["table"], findings["fields"], strict=True)} == {
        (table, case.fields_of(table)) for table, _ in case.marked
    }
    assert set(findings["severity"]) <= {"query" if case.code.endswith("Q") else "error"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_exactly_the_marked_rows(case):
    check(case, case.frames())

"""The public call, as other programs make it."""

import pandas as pd
import pytest

from validation import rules, validate

EPISODES = {"Episodes": pd.DataFrame({"CHILD": ["A"], "DECOM": ["01/06/2025"], "DEC": ["01/05/2025"]})}


def test_one_rule_may_be_asked_for_by_its_code_alone():
    one, listed = (validate("cla", EPISODES, "2025-26", rules=codes) for codes in ("351", ["351"]))

    assert one.attrs["ran"] == listed.attrs["ran"]
    assert one.attrs["not_run"] == listed.attrs["not_run"]
    assert {*one.attrs["ran"], *one.attrs["not_run"]} == {"351"}
    with pytest.raises(KeyError, match="8600X"):
        validate("cin", {}, "2025-26", rules="8600X")


def test_the_return_may_be_called_by_another_name():
    assert rules("903").equals(rules("cla"))
    assert validate("SSDA903", EPISODES, "2025-26", rules="351").equals(
        validate("cla", EPISODES, "2025-26", rules="351")
    )

"""Defects on request: one for every rule in force, each making its own rule fire."""

import pandas as pd
import pytest
from test_demo import PERIODS, extracted

from assets.sources.demo import population
from assets.sources.demo_defects import ALONE, DEFECTS, in_force, spoil
from assets.sources.errors import SourceError
from returns import described
from validation import rules, validate

CIN = described("cin")


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """Raw tables of an authority, by number of children and period."""
    made = {}

    def give(children, period):
        if (children, period) not in made:
            folder = tmp_path_factory.mktemp("demo")
            made[children, period], _ = extracted(population(children, period=period), folder, period)
        return made[children, period]

    return give


def fired(raw, period, codes=None):
    found = validate("cin", raw, period, rules=codes)
    assert found.attrs["crashed"] == {}
    assert found.attrs["not_run"] == {}
    return set(found["rule"])


def test_there_are_121():
    assert len(DEFECTS) == 121


@pytest.mark.parametrize("period", PERIODS)
def test_every_rule_in_force_has_a_defect_and_no_other_rule(period):
    assert set(in_force(period)) == set(rules("cin", period).code)


@pytest.mark.parametrize("period", PERIODS)
def test_all_of_them_together_make_every_rule_fire(returned, period):
    spoilt, _ = spoil(returned(900, period), {"all": 0}, period)
    assert fired(spoilt, period) == set(in_force(period)) - set(ALONE)


@pytest.mark.parametrize("code", [*ALONE, "100", "1520", "2883", "2885", "4003", "8540", "8873Q", "8935", "9012"])
def test_the_smallest_authority_can_have_it(returned, code):
    spoilt, _ = spoil(returned(10, "2026-27"), {code: 0}, "2026-27")
    assert code in fired(spoilt, "2026-27", [code])


@pytest.mark.soak
@pytest.mark.parametrize(("period", "code"), [(period, code) for period in PERIODS for code in in_force(period)])
def test_each_of_them_makes_its_rule_fire(returned, period, code):
    assert code in fired(spoil(returned(10, period), {code: 0}, period)[0], period, [code])


def test_the_share_is_that_of_the_children(returned):
    found = validate("cin", spoil(returned(500, "2025-26"), {"8600": 0.1}, "2025-26")[0], "2025-26")
    assert found["child"].nunique() == 50
    assert set(found["rule"]) == {"8600"}


def test_the_seed_chooses_the_children(returned):
    raw = returned(500, "2025-26")
    once, again, other = (spoil(raw, {"4220": 0.02}, "2025-26", seed)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(once["ChildCharacteristics"], again["ChildCharacteristics"])
    assert not once["ChildCharacteristics"].equals(other["ChildCharacteristics"])


def test_nothing_asked_changes_nothing_and_the_input_stays(returned):
    raw = returned(500, "2025-26")
    before = {name: frame.copy() for name, frame in raw.items()}
    same, _ = spoil(raw, {}, "2025-26")
    spoil(raw, {"all": 0.01}, "2025-26")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(raw[name], frame)
        pd.testing.assert_frame_equal(same[name], frame)


def test_the_rows_stay_under_their_parents(returned):
    spoilt, _ = spoil(returned(900, "2026-27"), {"all": 0.02}, "2026-27")
    for table in CIN.at("2026-27"):
        frame = spoilt[table.name]
        assert frame.index.equals(pd.RangeIndex(len(frame)))
        if table.parent:
            assert frame["parent_row"].is_monotonic_increasing
            assert frame["parent_row"].isin(spoilt[table.parent].index).all()
            child = spoilt[table.parent]["LAchildID"].take(frame["parent_row"])
            assert child.reset_index(drop=True).equals(frame["LAchildID"].reset_index(drop=True))


@pytest.mark.parametrize(
    ("defects", "period", "said"),
    [
        ({"1": 0.1}, "2025-26", "no defect 1 "),
        ({"9005": 0.1}, "2025-26", "no defect 9005 in 2025-26"),
        ({"8600": 1.1}, "2025-26", "from 0 to 1"),
        ({"8600": -0.1}, "2025-26", "from 0 to 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(returned, defects, period, said):
    with pytest.raises(SourceError, match=said):
        spoil(returned(10, period), defects, period)


def test_a_return_without_the_rows_is_refused(returned):
    raw = returned(10, "2025-26")
    without = {
        name: frame.iloc[:0] if name in ("ChildProtectionPlans", "Reviews") else frame for name, frame in raw.items()
    }
    for code in ("2883", "8720"):
        with pytest.raises(SourceError, match=f"Defect {code}"):
            spoil(without, {code: 0}, "2025-26")

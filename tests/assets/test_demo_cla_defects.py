"""Defects on request in the 903: one for every rule that can be made to fire, each making its own rule fire."""

import pandas as pd
import pytest
from test_demo_cla import PERIODS, both_years

from assets.sources.demo_care import care_population
from assets.sources.demo_care_defects import ALONE, DEFECTS, NOT_MADE, asked, in_force, spoil
from assets.sources.errors import SourceError
from returns import described
from validation import rules, validate

CLA = described("cla")


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """Raw tables of an authority for a period and the one before, by number of children and period."""
    made = {}

    def give(children, period):
        if (children, period) not in made:
            folder = tmp_path_factory.mktemp("demo")
            made[children, period] = both_years(care_population(children, period=period), folder, period)
        return made[children, period]

    return give


def fired(raw, before, period, codes=None):
    found = validate("cla", raw, period, previous=before, authority="356", rules=codes)
    assert found.attrs["crashed"] == {}
    return set(found["rule"]), set(found.attrs["not_run"])


@pytest.mark.parametrize("period", PERIODS)
def test_every_rule_in_force_has_a_defect_or_is_said_to_have_none(period):
    assert set(in_force(period)) == set(rules("cla", period).code) - set(NOT_MADE)
    assert set(NOT_MADE).isdisjoint(DEFECTS)


def now_and_then(ordinary):
    return [pytest.param(period, marks=[] if period in ordinary else pytest.mark.soak) for period in PERIODS]


@pytest.mark.parametrize("period", now_and_then(["2026-27"]))
def test_all_of_them_together_make_every_rule_fire(returned, period):
    now, before = returned(3000, period)  # so many that each defect finds a child of its own
    spoilt, not_made = spoil(now, {"all": 0}, period)
    assert not_made == ()
    found, not_run = fired(spoilt, before, period)
    assert set(in_force(period)) - set(ALONE) - found <= (not_run if before is None else set())


@pytest.mark.parametrize(
    ("children", "share", "period"),
    [(500, 0.01, "2025-26")]
    + [
        pytest.param(children, share, period, marks=pytest.mark.soak)
        for children in (1500, 3000)
        for share in (0.001, 0.01, 0.1)
        for period in PERIODS
    ],
)
def test_all_of_them_in_a_share_of_the_children_make_every_rule_fire(returned, children, share, period):
    now, before = returned(children, period)
    spoilt, not_made = spoil(now, {"all": share}, period)
    found, not_run = fired(spoilt, before, period)
    silent = set(in_force(period)) - set(ALONE) - found - (not_run if before is None else set())
    assert not_made == ()
    assert silent == set() if children > 500 else len(silent) < 5  # of a few adopted children one defect hides another


def test_defects_of_all_that_no_row_is_left_for_are_said_and_the_others_made(returned):
    now, before = returned(40, "2025-26")
    spoilt, not_made = spoil(now, {"all": 0.01}, "2025-26")
    assert 0 < len(not_made) < 50
    assert set(not_made) < set(in_force("2025-26"))
    found, _ = fired(spoilt, before, "2025-26")
    assert len(found) > 200


def test_what_is_named_beside_all_has_its_own_share():
    wanted = asked({"101": 0.2, "all": 0.01}, "2025-26")
    assert wanted["101"] == 0.2
    assert wanted["102"] == 0.01


def test_the_share_is_that_of_the_children_who_could_have_it(returned):
    now, _ = returned(300, "2025-26")
    girls = (now["Header"]["SEX"] == "F") & (now["Header"]["MOTHER"] == "0")
    spoilt, _ = spoil(now, {"612": 0.1}, "2025-26")
    assert (spoilt["Header"]["MC_DOB"] == "2025-04-01").sum() == round(0.1 * girls.sum())


@pytest.mark.parametrize("code", ["105", "558", "710"])
def test_the_smallest_authority_can_have_it(returned, code):
    now, before = returned(10, "2026-27")
    found, _ = fired(spoil(now, {code: 0}, "2026-27")[0], before, "2026-27", [code])
    assert found == {code}


@pytest.mark.soak
@pytest.mark.parametrize(("period", "code"), [(period, code) for period in PERIODS for code in in_force(period)])
def test_each_of_them_makes_its_rule_fire(returned, period, code):
    now, before = returned(1500, period)
    found, not_run = fired(spoil(now, {code: 0}, period)[0], before, period, [code])
    assert code in (found if before is not None else found | not_run)


def test_the_share_is_that_of_the_children(returned):
    now, _ = returned(300, "2025-26")
    spoilt, _ = spoil(now, {"101": 0.1}, "2025-26")
    found = validate("cla", spoilt, "2025-26", rules=["101"])
    assert found["child"].nunique() == 30


def test_the_seed_chooses_the_children(returned):
    now, _ = returned(300, "2025-26")
    once, again, other = (spoil(now, {"103": 0.02}, "2025-26", seed)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(once["Header"], again["Header"])
    assert not once["Header"].equals(other["Header"])


def test_nothing_asked_changes_nothing_and_the_input_stays(returned):
    now, _ = returned(300, "2025-26")
    before = {name: frame.copy() for name, frame in now.items()}
    same, _ = spoil(now, {}, "2025-26")
    spoil(now, {"101": 0.1, "INT32": 0.1, "EPI": 0.1, "134": 0.1}, "2025-26")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(now[name], frame)
        pd.testing.assert_frame_equal(same[name], frame)


@pytest.mark.parametrize(
    ("defects", "period", "said"),
    [
        ({"1": 0.1}, "2025-26", "no defect 1 "),
        ({"700": 0.1}, "2025-26", "no defect 700 in 2025-26"),
        ({"101": 1.1}, "2025-26", "from 0 to 1"),
        ({"706": 0.1}, "2026-27", "No defect is made for 706"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(returned, defects, period, said):
    with pytest.raises(SourceError, match=said):
        spoil(returned(10, period)[0], defects, period)


def test_a_return_without_the_rows_is_refused(returned):
    now, _ = returned(10, "2025-26")
    without = now | {"AD1": now["AD1"].iloc[:0], "UASC": now["UASC"].iloc[:0]}
    for code in ("112", "205A"):
        with pytest.raises(SourceError, match="use a larger authority"):
            spoil(without, {code: 0}, "2025-26")

"""Hand-written cases for the second reading of home and placement: what each code flags and what it does not."""

import pytest

from reference.cla_cases import Cells, flagged, positions

OWN, OTHER = "E10000016", "E10000006"
KNOWN = {"AB10JD", "CD12EF"}


def fails(code: str, *, period: str = "2025-26", **cells: str | None) -> bool:
    episode: Cells = {"CHILD": "1", **cells}
    return bool(flagged(code, period, authority=OWN, postcodes=KNOWN, Episodes=[episode], Header=[]))


@pytest.mark.parametrize(
    ("miles", "wrong"), [("-0.1", True), ("0.0", False), ("999.9", False), ("1000", True), (None, False)]
)
def test_164_distances_from_nought_to_999_miles(miles: str | None, wrong: bool) -> None:
    assert fails("164", PL_DISTANCE=miles, LS="C1") == wrong
    assert not fails("164", PL_DISTANCE=miles, LS="V3")


def test_169_179_and_420_the_area_is_known_unless_it_is_respite() -> None:
    for code, column in (("169", "PL_LA"), ("179", "PL_LOCATION")):
        assert fails(code, **{column: None}, LS=None)
        assert not fails(code, **{column: "IN"}, LS="C1")
        assert not fails(code, **{column: None}, LS="V4")
    assert fails("420", PL_LA=OWN, LS="V3")
    assert not fails("420", PL_LA=None, LS="V3")
    assert not fails("420", PL_LA=OWN, LS=None)


def test_392a_and_392b_distance_and_both_postcodes_are_there() -> None:
    assert fails("392a", LS="C1")
    assert not fails("392a", PL_DISTANCE="0.0")
    assert not fails("392a", LS="V3")
    assert fails("392b", HOME_POST="AB1 0JD")
    assert fails("392b", PL_POST="AB1 0JD")
    assert not fails("392b", HOME_POST="AB1 0JD", PL_POST="AB1 0JD")
    assert not fails("392b", LS="V4")


@pytest.mark.parametrize(
    ("code", "distance", "exempted"),
    [("164", "1000", True), ("392a", None, True), ("392b", None, True), ("406", "1", False)],
)
def test_unaccompanied_children_of_this_year_and_last(code: str, distance: str | None, exempted: bool) -> None:
    children = ["this", "last", "never", None]
    episodes: list[Cells] = [{"CHILD": child, "PL_DISTANCE": distance} for child in children]
    this: list[Cells] = [{"CHILD": child, "UASC": "1" if child == "this" else "0"} for child in children]
    last: list[Cells] = [{"CHILD": child, "UASC": "1" if child == "last" else None} for child in children]
    expected = positions("Episodes", 2, 3) if exempted else positions("Episodes", 0, 1)
    assert flagged(code, previous={"Header": last}, Episodes=episodes, Header=this) == expected
    # Without the column, a row in the UASC table stands for it.
    unmarked: list[Cells] = [{"CHILD": child} for child in children]
    rows: list[Cells] = [{"CHILD": "this"}]
    assert flagged(code, previous={"Header": last}, Episodes=episodes, Header=unmarked, UASC=rows) == expected
    # An UASC table counts only where no Header was supplied, and only rows that say something.
    uasc: list[Cells] = [{"CHILD": "this", "DUC": "soon"}, {"CHILD": "never"}]
    assert flagged(code, previous={"Header": last}, Episodes=episodes, UASC=uasc) == expected
    if code == "406":
        none = [{**episode, "PL_DISTANCE": None} for episode in episodes]
        assert flagged(code, previous={"Header": last}, Episodes=none, Header=this) == set()
    ignored = flagged(code, previous={"Header": last, "UASC": []}, Episodes=episodes, Header=this, UASC=uasc)
    assert ignored == expected


def test_without_any_word_on_unaccompanied_children_only_392b_runs() -> None:
    episode: Cells = {"CHILD": "1", "PL_DISTANCE": "1000"}
    assert flagged("164", Episodes=[episode]) == set()
    assert flagged("392a", Episodes=[{"CHILD": "1"}]) == set()
    assert flagged("406", Episodes=[episode]) == set()
    assert flagged("392b", Episodes=[episode]) == positions("Episodes", 0)


def test_392c_postcodes_are_looked_up_without_spaces() -> None:
    assert fails("392c", HOME_POST="ZZ1 1ZZ")
    assert fails("392c", HOME_POST="AB1 0JD", PL_POST="AB1-0JD")
    assert not fails("392c", HOME_POST="ab1 0jd", PL_POST="AB10JD")
    assert not fails("392c")


def test_392d_home_is_not_the_placement_except_with_parents() -> None:
    assert fails("392d", HOME_POST="AB1 0JD", PL_POST="ab1 0jd", PLACE="U6")
    assert fails("392d", HOME_POST="AB1 0JD", PL_POST="AB1 0JD", PLACE=None)
    assert not fails("392d", HOME_POST="AB1 0JD", PL_POST="AB10JD", PLACE="U6")
    assert not fails("392d", HOME_POST="AB1 0JD", PL_POST="AB1 0JD", PLACE="P1")
    assert not fails("392d", PLACE="U6")


def test_398_respite_has_no_postcode() -> None:
    assert fails("398", LS="V3", HOME_POST="AB1 0JD")
    assert fails("398", LS="V4", PL_POST="AB1 0JD")
    assert not fails("398", LS="V3")
    assert not fails("398", LS="C1", PL_POST="AB1 0JD")


def test_411_inside_means_in_the_returning_authority() -> None:
    assert fails("411", PL_LOCATION="IN", PL_LA=OTHER)
    assert fails("411", PL_LOCATION="IN", PL_LA=None)
    assert not fails("411", PL_LOCATION="IN", PL_LA=OWN)
    assert not fails("411", PL_LOCATION="OUT", PL_LA=OTHER)
    assert flagged("411", Episodes=[{"CHILD": "1", "PL_LOCATION": "IN"}]) == set()  # the authority is not known


@pytest.mark.parametrize(
    ("miles", "wrong"), [("350", False), ("350.1", True), ("999.9", False), ("1000", True), (None, False)]
)
def test_454_more_than_350_miles(miles: str | None, wrong: bool) -> None:
    assert fails("454", PL_DISTANCE=miles) == wrong
    assert not fails("454", period="2024-25", PL_DISTANCE=miles)


def test_1015_own_provision_lies_in_the_own_authority() -> None:
    def own(**cells: str | None) -> bool:
        return fails("1015", **{"PLACE_PROVIDER": "PR1", "LS": "C2", "PLACE": "K2", "PL_LA": OTHER, **cells})

    assert own()
    assert own(PL_LA=None)
    assert not own(PL_LA=OWN)
    assert not own(PLACE_PROVIDER="PR2")
    assert not own(LS=None)
    assert not own(LS="V3")
    assert not own(PLACE=None)
    family = "A3 A4 A5 A6 U1 U2 U3 U4 U5 U6"
    assert [place for place in (*family.split(), "A1", "K1") if own(PLACE=place)] == ["A1", "K1"]

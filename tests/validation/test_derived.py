"""Fields that follow from the rest of the return: worked out where they are not given, and only from what was sent."""

import pandas as pd
import pytest

from returns import described
from validation import validate
from validation.derived import derive
from validation.submission import submission
from validation.typed import typed

AT = described("cla").at("2025-26")
HEADER = pd.DataFrame({"CHILD": ["A", "B", None]})
UASC = pd.DataFrame({"CHILD": ["b", None]})
EPISODES = pd.DataFrame({"CHILD": ["A", "B"], "HOME_POST": ["SW1A 2AA", None], "PL_POST": ["SW1P 3BT", "nowhere"]})


def filled(authority=None, **tables):
    return derive(typed(tables, AT), AT, authority)


def test_a_child_with_a_row_of_asylum_seekers_is_one():
    given = filled(Header=HEADER, UASC=UASC)

    assert given.tables["Header"]["UASC"].tolist() == ["0", "1", "0"]
    assert "UASC" in given.supplied["Header"]


@pytest.mark.parametrize("tables", [{"Header": HEADER}, {"UASC": UASC}])
def test_what_does_not_follow_is_not_supplied(tables):
    assert "UASC" not in filled(**tables).supplied["Header"]


def test_what_is_given_is_taken_as_given():
    given = filled(Header=HEADER.assign(UASC=["1", "0", "1"]), UASC=UASC)

    assert given.tables["Header"]["UASC"].tolist() == ["1", "0", "1"]


def test_where_the_placement_is_follows_from_the_postcodes():
    found = filled("E09000033", Episodes=EPISODES).tables["Episodes"]

    assert found["PL_LA"].fillna("").tolist() == ["E09000033", ""]
    assert found["PL_LOCATION"].fillna("").tolist() == ["IN", ""]
    assert found["PL_DISTANCE"].round(1).fillna(-1).tolist() == [0.4, -1]
    assert filled("E10000016", Episodes=EPISODES).tables["Episodes"]["PL_LOCATION"].iloc[0] == "OUT"


def test_without_the_authority_inside_and_outside_are_not_known():
    given = filled(Episodes=EPISODES)

    assert {"PL_LA", "PL_DISTANCE"} <= given.supplied["Episodes"]
    assert "PL_LOCATION" not in given.supplied["Episodes"]
    assert given.reasons == {("Episodes", "PL_LOCATION"): "the number of the returning authority was not given"}
    assert derive(given, AT) is given
    assert derive(given, AT, "E09000033").reasons == {}


def reason(code, lacking=(), **given):
    """Why the rule is not run where every column of the episodes is given but those `lacking`."""
    columns = [name for name in AT["Episodes"].file_columns if name not in lacking]
    tables = {"Episodes": EPISODES.reindex(columns=columns)} if columns else {}
    return validate("cla", tables, "2025-26", rules=code, **given).attrs["not_run"][code]


def test_a_rule_on_what_could_not_be_worked_out_says_what_was_not_given():
    """Not a field that no file need hold."""
    follows = "not supplied: Episodes.PL_LOCATION, which follows from Episodes.HOME_POST and Episodes.PL_POST"
    last = {"previous": {"Episodes": EPISODES[["CHILD", "PL_POST"]]}}

    assert reason("179") == "the number of the returning authority was not given"
    assert reason("179", ["HOME_POST"], authority="356") == follows
    assert reason("179", AT["Episodes"].file_columns, authority="356") == "not supplied: table Episodes"
    assert reason("503J", authority="356", **last) == f"{follows} (last period's return)"


def test_last_year_that_was_worked_out_stays_the_same_when_it_is_used_again():
    """What is judged again looks at it anew only where it is another."""
    tables = {"Header": HEADER, "UASC": UASC, "Episodes": EPISODES}
    first = submission(AT, typed(tables, AT), typed(tables, AT), authority="356")
    again = submission(AT, typed(tables, AT), first.previous, authority="356")

    assert again.previous is first.previous

"""New ids for the children of last period's return."""

import pandas as pd
import pytest

from assets.sources.child_ids import children, few_known, renamed
from assets.sources.errors import SourceError
from returns import described


def frame(*ids: str | None) -> pd.DataFrame:
    return pd.DataFrame({"CHILD": pd.Series(ids, dtype="str"), "SEX": "M"})


def test_children_are_renamed_in_every_table_and_counted_once(tmp_path):
    listed = tmp_path / "ids.csv"
    listed.write_text("old,new\na1,n1\nB2,B2\nz9,n9\n")
    tables = {"Header": frame("A1", "B2", "C3"), "Episodes": frame("a1", "A1", None), "Other": frame()[["SEX"]]}

    made = renamed(tables, described("cla"), listed)

    assert list(made.tables["Header"]["CHILD"]) == ["N1", "B2", "C3"]
    assert list(made.tables["Episodes"]["CHILD"].dropna()) == ["N1", "N1"]
    assert list(made.tables["Other"]) == ["SEX"]
    assert (made.children, made.lines, made.unknown) == (1, 3, 1)
    assert list(tables["Episodes"]["CHILD"].dropna()) == ["a1", "A1"]


def test_two_children_may_exchange_their_ids(tmp_path):
    listed = tmp_path / "ids.csv"
    listed.write_text("old,new\nA1,B2\nB2,A1\n")

    assert list(renamed({"Header": frame("A1", "B2")}, described("cla"), listed).tables["Header"]["CHILD"]) == [
        "B2",
        "A1",
    ]


def test_tables_without_ids_stay_as_they_are(tmp_path):
    listed = tmp_path / "ids.csv"
    listed.write_text("old,new\nA1,B2\n")

    assert renamed({"Header": frame()[["SEX"]]}, described("cla"), listed)[1:] == (0, 1, 1)


@pytest.mark.parametrize("text", ["A1,A1\nB2,B2\n", "old,new,Old\nA1,B2,A1\n"], ids=["no headings", "one twice"])
def test_headings_that_repeat_are_refused_in_a_sentence(tmp_path, text):
    listed = tmp_path / "ids.csv"
    listed.write_text(text)

    with pytest.raises(SourceError, match="expected the columns old, new in the first line, each once"):
        renamed({"Header": frame("A1")}, described("cla"), listed)


def test_headings_may_be_in_capitals(tmp_path):
    listed = tmp_path / "ids.csv"
    listed.write_text("Old,NEW\nA1,B2\n")

    assert renamed({"Header": frame("A1")}, described("cla"), listed).children == 1


# How many are known


def test_every_child_counts_once_in_whichever_table_and_case(tmp_path):
    tables = {"Header": frame("a1", None), "Reviews": frame("A1", "b2"), "Other": frame()[["SEX"]]}

    assert list(children(tables, described("cla"))) == ["A1", "B2"]
    assert list(children({}, described("cla"))) == []


@pytest.mark.parametrize(
    ("last", "now", "but_for", "told"),
    [
        (range(100), range(91, 300), 0, "9 of 100 children of last period's return are in this one"),
        (range(100), range(90, 300), 0, ""),
        (range(1000), range(998, 1020), 0, "2 of 1,000 children"),
        (range(1000), range(995, 1010), 0, ""),  # a part of this period's return
        (range(100), range(100, 200), 10, ""),
        (range(0), range(5), 0, ""),
        (range(5), range(0), 0, ""),
    ],
)
def test_it_is_told_where_less_than_a_tenth_of_the_smaller_return_is_in_the_other(last, now, but_for, told):
    sentence = few_known(*(pd.Index(map(str, ids), dtype="str") for ids in (last, now)), but_for)

    assert sentence.startswith(told)
    assert bool(sentence) is bool(told)

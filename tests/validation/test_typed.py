"""Raw text becomes typed once; what cannot be read is kept; rows are linked by nesting or by keys."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from returns import described
from validation.typed import (
    PROVIDERS,
    RefusedTable,
    as_frames,
    as_text,
    empty,
    from_frames,
    lineage,
    providers_typed,
    typed,
)

AT = described("cin").at("2025-26")


def one(table, column, *cells):
    made = typed({table: pd.DataFrame({column: list(cells)})}, AT)
    return made.tables[table][column], made.unreadable


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2025-04-01", "2025-04-01"),
        ("2025-04-01Z", "2025-04-01"),
        ("2025-04-01T00:00:00", "2025-04-01"),
        ("2025-04-01 00:00:00", "2025-04-01"),
        ("01/04/2025", "2025-04-01"),
        ("29/02/2024", "2024-02-29"),
    ],
)
def test_dates_are_read(cell, day):
    values, unreadable = one("CINdetails", "CINreferralDate", cell)

    assert values.dtype == "datetime64[us]"
    assert values[0] == pd.Timestamp(day)
    assert not unreadable


@pytest.mark.parametrize(
    "cell",
    [
        "31/02/2025",
        "2025-02-29",
        "2025-4-1",
        "1/4/2025",
        "04/13/2025",
        " 2025-04-01",
        "2025-04-01T10:00:00",
        "45748",
        "٢٠٢٥-٠٤-٠١",
        "n/k",
    ],
)
def test_what_is_no_date_is_missing_and_kept(cell):
    values, (bad,) = one("CINdetails", "CINreferralDate", "2025-04-01", cell)

    assert values.isna().tolist() == [False, True]
    assert (bad.table, bad.field.name, bad.positions.tolist(), bad.text.tolist()) == (
        "CINdetails",
        "CINreferralDate",
        [1],
        [cell],
    )


@pytest.mark.parametrize(("cell", "number"), [("0", 0), ("12", 12), ("-1", -1), ("+3", 3)])
def test_whole_numbers(cell, number):
    values, unreadable = one("ChildProtectionPlans", "NumberOfPreviousCPP", cell)

    assert values[0] == number
    assert not unreadable


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pd.Series([2.0, 1.5, None]), ["2", "1.5"]),
        (pd.Series([2.0, 1.5, None], dtype="Float64"), ["2", "1.5"]),
        (pd.Series([2.0, 1.5, None], dtype="float64[pyarrow]"), ["2", "1.5"]),
        (pd.Series([Decimal("2.00"), Decimal("1.5"), None], dtype=object), ["2", "1.5"]),
        (pd.Series([Decimal("2.00"), Decimal("1.50"), None], dtype=pd.ArrowDtype(pa.decimal128(9, 2))), ["2", "1.50"]),
        (pd.Series([Decimal("NaN"), Decimal("Infinity"), float("inf")], dtype=object), ["Infinity", "inf"]),
    ],
    ids=lambda given: str(given.dtype) if isinstance(given, pd.Series) else "",
)
def test_whole_numbers_are_read_as_such_whatever_a_database_or_a_parquet_file_made_of_them(cells, texts):
    assert as_text(cells).dropna().tolist() == texts


@pytest.mark.parametrize("cell", ["1.5", "x", "1e3", "٣", " 1"])
def test_what_is_no_whole_number(cell):
    values, (bad,) = one("ChildProtectionPlans", "NumberOfPreviousCPP", cell)

    assert values.isna().all()
    assert bad.text.tolist() == [cell]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("007", 7), ("10.0", 10), ("10.", 10), (" 10 ", 10), ("1e1", 10), ("100E-1", 10), ("-1", -1), ("+3", 3)],
)
def test_whole_numbers_of_a_return_whose_case_does_not_count_may_be_in_any_figures(cell, number):
    made = typed({"OC2": pd.DataFrame({"SDQ_SCORE": [cell, None]})}, described("cla").at("2025-26"))

    assert made.tables["OC2"]["SDQ_SCORE"].tolist() == [number, pd.NA]
    assert not made.unreadable


@pytest.mark.parametrize("cell", ["39.5", "1e-1", "1e99", "x", "1 0", ".", "e1", "٣", "inf", "nan", "9" * 16])
def test_what_is_no_whole_number_in_any_figures(cell):
    made = typed({"OC2": pd.DataFrame({"SDQ_SCORE": [cell]})}, described("cla").at("2025-26"))

    assert made.tables["OC2"]["SDQ_SCORE"].isna().all()
    assert made.unreadable[0].text.tolist() == [cell.upper()]


@pytest.mark.parametrize("dtype", ["bool", "boolean", "object"])
def test_truth_values_are_written_as_in_xml(dtype):
    values, _ = one("CINdetails", "ReferralNFA", *pd.array([True, False], dtype=dtype))
    whole, _ = one("CINdetails", "ReferralNFA", True, None, "TRUE")

    assert values.tolist() == ["true", "false"]
    assert whole.dropna().tolist() == ["true", "TRUE"]


@pytest.mark.parametrize("cell", ["", None, np.nan, pd.NA])
def test_an_empty_cell_is_missing_not_unreadable(cell):
    values, unreadable = one("CINdetails", "CINreferralDate", cell)

    assert values.isna().all()
    assert not unreadable


def test_text_is_neither_trimmed_nor_changed():
    values, _ = one("ChildIdentifiers", "LAchildID", " a ", "NA", "null", "0012", "É")

    assert values.tolist() == [" a ", "NA", "null", "0012", "É"]


def test_numbers_and_dates_given_as_such_are_taken_as_their_text():
    made = typed(
        {
            "CINdetails": pd.DataFrame(
                {
                    "LAchildID": [7.0, np.nan],
                    "CINdetailsID": [1, 2],
                    "CINreferralDate": pd.to_datetime(["2025-05-01", None]),
                }
            )
        },
        AT,
    ).tables["CINdetails"]

    assert made["LAchildID"].tolist()[0] == "7"
    assert made["LAchildID"].isna().tolist() == [False, True]
    assert made["CINdetailsID"].tolist() == ["1", "2"]
    assert made["CINreferralDate"][0] == pd.Timestamp("2025-05-01")


def test_what_was_not_supplied_is_known():
    made = typed({"CINdetails": pd.DataFrame({"LAchildID": ["a"]}), "Section47": pd.DataFrame()}, AT)

    assert made.supplied["CINdetails"] == {"LAchildID"}
    assert made.supplied["Assessments"] == frozenset()
    assert "S47ActualStartDate" in made.supplied["Section47"]
    assert len(made.tables["Assessments"]) == 0
    assert made.tables["CINdetails"]["CINreferralDate"].isna().all()


def test_doubled_labels_and_columns_are_refused_without_naming_a_value():
    with pytest.raises(RefusedTable, match="CINdetails: row labels repeat"):
        typed({"CINdetails": pd.DataFrame({"LAchildID": ["a", "b"]}, index=[1, 1])}, AT)
    pairs = pd.MultiIndex.from_tuples([(1, "secret"), (2, "secret")])
    with pytest.raises(RefusedTable, match="CINdetails: row labels of several levels; give each row one label") as told:
        typed({"CINdetails": pd.DataFrame({"LAchildID": ["a", "b"]}, index=pairs)}, AT)
    assert "secret" not in str(told.value)
    with pytest.raises(RefusedTable, match="CINdetails: a column is given twice"):
        typed({"CINdetails": pd.DataFrame([["a", "b"]], columns=["LAchildID", "LAchildID"])}, AT)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (None, "tables: not a mapping of table names to frames; give a dict"),
        ([1], "tables: not a mapping of table names to frames; give a dict"),
        ({"Section47": ["secret"]}, "Section47: not a pandas DataFrame; give each table as one"),
        ({"Section47": pd.Series(["secret"])}, "Section47: not a pandas DataFrame; give each table as one"),
        (
            {"section47": pd.DataFrame()},
            "Section47: given as 'section47'; tables are known by their names in capital and small letters",
        ),
        (
            {"Section47": pd.DataFrame([["secret"]], columns=pd.MultiIndex.from_tuples([("LAchildID", "x")]))},
            "Section47: column names of several levels; give each column one name",
        ),
    ],
)
def test_what_is_no_table_is_refused_without_naming_a_value(tables, said):
    with pytest.raises(RefusedTable) as refused:
        typed(tables, AT)
    assert str(refused.value) == said


def test_a_table_that_is_none_is_not_supplied():
    made = typed({"Assessments": None, "Section47": None, "another": 1}, AT)

    assert made.supplied["Assessments"] == made.supplied["Section47"] == frozenset()


def levels(tables, table, level):
    return typed(tables, AT).tables[table][f"@{level}"].tolist()


def test_rows_are_linked_by_keys():
    tables = {
        "CINdetails": pd.DataFrame({"LAchildID": ["a", "a", "b", None], "CINdetailsID": ["1", "2", "1", "1"]}),
        "Section47": pd.DataFrame({"LAchildID": ["b", "a", "c", "a"], "CINdetailsID": ["1", "2", "1", None]}),
    }

    assert levels(tables, "CINdetails", "episode") == [0, 1, 2, -1]
    assert levels(tables, "Section47", "episode") == [2, 1, 3, -1]
    assert levels(tables, "Section47", "child") == [1, 0, 2, 0]


def test_rows_of_a_return_without_nesting_are_linked_by_keys_whichever_table_holds_the_child():
    given = {
        "Header": pd.DataFrame({"CHILD": ["a", "b", "b", None]}),
        "Episodes": pd.DataFrame({"CHILD": ["b", "c", None, "a"]}),
    }
    made = typed(given, described("cla").at("2025-26")).tables

    assert made["Header"]["@child"].tolist() == [0, 1, 1, -1]
    assert made["Episodes"]["@child"].tolist() == [1, 2, -1, 0]


def test_without_the_episode_number_one_episode_a_child_is_enough():
    single = {
        "CINdetails": pd.DataFrame({"LAchildID": ["a", "b"]}),
        "Section47": pd.DataFrame({"LAchildID": ["b", "a"]}),
    }
    several = {**single, "CINdetails": pd.DataFrame({"LAchildID": ["a", "a"]})}

    assert levels(single, "Section47", "episode") == [1, 0]
    assert "CINdetailsID" in typed(several, AT).reasons["Section47", "@episode"]
    assert not typed(single, AT).reasons


def test_nested_rows_are_linked_by_their_parents_even_where_ids_repeat():
    tables = {
        "ChildIdentifiers": pd.DataFrame({"LAchildID": ["a", "a"]}, index=[10, 20]),
        "CINdetails": pd.DataFrame({"LAchildID": ["a", "a"], "CINdetailsID": ["1", "1"], "parent_row": [20, 10]}),
        "Section47": pd.DataFrame({"LAchildID": ["a"], "CINdetailsID": ["1"], "parent_row": [1]}),
    }

    assert levels(tables, "CINdetails", "child") == [1, 0]
    assert levels(tables, "CINdetails", "episode") == [0, 1]
    assert levels(tables, "Section47", "episode") == [1]
    assert levels(tables, "Section47", "child") == [0]


@pytest.mark.parametrize("given", [["1A", "2B"], ("1A", "2B"), "1A,2B", "['1A', '2B']", "1A; 2B"])
def test_a_list_of_factors_becomes_rows(given):
    made = typed(
        {
            "Assessments": pd.DataFrame(
                {
                    "LAchildID": ["a", "b"],
                    "CINdetailsID": ["1", "1"],
                    "AssessmentID": ["1", "1"],
                    "AssessmentFactors": [None, given],
                }
            )
        },
        AT,
    )
    factors = made.tables["AssessmentFactorsList"]

    assert factors["AssessmentFactor"].tolist() == ["1A", "2B"]
    assert factors["LAchildID"].tolist() == ["b", "b"]
    assert factors["@assessment"].tolist() == [made.tables["Assessments"]["@assessment"][1]] * 2


def test_frames_and_back():
    raw = {
        "CINdetails": pd.DataFrame({"LAchildID": ["a", "a"], "CINreferralDate": ["x", "2025-04-01"]}, index=[5, 9]),
        "Section47": pd.DataFrame({"LAchildID": ["a"]}),
    }
    made = typed(raw, AT)
    back = from_frames(as_frames(made), AT)

    assert back.supplied == made.supplied
    assert back.reasons == made.reasons
    assert [(bad.table, bad.field, bad.positions.tolist(), bad.text.tolist()) for bad in back.unreadable] == [
        (bad.table, bad.field, bad.positions.tolist(), bad.text.tolist()) for bad in made.unreadable
    ]
    for name, frame in made.tables.items():
        pd.testing.assert_frame_equal(back.tables[name], frame)


def test_lineage_is_of_the_content():
    frames = as_frames(typed({"CINdetails": pd.DataFrame({"LAchildID": ["a", "b"]})}, AT))
    again = as_frames(typed({"CINdetails": pd.DataFrame({"LAchildID": ["a", "b"]})}, AT))
    other = as_frames(typed({"CINdetails": pd.DataFrame({"LAchildID": ["a", "c"]})}, AT))

    assert lineage(frames) == lineage(again)
    assert lineage(frames) != lineage(other)


def test_an_empty_return_has_every_table_typed():
    made = empty(AT)

    assert set(made.tables) == {table.name for table in AT}
    assert made.tables["CINdetails"]["CINreferralDate"].dtype == "datetime64[us]"
    assert made.tables["ChildProtectionPlans"]["NumberOfPreviousCPP"].dtype == "Int64"


def test_the_list_of_providers_is_text_in_capitals_with_dates():
    raw = {"URN": [1234567.0, None], "PLACE_CODES": ["k1,k2", ""], "REG_END": ["30/06/2025", "2025-06-31"]}
    listed = providers_typed(pd.DataFrame(raw, index=[7, 7]).reindex(columns=PROVIDERS))

    assert listed.URN.fillna("").tolist() == ["1234567", ""]
    assert listed.PLACE_CODES.fillna("").tolist() == ["K1,K2", ""]
    assert listed.REG_END.tolist() == [pd.Timestamp(2025, 6, 30), pd.NaT]
    assert listed.LA_CODE.isna().all()


def test_a_list_of_providers_that_lacks_a_column_is_refused():
    with pytest.raises(RefusedTable, match="POSTCODE"):
        providers_typed(pd.DataFrame(columns=PROVIDERS).drop(columns="POSTCODE"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "not a pandas DataFrame; give one with the columns URN, PLACE_CODES"),
        ({name: ["1"] for name in PROVIDERS}, "not a pandas DataFrame"),
        (pd.DataFrame([["1"] * 7], columns=[*PROVIDERS, "URN"]), "a column is given twice"),
    ],
)
def test_what_is_no_list_of_providers_is_refused(given, said):
    with pytest.raises(RefusedTable, match=said):
        providers_typed(given)

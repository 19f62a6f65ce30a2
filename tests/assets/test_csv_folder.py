"""A return's tables from CSV files."""

import pandas as pd
import pytest

from assets.sources.errors import SourceError
from assets.sources.files import LARGEST, read_csv_folder
from returns import described

CIN = described("cin")
SECTION_47 = "LAchildID,CINdetailsID,S47ActualStartDate,InitialCPCtarget,DateOfInitialCPC,ICPCnotRequired\n"


def read(folder, period="2025-26", **files):
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(raw)
    return read_csv_folder(folder, CIN, period)


def refusal(folder, **files):
    with pytest.raises(SourceError) as refused:
        read(folder, **files)
    return str(refused.value)


def test_values_stay_text_as_given(tmp_path):
    tables, issues = read(tmp_path, Section47=SECTION_47 + "007,1,01/04/2025,,NA, 0\n\n8,1,null,nan,None,-\n")
    table = tables["Section47"]
    assert table.to_dict("list") == {
        "LAchildID": ["007", "8"],
        "CINdetailsID": ["1", "1"],
        "S47ActualStartDate": ["01/04/2025", "null"],
        "InitialCPCtarget": [pytest.approx(float("nan"), nan_ok=True), "nan"],
        "DateOfInitialCPC": ["NA", "None"],
        "ICPCnotRequired": [" 0", "-"],
    }
    assert table.index.name == "row"
    assert list(table.index) == [0, 1]
    assert {str(kind) for kind in table.dtypes} == {"str"}
    assert len(issues) == 0
    assert {name: str(kind) for name, kind in issues.dtypes.items()} == {
        "table": "str", "field": "str", "what": "str", "row": "int64", "line": "int64",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Section47", "section47", "cin_2026_Section47", "CIN 2025-26 section 47"])
def test_a_file_is_known_by_its_name(tmp_path, name):
    assert list(read(tmp_path, **{name: SECTION_47})[0]) == ["Section47"]


@pytest.mark.parametrize(
    ("headings", "table"),
    [
        ("LAchildID,UPN,Sex", "ChildIdentifiers"),
        ("LAchildID,Ethnicity", "ChildCharacteristics"),
        ("LAchildID,CINdetailsID,CINreferralDate,DateOfInitialCPC", "CINdetails"),
        ("LAchildID,CINdetailsID,S47ActualStartDate,DateOfInitialCPC", "Section47"),
        ("LAchildID,CINdetailsID,CPPID,CPPreviewDate", "Reviews"),
        ("lachildid,cindetailsid,AssessmentID,assessmentfactor", "AssessmentFactorsList"),
        ("Collection,Year,LEA", "Header"),
    ],
)
def test_or_by_its_columns(tmp_path, headings, table):
    tables, _ = read(tmp_path, download=headings + "\n")
    assert list(tables) == [table]
    assert [name.lower() for name in tables[table].columns] == headings.lower().split(",")
    assert {*tables[table].columns} <= {field.name for field in CIN[table].fields}


@pytest.mark.parametrize("headings", ["LAchildID,CINdetailsID", "name,colour", "CPPID,DateOfInitialCPC"])
def test_a_file_that_could_be_any_table_is_reported(tmp_path, headings):
    tables, issues = read(tmp_path, other=headings + "\n1,2\n", Section47=SECTION_47)
    assert list(tables) == ["Section47"]
    assert issues["what"].tolist() == ["other.csv was not read: neither its name nor its columns are those of a table."]


def test_columns_of_another_year_are_reported_and_not_read(tmp_path):
    text = "LAchildID,GenderCurrent,Sex,note\nC1,1,M,x\n"
    tables, issues = read(tmp_path, ChildIdentifiers=text)
    assert list(tables["ChildIdentifiers"].columns) == ["LAchildID", "Sex"]
    assert {*issues["table"]} == {"ChildIdentifiers"}
    fields = issues.groupby("what")["field"].agg(list).to_dict()
    assert fields == {
        "ChildIdentifiers.csv: no column of ChildIdentifiers in 2025-26; not read": ["GenderCurrent", "note"],
        "ChildIdentifiers.csv: the column is not there; rules on it are not run": [
            "UPN", "FormerUPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate", "PersonDeathDate",
        ],
    }  # fmt: skip
    earlier, _ = read(tmp_path, "2023-24", ChildIdentifiers=text)
    assert list(earlier["ChildIdentifiers"].columns) == ["LAchildID", "GenderCurrent"]


def test_the_list_of_factors_is_a_column_that_is_read(tmp_path):
    tables, _ = read(tmp_path, Assessments='LAchildID,CINdetailsID,AssessmentID,AssessmentFactors\nC1,1,1,"1A,2B"\n')
    assert tables["Assessments"]["AssessmentFactors"].tolist() == ["1A,2B"]


@pytest.mark.parametrize(
    ("encoding", "noted"),
    [("utf-8", False), ("utf-8-sig", False), ("utf-16", False), ("utf-16-be-mark", False), ("cp1252", True)],
)
def test_encodings(tmp_path, encoding, noted):
    text = "LAchildID,Ethnicity\nZoë £5,WBRI\n"
    raw = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-mark" else text.encode(encoding)
    tables, issues = read(tmp_path, ChildCharacteristics=raw)
    assert tables["ChildCharacteristics"]["LAchildID"].tolist() == ["Zoë £5"]
    assert (len(issues) == 1) is noted
    assert issues["what"].str.contains("Windows-1252").all()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_and_values_that_hold_them(tmp_path, ending):
    tables, _ = read(tmp_path, ChildCharacteristics=f'LAchildID,Ethnicity{ending}C1,"WB,{ending}RI"{ending}C2,OOTH')
    assert len(tables["ChildCharacteristics"]) == 2
    assert tables["ChildCharacteristics"]["Ethnicity"].iloc[1] == "OOTH"


def test_headings_alone_are_an_empty_table(tmp_path):
    tables, _ = read(tmp_path, Section47=SECTION_47.strip())
    assert tables["Section47"].shape == (0, 6)
    assert {str(kind) for kind in tables["Section47"].dtypes} == {"str"}


def test_a_short_line_is_missing_values(tmp_path):
    table = read(tmp_path, ChildCharacteristics="LAchildID,Ethnicity\nC1\nC2,WBRI\n")[0]["ChildCharacteristics"]
    assert table["Ethnicity"].isna().tolist() == [True, False]


def test_columns_without_a_name_are_told_and_the_others_read(tmp_path):
    tables, issues, *_ = read(tmp_path, ChildCharacteristics="LAchildID,Ethnicity,,\nC1,WBRI,,\nC2,,,x\n")
    assert tables["ChildCharacteristics"]["Ethnicity"].tolist()[0] == "WBRI"
    assert list(tables["ChildCharacteristics"].columns) == ["LAchildID", "Ethnicity"]
    told = issues[issues["what"].str.contains("not read")]
    assert told["field"].tolist() == ["(no name, number 3)", "(no name, number 4)"]


SECRET = "S3CRET"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("LAchildID,Ethnicity,Ethnicity\n", "the column Ethnicity is there more than once"),
        ("LAchildID,Ethnicity,ethnicity\n", "two columns differ only in capital letters"),
        (f"LAchildID,{SECRET},{SECRET}\n", "the column number 2 is there more than once"),
        (f"{SECRET},WBRI\nC2,WBRI\n", "the first line names no column of ChildCharacteristics"),
        (f"{SECRET},{SECRET}\n", "the first line names no column of ChildCharacteristics"),
        (f"LAchildID,Ethnicity\nC1,WBRI,{SECRET}\n", "a line holds more values than there are headings"),
        (f"LAchildID,Ethnicity\nC1,WBRI,{SECRET},x\nC2,WBRI\n", "a line holds more values than there are headings"),
        (f"LAchildID,Ethnicity\nC2,WBRI\nC1,WBRI,x,{SECRET}\n", "a line holds more values than there are headings"),
        (f'LAchildID,Ethnicity\n"C1{SECRET},WBRI\n', "a quote is not closed"),
        ('LAchildID,"Ethnicity\n', "the line of headings cannot be read"),
        ("LAchildID;Ethnicity\nC1;WBRI\n", "not separated by commas"),
        ("LAchildID\tEthnicity\nC1\tWBRI\n", "not separated by commas"),
        ("", "the first line is empty"),
        ("\nLAchildID,Ethnicity\n", "the names of the columns stand in line 2; delete the lines above them"),
        (f"{SECRET} of 2025;;\n\nLAchildID;Ethnicity\nC1;WBRI\n", "stand in line 3"),
        (b"PK\x03\x04\x00\x00\x81\x8d", "is not text"),
        (b"LAchildID,Ethnicity\nC1,\x81\n", "is not text"),
        ("LAchildID,Ethnicity\nC1,W\0RI\n", "is not text"),
        ("LAchildID,Ethnicity\n".encode("utf-32"), "is not text"),
    ],
)
def test_refusals_name_the_file_and_quote_nothing(tmp_path, content, says):
    said = refusal(tmp_path, ChildCharacteristics=content)
    assert said.startswith("ChildCharacteristics.csv")
    assert says in said
    assert SECRET not in said
    assert "\n" not in said


def test_two_files_for_one_table_are_refused(tmp_path):
    said = refusal(tmp_path, Section47=SECTION_47, section47_new=SECTION_47)
    assert said == "section47_new.csv and Section47.csv both hold the table Section47; leave only one of them."


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(SourceError, match="holds no CSV file; expected one for each table: Header, ChildIdentifiers"):
        read_csv_folder(tmp_path, CIN, "2025-26")
    assert "None of the files (other.csv) is a table" in refusal(tmp_path, other="a,b\n")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["inner/Reviews.csv", "~$inner/Reviews.csv"], "holds no CSV file itself; name a folder in it: inner."),
        (["inner/Reviews.csv", "cin.xml"], "name the XML files themselves, or a folder in it: inner."),
        (["inner/notes.txt", "cin.xml"], "name the XML files themselves."),
        (["all.zip", "~$Reviews.xlsx", "Reviews.xlsx"], "holds Reviews.xlsx, all.zip but no CSV file; save each table"),
    ],
)
def test_a_folder_without_tables_says_where_they_may_be(tmp_path, files, says):
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(SourceError) as refused:
        read_csv_folder(tmp_path, CIN, "2025-26")
    assert says in str(refused.value)


def test_a_missing_file_and_one_too_large_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.csv cannot be read"):
        read_csv_folder(tmp_path / "nowhere.csv", CIN, "2025-26")
    with (tmp_path / "Reviews.csv").open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(SourceError, match=r"Reviews\.csv is larger than 512 MiB"):
        read_csv_folder(tmp_path, CIN, "2025-26")


def test_one_file_may_be_named_alone(tmp_path):
    (tmp_path / "Section47.csv").write_text(SECTION_47)
    pd.testing.assert_frame_equal(
        read_csv_folder(tmp_path / "Section47.csv", CIN, "2025-26")[0]["Section47"],
        read_csv_folder(str(tmp_path), CIN, "2025-26")[0]["Section47"],
    )


CLA = described("cla")


def test_files_of_the_903_are_known_by_their_columns_whatever_their_names(tmp_path):
    (tmp_path / "Episodes.csv").write_text("REVIEW_CODE,REVIEW,CHILD,DOB\nPN1,01/05/2025,A,01/01/2015\n")

    read = read_csv_folder(tmp_path, CLA, "2025-26")

    assert read.tables["Reviews"].to_dict("list") == {
        "REVIEW_CODE": ["PN1"],
        "REVIEW": ["01/05/2025"],
        "CHILD": ["A"],
        "DOB": ["01/01/2015"],
    }
    assert list(read.tables) == ["Reviews"]
    assert read.issues.empty


def test_several_files_of_one_table_of_the_903_are_its_parts_and_this_is_told(tmp_path):
    for name, child in (("reviews_1", "A"), ("reviews_2", "B")):
        (tmp_path / f"{name}.csv").write_text(f"CHILD,DOB,REVIEW,REVIEW_CODE\n{child},01/01/2015,01/05/2025,PN1\n")

    read = read_csv_folder(tmp_path, CLA, "2025-26")

    assert read.tables["Reviews"]["CHILD"].tolist() == ["A", "B"]
    assert read.tables["Reviews"].index.tolist() == [0, 1]
    assert read.issues[["table", "what"]].to_numpy().tolist() == [
        ["Reviews", "reviews_2.csv and reviews_1.csv were read as parts of one table"]
    ]


def test_derived_columns_of_the_903_are_taken_where_they_are_given_and_not_missed(tmp_path):
    columns = ",".join(CLA["Episodes"].file_columns)
    (tmp_path / "a.csv").write_text(f"{columns},PL_DISTANCE\n" + "A," + "," * (columns.count(",") - 1) + ",2.5\n")

    read = read_csv_folder(tmp_path, CLA, "2025-26")

    assert read.tables["Episodes"]["PL_DISTANCE"].tolist() == ["2.5"]
    assert read.issues.empty


def of_903(folder, period="2025-26", **files):
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    return read_csv_folder(folder, CLA, period)


REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\n"


def test_the_same_file_twice_is_no_part_of_a_table(tmp_path):
    text = f"{REVIEWS}A,01/01/2015,01/05/2025,PN1\n"
    with pytest.raises(SourceError) as refused:
        of_903(tmp_path, Reviews=text, reviews_copy=text)
    assert str(refused.value) == (
        "reviews_copy.csv and Reviews.csv hold the same lines of Reviews; leave only one of them."
    )


def test_parts_of_a_table_have_the_same_columns(tmp_path):
    with pytest.raises(SourceError) as refused:
        of_903(tmp_path, a=f"{REVIEWS}A,01/01/2015,01/05/2025,PN1\n", old_reviews="CHILD,REVIEW\nB,01/05/2025\n")
    assert str(refused.value) == (
        "old_reviews.csv and a.csv both seem to hold the table Reviews but differ in their columns; leave only one of "
        "them, or give both the same columns."
    )


def test_a_table_of_other_periods_is_not_read_as_one_that_ends_in_the_same_word(tmp_path):
    workers = "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\nA,01/01/2015,AB1,01/05/2022,,\n"
    episodes = ",".join(CLA["Episodes"].file_columns) + "\n"

    read = of_903(tmp_path, "2022-23", Episodes=episodes, SWEpisodes=workers)

    assert list(read.tables) == ["Episodes"]
    assert read.tables["Episodes"].empty
    assert read.issues["what"].tolist() == ["SWEpisodes.csv was not read: 2022-23 has no table SWEpisodes."]


def test_the_files_of_another_return_are_no_tables_of_the_903(tmp_path):
    read = of_903(tmp_path, Reviews=REVIEWS, ChildIdentifiers="LAchildID,UPN,Sex,PersonBirthDate\nC1,,M,\n")

    assert list(read.tables) == ["Reviews"]
    assert read.issues["what"].tolist() == [
        "ChildIdentifiers.csv was not read: neither its name nor its columns are those of a table."
    ]


def test_numbers_that_a_spreadsheet_rounded_are_told_where_text_is_expected(tmp_path):
    read = of_903(tmp_path, Reviews=f"{REVIEWS}1.2E+05,01/01/2015,01/05/2025,PN1\n1E5,01/01/2015,01/06/2025,PN1\n")

    assert read.issues[["table", "field", "what"]].to_numpy().tolist() == [
        ["Reviews", "CHILD", "Reviews.csv: values like 1.2E+05 (1), as a spreadsheet rounds numbers; export them again"]
    ]


def test_only_the_files_that_are_named_are_read(tmp_path):
    (tmp_path / "findings.csv").write_text("rule,child\n101,A\n")
    (tmp_path / "reviews.csv").write_text(REVIEWS)

    assert read_csv_folder([tmp_path / "reviews.csv"], CLA, "2025-26").issues.empty
    assert len(read_csv_folder(tmp_path, CLA, "2025-26").issues) == 1


def test_files_of_a_spreadsheet_in_the_folder_are_told(tmp_path):
    for name in ("Header.xlsx", "~$Header.xlsx", "notes.pdf"):
        (tmp_path / name).write_bytes(b"PK")

    assert of_903(tmp_path, Reviews=REVIEWS).issues["what"].tolist() == [
        "Header.xlsx was not read: only CSV files are; save it as one if it belongs to the return."
    ]

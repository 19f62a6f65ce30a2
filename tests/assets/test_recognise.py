"""Which return files are of, told by what is in them."""

import pytest

from assets.sources.errors import SourceError
from assets.sources.recognise import recognise

REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\nA,01/01/2015,01/05/2025,PN1\n"


@pytest.fixture
def folder(tmp_path):
    def made(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return [tmp_path]

    return made


@pytest.mark.parametrize(("root", "name"), [("Message", "cin"), ("EXPSSDA903", "cla"), ("EXPSSDA903SW", "cla")])
def test_xml_is_known_by_its_root(tmp_path, root, name):
    path = tmp_path / "file.xml"
    path.write_text(f"<{root}><x/></{root}>")

    assert recognise([path]) == name


@pytest.mark.parametrize(
    ("root", "seems"),
    [
        ("CTfile", "seems to be a common transfer file"),
        ("expssda903", "begins with EXPSSDA903 in other capitals"),
        ("Letter", "begins with an element of no return"),
    ],
)
def test_xml_of_no_return_is_refused_and_both_named(tmp_path, root, seems):
    path = tmp_path / "file.xml"
    path.write_text(f"<{root}/>")

    with pytest.raises(SourceError, match=f"file.xml: {seems}.*Children in need census.*Children looked after return"):
        recognise([path])


def test_csv_files_are_known_by_their_columns_whatever_their_names(folder):
    assert recognise(folder(Section47=REVIEWS)) == "cla"
    assert recognise(folder(Section47="LAchildID,CINdetailsID,S47ActualStartDate,InitialCPCtarget\n")) == "cin"


def test_one_file_is_enough(folder):
    assert recognise([folder(any=REVIEWS)[0] / "any.csv"]) == "cla"


def test_what_speaks_for_none_is_left_open(folder):
    assert recognise(folder(other="a,b\n1,2\n")) is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("cin", "give the XML file or the folder with the CSV files (Children in need census)."),
        ("cla", "give the folder with the CSV files or the XML file (Children looked after return)."),
        (None, "(Children in need census), or the folder with the CSV files or the XML file (Children looked after"),
    ],
)
@pytest.mark.parametrize("name", ["all.zip", "all.XLSX", "all.txt"])
def test_a_file_of_another_kind_is_refused_with_what_the_return_takes(tmp_path, name, asked, says):
    path = tmp_path / name
    path.write_bytes(b"PK")
    with pytest.raises(SourceError) as refused:
        recognise([path], asked)
    assert says in str(refused.value)


@pytest.mark.parametrize("above", ["Reviews of the year\n\n", "sep=,\n", '"Reviews, of the year",,,\n'])
def test_lines_above_the_headings_are_refused_by_number(folder, above):
    with pytest.raises(SourceError, match=rf"column.* stand in line {above.count(chr(10)) + 1}; delete the lines"):
        recognise(folder(reviews=above + REVIEWS))


def test_a_file_that_cannot_be_read_is_refused(folder):
    with pytest.raises(SourceError, match="empty"):
        recognise(folder(nothing=""))

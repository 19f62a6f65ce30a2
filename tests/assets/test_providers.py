"""Ofsted's lists, as workbooks and as CSV."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from assets.sources import workbook
from assets.sources.errors import SourceError
from assets.sources.providers import read_providers
from validation.typed import PROVIDERS

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cla"
HOMES = [
    "Local authority",
    "URN",
    "Deregistration date",
    "Placement code",
    "Provider postcode",
    "Placement provider code",
]
HOME = ["Sheffield", 1234567, None, "K2", "S1 2FJ", "PR1, PR4"]
SUPPORTED = ["Provider local authority", "Setting Local Authority", "URN", "Closed date", "Placement code"]
SUPPORTED = [*SUPPORTED, "Setting address postcode"]
SETTING = ["Leeds", "Barnet", "7654321", dt.datetime(2024, 2, 1), "H5", "sw1p 3bt"]


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def home(tmp_path, **cells):
    """The row of one provider, some of whose cells are others."""
    given = dict(zip(HOMES, HOME, strict=True)) | {name.replace("_", " "): cell for name, cell in cells.items()}
    return read_providers(book(tmp_path / "list.xlsx", Providers=[[*given], [*given.values()]])).fillna("").iloc[0]


def refusal(*paths):
    with pytest.raises(SourceError) as refused:
        read_providers(*paths)
    return str(refused.value)


def test_both_sheets_are_one_list(tmp_path):
    both = {"Providers": [HOMES, HOME], "SA Providers": [SUPPORTED, SETTING]}
    listed = read_providers(book(tmp_path / "list.xlsx", Notes=[["About this list"]], **both))
    assert listed.columns.tolist() == list(PROVIDERS)
    assert listed.fillna("").to_numpy().tolist() == [
        ["1234567", "K2", "PR1,PR4", "", "S12FJ", "E08000039"],
        ["7654321", "K3", "PR4", "01/02/2024", "SW1P3BT", "E09000003"],
    ]
    assert {str(kind) for kind in listed.dtypes} == {"str"}


def test_the_headings_of_the_earlier_layout_mean_the_same(tmp_path):
    earlier = ["Local Authority", "URN", "Deregistration Date", "Placement Code", "Setting Address Postcode"]
    rows = [["Social care providers"], [], [*earlier, "Placement Provider Code"], HOME]
    listed = read_providers(book(tmp_path / "list.xlsx", Providers=rows))
    assert listed.iloc[0].fillna("").to_list() == ["1234567", "K2", "PR1,PR4", "", "S12FJ", "E08000039"]


def test_csv_files_of_the_same_columns_are_read_as_well(tmp_path):
    homes, supported = tmp_path / "homes.csv", tmp_path / "supported.csv"
    homes.write_text(",".join(HOMES) + '\nSheffield,1234567,-,"U1, U2",S1 2FJ,PR1\n,,,,,\n', encoding="utf-8-sig")
    supported.write_text(",".join(SUPPORTED) + "\nLeeds,Barnet,7654321,2024-02-01,,\n", encoding="utf-16")
    assert read_providers(homes, supported).fillna("").to_numpy().tolist() == [
        ["1234567", "U1,U2", "PR1", "", "S12FJ", "E08000039"],
        ["7654321", "K3", "PR4", "01/02/2024", "", "E09000003"],
    ]


@pytest.mark.parametrize(
    ("given", "text"),
    [(1234567, "1234567"), (1234567.0, "1234567"), ("SC123456", "SC123456"), (" sc123456 ", "SC123456")],
)
def test_a_urn_is_text_however_the_workbook_holds_it(tmp_path, given, text):
    assert home(tmp_path, URN=given)["URN"] == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (dt.datetime(2025, 3, 31), "31/03/2025"),
        ("31/03/2025", "31/03/2025"),
        ("2025-03-31 00:00:00", "31/03/2025"),
        ("-", ""),
        ("Not applicable", ""),
        (None, ""),
    ],
)
def test_the_day_of_closing_is_a_date_or_missing(tmp_path, given, text):
    assert home(tmp_path, Deregistration_date=given)["REG_END"] == text


@pytest.mark.parametrize(("given", "text"), [("-", ""), (None, ""), (" k1 ; k2,", "K1,K2")])
def test_codes_are_separated_by_commas_alone(tmp_path, given, text):
    assert home(tmp_path, Placement_code=given)["PLACE_CODES"] == text


def test_the_postcode_tells_the_authority_that_the_name_does_not(tmp_path):
    assert home(tmp_path, Local_authority="South Yorkshire").LA_CODE == "E08000039"


def test_a_urn_of_several_settings_has_a_row_for_each(tmp_path):
    rows = [SUPPORTED, SETTING, [*SETTING[:-1], "DL1 5QE"], [None] * 6, [*SETTING[:2], None, *SETTING[3:]]]
    assert read_providers(book(tmp_path / "list.xlsx", SA=rows)).POSTCODE.to_list() == ["SW1P3BT", "DL15QE"]


def test_a_list_that_lacks_something_is_refused_by_file_sheet_and_column(tmp_path):
    path = tmp_path / "list.xlsx"
    assert "list.xlsx has no sheet with a column URN" in refusal(book(path, Homes=[["Name"], ["x"]]))
    assert refusal(book(path, Homes=[HOMES[:5], HOME[:5]])).startswith(
        "list.xlsx, sheet Homes: the column placement provider code is not there; "
    )
    assert refusal(book(path, Homes=[HOMES[:3], HOME[:3]])).startswith(
        "list.xlsx, sheet Homes: the columns placement code, placement provider code, provider postcode or setting "
        "address postcode are not there; "
    )
    assert "sheet Homes: the column urn is there more than once" in refusal(book(path, Homes=[[*HOMES, "URN"], HOME]))
    for wrong in ("31st of March 2025", "31/02/2025", 45000, "1/5/2025", "2025-5-1"):
        told = refusal(book(path, Homes=[HOMES, HOME, [*HOME[:2], wrong, *HOME[3:]]]))
        assert "sheet Homes: the column deregistration date holds no date in row 2" in told
        assert str(wrong) not in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Local authority;URN;Closed date\nx;1;\n", "the headings are not separated by commas"),
        ("Social care providers\n\nLocal authority\tURN\n", "the headings are not separated by commas"),
        ("Returned providers; of England\nName,Code\n", "has no column URN"),
    ],
)
def test_a_csv_list_with_other_marks_between_its_headings_is_refused_as_such(tmp_path, text, says):
    path = tmp_path / "list.csv"
    path.write_text(text)
    assert says in refusal(path)


def test_a_list_without_a_provider_is_refused(tmp_path):
    """As from a workbook whose cells are formulas that nothing has worked out."""
    path = book(tmp_path / "list.xlsx", Homes=[HOMES, [HOME[0], "=A1", *HOME[2:]]])
    assert refusal(path) == "list.xlsx has no row with a URN; give Ofsted's list as it came."


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "list.xlsx"
    for body, said in [
        (b"\xd0\xcf\x11\xe0" + b"x" * 99, "old or a protected Excel file"),
        (b"PK\x03\x04 and then nothing", "not a whole Excel workbook"),
        (b"URN,Name\n1,x\n", "not a whole Excel workbook"),
        (book(path, Homes=[HOMES, HOME]).read_bytes()[:-100], "not a whole Excel workbook"),
        (packed({"a.txt": b"x"}), "cannot be read as an Excel workbook"),
    ]:
        path.write_bytes(body)
        assert said in refusal(path)
    assert "cannot be read" in refusal(tmp_path / "none.xlsx")
    broken = tmp_path / "list.csv"
    broken.write_text('URN,Name\n1,"x\n')
    assert "a quote is not closed" in refusal(broken)


def packed(parts):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return body.getvalue()


def with_parts(path, parts):
    """A workbook with some parts more, or others."""
    with zipfile.ZipFile(book(path, Homes=[HOMES, HOME])) as file:
        held = {name: file.read(name) for name in file.namelist()}
    path.write_bytes(packed(held | parts))
    return path


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"xl/media/big.xml": b" " * (workbook.UNPACKED + 1)}, "unpacks to far more"),
        ({"xl/media/big.xml": b" " * (8 << 20)}, "unpacks to far more"),
        ({f"xl/media/{number}.xml": b"" for number in range(workbook.PARTS)}, "unpacks to far more"),
        ({"../outside.xml": b"<a/>"}, "parts that lead out of it"),
        ({"/outside.xml": b"<a/>"}, "parts that lead out of it"),
        ({"C:\\outside.xml": b"<a/>"}, "parts that lead out of it"),
        ({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "document type"),
        ({"xl/workbook.xml": b" " * (workbook._CHUNK - 5) + b"<!DOCTYPE a>"}, "document type"),
        (
            {"xl/workbook.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16")},
            "document type",
        ),
        ({"xl/workbook.xml": b"<a"}, "cannot be read as an Excel workbook"),
    ],
)
def test_a_workbook_that_could_do_harm_is_refused_unopened(tmp_path, parts, said):
    assert said in refusal(with_parts(tmp_path / "list.xlsx", parts))


def test_a_part_that_is_longer_than_it_says_is_refused(tmp_path):
    path = with_parts(tmp_path / "list.xlsx", {"xl/media/z.xml": b" " * 5000})
    body = path.read_bytes()
    path.write_bytes(body.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little")))
    assert "not a whole Excel workbook" in refusal(path)


def test_a_sheet_of_too_many_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 3)
    assert "sheet Homes: more than 3 rows" in refusal(book(tmp_path / "list.xlsx", Homes=[HOMES, HOME, HOME, HOME]))
    assert len(read_providers(book(tmp_path / "list.xlsx", Homes=[HOMES, HOME, HOME]))) == 2


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not there")
@pytest.mark.parametrize(
    ("name", "codes"), [("combined_scp_ch_fake", ["K1", "K2"]), ("scp_ch_2025_fake", ["H5", "K3"])]
)
def test_the_samples_are_read(name, codes):
    assert read_providers(SAMPLES / f"{name}.xlsx").PLACE_CODES.to_list()[-2:] == codes

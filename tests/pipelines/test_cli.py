"""The command line as people and other programs use it: what it says, its exit codes, and that it leaves no trace."""

import datetime as dt
import gzip
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from golden import GOLDEN

from exports.store import Store
from pipelines.cli import command
from validation import rules
from validation.verdict import verdict

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "cin"
SCHEMAS = Path(__file__).parents[3] / "shared" / "schemas"
GENERATED = Path(__file__).parents[2] / "docs" / "generated"
THIS, LAST = GOLDEN / "cin_2025-26.xml", GOLDEN / "cin_2024-25.xml"
PROGRAM = [sys.executable, "-m", "pipelines.cli"]
LONG = 60  # seconds that something may take on a busy machine
CLEAN, QUERIES, ERRORS, FAULT, REFUSED = range(5)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home and a folder to work in for every test; nothing temporary may outlive it."""
    before, umask = os.environ.copy(), os.umask(0o077)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    yield tmp_path / "home"
    assert list((tmp_path / "temporary").iterdir()) == []
    os.environ.clear()
    os.environ.update(before)
    os.umask(umask)


@pytest.fixture
def returns(capsys):
    """Run one command; gives exit code, standard output, standard error."""

    def run(*arguments):
        code = command([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def refused(returns):
    """Run a command that must be refused in one sentence, and leave nothing new; gives the sentence."""

    def run(*arguments):
        before = sorted(Path().rglob("*"))
        code, out, err = returns(*arguments)
        assert (code, out) == (REFUSED, "")
        assert err.count("\n") == 1
        assert sorted(Path().rglob("*")) == before
        return err.strip()

    return run


@pytest.fixture
def folder(returns):
    """This year's golden return as a folder of CSV files."""
    assert returns("convert", THIS, "--to", "csv", "--out", "tables")[0] == CLEAN
    return Path("tables")


def changed(path, old, new, encoding="utf-8"):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode(encoding))


def findings(out):
    return {(one["rule"], one["table"], one["child"], ",".join(one["fields"])) for one in json.loads(out)["findings"]}


# What is given


def zipped():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("cin.xml", THIS.read_bytes())
    return body.getvalue()


NOT_A_RETURN = {
    "looked_after.xml": (b"<EXPSSDA903/>", "Children looked after"),
    "school.xml": (
        b"<Message><Header><CollectionDetails><Collection>SC</Collection></CollectionDetails></Header></Message>",
        "School Census",
    ),
    "page.xml": (b"<!DOCTYPE html><html><body>x<br></body></html>", "web page"),
    "object.xml": (b'{"a": 1}', "not XML"),
    "paper.xml": (b"%PDF-1.4\n\x00\x01", "PDF"),
    "packed.xml": (zipped(), "zip or Excel"),
    "packed.csv": (zipped(), "not text"),
    "packed.xml.gz": (gzip.compress(THIS.read_bytes()), "gzip"),
    "nothing.xml": (b"", "empty"),
    "nothing.csv": (b"", "empty"),
    "blank.xml": (b" \n", "blanks"),
    "cut.xml": (THIS.read_bytes()[:2000], "ends too early"),
    "old.xml": (THIS.read_bytes().replace(b"2026", b"2019"), "names no period"),
    "koi8.xml": (b'<?xml version="1.0" encoding="koi8-r"?><Message/>', "encoding"),
    "bytes.xml": (THIS.read_bytes().replace(b"<Children>", b"<Children><!-- \xe9 -->"), "do not fit its encoding"),
}


@pytest.mark.parametrize("name", NOT_A_RETURN)
def test_what_is_no_return_is_refused_by_name(refused, name):
    content, says = NOT_A_RETURN[name]
    Path(name).write_bytes(content)
    sentence = refused("check", name)
    assert sentence.startswith(name)
    assert says in sentence


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_the_encodings_of_a_file_and_a_path_with_blanks_and_umlauts(returns, encoding):
    path = Path("Jahr für Jahr") / "cin ä.xml"
    path.parent.mkdir()
    declared = encoding.removesuffix("-sig")
    body = THIS.read_text(encoding="utf-8").split("?>", 1)[1]
    path.write_bytes(f'<?xml version="1.0" encoding="{declared}"?>{body}'.encode(encoding))
    assert returns("check", path)[0] == QUERIES


@pytest.mark.parametrize("option", ["--period", "--ruleset"])
@pytest.mark.parametrize("period", ["2025", "25-26", "2030-31"])
def test_an_unknown_period_is_refused_with_those_that_are_known(refused, option, period):
    assert f"period {period!r} is not described; described are 2022-23 to 2026-27" in refused(
        "check", THIS, option, period
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["nonsense"],
        ["schema", "nonsense"],
        ["check", THIS, "--rules", "8600"],
        ["check", THIS, "--format", "xls"],
        ["demo", "--children", "9"],
        ["demo", "--children", "many"],
        ["demo", "--now", "nonsense"],
        ["convert", THIS, "--to", "json", "--out", "x"],
        ["run", "cin", "356"],
        ["run", "cin", "356", "2025-26", "--source", "files"],
        ["submitted", "cin", "356", "2025-26", "x"],
        ["submitted", "cin", "356", "2025-26", "x", "--by", "A Person", "--on", "nonsense"],
    ],
)
def test_a_mistyped_command_is_refused_and_is_no_fault_of_the_program(refused, home, arguments):
    assert "returns --help" in refused(*arguments)
    assert not home.exists()


@pytest.mark.parametrize("arguments", [[], ["schema"]])
def test_a_command_alone_shows_its_help(returns, arguments):
    code, out, err = returns(*arguments)
    assert (code, err) == (REFUSED, "")
    assert "Usage: returns" in out


@pytest.mark.parametrize(
    "name", ["check", "convert", "run", "explain", "demo", "schema", "submitted", "accepted", "serve"]
)
def test_every_command_has_help(returns, name):
    code, out, _ = returns(name, "-h")
    assert code == CLEAN
    assert f"Usage: returns {name}" in out


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        (["nowhere.xml"], "There is no file or folder nowhere.xml"),
        ([THIS, LAST], "its header differs from that of cin_2025-26.xml in Year, ReferenceDate"),
        ([THIS, GENERATED], "one folder of CSV files"),
        ([THIS, LAST, THIS], "cin_2025-26.xml is named more than once"),
        ([GOLDEN], "holds XML and no CSV file; name the XML files themselves"),
        ([GENERATED], "is a table of the return"),
    ],
)
def test_paths_that_do_not_fit_are_refused(refused, paths, says):
    assert says in refused("check", *paths)


def test_pages_for_a_unit_that_is_none_are_not_started(refused, home):
    assert refused("serve", "--unit", "356", "--unit", "E10000017").endswith("; that of Lancashire is 888.")
    assert not home.exists()


def test_a_folder_in_place_of_a_file_is_refused(refused, folder):
    (folder / "Reviews.csv").unlink()
    (folder / "Reviews.csv").mkdir()
    assert refused("check", folder).startswith("Reviews.csv cannot be read")


def test_a_fault_of_the_program_is_told_by_an_id_and_kept_in_a_private_file(returns, home, monkeypatch):
    def fail(*_):
        raise RuntimeError("S3CRET")

    monkeypatch.setattr("exports.xml.read", fail)
    code, out, err = returns("check", THIS)
    assert (code, out) == (FAULT, "")
    assert "S3CRET" not in err
    (kept,) = (home / "errors").iterdir()
    assert kept.stem in err
    assert "S3CRET" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


# Tables


def test_the_period_of_a_folder_is_its_headers(returns, folder):
    as_xml = returns("check", THIS, "--format", "json")
    as_csv = returns("check", folder, "--format", "json")
    assert as_csv[0] == as_xml[0] == QUERIES
    facts = json.loads(as_csv[1])["facts"]
    assert (facts["period"], facts["unit"]) == ("2025-26", "356")
    assert re.fullmatch("[0-9a-f]{64}", facts["input_sha256"])
    changed(folder / "Header.csv", "2026-03-31", "31/03/2025")
    changed(folder / "Header.csv", ",2026,", ",2025,")
    assert json.loads(returns("check", folder, "--format", "json")[1])["facts"]["period"] == "2024-25"


def test_without_a_header_the_period_is_the_next_one_and_that_is_said(returns, folder):
    (folder / "Header.csv").unlink()
    assert "taken as " in returns("check", folder)[2]
    code, out, err = returns("check", folder, "--period", "2025-26")
    assert code == QUERIES
    assert err == (
        "Not a whole return: for want of table Header 1 of 109 rules could not be run; what was found, or not "
        "found, says nothing of them.\n"
    )
    assert "not run: 100 (not supplied: table Header)" in out
    assert out.startswith("rule")
    assert "\n2 children; " in out


@pytest.mark.parametrize("year", ["2022-23", "2023-24", "2024-25", "2025-26", "2026-27"])
def test_xml_to_tables_and_back_is_the_same_file(returns, year):
    golden = GOLDEN / f"cin_{year}.xml"
    assert returns("convert", golden, "--to", "csv", "--out", "tables")[0] == CLEAN
    assert returns("convert", "tables", "--to", "xml", "--out", "back.xml")[0] == CLEAN
    (back,) = Path().glob("*.xml")
    assert back.name == ("back_NOT_FOR_SUBMISSION.xml" if year == "2026-27" else "back.xml")
    assert back.read_bytes() == golden.read_bytes()
    assert {path.stat().st_mode & 0o777 for path in Path("tables").iterdir()} == {0o600}


def test_tables_have_the_findings_of_their_xml(returns):
    assert returns("demo", "--children", 80, "--out", "demo", "--defects", "8600=0.1,8831=0.1,4180=0.1")[0] == CLEAN
    (xml,) = Path("demo").glob("*.xml")
    assert returns("convert", xml, "--to", "csv", "--out", "tables")[0] == CLEAN
    as_xml, as_csv = (returns("check", path, "--format", "json") for path in (xml, "tables"))
    assert as_xml[0] == as_csv[0] == ERRORS
    assert findings(as_xml[1]) == findings(as_csv[1])
    assert len(findings(as_csv[1])) > 20


def as_spreadsheets_save(folder):
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        commas = "," * text.partition("\n")[0].count(",")
        spare = "" if path.stem == "Header" else f"{commas}\r\n{commas}\r\n"
        path.write_bytes(b"\xef\xbb\xbf" + (text.replace("\n", "\r\n") + spare).encode())
    (folder / "~$Reviews.csv").write_bytes(b"\x05root")
    (folder / "._Reviews.csv").write_bytes(b"\x00\x05")


def test_what_spreadsheets_add_changes_nothing(returns, folder):
    before = returns("check", folder, "--format", "json")
    as_spreadsheets_save(folder)
    after = returns("check", folder, "--format", "json")
    assert (after[0], findings(after[1])) == (before[0], findings(before[1]))
    assert "lines at the end without any value were not read (2)" in returns("check", folder)[1]


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("2015-06-14", "14/06/2015", QUERIES, "0 errors"),
        ("2015-06-14", "42169", ERRORS, "unreadable"),
        ("2015-06-14", "14-Jun-15", ERRORS, "unreadable"),
        ("GOLD1", "1.23E+11", ERRORS, "belongs to no row above"),
        ("GOLD1", "GOLDé", ERRORS, "read as Windows-1252"),
    ],
)
def test_what_spreadsheets_break_is_found(returns, folder, old, new, code, says):
    changed(folder / "ChildIdentifiers.csv", old, new, "windows-1252")
    found = returns("check", folder)
    assert found[0] == code
    assert says in found[1]


def test_rows_of_no_child_are_findings(returns, folder):
    changed(folder / "Section47.csv", "GOLD1", "NOBODY")
    code, out, _ = returns("check", folder, "--format", "json")
    assert code == ERRORS
    assert ("unexpected", "Section47", "NOBODY", "Section47") in findings(out)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("LAchildID,UPN,", "LAchildID,UPN,UPN,", "the column UPN is there more than once"),
        ("GOLD1,", "GOLD1,x,y,", "a line holds more values than there are headings"),
        (",", ";", "not separated by commas"),
        ("LAchildID,UPN,FormerUPN,UPNunknown,PersonBirthDate,ExpectedPersonBirthDate,Sex,PersonDeathDate\n", "",
         "names no column of ChildIdentifiers"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read_are_refused(refused, folder, old, new, says):
    changed(folder / "ChildIdentifiers.csv", old, new)
    sentence = refused("check", folder)
    assert sentence.startswith("ChildIdentifiers.csv")
    assert says in sentence
    assert "GOLD1" not in sentence


def test_exchanged_tables_are_refused(refused, folder):
    (folder / "Reviews.csv").rename(folder / "kept")
    (folder / "Section47.csv").rename(folder / "Reviews.csv")
    (folder / "kept").rename(folder / "Section47.csv")
    assert "has the name of the table Reviews but the columns of Section47" in refused("check", folder)


def test_another_period_or_unit_than_the_header_s_is_told(returns, refused, folder):
    for path in (THIS, folder):
        assert returns("check", path, "--period", "2025-26", "--unit", "356")[2] == ""
        assert returns("check", path, "--period", "2024-25")[2] == (
            "The header says that this is the return of 2025-26: taken as 2024-25, as --period asks.\n"
        )
        assert "--unit 301: the header says 356; leave it out" in refused("check", path, "--unit", "301")


def test_two_headers_are_refused(refused, folder):
    header = folder / "Header.csv"
    header.write_text(header.read_text() + header.read_text().split("\n")[1] + "\n")
    assert refused("check", folder).startswith("Header.csv: 2 lines below the headings")


# Last period


def test_last_periods_return_is_taken_as_xml_and_as_tables(returns):
    assert returns("convert", LAST, "--to", "csv", "--out", "last")[0] == CLEAN
    for last in (LAST, "last"):
        assert returns("check", THIS, "--previous", last)[0] == QUERIES


@pytest.mark.parametrize(("path", "previous"), [(LAST, THIS), (THIS, THIS), (THIS, GOLDEN / "cin_2023-24.xml")])
def test_another_periods_return_is_no_last_return(refused, path, previous):
    sentence = refused("check", path, "--previous", previous)
    assert sentence.startswith(f"{previous.name} is the return of ")
    assert "exchange the two" in sentence


def test_the_first_described_period_has_none_before(refused):
    assert "leave out --previous" in refused("check", GOLDEN / "cin_2022-23.xml", "--previous", LAST)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("alt,neu\nGOLD1,A\n", "expected the columns old, new"),
        ("old;new\nGOLD1;A\n", "not separated by commas"),
        ("old,new\nGOLD1,A\nGOLD1,B\n", "an old id stands on several lines"),
        ("old,new\nGOLD1,\n", "every line needs a value"),
        ("old,new\nGOLD1,GOLD2\n", "two children of last period would get one id"),
        ("old,new\nGOLD1,A\nGOLD2,A\n", "two children of last period would get one id"),
    ],
)
def test_a_list_of_ids_that_cannot_be_meant_is_refused(refused, content, says):
    Path("ids.csv").write_text(content)
    sentence = refused("check", THIS, "--previous", LAST, "--child-ids", "ids.csv")
    assert sentence.startswith("ids.csv")
    assert says in sentence


def test_a_list_of_ids_wants_a_last_return_and_counts_the_unknown(returns, refused):
    Path("ids.csv").write_text("old,new\nNOBODY,A\nGOLD1,B\n")
    assert "--previous" in refused("check", THIS, "--child-ids", "ids.csv")
    assert "1 of 2 old ids are of no child" in returns("check", THIS, "--previous", LAST, "--child-ids", "ids.csv")[2]


# What is written


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "html", "table"])
def test_every_format_is_written_privately(returns, kind):
    before = Path("found")
    before.write_text("an older one")
    code, out, err = returns("check", THIS, "--format", kind, "--out", "found")
    counts = "" if kind == "table" else "2 children; 0 errors, 1 query.\n"
    assert (code, out, err) == (QUERIES, "", f"Written: found\n{counts}")
    assert b"2887Q" in before.read_bytes() or before.read_bytes()[:2] == b"PK"
    assert before.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in Path().iterdir()] == ["found"]


def test_without_a_file_csv_and_json_are_all_of_standard_output(returns):
    code, out, err = returns("check", THIS, "--format", "csv")
    assert (code, err) == (QUERIES, "")
    assert pd.read_csv(io.StringIO(out.removeprefix("\ufeff")))["rule"].tolist() == ["2887Q"]
    assert findings(returns("check", THIS, "--format", "json")[1]) == {("2887Q", None, None, "")}


@pytest.mark.parametrize("kind", ["xlsx", "html"])
def test_a_workbook_and_a_page_want_a_file(refused, kind):
    assert "--out FILE" in refused("check", THIS, "--format", kind)


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("a folder", "is a folder"),
        ("nowhere/x", "folder nowhere does not exist"),
        ("cin.xml", "that this command reads"),
        ("found.xlsx", "--format xlsx writes such a file"),
    ],
)
def test_findings_are_not_written_over_what_they_were_found_in(refused, out, says):
    Path("a folder").mkdir()
    shutil.copy(THIS, "cin.xml")
    assert says in refused("check", "cin.xml", "--format", "csv", "--out", out)
    assert Path("cin.xml").read_bytes() == THIS.read_bytes()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no folder that nobody can write into")
@pytest.mark.parametrize(
    "arguments",
    [
        *(["check", THIS, "--format", kind, "--out", "/proc/x"] for kind in ("csv", "xlsx")),
        ["convert", THIS, "--to", "csv", "--out", "/proc/x"],
        ["convert", THIS, "--to", "xml", "--out", "/proc/x.xml"],
        ["demo", "--children", "10", "--out", "/proc/x"],
    ],
)
def test_where_nothing_can_be_written_one_sentence_says_so(refused, arguments):
    assert "/proc/x" in refused(*arguments)


@pytest.mark.parametrize(
    ("to", "out", "says"),
    [
        ("xml", "cin.xml", "that this command reads"),
        ("xml", "cin.txt", "ends in .xml"),
        ("xml", "a.folder.xml", "is a folder"),
        ("xml", "nowhere/x.xml", "folder nowhere does not exist"),
        ("csv", "cin.xml", "not an empty folder"),
        ("csv", "cin.csv", "a folder is written"),
        ("csv", ".", "not an empty folder"),
        ("csv", "nowhere/x", "folder nowhere does not exist"),
    ],
)
def test_a_return_is_not_converted_over_anything(refused, to, out, says):
    shutil.copy(THIS, "cin.xml")
    Path("a.folder.xml").mkdir()
    assert says in refused("convert", "cin.xml", "--to", to, "--out", out)


def test_tables_that_make_no_whole_file_make_none_but_on_request(returns, folder):
    changed(folder / "ChildIdentifiers.csv", "2015-06-14", "yesterday")
    code, _, err = returns("convert", folder, "--to", "xml", "--out", "cin.xml")
    assert code == REFUSED
    assert err.splitlines()[0] == "unreadable: ChildIdentifiers: PersonBirthDate: cannot be read (1; row 0)"
    assert "--incomplete writes a marked file without them. Rows are counted from 0" in err
    assert "cannot be read (1; row 0)" in returns("check", folder)[1]
    assert list(Path().glob("*.xml")) == []
    assert returns("convert", folder, "--to", "xml", "--out", "cin.xml", "--incomplete")[0] == CLEAN
    assert [path.name for path in Path().glob("*.xml")] == ["cin_INCOMPLETE_NOT_FOR_SUBMISSION.xml"]


def test_what_is_converted_of_invented_children_says_so(returns, folder):
    assert returns("convert", THIS, "--to", "xml", "--out", "plain.xml")[2] == "Written: plain.xml\n"
    changed(folder / "Header.csv", "statutory-returns", "DEMO")
    for out in ("cin.xml", "cin_DEMO.xml", "cin_NOT_FOR_SUBMISSION.xml"):
        code, _, err = returns("convert", folder, "--to", "XML", "--out", out)
        assert code == CLEAN
        assert err == (
            "Written: cin_DEMO_NOT_FOR_SUBMISSION.xml\nThe children are invented: nothing here is a return.\n"
        )
    assert sorted(path.name for path in Path().glob("*.xml")) == ["cin_DEMO_NOT_FOR_SUBMISSION.xml", "plain.xml"]


def test_another_years_rules_on_the_same_data(returns):
    code, out, _ = returns("check", THIS, "--ruleset", "2026-27")
    assert code == QUERIES
    assert "9015Q (not supplied: table PreProceedings)" in out


@pytest.mark.parametrize("terminal", [{"NO_COLOR": "1"}, {"TERM": "dumb", "COLUMNS": "40"}])
def test_what_is_piped_has_no_colours_and_one_finding_a_line(returns, monkeypatch, terminal):
    for name, value in terminal.items():
        monkeypatch.setenv(name, value)
    code, out, err = returns("check", THIS)
    assert (code, err) == (QUERIES, "")
    assert "\x1b" not in out
    assert "Fewer than eight kinds of disability are used in the whole return" in out


# Verdict and local settings


def test_what_is_inferred_or_unconfirmed_never_alone_fails():
    book = rules("cin", "2026-27").assign(severity_confirmed=lambda frame: frame["code"] != "8600")
    inferred = book.loc[(book["confidence"] == "inferred") & (book["severity"] == "error"), "code"].iloc[0]

    def found(*codes):
        return pd.DataFrame({"rule": codes, "severity": ["error"] * len(codes)})

    assert verdict(found(), False, book) == CLEAN
    assert verdict(found(inferred, "8600"), False, book) == QUERIES
    assert verdict(found(inferred, "8831"), False, book) == ERRORS
    assert verdict(found("unreadable"), False, book) == ERRORS
    assert verdict(found(), True, book) == FAULT


def settings(home, content):
    (home / "rules").mkdir(parents=True, exist_ok=True)
    raw = content if isinstance(content, bytes) else f"code,setting,reason,author,expires\n{content}\n".encode()
    (home / "rules" / "cin.csv").write_bytes(raw)


def test_a_local_setting_counts_until_it_expires_and_is_always_shown(returns, home):
    later, earlier = (dt.date.today() + dt.timedelta(days) for days in (0, -1))
    settings(home, f"2887Q,off,few children,A Person,{later}")
    code, out, _ = returns("check", THIS)
    assert code == CLEAN
    assert f"local setting: 2887Q off until {later}, A Person: few children" in out
    settings(home, f"2887Q,off,few children,A Person,{earlier}")
    code, out, _ = returns("check", THIS)
    assert code == QUERIES
    assert f"until {earlier}, no longer in force" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("9999,off,r,A,2030-01-01", "line 2: the rule book has no such rule"),
        ("2887Q,maybe,r,A,2030-01-01", "line 2: the column setting must be off or query"),
        ("2887Q,off,,A,2030-01-01", "line 2: the column reason must be filled"),
        ("2887Q,off,r,,2030-01-01", "line 2: the column author must be filled"),
        ("2887Q,off,r,A,01/01/2030", "line 2: the column expires must hold a date"),
        ("2887Q,off,r,A,20300101", "line 2: the column expires must hold a date"),
        ("2887Q,off,r,A", "line 2: the column expires must hold a date"),
        ("2887Q,off,r,A,2030-01-01,x", "line 2: more values than columns"),
        ("2887Q,off,r,A,2030-01-01\n2887Q,query,r,A,2030-01-01", "2887Q is set twice"),
        (b"code;setting\n", "the first line must name the columns"),
        (b"code,setting,reason,author,expires\n2887Q,off,caf\xe9,A,2030-01-01\n", "cannot be read"),
    ],
)
def test_a_bad_local_setting_is_refused(refused, home, content, says):
    settings(home, content)
    sentence = refused("check", THIS)
    assert sentence.startswith("the local rules file cin.csv")
    assert says in sentence


# Explaining, inventing


@pytest.mark.parametrize("code", ["8863Q", "8863q"])
def test_a_rule_is_explained_with_examples(returns, code):
    exit_code, out, _ = returns("explain", code)
    assert exit_code == CLEAN
    assert out.startswith("8863Q  ")
    for part in ("what to do: ", "in force: ", "marks: ", "| x "):
        assert part in out


@pytest.mark.parametrize("code", ["unreadable", "unexpected"])
def test_so_is_what_reading_finds(returns, code):
    assert returns("explain", code)[1].startswith(f"{code}  ")


def test_an_unknown_rule_is_refused_with_the_nearest(refused):
    assert "did you mean 8863Q" in refused("explain", "8863")
    assert refused("explain", "nonsense").startswith("The rule books of cin and cla have no rule 'nonsense'")


def test_the_same_seed_and_time_invent_the_same_files(returns):
    for out in ("one", "two"):
        code, told, _ = returns("demo", "--children", 10, "--out", out, "--seed", 3, "--now", "2026-05-01T10:00:00")
        assert code == CLEAN
        assert [Path(line.partition(": ")[0]).exists() for line in told.splitlines()] == [True] * 3
    files = sorted(path.relative_to("one") for path in Path("one").rglob("*.[cx][sm][vl]"))
    assert len(files) == 12
    assert all(Path("one", file).read_bytes() == Path("two", file).read_bytes() for file in files)
    (xml,) = Path("one").glob("*.xml")
    assert returns("check", xml)[0] in (CLEAN, QUERIES)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--out", "full"], "is not empty"),
        (["--out", "full/file"], "could not be filled"),
        (["--defects", "8600"], "RULE=SHARE"),
        (["--defects", "9999=0.1"], "no defect 9999"),
        (["--defects", "al=0.1"], "no defect al"),
        (["--defects", "8600=2"], "from 0 to 1"),
        (["--unit", "35"], "three digits"),
        (["--period", "2025"], "not described"),
        (["--seed", "-1"], "from 0 upwards"),
    ],
)
def test_what_cannot_be_invented_leaves_nothing(refused, arguments, says):
    Path("full").mkdir()
    Path("full/file").write_text("kept")
    assert says in refused("demo", "--children", 10, *arguments)


# Schemas


def test_our_own_schema_shows_no_difference_and_says_for_which_period(returns):
    for year in ("2022-23", "2023-24", "2024-25", "2025-26", "2026-27"):
        code, out, _ = returns("schema", "add", GENERATED / f"cin_{year}.xsd")
        of = f"Children in need census, {year}"
        assert (code, out) == (CLEAN, f"Registered for {of}. No difference from our description.\n")


def test_a_registered_schema_is_run_over_the_files(returns):
    assert returns("schema", "add", GENERATED / "cin_2025-26.xsd")[0] == CLEAN
    shutil.copy(THIS, "cin.xml")
    assert returns("check", "cin.xml") == (QUERIES, returns("check", "cin.xml")[1], "")
    changed(Path("cin.xml"), "<Ethnicity>WBRI<", "<Ethnicity>XXXX<")
    code, _, err = returns("check", "cin.xml")
    assert code == ERRORS
    assert re.search(r"cin\.xml, line [0-9]+: Ethnicity is not one of the values allowed", err)


def test_what_the_registered_schema_does_not_take_of_a_written_file_is_told(returns):
    strict = (GENERATED / "cin_2025-26.xsd").read_bytes().replace(b'maxOccurs="unbounded"', b'maxOccurs="1"')
    Path("cin_2025-26.xsd").write_bytes(strict)
    assert returns("schema", "add", "cin_2025-26.xsd")[0] == CLEAN
    code, _, err = returns("convert", THIS, "--to", "xml", "--out", "cin.xml")
    assert code == CLEAN
    assert Path("cin_NOT_FOR_SUBMISSION.xml").exists()
    assert re.search(r"cin_NOT_FOR_SUBMISSION\.xml, line [0-9]+: Child is not expected here", err)


def test_what_is_no_schema_of_the_return_is_refused(refused):
    Path("bad.xsd").write_text("not XML")
    Path("other.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>'
    )
    shutil.copy(GENERATED / "cin_2025-26.xsd", "nameless.xsd")
    for file, says in {
        THIS: "is no XML schema",
        "bad.xsd": "found text that is not XML; give the .xsd file from the Department",
        "other.xsd": "the schema of something else",
        "nowhere.xsd": "is not there",
        ".": "is a folder",
        "nameless.xsd": "say it with --period",
    }.items():
        assert says in refused("schema", "add", file)


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the community's schemas are not on this machine")
def test_the_communitys_schemas_differ_in_few_places(returns):
    title = "Children in need census"
    for year in range(2023, 2027):
        code, out, _ = returns("schema", "add", SCHEMAS / f"CIN_schema_{year}.xsd")
        assert code == CLEAN
        assert out.splitlines()[-1].startswith(f"Registered for {title}, {year - 1}-{year - 2000}. Differences: ")
        assert len(out.splitlines()) < 10


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not on this machine")
def test_files_in_the_wilds_shape_are_checked(returns):
    codes = {path.name: returns("check", path)[0] for path in SAMPLES.iterdir()}
    assert codes == {
        "CIN_Census_2021.xml": ERRORS,
        "CIN_Census_2024.xml": ERRORS,
        "cin_2026_valid.xml": QUERIES,
        "fake_CIN_data.xml": REFUSED,
    }


# Recording


FACTS = {
    "lineage": "a" * 64,
    "rule_book": "b",
    "code_version": "c",
    "content_key": "d",
    "counts": {},
    "demo": False,
    "submission": ["cin.xml"],
}


def published(home, **facts):
    home.mkdir(mode=0o700, exist_ok=True)
    return Store(home / "store").publish("cin", "356", "2025-26", {"cin.xml": b"<Message/>"}, FACTS | facts)


def test_a_submission_and_its_acceptance_are_recorded_in_that_order(returns, refused, home):
    version = published(home)
    file = version.files["cin.xml"]
    by = ["--by", "A Person", "--on"]
    assert "record the submission first" in refused("accepted", "cin", "356", "2025-26", file, *by, "2026-05-03")
    code, _, err = returns("submitted", "cin", "356", "2025-26", file, *by, "2026-05-02")
    assert code == CLEAN
    assert err == f"Recorded: cin 356 2025-26, version {version.id}, was submitted on 2026-05-02.\n"
    assert "give that day or a later one" in refused("accepted", "cin", "356", "2025-26", file, *by, "2026-05-01")
    assert returns("accepted", "cin", "356", "2025-26", version.id, *by, "2026-05-03")[0] == CLEAN
    assert [(record.action, record.when) for record in Store(home / "store").records("cin", "356", "2025-26")] == [
        ("submitted", "2026-05-02"),
        ("accepted", "2026-05-03"),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["cin", "356", "2025-26", THIS], "publish it first"),
        (["cin", "356", "2025-26", "0" * 64], "publish it first"),
        (["cin", "356", "2025-26", "nowhere.xml"], "nowhere.xml is not there; name the file"),
        (["cin", "356", "2025-26", "."], ". is a folder of no version"),
        (["cin", "356", "2024-25", THIS], "nothing has been published yet"),
        (["cin", "35", "2025-26", THIS], "no number of a local authority"),
        (["cin", "Essex", "2025-26", THIS], "that of Essex is 881"),
        (["cin", "356", "2025", THIS], "not described"),
        (["clb", "356", "2025-26", THIS], "no return named"),
        (["cin", "356", "2025-26", THIS, "--on", "2999-01-01"], "on a day to come"),
        (["cin", "356", "2025-26", THIS, "--on", "30/06/2026"], "'--on': give a day like 2026-06-30"),
        (["cin", "356", "2025-26", THIS, "--by", " "], "give the name"),
    ],
)
def test_what_was_not_published_cannot_be_recorded(refused, home, arguments, says):
    published(home)
    folders = sorted((home / "store").rglob("*"))
    assert says in refused("submitted", "--by", "A Person", *arguments)
    assert sorted((home / "store").rglob("*")) == folders


def test_a_version_is_named_by_its_folder_too(returns, home):
    folder = published(home).path
    where = ("cin", "356", "2025-26")
    code, _, err = returns("submitted", *where, folder, "--by", "A Person")
    assert (code, f"version {folder.name}, was submitted" in err) == (CLEAN, True)
    assert returns("restore", "CIN", *where[1:], f"{folder}/")[0] == CLEAN


def test_invented_children_cannot_be_submitted(refused, home):
    version = published(home, demo=True, submission=[])
    assert "invented children" in refused("submitted", "cin", "356", "2025-26", version.id, "--by", "A Person")


def test_a_version_is_restored_where_the_store_is_damaged(returns, refused, home):
    version = published(home)
    pointer = version.path.with_name("current.json")
    pointer.write_text("{")
    where = ("cin", "356", "2025-26")
    assert "choose a version with `returns restore`" in refused("submitted", *where, version.id, "--by", "A Person")
    assert "no version of this id; the page" in refused("restore", *where, "0002-00000000")
    assert "no number of a local authority" in refused("restore", "cin", "35", "2025-26", version.id)
    code, _, err = returns("restore", *where, version.id)
    assert (code, err) == (CLEAN, f"Current again: cin 356 2025-26, version {version.id}.\n")
    assert Store(home / "store").current(*where).id == version.id


# As a process


def run(*arguments, **options):
    command_line = [*PROGRAM, *(str(argument) for argument in arguments)]
    return subprocess.Popen(command_line, cwd=Path(__file__).parents[2], text=True, **options)


@pytest.mark.soak  # test_run.py runs the job itself
def test_the_whole_job_shows_its_results_on_standard_output(home):
    home.mkdir(mode=0o700)
    inbox = home / "inbox" / "cin" / "356" / "2024-25"
    inbox.mkdir(parents=True)
    shutil.copy(LAST, inbox)
    pipe = subprocess.PIPE
    with run("run", "cin", "356", "2024-25", stdout=pipe, stderr=pipe) as process:
        out, err = process.communicate(timeout=2 * LONG)
    assert (process.returncode, err) == (QUERIES, "")
    assert out.startswith("2 children; 0 errors, 1 query; ")
    files = re.findall("^  (/.*)$", out, re.MULTILINE)
    assert {Path(file).name for file in files} >= {"cin_356_2024-25.xml", "report.html", "findings.xlsx"}
    assert {Path(file).stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_reader_that_stops_early_changes_no_verdict():
    demo = ["demo", "--children", "150", "--out", Path("demo").resolve(), "--defects", "8831=0.5,8600=0.5,4180=0.5"]
    assert command([str(argument) for argument in demo]) == CLEAN
    (xml,) = Path("demo").resolve().glob("*.xml")
    with run("check", xml, "--format", "csv", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith("\ufeffrule,")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(LONG) == ERRORS


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)])
def test_a_stopped_command_leaves_nothing(number, tmp_path):
    out = tmp_path / "here" / "demo"
    with run("demo", "--children", "100000", "--out", out, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + LONG
        while not out.exists() and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.stderr.read() == "Stopped; nothing half-written was left.\n"
        assert process.wait(LONG) == 130
    assert list((tmp_path / "here").iterdir()) == []


def test_the_console_script_keeps_its_files_to_this_user(tmp_path):
    script = Path(sys.executable).with_name("returns")
    out = tmp_path / "here" / "tables"
    subprocess.run(
        ["sh", "-c", 'umask 022; exec "$@"', "sh", script, "convert", THIS, "--to", "csv", "--out", out],
        check=True,
        capture_output=True,
    )
    assert out.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}

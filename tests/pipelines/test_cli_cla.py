"""The command line with the return of children looked after: its folders, last year's, children's ids, lists, runs."""

import csv
import datetime as dt
import json
import os
import re
from pathlib import Path

import pytest
from golden import GOLDEN

from exports.problems import LARGEST
from pipelines.cli import command
from returns import described
from returns.model import Return

CLA = described("cla")
CIN = GOLDEN / "cin_2025-26.xml"
GENERATED = Path(__file__).parents[2] / "docs" / "generated"
CHILDREN = ("S3cret1", "S3cret2")
THIS = ("--period", "2025-26", "--unit", "356")
CLEAN, QUERIES, ERRORS, FAULT, REFUSED = range(5)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    before, umask = os.environ.copy(), os.umask(0o077)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("RETURNS_HOME", str(tmp_path / "home"))
    yield
    os.environ.clear()
    os.environ.update(before)
    os.umask(umask)


@pytest.fixture
def returns(capsys):
    """Run one command; gives exit code, standard output, standard error, where no id of a child may stand."""

    def run(*arguments):
        code = command([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "S3CRET" not in err.upper()
        return code, out, err

    return run


@pytest.fixture
def refused(returns):
    """Run a command that must be refused in one sentence; gives the sentence."""

    def run(*arguments):
        code, out, err = returns(*arguments)
        assert (code, out, err.count("\n")) == (REFUSED, "", 1)
        return err.strip()

    return run


def folder(name: str, period: str = "2025-26", children: tuple[str, ...] = CHILDREN, **changed: str) -> Path:
    """Children in foster care since 2020, each with a review in the year; every table is there."""
    made = Path(name)
    made.mkdir(parents=True)
    cells = {
        "DOB": "01/05/2012",
        "SEX": "F",
        "ETHNIC": "WBRI",
        "MOTHER": "0",
        "DECOM": "01/06/2020",
        "RNE": "S",
        "LS": "C2",
        "CIN": "N1",
        "PLACE": "U4",
        "PLACE_PROVIDER": "PR1",
        "HOME_POST": "SW1A 2AA",
        "PL_POST": "SW1P 3BT",
        "URN": "1234567",
        "REVIEW": f"01/06/{period[:4]}",
        "REVIEW_CODE": "PN1",
        **changed,
    }
    for table in CLA.at(period):
        with (made / f"{table.name}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.DictWriter(file, table.file_columns, restval="", extrasaction="ignore")
            rows.writeheader()
            if table.name in ("Header", "Episodes", "Reviews"):
                rows.writerows(cells | {"CHILD": child} for child in children)
    return made


def rules(out: str) -> set[str]:
    return {finding["rule"] for finding in json.loads(out)["findings"]}


def test_a_folder_of_two_returns_is_refused_and_one_of_the_other_return_too(returns, refused):
    folder("both")
    assert returns("convert", CIN, "--to", "csv", "--out", "census")[0] == CLEAN
    (Path("census") / "Section47.csv").rename("both/Section47.csv")
    census, care = described("cin").title, CLA.title

    assert refused("check", "both") == (
        f"both holds files of {census} and of {care}; give each return a folder of its own."
    )
    assert refused("check", "census", "--return", "cla") == (f"census seems to be {census}; give the files of {care}.")
    assert (
        refused("check", folder("care"), "--return", "cin") == f"care seems to be {care}; give the files of {census}."
    )


def test_an_empty_folder_is_of_no_return(refused):
    Path("empty").mkdir()
    assert refused("check", "empty") == (
        "The folder empty holds no CSV file; put those of the return there, and say which it is: --return cin or cla."
    )


def test_files_that_say_of_no_return_are_taken_as_one_and_this_is_told(returns):
    Path("few").mkdir()
    Path("few/Section47.csv").write_text("LAchildID\n1\n")

    _, _, err = returns("check", "few", "--period", "2025-26")

    assert err.splitlines()[0] == "The files do not say of which return: taken as cin; --return names another."


def test_what_was_not_read_is_told_beside_findings_as_csv(returns):
    (folder("this") / "notes.csv").write_text("S3CRET,1\n")

    _, _, err = returns("check", "this", *THIS, "--format", "csv")

    assert err == "notes.csv was not read: neither its name nor its columns are those of a table.\n"


def test_files_of_no_return_are_refused_as_those_of_one_and_this_is_told(refused):
    Path("other.csv").write_text("S3CRET,1\n")

    assert refused("check", "other.csv").startswith("None of the files (other.csv) is a table of the return; expected")
    assert refused("check", "other.csv").endswith("; taken as cin, --return names another.")
    assert refused("check", "other.csv", "--return", "cla", *THIS).endswith(", SWEpisodes.")


def test_the_return_has_other_names(returns, refused):
    assert "1005" in returns("explain", "1005", "--return", "SSDA903")[1]
    assert refused("submitted", "903", "356", "2025-26", "x", "--by", "A Person").startswith("cla 356 2025-26: nothing")


def test_one_table_is_no_whole_return_and_the_last_line_says_so(returns):
    folder("this")

    code, out, err = returns("check", "this/Reviews.csv", *THIS)

    assert (code, "\n2 children; " in f"\n{out}") == (CLEAN, True), "those of the reviews"
    assert err.startswith("Not a whole return: for want of table ")
    assert {"table Header", "table Episodes"} < set(err.removeprefix("Not a whole return: for want of ").split(", "))
    assert "Reviews" not in err
    assert returns("check", "this", *THIS)[2] == ""


def test_one_column_that_is_not_there_makes_no_whole_return_either(returns):
    episodes = folder("this") / "Episodes.csv"
    episodes.write_text(episodes.read_text().replace("DECOM", "Start date", 1))

    assert re.search(r"for want of Episodes\.DECOM [0-9]+ of [0-9]+ rules", returns("check", "this", *THIS)[2])


def test_what_a_rule_was_not_run_for_is_told_with_the_option_that_gives_it(returns):
    _, out, _ = returns("check", folder("this"), "--period", "2025-26")

    assert "not run: 179, 411, 1015 (the number of the returning authority was not given: --unit)" in out
    assert "(last period's return was not given: --previous)" in out
    assert "(Ofsted's list of providers was not given: --providers)" in out


def test_what_an_xml_says_that_csv_files_cannot_is_told(returns):
    """Neither 1 nor 0 of an unaccompanied child has no place; what is only out of order has one."""
    header = "<CHILDID>A1</CHILDID><UPN/><SEX>F</SEX><DOB>01/02/2012</DOB><UASC>{}</UASC><ETHNIC>WBRI</ETHNIC>"
    for value, told in (("0", ""), ("2", "Header.UASC: 1 values say otherwise")):
        Path("year.xml").write_text(
            f"<EXPSSDA903><CHILD><HEADER>{header.format(value)}</HEADER></CHILD></EXPSSDA903>", encoding="utf-8"
        )
        code, _, err = returns("convert", "year.xml", "--to", "csv", "--out", f"made{value}", "--period", "2025-26")
        assert code == CLEAN
        assert told in err
        assert err.endswith(f"Written: made{value}\n")
        assert len(err.splitlines()) == (2 if told else 1)


def test_invented_children_are_not_converted_to_files_that_look_real(returns):
    folder("real"), folder("demo", children=("DEMO000001", "DEMO000002"))
    to_csv, to_xml = ("--to", "csv", "--period", "2025-26", "--out"), ("--to", "xml", "--period", "2025-26", "--out")
    invented = "The children are invented: nothing here is a return.\n"

    assert returns("convert", "real", *to_csv, "files")[2] == "Written: files\n"
    assert Path("files/header.csv").is_file()
    assert returns("convert", "demo", *to_csv, "made")[2] == f"Written: made\n{invented}"
    names = [path.name for path in Path("made").iterdir()]
    assert len(names) == len(list(CLA.at("2025-26")))
    assert all(name.endswith("_DEMO_NOT_FOR_SUBMISSION.csv") for name in names)
    assert returns("convert", "made", *to_xml, "year.xml")[2] == (
        f"Written: year_DEMO_NOT_FOR_SUBMISSION.xml\n{invented}"
    )
    assert returns("convert", "real", *to_xml, "year.xml")[2] == "Written: year.xml\n"


def test_the_period_is_doubted_where_the_dates_are_of_another(returns):
    folder("year")
    doubted = "dates of episodes, reviews and so on"

    assert doubted not in "".join(returns("check", "year", *THIS)[1:])
    for period, after in (("2026-27", 0), ("2024-25", 2)):
        _, out, err = returns("check", "year", "--period", period)
        assert err.startswith(f"Of 4 {doubted} 0 are in {period} and {after} after it")
        assert doubted not in out
        asked = ("year", "--period", period)
        convert = ("convert", *asked, "--to", "csv", "--out", period)
        for again in (returns(*convert), returns("check", *asked, "--format", "csv")):
            assert again[2].count(doubted) == 1
    told = json.loads(returns("check", "year", "--period", "2024-25", "--format", "json")[1])["issues"]
    assert doubted in told[0]["what"]


@pytest.fixture
def in_november(monkeypatch):
    """The collection of 2026-27 opens next."""
    open_next = Return.open_next
    monkeypatch.setattr(Return, "open_next", lambda whole, _: open_next(whole, dt.date(2026, 11, 30)))


def test_a_year_in_which_no_date_is_is_not_assumed(returns, refused, in_november):
    folder("year", children=("S3cret1", "S3cret2", "S3cret3")), folder("old", REVIEW="01/06/2001", DECOM="01/06/2001")
    assert returns("convert", "year", "--to", "xml", "--out", "year.xml", "--period", "2025-26")[0] == CLEAN
    none = "dates of episodes, reviews and so on is in 2026-27, the collection that is open or opens next;"

    sentence = f"None of the 6 {none} 3 are in 2025-26: say the period with --period."
    for given in ("year", "year.xml"):
        assert refused("check", given) == sentence
    assert refused("convert", "year", "--to", "csv", "--out", "made") == sentence
    assert refused("check", "old") == (
        f"None of the 4 {none} nor in another that is described: look at the dates, or say the period with --period."
    )


def test_a_year_in_which_few_dates_are_is_doubted_before_anything_is_found(returns, in_november):
    reviews = folder("year", children=("S3cret1", "S3cret2", "S3cret3")) / "Reviews.csv"
    reviews.write_text(reviews.read_text().replace("01/06/2025", "01/06/2026", 1))

    _, out, err = returns("check", "year")

    first, second, *_ = err.splitlines()
    assert first == "No header says of which period this is: taken as 2026-27; --period names another."
    assert second == (
        "Of 6 dates of episodes, reviews and so on 1 are in 2026-27, and 2 are in 2025-26: check that this is the "
        "return of that period, or say it with --period."
    )
    assert "2 are in 2025-26" not in out


def test_that_no_header_says_the_period_is_told_of_xml_too_and_its_dates_are_compared(returns, in_november):
    assert returns("convert", folder("year"), "--to", "xml", "--out", "year.xml", "--period", "2025-26")[0] == CLEAN
    (document,) = Path().glob("*.xml")

    document.write_text(document.read_text().replace("01/06/2025", "01/06/2026", 1))
    _, _, err = returns("check", document)
    _, _, told = returns("check", document, "--period", "2024-25")

    assert err.startswith("No header says of which period this is: taken as 2026-27")
    assert told.count("\n") == 2
    assert told.startswith("Of 4 dates of episodes, reviews and so on 0 are in 2024-25 and 2 after it")
    assert told.splitlines()[1].startswith("Not a whole return: for want of table SWEpisodes 13 of 305 ")


def test_last_year_s_return_is_not_this_one_and_its_doubts_are_told(returns, refused):
    folder("this")

    assert refused("check", "this", *THIS, "--previous", "this") == (
        "--previous is the same as the return itself; give that of 2024-25, the period before."
    )
    _, _, err = returns("check", folder("last", "2024-25"), *THIS, "--previous", "this")
    assert err.splitlines()[1].startswith(
        "Last period's return: Of 4 dates of episodes, reviews and so on 0 are in 2024-25 and 2 after"
    )


def test_last_period_s_return_of_other_children_is_told_with_the_list_that_may_be_missing(returns):
    this, last = folder("this"), folder("last", "2024-25", children=("Old1", "OLD2"))
    check = ("check", this, *THIS, "--previous", last)
    few = "0 of 2 children of last period's return are in this one, so nearly every child counts as new."

    assert returns(*check)[2] == (
        f"{few} If the case system gave new ids, name a list of them with --child-ids FILE (CSV, columns old,new), "
        "and see that both are of one authority.\n"
    )
    Path("ids.csv").write_text("old,new\nold1,other1\n")
    assert returns(*check, "--child-ids", "ids.csv")[2].startswith(
        f"{few} Look at the list of new ids, and see that both"
    )
    Path("ids.csv").write_text("old,new\nold1,s3cret1\n")
    assert returns(*check, "--child-ids", "ids.csv")[2] == ""


def test_the_report_of_invented_children_says_so_and_the_terminal_what_was_found(returns):
    folder("real"), folder("demo", children=("DEMO000001", "DEMO000002"))
    banner = "<strong>Invented children.</strong>"

    for given, there in (("real", False), ("demo", True)):
        _, _, err = returns("check", given, *THIS, "--format", "html", "--out", "page.html")
        assert re.fullmatch(r"Written: page\.html\n2 children; [0-9]+ errors, [0-9]+ queries\.\n", err)
        assert (banner in Path("page.html").read_text()) is there


def test_a_schema_says_itself_of_which_return_it_is(returns, refused):
    schema = GENERATED / "cla_2025-26.xsd"

    assert returns("schema", "add", schema)[1].startswith(f"Registered for {CLA.title}, 2025-26. No difference")
    assert refused("schema", "add", schema, "--return", "cin") == (
        f"cla_2025-26.xsd: is a schema of {CLA.title}; give one of {described('cin').title}, or say --return cla"
    )


def test_ids_that_lost_the_zeros_at_their_start_are_told(returns):
    this, last = folder("this", children=("12", "S3cret7")), folder("last", "2024-25", children=("0012", "S3cret7"))

    _, _, err = returns("check", this, *THIS, "--previous", last)

    assert err == (
        "1 children of last period have the id of one of this period but for zeros at its start: a spreadsheet may "
        "have taken them away; compare with the system.\n"
    )


def test_children_s_new_ids_are_compared_in_capitals_as_the_ids_are(returns, refused):
    this, last = folder("this"), folder("last", "2024-25", children=("Old1", "OLD2"))
    check = ("check", this, *THIS, "--format", "json", "--previous", last, "--child-ids", "ids.csv")
    ids = Path("ids.csv")

    ids.write_text("old,new\nold1,s3cret1\nOld2,S3CRET2\n")
    code, out, err = returns(*check)
    assert (code, err) == (QUERIES, "")
    assert "NoE" not in rules(out)

    for text, said in (
        ("old,new\nOLD1,S3CRET1\nold1,S3CRET2\n", "an old id stands on several lines"),
        ("old,new\nOLD1,s3cret1\nOLD2,S3CRET1\n", "two children of last period would get one id"),
        ("old,new\n", "no line below the headings"),
    ):
        ids.write_text(text)
        assert said in refused(*check)


@pytest.mark.parametrize(
    "text",
    [
        '{"findings": []}',
        '{"findings": [], "facts": []}',
        '{"findings": [{"problem": 1}], "facts": {}}',
        '{"findings": [{"problem": "x", "rule": {"S3CRET": 1}}], "facts": {}}',
        '{"findings": [{"problem": "x", "fields": 5}], "facts": {}}',
        '{"findings": [{"problem": "x", "fields": ["S3CRET", 1]}], "facts": {}}',
        "[" * 100_000,
    ],
    ids=["no facts", "other facts", "no key", "no text", "no list", "no names", "deep"],
)
def test_diff_refuses_what_is_no_run(refused, text):
    Path("run.json").write_text(text)
    assert "give the findings.json of a run" in refused("diff", "run.json", "run.json")


def test_diff_refuses_a_file_too_large_to_compare(refused):
    with Path("run.json").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert refused("diff", "run.json", "run.json").startswith("run.json is larger than 512 MiB; give")


def test_a_device_is_not_replaced(refused):
    os.mkfifo("pipe")
    assert refused("check", folder("this"), *THIS, "--format", "csv", "--out", "pipe") == (
        "pipe is a device, not a file, and would be replaced; name a file with --out."
    )
    assert Path("pipe").is_fifo()


def test_diff_says_when_the_runs_are_of_two_periods(returns):
    for period in ("2024-25", "2025-26"):
        code, _, _ = returns(
            "check", folder(period, period), "--period", period, "--format", "json", "--out", f"{period}.json"
        )
        assert code == QUERIES

    _, _, err = returns("diff", "2024-25.json", "2025-26.json")

    assert err == ("The runs are of 2024-25 and 2025-26: what is of one period only counts as solved or new.\n")


def test_a_new_error_of_unconfirmed_severity_does_not_make_diff_fail_where_check_does_not(returns):
    for name, sex in (("was", "F"), ("now", "X")):
        code, _, _ = returns("check", folder(name, SEX=sex), *THIS, "--format", "json", "--out", f"{name}.json")
        assert code == QUERIES

    code, out, _ = returns("diff", "was.json", "now.json")

    assert "\n101       error     2 " in out
    assert code == QUERIES


def test_explain_looks_in_every_rule_book(returns, refused):
    assert "1005" in returns("explain", " 1005 ")[1]
    assert refused("explain", "sw12").startswith("The rule books of cin and cla have no rule 'sw12'")
    assert "or SW12STG2" in refused("explain", "SW12STG1X")


def test_a_list_of_providers_without_providers_is_refused(refused):
    Path("list.csv").write_text(
        "URN,Placement code,Placement provider code,Deregistration date,Provider postcode,Local authority\n"
    )
    assert refused("check", folder("this"), *THIS, "--providers", "list.csv") == (
        "list.csv has no row with a URN; give Ofsted's list as it came."
    )

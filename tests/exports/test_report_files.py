"""CSV, workbook and JSON: complete, unchanged, and no formula anywhere."""

import csv
import io
import json

import openpyxl
import pandas as pd
import pytest
from report_data import FACTS, OBSTACLES, PERIOD, drawn, invented, reported, tables_of

import exports.workbook
from exports.findings_csv import COLUMNS, cells, harmless
from exports.page import page
from exports.report import report
from exports.report_files import write_csv, write_json, write_workbook
from validation.rule import run
from validation.rules import book
from validation.submission import submit

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    '=DDE("cmd";"/C calc";"x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@A1",
    "\t=1+1",
    "\t1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "   +1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    " ＝1+1",
    "﹦1+1",
    "=",
    "-",
    "=1+1,2",
    "+44 1632 960000",
    "-1;=1+1",
]
PLAIN = [
    "-5",
    "+3",
    "-3.25",
    "1=1",
    "a@b",
    "C-1",
    "'=1+1",
    '"=1+1"',
    "2025-04-01",
    "1,5",
    'say "so"',
    "#",
    "a|b",
    "a\nb",
    "a\r\nb",
    " x ",
    "é",
    ";",
]


@pytest.fixture(scope="module")
def small():
    return reported(drawn())


def of_ids(ids):
    """The report on children with these ids, each flagged by one rule."""
    frame = pd.DataFrame({"LAchildID": ids, "Sex": [f"{one}*" for one in ids]}).astype("str")
    submission = submit("cin", {"ChildIdentifiers": frame}, PERIOD)
    return report(
        submission, run(book("cin"), submission, ["4180"]), facts=FACTS | {"source": "=1+1"}, left_out=left_out(ids)
    )


def left_out(ids):
    return pd.DataFrame({"table": ids, "reason": ids, "rows": 1})


def read_csv(made, path):
    write_csv(made, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.mark.parametrize("payload", FORMULAS)
def test_no_cell_of_the_csv_is_a_formula(payload, tmp_path):
    row = read_csv(of_ids([payload]), tmp_path / "a.csv")[0]

    assert row["child"] == f"'{payload}"
    assert row["values"] == f"Sex={payload}*"


def test_all_texts_come_back_from_the_csv(tmp_path):
    rows = read_csv(of_ids(PLAIN), tmp_path / "a.csv")

    assert [row["child"] for row in rows] == PLAIN
    assert [row["values"] for row in rows] == [f"Sex={text}*" for text in PLAIN]


def test_the_csv_is_what_its_standard_says(small, tmp_path):
    rows = read_csv(small, tmp_path / "a.csv")
    content = (tmp_path / "a.csv").read_bytes()

    assert content.startswith(b"\xef\xbb\xbfrule,severity,confidence,")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == len(rows) + 1
    assert tuple(rows[0]) == COLUMNS
    third = next(row for row in rows if row["rule"] == "8640")
    del third["title"], third["advice"], third["group"]
    assert third == {
        "rule": "8640",
        "severity": "error",
        "confidence": "verified",
        "table": "CINdetails",
        "row": "30",
        "fields": "ReasonForClosure",
        "child": "F5",
        "values": "ReasonForClosure=R?9",
    }
    unreadable = next(row for row in rows if row["rule"] == "8525Q")
    assert unreadable["values"] == "PersonBirthDate=31/02/2012; ExpectedPersonBirthDate="
    whole = next(row for row in rows if row["rule"] == "2887Q")
    assert (whole["table"], whole["row"], whole["child"], whole["values"]) == ("", "", "", "")


def test_every_finding_is_in_csv_and_json(tmp_path):
    tables = invented(60)
    submission = submit("cin", tables, PERIOD)
    outcome = run(book("cin"), submission)
    made = report(submission, outcome, facts=FACTS)
    write_json(made, tmp_path / "a.json")
    read = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    wanted = outcome.findings.astype(object).where(outcome.findings.notna(), None)
    keys = ["rule", "severity", "table", "row", "child", "group"]
    expected = sorted(map(tuple, wanted[keys].to_numpy().tolist()), key=str)

    assert sorted((tuple(one[key] for key in keys) for one in read["findings"]), key=str) == expected
    lines = read_csv(made, tmp_path / "a.csv")
    assert sorted((row["rule"], row["table"], row["row"], row["group"]) for row in lines) == sorted(
        (one["rule"], one["table"] or "", "" if one["row"] is None else str(one["row"]), str(one["group"]))
        for one in read["findings"]
    )
    assert [row["severity"] for row in lines] == sorted(row["severity"] for row in lines)


def test_json_values_are_those_read(tmp_path):
    texts = FORMULAS + PLAIN + ["\x01", "\\", '\\"']
    write_json(of_ids(texts), tmp_path / "a.json")
    read = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))

    assert [one["child"] for one in read["findings"]] == texts
    assert [one["values"] for one in read["findings"]] == [{"Sex": f"{text}*"} for text in texts]
    assert read["facts"]["source"] == "=1+1"


def test_json_tells_missing_from_unreadable(small, tmp_path):
    write_json(small, tmp_path / "a.json")
    read = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    one = next(one for one in read["findings"] if one["rule"] == "8525Q")

    assert one["values"] == {"PersonBirthDate": "31/02/2012", "ExpectedPersonBirthDate": None}
    assert one["row"] == 2
    assert read["not_run"]["8863Q"] == "switched off by the local rules file"
    assert read["crashed"] == {}
    assert [row["rows"] for row in read["left_out"]] == [31, 4]
    assert read["issues"][0]["line"] == 8812
    assert read["local"][0]["author"] == "A. Manager"
    assert read["counts"]["known rules held, all years"] == len(book("cin").versions)


def sheets(made, path):
    write_workbook(made, path)
    return openpyxl.load_workbook(path)


def test_no_cell_of_the_workbook_is_a_formula_or_changed(tmp_path):
    texts = [text for text in FORMULAS + PLAIN if "\r" not in text]
    workbook = sheets(of_ids(texts), tmp_path / "a.xlsx")
    findings = workbook["Findings"]
    columns = {cell.value: cell.column - 1 for cell in findings[1]}
    rows = list(findings.iter_rows(min_row=2))

    assert [row[columns["child"]].value for row in rows] == texts
    assert [row[columns["values"]].value for row in rows] == [f"Sex={text}*" for text in texts]
    assert {cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "inlineStr",
    }
    assert [row[0].value for row in workbook["Left out"].iter_rows(min_row=2)] == texts
    assert not [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_the_workbook_has_its_sheets(small, tmp_path):
    workbook = sheets(small, tmp_path / "a.xlsx")

    assert workbook.sheetnames == ["Summary", "Rules", "Findings", "Not run", "Left out", "What stops the XML"]
    assert list(workbook["What stops the XML"].values)[1:] == [tuple(OBSTACLES.iloc[0])]
    summary = {row[0].value: row[1].value for row in workbook["Summary"].iter_rows()}
    assert summary["errors"] == small.totals["errors"]
    assert summary["sheet Findings holds"] == f"all {small.totals['errors'] + small.totals['queries']}"
    assert summary["local setting for 8863Q"].startswith("off: Assessments overlap")
    assert workbook["Findings"].max_row == small.totals["errors"] + small.totals["queries"] + 1
    assert workbook["Not run"].max_row == small.totals["rules not run"] + 1
    assert workbook["Rules"].max_row == len(small.rules) + 1


def test_of_the_xml_nothing_is_said_where_nobody_asked_for_it(small, tmp_path):
    said = "complete XML file"
    unasked = reported(drawn(), obstacles=None)

    assert len(sheets(unasked, tmp_path / "unasked.xlsx").sheetnames) == 5
    for each, told in ((small, True), (unasked, False)):
        summary = [row[0].value for row in sheets(each, tmp_path / f"{told}.xlsx")["Summary"].iter_rows()]
        assert any(said in name for name in summary) is told
        assert (said in page(each).decode()) is told


def test_what_stops_the_xml_of_the_903_does_not_stop_its_csv_files(small):
    submission = submit("cla", {}, PERIOD)
    care = report(submission, run(book("cla"), submission, ["101"]), facts=FACTS, obstacles=OBSTACLES)

    assert "complete XML file; the CSV files are whole." in page(care).decode()
    assert "complete XML file. <a" in page(small).decode()


def test_the_workbook_says_where_it_ends(small, tmp_path, monkeypatch):
    monkeypatch.setattr(exports.workbook, "MOST_FINDINGS", 7)
    workbook = sheets(small, tmp_path / "a.xlsx")

    assert workbook["Findings"].max_row == 8
    assert [row[1].value for row in workbook["Findings"].iter_rows(min_row=2)] == ["error"] * 5 + ["query"] * 2
    assert f"the first 7 of {small.totals['errors'] + small.totals['queries']}; all of them are in the CSV file" in [
        row[1].value for row in workbook["Summary"].iter_rows()
    ]


def test_a_text_too_long_for_a_cell_is_cut_there_only(tmp_path):
    long = "x" * 40_000
    workbook = sheets(of_ids([long]), tmp_path / "a.xlsx")

    assert workbook["Findings"]["G2"].value == long[:32_767]
    assert read_csv(of_ids([long]), tmp_path / "a.csv")[0]["child"] == long


def test_row_labels_are_cells_like_others(tmp_path):
    tables = tables_of(ChildIdentifiers=[{"row": "=1+1", "LAchildID": "A", "Sex": "Q"}])
    submission = submit("cin", tables, PERIOD)
    made = report(submission, run(book("cin"), submission, ["4180"]), facts=FACTS)

    assert read_csv(made, tmp_path / "a.csv")[0]["row"] == "'=1+1"
    write_json(made, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["findings"][0]["row"] == "=1+1"


def test_harmless_leaves_missing_and_plain_cells_alone():
    import pyarrow as pa

    texts = pa.array([None, "", "a", "-1"])
    assert harmless(texts).to_pylist() == [None, "", "a", "-1"]
    assert next(csv.reader(io.StringIO(",".join(cells(texts).to_pylist())))) == ["", "", "a", "-1"]

"""What is assembled, and the page without a browser: every finding once, no other children, nothing from outside."""

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from reference.random_cin import random_return
from report_data import FACTS, PERIOD, complete, drawn, invented, reported, tables_of

from exports.page import page
from exports.report import report, table
from exports.report_files import write_csv, write_json, write_page, write_workbook
from validation.rule import run
from validation.rules import book
from validation.submission import submit


@pytest.fixture(scope="module")
def small():
    return reported(drawn())


def assembled(tables, rules=None, **more):
    submission = submit("cin", tables, PERIOD)
    outcome = run(book("cin"), submission, rules, **more)
    return report(submission, outcome, facts=FACTS), outcome


def random_tables(seed):
    return tables_of(**{name: rows for name, rows in random_return(seed, PERIOD).items() if rows})


def unpacked(html: bytes):
    """The findings that the page's script would see: (rule, severity, table, row label, child id)."""
    text = re.search(rb'<script type="application/octet-stream" id="packed">([^<]*)</script>', html).group(1)
    whole = zlib.decompress(base64.b64decode(text))
    length = int.from_bytes(whole[:4], "little")
    head = json.loads(whole[4 : 4 + length])

    def column(told):
        start, count, wide = told
        planes = np.frombuffer(whole, np.uint8, count * wide, 4 + length + start).reshape(wide, count)
        return sum(planes[at].astype(np.int64) << (8 * at) for at in range(wide)) if count else np.zeros(0, np.int64)

    labels, starts = [], []
    for told in head["tables"]:
        steps = column(told["steps"]) if "steps" in told else np.zeros(0, np.int64)
        labels.append(
            told.get("labels") or [str(n) for n in np.cumsum(np.where(steps % 2, -(steps + 1) // 2, steps // 2))]
        )
        starts.append(np.concatenate([[0], np.cumsum(column(told["rows"]))]))
    found, subject, rule = [], 0, None
    for part, step, row in zip(column(head["part"]), column(head["step"]), column(head["row"]), strict=True):
        of = head["parts"][part]
        subject = int(step) + (subject if rule == of["rule"] else 0)
        rule = of["rule"]
        label = labels[of["table"]][starts[of["table"]][subject] + row - 1] if row else None
        name = head["tables"][of["table"]]["name"] if of["table"] >= 0 else None
        found.append((head["rules"][rule]["code"], of["severity"], name, label, head["subjects"]["id"][subject]))
    return found, head


def as_tuples(findings):
    rows = findings[["rule", "severity", "table", "row", "child"]].itertuples(index=False)
    return [tuple(None if pd.isna(cell) else str(cell) for cell in row) for row in rows]


def assert_whole(seed):
    made, outcome = assembled(random_tables(seed))
    findings = outcome.findings
    found, _ = unpacked(page(made))

    assert Counter(found) == Counter(as_tuples(findings))
    assert {row[0]: row[2] for row in table(made)} == {code: len(own) for code, own in findings.groupby("rule")}
    assert made.totals["errors"] + made.totals["queries"] == len(findings)
    assert made.totals["errors"] == (findings["severity"] == "error").sum()
    severities = [row[1] for row in table(made)]
    assert severities == sorted(severities)


@pytest.mark.parametrize("seed", range(6))
def test_the_page_holds_every_finding_with_its_row_and_child(seed):
    assert_whole(seed)


@pytest.mark.soak
def test_many_pages_hold_every_finding_with_its_row_and_child():
    for seed in range(6, 500):
        assert_whole(seed)


def test_a_rule_says_in_how_many_children(small):
    rows = {row[0]: row[1:4] for row in table(small)}

    assert rows["8825Q"] == ("query", 4, 1)
    assert rows["8640"] == ("error", 1, 1)
    assert rows["2887Q"] == ("query", 1, 0)  # on the return as a whole


def test_two_children_with_one_id_are_two():
    tables = drawn()
    twins = tables["ChildIdentifiers"].assign(LAchildID=["T", "T", "C3"], Sex=[None, None, "F"])
    below = {
        name: frame.assign(parent_row=[1, 2, 3]) for name, frame in tables.items() if name == "ChildCharacteristics"
    }
    made, _ = assembled({"ChildIdentifiers": twins} | below, ["4180"])

    assert table(made) == [("4180", "error", 2, 2, made.rules["title"][0])]
    assert made.subjects["id"].tolist() == ["T", "T"]


def test_a_row_of_no_child_is_shown_by_itself():
    tables = tables_of(
        ChildIdentifiers=[{"row": 4, "LAchildID": None, "Sex": "Q"}, {"row": 5, "LAchildID": None, "Sex": "Q"}]
    )
    made, _ = assembled(tables, ["4180"])

    assert made.subjects[["row", "child"]].to_numpy().tolist() == [["4", True], ["5", True]]
    found, _ = unpacked(page(made))
    assert [one[3] for one in found] == ["4", "5"]


def test_rows_without_an_id_are_no_children_but_those_of_the_childrens_own_table():
    flat = tables_of(
        ChildIdentifiers=[{"LAchildID": None, "Sex": "Q"}, {"LAchildID": "A", "Sex": "F"}],
        CINdetails=[{"LAchildID": child, "PrimaryNeedCode": "N99"} for child in (None, None, "A", "A", "Z")],
    )
    made, _ = assembled(flat, ["4180", "8650"])

    assert made.totals["children"] == made.totals["children with findings"] == 3
    assert {row[0]: row[2:4] for row in table(made)} == {"4180": (1, 1), "8650": (5, 2)}
    assert made.subjects["id"].fillna("").tolist() == ["A", "Z", "", "", ""]


def test_rows_below_no_child_count_once_for_each_id_that_stands_in_them():
    nested = tables_of(
        ChildIdentifiers=[{"row": 1, "LAchildID": "A", "Sex": "F"}, {"row": 2, "LAchildID": "B", "Sex": "F"}],
        ChildCharacteristics=[
            {"row": number, "LAchildID": child, "Ethnicity": "X9", "parent_row": 1 if number == 1 else 99}
            for number, child in enumerate(["A", "A", "Z", "Z", None], 1)
        ],
    )
    made, _ = assembled(nested, ["4220"])

    assert (made.totals["children"], made.totals["children with findings"]) == (3, 2)
    assert [row[:4] for row in table(made)] == [("4220", "error", 5, 2)]
    assert sorted(one[3:] for one in unpacked(page(made))[0]) == sorted(
        [("1", "A"), ("2", "A"), ("3", "Z"), ("4", "Z"), ("5", None)], key=str
    )


def test_the_children_of_the_903_are_those_in_any_of_its_tables():
    tables = tables_of(
        Header=[{"CHILD": "A", "SEX": "9", "DOB": "01/02/2012"}],
        Episodes=[{"CHILD": child, "DECOM": "01/05/2025", "RNE": "9"} for child in "ABCC"],
    )
    submission = submit("cla", tables, PERIOD)
    made = report(submission, run(book("cla"), submission, ["143"]), facts=FACTS)

    assert made.totals["children"] == made.totals["children with findings"] == 3
    assert "of 3 in the return" in page(made).decode()


def test_what_reading_showed_is_no_rule(small):
    found = [row[0] for row in table(small) if row[1] == "error"]
    html = page(small).decode()

    assert "unreadable" in found
    assert small.totals["rules with errors"] == len(found) - 1
    assert f"from {len(found) - 1} rules and from reading the source; to be corrected<" in html
    assert "from 1 rule; to be corrected or explained<" in page(assembled(drawn(), ["8825Q"])[0]).decode()


def test_not_run_crashed_and_not_asked_for_are_told_apart():
    submission = submit("cin", drawn(), PERIOD)
    outcome = run(book("cin"), submission, ["8640", "8650", "8736"], {"8650": None})
    outcome.ran.remove("8640")
    outcome.crashed["8640"] = "ValueError"
    made = report(submission, outcome, facts=FACTS)
    states = made.rules.set_index("code")["state"]

    assert states["8640"] == "crashed"
    assert states["8650"] == "not run"
    assert states["8620"] == "not asked"
    html = page(made).decode()
    assert "<strong>1 rule crashed</strong> (8640)" in html
    assert "switched off by the local rules file" in html


def test_rows_are_known_by_label_whatever_the_labels():
    tables = drawn()
    tables["CINdetails"].index = pd.Index([f"row {n}" for n in "gfedcba"])
    found, _ = unpacked(page(assembled(tables, ["8650"])[0]))

    assert found == [("8650", "error", "CINdetails", "row e", "F5")]


def test_nothing_of_a_child_without_findings_is_on_the_page():
    tables = drawn()
    tables["ChildIdentifiers"] = pd.concat(
        [
            tables["ChildIdentifiers"],
            tables_of(
                x=[{"row": 9, "LAchildID": "CANARY77", "UPN": "CANARYUPN", "PersonBirthDate": "2011-11-11", "Sex": "F"}]
            )["x"],
        ]
    )
    made, outcome = assembled(tables, ["4180", "8640"])
    html = page(made)
    _, head = unpacked(html)

    assert "CANARY77" not in outcome.findings["child"].tolist()
    for canary in ("CANARY", "2011-11-11"):
        assert canary not in html.decode() + json.dumps(head)
    assert "R?9" in json.dumps(head)


def test_the_page_allows_its_own_script_and_style_and_nothing_else(small):
    html = page(small).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html).group(1)
    scripts = [
        text
        for kind, text in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
        if "octet-stream" not in kind
    ]
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)

    def hashed(text):
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert len(scripts) == len(styles) == 1
    assert policy == (
        f"default-src 'none'; script-src {hashed(scripts[0])}; style-src {hashed(styles[0])}; "
        "base-uri 'none'; form-action 'none'"
    )
    outside = html.replace(scripts[0], "").replace(styles[0], "")
    assert not re.findall(r"\s(?:on\w+|style|src)\s*=|(?:href|action)=\"(?!#)|https?:", outside)
    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|https?:|fetch\(|XMLHttp|import\(", scripts[0]
    )
    assert not re.findall(r"url\(|@import|https?:", styles[0])


def test_what_comes_from_data_is_escaped(small):
    nasty = "<img src=x onerror=alert(1)>"
    issues = pd.DataFrame({"table": [nasty], "row": [1], "field": [nasty], "what": [nasty], "line": [3]})
    local = pd.DataFrame(
        {"code": ["8640"], "setting": ["query"], "reason": [nasty], "author": [nasty], "expires": ["2026-12-31"]}
    )
    left_out = pd.DataFrame({"table": [nasty], "reason": [nasty], "rows": [1]})
    html = page(replace(small, issues=issues, local=local, left_out=left_out, facts=FACTS | {"source": nasty}))

    assert nasty.encode() not in html
    assert html.count(b"&lt;img src=x onerror=alert(1)&gt;") >= 9
    assert b"local setting: query until 2026-12-31" in html
    assert b"<script>alert" not in html


def test_what_reading_tables_showed_is_told_in_its_place(small):
    told = {"reading": "extra.csv was not read", "warnings": "counted from the database"}
    html = page(replace(small, issues=small.issues.head(0), facts=FACTS | told)).decode()

    place = html.partition("What reading the source met</h3>")[2].partition("<h3>")[0]
    assert re.findall("<p>(.*?)</p>", place) == list(told.values())
    assert "Nothing unexpected" not in html


def test_the_summary_reads_without_script(small):
    html = page(small).decode()
    without = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)

    for code, _, count, children, title in table(small):
        row = re.search(rf'<tr data-code="{code}".*?</tr>', without, re.DOTALL).group(0)
        assert re.findall(r'class="number">([^<]*)<', row) == [f"{count:,}", f"{children:,}"]
        assert title.replace("'", "&#39;") in row
    for told in (
        "Scripts are off",
        "closed before the year",
        "unknown element",
        "the schema wants a value here",
        "A. Manager",
        "a3f5" * 16,
    ):
        assert told in without
    assert without.count("<caption") == without.count("<table")


@pytest.mark.parametrize("tables", [{}, {"ChildIdentifiers": pd.DataFrame({"LAchildID": pd.Series([], dtype="str")})}])
def test_a_run_without_findings_has_all_its_files(tables, tmp_path):
    made, outcome = assembled(tables, ["4180"])
    for write, name in (
        (write_page, "a.html"),
        (write_workbook, "a.xlsx"),
        (write_csv, "a.csv"),
        (write_json, "a.json"),
    ):
        write(made, tmp_path / name)

    assert outcome.findings.empty
    assert unpacked((tmp_path / "a.html").read_bytes())[0] == []
    assert json.loads((tmp_path / "a.json").read_text())["findings"] == []
    assert (tmp_path / "a.csv").read_bytes().count(b"\r\n") == 1
    assert "No rule that ran found anything." in (tmp_path / "a.html").read_text()


def test_demonstration_data_say_so(small):
    assert b"Invented children" in page(small)
    assert b"Invented children" not in page(replace(small, facts=FACTS | {"demo": ""}))


def test_many_remarks_are_counted_and_the_first_shown(small):
    issues = pd.DataFrame(
        {"table": "CINdetails", "row": range(5000), "field": "Colour", "what": "unknown element", "line": range(5000)}
    )
    html = page(replace(small, issues=issues)).decode()

    assert "the first 200 of 5,000" in html
    assert html.count("unknown element") == 201
    assert '<td class="number">5,000</td>' in html


@pytest.mark.soak
def test_fifty_thousand_children_fit(tmp_path):
    tables = {name: complete(name, frame) for name, frame in invented(50_000).items()}
    submission = submit("cin", tables, PERIOD)
    outcome = run(book("cin"), submission)
    made = report(submission, outcome, facts=FACTS)
    html = page(made)
    found, _ = unpacked(html)

    assert len(outcome.findings) > 500_000
    assert len(html) < 8_000_000
    assert Counter(found) == Counter(as_tuples(outcome.findings))

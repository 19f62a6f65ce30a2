"""The committed documents are those that the description makes today."""

import csv
import io

from exports.dictionary import FOLDER, documents, main, processing, stale
from returns import RETURNS, described


def test_committed_documents_are_current():
    assert stale() == []


def test_a_changed_document_is_told(tmp_path, monkeypatch, capsys):
    for each in RETURNS:
        for name, text in documents(each).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr("exports.dictionary.FOLDER", tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "cin_rules.md").write_text("old", encoding="utf-8")
    assert stale(tmp_path) == ["cin_rules.md"]
    assert FOLDER.name in "docs/generated"
    assert main([]) == 0
    assert main(["--check"]) == (0 if stale() == [] else 1)


def test_every_field_has_a_row_in_the_record_of_processing():
    rows = list(csv.DictReader(io.StringIO(processing(described("cin")))))
    fields = {(table.name, item.name) for table in described("cin") for item in table.fields}

    assert {(row["table"], row["field"]) for row in rows} == fields
    assert all(row["purpose"] and row["lawful_basis"] and row["retention"] for row in rows)
    assert all(row["condition"] for row in rows if row["category"] != "ordinary")
    for row in rows:
        assert all(row[name] for name in ("kept", "duty", "controller", "source", "recipient", "transfers", "security"))
        assert bool(row["subjects"]) is bool(row["risk"]) is (row["personal"] == "yes") is (row["table"] != "Header")
    factor = next(row for row in rows if row["field"] == "AssessmentFactor")
    assert "household" in factor["subjects"]
    assert "Art 10" in factor["condition"]
    special = {row["field"] for row in rows if row["category"] == "special"}
    assert {"Ethnicity", "Disability", "AssessmentFactor"} <= special

"""Writing: valid or refused, whole or not at all, and byte for byte the same after being read."""

import hashlib
import stat
from pathlib import Path

import pandas as pd
import pytest
import strategies
from frames import rows
from golden import GOLDEN
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports import schemas, xml_write
from exports.xml import CannotWrite, obstacles, read, write
from exports.xsd import xsd
from returns import described
from validation.typed import PARENT, TEXT, typed

CIN = described("cin")
NOW = CIN.at("2025-26")
PERIODS = [period.name for period in CIN.periods]
SLOW_TO_MAKE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
WITHOUT_SHRINKING = [Phase.explicit, Phase.generate]


@pytest.fixture
def golden():
    return read(GOLDEN / "cin_2025-26.xml")


def changed(document, table: str, field: str, row: int, value) -> dict[str, pd.DataFrame]:
    tables = {name: frame.copy() for name, frame in document.tables.items()}
    tables[table].loc[row, field] = value
    return tables


def found(tables, period=NOW) -> list[tuple]:
    frame = obstacles(typed(tables, period), period)
    return rows(frame)


def check_round_trip(tables, header, period: str, folder: Path) -> None:
    now = CIN.at(period)
    given = typed(tables, now)
    first = write(given, now, header, folder / "first.xml")
    document = read(first.path, period=period)
    second = write(typed(document.tables, now), now, document.header, folder / "second.xml")

    assert first.complete
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.digest == hashlib.sha256(first.path.read_bytes()).hexdigest() == document.digest
    etree.XMLSchema(etree.fromstring(xsd(now))).assertValid(etree.parse(first.path))
    slow = strategies.tree(tables, header, now)
    etree.indent(slow)
    assert etree.canonicalize(etree.tostring(slow, encoding="unicode")) == etree.canonicalize(
        from_file=str(first.path)
    ).rstrip("\n")
    assert len(document.issues) == len(document.left) == 0
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(document.tables[name], frame, check_dtype=False)


@settings(max_examples=15, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(data=st.data(), period=st.sampled_from(PERIODS))
def test_what_is_written_is_valid_and_read_back_and_written_the_same(data, period, tmp_path):
    now = CIN.at(period)
    check_round_trip(data.draw(strategies.tables(now)), data.draw(strategies.headers(now)), period, tmp_path)


@pytest.mark.soak
@settings(max_examples=400, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING, derandomize=False)
@given(data=st.data(), period=st.sampled_from(PERIODS))
def test_soak_round_trip(data, period, tmp_path):
    now = CIN.at(period)
    check_round_trip(data.draw(strategies.tables(now)), data.draw(strategies.headers(now)), period, tmp_path)


@settings(max_examples=15, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(markup=strategies.foreign(NOW))
def test_any_message_is_written_again_or_refused_and_incomplete_ones_keep_what_fits(markup, tmp_path):
    (tmp_path / "foreign.xml").write_bytes(markup)
    document = read(tmp_path / "foreign.xml", period="2025-26")
    given = typed(document.tables, NOW)
    written = write(given, NOW, document.header, tmp_path / "again.xml", incomplete=True)

    assert written.complete == written.obstacles.empty == ("INCOMPLETE" not in written.path.name)
    if written.complete:
        etree.XMLSchema(etree.fromstring(xsd(NOW))).assertValid(etree.parse(written.path))
    again = read(written.path, period="2025-26")
    assert len(again.issues[again.issues["what"] != "nothing inside"]) == 0
    told = written.obstacles
    for table in NOW:
        if table.parent is None and table.occurs[1] == 1:
            continue
        lost = told[(told["table"] == table.name) & (told["why"].isin(["is missing", "there is none"]) == False)]  # noqa: E712
        kept, given_rows = again.tables[table.name], document.tables[table.name]
        assert len(given_rows) - len(kept) <= len(told)
        if table.parent is None:
            for item in table.document_fields:
                assert (
                    given_rows[item.name].notna().sum() - kept[item.name].notna().sum()
                    == (lost["field"] == item.name).sum()
                )


@pytest.mark.parametrize("period", PERIODS)
def test_golden_returns_are_read_without_issue_and_written_the_same(period, tmp_path):
    now = CIN.at(period)
    path = GOLDEN / f"cin_{period}.xml"
    document = read(path)
    written = write(typed(document.tables, now), now, document.header, tmp_path / path.name)

    assert document.period == period
    assert len(document.issues) == len(document.left) == 0
    assert all(len(document.tables[table.name]) for table in now)
    assert written.path.read_bytes() == path.read_bytes()
    assert written.rows == {name: len(frame) for name, frame in document.tables.items()}
    assert written.path.name == (f"cin_{period}.xml" if now.confirmed else f"cin_{period}_NOT_FOR_SUBMISSION.xml")
    etree.XMLSchema(etree.fromstring(xsd(now))).assertValid(etree.parse(path))


@pytest.mark.parametrize(
    ("table", "field", "value", "rule", "why"),
    [
        ("ChildIdentifiers", "LAchildID", None, "8500", "is missing"),
        ("ChildIdentifiers", "LAchildID", "a\x01b", "schema", "holds a character that XML cannot hold"),
        ("ChildIdentifiers", "LAchildID", "a\ufffe", "schema", "holds a character that XML cannot hold"),
        ("ChildIdentifiers", "UPN", "A123", "1540", "does not have the form that is asked for"),
        ("ChildIdentifiers", "UPN", "A12345678901\u00e9", "1550", "does not have the form that is asked for"),
        ("ChildIdentifiers", "FormerUPN", "x", "1560Q", "does not have the form that is asked for"),
        ("ChildIdentifiers", "PersonBirthDate", "31/02/2020", "unreadable", "cannot be read"),
        ("ChildIdentifiers", "Sex", " F", "4180", "is no code of this period"),
        ("ChildIdentifiers", "Sex", None, "4180", "is missing"),
        ("ChildCharacteristics", "Ethnicity", "wbri", "4220", "is no code of this period"),
        ("CINdetails", "ReferralSource", None, "schema", "is missing"),
        ("CINdetails", "ReferralSource", "5E", "schema", "is no code of this period"),
        ("CINdetails", "ReferralNFA", "maybe", "8568", "is no code of this period"),
        ("CINdetails", "CINreferralDate", "soon", "unreadable", "cannot be read"),
        ("AssessmentFactorsList", "AssessmentFactor", "18A", "schema", "is a code that is no longer sent"),
        ("ChildProtectionPlans", "NumberOfPreviousCPP", "-1", "8730", "is too small"),
        ("ChildProtectionPlans", "NumberOfPreviousCPP", "x", "8730", "cannot be read"),
        ("Reviews", "CPPreviewDate", None, "8842Q", "is missing"),
        ("Disabilities", "Disability", None, "schema", "is missing"),
    ],
)
def test_a_cell_that_no_schema_takes_is_an_obstacle(golden, table, field, value, rule, why, tmp_path):
    tables = changed(golden, table, field, 0, value)
    given = typed(tables, NOW)

    assert (table, 0, field, rule, why) in found(tables)
    with pytest.raises(CannotWrite, match=r"Children in need census 2025-26: \d+ cells or rows .* in ") as refused:
        write(given, NOW, golden.header, tmp_path / "out.xml")
    assert not list(tmp_path.iterdir())
    assert [row for row in rows(refused.value.obstacles) if row[2] == field] == [(table, 0, field, rule, why)]
    assert value is None or value not in str(refused.value)

    written = write(given, NOW, golden.header, tmp_path / "out.xml", incomplete=True)
    again = read(written.path)
    assert written.path.name == "out_INCOMPLETE_NOT_FOR_SUBMISSION.xml"
    assert not written.complete
    for other in NOW:
        fields = [item.name for item in other.document_fields]
        lost = golden.tables[other.name][fields].notna().sum() - again.tables[other.name][fields].notna().sum()
        had = int(other.name == table and pd.notna(golden.tables[table].loc[0, field]))
        assert lost[lost != 0].to_dict() == ({field: 1} if had else {})


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "True"])
def test_flags_are_written_as_digits(golden, text, tmp_path):
    tables = changed(golden, "CINdetails", "ReferralNFA", 0, text)
    written = write(typed(tables, NOW), NOW, golden.header, tmp_path / "out.xml")

    assert read(written.path).tables["CINdetails"]["ReferralNFA"].tolist() == ["1", "0"]


def test_rows_that_hang_in_the_air_and_parents_that_lack_rows_are_obstacles(golden):
    tables = {name: frame.copy() for name, frame in golden.tables.items()}
    tables["CINdetails"] = tables["CINdetails"].iloc[:1]
    tables["ChildCharacteristics"].loc[1, PARENT] = 0

    assert found(tables) == [
        ("ChildCharacteristics", 1, "ChildCharacteristics", "schema", "more than one in its row above"),
        ("Assessments", 1, "Assessments", "schema", "belongs to no row above"),
        ("ChildIdentifiers", 1, "ChildCharacteristics", "schema", "there is none"),
        ("ChildIdentifiers", 1, "CINdetails", "8590", "there is none"),
    ]


def test_a_row_without_any_value_is_an_obstacle():
    later = CIN.at("2026-27")
    tables = {name: frame.copy() for name, frame in read(GOLDEN / "cin_2026-27.xml").tables.items()}
    tables["PreProceedings"].loc[0, [item.name for item in later["PreProceedings"].document_fields]] = None

    assert found(tables, later) == [("PreProceedings", 0, "PreProceedingsandFGDM", "schema", "has no value")]


def test_a_return_without_children_is_an_obstacle():
    assert ("ChildIdentifiers", None, "Child", "schema", "there is none") in found({})


def test_rows_are_written_under_their_parents_whatever_their_order(golden, tmp_path):
    shuffled = {name: frame.iloc[::-1] for name, frame in golden.tables.items()}
    written = write(typed(shuffled, NOW), NOW, golden.header, tmp_path / "out.xml")

    again = read(written.path).tables
    assert again["ChildIdentifiers"]["LAchildID"].tolist() == ["GOLD2", "GOLD1"]
    for name in ("CINdetails", "Assessments", "AssessmentFactorsList", "Reviews"):
        ours = golden.tables[name]["LAchildID"].value_counts()
        assert again[name]["LAchildID"].value_counts().to_dict() == ours.to_dict()


def test_flat_tables_are_written_by_their_keys(golden, tmp_path):
    flat = {name: frame.drop(columns=PARENT, errors="ignore") for name, frame in golden.tables.items()}
    written = write(typed(flat, NOW), NOW, golden.header, tmp_path / "out.xml")

    assert written.path.read_bytes() == (GOLDEN / "cin_2025-26.xml").read_bytes()


def test_blocks_join_without_a_seam(golden, tmp_path, monkeypatch):
    whole = write(typed(golden.tables, NOW), NOW, golden.header, tmp_path / "whole.xml")
    monkeypatch.setattr(xml_write, "BLOCK", 1)
    blocks = write(typed(golden.tables, NOW), NOW, golden.header, tmp_path / "blocks.xml")

    assert whole.digest == blocks.digest


def test_a_wrong_header_is_an_obstacle(golden, tmp_path):
    with pytest.raises(CannotWrite) as refused:
        write(
            typed(golden.tables, NOW),
            NOW,
            golden.header | {"LEA": "20", "Year": "26", "Collection": "SC"},
            tmp_path / "out.xml",
        )

    assert rows(refused.value.obstacles[["table", "row", "field"]]) == [
        ("Header", 0, "Collection"), ("Header", 0, "Year"), ("Header", 0, "LEA"),
    ]  # fmt: skip


def test_a_file_is_there_whole_and_private_or_not_at_all(golden, tmp_path, monkeypatch):
    target = tmp_path / "out.xml"
    target.write_text("old")
    real = xml_write._Ready.pieces

    def broken(self):
        yield next(real(self))
        raise OSError("disk full")

    given = typed(golden.tables, NOW)
    monkeypatch.setattr(xml_write._Ready, "pieces", broken)
    with pytest.raises(OSError, match="disk full"):
        write(given, NOW, golden.header, target)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["out.xml"]
    assert target.read_text() == "old"

    write(typed(golden.tables, NOW), NOW, golden.header, target)
    assert [path.name for path in tmp_path.iterdir()] == ["out.xml"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_registered_schema_confirms_a_period_or_denies_it(golden, tmp_path):
    later = CIN.at("2026-27")
    document = read(GOLDEN / "cin_2026-27.xml")
    schema = tmp_path / "cin_2027.xsd"
    schema.write_bytes(xsd(later))
    home = tmp_path / "home"
    target = tmp_path / "out.xml"

    assert schemas.add(schema, home).empty
    written = write(typed(document.tables, later), later, document.header, target, home=home)
    assert written.path == target
    assert written.faults.empty

    schema.write_bytes(xsd(later).replace(b'<xs:element name="PPOutcome"', b'<xs:element name="Outcome"'))
    assert schemas.add(schema, home)["what"].tolist() == ["element", "element"]
    written = write(typed(document.tables, later), later, document.header, target, home=home)
    assert written.path.name == "out_NOT_FOR_SUBMISSION.xml"
    again = target.with_stem("out_DEMO_NOT_FOR_SUBMISSION")
    assert write(typed(document.tables, later), later, document.header, again, home=home).path == again
    assert written.faults["element"].tolist() == ["PPOutcome"]
    assert written.faults["line"].tolist() == [1 + document_line(written.path, "<PPOutcome>")]


def document_line(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().split("\n")) if text in line)


def test_dates_of_every_spelling_are_written_alike(golden, tmp_path):
    tables = changed(golden, "CINdetails", "CINreferralDate", 0, "02/06/2025")
    written = write(typed(tables, NOW), NOW, golden.header, tmp_path / "out.xml")

    assert written.path.read_bytes() == (GOLDEN / "cin_2025-26.xml").read_bytes()


def test_text_is_kept_as_it_is(golden, tmp_path):
    odd = " a<b&c>d\"e'\r\n\t]]>é€\U0001f600 "
    written = write(
        typed(changed(golden, "ChildIdentifiers", "LAchildID", 1, odd), NOW), NOW, golden.header, tmp_path / "out.xml"
    )

    assert (
        read(written.path).tables["ChildIdentifiers"]["LAchildID"].tolist()
        == pd.Series(["GOLD1", odd], dtype=TEXT).tolist()
    )

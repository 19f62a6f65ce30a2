"""Which source a unit's tables come from, and what is recorded of it."""

import pytest
from drawn_ssd import build, draw

from assets.sources.collect import INVENTED, collect
from assets.sources.demo import population, write
from assets.sources.errors import SourceError
from pipelines.resources import Home, unread
from returns import described

CIN = described("cin")
RECORDS = """
    ssd_person: pers_person_id | pers_legacy_id
    C1 | A7
    ssd_cin_episodes: cine_referral_id | cine_person_id | cine_referral_date
    R1 | C1 | 2025-05-01
    ssd_version_log: version_number | is_current
    1.4.5 | 1
"""


@pytest.fixture
def collected(tmp_path):
    def collect_from(kind="auto", files=(), children=10, url=None, folder="demo", **more):
        return collect(
            CIN, "2025-26", "356", kind,
            files=list(files), demo=tmp_path / folder, children=children, url=url, schema=None, **more,
        )  # fmt: skip

    return collect_from


@pytest.fixture
def records(tmp_path):
    url = f"sqlite:///{tmp_path / 'care.db'}"
    build(url, draw(RECORDS))
    return url


def test_care_records_go_before_invented_children(collected, records):
    got = collected(url=records)
    assert got.facts["source"] == "care records"
    assert got.facts["ssd_release"] == "1.4.5"
    assert "NumberOfPreviousCPP" in got.facts["warnings"]
    assert got.tables["Header"]["SoftwareCode"].tolist() == ["statutory-returns"]
    assert got.tables["ChildIdentifiers"]["LAchildID"].tolist() == ["C1"]


def test_the_childs_id_is_the_column_that_was_chosen(collected, records):
    got = collected(url=records, child_id="pers_legacy_id")
    assert got.tables["ChildIdentifiers"]["LAchildID"].tolist() == ["A7"]
    with pytest.raises(SourceError, match="pers_person_id or pers_legacy_id"):
        collected(url=records, child_id="pers_upn")


def test_the_column_is_set_in_the_environment(monkeypatch):
    from pipelines.resources import CareRecords

    assert CareRecords().child_id == "pers_person_id"
    monkeypatch.setenv("RETURNS_SSD_CHILD_ID", "pers_legacy_id")
    assert CareRecords().child_id == "pers_legacy_id"


def test_without_a_source_children_are_invented_once(collected, tmp_path):
    first = collected(folder="what?")
    again = collected(folder="what?")
    assert first.facts == again.facts
    assert first.facts["source"] == INVENTED
    assert len(first.tables["ChildIdentifiers"]) == 10
    assert [path.name for path in (tmp_path / "what?").iterdir()] == ["cin_356_2025-26_10.sqlite"]


def test_invented_children_stay_invented_wherever_their_database_lies(collected, tmp_path):
    url = f"sqlite:///{tmp_path / 'looks_real.db'}"
    write(population(10), url)
    got = collected("records", url=url)
    assert got.facts["source"] == INVENTED
    assert got.tables["Header"]["SoftwareCode"].tolist() == ["DEMO"]


@pytest.mark.parametrize(
    ("kind", "names", "said"),
    [
        ("records", [], "No care records are configured"),
        ("file", [], "holds no .xml and no .csv file"),
        ("auto", ["a.xml", "b.csv"], "holds XML and CSV files"),
    ],
)
def test_no_source_is_refused_in_one_sentence(collected, tmp_path, kind, names, said):
    with pytest.raises(SourceError, match=said):
        collected(kind, files=[tmp_path / name for name in names])


def test_files_that_nobody_can_read_are_not_passed_over_for_invented_children(collected, records):
    with pytest.raises(SourceError, match=r"no \.xml and no \.csv file lies in inbox/cin/356/2025-26"):
        collected(unread=1)
    assert collected("demo", unread=1).facts["source"] == INVENTED
    assert collected(url=records, unread=1).facts["source"] == "care records"


def test_what_is_dropped_and_cannot_be_read_is_counted(tmp_path):
    for name in ("return.zip", "notes", "~$return.xlsx", ".DS_Store", "return.XML", "Reviews.csv"):
        (tmp_path / name).touch()
    for name in ("accepted", "child_ids", "empty", "return"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Reviews.csv").touch()
    (tmp_path / "empty" / "Reviews.csv").unlink()
    assert unread(tmp_path) == 3
    assert unread(tmp_path / "nowhere") == 0


@pytest.mark.parametrize(("folder", "count"), [("903", 1), ("SSDA903", 1), ("CLA", 1), ("cla", 0), ("cin", 0)])
def test_what_is_dropped_under_another_name_of_the_return_is_counted(tmp_path, folder, count):
    inbox = tmp_path / "inbox" / folder / "356" / "2025-26"
    inbox.mkdir(parents=True)
    (inbox / "Reviews.csv").touch()
    assert Home(path=str(tmp_path)).astray("cla", "356", "2025-26") == count


@pytest.mark.parametrize(("header", "of"), [("301", "local authority 301"), ("Name", "local authority another")])
def test_tables_of_another_authority_are_refused(collected, tmp_path, header, of):
    file = tmp_path / "Header.csv"
    file.write_text(f"Collection,Year,LEA\nCIN,2026,{header}\n", encoding="utf-8")

    with pytest.raises(SourceError, match=f"{of}, this run is for 356"):
        collected(files=[file])
    file.write_text("Collection,Year,LEA\nCIN,2026, 356 \n", encoding="utf-8")
    assert collected(files=[file]).facts["source"] == "file"


def test_what_the_reading_of_tables_showed_is_told_in_sentences(collected, tmp_path):
    (tmp_path / "Disabilities.csv").write_text("LAchildID,Disabilty\nC1,HAND\n", encoding="utf-8")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    got = collected(files=sorted(tmp_path.glob("*.csv")))

    assert got.facts["reading"] == (
        "Disabilities.csv: no column of Disabilities in 2025-26; not read: Disabilty. "
        "Disabilities.csv: the column is not there; rules on it are not run: Disability. "
        "notes.csv was not read: neither its name nor its columns are those of a table."
    )

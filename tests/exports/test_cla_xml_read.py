"""Reading the 903's XML: nested elements to flat tables, each value from its own place."""

import datetime as dt
import hashlib
import itertools
from collections import defaultdict
from pathlib import Path

import pytest
import strategies
from frames import rows
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports import parser, xml_read
from exports.regrouped import unlike
from exports.xml import RefusedFile, period_of, read, stated_period
from returns import described

CLA = described("cla")
NOW = CLA.at("2025-26")
MAIN, WORKERS = NOW.messages
SAMPLE = Path(__file__).parents[3] / "shared/samples/cla/fake_903.xml"
SLOW_TO_MAKE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
WITHOUT_SHRINKING = [Phase.explicit, Phase.generate]

HEADER = "<CHILDID>A1</CHILDID><UPN/><SEX>F</SEX><DOB>01/02/2012</DOB><ETHNIC>WBRI</ETHNIC><UASC>0</UASC>"
OPEN = "<DECOM>01/04/2025</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U6</PL>"


def child(inside: str = "", after: str = "", header: str = HEADER) -> str:
    return f"<CHILD><HEADER>{header}{inside}</HEADER>{after}</CHILD>"


def whole(*children: str, root: str = "EXPSSDA903") -> str:
    return f"<{root}>{''.join(children)}</{root}>"


@pytest.fixture
def save(tmp_path):
    numbers = itertools.count()

    def save(content: str | bytes) -> Path:
        path = tmp_path / f"return{next(numbers)}.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return save


@pytest.fixture(params=["whole", "in pieces"])
def pieces(request, monkeypatch):
    if request.param == "in pieces":
        monkeypatch.setattr(parser, "_CHUNK", 50)
        monkeypatch.setattr(parser, "_BATCH", 1)


def reading(path, period: str = "2025-26"):
    return read(path, "cla", period)


def cells(document, table: str, *fields: str) -> list[tuple]:
    return rows(document.tables[table][list(fields)])


def said(document) -> list[tuple]:
    return rows(document.issues[["table", "row", "field", "what"]])


# The reader once more, slowly: by hand from what the schema shows, without the description

IN_HEADER = {
    "Header": {
        "SEX": "SEX", "DOB": "DOB", "ETHNIC": "ETHNIC", "UPN": "UPN", "MOTHER": "MOTHER", "MC_DOB": "MC_DOB",
        "UASC": "UASC",
    },
    "UASC": {"SEX": "SEX", "DOB": "DOB", "DUC": "DUC"},
    "OC3": {name: name for name in ("DOB", "IN_TOUCH", "ACTIV", "ACCOM")},
    "AD1": {
        name: name
        for name in ("DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR")
    },
}  # fmt: skip
REPEATED = {
    "Missing": ("HEADER/AMISSING", "MISSING", "MIS_START", "MIS_END"),
    "Reviews": ("HEADER/AREVIEW", "REVIEW", "REVIEW_CODE"),
    "PrevPerm": ("HEADER/PERMANENCE", "PREV_PERM", "LA_PERM", "DATE_PERM"),
    "OC2": (
        "HEADER/OC2", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK",
        "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED",
    ),
    "PlacedAdoption": ("HEADER/AD_PLACED", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"),
    "Episodes": (
        "EPISODE", "DECOM", "RNE", "LS", "CIN", "PL", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
        "HOME_POST", "PL_POST", "URN",
    ),
}  # fmt: skip
ONCE = {"PrevPerm", "OC2"}


def slow(markup: bytes) -> dict[str, list[dict]]:
    root = etree.fromstring(markup, etree.XMLParser(remove_comments=True, remove_pis=True))
    tables = defaultdict(list)

    def text(node, tag):
        found = None if node is None else node.find(tag)
        return None if found is None else found.text or None

    for one in root.findall("CHILD"):
        header = one.find("HEADER")
        key = {"CHILD": text(header, "CHILDID")}
        for table, fields in IN_HEADER.items():
            row = key | {name: text(header, tag) for name, tag in fields.items()}
            own = [row[name] for name in fields if table == "Header" or name not in ("SEX", "DOB")]
            if table == "Header" or any(own) or (table == "UASC" and text(header, "UASC") == "1"):
                tables[table].append(row)
        for table, (path, *fields) in REPEATED.items():
            inside, _, element = path.rpartition("/")
            holder = header if inside else one
            found = [] if holder is None else holder.findall(element)
            for node in found[:1] if table in ONCE else found:
                row = {("PLACE" if name == "PL" else name): text(node, name) for name in fields}
                if any(row.values()):
                    dob = {"DOB": text(header, "DOB")} if inside else {}
                    tables[table].append(key | dob | row)
    return tables


def assert_same(document, expected: dict[str, list[dict]]) -> None:
    assert set(document.tables) == {table.name for table in CLA} - {"SWEpisodes", "DoLo"}
    for name, frame in document.tables.items():
        columns = [column for column in NOW[name].columns if not column.startswith("PL_") or column == "PL_POST"]
        assert list(frame.columns) == columns
        assert rows(frame) == [tuple(row[column] for column in columns) for row in expected[name]]
        assert frame.index.name == "row"
        assert list(frame.index) == list(range(len(frame)))


@settings(max_examples=5, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(markup=strategies.foreign(MAIN))
def test_reads_any_message_as_the_slow_reader_does(markup, tmp_path, pieces):
    path = tmp_path / "foreign.xml"
    path.write_bytes(markup)
    expected = slow(markup)
    if not expected:  # the children are lost
        with pytest.raises(RefusedFile, match="found nothing of Children looked after return"):
            reading(path)
        return
    assert_same(reading(path), expected)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample is not on this machine")
def test_the_sample_is_read_as_the_slow_reader_does(pieces, monkeypatch):
    monkeypatch.setattr(parser, "_BATCH", 20_000)
    document = reading(SAMPLE)

    assert_same(document, slow(SAMPLE.read_bytes()))
    assert said(document) == []
    assert len(document.left) == 0
    assert len(document.tables["UASC"]) == 12


# Each value from its own place


def test_no_value_leaks_from_a_sibling(save, pieces):
    missing = "<AMISSING><MISSING>M</MISSING><MIS_START>01/05/2025</MIS_START>{}</AMISSING>"
    placed = "<AD_PLACED><DATE_PLACED>0{}/06/2025</DATE_PLACED>{}</AD_PLACED>"
    episodes = [f"<EPISODE>{OPEN}<DEC/><REC/></EPISODE>", f"<EPISODE>{OPEN}<URN>7</URN><DEC>02/04/2025</DEC></EPISODE>"]
    inside = (
        missing.format("")
        + missing.format("<MIS_END>02/05/2025</MIS_END>")
        + placed.format(1, "<REASON_PLACED_CEASED>RD1</REASON_PLACED_CEASED>")
        + placed.format(2, "")
    )
    document = reading(save(whole(child(inside, "".join(episodes)), child(header=HEADER.replace("A1", "B2")))))

    assert cells(document, "Missing", "MISSING", "MIS_END") == [("M", None), ("M", "02/05/2025")]
    assert cells(document, "PlacedAdoption", "REASON_PLACED_CEASED") == [("RD1",), (None,)]
    assert cells(document, "Episodes", "CHILD", "PLACE", "URN", "DEC") == [
        ("A1", "U6", None, None), ("A1", "U6", "7", "02/04/2025"),
    ]  # fmt: skip
    assert cells(document, "Header", "CHILD", "UPN", "UASC") == [("A1", None, "0"), ("B2", None, "0")]


@pytest.mark.parametrize(
    ("uasc", "duc", "there"),
    [("0", "", False), ("", "", False), ("2", "", False), ("1", "", True), ("0", "01/02/2026", True)],
)
def test_a_row_of_unaccompanied_children_needs_a_1_or_a_date(save, pieces, uasc, duc, there):
    header = HEADER.replace("<UASC>0</UASC>", f"<UASC>{uasc}</UASC><DUC>{duc}</DUC>")
    document = reading(save(whole(child(header=header))))

    assert cells(document, "UASC", "CHILD", "SEX", "DOB", "DUC") == [("A1", "F", "01/02/2012", duc or None)] * there
    assert cells(document, "Header", "UASC") == [(uasc or None,)]
    other = bool(uasc) and uasc != str(int(there))
    assert unlike(document.tables, CLA.at("2025-26")) == ({"Header.UASC": 1} if other else {})


@pytest.mark.parametrize("item", ["DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"])
def test_any_item_of_an_adoption_makes_its_row(save, item):
    document = reading(save(whole(child(f"<{item}>1</{item}>"))))

    assert cells(document, "AD1", "CHILD", "DOB", item) == [("A1", "01/02/2012", "1")]
    assert len(document.tables["OC3"]) == 0


@pytest.mark.parametrize("item", ["IN_TOUCH", "ACTIV", "ACCOM"])
def test_any_item_of_a_care_leaver_makes_its_row(save, item):
    document = reading(save(whole(child(f"<{item}>0</{item}>"))))

    assert cells(document, "OC3", "CHILD", "DOB", item) == [("A1", "01/02/2012", "0")]
    assert len(document.tables["AD1"]) == len(document.tables["Episodes"]) == 0


@pytest.mark.parametrize("empty", ["<{0}/>", "<{0}></{0}>", "<{0}> </{0}>"])
def test_an_element_without_a_value_is_no_row(save, pieces, empty):
    groups = "".join(empty.format(tag) for tag in ("AMISSING", "AREVIEW", "PERMANENCE"))
    inside = f"{groups}<OC2><SDQ_SCORE/><CONVICTED></CONVICTED></OC2>{empty.format('AD_PLACED')}"
    document = reading(save(whole(child(inside, empty.format("EPISODE")))))

    assert {name: len(frame) for name, frame in document.tables.items() if len(frame)} == {"Header": 1}
    assert said(document) == []


def test_a_child_without_a_header_is_a_row_and_its_episodes_are_nobodys(save, pieces):
    document = reading(save(whole(child(), f"<CHILD><EPISODE>{OPEN}</EPISODE></CHILD>")))

    assert cells(document, "Header", "CHILD", "DOB") == [("A1", "01/02/2012"), (None, None)]
    assert cells(document, "Episodes", "CHILD", "LS") == [(None, "C2")]


# What has no place


def test_what_has_no_place_is_told_with_the_row_of_the_table_that_it_stands_in(save, pieces):
    oc2 = "<OC2><CONVICTED>1</CONVICTED><Shoe>9</Shoe></OC2>"
    second = child("<OC2><Hat/></OC2><OC2/>", "<HEADER/>x", HEADER.replace("A1", "B2"))
    path = save(whole(child("<OC2/>"), second, child(f"<DUC/>{oc2}<ACCOM/>", "<CHILDID/>"), "<CHILD><Sock/></CHILD>"))

    assert sorted(said(reading(path)), key=lambda issue: (issue[0], issue[1] is not None, *issue[1:3])) == [
        ("Header", 1, "CHILD", "stray text"),
        ("Header", 1, "HEADER", "repeated element"),
        ("Header", 1, "OC2", "repeated element"),
        ("Header", 2, "ACCOM", "out of order"),
        ("Header", 2, "CHILDID", "misplaced element"),
        ("Header", 3, "Sock", "unknown element"),
        ("OC2", None, "Hat", "unknown element"),
        ("OC2", 0, "Shoe", "unknown element"),
    ]
    assert sorted(reading(path).left["text"]) == ["9", "x"]


@pytest.mark.parametrize(
    ("markup", "seems"),
    [
        ("<Message><Header/></Message>", "seems to be Children in need census"),
        ("<Letter/>", "begins with another element than EXPSSDA903"),
        ("<EXPSSDA903/>", "found nothing of Children looked after return in it"),
        ("<EXPSSDA903><Pupil/></EXPSSDA903>", "found nothing of Children looked after return in it"),
        ("<EXPSSDA903SW><Pupil/></EXPSSDA903SW>", "found nothing of Children looked after return in it"),
    ],
)
def test_another_file_is_refused_by_what_it_seems_to_be(save, markup, seems):
    with pytest.raises(RefusedFile, match=seems):
        reading(save(markup))


def test_the_903_is_refused_as_a_census(save):
    with pytest.raises(RefusedFile, match=r"seems to be .*hildren looked after return"):
        read(save(whole(child())), "cin", "2025-26")


# Periods


def test_without_a_period_the_next_open_one_is_taken_and_said(save, monkeypatch):
    class Day(dt.date):
        @classmethod
        def today(cls):
            return cls(2025, 6, 1)

    monkeypatch.setattr(xml_read.dt, "date", Day)
    path = save(whole(child()))
    document = read(path, "cla")

    assert document.period == "2024-25"
    (doubt,) = document.doubts
    assert doubt.startswith("Nothing in the files says of which period they are: taken as that of 2024-25,")
    assert said(document) == []
    assert read(path, "cla", "2025-26").doubts == ()
    assert period_of("", {}, CLA) == ("2024-25", [])
    assert stated_period({}, CLA) is None


# Several files


def social_workers(*ids: str) -> str:
    episode = "<SWEPISODE><SW_ID>SW{0}</SW_ID><SW_DECOM>01/04/2025</SW_DECOM></SWEPISODE>"
    header = "<CHILDID>{0}</CHILDID><DOB>01/02/2012</DOB>"
    return whole(*(child("", episode.format(n), header.format(n)) for n in ids), root="EXPSSDA903SW")


def test_the_second_file_adds_its_table(save, pieces):
    paths = [
        save(whole(child())),
        save(social_workers("A1", "B2")),
        save(whole(child(header=HEADER.replace("A", "C")))),
    ]
    document = reading(paths)

    assert cells(document, "SWEpisodes", "CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC") == [
        ("A1", "01/02/2012", "SWA1", "01/04/2025", None), ("B2", "01/02/2012", "SWB2", "01/04/2025", None),
    ]  # fmt: skip
    assert cells(document, "Header", "CHILD") == [("A1",), ("C1",)]
    assert "DoLo" not in document.tables
    assert document.digest == hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert set(reading(paths[1]).tables) == {"SWEpisodes"}


def test_what_has_no_place_in_the_second_file_is_told(save):
    markup = social_workers("A1").replace("</SWEPISODE>", "<Shoe/></SWEPISODE>").replace("</HEADER>", "<Hat/></HEADER>")
    document = reading([save(whole(child())), save(markup)])

    assert said(document) == [
        ("SWEpisodes", None, "Hat", "unknown element"),
        ("SWEpisodes", 0, "Shoe", "unknown element"),
    ]
    assert list(document.issues["file"]) == ["return1.xml"] * 2


def test_a_second_file_of_a_year_that_has_none_is_refused(save):
    with pytest.raises(RefusedFile, match=r"^return1\.xml: holds what is not collected in 2022-23"):
        reading([save(whole(child())), save(social_workers("A1"))], "2022-23")


@settings(max_examples=5, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(data=st.data())
def test_any_second_file_is_read(data, tmp_path):
    root = strategies.tree(data.draw(strategies.tables(WORKERS)), {}, WORKERS)
    (tmp_path / "second.xml").write_bytes(etree.tostring(root))
    frame = reading(tmp_path / "second.xml").tables["SWEpisodes"]

    assert rows(frame) == [
        tuple(node.findtext(path) or None for path in ("../HEADER/CHILDID", "../HEADER/DOB"))
        + tuple(node.findtext(tag) or None for tag in ("SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"))
        for node in root.iter("SWEPISODE")
    ]

"""Reading: every value from its own place, every row with its parent, everything else told."""

import hashlib
import itertools
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest
import strategies
from frames import rows
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports import parser
from exports.message import message
from exports.xml import RefusedFile, read
from returns import described

CIN = described("cin")
NOW = CIN.at("2025-26")
SAMPLES = Path(__file__).parents[3] / "shared/samples/cin"

HEADER = """<Header><CollectionDetails>
<Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>
</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>201</LEA><SerialNo>001</SerialNo></Source></Header>"""
IDENTIFIERS = "<ChildIdentifiers><LAchildID>A1</LAchildID><Sex>F</Sex></ChildIdentifiers>"


def census(children: str, header: str = HEADER) -> str:
    return f"<Message>{header}<Children>{children}</Children></Message>"


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


def said(document) -> list[tuple]:
    return rows(document.issues[["table", "row", "field", "what"]])


def cells(document, table: str, *fields: str) -> list[tuple]:
    return rows(document.tables[table][list(fields)])


class Slow:
    """The same reading once more, element by element, as the reference that the fast one has to equal."""

    def __init__(self, root, period: str) -> None:
        self.period, self.rows, self.issues, self.left = period, defaultdict(list), Counter(), Counter()
        self.tags = {element.tag for element in message(CIN).walk()}
        self.inside(root, message(CIN), None, None)

    def inside(self, node, element, owner, row) -> None:
        for key, value in node.attrib.items():
            self.issues[owner, row, f"{element.name}@{key}", "attribute"] += 1
            self.left[value] += 1
        for place, text in enumerate([node.text, *(child.tail for child in node)]):
            if (text or "").strip(" \t\r\n"):
                if element.field is not None and place == 0:
                    continue
                self.issues[owner, row, element.name, "stray text"] += 1
                self.left[text] += 1
        seen, highest = set(), -1
        for child in node:
            rank = next((rank for rank, one in enumerate(element.children) if one.tag == child.tag), None)
            if rank is None:
                self.issues[
                    owner, row, child.tag, "misplaced element" if child.tag in self.tags else "unknown element"
                ] += 1
                self.leave(child)
                continue
            one = element.children[rank]
            if not CIN.in_force(one.item, self.period):
                self.issues[owner, row, one.name, "not collected in this period"] += 1
                self.leave(child, one)
                continue
            if rank in seen and (one.most == 1 or one.kind != "row"):
                self.issues[owner, row, one.name, "repeated element"] += 1
                if one.kind != "wrapper":
                    self.leave(child, one)
                    continue
            elif rank < highest:
                self.issues[
                    (one.table.name, len(self.rows[one.table.name]), one.name, "out of order")
                    if one.kind == "row"
                    else (owner, row, one.name, "out of order")
                ] += 1
            seen.add(rank)
            highest = max(highest, rank)
            self.enter(child, one, owner, row)

    def enter(self, child, one, owner, row) -> None:
        if one.kind == "row":
            made = {item.name: None for item in one.table.document_fields} | {"parent": (owner, row)}
            self.rows[one.table.name].append(made)
            if one.field is not None:
                made[one.field.name] = child.text or None
            self.inside(child, one, one.table.name, len(self.rows[one.table.name]) - 1)
            return
        if one.kind == "value":
            self.rows[owner][row][one.field.name] = child.text or None
        before = len(self.rows[one.table.name])
        self.inside(child, one, owner, row)
        if one.kind == "wrapper" and one.table.row_if_empty and len(self.rows[one.table.name]) == before:
            made = {item.name: None for item in one.table.document_fields} | {"parent": (owner, row)}
            self.rows[one.table.name].append(made)

    def leave(self, node, element=None) -> None:
        for value in node.attrib.values():
            self.left[value] += 1
        for text in [node.text, *(child.tail for child in node)]:
            if (text or "").strip(" \t\r\n"):
                self.left[text] += 1
        for child in node:
            self.leave(child)


def reference(markup: bytes, period: str) -> Slow:
    return Slow(etree.fromstring(markup, etree.XMLParser(remove_comments=True, remove_pis=True)), period)


def assert_same(document, slow: Slow) -> None:
    for table in CIN.at(document.period):
        frame = document.tables[table.name]
        fields = [item.name for item in table.document_fields]
        assert cells(document, table.name, *fields) == [
            tuple(row[name] for name in fields) for row in slow.rows[table.name]
        ]
        assert list(frame.index) == list(range(len(frame)))
        if table.parent:
            assert [(table.parent, row) for row in frame["parent_row"]] == [
                row["parent"] for row in slow.rows[table.name]
            ]
    attributes = {key: count for key, count in slow.issues.items() if "@" in key[2]}
    told = ("nothing inside", "differs from")  # by the header and the whole, not by an element
    plain = Counter(row for row in said(document) if "@" not in row[2] and not row[3].startswith(told))
    assert plain == slow.issues - Counter(attributes)
    assert Counter(text for text in document.left["text"] if text.strip(" \t\r\n")) == +Counter(
        {text: count for text, count in slow.left.items() if text.strip(" \t\r\n")}
    )


SLOW_TO_MAKE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
WITHOUT_SHRINKING = [Phase.explicit, Phase.generate]  # shrinking messages takes minutes and shows little


def compare_readers(markup: bytes, period: str | None, path: Path) -> None:
    path.write_bytes(markup)
    assert_same(read(path, period=period), reference(markup, period or "2025-26"))


@settings(max_examples=20, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(markup=strategies.foreign(NOW), period=st.sampled_from([None, "2023-24", "2026-27"]))
def test_reads_any_message_as_the_slow_reader_does_and_keeps_every_text(markup, period, tmp_path, pieces):
    compare_readers(markup, period, tmp_path / "foreign.xml")


@pytest.mark.soak
@settings(max_examples=3000, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING, derandomize=False)
@given(markup=strategies.foreign(NOW), period=st.sampled_from([None, "2023-24", "2026-27"]))
def test_soak_reads_any_message_as_the_slow_reader_does(markup, period, tmp_path):
    compare_readers(markup, period, tmp_path / "foreign.xml")


def test_values_come_from_their_own_place(save, pieces):
    episode = """<CINdetails><CINreferralDate>2025-05-01</CINreferralDate><ReferralSource>1A</ReferralSource>
      <Section47><S47ActualStartDate>2025-05-02</S47ActualStartDate><DateOfInitialCPC>2025-05-20</DateOfInitialCPC></Section47>
      <ReferralNFA> 0 </ReferralNFA></CINdetails>"""
    document = read(save(census(f"<Child>{IDENTIFIERS}{episode}</Child>")))

    assert cells(document, "CINdetails", "DateOfInitialCPC", "ReferralNFA") == [(None, " 0 ")]
    assert cells(document, "Section47", "DateOfInitialCPC") == [("2025-05-20",)]
    assert said(document) == []
    assert set(document.tables) == {table.name for table in NOW}
    assert list(document.tables["PreProceedings" if "PreProceedings" in NOW else "Reviews"].columns) == [
        "LAchildID", "CINdetailsID", "CPPID", "CPPreviewDate", "parent_row",
    ]  # fmt: skip
    assert all(
        frame.index.name == "row" and isinstance(frame.index, pd.RangeIndex) for frame in document.tables.values()
    )


def test_rows_know_their_parents_and_count_anew_in_each(save, pieces):
    plan = "<ChildProtectionPlans><CPPstartDate>2025-01-0{}</CPPstartDate><Reviews>{}</Reviews></ChildProtectionPlans>"
    review = "<CPPreviewDate>2025-02-0{}</CPPreviewDate>"
    first = plan.format(1, review.format(1) + review.format(2)) + plan.format(2, review.format(3))
    episodes = f"<CINdetails>{first}</CINdetails><CINdetails>{plan.format(3, review.format(4))}</CINdetails>"
    document = read(
        save(census(f"<Child>{IDENTIFIERS}</Child><Child>{IDENTIFIERS.replace('A1', 'B2')}{episodes}</Child>"))
    )

    reviews = cells(document, "Reviews", "LAchildID", "CINdetailsID", "CPPID", "parent_row", "CPPreviewDate")
    assert reviews == [
        ("B2", "1", "1", 0, "2025-02-01"),
        ("B2", "1", "1", 0, "2025-02-02"),
        ("B2", "1", "2", 1, "2025-02-03"),
        ("B2", "2", "1", 2, "2025-02-04"),
    ]
    assert cells(document, "CINdetails", "CINdetailsID", "parent_row") == [("1", 1), ("2", 1)]


def test_every_child_is_a_row_even_without_its_group(save, pieces):
    document = read(save(census("<Child/><Child><ChildCharacteristics/></Child><Child></Child>")))

    assert cells(document, "ChildIdentifiers", "LAchildID") == [(None,), (None,), (None,)]
    assert cells(document, "ChildCharacteristics", "Ethnicity", "parent_row") == [(None, 1)]


def test_an_empty_wrapper_is_a_row_only_where_the_description_says_so(save, pieces):
    plan = "<ChildProtectionPlans>{}</ChildProtectionPlans>"
    plans = plan.format("<Reviews/>") + plan.format("<Reviews>\n</Reviews>")
    episode = f"<CINdetails><Assessments><FactorsIdentifiedAtAssessment/></Assessments>{plans}</CINdetails>"
    document = read(
        save(census(f"<Child><ChildCharacteristics><Disabilities/></ChildCharacteristics>{episode}</Child>"))
    )

    assert cells(document, "Reviews", "CPPreviewDate", "CPPID", "parent_row") == [(None, "1", 0), (None, "2", 1)]
    assert len(document.tables["Disabilities"]) == len(document.tables["AssessmentFactorsList"]) == 0
    assert said(document) == []


def test_entities_and_special_characters_are_read_as_they_are_meant(save):
    ids = "a&amp;lt;b &lt;c&gt; &quot;d&quot; <![CDATA[<e>&amp;]]>&#13;&#x1F600;<!-- gone -->f\n"
    document = read(save(census(f"<Child><ChildIdentifiers><LAchildID>{ids}</LAchildID></ChildIdentifiers></Child>")))

    assert cells(document, "ChildIdentifiers", "LAchildID") == [('a&lt;b <c> "d" <e>&amp;\r\U0001f600f\n',)]


def test_white_space_has_no_place_and_needs_none(save):
    space = " &#13;&#10;&#9;\n"
    child = f"<Child>{space}<ChildIdentifiers>{space}<LAchildID>A</LAchildID></ChildIdentifiers>{space}</Child>"

    assert said(read(save(census(child)))) == []
    assert [row[3] for row in said(read(save(census(child.replace(space, f"{space}x{space}", 1)))))] == ["stray text"]


def test_each_thing_without_a_place_is_told_with_its_line(save, pieces):
    lines = [
        f"<Message>{HEADER}",
        "<Children>",
        "<Child><ChildIdentifiers>stray",
        "<LAchildID>A</LAchildID><LAchildID>B</LAchildID><Shoe>9</Shoe>",
        "<PersonDeathDate>2025-05-05</PersonDeathDate><UPN id='7'>X</UPN>",
        "<Ethnicity>WBRI</Ethnicity><GenderCurrent>1</GenderCurrent>",
        "</ChildIdentifiers><ChildCharacteristics/><ChildCharacteristics><Ethnicity>MOTH</Ethnicity></ChildCharacteristics>",
        "<CINdetails/></Child></Children></Message>",
    ]
    document = read(save("\n".join(lines)))

    row = ("ChildIdentifiers", 0)
    expected = [
        (*row, "ChildIdentifiers", "stray text", 3),
        (*row, "LAchildID", "repeated element", 4),
        (*row, "Shoe", "unknown element", 4),
        (*row, "UPN", "out of order", 5),
        (*row, "UPN@id", "attribute", 5),
        (*row, "Ethnicity", "misplaced element", 6),
        (*row, "GenderCurrent", "not collected in this period", 6),
        (*row, "ChildCharacteristics", "repeated element", 7),
    ]
    shift = HEADER.count("\n")
    found = [(*issue, line - shift) for issue, line in zip(said(document), document.issues["line"], strict=True)]
    assert sorted(found) == sorted(expected)
    assert cells(document, "ChildIdentifiers", "LAchildID", "UPN") == [("A", "X")]
    assert sorted(zip(document.left["field"], document.left["text"].str.strip(), strict=True)) == [
        ("ChildIdentifiers", "stray"), ("Ethnicity", "MOTH"), ("Ethnicity", "WBRI"), ("GenderCurrent", "1"),
        ("LAchildID", "B"), ("Shoe", "9"), ("UPN@id", "7"),
    ]  # fmt: skip


def test_lines_are_right_where_libxml2_keeps_none(save):
    child = f"<Child>\n\n{IDENTIFIERS}\n\n<Shoe/></Child>\n"
    path = save("\n" * 65_000 + census(child * 200))
    document = read(path)

    lines = [number for number, line in enumerate(path.read_text().split("\n"), start=1) if "<Shoe/>" in line]
    assert list(document.issues["line"]) == lines
    assert lines[-1] > 65_535


def test_a_module_of_a_later_year_is_left_whole(save, pieces):
    module = (
        "<PreProceedingsandFGDM><PPStartDate>2025-05-05</PPStartDate><PPOutcome>A</PPOutcome></PreProceedingsandFGDM>"
    )
    path = save(census(f"<Child>{IDENTIFIERS}<CINdetails>{module}</CINdetails></Child>"))

    now, later = read(path), read(path, period="2026-27")

    assert said(now) == [("CINdetails", 0, "PreProceedingsandFGDM", "not collected in this period")]
    assert sorted(now.left["text"]) == ["2025-05-05", "A"]
    assert "PreProceedings" not in now.tables
    assert cells(later, "PreProceedings", "PPStartDate", "PPOutcome") == [("2025-05-05", "A")]


@pytest.mark.parametrize(
    ("year", "date", "period", "doubts"),
    [
        ("2026", "2026-03-31", "2025-26", []),
        ("2023", "2024-03-31", "2023-24", ["Year"]),
        ("2024", "2024-05-31", "2023-24", []),
        ("2024", "soon", "2023-24", []),
        ("", "2025-03-31", "2024-25", []),
    ],
)
def test_the_period_is_that_of_the_reference_date_or_else_of_the_year(save, year, date, period, doubts):
    header = HEADER.replace(">2026<", f">{year}<").replace("2026-03-31", date)
    document = read(save(census(f"<Child>{IDENTIFIERS}</Child>", header)))

    assert document.period == period
    assert [field for table, _, field, _ in said(document) if table == "Header"] == doubts


def test_the_period_asked_for_wins_and_the_header_is_doubted(save):
    document = read(save(census(f"<Child>{IDENTIFIERS}</Child>")), period="2024-25")

    assert document.period == "2024-25"
    assert said(document) == [("Header", 0, "ReferenceDate", "differs from the period that was asked for")]


@pytest.mark.parametrize("header", ["", "<Header/>", HEADER.replace("2026", "2016")])
def test_without_a_known_period_one_is_asked_for(save, header):
    path = save(census(f"<Child>{IDENTIFIERS}</Child>", header))

    with pytest.raises(RefusedFile, match=rf"^{path.name}: .*--period$"):
        read(path)
    assert len(read(path, period="2025-26").tables["ChildIdentifiers"]) == 1


def test_a_header_behind_the_children_is_found(save, pieces):
    document = read(save(f"<Message><Children>{f'<Child>{IDENTIFIERS}</Child>' * 9}</Children>{HEADER}</Message>"))

    assert (document.period, document.header["LEA"]) == ("2025-26", "201")
    assert said(document) == [("Header", 0, "Header", "out of order")]
    assert len(document.tables["ChildIdentifiers"]) == 9


@pytest.mark.parametrize(
    ("opening", "namespaces"),
    [
        ('<Message xmlns="urn:any">', 1),
        ('<Message xmlns:xsi="urn:x" xsi:noNamespaceSchemaLocation="a.xsd">', 1),
        ("<Message>", 0),
    ],
)
def test_a_namespace_changes_nothing_but_is_told(save, pieces, opening, namespaces):
    document = read(save(census(f"<Child>{IDENTIFIERS}</Child>").replace("<Message>", opening)))

    assert cells(document, "ChildIdentifiers", "LAchildID", "Sex") == [("A1", "F")]
    assert [issue[3] for issue in said(document)].count("namespace") == namespaces
    assert document.period == "2025-26"


def test_a_prefixed_message_is_read_too(save, pieces):
    markup = census(f"<Child>{IDENTIFIERS}</Child>").replace("</", "</n:").replace("<", "<n:").replace("<n:/n:", "</n:")
    document = read(save(markup.replace("<n:Message>", '<n:Message xmlns:n="urn:any">')))

    assert cells(document, "ChildIdentifiers", "LAchildID", "Sex") == [("A1", "F")]


@pytest.mark.parametrize(
    ("declared", "codec", "known"),
    [
        (None, "utf-8", "utf-8"),
        ("UTF-8", "utf-8-sig", "utf-8"),
        ("UTF-16", "utf-16", "utf-16"),
        ("UTF-16", "utf-16-be", "utf-16"),
        ("ISO-8859-1", "latin-1", "iso-8859-1"),
        ("Windows-1252", "cp1252", "windows-1252"),
    ],
)
def test_encodings(save, pieces, declared, codec, known):
    name = "Zoë" if known == "iso-8859-1" else "Zoë €"
    markup = census(f"<Child>{IDENTIFIERS.replace('A1', name)}</Child>")
    document = read(save(((f'<?xml version="1.0" encoding="{declared}"?>' if declared else "") + markup).encode(codec)))

    assert (cells(document, "ChildIdentifiers", "LAchildID"), document.encoding) == ([(name,)], known)


def test_several_files_are_one_return(save, pieces):
    first = census(f"<Child>{IDENTIFIERS}<CINdetails/></Child>")
    second = census(f"<Child>{IDENTIFIERS.replace('A1', 'B2')}<CINdetails/><CINdetails><Shoe/></CINdetails></Child>")
    paths = [save(first), save(second.replace("001", "002"))]
    document = read(paths)

    assert cells(document, "CINdetails", "LAchildID", "CINdetailsID", "parent_row") == [
        ("A1", "1", 0),
        ("B2", "1", 1),
        ("B2", "2", 1),
    ]
    assert cells(document, "Header", "LEA", "SerialNo") == [("201", "001")]
    assert [(*issue, file) for issue, file in zip(said(document), document.issues["file"], strict=True)] == [
        ("CINdetails", 2, "Shoe", "unknown element", paths[1].name)
    ]
    assert document.digest == hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def test_files_of_two_returns_are_refused(save):
    paths = [save(census("")), save(census("").replace("201", "202"))]

    with pytest.raises(RefusedFile, match=r"its header differs .* in LEA; give"):
        read(paths)


@pytest.mark.parametrize(
    ("markup", "seems"),
    [
        ("<EXPSSDA903><CHILD/></EXPSSDA903>", "hildren looked after return"),
        (census("").replace("<Collection>CIN", "<Collection>SC"), "School Census"),
        (census("").replace("<Collection>CIN", "<Collection>XY"), "another collection"),
        ("<Letter/>", "another element than Message"),
        ("<Message><Pupils/></Message>", "found nothing of Children in need census"),
    ],
)
def test_another_return_is_refused_by_what_it_seems_to_be(save, markup, seems):
    with pytest.raises(RefusedFile, match=seems):
        read(save(markup), period="2025-26")


def test_a_return_without_children_is_read_and_told(save):
    document = read(save(census("")))

    assert said(document) == [(None, None, "Children", "nothing inside")]
    assert all(len(frame) == 0 for name, frame in document.tables.items() if name != "Header")


def test_a_second_list_of_children_is_read_on(save, pieces):
    one = f"<Children><Child>{IDENTIFIERS}</Child></Children>"
    document = read(save(f"<Message>{HEADER}{one}{one.replace('A1', 'B2')}</Message>"))

    assert cells(document, "ChildIdentifiers", "LAchildID") == [("A1",), ("B2",)]
    assert said(document) == [(None, None, "Children", "repeated element")]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not on this machine")
@pytest.mark.parametrize(
    "name", ["CIN_Census_2021.xml", "CIN_Census_2024.xml", "cin_2026_valid.xml", "fake_CIN_data.xml"]
)
@pytest.mark.parametrize("period", ["2023-24", "2026-27"])
def test_samples_lose_nothing(name, period, pieces, monkeypatch):
    monkeypatch.setattr(parser, "_BATCH", 20_000)
    assert_same(read(SAMPLES / name, period=period), reference((SAMPLES / name).read_bytes(), period))

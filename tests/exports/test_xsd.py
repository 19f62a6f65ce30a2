"""Our schema: as kept, as strict as it says, and not unlike the community's."""

from pathlib import Path

import pytest
import strategies
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports import schemas
from exports.xml import RefusedFile, write
from exports.xsd import main, stale, xsd
from returns import described
from validation.typed import typed

CIN = described("cin")
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden"
COMMUNITY = ROOT.parent / "shared/schemas"
needs_community = pytest.mark.skipif(not COMMUNITY.is_dir(), reason="the community's schemas are not on this machine")
YEARS = [2022, 2023, 2024, 2025, 2026]


def period_of(year: int) -> str:
    """The described period nearest to a schema's year."""
    return f"{max(year, 2023) - 1}-{max(year, 2023) % 100:02d}"


def community(year: int) -> etree._Element:
    return etree.parse(COMMUNITY / f"CIN_schema_{year}.xsd").getroot()


def test_the_kept_copies_are_fresh():
    assert stale() == []


def test_a_stale_copy_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("exports.xsd.GENERATED", tmp_path)
    assert main(["--write"]) == 0
    (tmp_path / "cin_2025-26.xsd").write_text("old")

    assert stale(tmp_path) == ["cin_2025-26.xsd"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Sex>F</Sex>", "<Sex>f</Sex>"),
        ("<Sex>F</Sex>", "<Sex> F</Sex>"),
        ("<Sex>F</Sex>", ""),
        ("<Sex>F</Sex>", "<Sex>F</Sex><Sex>F</Sex>"),
        ("<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>"),
        ("<AssessmentFactors>3B", "<AssessmentFactors>18A"),
        ("<ReferralNFA>0", "<ReferralNFA>false"),
        ("<NumberOfPreviousCPP>0", "<NumberOfPreviousCPP>-1"),
        ("<CINreferralDate>2025-06-02", "<CINreferralDate>02/06/2025"),
        ("<CINreferralDate>2025-06-02", "<CINreferralDate>"),
        ("<LEA>356", "<LEA>35"),
        ("<Message>", '<Message xmlns="urn:x">'),
        ("<Reviews>", "<Reviews/><Reviews>"),
        ("</CPPreviewDate>\n          </Reviews>", "</CPPreviewDate></Reviews><PreProceedingsandFGDM/>"),
    ],
)
def test_what_the_department_would_not_take_is_not_valid(old, new):
    schema = etree.XMLSchema(etree.fromstring(xsd(CIN.at("2025-26"))))
    good = (GOLDEN / "cin_2025-26.xml").read_text()
    assert old in good

    schema.assertValid(etree.fromstring(good.encode()))
    assert not schema.validate(etree.fromstring(good.replace(old, new, 1).encode()))


@needs_community
@pytest.mark.parametrize("year", YEARS)
def test_the_communitys_schema_describes_the_same(year):
    found = schemas.compare(community(year), CIN.at(period_of(year)))
    codes = found[found["what"] == "codes"]
    told = {path.rpartition("/")[2]: (ours, theirs) for path, _, ours, theirs in codes.itertuples(index=False)}

    assert set(found["what"]) <= {"codes", "form"}
    assert told == {
        2022: {
            "ReferralSource": ("5D", ""),
            "ReasonForClosure": ("RC9", ""),
        },  # its own year is not described; both came with 2022-23
        2025: {"AssessmentFactors": ("", "18A, 19A")},
        2026: {"AssessmentFactors": ("", "18A, 19A")},
    }.get(year, {})
    forms = {path.rpartition("/")[2]: pair for path, what, *pair in found.itertuples(index=False) if what == "form"}
    assert forms == {
        "SerialNo": ["pattern [0-9]{3,}", "pattern [0-9]{3}[0-9]*"],
        "UPN": ["pattern [A-Za-z][0-9]{11}[0-9A-Za-z]", "pattern [A-Za-z][0-9]{11}([0-9]|[A-Za-z])"],
        "FormerUPN": ["pattern [A-Za-z][0-9]{11}[0-9A-Za-z]", "pattern [A-Za-z][0-9]{11}([0-9]|[A-Za-z])"],
    }  # the same values, written in another way


@needs_community
@pytest.mark.parametrize("year", YEARS)
def test_golden_returns_are_valid_by_the_communitys_schema(year):
    etree.XMLSchema(community(year)).assertValid(etree.parse(GOLDEN / f"cin_{period_of(year)}.xml"))


@needs_community
@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data(), year=st.sampled_from(YEARS))
def test_whatever_is_written_is_valid_by_the_communitys_schema(data, year, tmp_path):
    now = CIN.at(period_of(year))
    tables = data.draw(strategies.tables(now, most=2))
    if year == 2022:
        tables["CINdetails"] = tables["CINdetails"].replace(
            {"ReferralSource": {"5D": "5A"}, "ReasonForClosure": {"RC9": "RC8"}}
        )
    written = write(typed(tables, now), now, data.draw(strategies.headers(now)), tmp_path / "out.xml")

    etree.XMLSchema(community(year)).assertValid(etree.parse(written.path))


@needs_community
def test_a_community_schema_can_be_registered_and_run(tmp_path):
    differences = schemas.add(COMMUNITY / "CIN_schema_2026.xsd", tmp_path)
    faulty = tmp_path / "faulty.xml"
    faulty.write_text((GOLDEN / "cin_2025-26.xml").read_text().replace("<Sex>F", "<Sex>canary"))
    faults = schemas.check(faulty, tmp_path, CIN.at("2025-26"))

    assert list(differences.columns) == ["path", "what", "ours", "theirs"]
    assert schemas.check(GOLDEN / "cin_2025-26.xml", tmp_path, CIN.at("2025-26")).empty
    assert schemas.check(faulty, tmp_path, CIN.at("2024-25")).empty  # nothing is registered for that year
    line = faulty.read_text().split("canary")[0].count("\n") + 1
    assert [tuple(row) for row in faults.values] == [(line, "Sex", "is not one of the values allowed")]


def altered(old: bytes, new: bytes, path: Path) -> Path:
    content = xsd(CIN.at("2025-26"))
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            b'name="LEA"',
            b'name="LEAB"',
            [("LEA", "element", "described", "not there"), ("LEAB", "element", "not described", "there")],
        ),
        (
            b'<xs:element name="Source" minOccurs="0" maxOccurs="unbounded"',
            b'<xs:element name="Source"',
            [("Source", "how often", "0 to any", "1 to 1")],
        ),
        (b'value="[0-9]{3}"', b'value="[0-9]{4}"', [("LEA", "form", "pattern [0-9]{3}", "pattern [0-9]{4}")]),
        (b'type="xs:gYear"', b'type="xs:date"', [("Year", "type", "gYear", "date")]),
        (b'<xs:enumeration value="WBRI">', b'<xs:enumeration value="WNEW">', [("Ethnicity", "codes", "WBRI", "WNEW")]),
    ],
)
def test_every_difference_is_told(old, new, told, tmp_path):
    found = schemas.add(altered(old, new, tmp_path / "cin_2026.xsd"), tmp_path / "home")

    assert [(path.rpartition("/")[2], *rest) for path, *rest in found.itertuples(index=False)] == told


def test_another_order_is_told(tmp_path):
    content = xsd(CIN.at("2025-26"))
    root = etree.fromstring(content)
    first = root.find(".//{*}element[@name='Collection']")
    first.getparent().append(first)
    (tmp_path / "cin_2026.xsd").write_bytes(etree.tostring(root))
    found = schemas.add(tmp_path / "cin_2026.xsd", tmp_path / "home")

    assert [tuple(row) for row in found.values] == [
        (
            "Message/Header/CollectionDetails",
            "order",
            "Collection, Year, ReferenceDate",
            "Year, ReferenceDate, Collection",
        )
    ]


def test_the_period_of_a_schema_is_in_its_name_or_asked_for(tmp_path):
    path = tmp_path / "schema.xsd"
    path.write_bytes(xsd(CIN.at("2025-26")))

    with pytest.raises(RefusedFile, match=r"^schema\.xsd: .*--period$"):
        schemas.add(path, tmp_path / "home")
    assert schemas.add(path, tmp_path / "home", period="2025-26").empty
    assert schemas.registered(tmp_path / "home", CIN.at("2025-26")) is not None
    assert schemas.registered(tmp_path / "home", CIN.at("2024-25")) is None

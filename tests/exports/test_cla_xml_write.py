"""Writing the 903's XML: valid or refused, and back to the same tables."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest
import strategies
from frames import rows
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports import schemas, xml_write
from exports.csv_files import as_written
from exports.xml import CannotWrite, RefusedFile, obstacles, read, write, write_files
from exports.xsd import xsd
from returns import described
from validation.typed import TEXT, typed

CLA = described("cla")
NOW = CLA.at("2025-26")
MAIN, WORKERS = NOW.messages
SHOWN = Path(__file__).parents[3] / "shared/schemas/CLA.xsd"
SCHEMA = etree.XMLSchema(etree.parse(SHOWN)) if SHOWN.is_file() else None
OURS = etree.XMLSchema(etree.fromstring(xsd(MAIN)))
needs_shown = pytest.mark.skipif(not SHOWN.is_file(), reason="the schema of 2021 is not on this machine")
SLOW_TO_MAKE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
WITHOUT_SHRINKING = [Phase.explicit, Phase.generate]
BESIDE_HEADER = ["Episodes", "Reviews", "UASC", "OC2", "OC3", "AD1", "PlacedAdoption", "PrevPerm", "Missing"]
SORTED = {"Missing": "MIS_START", "Reviews": "REVIEW", "PlacedAdoption": "DATE_PLACED", "Episodes": "DECOM"}
BORN = {"A1": "01/02/2012", "B2": "03/04/2005"}


def table(name: str, **columns: list) -> tuple[str, pd.DataFrame]:
    """A table of CSV cells; CHILD and DOB follow from CHILD where they are not given."""
    if "DOB" in NOW[name]:
        columns.setdefault("DOB", [BORN.get(child) for child in columns["CHILD"]])
    return name, pd.DataFrame(columns, dtype=TEXT)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """A child in care with one row or more in every table, and a care leaver."""
    return dict(
        [
            table("Header", CHILD=["A1", "B2"], SEX=["F", "M"], ETHNIC=["WBRI", "MOTH"], UPN=["UN1", None]),
            table(
                "Episodes",
                CHILD=["A1", "A1"],
                DECOM=["01/04/2025", "01/06/2024"],
                RNE=["P", "S"],
                LS=["C2", "C1"],
                CIN=["N1", "N1"],
                PLACE=["U6", "U4"],
                PL_POST=["AB1 2CD", None],
                DEC=[None, "01/04/2025"],
                REC=[None, "X1"],
            ),
            table("Reviews", CHILD=["A1", "A1"], REVIEW=["05/09/2025", "2025-05-05"], REVIEW_CODE=["PN1", "PN2"]),
            table("UASC", CHILD=["B2"], SEX=["M"], DUC=["03/04/2026"]),
            table("OC2", CHILD=["A1"], SDQ_SCORE=["12"], CONVICTED=["0"]),
            table("OC3", CHILD=["B2"], IN_TOUCH=["YES"], ACTIV=["F2"], ACCOM=["B1"]),
            table("AD1", CHILD=["A1"], DATE_INT=["01/01/2026"], LS_ADOPTR=["L11"]),
            table("PlacedAdoption", CHILD=["A1"], DATE_PLACED=["01/01/2026"]),
            table("PrevPerm", CHILD=["A1"], PREV_PERM=["P1"], DATE_PERM=["zz/zz/2010"]),
            table("Missing", CHILD=["A1"], MISSING=["M"], MIS_START=["01/05/2025"]),
        ]
    )


def workers(*children: str) -> dict[str, pd.DataFrame]:
    count = len(children)
    cells = {"SW_ID": ["SW1"] * count, "SW_DECOM": [f"0{n}/05/2025" for n in range(count, 0, -1)]}
    return dict([table("SWEpisodes", CHILD=list(children), **cells)])


def found(tables, period=NOW) -> list[tuple]:
    return rows(obstacles(typed(tables, period), period))


def written(tables, folder: Path, period=NOW, **more):
    return write(typed(tables, period), period, {}, folder / "out.xml", **more)


def markup(path: Path) -> str:
    """The file without its indents and declaration."""
    return "".join(line.strip() for line in path.read_text().split("\n")[1:])


# Whatever the tables hold


def in_order(given) -> dict[str, pd.DataFrame]:
    """The tables' CSV files, children in the Header's order and their rows by day."""
    child = {key: place for place, key in enumerate(given.tables["Header"]["CHILD"])}
    files = {}
    for of in NOW:
        if given.supplied[of.name]:
            frame = as_written(given, of)
            day = given.tables[of.name][SORTED[of.name]] if of.name in SORTED else 0
            keys = pd.DataFrame({"child": frame["CHILD"].map(child), "day": day}, index=frame.index)
            order = keys.sort_values(["child", "day"], kind="stable", na_position="last").index
            files[of.name] = frame.loc[order].reset_index(drop=True)
    return files


def assert_same_files(one: dict, other: dict) -> None:
    assert set(one) == set(other)
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name], check_dtype=False)


def check_round_trip(frames: dict[str, pd.DataFrame], folder: Path) -> None:
    numbers = (f"{number}{text}"[:10] for number, text in enumerate(frames["Header"]["CHILD"]))
    frames["Header"]["CHILD"] = pd.array(list(numbers), dtype=TEXT)
    (folder / "given.xml").write_bytes(etree.tostring(strategies.tree(frames, {}, MAIN)))
    first = typed(read(folder / "given.xml", "cla", "2025-26").tables, NOW)
    made = write(first, NOW, {}, folder / "first.xml")
    document = read(made.path, "cla", "2025-26")
    second = typed(document.tables, NOW)
    again = write(second, NOW, {}, folder / "second.xml")

    assert len(document.issues) == len(document.left) == 0
    assert made.rows == {name: len(frame) for name, frame in document.tables.items()}
    assert made.digest == document.digest
    assert made.path.read_bytes() == again.path.read_bytes()
    tree = etree.parse(made.path)
    OURS.assertValid(tree)
    fits = all(len(place.text) == 2 for place in tree.iter("PL"))
    assert (made.path.name == "first.xml") is fits is (made.unshown == ())
    if SCHEMA is not None:
        assert SCHEMA.validate(tree) is fits
    assert_same_files(in_order(first), in_order(second))
    flat = typed({of.name: as_written(first, of) for of in NOW if first.supplied[of.name]}, NOW)
    assert_same_files(
        in_order(flat),
        in_order(typed(read(write(flat, NOW, {}, folder / "flat.xml").path, "cla", "2025-26").tables, NOW)),
    )


@settings(max_examples=5, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(frames=strategies.tables(MAIN))
def test_csv_to_xml_and_back_is_the_same(frames, tmp_path):
    check_round_trip(frames, tmp_path)


@pytest.mark.soak
@settings(max_examples=1000, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING, derandomize=False)
@given(frames=strategies.tables(MAIN))
def test_soak_round_trip(frames, tmp_path):
    check_round_trip(frames, tmp_path)


@settings(max_examples=4, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(message=strategies.foreign(MAIN))
def test_whatever_is_read_is_written_again_or_refused(message, tmp_path):
    path = tmp_path / "foreign.xml"
    path.write_bytes(message)
    if not etree.fromstring(message).findall("CHILD"):
        return
    now = typed(read(path, "cla", "2025-26").tables, NOW)
    made = write(now, NOW, {}, tmp_path / "again.xml", incomplete=True)

    assert made.complete == made.obstacles.empty == ("INCOMPLETE" not in made.path.name)
    assert made.obstacles["table"].isin([of.name for of in NOW]).all()
    for of, labels in made.obstacles.dropna(subset="row").groupby("table")["row"]:
        assert labels.isin(now.tables[of].index).all()
    if made.complete:
        OURS.assertValid(etree.parse(made.path))
        assert_same_files(in_order(now), in_order(typed(read(made.path, "cla", "2025-26").tables, NOW)))


# One by one


def test_a_return_as_the_schema_of_2021_has_it(tables, tmp_path):
    made = written(tables, tmp_path)

    assert made.path.name == "out.xml"
    assert markup(made.path) == (
        "<EXPSSDA903><CHILD><HEADER><CHILDID>A1</CHILDID><UPN>UN1</UPN><SEX>F</SEX><DOB>01/02/2012</DOB>"
        "<ETHNIC>WBRI</ETHNIC><UASC>0</UASC><DATE_INT>01/01/2026</DATE_INT><LS_ADOPTR>L11</LS_ADOPTR>"
        "<AMISSING><MISSING>M</MISSING><MIS_START>01/05/2025</MIS_START></AMISSING>"
        "<AREVIEW><REVIEW>05/05/2025</REVIEW><REVIEW_CODE>PN2</REVIEW_CODE></AREVIEW>"
        "<AREVIEW><REVIEW>05/09/2025</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>"
        "<PERMANENCE><PREV_PERM>P1</PREV_PERM><DATE_PERM>ZZ/ZZ/2010</DATE_PERM></PERMANENCE>"
        "<OC2><SDQ_SCORE>12</SDQ_SCORE><CONVICTED>0</CONVICTED></OC2>"
        "<AD_PLACED><DATE_PLACED>01/01/2026</DATE_PLACED></AD_PLACED></HEADER>"
        "<EPISODE><DECOM>01/06/2024</DECOM><RNE>S</RNE><LS>C1</LS><CIN>N1</CIN><PL>U4</PL><DEC>01/04/2025</DEC>"
        "<REC>X1</REC></EPISODE>"
        "<EPISODE><DECOM>01/04/2025</DECOM><RNE>P</RNE><LS>C2</LS><CIN>N1</CIN><PL>U6</PL><PL_POST>AB1 2CD</PL_POST>"
        "<DEC/><REC/></EPISODE></CHILD>"
        "<CHILD><HEADER><CHILDID>B2</CHILDID><UPN/><SEX>M</SEX><DOB>03/04/2005</DOB><ETHNIC>MOTH</ETHNIC>"
        "<UASC>1</UASC><DUC>03/04/2026</DUC><IN_TOUCH>YES</IN_TOUCH><ACTIV>F2</ACTIV><ACCOM>B1</ACCOM></HEADER></CHILD>"
        "</EXPSSDA903>"
    )
    assert made.rows == {name: len(frame) for name, frame in tables.items()}
    assert made.digest == hashlib.sha256(made.path.read_bytes()).hexdigest()


@needs_shown
def test_the_schema_of_2021_takes_it_and_describes_the_same(tables, tmp_path):
    assert SCHEMA is not None
    SCHEMA.assertValid(etree.parse(written(tables, tmp_path).path))
    differences = schemas.compare(etree.parse(SHOWN).getroot(), MAIN)

    year = {"ours": "[1-2][09][0-9]{2}", "theirs": "[1-2][0,9][0-9]{2}"}
    assert [(path.rpartition("/")[2], what) for path, what, *_ in differences.itertuples(index=False)] == [
        ("REVIEW", "form"), ("DECOM", "form"), ("PL", "form"), ("DEC", "form"),
    ]  # fmt: skip
    for side, form in year.items():
        assert differences[side].str.contains(form, regex=False).tolist() == [True, True, False, True]
    assert differences.iloc[2][["ours", "theirs"]].tolist() == [
        "maxLength 3; minLength 2", "maxLength 2; minLength 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given_as", "duc", "expected"), [(None, "x", "1"), ("0", "x", "0"), ("1", None, "1"), ("?", "x", "?")]
)
def test_the_flag_of_unaccompanied_children_is_as_given_or_that_of_their_table(
    tables, given_as, duc, expected, tmp_path
):
    tables["Header"]["UASC"] = pd.Series([None, given_as], dtype=TEXT)
    tables["UASC"]["DUC"] = pd.Series([duc], dtype=TEXT)
    made = written(tables, tmp_path)

    assert [node.text for node in etree.parse(made.path).iter("UASC")] == ["0", expected]
    assert len(read(made.path, "cla", "2025-26").tables["UASC"]) == 1


def changed(tables, name: str, row: int, field: str, value) -> None:
    if field not in tables[name]:
        tables[name][field] = pd.Series(None, index=tables[name].index, dtype=TEXT)
    tables[name].loc[row, field] = value


@pytest.mark.parametrize(
    ("name", "row", "field", "value", "rule", "why"),
    [
        ("Header", 0, "CHILD", "A1234567890", "schema", "is too long"),
        ("Header", 0, "SEX", "FF", "101", "is too long"),
        ("Header", 1, "SEX", None, "101", "is missing"),
        ("Header", 0, "DOB", None, "102", "is missing"),
        ("Header", 0, "DOB", "soon", "102", "is too short"),
        ("Header", 0, "DOB", "1-Feb-2012", "102", "does not have the form that is asked for"),
        ("Header", 0, "ETHNIC", "WBR", "103", "is too short"),
        ("Header", 0, "UPN", "A123456789012Z", "schema", "is too long"),
        ("Header", 0, "UPN", "A\x01", "schema", "holds a character that XML cannot hold"),
        ("UASC", 0, "DUC", "3 April 2026", "schema", "is too long"),
        ("AD1", 0, "LS_ADOPTR", "L111", "177", "is too long"),
        ("OC3", 0, "ACTIV", "F22", "132", "is too long"),
        ("OC2", 0, "SDQ_SCORE", "120", "180", "is too long"),
        ("Missing", 0, "MISSING", "MM", "1006", "is too long"),
        ("Reviews", 1, "REVIEW", "01/05/1825", "166", "does not have the form that is asked for"),
        ("Reviews", 0, "REVIEW", None, "166", "is missing"),
        ("Reviews", 0, "REVIEW_CODE", "PN", "schema", "is too short"),
        ("Episodes", 0, "DECOM", "32/13/20251", "141", "is too long"),
        ("Episodes", 1, "PLACE", "Z111", "146", "is too long"),
        ("Episodes", 1, "DEC", "unknown", "147", "does not have the form that is asked for"),
        ("Episodes", 1, "URN", "123456789", "schema", "is too long"),
    ],
)
def test_a_cell_that_the_xml_cannot_hold_is_an_obstacle(tables, name, row, field, value, rule, why):
    changed(tables, name, row, field, value)

    assert [one for one in found(tables) if one[0] == name] == [(name, row, field, rule, why)]


def test_with_an_obstacle_there_is_no_file_or_an_incomplete_one(tables, tmp_path):
    changed(tables, "AD1", 0, "LS_ADOPTR", "canary")
    given = typed(tables, NOW)

    with pytest.raises(
        CannotWrite, match=r"Children looked after return 2025-26: 1 cells or rows .* in AD1;"
    ) as refused:
        write(given, NOW, {}, tmp_path / "out.xml")
    assert not list(tmp_path.iterdir())
    assert rows(refused.value.obstacles) == [("AD1", 0, "LS_ADOPTR", "177", "is too long")]
    assert "CANARY" not in str(refused.value).upper()
    made = write(given, NOW, {}, tmp_path / "out.xml", incomplete=True)
    assert made.path.name == "out_INCOMPLETE_NOT_FOR_SUBMISSION.xml"
    assert not made.complete
    assert "LS_ADOPTR" not in made.path.read_text()
    assert "DATE_INT" in made.path.read_text()


@pytest.mark.parametrize(
    ("name", "row", "field", "value", "tag"),
    [
        ("UASC", 0, "DUC", "soon", "DUC"),
        ("AD1", 0, "DATE_MATCH", "31/02/2026", "DATE_MATCH"),
        ("OC2", 0, "SDQ_SCORE", "X", "SDQ_SCORE"),
        ("Missing", 0, "MIS_START", "?", "MIS_START"),
        ("Episodes", 1, "DEC", "31/02/2025", "DEC"),
        ("Episodes", 0, "REC", "ZZZ", "REC"),
    ],
)
def test_what_cannot_be_read_is_written_as_given_where_the_schema_takes_it(
    tables, name, row, field, value, tag, tmp_path
):
    changed(tables, name, row, field, value)

    assert value.upper() in [node.text for node in etree.parse(written(tables, tmp_path).path).iter(tag)]


def test_a_second_row_of_a_child_is_an_obstacle(tables, tmp_path):
    once = ["Header", "UASC", "OC2", "OC3", "AD1", "PrevPerm"]
    rows_of = {name: len(tables[name]) for name in once}
    tables |= {name: pd.concat([tables[name], tables[name].iloc[:1]], ignore_index=True) for name in once}

    assert sorted(found(tables)) == sorted(
        (name, rows_of[name], name, "schema", "is not the only row of the child") for name in once
    )
    assert written(tables, tmp_path, incomplete=True).rows.items() >= rows_of.items()


@pytest.mark.parametrize("child", ["C3", None])
def test_a_child_without_a_header_is_an_obstacle(tables, child, tmp_path):
    for name in BESIDE_HEADER:
        tables[name].loc[0, "CHILD"] = child

    assert sorted(found(tables)) == sorted(
        (name, 0, name, "schema", "the child has no row in Header") for name in BESIDE_HEADER
    )
    made = written(tables, tmp_path, incomplete=True)
    assert made.rows == {name: len(frame) - (name != "Header") for name, frame in tables.items()}


@pytest.mark.parametrize("born", ["02/02/2012", "31/02/2012"])
def test_another_date_of_birth_than_the_headers_is_an_obstacle(tables, born):
    having = [name for name in BESIDE_HEADER if name != "Episodes"]
    for name in having:
        tables[name].loc[0, "DOB"] = born

    assert sorted(found(tables)) == sorted((name, 0, "DOB", "schema", "differs from that in Header") for name in having)


def test_another_sex_than_the_headers_is_an_obstacle(tables):
    tables["UASC"].loc[0, "SEX"] = "U"

    assert found(tables) == [("UASC", 0, "SEX", "schema", "differs from that in Header")]


def test_a_row_without_a_value_is_an_obstacle(tables):
    elements = {"PrevPerm": "PERMANENCE", "Missing": "AMISSING", "PlacedAdoption": "AD_PLACED"}
    names = ["OC2", "OC3", "AD1", *elements]
    for name in names:
        tables[name].loc[0, [column for column in tables[name] if column not in ("CHILD", "DOB")]] = None

    assert sorted(found(tables)) == sorted(
        (name, 0, elements.get(name, name), "schema", "has no value") for name in names
    )


def test_a_row_of_unaccompanied_children_that_nothing_would_show_is_an_obstacle(tables):
    tables["UASC"]["DUC"] = pd.Series([None], dtype=TEXT)
    assert found(tables) == []
    tables["Header"]["UASC"] = pd.Series(["0", "0"], dtype=TEXT)
    assert found(tables) == [("UASC", 0, "UASC", "schema", "has no value")]


def test_more_rows_than_the_schema_takes_are_obstacles(tables):
    days = pd.date_range("2025-04-01", periods=53).strftime("%d/%m/%Y")
    tables |= dict([table("Reviews", CHILD=["A1"] * 53, REVIEW=list(days[::-1]), REVIEW_CODE=["PN1"] * 53)])

    assert found(tables) == [("Reviews", 0, "AREVIEW", "schema", "more than 52 in its row above")]


def test_a_return_without_children_is_an_obstacle():
    assert found({}) == [("Header", None, "CHILD", "schema", "there is none")]


def test_rows_keep_their_labels(tables):
    changed(tables, "Episodes", 1, "URN", "123456789")
    tables["Episodes"].index = [70, 90]
    changed(tables, "AD1", 0, "DATE_INT", "1 January 2026")
    tables["AD1"].index = [5]

    assert [one[:3] for one in found(tables)] == [("AD1", 5, "DATE_INT"), ("Episodes", 90, "URN")]


def test_blocks_join_without_a_seam(tables, tmp_path, monkeypatch):
    whole = written(tables, tmp_path).path.read_bytes()
    monkeypatch.setattr(xml_write, "BLOCK", 1)

    assert written(tables, tmp_path).path.read_bytes() == whole


def test_a_name_given_by_the_caller_stays(tables, tmp_path):
    target = tmp_path / "out_DEMO_NOT_FOR_SUBMISSION.xml"

    assert write(typed(tables, NOW), NOW, {}, target).path == target


# What no schema has shown


def test_a_placement_of_three_characters_is_marked_and_valid_by_our_own_schema(tables, tmp_path):
    tables["Episodes"].loc[0, "PLACE"] = "Z11"
    made = written(tables, tmp_path)

    assert made.path.name == "out_NOT_FOR_SUBMISSION.xml"
    assert made.unshown == ("Episodes.PLACE",)
    assert made.complete
    etree.XMLSchema(etree.fromstring(xsd(NOW))).assertValid(etree.parse(made.path))


def test_a_registered_schema_confirms_it_or_denies_it(tables, tmp_path):
    tables["Episodes"].loc[0, "PLACE"] = "Z11"
    schema = tmp_path / "cla_2026.xsd"
    schema.write_bytes(xsd(NOW))

    assert schemas.add(schema, tmp_path / "home", "cla").empty
    assert written(tables, tmp_path, home=tmp_path / "home").path.name == "out.xml"
    schema.write_bytes(xsd(NOW).replace(b'<xs:maxLength value="3"/>', b'<xs:maxLength value="2"/>'))
    schemas.add(schema, tmp_path / "home", "cla")
    denied = written(tables, tmp_path, home=tmp_path / "home")
    assert denied.path.name == "out_NOT_FOR_SUBMISSION.xml"
    assert "PL" in set(denied.faults["element"])


def test_social_workers_go_in_a_second_file_whose_name_says_that_nobody_has_shown_one(tables, tmp_path):
    given = typed(tables | workers("A1", "B2", "A1"), NOW)
    main, second = write_files(given, NOW, {}, tmp_path / "out.xml", home=tmp_path / "home")

    assert (main.path.name, second.path.name) == ("out.xml", "out_social_workers_NOT_FOR_SUBMISSION.xml")
    assert sorted(path.name for path in tmp_path.iterdir()) == [main.path.name, second.path.name]
    assert second.unshown == ("SWEpisodes",)
    assert second.rows == {"SWEpisodes": 3}
    assert "SWEpisodes" not in main.rows
    etree.XMLSchema(etree.fromstring(xsd(WORKERS))).assertValid(etree.parse(second.path))
    back = typed(read([main.path, second.path], "cla", "2025-26").tables, NOW)
    assert_same_files(in_order(typed(tables, NOW)), in_order(typed(read(main.path, "cla", "2025-26").tables, NOW)))
    assert rows(as_written(back, NOW["SWEpisodes"])[["CHILD", "DOB", "SW_DECOM"]]) == [
        ("A1", BORN["A1"], "01/05/2025"), ("A1", BORN["A1"], "03/05/2025"), ("B2", BORN["B2"], "02/05/2025"),
    ]  # fmt: skip


def test_a_schema_is_registered_for_the_file_whose_outermost_element_it_declares(tables, tmp_path):
    given, home = typed(tables | workers("A1"), NOW), tmp_path / "home"
    schema = tmp_path / "cla_2025-26.xsd"

    def names() -> list[str]:
        return [made.path.name for made in write_files(given, NOW, {}, tmp_path / "out.xml", home=home)]

    schema.write_bytes(xsd(WORKERS))
    assert schemas.add(schema, home, "cla").empty
    assert names() == ["out.xml", "out_social_workers.xml"]
    known = schemas.digest(home, NOW)
    schema.write_bytes(xsd(WORKERS).replace(b'<xs:maxLength value="20"/>', b'<xs:maxLength value="2"/>'))
    assert len(schemas.add(schema, home, "cla")) == 1
    assert names() == ["out.xml", "out_social_workers_NOT_FOR_SUBMISSION.xml"]
    assert schemas.digest(home, NOW) != known
    assert len(schemas.check(tmp_path / "out.xml", home, NOW)) == 0
    with pytest.raises(RefusedFile, match="is the schema of what is not collected in 2022-23; say its period with"):
        schemas.add(schema, home, "cla", "2022-23")


def test_without_social_workers_there_is_one_file(tables, tmp_path):
    assert len(write_files(typed(tables | workers(), NOW), NOW, {}, tmp_path / "out.xml")) == 1
    then = CLA.at("2022-23")
    assert len(write_files(typed(tables, then), then, {}, tmp_path / "out.xml")) == 1


def test_one_file_that_would_drop_the_social_workers_is_refused(tables, tmp_path):
    given = tables | workers("A1")

    assert found(given) == []
    with pytest.raises(CannotWrite, match="SWEpisodes has no place in this file: it goes in a second one;") as refused:
        written(given, tmp_path)
    assert rows(refused.value.obstacles) == [
        ("SWEpisodes", 0, "SWEpisodes", "schema", "has no place in this file: it goes in a second one")
    ]
    assert written(given, tmp_path, incomplete=True).path.name == "out_INCOMPLETE_NOT_FOR_SUBMISSION.xml"


@pytest.mark.parametrize("writing", [write, write_files])
def test_any_file_that_would_drop_deprivations_of_liberty_is_refused(tables, writing, tmp_path):
    later = CLA.at("2026-27")
    given = typed(tables | {"DoLo": pd.DataFrame({"CHILD": ["A1"], "DOLO_START": ["01/05/2026"]}, dtype=TEXT)}, later)
    homeless = [("DoLo", 0, "DoLo", "schema", "has no place in the XML")]

    assert rows(obstacles(given, later)) == homeless
    with pytest.raises(CannotWrite, match=r"in DoLo; DoLo has no place in the XML;"):
        writing(given, later, {}, tmp_path / "out.xml")
    assert not list(tmp_path.iterdir())


def test_social_workers_of_one_child_with_two_dates_of_birth_are_an_obstacle(tables):
    given = tables | workers("A1", "A1")
    given["SWEpisodes"].loc[1, "DOB"] = "02/02/2012"

    assert found(given) == [("SWEpisodes", 1, "DOB", "schema", "differs from that in SWEpisodes")]


def test_two_files_are_there_both_or_not_at_all(tables, tmp_path, monkeypatch):
    real = xml_write._Ready.pieces

    def broken(self):
        yield next(real(self))
        if "SWEpisodes" in self.described:
            raise OSError("disk full")
        yield from real(self)

    monkeypatch.setattr(xml_write._Ready, "pieces", broken)
    with pytest.raises(OSError, match="disk full"):
        write_files(typed(tables | workers("A1"), NOW), NOW, {}, tmp_path / "out.xml")
    assert not list(tmp_path.iterdir())


@settings(max_examples=5, suppress_health_check=SLOW_TO_MAKE, phases=WITHOUT_SHRINKING)
@given(data=st.data())
def test_second_files_are_written_and_read_back_and_written_the_same(data, tmp_path):
    frames = data.draw(strategies.tables(WORKERS))
    frames["Header"]["CHILD"] = pd.array([f"{number}X" for number in range(len(frames["Header"]))], dtype=TEXT)
    path = tmp_path / "given.xml"
    path.write_bytes(etree.tostring(strategies.tree(frames, {}, WORKERS)))
    episodes = read(path, "cla", "2025-26").tables
    head = dict([table("Header", CHILD=["A1"], SEX=["F"], ETHNIC=["WBRI"])])
    if episodes["SWEpisodes"].empty:
        return
    _, first = write_files(typed(head | episodes, NOW), NOW, {}, tmp_path / "first.xml")
    again = read(first.path, "cla", "2025-26").tables
    _, second = write_files(typed(head | again, NOW), NOW, {}, tmp_path / "second.xml")
    files = [as_written(typed(tables, NOW), NOW["SWEpisodes"]) for tables in (episodes, again)]

    assert first.path.read_bytes() == second.path.read_bytes()
    etree.XMLSchema(etree.fromstring(xsd(WORKERS))).assertValid(etree.parse(first.path))
    assert sorted(rows(files[0])) == sorted(rows(files[1]))

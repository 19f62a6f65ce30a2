"""Hand-written cases for the second reading of placements: rows that each code flags and rows that it does not."""

import pytest

from reference.cla_cases import Cells, flagged, positions


def episodes(code: str, period: str, *rows: Cells, dob: str | None = None) -> set[str]:
    """The flagged rows of one child's Episodes (a row may name another CHILD)."""
    tables = {"Episodes": [{"CHILD": "1", **row} for row in rows], "Header": [{"CHILD": "1", "DOB": dob}]}
    return flagged(code, period, **tables)


def of_codes(code: str, period: str, column: str, *codes: str | None, **cells: str) -> list[str | None]:
    """Which of these codes the rule flags, one episode each."""
    found = episodes(code, period, *({column: one, **cells} for one in codes))
    return [one for position, one in enumerate(codes) if f"Episodes {position}" in found]


@pytest.mark.parametrize(
    ("period", "wrong"),
    [
        ("2023-24", ["K3", "Z11", "Z12", "Z13", "Z14", "A1"]),
        ("2024-25", ["Z11", "Z12", "Z13", "Z14", "A1"]),
        ("2025-26", ["H5", "P2", "Z1", "A1"]),
    ],
)
def test_146_placement_types_of_each_year(period: str, wrong: list[str]) -> None:
    always = "A3 A4 A5 A6 K1 K2 P1 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 U1 U2 U3 U4 U5 U6"
    codes = [*always.split(), "t0", "H5", "P2", "Z1", "K3", "Z11", "Z12", "Z13", "Z14", "A1", None, ""]
    assert of_codes("146", period, "PLACE", *codes) == wrong


def test_1009_reasons_for_change() -> None:
    right = "CARPL CLOSE ALLEG STAND APPRR CREQB CREQO CHILD LAREQ PLACE CUSTOD OTHER other"
    assert of_codes("1009", "2025-26", "REASON_PLACE_CHANGE", *right.split(), "CUSTODY", None) == ["CUSTODY"]


@pytest.mark.parametrize(
    ("code", "period", "provider", "wrong"),
    [
        ("178", "2024-25", "PR1", ["T0", "T4", "Z1"]),
        ("178", "2025-26", "PR1", ["T0", "T4", "Z11"]),
        ("178", "2025-26", "PR6", ["T0", "T4", "Z1", "Z11", "K2", "P1", None]),
        ("178", "2025-26", None, []),
        *(("178", "2025-26", f"PR{number}", ["T0", "T4", "Z11"]) for number in (0, 2, 3, 4, 5)),
        ("213", "2024-25", "PR9", ["T0", "T4"]),
        ("213", "2025-26", "PR9", ["T0", "T4", "Z11"]),
        ("213", "2025-26", None, []),
        ("526", "2024-25", None, ["Z11", "K2", "P1", None]),
        ("526", "2025-26", None, ["Z1", "K2", "P1", None]),
        ("526", "2025-26", "PR1", []),
        ("550", "2025-26", "PR0", ["T0", "T4", "Z1", "Z11", "K2", None]),
        ("550", "2025-26", "PR1", []),
    ],
)
def test_providers_beside_placement_types(code: str, period: str, provider: str | None, wrong: list[str]) -> None:
    cells = {} if provider is None else {"PLACE_PROVIDER": provider}
    assert of_codes(code, period, "PLACE", "T0", "T4", "Z1", "Z11", "K2", "P1", None, **cells) == wrong


@pytest.mark.parametrize(
    ("code", "provider", "wrong"),
    [
        ("527", "PR1", ["P1", "R2", "R5"]),
        ("528", "PR2", ["P1", "R2", "R5"]),
        ("529", "PR3", ["P1", "A3", "A4", "A5", "A6", "K1", "K2", "U1", "U2", "U3", "U4", "U5", "U6"]),
        ("530", "PR4", ["P1"]),
        ("531", "PR5", ["P1"]),
    ],
)
def test_providers_that_a_placement_cannot_have(code: str, provider: str, wrong: list[str]) -> None:
    codes = "P1 R2 R5 A3 A4 A5 A6 K1 K2 U1 U2 U3 U4 U5 U6 S1 K3"
    places = (*codes.split(), None)
    assert of_codes(code, "2025-26", "PLACE", *places, PLACE_PROVIDER=provider) == wrong
    assert of_codes(code, "2025-26", "PLACE", *places, PLACE_PROVIDER="PR0") == []


def test_214_respite_has_neither_postcode_nor_urn() -> None:
    rows = ({"LS": "V3", "URN": "XXXXXXX"}, {"LS": "v4", "PL_POST": "AB1 0JD"}, {"LS": "V3"}, {"LS": "C1", "URN": "1"})
    assert episodes("214", "2025-26", *rows) == positions("Episodes", 0, 1)


def test_217_from_1_april_2015() -> None:
    def fails(place: str, rne: str | None, decom: str | None = "01/04/2015") -> bool:
        return bool(episodes("217", "2025-26", {"PLACE": place, "RNE": rne, "DECOM": decom}))

    assert fails("A3", "P")
    assert fails("A5", None)
    assert not fails("A3", "P", "31/03/2015")
    assert not fails("A3", "P", None)
    assert not fails("A4", "P")
    assert [rne for rne in "SLPTUB" if fails("A5", rne)] == ["L", "P", "B"]


def test_217t_takes_open_and_later_ends() -> None:
    rows = [{"PLACE": "P2", "DEC": dec} for dec in ("28/10/2023", "29/10/2023", "soon", None)]
    assert episodes("217t", "2023-24", *rows, {"PLACE": "U6"}) == positions("Episodes", 1, 2, 3)
    assert episodes("217t", "2024-25", *rows) == set()


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ({}, {}, True),
        ({"REASON_PLACE_CHANGE": "OTHER"}, {}, False),
        ({"REC": "E8"}, {}, False),
        ({"PLACE": "T1"}, {}, False),
        ({"PLACE": None}, {"PLACE": None}, True),
        ({}, {"PLACE": "T1"}, False),
        ({}, {"RNE": "L"}, False),
        ({}, {"RNE": "S"}, False),
        ({}, {"RNE": "B"}, True),
        ({}, {"RNE": "T"}, True),
        ({}, {"RNE": "U"}, True),
        ({}, {"CHILD": "2"}, False),
    ],
)
def test_225_a_change_of_placement_has_a_reason(first: Cells, second: Cells, wrong: bool) -> None:
    ended: Cells = {"DECOM": "01/05/2025", "REC": "X1", "PLACE": "U6", **first}
    began: Cells = {"DECOM": "01/06/2025", "RNE": "P", "PLACE": "U4", **second}
    assert episodes("225", "2025-26", began, ended) == (positions("Episodes", 1) if wrong else set())


def test_225_a_missing_start_comes_last() -> None:
    rows = ({"REC": "X1", "PLACE": "U6", "RNE": "P"}, {"DECOM": "01/05/2025", "REC": "X1", "PLACE": "U6", "RNE": "P"})
    assert episodes("225", "2025-26", *rows) == positions("Episodes", 1)


def test_226_flags_the_temporary_placement_for_its_own_reason_or_the_one_before() -> None:
    usual: Cells = {"DECOM": "01/05/2025", "PLACE": "U6", "REASON_PLACE_CHANGE": "OTHER"}
    temporary: Cells = {"DECOM": "01/06/2025", "PLACE": "T1"}
    assert episodes("226", "2025-26", temporary, usual) == positions("Episodes", 0)
    assert episodes("226", "2025-26", temporary, {**usual, "REASON_PLACE_CHANGE": None}) == set()
    assert episodes("226", "2025-26", {**temporary, "REASON_PLACE_CHANGE": "OTHER"}) == positions("Episodes", 0)
    assert episodes("226", "2025-26", temporary, {**usual, "CHILD": "2"}) == set()
    nobody: Cells = {"CHILD": None}
    assert episodes("226", "2025-26", {**temporary, **nobody}, {**usual, **nobody}) == set()


def test_233_open_episodes_have_no_reason() -> None:
    rows = [{"REASON_PLACE_CHANGE": "OTHER", "DEC": dec} for dec in (None, "soon", "01/05/2025")]
    assert episodes("233", "2025-26", *rows, {}) == positions("Episodes", 0)
    assert episodes("233", "2024-25", *rows) == set()


def test_234_reads_the_reason_of_the_episode_before() -> None:
    def found(decom: str, dob: str | None, reason: str | None = "CUSTOD") -> set[str]:
        earlier = {"DECOM": "01/04/2025", "REASON_PLACE_CHANGE": reason}
        return episodes("234", "2025-26", earlier, {"DECOM": decom}, dob=dob)

    assert found("28/02/2026", "01/03/2016") == {"Episodes 1", "Header 0"}
    assert found("01/03/2026", "01/03/2016") == set()
    assert found("28/02/2026", "29/02/2016") == set()  # the birthday in a year without 29 February
    assert found("28/02/2026", None) == set()
    assert found("28/02/2026", "01/03/2016", "OTHER") == set()
    assert (
        episodes("234", "2025-26", {"DECOM": "01/04/2025", "REASON_PLACE_CHANGE": "CUSTOD"}, dob="01/01/2020") == set()
    )


@pytest.mark.parametrize(
    ("code", "period", "place", "years"),
    [
        ("370", "2022-23", "P2", 15),
        ("370", "2023-24", "P2", 16),
        ("371", "2022-23", "H5", 14),
        ("371", "2023-24", "H5", 16),
        ("371", "2024-25", "K3", 16),
        ("372", "2025-26", "R5", 10),
        ("373", "2025-26", "S1", 4),
        ("374", "2025-26", "P3", 14),
    ],
)
def test_ages_at_the_start(code: str, period: str, place: str, years: int) -> None:
    dob = f"15/06/{2022 - years}"
    rows: list[Cells] = [{"PLACE": place, "DECOM": decom} for decom in ("14/06/2022", "15/06/2022", None)]
    rows += [{"PLACE": place, "DECOM": "14/06/2022", "DEC": "20/06/2022"}, {"PLACE": "U6", "DECOM": "14/06/2022"}]
    assert episodes(code, period, *rows, dob=dob) == positions("Episodes", 0, 3)
    assert episodes(code, period, *rows, dob=None) == set()


@pytest.mark.parametrize(
    ("code", "place", "last", "after"),
    [
        ("375", "T1", "13/07/2025", "14/07/2025"),
        ("376", "T3", "22/06/2025", "23/06/2025"),
        ("379", "T4", "08/06/2025", "09/06/2025"),
    ],
)
def test_lengths_of_temporary_placements(code: str, place: str, last: str, after: str) -> None:
    rows: list[Cells] = [{"PLACE": place, "DECOM": "01/06/2025", "DEC": dec} for dec in (last, after, None)]
    rows += [{"PLACE": "U6", "DECOM": "01/06/2025", "DEC": after}, {"PLACE": place, "DEC": after}]
    assert episodes(code, "2025-26", *rows) == positions("Episodes", 1)


def test_377_counts_rows_of_a_child() -> None:
    holiday: Cells = {"PLACE": "T3"}
    assert episodes("377", "2025-26", holiday, {"PLACE": "T4"}, holiday, holiday) == positions("Episodes", 0, 2, 3)
    assert episodes("377", "2025-26", holiday, holiday, {"PLACE": "T3", "CHILD": "2"}) == set()
    assert episodes("377", "2025-26", *[{"PLACE": "T3", "CHILD": None}] * 3) == set()


def test_380_and_381_care_neither_starts_nor_ends_with_a_temporary_placement() -> None:
    assert of_codes("380", "2025-26", "RNE", "S", "L", "T", "U", "P", "B", None, PLACE="T2") == [
        "S",
        "L",
        "T",
        "U",
        None,
    ]
    assert of_codes("380", "2025-26", "RNE", "S", PLACE="U6") == []
    assert of_codes("381", "2025-26", "REC", "E8", "X1", None, PLACE="T2") == ["E8"]
    assert of_codes("381", "2025-26", "REC", "E8", PLACE="U6") == []


@pytest.mark.parametrize(
    ("period", "back", "wrong"),
    [
        ("2024-25", {"PL_POST": "CD1 2EF"}, False),
        ("2025-26", {"PL_POST": "CD1 2EF"}, True),
        ("2025-26", {"PL_POST": "AB1 0JD"}, False),
        ("2025-26", {"PL_POST": None}, True),
        ("2024-25", {"PLACE": "U4"}, True),
        ("2024-25", {"PLACE": None}, True),
        ("2024-25", {"RNE": None}, True),
        ("2024-25", {"CHILD": "2", "PLACE": "U4"}, False),
        ("2024-25", {"DECOM": None}, False),
    ],
)
def test_383_the_child_returns_to_where_it_was(period: str, back: Cells, wrong: bool) -> None:
    usual: Cells = {"DECOM": "01/05/2025", "PLACE": "U6", "PL_POST": "AB1 0JD"}
    temporary: Cells = {"DECOM": "01/06/2025", "PLACE": "T1"}
    returned: Cells = {"DECOM": "05/06/2025", "PLACE": "U6", "RNE": "P", **back}
    assert episodes("383", period, returned, temporary, usual) == (positions("Episodes", 0) if wrong else set())


def test_383_two_missing_placements_are_not_the_same() -> None:
    rows: list[Cells] = [
        {"DECOM": "01/05/2025"},
        {"DECOM": "01/06/2025", "PLACE": "T3"},
        {"DECOM": "05/06/2025", "RNE": "P"},
    ]
    assert episodes("383", "2024-25", *rows) == positions("Episodes", 2)

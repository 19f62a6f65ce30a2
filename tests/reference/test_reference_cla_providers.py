"""Hand-written cases for the second reading of Ofsted's numbers: what each code flags and what it does not."""

import pytest

from reference.cla_cases import Cells, flagged, positions

OWN, OTHER = "E10000016", "E10000006"
PLACES = "H5 K1 K2 K3 P1 P2 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 U6 Z1 Z11 Z12 Z13 Z14"
HOME: Cells = {
    "URN": "SC1",
    "PLACE_CODES": "K2,U6",
    "PROVIDER_CODES": "PR1,PR4",
    "REG_END": "30/09/2025",
    "POSTCODE": "AB10JD",
    "LA_CODE": OWN,
}


def episodes(code: str, period: str, *rows: Cells, providers: list[Cells] | None = None) -> set[str]:
    return flagged(code, period, authority=OWN, providers=providers, Episodes=[{"CHILD": "1", **row} for row in rows])


def fails(code: str, period: str = "2025-26", *, providers: tuple[Cells, ...] = (HOME,), **cells: str | None) -> bool:
    return bool(episodes(code, period, {"URN": "SC1", **cells}, providers=list(providers)))


@pytest.mark.parametrize("code", ["1008", "219", "221", "224", "227", "228", "229"])
def test_without_the_provider_list_nothing_is_compared_with_it(code: str) -> None:
    wrong: Cells = {"URN": "SC9", "PLACE": "K1", "PL_POST": "ZZ1 1ZZ", "PLACE_PROVIDER": "PR1", "DECOM": "01/01/2026"}
    assert episodes(code, "2025-26", wrong) == set()


def test_1008_every_number_but_seven_x_is_listed() -> None:
    rows: list[Cells] = [{"URN": urn} for urn in ("SC1", "sc1", "SC2", "XXXXXXX", "XXXXXX", None)]
    assert episodes("1008", "2025-26", *rows, providers=[HOME]) == positions("Episodes", 2, 4)


@pytest.mark.parametrize(
    ("code", "column", "right", "wrong"),
    [("219", "PLACE", "U6", "K1"), ("224", "PLACE_PROVIDER", "PR4", "PR2")],
)
def test_219_and_224_the_code_is_one_of_the_providers(code: str, column: str, right: str, wrong: str) -> None:
    assert not fails(code, **{column: right})
    assert fails(code, **{column: wrong})
    assert fails(code, **{column: None})
    assert fails(code, URN="SC2", **{column: right})
    assert not fails(code, URN="XXXXXXX", **{column: wrong})
    listed = {"219": "PLACE_CODES", "224": "PROVIDER_CODES"}[code]
    assert not fails(code, providers=({**HOME, listed: wrong}, HOME), **{column: right})  # one of its rows is enough
    assert fails(code, providers=(HOME, HOME), **{column: wrong})
    assert fails(code, providers=({**HOME, listed: None},), **{column: right})


def test_221_the_placement_is_where_the_provider_is() -> None:
    assert not fails("221", PLACE="K2", PL_POST="ab1 0jd")
    assert fails("221", PLACE="K2", PL_POST="AB1 0JE")
    assert fails("221", PLACE="K2", PL_POST="AB1 0JD", URN="SC2")
    assert fails("221", PLACE="K2", PL_POST="AB1 0JD", providers=({**HOME, "POSTCODE": None},))
    assert not fails("221", PLACE="K2", PL_POST="AB1 0JD", providers=(HOME, {**HOME, "POSTCODE": "CD12EF"}))
    assert fails("221", PLACE="K2", PL_POST="AB1 0JE", providers=(HOME, {**HOME, "POSTCODE": "CD12EF"}))
    assert not fails("221", PLACE="K2", PL_POST="AB1 0JE", LS="V4")
    assert not fails("221", PLACE="K2", PL_POST=None)
    assert not fails("221", PLACE="K2", PL_POST="AB1 0JE", LS="V3")
    assert not fails("221", PLACE="U6", PL_POST="AB1 0JE")


@pytest.mark.parametrize(
    ("period", "tested"), [("2022-23", "K1 K2 R3 S1"), ("2023-24", "H5 K1 K2 R3 S1"), ("2024-25", "K1 K2 K3 R3 S1")]
)
def test_221_placements_of_each_year(period: str, tested: str) -> None:
    assert [place for place in PLACES.split() if fails("221", period, PLACE=place, PL_POST="AB1 0JE")] == tested.split()


@pytest.mark.parametrize(
    ("period", "wrong"),
    [
        ("2022-23", "H5 P1 P2 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1"),
        ("2023-24", "P1 P2 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1"),
        ("2024-25", "P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1"),
        ("2025-26", "P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z11 Z12 Z13 Z14"),
    ],
)
def test_222_placements_without_a_number(period: str, wrong: str) -> None:
    assert [place for place in (*PLACES.split(), None) if fails("222", period, PLACE=place)] == wrong.split()
    assert not fails("222", period, PLACE="T4", URN="XXXXXXX")
    assert not fails("222", period, PLACE="T4", URN=None)


@pytest.mark.parametrize(
    ("period", "exempt"),
    [
        ("2023-24", "H5 P1 P2 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1"),
        ("2024-25", "P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z1"),
        ("2025-26", "P1 P3 R1 R2 R5 T0 T1 T2 T3 T4 Z11 Z12 Z13 Z14"),
    ],
)
def test_218_placements_that_need_no_number(period: str, exempt: str) -> None:
    passing = [place for place in (*PLACES.split(), None) if not fails("218", period, URN=None, PLACE=place, PL_LA=OWN)]
    assert passing == exempt.split()


def test_218_ends_areas_and_placeholders() -> None:
    def missing(period: str, **cells: str | None) -> bool:
        return fails("218", period, **{"URN": None, "PLACE": "K2", "PL_LA": OWN, **cells})

    assert not missing("2024-25", URN="XXXXXXX")
    assert missing("2024-25", DEC="01/04/2024")
    assert not missing("2024-25", DEC="31/03/2024")
    assert not missing("2024-25", DEC="soon")
    assert missing("2025-26", DEC="01/04/2015")
    assert not missing("2025-26", DEC="31/03/2015")
    assert missing("2024-25", PL_LA=None)
    assert missing("2025-26", PL_LA=None)
    assert not missing("2024-25", PL_LA="W06000001")
    assert missing("2025-26", PL_LA="W06000001")
    areas = ["CON", "NIR", "SCO", "WAL", "NUK", "wal", "E06000001"]
    assert [area for area in areas if missing("2025-26", PL_LA=area)] == ["E06000001"]
    assert [area for area in areas if missing("2024-25", PL_LA=area)] == ["E06000001"]


def test_227_and_228_the_provider_was_open() -> None:
    assert fails("227", DECOM="30/09/2025")
    assert not fails("227", DECOM="29/09/2025")
    assert not fails("227", DECOM=None)
    assert fails("228", DEC="01/10/2025")
    assert not fails("228", DEC="30/09/2025")
    assert fails("228", DEC="soon")  # still there at the end of the year
    assert not fails("228", DEC=None, providers=({**HOME, "REG_END": "31/03/2026"},))
    for code in ("227", "228"):
        open_still = {**HOME, "REG_END": None}
        assert not fails(code, DECOM="01/01/2026", DEC="01/02/2026", providers=(open_still,))
        assert not fails(code, DECOM="01/01/2026", DEC="01/02/2026", providers=(HOME, open_still))
        assert fails(code, DECOM="01/01/2026", DEC="01/02/2026", providers=(HOME, HOME))
        assert not fails(code, DECOM="01/01/2026", DEC="01/02/2026", URN="SC2")


@pytest.mark.parametrize(
    ("provided", "urn", "area", "wrong"),
    [
        ("PR1", "SC1", OWN, False),
        ("PR1", "SC1", OTHER, True),
        ("PR1", "SC1", None, True),
        ("PR1", "SC2", OWN, True),
        ("PR1", "XXXXXXX", OTHER, False),
        ("PR2", "SC1", OWN, True),
        ("PR2", "SC1", OTHER, False),
        ("PR2", "SC2", OWN, False),
        ("PR4", "SC1", OTHER, False),
    ],
)
def test_229_own_provision_is_in_the_own_authority(provided: str, urn: str, area: str | None, wrong: bool) -> None:
    assert fails("229", PLACE_PROVIDER=provided, URN=urn, providers=({**HOME, "LA_CODE": area},)) == wrong


@pytest.mark.parametrize("provided", ["PR1", "PR2"])
def test_229_one_row_of_the_list_that_fits_is_enough(provided: str) -> None:
    assert not fails("229", PLACE_PROVIDER=provided, providers=(HOME, {**HOME, "LA_CODE": OTHER}))


def test_230_supported_accommodation_in_england_has_a_number() -> None:
    def missing(**cells: str | None) -> bool:
        return fails("230", "2023-24", **{"PLACE": "H5", "URN": None, "DEC": None, "PL_LA": OWN, **cells})

    assert missing()
    assert missing(URN="XXXXXXX")
    assert missing(DEC="29/10/2023")
    assert missing(PL_LA="CON")
    assert missing(PL_LA=None)
    assert not missing(DEC="28/10/2023")
    assert not missing(PL_LA="SCO")
    assert not missing(PL_LA="WAL")
    assert not missing(PL_LA="NIR")
    assert not missing(URN="SC1")
    assert not missing(PLACE="K2")
    assert not fails("230", "2024-25", PLACE="H5", URN=None, PL_LA=OWN)

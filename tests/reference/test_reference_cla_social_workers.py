"""Hand-written cases for the second reading of social worker episodes: what each code flags and what it does not."""

import pytest

from reference.cla_cases import Cells, flagged, positions

WHOLE: Cells = {"CHILD": "1", "SW_ID": "SW1", "SW_DECOM": "01/05/2025", "SW_REASON": "MANAGE"}


def workers(code: str, period: str, *rows: Cells) -> set[str]:
    return flagged(code, period, SWEpisodes=[{**WHOLE, **row} for row in rows])


def fails(code: str, period: str = "2025-26", **cells: str | None) -> bool:
    return bool(workers(code, period, cells))


def spans(code: str, period: str, *dates: tuple[str | None, str | None], **cells: str | None) -> set[str]:
    """The flagged rows of one child with these starts and ends."""
    return workers(code, period, *({"SW_DECOM": start, "SW_DEC": end, **cells} for start, end in dates))


@pytest.mark.parametrize(
    ("episode", "worker", "wrong"),
    [
        ({}, [{}], False),
        ({}, [{"SW_ID": None}], True),
        ({}, [{"SW_REASON": None}], True),
        ({}, [{"SW_DECOM": None}], True),
        ({}, [{"SW_DECOM": "soon"}], False),
        ({}, [{"SW_ID": None}, {}], False),  # one complete row is enough
        ({}, [{"SW_ID": None}, {"SW_REASON": None}], True),
        ({}, [{"CHILD": "2"}], True),
        ({"LS": "V3"}, [], False),
        ({"LS": "V4"}, [], False),
        ({"LS": None}, [], True),
        ({"DEC": "01/06/2023"}, [], False),
        ({"DEC": "soon"}, [], False),
        ({"CHILD": None}, [{"CHILD": None}], True),
    ],
)
def test_sw01_children_in_care_have_complete_workers(episode: Cells, worker: list[Cells], wrong: bool) -> None:
    tables = {"Episodes": [{"CHILD": "1", "LS": "C2", **episode}], "SWEpisodes": [{**WHOLE, **one} for one in worker]}
    assert flagged("SW01STG1", "2023-24", **tables) == (positions("Episodes", 0) if wrong else set())
    assert flagged("SW01STG1", "2024-25", **tables) == set()


def test_sw01a_and_sw01b_divide_at_1_april_2023() -> None:
    for code in ("SW01aSTG1", "SW01bSTG1"):
        assert fails(code, SW_DECOM=None)
        assert fails(code, SW_DECOM="soon")
        assert not fails(code)
        assert not fails(code, "2023-24", SW_DECOM=None)
    assert fails("SW01aSTG1", SW_DECOM="31/03/2023", SW_ID=None)
    assert not fails("SW01aSTG1", SW_DECOM="01/04/2023", SW_ID=None)
    assert not fails("SW01aSTG1", SW_DECOM="31/03/2023", SW_REASON=None)
    assert fails("SW01bSTG1", SW_DECOM="01/04/2023", SW_ID=None)
    assert fails("SW01bSTG1", SW_DECOM="01/04/2023", SW_REASON=None)
    assert not fails("SW01bSTG1", SW_DECOM="31/03/2023", SW_ID=None)


def test_sw02_numbers_begin_with_sw_or_xx() -> None:
    ids = ["SW", "xx1", "SX1", "1SW", None]
    assert [one for one in ids if fails("SW02STG1", SW_ID=one)] == ["SX1", "1SW", None]


def test_sw03_all_three_cells_in_the_first_year() -> None:
    for column in ("SW_ID", "SW_DECOM", "SW_REASON"):
        assert fails("SW03STG1", "2023-24", **{column: None})
        assert not fails("SW03STG1", "2024-25", **{column: None})
    assert not fails("SW03STG1", "2023-24", SW_DECOM="soon")


@pytest.mark.parametrize(("code", "column"), [("SW04STG1", "SW_DECOM"), ("SW05STG1", "SW_DEC")])
def test_sw04_and_sw05_dates_are_dates(code: str, column: str) -> None:
    right = [None, "29/02/2024", "2024-02-29"]
    wrong = ["30/02/2024", "ZZ/02/2023", "29/02/ZZZZ", "1/2/2023", "01/02/23"]
    assert [text for text in [*right, *wrong] if fails(code, **{column: text})] == wrong


def test_sw06_starts_by_31_march() -> None:
    assert fails("SW06STG2", SW_DECOM="01/04/2026")
    assert not fails("SW06STG2", SW_DECOM="31/03/2026")
    assert not fails("SW06STG2", SW_DECOM=None)


@pytest.mark.parametrize(("period", "first"), [("2023-24", "2023"), ("2024-25", "2023"), ("2025-26", "2024")])
def test_sw07_ends_in_the_year_or_from_2024_25_the_one_before(period: str, first: str) -> None:
    assert fails("SW07STG2", period, SW_DEC=f"31/03/{first}")
    assert not fails("SW07STG2", period, SW_DEC=f"01/04/{first}")
    assert not fails("SW07STG2", period, SW_DEC=f"31/03/20{period[5:]}")
    assert fails("SW07STG2", period, SW_DEC=f"01/04/20{period[5:]}")
    assert not fails("SW07STG2", period, SW_DEC="soon")


def test_sw08_only_the_latest_is_open() -> None:
    def open_early(*dates: tuple[str | None, str | None]) -> set[str]:
        return spans("SW08STG2", "2025-26", *dates)

    assert open_early(("01/06/2025", None), ("01/05/2025", None)) == positions("SWEpisodes", 1)
    assert open_early(("01/06/2025", None), ("01/05/2025", "soon")) == positions("SWEpisodes", 1)
    assert open_early(("01/06/2025", None), ("01/05/2025", "01/06/2025")) == set()
    assert open_early(("01/06/2025", None), ("01/06/2025", None)) == positions("SWEpisodes", 0)
    assert open_early((None, None), ("01/06/2025", None)) == positions("SWEpisodes", 1)
    assert open_early((None, None), (None, None)) == set()
    assert spans("SW08STG2", "2025-26", ("01/06/2025", None), ("01/05/2025", None), CHILD=None) == set()


def test_sw14_takes_undated_rows_too() -> None:
    dates = [(None, None), (None, None), ("01/05/2023", "soon")]
    assert spans("SW14STG2", "2023-24", *dates) == positions("SWEpisodes", 0, 2)
    assert spans("SW14STG2", "2023-24", ("01/05/2023", "01/06/2023"), ("01/06/2023", None)) == set()
    assert spans("SW14STG2", "2024-25", *dates) == set()


def test_sw09_more_than_a_day() -> None:
    assert fails("SW09STG2", SW_DEC="01/05/2025")
    assert fails("SW09STG2", SW_DEC="2025-05-01")
    assert not fails("SW09STG2", SW_DECOM="soon", SW_DEC="soon")
    assert not fails("SW09STG2", SW_DEC="30/04/2025")
    assert not fails("SW09STG2", SW_DECOM=None, SW_DEC=None)


@pytest.mark.parametrize(
    ("ended", "start", "wrong"),
    [
        ("10/06/2025", "03/06/2025", False),
        ("10/06/2025", "02/06/2025", True),
        ("10/06/2025", "17/06/2025", False),
        ("10/06/2025", "18/06/2025", True),
        (None, "17/06/2025", True),
        ("10/06/2025", None, True),
    ],
)
def test_sw10_the_next_starts_within_a_week(ended: str | None, start: str | None, wrong: bool) -> None:
    dates = [(start, None), ("01/05/2025", ended)]
    assert spans("SW10STG2", "2025-26", *dates) == (positions("SWEpisodes", 0) if wrong else set())
    assert spans("SW10STG2", "2025-26", *dates, CHILD=None) == set()
    assert spans("SW10STG2", "2025-26", *dates, SW_REASON="FCONTA") == set()
    assert spans("SW10STG2", "2023-24", *dates, SW_REASON="FCONTA") == (positions("SWEpisodes", 0) if wrong else set())


def test_sw10_orders_equal_starts_by_end() -> None:
    found = spans(
        "SW10STG2", "2025-26", ("01/05/2025", None), ("01/05/2025", "02/05/2025"), ("09/05/2025", "10/05/2025")
    )
    assert found == positions("SWEpisodes", 2)


@pytest.mark.parametrize(
    ("ended", "start", "wrong"),
    [
        ("26/03/2024", "21/03/2024", False),
        ("26/03/2024", "20/03/2024", True),
        ("26/03/2024", "31/03/2024", False),
        ("26/03/2024", None, True),
        ("27/03/2024", "20/03/2024", False),
        (None, "20/03/2024", False),
    ],
)
def test_sw11a_the_next_follows_in_five_days(ended: str | None, start: str | None, wrong: bool) -> None:
    dates = [("01/05/2023", ended), (start, None)]
    assert spans("SW11aSTG2", "2023-24", *dates) == (positions("SWEpisodes", 0) if wrong else set())
    assert spans("SW11aSTG2", "2024-25", *dates) == set()


def test_sw11a_the_last_is_followed_by_nobody() -> None:
    def not_followed(*dates: tuple[str | None, str | None]) -> set[str]:
        return spans("SW11aSTG2", "2023-24", *dates)

    assert not_followed(("01/06/2023", "01/07/2023"), ("01/05/2023", "01/06/2023")) == positions("SWEpisodes", 0)
    assert not_followed(("01/05/2023", "27/03/2024")) == set()
    assert not_followed(("01/06/2023", None), (None, "01/06/2023")) == set()
    assert spans("SW11aSTG2", "2023-24", ("01/05/2023", "01/06/2023"), CHILD=None) == set()


def test_sw11b_no_episode_after_one_that_ended_in_the_last_days() -> None:
    def none_after(*dates: tuple[str | None, str | None]) -> set[str]:
        return spans("SW11bSTG2", "2025-26", *dates)

    for day, wrong in (("25/03/2026", False), ("26/03/2026", True), ("31/03/2026", True), ("01/04/2026", False)):
        assert bool(none_after(("01/05/2025", day))) == wrong
    assert none_after(("01/05/2025", "28/03/2026"), ("28/03/2026", None)) == set()
    assert none_after(("01/06/2025", "28/03/2026"), ("01/05/2025", "30/03/2026")) == positions("SWEpisodes", 0)
    assert none_after(("01/05/2025", "28/03/2026"), (None, None)) == positions("SWEpisodes", 0)
    assert none_after(("01/05/2025", "28/03/2026"), ("01/05/2025", "28/03/2026")) == positions("SWEpisodes", 1)
    assert spans("SW11bSTG2", "2025-26", ("01/05/2025", "28/03/2026"), CHILD=None) == set()


def test_sw17_the_latest_is_open() -> None:
    def ended(*dates: tuple[str | None, str | None]) -> set[str]:
        return spans("SW17STG2", "2025-26", *dates)

    assert ended(("01/06/2025", "soon"), ("01/05/2025", None)) == positions("SWEpisodes", 0)
    assert ended(("01/06/2025", None), ("01/05/2025", "01/06/2025")) == set()
    assert ended(("01/06/2025", "01/07/2025"), (None, None)) == positions("SWEpisodes", 0)
    assert ended((None, "01/07/2025")) == positions("SWEpisodes", 0)
    assert ended(("01/06/2025", "01/07/2025"), ("01/06/2025", None)) == set()
    assert spans("SW17STG2", "2024-25", ("01/06/2025", "01/07/2025")) == set()


@pytest.mark.parametrize(
    ("episode", "dates", "wrong"),
    [
        # A start of care.
        ({"RNE": "S", "REC": "X1", "DEC": "01/06/2025"}, [("01/05/2025", None)], False),
        ({"RNE": "S", "REC": "X1", "DEC": "01/06/2025"}, [("02/05/2025", None)], True),
        ({"RNE": "S", "REC": "X1", "DEC": "01/06/2025"}, [("01/04/2025", "01/05/2025")], False),
        ({"RNE": "S", "REC": "X1", "DEC": "01/06/2025"}, [("01/04/2025", "30/04/2025")], True),
        ({"RNE": "S"}, [("02/05/2025", None), ("01/05/2025", "01/05/2025")], False),
        ({"RNE": "S"}, [], True),
        ({"RNE": "S", "DECOM": None}, [("01/05/2025", None)], True),
        # An end of care.
        ({"RNE": "L", "REC": "E8", "DEC": "01/06/2025"}, [("01/06/2025", None)], False),
        ({"RNE": "L", "REC": "E8", "DEC": "01/06/2025"}, [("02/06/2025", None)], True),
        ({"RNE": "L", "REC": "E8", "DEC": "01/06/2025"}, [("01/05/2025", "31/05/2025")], True),
        ({"RNE": "L", "REC": None, "DEC": "01/06/2025"}, [("02/06/2025", None)], True),
        ({"RNE": "L", "REC": "E8", "DEC": "soon"}, [("01/05/2025", None)], True),
        ({"RNE": "S", "REC": "E8", "DEC": "01/06/2025"}, [("01/05/2025", "30/05/2025")], True),
        # Neither.
        ({"RNE": "L", "REC": "X1", "DEC": "01/06/2025"}, [], False),
        ({"RNE": "L"}, [], False),
        ({"RNE": "S", "LS": "V3"}, [], False),
    ],
)
def test_sw12_someone_is_there_when_care_starts_and_ends(
    episode: Cells, dates: list[tuple[str | None, str | None]], wrong: bool
) -> None:
    episodes: list[Cells] = [{"CHILD": "1", "LS": "C2", "DECOM": "01/05/2025", **episode}]
    rows: list[Cells] = [{"CHILD": "1", "SW_DECOM": start, "SW_DEC": end} for start, end in dates]
    found = flagged("SW12STG2", "2025-26", Episodes=episodes, SWEpisodes=rows)
    assert found == (positions("Episodes", 0) if wrong else set())


@pytest.mark.parametrize(
    ("period", "dec", "wrong"),
    [
        ("2023-24", "31/03/2020", True),
        ("2024-25", "31/03/2023", False),
        ("2024-25", "01/04/2023", True),
        ("2024-25", "31/03/2025", True),
        ("2024-25", "01/04/2025", False),
    ],
)
def test_sw12_ends_of_this_year_and_the_one_before_from_2024_25(period: str, dec: str, wrong: bool) -> None:
    episode: Cells = {"CHILD": "1", "RNE": "L", "REC": "E8", "DEC": dec}
    assert bool(flagged("SW12STG2", period, Episodes=[episode], SWEpisodes=[])) == wrong


@pytest.mark.parametrize(
    ("period", "reason", "start", "wrong"),
    [
        ("2023-24", None, "31/03/2023", True),
        ("2024-25", None, "31/03/2023", False),
        ("2024-25", None, "01/04/2023", True),
        ("2024-25", None, None, False),
        ("2024-25", "OTHER", "31/03/2023", True),
        ("2024-25", "others", "01/04/2023", False),
    ],
)
def test_sw13_reasons(period: str, reason: str | None, start: str | None, wrong: bool) -> None:
    assert fails("SW13STG1", period, SW_REASON=reason, SW_DECOM=start) == wrong


def test_sw13_every_reason() -> None:
    reasons = "MANAGE FCONTA LEFTRL ORGRST TSPROC ABSENC CHCHAN PCCHAN SWDIED OTHERS OTHER"
    assert [reason for reason in reasons.split() if fails("SW13STG1", SW_REASON=reason)] == ["OTHER"]

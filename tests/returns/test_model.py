"""The description: periods, what is in force when, working days."""

import datetime as dt

import pytest

from returns import UnknownPeriod, UnknownReturn, described
from returns.calendar import bank_holidays, working_days_before

CIN = described("cin")


def test_periods_are_collection_years():
    period = CIN.at("2025-26").period

    assert (period.start, period.end, period.year) == (dt.date(2025, 4, 1), dt.date(2026, 3, 31), 2026)
    assert [each.name for each in CIN.periods] == ["2022-23", "2023-24", "2024-25", "2025-26", "2026-27"]


def test_an_undescribed_period_or_return_is_refused():
    with pytest.raises(UnknownPeriod, match="2031-32"):
        CIN.at("2031-32")
    with pytest.raises(UnknownReturn, match="cin"):
        described("nothing")


@pytest.mark.parametrize(("period", "name"), [("2023-24", "GenderCurrent"), ("2024-25", "Sex")])
def test_sex_takes_the_place_of_gender(period, name):
    columns = CIN.at(period)["ChildIdentifiers"].columns

    assert name in columns
    assert len({"GenderCurrent", "Sex"} & set(columns)) == 1


def test_pre_proceedings_come_with_2026_27_and_are_not_confirmed():
    assert "PreProceedings" not in CIN.at("2025-26")
    assert "PreProceedings" not in CIN.at("2025-26")["CINdetails"].order
    assert "PreProceedings" in CIN.at("2026-27")
    assert CIN.at("2025-26").confirmed
    assert not CIN.at("2026-27").confirmed


def test_a_code_can_begin_in_a_year():
    known = {period.name: {code.code for code in CIN.at(period.name).codes["upn_authority"]} for period in CIN.periods}

    assert "942" not in known["2022-23"]
    assert "942" in known["2023-24"]


@pytest.mark.parametrize(
    ("today", "period"),
    [
        (dt.date(2026, 7, 31), "2025-26"),
        (dt.date(2026, 8, 1), "2026-27"),
        (dt.date(2026, 11, 24), "2026-27"),
        (dt.date(2040, 1, 1), "2026-27"),
    ],
)
def test_the_next_collection(today, period):
    assert CIN.open_next(today).name == period


def test_every_code_of_every_field_exists():
    for table in CIN:
        for item in table.fields:
            assert item.codes is None or CIN.codes[item.codes]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (dt.date(2026, 4, 1), 1, dt.date(2026, 3, 31)),
        (dt.date(2024, 4, 1), 1, dt.date(2024, 3, 28)),
        (dt.date(2023, 4, 1), 1, dt.date(2023, 3, 31)),
        (dt.date(2026, 3, 31), 15, dt.date(2026, 3, 10)),
        (dt.date(2020, 12, 29), 2, dt.date(2020, 12, 23)),
        (dt.date(2026, 3, 31), 0, dt.date(2026, 3, 31)),
    ],
)
def test_working_days_skip_weekends_and_bank_holidays(day, count, expected):
    assert working_days_before(day, count) == expected


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2020, 5, 8),
        dt.date(2022, 6, 2),
        dt.date(2022, 6, 3),
        dt.date(2022, 9, 19),
        dt.date(2023, 5, 8),
        dt.date(2027, 12, 27),
        dt.date(2027, 12, 28),
        dt.date(2030, 4, 19),
        dt.date(2030, 4, 22),
    ],
)
def test_known_bank_holidays_2020_to_2030(day):
    assert day in bank_holidays()


def test_eight_bank_holidays_in_an_ordinary_year():
    for year in (2021, 2024, 2025, 2026, 2028, 2029, 2030):
        assert sum(day.year == year and day.weekday() < 5 for day in bank_holidays()) == 8

"""The description: periods, what is in force when, working days."""

import datetime as dt

import pytest

from returns import BadUnit, UnknownPeriod, UnknownReturn, described, made_for, named
from returns.calendar import bank_holidays, working_days_before
from returns.retention import KEPT

CIN = described("cin")


def test_periods_are_collection_years():
    period = CIN.at("2025-26").period

    assert (period.start, period.end, period.year) == (dt.date(2025, 4, 1), dt.date(2026, 3, 31), 2026)
    assert [each.name for each in CIN.periods] == ["2022-23", "2023-24", "2024-25", "2025-26", "2026-27"]


def test_a_collection_opens_the_day_after_its_end_and_closes_in_july():
    for period in CIN.periods:
        assert period.opens == period.end + dt.timedelta(days=1)
        assert period.opens < period.load_by < period.submit_by == dt.date(period.year, 7, 31)


def test_an_undescribed_period_or_return_is_refused():
    with pytest.raises(UnknownPeriod, match="2031-32"):
        CIN.at("2031-32")
    with pytest.raises(UnknownReturn, match="cin"):
        described("nothing")


def test_a_return_is_known_by_other_names_too():
    assert [named(text) for text in ("cin", " CLA ", "903", "SSDA903", "Lac")] == ["cin", "cla", "cla", "cla", "cla"]
    with pytest.raises(UnknownReturn, match=r"cla or 903 or ssda903 or lac \(Children looked after return\)"):
        named("school")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("E10000017", "for instance 356; that of Lancashire is 888."),
        ("35", "'35' is no number of a local authority; give its three digits at the Department, for instance 356."),
    ],
)
def test_what_is_no_number_of_a_unit_is_refused_with_the_number_that_was_meant(given, says):
    assert made_for("356") == ["cin", "cla"]
    with pytest.raises(BadUnit) as refused:
        made_for(given)
    assert str(refused.value).endswith(says)


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


def test_every_item_of_personal_data_says_how_long_it_is_kept():
    for table in CIN:
        for item in table.fields:
            assert KEPT[item.privacy.retention]
            assert item.privacy.personal is (table.name != "Header")


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


WEEKDAYS_OFF = """
2020 01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28
2021 01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28
2022 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27
2023 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26
2024 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26
2025 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26
2026 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28
2027 01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28
2028 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26
2029 01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26
2030 01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26
"""


@pytest.mark.parametrize("line", WEEKDAYS_OFF.split("\n")[1:-1])
def test_englands_bank_holidays_on_weekdays_are_these_and_no_others(line):
    year, *days = line.split()
    found = {day for day in bank_holidays() if day.year == int(year) and day.weekday() < 5}

    assert found == {dt.date.fromisoformat(f"{year}-{day}") for day in days}

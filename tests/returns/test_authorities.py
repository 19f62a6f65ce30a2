import pytest

from returns import authorities
from returns.cin import CIN


def test_every_number_of_a_upn_has_an_authority_but_two_that_ended_in_2009():
    numbers = {code.code for code in CIN.codes["upn_authority"] if code.label == "authority in England"}
    assert numbers - {known.number for known in authorities.authorities()} == {"820", "875"}


def test_england_has_153_authorities_each_with_one_number_code_and_name():
    present = [known for known in authorities.authorities() if not known.until]
    for column in ("number", "code", "name"):
        assert len({getattr(known, column) for known in present}) == 153
    assert {known.code[:3] for known in present} == {"E06", "E08", "E09", "E10"}


@pytest.mark.parametrize(
    ("given", "number"),
    [("E10000017", "888"), ("e10000027 ", "933"), ("Essex County Council", "881"), ("356", None), ("", None)],
)
def test_an_authority_is_known_by_its_code_and_its_name(given, number):
    known = authorities.known_as(given)
    assert (known and known.number) == number


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("301", "E09000002"),
        (" e09000002 ", "E09000002"),
        ("838", "E06000059"),
        ("839", "E06000058"),
        ("825", "E06000060"),
        ("E10000002", "E06000060"),
        ("940", "E06000061"),
        ("941", "E06000062"),
        ("942", "E06000063"),
        ("943", "E06000064"),
        ("815", "E06000065"),
        ("E10000027", "E06000066"),
        ("E08000016", "E08000038"),
        ("373", "E08000039"),
        ("909", "E10000006"),
        ("835", "E10000009"),
        ("886", "E10000016"),
    ],
)
def test_a_number_or_code_gives_todays_code_of_the_same_number(given, code):
    assert authorities.ons_code(given) == code


@pytest.mark.parametrize("given", ["", "999", "E07000008", "W06000015", "Kent", "30", "E0900000", "669"])
def test_what_is_no_upper_tier_authority_of_england_is_refused(given):
    with pytest.raises(authorities.UnknownAuthority, match="3-digit number"):
        authorities.ons_code(given)


def test_a_former_authority_covers_what_became_of_it_and_no_more():
    assert authorities.covered("909") == {"E10000006", "E06000063", "E06000064"}
    assert authorities.covered("836") == {"E06000029"}
    assert authorities.covered("815") == {"E06000065"}


def test_districts_and_former_codes_lead_to_todays_authorities():
    present = {known.code for known in authorities.authorities() if not known.until}
    upper = authorities.upper_tier()
    assert upper["E07000008"] == "E10000003"
    assert upper["E07000028"] == "E06000063"  # Carlisle
    assert upper["E07000048"] == "E06000058"  # Christchurch
    assert upper["E08000019"] == "E08000039"
    assert "E10000006" not in upper, "Cumbria was split: its code alone does not tell where a place is"
    assert {upper[code] for code in upper if code.startswith("E07")} <= present
    assert present <= set(upper)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Bristol, City of", "E06000023"),
        ("City of Bristol Council", "E06000023"),
        ("LONDON BOROUGH OF BARNET", "E09000003"),
        ("City of London", "E09000001"),
        ("St. Helens", "E08000013"),
        ("Bournemouth, Christchurch & Poole", "E06000058"),
        ("Durham", "E06000047"),
        ("County Durham", "E06000047"),
        ("Southend on Sea", "E06000033"),
        ("Kingston upon Hull, City of", "E06000010"),
        ("Royal Borough of Kingston upon Thames", "E09000021"),
        ("Dorset", "E06000059"),
        ("Somerset", "E06000066"),
        ("Cumbria", "E10000006"),
        ("Cardiff", None),
        ("Council", None),
    ],
)
def test_a_name_is_known_in_any_official_style(name, code):
    assert authorities.named(name) == code


def test_no_two_names_are_taken_for_one():
    present = [known for known in authorities.authorities() if not known.until]
    assert [authorities.named(known.name) for known in present] == [known.code for known in present]

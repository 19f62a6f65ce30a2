"""The upper-tier authorities of England: the Department's number, the ONS code, the name, and what became of those that
are no more.

`codes/authorities.csv` knows every authority since 2009 and `codes/districts.csv` the districts in two tiers, also of
counties made unitary since 2019. Sources: the codes and the districts were compared with the ONS lookup of April 2021
and with the codes in the ONS postcodes of November 2025, the numbers with those that a UPN may hold; which number
belongs to which name, and the days of change, were written down from what is generally known. A blank `since` is before
2009. `became` names only authorities that lie wholly within the old one: Bournemouth and Poole became part of a larger
one, as did Christchurch, once in Dorset.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from returns.refusal import Refusal

COUNTRIES = {"W": "WAL", "S": "SCO", "N": "NIR"}
_NOISE = re.compile(
    r"\b(?:london borough|metropolitan|royal|borough|district|county|city|council|unitary|authority|the|of)\b"
)


class UnknownAuthority(Refusal, LookupError):
    """Neither the Department's number nor the ONS code of an upper-tier authority of England."""


@dataclass(frozen=True)
class Authority:
    """`since` and `until` are days as written in the file, empty where open; `became` is of ONS codes."""

    number: str
    code: str
    name: str
    since: str
    until: str
    became: tuple[str, ...]


@cache
def authorities() -> tuple[Authority, ...]:
    """By number; where a number has had several codes, the present one is the one without `until`."""
    return tuple(Authority(**dict[str, Any](row, became=tuple(row["became"].split()))) for row in _rows("authorities"))


def ons_code(authority: str) -> str:
    """The ONS code of a 3-digit number or an ONS code, the present one where only the code has changed.

    An authority that is no more keeps its own code (909: E10000006). Raises UnknownAuthority.
    """
    given = str(authority).strip().upper()
    for known in (*_present(), *authorities()):
        if given in {known.number, known.code}:
            return next((now.code for now in _present() if now.number == known.number), known.code)
    raise UnknownAuthority(
        "The authority given is none of England's; give its 3-digit number at the Department (301) or its ONS code "
        "(E09000002), of the county where there are two tiers."
    )


def covered(authority: str) -> frozenset[str]:
    """The ONS codes that places within an authority have today; more than its own where it is no more."""
    code = ons_code(authority)
    return frozenset({code}.union(*(old.became for old in authorities() if old.code == code)))


@cache
def upper_tier() -> Mapping[str, str]:
    """ONS codes of English districts and authorities, also of former ones, to the code of today's authority."""
    return MappingProxyType(
        {row["district"]: row["authority"] for row in _rows("districts")}
        | {known.code: next(iter(known.became), known.code) for known in authorities() if len(known.became) < 2}
    )


def named(name: str) -> str | None:
    """The ONS code of an authority by its name in whatever official style; None where no authority has it."""
    return _by_name().get(_plain(name))


def known_as(text: str) -> Authority | None:
    """The authority of an ONS code or of a name in whatever official style; None where there is none."""
    code = named(text) or text.strip().upper()
    return next((known for known in (*_present(), *authorities()) if known.code == code), None)


@cache
def _by_name() -> Mapping[str, str]:
    return MappingProxyType({_plain(known.name): ons_code(known.code) for known in (*authorities(), *_present())})


def _plain(name: str) -> str:
    words = re.sub(r"[^a-z]+", " ", name.lower().replace("&", " and ").replace("'", ""))
    return " ".join(_NOISE.sub(" ", words).split())


@cache
def _present() -> tuple[Authority, ...]:
    return tuple(known for known in authorities() if not known.until)


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("returns.codes") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))

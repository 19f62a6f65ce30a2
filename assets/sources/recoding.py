"""From what case systems hold to the Department's codes and dates; each distinct value is read once, none invented."""

import json
import re
from collections.abc import Callable, Iterable, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NO = {"", "0", "n", "no", "false", "none"}
YES_NO = {"y": "1", "yes": "1", "true": "1", "1": "1", "n": "0", "no": "0", "false": "0", "0": "0"}


def coded(values: pd.Series, codes: Iterable[str], words: Mapping[str, str]) -> pd.Series:
    """Each value as its code: the code itself, a known word, a listed code that a description follows; else as it was.

    A code may be followed by a separator, or by a space when it has a digit in it: BOTH is an ethnic group, and a word.
    """
    listed = frozenset(codes)

    def one(value: str) -> str:
        if value in listed:
            return value
        word = words.get(" ".join(value.casefold().split()))
        if word in listed:
            return str(word)
        parts = re.fullmatch(r"([A-Za-z0-9]+)(\s*[-–—:|=()]\s*|\s+)(.+)", value, re.DOTALL)
        if not parts or parts[1] not in listed:
            return value
        plain = parts[2].isspace() and not re.search("[0-9]", parts[1])
        another = re.match("[A-Za-z0-9]+", parts[3])
        return value if plain or (another and another[0] in listed) else parts[1]

    return each(values, one)


def each(values: pd.Series, function: Callable[[str], str | None]) -> pd.Series:
    """`function` once per distinct value; missing stays missing."""
    return values.map({value: function(value) for value in values.dropna().unique()}).astype("str")


def dates(values: pd.Series) -> pd.Series:
    """Dates of text in ISO form or dd/mm/yyyy; unreadable is missing."""
    iso = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce")
    return iso.fillna(pd.to_datetime(values.where(iso.isna()), format="%d/%m/%Y", errors="coerce"))


def _json(text: str) -> object:
    """The value of a JSON text; the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def no_conference(text: str) -> str | None:
    """ICPCnotRequired from an enquiry's outcomes: 1 where a conference was not asked for; not said stays missing."""
    outcomes = _json(text)
    flag = outcomes.get("CP_CONFERENCE_FLAG") if isinstance(outcomes, dict) else None
    asked = YES_NO.get(str(flag).strip().lower())
    return {"1": "0", "0": "1"}.get(asked or "")


def factor_list(text: str) -> list[str]:
    """Codes of an array ["1A", …] or of an object {"1A": description or Yes/No}.

    Any other text is one value as it stands, for the rules to flag.
    """
    value = _json(text)
    if isinstance(value, dict):
        value = [code for code, said in value.items() if str("" if said is None else said).strip().lower() not in NO]
    if value is None:
        return []
    factors = value if isinstance(value, list) else [value]
    plain = [one if isinstance(one, str) else json.dumps(one) for one in factors if one is not None]
    return [text for one in plain if (text := one.strip().encode("utf-8", "replace").decode())]


def held(values: pd.Series, keys: pd.Series) -> pd.Series:
    """True where the value is among `keys`; missing is in nothing. (pandas' own isin walks text cell by cell.)"""
    found = pc.is_in(pa.array(values), value_set=pa.array(keys.dropna()))
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index)

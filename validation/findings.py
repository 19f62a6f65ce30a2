"""The one findings table: small integers while the rules run, the public frame at the end."""

import itertools
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from validation.typed import TEXT, Typed

COLUMNS = ("rule", "severity", "table", "row", "fields", "child", "group")


@dataclass(frozen=True)
class Check:
    """Something of the tool's own that a reading can show, beside the Department's rules."""

    code: str
    severity: str
    title: str
    advice: str


READING = {
    check.code: check
    for check in (
        Check(
            "unreadable",
            "error",
            "The value cannot be read as what the field holds",
            "Correct the value in the source system.",
        ),
        Check(
            "unexpected",
            "error",
            "The document holds something that the return does not have here",
            "Ask the supplier for a file in the year's format.",
        ),
    )
}


class Place(NamedTuple):
    """The rows of one table that a rule flags, and the flagged fields joined by commas."""

    table: str
    fields: str
    positions: np.ndarray


class Part(NamedTuple):
    """The rows of one table that one rule flags; `together` numbers what is one failure, -1 for a row on its own."""

    rule: str
    severity: str
    table: str
    fields: str
    positions: np.ndarray
    together: np.ndarray


@dataclass
class Findings:
    """Collects flagged rows rule by rule and makes the public frame."""

    typed: Typed
    child: str
    parts: list[Part] = field(default_factory=list)
    whole: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self,
        rule: str,
        severity: str,
        table: str,
        fields: str,
        positions: np.ndarray,
        together: np.ndarray | None = None,
    ) -> None:
        """Flag rows of `table`; rows with one number in `together`, over all tables, are one failure."""
        if len(positions):
            alone = np.full(len(positions), -1, dtype="int64")
            self.parts.append(Part(rule, severity, table, fields, positions, alone if together is None else together))

    def add_return(self, rule: str, severity: str) -> None:
        """Flag the return as a whole."""
        self.whole.append((rule, severity))

    def frame(self) -> pd.DataFrame:
        """One row per flagged row of a table, in the order of adding; then the return-level findings, without table and
        row."""
        told: list[tuple[str | None, ...]] = [
            (part.rule, part.severity, part.table, part.fields) for part in self.parts
        ]
        told += [(rule, severity, None, "") for rule, severity in self.whole]
        sizes = [len(part.positions) for part in self.parts] + [1] * len(self.whole)
        rule, severity, table, fields = (_spread([one[place] for one in told], sizes) for place in range(4))
        return pd.DataFrame(
            {
                "rule": rule,
                "severity": severity,
                "table": table,
                "row": self._rows(),
                "fields": fields,
                "child": self._children(),
                "group": self._groups(),
            },
            copy=False,
        )

    def _rows(self) -> pd.Series:
        """The labels of the input's rows: Int64 where all are whole numbers, else as they came."""
        labels = [self.typed.tables[part.table].index.to_numpy()[part.positions] for part in self.parts]
        of_return = len(self.whole)
        if all(np.issubdtype(each.dtype, np.integer) for each in labels):
            whole = np.concatenate([*labels, np.zeros(of_return, dtype="int64")]).astype("int64")
            missing = np.repeat([False, True], [len(whole) - of_return, of_return])
            return pd.Series(pd.arrays.IntegerArray(whole, missing))
        return pd.Series(np.concatenate([*(each.astype(object) for each in labels), [pd.NA] * of_return]), dtype=object)

    def _children(self) -> pd.Series:
        """The child's id on each flagged row; missing where there is no row, or none of a child."""
        frames = {part.table: self.typed.tables[part.table] for part in self.parts}
        starts = dict(zip(frames, np.cumsum([0, *map(len, frames.values())]), strict=False))
        ids = [
            frame[self.child] if self.child in frame else pd.Series([None] * len(frame), dtype=TEXT)
            for frame in frames.values()
        ]
        rows = [part.positions + starts[part.table] for part in self.parts]
        rows.append(np.full(len(self.whole), -1))
        named = pd.concat([pd.Series(dtype=TEXT), *ids], ignore_index=True)
        return pd.Series(named.array.take(np.concatenate(rows), allow_fill=True))

    def _groups(self) -> np.ndarray:
        """A number for each failure, rule by rule."""
        found, first = [np.empty(0, dtype="int64")], 0
        for _, parts in itertools.groupby(self.parts, key=lambda part: part.rule):
            numbers = _failures(list(parts))
            found.append(numbers + first)
            first += int(numbers.max()) + 1
        return np.concatenate([*found, np.arange(first, first + len(self.whole))])


def _failures(parts: list[Part]) -> np.ndarray:
    """Of one rule: rows that it numbers together are one failure, whatever their table; others by themselves."""
    together = np.concatenate([part.together for part in parts])
    if len(parts) == 1 and (together < 0).all():
        return np.arange(len(together))
    names, _ = pd.factorize(np.array([part.table for part in parts], dtype=object))
    tables = np.repeat(names, [len(part.positions) for part in parts])
    tables[together >= 0] = -1
    numbers = np.where(together < 0, np.concatenate([part.positions for part in parts]), together)
    return pd.factorize((tables + 1) * (numbers.max() + 1) + numbers)[0]


def _spread(values: list[str | None], sizes: list[int]) -> pd.Series:
    """Each value so many times, one run after the other."""
    runs = pa.RunEndEncodedArray.from_arrays(np.cumsum(sizes, dtype="int64"), pa.array(values, pa.large_string()))
    return pd.Series(pd.array(pc.run_end_decode(runs), dtype=TEXT))

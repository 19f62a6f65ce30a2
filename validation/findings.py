"""The one findings table: small integers while the rules run, the public frame at the end."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

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
        """One row per flagged row of a table, in the order of adding; return-level findings have no table and row."""
        sizes = [len(part.positions) for part in self.parts]
        rows = self._rows()
        table_rows = pd.DataFrame(
            {
                "rule": _spread([part.rule for part in self.parts], sizes),
                "severity": _spread([part.severity for part in self.parts], sizes),
                "table": _spread([part.table for part in self.parts], sizes),
                "row": rows,
                "fields": _spread([part.fields for part in self.parts], sizes),
                "child": self._children(),
                "group": self._groups(sizes),
            }
        )
        if not self.whole:
            return table_rows
        count = len(self.whole)
        first = int(table_rows["group"].max()) + 1 if len(table_rows) else 0
        nothing = pd.array([None] * count, dtype=TEXT)
        of_return = pd.DataFrame(
            {
                "rule": pd.array([rule for rule, _ in self.whole], dtype=TEXT),
                "severity": pd.array([severity for _, severity in self.whole], dtype=TEXT),
                "table": nothing,
                "row": pd.array([pd.NA] * count, dtype=rows.dtype),
                "fields": pd.array([""] * count, dtype=TEXT),
                "child": nothing,
                "group": np.arange(first, first + count),
            }
        )
        return pd.concat([table_rows, of_return], ignore_index=True)

    def _rows(self) -> pd.Series:
        """The labels of the input's rows: Int64 where all are whole numbers, else as they came."""
        labels = [self.typed.tables[part.table].index.to_numpy()[part.positions] for part in self.parts]
        if all(np.issubdtype(each.dtype, np.integer) for each in labels):
            return pd.Series(np.concatenate([np.empty(0, dtype="int64"), *labels])).astype("Int64")
        return pd.Series(np.concatenate([each.astype(object) for each in labels]), dtype=object)

    def _children(self) -> pd.Series:
        named = [pd.Series(dtype=TEXT)]
        for part in self.parts:
            frame = self.typed.tables[part.table]
            ids = frame[self.child] if self.child in frame else pd.Series(pd.array([None] * len(frame), dtype=TEXT))
            named.append(pd.Series(ids.array.take(part.positions)))
        return pd.concat(named, ignore_index=True)

    def _groups(self, sizes: list[int]) -> np.ndarray:
        """A number for each failure: rows that a rule numbers together, whatever their table; others by themselves."""
        rules = np.repeat(pd.factorize(np.array([part.rule for part in self.parts], dtype=object))[0], sizes)
        tables = np.repeat(pd.factorize(np.array([part.table for part in self.parts], dtype=object))[0], sizes)
        none = np.empty(0, dtype="int64")
        together = np.concatenate([none, *(part.together for part in self.parts)])
        positions = np.concatenate([none, *(part.positions for part in self.parts)])
        keys = pd.DataFrame(
            {
                "rule": rules,
                "table": np.where(together < 0, tables, -1),
                "number": np.where(together < 0, positions, together),
            }
        )
        return keys.groupby(["rule", "table", "number"], sort=False).ngroup().to_numpy()


def _spread(values: list[str], sizes: list[int]) -> pd.Series:
    if not values:
        return pd.Series(dtype=TEXT)
    return pd.Series(pd.Series(values, dtype=TEXT).array.take(np.repeat(np.arange(len(values)), sizes)))

"""The one findings table: small integers while the rules run, the public frame at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
            "The document holds something that the census message does not have here",
            "Ask the supplier for a file in the year's format.",
        ),
    )
}


@dataclass
class Findings:
    """Collects flagged rows rule by rule and makes the public frame."""

    typed: Typed
    child: str
    names: list[str] = field(default_factory=list)
    _parts: list[tuple[str, str, str, str, np.ndarray, np.ndarray]] = field(default_factory=list)
    _whole: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self, rule: str, severity: str, table: str, fields: str, positions: np.ndarray, together: np.ndarray
    ) -> None:
        """Flag the rows at `positions` of `table`; rows with one number in `together` are one failure of the rule."""
        if len(positions):
            self._parts.append((rule, severity, table, fields, positions, together))

    def add_return(self, rule: str, severity: str) -> None:
        """Flag the return as a whole."""
        self._whole.append((rule, severity))

    def frame(self) -> pd.DataFrame:
        """One row per flagged row of a table, in the order of adding; return-level findings have no table and row."""
        whole = len(self._whole)
        sizes = [len(part[4]) for part in self._parts]

        def spread(values: Sequence[str]) -> pd.Series:
            codes = np.repeat(np.arange(len(values)), sizes)
            return pd.Series(pd.Series(list(values), dtype=TEXT).array.take(codes) if len(values) else [], dtype=TEXT)

        rules, severities, tables, fields = ([str(part[at]) for part in self._parts] for at in range(4))
        columns = {
            "rule": spread(rules),
            "severity": spread(severities),
            "table": spread(tables),
            "fields": spread(fields),
        }
        rows, children = [], []
        for _, _, table, _, positions, _ in self._parts:
            frame = self.typed.tables[table]
            rows.append(frame.index.to_numpy()[positions])
            children.append(
                frame[self.child].array.take(positions)
                if self.child in frame
                else pd.array([None] * len(positions), dtype=TEXT)
            )
        row = (
            np.concatenate([np.asarray(labels, dtype=object) for labels in rows]) if rows else np.empty(0, dtype=object)
        )
        integral = all(np.issubdtype(labels.dtype, np.integer) for labels in rows)
        child = (
            pd.concat([pd.Series(part) for part in children], ignore_index=True) if children else pd.Series(dtype=TEXT)
        )
        rules = pd.factorize(columns["rule"])[0] if sizes else np.empty(0, dtype="int64")
        together = np.concatenate([part[5] for part in self._parts]) if sizes else np.empty(0, dtype="int64")
        span = int(together.max(initial=0)) + 1
        group = pd.factorize(rules.astype("int64") * span + together)[0]
        out = pd.DataFrame(
            {
                "rule": columns["rule"],
                "severity": columns["severity"],
                "table": columns["table"],
                "row": pd.Series(row).astype("Int64") if integral else pd.Series(row, dtype=object),
                "fields": columns["fields"],
                "child": child,
                "group": pd.Series(group, dtype="int64"),
            }
        )
        if whole:
            last = int(group.max(initial=-1))
            level = pd.DataFrame(
                {
                    "rule": pd.array([rule for rule, _ in self._whole], dtype=TEXT),
                    "severity": pd.array([severity for _, severity in self._whole], dtype=TEXT),
                    "table": pd.array([None] * whole, dtype=TEXT),
                    "row": pd.array([pd.NA] * whole, dtype="Int64" if integral else object),
                    "fields": pd.array([""] * whole, dtype=TEXT),
                    "child": pd.array([None] * whole, dtype=TEXT),
                    "group": np.arange(last + 1, last + 1 + whole),
                }
            )
            out = pd.concat([out, level], ignore_index=True)
        return out

"""The same drawings in the other shapes that tables come in: rows that know their parent's row, factors in a list."""

import pandas as pd

from returns import described
from returns.model import Return
from rules.drawn import Case, Cells, Tables
from validation.typed import PARENT, TEXT

GENERATED = ("CINdetailsID", "AssessmentID", "CPPID")

Ids = tuple[str, ...]
Shaped = tuple[dict[str, pd.DataFrame], frozenset[tuple[str, object]]]


def nested(case: Case) -> Shaped | None:
    """The drawing as a reader of documents gives it, and what is marked in it: rows know their parent's row.

    Rows that hang nowhere (an id is missing, or there is no such parent) cannot come out of a document: left out.
    None where the drawing does not say which row hangs where.
    """
    given = described("cin").at(case.period)
    tables = _with_parents(case, given)
    hangs = _hanging(case, given, tables)
    if hangs is None or not any(hangs.values()):
        return None
    place = {name: {label: n for n, label in enumerate(rows)} for name, rows in tables.items()}
    frames, lost = {}, False
    for name, rows in tables.items():
        kept = [label for label in rows if not given[name].parent or label in hangs[name]]
        lost |= len(kept) < len(rows)
        columns = [c for c in case.columns.get(name, ["LAchildID"]) if c not in GENERATED]
        cells = {column: pd.array([rows[label].get(column) for label in kept], dtype=TEXT) for column in columns}
        frames[name] = pd.DataFrame(cells, index=pd.Index([place[name][label] for label in kept], dtype="int64"))
        if given[name].parent:
            above = place[given[name].parent]
            frames[name][PARENT] = pd.array([above[hangs[name][label]] for label in kept], dtype="int64")
    if lost and case.whole is not None:
        return None
    marked = {(name, place[name][label]) for name, label in case.marked if place[name][label] in frames[name].index}
    return frames, frozenset(marked)


def _with_parents(case: Case, given: Return) -> Tables:
    """The drawn tables, and above them the rows that their ids speak of, where those tables were not drawn."""
    tables = dict(case.tables)
    for table in reversed(tuple(given)):
        if table.name in tables and table.parent and table.parent not in case.tables:
            keys, above = _keys(given, table.parent), tables.setdefault(table.parent, {})
            for ids in dict.fromkeys(_ids(cells, keys) for cells in tables[table.name].values()):
                if ids:
                    above[" ".join(ids)] = dict(zip(keys, ids, strict=True))
    return tables


def _hanging(case: Case, given: Return, tables: Tables) -> dict[str, dict[str, str]] | None:
    """Table -> row label -> label of the row above it; None where ids are not drawn or not unique above."""
    hangs: dict[str, dict[str, str]] = {name: {} for name in tables}
    for table in given:
        if table.name not in tables or not table.parent:
            continue
        keys = _keys(given, table.parent)
        above = [(_ids(cells, keys), label) for label, cells in tables[table.parent].items() if _ids(cells, keys)]
        if len(dict(above)) < len(above) or not all(
            set(keys) <= set(case.columns.get(name, keys)) for name in (table.name, table.parent)
        ):
            return None
        top = not given[table.parent].parent
        parents = {ids: label for ids, label in above if top or label in hangs[table.parent]}
        for label, cells in tables[table.name].items():
            if (ids := _ids(cells, keys)) in parents:
                hangs[table.name][label] = parents[ids]
    return hangs


def _keys(given: Return, table: str) -> Ids:
    return given.levels[given[table].level or "child"]


def _ids(cells: Cells, keys: Ids) -> Ids:
    """The row's ids, or none if one of them is missing."""
    return tuple(cells[key] for key in keys) if all(cells.get(key) for key in keys) else ()


def listed(case: Case) -> Shaped | None:
    """The drawing with an assessment's factors in a list on its own row; None where no factors are drawn.

    Assessments with an id missing are left out: there a list belongs to its row all the same.
    """
    if "AssessmentFactorsList" not in case.tables:
        return None
    keys = ("LAchildID", "CINdetailsID", "AssessmentID")
    factors: dict[Ids, list[str]] = {}
    for cells in case.tables["AssessmentFactorsList"].values():
        factors.setdefault(_ids(cells, keys), []).extend(cells.get("AssessmentFactor", "").split())
    rows = {label: _ids(cells, keys) for label, cells in case.tables["Assessments"].items() if _ids(cells, keys)}
    frames = case.frames()
    del frames["AssessmentFactorsList"]
    frames["Assessments"] = (
        frames["Assessments"]
        .loc[list(rows)]
        .assign(AssessmentFactors=pd.Series({label: factors.get(ids, []) for label, ids in rows.items()}))
    )
    return frames, frozenset((table, label) for table, label in case.marked if table != "Assessments" or label in rows)

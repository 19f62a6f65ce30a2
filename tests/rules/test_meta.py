"""What holds for the rule book as a whole, and for the drawings of it."""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from reference.random_cin import columns, random_return

from returns import described
from returns.model import Return
from rules.drawn import cases, read
from validation import validate
from validation.rule import REFERENCE, Rule, _Recording
from validation.rules import book, cin
from validation.submission import Submission, submit, table_named
from validation.typed import TEXT, Typed

CIN = described("cin")
BOOK = book("cin")
PERIODS = [period.name for period in CIN.periods]
RULES = [version for code in sorted(BOOK.versions) for version in BOOK.versions[code]]
CASES = cases("cin")
BEFORE_AND_AFTER = ["2023-24", "2026-27"]  # of every change that is a version of its own
MODULES = sorted(Path(cin.__file__).parent.glob("*.py"))
CATALOGUE = Path(__file__).parents[3] / "shared" / "rules" / "cin.jsonl"

needs_catalogue = pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue of rules is not beside the project")


def periods_of(since: str | None, until: str | None) -> frozenset[str]:
    return frozenset(name for name in PERIODS if (not since or since <= name) and (not until or name <= until))


def named(rule: Rule) -> str:
    return f"{rule.code} {rule.since or ''}"


def frames(seed: int, period: str) -> dict[str, pd.DataFrame]:
    """A random return as the tables that `validate` takes."""
    drawn = random_return(seed, period)
    return {
        name: pd.DataFrame(
            {item: pd.array([row[item] for row in drawn[name]], dtype=TEXT) for item in items},
            index=pd.Index([row["row"] for row in drawn[name]], dtype="int64"),
        )
        for name, items in columns(period).items()
    }


@cache
def full_seed(period: str) -> int:
    """A random return with several rows in every table."""
    return next(
        seed
        for seed in range(1000)
        if all(len(rows) >= 6 for name, rows in random_return(seed, period).items() if name != "Header")
    )


def found(findings: pd.DataFrame) -> set[tuple[object, ...]]:
    assert (findings.attrs["crashed"], findings.attrs["not_run"]) == ({}, {})
    shown = findings[["rule", "severity", "table", "row", "fields"]].astype(object)
    return set(shown.itertuples(index=False, name=None))


# ------------------------------------------------------------------------------------------------------ the drawings


@pytest.mark.parametrize("period", PERIODS)
def test_rules_in_force_are_those_that_are_drawn(period):
    drawn = {case.code for case in CASES if period in periods_of(case.since, case.until)}

    assert {rule.code for rule in BOOK.at(period)} == drawn


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_every_version_is_drawn(rule):
    in_force = periods_of(rule.since, rule.until)
    drawn = {periods_of(case.since, case.until) for case in CASES if case.code == rule.code}

    assert frozenset().union(*(periods for periods in drawn if periods <= in_force)) == in_force


def test_cases_are_of_periods_in_which_their_version_is_in_force():
    assert [str(case) for case in CASES if case.period not in periods_of(case.since, case.until)] == []


@pytest.mark.parametrize("version", dict.fromkeys(case.version for case in CASES), ids=str)
def test_every_version_has_a_marked_and_an_unmarked_row(version):
    drawn = [case for case in CASES if case.version == version]
    rule = next(rule for rule in BOOK.at(drawn[0].period) if rule.code == drawn[0].code)

    if rule.flags:
        flagged = {table for table, _ in rule.flags}
        assert {table for case in drawn for table, _ in case.marked} == flagged
        assert {table for case in drawn for table, _ in case.unmarked} >= flagged
    else:
        assert {case.whole for case in drawn} == {True, False}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_drawings_name_what_the_rule_flags(case):
    rule = next(rule for rule in BOOK.at(case.period) if rule.code == case.code)

    assert case.fields == tuple(f"{table}.{item}" for table, item in rule.flags)
    assert (case.whole is None) == bool(rule.flags)


# ------------------------------------------------------------------------------------------------------ the wording


def test_titles_are_short_and_tell_rules_apart():
    titles = {rule.title: rule.code for rule in RULES}

    assert [title for title in titles if not 10 <= len(title) <= 90] == []
    assert {rule.code for rule in RULES if titles[rule.title] != rule.code} == set()


def test_every_rule_says_what_to_do():
    assert [rule.code for rule in RULES if len(rule.advice) < 20 or not rule.advice.endswith(".")] == []


@needs_catalogue
def test_rules_are_those_of_the_catalogue():
    catalogue = [json.loads(line) for line in CATALOGUE.read_text(encoding="utf-8").splitlines()]
    # the statement of 9007 names the answer that is missing, not the letter
    expected = {
        known["code"]: (known["severity"], known["since"], known["flags"])
        for known in catalogue
        if known["code"] != "9007"
    }
    built: dict[str, tuple[str, str, dict[str, list[str]]]] = {}
    for code, versions in BOOK.versions.items():
        flags: dict[str, list[str]] = {}
        for table, item in versions[0].flags:
            flags.setdefault(table, []).append(item)
        built[code] = versions[0].severity, versions[0].since or PERIODS[0], flags

    assert built.pop("9007") == ("error", "2026-27", {"PreProceedings": ["FGDMMeetingOffer"]})
    assert built == expected
    assert len(catalogue) == CIN.known_rules


@needs_catalogue
def test_no_words_are_taken_from_the_catalogue():
    known = [json.loads(line) for line in CATALOGUE.read_text(encoding="utf-8").splitlines()]
    theirs = {
        _plain(sentence)
        for rule in known
        for text in (rule["title"], rule["logic"], rule["edge"], rule["doubt"], *rule["changed"].values())
        for sentence in re.split(r"[.;]\s", text)
    }
    ours = {rule.title for rule in RULES} | {rule.advice for rule in RULES} | {case.words for case in CASES}
    ours |= {label for case in CASES for rows in case.tables.values() for label in rows if label.count(" ") > 3}

    assert {words for words in ours if _plain(words) in theirs} == set()


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()


# ------------------------------------------------------------------------------------------------------ the sources


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_years_are_data_and_not_conditions(module):
    """A change of year is a second function with `since` and `until`."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    body = [node for function in functions for statement in function.body for node in ast.walk(statement)]
    conditions = [node.test for node in body if isinstance(node, ast.If | ast.IfExp | ast.While)]
    conditions += [node for node in body if isinstance(node, ast.Match)]
    years = {str(period.year) for period in CIN.periods} | set(PERIODS)
    named_years = [node.value for node in body if isinstance(node, ast.Constant) and str(node.value) in years]
    compared = [
        ast.unparse(node)
        for node in body
        if isinstance(node, ast.Compare) and re.search(r"\bperiod\.(year|name)\b|\bstr\(period\)", ast.unparse(node))
    ]

    assert ([ast.unparse(test) for test in conditions if "period" in ast.unparse(test)], named_years, compared) == (
        [],
        [],
        [],
    )


def test_rules_that_a_field_says_are_those_of_the_description():
    said = Counter(
        code
        for table in CIN
        for item in table.fields
        for code in {item.wrong, item.absent, *(shape.rule for shape in item.shapes)} - {None}
    )

    assert {code for code, versions in BOOK.versions.items() if not versions[0].check} == set(said)
    assert [code for code in said if any(version.check for version in BOOK.versions[code])] == []


def test_rules_as_a_frame_are_the_book():
    from validation import rules  # here, where the package of that name has been imported too

    frame = rules("cin")

    assert frame["code"].tolist() == [rule.code for rule in RULES]
    assert set(frame.loc[frame["code"].str.endswith("Q"), "severity"]) == {"query"}
    assert set(frame.loc[~frame["code"].str.endswith("Q"), "severity"]) == {"error"}


# ------------------------------------------------------------------------------------------------------ running them


@pytest.mark.parametrize("period", BEFORE_AND_AFTER)
def test_empty_tables_flag_no_row(period):
    tables = {name: pd.DataFrame(columns=items, dtype=TEXT) for name, items in columns(period).items()}
    findings = validate("cin", tables, period=period)

    assert findings["table"].isna().all()
    assert {rule for rule, *_ in found(findings)} == {
        case.code for case in CASES if case.whole and not any(case.tables.values())
    } & {rule.code for rule in BOOK.at(period)}


def reading(rule: Rule, name: str, item: str, asked: Return) -> bool:
    """Whether the rule reads a column, itself or as one of the ids that tell rows apart."""
    return any(
        table == name and (read == item or item in asked.levels.get(read.removeprefix("@"), ()))
        for table, read in BOOK.reads(rule, asked)
    )


@pytest.mark.parametrize(
    ("period", "name"),
    [("2023-24", "ChildIdentifiers"), *(("2026-27", name) for name in columns("2026-27") if name != "Header")],
)
def test_any_column_may_be_empty(period, name):
    check_columns_may_be_empty(period, name, 1)


@pytest.mark.soak
@pytest.mark.parametrize("period", PERIODS)
def test_any_column_may_be_empty_in_some_rows(period):
    for name in columns(period):
        check_columns_may_be_empty(period, name, 2)
        check_columns_may_be_empty(period, name, 3)


def check_columns_may_be_empty(period: str, name: str, step: int) -> None:
    """No rule raises or leaves a mark open where a column has no value in every `step`th row."""
    tables, asked = frames(full_seed(period), period), CIN.at(period)
    for item in columns(period)[name]:
        codes = [rule.code for rule in BOOK.at(period) if rule.check and reading(rule, name, item, asked)]
        if codes:
            emptied = tables[name].copy()
            emptied.iloc[::step, emptied.columns.get_loc(item)] = None
            findings = validate("cin", tables | {name: emptied}, period=period, rules=codes)

            assert (item, findings.attrs["crashed"], findings.attrs["not_run"]) == (item, {}, {})


def recorded(rule: Rule, given: Submission) -> set[tuple[str, str]]:
    """What the rule reads of a submission with rows in it."""
    noted: set[tuple[str, str]] = set()

    def noting(argument: str) -> pd.DataFrame:
        name = table_named(given.asked, argument)
        frame = _Recording(given.tables.tables[name])
        frame.attrs = {"table": name}
        frame.__dict__["noted"] = noted
        return frame

    rule.check(**{name: given.argument(name) if name in REFERENCE else noting(name) for name in rule.arguments})
    return noted


@pytest.mark.parametrize("period", BEFORE_AND_AFTER)
def test_rules_read_only_what_is_recorded(period):
    given = submit("cin", frames(full_seed(period), period), period)
    more = {rule.code: recorded(rule, given) - BOOK.reads(rule, given.asked) for rule in BOOK.at(period) if rule.check}

    assert {code: read for code, read in more.items() if read} == {}


def copied(typed: Typed) -> dict[str, pd.DataFrame]:
    return {name: frame.copy(deep=True) for name, frame in typed.tables.items()}


@pytest.mark.parametrize("period", BEFORE_AND_AFTER)
def test_rules_never_change_their_input(period):
    given = submit("cin", frames(full_seed(period), period), period)
    before = copied(given.tables)
    changing = []
    for rule in BOOK.at(period):
        if not rule.check:
            continue
        rule.check(**{name: given.argument(name) for name in rule.arguments})
        read = {table for table, _ in BOOK.reads(rule, given.asked)}
        if not all(given.tables.tables[table].equals(before[table]) for table in read):
            changing.append(rule.code)

    assert changing == []


def test_validate_never_changes_its_input():
    tables = frames(full_seed("2026-27"), "2026-27")
    before = {name: frame.copy(deep=True) for name, frame in tables.items()}
    validate("cin", tables, period="2026-27")

    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, before[name])


def failures(findings: pd.DataFrame) -> set[frozenset[tuple[object, ...]]]:
    """The findings as failures: which rows make one together."""
    rows = findings[findings["table"].notna()]
    return {
        frozenset(zip(group["rule"], group["table"], group["row"], strict=True)) for _, group in rows.groupby("group")
    }


def check_order_does_not_matter(seed: int, period: str) -> None:
    tables = frames(seed, period)
    shuffled = {name: frame.sample(frac=1, random_state=seed) for name, frame in tables.items()}
    one, again, other = (validate("cin", given, period=period) for given in (tables, tables, shuffled))

    pd.testing.assert_frame_equal(one, again)
    assert found(one) == found(other)
    assert failures(one) == failures(other)


@pytest.mark.parametrize(("seed", "period"), [(1, "2023-24"), (2, "2026-27"), (3, "2026-27")])
def test_order_of_rows_does_not_matter(seed, period):
    check_order_does_not_matter(seed, period)


@pytest.mark.soak
@pytest.mark.parametrize("period", PERIODS)
def test_order_of_rows_never_matters(period):
    for seed in range(100, 200):
        check_order_does_not_matter(seed, period)


def test_rules_that_compare_children_say_by_what():
    assert {rule.code: rule.across for rule in RULES if rule.across} == {"1520": ("UPN",), "8510": ("LAchildID",)}


def test_return_level_rules_say_so():
    assert [rule.code for rule in RULES if not rule.flags and rule.per != "return"] == []


def test_cases_are_read_as_drawn(tmp_path):
    """The reader of the drawings is not taken on trust."""
    path = tmp_path / "drawn.md"
    path.write_text(
        "# Drawings\n\n## 1 some rule from 2023-24\nfields: Reviews.CPPreviewDate\n\n"
        "| Reviews | LAchildID | CPPreviewDate | flag |\n| --- | --- | --- | --- |\n"
        "| a | A | ' ' | x |\n| b 08..10 | B# | | |\n\n### another\nperiod: 2024-25\nreturn: flagged\n\n"
        "| Reviews | CPPreviewDate |\n| --- | --- |\n",
        encoding="utf-8",
    )
    one, other = read(path)

    assert (one.code, one.since, one.until, one.period) == ("1", "2023-24", None, "2025-26")
    assert one.marked == {("Reviews", "a")}
    assert one.unmarked == {("Reviews", "b 08"), ("Reviews", "b 09"), ("Reviews", "b 10")}
    assert one.tables["Reviews"]["a"] == {"LAchildID": "A", "CPPreviewDate": " "}
    assert one.tables["Reviews"]["b 09"] == {"LAchildID": "B09"}
    assert one.frames()["Reviews"]["CPPreviewDate"].isna().tolist() == [False, True, True, True]
    assert (other.words, other.period, other.whole, other.fields) == ("another", "2024-25", True, one.fields)
    assert (other.marked, other.frames()["Reviews"].columns.tolist()) == (frozenset(), ["CPPreviewDate"])


def test_a_drawn_version_may_begin_and_end(tmp_path):
    path = tmp_path / "drawn.md"
    path.write_text("## 1 words from 2023-24 until 2024-25\n| Reviews | flag |\n| a | x |\n", encoding="utf-8")

    assert [(case.since, case.until, case.period) for case in read(path)] == [("2023-24", "2024-25", "2024-25")]


def test_random_returns_break_many_rules():
    """The random return that these tests run on is worth running on."""
    broken = set(validate("cin", frames(full_seed("2026-27"), "2026-27"), period="2026-27")["rule"])

    assert len(broken) > 40

"""What holds for the rule book as a whole, and for the drawings of it."""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference import random_cin, random_cla
from reference.random_given import Given, columns, random_given

from returns import described
from returns.model import Return
from rules.drawn import Case, cases, read
from validation import rules as as_frame
from validation import validate
from validation.rule import REFERENCE, Rule, _Recording, run
from validation.rules import book
from validation.submission import Submission, table_named
from validation.typed import Typed

NAMES = ["cin", "cla"]
RETURNS = {name: described(name) for name in NAMES}
BOOKS = {name: book(name) for name in NAMES}
PERIODS = {name: [period.name for period in RETURNS[name].periods] for name in NAMES}
RULES = {
    name: [version for code in sorted(BOOKS[name].versions) for version in BOOKS[name].versions[code]] for name in NAMES
}
CASES = {name: cases(name) for name in NAMES}
EVERY_CASE = [case for name in NAMES for case in CASES[name]]
EVERY_PERIOD = [(name, period) for name in NAMES for period in PERIODS[name]]
CHANGED = ["2023-24", "2026-27"]  # the CIN before and after every change that is a version of its own
BEFORE_AND_AFTER = [("cin", period) for period in CHANGED] + [("cla", period) for period in CHANGED]
MODULES = [
    path for name in NAMES for path in sorted((Path(__file__).parents[2] / "validation" / "rules" / name).glob("*.py"))
]
CATALOGUE = Path(__file__).parents[3] / "shared" / "rules"

of_each_return = pytest.mark.parametrize("name", NAMES)
needs_catalogue = pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue of rules is not beside the project")


def periods_of(name: str, since: str | None, until: str | None) -> frozenset[str]:
    return frozenset(
        period for period in PERIODS[name] if (not since or since <= period) and (not until or period <= until)
    )


def rule_of(case: Case) -> Rule:
    return next(rule for rule in BOOKS[case.of].at(case.period) if rule.code == case.code)


LAST_YEAR = {
    table_named(RETURNS["cla"], argument.removeprefix("previous_"))
    for rule in RULES["cla"]
    for argument in rule.arguments
    if argument.startswith("previous_")
}


@cache
def full(name: str, period: str) -> Given:
    """A random return with several rows in every table, and in those of last year that rules read."""
    return random_given(name, next(seed for seed in range(2000) if is_full(name, seed, period)), period)


def is_full(name: str, seed: int, period: str) -> bool:
    if name == "cin":
        tables = random_cin.random_return(seed, period)
        return all(len(rows) >= 6 for table, rows in tables.items() if table != "Header")
    drawn = random_cla.random_return(seed, period)
    last_year = [rows for table, rows in drawn.previous.items() if table in LAST_YEAR]
    return all(len(rows) >= 3 for rows in (*drawn.tables.values(), *last_year))


def findings_in(given: Given, rules: list[str] | None = None) -> pd.DataFrame:
    """What the rules find; each ran."""
    outcome = run(BOOKS[given.name], given.submitted(), rules)
    assert (outcome.crashed, outcome.not_run) == ({}, {})
    return outcome.findings


def found(findings: pd.DataFrame) -> set[tuple[object, ...]]:
    shown = findings[["rule", "severity", "table", "row", "fields"]].astype(object)
    return set(shown.itertuples(index=False, name=None))


# ------------------------------------------------------------------------------------------------------ the drawings


@pytest.mark.parametrize(("name", "period"), EVERY_PERIOD)
def test_rules_in_force_are_those_that_are_drawn(name, period):
    drawn = {case.code for case in CASES[name] if period in periods_of(name, case.since, case.until)}

    assert {rule.code for rule in BOOKS[name].at(period)} == drawn


@pytest.mark.parametrize(
    ("name", "rule"),
    [(name, rule) for name in NAMES for rule in RULES[name]],
    ids=lambda value: f"{value.code} {value.since or ''}" if isinstance(value, Rule) else value,
)
def test_every_version_is_drawn(name, rule):
    in_force = periods_of(name, rule.since, rule.until)
    drawn = {periods_of(name, case.since, case.until) for case in CASES[name] if case.code == rule.code}

    assert frozenset().union(*(periods for periods in drawn if periods <= in_force)) == in_force


def test_cases_are_of_periods_in_which_their_version_is_in_force():
    assert [str(case) for case in EVERY_CASE if case.period not in periods_of(case.of, case.since, case.until)] == []


@pytest.mark.parametrize("version", dict.fromkeys((case.of, *case.version) for case in EVERY_CASE), ids=str)
def test_every_version_has_a_marked_and_an_unmarked_row(version):
    drawn = [case for case in EVERY_CASE if (case.of, *case.version) == version]
    rule = rule_of(drawn[0])

    if rule.flags:
        flagged = {table for table, _ in rule.flags}
        assert {table for case in drawn for table, _ in case.marked} == flagged
        assert {table for case in drawn for table, _ in case.unmarked} >= flagged
    else:
        assert {case.whole for case in drawn} == {True, False}


@pytest.mark.parametrize("case", EVERY_CASE, ids=str)
def test_drawings_name_what_the_rule_flags(case):
    rule = rule_of(case)

    assert case.fields == tuple(f"{table}.{item}" for table, item in rule.flags)
    assert (case.whole is None) == bool(rule.flags)


# ------------------------------------------------------------------------------------------------------ the wording


@of_each_return
def test_titles_are_short_and_tell_rules_apart(name):
    titles = {rule.title: rule.code for rule in RULES[name]}

    assert [title for title in titles if not 10 <= len(title) <= 90] == []
    assert {rule.code for rule in RULES[name] if titles[rule.title] != rule.code} == set()


@of_each_return
def test_every_rule_says_what_to_do(name):
    assert [rule.code for rule in RULES[name] if len(rule.advice) < 20 or not rule.advice.endswith(".")] == []


def catalogue(name: str) -> list[dict]:
    return [json.loads(line) for line in (CATALOGUE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def flags_of(rule: Rule) -> dict[str, list[str]]:
    flags: dict[str, list[str]] = {}
    for table, item in rule.flags:
        flags.setdefault(table, []).append(item)
    return flags


@needs_catalogue
def test_rules_are_those_of_the_catalogue():
    known = catalogue("cin")
    # the statement of 9007 names the answer that is missing, not the letter
    expected = {rule["code"]: (rule["severity"], rule["since"], rule["flags"]) for rule in known}
    expected["9007"] = "error", "2026-27", {"PreProceedings": ["FGDMMeetingOffer"]}
    versions = BOOKS["cin"].versions.items()

    assert expected == {
        code: (first.severity, first.since or PERIODS["cin"][0], flags_of(first)) for code, (first, *_) in versions
    }
    assert len(known) == RETURNS["cin"].known_rules


OTHER_FLAGS = {
    "205D": {"Header": ["UASC"]},  # a row of UASC is marked where there is no Header; the rule is not run without
    "706": {"Header": ["CHILD"]},  # what is marked in the catalogue is a row of last year's return
    "SW12STG2": {"Episodes": ["DECOM", "DEC"]},  # the catalogue names no field
}
OTHER_CHANGES = {
    "101": [],  # the codes of the field change, by their own since and until
    "146": [],
    "165": ["2024-25"],  # where the letters of the field SEX change
    "226": [],  # another wording of the same
    "503D": ["2024-25", "2025-26", "2026-27"],  # 2023-24 lets H5 become K3, a code since 2024-25
}


@needs_catalogue
def test_rules_of_the_903_are_those_of_the_catalogue():
    """Severities are not known to it."""
    known = catalogue("cla")
    expected = {
        rule["code"]: (
            rule["since"],
            rule["until"],
            OTHER_CHANGES.get(rule["code"], sorted(rule["changed"])),
            OTHER_FLAGS.get(rule["code"], rule["flags"]),
        )
        for rule in known
    }
    never = {rule["code"] for rule in known if rule["until"] and rule["until"] < rule["since"]}
    built = {
        code: (
            versions[0].since or PERIODS["cla"][0],
            versions[-1].until,
            [version.since for version in versions[1:]],
            flags_of(versions[0]),
        )
        for code, versions in BOOKS["cla"].versions.items()
    }

    assert built == {code: facts for code, facts in expected.items() if code not in never}
    assert never == {"SW15STG2", "SW16aSTG2", "SW16bSTG2", "SW16cSTG2"}
    assert len(known) == RETURNS["cla"].known_rules
    unsure = {rule["code"] for rule in known if "not confirmed" in rule.get("stated", "")}
    assert {rule.code for rule in RULES["cla"] if rule.code in unsure} == unsure
    assert {rule.code for rule in RULES["cla"] if rule.code in unsure and rule.confidence == "verified"} == set()


@needs_catalogue
@of_each_return
def test_no_words_are_taken_from_the_catalogue(name):
    theirs = {
        _plain(sentence)
        for rule in catalogue(name)
        for text in (
            *(rule[part] for part in ("title", "logic", "edge", "doubt")),
            rule.get("stated", ""),
            *rule["changed"].values(),
        )
        for sentence in re.split(r"[.;]\s", text)
    }
    ours = {words for rule in RULES[name] for words in (rule.title, rule.advice)}
    ours |= {case.words for case in CASES[name]}
    ours |= {label for case in CASES[name] for rows in case.tables.values() for label in rows if label.count(" ") > 3}

    assert {words for words in ours if _plain(words) in theirs} == set()


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()


# ------------------------------------------------------------------------------------------------------ the sources


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_years_are_data_and_not_conditions(module):
    """A change of year is a second function with `since` and `until`."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    body = [node for function in functions for statement in function.body for node in ast.walk(statement)]
    conditions = [node.test for node in body if isinstance(node, ast.If | ast.IfExp | ast.While)]
    conditions += [node for node in body if isinstance(node, ast.Match)]
    asked = RETURNS[module.parent.name]
    years = {str(period.year) for period in asked.periods} | {period.name for period in asked.periods}
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


@of_each_return
def test_rules_that_a_field_says_are_those_of_the_description(name):
    said = Counter(
        code
        for table in RETURNS[name]
        for item in table.fields
        for code in {item.wrong, item.absent, *(shape.rule for shape in item.shapes)} - {None}
    )
    versions = BOOKS[name].versions

    assert {code for code in versions if not versions[code][0].check} == set(said)
    assert [code for code in said if any(version.check for version in versions[code])] == []


def test_rules_as_a_frame_are_the_book():
    frame = as_frame("cin")

    assert frame["code"].tolist() == [rule.code for rule in RULES["cin"]]
    assert set(frame.loc[frame["code"].str.endswith("Q"), "severity"]) == {"query"}
    assert set(frame.loc[~frame["code"].str.endswith("Q"), "severity"]) == {"error"}


def test_severities_of_the_903_are_told_but_not_as_confirmed():
    frame = as_frame("cla")

    assert frame["code"].tolist() == [rule.code for rule in RULES["cla"]]
    assert set(frame["severity"]) == {"error", "query"}
    assert not frame["severity_confirmed"].any()
    assert frame.groupby("code")["severity"].nunique().max() == 1


def test_stages_of_the_903_are_those_that_the_codes_name():
    named = {rule.code: re.search("STG([12])$", rule.code) for rule in RULES["cla"]}

    assert {rule.code: rule.stage for rule in RULES["cla"]} == {
        code: int(found[1]) if found else None for code, found in named.items()
    }


# ------------------------------------------------------------------------------------------------------ running them


def empty(given: Given) -> Given:
    return given._replace(
        tables={table: frame.iloc[:0] for table, frame in given.tables.items()},
        previous=given.previous and {table: frame.iloc[:0] for table, frame in given.previous.items()},
    )


@pytest.mark.parametrize(("name", "period"), BEFORE_AND_AFTER)
def test_empty_tables_flag_no_row(name, period):
    findings = findings_in(empty(full(name, period)))

    assert findings["table"].isna().all()
    assert {rule for rule, *_ in found(findings)} == {
        case.code for case in CASES[name] if case.whole and not any(case.tables.values())
    } & {rule.code for rule in BOOKS[name].at(period)}


def test_last_year_may_be_empty():
    given = full("cla", "2026-27")
    findings = findings_in(given._replace(previous=empty(given).previous))

    assert len(findings) > 20


def reading(name: str, rule: Rule, table: str, item: str, asked: Return) -> bool:
    """Whether the rule reads a column, itself or as one of the ids that tell rows apart."""
    return any(
        read_in == table and (read == item or item in asked.levels.get(read.removeprefix("@"), ()))
        for read_in, read in BOOKS[name].reads(rule, asked)
    )


@pytest.mark.parametrize(
    ("name", "period", "table"),
    [
        ("cin", "2023-24", "ChildIdentifiers"),
        *(("cin", "2026-27", table) for table in columns("cin", "2026-27") if table != "Header"),
        *(("cla", "2026-27", table) for table in ("Header", "UASC", "DoLo")),
    ],
)
def test_any_column_may_be_empty(name, period, table):
    check_columns_may_be_empty(name, period, table, 1)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "period"), EVERY_PERIOD)
def test_any_column_may_be_empty_in_some_rows(name, period):
    for table in columns(name, period):
        for step in (1, 2, 3):
            check_columns_may_be_empty(name, period, table, step)
            check_columns_may_be_empty(name, period, table, step, last_year=True)


def check_columns_may_be_empty(name: str, period: str, table: str, step: int, *, last_year: bool = False) -> None:
    """No rule raises or leaves a mark open where a column has no value in every `step`th row."""
    given, asked = full(name, period), RETURNS[name].at(period)
    tables = given.previous if last_year else given.tables
    for item in columns(name, period)[table] if tables else ():
        read_as = f"previous_{table}" if last_year else table
        codes = [
            rule.code for rule in BOOKS[name].at(period) if rule.check and reading(name, rule, read_as, item, asked)
        ]
        if codes:
            emptied = tables[table].copy()
            emptied.iloc[::step, emptied.columns.get_loc(item)] = None
            now = {"previous" if last_year else "tables": tables | {table: emptied}}
            outcome = run(BOOKS[name], given._replace(**now).submitted(), codes)

            assert (item, outcome.crashed, outcome.not_run) == (item, {}, {})


def recorded(rule: Rule, given: Submission) -> set[tuple[str, str]]:
    """What the rule reads of a submission with rows in it."""
    noted: set[tuple[str, str]] = set()

    def noting(argument: str) -> pd.DataFrame:
        name = argument.removeprefix("previous_")
        frame = _Recording(given.argument(argument))
        frame.attrs = {"table": argument.removesuffix(name) + table_named(given.asked, name)}
        frame.__dict__["noted"] = noted
        return frame

    rule.check(**{name: given.argument(name) if name in REFERENCE else noting(name) for name in rule.arguments})
    return noted


@pytest.mark.parametrize(("name", "period"), BEFORE_AND_AFTER)
def test_rules_read_only_what_is_recorded(name, period):
    given, rulebook = full(name, period).submitted(), BOOKS[name]
    more = {
        rule.code: recorded(rule, given) - rulebook.reads(rule, given.asked)
        for rule in rulebook.at(period)
        if rule.check
    }

    assert {code: read for code, read in more.items() if read} == {}


def copied(typed: Typed) -> dict[str, pd.DataFrame]:
    return {name: frame.copy(deep=True) for name, frame in typed.tables.items()}


@pytest.mark.parametrize(("name", "period"), BEFORE_AND_AFTER)
def test_rules_never_change_their_input(name, period):
    given = full(name, period).submitted()
    sources = {"": given.tables} | ({"previous_": given.last_year} if given.last_year else {})
    before = {prefix: copied(typed) for prefix, typed in sources.items()}
    listed = given.reference.get("providers", pd.DataFrame()).copy(deep=True)
    changing = []
    for rule in BOOKS[name].at(period):
        if not rule.check:
            continue
        rule.check(**{name: given.argument(name) for name in rule.arguments})
        read = {table for table, _ in BOOKS[name].reads(rule, given.asked)}
        if not all(
            sources[prefix].tables[table].equals(tables[table])
            for prefix, tables in before.items()
            for table in tables
            if prefix + table in read
        ):
            changing.append(rule.code)

    assert changing == []
    assert given.reference.get("providers", pd.DataFrame()).equals(listed)


@of_each_return
def test_validate_never_changes_its_input(name):
    given = full(name, "2026-27")
    whole = {**given.tables, **{f"previous {table}": frame for table, frame in (given.previous or {}).items()}}
    whole |= {"providers": given.beside["providers"]} if given.beside else {}
    before = {table: frame.copy(deep=True) for table, frame in whole.items()}
    beside = {argument: value for argument, value in given.beside.items() if argument != "postcodes"}
    codes = [rule.code for rule in BOOKS[name].at("2026-27") if "postcodes" not in rule.needs]
    validate(name, given.tables, period="2026-27", previous=given.previous, rules=codes, **beside)

    for table, frame in whole.items():
        pd.testing.assert_frame_equal(frame, before[table])


def failures(findings: pd.DataFrame) -> set[frozenset[tuple[object, ...]]]:
    """The findings as failures: which rows make one together."""
    rows = findings[findings["table"].notna()]
    return {
        frozenset(zip(group["rule"], group["table"], group["row"], strict=True)) for _, group in rows.groupby("group")
    }


def shuffled(given: Given, seed: int) -> Given:
    """The rows in another order; in the 903 the rows of a child stay in theirs, by which ties are decided."""
    if given.name == "cin":
        tables = {table: frame.sample(frac=1, random_state=seed) for table, frame in given.tables.items()}
        return given._replace(tables=tables)
    random = np.random.default_rng(seed)
    tables, previous = (
        {table: interleaved(frame, random) for table, frame in frames.items()}
        for frames in (given.tables, given.previous)
    )
    providers = given.beside["providers"].sample(frac=1, random_state=seed)
    return given._replace(tables=tables, previous=previous, beside={**given.beside, "providers": providers})


def interleaved(frame: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The children's rows among each other in another way, those of each in the order that they had."""
    children, _ = pd.factorize(frame["CHILD"].str.upper().replace("", None))
    children = np.where(children < 0, -1 - np.arange(len(frame)), children)  # rows without an id belong to nobody
    places = children[random.permutation(len(frame))]
    order = np.empty(len(frame), dtype="int64")
    order[np.argsort(places, kind="stable")] = np.argsort(children, kind="stable")
    return frame.iloc[order]


def check_order_does_not_matter(name: str, seed: int, period: str) -> None:
    given = random_given(name, seed, period)
    one, again, other = (findings_in(each) for each in (given, given, shuffled(given, seed)))

    pd.testing.assert_frame_equal(one, again)
    assert found(one) == found(other)
    assert failures(one) == failures(other)


@pytest.mark.parametrize(
    ("name", "seed", "period"),
    [
        ("cin", 1, "2023-24"),
        ("cin", 2, "2026-27"),
        ("cin", 3, "2026-27"),
        ("cla", 2, "2026-27"),
    ],
)
def test_order_of_rows_does_not_matter(name, seed, period):
    check_order_does_not_matter(name, seed, period)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "period"), EVERY_PERIOD)
def test_order_of_rows_never_matters(name, period):
    for seed in range(100, 200):
        check_order_does_not_matter(name, seed, period)


def test_rules_that_compare_children_say_by_what():
    across = {name: {rule.code: rule.across for rule in RULES[name] if rule.across} for name in NAMES}

    assert across["cin"] == {"1520": ("UPN",), "8510": ("LAchildID",)}
    assert across["cla"] == {"444": ("UPN",)}


@of_each_return
def test_return_level_rules_say_so(name):
    assert [rule.code for rule in RULES[name] if not rule.flags and rule.per != "return"] == []


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


@pytest.mark.parametrize(("name", "many"), [("cin", 40), ("cla", 100)])
def test_random_returns_break_many_rules(name, many):
    """The random return that these tests run on is worth running on."""
    assert len(set(findings_in(full(name, "2026-27"))["rule"])) > many

"""A change of a rule does not go unnoticed: some changes in every run, all of them in the soak."""

import re
from pathlib import Path
from random import Random

import pytest

from rules.mutation import BOOKS, Book, Mutant, as_drawn, in_description, in_rules

EXPLAINED = Path(__file__).parent / "mutants.md"


def explained(of: Book) -> set[tuple[str, str]]:
    """The changes known to change nothing: (rule, or words.py or care.py; change)."""
    parts = re.split(r"^## (\w+)\n", EXPLAINED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = dict(zip(parts[1::2], parts[2::2], strict=True))[of.name].splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")][2:]
    assert all(len(why.strip()) > 20 for _, _, why in rows)
    return {(rule.strip(), change.strip().strip("`").replace("\\|", "|")) for rule, change, _ in rows}


def key(mutant: Mutant) -> tuple[str, str]:
    return mutant.name, mutant.change


@pytest.fixture(scope="module", params=BOOKS.values(), ids=lambda of: of.name)
def of(request) -> Book:
    return request.param


@pytest.fixture(scope="module")
def mutants(of) -> list[Mutant]:
    return [*in_rules(of), *in_description(of)]


@pytest.mark.soak
def test_changes_are_judged_against_cases_that_come_out_as_drawn(of):
    assert [str(case) for n, case in enumerate(of.cases) if not as_drawn(of.rules, case, of.submitted(n))] == []


def test_every_rule_is_changed_somewhere(of, mutants):
    assert {code for mutant in mutants for code in mutant.rules} == set(of.rules.versions)


def test_a_sample_of_changes_is_noticed(of, mutants):
    known = explained(of)
    sample = Random(20260331).sample(mutants, 40)

    assert [str(mutant) for mutant in sample if mutant.survives() and key(mutant) not in known] == []


@pytest.mark.soak
def test_every_change_is_noticed_or_explained(of, mutants):
    survivors = [mutant for mutant in mutants if mutant.survives()]

    assert [str(mutant) for mutant in survivors if key(mutant) not in explained(of)] == []
    assert explained(of) - {key(mutant) for mutant in survivors} == set()

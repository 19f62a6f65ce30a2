"""Errors and queries of the 903 are decided in one table; the rule book follows it."""

from pathlib import Path

from validation.rules import book

TABLE = Path(__file__).parents[2] / "docs" / "decisions" / "severity-cla.md"
BOOK = book("cla")


def decided() -> dict[str, str]:
    lines = [line.split("|")[1:-1] for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [(code.strip(), severity.strip()) for code, severity, _ in lines[2:]]
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_every_rule_has_the_severity_that_was_decided():
    assert {rule.code: rule.severity for versions in BOOK.versions.values() for rule in versions} == decided()


def test_what_was_decided_here_is_not_taken_for_the_department_s_word():
    confirmed = {rule.code for versions in BOOK.versions.values() for rule in versions if rule.severity_confirmed}

    assert confirmed <= {"EPI"}

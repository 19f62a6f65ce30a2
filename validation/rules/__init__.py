"""The rule books, one package per return."""

from importlib import import_module
from typing import TYPE_CHECKING

from returns import described

if TYPE_CHECKING:
    from validation.rule import RuleBook


def book(name: str) -> "RuleBook":
    """The rule book of return `name` with all its modules loaded.

    Raises UnknownReturn.
    """
    described(name)
    found: RuleBook = import_module(f"validation.rules.{name}").rule
    return found

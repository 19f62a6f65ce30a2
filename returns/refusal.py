"""The base of every sentence that a user is told instead of a result."""


class Refusal(Exception):
    """Says in one sentence what was refused, what was expected and what to do; never a value from a record."""

"""What the Department asks for: the described returns.

Facts only; imports nothing of ours.
"""

from functools import cache

from returns.model import BadUnit, Return, UnknownPeriod, UnknownReturn

__all__ = ["RETURNS", "BadUnit", "UnknownPeriod", "UnknownReturn", "described"]

RETURNS = ("cin", "cla")


@cache
def described(name: str) -> Return:
    """The description of return `name` over all its periods.

    Raises UnknownReturn.
    """
    if name == "cin":
        from returns.cin import CIN

        return CIN
    if name == "cla":
        from returns.cla import CLA

        return CLA
    raise UnknownReturn(f"no return named {name!r} is described; described are: {', '.join(RETURNS)}; give one of them")

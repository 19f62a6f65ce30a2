"""What the Department asks for: the described returns.

Facts only; imports nothing of ours.
"""

from functools import cache

from returns.model import BadUnit, Return, UnknownPeriod, UnknownReturn

__all__ = ["RETURNS", "BadUnit", "UnknownPeriod", "UnknownReturn", "described", "made_for", "named"]

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
    raise _unknown(name)


def named(text: str) -> str:
    """The name of the return that people call `text`, in whatever case: cla for 903.

    Raises UnknownReturn.
    """
    asked = text.strip().lower()
    for name in RETURNS:
        if asked == name or asked in described(name).aliases:
            return name
    raise _unknown(text)


def made_for(unit: str) -> list[str]:
    """The names of the returns that are made for a unit of that number.

    Raises BadUnit where there is none.
    """
    names = [name for name in RETURNS if described(name).takes(unit)]
    if not names:
        described(RETURNS[0]).refuse_unit(unit)
    return names


def _unknown(text: str) -> UnknownReturn:
    known = (" or ".join((name, *described(name).aliases)) + f" ({described(name).title})" for name in RETURNS)
    return UnknownReturn(f"no return named {text!r} is described; described are: {', '.join(known)}; give one of them")

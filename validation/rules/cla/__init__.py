"""The rules of the children looked after return, one module per subject, in order of code."""

from importlib import import_module
from pkgutil import iter_modules

from validation.rules.cla.book import rule

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

__all__ = ["rule"]

"""The rules of the children in need census, one module per subject, in order of code."""

from validation.rules.cin import (
    assessments,
    child,
    cin_plans,
    disabilities,
    header,
    pre_proceedings,
    protection_plans,
    referrals,
    section47,
)
from validation.rules.cin.book import rule

__all__ = [
    "assessments",
    "child",
    "cin_plans",
    "disabilities",
    "header",
    "pre_proceedings",
    "protection_plans",
    "referrals",
    "rule",
    "section47",
]

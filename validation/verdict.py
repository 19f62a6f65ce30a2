"""What a run of the rules comes to, for a person or another program."""

import pandas as pd

CLEAN, QUERIES, ERRORS, CRASHED, REFUSED = range(5)


def verdict(findings: pd.DataFrame, crashed: bool, book: pd.DataFrame) -> int:
    """0 clean, 1 queries only, 2 errors, 3 a rule crashed.

    An inferred rule, or one whose severity is not confirmed, never alone makes 2.
    """
    if crashed:
        return CRASHED
    sure = set(book.loc[(book["confidence"] == "verified") & book["severity_confirmed"], "code"]) | {
        "unreadable",
        "unexpected",
    }
    if ((findings["severity"] == "error") & findings["rule"].isin(sure)).any():
        return ERRORS
    return QUERIES if len(findings) else CLEAN

"""Frames as plain Python, to be compared with what a test writes down."""

from typing import Any

import pandas as pd


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows of a frame; a missing value is None."""
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.itertuples(index=False, name=None)]

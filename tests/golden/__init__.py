"""Returns drawn by hand: one XML file of the census, and one folder of CSV files of the 903, a year."""

from pathlib import Path

GOLDEN = Path(__file__).parent

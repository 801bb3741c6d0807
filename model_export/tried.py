"""The recorded search: a table that `model_export.search` writes and the card shows."""

import csv
from pathlib import Path

TABLE = Path(__file__).with_name("search.csv")
FAMILIES_SCORED = ("smoothed", "night")
SKILLS = tuple(f"{family}_skill_percent" for family in FAMILIES_SCORED)
COLUMNS = ("metric", "member", "setting", "value", *SKILLS)
"""Settings as served but for the one named; skill over the best simple rule."""


def read_search(table: Path = TABLE) -> list[dict[str, str]]:
    """Rows in the order they were tried. Raises FileNotFoundError where nothing was."""
    with table.open(newline="") as lines:
        return list(csv.DictReader(lines))


def add_search(table: Path, row: tuple[str, ...]) -> None:
    new = not table.exists()
    with table.open("a", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerow(row)

"""What was tried on development nights: tables that `search` and `recipes` write and the card shows."""

import csv
from pathlib import Path

from common.compute.forecasts.model_inputs import FAMILIES

FAMILIES_SCORED = ("smoothed", "night")
SKILLS = tuple(f"{family}_skill_percent" for family in FAMILIES_SCORED)
GAINS = tuple(f"{family}_{what}_percent" for family in FAMILIES for what in ("skill", "gain"))
SEARCH = Path(__file__).with_name("search.csv")
RECIPES = Path(__file__).with_name("recipes.csv")
COLUMNS = {
    SEARCH.name: ("metric", "member", "setting", "value", *SKILLS),
    RECIPES.name: ("metric", "members", "added", *GAINS),
}
"""Of a search: members at its starting point but for the setting named; skill over the best simple rule.
Of recipes: members weighed alike; skill, and gain over the first recipe with its 90% interval by person."""


def read_tried(table: Path) -> list[dict[str, str]]:
    """Return rows in the order they were tried. Raises FileNotFoundError where nothing was."""
    with table.open(newline="") as lines:
        return list(csv.DictReader(lines))


def add_tried(table: Path, row: tuple[str, ...]) -> None:
    new = not table.exists()
    with table.open("a", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS[table.name])
        writer.writerow(row)


def tried_keys(table: Path) -> set[tuple[str, ...]]:
    """Return what each row was of, without its figures; empty where nothing was tried."""
    rows = read_tried(table) if table.exists() else []
    keys = [name for name in COLUMNS[table.name] if not name.endswith("_percent")]
    return {tuple(row[key] for key in keys) for row in rows}

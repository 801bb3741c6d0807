"""MyFitnessPal: the Nutrition Summary, one row a meal. It tells no drinks, no caffeine and no water."""

from collections.abc import Sequence
from datetime import datetime

from functions.local.data.readers.clocks import find_order, read_date, read_wall_clock
from functions.local.data.readers.cronometer import KCAL_PER_KILOJOULE, MEAL_TIMES, meal_kind
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export, Meal
from functions.local.data.readers.tables import column, iterate, normalise, number, read_table

MEALS = "MyFitnessPal meals"
NUTRIENTS = {
    "calories": "calories", "protein g": "protein", "carbohydrates g": "carbs", "fat g": "fat",
    "fiber": "fiber",
    "sugar": "sugar", "saturated fat": "saturatedFat", "trans fat": "transFat", "cholesterol": "cholesterol",
    "sodium mg": "sodium", "potassium": "potassium",
}  # fmt: skip
"""Vitamins, calcium and iron are percentages of a daily value that depends on the country: left out."""


def recognise(file: File) -> str | None:
    header = normalise(file.header)
    return (
        MEALS if all(name in header for name in ("date meal", "carbohydrates g", "saturated fat")) else None
    )


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for _, file in files:
        export = Export(MEALS)
        table = read_table(file.read())
        order = find_order(row["date"] for row in table.rows) if table.rows else "ymd"
        for row in iterate(table, export.left_out):
            day, kind = read_date(row["date"], order), meal_kind(row["meal"])
            clock = row.get("time", "").strip()
            at = read_wall_clock(f"{day} {clock}") if clock else datetime.combine(day, MEAL_TIMES[kind])
            found = {nutrient: number(row.get(name)) for name, nutrient in NUTRIENTS.items()}
            nutrients = {name: value for name, value in found.items() if value is not None}
            if (kilojoules := number(column(row, "kilojoules", "energy kj"))) is not None:
                nutrients["calories"] = kilojoules * KCAL_PER_KILOJOULE
            export.meals.append(Meal(at, "logged food", kind, nutrients))
        export.left_out["vitamins, calcium and iron in percent of a daily value"] += len(table.rows)
        exports.append(export)
    return exports

"""Cronometer: servings, daily summary and biometrics. Nutrients are found by name and unit; blank is unknown.

Servings are meals; a daily summary is used for what servings do not say, such as alcohol and caffeine, and
for food only where there are no servings.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

from functions.local.data.readers.clocks import find_order, read_date, read_wall_clock
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Entry, Export, Meal, Reading
from functions.local.data.readers.tables import Row, iterate, normalise, number, read_table, truth

SERVINGS, SUMMARY, BIOMETRICS = "Cronometer servings", "Cronometer daily summary", "Cronometer biometrics"
DRINK_G = 10.0
KCAL_PER_KILOJOULE = 1 / 4.184
COMPLETE_KCAL = 800.0
NUTRIENTS = {
    "energy kcal": "calories", "protein g": "protein", "carbs g": "carbs", "fat g": "fat", "fiber g": "fiber",
    "sugars g": "sugar", "saturated g": "saturatedFat", "trans fats g": "transFat",
    "cholesterol mg": "cholesterol",
    "sodium mg": "sodium", "potassium mg": "potassium", "calcium mg": "calcium", "iron mg": "iron",
    "magnesium mg": "magnesium", "zinc mg": "zinc", "phosphorus mg": "phosphorus", "vitamin a ug": "vitaminA",
    "vitamin c mg": "vitaminC", "vitamin d ug": "vitaminD", "vitamin e mg": "vitaminE",
    "vitamin k ug": "vitaminK",
    "b6 pyridoxine mg": "vitaminB6", "b12 cobalamin ug": "vitaminB12", "folate ug": "folate",
    "b1 thiamine mg": "thiamin", "b2 riboflavin mg": "riboflavin", "b3 niacin mg": "niacin",
}  # fmt: skip
_TAKEN = (("alcohol g", "drinks", DRINK_G), ("caffeine mg", "caffeine_mg", 1.0))
"""Column, entry of the journal, and how much of the one is one of the other."""
MEAL_TIMES = {"breakfast": time(8), "lunch": time(13), "dinner": time(19), "snack": time(16)}
_MEALS = {
    "breakfast": ("breakfast", "frühstück", "petit", "desayuno", "colazione", "morning"),
    "lunch": ("lunch", "mittag", "déjeuner", "almuerzo", "pranzo", "noon"),
    "dinner": ("dinner", "supper", "abend", "dîner", "cena", "evening"),
}


def recognise(file: File) -> str | None:
    header = normalise(file.header)
    if "food name" in header and "day" in header.split():
        return SERVINGS
    if ("energy kcal" in header or "energy kj" in header) and "date" in header.split():
        return SUMMARY
    return BIOMETRICS if {"metric", "unit", "amount", "day"} <= set(header.split()) else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    with_servings: set[date] = set()
    for kind, file in sorted(files, key=lambda one: one[0] == SUMMARY):
        export = Export(kind)
        table = read_table(file.read())
        column = "date" if kind == SUMMARY else "day"
        order = find_order(row[column] for row in table.rows) if table.rows else "ymd"
        rows = [(read_date(row[column], order), row) for row in iterate(table, export.left_out)]
        match kind:
            case "Cronometer servings":
                _read_servings(rows, export)
                with_servings |= {day for day, _ in rows}
            case "Cronometer daily summary":
                _read_summary(rows, with_servings, export)
            case _:
                _read_biometrics(rows, export)
        exports.append(export)
    return exports


def meal_kind(group: str) -> str:
    """Return the backend's word for a meal of the person's own naming; "snack" where none fits."""
    plain = group.lower()
    return next((kind for kind, words in _MEALS.items() if any(word in plain for word in words)), "snack")


def nutrients_of(row: Row) -> dict[str, float]:
    found = ((nutrient, number(row.get(name))) for name, nutrient in NUTRIENTS.items())
    known = {nutrient: value for nutrient, value in found if value is not None}
    kilojoules = number(row.get("energy kj"))
    return known if kilojoules is None else {"calories": kilojoules * KCAL_PER_KILOJOULE} | known


def _read_servings(rows: Iterable[tuple[date, Row]], export: Export) -> None:
    kcal: dict[date, float] = defaultdict(float)
    taken: dict[tuple[date, str], float] = defaultdict(float)
    for day, row in rows:
        kind = meal_kind(row.get("group", ""))
        clock = row.get("time", "").strip()
        at = read_wall_clock(f"{day} {clock}") if clock else datetime.combine(day, MEAL_TIMES[kind])
        amount = row.get("amount", "").strip()
        name = re.sub(r"\s+", " ", row["food name"]).strip()
        nutrients = nutrients_of(row)
        export.meals.append(Meal(at, f"{name}, {amount}" if amount else name, kind, nutrients))
        kcal[day] += nutrients.get("calories", 0.0)
        for column, entry, size in _TAKEN:
            if (grams := number(row.get(column))) is not None:
                taken[day, entry] += grams / size
    export.entries += [
        Entry(day, entry, round(amount, 2))
        for (day, entry), amount in taken.items()
        if kcal[day] >= COMPLETE_KCAL
    ]


def _read_summary(rows: Iterable[tuple[date, Row]], with_servings: set[date], export: Export) -> None:
    for day, row in rows:
        nutrients = nutrients_of(row)
        complete = truth(row.get("completed")) is True or nutrients.get("calories", 0.0) >= COMPLETE_KCAL
        if not complete:
            export.left_out["days that are not completed and hold little"] += 1
            continue
        for column, entry, size in _TAKEN:
            if (amount := number(row.get(column))) is not None:
                export.entries.append(Entry(day, entry, round(amount / size, 2)))
        if day not in with_servings and nutrients.get("calories"):
            _spread(day, nutrients, export)


def _spread(day: date, nutrients: Mapping[str, float], export: Export) -> None:
    """Spread a day's food over the usual hours, for a summary does not say when it was eaten."""
    for kind, share in (("breakfast", 0.25), ("lunch", 0.35), ("dinner", 0.40)):
        at = datetime.combine(day, MEAL_TIMES[kind])
        part = {name: value * share for name, value in nutrients.items()}
        export.meals.append(Meal(at, "logged food", kind, part))


def _read_biometrics(rows: Iterable[tuple[date, Row]], export: Export) -> None:
    for day, row in rows:
        metric, unit, amount = row["metric"].lower(), row["unit"].lower(), number(row["amount"])
        if "body fat" in metric and amount:
            at = datetime.combine(day, time(8))
            export.readings.append(Reading("BODY_FAT_PERCENTAGE", at, amount, "%", "manual"))
        elif metric.startswith("weight") and amount:
            export.weights_kg[day] = amount * (0.45359237 if unit.startswith("lb") else 1.0)
        else:
            export.left_out[f"biometrics of another kind: {metric}"] += 1

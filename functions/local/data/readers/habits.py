"""Loop Habit Tracker's checkmarks, and logs of doses: what was done on which day, as journal entries."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from functions.local.data.readers.clocks import find_order, read_date, read_instant
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Entry, Export
from functions.local.data.readers.tables import iterate, normalise, read_table

CHECKMARKS, DOSES = "Loop habits", "Dose log"
YES, NO, IMPLIED = 2, 0, 1
DAY_BEGINS_HOUR = 5
"""A dose taken earlier belongs to the day before: somebody is still up."""
_FAMILIES = (
    (r"alcohol|beer|wine|drink(?!.*water)", "alcohol"),
    (r"coffee|caffeine|espresso", "caffeine"),
    (r"late (meal|dinner|eat|snack)|eat.* late", "late_meal"),
    (r"screen|phone in bed", "screen_in_bed"),
)
_AMOUNT = re.compile(r"\s*([\d.]+)\s*(mg|g|ug|mcg|µg|μg)\s*")
_MILLIGRAMS = {"mg": 1.0, "g": 1000.0}


def recognise(file: File) -> str | None:
    header = [normalise(cell) for cell in file.header.split(",")]
    if {"datetime", "substance", "amount"} <= set(header):
        return DOSES
    if file.base_name == "Checkmarks.csv" and header[0] == "date" and len(header) > 2:
        return CHECKMARKS
    return None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for kind, file in files:
        export = Export(kind)
        (_read_checkmarks if kind == CHECKMARKS else _read_doses)(file, export)
        exports.append(export)
    return exports


def habit_name(text: str) -> str:
    """Return the journal's own name where a habit is of a family it knows, else the person's as an
    identifier.
    """
    plain = text.lower()
    known = next((name for pattern, name in _FAMILIES if re.search(pattern, plain)), None)
    return known or re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "habit"


def _read_checkmarks(file: File, export: Export) -> None:
    table = read_table(file.read())
    order = find_order(row["date"] for row in table.rows) if table.rows else "ymd"
    names = {normalise(header): habit_name(header) for header in table.headers[1:]}
    highest = {name: max((int(row[name] or -1) for row in table.rows), default=-1) for name in names}
    for row in iterate(table, export.left_out):
        day = read_date(row["date"], order)
        for column, habit in names.items():
            value = int(row[column] or -1)
            if highest[column] > 3 and value >= 0:
                export.entries.append(Entry(day, habit, value / 1000))
            elif highest[column] <= 3 and value in (YES, NO):
                export.entries.append(Entry(day, habit, value == YES))
            else:
                export.left_out["checkmarks that are skipped, implied or unknown"] += 1


def _read_doses(file: File, export: Export) -> None:
    """Read doses of caffeine by day; that none was logged is no evidence that none was taken."""
    by_day: dict[date, tuple[float, float]] = {}
    for row in iterate(read_table(file.read()), export.left_out):
        if row["substance"].strip().lower() != "caffeine":
            export.left_out["doses of other substances"] += 1
            continue
        amount = _AMOUNT.fullmatch(row["amount"].lower())
        if amount is None or amount[2] not in _MILLIGRAMS:
            export.left_out["amounts that cannot be read"] += 1
            continue
        at = read_instant(row["datetime"]).replace(tzinfo=None) - timedelta(hours=DAY_BEGINS_HOUR)
        mg, last = by_day.get(at.date(), (0.0, 0.0))
        hour = DAY_BEGINS_HOUR + at.hour + at.minute / 60
        by_day[at.date()] = mg + float(amount[1]) * _MILLIGRAMS[amount[2]], max(last, hour)
    for day, (mg, hour) in by_day.items():
        export.entries += [Entry(day, "caffeine_mg", mg), Entry(day, "caffeine_last_hour", round(hour, 2))]

"""Zepp (Mi Fit): SLEEP and ACTIVITY tables of the account export. Times are true UTC; there is no heart
rate."""

from collections.abc import Sequence
from datetime import timedelta

from functions.local.data.readers.clocks import find_order, read_date, read_instant
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export, Workout
from functions.local.data.readers.tables import Table, iterate, normalise, number, positive, read_table

SOURCE = "zepp"
SLEEP, ACTIVITY, SPORT = "Zepp sleep", "Zepp activity", "Zepp sport"


def recognise(file: File) -> str | None:
    names = set(normalise(file.header.replace(";", ",")).split())
    if {"deepsleeptime", "shallowsleeptime"} <= names:
        return SLEEP
    if {"starttime", "sporttime"} <= names:
        return SPORT
    return ACTIVITY if {"date", "steps", "rundistance"} <= names else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for kind, file in files:
        export = Export(kind)
        table = read_table(file.read())
        if kind == SPORT:
            _read_sport(table, export)
            exports.append(export)
            continue
        order = find_order(row["date"] for row in table.rows) if table.rows else "ymd"
        for row in iterate(table, export.left_out):
            day = read_date(row["date"], order)
            if kind == ACTIVITY:
                export.total("STEPS", day, number(row["steps"]), "steps", SOURCE)
                continue
            deep, light, rem = (
                number(row.get(name)) or 0 for name in ("deepsleeptime", "shallowsleeptime", "remtime")
            )
            if row.get("start") == row.get("stop") or not deep + light + rem:
                export.left_out["nights the watch was not worn"] += 1
                continue
            woke = read_instant(row["stop"])
            export.night("SLEEP_DURATION", woke, deep + light + rem, "min", SOURCE)
            export.night("DEEP_SLEEP_DURATION", woke, deep, "min", SOURCE)
            export.night("REM_SLEEP_DURATION", woke, rem, "min", SOURCE)
        exports.append(export)
    return exports


def _read_sport(table: Table, export: Export) -> None:
    """Read workouts; what sport its number means no document says."""
    for row in iterate(table, export.left_out):
        seconds = positive(row["sporttime s"])
        if not seconds:
            export.left_out["workouts without a length"] += 1
            continue
        begun = read_instant(row["starttime"])
        measures = {
            "caloriesBurned": positive(row.get("calories kcal")),
            "distance": positive(row.get("distance m")),
        }
        export.workouts.append(
            Workout(
                begun,
                begun + timedelta(seconds=seconds),
                "OTHER",
                "MODERATE",
                SOURCE,
                {name: value for name, value in measures.items() if value},
            )
        )

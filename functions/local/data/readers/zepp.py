"""Zepp (Mi Fit): SLEEP and ACTIVITY tables of the account export. Times are true UTC; there is no heart
rate."""

from collections.abc import Sequence

from functions.local.data.readers.clocks import find_order, read_date, read_instant
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export
from functions.local.data.readers.tables import iterate, normalise, number, read_table

SOURCE = "zepp"
SLEEP, ACTIVITY = "Zepp sleep", "Zepp activity"


def recognise(file: File) -> str | None:
    names = set(normalise(file.header.replace(";", ",")).split())
    if {"deepsleeptime", "shallowsleeptime"} <= names:
        return SLEEP
    return ACTIVITY if {"date", "steps", "rundistance"} <= names else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for kind, file in files:
        export = Export(kind)
        table = read_table(file.read())
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

"""Fitabase: days of activity as studies export them of a participant's Fitbit. Dates are month first."""

from collections.abc import Sequence

from common.errors import InvalidInput
from functions.local.data.readers.clocks import find_order, read_date
from functions.local.data.readers.files import File
from functions.local.data.readers.fitbit import SOURCE
from functions.local.data.readers.records import Export
from functions.local.data.readers.tables import iterate, normalise, number, positive, read_table

ACTIVITY = "Fitabase daily activity"
WHOLE_DAY_MINUTES = 1440


def recognise(file: File) -> str | None:
    names = set(normalise(file.header.replace(";", ",")).split())
    return ACTIVITY if {"id", "activitydate", "totalsteps"} <= names else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    """Raise InvalidInput for a file of several participants: an import is of one person."""
    exports = []
    for kind, file in files:
        export = Export(kind)
        table = read_table(file.read())
        people = {row["id"].strip() for row in table.rows}
        if len(people) > 1:
            raise InvalidInput(f"{file.name} holds {len(people)} people: keep the rows of one Id")
        order = find_order((row["activitydate"] for row in table.rows), ["mdy"]) if table.rows else "mdy"
        for row in iterate(table, export.left_out):
            if not number(row["totalsteps"]) and number(row.get("sedentaryminutes")) == WHOLE_DAY_MINUTES:
                export.left_out["days the tracker was not worn"] += 1
                continue
            day = read_date(row["activitydate"], order)
            export.total("STEPS", day, number(row["totalsteps"]), "steps", SOURCE)
            export.total("TOTAL_CALORIES", day, positive(row.get("calories")), "kcal", SOURCE)
            active = [number(row.get(name)) for name in ("veryactiveminutes", "fairlyactiveminutes")]
            if None not in active:
                minutes = sum(part for part in active if part)
                export.total("EXERCISE_MINUTES", day, minutes, "min", SOURCE)
        exports.append(export)
    return exports

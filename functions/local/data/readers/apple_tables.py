"""Apple Health as converters make it of the export: one CSV a type, `RestingHeartRate.csv` and its like.

With instants they hold the export's records. With dates alone they hold a value a day, whose day is believed.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time

from functions.local.data.readers.apple import HEALTH, SOURCE
from functions.local.data.readers.clocks import find_order, read_date, read_instant
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export, Points, Reading
from functions.local.data.readers.tables import Row, column, iterate, normalise, number, read_table

TABLE = f"{HEALTH} table"
_NIGHT = {
    "restingheartrate": ("RESTING_HEART_RATE", "bpm"),
    "heartratevariabilitysdnn": ("HEART_RATE_VARIABILITY_SDNN", "ms"),
    "respiratoryrate": ("RESPIRATORY_RATE", "breaths/min"),
}
_TOTALS = {
    "stepcount": ("STEPS", "steps"),
    "activeenergyburned": ("ACTIVE_CALORIES", "kcal"),
    "appleexercisetime": ("EXERCISE_MINUTES", "min"),
}
_KILOJOULE = 1 / 4.184
_TYPE = re.compile(r"^hk(quantity|category)typeidentifier")
_DATES, _STARTS = ("date", "day"), ("startdate", "start date", "start")


def recognise(file: File) -> str | None:
    if file.keys:
        return None
    names = [normalise(cell) for cell in re.split(r"[,;\t]", file.header.replace('"', ""))]
    by_type = "type" in names or _type_of(file.base_name.rpartition(".")[0]) in _NIGHT | _TOTALS
    dated = any(name in names for name in (*_DATES, *_STARTS))
    typed = "unit" in names or "sourcename" in names
    return TABLE if by_type and dated and typed and "value" in names else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for _, file in files:
        export, devices = Export(TABLE), dict[str, int]()
        table = read_table(file.read())
        dates = [column(row, *_STARTS, *_DATES) or "" for row in table.rows]
        order = find_order(dates) if dates else "ymd"
        for row in iterate(table, export.left_out):
            kind = _type_of(row.get("type") or file.base_name.rpartition(".")[0])
            value = number(row["value"])
            if value is None or kind not in _NIGHT | _TOTALS:
                export.left_out["values that are blank or of another type"] += 1
            elif started := column(row, *_STARTS):
                device = devices.setdefault(column(row, "sourcename", "source name") or "", len(devices))
                _take_record(kind, started, value * _factor(row), device, export)
            else:
                _take_day(kind, column(row, *_DATES) or "", order, value * _factor(row), export)
        exports.append(export)
    return exports


def _type_of(text: str) -> str:
    return _TYPE.sub("", text.strip().lower().replace("_", "").replace(" ", ""))


def _factor(row: Row) -> float:
    return _KILOJOULE if (row.get("unit") or "").strip().lower() == "kj" else 1.0


def _take_record(kind: str, started: str, value: float, device: int, export: Export) -> None:
    at = read_instant(re.sub(r" ([+-]\d{2}):?(\d{2})$", r"\1:\2", started.strip()))
    if kind in _TOTALS:
        metric, unit = _TOTALS[kind]
        export.rivals.setdefault((metric, device, unit, SOURCE), Points()).count(at, value)
        return
    metric, unit = _NIGHT[kind]
    reading = Reading(metric, at, value, unit, SOURCE)
    (export.dated if kind == "restingheartrate" else export.in_night).append(reading)


def _take_day(kind: str, written: str, order: str, value: float, export: Export) -> None:
    day = read_date(written, order)
    if kind in _TOTALS:
        metric, unit = _TOTALS[kind]
        export.add_part(metric, day, value, unit, SOURCE)
    else:
        metric, unit = _NIGHT[kind]
        export.night(metric, datetime.combine(day, time(7)), value, unit, SOURCE)

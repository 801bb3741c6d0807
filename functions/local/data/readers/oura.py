"""Oura: API v1 and v2 as JSON, the web account's CSV files per kind, and the Trends CSV.

Resting heart rate is the lowest 5-minute value of the main sleep. A contributor called "resting heart rate"
is a score of 1 to 100 and is never read.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from functions.local.data.readers.clocks import (
    find_order,
    minutes_of,
    read_date,
    read_instant,
    read_wall_clock,
)
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export
from functions.local.data.readers.tables import Row, Table, column, iterate, normalise, number, read_table

SOURCE = "oura"
V1_SLEEP, V1_ACTIVITY, V1_READINESS = (f"Oura API v1 {kind}" for kind in ("sleep", "activity", "readiness"))
PERIODS, DAILY_SLEEP, DAILY_READINESS, DAILY_ACTIVITY, DAILY_OXYGEN = (
    f"Oura {kind}"
    for kind in ("sleep periods", "daily sleep", "daily readiness", "daily activity", "daily oxygen")
)
TRENDS = "Oura trends"
MAIN_TYPES, NO_SLEEP_TYPES = {"long_sleep", ""}, {"deleted", "rest"}

_TRENDS: tuple[tuple[tuple[str, ...], str, str, float], ...] = (
    (("lowest resting heart rate", "lo rhr", "lowest rhr"), "RESTING_HEART_RATE", "bpm", 1),
    (("average hrv", "avg hrv"), "HEART_RATE_VARIABILITY_RMSSD", "ms", 1),
    (("total sleep duration", "total sleep time", "total sleep dur"), "SLEEP_DURATION", "min", 1 / 60),
    (("deep sleep duration", "deep sleep time", "deep sleep dur"), "DEEP_SLEEP_DURATION", "min", 1 / 60),
    (("rem sleep duration", "rem sleep time", "rem sleep dur"), "REM_SLEEP_DURATION", "min", 1 / 60),
    (("sleep efficiency",), "SLEEP_EFFICIENCY", "%", 1),
    (("respiratory rate",), "RESPIRATORY_RATE", "breaths/min", 1),
    (("temperature deviation c", "temperature deviation"), "SKIN_TEMPERATURE", "degC", 1),
    (("sleep score",), "SLEEP_SCORE", "score", 1),
    (("readiness score",), "READINESS_SCORE", "score", 1),
)
_TRENDS_DAY = (
    (("steps",), "STEPS", "steps"),
    (("activity burn",), "ACTIVE_CALORIES", "kcal"),
    (("total burn",), "TOTAL_CALORIES", "kcal"),
)


def recognise(file: File) -> str | None:
    keys = file.keys
    header = [normalise(cell) for cell in file.header.replace('"', "").replace(";", ",").split(",")]
    names = {key.replace("_", " ") for key in keys} or set(header)
    contributors = any(name.startswith("contributors") for name in names)
    if "summary date" in names and keys:
        return _recognise_v1(names)
    if "bedtime end" in names and ({"lowest heart rate"} if keys else {"day", "average hrv"}) <= names:
        return PERIODS
    if "day" in names:
        return _recognise_daily(names, contributors=contributors)
    known = {name for row in _TRENDS for name in row[0]}
    return TRENDS if "date" in names and not keys and len(known & names) >= 2 else None


def _recognise_v1(names: set[str]) -> str:
    if names & {"bedtime end", "hr lowest", "rmssd"}:
        return V1_SLEEP
    return V1_ACTIVITY if "steps" in names else V1_READINESS


def _recognise_daily(names: set[str], *, contributors: bool) -> str | None:
    kinds = (
        (contributors and names & {"temperature deviation", "contributors hrv balance"}, DAILY_READINESS),
        ("steps" in names and (contributors or "active calories" in names), DAILY_ACTIVITY),
        (contributors and "score" in names, DAILY_SLEEP),
        ("spo2 percentage" in names, DAILY_OXYGEN),
    )
    return next((kind for found, kind in kinds if found), None)


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for kind, file in files:
        export = Export(kind)
        content = file.read()
        if file.keys:
            rows: list[Mapping[str, Any]] = _records(json.loads(content))
            order = "ymd"
        else:
            table = read_table(content)
            rows, order = _rows(table, export), _order(table)
        match kind:
            case "Oura trends":
                _read_trends(rows, order, export)
            case "Oura sleep periods":
                _read_periods([_period(row, order, export) for row in rows], export)
            case "Oura API v1 sleep":
                _read_periods([_period_v1(row, export) for row in rows], export)
            case _:
                _read_daily(kind, rows, order, export)
        exports.append(export)
    return exports


def _records(document: Any) -> list[Mapping[str, Any]]:
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        document = lists[0] if lists else [document]
    return [record for record in document if isinstance(record, dict)]


def _rows(table: Table, export: Export) -> list[Mapping[str, Any]]:
    return [
        {name.replace(" ", "_"): cell for name, cell in row.items()}
        for row in iterate(table, export.left_out)
    ]


def _order(table: Table) -> str:
    names = ("day", "date")
    dates = [row[name] for row in table.rows for name in names if name in row]
    return find_order(dates) if any(map(str.strip, dates)) else "ymd"


def _value(row: Mapping[str, Any], name: str) -> float | None:
    found = row.get(name)
    return number(found) if isinstance(found, str | None) else float(found)


Period = tuple[date, datetime | date, str, Mapping[str, Any], float]
"""Day, end (with its own offset's wall clock), type, the record, seconds asleep."""

_PERIOD_V2 = {
    "RESTING_HEART_RATE": ("lowest_heart_rate", "bpm"),
    "HEART_RATE_VARIABILITY_RMSSD": ("average_hrv", "ms"),
    "RESPIRATORY_RATE": ("average_breath", "breaths/min"),
    "SLEEP_EFFICIENCY": ("efficiency", "%"),
    "SKIN_TEMPERATURE": ("readiness_temperature_deviation", "degC"),
}
_PERIOD_V1 = {
    "RESTING_HEART_RATE": ("hr_lowest", "bpm"),
    "HEART_RATE_VARIABILITY_RMSSD": ("rmssd", "ms"),
    "RESPIRATORY_RATE": ("breath_average", "breaths/min"),
    "SLEEP_EFFICIENCY": ("efficiency", "%"),
    "SLEEP_SCORE": ("score", "score"),
    "SKIN_TEMPERATURE": ("temperature_delta", "degC"),
}


def _ended(text: Any, order: str, export: Export) -> datetime | None:
    if not text or str(text).lower() == "none":
        return None
    try:
        at = read_instant(str(text))
    except ValueError:
        return read_wall_clock(str(text), order)  # what a spreadsheet made of it has no offset
    offset = at.utcoffset()
    assert offset is not None
    export.utc_offsets[minutes_of(offset)] += 1
    return at.replace(tzinfo=None)


def _period(row: Mapping[str, Any], order: str, export: Export) -> Period | None:
    if not row.get("day"):
        return None
    day = read_date(str(row["day"]), order)
    asleep = _value(row, "total_sleep_duration")
    ended = _ended(row.get("bedtime_end"), order, export)
    kind = str(row.get("type") or "")
    if not asleep or kind in NO_SLEEP_TYPES:
        return None
    readiness = _nested(row.get("readiness"))
    if readiness.get("temperature_deviation") is not None:
        row = {**row, "readiness_temperature_deviation": readiness["temperature_deviation"]}
    # the day is the device's own word for the night; the end only says when it was on that day
    end = ended if ended is not None and ended.date() == day else day
    return day, end, kind, row, asleep


def _nested(value: Any) -> Mapping[str, Any]:
    """Return what a cell holds as JSON, in the account's archive; nothing where it holds none."""
    if isinstance(value, str) and value.strip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _period_v1(row: Mapping[str, Any], export: Export) -> Period | None:
    ended = _ended(row.get("bedtime_end"), "ymd", export)
    asleep = _value(row, "total")
    if not asleep or not _value(row, "hr_lowest"):
        return None
    day = ended.date() if ended else read_date(str(row["summary_date"])) + timedelta(days=1)
    return day, ended or day, "", row, asleep


def _read_periods(periods: Iterable[Period | None], export: Export) -> None:
    """Take the main sleep of each day, the longest of its own type, else of all; others are naps."""
    by_day: dict[date, list[Period]] = {}
    for period in periods:
        if period is None:
            export.left_out["periods without sleep, or with the ring off"] += 1
            continue
        by_day.setdefault(period[0], []).append(period)
    for day, found in by_day.items():
        main = max(found, key=lambda one: (one[2] in MAIN_TYPES, one[4]))
        for period in found:
            _, end, _, row, asleep = period
            if period is not main:
                export.night("SLEEP_DURATION", end, asleep / 60, "min", SOURCE)
                continue
            fields = _PERIOD_V1 if "summary_date" in row else _PERIOD_V2
            export.night("SLEEP_DURATION", end, asleep / 60, "min", SOURCE)
            for metric, v1, v2 in (
                ("DEEP_SLEEP_DURATION", "deep", "deep_sleep_duration"),
                ("REM_SLEEP_DURATION", "rem", "rem_sleep_duration"),
            ):
                seconds = _value(row, v1 if "summary_date" in row else v2)
                export.night(metric, end, seconds / 60 if seconds else None, "min", SOURCE)
            for metric, (name, unit) in fields.items():
                export.night(metric, end, _value(row, name), unit, SOURCE)
            if "readiness_score" in row:
                export.night("READINESS_SCORE", day, _value(row, "readiness_score"), "score", SOURCE)


def _read_daily(kind: str, rows: Iterable[Mapping[str, Any]], order: str, export: Export) -> None:
    v1 = kind.startswith("Oura API v1")
    for row in rows:
        written = row.get("summary_date") if v1 else row.get("day")
        if not written:
            export.left_out["rows without a day"] += 1
            continue
        day = read_date(str(written), order)
        match kind:
            case "Oura daily sleep":
                export.night("SLEEP_SCORE", day, _value(row, "score"), "score", SOURCE)
            case "Oura daily oxygen":
                average = number(str(_nested(row.get("spo2_percentage")).get("average") or ""))
                export.night("OXYGEN_SATURATION", day, average, "%", SOURCE)
            case "Oura API v1 readiness" | "Oura daily readiness":
                # v1 dates a night by the day it began
                woke = day + timedelta(days=1) if v1 else day
                export.night("READINESS_SCORE", woke, _value(row, "score"), "score", SOURCE)
            case _:
                _read_activity(day, row, v1, export)


def _read_activity(day: date, row: Mapping[str, Any], v1: bool, export: Export) -> None:
    export.total("STEPS", day, _value(row, "steps"), "steps", SOURCE)
    for metric, name in (
        ("ACTIVE_CALORIES", "cal_active" if v1 else "active_calories"),
        ("TOTAL_CALORIES", "cal_total" if v1 else "total_calories"),
    ):
        export.total(metric, day, _value(row, name), "kcal", SOURCE)
    names, per_minute = (
        (("medium", "high"), 1) if v1 else (("medium_activity_time", "high_activity_time"), 60)
    )
    active = [_value(row, name) for name in names]
    if None not in active:
        minutes = sum(part for part in active if part) / per_minute
        export.total("EXERCISE_MINUTES", day, minutes, "min", SOURCE)


def _read_trends(rows: Iterable[Mapping[str, Any]], order: str, export: Export) -> None:
    for row in rows:
        plain: Row = {name.replace("_", " ").strip(): str(cell) for name, cell in row.items()}
        if not plain.get("date"):
            export.left_out["rows without a day"] += 1
            continue
        day = read_date(plain["date"], order)
        ended = _ended(column(plain, "bedtime end", "bed time end"), order, export)
        at = ended if ended is not None and ended.date() == day else day
        for names, metric, unit, factor in _TRENDS:
            value = number(column(plain, *names))
            export.night(metric, at, value * factor if value else None, unit, SOURCE)
        for names, metric, unit in _TRENDS_DAY:
            export.total(metric, day, number(column(plain, *names)), unit, SOURCE)

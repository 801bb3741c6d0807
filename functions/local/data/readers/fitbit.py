"""Fitbit: Google Takeout and the account archive, the web API's answers, and the monthly web CSV.

Steps, distance and exercise of the archive are UTC without a mark; sleep, resting heart rate and minutes of
activity are the wall clock. A sleep score's resting heart rate is the day before's and is not read.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.local.data.readers.activities import activity_type, intensity
from functions.local.data.readers.clocks import find_order, read_date, read_wall_clock
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export, Reading, Workout
from functions.local.data.readers.tables import (
    column,
    decode,
    find_delimiter,
    iterate,
    normalise,
    number,
    positive,
    read_table,
)

SOURCE = "fitbit"
RHR, SLEEP, EXERCISE, SLEEP_SCORE, HRV, BREATHING, RHR_TABLE, HRV_TABLE, MONTHLY, API_HEART, API_HRV = (
    f"Fitbit {kind}"
    for kind in (
        "resting heart rate", "sleep", "exercise", "sleep scores", "daily HRV", "daily breathing",
        "daily resting heart rate", "HRV readings", "monthly summary", "API heart", "API HRV",
    )
)  # fmt: skip
_SERIES = {
    "steps": ("STEPS", "steps"),
    "very_active_minutes": ("EXERCISE_MINUTES", "min"),
    "moderately_active_minutes": ("EXERCISE_MINUTES", "min"),
    "calories": ("TOTAL_CALORIES", "kcal"),
}
"""Series of the archive whose records look alike and are told apart by the file's name only."""
MINUTES_OF_A_WHOLE_DAY = 1_400
_UNUSED = re.compile(
    r"^(heart_rate|altitude|distance|sedentary_minutes|lightly_active_minutes|time_in_heart_rate_zones|"
    r"demographic_vo2_max|estimated_oxygen_variation|swim_lengths_data|water_logs|weight|badge|food_logs)-"
)


def recognise(file: File) -> str | None:
    keys = file.keys
    if not keys:
        return _recognise_table(file)
    series = re.match(r"([a-z_]+)-\d{4}-\d{2}-\d{2}\.json$", file.base_name)
    if series and series[1] in _SERIES and {"dateTime", "value"} <= keys:
        return f"Fitbit {series[1].replace('_', ' ')}"
    if _UNUSED.match(file.base_name):
        return None
    for wanted, kind in (
        ({"dateTime", "value", "error"}, RHR),
        ({"restingHeartRate", "heartRateZones"}, API_HEART),
        ({"dailyRmssd"}, API_HRV),
        ({"dateOfSleep", "minutesAsleep"}, SLEEP),
        ({"activityName", "startTime"}, EXERCISE),
    ):
        if wanted <= keys:
            return kind
    return None


def _recognise_table(file: File) -> str | None:
    names = normalise(file.header.replace(";", ","))
    if "sleep log entry id" in names and "overall score" in names:
        return SLEEP_SCORE
    if "timestamp" in names:
        for word, kind in (
            ("rmssd nremhr", HRV),
            ("daily respiratory rate", BREATHING),
            ("root mean square of successive differences", HRV_TABLE),
        ):
            if word in names:
                return kind
        if "beats per minute" in names:
            return RHR_TABLE if _has_line_a_day(file) else None
    lines = file.head.decode("utf-8-sig", "replace").splitlines()
    sections = (
        line.count('","') in (8, 9) and _cells(title) == 1 and _cells(header) == line.count('","') + 1
        for title, header, line in zip(lines, lines[1:], lines[2:], strict=False)
    )
    return MONTHLY if any(sections) else None


def _has_line_a_day(file: File) -> bool:
    """Tell the daily resting heart rate from readings every few seconds, which have the same columns."""
    days = [line[:11] for line in file.head.decode("utf-8-sig", "replace").splitlines()[1:12]]
    return "resting" in file.base_name or (len(days) > 1 and len(set(days)) == len(days))


def _cells(line: str) -> int:
    return len(next(csv.reader([line], delimiter=find_delimiter(line)), []))


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports: dict[str, Export] = {}
    same: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for kind, file in files:
        export = exports.setdefault(kind, Export(kind))
        content = file.read()
        if file.keys:
            # two archives hold the same files: a moment that both tell is told once
            same.setdefault((kind, file.base_name), []).extend(_flatten(json.loads(content)))
        elif kind == MONTHLY:
            _read_monthly(decode(content), export)
        else:
            _read_rows(kind, content, export)
    for (kind, _), records in same.items():
        _read_records(kind, records, exports[kind])
    return list(exports.values())


def _flatten(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict):
        document = next((value for value in document.values() if isinstance(value, list)), [document])
    return [record for record in document if isinstance(record, dict)]


def _read_records(kind: str, records: Iterable[dict[str, Any]], export: Export) -> None:
    readers = {
        RHR: _read_rhr,
        API_HEART: _read_api_heart,
        API_HRV: _read_api_hrv,
        SLEEP: _read_sleep,
        EXERCISE: _read_exercise,
    }
    one = readers.get(kind)
    if one is None:
        _read_series(kind.removeprefix("Fitbit ").replace(" ", "_"), records, export)
        return
    for record in records:
        try:
            one(record, export)
        except (KeyError, TypeError, ValueError, AttributeError):
            export.left_out["records that lack what they should have"] += 1


def _read_rhr(record: dict[str, Any], export: Export) -> None:
    value = record["value"]
    if not value.get("date") or not value.get("value"):
        export.left_out["days without a resting heart rate"] += 1
        return
    export.night("RESTING_HEART_RATE", read_date(value["date"], "mdy"), value["value"], "bpm", SOURCE)


def _read_api_heart(record: dict[str, Any], export: Export) -> None:
    value = record["value"].get("restingHeartRate")
    export.night("RESTING_HEART_RATE", read_date(record["dateTime"]), value, "bpm", SOURCE)


def _read_api_hrv(record: dict[str, Any], export: Export) -> None:
    day = read_date(record["dateTime"])
    export.night("HEART_RATE_VARIABILITY_RMSSD", day, record["value"]["dailyRmssd"], "ms", SOURCE)


def _read_sleep(record: dict[str, Any], export: Export) -> None:
    ended = datetime.fromisoformat(record["endTime"])
    day = read_date(record["dateOfSleep"])
    main = record.get("mainSleep", record.get("isMainSleep", True))
    at = ended if ended.date() == day else day
    export.night("SLEEP_DURATION", at, record["minutesAsleep"], "min", SOURCE)
    if not main:
        return
    summary = record.get("levels", {}).get("summary", {})
    for stage, metric in (("deep", "DEEP_SLEEP_DURATION"), ("rem", "REM_SLEEP_DURATION")):
        export.night(metric, at, summary.get(stage, {}).get("minutes"), "min", SOURCE)
    export.night("SLEEP_EFFICIENCY", at, record.get("efficiency"), "%", SOURCE)


def _read_exercise(record: dict[str, Any], export: Export) -> None:
    begun = read_wall_clock(record["startTime"], "mdy").replace(tzinfo=UTC)
    length = timedelta(milliseconds=record.get("activeDuration") or record["duration"])
    measures = {
        "caloriesBurned": record.get("calories"),
        "averageHeartRate": record.get("averageHeartRate"),
        "steps": record.get("steps"),
    }
    export.workouts.append(
        Workout(
            begun,
            begun + length,
            activity_type(record["activityName"]),
            intensity(record.get("averageHeartRate")),
            SOURCE,
            {name: float(value) for name, value in measures.items() if value},
        )
    )


def _read_series(name: str, records: Iterable[dict[str, Any]], export: Export) -> None:
    metric, unit = _SERIES[name]
    by_day: dict[datetime, list[float]] = {}
    told: dict[str, float] = {}
    for record in records:
        try:
            told[record["dateTime"]] = float(record["value"])
        except (KeyError, TypeError, ValueError):
            export.left_out["records that lack what they should have"] += 1
    for written, value in told.items():
        at = read_wall_clock(written, "mdy")
        if name == "steps":
            export.add_increment(metric, at.replace(tzinfo=UTC), value, unit, SOURCE)
        else:
            by_day.setdefault(datetime.combine(at.date(), datetime.min.time()), []).append(value)
    for day, values in by_day.items():
        if name == "calories" and len(values) < MINUTES_OF_A_WHOLE_DAY:
            export.left_out["days whose energy is not whole"] += 1
            continue
        # minutes of the day come in two files, and of energy in a value a minute
        export.add_part(metric, day.date(), sum(values), unit, SOURCE)


def _read_rows(kind: str, content: bytes, export: Export) -> None:
    table = read_table(content)
    order = find_order(row["timestamp"] for row in table.rows) if table.rows else "ymd"
    for row in iterate(table, export.left_out):
        at = read_wall_clock(row["timestamp"], order)
        match kind:
            case "Fitbit sleep scores":
                export.night("SLEEP_SCORE", at, positive(row.get("overall score")), "score", SOURCE)
            case "Fitbit daily HRV":
                export.night(
                    "HEART_RATE_VARIABILITY_RMSSD", at.date(), positive(row.get("rmssd")), "ms", SOURCE
                )
            case "Fitbit daily breathing":
                value = positive(row.get("daily respiratory rate"))
                export.night("RESPIRATORY_RATE", at.date(), value, "breaths/min", SOURCE)
            case "Fitbit daily resting heart rate":
                export.night(
                    "RESTING_HEART_RATE", at.date(), positive(row["beats per minute"]), "bpm", SOURCE
                )
            case _:
                name = "root mean square of successive differences milliseconds"
                if value := positive(column(row, name)):
                    instant = at.replace(tzinfo=UTC) if row["timestamp"].strip().endswith("Z") else at
                    reading = Reading("HEART_RATE_VARIABILITY_RMSSD", instant, value, "ms", SOURCE)
                    export.in_night.append(reading)


def _read_monthly(text: str, export: Export) -> None:
    """Read sections in the account's language: columns are told by their number and order."""
    section: list[list[str]] = []
    for cells in [*csv.reader(text.splitlines(), delimiter=find_delimiter(text)), []]:
        if len(cells) > 1:
            section.append(cells)
        elif section:
            _read_section(section, export)
            section = []


def _read_section(section: list[list[str]], export: Export) -> None:
    width, rows = len(section[0]), section[1:]
    if width == 10 and rows:
        order = find_order(row[0] for row in rows)
        for row in rows:
            day = read_date(row[0], order)
            steps, very, fairly = (number(row[i]) for i in (2, 8, 7))
            if not steps:
                export.left_out["days without steps"] += 1
                continue
            export.total("STEPS", day, _whole(row[2]), "steps", SOURCE)
            export.total("TOTAL_CALORIES", day, _whole(row[1]), "kcal", SOURCE)
            if very is not None and fairly is not None:
                export.total("EXERCISE_MINUTES", day, very + fairly, "min", SOURCE)
            export.total("ACTIVE_CALORIES", day, _whole(row[9]), "kcal", SOURCE)
    elif width == 9 and rows:
        order = find_order(row[1] for row in rows)
        for row in rows:
            woke = read_wall_clock(row[1], order)
            export.night("SLEEP_DURATION", woke, _whole(row[2]), "min", SOURCE)
            export.night("REM_SLEEP_DURATION", woke, _whole(row[6]), "min", SOURCE)
            export.night("DEEP_SLEEP_DURATION", woke, _whole(row[8]), "min", SOURCE)
    else:
        export.left_out["sections that are not taken"] += 1


def _whole(text: str) -> float | None:
    """Read a count, which has no decimals: any separator in it parts thousands."""
    digits = re.sub(r"\D", "", text)
    return float(digits) if digits else None

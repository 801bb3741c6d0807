"""Garmin: the account archive (daily summaries, sleep, activities) and answers of the web API.

In the archive `restingHeartRate` is a mean of seven days and `currentDayRestingHeartRate` the day's; in the
web API `restingHeartRate` is the day's. Instants called GMT have no mark of it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.local.data.readers.activities import activity_type, intensity
from functions.local.data.readers.clocks import from_milliseconds, read_date, read_instant
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export, Workout

SOURCE = "garmin"
DAYS, SLEEP, ACTIVITIES, API_HRV, API_RHR, API_WEIGHT = (
    f"Garmin {kind}"
    for kind in ("daily summaries", "sleep", "activities", "API HRV", "API resting heart rate", "API weight")
)


def recognise(file: File) -> str | None:
    keys = file.keys
    for wanted, kind in (
        ({"calendarDate", "sleepStartTimestampGMT", "deepSleepSeconds"}, SLEEP),
        ({"hrvSummary", "lastNightAvg"}, API_HRV),
        ({"WELLNESS_RESTING_HEART_RATE"}, API_RHR),
        ({"calendarDate", "totalSteps"}, DAYS),
        ({"dateWeightList", "weight"}, API_WEIGHT),
        ({"activityType", "beginTimestamp"}, ACTIVITIES),
        ({"activityType", "startTimeGMT"}, ACTIVITIES),
    ):
        if wanted <= keys:
            return kind
    return None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports: dict[str, Export] = {}
    readers = {
        DAYS: _read_day,
        SLEEP: _read_sleep,
        ACTIVITIES: _read_activity,
        API_HRV: _read_hrv,
        API_RHR: _read_rhr,
        API_WEIGHT: _read_weights,
    }
    for kind, file in files:
        export = exports.setdefault(kind, Export(kind))
        for record in _records(json.loads(file.read()), kind):
            try:
                readers[kind](record, export)
            except (KeyError, TypeError, ValueError, AttributeError):
                export.left_out["records that lack what they should have"] += 1
    return list(exports.values())


def _records(document: Any, kind: str) -> Iterable[dict[str, Any]]:
    """Yield lists, lists within lists, and what the archive wraps its activities in."""
    if isinstance(document, list):
        for item in document:
            yield from _records(item, kind)
    elif isinstance(document, dict):
        wrapped = document.get("summarizedActivitiesExport", document.get("dailySleepDTO"))
        if wrapped is not None:
            yield from _records(wrapped, kind)
        else:
            yield document


def _read_day(record: dict[str, Any], export: Export) -> None:
    day = read_date(record["calendarDate"])
    archive = "currentDayRestingHeartRate" in record
    if not archive and "lastSevenDaysAvgRestingHeartRate" not in record and "restingHeartRate" in record:
        export.left_out["resting heart rates that may be means of seven days"] += 1
        rhr = None
    else:
        rhr = record.get("currentDayRestingHeartRate" if archive else "restingHeartRate")
    export.night("RESTING_HEART_RATE", day, rhr, "bpm", SOURCE)
    for metric, name, unit in (
        ("STEPS", "totalSteps", "steps"),
        ("TOTAL_CALORIES", "totalKilocalories", "kcal"),
        ("ACTIVE_CALORIES", "activeKilocalories", "kcal"),
    ):
        export.total(metric, day, record.get(name), unit, SOURCE)
    parts = [record.get(name) for name in ("moderateIntensityMinutes", "vigorousIntensityMinutes")]
    known = [part for part in parts if part is not None]
    if known:
        export.total("EXERCISE_MINUTES", day, sum(known), "min", SOURCE)
    stress: dict[str, Any] = next(
        (
            one
            for one in record.get("allDayStress", {}).get("aggregatorList", [])
            if one.get("type") == "TOTAL"
        ),
        {},
    )
    level = stress.get("averageStressLevel", record.get("averageStressLevel"))
    if level is not None and level > 0:  # negative: no reading
        export.total("STRESS_LEVEL", day, level, "score", SOURCE)


def _read_sleep(record: dict[str, Any], export: Export) -> None:
    day = read_date(record["calendarDate"])
    seconds = [record.get(f"{stage}SleepSeconds") for stage in ("deep", "light", "rem")]
    deep, _, rem = seconds
    asleep = sum(part for part in seconds if part)
    ended = _gmt(record["sleepEndTimestampGMT"])
    # an instant of that day or the one beside it: the person's zone decides, and the label is the device's
    at = ended if abs((ended.date() - day).days) <= 1 else day
    for metric, length in (
        ("SLEEP_DURATION", asleep),
        ("DEEP_SLEEP_DURATION", deep),
        ("REM_SLEEP_DURATION", rem),
    ):
        export.night(metric, at, length / 60 if length else None, "min", SOURCE)
    scores = record.get("sleepScores") or {}
    overall = scores.get("overall") or {}
    score = scores.get("overallScore", overall.get("value") if isinstance(overall, dict) else overall)
    export.night("SLEEP_SCORE", at, score, "score", SOURCE)
    breath = record.get("averageRespiration", record.get("averageRespirationValue"))
    export.night("RESPIRATORY_RATE", at, breath, "breaths/min", SOURCE)


def _gmt(value: object) -> datetime:
    if isinstance(value, int | float):
        return from_milliseconds(value)
    return read_instant(str(value), UTC)


def _read_activity(record: dict[str, Any], export: Export) -> None:
    archive = "beginTimestamp" in record
    begun = _gmt(record["beginTimestamp" if archive else "startTimeGMT"])
    # the archive counts in milliseconds and centimetres, the web API in seconds and metres
    length = timedelta(milliseconds=record["duration"]) if archive else timedelta(seconds=record["duration"])
    distance = (record.get("distance") or 0) / (100 if archive else 1)
    kind = record["activityType"]
    measures = {
        "caloriesBurned": record.get("calories"),
        "averageHeartRate": record.get("avgHr", record.get("averageHR")),
        "maxHeartRate": record.get("maxHr", record.get("maxHR")),
        "distance": distance,
        "steps": record.get("steps"),
    }
    export.workouts.append(
        Workout(
            begun,
            begun + length,
            activity_type(str(kind.get("typeKey") if isinstance(kind, dict) else kind)),
            intensity(measures["averageHeartRate"], measures["maxHeartRate"]),
            SOURCE,
            {name: float(value) for name, value in measures.items() if value},
        )
    )


def _read_hrv(record: dict[str, Any], export: Export) -> None:
    summary = record["hrvSummary"]
    day = read_date(summary["calendarDate"])
    export.night("HEART_RATE_VARIABILITY_RMSSD", day, summary["lastNightAvg"], "ms", SOURCE)


def _read_rhr(record: dict[str, Any], export: Export) -> None:
    for one in record["allMetrics"]["metricsMap"]["WELLNESS_RESTING_HEART_RATE"]:
        export.night("RESTING_HEART_RATE", read_date(one["calendarDate"]), one.get("value"), "bpm", SOURCE)


def _read_weights(record: dict[str, Any], export: Export) -> None:
    """Read grams, by an instant in milliseconds."""
    for one in record["dateWeightList"]:
        if one.get("weight") and one.get("date"):
            export.instant_weights[from_milliseconds(one["date"])] = one["weight"] / 1000

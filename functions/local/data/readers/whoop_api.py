"""WHOOP: records of the developer API, versions 1 and 2.

Instants are UTC with the offset beside them. A recovery has no date: it takes that of the sleep it names.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from functions.local.data.readers.activities import activity_type, intensity
from functions.local.data.readers.clocks import minutes_of, read_instant, read_offset, wall_clock
from functions.local.data.readers.files import File
from functions.local.data.readers.records import DAY_TIME, Export, Reading, Workout
from functions.local.data.readers.whoop import SOURCE

API_RECOVERY, API_SLEEP, API_CYCLE, API_WORKOUT = (
    f"WHOOP API {kind}" for kind in ("recoveries", "sleeps", "cycles", "workouts")
)
KILOJOULE_PER_KCAL = 4.184


def recognise(file: File) -> str | None:
    keys = file.keys
    if "hrv_rmssd_milli" in keys:
        return API_RECOVERY
    if "total_slow_wave_sleep_time_milli" in keys:
        return API_SLEEP
    if {"strain", "kilojoule", "timezone_offset"} <= keys:
        return API_WORKOUT if keys & {"sport_id", "sport_name", "zone_duration"} else API_CYCLE
    return None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    ended: dict[str, datetime] = {}
    exports = []
    for kind, file in sorted(files, key=lambda one: one[0] != API_SLEEP):
        export = Export(kind)
        for record in _records(file):
            if record.get("score_state", "SCORED") != "SCORED" or not record.get("score"):
                export.left_out["records without a score"] += 1
                continue
            try:
                _read_record(kind, record, ended, export)
            except (KeyError, TypeError):
                export.left_out["records that lack what they should have"] += 1
        exports.append(export)
    return exports


def _records(file: File) -> list[dict[str, Any]]:
    document = json.loads(file.read())
    records = document.get("records", []) if isinstance(document, dict) else document
    return [record for record in records if isinstance(record, dict)]


def _local(record: dict[str, Any], name: str) -> datetime:
    return wall_clock(read_instant(record[name]), read_offset(record.get("timezone_offset") or "Z"))


def _read_record(kind: str, record: dict[str, Any], ended: dict[str, datetime], export: Export) -> None:
    score = record["score"]
    if "timezone_offset" in record:
        export.utc_offsets[minutes_of(read_offset(record["timezone_offset"] or "Z"))] += 1
    match kind:
        case "WHOOP API sleeps":
            woke = _local(record, "end")
            stages = score["stage_summary"]
            light, deep, rem = (
                stages[f"total_{stage}_sleep_time_milli"] / 60_000 for stage in ("light", "slow_wave", "rem")
            )
            export.night("SLEEP_DURATION", woke, light + deep + rem, "min", SOURCE)
            if record.get("nap"):
                return
            ended[str(record["id"])] = woke
            export.night("DEEP_SLEEP_DURATION", woke, deep, "min", SOURCE)
            export.night("REM_SLEEP_DURATION", woke, rem, "min", SOURCE)
            export.night("RESPIRATORY_RATE", woke, score.get("respiratory_rate"), "breaths/min", SOURCE)
            export.night("SLEEP_EFFICIENCY", woke, score.get("sleep_efficiency_percentage"), "%", SOURCE)
            export.night("SLEEP_SCORE", woke, score.get("sleep_performance_percentage"), "score", SOURCE)
        case "WHOOP API recoveries":
            at = ended.get(str(record["sleep_id"]))
            if score.get("user_calibrating") or at is None:
                export.left_out["recoveries while calibrating, or without their sleep"] += 1
                return
            export.night("RESTING_HEART_RATE", at, score.get("resting_heart_rate"), "bpm", SOURCE)
            export.night("HEART_RATE_VARIABILITY_RMSSD", at, score.get("hrv_rmssd_milli"), "ms", SOURCE)
            export.night("RECOVERY_SCORE", at, score.get("recovery_score"), "score", SOURCE)
            export.night("OXYGEN_SATURATION", at, score.get("spo2_percentage"), "%", SOURCE)
            export.night("SKIN_TEMPERATURE", at, score.get("skin_temp_celsius"), "degC", SOURCE)
        case "WHOOP API cycles":
            if not record.get("end"):
                return
            begun, end = _local(record, "start"), _local(record, "end")
            day = (begun + (end - begun) / 2).date()
            export.total("STRAIN_SCORE", day, score.get("strain"), "score", SOURCE)
            kcal = score["kilojoule"] / KILOJOULE_PER_KCAL
            export.readings.append(
                Reading("TOTAL_CALORIES", datetime.combine(day, DAY_TIME), kcal, "kcal", SOURCE)
            )
        case _:
            measures = {
                "caloriesBurned": (score.get("kilojoule") or 0) / KILOJOULE_PER_KCAL,
                "averageHeartRate": score.get("average_heart_rate"),
                "maxHeartRate": score.get("max_heart_rate"),
                "distance": score.get("distance_meter"),
            }
            export.workouts.append(
                Workout(
                    _local(record, "start"),
                    _local(record, "end"),
                    activity_type(str(record.get("sport_name", ""))),
                    intensity(score.get("average_heart_rate"), score.get("max_heart_rate")),
                    SOURCE,
                    {name: float(value) for name, value in measures.items() if value},
                )
            )

"""WHOOP: the app's export (cycles, sleeps, workouts, journal) and records of the developer API.

Times of the export are wall clock where its row's time zone holds. A cycle's sleep and recovery are of the
night that begins it and are labelled by its waking; its strain and energy are of the day after. A journal row
answers for the day before that night.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from functions.local.data.readers.activities import activity_type, intensity
from functions.local.data.readers.clocks import (
    find_order,
    minutes_of,
    read_instant,
    read_offset,
    read_wall_clock,
    wall_clock,
)
from functions.local.data.readers.files import File
from functions.local.data.readers.records import DAY_TIME, Entry, Export, Reading, Workout
from functions.local.data.readers.tables import (
    Row,
    Table,
    column,
    iterate,
    normalise,
    number,
    positive,
    read_table,
    truth,
)

SOURCE = "whoop"
CYCLES, SLEEPS, WORKOUTS, JOURNAL = "WHOOP cycles", "WHOOP sleeps", "WHOOP workouts", "WHOOP journal"
API_RECOVERY, API_SLEEP, API_CYCLE, API_WORKOUT = (
    f"WHOOP API {kind}" for kind in ("recoveries", "sleeps", "cycles", "workouts")
)
KILOJOULE_PER_KCAL = 4.184
STRAIN_LEVELS = ((18, "MAXIMUM"), (14, "HIGH"), (10, "MODERATE"))
"""WHOOP's own words for strain from so much on: all out, high, moderate."""

_NIGHT = (
    (("resting heart rate bpm", "resting heart rate"), "RESTING_HEART_RATE", "bpm"),
    (("heart rate variability ms", "heart rate variability"), "HEART_RATE_VARIABILITY_RMSSD", "ms"),
    (("recovery score %", "recovery score"), "RECOVERY_SCORE", "score"),
    (("skin temp celsius", "skin temp"), "SKIN_TEMPERATURE", "degC"),
    (("blood oxygen %", "blood oxygen"), "OXYGEN_SATURATION", "%"),
    (("respiratory rate rpm", "respiratory rate"), "RESPIRATORY_RATE", "breaths/min"),
)
_SLEEP = (
    (("asleep duration min", "asleep duration"), "SLEEP_DURATION", "min"),
    (("deep sws duration min", "deep sws duration"), "DEEP_SLEEP_DURATION", "min"),
    (("rem duration min", "rem duration"), "REM_SLEEP_DURATION", "min"),
    (("sleep efficiency %", "sleep efficiency"), "SLEEP_EFFICIENCY", "%"),
    (("sleep performance %", "sleep performance"), "SLEEP_SCORE", "score"),
)
QUESTIONS = (
    (r"alcohol", "alcohol"),
    (r"caffeine", "caffeine"),
    (r"food close to bed", "late_meal"),
    (r"added sugar", "added_sugar"),
    (r"hydrate", "hydrated"),
    (r"fruits", "fruit_and_vegetables"),
    (r"dairy", "dairy"),
    (r"processed foods", "no_processed_food"),
    (r"meat", "meat"),
    (r"snack", "snacks"),
    (r"ate breakfast", "breakfast"),
    (r"daylight hours", "meals_in_daylight"),
    (r"intermittent fasting", "intermittent_fasting"),
    (r"screen(ed)? device (while )?in bed", "screen_in_bed"),
    (r"read .*in bed", "reading_in_bed"),
    (r"stress", "stressed"),
    (r"sauna", "sauna"),
    (r"magnesium", "magnesium"),
    (r"creatine", "creatine"),
    (r"fish oil|omega", "fish_oil"),
    (r"vitamin d", "vitamin_d"),
    (r"melatonin", "melatonin"),
    (r"zone 2", "zone_2_cardio"),
)
"""Families of questions that are taken, by what the habit is called in the journal. No other is: the same
file holds answers about sex, drugs, illness and medication."""


def recognise(file: File) -> str | None:
    keys = file.keys
    if keys:
        return _recognise_api(keys)
    header = normalise(file.header)
    if "cycle start time" in header:
        for word, kind in (
            ("question text", JOURNAL),
            ("workout start time", WORKOUTS),
            ("nap", SLEEPS),
            ("resting heart rate", CYCLES),
        ):
            if word in header:
                return kind
    return None


def _recognise_api(keys: frozenset[str]) -> str | None:
    if "hrv_rmssd_milli" in keys:
        return API_RECOVERY
    if "total_slow_wave_sleep_time_milli" in keys:
        return API_SLEEP
    if {"strain", "kilojoule", "timezone_offset"} <= keys:
        return API_WORKOUT if keys & {"sport_id", "sport_name", "zone_duration"} else API_CYCLE
    return None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    """All of one person's WHOOP files together: the journal needs the cycles, recoveries need the sleeps."""
    app = [(kind, file) for kind, file in files if not kind.startswith("WHOOP API")]
    api = [(kind, file) for kind, file in files if kind.startswith("WHOOP API")]
    return [*_read_app(app), *_read_api(api)]


def _read_app(files: Sequence[tuple[str, File]]) -> list[Export]:
    tables = [(kind, read_table(file.read())) for kind, file in files]
    known = {order for _, table in tables if (order := _order_of(table)) is not None}
    waking: dict[str, date] = {}
    exports = []
    for kind, table in sorted(tables, key=lambda one: one[0] == JOURNAL):
        export = Export(kind)
        order = find_order(_times(table), known) if table.rows else "ymd"
        rows = list(iterate(table, export.left_out))
        for row in rows:
            if zone := row.get("cycle timezone", "").strip():
                export.utc_offsets[minutes_of(read_offset(zone))] += 1
        match kind:
            case "WHOOP cycles":
                waking |= _read_cycles(rows, order, export)
            case "WHOOP sleeps":
                _read_sleeps(rows, order, export, naps_only=any(one == CYCLES for one, _ in tables))
            case "WHOOP workouts":
                _read_workouts(rows, order, export)
            case _:
                _read_journal(rows, waking, export)
        exports.append(export)
    return exports


def _times(table: Table) -> list[str]:
    return [row[name] for row in table.rows for name in row if name.endswith((" time", " onset"))]


def _order_of(table: Table) -> str | None:
    """None where the dates of this table alone could be read in two ways."""
    try:
        return find_order(_times(table))
    except ValueError:
        return None


def _clock(row: Row, name: str, order: str) -> datetime | None:
    text = row.get(name, "").strip()
    return read_wall_clock(text, order) if text else None


def _read_cycles(rows: Iterable[Row], order: str, export: Export) -> dict[str, date]:
    """Cycle start, as written -> the day its night ended on."""
    waking: dict[str, date] = {}
    longest: dict[date, tuple[float, datetime, Row]] = {}
    for row in rows:
        woke = _clock(row, "wake onset", order)
        _read_strain(row, woke, order, export)
        if woke is None:
            export.left_out["cycles without a sleep"] += 1
            continue
        waking[row["cycle start time"].strip()] = woke.date()
        asleep = number(column(row, *_SLEEP[0][0])) or 0.0
        if woke.date() in longest:
            export.left_out["shorter sleeps of a day with a longer one"] += 1
        if asleep >= longest.get(woke.date(), (-1.0,))[0]:
            longest[woke.date()] = (asleep, woke, row)
    for _, woke, row in longest.values():
        for names, metric, unit in (*_NIGHT, *_SLEEP):
            export.night(metric, woke, positive(column(row, *names)), unit, SOURCE)
    return waking


def _read_strain(row: Row, woke: datetime | None, order: str, export: Export) -> None:
    """Of the waking day: the day of waking, or where the cycle did not begin with that sleep, of its
    middle."""
    begun, ended = _clock(row, "cycle start time", order), _clock(row, "cycle end time", order)
    if begun is None or ended is None:
        return
    onset = _clock(row, "sleep onset", order)
    begins_asleep = onset is not None and abs(onset - begun) < timedelta(hours=1)
    day = woke.date() if woke and begins_asleep else (begun + (ended - begun) / 2).date()
    export.total("STRAIN_SCORE", day, number(row.get("day strain")), "score", SOURCE)
    export.total("TOTAL_CALORIES", day, positive(row.get("energy burned cal")), "kcal", SOURCE)


def _read_sleeps(rows: Iterable[Row], order: str, export: Export, *, naps_only: bool) -> None:
    for row in rows:
        woke = _clock(row, "wake onset", order)
        nap = truth(row.get("nap")) is True
        if woke is None or (naps_only and not nap):
            continue
        for names, metric, unit in _SLEEP[:1] if nap else (_NIGHT[5], *_SLEEP):
            export.night(metric, woke, positive(column(row, *names)), unit, SOURCE)


def _read_workouts(rows: Iterable[Row], order: str, export: Export) -> None:
    for row in rows:
        begun, ended = _clock(row, "workout start time", order), _clock(row, "workout end time", order)
        if begun is None or ended is None or ended <= begun:
            export.left_out["workouts without an end"] += 1
            continue
        strain = number(row.get("activity strain")) or 0.0
        measures = {
            "caloriesBurned": positive(row.get("energy burned cal")),
            "averageHeartRate": positive(row.get("average hr bpm")),
            "maxHeartRate": positive(row.get("max hr bpm")),
            "distance": positive(row.get("distance meters")),
        }
        export.workouts.append(
            Workout(
                begun,
                ended,
                activity_type(row.get("activity name", "")),
                next((word for least, word in STRAIN_LEVELS if strain >= least), "LOW"),
                SOURCE,
                {name: value for name, value in measures.items() if value},
            )
        )


def _read_journal(rows: Iterable[Row], waking: dict[str, date], export: Export) -> None:
    for row in rows:
        question = re.sub(r"\s+", " ", row.get("question text", "")).strip().lower()
        habit = next((name for pattern, name in QUESTIONS if re.search(pattern, question)), None)
        answer = truth(row.get("answered yes"))
        if habit is None or answer is None:
            export.left_out["answers to questions that are not taken"] += 1
            continue
        woke = waking.get(row.get("cycle start time", "").strip())
        if woke is None:
            export.left_out["answers without their night"] += 1
            continue
        export.entries.append(Entry(woke - timedelta(days=1), habit, answer))


def _read_api(files: Sequence[tuple[str, File]]) -> list[Export]:
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


def _records(file: File) -> list[dict]:  # type: ignore[type-arg]
    document = json.loads(file.read())
    records = document.get("records", []) if isinstance(document, dict) else document
    return [record for record in records if isinstance(record, dict)]


def _local(record: dict, name: str) -> datetime:  # type: ignore[type-arg]
    return wall_clock(read_instant(record[name]), read_offset(record.get("timezone_offset") or "Z"))


def _read_record(kind: str, record: dict, ended: dict[str, datetime], export: Export) -> None:  # type: ignore[type-arg]
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

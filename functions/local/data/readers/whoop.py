"""WHOOP: the app's export of cycles, sleeps, workouts and the journal.

Times of the export are wall clock where its row's time zone holds. A cycle's sleep and recovery are of the
night that begins it and are labelled by its waking; its strain and energy are of the day after. A journal row
answers for the day before that night.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from functions.local.data.readers.activities import activity_type
from functions.local.data.readers.clocks import (
    find_order,
    minutes_of,
    read_offset,
    read_wall_clock,
)
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Entry, Export, Workout
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
AVOIDED = "no_processed_food"
_OPPOSITE = re.compile(r"\b(avoid|abstain|without|no|non|not|free|skip|decaf|quit|refrain|limit)")
_READ_IN_ORDER = (CYCLES, SLEEPS, WORKOUTS, JOURNAL)
"""The journal needs to know when its nights ended."""
QUESTIONS = (
    (r"alcohol", "alcohol"),
    (r"caffeine", "caffeine"),
    (r"food close to bed", "late_meal"),
    (r"added sugar", "added_sugar"),
    (r"hydrate", "hydrated"),
    (r"fruits", "fruit_and_vegetables"),
    (r"dairy", "dairy"),
    (r"avoid(ed)? .*processed food", AVOIDED),
    (r"(consumed?|eat|ate) (any )?(red )?meat", "meat"),
    (r"snack", "snacks"),
    (r"ate breakfast", "breakfast"),
    (r"daylight hours", "meals_in_daylight"),
    (r"intermittent fasting", "intermittent_fasting"),
    (r"screen(ed)? device (while )?in bed", "screen_in_bed"),
    (r"read .*in bed", "reading_in_bed"),
    (r"experienced? .*stress|(feel|felt|feeling) .*stress", "stressed"),
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


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    """All of one person's files together: the journal needs the cycles."""
    tables = [(kind, read_table(file.read())) for kind, file in files]
    known = {order for _, table in tables if (order := _order_of(table)) is not None}
    waking: dict[datetime, date] = {}
    exports = []
    for kind, table in sorted(tables, key=lambda one: _READ_IN_ORDER.index(one[0])):
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
                with_cycles = any(one == CYCLES for one, _ in tables)
                waking = _read_sleeps(rows, order, export, naps_only=with_cycles) | waking
            case "WHOOP workouts":
                _read_workouts(rows, order, export)
            case _:
                _read_journal(rows, order, waking, export)
        exports.append(export)
    return exports


def _minute(text: str, order: str) -> datetime | None:
    """Return a clock to the minute, all that a spreadsheet leaves of it."""
    at = read_wall_clock(text, order) if text.strip() else None
    return at.replace(second=0) if at else None


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


def _read_cycles(rows: Iterable[Row], order: str, export: Export) -> dict[datetime, date]:
    """Return the start of each cycle, to the minute, with the day its night ended on."""
    waking: dict[datetime, date] = {}
    longest: dict[date, tuple[float, datetime, Row]] = {}
    for row in rows:
        woke = _clock(row, "wake onset", order)
        _read_strain(row, woke, order, export)
        if woke is None:
            export.left_out["cycles without a sleep"] += 1
            continue
        if begun := _minute(row["cycle start time"], order):
            waking[begun] = woke.date()
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


def _read_sleeps(rows: Iterable[Row], order: str, export: Export, *, naps_only: bool) -> dict[datetime, date]:
    """Return the start of each cycle, to the minute, with the day its night ended on."""
    waking: dict[datetime, date] = {}
    for row in rows:
        woke = _clock(row, "wake onset", order)
        nap = truth(row.get("nap")) is True
        begun = _minute(row["cycle start time"], order)
        if woke and begun and not nap:
            waking[begun] = max(woke.date(), waking.get(begun, date.min))
        if woke is None or (naps_only and not nap):
            continue
        for names, metric, unit in _SLEEP[:1] if nap else (_NIGHT[5], *_SLEEP):
            export.night(metric, woke, positive(column(row, *names)), unit, SOURCE)
    return waking


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


def _read_journal(rows: Iterable[Row], order: str, waking: dict[datetime, date], export: Export) -> None:
    for row in rows:
        habit = _habit_of(re.sub(r"\s+", " ", row.get("question text", "")).strip().lower())
        answer = truth(row.get("answered yes"))
        if habit is None or answer is None:
            export.left_out["answers to questions that are not taken"] += 1
            continue
        begun = _minute(row.get("cycle start time", ""), order)
        woke = waking.get(begun) if begun else None
        if woke is None:
            export.left_out["answers without their night"] += 1
            continue
        export.entries.append(Entry(woke - timedelta(days=1), habit, answer))


def _habit_of(question: str) -> str | None:
    """Return None for what is not taken, such as a question that turns a habit into its opposite."""
    habit = next((name for pattern, name in QUESTIONS if re.search(pattern, question)), None)
    return (
        None if habit and habit != AVOIDED and _OPPOSITE.search(re.sub(r"\(.*?\)", "", question)) else habit
    )

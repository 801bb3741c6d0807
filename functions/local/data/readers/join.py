"""What several files say of one person, as rows of the backend's tables.

The same source, metric and instant told twice is one row, and the file that reaches further holds. Wall
clocks are those of the person's zone, so a night keeps its date wherever it was slept.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Floats,
    Instants,
    Meals,
    PersonRows,
    Profile,
    Readings,
    Workouts,
)
from functions.local.data.readers.records import DAY_TIME, NIGHT_TIME, Export, Meal, Reading
from model_export.data.rows import REQUIRED_NUTRIENTS

NIGHT_BEGINS_HOUR, NIGHT_ENDS_HOUR = 20, 12
MEAL_BEGINS = ((4, "breakfast"), (11, "lunch"), (15, "snack"), (17, "dinner"), (22, "snack"))


@dataclass(frozen=True)
class Joined:
    """`entries` are the journal: day and name -> value."""

    rows: PersonRows
    entries: Mapping[tuple[date, str], float | bool]
    days: Sequence[date]
    """Local days anything is said of, in order."""


@dataclass(frozen=True)
class ZoneChoice:
    name: str
    reason: str


def choose_zone(asked: str | None, known: str | None, exports: Sequence[Export]) -> ZoneChoice:
    """Where the person lives: as asked, as stored, as a file says, or by the offset it states most often."""
    if asked:
        return ZoneChoice(asked, "as asked")
    if known:
        return ZoneChoice(known, "as the person's profile says")
    zones = sum((export.zones for export in exports), start=type(exports[0].zones)()) if exports else {}
    if zones:
        return ZoneChoice(max(zones, key=lambda zone: zones[zone]), "as the file says")
    offsets = (
        sum((export.utc_offsets for export in exports), start=type(exports[0].utc_offsets)())
        if exports
        else {}
    )
    whole = {minutes: times for minutes, times in offsets.items() if minutes % 60 == 0}
    if whole:
        hours = max(whole, key=lambda minutes: whole[minutes]) // 60
        name = "UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"
        return ZoneChoice(
            name, "by the UTC offset the file states most often; --timezone tells summer time apart"
        )
    return ZoneChoice("UTC", "no file says where; --timezone sets it")


def join(exports: Sequence[Export], user_id: str, zone_name: str) -> Joined:
    zone = ZoneInfo(zone_name)
    # the file that reaches further is the newer one, and comes last
    ordered = sorted(exports, key=lambda export: max(export.days(), default=date.min))

    def place(at: datetime) -> datetime:
        return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)

    readings = {}
    for export in ordered:
        for reading in (*export.readings, *_summed(export, place), *_middles(export, place)):
            at = place(reading.at)
            readings[reading.metric, _utc(at), reading.source] = reading
        for reading in export.dated:
            at = datetime.combine(place(reading.at).date(), NIGHT_TIME, zone)
            readings[reading.metric, _utc(at), reading.source] = reading
    entries = _join_entries(ordered, place)
    weights = {day: kg for export in ordered for day, kg in export.weights_kg.items()}
    weights |= {
        place(at).date(): kg for export in ordered for at, kg in sorted(export.instant_weights.items())
    }
    profile = Profile(user_id, zone_name, weight_kg=weights[max(weights)] if weights else None)
    rows = PersonRows(
        profile,
        _meals(_of_the_newest(ordered, place), place),
        Readings(
            at=_instants([at for _, at, _ in readings]),
            metric=[metric for metric, _, _ in readings],
            value=np.array([reading.value for reading in readings.values()], float),
            unit=[reading.unit for reading in readings.values()],
            source=[source for _, _, source in readings],
        ),
        _workouts(ordered, place),
    )
    days = {day for export in ordered for day in export.days()} | {day for day, _ in entries}
    return Joined(rows, entries, sorted(days))


def _utc(at: datetime) -> datetime:
    moment = at.astimezone(UTC).replace(tzinfo=None)
    # exactly 00:00 UTC would be read as a date stamp, which labels the UTC date
    return moment + timedelta(seconds=moment.time() == datetime.min.time())


def _instants(instants: Sequence[datetime]) -> Instants:
    return np.array(instants, "datetime64[ms]")


def _summed(export: Export, place: Callable[[datetime], datetime]) -> list[Reading]:
    """Return parts of days as whole days; of devices that count the same at once, the one that counted
    most.
    """
    totals: dict[tuple[str, date, str, str], float] = defaultdict(float)
    for (metric, at, unit, source), amount in export.parts.items():
        day = place(at).date() if isinstance(at, datetime) else at
        totals[metric, day, unit, source] += amount
    for (metric, _, unit, source), points in export.rivals.items():
        sums: dict[date, float] = defaultdict(float)
        for at, amount in points:
            sums[place(at).date()] += amount
        for day, amount in sums.items():
            totals[metric, day, unit, source] = max(totals[metric, day, unit, source], amount)
    return [
        Reading(metric, datetime.combine(day, DAY_TIME), amount, unit, source)
        for (metric, day, unit, source), amount in totals.items()
    ]


def _middles(export: Export, place: Callable[[datetime], datetime]) -> list[Reading]:
    """Return the middle value of each night's many; what was measured by day is of none."""
    found: dict[tuple[str, date, str, str], list[float]] = defaultdict(list)
    for reading in export.in_night:
        at = place(reading.at)
        if at.hour >= NIGHT_BEGINS_HOUR or at.hour < NIGHT_ENDS_HOUR:
            woke = (at + timedelta(hours=24 - NIGHT_BEGINS_HOUR)).date()
            found[reading.metric, woke, reading.unit, reading.source].append(reading.value)
    return [
        Reading(metric, datetime.combine(woke, NIGHT_TIME), statistics.median(values), unit, source)
        for (metric, woke, unit, source), values in found.items()
    ]


def _join_entries(
    exports: Sequence[Export], place: Callable[[datetime], datetime]
) -> dict[tuple[date, str], float | bool]:
    entries: dict[tuple[date, str], float | bool] = {}
    for export in exports:
        amounts: dict[tuple[date, str], float] = defaultdict(float)
        for at, entry in export.instant_entries:
            amounts[place(at).date(), entry.name] += float(entry.value)
        entries |= amounts
        entries |= {(entry.day, entry.name): entry.value for entry in export.entries}
    return entries


def _of_the_newest(exports: Sequence[Export], place: Callable[[datetime], datetime]) -> list[Meal]:
    """Return the food of each day as the last of several exports of one kind tells it."""
    held: dict[tuple[str, date], list[Meal]] = {}
    for export in exports:
        told: dict[tuple[str, date], list[Meal]] = defaultdict(list)
        for meal in export.meals:
            told[export.kind, place(meal.at).date()].append(meal)
        held |= told
    return [meal for meals in held.values() for meal in meals]


def _meals(meals: Sequence[Meal], place: Callable[[datetime], datetime]) -> Meals:
    required = [NUTRIENTS.index(nutrient) for nutrient in REQUIRED_NUTRIENTS]
    at, names, kinds, nutrients = [], [], [], list[Floats]()
    for meal in meals:
        local = place(meal.at)
        row = np.array([meal.nutrients.get(nutrient, np.nan) for nutrient in NUTRIENTS])
        row[required] = np.nan_to_num(row[required])
        at.append(_utc(local))
        names.append(meal.name)
        kinds.append(meal.kind or _meal_kind(local.hour))
        nutrients.append(row)
    table = np.array(nutrients) if nutrients else np.empty((0, len(NUTRIENTS)))
    return Meals(_instants(at), names, kinds, table)


def _meal_kind(hour: int) -> str:
    return next((kind for begins, kind in reversed(MEAL_BEGINS) if hour >= begins), "snack")


def _workouts(exports: Sequence[Export], place: Callable[[datetime], datetime]) -> Workouts:
    found: dict[tuple[datetime, str], Any] = {}
    for export in exports:
        for workout in export.workouts:
            found[_utc(place(workout.started_at)), workout.source] = workout
    ends = [_utc(place(workout.ended_at)) for workout in found.values()]
    measures = np.full((len(found), len(WORKOUT_MEASURES)), np.nan)
    for i, ((begun, _), workout) in enumerate(found.items()):
        minutes = (ends[i] - begun).total_seconds() / 60
        told = {**workout.measures, "duration": max(round(minutes), 1)}
        measures[i] = [told.get(name, np.nan) for name in WORKOUT_MEASURES]
    return Workouts(
        started_at=_instants([begun for begun, _ in found]),
        ended_at=_instants(ends),
        kind=[workout.kind for workout in found.values()],
        intensity=[workout.intensity for workout in found.values()],
        source=[source for _, source in found],
        measures=measures,
    )

"""Workouts to daily training. Zero only where there is evidence of rest, else unknown.

- A day without a session is zero where a device counted the day and the person has had a session recorded
  in the `TRAILING_DAYS` up to it: of somebody whose workouts never arrive, nothing is known.
- A session belongs to the local day it started on, also when it ends after midnight.
- Its minutes are the `duration` column, but never more than passed between start and end; where the end is
  missing, before the start or over a day away, `duration` alone. One over a day is taken for seconds. Where
  nothing gives up to a day, the row is dropped.
- Two sessions that overlap by more than half of the shorter one are one session recorded twice, whatever
  their sources. The one that started first stays (at equal starts by the order of `sources`), so that a row
  from the future never replaces one of the past.
- Energy is known on days where every session's is; distance is that of the sessions that have one (lifting
  has none). What would be under 5 m a minute of running, walking or cycling is in km.
- Load is minutes x 1 (LOW) .. 4 (MAXIMUM). An intensity we do not know makes the day's load and hard
  minutes unknown.
"""

import numpy as np

from common.compute.series.rows import WORKOUT_MEASURES, Floats, Instants, Workouts
from common.compute.series.sources import source_key, source_order
from common.compute.series.trailing import trailing_sum
from common.compute.series.window import TRAILING_DAYS, Account, Indices, Mask, Window, encode

INTENSITY = {"LOW": 1.0, "MODERATE": 2.0, "HIGH": 3.0, "MAXIMUM": 4.0}
HARD_FROM = INTENSITY["HIGH"]
EVENING_FROM_HOUR = 18
SAME_SESSION_SHARE = 0.5
LONGEST_MINUTES = 1_440.0
SECONDS_TOLERANCE = 0.05
LEAST_METRES_A_MINUTE = 5.0

_MINUTE_MS = 60_000
_MEASURE = {name: i for i, name in enumerate(WORKOUT_MEASURES)}
_MOVING = frozenset({"RUNNING", "CYCLING", "WALKING", "HIKING"})
_MOST_KCAL, _MOST_METRES = 10_000, 300_000


def daily_workouts(workouts: Workouts, observed: Mask, window: Window, account: Account) -> dict[str, Floats]:
    """(n,) for each workout channel; `observed` (n,) marks days on which some device counted the day."""
    start = workouts.started_at.astype("datetime64[ms]")
    rows = window.near(start, account)
    days, hour = window.places.local_days(start[rows])
    day = np.where(start[rows] < window.cut_off, window.positions(days), -1)
    rows, day, hour = rows[day >= 0], day[day >= 0], hour[day >= 0]
    minutes = _minutes(workouts, rows, day, account)
    account.drop("workout_duration", day[np.isnan(minutes)])
    timed = ~np.isnan(minutes)
    rows, day, hour, minutes = rows[timed], day[timed], hour[timed], minutes[timed]
    once = _first_of_each(start[rows], minutes, [workouts.source[i] for i in rows.tolist()])
    account.drop("duplicate_workout", np.delete(day, once))
    rows, day, hour, minutes = rows[once], day[once], hour[once], minutes[once]

    n = window.length
    trained = np.bincount(day, minlength=n) > 0
    logs_workouts = trailing_sum(trained.astype(np.float64), TRAILING_DAYS) > 0
    known = trained | (observed & logs_workouts)

    def add_up(amounts: Floats) -> Floats:
        return np.where(known, np.bincount(day, amounts, minlength=n), np.nan)

    intensity = np.array([INTENSITY.get(workouts.intensity[i].upper(), np.nan) for i in rows.tolist()])
    hard = np.where(np.isnan(intensity), np.nan, minutes * (intensity >= HARD_FROM))
    end_hour = hour + minutes / 60
    last_hard = np.full(n, -np.inf)
    np.maximum.at(last_hard, day[hard > 0], end_hour[hard > 0])
    measures = workouts.measures[rows]
    metres = _measured(measures, "distance", _MOST_METRES, day, account)
    moving = np.array([workouts.kind[i].upper() in _MOVING for i in rows.tolist()], bool)
    in_km = moving & (metres > 0) & (metres < LEAST_METRES_A_MINUTE * minutes)
    account.correct("workout_km", day[in_km])
    metres = np.where(in_km, metres * 1_000, metres)
    unmeasured = trained & (np.bincount(day[~np.isnan(metres)], minlength=n) == 0)
    return {
        "workout_minutes": add_up(minutes),
        "hard_minutes": add_up(hard),
        "training_load": add_up(minutes * intensity),
        "evening_workout_minutes": add_up(
            np.maximum(0.0, end_hour - np.maximum(hour, EVENING_FROM_HOUR)) * 60
        ),
        "last_hard_end_hour": np.where(np.isinf(last_hard), np.nan, last_hard),
        "workout_kcal": add_up(_measured(measures, "caloriesBurned", _MOST_KCAL, day, account)),
        "workout_distance_m": np.where(unmeasured, np.nan, add_up(np.nan_to_num(metres))),
    }


def _minutes(workouts: Workouts, rows: Indices, day: Indices, account: Account) -> Floats:
    """Return minutes of each session, NaN where nothing believable is said."""
    started, ended = (
        column[rows].astype("datetime64[ms]") for column in (workouts.started_at, workouts.ended_at)
    )
    elapsed = np.where(np.isnat(ended), np.nan, (ended - started).astype(np.int64) / _MINUTE_MS)
    elapsed = np.where((elapsed > 0) & (elapsed <= LONGEST_MINUTES), elapsed, np.nan)
    duration = workouts.measures[rows, _MEASURE["duration"]]
    in_seconds = duration > LONGEST_MINUTES
    in_seconds |= np.abs(duration / 60 - elapsed) <= SECONDS_TOLERANCE * elapsed
    account.correct("workout_seconds", day[in_seconds & (duration <= 60 * LONGEST_MINUTES)])
    duration = np.where(in_seconds, duration / 60, duration)
    duration = np.where((duration > 0) & (duration <= LONGEST_MINUTES), duration, np.nan)
    return np.fmin(duration, elapsed)


def _first_of_each(started: Instants, minutes: Floats, sources: list[str]) -> Indices:
    """Return positions of the sessions to keep, in order of start."""
    source, keys = encode(sources, source_key)
    place = np.argsort(sorted(range(len(keys)), key=lambda code: source_order(keys[code])))
    start, length = (started.astype(np.int64) / _MINUTE_MS).tolist(), minutes.tolist()
    kept: list[int] = []
    running: list[int] = []
    for i in np.lexsort((-minutes, place[source], started)).tolist():
        begin, minutes_long = start[i], length[i]
        running = [j for j in running if start[j] + length[j] > begin]
        overlaps = (
            (min(begin + minutes_long, start[j] + length[j]) - begin) / min(minutes_long, length[j])
            for j in running
        )
        if not any(share > SAME_SESSION_SHARE for share in overlaps):
            kept.append(i)
            running.append(i)
    return np.array(kept, np.int64)


def _measured(measures: Floats, name: str, most: float, day: Indices, account: Account) -> Floats:
    column = measures[:, _MEASURE[name]]
    possible = (column >= 0) & (column <= most)
    account.drop(f"workout_{name}_out_of_bounds", day[~possible & ~np.isnan(column)])
    return np.where(possible, column, np.nan)

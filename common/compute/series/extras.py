"""Rows of the backend's optional tables as days: water, weight, glucose, supplements, the work schedule.

Nothing logged is unknown, never zero. A day's glucose counts where 70% of its half hours were measured. The
share, the range of 70-180 mg/dl and the variability: Battelino et al. 2019, Diabetes Care 42:1593.

Water of up to 5 "ml" at a time is in litres. A weight a sixth above or below what the four weeks before say
is not the person's: somebody else stood on the scale, or it was set to pounds.
"""

import re
from dataclasses import dataclass, field, replace

import numpy as np

from common.compute.journal import HABIT_PREFIX
from common.compute.series.reading_rows import medians
from common.compute.series.rows import Extras, Floats, Profile
from common.compute.series.trailing import previous_median
from common.compute.series.window import Account, Indices, Window

HALF_HOURS_MIN = 34
WEIGHTS_FOR_USUAL, WEIGHT_DAYS_MAX = 7, 28
WEIGHTS_TO_COMPARE, OWN_WEIGHT_SHARE = 5, 1 / 6
MOST_LITRES = 5.0
OF_THE_PROFILE = frozenset({"work_schedule", "primary_goal"})
"""Kinds that are said once, of no moment."""
SCHEDULES = frozenset({"regular", "shift", "irregular"})
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class DailyExtras:
    channels: dict[str, Floats] = field(default_factory=dict)
    """(n,) of each channel that has rows."""
    supplements: dict[str, Floats] = field(default_factory=dict)
    """(n,) 1 taken, 0 skipped, NaN neither, by the name of an own habit."""


def daily_extras(extras: Extras, window: Window, account: Account) -> DailyExtras:
    timed = np.array([kind not in OF_THE_PROFILE for kind in extras.kind], bool)
    if not timed.any():
        return DailyExtras()
    at, kind = extras.at[timed], np.array(extras.kind)[timed]
    name, value = np.array(extras.name, object)[timed], extras.value[timed]
    near = window.near(at, account)
    near = near[at[near] < window.cut_off]
    position = window.positions(window.places.local_days(at[near])[0])
    rows, day = near[position >= 0], position[position >= 0]
    kind, name, value = kind[rows], name[rows], value[rows]

    def days_of(wanted: str) -> tuple[Indices, Floats]:
        chosen = kind == wanted
        return day[chosen], value[chosen]

    drunk_on, water = days_of("water_ml")
    in_litres = (water > 0) & (water <= MOST_LITRES)
    account.correct("water_litres", drunk_on[in_litres])
    weight = _medians(*days_of("weight_kg"), window.length)
    usual = previous_median(weight, WEIGHT_DAYS_MAX, WEIGHTS_TO_COMPARE)
    another = np.abs(weight - usual) > OWN_WEIGHT_SHARE * usual
    account.drop("weight_of_another", np.flatnonzero(another))
    channels = {
        "water_ml": _sums(drunk_on, np.where(in_litres, water * 1_000, water), window.length),
        "weight_kg": np.where(another, np.nan, weight),
    }
    if (kind == "glucose_n").any():
        channels |= _glucose({part: days_of(f"glucose_{part}") for part in _GLUCOSE}, window.length)
    taken = kind == "supplement"
    return DailyExtras(channels, _supplements(name[taken].tolist(), *days_of("supplement"), window.length))


def with_extras(profile: Profile, extras: Extras, weight_kg: Floats) -> Profile:
    """Return the profile with the usual weight of late, (n,) `weight_kg` by day, the work schedule, and what
    they are after.
    """
    known = weight_kg[-WEIGHT_DAYS_MAX:]
    known = known[np.isfinite(known)][-WEIGHTS_FOR_USUAL:]
    said = {kind: n for kind, n in zip(extras.kind, extras.name, strict=True) if kind in OF_THE_PROFILE}
    schedule = said.get("work_schedule")
    return replace(
        profile,
        weight_kg=float(np.median(known)) if known.size else profile.weight_kg,
        work_schedule=schedule if schedule in SCHEDULES else None,
        primary_goal=said.get("primary_goal"),
    )


_GLUCOSE = ("n", "sum", "squares", "within")


def _glucose(parts: dict[str, tuple[Indices, Floats]], length: int) -> dict[str, Floats]:
    half_hours = np.bincount(parts["n"][0], minlength=length)
    count, total, squares, within = (_sums(*parts[part], length) for part in _GLUCOSE)
    count = np.where(half_hours >= HALF_HOURS_MIN, count, np.nan)
    mean = total / count
    spread = np.sqrt(np.maximum(squares / count - mean**2, 0))
    return {
        "glucose_mean_mg_dl": mean,
        "glucose_in_range_pct": 100 * within / count,
        "glucose_cv_pct": 100 * spread / mean,
    }


def _supplements(names: list[str], day: Indices, taken: Floats, length: int) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for name, at, value in zip(names, day.tolist(), taken.tolist(), strict=True):
        word = _BETWEEN_WORDS.sub("_", name.lower()).strip("_")[:40].strip("_")
        if word:
            daily = found.setdefault(f"{HABIT_PREFIX}{word}", np.full(length, np.nan))
            daily[at] = np.fmax(daily[at], value)
    return found


def _sums(day: Indices, values: Floats, length: int) -> Floats:
    """(length,) sums; NaN where nothing is known."""
    known = np.isfinite(values)
    sums = np.bincount(day[known], values[known], minlength=length).astype(np.float64)
    sums[np.bincount(day[known], minlength=length) == 0] = np.nan
    return sums


def _medians(day: Indices, values: Floats, length: int) -> Floats:
    known = np.isfinite(values)
    order = np.argsort(day[known], kind="stable")
    sorted_day = day[known][order]
    starts = np.flatnonzero(np.diff(sorted_day, prepend=-1))
    daily = np.full(length, np.nan)
    daily[sorted_day[starts]] = medians(values[known][order], starts)
    return daily

"""What wearables would have written of a synthetic person: habits of devices, duplicates, glitches, gaps."""

import numpy as np

from common.compute.series.rows import Floats, Instants, Readings
from functions.local.data.cohort.days import Days
from functions.local.data.cohort.draws import Chance, Flags, uniform
from functions.local.data.cohort.people import DemoPerson, Device

_DAY_END_HOUR = 23.9
_BLOCK_DAYS = 30
_KJ_PER_KCAL = 4.184
_SECOND = np.timedelta64(1, "s")

Quantities = dict[str, tuple[str, Floats]]
"""Enum name -> (unit, one value a day)."""


def at_local(midnights: Instants, hours: Floats) -> Instants:
    """Return the instants so many hours after each; meaningless where `hours` is NaN."""
    seconds = np.nan_to_num(hours * 3600).round().astype(np.int64)
    return midnights + seconds * _SECOND


def away(days: Instants) -> Flags:
    """Return the second third of every other block: ten days without logging or wearing anything."""
    number = days.astype(np.int64)
    return np.asarray((number // _BLOCK_DAYS % 2 == 0) & (number % _BLOCK_DAYS // 10 == 1))


def measure(person: DemoPerson, days: Days, midnights: Instants, chance: Chance) -> Readings:
    """All devices' rows."""
    parts = [_read_device(person, device, days, midnights, chance) for device in person.devices]
    return Readings(
        np.concatenate([p.at for p in parts]),
        [m for p in parts for m in p.metric],
        np.concatenate([p.value for p in parts]),
        [u for p in parts for u in p.unit],
        [s for p in parts for s in p.source],
    )


def _read_device(
    person: DemoPerson, device: Device, days: Days, midnights: Instants, chance: Chance
) -> Readings:
    woke = at_local(midnights, days.nights.wake_hour)
    ended = at_local(midnights, np.full(len(midnights), _DAY_END_HOUR))
    if device.date_stamped:
        woke = ended = days.days.astype("datetime64[ms]")
    worn = _worn(person, device, chance)
    resynced = worn & chance.happens("resync", 0.15 if person.resyncs else 0)

    at: list[Instants] = []
    metric: list[str] = []
    value: list[Floats] = []
    unit: list[str] = []
    for when, quantities in (
        (woke, _night_quantities(person, device, days, chance)),
        (ended, _day_quantities(person, device, days, chance)),
    ):
        # a resync writes the same value again, a second later
        for instants, seen in ((when, worn), (when + _SECOND, resynced)):
            for name, (units, values) in quantities.items():
                at.append(instants[seen])
                metric += [name] * int(seen.sum())
                value.append(values[seen].round(2))
                unit += [units] * int(seen.sum())
    return Readings(np.concatenate(at), metric, np.concatenate(value), unit, [device.source] * len(metric))


def _worn(person: DemoPerson, device: Device, chance: Chance) -> Flags:
    blocks = (chance.days.astype(np.int64) // _BLOCK_DAYS).astype("datetime64[D]")
    in_use = uniform(f"{chance.stream}/{device.source} in use", blocks) < device.worn
    worn = in_use & ~chance.happens(f"{device.source} off", 0.04)
    return worn & ~away(chance.days) if person.gaps else worn


def _night_quantities(person: DemoPerson, device: Device, days: Days, chance: Chance) -> Quantities:
    slept = days.nights
    rhr = (slept.rhr_bpm + device.rhr_offset_bpm).round()
    hrv = slept.hrv_rmssd_ms * device.hrv_factor
    breaths = 14.5 + chance.drawn("breaths") + 0.1 * (rhr - person.rhr_bpm)
    if person.glitches:
        hrv = np.where(chance.happens("255 ms", 0.03), 255.0, hrv)
        hrv = np.where(chance.happens("NaN", 0.02), np.nan, hrv)
        rhr = np.where(chance.happens("0 bpm", 0.02), 0.0, rhr)

    night = {
        "RESTING_HEART_RATE": ("bpm", rhr),
        f"HEART_RATE_VARIABILITY_{device.hrv}": ("ms", hrv),
        "RESPIRATORY_RATE": ("breaths/min", breaths),
    }
    if device.stages:
        night["SLEEP_DURATION"] = ("min", slept.sleep_minutes)
        night["DEEP_SLEEP_DURATION"] = ("min", slept.deep_minutes)
        night["REM_SLEEP_DURATION"] = ("min", slept.rem_minutes)
        night["SLEEP_EFFICIENCY"] = ("%", 85 + 6 * chance.drawn("efficiency"))
    else:
        night["SLEEP_DURATION"] = ("hours", slept.sleep_minutes / 60)
    if device.score:
        better = (slept.hrv_rmssd_ms / person.hrv_ms - 1) * 60 + (slept.sleep_minutes - 430) / 8
        night[device.score] = ("score", np.clip(72 + better, 1, 99).round())
    return night


def _day_quantities(person: DemoPerson, device: Device, days: Days, chance: Chance) -> Quantities:
    did = days.behaviour
    active_kcal = did.steps * 0.04 + did.workout_minutes * 9
    total_kcal = person.energy_kcal * 0.75 + active_kcal
    if person.glitches:
        total_kcal = np.where(chance.happens("kJ", 0.05), total_kcal * _KJ_PER_KCAL, total_kcal)
    day = {
        "STEPS": ("steps", did.steps),
        "ACTIVE_CALORIES": ("kcal", active_kcal.round()),
        "TOTAL_CALORIES": ("kcal", total_kcal.round()),
        "EXERCISE_MINUTES": ("min", (did.workout_minutes + did.steps / 600).round()),
    }
    if device.strain:
        effort = did.workout_minutes * np.where(did.hard, 0.18, 0.09) + did.steps / 2500
        day["STRAIN_SCORE"] = ("score", np.clip(effort, 0, 21))
    return day

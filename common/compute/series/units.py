"""Units of readings: the stated unit is believed only if the value it gives is physiologically possible.

For each value, in order:
1. The stated unit, where the channel knows it (no unit, or an unknown one, states the channel's own).
2. The channel's own unit, if the stated one made the value too large: "420 hours" of sleep are minutes.
   Never if it made the value too small: 45 seconds of sleep are a fragment, not 45 minutes.
3. A unit of the channel in whose `surely` range the raw value lies: 0.97 "%" is a fraction. Ranges marked
   `unless_stated` speak only where no known unit was stated: 7.5 is hours of sleep, 7.5 "min" is not. Else
   the value is dropped. Active energy in kJ but labelled kcal looks like an ordinary value and cannot be
   told; total energy can, because nobody burns 9,000 kcal a day.
"""

from dataclasses import dataclass

import numpy as np

from common.compute.measures import Reading
from common.compute.series.channels import Channel
from common.compute.series.rows import Floats
from common.compute.series.window import Mask

KJ_PER_KCAL = 4.184
LEAST_FRAGMENT_MINUTES = 1.0
"""A piece of sleep may be short where its unit is stated; without, 7.5 are hours."""
_MG_DL_PER_MMOL_L = 18.016
_KG_PER_LB = 0.45359237
_MMHG_PER_KPA = 7.50062


@dataclass(frozen=True, slots=True)
class Unit:
    """value in the channel's unit = raw * scale + shift."""

    texts: tuple[str, ...]
    scale: float
    shift: float = 0.0
    surely: tuple[float, float] | None = None
    """Raw values that can be nothing but this unit."""
    unless_stated: bool = False
    though_possible: bool = False
    """Also where the value would be possible as stated: nobody's score is 0.66 of 100."""


def _duration(per_minute: float) -> tuple[Unit, ...]:
    """Return units of time for a channel of which a minute is `per_minute`."""
    return (
        Unit(("min", "mins", "minute", "minutes"), per_minute),
        Unit(("h", "hr", "hrs", "hour", "hours"), per_minute * 60),
        Unit(("s", "sec", "secs", "second", "seconds"), per_minute / 60),
        Unit(("ms", "msec", "millisecond", "milliseconds"), per_minute / 60_000),
    )


_SHARE_OF_UNKNOWN = Unit(("%", "percent", "pct"), np.nan)
_SLEEP = (
    *_duration(per_minute=1),
    _SHARE_OF_UNKNOWN,
    Unit((), 60, surely=(2, 16), unless_stated=True),
    Unit((), 1 / 60, surely=(7_200, 64_800)),
)
_INTERVAL = (
    Unit(("s", "sec", "secs", "second", "seconds"), 1_000, surely=(0.003, 0.25)),
    Unit(("us", "microsecond", "microseconds"), 0.001),
)
_SHARE = Unit(("fraction", "ratio"), 100, surely=(0.02, 1))
_SCORE_SHARE = Unit(("fraction", "ratio"), 100, surely=(0.02, 0.995), though_possible=True)
_PER_SECOND = Unit(("hz", "count/s", "1/s"), 60)
_MASS = (
    Unit(("lb", "lbs", "pound", "pounds"), _KG_PER_LB, surely=(150.5, 330)),
    Unit(("g", "gram", "grams"), 0.001, surely=(500, 150_000)),
    _SHARE_OF_UNKNOWN,
)
_PRESSURE = (Unit(("kpa",), _MMHG_PER_KPA), Unit(("cmhg",), 10))
_KJ_TEXTS = ("kj", "kilojoule", "kilojoules")

UNITS: dict[str, tuple[Unit, ...]] = {
    "sleep_minutes": _SLEEP,
    "deep_minutes": (*_duration(per_minute=1), _SHARE_OF_UNKNOWN),
    "rem_minutes": (*_duration(per_minute=1), _SHARE_OF_UNKNOWN),
    "exercise_minutes": _duration(per_minute=1),
    "standing_hours": (*_duration(per_minute=1 / 60), Unit((), 1 / 60, surely=(30, 1_440))),
    "hrv_rmssd_ms": _INTERVAL,
    "hrv_sdnn_ms": _INTERVAL,
    "rhr_bpm": (_PER_SECOND,),
    "respiratory_rate_brpm": (_PER_SECOND,),
    "active_kcal": (Unit(_KJ_TEXTS, 1 / KJ_PER_KCAL), Unit(("j",), 0.001 / KJ_PER_KCAL)),
    "total_kcal": (
        Unit(_KJ_TEXTS, 1 / KJ_PER_KCAL, surely=(9_000.5, 37_000)),
        Unit(("j",), 0.001 / KJ_PER_KCAL),
    ),
    "oxygen_saturation_pct": (_SHARE,),
    "sleep_efficiency_pct": (_SHARE,),
    "body_fat_pct": (_SHARE,),
    "water_pct": (_SHARE,),
    **dict.fromkeys(("sleep_score", "recovery_score", "readiness_score", "stress_level"), (_SCORE_SHARE,)),
    "skin_temperature_c": (
        Unit(("f", "fahrenheit", "degf"), 5 / 9, -160 / 9, surely=(60, 110)),
        Unit(("k", "kelvin", "degk"), 1, -273.15, surely=(263, 316)),
    ),
    "blood_glucose_mg_dl": (
        Unit(("mmol/l", "mmoll", "mmol"), _MG_DL_PER_MMOL_L, surely=(1.2, 19.9)),
        Unit(("g/l",), 100, surely=(0.3, 1.1)),
    ),
    "steps": (Unit(("m", "km", "mi", "miles", "meters", "metres"), np.nan),),
    "blood_pressure_systolic_mmhg": _PRESSURE,
    "blood_pressure_diastolic_mmhg": _PRESSURE,
    "muscle_mass_kg": _MASS,
    "bone_mass_kg": _MASS,
}


def row_bounds(channel: Channel) -> tuple[float, float]:
    """Return bounds of a single row: part of a day's count may be small though the whole day is not."""
    return (0.0 if channel.reading is Reading.TOTAL else channel.low), channel.high


def unit_key(text: str) -> str:
    """How units are compared: "Beats / Min." and "beats/min" are one."""
    return "".join(text.casefold().split()).replace("°", "").replace(".", "").replace("deg_", "")


def in_own_unit(channel: Channel, raw: Floats, unit: str) -> tuple[Floats, Mask]:
    """Return values of rows that share channel and `unit_key` in the channel's unit, NaN where impossible.

    The mask marks values for which the stated unit was not believed.
    """
    low, high = row_bounds(channel)
    units = UNITS.get(channel.name, ())
    stated = next((known for known in units if unit in known.texts), None)
    values = _converted(raw, stated) if stated else raw.copy()
    if stated and channel.name == "sleep_minutes":
        low = LEAST_FRAGMENT_MINUTES
    possible = (values >= low) & (values <= high)
    for other in units:
        if other.though_possible and other.surely and stated is not other:
            possible &= ~((raw >= other.surely[0]) & (raw <= other.surely[1]))
    if possible.all():
        return values, np.zeros(raw.shape, bool)
    refused = stated is not None and np.isnan(stated.scale)
    believed = possible.copy()
    if stated and not refused:
        own = (values > high) & (raw >= low) & (raw <= high)
        values[own] = raw[own]
        possible |= own
    for other in () if refused else units:
        if other.surely is None or (other.unless_stated and (stated or unit == unit_key(channel.unit))):
            continue
        converted = _converted(raw, other)
        sure = ~possible & (raw >= other.surely[0]) & (raw <= other.surely[1])
        sure &= (converted >= low) & (converted <= high)
        values[sure] = converted[sure]
        possible |= sure
    return np.where(possible, values, np.nan), possible & ~believed


def _converted(raw: Floats, unit: Unit) -> Floats:
    with np.errstate(over="ignore"):  # a glitch may overflow; infinity is out of bounds
        return raw * unit.scale + unit.shift

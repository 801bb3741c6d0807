"""The daily quantities a `DailySeries` carries: name, unit and origin. Those of devices are the register's.

A channel is one number per local day. `series` fills channels from rows; `features` reads nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from common.compute.journal import VOCABULARY
from common.compute.measures import REGISTER, Measure, Reading, Taken
from common.compute.series.rows import NUTRIENTS


class Origin(StrEnum):
    NUTRITION = "nutrition"  # sums over the day's meals; NaN on a day without one
    TIMING = "timing"  # when the day's meals were
    ACTIVITY = "activity"  # workouts and movement of the day
    NIGHT = "night"  # the night that ended on the morning of the day
    BODY = "body"  # measured at some moment of the day
    JOURNAL = "journal"  # said by the person of the day


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    unit: str
    origin: Origin
    low: float = -np.inf
    high: float = np.inf
    """Physiological bounds, both included; a value outside is dropped and counted."""
    metric: str | None = None
    """The "HealthMetricType" it comes from, for channels read from "HealthMetric"."""
    reading: Reading = Reading.SAMPLE

    @property
    def known_at_wake(self) -> bool:
        """True where the day's value is complete in the morning of that day."""
        return self.origin is Origin.NIGHT


_NUTRIENT_CHANNELS = {
    "calories": ("energy_kcal", "kcal", 15_000), "protein": ("protein_g", "g", 1_000),
    "carbs": ("carbs_g", "g", 2_000), "fat": ("fat_g", "g", 1_000),
    "fiber": ("fiber_g", "g", 300), "sugar": ("sugar_g", "g", 1_500),
    "saturatedFat": ("saturated_fat_g", "g", 500), "transFat": ("trans_fat_g", "g", 200),
    "cholesterol": ("cholesterol_mg", "mg", 10_000), "sodium": ("sodium_mg", "mg", 50_000),
    "potassium": ("potassium_mg", "mg", 50_000), "calcium": ("calcium_mg", "mg", 20_000),
    "iron": ("iron_mg", "mg", 1_000), "magnesium": ("magnesium_mg", "mg", 10_000),
    "zinc": ("zinc_mg", "mg", 1_000), "phosphorus": ("phosphorus_mg", "mg", 20_000),
    "vitaminA": ("vitamin_a", "as logged", 1e6), "vitaminC": ("vitamin_c", "as logged", 1e6),
    "vitaminD": ("vitamin_d", "as logged", 1e6), "vitaminE": ("vitamin_e", "as logged", 1e6),
    "vitaminK": ("vitamin_k", "as logged", 1e6), "vitaminB6": ("vitamin_b6", "as logged", 1e6),
    "vitaminB12": ("vitamin_b12", "as logged", 1e6), "folate": ("folate", "as logged", 1e6),
    "thiamin": ("thiamin", "as logged", 1e6), "riboflavin": ("riboflavin", "as logged", 1e6),
    "niacin": ("niacin", "as logged", 1e6),
}  # fmt: skip

_N, _T, _A = Origin.NUTRITION, Origin.TIMING, Origin.ACTIVITY
_ORIGIN_OF = {Taken.DAY: Origin.ACTIVITY, Taken.NIGHT: Origin.NIGHT, Taken.MOMENT: Origin.BODY}


def _of_device(measure: Measure) -> Channel:
    return Channel(
        measure.channel,
        measure.unit,
        _ORIGIN_OF[measure.taken],
        measure.low,
        measure.high,
        measure.stored_as,
        measure.reading,
    )


CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        *(Channel(*_NUTRIENT_CHANNELS[n][:2], _N, 0, _NUTRIENT_CHANNELS[n][2]) for n in NUTRIENTS),
        Channel("meal_count", "meals", _N, 0, 40),
        # 1 complete, 0 logged in part, NaN no meal logged
        Channel("food_log_complete", "0/1", _N, 0, 1),
        # drinks by meal name; 0 only where the food log is complete
        Channel("alcohol_drinks", "drinks", _N, 0, 40),
        # ethanol in them, known on the same days
        Channel("alcohol_g", "g", _N, 0, 600),
        Channel("first_meal_hour", "local hour", _T, 0, 24),
        Channel("last_meal_hour", "local hour", _T, 0, 24),
        # the last thing eaten before 04:00, which ends the evening before
        Channel("after_midnight_meal_hour", "local hour", _T, 0, 4),
        Channel("eating_window_hours", "h", _T, 0, 24),
        Channel("late_energy_kcal", "kcal", _T, 0, 15_000),  # eaten after 20:00 or before 04:00 local
        Channel("breakfast_skipped", "0/1", _T, 0, 1),
        Channel("workout_minutes", "min", _A, 0, 1_440),
        Channel("hard_minutes", "min", _A, 0, 1_440),  # HIGH and MAXIMUM
        Channel("training_load", "load units", _A, 0, 6_000),  # minutes x intensity 1..4
        Channel("evening_workout_minutes", "min", _A, 0, 1_440),  # after 18:00 local
        # local hours since that day began: past 24 where the session ended after midnight
        Channel("last_hard_end_hour", "local hour", _A, 0, 48),
        Channel("workout_kcal", "kcal", _A, 0, 10_000),
        Channel("workout_distance_m", "m", _A, 0, 300_000),
        *(_of_device(measure) for measure in REGISTER),
        *(
            Channel(entry.name, entry.unit, Origin.JOURNAL, 0, entry.high)
            for entry in VOCABULARY.values()
            if entry.name != "drinks"
        ),
        Channel("nap_minutes", "min", Origin.BODY, 0, 1_080),  # sleep of the day besides its main one
        Channel("sleep_periods", "periods", Origin.BODY, 1, 24),  # fragments of the main sleep, and naps
    )
}

CHANNEL_INDEX: dict[str, int] = {name: i for i, name in enumerate(CHANNELS)}
CHANNEL_OF_METRIC: dict[str, Channel] = {c.metric: c for c in CHANNELS.values() if c.metric}

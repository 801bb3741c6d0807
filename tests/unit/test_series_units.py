"""A stated unit is believed only where the value it gives is possible."""

import numpy as np
import pytest

from common.compute.series.channels import CHANNELS
from common.compute.series.units import UNITS, in_own_unit, unit_key

NAN = float("nan")


@pytest.mark.parametrize(
    ("channel", "raw", "unit", "value", "corrected"),
    [
        ("sleep_minutes", 7.5, "hours", 450, False),
        ("sleep_minutes", 7.5, "", 450, True),
        ("sleep_minutes", 7.5, "min", 7.5, False),  # a fragment, not a night in hours
        ("sleep_minutes", 450, "min", 450, False),
        ("sleep_minutes", 450, "hours", 450, True),
        ("sleep_minutes", 27_000, "s", 450, False),
        ("sleep_minutes", 27_000, "min", 450, True),
        ("sleep_minutes", 45, "s", NAN, False),  # not 45 minutes
        ("sleep_minutes", 7.5, "s", NAN, False),
        ("deep_minutes", 1.5, "h", 90, False),
        ("deep_minutes", 90, "hours", 90, True),
        ("standing_hours", 11, "count", 11, False),
        ("standing_hours", 660, "min", 11, False),
        ("standing_hours", 660, "", 11, True),
        ("hrv_rmssd_ms", 0.045, "s", 45, False),
        ("hrv_rmssd_ms", 0.045, "ms", 45, True),
        ("hrv_rmssd_ms", 45, "s", 45, True),
        ("hrv_rmssd_ms", 255, "ms", NAN, False),
        ("rhr_bpm", 255, "bpm", NAN, False),
        ("rhr_bpm", 58, "Beats / Min.", 58, False),
        ("rhr_bpm", 1, "count/s", 60, False),
        ("oxygen_saturation_pct", 0.97, "%", 97, True),
        ("oxygen_saturation_pct", 97, "%", 97, False),
        ("oxygen_saturation_pct", 97, "fraction", 97, True),
        ("sleep_efficiency_pct", 0.9, "", 90, True),
        ("active_kcal", 2_092, "kJ", 500, False),
        ("total_kcal", 10_460, "kJ", 2_500, False),
        ("total_kcal", 10_460, "kcal", 2_500, True),
        ("total_kcal", 2_500, "kJ", 2_500 / 4.184, False),
        ("skin_temperature_c", 92.3, "°F", 33.5, False),
        ("skin_temperature_c", 92.3, "°C", 33.5, True),
        ("skin_temperature_c", -0.4, "°C", -0.4, False),
        ("blood_glucose_mg_dl", 5.5, "mmol/L", 99.088, False),
        ("blood_glucose_mg_dl", 5.5, "mg/dL", 99.088, True),
        ("blood_glucose_mg_dl", 99, "mmol/L", 99, True),
        ("muscle_mass_kg", 150, "lb", 68.0388, False),
        ("muscle_mass_kg", 41, "%", NAN, False),  # of a weight we do not know
        ("bone_mass_kg", 3_100, "g", 3.1, False),
        ("steps", -5, "", NAN, False),
    ],
)
def test_units_are_checked(channel: str, raw: float, unit: str, value: float, corrected: bool) -> None:
    values, disbelieved = in_own_unit(CHANNELS[channel], np.array([raw], float), unit_key(unit))
    assert values[0] == pytest.approx(value, abs=0.01, nan_ok=True)
    assert bool(disbelieved[0]) is corrected


def test_every_unit_belongs_to_a_channel_that_exists_and_is_spelled_as_it_is_compared() -> None:
    assert UNITS.keys() <= CHANNELS.keys()
    texts = [text for units in UNITS.values() for unit in units for text in unit.texts]
    assert [unit_key(text) for text in texts] == texts


def test_huge_values_overflow_to_nothing() -> None:
    values, _ = in_own_unit(CHANNELS["hrv_rmssd_ms"], np.array([1e308, -1e308, 1e-320]), "s")
    assert np.isnan(values).all()

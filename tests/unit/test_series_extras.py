"""Water, weight, glucose, supplements and the work schedule, as days."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf
from common.compute.series.rows import Extras, PersonRows, Profile

FIRST, LAST = date(2025, 6, 1), date(2025, 6, 10)
NOON = datetime(2025, 6, 1, 12)  # noqa: DTZ001
Row = tuple[datetime | None, str, str, float]


def built(*rows: Row, timezone: str = "UTC", profile: Profile | None = None) -> DailySeries:
    extras = Extras(
        at=np.array([np.datetime64("NaT") if at is None else at for at, *_ in rows], "datetime64[ms]"),
        kind=[kind for _, kind, _, _ in rows],
        name=[name for _, _, name, _ in rows],
        value=np.array([value for *_, value in rows], float),
    )
    person = replace(profile or Profile("anna"), timezone=timezone)
    end = datetime(2025, 6, 11)  # noqa: DTZ001
    return build_series(PersonRows(person, extras=extras), FIRST, LAST, AsOf(LAST, end, open=False))


def glucose(day: int, half_hours: int, mg_dl: float, within: int = 6) -> list[Row]:
    begin = NOON.replace(hour=0) + timedelta(days=day)
    return [
        (begin + timedelta(minutes=30 * n), f"glucose_{part}", "", value)
        for n in range(half_hours)
        for part, value in (
            ("n", 6.0),
            ("sum", 6 * mg_dl),
            ("squares", 6 * mg_dl**2),
            ("within", float(within)),
        )
    ]


def test_water_adds_up_and_a_day_without_is_unknown() -> None:
    series = built((NOON, "water_ml", "", 500), (NOON + timedelta(hours=2), "water_ml", "", 250))
    assert series["water_ml"][0] == 750
    assert np.isnan(series["water_ml"][1:]).all()


def test_water_late_in_the_evening_is_of_the_local_day() -> None:
    series = built((datetime(2025, 6, 2, 3), "water_ml", "", 300), timezone="America/New_York")  # noqa: DTZ001
    assert series["water_ml"][0] == 300


def test_what_no_one_drinks_is_dropped_and_counted() -> None:
    series = built((NOON, "water_ml", "", 90_000))
    assert np.isnan(series["water_ml"]).all()
    assert series.dropped["day_out_of_bounds"] == 1


def test_the_usual_weight_of_late_replaces_the_profiles_number() -> None:
    weighed: list[Row] = [
        (NOON + timedelta(days=n), "weight_kg", "", kg) for n, kg in enumerate([80, 79.5, 79, 120, 78.5])
    ]
    series = built(*weighed, profile=Profile("anna", weight_kg=95.0))
    assert series["weight_kg"][:5].tolist() == [80, 79.5, 79, 120, 78.5]
    assert series.profile.weight_kg == 79.5
    assert built(profile=Profile("anna", weight_kg=95.0)).profile.weight_kg == 95.0


def test_a_weight_no_body_has_changes_nothing() -> None:
    series = built((NOON, "weight_kg", "", 3.0), profile=Profile("anna", weight_kg=70.0))
    assert series.profile.weight_kg == 70.0


def test_a_day_of_glucose_is_known_from_seven_tenths_of_it() -> None:
    series = built(*glucose(0, 34, 100), *glucose(1, 33, 100), *glucose(2, 48, 180, within=3))
    assert series["glucose_mean_mg_dl"][:3] == pytest.approx([100, np.nan, 180], nan_ok=True)
    assert series["glucose_in_range_pct"][:3] == pytest.approx([100, np.nan, 50], nan_ok=True)
    assert series["glucose_cv_pct"][0] == pytest.approx(0, abs=1e-4)


def test_glucose_that_swings_has_the_spread_of_its_readings() -> None:
    begin = NOON.replace(hour=0)
    rows: list[Row] = []
    for n in range(48):
        at, readings = begin + timedelta(minutes=30 * n), [80.0, 120.0]
        rows += [
            (at, "glucose_n", "", 2), (at, "glucose_sum", "", sum(readings)),
            (at, "glucose_squares", "", sum(r**2 for r in readings)), (at, "glucose_within", "", 2),
        ]  # fmt: skip
    assert built(*rows)["glucose_cv_pct"][0] == pytest.approx(20)


def test_supplements_are_habits_and_a_day_unsaid_is_unknown() -> None:
    series = built(
        (NOON, "supplement", "Omega-3 (fish oil)", 1),
        (NOON + timedelta(days=1), "supplement", "Omega-3 (fish oil)", 0),
        (NOON + timedelta(days=1, hours=3), "supplement", "Magnesium", 1),
        (NOON + timedelta(days=2), "supplement", "!!!", 1),
    )
    assert set(series.habits) == {"habit:omega_3_fish_oil", "habit:magnesium"}
    assert series.habits["habit:omega_3_fish_oil"][:3].tolist()[:2] == [1, 0]
    assert np.isnan(series.habits["habit:omega_3_fish_oil"][2])


def test_a_schedule_nobody_knows_is_none() -> None:
    assert built((None, "work_schedule", "shift", np.nan)).profile.work_schedule == "shift"
    assert built((None, "work_schedule", "lunar", np.nan)).profile.work_schedule is None
    assert built((None, "work_schedule", "shift", np.nan)).dropped == {}


def test_what_somebody_is_after_is_of_the_profile_and_of_no_day() -> None:
    series = built((None, "primary_goal", "GAIN_MUSCLE", np.nan), (None, "work_schedule", "shift", np.nan))
    assert (series.profile.primary_goal, series.profile.work_schedule) == ("GAIN_MUSCLE", "shift")
    assert built().profile.primary_goal is None

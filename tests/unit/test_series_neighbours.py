"""What apps and devices really write, kind by kind: whatever the shape, the day comes out as it was lived."""

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lived import BERLIN, LOS_ANGELES, NAN, NEW_YORK, Lived

BY_HOUR = [0] * 7 + [300, 900, 1200, 400, 500, 900, 600, 400, 500, 600, 1500, 1200, 400, 200, 100, 0, 0]
TOTAL = sum(BY_HOUR)

Case = tuple[str, Callable[[], Lived], int, dict[str, float | tuple[float, ...]]]


def ringed() -> Lived:
    return Lived().nights(sleep=430, rhr=57, hrv=48, efficiency=90)


def slept(*hours_and_minutes: tuple[float, float], day: int = 20) -> Lived:
    lived = ringed()
    for hour, minutes in hours_and_minutes:
        lived.sent("sleep", day, hour, minutes)
    return lived


def every_day(name: str, hour: float, value: float, unit: str | None = None, source: str = "fitbit") -> Lived:
    lived = Lived()
    for day in range(1, 22):
        lived.sent(name, day, hour, value, unit, source=source)
    return lived


def hourly(zone: str, minutes_past: float, *, running: bool) -> Lived:
    lived = Lived(zone)
    for day in range(1, 22):
        walked = 0
        for hour, steps in enumerate(BY_HOUR):
            value = walked + steps * minutes_past / 60 if running else steps
            lived.sent("steps", day, hour + minutes_past / 60, int(value), source="garmin")
            walked += steps
    return lived


def stamped(zone: str, evening: bool = False) -> Lived:
    lived = Lived(zone)
    for day in range(1, 22):
        stamp = np.datetime64(f"2025-11-{day:02}", "ms")
        lived.sent("steps", day, 0, 9_000 + 100 * day, source="garmin", at=stamp)
        if evening:
            lived.sent("steps", day, 21, 8_700 + 100 * day, source="garmin")
    return lived


def worn_but_for(days: range, **unworn: float) -> Lived:
    lived = Lived()
    for day in range(1, 22):
        for name, value in {"steps": 9_000.0, "active": 500.0, "total": 2_400.0, "exercise": 30.0}.items():
            lived.sent(name, day, 23, unworn.get(name, 0.0) if day in days else value, source="fitbit")
    return lived


def ones(name: str, every_hours: float, start: float, stop: float) -> Lived:
    lived = Lived()
    for day in range(1, 12):
        for hour in np.arange(start, stop, every_hours):
            lived.sent(name, day, float(hour), 1, source="apple_health")
    return lived


def reported(name: str, value: float, unit: str, hour: float = 7) -> Lived:
    return Lived().sent(name, 20, hour, value, unit)


def staged(sleep: float, sleep_unit: str, deep: float, deep_unit: str) -> Lived:
    lived = Lived()
    for day in range(1, 21):
        lived.sent("sleep", day, 7, sleep, sleep_unit).sent("deep", day, 7, deep, deep_unit)
    return lived


def usual() -> Lived:
    return Lived().ate_well(range(1, 20))


def kilojoules(times: float = 4.184, *, macros: bool = True) -> Lived:
    if macros:
        return Lived().ate_well(times=times)
    lived = Lived()
    for day in range(1, 31):
        for hour, name, kcal in ((8, "breakfast", 500), (13, "lunch", 750), (19, "dinner", 800)):
            lived.ate(day, hour, name, kcal * times, 0, 0, 0)
    return lived


def moving() -> Lived:
    return every_day("steps", 23, 9_000)


def weighed(*kg: float) -> Lived:
    lived = Lived()
    for day, value in enumerate(kg, 1):
        lived.logged(day, 7, "weight_kg", value)
    return lived


def twice_a_day() -> Lived:
    lived = Lived().nights(sleep=240)
    return lived.nights(hour=14.5, sleep=200)


def days_of_shifts(*wakes: float) -> Lived:
    lived = Lived()
    for day in range(1, 31):
        lived.sent("sleep", day, wakes[day % len(wakes)], 420).sent("hrv", day, wakes[day % len(wakes)], 50)
    return lived


CASES: list[Case] = [
    ("doze before bed", lambda: slept((6.5, 430), (22.5, 40)), 20, {"sleep_minutes": 430}),
    ("early to bed", lambda: slept((-1.6, 168), (1.45, 168), (4.5, 169)), 20, {"sleep_minutes": 505}),
    ("a night in two", lambda: slept((2.5, 150), (7.5, 180)), 20, {"sleep_minutes": 330}),
    ("a night in three", lambda: slept((1.0, 120), (3.5, 90), (7.0, 170)), 20, {"sleep_minutes": 380}),
    ("sent three times", lambda: slept((7, 432), (7.5, 432), (9, 432)), 20, {"sleep_minutes": 432}),
    ("dozed off again", lambda: slept((6, 380), (8.5, 60)), 20, {"sleep_minutes": 440}),
    ("growing", lambda: slept((2.1, 120), (4, 230), (6.2, 360), (7.3, 425)), 20, {"sleep_minutes": 425}),
    ("no body sleeps twenty hours", lambda: slept((7, 1_200)), 20, {"sleep_minutes": NAN}),
    ("zero minutes are a ring not worn", lambda: slept((7, 0)), 20, {"sleep_minutes": NAN}),
    ("a second sleep", twice_a_day, 10, {"sleep_minutes": 240, "nap_minutes": 200}),
    ("day sleeper", lambda: days_of_shifts(15.5), 10, {"sleep_minutes": 420, "hrv_rmssd_ms": 50}),
    ("noon measurement by hand", lambda: slept((6.67, 430)).sent("hrv", 20, 6.67, 48).sent("hrv", 20, 13, 22),
     20, {"hrv_rmssd_ms": 48}),
    ("seconds", lambda: ringed().sent("sleep", 20, 7, 25_800, "s"), 20, {"sleep_minutes": 430}),
    ("stamped at bedtime", lambda: every_day("sleep", 22.5, 450), 11, {"sleep_minutes": 450}),
    ("clocks set back", lambda: Lived(NEW_YORK).sent("sleep", 2, 7, 430), 2, {"sleep_minutes": 430}),
    ("a minute of exercise each", lambda: ones("exercise", 1 / 60, 17, 17.5), 5, {"exercise_minutes": 30}),
    ("an hour on one's feet each", lambda: ones("standing", 1, 8, 20), 5, {"standing_hours": 12}),
    ("a date's totals down under", lambda: stamped("Pacific/Auckland"), 10, {"steps": 10_000}),
    ("a date's totals in the west", lambda: stamped(LOS_ANGELES), 10, {"steps": 10_000}),
    ("and a sync in the evening", lambda: stamped(NEW_YORK, evening=True), 10, {"steps": 10_000}),
    ("closed at midnight", lambda: every_day("steps", 23 + 3_599 / 3_600, 9_000), 10, {"steps": 9_000}),
    ("opened at midnight", lambda: every_day("steps", 0, 9_000), 10, {"steps": 9_000}),
    ("resting energy of a watch not worn", lambda: worn_but_for(range(17, 20), total=1_600), 18,
     {"steps": NAN, "total_kcal": NAN, "exercise_minutes": NAN}),
    ("fraction", lambda: reported("OXYGEN_SATURATION", 0.97, "%"), 20, {"oxygen_saturation_pct": 97}),
    ("permille", lambda: reported("OXYGEN_SATURATION", 9_700, "%"), 20, {"oxygen_saturation_pct": NAN}),
    ("kilopascal", lambda: reported("BLOOD_PRESSURE_SYSTOLIC", 16, "kPa"), 20,
     {"blood_pressure_systolic_mmhg": 120}),
    ("way, not steps", lambda: reported("STEPS", 9.5, "km", 21), 20, {"steps": NAN}),
    ("share of a night", lambda: reported("DEEP_SLEEP_DURATION", 21, "%"), 20, {"deep_minutes": NAN}),
    ("hours beside hours", lambda: staged(7.5, "", 1.5, ""), 10, {"sleep_minutes": 450, "deep_minutes": 90}),
    ("hours beside minutes", lambda: staged(450, "min", 1.5, ""), 10, {"deep_minutes": NAN}),
    ("minutes beside hours", lambda: staged(7.5, "h", 90, "min"), 10, {"deep_minutes": 90}),
    ("few minutes as stated", lambda: staged(450, "min", 3, "min"), 10, {"deep_minutes": 3}),
    ("diary in kJ", kilojoules, 20, {"energy_kcal": 2_050, "food_log_complete": 1}),
    ("diary in kJ without macros", lambda: kilojoules(macros=False), 20, {"energy_kcal": 2_050}),
    ("large eater's diary without macros", lambda: kilojoules(2.5, macros=False), 20, {"energy_kcal": 5_125}),
    ("a lone apple in kJ", lambda: usual().ate_well([20]).ate(20, 10, "Apfel", 218, 0.3, 14, 0.2), 20,
     {"energy_kcal": 2_102}),
    ("a tenth of the energy", lambda: usual().ate_well([20]).ate(20, 16, "Skyr", 5, 11, 4, 0.2), 20,
     {"energy_kcal": NAN}),
    ("sweetener", lambda: usual().ate_well([20]).ate(20, 10, "Erythritol", 0, 0, 10, 0), 20,
     {"energy_kcal": 2_050}),
    ("water is no meal", lambda: usual().ate_well([20]).ate(20, 22, "Water", 0, 0, 0, 0), 20,
     {"energy_kcal": 2_050, "last_meal_hour": 19, "meal_count": 3}),
    ("written twice at once", lambda: usual().ate_well([20]).ate(20, 19, "Beer", 150, 1, 13, 0)
     .ate(20, 19, "Beer", 150, 1, 13, 0, written_s=3), 20, {"alcohol_drinks": 1}),
    ("had twice", lambda: usual().ate_well([20]).ate(20, 19, "Beer", 150, 1, 13, 0)
     .ate(20, 19, "Beer", 150, 1, 13, 0, written_s=60), 20, {"alcohol_drinks": 2}),
    ("beer for dinner", lambda: usual().ate_well([20], (20, "dinner")).ate(20, 21, "Beer", 200, 2, 15, 0)
     .ate(20, 22, "Chips", 150, 2, 15, 9), 20, {"food_log_complete": 0}),
    ("brunch for two", lambda: usual().ate(20, 10.9, "brunch", 1_100).ate(20, 19, "dinner", 850), 20,
     {"food_log_complete": 1}),
    ("late supper", lambda: usual().ate(20, 8, "breakfast", 500).ate(20, 15.9, "lunch", 750)
     .ate(20, 23.3, "supper", 800), 20, {"food_log_complete": 1, "last_meal_hour": 23.3}),
    ("said none of a day half logged", lambda: usual().ate_well([20], (20, "dinner")).told(20, "drinks", 0),
     20, {"alcohol_drinks": 0}),
    ("nothing said of it", lambda: usual().ate_well([20], (20, "dinner")), 20, {"alcohol_drinks": NAN}),
    ("never a workout", moving, 20, {"workout_minutes": NAN, "training_load": NAN}),
    ("rest", lambda: moving().trained(10, 18, 45), 20, {"workout_minutes": 0}),
    ("before the first", lambda: moving().trained(10, 18, 45), 5, {"workout_minutes": NAN}),
    ("of three apps", lambda: moving().trained(20, 18, 60).trained(20, 18.01, 59, source="strava")
     .trained(20, 18.05, 57, source="apple_health"), 20, {"workout_minutes": 60}),
    ("milliseconds", lambda: moving().trained(20, 18, 60, 3_600_000), 20, {"workout_minutes": 60}),
    ("moving time", lambda: moving().trained(20, 18, 60, 45), 20, {"workout_minutes": 45}),
    ("kilometres", lambda: moving().trained(20, 18, 60, metres=10), 20, {"workout_distance_m": 10_000}),
    ("metres", lambda: moving().trained(20, 18, 60, metres=10_000), 20, {"workout_distance_m": 10_000}),
    ("litres", lambda: Lived().logged(5, 9, "water_ml", 0.5).logged(5, 13, "water_ml", 0.25), 5,
     {"water_ml": 750}),
    ("millilitres", lambda: Lived().logged(5, 9, "water_ml", 250), 5, {"water_ml": 250}),
    ("pounds on the scale", lambda: weighed(*[72.0] * 8, 158.7), 9, {"weight_kg": NAN}),
    ("a child on the scale", lambda: weighed(*[72.0] * 8, 24.0), 9, {"weight_kg": NAN}),
    ("two pounds more", lambda: weighed(*[72.0] * 8, 73.0), 9, {"weight_kg": 73}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lived", "day", "right"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_day_comes_out_as_it_was_lived(
    lived: Callable[[], Lived], day: int, right: dict[str, float]
) -> None:
    assert lived().day(day, *right) == pytest.approx(list(right.values()), rel=0.01, nan_ok=True)


def test_an_unworn_watch_leaves_the_average_of_steps_alone() -> None:
    assert worn_but_for(range(17, 20)).feature(20, "steps_7d_avg") == 9_000


@pytest.mark.parametrize("wakes", [(7.0, 7.0, 7.0, 14.5, 15.2, 14.8), (14.0, 16.5), (6.5, 12.5), (13.0,)])
def test_shift_workers_have_a_night_on_every_day(wakes: tuple[float, ...]) -> None:
    series = days_of_shifts(*wakes).series
    for channel in ("sleep_minutes", "hrv_rmssd_ms"):
        assert np.isfinite(series[channel][1:-1]).all()
    assert series["sleep_minutes"][1:-1].max() == 420


ZONES = [
    LOS_ANGELES,
    NEW_YORK,
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    BERLIN,
]


@given(
    zone=st.sampled_from(ZONES), past=st.sampled_from([0.0, 15.0, 30.0, 59.0]), running=st.booleans(),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_a_days_steps_are_its_steps_in_every_zone_however_and_whenever_they_come(
    zone: str, past: float, running: bool, order: Random
) -> None:
    lived = hourly(zone, past, running=running)
    order.shuffle(lived.readings)
    assert lived.day(12, "steps")[0] == pytest.approx(TOTAL, rel=0.05)


parts_of_a_night = st.lists(st.floats(0.2, 1.0), min_size=1, max_size=3)
nights = st.tuples(st.floats(7.0, 9.0), st.integers(330, 540), parts_of_a_night)
worn = st.lists(st.sampled_from(["oura", "whoop", "apple_health"]), min_size=1, max_size=2, unique=True)


@given(
    zone=st.sampled_from(ZONES), night=nights, nap_hour=st.floats(12.5, 17.5), sources=worn,
    order=st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_night_is_its_minutes_however_it_is_split_sent_and_napped_after(
    zone: str, night: tuple[float, int, list[float]], nap_hour: float, sources: list[str], order: Random
) -> None:
    wake, minutes, parts = night
    lived = Lived(zone)
    for source in sources:
        for day in range(10, 20):
            for hour, length in pieces_of(wake, minutes, parts):
                lived.sent("sleep", day, hour, length, source=source)
            lived.sent("sleep", day, nap_hour, 40, source=source)
    order.shuffle(lived.readings)
    assert lived.day(15, "sleep_minutes", "nap_minutes") == pytest.approx([minutes, 40], abs=0.01)


def pieces_of(wake: float, minutes: int, parts: list[float]) -> Iterator[tuple[float, float]]:
    """When each part of a night ended and how long it was; a quarter of an hour awake between them."""
    ended = wake
    for share in reversed(parts):
        length = minutes * share / sum(parts)
        yield ended, length
        ended -= length / 60 + 0.25


@given(st.lists(st.sampled_from([8_000, 7_999, 8_400, 7_600]), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_of_corrections_the_one_written_last_counts_whichever_came_first(values: list[int]) -> None:
    lived = every_day("steps", 23.5, 7_000)
    for minute, value in enumerate(values):
        written = lived.at(22, 23 + minute / 60)
        lived.sent("steps", 22, 20 + minute / 100, value, source="fitbit", written=written)
    lived.readings.reverse()
    assert lived.day(22, "steps") == [values[-1]]


def test_a_journey_and_back_moves_no_day() -> None:
    lived = Lived()
    lived.profile["zones"] = (
        (datetime(2020, 1, 1), BERLIN),  # noqa: DTZ001
        (datetime(2025, 11, 20, 12), LOS_ANGELES),  # noqa: DTZ001
        (datetime(2025, 11, 24, 18), BERLIN),  # noqa: DTZ001
    )
    for day in range(1, 31):
        lived.zone = LOS_ANGELES if 21 <= day <= 24 else BERLIN
        lived.ate_well([day]).sent("steps", day, 22 if day != 24 else 9, 9_000, source="garmin")
    lived.zone = BERLIN
    last = lived.series["last_meal_hour"]
    assert np.isnan(last[[19, 23]]).all()
    assert (np.delete(last, [19, 23]) == 19).all()
    assert (np.delete(lived.series["steps"], [19, 23]) == 9_000).all()

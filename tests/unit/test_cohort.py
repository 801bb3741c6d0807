"""The synthetic cohort: the same rows for the same day, the planted effects and no others, every hazard."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from common.compute.series.channels import CHANNELS
from common.compute.series.rows import NUTRIENTS, Floats, PersonRows
from functions.local.data.cohort import COHORT, PLANTED, DemoPerson, make_cohort, make_person
from functions.local.data.cohort.days import Days, simulate_days

UNTIL = date(2026, 3, 31)
PEOPLE = {person.key: person for person in COHORT}


def reading_keys(rows: PersonRows) -> set[tuple[object, ...]]:
    r = rows.readings
    return set(zip(r.at.tolist(), r.metric, np.nan_to_num(r.value, nan=-1).tolist(), r.source, strict=True))


def meal_keys(rows: PersonRows) -> set[tuple[object, ...]]:
    return set(zip(rows.meals.at.tolist(), rows.meals.name, rows.meals.meal_type, strict=True))


def simulated(person: DemoPerson, count: int = 2000) -> Days:
    last = np.datetime64(UNTIL)
    return simulate_days(person, last - (count - 1), last, "test")


def outcomes(days: Days) -> dict[str, Floats]:
    n = days.nights
    return {
        "rhr_bpm": n.rhr_bpm,
        "hrv_rmssd_ms": n.hrv_rmssd_ms,
        "sleep_minutes": n.sleep_minutes,
        "deep_minutes": n.deep_minutes,
    }


def causes(days: Days) -> dict[str, Floats]:
    did = days.behaviour
    return {
        "alcohol_drinks": did.drinks.astype(float),
        "hard_minutes": did.hard_minutes,
        "last_meal_hour": did.meal_hours[:, -1],
        "fiber_g": did.nutrients[:, :, NUTRIENTS.index("fiber")].sum(axis=1),
        "sleep_minutes": days.nights.sleep_minutes,
    }


@pytest.mark.parametrize("person", COHORT, ids=lambda person: person.key)
def test_a_later_cohort_agrees_with_an_earlier_one_on_every_day_they_share(person: DemoPerson) -> None:
    later = make_person(replace(person, history_days=person.history_days + 3), UNTIL + timedelta(days=3))
    earlier = make_person(person, UNTIL)
    assert reading_keys(earlier) <= reading_keys(later)
    assert meal_keys(earlier) <= meal_keys(later)


def test_another_seed_makes_other_people() -> None:
    person = PEOPLE["anna"]
    assert reading_keys(make_person(person, UNTIL, 1)) != reading_keys(make_person(person, UNTIL, 2))


@pytest.mark.parametrize("outcome", ["rhr_bpm", "hrv_rmssd_ms", "sleep_minutes", "deep_minutes"])
def test_each_planted_effect_has_its_declared_size_and_lag(outcome: str) -> None:
    """Regression of the whole change against someone without effects: every draw is the same in both."""
    person = replace(PEOPLE["anna"], response=1.0)
    days, silent = simulated(person), simulated(replace(person, response=0.0))
    np.testing.assert_array_equal(days.behaviour.drinks, silent.behaviour.drinks)
    planted = [e for e in PLANTED if e.outcome == outcome]
    change = np.log(outcomes(days)[outcome]) - np.log(outcomes(silent)[outcome])
    columns = [np.ones(len(change) - 1)]
    for effect in planted:
        cause = causes(days)[effect.cause] / effect.step
        columns.append(cause[: len(cause) - 1] if effect.lag_days else cause[1:])
    if outcome == "deep_minutes":  # a share of sleep, so it also moves with what moves sleep
        columns.append(np.log(days.nights.sleep_minutes / silent.nights.sleep_minutes)[1:])
    found = np.linalg.lstsq(np.stack(columns, axis=1), change[1:], rcond=None)[0]
    for effect, size in zip(planted, found[1:], strict=False):
        assert np.expm1(size) == pytest.approx(effect.change, rel=0.12)


def test_the_null_person_has_no_effect_on_any_night() -> None:
    days = simulated(PEOPLE["kofi"])
    for name, cause in causes(days).items():
        lagged = cause[1:] if name == "sleep_minutes" else cause[:-1]
        for outcome in ("rhr_bpm", "hrv_rmssd_ms"):
            r = np.corrcoef(lagged, outcomes(days)[outcome][1:])[0, 1]
            assert abs(r) < 0.1, (name, outcome)


def test_planted_effects_name_channels_that_exist() -> None:
    assert {name for e in PLANTED for name in (e.cause, e.outcome)} <= set(CHANNELS)


def test_people_and_rows_are_plausible() -> None:
    for rows in make_cohort(UNTIL):
        by_metric = np.array(rows.readings.metric)
        rhr = rows.readings.value[by_metric == "RESTING_HEART_RATE"]
        assert 45 < np.median(rhr) < 75
        assert 300 < np.median(rows.meals.nutrients[:, 0]) < 800
        assert set(rows.readings.metric) <= {c.metric for c in CHANNELS.values()}


def test_ids_and_names_say_synthetic() -> None:
    assert all(p.user_id.startswith("demo-") and p.name.startswith("Synthetic") for p in COHORT)
    assert len({p.user_id for p in COHORT}) == len(COHORT) >= 12


def test_meals_keep_their_local_hour_across_daylight_saving() -> None:
    for key in ("anna", "bruno", "grace", "lena"):
        person = PEOPLE[key]
        assert person.timezone is not None
        meals = make_person(replace(person, history_days=365), UNTIL).meals
        zone = ZoneInfo(person.timezone)
        lunches = [
            at.replace(tzinfo=UTC).astimezone(zone)
            for at, kind in zip(meals.at.astype(datetime), meals.meal_type, strict=True)
            if kind == "lunch"
        ]
        assert len({at.utcoffset() for at in lunches}) == 2
        assert all(10 < at.hour + at.minute / 60 < 15 for at in lunches)


def test_the_last_night_ends_on_the_day_asked_for_in_the_persons_own_zone() -> None:
    for person, rows in zip(COHORT, make_cohort(UNTIL), strict=True):
        zone = ZoneInfo(person.timezone or "UTC")
        last = rows.readings.at.max().astype(datetime).replace(tzinfo=UTC).astimezone(zone)
        assert last.date() <= UNTIL
        assert last.date() >= UNTIL - timedelta(days=12)


def test_the_cohort_holds_each_hazard_it_is_there_for() -> None:
    rows = {p.key: r for p, r in zip(COHORT, make_cohort(UNTIL), strict=True)}
    metrics = {key: set(r.readings.metric) for key, r in rows.items()}
    sources = {key: np.array(r.readings.source) for key, r in rows.items()}
    assert "HEART_RATE_VARIABILITY_RMSSD" not in metrics["jonas"]
    assert "HEART_RATE_VARIABILITY_SDNN" in metrics["jonas"]
    assert rows["jonas"].profile.timezone is None
    assert set(sources["dan"]) == {"garmin", "apple_health"}
    assert set(sources["emi"]) == {"oura", "fitbit"}
    stamped = rows["dan"].readings.at[sources["dan"] == "garmin"]
    assert (stamped == stamped.astype("datetime64[D]")).all()
    assert (np.diff(np.sort(rows["emi"].readings.at)) == np.timedelta64(1, "s")).any()
    weekdays = (rows["farid"].meals.at.astype("datetime64[D]").astype(int) + 3) % 7
    assert (weekdays < 5).all()
    hugo = rows["hugo"].readings
    hrv = hugo.value[np.array(hugo.metric) == "HEART_RATE_VARIABILITY_RMSSD"]
    assert np.isnan(hrv).any()
    assert (hrv == 255).any()
    nights = np.unique(rows["ines"].readings.at.astype("datetime64[D]"))
    assert np.diff(nights).max() > np.timedelta64(9, "D")
    assert rows["milo"].readings.metric.count("RESTING_HEART_RATE") == 3
    assert [p.key for p in COHORT if not p.predictions_enabled] == ["lena"]


def test_readings_are_unique_as_the_backend_demands() -> None:
    for rows in make_cohort(UNTIL):
        r = rows.readings
        keys = list(zip(r.metric, r.at.tolist(), r.source, strict=True))
        assert len(set(keys)) == len(keys)

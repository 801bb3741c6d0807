"""Eras: one device at one level, and figures that keep to them."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.compute.anomalies import find_unusual
from common.compute.features import build_features
from common.compute.insights.levels import tell_levels
from common.compute.insights.nights import tell_nights
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.eras import SETTLED_NIGHTS, SHIFT_REACH_DAYS, Eras, find_eras
from common.compute.series.rows import Floats, PersonRows, Profile
from tests.people import readings_of
from tests.unit.insight_samples import rate_nights

FIRST = date(2025, 1, 1)
DAYS = 90


def nights(values: dict[int, tuple[float, str]], metric: str = "RESTING_HEART_RATE") -> DailySeries:
    """A series of `metric` from (value, source) by day."""
    last = FIRST + timedelta(days=DAYS - 1)
    rows = readings_of(
        *(
            (f"{FIRST + timedelta(days=day)}T06:40", metric, value, "", source)
            for day, (value, source) in values.items()
        )
    )
    as_of = AsOf(last, day_bounds_utc(resolve_zone("UTC")[0], last)[1], open=False)
    return build_series(PersonRows(Profile("p", "UTC"), readings=rows), FIRST, last, as_of)


def noisy(level: float, day: int, spread: float = 1.0) -> float:
    return round(level + spread * float(np.random.default_rng(day).normal()), 1)


def feature(series: DailySeries, name: str) -> Floats:
    table = build_features(series)
    values: Floats = table.only((name,)).values[0]
    return values


def test_the_first_nights_on_a_new_device_have_no_baseline() -> None:
    change = 60
    series = nights(
        {d: (noisy(52 if d < change else 60, d), "oura" if d < change else "fitbit") for d in range(DAYS)}
    )
    zscore = feature(series, "rhr_zscore")
    assert np.isfinite(zscore[change - 1])
    assert np.isnan(zscore[change : change + 14]).all()
    assert np.nanmax(np.abs(zscore[change + 14 :])) < 4
    assert feature(series, "rhr_28d_baseline")[-1] == pytest.approx(60, abs=1)
    assert feature(series, "rhr_7d_avg")[change + 3] == pytest.approx(60, abs=2)
    assert np.unique(series.eras[CHANNEL_INDEX["rhr_bpm"]]).size == 2


def test_a_night_borrowed_from_another_device_does_not_end_an_era() -> None:
    series = nights({d: (noisy(52, d), "oura") if d != 70 else (60.0, "garmin") for d in range(DAYS)})
    zscore = feature(series, "rhr_zscore")
    assert np.isnan(zscore[70])
    assert np.isfinite(zscore[71:]).all()


@pytest.mark.parametrize(("before", "after"), [(50.0, 26.0), (40.0, 70.0)])
def test_a_level_that_shifts_and_stays_begins_an_era_a_few_nights_later(before: float, after: float) -> None:
    change = 60
    values = {
        d: (float(np.exp(np.log(before if d < change else after) + noisy(0, d, 0.08))), "oura")
        for d in range(DAYS)
    }
    series = nights(values, "HEART_RATE_VARIABILITY_RMSSD")
    eras = series.channel_eras[CHANNEL_INDEX["hrv_rmssd_ms"]]
    (shift,) = eras.shifts
    assert shift.start == change
    assert change <= shift.known <= change + SETTLED_NIGHTS
    assert len(set(eras.ids[:change])) == len(set(eras.ids[change:])) == 1
    zscore = feature(series, "ln_rmssd_zscore")
    assert abs(zscore[change]) > 4  # nobody can know yet
    assert np.isnan(zscore[shift.known])
    assert np.nanmax(np.abs(zscore[-10:])) < 4


@pytest.mark.parametrize("nights_ill", [1, 3, 4])
def test_a_few_bad_nights_are_no_new_level(nights_ill: int) -> None:
    series = nights({d: (noisy(66 if 60 <= d < 60 + nights_ill else 54, d), "oura") for d in range(DAYS)})
    assert not series.channel_eras[CHANNEL_INDEX["rhr_bpm"]].changing


def test_behaviour_has_no_level_that_a_device_could_move() -> None:
    series = nights({d: (4_000.0 if d < 60 else 15_000.0, "fitbit") for d in range(DAYS)}, "STEPS")
    assert not series.channel_eras[CHANNEL_INDEX["steps"]].changing
    assert np.isfinite(feature(series, "steps_zscore")[60:]).any()


def test_what_no_device_measured_is_comparable_throughout() -> None:
    eras = Eras(np.full(5, -1, np.int16))
    assert not eras.changing
    assert eras.seen_on(3).tolist() == [True, True, True, True, False]


levels = st.lists(
    st.tuples(st.integers(3, 40), st.sampled_from([50.0, 58.0, 75.0]), st.sampled_from([0, 0, 1, -1])),
    min_size=1, max_size=5,
)  # fmt: skip


@given(stretches=levels, seed=st.integers(0, 99), back=st.integers(1, 60))
@settings(max_examples=60)
def test_eras_of_a_day_depend_on_nothing_later(
    stretches: list[tuple[int, float, int]], seed: int, back: int
) -> None:
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(level, 1.5, days) for days, level, _ in stretches])
    codes = np.concatenate([np.full(days, code, np.int16) for days, _, code in stretches])
    values[codes < 0] = np.nan
    now = find_eras("rhr_bpm", values, codes)
    day = max(len(values) - back, 0)
    then = find_eras("rhr_bpm", values[: day + 1], codes[: day + 1])
    assert np.array_equal(now.seen_on(day)[: day + 1], then.seen_on(day))
    own = {int(d): mask for days, mask in now.views() for d in days}
    assert sorted(own) == list(range(len(values)))
    for d, mask in own.items():
        assert np.array_equal(
            mask[: d + 1] & (codes[: d + 1] >= 0), now.seen_on(d)[: d + 1] & (codes[: d + 1] >= 0)
        )


@given(seed=st.integers(0, 30), change=st.integers(1, 60))
@settings(max_examples=20)
def test_a_shift_is_seen_alike_by_a_series_that_begins_late(seed: int, change: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(np.arange(160) < 160 - change, rng.normal(52, 1.2, 160), rng.normal(64, 1.2, 160))
    codes = np.zeros(160, np.int16)
    long, short = (
        find_eras("rhr_bpm", values[first:], codes[first:]) for first in (0, 160 - 29 - SHIFT_REACH_DAYS)
    )
    assert np.array_equal(long.seen_on(159)[-29:], short.seen_on(len(short.codes) - 1)[-29:])


def test_a_later_row_changes_no_past_feature() -> None:
    full = {d: (noisy(54 if d < 62 else 66, d), "oura" if d < 75 else "fitbit") for d in range(DAYS)}
    whole = nights(full)
    for day in (61, 63, 66, 74, 75, 80):
        cut = nights({d: value for d, value in full.items() if d <= day})
        for name in ("rhr_zscore", "rhr_7d_avg", "rhr_28d_baseline", "rhr_trend"):
            assert np.array_equal(
                feature(cut, name)[: day + 1], feature(whole, name)[: day + 1], equal_nan=True
            )


def test_eras_follow_the_days_that_are_left() -> None:
    series = nights({d: (noisy(52 if d < 60 else 66, d), "oura") for d in range(DAYS)})
    cut = replace(
        series, days=series.days[30:], values=series.values[:, 30:], source_codes=series.source_codes[:, 30:]
    )
    assert cut.eras.shape == cut.values.shape


def test_hrv_halved_by_firmware_is_not_told_as_a_change_of_the_person() -> None:
    change = 76
    metric = "HEART_RATE_VARIABILITY_RMSSD"
    shifted = nights({d: (noisy(50 if d < change else 26, d, 2.0), "oura") for d in range(DAYS)}, metric)
    assert [insight.template for insight in tell_levels(shifted) if insight.template == "month_shift"] == []
    slowly = nights({d: (noisy(50 - 12 * max(d - 62, 0) / 28, d, 2.0), "oura") for d in range(DAYS)}, metric)
    assert [insight.direction for insight in tell_levels(slowly) if insight.template == "month_shift"] == [
        "down"
    ]


def hrv_nights(ratio: float, since: int, seed: int = 0, *, source: str = "oura") -> DailySeries:
    """HRV about 50 ms, and `ratio` of it on the last `since` nights, which are of `source`."""
    rng = np.random.default_rng(seed)
    values = np.exp(np.log(50) + rng.normal(0, 0.08, DAYS)).round(1)
    values[DAYS - since :] *= ratio
    told = {d: (float(values[d]), "oura" if d < DAYS - since else source) for d in range(DAYS)}
    return nights(told, "HEART_RATE_VARIABILITY_RMSSD")


def told_of(series: DailySeries) -> set[str]:
    unusual = find_unusual(series, rate_nights)
    return {insight.template for insight in (*tell_nights(unusual, series.profile), *tell_levels(series))}


@pytest.mark.parametrize("seed", range(4))
def test_hrv_halved_by_firmware_is_unusual_for_a_few_nights_then_a_level_that_settled(seed: int) -> None:
    days = [told_of(hrv_nights(0.5, since, seed)) for since in range(1, 15)]
    unusual = ["nights_off" in told or "nights_off_long" in told for told in days]
    settled = ["settled_level" in told for told in days]
    assert 2 <= sum(unusual) <= 5
    assert not any(unusual[SETTLED_NIGHTS:])
    assert settled == [False] * (SETTLED_NIGHTS - 1) + [True] * (15 - SETTLED_NIGHTS)
    assert not any(told & {"usual_lately", "month_shift"} for told in days[SETTLED_NIGHTS:])


def test_a_level_that_settled_says_both_levels_and_its_day() -> None:
    facts = {i.template: i.facts for i in tell_levels(hrv_nights(1.6, 9))}["settled_level"]
    assert facts["since"].value == str(FIRST + timedelta(days=DAYS - 9))
    assert facts["way"].value == "higher"
    assert (facts["nights"].value, facts["before"].value) == (9, 30)
    assert facts["level"].value == pytest.approx(80, rel=0.15)
    assert facts["usual"].value == pytest.approx(50, rel=0.1)


@pytest.mark.parametrize(
    "series",
    [hrv_nights(0.5, 9, source="whoop"), hrv_nights(0.5, 40), hrv_nights(1.0, 9), hrv_nights(0.5, 3)],
    ids=["another device", "long ago", "no shift", "not yet"],
)
def test_no_level_has_settled(series: DailySeries) -> None:
    assert "settled_level" not in told_of(series)


def test_a_level_that_settled_twice_is_told_against_the_one_between() -> None:
    rng = np.random.default_rng(5)
    levels = np.where(np.arange(DAYS) < 48, 25.0, np.where(np.arange(DAYS) < 78, 50.0, 27.0))
    values = (levels * np.exp(rng.normal(0, 0.06, DAYS))).round(1)
    series = nights({d: (float(values[d]), "oura") for d in range(DAYS)}, "HEART_RATE_VARIABILITY_RMSSD")
    facts = {i.template: i.facts for i in tell_levels(series)}["settled_level"]
    assert facts["usual"].value == pytest.approx(50, rel=0.1)
    assert facts["way"].value == "lower"

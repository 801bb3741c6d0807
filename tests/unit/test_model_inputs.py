"""What a forecast model is shown: nothing of the future, nothing of an unfinished day, nothing of food."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from common.compute.features import CATALOGUE, build_features
from common.compute.forecasts.input_features import NAMES
from common.compute.forecasts.model_inputs import (
    HISTORY_DAYS,
    METRICS,
    WINDOW_DAYS,
    Metric,
    ModelInputs,
    build_model_inputs,
    own_values,
    row_columns,
    window_channels,
)
from common.compute.series.build import DailySeries, last_days
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS, Origin
from common.compute.series.rows import Floats
from tests.unit.forecast_people import make_person, make_series

BOTH = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
LONG = make_series(make_person(days=260, seed=3))


def changed(series: DailySeries, origin: Origin, day: slice) -> DailySeries:
    rows = [i for name, i in CHANNEL_INDEX.items() if CHANNELS[name].origin is origin]
    values = series.values.copy()
    values[rows, day] = 1.5 * values[rows, day] + 1
    return replace(series, values=values)


def arrays(model_inputs: ModelInputs) -> list[Floats]:
    return [
        model_inputs.reference,
        model_inputs.usual_error,
        model_inputs.known_days,
        model_inputs.row,
        model_inputs.window,
    ]


@BOTH
def test_columns_and_channels_are_named_one_for_one(metric: Metric) -> None:
    model_inputs = build_model_inputs(LONG, metric, day_open=False)
    assert model_inputs.row.shape == (260, len(row_columns(metric)))
    assert model_inputs.window.shape == (260, WINDOW_DAYS, len(window_channels(metric)))
    assert np.isfinite(model_inputs.row[-1]).mean() > 0.5
    assert not np.isinf(model_inputs.row).any()


@BOTH
@pytest.mark.parametrize("day_open", [False, True])
def test_a_day_yet_to_come_changes_nothing_shown_before(metric: Metric, day_open: bool) -> None:
    shorter = make_series(make_person(days=260, seed=3))
    for cut in (100, 180, 259):
        values = shorter.values[:, :cut]
        codes = shorter.source_codes[:, :cut]
        until = replace(shorter, days=shorter.days[:cut], values=values, source_codes=codes)
        for early, late in zip(
            arrays(build_model_inputs(until, metric, day_open=day_open)),
            arrays(build_model_inputs(shorter, metric, day_open=day_open)),
            strict=True,
        ):
            assert np.array_equal(early, late[:cut], equal_nan=True)


@BOTH
@pytest.mark.parametrize("day_open", [False, True])
def test_a_longer_history_than_asked_for_changes_nothing(metric: Metric, day_open: bool) -> None:
    longer = build_model_inputs(LONG, metric, day_open=day_open)
    asked = build_model_inputs(last_days(LONG, HISTORY_DAYS), metric, day_open=day_open)
    for a, b in zip(arrays(longer), arrays(asked), strict=True):
        assert np.array_equal(a[-1], b[-1], equal_nan=True)


@BOTH
@pytest.mark.parametrize("day_open", [False, True])
@pytest.mark.parametrize("last", [2, 9, 61])
def test_the_last_days_alone_are_what_they_are_among_all(metric: Metric, day_open: bool, last: int) -> None:
    whole = build_model_inputs(LONG, metric, day_open=day_open)
    known = build_features(LONG)
    for table in (None, known):
        alone = build_model_inputs(LONG, metric, day_open=day_open, last=last, table=table)
        for a, b in zip(arrays(whole), arrays(alone), strict=True):
            assert np.array_equal(a[-last:], b, equal_nan=True)


@BOTH
def test_features_of_several_devices_are_no_features_of_one(metric: Metric) -> None:
    codes = LONG.source_codes.copy()
    channel = CHANNEL_INDEX[metric.channel]
    codes[channel, :240] = np.where(codes[channel, :240] >= 0, 1, -1)
    series = replace(LONG, source_names=("oura", "fitbit"), source_codes=codes)
    whole = build_model_inputs(series, metric, day_open=True)
    alone = build_model_inputs(series, metric, day_open=True, last=2, table=build_features(series))
    for a, b in zip(arrays(whole), arrays(alone), strict=True):
        assert np.array_equal(a[-2:], b, equal_nan=True)


@BOTH
def test_an_open_days_totals_are_not_shown_and_a_closed_days_are(metric: Metric) -> None:
    today = slice(len(LONG.days) - 1, None)
    other = changed(LONG, Origin.ACTIVITY, today)
    for day_open, same in ((True, True), (False, False)):
        a, b = (build_model_inputs(series, metric, day_open=day_open) for series in (LONG, other))
        assert np.array_equal(a.row[-1], b.row[-1], equal_nan=True) is same
        assert np.array_equal(a.window[-1], b.window[-1], equal_nan=True) is same


@BOTH
def test_an_open_day_shows_its_night(metric: Metric) -> None:
    other = changed(LONG, Origin.NIGHT, slice(len(LONG.days) - 1, None))
    a, b = (build_model_inputs(series, metric, day_open=True) for series in (LONG, other))
    assert not np.array_equal(a.row[-1], b.row[-1], equal_nan=True)


@BOTH
@pytest.mark.parametrize("origin", [Origin.NUTRITION, Origin.TIMING])
def test_food_whose_effect_no_open_data_show_is_not_shown(metric: Metric, origin: Origin) -> None:
    other = changed(LONG, origin, slice(None))
    assert not np.array_equal(LONG.values, other.values, equal_nan=True)
    for a, b in zip(
        arrays(build_model_inputs(LONG, metric, day_open=False)),
        arrays(build_model_inputs(other, metric, day_open=False)),
        strict=True,
    ):
        assert np.array_equal(a, b, equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
def test_no_feature_shown_is_derived_from_food_or_sdnn(name: str) -> None:
    for channel in CATALOGUE[name].derived_from:
        assert CHANNELS[channel].origin in {Origin.NIGHT, Origin.ACTIVITY, Origin.BODY}
        assert channel != "hrv_sdnn_ms"


def test_days_of_another_device_are_unknown_not_a_change() -> None:
    codes = LONG.source_codes.copy()
    channel = CHANNEL_INDEX["rhr_bpm"]
    codes[channel, :200] = np.where(codes[channel, :200] >= 0, 1, -1)
    series = replace(LONG, source_names=("oura", "fitbit"), source_codes=codes)
    values, family = own_values(series, METRICS["rhr"])
    assert family == "night"
    assert np.isnan(values[:200]).all()
    assert np.isfinite(values[200:]).any()


def test_the_weekday_is_that_of_the_target() -> None:
    columns = list(row_columns(METRICS["rhr"]))
    model_inputs = build_model_inputs(LONG, METRICS["rhr"], day_open=False)
    weekend = model_inputs.row[:, columns.index("target_weekend")]
    friday = int(np.flatnonzero(LONG.days == np.datetime64(date(2025, 1, 3)))[0])
    assert weekend[friday - 1 : friday + 4].tolist() == [0, 1, 1, 0, 0]

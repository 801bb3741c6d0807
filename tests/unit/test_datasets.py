"""Training samples: the target is the next night, held-out people stay out, the future is not shown."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from common.compute.forecasts.model_inputs import (
    METRICS,
    Metric,
    ModelInputs,
    build_model_inputs,
    row_columns,
)
from common.compute.series.build import DailySeries
from common.errors import ConfigurationError
from model_export.data import datasets
from model_export.data.datasets import (
    SMALL_SETS,
    Person,
    build_samples,
    choose_sources,
    is_held_out,
    load_people,
    locked_nights,
    refuse_future,
    unlocked,
)
from model_export.data.tidy import TidyPerson
from tests.unit.forecast_people import make_person, make_series


def people(count: int = 3, days: int = 80) -> list[Person]:
    crowd = [make_person(days, seed=i) for i in range(count)]
    return [Person(p.dataset, p.user, False, {}, make_series(p)) for p in crowd]


def test_a_sample_is_labelled_with_the_night_after_what_it_is_shown() -> None:
    metric = METRICS["rhr"]
    crowd = people()
    samples = build_samples(crowd, metric)
    for i in (0, len(samples) // 2, len(samples) - 1):
        series = crowd[samples.person[i]].series
        target = int(np.flatnonzero(series.days == samples.target_day[i])[0])
        assert samples.actual[i] == series["rhr_bpm"][target]
        latest = samples.window[i, -1, 0] * samples.usual_error[i] + samples.reference[i]
        if np.isfinite(series["rhr_bpm"][target - 1]):
            assert latest == pytest.approx(series["rhr_bpm"][target - 1], abs=1e-9)
        else:
            assert np.isnan(latest)


def test_the_scaled_target_gives_the_actual_back() -> None:
    metric = METRICS["hrv"]
    samples = build_samples(people(), metric)
    back = np.exp(samples.reference + samples.usual_error * samples.target)
    np.testing.assert_allclose(back, samples.actual)


def test_changing_a_persons_future_changes_no_earlier_sample() -> None:
    metric = METRICS["rhr"]
    whole = make_person(80)
    cut = replace(whole, days=whole.days[:60], values={c: v[:60] for c, v in whole.values.items()})
    long, short = (
        build_samples([Person("oura_test", "0", False, {}, make_series(p))], metric, (True,))
        for p in (whole, cut)
    )
    same = long.where(long.target_day <= short.target_day.max())
    assert len(same) == len(short) > 40
    np.testing.assert_array_equal(same.row, short.row)
    np.testing.assert_array_equal(same.window, short.window)


def test_a_planted_column_of_the_future_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = METRICS["rhr"]
    crowd = people()
    refuse_future(crowd, metric)

    def planting(series: DailySeries, metric: Metric, *, day_open: bool) -> ModelInputs:
        model_inputs = build_model_inputs(series, metric, day_open=day_open)
        column = list(row_columns(metric)).index("steps_z")
        model_inputs.row[:-1, column] = series[metric.channel][1:]
        return model_inputs

    monkeypatch.setattr(datasets, "build_model_inputs", planting)
    with pytest.raises(ValueError, match="steps_z knows the future"):
        refuse_future(crowd, metric)


def test_no_one_moves_between_training_and_test_when_others_come_or_go() -> None:
    crowd = [TidyPerson("lifesnaps", str(i), [date(2025, 1, 1)], {}) for i in range(300)]
    held_out = [is_held_out(person) for person in crowd]
    assert held_out[100:] == [is_held_out(person) for person in crowd[100:]]
    assert 0.15 < np.mean(held_out) < 0.35


def test_locked_are_all_nights_of_held_out_people_and_the_late_ones_of_small_sets() -> None:
    person = make_person(100, seed=1)
    crowd = [
        Person(dataset, "1", held_out, {}, make_series(person))
        for dataset, held_out in (("lifesnaps", True), ("lifesnaps", False), (SMALL_SETS[0], False))
    ]
    samples = build_samples(crowd, METRICS["rhr"])
    locked = locked_nights(crowd, samples)
    assert locked[samples.person == 0].all()
    assert not locked[samples.person == 1].any()
    late = (samples.target_day - crowd[2].series.days[0]).astype(int) >= 70
    np.testing.assert_array_equal(locked[samples.person == 2], late[samples.person == 2])
    assert [len(one.series.days) for one in unlocked(crowd)] == [0, 100, 70]


def test_training_without_the_data_publishes_nothing(tmp_path: Path) -> None:
    run = pytest.importorskip("model_export.fit.train", reason="needs the train extra").run
    with pytest.raises(ConfigurationError, match="lifesnaps"):
        run(tmp_path, tmp_path / "out", work=tmp_path)
    assert not (tmp_path / "out").exists()


def test_every_missing_set_is_named_with_whose_it_is_and_how_to_do_without(tmp_path: Path) -> None:
    for source in datasets.SOURCES[2:]:
        (tmp_path / f"{source.file}.csv").touch()
    with pytest.raises(ConfigurationError) as refused:
        choose_sources(tmp_path)
    for source in datasets.SOURCES[:2]:
        assert f"{source.file}.csv (by {source.credit}; {source.licence})" in str(refused.value)
        assert f"--without {source.file}" in str(refused.value)
    assert datasets.SOURCES[2].file not in str(refused.value)


def test_a_set_is_left_out_on_wish_alone(tmp_path: Path) -> None:
    first, *others = datasets.SOURCES
    for source in others:
        (tmp_path / f"{source.file}.csv").touch()
    assert choose_sources(tmp_path, [first.file]) == others
    with pytest.raises(ConfigurationError, match="lifesnap is no data set"):
        choose_sources(tmp_path, ["lifesnap"])
    with pytest.raises(ConfigurationError, match="Every data set is left out"):
        choose_sources(tmp_path, [source.file for source in datasets.SOURCES])


def test_a_metric_no_model_is_trained_for_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    run = pytest.importorskip("model_export.fit.train", reason="needs the train extra").run
    with pytest.raises(ConfigurationError, match="No model is trained for pulse: there are rhr, hrv"):
        run(tmp_path / "none", tmp_path / "out", work=tmp_path, metrics=["pulse"])


@pytest.mark.skipif("NUTRI_DATA_DIR" not in os.environ, reason="NUTRI_DATA_DIR names no shared data")
def test_every_shared_data_set_gives_samples_and_someone_held_out() -> None:
    crowd = load_people(Path(os.environ["NUTRI_DATA_DIR"]))
    for metric in METRICS.values():
        refuse_future(crowd, metric)
    samples = build_samples(crowd, METRICS["rhr"], (False,))
    with_rhr = {p.dataset for p in crowd if np.isfinite(p.series["rhr_bpm"]).any()}
    assert len(with_rhr) >= 7
    assert {crowd[i].dataset for i in samples.person} == with_rhr
    locked = locked_nights(crowd, samples)
    # one person with one short history may have no night that was kept aside
    assert len(with_rhr - {crowd[i].dataset for i in samples.person[locked]}) <= 1
    assert not np.isinf(samples.row).any()

"""Yardsticks: ours equal statsmodels', none looks ahead, and what was computed once is not computed again."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("statsmodels")

from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from common.compute.forecasts.model_inputs import METRICS
from common.compute.forecasts.rules import EWMA
from model_export.data.datasets import Person, build_samples
from model_export.evaluate import fitted_rules
from model_export.evaluate.fitted_rules import FITTED, MINIMUM_DAYS, Task, fitted_forecasts, recall_forecasts
from model_export.evaluate.yardsticks import fitted_rule_forecasts, yardsticks
from tests.unit.forecast_people import make_person, make_series

pytestmark = pytest.mark.train
RNG = np.random.default_rng(3)
VALUES = 60 + 0.3 * RNG.normal(size=45).cumsum() + RNG.normal(size=45)
VALUES[[4, 9, 10, 22, 30]] = np.nan
DAYS = np.datetime64("2025-01-01") + np.arange(45)


@pytest.mark.parametrize("rule", list(EWMA))
def test_an_ewma_is_statsmodels_simple_smoothing_of_the_known_days(rule: str) -> None:
    known = VALUES[np.isfinite(VALUES)]
    fit = SimpleExpSmoothing(known, initialization_method="known", initial_level=known[0]).fit(
        smoothing_level=EWMA[rule], optimized=False
    )
    assert yardsticks(VALUES)[rule][-1] == pytest.approx(float(fit.forecast(1)[0]), rel=1e-12)


@pytest.mark.parametrize("rule", FITTED)
def test_a_fitted_rule_does_not_look_ahead(rule: str) -> None:
    cut = 33
    ahead = VALUES.copy()
    ahead[cut:] += 40
    one, other = (fitted_forecasts(Task(rule, values, DAYS)) for values in (VALUES, ahead))
    np.testing.assert_array_equal(one[: cut - 1], other[: cut - 1])
    assert np.isfinite(one[: cut - 1]).sum() > 10
    assert one[cut] != other[cut] or rule == "prophet"


@pytest.mark.parametrize("rule", FITTED)
def test_a_fitted_rule_answers_on_the_eve_of_known_days_once_there_are_enough(rule: str) -> None:
    found = fitted_forecasts(Task(rule, VALUES, DAYS))
    known = np.isfinite(VALUES)
    expected = (known.cumsum()[:-1] >= MINIMUM_DAYS) & known[1:]
    np.testing.assert_array_equal(np.isfinite(found[:-1]), expected)
    assert np.isnan(found[-1])
    errors = np.abs(found[:-1] - VALUES[1:])[expected]
    assert errors.mean() < 3  # of days that differ by about one


def test_theta_is_statsmodels_on_the_days_so_far() -> None:
    day = 28
    known = VALUES[: day + 1][np.isfinite(VALUES[: day + 1])]
    fit = ThetaModel(known, period=1, deseasonalize=False).fit()
    expected = float(fit.forecast(1).iloc[0])
    assert fitted_forecasts(Task("theta", VALUES, DAYS))[day] == pytest.approx(expected, rel=1e-9)


def test_ets_is_statsmodels_refitted_weekly() -> None:
    found = fitted_forecasts(Task("ets", VALUES, DAYS))
    start = int(np.flatnonzero(np.isfinite(found))[0])
    for day in (start, start + 7, start + 9):  # on the day of a fit, and in the days after one
        fitted_on = start + (day - start) // 7 * 7
        until, so_far = (VALUES[: d + 1][np.isfinite(VALUES[: d + 1])] for d in (fitted_on, day))
        forms: list[dict[str, object]] = [{}, {"trend": "add", "damped_trend": True}]
        fits = [ETSModel(until, **form).fit(disp=False) for form in forms]
        best = int(np.argmin([fit.aicc for fit in fits]))
        expected = float(ETSModel(so_far, **forms[best]).smooth(fits[best].params).forecast(1)[0])
        assert found[day] == pytest.approx(expected, rel=1e-9) or np.isnan(VALUES[day + 1])


@pytest.mark.parametrize("rule", FITTED)
def test_days_that_never_change_are_forecast_to_stay(rule: str) -> None:
    flat = np.full(20, 61.0)
    assert fitted_forecasts(Task(rule, flat, DAYS[:20]))[-2] == 61.0


def test_forecasts_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [Task("theta", VALUES[:25] + i, DAYS[:25]) for i in range(2)]
    shares: list[float] = []
    first = recall_forecasts(tasks, tmp_path, workers=1, done=shares.append)
    assert sum(shares) == pytest.approx(1)
    monkeypatch.setattr(fitted_rules, "fitted_forecasts", None)
    again = recall_forecasts(tasks, tmp_path, workers=1, done=shares.append)
    np.testing.assert_array_equal(again, first)
    assert not list(tmp_path.glob("*.part"))


def test_a_fitted_rule_of_a_logarithmic_metric_is_in_its_own_unit(tmp_path: Path) -> None:
    metric = METRICS["hrv"]
    person = make_person(30, seed=5, gaps=0.0)
    people = [Person(person.dataset, person.user, False, {}, make_series(person))]
    samples = build_samples(people, metric, (False,))
    found = fitted_rule_forecasts(people, samples, metric, ["theta"], tmp_path, workers=1)["theta"]
    assert np.isfinite(found).all()
    few = samples.target_day - people[0].series.days[0] < MINIMUM_DAYS
    until = yardsticks(people[0].series[metric.channel])["ewma_0.3"]
    np.testing.assert_array_equal(found[few], until[: few.sum()])
    assert 0.5 < np.median(found / samples.actual) < 2

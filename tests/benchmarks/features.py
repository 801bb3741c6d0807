"""All features of 400 days of one person, against the same features written straightforwardly in pandas.

The pandas version computes a shared part once, as ours does, and uses pandas' own rolling statistics. Trends
and days-since have no such statistic and need `rolling.apply`: they are left out of the first ratio, on both
sides, and included in the second.
"""

import timeit

import numpy as np
import pandas as pd

from common.compute.features import CATALOGUE, Feature, build_features
from common.compute.features.build import PLAN
from common.compute.features.inputs import read_inputs
from common.compute.features.plan import Plan, plan_features
from common.compute.features.rolling import trend_lags
from common.compute.features.rules import Formula, Input, Rule, Stat, Window
from common.compute.series.build import DailySeries
from tests.benchmarks.ratio import Ratio
from tests.unit.feature_series import make_series

DAYS = 400
FEATURES = 120


def run() -> list[Ratio]:
    series = make_series(7, DAYS)
    plain = [feature for feature in CATALOGUE.values() if not _needs_apply(feature.rule)]
    # one in so many, so that every kind of feature is there
    chosen = [plain[round(i)] for i in np.linspace(0, len(plain) - 1, FEATURES)]
    return [
        _compare("120 features x 400 days: pandas / ours", series, chosen, rounds=20),
        _compare(
            f"all {len(CATALOGUE)} features x 400 days: pandas / ours", series, [*CATALOGUE.values()], 4
        ),
    ]


def _compare(name: str, series: DailySeries, features: list[Feature], rounds: int) -> Ratio:
    plan = PLAN if len(features) == len(CATALOGUE) else plan_features(features)
    frame = pandas_features(series, plan, features)
    ours = build_features(series, plan)
    np.testing.assert_allclose(frame.to_numpy().T, ours.values, rtol=1e-6, atol=1e-6, equal_nan=True)

    slow, fast = [], []
    for _ in range(rounds):  # turn about, so that a busy machine is busy for both
        slow.append(timeit.timeit(lambda: pandas_features(series, plan, features), number=1))
        fast.extend(timeit.repeat(lambda: build_features(series, plan), number=1, repeat=5))
    detail = f"{min(slow) * 1e3:.1f} ms against {min(fast) * 1e3:.2f} ms, best of {rounds} rounds"
    return Ratio(name, min(slow) / min(fast), ">= 15", detail)


def _needs_apply(rule: Rule) -> bool:
    if isinstance(rule, Window):
        return rule.stat in (Stat.TREND, Stat.SINCE)
    return isinstance(rule, Formula) and any(_needs_apply(operand) for operand in rule.operands)


def pandas_features(series: DailySeries, plan: Plan, features: list[Feature]) -> pd.DataFrame:
    index = pd.DatetimeIndex(series.days)
    values = read_inputs(series, plan)
    done: dict[Rule, pd.Series] = {
        rule: pd.Series(row, index) for rule, row in zip(plan.inputs, values, strict=True)
    }

    def compute(rule: Rule) -> "pd.Series[float]":
        if rule not in done:
            done[rule] = _formula(rule) if isinstance(rule, Formula) else _window(rule)
        return done[rule]

    def _formula(rule: Formula) -> "pd.Series[float]":
        result = pd.Series(rule.function(*(compute(operand) for operand in rule.operands)), index)
        return result.mask(np.isinf(result))

    def _window(rule: Window | Input) -> "pd.Series[float]":
        assert isinstance(rule, Window)
        return _rolled(compute(rule.source), rule).shift(rule.lag)

    return pd.DataFrame({feature.name: compute(feature.rule) for feature in features})


def _rolled(source: "pd.Series[float]", rule: Window) -> "pd.Series[float]":
    rolling = source.rolling(rule.days, min_periods=rule.minimum_days)
    match rule.stat:
        case Stat.MEAN:
            return rolling.mean()
        case Stat.SD:
            return rolling.std()
        case Stat.TOTAL:
            return rolling.sum()
        case Stat.LAST:
            return source.ffill(limit=rule.days - 1)
        case Stat.TREND:
            return rolling.apply(_slope, raw=True, kwargs={"lags": trend_lags(rule.days)})
        case Stat.SINCE:
            return source.rolling(rule.days, min_periods=0).apply(_since, raw=True, args=(rule.days,))


def _slope(window: np.ndarray, lags: tuple[int, ...]) -> float:
    slopes = np.concatenate([(window[lag:] - window[:-lag]) / lag for lag in lags if lag < len(window)])
    slopes = slopes[~np.isnan(slopes)]
    return float(np.median(slopes)) if len(slopes) else np.nan


def _since(window: np.ndarray, days: int) -> float:
    backwards = window[::-1]
    stops = np.flatnonzero(np.isnan(backwards) | (backwards != 0))
    if len(stops) == 0:
        return float(days) if len(window) == days else np.nan
    return np.nan if np.isnan(backwards[stops[0]]) else float(stops[0])

"""The correlation engine against the plain scipy and statsmodels loops, on one 365-day person, in one run."""

import datetime as dt
import time
import tracemalloc
import warnings
from collections.abc import Callable

import numpy as np
from scipy import stats

from common.compute.correlations import Report, find
from common.compute.correlations.adjustment import shift_days
from common.compute.correlations.granger import granger
from common.compute.correlations.ranks import Floats, pearson_grid, spearman_grid
from tests.benchmarks.people import Table as Made
from tests.benchmarks.people import declare, draw_autoregressive
from tests.benchmarks.ratio import Ratio

DAYS, LAGS, ROUNDS = 365, 8, 5
INPUTS = (
    "energy_kcal", "protein_g", "carbs_g", "fat_g", "fiber_g", "sugar_g", "saturated_fat_g", "sodium_mg",
    "potassium_mg", "calcium_mg", "iron_mg", "magnesium_mg", "zinc_mg", "first_meal_hour", "last_meal_hour",
    "eating_window_hours", "late_energy_kcal", "workout_minutes", "hard_minutes", "training_load",
    "evening_workout_minutes", "workout_kcal", "steps", "active_kcal", "exercise_minutes",
)  # fmt: skip
OUTCOMES = ("rhr_bpm", "hrv_rmssd_ms", "sleep_minutes", "deep_minutes", "sleep_efficiency_pct")


def run() -> list[Ratio]:
    rng = np.random.default_rng(0)
    x, y = (
        draw_autoregressive(rng, len(INPUTS), DAYS, 0.3),
        draw_autoregressive(rng, len(OUTCOMES), DAYS, 0.5),
    )
    gappy_x, gappy_y = (np.where(rng.random(v.shape) < 0.1, np.nan, v) for v in (x, y))

    def grid() -> None:
        pearson_grid(gappy_x, gappy_y, range(LAGS))
        spearman_grid(gappy_x, gappy_y, range(LAGS))

    many_x, many_y = np.repeat(x, len(OUTCOMES), axis=0), np.tile(y, (len(INPUTS), 1))
    grid_seconds, loop_seconds = _fastest(grid), _fastest(lambda: _scipy_loop(gappy_x, gappy_y, LAGS), 1)
    granger_seconds = _fastest(lambda: granger(many_x, many_y))
    orders = [answer.order or 1 for answer in granger(many_x, many_y)]
    models_seconds = _fastest(lambda: _statsmodels_loop(many_x, many_y, orders), 1)
    # Three effects are planted, so that permutation and intervals are part of what is timed.
    for row, outcome in ((0, 0), (9, 1), (19, 2)):
        gappy_y[outcome, 1:] += 0.9 * x[row, :-1]
    level = np.array([[100.0]] * len(INPUTS) + [[60.0]] * len(OUTCOMES))
    table = Made(
        INPUTS + OUTCOMES,
        np.datetime64("2024-01-01", "D") + np.arange(DAYS),
        level * (1 + 0.1 * np.concatenate([gappy_x, gappy_y])),
    )
    declared, last = declare(table.names), dt.date(2024, 12, 29)

    def ninety() -> Report:
        return find(table, declared, last_closed=last, lookback_days=90)

    def year() -> Report:
        return find(table, declared, last_closed=last)

    pairs = len(INPUTS) * len(OUTCOMES)
    ratios = [
        _speed(f"Pearson + Spearman, {pairs * LAGS} lagged pairs", loop_seconds, grid_seconds, ">= 25", grid),
        _speed(f"Granger, {pairs} pairs, order by AIC", models_seconds, granger_seconds, ">= 50", None),
    ]
    for whole, days in ((ninety, 90), (year, DAYS)):
        same = _fastest(lambda days=days: _scipy_loop(gappy_x[:, -days:], gappy_y[:, -days:], 1), 2)  # type: ignore[misc]
        found = len(whole().findings)
        name = f"find(), {days} days, {pairs} pairs, {found} findings, against scipy on the same pairs"
        ratios.append(_speed(name, same, _fastest(whole), ">= 5" if days == 90 else ">= 1", whole))
    return ratios


def _speed(name: str, slow: float, fast: float, goal: str, measured: Callable[[], object] | None) -> Ratio:
    detail = f"{fast * 1e3:.1f} ms against {slow * 1e3:.0f} ms"
    if measured is not None:
        detail += f", peak {_peak_megabytes(measured):.0f} MB"
    return Ratio(name=name, value=slow / fast, goal=goal, detail=detail)


def _scipy_loop(x: Floats, y: Floats, lags: int) -> None:
    for lag in range(lags):
        for a in shift_days(x, lag):
            for b in y:
                common = np.isfinite(a) & np.isfinite(b)
                stats.pearsonr(a[common], b[common])
                stats.spearmanr(a[common], b[common])


def _statsmodels_loop(x: Floats, y: Floats, orders: list[int]) -> None:
    from statsmodels.tsa.stattools import grangercausalitytests  # noqa: PLC0415 - seconds to import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for a, b, order in zip(x, y, orders, strict=True):
            grangercausalitytests(np.column_stack([b, a]), maxlag=[order])


def _fastest(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def _peak_megabytes(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6

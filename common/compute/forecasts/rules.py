"""Simple forecasting rules, and how far each has been off for this person lately.

Every rule looks at the last `RULE_DAYS` days only, so a value depends on nothing before them. Day t holds
what is known at its end: the rule's forecast for day t + 1. Must not know which metric it is given.
"""

import numpy as np

from common.compute.series.rows import Floats

RULE_DAYS = 60
ERROR_DECAY = 0.97  # a day's error counts half after 23 days
ERROR_WEIGHTS = ERROR_DECAY ** np.arange(RULE_DAYS, dtype=np.float64)
PRIOR_DAYS = 10.0  # a new person's error is as good as ten days of the error usual in people
MOST_MISSED = 5.0

EWMA = {"ewma_0.1": 0.1, "ewma_0.2": 0.2, "ewma_0.3": 0.3, "ewma_0.5": 0.5}
MEANS = {"mean_7d": 7, "mean_28d": 28, "mean_60d": 60}
RULES: tuple[str, ...] = ("persistence", *EWMA, *MEANS)
COMBINED = "combined"
ERROR_POWER = 5


def trailing(values: Floats, days: int) -> Floats:
    """(..., n) -> (..., n, days): element k holds the value k days earlier, NaN before the first day."""
    padded = np.full((*values.shape[:-1], days - 1 + values.shape[-1]), np.nan)
    padded[..., days - 1 :] = values
    step = padded.itemsize  # a view, made without sliding_window_view's checks, which cost more than the sums
    return np.ndarray(
        (*values.shape, days), padded.dtype, padded, (days - 1) * step, (*padded.strides, -step)
    )


def weighted_mean(values: Floats, weights: Floats, last: int | None = None) -> Floats:
    """(..., n), (days,) weights by age -> (..., n) mean of the known trailing values, NaN where none is.

    With `last`, of so many last days only: (..., last).
    """
    window = _latest(trailing(values, len(weights)), last)
    known = np.isfinite(window)
    # not a matrix product: BLAS rounds a row differently by how many rows there are
    total = np.where(known, weights, 0.0).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        weighted: Floats = np.where(known, window * weights, 0.0).sum(axis=-1)
        return weighted / np.where(total > 0, total, np.nan)


def _latest(windows: Floats, last: int | None) -> Floats:
    """(..., n, days) -> (..., last, days), or all n."""
    return windows if last is None else windows[..., -last:, :]


def last_known(values: Floats, days: int = RULE_DAYS) -> tuple[Floats, Floats]:
    """(n,) -> the latest known value within `days` and its age in days; NaN where there is none."""
    index = np.arange(len(values))
    latest = np.maximum.accumulate(np.where(np.isfinite(values), index, -1))
    age = np.where(latest >= 0, index - latest, np.inf)
    held = age < days
    return np.where(held, values[latest], np.nan), np.where(held, age, np.nan)


def rule_forecasts(values: Floats, last: int | None = None) -> Floats:
    """(n,) -> (len(RULES), n): each rule's forecast for the day after. Weights run by calendar day.

    With `last`, of so many last days only: (len(RULES), last).
    """
    ages = np.arange(RULE_DAYS, dtype=np.float64)
    known = last_known(values)[0]
    return np.stack(
        [
            known if last is None else known[-last:],
            *(weighted_mean(values, (1 - alpha) ** ages, last) for alpha in EWMA.values()),
            *(weighted_mean(values, np.ones(days), last) for days in MEANS.values()),
        ]
    )


def missed_by(
    values: Floats,
    forecasts: Floats,
    prior: float,
    last: int | None = None,
    horizon: int = 1,
    *,
    most: float = MOST_MISSED,
) -> Floats:
    """How far off each rule was on the days before: (rules, n, RULE_DAYS), latest first, NaN where unknown.

    (n,) and (rules, n), of which each day's is for `horizon` days later; known at the end of each day. No day
    counts for more than `most` times the prior, so that a glitch does not widen intervals for weeks.
    With `last`, of so many last days only: (rules, last, RULE_DAYS).
    """
    errors = np.full(forecasts.shape, np.nan)
    errors[:, horizon:] = np.clip(values[horizon:] - forecasts[:, :-horizon], -most * prior, most * prior)
    return _latest(trailing(errors, RULE_DAYS), last)


def mean_miss(missed: Floats, prior: float, prior_days: float = PRIOR_DAYS) -> tuple[Floats, Floats]:
    """Mean absolute error, recent days counting more, shrunk towards `prior` as by `prior_days` of it; and
    the days it rests on.

    (..., RULE_DAYS) -> twice (...), in the unit of `missed`.
    """
    known = np.isfinite(missed)
    total: Floats = np.where(known, np.abs(missed) * ERROR_WEIGHTS, 0.0).sum(axis=-1)
    days: Floats = np.where(known, ERROR_WEIGHTS, 0.0).sum(axis=-1)
    return (total + prior_days * prior) / (days + prior_days), days


def usual_error(values: Floats, forecasts: Floats, prior: float, last: int | None = None) -> Floats:
    """(n,) and (rules, n) -> (rules, n) mean absolute errors lately, shrunk towards `prior`.

    With `last`, of so many last days only: (rules, last).
    """
    return mean_miss(missed_by(values, forecasts, prior, last), prior)[0]


def combine_rules(forecasts: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """Mean of the rules, those that were less off lately counting more, and the mean of their errors.

    Twice (rules, n) -> twice (n,); weights are errors to the power of -ERROR_POWER (after Bates & Granger
    1969, "The combination of forecasts", whose weights are inverse squares). NaN where no rule knows.
    """
    known = np.isfinite(forecasts)
    weights = np.where(known, (errors / errors.min(axis=0)) ** -ERROR_POWER, 0.0)
    total = weights.sum(axis=0)
    weights = weights / np.where(total > 0, total, np.nan)
    mean: Floats = (weights * np.where(known, forecasts, 0.0)).sum(axis=0)
    error: Floats = (weights * errors).sum(axis=0)
    return mean, error


def shrink(own: Floats, days: Floats, typical: float, within_sd: Floats | float, between_sd: float) -> Floats:
    """Return a person's own level pulled towards the typical one, the more the fewer days (at least 1) it
    rests on.

    The best linear predictor of a random-intercept model (Robinson 1991, "That BLUP is a good thing").
    """
    trust = between_sd**2 / (between_sd**2 + within_sd**2 / days)
    return typical + trust * (own - typical)

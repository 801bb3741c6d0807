"""What a manifest promises about errors, measured on people the members had not seen when they answered."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM

from common.compute.forecasts.intervals import conformal_quantiles
from common.compute.forecasts.model_inputs import FAMILIES, Metric
from common.compute.forecasts.rules import shrink
from common.compute.series.rows import Floats
from common.inference.manifest import Calibration, Horizon, Population, Quantiles
from model_export.data.datasets import Mask, Samples

HORIZONS: dict[Horizon, bool] = {"closed": False, "open": True}
NIGHTS_THAT_COUNT = 60.0
"""A person with more nights than this weighs no more in a quantile."""
CLOSE_BPM, CLOSE_SHARE = 3.0, 0.15

Ends = dict[int, tuple[Floats, Floats]]
"""Level in percent -> lower and upper ends, (N,) each."""


@dataclass(frozen=True)
class Calibrated:
    """Per family and horizon where the model answers, per horizon where it does not."""

    by_family: dict[str, dict[Horizon, Calibration]]
    cold_start: dict[Horizon, Calibration]


def fit_population(samples: Samples, metric: Metric) -> Population:
    """Return levels between and within people: a random-intercept model over all nights of one horizon."""
    once = samples.where(~samples.day_open)
    frame = pd.DataFrame({"level": metric.to_model(once.actual), "person": once.person})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of convergence along the way
        fit = MixedLM.from_formula("level ~ 1", frame, groups="person").fit(reml=True)
    residuals = frame["level"] - frame.groupby("person")["level"].transform("mean")
    of_family = {family: residuals[once.family == family] for family in FAMILIES}
    spread = {family: float((own if len(own) > 1 else residuals).std()) for family, own in of_family.items()}
    return Population(
        mean=round(float(fit.fe_params.iloc[0]), 4),
        between_sd=round(float(np.sqrt(fit.cov_re.iloc[0, 0])), 4),
        within_sd={family: round(sd, 4) for family, sd in spread.items()},
    )


def shrunk_references(samples: Samples, population: Population) -> Floats:
    """(N,) what a forecast starts from, in the model's unit: the rule, pulled towards the typical level."""
    within = np.array([population.within_sd[family] for family in samples.family])
    return shrink(samples.reference, samples.known_days, population.mean, within, population.between_sd)


def served_centers(samples: Samples, deviations: Floats, population: Population) -> Floats:
    """(N,) forecasts in the model's unit as serving makes them."""
    moves = np.where(samples.recent, samples.usual_error * deviations, 0.0)
    return shrunk_references(samples, population) + moves


def calibrate(samples: Samples, centers: Floats, metric: Metric) -> Calibrated:
    """Return calibrations of each family, horizon and of few known days; of everyone's nights where a family
    has none.
    """

    def one(mask: Mask, otherwise: Mask) -> Calibration:
        chosen = next(nights for nights in (mask, otherwise, np.ones_like(mask)) if nights.any())
        return _calibration(samples.where(chosen), centers[chosen], metric)

    of_horizon = {h: samples.day_open == day_open for h, day_open in HORIZONS.items()}
    return Calibrated(
        by_family={
            family: {
                h: one(nights & samples.recent & (samples.family == family), nights & samples.recent)
                for h, nights in of_horizon.items()
            }
            for family in FAMILIES
        },
        cold_start={h: one(nights & ~samples.recent, nights) for h, nights in of_horizon.items()},
    )


def interval_ends(samples: Samples, centers: Floats, calibrated: Calibrated) -> Ends:
    """Return the ends in the model's unit as serving makes them."""
    tables: list[tuple[Mask, Quantiles]] = []
    for horizon, day_open in HORIZONS.items():
        same = samples.day_open == day_open
        tables.append((same & ~samples.recent, calibrated.cold_start[horizon].intervals))
        for family, horizons in calibrated.by_family.items():
            tables.append((same & samples.recent & (samples.family == family), horizons[horizon].intervals))
    return ends_of(tables, centers, samples.usual_error)


def ends_of(tables: list[tuple[Mask, Quantiles]], centers: Floats, usual_error: Floats) -> Ends:
    """Put together the ends of disjoint masks, each with its own quantiles; NaN outside all of them."""
    ends: Ends = {}
    for mask, quantiles in tables:
        for level, (low, high) in quantiles.items():
            unknown = np.full(len(centers), np.nan)
            lower, upper = ends.setdefault(level, (unknown.copy(), unknown))
            lower[mask] = (centers + low * usual_error)[mask]
            upper[mask] = (centers + high * usual_error)[mask]
    return ends


def scaled_quantiles(samples: Samples, centers: Floats, metric: Metric) -> Mapping[int, tuple[float, float]]:
    """Conformal quantiles of errors in units of the usual error, no person counting too much."""
    scores = (metric.to_model(samples.actual) - centers) / samples.usual_error
    return conformal_quantiles(scores, person_weights(samples))


def person_weights(samples: Samples) -> Floats:
    """(N,) what each night counts for, so that no person counts too much."""
    _, person, nights = np.unique(samples.person, return_inverse=True, return_counts=True)
    weights: Floats = np.minimum(1.0, NIGHTS_THAT_COUNT / nights)[person]
    return weights


def _calibration(samples: Samples, centers: Floats, metric: Metric) -> Calibration:
    edges = np.quantile(samples.usual_error, [1 / 3, 2 / 3])
    close = _close(samples.actual, centers, metric)
    bins = np.searchsorted(edges, samples.usual_error)
    return Calibration(
        nights=len(samples),
        people=len(np.unique(samples.person)),
        intervals={
            level: (round(low, 4), round(high, 4))
            for level, (low, high) in scaled_quantiles(samples, centers, metric).items()
        },
        error_edges=[round(float(edge), 6) for edge in edges],
        confidence=[round(float(close[bins == b].mean()), 3) for b in range(len(edges) + 1)],
    )


def _close(actual: Floats, centers: Floats, metric: Metric) -> Mask:
    if metric.logarithmic:
        close: Mask = np.abs(np.exp(centers) / actual - 1) <= CLOSE_SHARE
    else:
        close = np.abs(centers - actual) <= CLOSE_BPM
    return close

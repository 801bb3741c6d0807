"""What a manifest promises about errors, measured on people the members had not seen when they answered."""

import warnings

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM

from common.compute.baselines import shrink
from common.compute.intervals import conformal_quantiles
from common.compute.outlook import FAMILIES, Metric
from common.compute.person import Floats
from common.inference.manifest import Calibration, Horizon, Population
from model_export.datasets import Mask, Samples

HORIZONS: dict[Horizon, bool] = {"closed": False, "open": True}
MIN_DAYS = 30
NIGHTS_THAT_COUNT = 60.0
"""A person with more nights than this weighs no more in a quantile."""
CLOSE_BPM, CLOSE_SHARE = 3.0, 0.15


def fit_population(samples: Samples, metric: Metric) -> Population:
    """Levels between and within people: a random-intercept model over all nights, one horizon."""
    once = samples.where(~samples.day_open)
    frame = pd.DataFrame({"level": metric.to_model(once.actual), "person": once.person})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of convergence along the way
        fit = MixedLM.from_formula("level ~ 1", frame, groups="person").fit(reml=True)
    return Population(
        mean=round(float(fit.fe_params.iloc[0]), 4),
        between_sd=round(float(np.sqrt(fit.cov_re.iloc[0, 0])), 4),
        within_sd=round(float(np.sqrt(fit.scale)), 4),
    )


def served_centers(samples: Samples, deviations: Floats, population: Population) -> tuple[Floats, Mask]:
    """(N,) forecasts in the model's unit as serving makes them, and (N,) True where the model answers."""
    modelled = samples.recent & (samples.known_days >= MIN_DAYS)
    shrunk = shrink(
        samples.reference,
        samples.known_days,
        population.mean,
        population.within_sd,
        population.between_sd,
    )
    moved = samples.reference + samples.usual_error * deviations
    return np.where(modelled, moved, shrunk), modelled


def calibrate(
    samples: Samples, centers: Floats, modelled: Mask, metric: Metric
) -> tuple[dict[str, dict[Horizon, Calibration]], dict[Horizon, Calibration]]:
    """Per family and horizon where the model answers, per horizon where it does not."""

    def one(mask: Mask) -> Calibration:
        return _calibration(samples.where(mask), centers[mask], metric)

    by_family = {
        family: {
            horizon: one(modelled & (samples.family == family) & (samples.day_open == day_open))
            for horizon, day_open in HORIZONS.items()
        }
        for family in FAMILIES
    }
    cold = {horizon: one(~modelled & (samples.day_open == flag)) for horizon, flag in HORIZONS.items()}
    return by_family, cold


def _calibration(samples: Samples, centers: Floats, metric: Metric) -> Calibration:
    scores = (metric.to_model(samples.actual) - centers) / samples.usual_error
    _, person, nights = np.unique(samples.person, return_inverse=True, return_counts=True)
    weights = np.minimum(1.0, NIGHTS_THAT_COUNT / nights)[person]
    edges = np.quantile(samples.usual_error, [1 / 3, 2 / 3])
    close = _close(samples.actual, centers, metric)
    bins = np.searchsorted(edges, samples.usual_error)
    return Calibration(
        nights=len(samples),
        people=len(nights),
        intervals={
            level: (round(low, 4), round(high, 4))
            for level, (low, high) in conformal_quantiles(scores, weights).items()
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

"""How far off forecasts and intervals are. Lower is better but for R2; arrays are (N,) and in one unit."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from common.compute.series.rows import Floats


def root_mean_square(errors: Floats) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def day_to_day_change(values: Floats) -> float:
    """(days,) with NaN -> mean absolute change between consecutive known days, what MASE scales by.

    Of the whole record, so that every forecast of a person is scaled alike (Hyndman & Koehler 2006). NaN
    where no two days in a row are known.
    """
    changes = np.abs(np.diff(values))
    known = changes[np.isfinite(changes)]
    return float(known.mean()) if known.size else float("nan")


def scaled_error(errors: Floats, scales: Floats) -> float:
    """MASE: mean of |error| / the person's day-to-day change; nights of people without one do not count."""
    usable = np.isfinite(scales) & (scales > 0)
    return float(np.mean(np.abs(errors[usable]) / scales[usable])) if usable.any() else float("nan")


def within_person_r2(actual: Floats, forecast: Floats, person: NDArray[np.int64]) -> float:
    """Share of the variation around each person's own mean that is foreseen.

    Differences between people, which any model knows, count for nothing. Below 0: worse than that mean, which
    is known in hindsight only.
    """
    _, index = np.unique(person, return_inverse=True)
    means = np.bincount(index, actual) / np.bincount(index)
    varied = float(np.sum((actual - means[index]) ** 2))
    return 1 - float(np.sum((actual - forecast) ** 2)) / varied if varied else float("nan")


def pinball(actual: Floats, quantiles: Mapping[float, Floats]) -> float:
    """Mean over nights and quantiles of 2 x the quantile loss, so that of a median alone is the MAE."""
    losses = [
        2 * np.maximum(share * (actual - value), (share - 1) * (actual - value))
        for share, value in quantiles.items()
    ]
    return float(np.mean(losses))

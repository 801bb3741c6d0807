"""A rota: days that come round by another number than seven, as shifts do. Owns finding it and its terms.

Work in a rota moves meals, movement and nights alike, and no weekday describes it. It shows where the
parts of a day come round: a fold of hours and steps by a period varies more between its phases than
within them.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from common.compute.correlations.ranks import Floats

TIMED = ("first_meal_hour", "last_meal_hour", "sleep_minutes", "steps")
"""What a shift moves, where it is known."""
PERIODS = (3, 4, 5, 6, 8, 9, 10, 12)
_SURE = 1e-6  # nights resemble their neighbours, so the F test's p is only nearly right
_LEAST_ROUNDS = 5


def find_rota(series: Mapping[str, Floats], days: NDArray[np.datetime64]) -> int | None:
    """Return the period in days that the person's days come round by, if any does beyond doubt."""
    timed = [series[name] for name in TIMED if name in series]
    if not timed:
        return None
    values = np.array(timed)
    known = np.isfinite(values).astype(np.float64)
    rest = _deviations(np.nan_to_num(values), known)
    rest = _deviations(rest - _folded(rest, known, days, 7), known)
    squares = (rest**2).sum(axis=1)
    p = {period: _least_p(rest, known, squares, days, period) for period in PERIODS}
    likeliest = min(p, key=lambda period: p[period])
    if p[likeliest] >= _SURE:
        return None
    # half a period is only a part of the whole, and may look the clearer for it
    return 2 * likeliest if p.get(2 * likeliest, 1.0) < _SURE else likeliest


def rota_terms(days: NDArray[np.datetime64], period: int) -> Floats:
    """(period - 1, n) indicators of all phases but the first."""
    terms: Floats = (_phases(days, period)[None, :] == np.arange(1, period)[:, None]).astype(np.float64)
    return terms


def _phases(days: NDArray[np.datetime64], period: int) -> NDArray[np.int64]:
    phases: NDArray[np.int64] = days.astype("datetime64[D]").astype(np.int64) % period
    return phases


def _deviations(values: Floats, known: Floats) -> Floats:
    """Return (m, n) from their rows' means, 0 where `known` is."""
    means = (values * known).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    deviations: Floats = (values - means) * known
    return deviations


def _folded(values: Floats, known: Floats, days: NDArray[np.datetime64], period: int) -> Floats:
    """Each day's mean over its phase, of (m, n) with 0 where `known` is."""
    phases = _phases(days, period)
    turns = (phases[:, None] == np.arange(period)).astype(np.float64)
    means: Floats = (values @ turns / np.maximum(known @ turns, 1))[:, phases]
    return means


def _least_p(
    rest: Floats, known: Floats, squares: Floats, days: NDArray[np.datetime64], period: int
) -> float:
    """Of the F test of phases, over the rows (m, n) that have gone round often enough."""
    n = known.sum(axis=1)
    enough = n >= _LEAST_ROUNDS * period
    if not enough.any():
        return 1.0
    phases = _phases(days, period)
    turns = (phases[:, None] == np.arange(period)).astype(np.float64)
    between = ((rest @ turns) ** 2 / np.maximum(known @ turns, 1)).sum(axis=1)[enough]
    degrees = n[enough] - period
    within = np.maximum((squares[enough] - between) / degrees, 1e-12)
    return float(fdtrc(period - 1, degrees, between / (period - 1) / within).min())

"""How many nights a day's habit shows.

A later night is asked beside the days in between, for habits come in runs: what is left is the earlier day's
own. Nights are asked one after the other and only as long as the one before answered, which makes asking
several of them no dearer than one (fixed sequence; Maurer, Hothorn and Lehmacher 1995).
"""

from dataclasses import replace

import numpy as np

from common.compute.correlations.adjustment import shift_days
from common.compute.correlations.further import (
    Beside,
    Study,
    adjust_beside,
    chance,
    earlier_days,
    fit,
)
from common.compute.correlations.pairs import Pair
from common.compute.correlations.permutation import block_days
from common.compute.correlations.report import Lasting

LATEST_NIGHT = 4
HALF = 0.5
ONE_SIDED = 1.645


def follow_nights(pair: Pair, study: Study, slope: float, rng: np.random.Generator) -> Lasting:
    """`slope` is what is told of the first night."""
    nights, half_left, going_on = 1, None, True
    for night in range(2, LATEST_NIGHT + 1):
        adjusted = _ask_night(pair, study, night)
        days, block = len(adjusted.y), block_days(len(adjusted.y))
        later = fit(adjusted.columns, adjusted, block)
        going_on = going_on and later.slopes[0] * slope > 0
        going_on = going_on and study.holds(chance(adjusted.columns, adjusted, rng, block), days)
        if going_on:
            nights = night
            continue
        error = float(np.sqrt(later.covariance[0, 0]))
        if abs(later.slopes[0]) + ONE_SIDED * error <= HALF * abs(slope):
            half_left = night
            break
    return Lasting(nights, half_left)


def _ask_night(pair: Pair, study: Study, night: int) -> Beside:
    x = study.series[pair.input.channel]
    since = earlier_days(x, range(1, night))
    return adjust_beside(replace(pair, lag_days=night), shift_days(x, night)[None], study, since)

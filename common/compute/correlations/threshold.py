"""From where on a habit shows, or up to where: a line with one bend, told only where a straight one fails.

The bend is looked for at the person's own values, and its p is that of the best of all of them (Davies 1987,
Biometrika 74, 33-43), so looking costs what it should. One side of it must besides be flat beyond doubt: at
most half as steep as the other, at the upper end of its interval.
"""

from dataclasses import replace

import numpy as np

from common.compute.correlations.adjustment import shift_days
from common.compute.correlations.further import Beside, Study, adjust_beside, chance, fit
from common.compute.correlations.pairs import Pair
from common.compute.correlations.permutation import block_days
from common.compute.correlations.ranks import Floats
from common.compute.correlations.report import Threshold

MOST_PLACES = 15
LEAST_DAYS, LEAST_SHARE = 10, 0.1
FLAT_SHARE = 0.5
ONE_SIDED = 1.645
TWO_SIDED = 2.706
"""Of chi-squared with one degree of freedom: what a 90% interval of the bend leaves in."""


def find_threshold(pair: Pair, study: Study, sign: float, rng: np.random.Generator) -> Threshold | None:
    """Return where the outcome begins or ends to change the way `sign` says.

    None where no bend holds, neither side of the best one is flat, or the steep one leads the other way.
    """
    x = shift_days(study.series[pair.input.channel], pair.lag_days)
    places = possible_places(x[np.isfinite(x) & np.isfinite(study.series[pair.outcome.channel])])
    if not len(places):
        return None
    above = np.maximum(x - places[:, None], 0.0)
    both = adjust_beside(pair, np.concatenate([x[None], above]), study, np.empty((0, len(x))))
    line, bends = both.columns[0], both.columns[1:]
    straight = _without(bends, line), _without(both.y[None], line)[0]
    block = block_days(len(line))
    p = chance(straight[0], replace(both, y=straight[1]), rng, block)
    if not study.holds(p, len(line)):
        return None
    gained = (straight[0] @ straight[1]) ** 2 / (straight[0] ** 2).sum(axis=1)
    best = int(np.argmax(gained))
    left = float(straight[1] @ straight[1] - gained[best]) * both.inflation**2 / len(line)
    likely = np.flatnonzero(gained >= gained[best] - TWO_SIDED * left)
    begins = _begins(np.stack([line, bends[best]]), both, sign)
    if begins is None:
        return None
    # the bend may lie anywhere up to the next value that was tried
    lower, upper = places[max(likely[0] - 1, 0)], places[min(likely[-1] + 1, len(places) - 1)]
    return Threshold(float(places[best]), float(lower), float(upper), begins)


def possible_places(x: Floats) -> Floats:
    """Return values with enough days beyond, and enough up to them besides those of the lowest value."""
    values, counts = np.unique(x, return_counts=True)
    least = max(LEAST_DAYS, LEAST_SHARE * len(x)) if len(values) > MOST_PLACES else LEAST_DAYS
    below = np.cumsum(counts) - counts[0]
    places: Floats = values[(below >= least) & (len(x) - np.cumsum(counts) >= least)]
    if len(places) <= MOST_PLACES:
        return places
    spread: Floats = places[np.linspace(0, len(places) - 1, MOST_PLACES).round().astype(int)]
    return spread


def _begins(columns: Floats, both: Beside, sign: float) -> bool | None:
    """Tell whether the flat side is below the bend; None where neither is flat beside a steep one."""
    fitted = fit(columns, both, block_days(len(both.y)))
    below, above = fitted.slopes[0], fitted.slopes.sum()
    error_below = float(np.sqrt(fitted.covariance[0, 0]))
    error_above = float(np.sqrt(fitted.covariance.sum()))
    for flat, error, steep, begins in (
        (below, error_below, above, True),
        (above, error_above, below, False),
    ):
        if steep * sign > 0 and abs(flat) + ONE_SIDED * error <= FLAT_SHARE * abs(steep):
            return begins
    return None


def _without(values: Floats, line: Floats) -> Floats:
    left: Floats = values - np.outer(values @ line / (line @ line), line)
    return left

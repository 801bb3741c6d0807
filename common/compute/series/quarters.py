"""Quarter hours: what a device samples many times an hour, reduced to one value each.

Three readings or more of one metric, unit and source within a quarter of an hour become one: their mean
without the lowest and the highest, at the instant of the first. One that is no number, or stands at 00:00
UTC, where it may mean a whole date, stays as it is. No zone's day begins within a quarter of an hour.
"""

import numpy as np

from common.compute.series.calendar import DAY_MS
from common.compute.series.rows import Floats
from common.compute.series.window import Indices, Mask

QUARTER_MINUTES = 15
LEAST_ROWS = 3
DECIMALS = 6
_QUARTER_MS = QUARTER_MINUTES * 60_000


def reduce_quarters(
    kind: Indices, at_ms: Indices, value: Floats, written: Indices, sampled: Mask
) -> tuple[Indices, Floats, Indices]:
    """Return rows that stay, in their order, with their values and when they were last written.

    `kind` tells metric, unit and source apart; only rows that are `sampled` are reduced.
    """
    everything = np.arange(len(value))
    usual = np.flatnonzero(sampled & np.isfinite(value) & (at_ms % DAY_MS != 0))
    if len(usual) < LEAST_ROWS:
        return everything, value, written
    usual = usual[np.lexsort((at_ms[usual], kind[usual]))]
    quarter = at_ms[usual] // _QUARTER_MS
    starts = np.flatnonzero((np.diff(kind[usual], prepend=-1) != 0) | (np.diff(quarter, prepend=-1) != 0))
    sizes = np.diff(starts, append=len(usual))
    if sizes.max() < LEAST_ROWS:
        return everything, value, written
    read = value[usual]
    inner = (
        np.add.reduceat(read, starts) - np.minimum.reduceat(read, starts) - np.maximum.reduceat(read, starts)
    )
    many = sizes >= LEAST_ROWS
    reduced, last = value.copy(), written.copy()
    first = usual[starts[many]]
    reduced[first] = np.round(inner[many] / (sizes[many] - (LEAST_ROWS - 1)), DECIMALS)
    last[first] = np.maximum.reduceat(written[usual], starts)[many]
    stays = np.ones(len(value), bool)
    stays[usual[np.repeat(many, sizes)]] = False
    stays[first] = True
    return everything[stays], reduced[stays], last[stays]

"""One measure of one person as if all of it had been measured in the era that lasts now.

Devices disagree about the same person, and firmware shifts a level for good, so a new era is no change of the
person: nights of others are moved by how far their level lies from that of now, which a few nights tell.
"""

import numpy as np

from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.eras import find_eras
from common.compute.series.rows import Floats

LATEST_NIGHTS = 3
"""The era that lasts is the one most of so many last nights are of."""
LEVEL_NIGHTS = 28


def own_values(series: DailySeries, channel: str, *, logarithmic: bool) -> Floats:
    """(n,) values of a channel, those of other eras at the level of the one that lasts; NaN where unknown.

    With `logarithmic`, natural logarithms.
    """
    values = series[channel]
    known = np.isfinite(values)
    if not series.source_codes.size or not known.any():
        return np.log(values) if logarithmic else values
    eras = find_eras(channel, values, series.source_codes[CHANNEL_INDEX[channel]]).ids
    values = np.log(values) if logarithmic else values
    worn = eras[known]
    if (worn == worn[0]).all():
        return values
    latest, nights = np.unique(worn[-LATEST_NIGHTS:], return_counts=True)
    now = latest[nights.argmax()]

    def level(era: np.int16) -> float:
        return float(np.median(values[known & (eras == era)][-LEVEL_NIGHTS:]))

    moved = values.copy()
    for era in np.unique(worn[worn != now]):
        moved[known & (eras == era)] += level(now) - level(era)
    return moved

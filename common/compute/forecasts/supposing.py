"""What-if: one person's days with something of the last one supposed, and nothing else known of that day.

What may be supposed is what a forecast model sees of a day. Whether a model's answer to it means anything is
not known here.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS
from common.compute.series.rows import Floats

USUAL_DAYS, USUAL_KNOWN_DAYS = 28, 7

SUPPOSABLE: dict[str, str] = {
    "steps": "steps",
    "exercise_minutes": "minutes of exercise",
    "active_kcal": "kcal of activity",
    "total_kcal": "kcal burned",
    "sleep_minutes": "minutes of sleep last night",
}
"""Channel -> what it counts, in words. Sleep is that of the night the day began with."""


def usual_days(series: DailySeries, channel: str) -> Floats:
    """Return what is known of the four weeks before the last day; fewer than a week of them tell nothing
    usual.
    """
    before = series[channel][:-1][-USUAL_DAYS:]
    return before[np.isfinite(before)]


def suppose(series: DailySeries, supposed: Mapping[str, float]) -> DailySeries:
    """Return the series with its last day over: its totals unknown but for those supposed."""
    values = series.values.copy()
    for name, channel in CHANNELS.items():
        if not channel.known_at_wake:
            values[CHANNEL_INDEX[name], -1] = np.nan
    for name, value in supposed.items():
        values[CHANNEL_INDEX[name], -1] = value
    return replace(series, values=values, open_day=None)

"""How much a person's data can support: the figures of "UserMLProfile"."""

from dataclasses import dataclass

import numpy as np

from common.compute.measures import REGISTER
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNELS, Origin
from common.compute.series.window import Mask

RECENT_DAYS = 30

_ORIGINS = np.array([channel.origin for channel in CHANNELS.values()])
_VITALS = [measure.channel for measure in REGISTER if measure.vital]


@dataclass(frozen=True, slots=True)
class Supply:
    """`quality` (0..1): the share of the last 30 closed days known, averaged over food, vitals and movement.

    The others say whether the series holds enough closed days of each for patterns to be looked for.
    """

    quality: float
    nutrition: bool
    health: bool
    activity: bool


def measure_supply(series: DailySeries, min_days: int) -> Supply:
    stop = len(series.days) if series.open_day is None else series.open_day
    food = (series["food_log_complete"] == 1)[:stop]
    vitals = _known_days(series, np.isin(list(CHANNELS), _VITALS))[:stop]
    movement = _known_days(series, _ORIGINS == Origin.ACTIVITY)[:stop]
    shares = [days[-RECENT_DAYS:].sum() / RECENT_DAYS for days in (food, vitals, movement)]
    return Supply(
        quality=round(float(np.mean(shares)), 4),
        nutrition=bool(food.sum() >= min_days),
        health=bool(vitals.sum() >= min_days),
        activity=bool(movement.sum() >= min_days),
    )


def _known_days(series: DailySeries, channels: Mask) -> Mask:
    return np.asarray(np.isfinite(series.values[channels]).any(axis=0))

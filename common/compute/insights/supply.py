"""What data would let more be said: how much there is of what a first insight takes. Computes counts only."""

from dataclasses import dataclass

import numpy as np

from common.compute.insights.goals import LEAST_DAYS, WEEK_DAYS
from common.compute.insights.levels import FIRST_NIGHTS, RECENT_DAYS
from common.compute.series.build import DailySeries


@dataclass(frozen=True, slots=True)
class Supply:
    metric: str
    days_have: int
    days_need: int


def missing_supplies(series: DailySeries) -> list[Supply]:
    """Return what falls short, by name: nights worn of the last fortnight, days fully logged of the last
    week.
    """
    nights = np.isfinite(series["rhr_bpm"]) | np.isfinite(series["sleep_minutes"])
    logged = series["food_log_complete"] == 1
    supplies = (
        Supply("nights_worn", int(nights[-RECENT_DAYS:].sum()), FIRST_NIGHTS),
        Supply("complete_food_log_days", int(logged[-WEEK_DAYS:].sum()), LEAST_DAYS),
    )
    return [supply for supply in supplies if supply.days_have < supply.days_need]

"""Nights unlike a person's own: how far each measure has stepped away, and when that is worth telling.

`scores` measures steps against what the person's own nights lead to expect, `unusual` decides together with a
model of unusual nights, whose answer is an argument. Must not know words, and never says why.
"""

from common.compute.anomalies.scores import Mask, Scores, same_source, score_nights
from common.compute.anomalies.unusual import (
    FOREST_INPUTS,
    Deviation,
    Rate,
    Unusual,
    find_unusual,
    forest_rows,
    is_unusual,
)
from common.compute.anomalies.watched import WATCHED, Watched

__all__ = [
    "FOREST_INPUTS",
    "WATCHED",
    "Deviation",
    "Mask",
    "Rate",
    "Scores",
    "Unusual",
    "Watched",
    "find_unusual",
    "forest_rows",
    "is_unusual",
    "same_source",
    "score_nights",
]

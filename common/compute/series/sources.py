"""Which of several sources a day's value is taken from.

One source per channel and day: of those that have a value that day, the one with the most such days among
the `TRAILING_DAYS` up to it; sources with at least `NEARLY_AS_MANY` of the leader's days count as equal and
go by the fixed order below, so that one missed night does not swap devices. The choice sees no later row.
Sources are compared without regard to case, blanks, dashes and underscores.
"""

import numpy as np

from common.compute.series.rows import Floats
from common.compute.series.trailing import trailing_sum
from common.compute.series.window import TRAILING_DAYS, Indices

NEARLY_AS_MANY = 0.75

# Worn at night first; then unnamed ones by alphabet; typed by hand last.
NAMED = ("oura", "whoop", "garmin", "fitbit", "apple_health")
_LAST = ("manual", "")
_SPELLINGS = {name.replace("_", ""): name for name in NAMED}


def source_key(text: str) -> str:
    """How sources are compared and named: "Apple Health" and "apple_health" are one."""
    key = "_".join(text.casefold().replace("_", " ").replace("-", " ").split())
    return _SPELLINGS.get(key.replace("_", ""), key)


def source_order(key: str) -> tuple[int, str]:
    """Sort sources into the fixed order."""
    if key in NAMED:
        return NAMED.index(key), key
    return len(NAMED) + (1 + _LAST.index(key) if key in _LAST else 0), key


def choose_sources(daily: Floats, channel: Indices) -> tuple[Indices, Indices]:
    """For candidates (k, n), NaN = no value, of `channel` (k,), grouped and each group in the fixed order:
    the channels (c,) present and the candidate chosen (c, n) each day, -1 where none has a value."""
    has_value = ~np.isnan(daily)
    used_days = np.where(has_value, trailing_sum(has_value.astype(np.float64), TRAILING_DAYS), 0.0)
    starts = np.flatnonzero(np.diff(channel, prepend=-1))
    sizes = np.diff(starts, append=len(channel))
    leader = np.repeat(np.maximum.reduceat(used_days, starts, axis=0), sizes, axis=0)
    eligible = has_value & (used_days >= NEARLY_AS_MANY * leader)
    candidate = np.where(eligible, np.arange(len(channel))[:, None], len(channel))
    chosen = np.minimum.reduceat(candidate, starts, axis=0)
    return channel[starts], np.where(chosen < len(channel), chosen, -1)

"""The catalogue's features a forecast model is shown, each against the person's own last 60 days.

Chosen where they are declared: of nights and movement, known in the training data. None is derived from food
or meal times, whose effect on the outcomes no open data show, and none from SDNN, which is never mixed with
RMSSD.
"""

import numpy as np

from common.compute.features import CATALOGUE, FeatureTable, build_features
from common.compute.features.plan import plan_features
from common.compute.features.rolling import deviations, means
from common.compute.series.build import DailySeries, last_days
from common.compute.series.channels import CHANNELS
from common.compute.series.eras import SHIFT_REACH_DAYS
from common.compute.series.rows import Floats

NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOGUE.values() if feature.modelled)
SCALE_DAYS = 60
MINIMUM_DAYS = 7
LIMIT = 4.0

FEATURE_REACH_DAYS = SCALE_DAYS + max(CATALOGUE[name].window_days for name in NAMES) + SHIFT_REACH_DAYS
"""A day's scaled features depend on this many days and on none before."""

_PLAN = plan_features(CATALOGUE[name] for name in NAMES)
_KNOWN_AT_WAKE = np.array(
    [all(CHANNELS[channel].known_at_wake for channel in CATALOGUE[name].derived_from) for name in NAMES]
)


def shown_features(series: DailySeries, last: int) -> FeatureTable:
    """Return the features named here, of all days that those of so many last days are scaled by."""
    return build_features(last_days(series, last + FEATURE_REACH_DAYS), _PLAN)


def scaled_features(
    series: DailySeries, *, day_open: bool, last: int, table: FeatureTable | None = None
) -> Floats:
    """(len(NAMES), last) z-scores, NaN where unknown; of an open day only what is known on waking.

    `table` may hold the features of the series, if they are known already.
    """
    table = table or shown_features(series, last)
    values = table.only(NAMES).values[:, -last - SCALE_DAYS :]
    minimum = np.full((len(NAMES), 1), float(MINIMUM_DAYS))
    spread = deviations(values, SCALE_DAYS, minimum)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (values - means(values, SCALE_DAYS, minimum)) / np.where(spread > 0, spread, np.nan)
    z = np.clip(z, -LIMIT, LIMIT)
    if day_open:
        late = ~_KNOWN_AT_WAKE
        z[late, 1:], z[late, :1] = z[late, :-1].copy(), np.nan
    return z[:, -last:]


def source_channel(name: str) -> str:
    """Return the channel a feature is first of all derived from."""
    return CATALOGUE[name].derived_from[0]

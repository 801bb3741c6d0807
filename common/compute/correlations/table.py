"""A person's days as the engine takes them: closed, completely logged, only what is one channel's day."""

from common.compute.correlations.pairs import daily_quantities
from common.compute.features import CATALOGUE, FeatureTable, build_features
from common.compute.features.own import with_own_habits
from common.compute.features.plan import plan_features
from common.compute.series.build import DailySeries, closed, complete_only

_PLAN = plan_features(
    CATALOGUE[quantity.feature] for quantity in daily_quantities(CATALOGUE, CATALOGUE).values()
)


def daily_table(series: DailySeries) -> FeatureTable:
    """Return the catalogue's features that `find` reads, and none of the others, which cost most of the
    time. The person's own habits stand beside them.
    """
    return with_own_habits(build_features(complete_only(closed(series)), _PLAN), series)

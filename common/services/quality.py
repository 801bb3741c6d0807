"""Says how good the rows behind an answer were."""

import numpy as np

from common.schemas.quality import DataQuality
from common.services.visit import Visit


def describe_quality(visit: Visit) -> DataQuality:
    series = visit.series
    return DataQuality(
        timezone_known=series.zone_known,
        partial=series.open_day is not None,
        days_with_data=int((~np.isnan(series.values)).any(axis=0).sum()),
        complete_food_log_days=int((series["food_log_complete"] == 1).sum()),
        lookback_days=visit.lookback_days,
        dropped=dict(series.dropped),
        sources={channel: list(sources) for channel, sources in series.sources.items()},
    )

"""Says how good the rows behind an answer were."""

import numpy as np

from common.compute.series.build import TRAILING_DAYS, last_days
from common.schemas.quality import DataQuality
from common.services.snapshot import Snapshot


def describe_quality(snapshot: Snapshot) -> DataQuality:
    """Of the days an answer rests on: the first of a series only serve to judge those."""
    days = snapshot.lookback_days - TRAILING_DAYS
    series = last_days(snapshot.series, days + 1)
    return DataQuality(
        timezone_known=series.zone_known,
        partial=series.open_day is not None,
        days_with_data=int((~np.isnan(series.values)).any(axis=0).sum()),
        complete_food_log_days=int((series["food_log_complete"] == 1).sum()),
        lookback_days=days,
        dropped=dict(series.dropped),
        corrected=dict(series.corrected),
        sources={channel: list(sources) for channel, sources in series.sources.items()},
    )

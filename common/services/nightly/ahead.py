"""The morning's answers, cached before they are asked for, each with the tag it will be asked by.

Whatever happens to the cache, the night goes on: what is not kept is computed when asked for.
"""

from collections.abc import Sequence
from typing import Final

from common.cache import get_cache
from common.inference.forecast import Forecast
from common.schemas.insights import Feed
from common.services import features, predictions
from common.services.blocklist import deletion_key, unblock
from common.services.correlations import prepare_correlations
from common.services.features import prepare_features
from common.services.insights import prepare_insights
from common.services.predictions import prepare_forecast
from common.services.snapshot import Snapshot
from common.settings import get_settings

NARROWER: Final = (features.HISTORY_DAYS, predictions.LOOKBACK_DAYS)
"""Lookbacks a night's snapshot must be loaded for besides its own."""


def keep_answers(snapshot: Snapshot, forecasts: Sequence[Forecast], feed: Feed | None) -> None:
    """Cache what is asked for in the morning: features, correlations, forecasts and, if told, insights."""
    ttl_seconds = get_settings().cache_ttl_nightly
    cache = get_cache()
    if not ttl_seconds or cache.is_away():
        return
    of_nights = snapshot.narrowed(predictions.LOOKBACK_DAYS)
    prepared = [
        prepare_features(snapshot.narrowed(features.HISTORY_DAYS)),
        prepare_correlations(snapshot),
        *(prepare_forecast(of_nights, made) for made in forecasts),
        *([] if feed is None else [prepare_insights(snapshot, feed)]),
    ]
    kept = cache.set_all(
        [
            (answer.question.key, answer.sealed, max(ttl_seconds, answer.question.ttl_seconds))
            for answer in prepared
        ],
        unless=deletion_key(snapshot.user_id),
    )
    if kept:
        unblock(snapshot.user_id, *{answer.question.group for answer in prepared})

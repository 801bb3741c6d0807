"""Forecasts of many people in one request: each person's rows loaded once, each item answered or refused."""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from common.errors import NutriError, Unavailable
from common.schemas.predictions import BatchItem
from common.services.answers import Answer
from common.services.predictions import forecast_for, last_forecast, open_night, refused
from common.services.snapshot import Opened

BATCH_SECONDS: Final = 20.0
"""After that what is left is refused, to be asked again: rather a part in time than nothing."""

Outcome = Answer | NutriError
Night = tuple[str, date | None, int]
"""User, night, days ahead."""

logger = logging.getLogger(__name__)


def predict_batch(items: Sequence[BatchItem], *, now: datetime) -> bytes:
    """JSON of a BatchAnswer. Raises nothing that one item can cause."""
    deadline = time.monotonic() + BATCH_SECONDS
    outcomes: dict[int, Outcome] = {}
    for (user_id, target, horizon), positions in _by_night(items).items():
        if time.monotonic() > deadline:
            late = Unavailable("There was no time left for this one: ask again.", code="out_of_time")
            outcomes |= dict.fromkeys(positions, late)
        else:
            asked = [items[position] for position in positions]
            outcomes |= zip(positions, _answer_night(user_id, target, horizon, asked, now), strict=True)
    results = [_result_of(item, outcomes[position]) for position, item in enumerate(items)]
    answered = sum(result["prediction"] is not None for result in results)
    told = {"results": results, "answered": answered, "refused": len(results) - answered}
    return json.dumps(told).encode()


def _by_night(items: Sequence[BatchItem]) -> dict[Night, list[int]]:
    """Return positions of the items that share a snapshot."""
    nights: dict[Night, list[int]] = {}
    for position, item in enumerate(items):
        nights.setdefault((item.user_id, item.target_date, item.horizon), []).append(position)
    return nights


def _answer_night(
    user_id: str, target: date | None, horizon: int, items: Sequence[BatchItem], now: datetime
) -> Iterator[Outcome]:
    opened: Opened | NutriError
    try:
        opened = open_night(user_id, target, now, horizon=horizon)
    except NutriError as refusal:
        opened = refusal
    for item in items:
        try:
            yield _answer(opened, item, now)
        except NutriError as refusal:
            yield refusal
        except Exception:  # whatever it is, one person's trouble must not be everyone's
            logger.exception("an item of a batch failed")
            yield NutriError("Something went wrong on our side.")


def _answer(opened: Opened | NutriError, item: BatchItem, now: datetime) -> Answer:
    try:
        if isinstance(opened, NutriError):
            raise opened
        return forecast_for(opened, item.metric, item.model_version, item.horizon)
    except Unavailable as away:
        return last_forecast(
            item.user_id,
            item.metric,
            item.target_date,
            item.model_version,
            away,
            horizon=item.horizon,
            now=now,
        )


def _result_of(item: BatchItem, outcome: Outcome) -> dict[str, Any]:
    prediction = refusal = None
    if isinstance(outcome, Answer):
        prediction = json.loads(outcome.body)
    else:
        refusal = refused(item.metric, outcome).model_dump(mode="json")
    return {
        "userId": item.user_id,
        "metric": item.metric,
        "targetDate": None if item.target_date is None else str(item.target_date),
        "horizon": item.horizon,
        "prediction": prediction,
        "refusal": refusal,
    }

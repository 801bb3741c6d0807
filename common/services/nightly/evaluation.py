"""How the forecasts of the last weeks fared, by metric, model version and device, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from itertools import groupby
from operator import add
from typing import Final

from common.compute.evaluation import Drift, Score, measure_drift, reasons_to_retrain, score
from common.services.nightly.runs import Run
from common.services.predictions import STORED_AS
from common.store.engine import reading
from common.store.trials import Group, count_outcomes, read_groups

ROLLING_DAYS: Final = 28
REFERENCE_DAYS: Final = 56
"""Before the rolling window: what outcomes are compared with."""
BINS: Final = {
    STORED_AS["rhr"]: tuple(range(42, 91, 4)),
    STORED_AS["hrv"]: (12, 17, 22, 28, 35, 42, 50, 60, 72, 88, 110),
}
"""Edges in the metric's unit, about as many people in each bin."""


@dataclass(frozen=True, slots=True)
class Fared:
    """`by_device` holds the score of each kind of device that has one."""

    metric: str
    model_id: str
    model_version: str
    score: Score | None
    by_device: dict[str, Score]
    drift: Drift | None
    should_retrain: list[str]


def evaluate(run: Run) -> list[Fared]:
    """What is known of the nights of the four weeks before the run. Raises Unavailable.

    What happened is written beside each forecast when its person is recomputed.
    """
    last = run.day or run.hour.date()
    first = last - timedelta(days=ROLLING_DAYS - 1)
    periods = (first - timedelta(days=REFERENCE_DAYS), first, last)
    with reading() as connection:
        groups = read_groups(connection, first, last)
        counts = {
            metric: count_outcomes(connection, metric, edges, periods) for metric, edges in BINS.items()
        }
    drifts = {metric: measure_drift(*counted) for metric, counted in counts.items()}
    versions = groupby(groups, key=lambda group: (group.metric, group.model_id, group.model_version))
    return [_judge(list(members), drifts.get(named[0])) for named, members in versions]


def _judge(groups: Sequence[Group], drift: Drift | None) -> Fared:
    total = score(reduce(add, (group.sums for group in groups)))
    by_device = {group.device: told for group in groups if (told := score(group.sums)) is not None}
    return Fared(
        metric=groups[0].metric,
        model_id=groups[0].model_id,
        model_version=groups[0].model_version,
        score=total,
        by_device=by_device,
        drift=drift,
        should_retrain=reasons_to_retrain(total, drift),
    )

"""How the forecasts of the last weeks fared, by metric, model version and device, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import groupby
from operator import add, attrgetter
from typing import Final

from common.compute.evaluation import Drift, Score, measure_drift, reasons_to_retrain, score
from common.schemas.performance import Judgement
from common.services.nightly.bins import INPUT_BINS, OUTCOME_BINS
from common.services.nightly.contests import Contest, Withdrawal, compare_models, guard_champions
from common.services.nightly.runs import Run
from common.services.predictions import STORED_AS
from common.store.engine import reading, transaction
from common.store.judgements import JudgementRow, save_judgements
from common.store.trials import Group, count_inputs, count_outcomes, read_groups

ROLLING_DAYS: Final = 28
REFERENCE_DAYS: Final = 56
"""Before the rolling window: what it is compared with."""
METRIC_OF: Final = {stored: metric for metric, stored in STORED_AS.items()}


@dataclass(frozen=True, slots=True)
class Fared:
    """`by_device` holds the score of each kind of device that has one, `drift` is of what was measured."""

    metric: str
    model_id: str
    model_version: str
    score: Score | None
    score_before: Score | None
    by_device: dict[str, Score]
    drift: Drift | None
    input_drift: dict[str, Drift]
    """Of the inputs that have enough people, by channel."""
    should_retrain: list[str]


@dataclass(frozen=True, slots=True)
class Evaluation:
    forecasts: list[Fared]
    contests: list[Contest]
    """Running experiments, as they stand."""
    withdrawn: list[Withdrawal]


def evaluate(run: Run) -> Evaluation:
    """What is known of the nights of the four weeks before the run, kept for those who ask.

    What happened is written beside each forecast when its person is recomputed. A champion that became worse
    than the simple rule is withdrawn. Raises Unavailable.
    """
    last = run.day or run.hour.date()
    fared = _judge_all(last)
    with transaction() as connection:
        save_judgements(connection, [_row(one, last) for one in fared], last)
    return Evaluation(fared, compare_models(last), guard_champions(last))


def _judge_all(last: date) -> list[Fared]:
    since = last - timedelta(days=ROLLING_DAYS - 1)
    periods = (since - timedelta(days=REFERENCE_DAYS), since, last)
    with reading() as connection:
        before = read_groups(connection, periods[0], since - timedelta(days=1))
        groups = read_groups(connection, since, last)
        outcomes = {
            metric: count_outcomes(connection, metric, edges, periods)
            for metric, edges in OUTCOME_BINS.items()
        }
        inputs = count_inputs(connection, INPUT_BINS, periods)
    drifts = {metric: measure_drift(*counted) for metric, counted in outcomes.items()}
    measured = {channel: measure_drift(*counted) for channel, counted in inputs.items()}
    known = {channel: drift for channel, drift in measured.items() if drift is not None}
    version = attrgetter("metric", "model_id", "model_version")
    earlier = {named: _total(list(members)) for named, members in groupby(before, key=version)}
    return [
        _judge(list(members), earlier.get(named), drifts.get(named[0]), known)
        for named, members in groupby(groups, key=version)
    ]


def _total(groups: Sequence[Group]) -> Score | None:
    return score(reduce(add, (group.sums for group in groups)))


def _judge(
    groups: Sequence[Group], before: Score | None, drift: Drift | None, inputs: Mapping[str, Drift]
) -> Fared:
    total = _total(groups)
    by_device = {group.device: told for group in groups if (told := score(group.sums)) is not None}
    return Fared(
        metric=groups[0].metric,
        model_id=groups[0].model_id,
        model_version=groups[0].model_version,
        score=total,
        score_before=before,
        by_device=by_device,
        drift=drift,
        input_drift=dict(inputs),
        should_retrain=reasons_to_retrain(total, drift, before, inputs.values()),
    )


def _row(fared: Fared, day: date) -> JudgementRow:
    told = Judgement(
        metric=METRIC_OF[fared.metric],
        model_id=fared.model_id,
        model_version=fared.model_version,
        day=day,
        score=fared.score,
        score_before=fared.score_before,
        by_device=fared.by_device,
        outcome_drift=fared.drift,
        input_drift=fared.input_drift,
        should_retrain=bool(fared.should_retrain),
        reasons=fared.should_retrain,
    )
    return JudgementRow(told.model_id, told.metric, told.model_version, day, told.model_dump(mode="json"))

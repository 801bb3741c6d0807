"""How forecasts did over the last weeks, by metric, model version and device, and what follows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import groupby
from operator import add, attrgetter, itemgetter
from typing import Final

import numpy as np

from common.compute.experiments.evaluation import Drift, Score, Sums, measure_drift, reasons_to_retrain, score
from common.schemas.performance import Judgement
from common.services.forecasting import STORED_AS
from common.services.nightly.bins import INPUT_BINS, OUTCOME_BINS
from common.services.nightly.experiments import Contest, Withdrawal, compare_models, guard_champions
from common.services.nightly.runs import Run
from common.services.nightly.watched import watched_on
from common.store.engine import reading, transaction
from common.store.model_scores import ModelScoreRow, save_model_scores
from common.store.nights import cut_people
from common.store.runs import is_evaluated, mark_evaluated
from common.store.tallies import Counts, Group, Slice, count_people, read_scores, tally_missing

BINS: Final[Mapping[tuple[str, str], Sequence[float]]] = {
    **{("outcome", metric): edges for metric, edges in OUTCOME_BINS.items()},
    **{("input", channel): edges for channel, edges in INPUT_BINS.items()},
}
"""By the kind and name of a tally."""
PEOPLE_AT_ONCE, SLICES_MAX = 2_000, 20_000
METRIC_OF: Final = {stored: metric for metric, stored in STORED_AS.items()}


@dataclass(frozen=True, slots=True)
class ModelScore:
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
    forecasts: list[ModelScore]
    contests: list[Contest]
    """Running experiments, as they stand."""
    withdrawn: list[Withdrawal]


def evaluate(run: Run) -> Evaluation:
    """Return what is known of the nights of the four weeks before the run, kept for those who ask.

    Sums what each person's night has tallied, and tallies those whose nights have not. A champion that became
    worse than the simple rule is withdrawn. Raises Unavailable.
    """
    last = run.day or run.hour.date()
    slices = _cut()
    watched = watched_on(last)
    for people in slices:
        with transaction() as connection:
            tally_missing(connection, last, watched, people)
    model_scores = _judge_all(last, slices)
    with transaction() as connection:
        save_model_scores(connection, [_row(one, last) for one in model_scores], last)
    evaluation = Evaluation(model_scores, compare_models(last, slices), guard_champions(last, slices))
    with transaction() as connection:
        mark_evaluated(connection, last)
    return evaluation


def is_due(run: Run) -> bool:
    """Whether the run's day is still to be evaluated: once a day is enough. Raises Unavailable."""
    with reading() as connection:
        return not is_evaluated(connection, run.day or run.hour.date())


def _cut() -> list[Slice]:
    """Everyone in slices: however many people there are, a statement reads the nights of a few."""
    with transaction() as connection:
        _, bounds = cut_people(connection, PEOPLE_AT_ONCE, SLICES_MAX)
    return list(map(Slice, ["", *bounds], [*bounds, ""]))


def _judge_all(last: date, slices: Sequence[Slice]) -> list[ModelScore]:
    earlier_groups, groups, counts = _Groups(), _Groups(), _Counts()
    with reading() as connection:
        for people in slices:
            now, before = read_scores(connection, last, people)
            groups.add(now)
            earlier_groups.add(before)
            counts.add(count_people(connection, BINS, last, people))
    drifts, measured = counts.drifts("outcome"), counts.drifts("input")
    version = attrgetter("metric", "model_id", "model_version")
    earlier = {
        named: _total(list(members)) for named, members in groupby(earlier_groups.sorted(), key=version)
    }
    return [
        _judge(list(members), earlier.get(named), drifts.get(named[0]), measured)
        for named, members in groupby(groups.sorted(), key=version)
    ]


class _Groups:
    """Groups of forecasts, added up over slices of people."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str, str], Sums] = {}

    def add(self, found: Iterable[Group]) -> None:
        for group in found:
            if group.metric not in METRIC_OF:  # logged by a newer build
                continue
            key = (group.metric, group.model_id, group.model_version, group.device)
            known = self._sums.get(key)
            self._sums[key] = group.sums if known is None else known + group.sums

    def sorted(self) -> list[Group]:
        return [Group(*key, sums) for key, sums in sorted(self._sums.items(), key=itemgetter(0))]


class _Counts:
    """People by bin in two periods, added up over slices of them."""

    def __init__(self) -> None:
        self._counts = {of: np.zeros((2, len(edges) + 1), np.int64) for of, edges in BINS.items()}

    def add(self, counted: Mapping[tuple[str, str], Counts]) -> None:
        for of, periods in counted.items():
            self._counts[of] += np.array(periods)

    def drifts(self, kind: str) -> dict[str, Drift]:
        """Of those of which enough people tell, by name."""
        measured = {
            name: measure_drift(*counts.tolist()) for (of, name), counts in self._counts.items() if of == kind
        }
        return {name: drift for name, drift in measured.items() if drift is not None}


def _total(groups: Sequence[Group]) -> Score | None:
    return score(reduce(add, (group.sums for group in groups)))


def _judge(
    groups: Sequence[Group], before: Score | None, drift: Drift | None, inputs: Mapping[str, Drift]
) -> ModelScore:
    total = _total(groups)
    by_device = {group.device: told for group in groups if (told := score(group.sums)) is not None}
    return ModelScore(
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


def _row(model_scores: ModelScore, day: date) -> ModelScoreRow:
    told = Judgement(
        metric=METRIC_OF[model_scores.metric],
        model_id=model_scores.model_id,
        model_version=model_scores.model_version,
        day=day,
        score=model_scores.score,
        score_before=model_scores.score_before,
        by_device=model_scores.by_device,
        outcome_drift=model_scores.drift,
        input_drift=model_scores.input_drift,
        should_retrain=bool(model_scores.should_retrain),
        reasons=model_scores.should_retrain,
    )
    return ModelScoreRow(told.model_id, told.metric, told.model_version, day, told.model_dump(mode="json"))

"""What the nights say of models against each other, and of a champion against the simple rule.

Trials expire, so nothing is watched for longer than they are kept: an experiment ends, and a champion is
watched in seasons.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Final

from common.compute.experiments.sequential import Comparison, compare
from common.services.forecasting import STORED_AS
from common.services.nightly.watched import watch_of_champion, watch_of_experiment
from common.services.registry import get_registry
from common.store.engine import reading, transaction
from common.store.experiments import (
    Experiment,
    end_undecided,
    list_experiments,
    record_comparison,
)
from common.store.forecast_log import COMPARED_NIGHTS
from common.store.models import read_aliased, withdraw
from common.store.tallies import Slice, sum_gains

WORSE_THAN_RULE: Final = "worse than the simple rule"


@dataclass(frozen=True, slots=True)
class Contest:
    """`comparison` is of the challenger with the champion; None while too few people tell.

    `ended` where its nights are over and have not shown the challenger to be better.
    """

    name: str
    metric: str
    champion: str
    challenger: str
    comparison: Comparison | None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawal:
    metric: str
    model_version: str
    reason: str
    comparison: Comparison
    """Of the champion with the simple rule."""


def compare_models(last: date, slices: Sequence[Slice]) -> list[Contest]:
    """Judge running experiments by their nights up to `last`, and record what they say.

    After COMPARED_NIGHTS an experiment says no more: what it said by then stays, and unless that is "better",
    it is ended. Raises Unavailable.
    """
    with reading() as connection:
        known = [one for one in list_experiments(connection) if one.metric in STORED_AS]
    return [_compare(one, last, slices) for one in known if one.stopped_at is None]


def _compare(one: Experiment, last: date, slices: Sequence[Slice]) -> Contest:
    horizon = one.first_night + timedelta(days=COMPARED_NIGHTS - 1)
    told = _read_comparison(one)
    if last <= horizon:
        with reading() as connection:
            watch = watch_of_experiment(one)
            told = compare(reduce(add, (sum_gains(connection, watch, last, p) for p in slices)))
    verdict = "undecided" if told is None else told.verdict
    with transaction() as connection:
        if told is not None and last <= horizon:
            record_comparison(connection, one.name, asdict(told), last)
        ended = last >= horizon and verdict != "better" and end_undecided(connection, one.name, verdict)
    return Contest(one.name, one.metric, one.champion, one.challenger, told, ended)


def _read_comparison(one: Experiment) -> Comparison | None:
    """None where there is none yet, or another build wrote it."""
    try:
        return None if one.comparison is None else Comparison(**one.comparison)
    except TypeError:
        return None


def guard_champions(last: date, slices: Sequence[Slice]) -> list[Withdrawal]:
    """Withdraw each promoted model whose nights since then are surely worse than the simple rule's.

    Surely: by an always-valid interval, for it is looked at every night; a new one each COMPARED_NIGHTS.
    Raises Unavailable.
    """
    withdrawn = []
    with reading() as connection:
        champions = read_aliased(connection)
    for one in champions:
        if (season := watch_of_champion(one, last)) is None:
            continue
        watch, alpha = season
        with reading() as connection:
            losses = reduce(add, (sum_gains(connection, watch, last, people) for people in slices))
        told = compare(losses, alpha)
        if told is None or told.verdict != "worse":
            continue
        with transaction() as connection:
            if withdraw(connection, one.metric, one.version, WORSE_THAN_RULE):
                withdrawn.append(Withdrawal(one.metric, one.version, WORSE_THAN_RULE, told))
    if withdrawn:
        get_registry().forget()
    return withdrawn

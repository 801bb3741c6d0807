"""What the nights say of models against each other, and of a champion against the simple rule."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from common.compute.sequential import Comparison, compare
from common.services.predictions import STORED_AS
from common.services.registry import get_registry
from common.store.engine import reading, transaction
from common.store.experiments import list_experiments, sum_over_rule, sum_paired, tell_experiment
from common.store.models import CHAMPION, read_aliased, withdraw
from common.store.trials import KEPT_DAYS

WORSE_THAN_RULE: Final = "worse than the simple rule"


@dataclass(frozen=True, slots=True)
class Contest:
    """`comparison` is of the challenger with the champion; None while too few people tell."""

    name: str
    metric: str
    champion: str
    challenger: str
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    metric: str
    model_version: str
    reason: str
    comparison: Comparison
    """Of the champion with the simple rule."""


def compare_models(last: date) -> list[Contest]:
    """Running experiments by their nights up to `last`; each is told what they say. Raises Unavailable."""
    with reading() as connection:
        running = [one for one in list_experiments(connection) if one.stopped_at is None]
        losses = [sum_paired(connection, STORED_AS[one.metric], one, last) for one in running]
    contests = [
        Contest(one.name, one.metric, one.champion, one.challenger, compare(paired))
        for one, paired in zip(running, losses, strict=True)
    ]
    with transaction() as connection:
        for contest in contests:
            if contest.comparison is not None:
                tell_experiment(connection, contest.name, asdict(contest.comparison), last)
    return contests


def guard_champions(last: date) -> list[Withdrawal]:
    """Withdraw each promoted model whose nights since then are surely worse than the simple rule's.

    Surely: by an always-valid interval, for it is looked at every night. Raises Unavailable.
    """
    withdrawn = []
    with reading() as connection:
        champions = [
            one for one in read_aliased(connection) if one.alias == CHAMPION and one.metric in STORED_AS
        ]
    for one in champions:
        assert one.promoted_at is not None
        first = max(one.promoted_at.date() + timedelta(days=1), last - timedelta(days=KEPT_DAYS))
        with reading() as connection:
            losses = sum_over_rule(connection, STORED_AS[one.metric], one.version, first, last)
        told = compare(losses)
        if told is None or told.verdict != "worse":
            continue
        with transaction() as connection:
            if withdraw(connection, one.metric, one.version, WORSE_THAN_RULE):
                withdrawn.append(Withdrawal(one.metric, one.version, WORSE_THAN_RULE, told))
    if withdrawn:
        get_registry().forget()
    return withdrawn

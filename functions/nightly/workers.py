"""The night in one place: the deployed function's three steps, its shards spread over processes."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import Any

from common.errors import Unavailable
from common.services import nightly
from common.services.nightly import Evaluation, Report, Run, Shard, run_at

PEOPLE_PER_SHARD = 25
"""Few, so that the progress bar moves and every process has work to the end."""

DEATHS_MAX = 20
"""A person under whom three processes died is left alone; there may be some of them."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Outcome:
    run: Run
    people: int
    report: Report
    evaluation: Evaluation


def run_night(
    day: date | None, workers: int, *, begin: Callable[[int], None], advance: Callable[[], None]
) -> Outcome:
    """Recompute whoever's turn it is, or everyone for one day, on the database of the settings.

    `begin` is told the number of shards, `advance` called after each. Raises Unavailable.
    """
    run = run_at(datetime.now(UTC), day)
    nightly.refuse_future(run)
    if nightly.is_pooling_due(run):  # first: what others say is part of everybody's night
        nightly.pool(run, lambda: False)
    plan = nightly.plan(PEOPLE_PER_SHARD)
    nightly.set_plan_gauges(run, plan)
    begin(len(plan.shards))
    os.environ.update(ONE_THREAD)  # read when a process starts: the processes are the parallelism
    total = recompute_all(run, plan.shards, workers, advance)
    evaluation = nightly.evaluate(run)
    nightly.set_evaluation_gauges(run, evaluation.forecasts)
    return Outcome(run, plan.people, total, evaluation)


def recompute_all(run: Run, shards: Sequence[Shard], workers: int, advance: Callable[[], None]) -> Report:
    """Every shard by one of so many processes; where one dies, its shards are begun again.

    Raises Unavailable where processes keep dying, or the database stays away.
    """
    total = Report()
    waiting = list(shards)
    for _ in range(DEATHS_MAX):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            begun = {pool.submit(_recompute, run, shard): shard for shard in waiting}
            waiting = []
            for done in as_completed(begun):
                try:
                    total += done.result()
                except BrokenProcessPool:
                    waiting.append(begun[done])
                else:
                    advance()
        if not waiting:
            return total
    raise Unavailable("The night's processes keep dying.", code="night_dies")


def _recompute(run: Run, shard: Shard) -> Report:
    return nightly.recompute(run, shard, out_of_time=lambda: False)


def summarise(outcome: Outcome) -> dict[str, Any]:
    """For `--json`."""
    return {
        "run": f"{outcome.run.hour.isoformat()}Z",
        "date": None if outcome.run.day is None else outcome.run.day.isoformat(),
        "people": outcome.people,
        **asdict(outcome.report),
        **asdict(outcome.evaluation),
    }


def describe(outcome: Outcome) -> str:
    """For people."""
    told = ", ".join(f"{count} {what}" for what, count in asdict(outcome.report).items() if count)
    lines = [f"{outcome.people} people: {told or 'nobody is due'}"]
    for fared in outcome.evaluation.forecasts:
        if (score := fared.score) is not None:
            lines.append(
                f"  {fared.metric} by {fared.model_id} {fared.model_version}: {score.forecasts} nights of "
                f"{score.people} people, off by {score.mean_absolute_error:.2f}, {score.skill.value:+.0%} "
                f"better than a simple rule, {score.coverage.value:.0%} inside"
            )
        lines += [f"    retrain: {reason.replace('_', ' ')}" for reason in fared.should_retrain]
    for contest in outcome.evaluation.contests:
        told = contest.comparison.verdict if contest.comparison else "too few people yet"
        lines.append(f"  {contest.name}: {contest.challenger} against {contest.champion}: {told}")
    lines += [f"  withdrawn: {w.metric} {w.model_version}, {w.reason}" for w in outcome.evaluation.withdrawn]
    return "\n".join(lines)

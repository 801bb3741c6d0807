"""Made-up crowds whose members log as people do, looked at every week with what the others of them say.

Owns how a crowd is drawn and asked; `honesty` owns the figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from common.compute.correlations import Finding, Tier, estimate_pairs, find
from common.compute.correlations.support import Population
from common.compute.population.pooling import FOLDS, pool_people
from tests.benchmarks.logged import CATALOGUE, LEVEL, Change, make_logger
from tests.benchmarks.people import FIRST_DAY, Table

FIRST_LOOK, LAST_LOOK = 42, 364
POOLED_EVERY_DAYS = 28
HABIT, OUTCOME = "last_meal_hour", "hrv_rmssd_ms"
"""A pair of which no study is known; its kin are what goes with the habit."""
KIN = {HABIT, "eating_window_hours", "late_energy_kcal"}
METRIC = "hrv_rmssd"


@dataclass(frozen=True)
class Member:
    """One person, their true effect and what they were told: (day, findings) of every weekly look."""

    d: float
    looks: list[tuple[int, tuple[Finding, ...]]]

    def first_told(self, by: int = LAST_LOOK) -> Finding | None:
        """The first of a published, supported or early finding of the planted pair."""
        told = (f for day, findings in self.looks if day <= by for f in findings if is_planted(f))
        return next(told, None)

    def is_told(self, day: int) -> bool:
        """The planted pair, or that it goes with one that is."""
        findings = dict(self.looks)[day]
        return any(f.metric == METRIC and HABIT in {f.feature, *f.similar} for f in findings)

    def told_falsely(self, by: int = LAST_LOOK, *, reliably: bool = False) -> bool:
        """Anything of what has no effect, kin of a habit with one excepted; `reliably`: no early signals."""
        return any(
            f.feature not in KIN or f.metric != METRIC or not self.d
            for day, findings in self.looks
            if day <= by
            for f in findings
            if not (reliably and f.tier is Tier.EARLY_SIGNAL)
        )

    def true_change(self, finding: Finding) -> float:
        """In ms, by the finding's step of hours: d is between days one deviation above and below."""
        return self.d / 2 * LEVEL[OUTCOME][1] * finding.effect.step / LEVEL[HABIT][1]


def is_planted(finding: Finding) -> bool:
    return (finding.feature, finding.metric) == (HABIT, METRIC)


def live(
    seed: int,
    effects: Sequence[float],
    *,
    together: bool,
    cause: Change | None = None,
    looks: Sequence[int] = range(FIRST_LOOK, LAST_LOOK + 1, 7),
) -> list[Member]:
    """A year of people with these effects; `together` each is told with what the others say, too."""
    tables = [
        make_logger(np.random.default_rng([seed, n]), LAST_LOOK, effects={(HABIT, OUTCOME): d}, cause=cause)
        for n, d in enumerate(effects)
    ]
    populations = dict(_pool(tables, looks)) if together else {}
    members = [Member(d, []) for d in effects]
    for day in looks:
        said = populations.get(day // POOLED_EVERY_DAYS * POOLED_EVERY_DAYS, [{}] * FOLDS)
        for n, (table, member) in enumerate(zip(tables, members, strict=True)):
            last = (FIRST_DAY + day - 1).astype(object)
            population: Population = said[n % FOLDS]
            member.looks.append(
                (day, find(table, CATALOGUE, last_closed=last, population=population).findings)
            )
    return members


def _pool(tables: Sequence[Table], looks: Sequence[int]) -> Iterator[tuple[int, list[Population]]]:
    for day in sorted({day // POOLED_EVERY_DAYS * POOLED_EVERY_DAYS for day in looks}):
        last = (FIRST_DAY + day - 1).astype(object)
        people = [(n % FOLDS, estimate_pairs(table, CATALOGUE, last=last)) for n, table in enumerate(tables)]
        yield day, list(pool_people(people))

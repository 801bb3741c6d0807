"""Whether what real people are told in the first half of their history holds in the second.

    python -m tests.benchmarks.replication [--data DIR]

Real tidy CSV files (default NUTRI_DATA_DIR). A finding is what the last look of the first half tells; it
holds where the person's own days of the second half alone lean the same way, whatever their p. Once with
nobody asked, once with what all days of the others say, nobody being evidence for themselves.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from common.compute.correlations import Finding, Tier, estimate_pairs, find
from common.compute.correlations.history import Codes
from common.compute.correlations.looks import look_day
from common.compute.correlations.pairs import daily_quantities
from common.compute.correlations.support import Population
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE, FeatureTable
from common.compute.measures import EVERY_NAME
from common.compute.population.pooling import FOLDS, Estimates, fold_of, pool_people
from common.compute.series.channels import CHANNEL_INDEX
from model_export.data.datasets import to_series
from model_export.data.tidy import read_tidy

LEAST_DAYS = 84
CHANNEL_OF = {name: measure.channel for name, measure in EVERY_NAME.items()}


@dataclass(frozen=True)
class Life:
    """One person's days up to a look near their middle, and after it."""

    name: str
    table: FeatureTable
    sources: dict[str, Codes]
    middle: np.datetime64

    def estimate(self, after: np.datetime64 | None = None) -> Estimates:
        """What all days, or those after one, say."""
        inside = np.ones(len(self.table.days), np.bool_) if after is None else self.table.days > after
        return estimate_pairs(
            replace(self.table, values=np.where(inside, self.table.values, np.nan)),
            CATALOGUE,
            last=self.table.days[-1].astype(object),
            sources=self.sources,
        )

    def told(self, population: Population) -> tuple[Finding, ...]:
        last = self.middle.astype(object)
        return find(
            self.table, CATALOGUE, last_closed=last, sources=self.sources, population=population
        ).findings


def read_lives(folder: Path) -> list[Life]:
    """Everybody with days enough before a look near the middle of their history."""
    lives = []
    for path in sorted(folder.glob("*.csv")):
        for person in read_tidy(path).people:
            series = to_series(person)
            table = daily_table(series)
            known = table.days[np.isfinite(table.values).any(axis=0)]
            if len(known) < LEAST_DAYS:
                continue
            middle = np.datetime64(look_day(known[len(known) // 2].astype(object)), "D")
            sources = {name: series.source_codes[CHANNEL_INDEX[name]] for name in series.sources}
            lives.append(Life(person.user_id, table, sources, middle))
    return lives


def measure(lives: Sequence[Life]) -> Iterator[str]:
    later = {life.name: life.estimate(life.middle) for life in lives}
    nobody: list[Population] = [{}] * FOLDS
    others: list[Population] = list(pool_people((fold_of(life.name), life.estimate()) for life in lives))
    yield f"{len(lives)} people with {LEAST_DAYS} days; others speak of {len(others[0])} pairs"
    channels = {q.feature: c for c, q in daily_quantities(CATALOGUE, lives[0].table.names).items()}
    for name, populations in (("alone", nobody), ("with what others say", others)):
        told = [
            (life, finding, later[life.name].get((channels[finding.feature], CHANNEL_OF[finding.metric])))
            for life in lives
            for finding in life.told(populations[fold_of(life.name)])
        ]
        for tier in (Tier.PUBLISHED, Tier.SUPPORTED, Tier.EARLY_SIGNAL, None):
            these = [each for each in told if tier in {None, each[1].tier}]
            asked = [finding.adjusted * again[0] for _, finding, again in these if again is not None]
            held = sum(product > 0 for product in asked)
            people = len({life.name for life, _, _ in these})
            yield (
                f"{name}, {tier or 'any tier'}: {len(these)} findings of {people} people, "
                f"{100 * len(these) / len(lives):.0f} per 100 people; {held} of {len(asked)} that the second "
                f"half can answer hold ({held / max(len(asked), 1):.2f})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"), help="folder of tidy CSV files")
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("a folder of real people: --data or NUTRI_DATA_DIR")
    for line in measure(read_lives(Path(arguments.data))):
        print(line, flush=True)


if __name__ == "__main__":
    main()

"""`python -m model_export.fit.quantile_heads`: would the LSTM's own quantiles make better intervals of RHR?

The same nets with six more heads, fitted to the quantile loss beside the centre's (Koenker and Bassett 1978,
Econometrica 46, 33), and the conformal correction that gives such heads their coverage (Romano, Patterson and
Candès 2019, "Conformalized quantile regression"), against what is served: quantiles of errors in units of the
person's usual one. Both around the served recipe's forecast, cross-fitted and cross-calibrated by person,
on development nights with the day over. The table, `quantile_heads.csv`, is written by this command alone.
"""

import csv
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from common.compute.forecasts.intervals import LEVELS, conformal_quantiles, interval_score
from common.compute.forecasts.model_inputs import FAMILIES, METRICS
from common.compute.series.rows import Floats
from model_export.data.datasets import Samples, load_people
from model_export.evaluate.scoring import bootstrap_weights, skill
from model_export.export.calibrate import person_weights
from model_export.fit.blend import FOLDS, RECIPES, fold_nights
from model_export.fit.linear import fit_scaler
from model_export.fit.lstm import NETS, fit_net, huber, to_tensors
from model_export.fit.recipes import Bench
from model_export.fit.search import development_nights
from model_export.fit.train import SEED

TABLE = Path(__file__).with_name("quantile_heads.csv")
COLUMNS = ("family", "level_percent", "score_gain_percent", "served_coverage", "heads_coverage")
"""Gain in Winkler's score over the served intervals, with its 90% interval by person; below 0 is worse."""
SHARES = tuple(sorted((1 + side * level / 100) / 2 for level in LEVELS for side in (-1, 1)))
"""Of the heads, lowest first."""


@dataclass(frozen=True)
class Heads:
    """In units of the usual error."""

    center: Floats
    quantiles: Floats
    """(N, heads), never crossing."""

    def reach(self, level: int) -> tuple[Floats, Floats]:
        """From the centre to the level's two heads."""
        inward = LEVELS[::-1].index(level)
        return self.quantiles[:, inward] - self.center, self.quantiles[:, -1 - inward] - self.center


def lose(output: Tensor, target: Tensor) -> Tensor:
    """The served loss of the first output, and the mean quantile loss of the others."""
    shares = torch.tensor(SHARES)
    above = target - output[:, 1:]
    quantile_loss = torch.maximum(shares * above, (shares - 1) * above).mean(dim=1, keepdim=True)
    return huber(output[:, :1], target) + quantile_loss


def answer_heads(known: Samples, asked: Samples, seed: int = SEED) -> Heads:
    scaler = fit_scaler(known)
    nets = [fit_net(known, scaler, NETS * seed + i, lose, 1 + len(SHARES)).eval() for i in range(NETS)]
    with torch.no_grad():
        outputs = np.mean([net(*to_tensors(asked, scaler)).numpy() for net in nets], axis=0)
    return Heads(outputs[:, 0].astype(np.float64), np.sort(outputs[:, 1:], axis=1).astype(np.float64))


def compare(samples: Samples, moves: Floats, folds: NDArray[np.int64]) -> Iterator[tuple[str, ...]]:
    """Rows of the table; (N,) moves of the served recipe, made without the person."""
    center, quantiles = np.empty(len(samples)), np.empty((len(samples), len(SHARES)))
    for fold in range(FOLDS):
        own = folds == fold
        answered = answer_heads(samples.where(~own & samples.recent), samples.where(own))
        center[own], quantiles[own] = answered.center, answered.quantiles
    heads, missed = Heads(center, quantiles), samples.target - moves
    for family in FAMILIES:
        mine = samples.recent & samples.comparable & (samples.family == family)
        if not mine.any():
            continue
        weights = bootstrap_weights(samples.where(mine), SEED)
        for level in LEVELS:
            ends = np.empty((2, 2, len(samples)))
            for fold in range(FOLDS):
                others, own = mine & (folds != fold), mine & (folds == fold)
                counts = person_weights(samples.where(others))
                low, high = conformal_quantiles(missed[others], counts)[level]
                ends[0, :, own] = np.stack([moves + low, moves + high], axis=1)[own]
                below, above = heads.reach(level)
                low, _ = conformal_quantiles((missed - below)[others], counts)[level]
                _, high = conformal_quantiles((missed - above)[others], counts)[level]
                ends[1, :, own] = np.stack([moves + below + low, moves + above + high], axis=1)[own]
            served, own_heads = (
                interval_score(samples.target, low, high, level)[mine] * samples.usual_error[mine]
                for low, high in ends
            )
            held = ((ends[:, 0] <= samples.target) & (samples.target <= ends[:, 1]))[:, mine].mean(axis=1)
            gain = skill(own_heads, served, weights)
            yield (
                family,
                str(level),
                f"{gain.percent:+.2f} ({gain.low:+.2f} to {gain.high:+.2f})",
                *(f"{share:.3f}" for share in held),
            )


def compare_on(data_dir: Path, table: Path = TABLE, tell: Callable[[str], None] = print) -> None:
    metric = METRICS["rhr"]
    people = load_people(data_dir)
    samples = development_nights(people, metric)
    moves = Bench(people, metric, samples).moves(", ".join(RECIPES["rhr"].members))
    with table.open("w", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in compare(samples, moves, fold_nights(samples)):
            writer.writerow(row)
            tell(", ".join(row))


if __name__ == "__main__":
    if "NUTRI_DATA_DIR" not in os.environ:
        sys.exit("NUTRI_DATA_DIR is not set: there are no people to measure on.")
    compare_on(Path(os.environ["NUTRI_DATA_DIR"]))

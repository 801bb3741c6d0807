"""A model's intervals as they are served: around its forecasts, by what the person's own level missed by.

What is usual of people is learned from people who had no part in the forecasts, as `model_export.fit.level`
learns it of everyone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.adaptive import level_quantiles
from common.compute.forecasts.intervals import LEVELS
from common.compute.forecasts.level import follow_level
from common.compute.forecasts.model_inputs import Metric
from common.compute.forecasts.targets import TARGETS
from common.compute.series.rows import Floats
from common.inference.level_manifest import TargetLevel
from common.inference.predict import LEARNED
from model_export.data.datasets import Person, Samples
from model_export.export.calibrate import Ends
from model_export.fit.level import calibrate, find_histories, fit_prior


def served_ends(
    people: Sequence[Person], asked: Samples, centers: Floats, taught: Sequence[Person], metric: Metric
) -> Ends:
    """Return ends in the model's unit around the (N,) centers, by what the people of `taught` teach.

    `people` are those that `asked.person` numbers, none of them among `taught`.
    """
    target = TARGETS[LEARNED[metric.name]]
    histories = find_histories(target, taught)
    levels = [np.nanmean(history.values) for history in histories]
    learned = TargetLevel(
        unit=target.unit,
        mean=float(np.mean(levels)),
        between_sd=float(np.std(levels)) or 1.0,
        horizons=[],
        training=[],
    )
    prior = fit_prior(histories, 1)
    settled, _ = calibrate(target, learned, histories, prior, 1)
    ends: Ends = {level: (np.empty(len(asked)), np.empty(len(asked))) for level in LEVELS}
    for position in np.unique(asked.person):
        series, mine = people[position].series, asked.person == position
        values = target.measure.to_scale(series[target.channel])
        level = follow_level(values, prior.of_level, len(values))
        quantiles = level_quantiles(settled.scores, level, 1)
        eve: NDArray[np.int64] = (asked.target_day[mine] - series.days[0]).astype(np.int64) - 1
        for percent, both in quantiles.items():
            for end, quantile in zip(ends[percent], both, strict=True):
                end[mine] = centers[mine] + (level.usual_error * quantile)[eve]
    return ends

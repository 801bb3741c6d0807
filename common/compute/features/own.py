"""A person's own habits beside the catalogue's features: what they answer yes or no to in their words."""

import numpy as np

from common.compute.features.table import FeatureTable, Reason
from common.compute.series.build import DailySeries
from common.compute.series.rows import Floats

YES_OR_NO = "0/1"
"""The unit of their answers."""
MOST_OWN = 12
"""Own habits that are asked about, those with the most answers: every further one costs all the others."""


def with_own_habits(table: FeatureTable, series: DailySeries) -> FeatureTable:
    """Return the table of the series with its own habits, by their names in the journal."""
    own = yes_or_no(series)
    if not own:
        return table
    answers = np.array(list(own.values()))
    reasons = np.where(np.isnan(answers), Reason.NOT_LOGGED, Reason.KNOWN).astype(table.reasons.dtype)
    return FeatureTable(
        (*table.names, *own),
        table.days,
        np.concatenate([table.values, answers]),
        np.concatenate([table.reasons, reasons]),
    )


def yes_or_no(series: DailySeries) -> dict[str, Floats]:
    """Return the own habits that were answered by yes and by no, supplements taken and skipped among them."""
    asked = {}
    for name, answers in sorted(series.habits.items()):
        known = answers[np.isfinite(answers)]
        if set(known.tolist()) == {0.0, 1.0}:
            asked[name] = len(known)
    most = sorted(asked, key=lambda name: -asked[name])[:MOST_OWN]
    return {name: series.habits[name] for name in sorted(most)}

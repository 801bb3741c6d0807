"""Whom an evaluation tells apart: by device family, data set, who people are and how much is known."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.model_inputs import WINDOW_DAYS, Metric
from common.compute.forecasts.rules import trailing
from model_export.data.datasets import Mask, Person, Samples

KNOWN_NIGHTS = {"under 14": (0, 13), "14 to 23": (14, 23), "24 and more": (24, WINDOW_DAYS)}
ATTRIBUTES = {"sex": "gender", "age": "age"}

PROVISIONAL_DAYS = 30


def split_groups(
    people: Sequence[Person], samples: Samples, metric: Metric
) -> Iterator[tuple[str, str, Mask]]:
    """Yield (what tells them apart, group, (N,) its nights); all but families and data sets are within a
    family.
    """
    known = known_nights(people, samples, metric)
    density = np.array([_bin(count) for count in known])
    data_set = np.array([person.dataset for person in people])[samples.person]
    who = {
        by: np.array([people[i].attributes.get(column, "").lower() for i in samples.person])
        for by, column in ATTRIBUTES.items()
    }
    history = np.where(samples.known_days < PROVISIONAL_DAYS, "short, provisional", "longer")
    for family in np.unique(samples.family):
        yield "device family", str(family), samples.family == family
    for name in dict.fromkeys(data_set.tolist()):
        yield "data set", name, data_set == name
    for family in np.unique(samples.family):
        mine = samples.family == family
        for by, labels in {
            **who, f"known nights of the last {WINDOW_DAYS}": density, "history": history,
        }.items():  # fmt: skip
            for label in np.unique(labels[mine & (labels != "")]):
                yield by, f"{family}, {label}", mine & (labels == label)


def known_nights(people: Sequence[Person], samples: Samples, metric: Metric) -> NDArray[np.int64]:
    """(N,) nights with a value among the WINDOW_DAYS before each night."""
    counts = np.zeros(len(samples), np.int64)
    for i in np.unique(samples.person):
        series = people[i].series
        mine = samples.person == i
        eve = (samples.target_day[mine] - series.days[0]).astype(np.int64) - 1
        counts[mine] = np.isfinite(trailing(series[metric.channel], WINDOW_DAYS)).sum(axis=1)[eve]
    return counts


def _bin(count: int) -> str:
    return next(name for name, (low, high) in KNOWN_NIGHTS.items() if low <= count <= high)

"""What is forecast: a row for each measure of the night, and the names it is asked by."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.own_values import own_values
from common.compute.measures import REGISTER, Measure
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import Floats
from common.compute.series.sources import NAMED

HORIZONS = range(1, 8)
"""Nights ahead."""


@dataclass(frozen=True)
class Target:
    measure: Measure

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def channel(self) -> str:
        return self.measure.channel

    @property
    def unit(self) -> str:
        return self.measure.unit

    @property
    def stored_as(self) -> str:
        """The value of "HealthMetricType"."""
        return self.measure.stored_as

    @property
    def words(self) -> str:
        """What a person calls it."""
        return self.measure.exact_label or self.measure.label

    @property
    def asked_as(self) -> tuple[str, ...]:
        """Other names it is asked by."""
        return () if self.measure.forecast is None else self.measure.forecast.asked_as

    @property
    def method(self) -> str | None:
        """Which of the measures that share a name: of "hrv", "rmssd" or "sdnn"."""
        return METHODS.get(self.name)

    def values(self, series: DailySeries) -> Floats:
        """(n,) in the model's unit, of all devices at the level of the one worn now."""
        return own_values(series, self.channel, logarithmic=self.measure.logarithmic)

    def from_model(self, value: float) -> float:
        """In the target's unit, and no value the measure cannot have."""
        return float(np.clip(self.measure.from_scale(value), self.measure.low, self.measure.high))


CLOSE_BPM, CLOSE_SHARE = 3.0, 0.15

TARGETS: Mapping[str, Target] = {measure.name: Target(measure) for measure in REGISTER if measure.forecast}
ASKED: Mapping[str, tuple[str, ...]] = {
    name: tuple(target.name for target in TARGETS.values() if name in target.asked_as)
    for name in dict.fromkeys(name for target in TARGETS.values() for name in target.asked_as)
}
"""Other names targets are asked by; of several, the one the person's device gives."""
NAMES: tuple[str, ...] = (*TARGETS, *ASKED)
"""Everything a forecast can be asked by."""
_SHARED = {name: asked for asked, names in ASKED.items() if len(names) > 1 for name in names}
METHODS: Mapping[str, str] = {name: name.removeprefix(f"{asked}_") for name, asked in _SHARED.items()}
METRICS_ANSWERED: tuple[str, ...] = tuple(dict.fromkeys(_SHARED.get(name, name) for name in TARGETS))
"""Asked of everyone, in this order."""


def is_close(target: Target, forecast: Floats, actual: Floats) -> NDArray[np.bool_]:
    """Whether forecasts are near enough to be called right; all in the target's unit."""
    allowed = np.full(actual.shape, CLOSE_BPM) if target.unit == "bpm" else CLOSE_SHARE * actual
    close: NDArray[np.bool_] = np.abs(forecast - actual) <= allowed
    return close


def find_target(series: DailySeries, metric: str) -> Target:
    """Return what a metric's name stands for in this person: of several measures the one known latest."""
    names = ASKED.get(metric, (metric,))

    def latest(name: str) -> int:
        known = np.flatnonzero(np.isfinite(series[TARGETS[name].channel]))
        return int(known[-1]) if known.size else -1

    return TARGETS[max(names, key=latest)]


def find_answered(metric: str, method: str | None) -> Target:
    """Return what an answer is of, by the metric it was asked as and the method it says."""
    return next(TARGETS[name] for name in ASKED.get(metric, (metric,)) if method in (None, METHODS.get(name)))


def device_of(series: DailySeries, channel: str) -> str:
    """Return the device of the latest night, where it is one that is known by name."""
    codes = series.source_codes[CHANNEL_INDEX[channel]] if series.source_codes.size else np.empty(0, int)
    worn = codes[codes >= 0]
    name = series.source_names[worn[-1]] if worn.size else ""
    return name if name in NAMED else "other"

"""What is forecast: a row for each measure of the night, and the names it is asked by."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.own_values import own_values
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS, Channel
from common.compute.series.rows import Floats
from common.compute.series.sources import NAMED

HORIZONS = range(1, 8)
"""Nights ahead."""


@dataclass(frozen=True)
class Target:
    name: str
    channel: str
    words: str
    """What a person calls it."""
    logarithmic: bool = False
    """Modelled, compared and calibrated as a natural logarithm."""
    close: float | None = None
    """A forecast as near as this, in the target's unit, is close; None: as near as CLOSE_SHARE."""
    method: str | None = None
    """How a measure that is made in several ways is made here."""

    @property
    def measured(self) -> Channel:
        return CHANNELS[self.channel]

    @property
    def unit(self) -> str:
        return self.measured.unit

    @property
    def stored_as(self) -> str:
        """The value of "HealthMetricType"."""
        return self.measured.metric or ""

    def values(self, series: DailySeries) -> Floats:
        """(n,) in the model's unit, of all devices at the level of the one worn now."""
        return own_values(series, self.channel, logarithmic=self.logarithmic)

    def from_model(self, value: float) -> float:
        """In the target's unit, and no value the measure cannot have."""
        plain = np.exp(value) if self.logarithmic else value
        return float(np.clip(plain, self.measured.low, self.measured.high))


CLOSE_SHARE = 0.15

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("rhr", "rhr_bpm", "resting heart rate", close=3.0),
        Target(
            "hrv_rmssd", "hrv_rmssd_ms", "heart rate variability (RMSSD)", logarithmic=True, method="rmssd"
        ),
        Target("hrv_sdnn", "hrv_sdnn_ms", "heart rate variability (SDNN)", logarithmic=True, method="sdnn"),
        Target("sleep_minutes", "sleep_minutes", "sleep"),
        Target("recovery", "recovery_score", "recovery"),
        Target("readiness", "readiness_score", "readiness"),
    )
}

ASKED: Mapping[str, tuple[str, ...]] = {"hrv": ("hrv_rmssd", "hrv_sdnn")}
"""A name that stands for several targets: the first the person has."""
METRICS_ANSWERED: tuple[str, ...] = ("rhr", "hrv", "sleep_minutes", "recovery", "readiness")
"""Asked of everyone, in this order."""


def is_close(target: Target, forecast: Floats, actual: Floats) -> NDArray[np.bool_]:
    """Whether forecasts are near enough to be called right; all in the target's unit."""
    allowed = np.full(actual.shape, target.close) if target.close else CLOSE_SHARE * actual
    close: NDArray[np.bool_] = np.abs(forecast - actual) <= allowed
    return close


def find_target(series: DailySeries, metric: str) -> Target:
    """What a metric's name stands for in this person: of several measures the one known latest."""
    names = ASKED.get(metric, (metric,))

    def latest(name: str) -> int:
        known = np.flatnonzero(np.isfinite(series[TARGETS[name].channel]))
        return int(known[-1]) if known.size else -1

    return TARGETS[max(names, key=latest)]


def device_of(series: DailySeries, channel: str) -> str:
    """The device of the latest night, where it is one that is known by name."""
    codes = series.source_codes[CHANNEL_INDEX[channel]] if series.source_codes.size else np.empty(0, int)
    worn = codes[codes >= 0]
    name = series.source_names[worn[-1]] if worn.size else ""
    return name if name in NAMED else "other"

"""Who forecasts what for a person: the model that serves a metric, or the rule of the person's own level.

A model answers for the next night where the person's measure is one it was trained for; the rule answers for
everything else. Knows no HTTP and no SQL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from common.compute.features import FeatureTable
from common.compute.forecasts.input_features import shown_features
from common.compute.forecasts.targets import TARGETS, find_target
from common.compute.series.build import DailySeries
from common.errors import InvalidInput, Problem
from common.inference.forecast import Forecast
from common.inference.level import adapt_intervals, forecast_level
from common.inference.level_manifest import LevelManifest, read_level
from common.inference.predict import DAYS_SHOWN, LEARNED, forecast
from common.inference.sessions import Model
from common.services.models import model_of_version, served_model
from common.services.snapshot import Derived, Snapshot
from common.settings import get_settings
from common.telemetry import count

MODELLED: Final[Mapping[str, str]] = {metric: metric for metric in LEARNED} | {
    name: metric for metric, name in LEARNED.items()
}
"""Metric as asked -> the metric whose model may answer."""
STORED_AS: Final[Mapping[str, str]] = {
    **{metric: TARGETS[name].stored_as for metric, name in LEARNED.items()},
    **{name: target.stored_as for name, target in TARGETS.items() if name not in LEARNED.values()},
}
"""Metric -> its value of "HealthMetricType"."""
FEATURES_SHOWN: Final = Derived[FeatureTable]("features shown to models")
"""What a snapshot calls them; all features of its days will do as well."""


@dataclass(frozen=True)
class Forecaster:
    metric: str
    """As asked."""
    horizon: int
    model: Model | None
    rule: LevelManifest

    @property
    def version(self) -> str:
        """Changes with whatever may answer."""
        rule = f"{self.rule.id}/{self.rule.version}"
        if self.model is None:
            return rule
        return f"{self.model.manifest.id}/{self.model.manifest.version}/{rule}"

    def forecast(self, snapshot: Snapshot) -> Forecast:
        """Of the snapshot's person, made once. Raises InsufficientData."""

        def make() -> Forecast:
            series = snapshot.series
            made = self.make(
                series, lambda: snapshot.once(FEATURES_SHOWN, lambda: shown_features(series, DAYS_SHOWN))
            )
            version = made.model_version
            count("nutri_forecasts_total", metric=made.metric, model=made.model_id, version=version)
            return made

        made = Derived[Forecast](f"forecast {self.metric} {self.horizon} {self.version}")
        return snapshot.once(made, make)

    def make(self, series: DailySeries, table: Callable[[], FeatureTable | None] = lambda: None) -> Forecast:
        """As of the last day of the series; `table` gives its features, if they are known already.

        Raises InsufficientData.
        """
        target = find_target(series, self.metric)
        min_days = get_settings().min_data_points_for_ml
        if self.model is not None and LEARNED[self.model.manifest.metric] == target.name:
            made = forecast(self.model, series, min_days=min_days, table=table())
            return replace(adapt_intervals(self.rule, made, series), metric=self.metric)
        return forecast_level(
            self.rule, target, series, horizon=self.horizon, min_days=min_days, asked_as=self.metric
        )


def find_forecaster(metric: str, user_id: str, horizon: int = 1, version: str | None = None) -> Forecaster:
    """Who answers this person. Raises InvalidInput (`unknown_model_version`) and Unavailable."""
    rule = read_level(get_settings().models)
    modelled = MODELLED.get(metric) if horizon == 1 else None
    if version == rule.version:
        return Forecaster(metric, horizon, None, rule)
    if version is not None and modelled is None:
        raise InvalidInput(
            "There is no such version of what forecasts this.",
            [
                Problem(
                    "/modelVersion", "unknown_model_version", f"must be {rule.version}: a rule forecasts this"
                )
            ],
            code="unknown_model_version",
        )
    if modelled is None:
        return Forecaster(metric, horizon, None, rule)
    model = model_of_version(modelled, version) if version else served_model(modelled, user_id)
    return Forecaster(metric, horizon, model, rule)


def compute_forecast(snapshot: Snapshot, metric: str) -> Forecast:
    """Return the served forecast for the next night. Raises InsufficientData and Unavailable."""
    return find_forecaster(metric, snapshot.user_id).forecast(snapshot)


def forecast_with(model: Model, snapshot: Snapshot) -> Forecast:
    """Return what this model says of the next night, whoever serves. Raises InsufficientData."""
    rule = read_level(get_settings().models)
    return Forecaster(model.manifest.metric, 1, model, rule).forecast(snapshot)

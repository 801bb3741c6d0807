"""Every metric there is: its kind, what it tells, its labels. Dashboard and alerts are checked against it.

Each also carries `function`, the function that counted. No label ever holds a person's id: a route is its
template, a reason a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "histogram", "gauge"]


@dataclass(frozen=True, slots=True)
class Metric:
    kind: Kind
    told: str
    labels: tuple[str, ...] = ()


GAUGE_GROUPS: Final = ("night", "forecasts")
"""Each is told as a whole, by one step of the night."""

_MODEL = ("metric", "model", "version")

METRICS: Final[Mapping[str, Metric]] = {
    "nutri_requests_total": Metric("counter", "Requests answered.", ("method", "route", "status")),
    "nutri_request_seconds": Metric("histogram", "Time to answer a request.", ("route",)),
    "nutri_cold_starts_total": Metric("counter", "First requests of a process."),
    "nutri_cache_total": Metric("counter", "Look-ups in Redis: hit, miss, failure.", ("outcome",)),
    "nutri_answers_total": Metric(
        "counter", "Computed answers by group and origin (cached, computed, stale).", ("group", "origin")
    ),
    "nutri_forecasts_total": Metric("counter", "Forecasts made by each version of a model.", _MODEL),
    "nutri_night_people_total": Metric(
        "counter", "People of a nightly run whose turn it was, by what became of them.", ("outcome",)
    ),
    "nutri_night_person_seconds": Metric("histogram", "Time to recompute one person."),
    "nutri_night_failures_total": Metric("counter", "Failed tries to recompute a person.", ("reason",)),
    "nutri_night_shards_total": Metric("counter", "Shards finished by nightly runs."),
    "nutri_night_run_timestamp_seconds": Metric("gauge", "The hour the latest nightly run was planned for."),
    "nutri_night_shards": Metric("gauge", "Shards of the latest nightly run."),
    "nutri_night_people": Metric("gauge", "People there were at the latest nightly run."),
    "nutri_night_evaluated_timestamp_seconds": Metric(
        "gauge", "The hour of the latest nightly run that came to its end."
    ),
    "nutri_quarantined_people": Metric("gauge", "People left alone because their nights fail."),
    "nutri_forecasts_judged": Metric("gauge", "Forecasts of four weeks whose night is known.", _MODEL),
    "nutri_forecast_error": Metric("gauge", "Mean absolute error (bpm, ms) over four weeks.", _MODEL),
    "nutri_forecast_skill": Metric(
        "gauge", "1 - error over the simple rule's error, over four weeks.", (*_MODEL, "bound")
    ),
    "nutri_forecast_coverage": Metric(
        "gauge", "Share of outcomes inside the 80% interval over four weeks.", (*_MODEL, "bound")
    ),
    "nutri_retrain_wanted": Metric("gauge", "1 where a model should be trained again.", (*_MODEL, "reason")),
    "nutri_outcome_drift": Metric("gauge", "Population stability index of what was measured.", ("metric",)),
}

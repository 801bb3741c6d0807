"""What the catalogue declares: enough, well-formed, the product's names, and pinned to its version."""

import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from common.compute.correlations.pairs import daily_quantities
from common.compute.correlations.quantities import STEPS
from common.compute.features import (
    CATALOGUE,
    CATEGORIES,
    FEATURE_VERSION,
    LOOKBACK_DAYS,
    Feature,
    activity,
    build_features,
    formulas,
    health,
    interaction,
    journal,
    micronutrients,
    nutrition,
    temporal,
    timing,
)  # fmt: skip
from common.compute.features.rules import Input, Kind, formula, logged, mean, trend
from common.compute.forecasts.input_features import NAMES
from common.compute.series.channels import CHANNELS
from common.compute.series.rows import Profile
from tests.unit.feature_series import make_series

PROJECT = Path(__file__).parents[2]
PINNED = Path(__file__).with_name("features_pinned.json")
ML_FEATURE_CATEGORIES = {
    "NUTRITION_DAILY", "NUTRITION_WEEKLY", "NUTRITION_TEMPORAL", "ACTIVITY_DAILY", "ACTIVITY_WEEKLY",
    "HEALTH_DAILY", "HEALTH_WEEKLY", "COMBINED_FEATURES",
}  # fmt: skip


def test_there_are_at_least_120_features_and_some_in_every_category() -> None:
    assert len(CATALOGUE) >= 120
    assert {feature.category for feature in CATALOGUE.values()} == set(CATEGORIES)


def test_no_name_is_declared_twice() -> None:
    modules = (activity, health, interaction, journal, micronutrients, nutrition, temporal, timing)
    assert sum(len(module.FEATURES) for module in modules) == len(CATALOGUE)


def test_no_two_features_are_the_same_number() -> None:
    rules = [feature.rule for feature in CATALOGUE.values()]
    assert len(set(rules)) == len(rules)


def test_the_products_own_names_are_kept() -> None:
    names = {"protein_7d_avg", "calories_daily", "recovery_time", "rhr_trend", "day_of_week"}
    assert names <= set(CATALOGUE)


@pytest.mark.parametrize("feature", CATALOGUE.values(), ids=lambda feature: feature.name)
def test_every_declaration_is_complete(feature: Feature) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", feature.name)
    assert feature.unit
    assert re.fullmatch(r"[A-Z0-9(].*\.", feature.definition)
    assert " ,." not in feature.definition
    assert ",." not in feature.definition
    assert 1 <= feature.window_days <= LOOKBACK_DAYS
    assert 0 <= feature.minimum_days <= feature.window_days
    assert set(feature.derived_from) <= set(CHANNELS)
    assert set(feature.needs_profile) <= {field.name for field in fields(Profile)}
    assert feature.stored_as in ML_FEATURE_CATEGORIES
    assert feature.derived_from or feature.category == "temporal"


def test_the_lookback_is_under_90_days() -> None:
    assert LOOKBACK_DAYS <= 90


def test_every_daily_quantity_is_a_feature_of_one_day() -> None:
    """Correlations take their inputs and outcomes from features of one day."""
    shown = {
        f.rule.name for f in CATALOGUE.values() if isinstance(f.rule, Input) and f.rule.kind is Kind.LOGGED
    }
    # one enters recovery_time, the other is shown of complete food logs only
    assert CHANNELS.keys() - shown == {
        "after_midnight_meal_hour", "last_hard_end_hour", "breakfast_skipped",
    }  # fmt: skip


def test_an_input_of_correlations_is_one_quantity_of_one_day() -> None:
    daily = daily_quantities(CATALOGUE, CATALOGUE)
    inputs = [feature for feature in CATALOGUE.values() if feature.correlated]
    assert {feature.name for feature in inputs} <= {quantity.feature for quantity in daily.values()}
    assert {feature.derived_from[0]: feature.step for feature in inputs} == STEPS


def test_what_models_see_is_what_is_declared_for_them() -> None:
    assert set(NAMES) == {feature.name for feature in CATALOGUE.values() if feature.modelled}
    manifests = (PROJECT / "model_export" / "artifacts").glob("*/manifest.json")
    rows = [json.loads(path.read_text()).get("inputs", {}).get("row", []) for path in manifests]
    trained = {name.removeprefix("scaled_") for row in rows for name in row if name.startswith("scaled_")}
    assert trained == set(NAMES)


def test_food_averages_take_complete_days_only() -> None:
    food = [f for f in CATALOGUE.values() if f.category in ("nutrition", "timing", "micronutrients")]
    loose = {f.name for f in food if f.window_days > 1 and not f.complete_days_only}
    # these three count days instead of averaging food
    assert loose == {"complete_7d_days", "complete_28d_days", "logged_7d_days"}


def test_rmssd_and_sdnn_never_meet_in_one_feature() -> None:
    both = {"hrv_rmssd_ms", "hrv_sdnn_ms"}
    mixed = [f.name for f in CATALOGUE.values() if both <= set(f.derived_from) and f.category != "temporal"]
    assert mixed == []


def test_a_window_of_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="one day"):
        trend(formula(formulas.week, mean(logged("rhr_bpm"), 7, 3)), 28, 14)


def test_a_changed_declaration_or_result_needs_a_new_version() -> None:
    """Stored and cached features carry FEATURE_VERSION. After a change raise it, then write the file again:
    `python -m tests.unit.test_features_catalogue`."""
    pinned = json.loads(PINNED.read_text())
    assert pinned["version"] == FEATURE_VERSION
    assert pinned["declarations"] == _declarations_digest()
    assert pinned["values"].keys() == CATALOGUE.keys()
    for name, value in _values().items():
        assert value == pytest.approx(pinned["values"][name], rel=1e-9, abs=1e-12), name


def _declarations_digest() -> str:
    declared = ("name", "unit", "category", "definition", "window_days", "minimum_days", "derived_from")
    attributes = (*declared, "needs_profile", "stored_as")
    rows = [[getattr(feature, name) for name in attributes] for feature in CATALOGUE.values()]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _values() -> dict[str, float]:
    """Mean over 80 seeded days: one number that moves when the feature does."""
    table = build_features(make_series(11, 80, gaps=0.03))
    return dict(zip(table.names, np.nanmean(table.values[:, 30:], axis=1).tolist(), strict=True))


if __name__ == "__main__":
    pinned = {"version": FEATURE_VERSION, "declarations": _declarations_digest(), "values": _values()}
    PINNED.write_text(json.dumps(pinned, indent=1) + "\n")

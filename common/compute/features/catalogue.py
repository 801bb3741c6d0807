"""The catalogue: every feature by name, in the order of the arrays."""

from common.compute.features import (
    activity,
    health,
    interaction,
    journal,
    micronutrients,
    nutrition,
    temporal,
    timing,
)
from common.compute.features.feature import Feature

# Raise it whenever a name, definition, rule or formula changes: stored and cached features carry it.
FEATURE_VERSION = "13"

CATALOGUE: dict[str, Feature] = {
    feature.name: feature
    for module in (nutrition, timing, micronutrients, activity, health, temporal, interaction, journal)
    for feature in module.FEATURES
}

# A feature of day D reads the days D - LOOKBACK_DAYS + 1 .. D, and SHIFT_REACH_DAYS before them to tell which
# of them are of the same era.
LOOKBACK_DAYS: int = max(feature.window_days for feature in CATALOGUE.values())

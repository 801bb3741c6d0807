"""The one table of feature categories: API name, `MLFeatureCategory` values, cache key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    stored_daily: str
    """`MLFeatureCategory` of features of one day."""
    stored_weekly: str
    """`MLFeatureCategory` of features with a longer window."""
    cache_key: str
    """Last part of `features:{userId}:{date}:{category}`."""


ALL_CATEGORIES_CACHE_KEY = "daily"

CATEGORIES: dict[str, Category] = {
    row.name: row
    for row in (
        Category("nutrition", "NUTRITION_DAILY", "NUTRITION_WEEKLY", "nutrition"),
        Category("timing", "NUTRITION_TEMPORAL", "NUTRITION_TEMPORAL", "timing"),
        Category("micronutrients", "NUTRITION_DAILY", "NUTRITION_WEEKLY", "micronutrients"),
        Category("activity", "ACTIVITY_DAILY", "ACTIVITY_WEEKLY", "activity"),
        Category("health", "HEALTH_DAILY", "HEALTH_WEEKLY", "health"),
        Category("temporal", "COMBINED_FEATURES", "COMBINED_FEATURES", "temporal"),
        Category("interaction", "COMBINED_FEATURES", "COMBINED_FEATURES", "interaction"),
    )
}

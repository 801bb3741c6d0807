"""Daily features of one person: declared once (`catalogue`) and computed together (`build`).

Pure: a `DailySeries` in, a `FeatureTable` out. Training and serving use the same object.
"""

from common.compute.features.build import build_features
from common.compute.features.catalogue import CATALOGUE, FEATURE_VERSION, LOOKBACK_DAYS
from common.compute.features.categories import ALL_CATEGORIES_CACHE_KEY, CATEGORIES, Category
from common.compute.features.feature import Feature
from common.compute.features.table import REASONS, FeatureTable, Reason

__all__ = [
    "ALL_CATEGORIES_CACHE_KEY",
    "CATALOGUE",
    "CATEGORIES",
    "FEATURE_VERSION",
    "LOOKBACK_DAYS",
    "REASONS",
    "Category",
    "Feature",
    "FeatureTable",
    "Reason",
    "build_features",
]

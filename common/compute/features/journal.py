"""Features of what a person said of their day in the journal; null where it was not asked."""

from common.compute.features.families import as_logged
from common.compute.features.feature import Feature
from common.compute.journal import VOCABULARY, Entry

HEALTH = "health"


def _said(entry: Entry) -> Feature:
    what = f"Said in the journal: {entry.definition[0].lower()}{entry.definition[1:].rstrip('.')};"
    feature = as_logged(entry.name, entry.unit, HEALTH, what, entry.name)
    return feature if entry.step is None else feature.for_correlations(entry.step)


FEATURES: list[Feature] = [_said(entry) for entry in VOCABULARY.values() if entry.name != "drinks"]

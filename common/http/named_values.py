"""Values and keys whose names the code knows, closed in the contract: features, measures, members of an enum.

All of it changes the schemas of an OpenAPI document in place.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from common.compute.features import CATALOGUE, REASONS
from common.compute.forecasts.targets import NAMES
from common.compute.measures import EVERY_NAME

Document = dict[str, Any]

UNIT_OF = ("FeatureDefinition", "PredictionAnswer", "BackTestAnswer")
NOT_ONE_METRIC = {
    "CorrelationsAnswer": "as asked, which may be a name of several",
    "Needed": "also `complete_food_log_days`, which no device measures",
}


def close_names(schemas: Document) -> None:
    """Say which names there are, wherever an answer holds one."""
    if "FeatureDefinition" in schemas:
        schemas["FeatureName"] = _names("A feature of the catalogue.", CATALOGUE)
        _refer(schemas["FeatureDefinition"]["properties"]["name"], "FeatureName")
    for name in schemas.keys() & {"FeaturesAnswer", "FeatureDay"}:
        schemas["FeatureValues"] = _feature_values()
        _refer(schemas[name]["properties"]["features"], "FeatureValues")
        _close(schemas[name]["properties"]["missing"], REASONS[1:])
    metrics = [
        schema["properties"]["metric"]
        for name, schema in schemas.items()
        if name not in NOT_ONE_METRIC
        and _is_answered(schema)
        and _is_any_text(schema["properties"].get("metric"))
    ]
    if metrics:
        schemas["Metric"] = _names("A measure of the body.", {*EVERY_NAME, *NAMES})
    for metric in metrics:
        _refer(metric, "Metric")
    for name in schemas.keys() & set(UNIT_OF):
        units = {*(one.unit for one in CATALOGUE.values()), *(one.unit for one in EVERY_NAME.values())}
        schemas["Unit"] = _names("A unit of features and measures.", units)
        _refer(schemas[name]["properties"]["unit"], "Unit")
    for found in list(_maps(schemas)):
        named = found["propertyNames"]
        allowed = schemas[named["$ref"].rpartition("/")[2]] if "$ref" in named else named
        if "enum" in allowed:
            del found["propertyNames"]
            if found.pop("minProperties", 0) == len(allowed["enum"]):
                found["required"] = list(allowed["enum"])
            _close(found, allowed["enum"])


def _names(description: str, names: Iterable[str]) -> Document:
    return {"type": "string", "description": description, "enum": sorted(names)}


def _feature_values() -> Document:
    """Every group with its features; which groups are answered, `categories` decides."""
    groups: Document = {}
    for feature in CATALOGUE.values():
        empty = {"type": "object", "description": f"Those of {feature.category}.", "properties": {}}
        group = groups.setdefault(str(feature.category), empty)
        group["properties"][feature.name] = {
            "anyOf": [{"type": "number"}, {"type": "null"}],
            "description": f"{feature.definition} Unit: {feature.unit}.",
        }
    return {"type": "object", "description": "Group -> feature -> value.", "properties": groups}


def _refer(schema: Document, name: str) -> None:
    described = schema.get("description")
    schema.clear()
    schema["$ref"] = f"#/components/schemas/{name}"
    if described:
        schema["description"] = described


def _close(schema: Document, names: Iterable[str]) -> None:
    """Make a map an object of these members."""
    schema["properties"] = dict.fromkeys(names, schema["additionalProperties"])
    schema["additionalProperties"] = False


def _is_answered(schema: Document) -> bool:
    return "properties" in schema and schema.get("additionalProperties") is not False


def _is_any_text(schema: Document | None) -> bool:
    return schema is not None and schema.get("type") == "string" and "enum" not in schema


def _maps(schema: Any) -> Iterator[Document]:
    if isinstance(schema, list):
        for one in schema:
            yield from _maps(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("propertyNames"), dict) and isinstance(
            schema.get("additionalProperties"), dict
        ):
            yield schema
        for one in schema.values():
            yield from _maps(one)

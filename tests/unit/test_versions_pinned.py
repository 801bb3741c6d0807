"""What is found, said and kept is pinned to its version: a build that changes one names it anew."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from common.compute.correlations import find
from common.compute.features import CATALOGUE, FEATURE_VERSION, build_features
from common.compute.forecasts.model_inputs import INPUTS_VERSION
from common.compute.insights import INSIGHTS_VERSION, LOCALES, render
from common.compute.series.channels import CHANNEL_INDEX
from common.schemas.correlations import CorrelationsAnswer, LagProfileAnswer
from common.schemas.features import FeaturesAnswer, FeaturesRangeAnswer
from common.schemas.insights import Feed
from common.schemas.predictions import PredictionAnswer
from common.services.predictions import ANSWER_VERSION
from common.version import CORRELATION_VERSION
from tests.unit.feature_series import make_series
from tests.unit.insight_samples import sample_insights

PINNED = Path(__file__).with_name("versions_pinned.json")
AGAIN = "`python -m tests.unit.test_versions_pinned` pins it anew, after its version was raised"


def test_what_is_said_needs_a_new_version_where_it_changes() -> None:
    assert _insights() == json.loads(PINNED.read_text())["insights"], f"INSIGHTS_VERSION: {AGAIN}"


def test_what_is_found_needs_a_new_version_where_it_changes() -> None:
    pinned, found = json.loads(PINNED.read_text())["correlations"], _correlations()
    assert found == pinned or found["version"] != pinned["version"], f"CORRELATION_VERSION: {AGAIN}"


def test_what_is_cached_needs_a_new_version_where_its_shape_changes() -> None:
    pinned = json.loads(PINNED.read_text())["answers"]
    for name, answer in _answers().items():
        same = answer["shape"] == pinned[name]["shape"]
        assert same or answer["version"] != pinned[name]["version"], f"{name}: {AGAIN}"


def _insights() -> dict[str, Any]:
    """A digest of each template's facts and of its words in each language."""
    said = {
        name: [
            {fact: [_rounded(value.value), value.unit] for fact, value in insight.facts.items()},
            *(asdict(render(insight, locale)) for locale in sorted(LOCALES)),
        ]
        for name, insight in sorted(sample_insights().items())
    }
    return {"version": INSIGHTS_VERSION, **{name: _digest(words) for name, words in said.items()}}


def _correlations() -> dict[str, Any]:
    """What is found in a seeded person's days, to as many digits as any machine agrees on."""
    series = make_series(5, 200, gaps=0.1)
    late, rhr = (series.values[CHANNEL_INDEX[name]] for name in ("last_meal_hour", "rhr_bpm"))
    rhr[1:] += 2.0 * (late[:-1] - 20.0)
    report = find(build_features(series), CATALOGUE, last_closed=series.days[-1].item())
    findings = [
        [f.feature, f.metric, f.lag_days, f.tier.value, f.n, _rounded(f.spearman), _rounded(f.effect.change)]
        for f in report.findings
    ]
    version = f"{CORRELATION_VERSION}/{FEATURE_VERSION}"
    return {"version": version, "tested": report.tested, "findings": findings}


def _answers() -> dict[str, Any]:
    """A digest of the shape of each answer that is cached, under the versions it is cached with."""
    correlations = f"{CORRELATION_VERSION}/{FEATURE_VERSION}"
    cached: Mapping[Any, str] = {
        Feed: f"{INSIGHTS_VERSION}/{CORRELATION_VERSION}/{FEATURE_VERSION}/{INPUTS_VERSION}",
        CorrelationsAnswer: correlations,
        LagProfileAnswer: correlations,
        FeaturesAnswer: FEATURE_VERSION,
        FeaturesRangeAnswer: FEATURE_VERSION,
        PredictionAnswer: f"{INPUTS_VERSION}/{ANSWER_VERSION}",
    }
    return {
        model.__name__: {"version": version, "shape": _digest(_without_prose(model.model_json_schema()))}
        for model, version in cached.items()
    }


def _without_prose(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: _without_prose(part) for key, part in schema.items() if key not in {"description", "title"}
        }
    return [_without_prose(part) for part in schema] if isinstance(schema, list) else schema


def _rounded(value: float | str) -> float | str:
    return value if isinstance(value, str) else float(f"{value:.4g}")


def _digest(value: Any) -> str:
    return blake2b(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=6).hexdigest()


if __name__ == "__main__":
    pinned = {"insights": _insights(), "correlations": _correlations(), "answers": _answers()}
    PINNED.write_text(json.dumps(pinned, indent=1) + "\n")

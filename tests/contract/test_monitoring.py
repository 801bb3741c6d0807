"""Dashboard and alerts ask for nothing that is not there."""

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from common.telemetry.catalogue import METRICS

FOLDER = Path(__file__).parents[2] / "functions" / "local" / "monitoring"
ALERTS = FOLDER / "alerts.yaml"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [t["expr"] for panel in PANELS for t in panel["targets"]]
PARTS = ("_bucket", "_sum", "_count")


def metrics_in(expression: str) -> set[str]:
    """Metrics by the name they are declared under, a histogram's by that of the whole."""
    found = set(re.findall(r"nutri_\w+", expression))
    return {
        next((base for part in PARTS if (base := name.removesuffix(part)) != name and base in METRICS), name)
        for name in found
    }


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_asked_for_exists(expression: str) -> None:
    names = metrics_in(expression)
    assert names
    assert names <= set(METRICS)
    histograms = {name for name in names if METRICS[name].kind == "histogram"}
    assert all(re.search(rf"{name}_(bucket|sum|count)\b", expression) for name in histograms)
    known = {"function", "le"} | {label for name in names for label in METRICS[name].labels}
    asked = set(re.findall(r"(\w+)(?:=~|!=|!~|=)\"", expression))
    grouped = ",".join(re.findall(r"by \(([^)]*)\)", expression))
    asked |= {label.strip() for label in grouped.split(",") if label}
    assert asked <= known


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_counters_are_asked_for_as_rates_and_gauges_are_not(expression: str) -> None:
    for name in metrics_in(expression):
        as_rate = (
            re.search(rf"(rate|increase)\({name}(_bucket|_sum|_count)?(\{{[^}}]*\}})?\[", expression)
            is not None
        )
        told = "absent(" in expression
        assert as_rate or told if METRICS[name].kind != "gauge" else not as_rate


def test_every_metric_is_shown() -> None:
    shown = {name for panel in PANELS for target in panel["targets"] for name in metrics_in(target["expr"])}
    assert shown == set(METRICS)


def test_legends_and_summaries_name_labels_there_are() -> None:
    everything = {"function"} | {label for metric in METRICS.values() for label in metric.labels}
    texts = [target["legendFormat"] for panel in PANELS for target in panel["targets"]]
    assert {label for text in texts for label in re.findall(r"\{\{(\w+)\}\}", text)} <= everything
    summaries = [rule["annotations"]["summary"] for rule in RULES]
    assert {label for text in summaries for label in re.findall(r"\$labels\.(\w+)", text)} <= everything


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "action"}
    assert re.fullmatch(r"\d+[mh]", rule["for"])


def test_panels_do_not_overlap_and_have_names_of_their_own() -> None:
    everything = DASHBOARD["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    for one, other in combinations([panel["gridPos"] for panel in everything], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_prometheus_itself_accepts_the_rules() -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not on this machine")
    checked = subprocess.run(
        [promtool, "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr

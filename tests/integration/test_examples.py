"""Every operation's example in the contract: asked of a demo person, shortened, and true to its schema.

`pytest tests/integration/test_examples.py --write-examples` asks anew and writes the file again.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from common.http.contract import EXAMPLES
from common.store.engine import transaction
from functions.local.cli.openapi import build_document
from functions.local.data.cohort import make_cohort
from functions.local.data.loading import save_people
from tests.fixtures.calls import call

USER = "demo-anna"
TODAY = datetime.now(UTC).date()
YESTERDAY, TOMORROW = str(TODAY - timedelta(days=1)), str(TODAY + timedelta(days=1))
SHOWN = 2
MAPS = {"dropped", "missing", "sources", "tables", "byDevice", "inputDrift"}
"""Objects whose members are data rather than fields: a few stand for all."""
BODIES: dict[str, Any] = {
    "insightsGenerate": {},
    "insightsFeeds": {"userIds": [USER, "nobody"]},
    "insightsNightsOf": {"userIds": [USER, "nobody"]},
    "insightsStartTrial": {"feature": "last_meal_time", "metric": "rhr"},
    "insightsFeedback": {"viewed": True, "helpful": True},
    "predictionsRhr": {"userId": USER},
    "predictionsHrv": {"userId": USER},
    "predictionsBatch": {"items": [{"userId": USER, "metric": "rhr"}, {"userId": "nobody", "metric": "hrv"}]},
    "usersSetTimezones": {"timezones": [{"since": "2020-01-01T00:00:00Z", "timezone": "Europe/London"}]},
    "usersSetContext": {"entries": {"stress": 3, "drinks": 0, "habit:evening_walk": True}},
    "predictionsPredictTarget": {"userId": USER},
    "featuresEngineer": {"userId": USER, "date": YESTERDAY, "categories": ["health"]},
}
QUERIES = {
    "featuresRange": f"from={YESTERDAY}&to={YESTERDAY}&categories=health",
    "featuresDay": "categories=health",
    "correlationsAll": "",
    "correlationsLags": "feature=steps_daily",
    "usersJournal": f"from={YESTERDAY}&to={YESTERDAY}",
    "predictionsWhatIfOptions": "metric=rhr",
    "predictionsBackTestRange": f"metric=rhr&from={YESTERDAY}&to={YESTERDAY}",
}
LAST = ("usersClearContext", "usersExport", "usersDeleteData", "usersResume")
"""Asked when the others have been: they end what there is."""
UNASKED = {"predictionsWhatIf": "no demo person's device bears a supposition out"}

Asked = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(build_document()))
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    found = [
        (operation["operationId"], method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if operation["tags"] != ["service"]
    ]
    order = {name: LAST.index(name) + 1 for name in LAST}
    first = ("insightsFeed", "usersSetContext")
    yield from sorted(found, key=lambda one: (order.get(one[0], 0), one[0] not in first))


def function_of(path: str) -> str:
    group = path.split("/")[2]
    return "insights" if group == "users" else group


@pytest.fixture(scope="module")
def asked(document: dict[str, Any], _servers: None) -> Asked:
    with transaction() as connection:
        rows = [one for one in make_cohort(TODAY) if one.profile.user_id == USER]
        save_people(connection, rows, "demo")
    found: Asked = {}
    known = {"userId": USER, "date": YESTERDAY, "metricType": "rhr", "modelId": "rhr_lstm"}
    known["metric"] = "sleep_duration"
    for name, method, path, _ in operations(document):
        if name in UNASKED:
            continue
        if name == "predictionsNight":
            known["date"] = TOMORROW
        asks = path.format_map(known)
        answer = call(function_of(path), method, asks, query=QUERIES.get(name, ""), body=BODIES.get(name))
        assert answer.status in (200, 201), (name, answer.text)
        found[name] = {"answer": shorten(answer.body)}
        if BODIES.get(name):
            found[name]["request"] = BODIES[name]
        if name == "insightsFeed":
            known["insightId"] = answer.body["insights"][0]["id"]
        known["date"] = YESTERDAY
    return found


def shorten(value: Any, name: str = "") -> Any:
    if isinstance(value, list):
        return [shorten(item) for item in value[:SHOWN]]
    if isinstance(value, dict):
        kept = list(value.items())
        if name in MAPS or name == "features":
            kept = kept[: SHOWN + 1]
        inner = "features" if name == "features" else ""
        return {key: shorten(item, key if key in MAPS or key == "features" else inner) for key, item in kept}
    return value


def test_every_operation_has_an_example_as_a_demo_person_gets_it(
    asked: Asked, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--write-examples"):
        EXAMPLES.write_text(json.dumps(asked, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    committed = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    assert committed.keys() == asked.keys(), "write the examples again"
    for name, example in committed.items():
        assert example["answer"].keys() == asked[name]["answer"].keys(), f"{name}: write the examples again"


def test_every_example_is_true_to_its_schema(document: dict[str, Any]) -> None:
    shown = 0
    for name, _, _, operation in operations(document):
        for status in ("200", "201"):
            content = operation["responses"].get(status, {}).get("content", {}).get("application/json")
            if content is None:
                continue
            assert name in UNASKED or "example" in content, name
            if "example" in content:
                schema = {**content["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(content["example"])
                shown += 1
        sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" in sent:
            Draft202012Validator({**sent["schema"], "components": document["components"]}).validate(
                sent["example"]
            )
    assert shown > 20

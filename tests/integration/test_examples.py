"""Every operation's example in the contract: asked of a demo person, shortened, and true to its schema.

`pytest tests/integration/test_examples.py --write-examples` asks anew and writes the file again.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

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
    "predictionsWhatIf": {"userId": USER, "metric": "rhr", "changes": {"alcohol_drinks": 0}},
    "predictionsBatch": {"items": [{"userId": USER, "metric": "rhr"}, {"userId": "nobody", "metric": "hrv"}]},
    "usersSetTimezones": {"timezones": [{"since": "2020-01-01T00:00:00Z", "timezone": "Europe/London"}]},
    "usersSetContext": {"entries": {"stress": 3, "drinks": 0, "habit:evening_walk": True}},
    "predictionsPredictTarget": {"userId": USER},
    "featuresEngineer": {"userId": USER, "date": YESTERDAY, "categories": ["health"]},
}
QUERIES: dict[str, dict[str, Any]] = {
    "featuresRange": {"from": YESTERDAY, "to": YESTERDAY, "categories": ["health"]},
    "featuresDay": {"categories": ["health"]},
    "correlationsLags": {"feature": "steps_daily"},
    "insightsFeed": {"limit": 5},
    "insightsFeeds": {"limit": 1},
    "insightsNights": {"limit": 3},
    "usersJournal": {"from": YESTERDAY, "to": YESTERDAY},
    "predictionsWhatIfOptions": {"metric": "rhr"},
    "predictionsBackTestRange": {"metric": "rhr", "from": YESTERDAY, "to": YESTERDAY},
}
LAST = ("usersClearContext", "usersExport", "usersDeleteData", "usersResume")
"""Asked when the others have been: they end what there is."""
REFUSED = {"predictionsWhatIf": "no demo person's device bears a supposition out"}

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
    ]
    order = {name: LAST.index(name) + 1 for name in LAST}
    first = ("insightsFeed", "usersSetContext")
    yield from sorted(found, key=lambda one: (order.get(one[0], 0), one[0] not in first))


def function_of(path: str) -> str:
    group = [*path.split("/"), ""][2]
    return {"users": "insights", "": "features"}.get(group, group)


@pytest.fixture(scope="module")
def asked(document: dict[str, Any], _servers: None) -> Asked:
    with transaction() as connection:
        rows = [one for one in make_cohort(TODAY) if one.profile.user_id == USER]
        save_people(connection, rows, "demo")
    found: Asked = {}
    known = {"userId": USER, "date": YESTERDAY, "metricType": "rhr", "modelId": "rhr_lstm"}
    known["metric"] = "sleep_duration"
    for name, method, path, _ in operations(document):
        if name == "predictionsNight":
            known["date"] = TOMORROW
        query = QUERIES.get(name, {})
        answer = call(
            function_of(path),
            method,
            path.format_map(known),
            query=urlencode(query, doseq=True),
            body=BODIES.get(name),
        )
        assert (answer.status in (200, 201)) != (name in REFUSED), (name, answer.text)
        told = answer.text.partition("\n")[0] if name == "serviceMetrics" else answer.body
        found[name] = {"status": answer.status, "answer": shorten(told)}
        found[name]["parameters"] = {key: known[key] for key in re.findall(r"{(\w+)}", path)} | query
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
        assert example["status"] == asked[name]["status"], name
        if isinstance(example["answer"], dict):
            assert example["answer"].keys() == asked[name]["answer"].keys(), (
                f"{name}: write the examples again"
            )


def test_every_example_is_true_to_its_schema(document: dict[str, Any]) -> None:
    for name, _, _, operation in operations(document):
        for one in operation.get("parameters", ()):
            if "example" in one:
                schema = {**one["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(one["example"])
            assert "example" in one or not one["required"], (name, one["name"])
        sent = operation.get("requestBody", {}).get("content", {})
        answers = [answer.get("content", {}) for answer in operation["responses"].values()]
        examples = [content for answer in answers for content in answer.values() if "example" in content]
        assert len(examples) == 1, name
        for content in (*examples, *sent.values()):
            assert "example" in content or not operation["requestBody"].get("required"), name
            if "example" in content:
                schema = {**content["schema"], "components": document["components"]}
                Draft202012Validator(schema).validate(content["example"])

"""Every operation of the contract under generated requests, good and bad, through the real event path.

With `--full` 500 examples and more each; otherwise a few.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from common.settings import get_settings
from tests.fixtures import event_transport
from tests.fixtures.tokens import SECRET, mint
from tests.integration.people import add_person

PEOPLE = ("known", "anna.b-c_1")
DOCUMENT = json.loads((Path(__file__).parents[2] / "functions" / "openapi.json").read_text())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
WELL_FORMED = {
    *("future_date", "insufficient_data", "hrv_method_unsupported", "unknown_metric", "never_paired"),
    *("unknown_cursor", "invalid_cursor", "nothing_said", "no_trial", "unknown_input", "value_error"),
    *(
        "date_and_target",
        "date_and_range",
        "incomplete_range",
        "reversed_range",
        "range_too_long",
        "unknown_model_version",
        "date_range",
    ),
}
"""Codes of 422 that say what no schema can."""

Case = schemathesis.Case[Any]
CheckFunction = Callable[[schemathesis.CheckContext, schemathesis.Response, Case], bool | None]

EXAMPLES = 500 if settings.get_current_profile_name() == "full" else 8
CHECKS = SCHEMA.config.checks
CHECKS.positive_data_acceptance.expected_statuses.append("422")


@pytest.fixture(scope="module", autouse=True)
def secured(settings_env: pytest.MonkeyPatch, _servers: None) -> Iterator[None]:
    settings_env.setenv("JWT_SECRET", SECRET)
    settings_env.setenv("RATE_LIMIT_SERVICE_PER_MINUTE", "0")
    get_settings.cache_clear()
    for user in PEOPLE:
        add_person(user, days=40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests.adapters.HTTPAdapter.send", event_transport.send)
        yield
    settings_env.delenv("JWT_SECRET")
    get_settings.cache_clear()


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_breaks_an_operation(case: Case) -> None:
    make_it_about_somebody(case)
    response = case.call(
        base_url="http://service", headers={"X-Nutri-Token": mint("backend", scope="service")}
    )
    lenient: list[CheckFunction] = [negative_data_rejection] if asks_only_what_nobody_knows(case) else []
    case.validate_response(response, excluded_checks=lenient)
    if response.status_code == 422 and is_good(case):
        told = response.json()
        assert {told["code"], *(one["code"] for one in told["errors"])} & WELL_FORMED, (
            told["code"],
            told["errors"],
        )


def asks_only_what_nobody_knows(case: Case) -> bool:
    """Query parameters that an operation does not have are ignored."""
    known = {parameter.name for parameter in case.operation.query}
    return bool(case.query) and not known & set(case.query)


def is_good(case: Case) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive


def make_it_about_somebody(case: Case) -> None:
    """Half of the good requests are about people who are there, so that more than the gate is reached."""
    for place in (case.path_parameters, case.body):
        user = place.get("userId", "x") if is_good(case) and isinstance(place, dict) else "x"
        if isinstance(place, dict) and len(str(user)) % 2 == 0:
            place["userId"] = PEOPLE[len(str(user)) // 2 % 2]

"""Every operation of the contract under generated requests, good and bad, through the real event path.

And every function under events that are no longer what the platform sends.

With `--full` 500 examples and more each; otherwise a few.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.parameters import ParameterLocation

from common.settings import get_settings
from tests.fixtures import event_transport
from tests.fixtures.calls import give
from tests.fixtures.events import load_event
from tests.fixtures.mutations import mutated
from tests.fixtures.operations import FUNCTIONS, operations
from tests.fixtures.tokens import SECRET, mint
from tests.integration.people import add_person

PEOPLE = ("known", "anna.b-c_1")
DOCUMENT = json.loads((Path(__file__).parents[2] / "functions" / "openapi.json").read_text())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
WELL_FORMED = {
    *(
        "future_date",
        "insufficient_data",
        "invalid_range",
        "nothing_supposed",
        "unknown_metric",
        "never_paired",
    ),
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

EXAMPLES = 500 if settings.get_current_profile_name() == "full" else 8
CHECKS = SCHEMA.config.checks
CHECKS.positive_data_acceptance.expected_statuses.append("422")


@pytest.fixture(scope="module", autouse=True)
def secured(settings_env: pytest.MonkeyPatch, _servers: None) -> Iterator[None]:
    settings_env.setenv("JWT_SECRET", SECRET)
    settings_env.setenv("RATE_LIMIT_SERVICE_PER_MINUTE", "0")
    get_settings.cache_clear()
    for user in (*PEOPLE, "leaver"):
        add_person(user, days=40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests.adapters.HTTPAdapter.send", event_transport.send)
        yield
    settings_env.delenv("JWT_SECRET")
    get_settings.cache_clear()


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_no_request_breaks_an_operation(case: Case) -> None:
    make_it_about_somebody(case)
    if not is_bad_in(case, ParameterLocation.HEADER):
        case.headers["X-Nutri-Token"] = mint("backend", scope="service")
    response = case.call(base_url="http://service")
    case.validate_response(response)
    if response.status_code == 422 and is_good(case):
        told = response.json()
        assert {told["code"], *(one["code"] for one in told["errors"])} & WELL_FORMED, (
            told["code"],
            told["errors"],
        )


def is_good(case: Case) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_mutation_of_a_real_event_breaks_a_function(function: str) -> None:
    """Through the real handlers: tokens, routes, services, servers."""
    token = mint("backend", scope="service")
    shapes = [load_event("function_url_full"), load_event("function_url_signed")]
    asked = [one.event(person_of(one.path), x_nutri_token=token) for one in operations(function)]
    events = [*asked, *(in_the_shape_of(shape, event) for shape in shapes for event in asked)]

    @settings(max_examples=EXAMPLES * len(asked), suppress_health_check=list(HealthCheck))
    @given(event=mutated(events))
    def check(event: dict[str, Any]) -> None:
        reply = give(function, event)
        assert 200 <= reply.status < 500, reply
        assert reply.status < 400 or reply.body["code"], reply

    check()


def in_the_shape_of(shape: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    http = shape["requestContext"]["http"] | event["requestContext"]["http"]
    context = shape["requestContext"] | {"http": http}
    headers = shape["headers"] | event["headers"]
    return shape | event | {"requestContext": context, "headers": headers}


def person_of(path: str) -> str:
    """Deletions are about somebody else, so that the others still have somebody to be about."""
    return "leaver" if path.endswith(("/data", "/resume")) else PEOPLE[0]


def is_bad_in(case: Case, place: ParameterLocation) -> bool:
    """Whether that part of the request was made to break the contract."""
    part = case.meta.components.get(place) if case.meta else None
    return part is not None and part.mode.is_negative


def make_it_about_somebody(case: Case) -> None:
    """Half of the good requests are about people who are there, so that more than the gate is reached."""
    for place in (case.path_parameters, case.body):
        user = place.get("userId", "x") if is_good(case) and isinstance(place, dict) else "x"
        if isinstance(place, dict) and len(str(user)) % 2 == 0:
            chosen = PEOPLE[len(str(user)) // 2 % 2]
            place["userId"] = chosen if person_of(case.operation.path) == PEOPLE[0] else "leaver"

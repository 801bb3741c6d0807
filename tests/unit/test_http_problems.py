"""Errors over HTTP: always one shape, the right status, and nothing of what the caller sent or of ours."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from common.http import create_handler
from common.http.function_url import Handler
from tests.fixtures.environment import set_environment
from tests.fixtures.events import request_event
from tests.fixtures.sample_app import CANARY, sample_app


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Handler:
    set_environment(monkeypatch, tmp_path)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    return create_handler(sample_app())


def problem_in(answer: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer["body"])
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "requestId", "errors"} <= set(body)
    assert body["status"] == answer["statusCode"]
    assert body["requestId"] == answer["headers"]["x-request-id"]
    return body


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("invalid", 422, "future_date"),
        ("disabled", 403, "disabled_by_user"),
        ("conflict", 409, "conflict"),
        ("limited", 429, "rate_limited"),
        ("insufficient", 422, "insufficient_data"),
        ("away", 503, "database_unavailable"),
        ("configuration", 500, "internal_error"),
        ("unforeseen", 500, "internal_error"),
    ],
)
def test_each_error_has_its_status_and_code(handler: Handler, name: str, status: int, code: str) -> None:
    problem = problem_in(handler(request_event("GET", f"/raise/{name}"), None))
    assert (problem["status"], problem["code"]) == (status, code)


def test_errors_carry_what_a_client_needs_to_act_on_them(handler: Handler) -> None:
    assert handler(request_event("GET", "/raise/limited"), None)["headers"]["retry-after"] == "7"
    assert handler(request_event("GET", "/raise/away"), None)["headers"]["retry-after"] == "2"
    few = problem_in(handler(request_event("GET", "/raise/insufficient"), None))
    assert (few["have"], few["need"], few["unit"]) == (3, 30, "days")
    invalid = problem_in(handler(request_event("GET", "/raise/invalid"), None))
    assert invalid["errors"] == [{"pointer": "/date", "code": "future_date", "detail": "in the future"}]


@pytest.mark.parametrize("name", ["configuration", "unforeseen"])
def test_a_fault_of_ours_tells_neither_the_caller_nor_the_log_what_was_in_it(
    handler: Handler, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    create_handler(sample_app())  # logs go to the captured output from here on
    answer = handler(request_event("GET", f"/raise/{name}"), None)
    logged = capsys.readouterr().out
    assert CANARY not in answer["body"]
    assert "raise" not in answer["body"]
    assert CANARY not in logged
    assert "sample_app.py" in logged


def test_unknown_paths_and_methods(handler: Handler) -> None:
    assert problem_in(handler(request_event("GET", "/nowhere/4711"), None))["code"] == "not_found"
    wrong = handler(request_event("DELETE", "/people"), None)
    assert problem_in(wrong)["code"] == "method_not_allowed"
    assert wrong["headers"]["allow"] == "POST"
    assert problem_in(handler(request_event("GET", "/people/user-a/"), None))["status"] == 404


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"userId": "../etc/passwd"}, "/userId", "string_pattern_mismatch"),
        ({"userId": 4711}, "/userId", "string_type"),
        ({}, "/userId", "missing"),
        ({"userId": "user-a", "nested": {"proteinG": "canary"}}, "/nested/proteinG", "float_parsing"),
        ({"userId": "user-a", "day": "canary"}, "/day", "date_format"),
        ({"userId": "user-a", "canary@": 1}, "", "extra_forbidden"),
        ({"userId": "user-a", "nested": {"proteinG": 1, "canary " * 9: 2}}, "/nested", "extra_forbidden"),
        (["canary"], "", "model_attributes_type"),
        ("canary", "", "model_attributes_type"),
        (None, "", "model_attributes_type"),
    ],
    ids=str,
)
def test_an_invalid_body_is_pointed_into_and_never_repeated(
    handler: Handler, body: object, pointer: str, code: str
) -> None:
    answer = handler(request_event("POST", "/people", body=json.dumps(body).encode()), None)
    problem = problem_in(answer)
    assert (problem["status"], problem["code"]) == (422, "invalid_input")
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(pointer, code)]
    assert "canary" not in answer["body"]
    assert "passwd" not in answer["body"]
    assert "4711" not in answer["body"]


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"userId": "user-a", "dya": 1}, "", "`dya` is no field of it; it has amount, day, nested, userId"),
        ({"userId": "user-a", "nested": {"x": 2}}, "/nested", "`x` is no field of it; it has proteinG"),
        ({"userId": "user-a", "a b": 1}, "", "this is no field of it; it has amount, day, nested, userId"),
    ],
    ids=str,
)
def test_an_unknown_field_names_itself_and_what_there_is(
    handler: Handler, body: dict[str, Any], pointer: str, detail: str
) -> None:
    problem = problem_in(handler(request_event("POST", "/people", body=json.dumps(body).encode()), None))
    (error,) = [one for one in problem["errors"] if one["code"] == "extra_forbidden"]
    assert (error["pointer"], error["detail"]) == (pointer, detail)


def test_parameters_are_pointed_to_by_where_they_are(handler: Handler) -> None:
    problem = problem_in(handler(request_event("GET", "/days/canary", query="limit=canary"), None))
    assert {one["pointer"] for one in problem["errors"]} == {"/path/day", "/query/limit"}
    assert "canary" not in json.dumps(problem)


@pytest.mark.parametrize("path", ["/people/a%2Fb", "/people/..%2F..", "/people/a%00", "/people/%F0%9F%98%80"])
def test_an_id_with_anything_but_an_ids_characters_is_refused(handler: Handler, path: str) -> None:
    assert problem_in(handler(request_event("GET", path), None))["status"] in (404, 422)


def test_snake_case_is_accepted_and_camel_case_answered(handler: Handler) -> None:
    body = b'{"user_id": "user-a", "nested": {"protein_g": 1}}'
    answer = handler(request_event("POST", "/people", body=body), None)
    assert json.loads(answer["body"])["nested"] == {"proteinG": 1.0}


def test_the_contract_names_this_shape_for_every_operation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_environment(monkeypatch, tmp_path)
    app: FastAPI = sample_app()
    document = app.openapi()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            refusals = {status: told for status, told in operation["responses"].items() if status > "3"}
            assert refusals.keys() >= {"4XX", "5XX"}, (method, path)
            for told in refusals.values():
                (schema,) = (content["schema"] for content in told["content"].values())
                assert schema == {"$ref": "#/components/schemas/ProblemDetails"}
    assert "ProblemDetails" in document["components"]["schemas"]
    assert document["paths"]["/people/{userId}"]["get"]["security"] == [{"userToken": []}]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_path_in_full_comes_before_a_template_whatever_the_method(handler: Handler, method: str) -> None:
    answer = handler(request_event(method, "/people/new"), None)
    assert problem_in(answer)["code"] == "method_not_allowed"
    assert answer["headers"]["allow"] == "POST"


def test_of_two_templates_the_one_written_out_further_says_what_is_allowed(handler: Handler) -> None:
    answer = handler(request_event("OPTIONS", "/parts/anna/order"), None)
    assert answer["headers"]["allow"] == "POST"
    assert handler(request_event("OPTIONS", "/parts/anna/other"), None)["headers"]["allow"] == "GET"


@pytest.mark.parametrize(
    ("path", "query", "detail"),
    [
        ("/days/2026-01-17", "limit=1&canary=2", "it has limit"),
        ("/days/2026-01-17", "limit=1&=2", "it has limit"),
        ("/days/2026-01-17", "Limit=1", "it has limit"),
        ("/stale", "canary", "it has none"),
        ("/health", "canary=1", "it has none"),
    ],
)
def test_a_parameter_an_operation_does_not_have_is_refused(
    handler: Handler, path: str, query: str, detail: str
) -> None:
    answer = handler(request_event("GET", path, query=query), None)
    problem = problem_in(answer)
    (error,) = problem["errors"]
    assert (problem["status"], problem["code"]) == (422, "invalid_input")
    assert (error["pointer"], error["code"]) == ("/query", "extra_forbidden")
    assert error["detail"].endswith(detail)
    assert "canary" not in answer["body"]


@pytest.mark.parametrize("query", ["", "&", "limit=2"])
def test_a_parameter_it_has_is_none_of_those(handler: Handler, query: str) -> None:
    assert handler(request_event("GET", "/days/2026-01-17", query=query), None)["statusCode"] == 200

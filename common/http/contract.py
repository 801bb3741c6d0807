"""What the OpenAPI document says beyond what FastAPI derives: fields in words, errors, examples, servers.

Made when the document is asked for, never at a start: descriptions are the docstrings of the schemas'
attributes, read from their source.
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from common.http.deprecation import say_deprecated
from common.http.named_values import close_names
from common.http.problems import MEDIA_TYPE, STATUS, ProblemDetails
from common.schemas.model import ApiModel

Document = dict[str, Any]

EXAMPLES = Path(__file__).with_name("examples.json")
TAGS = {
    "features": "What a person's days looked like, as numbers.",
    "correlations": "Which of a person's own habits go with which of their measures.",
    "predictions": "What the coming nights will be, how sure that is, and what drives it.",
    "insights": "What is worth knowing and trying, in plain words; trials and feedback.",
    "users": "What a person decides about their own data.",
    "service": "How each function is doing.",
}
DESCRIPTION = (
    "In-house machine learning of a nutrition app. Numbers are finite, instants are UTC, days are the "
    "person's local days, names are camelCase. Errors are RFC 9457 problems with a stable `code`."
)
LICENSE = {"name": "MIT", "identifier": "MIT"}
SERVERS = [{"url": "/", "description": "The function, or the gateway, that serves this document."}]
ANYWHERE = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
GUARDED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS)
WITH_BODY = (HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def name_operation(route: APIRoute) -> str:
    """`insightsFeed`: the group and the route's function, so that a client's method can be named after it."""
    return to_camel(f"{route.tags[0]}_{route.name}") if route.tags else to_camel(route.name)


def complete_document(document: Document) -> Document:
    """Add what callers need to know to the document FastAPI made, in place."""
    _add_problem_schemas(document["components"]["schemas"])
    _describe_fields(document["components"]["schemas"])
    close_names(document["components"]["schemas"])
    document["info"] |= {"description": DESCRIPTION, "license": LICENSE}
    document["servers"] = SERVERS
    used = {tag for operation in _operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.is_file() else {}
    for operation in _operations(document):
        operation.setdefault("security", [])
        say_deprecated(operation)
        _add_errors(operation)
        _add_example(operation, examples.get(operation["operationId"], {}))
    return document


def _operations(document: Document) -> Iterator[Document]:
    for methods in document["paths"].values():
        yield from methods.values()


def _add_problem_schemas(schemas: Document) -> None:
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDetails.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDetails"] = problem


def _add_errors(operation: Document) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    guarded = bool(operation.get("security"))
    statuses = [*ANYWHERE, *(GUARDED if guarded else ()), *(WITH_BODY if "requestBody" in operation else ())]
    if operation["tags"] == ["service"]:
        statuses = [HTTPStatus.SERVICE_UNAVAILABLE]
    for status in sorted(statuses):
        answers[str(status.value)] = _problem(f"{status.phrase}: {_codes_of(status)}.")
    answers["4XX"] = answers["5XX"] = _problem("A problem (RFC 9457).")


def _problem(description: str) -> Document:
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


@lru_cache(maxsize=16)
def _codes_of(status: HTTPStatus) -> str:
    """Return codes of the errors with this status; subjects may have more exact ones."""
    codes = sorted(error.code for error, answered in STATUS.items() if answered is status)
    return ", ".join(f"`{code}`" for code in codes)


def _add_example(operation: Document, example: Mapping[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]
    if "request" in example and "requestBody" in operation:
        operation["requestBody"]["content"]["application/json"]["example"] = example["request"]
    answered = operation["responses"].get(str(example.get("status")), {}).get("content", {})
    for content in answered.values():
        content["example"] = example["answer"]


def _describe_fields(schemas: Document) -> None:
    classes = {model.__name__: model for model in _subclasses(ApiModel)}
    for name, schema in schemas.items():
        model = classes.get(name.removesuffix("-Input").removesuffix("-Output"))
        if model is None:
            continue
        for field, info in model.model_fields.items():
            said = schema.get("properties", {}).get(info.alias or to_camel(field))
            words = info.description or field_words(model).get(field)
            if said is not None and words and "description" not in said:
                said["description"] = words


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from _subclasses(child)


@lru_cache(maxsize=256)
def field_words(model: type[BaseModel]) -> Mapping[str, str]:
    """Field -> its docstring in the source of the class or of one it extends; none where there is no
    source."""
    words: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if not issubclass(part, ApiModel):
            continue
        try:
            (definition,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
        except (OSError, TypeError):
            continue
        assert isinstance(definition, ast.ClassDef)
        for field, said in zip(definition.body, definition.body[1:], strict=False):
            match field, said:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    words[name] = inspect.cleandoc(text)
    return words

"""What a change of the HTTP contract would break for callers. Pure: two OpenAPI documents in, text out.

A caller must find every path, method, parameter, body field and allowed value still there, nothing newly
demanded, and in answers every field that was promised. New paths, optional parameters and answer fields break
nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Document = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
# sent: a smaller limit, or another one where there was none, refuses what was accepted
UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems")


@dataclass(frozen=True)
class Place:
    """Where a comparison stands. `direction` is that of the data: sent by callers, or answered to them."""

    old: Document
    new: Document
    direction: Literal["sent", "answered"]
    name: str

    def inside(self, name: str) -> "Place":
        return replace(self, name=f"{self.name}{name}")


def find_breaking_changes(old: Document, new: Document) -> list[str]:
    """One line for each thing of `old` that `new` no longer keeps; empty where nothing breaks."""
    return list(dict.fromkeys(_compare_paths(old, new)))


def _compare_paths(old: Document, new: Document) -> Iterator[str]:
    for path, methods in old["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            name = f"{method.upper()} {path}"
            if method not in new["paths"].get(path, {}):
                yield f"{name} is gone"
                continue
            yield from _compare_operations(
                Place(old, new, "sent", name), methods[method], new["paths"][path][method]
            )


def _compare_operations(place: Place, old: Document, new: Document) -> Iterator[str]:
    if new.get("security") and not old.get("security"):
        yield f"{place.name} now needs a token"
    yield from _compare_parameters(place, _parameters(old), _parameters(new))
    yield from _compare_bodies(place.inside(" body"), old.get("requestBody"), new.get("requestBody"))
    answers = replace(place, direction="answered")
    for status, response in old["responses"].items():
        if status not in new["responses"]:
            yield f"{place.name} no longer answers {status}"
            continue
        for media, content in response.get("content", {}).items():
            if media not in (offered := new["responses"][status].get("content", {})):
                yield f"{place.name} no longer answers {status} as {media}"
            else:
                inner = answers.inside(f" answer {status}")
                yield from _compare_schemas(
                    inner, content.get("schema", {}), offered[media].get("schema", {})
                )


def _parameters(operation: Document) -> dict[tuple[str, str], Document]:
    return {(one["in"], one["name"]): one for one in operation.get("parameters", [])}


def _compare_parameters(
    place: Place, old: Mapping[tuple[str, str], Document], new: Mapping[tuple[str, str], Document]
) -> Iterator[str]:
    for key, parameter in old.items():
        inner = place.inside(f" {key[0]} parameter {key[1]}")
        if key not in new:
            yield f"{inner.name} is gone"
            continue
        if new[key].get("required") and not parameter.get("required"):
            yield f"{inner.name} is now required"
        yield from _compare_schemas(inner, parameter["schema"], new[key]["schema"])
    for key, parameter in new.items():
        if key not in old and parameter.get("required"):
            yield f"{place.name} {key[0]} parameter {key[1]} is new and required"


def _compare_bodies(place: Place, old: Document | None, new: Document | None) -> Iterator[str]:
    if new is None:
        if old is not None:
            yield f"{place.name} is gone"
        return
    if new.get("required") and not (old or {}).get("required"):
        yield f"{place.name} is now required"
    for media, content in (old or {"content": {}})["content"].items():
        if media not in new["content"]:
            yield f"{place.name} is no longer taken as {media}"
        else:
            yield from _compare_schemas(place, content["schema"], new["content"][media]["schema"])


def _compare_schemas(place: Place, old: Document, new: Document) -> Iterator[str]:
    """Each alternative must fit one of the side that has to take it: sent ones the new, answered the old."""
    olds, news = _alternatives(place.old, old), _alternatives(place.new, new)
    given, takers = (olds, news) if place.direction == "sent" else (news, olds)
    for one in given:
        tries = [
            list(_compare_alike(place, *((one, taker) if place.direction == "sent" else (taker, one))))
            for taker in takers
            if _kind(taker) == _kind(one) or not taker
        ]
        if not tries:
            change = "no longer takes" if place.direction == "sent" else "may now be"
            yield f"{place.name} {change} {_kind(one)}"
        else:
            yield from min(tries, key=len)


def _alternatives(document: Document, schema: Document) -> list[Document]:
    if "$ref" in schema:
        return _alternatives(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    choices = schema.get("anyOf") or schema.get("oneOf")
    return [found for choice in choices for found in _alternatives(document, choice)] if choices else [schema]


def _kind(schema: Document) -> str:
    kind: str = schema.get("type", "anything")
    return kind


def _compare_alike(place: Place, old: Document, new: Document) -> Iterator[str]:
    yield from _compare_values(place, old, new)
    if place.direction == "sent":
        yield from _compare_limits(place, old, new)
    yield from _compare_fields(place, old, new)
    for part, name in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(old.get(part), Mapping) and isinstance(new.get(part), Mapping):
            yield from _compare_schemas(place.inside(name), old[part], new[part])


def _compare_values(place: Place, old: Document, new: Document) -> Iterator[str]:
    before, after = _values(old), _values(new)
    if before and after and (lost := before - after):
        yield f"{place.name} loses {', '.join(sorted(map(str, lost)))}"
    elif after and not before and place.direction == "sent":
        yield f"{place.name} now takes only some values"
    elif before and not after and place.direction == "answered":
        yield f"{place.name} may now be any value"


def _values(schema: Document) -> set[Any]:
    """Return the only values allowed; an empty set allows any."""
    return {schema["const"]} if "const" in schema else set(schema.get("enum", ()))


def _compare_limits(place: Place, old: Document, new: Document) -> Iterator[str]:
    for limit in UPPER_LIMITS:
        if limit in new and new[limit] < old.get(limit, float("inf")):
            yield f"{place.name} has a smaller {limit}"
    for limit in LOWER_LIMITS:
        if limit in new and new[limit] > old.get(limit, float("-inf")):
            yield f"{place.name} has a greater {limit}"
    for rule in ("pattern", "format"):
        if rule in new and new[rule] != old.get(rule):
            yield f"{place.name} has another {rule}"


def _compare_fields(place: Place, old: Document, new: Document) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    must_before, must_after = set(old.get("required", ())), set(new.get("required", ()))
    for name, schema in before.items():
        inner = place.inside(f".{name}")
        if name not in after:
            yield f"{inner.name} is gone"
            continue
        if place.direction == "answered" and name in must_before - must_after:
            yield f"{inner.name} may now be absent"
        if place.direction == "sent" and name in must_after - must_before:
            yield f"{inner.name} is now required"
        yield from _compare_schemas(inner, schema, after[name])
    if place.direction == "sent":
        yield from (f"{place.name}.{name} is new and required" for name in sorted(must_after - set(before)))

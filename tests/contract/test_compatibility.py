"""The released HTTP contract is kept: what callers rely on stays until the major version rises."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.local.contract.changes import compare, find_removed_early, least_version, version_of
from functions.local.contract.compatibility import find_breaking_changes
from functions.local.contract.history import (
    last_minors,
    read_present,
    read_released,
    release,
    strip_words,
    write_changelog,
)

Json = dict[str, Any]


@pytest.fixture(scope="module")
def released() -> Json:
    """The first: it has no words less, so that every change can be made to it."""
    return dict(read_released()[0])


@pytest.mark.parametrize("kept", read_released(), ids=lambda kept: kept["info"]["version"])
def test_the_present_contract_keeps_every_released_one_of_its_major_version(kept: Json) -> None:
    present = read_present()
    same = version_of(kept)[0] == version_of(present)[0]
    broken = find_breaking_changes(kept, present) if same else []
    assert not broken, "raise the major version, or keep: " + "; ".join(broken)


def test_the_present_version_says_what_kind_of_change_there_was() -> None:
    latest, present = read_released()[-1], read_present()
    least = least_version(version_of(latest), compare(latest, present))
    assert version_of(present) >= least, "raise CONTRACT_VERSION in common/version.py"


def test_nothing_leaves_that_two_minor_versions_have_not_deprecated() -> None:
    assert find_removed_early(last_minors(read_released()), read_present()) == []


def operation(document: Json, path: str, method: str = "get") -> Json:
    found: Json = document["paths"][path][method]
    return found


def schema(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def parameter(document: Json, path: str, name: str, method: str = "get") -> Json:
    found: Json = next(one for one in operation(document, path, method)["parameters"] if one["name"] == name)
    return found


FEED, PAIRS, ONE_DAY = "/api/insights/{userId}", "/api/correlations/{userId}", "/api/features/{userId}/{date}"


def rename_path(d: Json) -> None:
    d["paths"]["/api/insight/{userId}"] = d["paths"].pop(FEED)


def remove_method(d: Json) -> None:
    del d["paths"]["/api/predictions/rhr"]["post"]


def remove_parameter(d: Json) -> None:
    operation(d, FEED)["parameters"] = [p for p in operation(d, FEED)["parameters"] if p["name"] != "locale"]


def rename_parameter(d: Json) -> None:
    parameter(d, PAIRS, "lookbackDays")["name"] = "lookback"


def require_parameter(d: Json) -> None:
    parameter(d, PAIRS, "date")["required"] = True


def add_required_parameter(d: Json) -> None:
    new = {"name": "tenant", "in": "query", "required": True, "schema": {"type": "string"}}
    operation(d, PAIRS)["parameters"].append(new)


def move_parameter(d: Json) -> None:
    parameter(d, FEED, "locale")["in"] = "header"


def narrow_parameter(d: Json) -> None:
    for choice in parameter(d, PAIRS, "lookbackDays")["schema"]["anyOf"]:
        if "maximum" in choice:
            choice["maximum"] = 365


def change_pattern(d: Json) -> None:
    parameter(d, "/api/correlations/{userId}/{metricType}", "metricType")["schema"]["pattern"] = "^rhr$"


def remove_sent_enum_value(d: Json) -> None:
    schema(d, "UnitSystem")["enum"].remove("imperial")


def remove_answered_enum_value(d: Json) -> None:
    schema(d, "Tier")["enum"].remove("exploratory")


def remove_answer_field(d: Json) -> None:
    del schema(d, "PredictionAnswer")["properties"]["confidence"]
    schema(d, "PredictionAnswer")["required"].remove("confidence")


def rename_answer_field(d: Json) -> None:
    fields = schema(d, "EffectSize")["properties"]
    fields["delta"] = fields.pop("change")


def let_answer_field_be_absent(d: Json) -> None:
    schema(d, "CorrelationsAnswer")["required"].remove("findings")


def let_answer_field_be_null(d: Json) -> None:
    schema(d, "PredictionAnswer")["properties"]["value"] = {"anyOf": [{"type": "number"}, {"type": "null"}]}


def change_answer_type(d: Json) -> None:
    schema(d, "PredictionAnswer")["properties"]["value"] = {"type": "string"}


def change_items(d: Json) -> None:
    schema(d, "InsightsAnswer")["properties"]["new"]["items"] = {"type": "integer"}


def remove_body_field(d: Json) -> None:
    del schema(d, "FeedbackRequest")["properties"]["helpful"]


def require_body_field(d: Json) -> None:
    schema(d, "PredictRequest")["required"].append("date")


def add_required_body_field(d: Json) -> None:
    schema(d, "PredictRequest")["properties"]["reason"] = {"type": "string"}
    schema(d, "PredictRequest")["required"].append("reason")


def refuse_null_in_body(d: Json) -> None:
    schema(d, "FeedbackRequest")["properties"]["helpful"] = {"type": "boolean"}


def require_body(d: Json) -> None:
    operation(d, "/api/insights/{userId}/generate", "post")["requestBody"]["required"] = True


def change_status(d: Json) -> None:
    responses = operation(d, "/api/insights/{userId}/experiments", "post")["responses"]
    responses["200"] = responses.pop("201")


def change_media_type(d: Json) -> None:
    content = operation(d, FEED)["responses"]["200"]["content"]
    content["application/xml"] = content.pop("application/json")


def demand_a_token(d: Json) -> None:
    operation(d, "/api/features/catalog")["security"] = [{"userToken": []}]


BREAKING: list[Callable[[Json], None]] = [
    rename_path, remove_method, remove_parameter, rename_parameter, require_parameter, add_required_parameter,
    move_parameter, narrow_parameter, change_pattern, remove_sent_enum_value, remove_answered_enum_value,
    remove_answer_field, rename_answer_field, let_answer_field_be_absent, let_answer_field_be_null,
    change_answer_type, change_items, remove_body_field, require_body_field, add_required_body_field,
    refuse_null_in_body, require_body, change_status, change_media_type, demand_a_token,
]  # fmt: skip


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.__name__)
def test_a_breaking_change_is_found(change: Callable[[Json], None], released: Json) -> None:
    changed = copy.deepcopy(released)
    change(changed)
    assert find_breaking_changes(released, changed)


def add_path(d: Json) -> None:
    d["paths"]["/api/new"] = {"get": {"responses": {"200": {"description": "new"}}}}


def add_optional_parameter(d: Json) -> None:
    operation(d, PAIRS)["parameters"].append({"name": "tone", "in": "query", "schema": {"type": "string"}})


def add_answer_field(d: Json) -> None:
    schema(d, "PredictionAnswer")["properties"]["note"] = {"type": "string"}
    schema(d, "PredictionAnswer")["required"].append("note")


def add_optional_body_field(d: Json) -> None:
    schema(d, "PredictRequest")["properties"]["note"] = {"type": "string"}


def add_enum_value(d: Json) -> None:
    schema(d, "UnitSystem")["enum"].append("nautical")


def widen_parameter(d: Json) -> None:
    for choice in parameter(d, PAIRS, "lookbackDays")["schema"]["anyOf"]:
        if "maximum" in choice:
            choice["maximum"] = 7300


def take_null_in_body(d: Json) -> None:
    ident = schema(d, "PredictRequest")["properties"]["userId"]
    schema(d, "PredictRequest")["properties"]["userId"] = {"anyOf": [ident, {"type": "null"}]}


def never_answer_null(d: Json) -> None:
    schema(d, "CorrelationsAnswer")["properties"]["metric"] = {"type": "string"}


def rename_schema(d: Json) -> None:
    schemas = d["components"]["schemas"]
    schemas["TierOfFinding"] = schemas.pop("Tier")
    text = json.dumps(d).replace('#/components/schemas/Tier"', '#/components/schemas/TierOfFinding"')
    d.update(json.loads(text))


def reword(d: Json) -> None:
    operation(d, FEED)["description"] = "other words"


HARMLESS: list[Callable[[Json], None]] = [
    add_path, add_optional_parameter, add_answer_field, add_optional_body_field, add_enum_value,
    widen_parameter, take_null_in_body, never_answer_null, rename_schema, reword,
]  # fmt: skip


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: change.__name__)
def test_a_harmless_change_passes(change: Callable[[Json], None], released: Json) -> None:
    changed = copy.deepcopy(released)
    change(changed)
    assert find_breaking_changes(released, changed) == []


def test_nothing_breaks_a_document_that_is_the_same(released: Json) -> None:
    assert find_breaking_changes(released, copy.deepcopy(released)) == []


def deprecate(d: Json) -> None:
    operation(d, FEED)["deprecated"] = True


def at(version: str, document: Json) -> Json:
    return {**copy.deepcopy(document), "info": {**document["info"], "version": version}}


@pytest.mark.parametrize(
    ("change", "least"),
    [(remove_method, (2, 0, 0)), (add_path, (1, 1, 0)), (add_enum_value, (1, 1, 0)), (deprecate, (1, 1, 0))],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_kind_of_change_calls_for_its_version(
    change: Callable[[Json], None], least: tuple[int, int, int], released: Json
) -> None:
    changed = copy.deepcopy(released)
    change(changed)
    assert least_version((1, 0, 0), compare(released, changed)) == least
    assert least_version((1, 0, 0), compare(released, released)) == (1, 0, 0)


def test_an_operation_leaves_only_after_two_minor_versions_of_notice(released: Json) -> None:
    noticed, gone = copy.deepcopy(released), copy.deepcopy(released)
    deprecate(noticed)
    del gone["paths"][FEED]["get"]
    first, second, third = at("1.0.0", released), at("1.1.0", noticed), at("1.2.0", noticed)
    assert find_removed_early(last_minors([first, second]), gone) == [f"GET {FEED}"]
    assert find_removed_early(last_minors([first, second, third]), gone) == []
    patched = [first, second, at("1.1.1", noticed)]
    assert find_removed_early(last_minors(patched), gone) == [f"GET {FEED}"], "a patch is no minor version"


def test_the_changelog_tells_versions_from_the_latest_on(released: Json) -> None:
    second = at("1.1.0", released)
    add_path(second)
    add_optional_parameter(second)
    third = at("1.2.0", second)
    deprecate(third)
    assert write_changelog([released, second], third) == "\n".join(
        (
            *("## 1.2.0", "", "### Deprecated", "", f"- `GET {FEED}`", ""),
            *("## 1.1.0", "", "### New", "", f"- `GET {PAIRS}` takes `tone`", "- `GET /api/new`", ""),
            *("## 1.0.0", "", "The first release."),
        )
    )


def test_a_release_keeps_all_but_words(tmp_path: Path) -> None:
    present = read_present()
    kept = json.loads(release(present, tmp_path).read_text())
    assert (tmp_path / f"{present['info']['version']}.json").is_file()
    assert find_breaking_changes(present, kept) == find_breaking_changes(kept, present) == []
    field = {"properties": {"description": {"type": "string", "description": "words"}}, "title": "words"}
    assert strip_words(field) == {"properties": {"description": {"type": "string"}}}

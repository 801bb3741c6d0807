"""template.yaml, serverless.yml, the layers and the code say the same thing."""

import re
from dataclasses import fields
from importlib import import_module
from importlib.metadata import requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from common.services.nightly import Report
from common.settings import Settings
from functions.local.emulator.machines import read_machines
from functions.local.emulator.schedule import parse_schedule
from functions.local.emulator.template import Function, read_document, read_template
from functions.nightly.orders import ShardReport
from tests.fixtures.bundles import ROOT, read_versions

THREADS = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
SYSTEM_PATHS = {"/", "/health", "/ready", "/metrics", "/docs", "/openapi.json"}
PARAMETERS = {
    "SecretName": "nutri",
    "SecretVersion": "00000000-0000-0000-0000-000000000000",
    "Environment": "production",
    "NightConcurrency": "5",
}

TEMPLATE = read_template(ROOT / "template.yaml")
SERVERLESS = read_document(ROOT / "serverless.yml")
NAMES = [function.name for function in TEMPLATE.functions]
WITH_ROUTES = [function for function in TEMPLATE.functions if function.routes]


def raw_function(name: str) -> dict[str, Any]:
    """One function's properties in template.yaml as written, with what all functions share."""
    document = read_document(ROOT / "template.yaml")
    resources: dict[str, Any] = document["Resources"]
    shared: dict[str, Any] = document["Globals"]["Function"]
    properties: dict[str, Any] = resources[name.capitalize()]["Properties"]
    own = properties.get("Environment", {}).get("Variables", {})
    return shared | properties | {"Environment": {"Variables": shared["Environment"]["Variables"] | own}}


def expand(text: str) -> str:
    """Serverless Framework's variables, as far as serverless.yml uses them."""
    while match := re.search(r"\$\{(self:custom\.|param:)(\w+)\}", text):
        table = SERVERLESS["custom"] if match[1] == "self:custom." else SERVERLESS["params"]["default"]
        text = text.replace(match[0], table[match[2]])
    return text


def test_the_five_functions_are_the_folders_that_are_deployed() -> None:
    folders = {path.parent.name for path in ROOT.glob("functions/*/__init__.py")} - {"local"}
    assert set(NAMES) == folders == set(SERVERLESS["functions"])


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=NAMES)
def test_both_templates_give_a_function_the_same_size_name_and_url(function: Function) -> None:
    other = SERVERLESS["functions"][function.name]
    assert expand(other["name"]) == function.deployed_name
    assert other["image"]["command"] == [function.handler]
    assert (other["memorySize"], other["timeout"]) == (function.memory_mb, function.timeout_seconds)
    assert other["reservedConcurrency"] == raw_function(function.name)["ReservedConcurrentExecutions"]
    assert other.get("url") == ({"authorizer": "aws_iam"} if function.has_url else None)
    assert function.url_auth == ("AWS_IAM" if function.has_url else None)
    assert other.get("maximumRetryAttempts", 2) == function.async_retries


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=NAMES)
def test_both_templates_give_a_function_the_same_schedule(function: Function) -> None:
    events = raw_function(function.name).get("Events", {}).values()
    others = [event["schedule"] for event in SERVERLESS["functions"][function.name].get("events", [])]
    assert [[event["Properties"]["Schedule"]] for event in events] == [other["rate"] for other in others]
    for other in others:
        parse_schedule(other["rate"][0])


def test_both_templates_start_the_same_state_machine_at_the_same_time() -> None:
    ours = read_document(ROOT / "template.yaml")["Resources"]["Night"]["Properties"]
    theirs = SERVERLESS["resources"]["Resources"]
    machine, rule = theirs["Night"]["Properties"], theirs["NightSchedule"]["Properties"]
    assert (machine["StateMachineName"], machine["StateMachineType"]) == (ours["Name"], ours["Type"])
    assert machine["Definition"] == f"${{file({ours['DefinitionUri']})}}"
    assert {name: value["Fn::GetAtt"] for name, value in machine["DefinitionSubstitutions"].items()} == {
        name: value["Fn::GetAtt"].replace("Nightly.", "NightlyLambdaFunction.")
        for name, value in ours["DefinitionSubstitutions"].items()
    }
    (event,) = ours["Events"].values()
    assert rule["ScheduleExpression"] == event["Properties"]["Schedule"]
    parse_schedule(rule["ScheduleExpression"])
    (invoking, *own) = theirs["NightRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert invoking["Action"] == "lambda:InvokeFunction"
    assert own == ours["Policies"][1]["Statement"]


def test_a_night_has_as_many_shards_at_work_as_the_function_may_have_processes() -> None:
    reserved = read_template(ROOT / "template.yaml", {"ReserveConcurrency": "true"}).functions
    (nightly,) = (function for function in reserved if function.name == "nightly")
    (machine,) = read_machines(TEMPLATE)
    assert machine.machine.states["Everyone"]["MaxConcurrencyPath"] == "$.plan.concurrency"
    assert nightly.environment["NIGHT_CONCURRENCY"] == str(nightly.concurrency)


def test_a_night_asks_for_every_count_of_a_shard_s_report() -> None:
    (machine,) = read_machines(TEMPLATE)
    recompute = machine.machine.states["Everyone"]["ItemProcessor"]["States"]["Recompute"]
    counts = {field.name for field in fields(Report)} | {"people"}
    assert recompute["ResultSelector"] == {f"{name}.$": f"$.Payload.{name}" for name in counts}
    assert set(ShardReport.model_fields) == counts


@pytest.mark.parametrize("name", NAMES)
def test_both_templates_give_a_function_the_same_environment(name: str) -> None:
    variables = raw_function(name)["Environment"]["Variables"]
    ours = {
        key: value.get("Fn::Sub") or PARAMETERS[value["Ref"]] if isinstance(value, dict) else value
        for key, value in variables.items()
    }
    for name_of_parameter in ("SecretName", "SecretVersion"):
        given = PARAMETERS[name_of_parameter]
        ours = {key: value.replace(f"${{{name_of_parameter}}}", given) for key, value in ours.items()}
    own = SERVERLESS["functions"][name].get("environment", {})
    theirs = {
        key: PARAMETERS[value["Ref"]] if isinstance(value, dict) else expand(value)
        for key, value in (SERVERLESS["provider"]["environment"] | own).items()
    }
    assert ours == theirs


def test_both_templates_use_the_same_processor() -> None:
    assert raw_function("features")["Architectures"] == [{"Ref": "Processor"}]
    default = read_document(ROOT / "template.yaml")["Parameters"]["Processor"]["Default"]
    assert expand(SERVERLESS["provider"]["architecture"]) == default


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=NAMES)
def test_every_variable_is_a_setting_and_says_what_the_setting_s_default_says(function: Function) -> None:
    for name, value in function.environment.items():
        if name in THREADS:
            continue
        field = Settings.model_fields[name.lower()]
        if name != "ENVIRONMENT" and value is not None:
            assert value.lower() == str(field.default).lower(), name


@pytest.mark.parametrize("function", WITH_ROUTES, ids=[function.name for function in WITH_ROUTES])
def test_routes_are_those_of_the_code(function: Function) -> None:
    app = import_module(f"functions.{function.name}.app").app
    paths: dict[str, Any] = app.openapi()["paths"]
    in_code = {
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
        if path not in SYSTEM_PATHS
    }
    assert in_code == {(route.method, route.path) for route in function.routes}


def test_no_path_leads_to_two_functions() -> None:
    prefixes = [(route.prefix, function.name) for function in WITH_ROUTES for route in function.routes]
    for prefix, name in prefixes:
        assert {other for start, other in prefixes if start.startswith(prefix)} == {name}


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=NAMES)
def test_the_dockerfile_starts_the_same_handler(function: Function) -> None:
    dockerfile = (ROOT / "functions" / function.name / "Dockerfile").read_text()
    assert f'CMD ["{function.handler}"]' in dockerfile


@pytest.mark.parametrize("layer", ["core", "statistics", "inference"])
def test_a_layer_s_versions_are_those_the_tests_run_with(layer: str) -> None:
    pins, all_pins = (
        read_versions(ROOT / f"layers/{layer}/requirements.txt"),
        read_versions(ROOT / "requirements.txt"),
    )
    assert pins == {name: all_pins[name] for name in pins}


@pytest.mark.parametrize("function", TEMPLATE.functions, ids=NAMES)
def test_a_function_s_layers_hold_everything_their_packages_need(function: Function) -> None:
    pins = {
        name for layer in function.layers for name in read_versions(ROOT / f"layers/{layer}/requirements.txt")
    }
    for name in pins:
        for text in requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in pins, f"{name} needs {needed}"

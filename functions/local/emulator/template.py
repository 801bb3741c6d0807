"""Reads template.yaml: which functions there are, how large, and what calls them.

Understands the part of AWS SAM that the template uses. A value that only a deployment can know (a secret, an
address of a resource) resolves to None.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.errors import ConfigurationError
from functions.local.emulator.schedule import Cron, Rate, parse_schedule

REGION = "us-east-1"
ACCOUNT = "000000000000"
PSEUDO_PARAMETERS = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "nutri",
    "AWS::Partition": "aws",
}
NO_VALUE = {"Ref": "AWS::NoValue"}
UNRESERVED_CONCURRENCY = 10  # local stand-in for the account's shared pool
DEFAULTS = {"MemorySize": 128, "Timeout": 3}


@dataclass(frozen=True)
class Route:
    method: str
    path: str

    @property
    def prefix(self) -> str:
        """The path up to its first parameter."""
        return self.path.partition("{")[0]


@dataclass(frozen=True)
class Schedule:
    name: str
    due: Rate | Cron
    input: str | None


@dataclass(frozen=True)
class Function:
    """`name` is the short one used for folders and ports; `deployed_name` the one in the cloud."""

    name: str
    deployed_name: str
    handler: str
    memory_mb: int
    timeout_seconds: int
    concurrency: int
    environment: Mapping[str, str | None]
    layers: tuple[str, ...]
    image_megabytes: int | None
    """What its image may take above the base image."""
    routes: tuple[Route, ...]
    has_url: bool
    url_auth: str | None
    schedules: tuple[Schedule, ...]
    async_retries: int
    failures: str | None
    """The queue that takes events which have failed for good."""

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.deployed_name}"

    def answers_to(self, name: str) -> bool:
        """Whether a caller means this function: short name, deployed name or ARN, qualified or not."""
        words = name.split(":")
        return (words[6] if len(words) > 6 else words[0]) in (self.name, self.deployed_name)


@dataclass(frozen=True)
class Template:
    path: Path
    functions: tuple[Function, ...]

    @property
    def root(self) -> Path:
        return self.path.parent


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Sub x` is read as {"Fn::Sub": x}."""


def _read_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: object
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _read_tag)


def read_document(path: Path) -> dict[str, Any]:
    """Return the file as plain data, short forms spelled out. Raises ConfigurationError if it cannot be
    read.
    """
    try:
        document = yaml.load(path.read_text(), _Loader)
    except FileNotFoundError:
        raise ConfigurationError(f"{path} does not exist") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} is not a mapping")
    return document


def read_template(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """`parameters` override the defaults declared in the template. Raises ConfigurationError."""
    document = read_document(path)
    known = {
        name: str(declared["Default"])
        for name, declared in document.get("Parameters", {}).items()
        if "Default" in declared
    }
    known |= PSEUDO_PARAMETERS | dict(parameters or {})
    document = choose(document, document.get("Conditions", {}), known)
    shared = document.get("Globals", {}).get("Function", {})
    queues = {
        logical_id: resolve(resource["Properties"].get("QueueName", logical_id), known)
        for logical_id, resource in document.get("Resources", {}).items()
        if resource.get("Type") == "AWS::SQS::Queue"
    }
    functions = []
    for logical_id, resource in document.get("Resources", {}).items():
        if resource.get("Type") != "AWS::Serverless::Function":
            continue
        try:
            functions.append(_read_function(logical_id, resource, shared, known, queues))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(f"{path}: {logical_id} cannot be read: {error!r}") from error
    return Template(path.resolve(), tuple(functions))


def choose(part: Any, conditions: Mapping[str, Any], known: Mapping[str, str]) -> Any:
    """Return the document with the branch of each `Fn::If` that its condition, an `Fn::Equals`, chooses.

    A member whose branch is AWS::NoValue is left out.
    """
    if isinstance(part, list):
        return [choose(inner, conditions, known) for inner in part]
    if not isinstance(part, Mapping):
        return part
    if "Fn::If" in part:
        name, met, otherwise = part["Fn::If"]
        one, other = conditions[name]["Fn::Equals"]
        return choose(met if resolve(one, known) == resolve(other, known) else otherwise, conditions, known)
    chosen = {key: choose(inner, conditions, known) for key, inner in part.items()}
    return {key: inner for key, inner in chosen.items() if inner != NO_VALUE}


def _read_function(
    logical_id: str,
    resource: Mapping[str, Any],
    shared: Mapping[str, Any],
    known: Mapping[str, str],
    queues: Mapping[str, str | None],
) -> Function:
    properties = {**DEFAULTS, **shared, **resource["Properties"]}
    variables = {
        **shared.get("Environment", {}).get("Variables", {}),
        **resource["Properties"].get("Environment", {}).get("Variables", {}),
    }
    metadata = resource.get("Metadata", {})
    command = properties.get("ImageConfig", {}).get("Command")
    name = logical_id.removesuffix("Function").lower()
    url = properties.get("FunctionUrlConfig")
    asynchronous = properties.get("EventInvokeConfig", {})
    failed = asynchronous.get("DestinationConfig", {}).get("OnFailure")
    reserved = properties.get("ReservedConcurrentExecutions", UNRESERVED_CONCURRENCY)
    return Function(
        name=name,
        deployed_name=resolve(properties.get("FunctionName", name), known) or name,
        handler=command[0] if command else properties["Handler"],
        memory_mb=int(properties["MemorySize"]),
        timeout_seconds=int(properties["Timeout"]),
        concurrency=int(resolve(reserved, known) or UNRESERVED_CONCURRENCY),
        environment={key: resolve(value, known) for key, value in variables.items()},
        layers=tuple(metadata.get("Layers", [])),
        image_megabytes=metadata.get("ImageMegabytes"),
        routes=tuple(Route(*text.split(" ", 1)) for text in metadata.get("Routes", [])),
        has_url=url is not None,
        url_auth=url["AuthType"] if url else None,
        schedules=tuple(read_schedules(properties.get("Events", {}))),
        async_retries=int(asynchronous.get("MaximumRetryAttempts", 2)),
        failures=queues[failed["Destination"]["Fn::GetAtt"].removesuffix(".Arn")] if failed else None,
    )


def read_schedules(events: Mapping[str, Any]) -> list[Schedule]:
    return [
        Schedule(name, parse_schedule(event["Properties"]["Schedule"]), event["Properties"].get("Input"))
        for name, event in events.items()
        if event["Type"] == "Schedule" and event["Properties"].get("Enabled", True)
    ]


def resolve(value: object, known: Mapping[str, str]) -> str | None:
    """Return a scalar, `Ref` or `Fn::Sub` as text; None where only a deployment knows the value."""
    if isinstance(value, Mapping):
        [(function, argument)] = value.items()
        if function == "Ref":
            return known.get(str(argument))
        if function != "Fn::Sub" or not isinstance(argument, str):
            return None
        names = re.findall(r"\$\{([^!}]+)\}", argument)
        if not all(name in known for name in names):
            return None
        text = re.sub(r"\$\{([^!}]+)\}", lambda match: known[match[1]], argument).replace("${!", "${")
    else:
        text = str(value)
    return None if "{{resolve:" in text else text

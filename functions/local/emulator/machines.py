"""Reads the state machines out of template.yaml: their definitions, with functions' ARNs filled in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import ConfigurationError
from functions.local.emulator.states import Machine, read_machine
from functions.local.emulator.template import (
    ACCOUNT,
    PSEUDO_PARAMETERS,
    REGION,
    Schedule,
    Template,
    read_document,
    read_schedules,
    resolve,
)


@dataclass(frozen=True)
class StateMachine:
    name: str
    machine: Machine
    schedules: tuple[Schedule, ...]

    @property
    def arn(self) -> str:
        return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{self.name}"


def read_machines(template: Template) -> tuple[StateMachine, ...]:
    """Return the template's state machines, which may call its functions. Raises ConfigurationError."""
    arns = {function.name: function.arn for function in template.functions}
    machines = []
    for logical_id, resource in read_document(template.path).get("Resources", {}).items():
        if resource.get("Type") != "AWS::Serverless::StateMachine":
            continue
        properties = resource["Properties"]
        try:
            text = (template.root / properties["DefinitionUri"]).read_text()
            substitutes = {
                name: arns[value["Fn::GetAtt"].removesuffix(".Arn").lower()]
                for name, value in properties.get("DefinitionSubstitutions", {}).items()
            }
            definition = _substitute(json.loads(text), substitutes)
            machine = read_machine(definition)
        except (KeyError, ValueError, OSError) as error:
            raise ConfigurationError(f"{template.path}: {logical_id} cannot be read: {error!r}") from error
        schedules = tuple(read_schedules(properties.get("Events", {})))
        name = str(resolve(properties["Name"], PSEUDO_PARAMETERS))
        machines.append(StateMachine(name, machine, schedules))
    return tuple(machines)


def _substitute(part: Any, substitutes: Mapping[str, str]) -> Any:
    if isinstance(part, Mapping):
        return {key: _substitute(value, substitutes) for key, value in part.items()}
    if isinstance(part, list):
        return [_substitute(value, substitutes) for value in part]
    if isinstance(part, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: substitutes[match[1]], part)
    return part

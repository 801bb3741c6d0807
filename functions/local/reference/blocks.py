"""What each generated part of a README says, out of the code it speaks of."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml
from pydantic import SecretStr
from typer.core import TyperGroup

from common import errors
from common.settings import Settings
from common.telemetry.catalogue import METRICS
from functions.local import PROJECT
from functions.local.contract.history import read_present, read_released, write_changelog
from functions.local.reference.features import make_features
from functions.local.reference.samples import make_people, make_planted, make_scores
from functions.local.reference.writing import tabulate

CONTRACT = PROJECT / "functions" / "openapi.json"
ALERTS = PROJECT / "functions" / "local" / "monitoring" / "alerts.yaml"


def make_endpoints() -> str:
    paths = json.loads(CONTRACT.read_text())["paths"]
    rows = [
        (f"`{method.upper()} {path}`", _first_sentence(operation), _asked(operation))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if path.startswith("/api/")
    ]
    return tabulate(
        ("route", "what it answers", "asked with"), sorted(rows, key=lambda row: row[0].split()[1])
    )


def _first_sentence(operation: Mapping[str, Any]) -> str:
    return str(operation.get("description") or operation["summary"]).split("\n\n")[0].replace("\n", " ")


def _asked(operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    names = [f"`?{one['name']}`" for one in parameters if one["in"] == "query"]
    content = operation.get("requestBody", {}).get("content", {})
    schema = str(next(iter(content.values()))["schema"].get("$ref", "")) if content else ""
    return ", ".join([*names, *([f"body `{schema.rpartition('/')[2]}`"] if schema else [])])


def make_errors() -> str:
    """In the words of the error tree's own drawing."""
    from common.http.problems import STATUS  # noqa: PLC0415

    told = dict(re.findall(r"── (\w+) +(\S.*)", errors.__doc__ or ""))
    rows = [
        (str(status.value), f"`{kind.code}`", told.get(kind.__name__, (kind.__doc__ or "").split("\n")[0]))
        for kind, status in sorted(STATUS.items(), key=lambda item: item[1])
    ]
    return tabulate(("status", "code", "when"), rows)


def make_settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
        rows.append((f"`{name.upper()}`", f"`{shown}`" if shown else "", str(field.description)))
    return tabulate(("variable", "default", "what it is"), rows)


def make_metrics() -> str:
    return tabulate(
        ("metric", "kind", "what it tells", "labels, besides `function`"),
        [
            (f"`{name}`", metric.kind, metric.told, ", ".join(f"`{label}`" for label in metric.labels))
            for name, metric in METRICS.items()
        ],
    )


def make_alerts() -> str:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    rows = [
        (
            f"`{rule['alert']}`",
            f"{rule['labels']['severity']}, after {rule['for']}",
            f"`{' '.join(rule['expr'].split())}`",
            rule["annotations"]["action"],
        )
        for rule in rules
    ]
    return tabulate(("alert", "how urgent", "when", "what to do"), rows)


def make_commands(program: Any) -> str:
    return tabulate(("command", "what it does", "for example"), list(_commands(program, ())))


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _commands(below, (*path, name))
        return
    lines = [line.strip() for line in (command.help or "").splitlines()]
    example = next(line.removeprefix("Example: ") for line in lines if line.startswith("Example: "))
    yield f"`nutri {' '.join(path)}`", lines[0], f"`{example}`"


def makers_of(program: Any) -> dict[str, Callable[[], str]]:
    """Part -> what makes it; `program` is the command line that is told of."""
    return {**_MAKERS, "commands": lambda: make_commands(program)}


_MAKERS: dict[str, Callable[[], str]] = {
    "endpoints": make_endpoints,
    "errors": make_errors,
    "settings": make_settings,
    "metrics": make_metrics,
    "alerts": make_alerts,
    "people": make_people,
    "planted": make_planted,
    "features": make_features,
    "scores": make_scores,
    "changes": lambda: write_changelog(read_released(), read_present()),
}

"""What the Node client says by hand agrees with the service."""

import json
import re
from pathlib import Path

from functions.local.emulator.template import read_template

PROJECT = Path(__file__).parents[2]
CLIENT = PROJECT / "functions" / "local" / "client"
PACKAGE = json.loads((CLIENT / "package.json").read_text())

NEVER_ANSWERED = {"configuration_error", "future_run"}
"""Of processes that must not start and of nights: no caller over HTTP meets them."""


def test_every_route_is_sent_to_its_function() -> None:
    source = (CLIENT / "src" / "operations.ts").read_text()
    function_of = dict(re.findall(r'"(/api/[a-z]+)": "([a-z]+)"', source))
    for function in read_template(PROJECT / "template.yaml").functions:
        for route in function.routes:
            found = {name for prefix, name in function_of.items() if route.prefix.startswith(prefix)}
            assert found == {function.name}, route.prefix


def test_every_code_of_the_service_is_known() -> None:
    known = set(re.findall(r'\| "([a-z_]+)"', (CLIENT / "src" / "problem.ts").read_text()))
    for path in (PROJECT / "common").rglob("*.py"):
        source = path.read_text()
        codes = re.findall(r'\bcode ?= ?"([a-z_]+)"', source)
        if "code=problems[0].code" in source:
            codes += re.findall(r'\bProblem\([^,]+, "([a-z_]+)"', source)
        for code in codes:
            assert code in known or code in NEVER_ANSWERED, f"{path.name}: {code}"


def test_the_package_says_what_is_new_in_its_version_and_needs_nothing() -> None:
    assert f"\n## {PACKAGE['version']}\n" in (CLIENT / "CHANGELOG.md").read_text()
    assert "dependencies" not in PACKAGE
    assert "peerDependencies" not in PACKAGE


def test_the_lock_names_no_registry() -> None:
    packages = json.loads((CLIENT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)

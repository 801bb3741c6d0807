"""The compose file as far as no Docker is needed to judge it: what it runs, joins and says is there."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from common.settings import Settings
from common.store.address import parse_database_url
from functions.local.emulator.template import read_document, read_template
from tests.fixtures.bundles import ROOT
from tests.fixtures.command_lines import check_nutri

FILE = ROOT / "layers" / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = read_document(FILE)["services"]
FUNCTIONS = read_template(ROOT / "template.yaml").functions
SERVERS = {"postgres": ("postgres:16", 5432), "redis": ("redis:7", 6379)}
# of the Compose Specification's service keys, those used here
KEYS = {
    *("image", "ports", "read_only", "tmpfs", "cap_drop"),
    *("environment", "depends_on", "healthcheck", "profiles"),
}


def test_it_runs_the_images_that_are_deployed_and_the_two_servers() -> None:
    images = {function.name: function.deployed_name for function in FUNCTIONS}
    images |= {f"{function.name}-plain": function.deployed_name for function in FUNCTIONS if function.has_url}
    images |= {name: image for name, (image, _) in SERVERS.items()}
    assert {name: service["image"] for name, service in SERVICES.items()} == images
    assert set().union(*SERVICES.values()) <= KEYS


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_runs_without_rights_on_servers_that_are_there(function: Any) -> None:
    service = SERVICES[function.name]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    assert service["depends_on"] == {name: {"condition": "service_healthy"} for name in SERVERS}
    environment = service["environment"]
    if function.has_url:
        plain = SERVICES[f"{function.name}-plain"]
        assert plain["profiles"] == ["plain"]
        assert plain["environment"] == environment | {"PORT": plain["ports"][0].rpartition(":")[2]}
        assert {key: plain[key] for key in ("read_only", "tmpfs", "cap_drop", "depends_on")} == {
            key: service[key] for key in ("read_only", "tmpfs", "cap_drop", "depends_on")
        }
    assert set(environment) <= {name.upper() for name in Settings.model_fields}
    Settings(_env_file=None, **{name.lower(): value for name, value in environment.items()})


def test_the_addresses_are_the_servers_own() -> None:
    environment = SERVICES["features"]["environment"]
    database, cache = parse_database_url(environment["DATABASE_URL"]), urlsplit(environment["REDIS_URL"])
    assert {database.host: database.port, cache.hostname: cache.port} == {
        name: port for name, (_, port) in SERVERS.items()
    }
    assert not database.tls, "the image of PostgreSQL has no certificate"
    assert SERVICES["postgres"]["environment"] == {
        "POSTGRES_USER": database.user,
        "POSTGRES_PASSWORD": database.password,
        "POSTGRES_DB": database.database,
    }


def test_every_port_is_open_to_this_machine_only_and_once() -> None:
    ports = [port for service in SERVICES.values() for port in service["ports"]]
    taken = [re.fullmatch(r"127\.0\.0\.1:(\d+):(\d+)", port) for port in ports]
    assert len({match[1] for match in taken if match}) == len(SERVICES)
    inside = {
        name: int(service["ports"][0].rpartition(":")[2])
        for name, service in SERVICES.items()
        if not name.endswith("-plain")
    }
    assert inside == dict.fromkeys([function.name for function in FUNCTIONS], 8080) | {
        name: port for name, (_, port) in SERVERS.items()
    }


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_says_when_it_is_ready(server: str) -> None:
    check = SERVICES[server]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert check["retries"] > 0


def test_the_commands_it_names_are_ones() -> None:
    commands = re.findall(r"^  #   (nutri .*)$", FILE.read_text(), re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        check_nutri(command)

"""`nutri dev` from start to end, also when neither is orderly."""

import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fixtures.service import SMALL_TEMPLATE, Service, find_functions, listens, running_service

ARGUMENTS = ("--no-demo", "--template", str(SMALL_TEMPLATE))

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are found in /proc"
)


def wait_until_gone(state: Path) -> None:
    deadline = time.monotonic() + 20
    while find_functions(state):
        assert time.monotonic() < deadline, "functions outlived their service"
        time.sleep(0.05)


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=30) as answer:
        status: int = answer.status
        return status


@pytest.fixture(scope="module")
def service(state_directory: Path) -> Iterator[Service]:
    with running_service(state_directory / "dev", "--port", "0", *ARGUMENTS) as running:
        running.read_env()
        yield running


def test_ctrl_c_stops_everything_and_leaves_no_process(state_directory: Path) -> None:
    state = state_directory / "ended"
    with running_service(state, "--port", "0", *ARGUMENTS) as service:
        env = service.read_env()
        assert get(f"{env['GATEWAY_URL']}/echo") == 200
        assert find_functions(state)
        assert service.send(signal.SIGINT) == 0
    wait_until_gone(state)
    assert not any(listens(url) for url in env.values())
    assert not (state / "env").exists()


def test_the_list_of_urls_can_be_read_by_a_shell(service: Service) -> None:
    assert service.read_env().keys() == {
        *("GATEWAY_URL", "DATABASE_URL", "REDIS_URL"),
        *("ECHO_URL", "OBEDIENT_URL", "BROKEN_URL", "EVENT_URL"),
    }
    script = f'. "{service.state}/env"; printf %s "$ECHO_URL"'
    shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert get(f"{shown.stdout}/x") == 200
    assert "first answer after" in service.output.read_text()


def test_a_second_service_on_one_state_is_refused_by_name_of_the_first(service: Service) -> None:
    with running_service(service.state, "--port", "0", *ARGUMENTS) as second:
        assert second.process.wait(30) == 2
    assert f"is in use by process {service.process.pid}" in service.output.read_text()
    assert get(f"{service.read_env()['GATEWAY_URL']}/echo") == 200


def test_a_killed_service_leaves_no_function_and_its_successor_starts_on_the_same_data(
    state_directory: Path,
) -> None:
    state = state_directory / "killed"
    with running_service(state, "--port", "0", *ARGUMENTS) as killed:
        killed.read_env()
        killed.send(signal.SIGKILL)
    wait_until_gone(state)
    assert (state / "env").exists()  # nobody was there to take it away
    (state / "env").unlink()
    with running_service(state, "--port", "0", *ARGUMENTS) as successor:
        env = successor.read_env()
        assert get(f"{env['GATEWAY_URL']}/echo") == 200
        assert listens(env["DATABASE_URL"])


def test_services_run_side_by_side_and_step_aside_for_a_taken_port(
    state_directory: Path, database_url: str, redis_url: str
) -> None:
    given = ("--database-url", database_url, "--redis-url", redis_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        running_service(state_directory / "left", "--port", str(port), *given, *ARGUMENTS) as left,
        running_service(state_directory / "right", "--port", str(port), *given, *ARGUMENTS) as right,
    ):
        urls = [service.read_env()["GATEWAY_URL"] for service in (left, right)]
        assert [get(f"{url}/echo") for url in urls] == [200, 200]
        ports = {urlsplit(url).port for url in urls}
        assert port in ports
        assert len(ports) == 2
        told = left.output.read_text() + right.output.read_text()
        assert f"port {port} is taken: the gateway is at" in told


def test_given_servers_are_used_and_left_alone(
    state_directory: Path, database_url: str, redis_url: str
) -> None:
    state = state_directory / "given"
    given = ("--database-url", database_url, "--redis-url", redis_url)
    with running_service(state, "--port", "0", *given, *ARGUMENTS) as service:
        env = service.read_env()
        assert (env["DATABASE_URL"], env["REDIS_URL"]) == (database_url, redis_url)
        assert not (state / "pgdata").exists()
        assert service.send(signal.SIGTERM) == 0
    assert listens(database_url)
    assert listens(redis_url)

"""The running product, called as a client of the cloud calls it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from localstack_client.session import Session

from tests.fixtures.service import Service, running_service


@pytest.fixture(scope="session")
def service(state_directory: Path) -> Iterator[Service]:
    """`nutri dev` with everything of its own: servers, demo people, functions."""
    with running_service(state_directory / "e2e", "--port", "0") as running:
        running.read_env()
        yield running


@pytest.fixture(scope="session", params=["emulator", "localstack"])
def lambda_client(request: pytest.FixtureRequest) -> Any:
    """A Lambda client for each place the functions run: ours always, LocalStack where one is named."""
    if request.param == "emulator":
        env = request.getfixturevalue("service").read_env()
        host = urlsplit(env["GATEWAY_URL"]).netloc
    else:
        host = os.environ.get("LOCALSTACK_HOST", "")
        if not host:
            pytest.skip("LOCALSTACK_HOST names no LocalStack with the functions deployed")
    return Session(localstack_host=host).client("lambda")

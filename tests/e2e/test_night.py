"""A whole night as Step Functions runs it: everyone computed, every shard reported, twice the same."""

import json
import os
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from localstack_client.session import Session

from tests.fixtures.backend import connect_native
from tests.fixtures.service import Service

pytestmark = pytest.mark.e2e

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:nutri-night"


@pytest.fixture(params=["emulator", "localstack"])
def states_client(request: pytest.FixtureRequest) -> Any:
    if request.param == "emulator":
        env = request.getfixturevalue("service").read_env()
        return Session(localstack_host=urlsplit(env["GATEWAY_URL"]).netloc).client("stepfunctions")
    if not os.environ.get("LOCALSTACK_HOST"):
        pytest.skip("LOCALSTACK_HOST names no LocalStack with the state machine deployed")
    return Session(localstack_host=os.environ["LOCALSTACK_HOST"]).client("stepfunctions")


def run_night(client: Any, scheduled: str) -> dict[str, Any]:
    given = json.dumps({"source": "aws.events", "time": scheduled})
    arn = client.start_execution(stateMachineArn=MACHINE, input=given)["executionArn"]
    deadline = time.monotonic() + 120
    while (told := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the night does not end"
        time.sleep(0.2)
    assert told["status"] == "SUCCEEDED", told
    output: dict[str, Any] = json.loads(told["output"])
    return output


def test_a_night_computes_everyone_and_again_changes_nothing(service: Service, states_client: Any) -> None:
    connection = connect_native(service.read_env()["DATABASE_URL"])
    people = connection.run('SELECT count(*) FROM "User"')[0][0]

    def tables() -> list[Any]:
        wanted = '"MLFeature"', '"MLPrediction"', '"MLInsight"', 'ml."Night"'
        return [connection.run(f"SELECT xmin::text, t::text FROM {table} t ORDER BY 2") for table in wanted]

    scheduled = datetime.now(UTC).strftime("%Y-%m-%dT%H:00:00Z")
    first = run_night(states_client, scheduled)
    # the service's own schedule may have computed some or all of them before
    assert first["computed"] + first["unchanged"] == first["due"] <= people
    assert first["failed"] == first["remaining"] == 0
    assert connection.run('SELECT count(*) FROM ml."Night"') == [[people]]
    before = tables()
    run_night(states_client, scheduled)
    assert tables() == before
    connection.close()


def test_an_execution_that_is_not_there_is_refused_by_name(states_client: Any) -> None:
    with pytest.raises(states_client.exceptions.ExecutionDoesNotExist):
        states_client.describe_execution(executionArn=MACHINE.replace("stateMachine", "execution") + ":x")

"""No function opens a connection to anything but PostgreSQL and Redis."""

import json
import subprocess
import sys

import pytest

from common.store.address import parse_database_url
from tests.integration.people import add_person
from tests.people import LAST_DAY

# In a process of its own: an audit hook cannot be taken out again.
WATCHED = """
import importlib, json, sys
opened = set()
def watch(event, args):
    if event == "socket.connect":
        opened.add(str(args[1]))
    elif event in ("socket.getaddrinfo", "subprocess.Popen", "os.system"):
        opened.add(f"{event} {args[0]}")
sys.addaudithook(watch)
from tests.fixtures.calls import call
for function, method, path, body in json.loads(sys.argv[1]):
    reply = call(function, method, path, body=body)
    assert reply.status == 200, reply.text
print(json.dumps(sorted(opened)))
"""


@pytest.mark.parametrize(
    ("function", "requests"),
    {
        "features": [("GET", f"/api/features/anna/{LAST_DAY}", None), ("GET", "/health", None)],
        "correlations": [("GET", "/api/correlations/anna", None)],
        "predictions": [("GET", f"/api/predictions/anna/{LAST_DAY}", None)],
        "insights": [("POST", "/api/insights/anna/generate", {"date": str(LAST_DAY)})],
    }.items(),
)
def test_only_postgresql_and_redis_are_spoken_to(
    function: str, requests: list[tuple[str, str, object]], database_url: str, redis_url: str
) -> None:
    add_person("anna", days=60)
    asked = json.dumps([(function, *request) for request in requests])
    done = subprocess.run([sys.executable, "-c", WATCHED, asked], capture_output=True, text=True, check=True)
    opened = json.loads(done.stdout.splitlines()[-1])
    ports = (parse_database_url(database_url).port, int(redis_url.split(":")[2].split("/", maxsplit=1)[0]))
    allowed = {f"('127.0.0.1', {port})" for port in ports}
    assert {entry for entry in opened if not entry.startswith("socket.getaddrinfo 127.0.0.1")} <= allowed
    assert opened

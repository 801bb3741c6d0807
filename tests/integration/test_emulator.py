"""The emulator against functions that misbehave: what a caller sees is what the platform would answer."""

import gc
import json
import os
import re
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.local.emulator.schedule import Rate
from functions.local.emulator.template import Schedule, read_template
from tests.fixtures.emulated import Emulated, running_emulator

SMALL_SERVICE = Path(__file__).parents[1] / "fixtures" / "small_service"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def emulated() -> Iterator[Emulated]:
    with running_emulator(SMALL_SERVICE / "template.yaml", retry_seconds=(0.05, 0.05)) as running:
        yield running


def obey(emulated: Emulated, words: str) -> dict[str, object]:
    answer = emulated.call("POST", "/obedient", words, {"content-type": "text/plain"})
    assert answer.status == 200, answer.body
    told: dict[str, object] = answer.json()
    return told


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_request_arrives_as_a_function_url_event(emulated: Emulated) -> None:
    headers = {"X-Kind": "test", "Cookie": "a=1; b=2", "Content-Type": "application/json"}
    answer = emulated.call("POST", "/echo/a%20b?x=1&x=2", '{"y": 3}', headers)
    event = answer.json()
    assert event["rawPath"] == "/echo/a%20b"
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert event["headers"]["x-kind"] == "test"
    assert event["cookies"] == ["a=1", "b=2"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"y": 3}', False)


def test_a_function_has_a_port_of_its_own_for_every_path(emulated: Emulated) -> None:
    assert emulated.call("GET", "/any/path", at="echo").json()["rawPath"] == "/any/path"
    assert emulated.urls["echo"] != emulated.urls["obedient"]


def test_the_gateway_answers_a_path_of_no_function_with_a_problem(emulated: Emulated) -> None:
    answer = emulated.call("GET", "/elsewhere")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_status_headers_and_cookies_of_a_result_reach_the_client(emulated: Emulated) -> None:
    answer = emulated.call("POST", "/obedient", "page", {"content-type": "text/plain"})
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (201, b"done", "page")
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_a_head_request_is_answered_without_a_body_and_the_connection_stays_usable(
    emulated: Emulated,
) -> None:
    answer = emulated.call("HEAD", "/echo")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_the_environment_is_the_template_s_without_what_only_a_deployment_knows(emulated: Emulated) -> None:
    told = obey(emulated, "")
    assert told["greeting"] == "hello world"
    assert told["secret"] is None
    assert told["arn"] == "arn:aws:lambda:us-east-1:000000000000:function:obedient"
    assert 0 < int(str(told["remaining"])) <= 2000


def test_one_process_serves_calls_that_follow_each_other(emulated: Emulated) -> None:
    assert obey(emulated, "")["pid"] == obey(emulated, "")["pid"]


def test_calls_at_the_same_time_get_processes_of_their_own_up_to_the_limit_and_429_beyond(
    emulated: Emulated,
) -> None:
    with ThreadPoolExecutor(6) as pool:
        calls = [
            pool.submit(emulated.call, "POST", "/obedient", "sleep 1", {"content-type": "text/plain"})
            for _ in range(6)
        ]
        answers = [call.result() for call in calls]
    served = [answer.json()["pid"] for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status == 429]
    assert (len(served), len(set(served)), len(refused)) == (2, 2, 4)
    assert refused[0].json() == {"Message": "Rate Exceeded."}


def test_a_process_that_a_peak_left_idle_is_ended_but_the_last_used_stays() -> None:
    with running_emulator(SMALL_SERVICE / "template.yaml", idle_seconds=1) as running:
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda words: obey(running, words), ["sleep 1", "sleep 1.5"]))
        first, last = (int(str(one["pid"])) for one in told)
        assert first != last
        wait_for(lambda: not is_running(first))
        assert obey(running, "")["pid"] == last


def test_a_cold_start_is_logged_with_its_cost(emulated: Emulated) -> None:
    obey(emulated, "")
    assert re.search(r"obedient +cold start \d+ ms, process \d+", emulated.log)


def test_a_function_over_its_time_is_killed_and_replaced(emulated: Emulated) -> None:
    before = obey(emulated, "")["pid"]
    answer = emulated.call("POST", "/obedient", "sleep 60", {"content-type": "text/plain"})
    assert (answer.status, answer.json()) == (502, {"Message": "Internal Server Error"})
    assert "Task timed out after 2.00 seconds" in emulated.log
    wait_for(lambda: not is_running(int(str(before))))
    assert obey(emulated, "")["pid"] != before


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_function_over_its_memory_is_killed_and_replaced(emulated: Emulated) -> None:
    answer = emulated.call("POST", "/obedient", "grow 400", {"content-type": "text/plain"})
    assert answer.status == 502
    assert "Runtime.OutOfMemory" in emulated.log
    assert obey(emulated, "")["message"] == "first version"


@pytest.mark.parametrize("words", ["exit 3", "kill", "raise oh", "malformed"])
def test_a_failing_function_answers_502_and_the_next_call_works(emulated: Emulated, words: str) -> None:
    assert emulated.call("POST", "/obedient", words, {"content-type": "text/plain"}).status == 502
    assert obey(emulated, "")["message"] == "first version"


def test_a_process_killed_in_the_middle_of_a_request_answers_502_and_the_next_call_works(
    emulated: Emulated,
) -> None:
    pid = int(str(obey(emulated, "")["pid"]))
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(emulated.call, "POST", "/obedient", "sleep 1.5", {"content-type": "text/plain"})
        time.sleep(0.3)
        os.kill(pid, signal.SIGKILL)
        assert call.result().status == 502
    assert obey(emulated, "")["pid"] != pid


def test_a_process_killed_while_idle_is_replaced_unseen(emulated: Emulated) -> None:
    pid = int(str(obey(emulated, "")["pid"]))
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_running(pid))
    assert obey(emulated, "")["pid"] != pid


def test_a_function_that_cannot_be_imported_answers_502_and_shows_its_traceback(emulated: Emulated) -> None:
    assert emulated.call("GET", "/broken").status == 502
    assert "import no_such_module_anywhere" in emulated.log
    assert 'functions/broken.py", line 3' in emulated.log


def test_a_request_over_six_megabytes_gets_the_platform_s_413(emulated: Emulated) -> None:
    answer = emulated.call("POST", "/echo/x", b"x" * (5 * MEGABYTE), {"content-type": "image/png"})
    assert answer.status == 413  # its base64 form is over the limit
    assert "6291456 bytes" in answer.json()["Message"]
    assert emulated.call("POST", "/echo/x", b"x" * (40 * MEGABYTE)).status == 413


def test_a_response_over_six_megabytes_is_an_error_of_the_function(emulated: Emulated) -> None:
    body = f"big {7 * MEGABYTE}"
    assert emulated.call("POST", "/obedient", body, {"content-type": "text/plain"}).status == 502
    answer = emulated.invoke("obedient", {"body": body})
    assert answer.json()["errorType"] == "Function.ResponseSizeTooLarge"
    assert obey(emulated, "")["message"] == "first version"


def test_a_client_that_leaves_harms_nobody(emulated: Emulated) -> None:
    address = urlsplit(emulated.urls["gateway"])
    for fragment in (
        b"POST /obedient HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nsleep 0.3",
        b"POST /echo/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\nhalf",
        b"GET /ec",
    ):
        with socket.create_connection((address.hostname, address.port or 0)) as client:
            client.sendall(fragment)
    assert emulated.call("GET", "/echo").status == 200


def test_what_is_no_http_is_refused(emulated: Emulated) -> None:
    address = urlsplit(emulated.urls["gateway"])
    with socket.create_connection((address.hostname, address.port or 0)) as client:
        client.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_chunked_body_arrives_whole(emulated: Emulated) -> None:
    address = urlsplit(emulated.urls["gateway"])
    head = b"POST /echo/x HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n"
    head += b"transfer-encoding: chunked\r\n"
    with socket.create_connection((address.hostname, address.port or 0)) as client:
        client.sendall(head + b"connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        received = b"".join(iter(lambda: client.recv(65_536), b""))
    assert json.loads(received.partition(b"\r\n\r\n")[2])["body"] == "abcde"


def test_it_listens_on_ipv6_where_there_is_any(emulated: Emulated) -> None:
    port = urlsplit(emulated.urls["gateway"]).port or 0
    try:
        client = socket.create_connection(("::1", port))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with client:
        client.sendall(f"GET /echo HTTP/1.1\r\nhost: [::1]:{port}\r\nconnection: close\r\n\r\n".encode())
        received = b"".join(iter(lambda: client.recv(65_536), b""))
    context = json.loads(received.partition(b"\r\n\r\n")[2])["requestContext"]
    assert (context["domainName"], context["http"]["sourceIp"]) == ("::1", "::1")


def test_invoke_answers_with_the_plain_result(emulated: Emulated) -> None:
    for name in ("echo", "small-echo", "arn:aws:lambda:us-east-1:000000000000:function:small-echo:$LATEST"):
        answer = emulated.invoke(name, {"a": 1})
        assert (answer.status, answer.json()) == (200, {"a": 1})
        assert answer.headers["x-amz-function-error"] is None


def test_invoke_marks_an_error_of_the_function(emulated: Emulated) -> None:
    answer = emulated.invoke("obedient", {"body": "raise oh"})
    assert (answer.status, answer.headers["x-amz-function-error"]) == (200, "Unhandled")
    assert (answer.json()["errorType"], answer.json()["errorMessage"]) == ("RuntimeError", "oh")


@pytest.mark.parametrize(
    ("name", "payload", "invocation_type", "refusal"),
    [
        ("absent", {}, "RequestResponse", (404, "ResourceNotFoundException")),
        ("echo", "x" * (7 * MEGABYTE), "RequestResponse", (413, "RequestTooLargeException")),
        ("echo", "x" * (2 * MEGABYTE), "Event", (413, "RequestTooLargeException")),
        ("echo", {}, "Odd", (400, "InvalidParameterValueException")),
    ],
)
def test_invoke_refuses_as_the_platform_does(
    emulated: Emulated, name: str, payload: object, invocation_type: str, refusal: tuple[int, str]
) -> None:
    answer = emulated.invoke(name, payload, x_amz_invocation_type=invocation_type)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == refusal


def test_an_asynchronous_event_is_retried_twice(emulated: Emulated, tmp_path: Path) -> None:
    path = tmp_path / "calls"
    answer = emulated.invoke("event", {"path": str(path), "failures": 9}, x_amz_invocation_type="Event")
    assert (answer.status, answer.body) == (202, b"")
    wait_for(lambda: "event failed for good and is dropped" in emulated.log)
    assert path.read_text() == "called\n" * 3


def test_a_retry_that_succeeds_is_the_last(emulated: Emulated, tmp_path: Path) -> None:
    path = tmp_path / "calls"
    emulated.invoke("event", {"path": str(path), "failures": 1}, x_amz_invocation_type="Event")
    wait_for(lambda: path.exists() and path.read_text() == "called\n" * 2)
    time.sleep(0.3)
    assert path.read_text() == "called\n" * 2


def test_events_can_be_delivered_twice(tmp_path: Path) -> None:
    path = tmp_path / "calls"
    with running_emulator(SMALL_SERVICE / "template.yaml", duplicate_events=True) as emulated:
        emulated.invoke("event", {"path": str(path)}, x_amz_invocation_type="Event")
        wait_for(lambda: path.exists() and path.read_text() == "called\n" * 2)


class Soon(Rate):
    def next_after(self, instant: datetime) -> datetime:
        return instant + timedelta(seconds=0.1)


def test_a_schedule_fires_each_time_it_is_due(tmp_path: Path) -> None:
    path = tmp_path / "calls"
    template = read_template(SMALL_SERVICE / "template.yaml")
    functions = [
        replace(function, schedules=(Schedule("Often", Soon(1), json.dumps({"path": str(path)})),))
        for function in template.functions
        if function.name == "event"
    ]
    with running_emulator(replace(template, functions=tuple(functions))) as emulated:
        wait_for(lambda: path.exists() and len(path.read_text().splitlines()) >= 2)
        assert "schedule Often is due" in emulated.log


def test_changed_code_is_served_and_the_old_process_ends_after_its_request(tmp_path: Path) -> None:
    root = tmp_path / "service"
    shutil.copytree(SMALL_SERVICE, root)
    with running_emulator(root / "template.yaml", reload=True) as emulated:
        old = obey(emulated, "")
        answers: list[dict[str, object]] = []
        request = threading.Thread(target=lambda: answers.append(obey(emulated, "sleep 1.5")))
        request.start()
        time.sleep(0.2)
        code = root / "functions" / "small.py"
        code.write_text(code.read_text().replace("first version", "second version"))
        wait_for(lambda: "functions/small.py changed" in emulated.log)
        assert obey(emulated, "")["message"] == "second version"
        request.join()
        assert answers[0]["message"] == "first version"
        wait_for(lambda: not is_running(int(str(old["pid"]))))


def test_stopping_lets_a_request_end_and_leaves_no_process() -> None:
    with ThreadPoolExecutor(1) as pool:
        with running_emulator(SMALL_SERVICE / "template.yaml") as emulated:
            pid = int(str(obey(emulated, "")["pid"]))
            call = pool.submit(obey, emulated, "sleep 1")
            time.sleep(0.3)
        assert call.result()["pid"] == pid
    assert not is_running(pid)


@pytest.mark.parametrize("delay_seconds", [0.0, 0.2, 0.4])
def test_stopping_while_changed_code_is_loaded_leaves_nothing_open(
    tmp_path: Path, delay_seconds: float
) -> None:
    root = tmp_path / "service"
    shutil.copytree(SMALL_SERVICE, root)
    with running_emulator(root / "template.yaml", reload=True) as emulated:
        obey(emulated, "")
        (root / "functions" / "small.py").touch()
        wait_for(lambda: "functions/small.py changed" in emulated.log)
        time.sleep(delay_seconds)
    gc.collect()  # what is still open would tell now


def test_a_child_that_outlives_its_function_keeps_nothing_of_the_emulator_open() -> None:
    with running_emulator(SMALL_SERVICE / "template.yaml") as emulated:
        obey(emulated, "leave 10")
    gc.collect()  # what is still open would tell now


def test_a_taken_port_means_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running_emulator(SMALL_SERVICE / "template.yaml", port=port) as emulated:
            assert (urlsplit(emulated.urls["gateway"]).port or 0) > port
            assert emulated.call("GET", "/echo").status == 200

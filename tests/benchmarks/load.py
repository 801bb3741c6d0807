"""Open-loop load: requests leave when they are due, whether or not earlier ones were answered.

Against the emulator (functions in processes of their own, behind the gateway) and against the handlers in
this process. Latency counts from when a request was due, so a server that stalls is not spared what queues.
Loopback only, of bounded rate and time.
"""

import argparse
import http.client
import os
import queue
import random
import resource
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from tests.fixtures.calls import call
from tests.fixtures.service import running_service

PEOPLE = ("demo-anna", "demo-bruno", "demo-chitra", "demo-emi", "demo-farid", "demo-grace", "demo-kofi")
CALLERS = 32
HERD = 30
RECOMPUTED_MAX = 3
STAMPEDES = 3
TODAY = datetime.now(UTC).date()

Ask = Callable[[str], int]
"""Path to status."""
Weigh = Callable[[], dict[int, float]]
"""Resident MB by process."""


@dataclass
class Measured:
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    weights: list[dict[int, float]] = field(default_factory=list)

    def told(self) -> str:
        p50, p95, p99 = np.percentile(self.milliseconds, (50, 95, 99))
        errors = sum(n for status, n in self.statuses.items() if status >= 500 or status == 0)
        totals = [sum(weight.values()) for weight in self.weights]
        return (
            f"{len(self.milliseconds)} requests, p50 {p50:.1f} p95 {p95:.1f} p99 {p99:.1f} ms, "
            f"{errors} errors, {dict(self.statuses)}, RSS {totals[0]:.0f} -> {totals[-1]:.0f} MB "
            f"(most {max(totals):.0f}); {self.told_of_processes()}"
        )

    def told_of_processes(self) -> str:
        """Memory that grows with the number of processes is no leak; in those that stay it would be."""
        first, middle, last = self.weights[0], self.weights[len(self.weights) // 2], self.weights[-1]
        begun = set().union(*self.weights) - first.keys()
        stayed = middle.keys() & last.keys()
        half, end = (sum(weight[pid] for pid in stayed) for weight in (middle, last))
        return (
            f"{len(first)} -> {len(last)} processes, {len(begun)} begun; "
            f"{len(stayed)} there since half time: {half:.0f} -> {end:.0f} MB"
        )


def draw_path(rng: random.Random) -> str:
    user, day = rng.choice(PEOPLE), TODAY - timedelta(days=rng.randint(0, 5))
    return rng.choice(
        (
            f"/api/features/{user}/{day}",
            f"/api/features/{user}/{day}",
            f"/api/correlations/{user}",
            f"/api/predictions/{user}/{TODAY + timedelta(days=1)}",
            f"/api/insights/{user}",
        )
    )


def send_openly(ask: Ask, per_second: float, seconds: float, callers: int, weigh: Weigh) -> Measured:
    """`per_second` requests on average, at the instants of a Poisson process."""
    rng, measured = random.Random(1), Measured()
    due: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
    lock = threading.Lock()

    def answer() -> None:
        while (given := due.get()) is not None:
            at, path = given
            try:
                status = ask(path)
            except OSError:
                status = 0
            with lock:
                measured.milliseconds.append((time.monotonic() - at) * 1_000)
                measured.statuses[status] += 1

    threads = [threading.Thread(target=answer) for _ in range(callers)]
    for thread in threads:
        thread.start()
    began = at = time.monotonic()
    weighed = 0.0
    while at < began + seconds:
        at += rng.expovariate(per_second)
        time.sleep(max(at - time.monotonic(), 0))
        due.put((at, draw_path(rng)))
        if at - weighed > seconds / 20:
            weighed = at
            measured.weights.append(weigh())
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    measured.weights.append(weigh())
    return measured


def ask_over_http(url: str) -> Ask:
    address = urlsplit(url)

    def ask(path: str) -> int:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    return ask


def family_of(pid: int) -> set[int]:
    """The process and everything it started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        children = [int(one) for one in listed.read_text().split()]
    except OSError:
        return set()
    return {pid}.union(*map(family_of, children))


def resident_mb(pids: set[int]) -> dict[int, float]:
    weights = {}
    for pid in pids:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
        weights[pid] = pages * resource.getpagesize() / 1e6
    return weights


def stampede(url: str) -> Counter[str]:
    """What became of a herd on a key nobody has an answer to; whom the platform throttles gets 429."""
    path = f"/api/correlations/{PEOPLE[0]}?lookbackDays={random.randint(100, 700)}"
    address, barrier = urlsplit(url), threading.Barrier(HERD)

    def ask(_: int) -> str:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        barrier.wait()
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != 200:
            return str(response.status)
        return "cached" if b'"cached":true' in body else "computed"

    with ThreadPoolExecutor(HERD) as pool:
        return Counter(pool.map(ask, range(HERD)))


def in_this_process() -> Ask:
    """One request at a time, as an execution environment serves them."""
    return lambda path: call(path.split("/")[2], "GET", path).status


def report(what: str, ask: Ask, callers: int, weigh: Weigh, options: argparse.Namespace) -> None:
    measured = send_openly(ask, options.per_second, options.seconds, callers, weigh)
    print(f"{what}, {options.per_second:g}/s for {options.seconds:g} s: {measured.told()}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--per-second", type=float, default=10)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="nutri-load-") as home,
        running_service(Path(home) / "state", "--port", "0") as service,
    ):
        Path(home).chmod(0o711)
        env = service.read_env()
        gateway = env["GATEWAY_URL"]
        ask = ask_over_http(gateway)
        for path in {draw_path(random.Random(n)) for n in range(200)}:
            ask(path)
        for _ in range(STAMPEDES):
            became = stampede(gateway)
            print(f"a herd of {HERD} on one key: {dict(became)}", flush=True)
            assert 1 <= became["computed"] <= RECOMPUTED_MAX
        report("emulator", ask, CALLERS, lambda: resident_mb(family_of(service.process.pid)), options)
        os.environ |= {name: env[name] for name in ("DATABASE_URL", "REDIS_URL")} | {"LOG_LEVEL": "WARNING"}
        in_process = in_this_process()
        for path in {draw_path(random.Random(n)) for n in range(200)}:
            in_process(path)
        report("in process", in_process, 1, lambda: resident_mb({os.getpid()}), options)


if __name__ == "__main__":
    main()

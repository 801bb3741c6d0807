"""The breaker against a server that hangs: hardly anybody waits, and the server is found when it is back."""

import pytest

from common.errors import Unavailable
from common.store import engine
from common.store.engine import Breaker, unavailable

FIRST_WAIT_SECONDS = 4.0
REQUEST_SECONDS = 0.01


class Clock:
    """Time that passes where it is spent."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


class Server:
    """Hangs until `back_at`; then it takes `slowness_seconds` to answer."""

    def __init__(self, clock: Clock, back_at: float, slowness_seconds: float = 0.0) -> None:
        self.clock, self.back_at, self.slowness_seconds = clock, back_at, slowness_seconds
        self.waited_seconds: list[float] = []

    def ask(self, seconds: float) -> None:
        hangs = self.clock.now < self.back_at or self.slowness_seconds > seconds
        spent = seconds if hangs else self.slowness_seconds
        self.clock.now += spent
        self.waited_seconds.append(spent)
        if hangs:
            raise unavailable()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(engine, "time", clock)
    return clock


def request(breaker: Breaker, server: Server, clock: Clock) -> bool:
    """Whether it reached the server."""
    clock.now += REQUEST_SECONDS
    try:
        breaker.check(server.ask)
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("hung_seconds", [60, 600, 3_600])
def test_of_a_hung_server_at_most_a_tenth_of_the_time_is_waited(clock: Clock, hung_seconds: float) -> None:
    breaker, server = Breaker(), Server(clock, clock.now + hung_seconds)
    breaker.trip()
    began, asked = clock.now, 0
    while clock.now < server.back_at:
        assert not request(breaker, server, clock)
        asked += 1
    assert sum(server.waited_seconds) <= (clock.now - began) / 10 + server.waited_seconds[-1]
    assert len(server.waited_seconds) <= asked / 10


@pytest.mark.parametrize("slowness_seconds", [0.001, 0.15, 0.5, 1.9])
def test_a_server_that_is_back_is_found_however_slow_it_is(clock: Clock, slowness_seconds: float) -> None:
    breaker, server = Breaker(), Server(clock, clock.now + 30, slowness_seconds)
    breaker.trip()
    while not request(breaker, server, clock):
        assert clock.now < server.back_at + 300
    asked = len(server.waited_seconds)
    assert request(breaker, server, clock)
    assert len(server.waited_seconds) == asked, "nobody asks while all is well"


def test_a_server_that_answers_is_found_within_seconds_of_a_short_pause(clock: Clock) -> None:
    breaker, server = Breaker(), Server(clock, clock.now + 5)
    breaker.trip()
    while not request(breaker, server, clock):
        pass
    assert clock.now <= server.back_at + engine.BREAKER_SECONDS + 1

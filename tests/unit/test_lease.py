"""One computes, the others wait, and whatever happens nobody is kept out afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from common.errors import RateLimited
from common.services import lease
from common.services.lease import COMPUTED_AT_ONCE, WAITING_AT_ONCE, flight, turn, wait_for_lease


class Held:
    """A cache that keeps what is claimed, or one that is away; `at` does something at an instant (s)."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.away = False
        self.now = 0.0
        self.at: dict[float, Callable[[], object]] = {}

    def claim(self, key: str, token: bytes, ttl_seconds: int) -> bytes | None:
        assert ttl_seconds == lease.TURN_SECONDS
        return None if self.away else self.keys.setdefault(key, token)

    def delete(self, *keys: str) -> bool:
        for key in keys:
            self.keys.pop(key, None)
        return not self.away

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for instant in [instant for instant in self.at if instant <= self.now]:
            self.at.pop(instant)()

    def take(self, *keys: str) -> None:
        self.keys |= dict.fromkeys(keys, b"somebody")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    held = Held()
    monkeypatch.setattr(lease, "get_cache", lambda: held)
    monkeypatch.setattr(lease, "time", held)
    return held


def flights(user: str = "anna") -> list[str]:
    return [f"flight:{user}:{n}" for n in range(COMPUTED_AT_ONCE)]


def places(group: str = "features", user: str = "anna") -> list[str]:
    return [f"waiting:{user}:{group}:{n}" for n in range(WAITING_AT_ONCE)]


def nothing() -> Any:
    return None


def test_a_flight_holds_its_lease_and_a_turn_until_it_ends(held: Held) -> None:
    with flight("anna", "features", "q", nothing) as found:
        assert found is None
        assert set(held.keys) == {"lease:anna:q", "flight:anna:0"}
    assert held.keys == {}


def test_a_flight_that_fails_leaves_nothing_behind(held: Held) -> None:
    def fail() -> None:
        with flight("anna", "features", "q", nothing):
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert held.keys == {}


def test_a_turn_ends_and_the_next_one_takes_another(held: Held) -> None:
    with turn("anna", "features"):
        with turn("anna", "insights"):
            assert set(held.keys) == set(flights())
        assert set(held.keys) == {"flight:anna:0"}
    assert held.keys == {}


def test_who_finds_the_same_being_computed_waits_for_what_is_cached(held: Held) -> None:
    held.take("lease:anna:q")
    cached: list[str] = []
    held.at[1.0] = lambda: cached.append("answer")
    with flight("anna", "features", "q", lambda: cached[0] if cached else None) as found:
        assert found == "answer"
        assert set(held.keys) == {"lease:anna:q"}, "it is another's, and no turn is taken"
    assert set(held.keys) == {"lease:anna:q"}
    assert 1.0 <= held.now < 1.1


def test_a_lease_that_ends_without_an_answer_goes_to_who_waited(held: Held) -> None:
    held.take("lease:anna:q")
    held.at[2.0] = lambda: held.delete("lease:anna:q")
    with flight("anna", "features", "q", nothing) as found:
        assert found is None
        assert held.keys["lease:anna:q"] != b"somebody"
    assert held.keys == {}


def test_what_was_cached_just_before_the_lease_ended_is_taken(held: Held) -> None:
    held.take("lease:anna:q")
    looks = iter([None, None, "answer"])
    held.at[0.06] = lambda: held.delete("lease:anna:q")
    assert wait_for_lease("lease:anna:q", lambda: next(looks)) == "answer"
    assert held.keys == {}


def test_nobody_waits_longer_than_the_limit(held: Held) -> None:
    held.take("lease:anna:q")
    assert wait_for_lease("lease:anna:q", nothing) is None
    assert lease.WAIT_SECONDS < held.now < lease.WAIT_SECONDS + 0.1


def test_who_insists_takes_nothing_that_was_cached_before(held: Held) -> None:
    with flight("anna", "features", "q", lambda: "old", force=True) as found:
        assert found is None
    held.take("lease:anna:q")
    cached = ["old"]
    held.at[1.0] = lambda: cached.append("new")
    with flight("anna", "features", "q", lambda: cached[-1], force=True) as found:
        assert found == "new"
    assert set(held.keys) == {"lease:anna:q"}, "the place it waited in is free again"


def test_of_those_who_insist_only_a_few_wait(held: Held) -> None:
    held.take("lease:anna:q", *places())
    with pytest.raises(RateLimited) as refused, flight("anna", "features", "q", nothing, force=True):
        pass
    assert refused.value.retry_after_seconds == 1
    assert held.now < 0.1, "at once"
    assert set(held.keys) == {"lease:anna:q", *places()}


def test_a_turn_that_becomes_free_goes_to_who_waited(held: Held) -> None:
    held.take(*flights())
    held.at[1.0] = lambda: held.delete("flight:anna:1")
    with turn("anna", "features"):
        assert held.keys["flight:anna:1"] != b"somebody"
        assert set(held.keys) == set(flights()), "nobody waits any more"
    assert set(held.keys) == {"flight:anna:0"}


def test_a_turn_is_waited_for_in_a_place_and_not_for_ever(held: Held) -> None:
    held.take(*flights())
    held.at[1.0] = lambda: held.keys.update(seen=held.keys["waiting:anna:features:0"])
    with pytest.raises(RateLimited), turn("anna", "features"):
        pass
    assert lease.WAIT_SECONDS < held.now < lease.WAIT_SECONDS + 0.1
    assert set(held.keys) == {*flights(), "seen"}


def test_where_all_places_are_taken_nobody_waits(held: Held) -> None:
    held.take(*flights(), *places())
    with pytest.raises(RateLimited), turn("anna", "features"):
        pass
    assert held.now < 0.1
    with pytest.raises(RateLimited), flight("anna", "features", "q", nothing):
        pass
    assert "lease:anna:q" not in held.keys


def test_other_people_and_other_groups_have_room(held: Held) -> None:
    held.take(*flights(), *places())
    with turn("bob", "features"):
        assert "flight:bob:0" in held.keys
    held.at[1.0] = lambda: held.delete("flight:anna:0")
    with turn("anna", "insights"):
        assert held.keys["flight:anna:0"] != b"somebody"


def test_without_a_cache_everybody_computes(held: Held) -> None:
    held.away = True
    with flight("anna", "features", "q", nothing) as found, turn("anna", "features"):
        assert found is None
    assert held.now < 0.1

"""One computes, the others wait for what it caches: when many ask at once what nobody has an answer to.

Of one person only so much is computed, and waited for, at once: a function runs a few requests at a time, and
who asks a lot leaves room for the others. Waiting is bounded, and whoever computes may die: a claim ends by
itself, then the next one has it. Where the cache is away there is nothing to wait for: each computes, as many
as the platform runs at a time.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import TypeVar

from common.cache import get_cache
from common.errors import RateLimited

T = TypeVar("T")

TURN_SECONDS = 10
"""No computation takes longer but where a process died."""
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.03
COMPUTED_AT_ONCE = 2
"""Of one person, whatever is asked."""
WAITING_AT_ONCE = 4
"""Of one person and group, for a turn or for what they insist on having computed anew."""


@contextmanager
def flight(
    user_id: str, group: str, question: str, recall: Callable[[], T | None], *, force: bool = False
) -> Iterator[T | None]:
    """Yield what another process computed and cached meanwhile, by `recall`; None where it is ours to
    compute.

    With `force` what was cached before does not count, and a computation that is under way does. Raises
    RateLimited where as many wait for this person as may.
    """
    lease = f"lease:{user_id}:{question}"
    before = recall() if force else None

    def recall_new() -> T | None:
        found = recall()
        return None if found == before else found

    found = wait_for_lease(lease, recall_new, _places(user_id, group) if force else ())
    if found is not None:
        yield found
        return
    try:
        with turn(user_id, group):
            yield None
    finally:
        release_lease(lease)


@contextmanager
def turn(user_id: str, group: str) -> Iterator[None]:
    """One of the few computations of a person that run at once, for what nobody else could have asked.

    Raises RateLimited where as many wait for this person as may.
    """
    key = _wait_for_turn([f"flight:{user_id}:{n}" for n in range(COMPUTED_AT_ONCE)], _places(user_id, group))
    try:
        yield
    finally:
        if key:
            release_lease(key)


def wait_for_lease(key: str, recall: Callable[[], T | None], waiting: Sequence[str] = ()) -> T | None:
    """Return what another process cached meanwhile, by `recall`; None where the lease is ours, to be
    released.

    Where there are places for `waiting`, one is taken, or RateLimited raised.
    """
    token = token_hex(8).encode()
    deadline = time.monotonic() + WAIT_SECONDS
    waited: str | None = None
    try:
        while True:
            owner = get_cache().claim(key, token, TURN_SECONDS)
            if owner is None or owner == token:
                # it may have been cached between our last look and the end of that lease
                found = None if waited is None else recall()
                if found is not None:
                    release_lease(key)
                return found
            if time.monotonic() > deadline:
                return None
            if waited is None:
                waited = _claim_place(waiting) if waiting else ""
            time.sleep(POLL_SECONDS)
            if (found := recall()) is not None:
                return found
    finally:
        if waited:
            release_lease(waited)


def release_lease(*keys: str) -> None:
    get_cache().delete(*keys)


def _places(user_id: str, group: str) -> list[str]:
    return [f"waiting:{user_id}:{group}:{n}" for n in range(WAITING_AT_ONCE)]


def _wait_for_turn(turns: Sequence[str], waiting: Sequence[str]) -> str:
    """Return the turn that is ours now, to be released; "" where the server does not say. Raises
    RateLimited.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    if (turn := _claim_one(turns)) is not None:
        return turn
    place = _claim_place(waiting)
    try:
        while (turn := _claim_one(turns)) is None:
            if time.monotonic() > deadline:
                raise _too_many()
            time.sleep(POLL_SECONDS)
    finally:
        if place:
            release_lease(place)
    return turn


def _claim_place(waiting: Sequence[str]) -> str:
    """Raise RateLimited where all are taken."""
    place = _claim_one(waiting)
    if place is None:
        raise _too_many()
    return place


def _claim_one(keys: Sequence[str]) -> str | None:
    """Return the first of the keys that is free, now ours; "" where the server does not say; None: none is
    free.
    """
    token = token_hex(8).encode()
    for key in keys:
        owner = get_cache().claim(key, token, TURN_SECONDS)
        if owner is None:
            return ""
        if owner == token:
            return key
    return None


def _too_many() -> RateLimited:
    return RateLimited("Much is being computed for this person: wait a moment.", retry_after_seconds=1)

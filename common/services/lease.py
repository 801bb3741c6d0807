"""One computes, the others wait for what it caches: when many ask at once what nobody has an answer to.

Waiting is bounded, and whoever computes may die: a lease ends by itself, then the next one has it. Where the
cache is away there is nothing to wait for: each computes, as many as the platform runs at a time.
"""

import time
from collections.abc import Callable
from secrets import token_hex
from typing import TypeVar

from common.cache import get_cache

T = TypeVar("T")

TURN_SECONDS = 10
"""No computation takes longer but where a process died."""
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.03


def wait_for_lease(key: str, recall: Callable[[], T | None]) -> T | None:
    """What another process cached meanwhile, by `recall`; None where the lease is ours, to be released."""
    token = token_hex(8).encode()
    deadline = time.monotonic() + WAIT_SECONDS
    waited = False
    while True:
        owner = get_cache().claim(key, token, TURN_SECONDS)
        if owner is None or owner == token:
            # it may have been cached between our last look and the end of that lease
            found = recall() if waited else None
            if found is not None:
                release_lease(key)
            return found
        if time.monotonic() > deadline:
            return None
        waited = True
        time.sleep(POLL_SECONDS)
        if (found := recall()) is not None:
            return found


def release_lease(key: str) -> None:
    get_cache().delete(key)

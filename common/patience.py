"""How long the request in hand may still wait for PostgreSQL: in sum, however it is answered.

A server that sends a byte now and then outlasts the time limit of any single read. What is no request (a
night, a migration, a check) has no such limit. Only waiting counts, not computing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUEST_SECONDS = 4.5

_left: ContextVar[list[float] | None] = ContextVar("patience", default=None)


def begin_request() -> None:
    _left.set([REQUEST_SECONDS])


@contextmanager
def waiting(seconds: float) -> Iterator[float]:
    """How long to wait at most, of the `seconds` wanted; what passes inside is taken off.

    Raises TimeoutError where nothing is left.
    """
    left = _left.get()
    if left is None:
        yield seconds
        return
    if left[0] <= 0:
        raise TimeoutError("the request has waited long enough")
    started = time.monotonic()
    try:
        yield min(seconds, left[0])
    finally:
        left[0] -= time.monotonic() - started

"""How long the request in hand may still wait for PostgreSQL: in sum, however it is answered.

A server that sends a byte now and then outlasts the time limit of any single read. What is no request (a
night, a migration, a check) has no such limit. Only waiting counts, not computing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

REQUEST_SECONDS = 4.5


class DeadlineExceeded(TimeoutError):
    """The request has waited long enough; says nothing of whom it waited for."""


_left: ContextVar[list[float] | None] = ContextVar("patience", default=None)


def begin_request() -> None:
    _left.set([REQUEST_SECONDS])


def is_exhausted() -> bool:
    left = _left.get()
    return left is not None and left[0] <= 0


@contextmanager
def waiting(seconds: float) -> Iterator[float]:
    """How long to wait at most, of the `seconds` wanted; what passes inside is taken off.

    Raises DeadlineExceeded where nothing is left, or where a TimeoutError inside is for having less than was
    wanted.
    """
    left = _left.get()
    if left is None:
        yield seconds
        return
    if left[0] <= 0:
        raise DeadlineExceeded
    allowed = min(seconds, left[0])
    started = time.monotonic()
    try:
        yield allowed
    except TimeoutError:
        if allowed < seconds:
            raise DeadlineExceeded from None
        raise
    finally:
        left[0] -= time.monotonic() - started

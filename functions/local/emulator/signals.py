"""Stopping on request: Ctrl-C, a polite kill and a closed terminal mean the same."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Any of the signals ends the block early and quietly."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in SIGNALS:
        signal.signal(number, interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        yield


@contextlib.contextmanager
def undisturbed_end() -> Iterator[None]:
    """From the end of the block on, stopping is under way and a further signal changes nothing."""
    try:
        yield
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

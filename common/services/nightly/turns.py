"""One run at a time, and none of a time that has not come, both by the database's clock."""

from common.errors import InvalidInput
from common.services.nightly.runs import Run
from common.store.engine import reading, transaction
from common.store.nights import read_clock
from common.store.runs import hold_run, release_run

HELD_SECONDS = 1_200
"""Longer than one step of a run may take: a run that is silent for so long has died."""


def refuse_future(run: Run) -> None:
    """Raise InvalidInput for an hour that the database's clock has not reached, and Unavailable."""
    with reading() as connection:
        now = read_clock(connection)
    if run.hour > now:
        raise InvalidInput("The run's hour lies ahead of the database's clock.", code="future_run")


def take_turn(execution: str) -> bool:
    """Whether this execution is the one that goes on; one without a name asks nobody. Raises Unavailable."""
    if not execution:
        return True
    with transaction() as connection:
        return hold_run(connection, execution, HELD_SECONDS)


def end_turn(execution: str) -> None:
    """Let the next execution begin. Raises Unavailable."""
    if execution:
        with transaction() as connection:
            release_run(connection, execution)

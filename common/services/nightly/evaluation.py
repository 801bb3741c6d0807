"""How the forecasts of the last weeks fared, by metric and model version."""

from datetime import timedelta

from common.services.nightly.runs import Run
from common.store.engine import reading
from common.store.evaluation import Fared, read_fared

ROLLING_DAYS = 28


def evaluate(run: Run) -> list[Fared]:
    """What is known of the forecasts for the nights of the four weeks before the run. Raises Unavailable.

    What happened is written beside each forecast when its person is recomputed.
    """
    last = run.day or run.hour.date()
    with reading() as connection:
        return read_fared(connection, last - timedelta(days=ROLLING_DAYS), last)

"""Experiments of models against each other, `ml."ModelExperiment"`: one running of each metric at most.

Starting and stopping are a publisher's right; the service writes what the nights said, and nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import NOW, one_at_a_time


@dataclass(frozen=True, slots=True)
class Experiment:
    """`champion` and `challenger` are versions; `first_night` is the first that counts."""

    name: str
    metric: str
    champion: str
    challenger: str
    traffic_share: float
    first_night: date
    stopped_at: datetime | None = None
    outcome: str | None = None
    comparison: Mapping[str, Any] | None = None
    compared_on: date | None = None


LIST = text("""
    SELECT "name", "metric", "champion", "challenger", "trafficShare", "firstNight", "stoppedAt", "outcome",
        "comparison", "comparedOn"
    FROM ml."ModelExperiment" ORDER BY "stoppedAt" IS NOT NULL, "firstNight" DESC, "name"
""")
START = text("""
    INSERT INTO ml."ModelExperiment" ("name", "metric", "champion", "challenger", "trafficShare",
        "firstNight")
    VALUES (:name, :metric, :champion, :challenger, :share, :first)
""")
SHARE = text("""
    UPDATE ml."Model" SET "trafficShare" = :share WHERE "metric" = :metric AND "version" = :version
""")
STOP = text(f"""
    UPDATE ml."ModelExperiment" SET "stoppedAt" = {NOW}, "outcome" = :outcome
    WHERE "name" = :name AND "stoppedAt" IS NULL
""")
TELL = text("""
    UPDATE ml."ModelExperiment" SET "comparison" = CAST(:comparison AS jsonb), "comparedOn" = :day
    WHERE "name" = :name AND "stoppedAt" IS NULL AND ("comparedOn" IS NULL OR "comparedOn" <= :day)
""")


def list_experiments(connection: Connection) -> list[Experiment]:
    """Return all experiments: the running ones, then the latest."""
    return [Experiment(*row) for row in connection.execute(LIST)]


def start_experiment(connection: Connection, started: Experiment) -> None:
    """Show the challenger, which has that alias, to its share of people.

    Raises Conflict where another is started at the same moment; the transaction is then lost.
    """
    parameters = {
        "name": check_text(started.name),
        "metric": started.metric,
        "champion": started.champion,
        "challenger": started.challenger,
        "share": started.traffic_share,
        "first": started.first_night,
    }
    with one_at_a_time("Another experiment was started at the same moment."):
        connection.execute(START, parameters)
    share = {"metric": started.metric, "version": started.challenger, "share": started.traffic_share}
    connection.execute(SHARE, share)


def end_undecided(connection: Connection, name: str, outcome: str) -> bool:
    """End a running experiment that has told nothing for its challenger: the champion alone serves again.

    False where it ended meanwhile.
    """
    statement = text("SELECT ml.end_experiment(:name, :outcome)")
    return bool(connection.scalar(statement, {"name": name, "outcome": outcome}))


def stop_experiment(connection: Connection, name: str, outcome: str) -> None:
    connection.execute(STOP, {"name": name, "outcome": outcome})


def record_comparison(connection: Connection, name: str, comparison: Mapping[str, Any], day: date) -> None:
    """Keep what the nights up to `day` said; an older run leaves a newer one's."""
    parameters = {"name": name, "comparison": json.dumps(comparison, allow_nan=False), "day": day}
    connection.execute(TELL, parameters)

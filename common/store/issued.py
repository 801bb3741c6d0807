"""Reading "MLPrediction": what was told of a person's nights before they came."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from common.store.owner import read_own

READ = text("""
    SELECT "userId", "targetMetric"::text, CAST("targetDate" AS date), "predictedValue",
        CAST("predictionRange"->>'lower' AS float8), CAST("predictionRange"->>'upper' AS float8),
        "modelId", "modelVersion", "createdAt"
    FROM public."MLPrediction"
    WHERE "userId" = :user_id AND "targetMetric"::text = ANY(CAST(:metrics AS text[]))
        AND "targetDate" >= CAST(:first AS timestamp)
        AND "targetDate" < CAST(:last AS timestamp) + interval '1 day'
    ORDER BY "createdAt"
""")


@dataclass(frozen=True)
class Issued:
    """`metric` is a value of "HealthMetricType"; numbers are in the metric's unit, `at` naive UTC."""

    metric: str
    night: date
    value: float
    lower: float | None
    upper: float | None
    model_id: str
    model_version: str
    at: datetime


def read_issued(
    connection: Connection, user_id: str, metrics: list[str], first: date, last: date
) -> list[Issued]:
    """Return forecasts of the nights `first` to `last`, both included, in the order they were made."""
    rows = read_own(connection, READ, user_id, metrics=metrics, first=first, last=last)
    return [Issued(*row) for row in rows]

"""How forecasts fared, over everyone: counts and means by metric and model, no person's row."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Fared:
    """Forecasts of one metric by one model version. Errors are in the metric's unit."""

    metric: str
    model_id: str
    model_version: str
    made: int
    known: int
    mean_absolute_error: float | None
    mean_error: float | None
    """Forecast minus measured."""
    share_inside: float | None
    """Measured inside `predictionRange`, the 80% interval."""


READ = text("""
    SELECT "targetMetric"::text, "modelId", "modelVersion", count(*), count("actualValue"),
        avg(abs("predictionError")), avg("predictionError"),
        avg(CASE WHEN "actualValue" BETWEEN ("predictionRange" ->> 'lower')::float8
            AND ("predictionRange" ->> 'upper')::float8 THEN 1.0 ELSE 0.0 END)
            FILTER (WHERE "actualValue" IS NOT NULL)::float8
    FROM public."MLPrediction"
    WHERE "targetDate" >= :first AND "targetDate" <= :last
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
""")


def read_fared(connection: Connection, first: date, last: date) -> list[Fared]:
    """Forecasts for the nights from `first` to `last`."""
    return [Fared(*row) for row in connection.execute(READ, {"first": first, "last": last})]

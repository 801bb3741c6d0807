"""Writing what became of the forecasts in "MLPrediction"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common.store.writing import encode_rows


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """`metric` is a value of "HealthMetricType"; `value` is what was measured, in the metric's unit."""

    metric: str
    target_date: date
    value: float


# The error is forecast minus measured.
SAVE_SQL = """
    UPDATE public."MLPrediction" AS made
    SET "actualValue" = new."value", "predictionError" = made."predictedValue" - new."value"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS new("metric" text, "targetDate" timestamp, "value" float8)
    WHERE made."userId" = :user_id AND made."targetDate" = new."targetDate"
        AND made."targetMetric"::text = new."metric" AND made."actualValue" IS DISTINCT FROM new."value"
"""


def encode_outcomes(rows: Sequence[OutcomeRow]) -> str:
    """Return the `rows` of SAVE_SQL, which tells every forecast of these nights what happened."""
    return encode_rows(
        {"metric": row.metric, "targetDate": row.target_date.isoformat(), "value": row.value} for row in rows
    )

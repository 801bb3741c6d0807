"""The night's forecasts beside what came of them, in `ml."ForecastLog"`.

A row is the forecast as the night made it: always at the same hour, from the same knowledge. What a request
made of the same night later is in "MLPrediction". While models are compared, the one the person is not shown
has rows too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from common.store.writing import encode_rows, no_later_than_today

KEPT_DAYS = 120
COMPARED_NIGHTS = KEPT_DAYS - 8
"""So many nights in a row are all still there, also when a run comes a week late."""


@dataclass(frozen=True, slots=True)
class LoggedForecast:
    """`metric` is a value of "HealthMetricType", `baseline` the simple rule's forecast; bounds are of 80%.

    `inputs` are the person's last closed day by channel, of what models look at.
    """

    metric: str
    target_date: date
    model_id: str
    model_version: str
    device: str
    value: float
    baseline: float
    lower: float
    upper: float
    shown: bool
    inputs: Mapping[str, float]


SAVE_SQL = """
    INSERT INTO ml."ForecastLog" ("userId", "targetDate", "metric", "modelId", "modelVersion", "device",
        "value", "baseline", "lower", "upper", "shown", "inputs")
    SELECT :user_id, "target_date", "metric", "model_id", "model_version", "device", "value", "baseline",
        "lower", "upper", "shown", "inputs"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(
        "target_date" date, "metric" text, "model_id" text, "model_version" text, "device" text,
        "value" float8, "baseline" float8, "lower" float8, "upper" float8, "shown" boolean, "inputs" jsonb
    )
    ON CONFLICT ("userId", "targetDate", "metric", "modelId", "modelVersion") DO UPDATE
    SET "device" = excluded."device", "value" = excluded."value", "baseline" = excluded."baseline",
        "lower" = excluded."lower", "upper" = excluded."upper", "shown" = excluded."shown",
        "inputs" = excluded."inputs"
    WHERE "ForecastLog"."actual" IS NULL
"""

# the rows are `outcomes.encode_outcomes`
JUDGE_SQL = """
    UPDATE ml."ForecastLog" AS made SET "actual" = new."value"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new("metric" text, "targetDate" date, "value" float8)
    WHERE made."userId" = :user_id AND made."targetDate" = new."targetDate"
        AND made."metric" = new."metric" AND made."actual" IS DISTINCT FROM new."value"
"""

EXPIRE_SQL = f"""
    DELETE FROM ml."ForecastLog"
    WHERE "userId" = :user_id AND "targetDate" < {no_later_than_today("CAST(:day AS date)")} - {KEPT_DAYS}
"""


def encode_forecasts(rows: Sequence[LoggedForecast]) -> str:
    """Return the `rows` of SAVE_SQL."""
    return encode_rows({**asdict(row), "target_date": row.target_date.isoformat()} for row in rows)

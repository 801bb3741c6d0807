"""The night's forecasts beside what came of them, in `ml."Trial"`.

A row is the forecast as the night made it: always at the same hour, from the same knowledge. What a request
made of the same night later is in "MLPrediction".
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, text

from common.compute.evaluation import Sums
from common.store.writing import encode_rows

KEPT_DAYS = 120


@dataclass(frozen=True, slots=True)
class TrialRow:
    """`metric` is a value of "HealthMetricType", `baseline` the simple rule's forecast; bounds are of 80%."""

    metric: str
    target_date: date
    model_id: str
    model_version: str
    device: str
    value: float
    baseline: float
    lower: float
    upper: float


SAVE_SQL = """
    INSERT INTO ml."Trial" ("userId", "targetDate", "metric", "modelId", "modelVersion", "device", "value",
        "baseline", "lower", "upper")
    SELECT :user_id, "target_date", "metric", "model_id", "model_version", "device", "value", "baseline",
        "lower", "upper"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(
        "target_date" date, "metric" text, "model_id" text, "model_version" text, "device" text,
        "value" float8, "baseline" float8, "lower" float8, "upper" float8
    )
    ON CONFLICT ("userId", "targetDate", "metric", "modelId", "modelVersion") DO UPDATE
    SET "device" = excluded."device", "value" = excluded."value", "baseline" = excluded."baseline",
        "lower" = excluded."lower", "upper" = excluded."upper"
    WHERE "Trial"."actual" IS NULL
"""

# the rows are `outcomes.encode_outcomes`
JUDGE_SQL = """
    UPDATE ml."Trial" AS made SET "actual" = new."value"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new("metric" text, "targetDate" date, "value" float8)
    WHERE made."userId" = :user_id AND made."targetDate" = new."targetDate"
        AND made."metric" = new."metric" AND made."actual" IS DISTINCT FROM new."value"
"""

EXPIRE_SQL = f"""
    DELETE FROM ml."Trial" WHERE "userId" = :user_id AND "targetDate" < CAST(:day AS date) - {KEPT_DAYS}
"""

# Sums of each person first: days of one person are not independent of each other.
READ = text("""
    WITH person AS (
        SELECT "metric", "modelId", "modelVersion", "device",
            count(*)::float8 AS n,
            sum(abs("value" - "actual")) AS error,
            sum(abs("baseline" - "actual")) AS rule_error,
            sum(("actual" BETWEEN "lower" AND "upper")::int)::float8 AS inside
        FROM ml."Trial"
        WHERE "targetDate" >= :first AND "targetDate" <= :last AND "actual" IS NOT NULL
        GROUP BY "userId", "metric", "modelId", "modelVersion", "device"
    )
    SELECT "metric", "modelId", "modelVersion", "device", count(*),
        sum(n), sum(error), sum(rule_error), sum(inside),
        sum(n * n), sum(error * error), sum(rule_error * rule_error), sum(inside * inside),
        sum(error * rule_error), sum(inside * n)
    FROM person
    GROUP BY "metric", "modelId", "modelVersion", "device"
    ORDER BY 1, 2, 3, 4
""")

# Each person once in each period, by their mean.
COUNT = text("""
    WITH person AS (
        SELECT avg("actual") FILTER (WHERE "targetDate" < :since) AS before,
            avg("actual") FILTER (WHERE "targetDate" >= :since) AS now
        FROM ml."Trial"
        WHERE "targetDate" >= :first AND "targetDate" <= :last AND "actual" IS NOT NULL
            AND "metric" = :metric
        GROUP BY "userId"
    )
    SELECT width_bucket(value, CAST(:edges AS float8[])), count(*) FILTER (WHERE NOT recent),
        count(*) FILTER (WHERE recent)
    FROM person
    CROSS JOIN LATERAL (VALUES (before, false), (now, true)) AS period(value, recent)
    WHERE value IS NOT NULL
    GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class Group:
    """Forecasts of one metric by one model version for people with one kind of device."""

    metric: str
    model_id: str
    model_version: str
    device: str
    sums: Sums


def encode_trials(rows: Sequence[TrialRow]) -> str:
    """The `rows` of SAVE_SQL."""
    return encode_rows({**asdict(row), "target_date": row.target_date.isoformat()} for row in rows)


def read_groups(connection: Connection, first: date, last: date) -> list[Group]:
    """Sums over the judged forecasts for the nights from `first` to `last`."""
    rows = connection.execute(READ, {"first": first, "last": last})
    return [
        Group(metric, model_id, version, device, Sums(*sums))
        for metric, model_id, version, device, *sums in rows
    ]


def count_outcomes(
    connection: Connection, metric: str, edges: Sequence[float], periods: tuple[date, date, date]
) -> tuple[list[int], list[int]]:
    """People by what was measured: from the first day to before the second, and from there to the third."""
    first, since, last = periods
    parameters = {"edges": list(map(float, edges)), "first": first, "since": since, "last": last}
    before, now = [0] * (len(edges) + 1), [0] * (len(edges) + 1)
    for position, old, new in connection.execute(COUNT, {**parameters, "metric": metric}):
        before[position], now[position] = old, new
    return before, now

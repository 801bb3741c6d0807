"""The night's forecasts beside what came of them, in `ml."ForecastLog"`.

A row is the forecast as the night made it: always at the same hour, from the same knowledge. What a request
made of the same night later is in "MLPrediction". While models are compared, the one the person is not shown
has rows too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, text

from common.compute.experiments.evaluation import Sums
from common.store.writing import encode_rows

KEPT_DAYS = 120
COMPARED_NIGHTS = KEPT_DAYS - 8
"""So many nights in a row are all still there, also when a run comes a week late."""


@dataclass(frozen=True, slots=True)
class Slice:
    """People whose id lies in (after, until]; without end where `until` is empty."""

    after: str = ""
    until: str = ""


EVERYONE = Slice()
# a bound for every slice, so that the index finds it
OF_SLICE = """
    "userId" > :after AND "userId" <= CASE :until WHEN '' THEN (SELECT max("userId") FROM ml."ForecastLog")
        ELSE :until END
"""


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
    DELETE FROM ml."ForecastLog" WHERE "userId" = :user_id AND "targetDate" < CAST(:day AS date) - {KEPT_DAYS}
"""

# Sums of each person first: days of one person are not independent of each other.
READ = text(f"""
    WITH person AS (
        SELECT "metric", "modelId", "modelVersion", "device",
            count(*)::float8 AS n,
            sum(abs("value" - "actual")) AS error,
            sum(abs("baseline" - "actual")) AS rule_error,
            sum(("actual" BETWEEN "lower" AND "upper")::int)::float8 AS inside
        FROM ml."ForecastLog"
        WHERE "targetDate" >= :first AND "targetDate" <= :last AND "actual" IS NOT NULL AND {OF_SLICE}
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
COUNT = text(f"""
    WITH person AS (
        SELECT avg("actual") FILTER (WHERE "targetDate" < :since) AS before,
            avg("actual") FILTER (WHERE "targetDate" >= :since) AS now
        FROM ml."ForecastLog"
        WHERE "targetDate" >= :first AND "targetDate" <= :last AND "actual" IS NOT NULL
            AND "metric" = :metric AND {OF_SLICE}
        GROUP BY "userId"
    )
    SELECT width_bucket(value, CAST(:edges AS float8[])), count(*) FILTER (WHERE NOT recent),
        count(*) FILTER (WHERE recent)
    FROM person
    CROSS JOIN LATERAL (VALUES (before, false), (now, true)) AS period(value, recent)
    WHERE value IS NOT NULL
    GROUP BY 1
""")

# The same of each of the inputs, with edges of its own: whoever has more days than others counts no more.
COUNT_INPUTS = text(f"""
    WITH person AS (
        SELECT given.key AS name,
            avg(given.value::float8) FILTER (WHERE "targetDate" < :since) AS before,
            avg(given.value::float8) FILTER (WHERE "targetDate" >= :since) AS now
        FROM ml."ForecastLog" CROSS JOIN LATERAL jsonb_each("inputs") AS given
        WHERE "targetDate" >= :first AND "targetDate" <= :last AND "shown" AND "inputs" IS NOT NULL
            AND {OF_SLICE}
        GROUP BY "userId", given.key
    )
    SELECT name, width_bucket(value, edge."at"), count(*) FILTER (WHERE NOT recent),
        count(*) FILTER (WHERE recent)
    FROM person
    JOIN jsonb_to_recordset(CAST(:edges AS jsonb)) AS edge("of" text, "at" float8[]) ON edge."of" = name
    CROSS JOIN LATERAL (VALUES (before, false), (now, true)) AS period(value, recent)
    WHERE value IS NOT NULL
    GROUP BY 1, 2
""")

Periods = tuple[date, date, date]
"""First day, first day of the second period, last day."""
Counts = tuple[list[int], list[int]]
"""People by bin, in the first period and in the second."""


@dataclass(frozen=True, slots=True)
class Group:
    """Forecasts of one metric by one model version for people with one kind of device."""

    metric: str
    model_id: str
    model_version: str
    device: str
    sums: Sums


def encode_forecasts(rows: Sequence[LoggedForecast]) -> str:
    """The `rows` of SAVE_SQL."""
    return encode_rows({**asdict(row), "target_date": row.target_date.isoformat()} for row in rows)


def read_groups(connection: Connection, first: date, last: date, people: Slice = EVERYONE) -> list[Group]:
    """Sums over the judged forecasts for the nights from `first` to `last`."""
    rows = connection.execute(READ, {"first": first, "last": last, **asdict(people)})
    return [
        Group(metric, model_id, version, device, Sums(*sums))
        for metric, model_id, version, device, *sums in rows
    ]


def count_outcomes(
    connection: Connection,
    metric: str,
    edges: Sequence[float],
    periods: Periods,
    people: Slice = EVERYONE,
) -> Counts:
    """People by what was measured."""
    parameters = {**_days(periods), **asdict(people), "edges": list(map(float, edges)), "metric": metric}
    before, now = [0] * (len(edges) + 1), [0] * (len(edges) + 1)
    for position, old, new in connection.execute(COUNT, parameters):
        before[position], now[position] = old, new
    return before, now


def count_inputs(
    connection: Connection,
    edges: Mapping[str, Sequence[float]],
    periods: Periods,
    people: Slice = EVERYONE,
) -> dict[str, Counts]:
    """People by what their days were like, of each channel in `edges`."""
    told = encode_rows({"of": name, "at": list(at)} for name, at in edges.items())
    counts: dict[str, Counts] = {
        name: ([0] * (len(at) + 1), [0] * (len(at) + 1)) for name, at in edges.items()
    }
    parameters = {**_days(periods), **asdict(people), "edges": told}
    for name, position, old, new in connection.execute(COUNT_INPUTS, parameters):
        before, now = counts[name]
        before[position], now[position] = old, new
    return counts


def _days(periods: Periods) -> dict[str, date]:
    return dict(zip(("first", "since", "last"), periods, strict=True))

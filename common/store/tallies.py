"""A person's share in every figure about models, `ml."Tally"`: written with their night, summed once a day.

A row is of one kind and of what it is about; its sums are over the person's judged forecasts as of `day`:

    score    metric, model, version, device       nights, errors, rule's errors, inside: now, then before
    outcome  metric                               mean of what was measured: before, now
    input    channel                              mean of what models look at: before, now
    gain     metric, champion, challenger, first  nights, rule's errors, mean gain since that night

"Now" are the last four weeks, "before" the eight weeks before them. A gain is of the challenger over the
champion or, where none is named, of the champion over the simple rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from common.compute.experiments.evaluation import Sums
from common.compute.experiments.sequential import NIGHTS_MIN, PairedLosses
from common.store.engine import check_text
from common.store.writing import encode_rows

NOW_DAYS: Final = 28
BEFORE_DAYS: Final = 56
MISSING_AT_ONCE: Final = 25
"""All their nights are read, and a statement has little time."""
FRESH_DAYS: Final = 7
"""A person whose nights fail for so long counts as of the night computed last."""


@dataclass(frozen=True, slots=True)
class Slice:
    """People whose id lies in (after, until]; without end where `until` is empty."""

    after: str = ""
    until: str = ""


EVERYONE = Slice()


@dataclass(frozen=True, slots=True)
class Watch:
    """Nights from `first` on of a version beside another, or beside the simple rule where none is named."""

    metric: str
    """A value of "HealthMetricType"."""
    champion: str
    first: date
    challenger: str = ""

    @property
    def of(self) -> list[str]:
        return [self.metric, self.champion, self.challenger, self.first.isoformat()]


@dataclass(frozen=True, slots=True)
class Group:
    """Forecasts of one metric by one model version for people with one kind of device."""

    metric: str
    model_id: str
    model_version: str
    device: str
    sums: Sums


Counts = tuple[list[int], list[int]]
"""People by bin, before and now."""

_IS_NOW = f'"targetDate" > CAST(:day AS date) - {NOW_DAYS}'
_IS_BEFORE = f"""
    "targetDate" <= CAST(:day AS date) - {NOW_DAYS}
    AND "targetDate" > CAST(:day AS date) - {NOW_DAYS + BEFORE_DAYS}
"""


def _score_sums(period: str) -> str:
    return f"""
        count(*) FILTER (WHERE {period})::float8,
        COALESCE(sum(abs("value" - "actual")) FILTER (WHERE {period}), 0),
        COALESCE(sum(abs("baseline" - "actual")) FILTER (WHERE {period}), 0),
        (count(*) FILTER (WHERE {period} AND "actual" BETWEEN "lower" AND "upper"))::float8
    """


def _means(value: str) -> str:
    return f"""ARRAY[avg({value}) FILTER (WHERE {_IS_BEFORE}), avg({value}) FILTER (WHERE {_IS_NOW})]"""


SAVE = text(f"""
    WITH logged AS MATERIALIZED (
        SELECT * FROM ml."ForecastLog" WHERE "userId" = ANY(:user_ids) AND "targetDate" <= :day
    ),
    judged AS (SELECT * FROM logged WHERE "actual" IS NOT NULL),
    compared AS (
        SELECT "userId", "targetDate", "metric", "champion", "challenger", "first",
            max(abs("baseline" - "actual")) FILTER (WHERE "modelVersion" = "champion") AS rule,
            max(abs("value" - "actual")) FILTER (WHERE "modelVersion" = "champion") AS own,
            max(abs("value" - "actual")) FILTER (WHERE "modelVersion" = "challenger") AS other
        FROM judged JOIN jsonb_to_recordset(CAST(:watched AS jsonb))
            AS watch("metric" text, "champion" text, "challenger" text, "first" date) USING ("metric")
        WHERE "targetDate" >= "first" AND "modelVersion" IN ("champion", "challenger")
        GROUP BY 1, 2, 3, 4, 5, 6
    ),
    made AS (
        SELECT "userId", 'score' AS "kind", ARRAY["metric", "modelId", "modelVersion", "device"] AS "of",
            ARRAY[{_score_sums(_IS_NOW)}, {_score_sums(_IS_BEFORE)}] AS "sums"
        FROM judged GROUP BY "userId", "metric", "modelId", "modelVersion", "device"
        UNION ALL
        SELECT "userId", 'outcome', ARRAY["metric"], {_means('"actual"')} FROM judged GROUP BY 1, 3
        UNION ALL
        SELECT "userId", 'input', ARRAY[given.key], {_means("given.value::float8")}
        FROM logged CROSS JOIN LATERAL jsonb_each("inputs") AS given
        WHERE "shown" AND "targetDate" > CAST(:day AS date) - {NOW_DAYS + BEFORE_DAYS}
        GROUP BY 1, 3
        UNION ALL
        SELECT "userId", 'gain', ARRAY["metric", "champion", "challenger", "first"::text],
            ARRAY[count(*)::float8, sum(rule),
                avg(CASE "challenger" WHEN '' THEN rule - own ELSE own - other END)]
        FROM compared WHERE own IS NOT NULL AND ("challenger" = '' OR other IS NOT NULL)
        GROUP BY "userId", "metric", "champion", "challenger", "first"
    ),
    gone AS (
        DELETE FROM ml."Tally" AS old WHERE "userId" = ANY(:user_ids) AND NOT EXISTS (
            SELECT FROM made
            WHERE made."userId" = old."userId" AND made."kind" = old."kind" AND made."of" = old."of"
        )
    )
    INSERT INTO ml."Tally" ("userId", "kind", "of", "day", "sums")
    SELECT "userId", "kind", "of", :day, "sums" FROM made
    ON CONFLICT ("userId", "kind", "of") DO UPDATE SET "day" = excluded."day", "sums" = excluded."sums"
""")

# a bound for every slice, so that the index finds it
OF_SLICE = """
    "userId" > :after
    AND "userId" <= CASE :until WHEN '' THEN (SELECT max("userId") FROM ml."Tally") ELSE :until END
"""
_FRESH = f"""
    "day" > CAST(:last AS date) - {FRESH_DAYS + 1} AND "day" <= CAST(:last AS date) + 1 AND {OF_SLICE}
"""

# one look at the index for each person, however many forecasts they have
MISSING = text(f"""
    WITH RECURSIVE listed AS (
        (SELECT "userId" FROM ml."ForecastLog" WHERE "userId" > :after ORDER BY "userId" LIMIT 1)
        UNION ALL
        SELECT (SELECT made."userId" FROM ml."ForecastLog" AS made WHERE made."userId" > listed."userId"
            ORDER BY made."userId" LIMIT 1)
        FROM listed WHERE listed."userId" IS NOT NULL AND (:until = '' OR listed."userId" <= :until)
    )
    SELECT "userId" FROM listed
    WHERE "userId" IS NOT NULL AND (:until = '' OR "userId" <= :until) AND NOT EXISTS (
        SELECT FROM ml."Tally" AS known
        WHERE known."userId" = listed."userId" AND known."day" > CAST(:last AS date) - {FRESH_DAYS + 1}
    )
""")

SCORES = text(f"""
    SELECT period.earlier, "of"[1], "of"[2], "of"[3], "of"[4], count(*),
        sum(n), sum(error), sum(rule), sum(inside),
        sum(n * n), sum(error * error), sum(rule * rule), sum(inside * inside),
        sum(error * rule), sum(inside * n)
    FROM ml."Tally" CROSS JOIN LATERAL (VALUES
        (false, "sums"[1], "sums"[2], "sums"[3], "sums"[4]),
        (true, "sums"[5], "sums"[6], "sums"[7], "sums"[8])
    ) AS period(earlier, n, error, rule, inside)
    WHERE "kind" = 'score' AND n > 0 AND {_FRESH}
    GROUP BY 1, 2, 3, 4, 5
""")

# whoever has more days than others counts no more
COUNT = text(f"""
    SELECT "kind", "of"[1], width_bucket(period.value, edge."at"), count(*) FILTER (WHERE NOT recent),
        count(*) FILTER (WHERE recent)
    FROM ml."Tally"
    JOIN jsonb_to_recordset(CAST(:edges AS jsonb)) AS edge("sort" text, "name" text, "at" float8[])
        ON edge."sort" = "kind" AND edge."name" = "of"[1]
    CROSS JOIN LATERAL (VALUES ("sums"[1], false), ("sums"[2], true)) AS period(value, recent)
    WHERE period.value IS NOT NULL AND {_FRESH}
    GROUP BY 1, 2, 3
""")

GAINS = text(f"""
    SELECT count(*), COALESCE(sum("sums"[1]), 0)::bigint, COALESCE(sum("sums"[3]), 0),
        COALESCE(sum("sums"[3] * "sums"[3]), 0), COALESCE(sum("sums"[2]), 0)
    FROM ml."Tally" WHERE "kind" = 'gain' AND "of" = :of AND "sums"[1] >= {NIGHTS_MIN} AND {_FRESH}
""")


def save_tallies(
    connection: Connection, user_ids: Sequence[str], day: date, watched: Iterable[Watch]
) -> None:
    """Write what these people's forecasts up to the night of `day` say, in place of what was there."""
    told = [
        {"metric": w.metric, "champion": w.champion, "challenger": w.challenger, "first": w.first.isoformat()}
        for w in watched
    ]
    parameters = {"user_ids": list(map(check_text, user_ids)), "day": day, "watched": encode_rows(told)}
    connection.execute(SAVE, parameters)


def tally_missing(connection: Connection, last: date, watched: Iterable[Watch], people: Slice) -> int:
    """Tally those whose nights have not of late, as they failed or are from before, and say how many."""
    given = {"last": last, "after": people.after, "until": people.until}
    missing = list(connection.scalars(MISSING, given))
    watched = list(watched)
    for start in range(0, len(missing), MISSING_AT_ONCE):
        save_tallies(connection, missing[start : start + MISSING_AT_ONCE], last, watched)
    return len(missing)


def read_scores(
    connection: Connection, last: date, people: Slice = EVERYONE
) -> tuple[list[Group], list[Group]]:
    """Sum people's four weeks up to `last`, and the eight weeks before those."""
    now: list[Group] = []
    before: list[Group] = []
    parameters = {"last": last, "after": people.after, "until": people.until}
    for earlier, metric, model_id, version, device, *sums in connection.execute(SCORES, parameters):
        (before if earlier else now).append(Group(metric, model_id, version, device, Sums(*sums)))
    return now, before


def count_people(
    connection: Connection,
    edges: Mapping[tuple[str, str], Sequence[float]],
    last: date,
    people: Slice = EVERYONE,
) -> dict[tuple[str, str], Counts]:
    """People by the means of their nights, before and now, for each kind ("outcome" or "input") and name."""
    told = [{"sort": kind, "name": name, "at": list(at)} for (kind, name), at in edges.items()]
    counts: dict[tuple[str, str], Counts] = {
        of: ([0] * (len(at) + 1), [0] * (len(at) + 1)) for of, at in edges.items()
    }
    parameters = {"edges": encode_rows(told), "last": last, "after": people.after, "until": people.until}
    for kind, name, position, before, now in connection.execute(COUNT, parameters):
        counts[kind, name][0][position], counts[kind, name][1][position] = before, now
    return counts


def sum_gains(connection: Connection, watch: Watch, last: date, people: Slice = EVERYONE) -> PairedLosses:
    """How much less the challenger was off than the champion, or the champion than the simple rule."""
    parameters = {"of": watch.of, "last": last, "after": people.after, "until": people.until}
    return PairedLosses(*connection.execute(GAINS, parameters).one())

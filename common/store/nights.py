"""The nightly recompute's own statements: shards, who is in one, what is remembered, one write per person.

Ids of people are compared by the server only, whose order of texts is its own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from common.errors import NotFound
from common.store import features, insights, looks, outcomes, predictions, profiles
from common.store import forecast_log as trials
from common.store.driver import sqlstate
from common.store.engine import check_text
from common.store.features import FeatureRow
from common.store.forecast_log import LoggedForecast
from common.store.insights import InsightRow
from common.store.looks import LookRow
from common.store.outcomes import OutcomeRow
from common.store.predictions import PredictionRow
from common.store.profiles import MLProfileRow
from common.store.tallies import Watch, save_tallies
from common.store.writing import TODAY, lock_person, no_later_than_today

CUT_SECONDS = 120
FEATURES_AT_ONCE = 200
"""Rows removed of one person in one night: 25 days, so that a shorter `feature_days` is no flood."""
NO_SUCH_USER = "23503"  # foreign_key_violation


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person was last computed for: the day, the version of the rows, and of everything computing."""

    day: date
    data_version: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A person whose nights fail: not before `until` again, as long as `engine_version` is what computes."""

    failures: int
    """Nights in a row."""
    reason: str
    engine_version: str
    until: date


@dataclass(frozen=True, slots=True)
class Attempt:
    """A person's night that was begun by a build so many times and has not ended."""

    day: date
    engine_version: str
    tries: int


@dataclass(frozen=True, slots=True)
class DueUser:
    """A person as the night sees them."""

    user_id: str
    timezone: str | None
    insight_frequency: str
    retention_days: int
    """What is stored about the person may be this old at most."""
    mark: Mark | None
    quarantine: Quarantine | None
    attempt: Attempt | None = None


@dataclass(frozen=True)
class NightRows:
    """All rows of one person's night."""

    features: Sequence[FeatureRow]
    predictions: Sequence[PredictionRow]
    issued: datetime
    """Naive UTC: the night's hour. What others forecast then or later stays: they knew more than it."""
    insights: Sequence[InsightRow]
    outcomes: Sequence[OutcomeRow]
    trials: Sequence[LoggedForecast]
    feature_days: int
    """Features of days longer ago are removed, too, FEATURES_AT_ONCE of them a night."""
    retention_days: int
    """What was stored for days longer ago, by the night and by the database's clock, is removed."""
    look: LookRow | None
    profile: MLProfileRow
    watched: Sequence[Watch] = ()
    """What models are compared with, for the person's tallies."""


# A mark ahead of the database's clock was set by a wrong one: it keeps nobody from their night.
# LIMIT 1: each person's rows are looked up, for the planner does not know how few people are listed
LIST = text(f"""
    SELECT person."id", person."timezone", COALESCE(settings."insightFrequency", 'daily'),
        COALESCE(settings."dataRetentionDays", 365),
        mark."day", mark."dataVersion", mark."engineVersion",
        kept."failures", kept."reason", kept."engineVersion", kept."until",
        begun."day", begun."engineVersion", begun."tries"
    FROM ml.people(:after, :limit) AS listed
    CROSS JOIN LATERAL ml.person(listed."id") AS person
    LEFT JOIN LATERAL (
        SELECT * FROM public."UserMLProfile" WHERE "userId" = listed."id" LIMIT 1
    ) AS settings ON true
    LEFT JOIN LATERAL (
        SELECT * FROM ml."Night" WHERE "userId" = listed."id" AND "day" <= {TODAY} + 1 LIMIT 1
    ) AS mark ON true
    LEFT JOIN LATERAL (SELECT * FROM ml."Quarantine" WHERE "userId" = listed."id" LIMIT 1) AS kept ON true
    LEFT JOIN LATERAL (SELECT * FROM ml."Attempt" WHERE "userId" = listed."id" LIMIT 1) AS begun ON true
    WHERE :until = '' OR listed."id" <= :until
    ORDER BY listed."id"
""")

BEGIN = text("""
    INSERT INTO ml."Attempt" ("userId", "day", "engineVersion", "tries")
    SELECT "id", CAST(:day AS date), CAST(:engine_version AS text), 1 FROM ml.person(:user_id)
    ON CONFLICT ("userId") DO UPDATE
    SET "day" = excluded."day", "engineVersion" = excluded."engineVersion",
        "tries" = CASE WHEN "Attempt"."day" = excluded."day"
            AND "Attempt"."engineVersion" = excluded."engineVersion" THEN "Attempt"."tries" + 1 ELSE 1 END
""")

END = text('DELETE FROM ml."Attempt" WHERE "userId" = :user_id')

DEPARTED = text("""
    SELECT mark."userId" FROM ml."Night" AS mark
    WHERE mark."userId" > :after AND (:until = '' OR mark."userId" <= :until)
        AND NOT EXISTS (SELECT FROM ml.person(mark."userId"))
""")

SAVE_QUARANTINE = text("""
    WITH ended AS (DELETE FROM ml."Attempt" WHERE "userId" = :user_id)
    INSERT INTO ml."Quarantine" ("userId", "failures", "reason", "engineVersion", "until")
    SELECT "id", :failures, :reason, :engine_version, CAST(:until AS date) FROM ml.person(:user_id)
    ON CONFLICT ("userId") DO UPDATE
    SET "failures" = excluded."failures", "reason" = excluded."reason",
        "engineVersion" = excluded."engineVersion", "until" = excluded."until"
""")


def _claimed(statement: str, rows: str) -> str:
    """Return the statement on the parameter `rows`, or on no rows where this night was not claimed."""
    return statement.replace("CAST(:rows AS jsonb)", f"(SELECT CAST(:{rows} AS jsonb) FROM claimed)")


def _oldest(days: str) -> str:
    return f"CAST({no_later_than_today('CAST(:day AS date)')} - CAST({days} AS int) AS timestamp)"


def _expired(table: str, time: str) -> str:
    return f"""expired_{table} AS (
        DELETE FROM public."{table}"
        WHERE "userId" IN (SELECT "userId" FROM claimed) AND "{time}" < {_oldest(":retention_days")}
    )"""


OUTLIVED_FEATURES = f"""
    DELETE FROM public."MLFeature" WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM public."MLFeature"
        WHERE "userId" = (SELECT "userId" FROM claimed) AND "date" < {_oldest(":feature_days")}
        ORDER BY "date" LIMIT {FEATURES_AT_ONCE}
    ))
"""


# One statement, so that a night is there as a whole or not at all: everything hangs on claiming its day.
SAVE = text(f"""
    WITH claimed AS (
        INSERT INTO ml."Night" ("userId", "day", "dataVersion", "engineVersion")
        VALUES (:user_id, :day, :data_version, :engine_version)
        ON CONFLICT ("userId") DO UPDATE
        SET "day" = excluded."day", "dataVersion" = excluded."dataVersion",
            "engineVersion" = excluded."engineVersion", "updatedAt" = clock_timestamp() AT TIME ZONE 'UTC'
        WHERE "Night"."day" <= excluded."day" OR "Night"."day" > {TODAY} + 1
        RETURNING "userId"
    ),
    saved_features AS ({_claimed(features.SAVE_SQL, "features")}),
    replaced_predictions AS ({_claimed(predictions.REPLACE_SQL, "predictions")}),
    saved_predictions AS ({_claimed(predictions.SAVE_SQL, "predictions")}),
    saved_outcomes AS ({_claimed(outcomes.SAVE_SQL, "outcomes")}),
    saved_trials AS ({_claimed(trials.SAVE_SQL, "trials")}),
    judged_trials AS ({_claimed(trials.JUDGE_SQL, "outcomes")}),
    expired_trials AS ({trials.EXPIRE_SQL}),
    saved_look AS ({_claimed(looks.SAVE_SQL, "look")}),
    saved_insights AS ({_claimed(insights.SAVE_SQL, "insights")}),
    saved_profile AS ({_claimed(profiles.SAVE_SQL, "profile")}),
    {_expired("MLFeature", "date")},
    outlived_features AS ({OUTLIVED_FEATURES}),
    {_expired("MLPrediction", "targetDate")},
    {_expired("MLInsight", "createdAt")},
    released AS (DELETE FROM ml."Quarantine" WHERE "userId" IN (SELECT "userId" FROM claimed)),
    ended AS (DELETE FROM ml."Attempt" WHERE "userId" IN (SELECT "userId" FROM claimed))
    SELECT count(*) FROM claimed
""")


def cut_people(connection: Connection, per_shard: int, shards_at_most: int) -> tuple[int, list[str]]:
    """How many people there are, and the ids where one shard ends and the next begins.

    The connection must be in a transaction, whose time limit this raises.
    """
    connection.execute(text(f"SET LOCAL statement_timeout = '{CUT_SECONDS}s'"))
    statement = text("SELECT * FROM ml.cut_people(:per_shard, :at_most)")
    people, bounds = connection.execute(statement, {"per_shard": per_shard, "at_most": shards_at_most}).one()
    return people, bounds


def list_due_users(connection: Connection, after: str, until: str, limit: int) -> list[DueUser]:
    """Return the next `limit` people with an id in (after, until], or without end where `until` is empty."""
    rows = connection.execute(LIST, {"after": check_text(after), "until": check_text(until), "limit": limit})
    return [
        DueUser(
            user_id=row[0],
            timezone=row[1],
            insight_frequency=row[2],
            retention_days=row[3],
            mark=None if row[4] is None else Mark(*row[4:7]),
            quarantine=None if row[7] is None else Quarantine(*row[7:11]),
            attempt=None if row[11] is None else Attempt(*row[11:14]),
        )
        for row in rows
    ]


def begin_attempt(connection: Connection, user_id: str, day: date, engine_version: str) -> None:
    """Remember that this person's night is begun, until it is saved or given up."""
    parameters = {"user_id": check_text(user_id), "day": day, "engine_version": engine_version}
    connection.execute(BEGIN, parameters)


def end_attempt(connection: Connection, user_id: str) -> None:
    """Forget that this person's night was begun: there is nobody to compute it for."""
    connection.execute(END, {"user_id": check_text(user_id)})


def save_night(connection: Connection, user_id: str, mark: Mark, rows: NightRows) -> bool:
    """Whether it was saved: False where a later day's night is there already.

    What has outlived its retention is removed, by the earlier of the night's day and the database's today.

    Raises NotFound where the person was deleted meanwhile; the transaction is then lost.
    """
    parameters = {
        "user_id": check_text(user_id),
        "day": mark.day,
        "data_version": mark.data_version,
        "engine_version": mark.engine_version,
        "features": features.encode_features(user_id, rows.features),
        "predictions": predictions.encode_predictions(user_id, rows.predictions),
        "outcomes": outcomes.encode_outcomes(rows.outcomes),
        "insights": insights.encode_insights(rows.insights),
        "trials": trials.encode_forecasts(rows.trials),
        "issued": rows.issued.isoformat(),
        "feature_days": rows.feature_days,
        "retention_days": rows.retention_days,
        "look": looks.encode_looks([] if rows.look is None else [rows.look]),
        "profile": profiles.encode_profile(user_id, rows.profile),
    }
    try:
        saved = bool(connection.scalar(SAVE, parameters))
    except DatabaseError as error:
        if sqlstate(error.orig) == NO_SUCH_USER:
            raise NotFound("the user was deleted meanwhile") from None
        raise
    if saved:
        save_tallies(connection, [user_id], mark.day, rows.watched)
    return saved


def save_quarantine(connection: Connection, user_id: str, kept: Quarantine) -> None:
    lock_person(connection, user_id)
    connection.execute(SAVE_QUARANTINE, {"user_id": check_text(user_id), **asdict(kept)})


def count_quarantined(connection: Connection) -> int:
    """People whose nights fail."""
    found: int = connection.scalar(text('SELECT count(*) FROM ml."Quarantine"'))
    return found


def list_departed(connection: Connection, after: str, until: str) -> list[str]:
    """People in (after, until] whose nights were computed and who are gone."""
    rows = connection.execute(DEPARTED, {"after": after, "until": until})
    return [str(user_id) for (user_id,) in rows]


def forget_departed(connection: Connection, after: str, until: str) -> None:
    """Remove what is remembered of people in (after, until] who are gone."""
    connection.execute(text("SELECT ml.forget_departed(:after, :until)"), {"after": after, "until": until})


def read_clock(connection: Connection) -> datetime:
    """Return the database's own time, naive UTC."""
    now: datetime = connection.scalar(text("SELECT clock_timestamp() AT TIME ZONE 'UTC'"))
    return now

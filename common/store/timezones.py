"""The zones a person lived in, in `ml."Timezone"`: each from an instant (UTC) on, the first always."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.writing import lock_person

ALWAYS = datetime(1970, 1, 1)  # noqa: DTZ001 - instants are UTC without zone

ACCOUNT = "ml.account_created_at(CAST(:user_id AS text))"
FORGET_EARLIER = text(f"""
    DELETE FROM ml."Timezone" WHERE "userId" = :user_id AND "accountCreatedAt" IS DISTINCT FROM {ACCOUNT}
""")
LEARN = text(f"""
    INSERT INTO ml."Timezone" ("userId", "since", "timezone", "accountCreatedAt")
    SELECT person."id",
        CASE WHEN last."timezone" IS NULL THEN CAST(:always AS timestamp) ELSE CAST(:now AS timestamp) END,
        CAST(:timezone AS text), {ACCOUNT}
    FROM ml.person(:user_id) AS person
    LEFT JOIN LATERAL (
        SELECT "timezone" FROM ml."Timezone" WHERE "userId" = person."id" ORDER BY "since" DESC LIMIT 1
    ) AS last ON true
    WHERE last."timezone" IS DISTINCT FROM CAST(:timezone AS text)
    ON CONFLICT ("userId", "since") DO UPDATE SET "timezone" = excluded."timezone"
""")
FORGET = text('DELETE FROM ml."Timezone" WHERE "userId" = :user_id')
STATE = text(f"""
    INSERT INTO ml."Timezone" ("userId", "since", "timezone", "accountCreatedAt")
    SELECT person."id", CAST(:since AS timestamp), CAST(:timezone AS text), {ACCOUNT}
    FROM ml.person(:user_id) AS person
    ON CONFLICT ("userId", "since") DO UPDATE SET "timezone" = excluded."timezone"
""")


def learn_timezone(connection: Connection, user_id: str, timezone: str, now: datetime) -> None:
    """Note that a profile has another zone than the last one on record, from `now` (naive UTC) on.

    The first zone ever seen counts from the beginning. Raises InvalidInput and Unavailable.
    """
    lock_person(connection, user_id)
    said = {"user_id": check_text(user_id), "timezone": check_text(timezone), "always": ALWAYS, "now": now}
    connection.execute(FORGET_EARLIER, {"user_id": user_id})
    connection.execute(LEARN, said)


def state_timezones(connection: Connection, user_id: str, zones: Sequence[tuple[datetime, str]]) -> None:
    """Replace what is on record by `zones`, from naive UTC instants on.

    Raises InvalidInput and Unavailable.
    """
    lock_person(connection, user_id)
    connection.execute(FORGET, {"user_id": check_text(user_id)})
    for since, timezone in zones:
        connection.execute(STATE, {"user_id": user_id, "since": since, "timezone": check_text(timezone)})

"""Who is in the development database. Reads ids and time zones, nothing else of a person."""

from dataclasses import dataclass

from sqlalchemy import text

from functions.local.data.cohort import COHORT
from functions.local.servers.database import bulk_transaction

LISTED_AT_MOST = 500
LIST = text("""
    SELECT listed."id", person."timezone"
    FROM ml.people('', :at_most) AS listed CROSS JOIN LATERAL ml.person(listed."id") AS person
""")
STORIES = {person.user_id: person.story for person in COHORT}


@dataclass(frozen=True)
class Listed:
    """`story` says what a synthetic person is for; None for anyone else."""

    user_id: str
    timezone: str | None
    story: str | None


def list_people(database_url: str) -> list[Listed]:
    """The first people by id. Raises Unavailable or ConfigurationError, as `bulk_transaction` does."""
    with bulk_transaction(database_url) as connection:
        rows = connection.execute(LIST, {"at_most": LISTED_AT_MOST}).all()
    return [Listed(user_id, timezone, STORIES.get(user_id)) for user_id, timezone in rows]

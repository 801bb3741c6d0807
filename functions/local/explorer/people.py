"""Who is in the development database. Reads ids and time zones, nothing else of a person."""

from dataclasses import dataclass

from sqlalchemy import text

from functions.local.data.cohort import COHORT
from functions.local.servers.database import bulk_transaction

LISTED_AT_MOST = 50
EVERYBODY = 10_000_000
STORIES = {person.user_id: person.story for person in COHORT}
FIND = text("""
    SELECT found."id", person."timezone", found."matching"
    FROM (
        SELECT "id", count(*) OVER () AS "matching" FROM ml.people('', :everybody)
        WHERE strpos(lower("id"), lower(:sought)) > 0 OR "id" = ANY(CAST(:told AS text[]))
        ORDER BY "id" = :sought DESC, "id" = ANY(CAST(:synthetic AS text[])) DESC,
            starts_with(lower("id"), lower(:sought)) DESC, "id" COLLATE "C"
        LIMIT :at_most
    ) AS found CROSS JOIN LATERAL ml.person(found."id") AS person
    ORDER BY found."id" = :sought DESC, found."id" = ANY(CAST(:synthetic AS text[])) DESC,
        starts_with(lower(found."id"), lower(:sought)) DESC, found."id" COLLATE "C"
""")


@dataclass(frozen=True)
class Listed:
    """`story` says what a synthetic person is for; None for anyone else."""

    user_id: str
    timezone: str | None
    story: str | None


def find_people(database_url: str, sought: str = "") -> tuple[list[Listed], int]:
    """Return the first people whose id or story holds `sought`, and how many there are.

    Whose id it is comes first, then synthetic people, then ids that begin so. Raises Unavailable or
    ConfigurationError, as `bulk_transaction` does.
    """
    told = [user_id for user_id, story in STORIES.items() if sought and sought.lower() in story.lower()]
    asked = {
        "sought": sought,
        "told": told,
        "synthetic": list(STORIES),
        "everybody": EVERYBODY,
        "at_most": LISTED_AT_MOST,
    }
    with bulk_transaction(database_url) as connection:
        rows = connection.execute(FIND, asked).all()
    return [Listed(row[0], row[1], STORIES.get(row[0])) for row in rows], rows[0][2] if rows else 0

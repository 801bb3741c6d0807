"""Who shares their data for research, a page at a time."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

# people through ml.people alone, which knows who may not be seen
SHARING = text("""
    SELECT listed."id", settings."dataRetentionDays",
        settings."userId" IS NOT NULL AND ml.consents_to_research(listed."id")
    FROM ml.people(:after, :limit) AS listed
    LEFT JOIN LATERAL (
        SELECT * FROM public."UserMLProfile" WHERE "userId" = listed."id" AND "shareDataForResearch" LIMIT 1
    ) AS settings ON true
    ORDER BY listed."id"
""")


@dataclass(frozen=True, slots=True)
class Sharer:
    user_id: str
    retention_days: int


def list_sharers(connection: Connection, after: str, limit: int) -> tuple[list[Sharer], str | None]:
    """Those who share among the next `limit` people with an id after `after`, and where to go on.

    None: that was everybody.
    """
    rows = connection.execute(SHARING, {"after": after, "limit": limit}).all()
    sharers = [Sharer(user_id, retention) for user_id, retention, shares in rows if shares]
    return sharers, rows[-1][0] if rows else None

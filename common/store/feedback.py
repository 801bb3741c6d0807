"""What people did with their insights, in "MLInsight": set for one person, counted over all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from common.store.engine import check_text
from common.store.owner import read_own
from common.store.writing import NOW


@dataclass(frozen=True)
class Feedback:
    viewed: bool
    dismissed: bool
    helpful: bool | None


@dataclass(frozen=True)
class Count:
    """Insights of one type and template told since a day, over all people."""

    insight_type: str
    template: str
    told: int
    viewed: int
    dismissed: int
    helpful: int
    unhelpful: int
    silently_dismissed: int
    """Dismissed without a word on whether it helped."""


# The time of a first view or dismissal stays: saying the same thing twice changes nothing.
SET = text(f"""
    UPDATE public."MLInsight"
    SET "viewed" = COALESCE(:viewed, "viewed"),
        "viewedAt" = CASE WHEN COALESCE(:viewed, "viewed") THEN COALESCE("viewedAt", {NOW}) END,
        "dismissed" = COALESCE(:dismissed, "dismissed"),
        "dismissedAt" = CASE WHEN COALESCE(:dismissed, "dismissed") THEN COALESCE("dismissedAt", {NOW}) END,
        "helpful" = CASE WHEN :rated THEN CAST(:helpful AS boolean) ELSE "helpful" END
    WHERE "id" = :id AND "userId" = :user_id
    RETURNING "userId", "viewed", "dismissed", "helpful"
""")

COUNT = text("""
    SELECT "insightType"::text, "metadata" ->> 'template', count(*),
        count(*) FILTER (WHERE "viewed"), count(*) FILTER (WHERE "dismissed"),
        count(*) FILTER (WHERE "helpful"), count(*) FILTER (WHERE NOT "helpful"),
        count(*) FILTER (WHERE "dismissed" AND "helpful" IS NULL)
    FROM public."MLInsight"
    WHERE "createdAt" >= :since AND "metadata" ->> 'template' IS NOT NULL
    GROUP BY 1, 2 ORDER BY 1, 2
""")


def set_feedback(
    connection: Connection,
    user_id: str,
    insight_id: str,
    *,
    viewed: bool | None,
    dismissed: bool | None,
    rated: bool,
    helpful: bool | None,
) -> Feedback | None:
    """None leaves a flag as it is; `helpful` is set, or taken back by None, where `rated`.

    Returns what then holds, or None where the person has no such insight.
    """
    parameters = {
        "viewed": viewed,
        "dismissed": dismissed,
        "rated": rated,
        "helpful": helpful,
        "id": check_text(insight_id),
    }
    rows = read_own(connection, SET, user_id, **parameters)
    return Feedback(*rows[0]) if rows else None


def count_feedback(connection: Connection, since: date) -> list[Count]:
    return [Count(*row) for row in connection.execute(COUNT, {"since": since})]

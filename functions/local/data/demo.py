"""The synthetic cohort in a development database, kept up to date."""

from datetime import UTC, date, datetime

from sqlalchemy import text

from functions.local.data.cohort import COHORT, make_cohort
from functions.local.data.loading import Change, are_loaded, save_people
from functions.local.servers.database import bulk_transaction

# only where there is none yet: a developer may have switched them on again
SWITCH_OFF_PREDICTIONS = """
INSERT INTO public."UserMLProfile" (
    "id", "userId", "totalDataPoints", "dataQualityScore", "hasMinimumNutritionData", "hasMinimumHealthData",
    "hasMinimumActivityData", "modelsAvailable", "enablePredictions", "updatedAt"
)
SELECT 'profile-' || id, id, 0, 0, false, false, false, '[]', false, CURRENT_TIMESTAMP AT TIME ZONE 'UTC'
FROM public."User" WHERE id = :user_id
ON CONFLICT ("userId") DO NOTHING
"""


def load_demo(database_url: str, until: date | None = None) -> dict[str, Change]:
    """Make the demo people's rows those of the cohort that ends on `until` (default: today, UTC).

    That day is there to its end: the service reads up to now, and sees the rest arrive as time passes. Where
    the cohort of that day is loaded already, nothing is compared or written. Returns what changed, by table.
    Raises Unavailable or ConfigurationError.
    """
    cohort = make_cohort(until or datetime.now(UTC).date())
    with bulk_transaction(database_url) as connection:
        if are_loaded(connection, cohort, "demo"):
            return {}
        changes = save_people(connection, cohort, "demo", {p.user_id: p.name for p in COHORT})
        for person in COHORT:
            if not person.predictions_enabled:
                connection.execute(text(SWITCH_OFF_PREDICTIONS), {"user_id": person.user_id})
    return changes

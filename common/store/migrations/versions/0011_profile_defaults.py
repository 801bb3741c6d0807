"""The defaults of "UserMLProfile" that Prisma's migration gives it: its switches alone make a profile.

Only a table made here gets them; one that the backend made is the backend's, and `nutri doctor` compares it.
"""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MADE = text("""
    SELECT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = to_regclass('public."UserMLProfile"') AND contype = 'p'
            AND obj_description(oid, 'pg_constraint') = 'made by the Nutri ML Service'
    )
""")
DEFAULTS = {
    "totalDataPoints": "0",
    "dataQualityScore": "0",
    "hasMinimumNutritionData": "false",
    "hasMinimumHealthData": "false",
    "hasMinimumActivityData": "false",
}


def upgrade() -> None:
    _alter({name: f"SET DEFAULT {value}" for name, value in DEFAULTS.items()})


def downgrade() -> None:
    _alter(dict.fromkeys(DEFAULTS, "DROP DEFAULT"))


def _alter(changes: dict[str, str]) -> None:
    if op.get_bind().scalar(MADE):
        actions = ", ".join(f'ALTER COLUMN "{name}" {change}' for name, change in changes.items())
        op.execute(f'ALTER TABLE public."UserMLProfile" {actions}')

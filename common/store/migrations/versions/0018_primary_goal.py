"""What a person is after (`User.primaryGoal`), where the backend asks it: read with the optional tables."""

from importlib import import_module

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

extra_tables = import_module("common.store.migrations.versions.0017_extra_tables")
USER = (
    ("id", "primaryGoal"),
    """SELECT 'primary_goal', NULL::timestamp, "primaryGoal"::text, NULL::float8
        FROM public."User" WHERE "id" = $1 AND "primaryGoal" IS NOT NULL""",
    """SELECT COALESCE((SELECT "primaryGoal"::text FROM public."User" WHERE "id" = $1), '')""",
)


def upgrade() -> None:
    op.execute(extra_tables.functions({**extra_tables.READ, "User": USER}))


def downgrade() -> None:
    op.execute(extra_tables.functions(extra_tables.READ))

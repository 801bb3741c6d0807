"""A person's journal: what they said of their days, one row per person, local day and name.

It has a column "userId", so that `ml.rows_of` exports it and `ml.delete_rows_of` deletes it like the others.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE ml."DayContext" (
        "userId" TEXT NOT NULL,
        "date" DATE NOT NULL,
        "name" TEXT NOT NULL,
        "kind" TEXT NOT NULL,
        "value" DOUBLE PRECISION NOT NULL,
        "version" INTEGER NOT NULL DEFAULT 1,
        "createdAt" TIMESTAMP(3) NOT NULL,
        "updatedAt" TIMESTAMP(3) NOT NULL,
        PRIMARY KEY ("userId", "date", "name")
    );
"""


def upgrade() -> None:
    op.execute(TABLE)


def downgrade() -> None:
    op.execute('DROP TABLE ml."DayContext"')

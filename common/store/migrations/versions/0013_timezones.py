"""The zones people lived in, each from an instant on: past days keep theirs when a profile's zone changes."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ml."Timezone" (
            "userId" TEXT NOT NULL,
            "since" TIMESTAMP(3) NOT NULL,
            "timezone" TEXT NOT NULL,
            PRIMARY KEY ("userId", "since")
        )
    """)


def downgrade() -> None:
    op.execute('DROP TABLE ml."Timezone"')

"""When each person's night was stored, so that the backend can ask whose has been since it asked last."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE ml."Night"
        ADD COLUMN "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')
    """)
    op.execute('CREATE INDEX "Night_updatedAt_userId_idx" ON ml."Night" ("updatedAt", "userId")')


def downgrade() -> None:
    op.execute('ALTER TABLE ml."Night" DROP COLUMN "updatedAt"')

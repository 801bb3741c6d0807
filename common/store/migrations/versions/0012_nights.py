"""What nights write before and after computing a person, and which run of them is under way.

"Attempt": the person whose night was begun and has not ended; a process that dies leaves it. "Tally": a
person's share in every figure about models, so that judging models reads a few rows of each person and no
forecasts. "NightRun": one row, the run that goes on and the day that was evaluated last.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE ml."Attempt" (
        "userId" TEXT PRIMARY KEY,
        "day" DATE NOT NULL,
        "engineVersion" TEXT NOT NULL,
        "tries" INTEGER NOT NULL
    );
    CREATE TABLE ml."Tally" (
        "userId" TEXT NOT NULL,
        "kind" TEXT NOT NULL,
        "of" TEXT[] NOT NULL,
        "day" DATE NOT NULL,
        "sums" DOUBLE PRECISION[] NOT NULL,
        PRIMARY KEY ("userId", "kind", "of")
    ) WITH (fillfactor = 60);
    CREATE TABLE ml."NightRun" (
        "only" BOOLEAN PRIMARY KEY DEFAULT true CHECK ("only"),
        "execution" TEXT NOT NULL,
        "until" TIMESTAMPTZ NOT NULL,
        "evaluatedOn" DATE
    );
    INSERT INTO ml."NightRun" ("execution", "until") VALUES ('', '-infinity');
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute('DROP TABLE ml."Attempt", ml."Tally", ml."NightRun"')

"""Two tables get the names of what they hold; under their old names the build before still reads and writes.

"Trial" -> "ForecastLog": what was forecast and what came of it. "Judgement" -> "ModelScore": how each model
version did, a row a day.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RENAMED = {"Trial": "ForecastLog", "Judgement": "ModelScore"}
INDEXES = {
    "Trial_pkey": "ForecastLog_pkey",
    "Trial_targetDate_idx": "ForecastLog_targetDate_idx",
    "Judgement_pkey": "ModelScore_pkey",
}

# who may do something with the table may do it by its old name
VIEW = """
    CREATE VIEW ml."{old}" AS SELECT * FROM ml."{new}";
    DO $$
    DECLARE
        granted record;
    BEGIN
        FOR granted IN
            SELECT grantee::regrole AS role, privilege_type AS privilege
            FROM pg_class, aclexplode(relacl)
            WHERE pg_class.oid = 'ml."{new}"'::regclass AND grantee <> relowner AND grantee <> 0
                AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
        LOOP
            EXECUTE format('GRANT %s ON ml."{old}" TO %s', granted.privilege, granted.role);
        END LOOP;
    END
    $$;
"""


def upgrade() -> None:
    for old, new in RENAMED.items():
        op.execute(f'ALTER TABLE ml."{old}" RENAME TO "{new}"')
        op.execute(VIEW.format(old=old, new=new))
    for old, new in INDEXES.items():
        op.execute(f'ALTER INDEX ml."{old}" RENAME TO "{new}"')


def downgrade() -> None:
    for old, new in INDEXES.items():
        op.execute(f'ALTER INDEX ml."{new}" RENAME TO "{old}"')
    for old, new in RENAMED.items():
        op.execute(f'DROP VIEW ml."{old}"')
        op.execute(f'ALTER TABLE ml."{new}" RENAME TO "{old}"')

"""What a person's last look for correlations found, in `ml."Look"`, under a digest of all it came from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, text

from common.store.owner import OWNER, read_own
from common.store.writing import PERSON_LOCK, encode_rows


@dataclass(frozen=True, slots=True)
class LookRow:
    digest: str
    report: str
    """JSON."""


SAVE_SQL = """
    INSERT INTO ml."Look" ("userId", "digest", "report")
    SELECT :user_id, "digest", "report"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new("digest" text, "report" text)
    ON CONFLICT ("userId") DO UPDATE SET "digest" = excluded."digest", "report" = excluded."report"
    WHERE "Look"."digest" <> excluded."digest"
"""

LOCK_AND_READ = text(f"""
    SELECT {OWNER}, {PERSON_LOCK}, kept."digest", kept."report"
    FROM (VALUES (1)) AS one(row) LEFT JOIN ml."Look" AS kept ON kept."userId" = :user_id
""")


def lock_and_read(connection: Connection, user_id: str) -> LookRow | None:
    """`lock_person`, and on the way what is kept. It may be of before the lock: its digest tells."""
    ((_, digest, report),) = read_own(connection, LOCK_AND_READ, user_id)
    return None if digest is None else LookRow(digest, report)


def encode_looks(rows: Sequence[LookRow]) -> str:
    """Return the `rows` of SAVE_SQL: one or none."""
    return encode_rows(map(asdict, rows))

"""The model registry, `ml."Model"`: what was published, under which alias it serves, and the bytes.

Reading is the service's right; publishing and promoting are a publisher's (roles/publisher.sql). Whether
bytes are sound is not known here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from common.store.engine import check_text
from common.store.writing import NOW, one_at_a_time

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a model, without its bytes. Times are naive UTC."""

    metric: str
    model_id: str
    version: str
    sha256: str
    manifest_sha256: str
    metrics: Mapping[str, Any]
    alias: str | None = None
    traffic_share: float = 0.0
    published_at: datetime | None = None
    promoted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_for: str | None = None
    experiment: str | None = None
    """In which it is running as the challenger."""


@dataclass(frozen=True, slots=True)
class Artifact:
    manifest: bytes
    """JSON, as it was published."""
    content: bytes
    """ONNX."""


def _select(condition: str) -> TextClause:
    return text(f"""
        SELECT model."metric", "modelId", "version", "sha256", "manifestSha256", "metrics", "alias",
            model."trafficShare", "publishedAt", "promotedAt", "withdrawnAt", "withdrawnFor", running."name"
        FROM ml."Model" AS model
        LEFT JOIN ml."ModelExperiment" AS running ON running."metric" = model."metric"
            AND running."challenger" = model."version" AND running."stoppedAt" IS NULL
        WHERE {condition} ORDER BY model."metric", "publishedAt" DESC, "version"
    """)


ALIASED = _select('"alias" IS NOT NULL')
ALL = _select("true")
OF_VERSION = _select('model."metric" = :metric AND "version" = :version')
ARTIFACT = text(
    'SELECT "manifest", "content" FROM ml."Model" WHERE "modelId" = :model AND "version" = :version'
)

# Published once more it mends what was damaged; other bytes under the same version are another model.
PUBLISH = text("""
    INSERT INTO ml."Model" ("modelId", "version", "metric", "content", "sha256", "manifest", "manifestSha256",
        "metrics")
    VALUES (:model, :version, :metric, :content, :sha256, :manifest, :manifest_sha256,
        CAST(:metrics AS jsonb))
    ON CONFLICT ("modelId", "version") DO UPDATE
    SET "content" = excluded."content", "manifest" = excluded."manifest"
    WHERE "Model"."sha256" = excluded."sha256" AND "Model"."manifestSha256" = excluded."manifestSha256"
""")

CLEAR_ALIAS = text("""
    UPDATE ml."Model" SET "alias" = NULL, "trafficShare" = 0 WHERE "metric" = :metric AND "alias" = :alias
""")
SET_ALIAS = text(f"""
    UPDATE ml."Model" SET "alias" = :alias, "trafficShare" = 0, "withdrawnAt" = NULL, "withdrawnFor" = NULL,
        "promotedAt" = CASE WHEN :alias = 'champion' THEN {NOW} ELSE "promotedAt" END
    WHERE "metric" = :metric AND "version" = :version
""")


def list_published(connection: Connection) -> list[Published]:
    """Every version of every model, the latest of each metric first."""
    return list(map(_published, connection.execute(ALL)))


def read_aliased(connection: Connection) -> list[Published]:
    """Those that have an alias: at most one champion and one challenger of each metric."""
    return list(map(_published, connection.execute(ALIASED)))


def find_published(connection: Connection, metric: str, version: str) -> Published | None:
    row = connection.execute(OF_VERSION, {"metric": metric, "version": check_text(version)}).one_or_none()
    return None if row is None else _published(row)


def load_artifact(connection: Connection, model_id: str, version: str) -> Artifact | None:
    row = connection.execute(ARTIFACT, {"model": model_id, "version": version}).one_or_none()
    return None if row is None else Artifact(row[0].encode(), bytes(row[1]))


def publish(connection: Connection, published: Published, artifact: Artifact) -> bool:
    """Store a version, without an alias. False where that version is there with other bytes."""
    parameters = {
        "model": published.model_id,
        "version": published.version,
        "metric": published.metric,
        "content": artifact.content,
        "sha256": published.sha256,
        "manifest": artifact.manifest.decode(),
        "manifest_sha256": published.manifest_sha256,
        "metrics": json.dumps(published.metrics, allow_nan=False),
    }
    return connection.execute(PUBLISH, parameters).rowcount == 1


def clear_alias(connection: Connection, metric: str, alias: str) -> None:
    connection.execute(CLEAR_ALIAS, {"metric": metric, "alias": alias})


def set_alias(connection: Connection, metric: str, version: str, alias: str) -> bool:
    """Give a version the alias, which leaves whoever had it. False where there is no such version.

    Raises Conflict where another version is given it at the same moment; the transaction is then lost.
    """
    clear_alias(connection, metric, alias)
    parameters = {"metric": metric, "version": version, "alias": alias}
    with one_at_a_time(f"Another {metric} model was made the {alias} at the same moment."):
        return connection.execute(SET_ALIAS, parameters).rowcount == 1


def withdraw(connection: Connection, metric: str, version: str, reason: str) -> bool:
    """Take the champion's alias from a version, and give it back to the champion before, if there is one.

    False where that version is not the champion.
    """
    statement = text("SELECT ml.withdraw_model(:metric, :version, :reason)")
    return bool(connection.scalar(statement, {"metric": metric, "version": version, "reason": reason}))


def _published(row: Sequence[Any]) -> Published:
    return Published(*row)

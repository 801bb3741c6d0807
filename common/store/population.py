"""What other people say of each pair, in `ml."Population"`: one row a fold of people, renewed every week.

Aggregates of many people only: no row is anybody's, and nothing of it can be asked for by person.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from sqlalchemy import Connection, text

from common.compute.population.pooling import PairKey, Pooled
from common.store.writing import encode_rows

READ = text("""
    SELECT "week", "engineVersion", "pairs"::text FROM ml."Population"
    WHERE "fold" = :fold AND "version" = :version
""")
IS_POOLED = text("""
    SELECT EXISTS (SELECT FROM ml."Population" WHERE "week" >= :week AND "engineVersion" = :engine)
""")
REPLACE = text("""
    INSERT INTO ml."Population" ("fold", "week", "engineVersion", "version", "pairs")
    SELECT "fold", :week, :engine, :version, "pairs"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new("fold" int, "pairs" jsonb)
    ON CONFLICT ("fold") DO UPDATE SET "week" = excluded."week", "engineVersion" = excluded."engineVersion",
        "version" = excluded."version", "pairs" = excluded."pairs"
""")
_BETWEEN = ">"


@dataclass(frozen=True, slots=True)
class Pooling:
    """What people said in the year up to the end of `week`, a Sunday."""

    week: date
    engine: str
    pairs: Mapping[PairKey, Pooled]


def read_population(connection: Connection, fold: int, version: str) -> Pooling:
    """Return what everybody outside the fold says. Raises LookupError where that version was replaced
    meanwhile.
    """
    row = connection.execute(READ, {"fold": fold, "version": version}).one_or_none()
    if row is None:
        raise LookupError(version)
    week, engine, pairs = row
    told = {tuple(name.split(_BETWEEN)): Pooled(*figures) for name, figures in json.loads(pairs).items()}
    return Pooling(week, engine, {(habit, outcome): pooled for (habit, outcome), pooled in told.items()})


def is_pooled(connection: Connection, week: date, engine: str) -> bool:
    """Whether people were asked, by this engine, as of that week or a later one."""
    return bool(connection.scalar(IS_POOLED, {"week": week, "engine": engine}))


def save_population(
    connection: Connection, week: date, engine: str, version: str, folds: Sequence[Mapping[PairKey, Pooled]]
) -> None:
    """Replace what was known: of nobody who takes no part any more does anything remain."""
    rows = [
        {"fold": fold, "pairs": {_BETWEEN.join(key): astuple(pooled) for key, pooled in pairs.items()}}
        for fold, pairs in enumerate(folds)
    ]
    connection.execute(
        REPLACE, {"week": week, "engine": engine, "version": version, "rows": encode_rows(rows)}
    )

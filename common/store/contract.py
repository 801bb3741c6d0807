"""Whether the database is the one this build was written for: what the service will do there can be done.

Every column used is there, may be read and is of the agreed kind; every statement of the service is
explained, which checks names, types and rights and changes nothing; what runs with its owner's rights is run.
"""

from collections.abc import Iterator

from sqlalchemy import Boolean, Connection, Enum, Float, Integer, Text, TextClause, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from common.store import (
    deletion,
    features,
    feedback,
    insights,
    journal,
    looks,
    models,
    nights,
    person,
    population,
    predictions,
    profiles,
)
from common.store.tables import ACTIVITY, HEALTH_METRIC, MEAL, ML_TABLES

# In the contract, but nothing here reads them and the service's role may not.
UNUSED = {("HealthMetric", "sourceId"), ("HealthMetric", "metadata"), ("Activity", "sourceId")}

# pg_type.typcategory: kinds of which each member can be read and written as any other. Not so of times: one
# with a zone has other bytes, and another meaning
KINDS = {
    Boolean: (("B",), "a boolean"), Float: (("N",), "a number"), Integer: (("N",), "a number"),
    Text: (("S", "E"), "text"), Enum: (("S", "E"), "text"), JSONB: (("U",), "JSON"),
    TIMESTAMP: (("timestamp",), "a time without zone"),
}  # fmt: skip

THERE = text("""
    SELECT table_name, column_name, CASE typcategory WHEN 'D' THEN typname ELSE typcategory::text END
    FROM information_schema.columns
    JOIN pg_catalog.pg_namespace ON nspname = udt_schema
    JOIN pg_catalog.pg_type ON typnamespace = pg_namespace.oid AND typname = udt_name
    WHERE table_schema = 'public' AND table_name = ANY(:tables)
""")
MIGRATE = "run the migrations, then roles/migrator.sql and roles/service.sql"

# Functions that run with their owner's rights, each about nobody.
RUN = {
    "ml.person(text)": text("SELECT count(*) FROM ml.person('')"),
    "ml.people(text, int)": text("SELECT count(*) FROM ml.people('', 0)"),
    "ml.rows_of(text)": text("SELECT count(*) FROM ml.rows_of('')"),
    "ml.extra_rows(text, timestamp, timestamp)": text(
        "SELECT count(*) FROM ml.extra_rows('', localtimestamp, localtimestamp)"
    ),
    "ml.consents_to_research(text)": text("SELECT ml.consents_to_research('')"),
}
EXPLAINED = {
    "reading a person's rows": person.select(rows=True),
    "reading a person's version": person.select(rows=False),
    "reading insights": insights.LIST_TOLD,
    "reading what was deleted": deletion.IS_DELETED,
    "reading models": models.ARTIFACT,
    "reading what other people say": population.READ,
    "reading a look": looks.LOCK_AND_READ,
    "listing who is due": nights.LIST,
    "writing features": features.SAVE,
    "writing forecasts": predictions.SAVE,
    "writing insights": insights.UPSERT,
    "writing feedback": feedback.SET,
    "writing profiles": profiles.UPSERT,
    "reading a journal": journal.READ,
    "writing a journal": journal.SAVE,
    "writing a night": nights.SAVE,
    "deleting what is a person's": deletion.DELETE_PUBLIC,
    "deleting what is private": deletion.DELETE_PRIVATE,
    "remembering a deletion": deletion.BURY,
}


def find_faults(connection: Connection) -> list[str]:
    """Return what the connection's role cannot find, read, write or run, in words; empty where all is as
    agreed.

    Raises Unavailable.
    """
    return [*_find_columns(connection), *find_refused(connection)]


def find_refused(connection: Connection) -> Iterator[str]:
    """Yield what the service does and PostgreSQL refuses to do for this role. Raises Unavailable."""
    for name, statement in RUN.items():
        if (refusal := _refusal(connection, statement)) is not None:
            yield f"{name} does not run: {refusal}; {MIGRATE}"
    for name, statement in EXPLAINED.items():
        if (refusal := _refusal(connection, text(f"EXPLAIN {statement.text}"))) is not None:
            yield f"{name} is refused: {refusal}"


def _find_columns(connection: Connection) -> Iterator[str]:
    tables = (MEAL, HEALTH_METRIC, ACTIVITY, *ML_TABLES)
    found = connection.execute(THERE, {"tables": [table.name for table in tables]}).all()
    there = {(str(table), str(column)): str(kind) for table, column, kind in found}
    for column in (column for table in tables for column in table.columns):
        place = column.table.name, column.name
        accepted, word = _kind(column.type)
        if place not in there:
            if place not in UNUSED:
                yield f'"{place[0]}"."{place[1]}" is missing or may not be read'
        elif there[place] not in accepted:
            yield f'"{place[0]}"."{place[1]}" is not {word}'


def _kind(type_: TypeEngine[object]) -> tuple[tuple[str, ...], str]:
    return next(kind for known, kind in KINDS.items() if isinstance(type_, known))


def _refusal(connection: Connection, statement: TextClause) -> str | None:
    """Why PostgreSQL refuses the statement, of which no value is known; None where it does not."""
    nothing = dict.fromkeys(statement.compile().params)
    try:
        connection.execute(statement, nothing)
    except DBAPIError as error:
        told = error.orig.args[0] if error.orig is not None and error.orig.args else None
        return str(told.get("M", "")) if isinstance(told, dict) else "no reason given"
    return None

"""Whether the database is the one this build was written for: every column used is there and may be read."""

from sqlalchemy import Connection, text

from common.store.tables import ACTIVITY, HEALTH_METRIC, MEAL, ML_TABLES

# In the contract, but nothing here reads them and the service's role may not.
UNUSED = {("HealthMetric", "sourceId"), ("HealthMetric", "metadata"), ("Activity", "sourceId")}

THERE = text("""
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = ANY(:tables)
""")
PERSON = text("SELECT to_regprocedure('ml.person(text)') IS NOT NULL")
MODELS = text("""SELECT COALESCE(has_table_privilege(to_regclass('ml."Model"'), 'SELECT'), false)""")


def find_missing(connection: Connection) -> list[str]:
    """What the connection's role cannot find or may not read, in words; empty where all is as agreed.

    Raises Unavailable.
    """
    tables = (MEAL, HEALTH_METRIC, ACTIVITY, *ML_TABLES)
    found = connection.execute(THERE, {"tables": [table.name for table in tables]}).all()
    there = {(str(table), str(column)) for table, column in found}
    used = [(table.name, column.name) for table in tables for column in table.columns]
    missing = [
        f'"{table}"."{column}" is missing or may not be read'
        for table, column in used
        if (table, column) not in there | UNUSED
    ]
    if not connection.scalar(PERSON):
        missing.append("ml.person(text) is missing: run the migrations")
    if not connection.scalar(MODELS):
        missing.append('ml."Model" is missing or may not be read: run the migrations, then roles/service.sql')
    return missing

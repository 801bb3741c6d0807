"""The one run of the night that goes on, in `ml."NightRun"`, by the database's clock."""

from datetime import date

from sqlalchemy import Connection, text

from common.store.engine import check_text

HOLD = text("""
    UPDATE ml."NightRun" SET "execution" = :execution, "until" = now() + :seconds * interval '1 second'
    WHERE "execution" = :execution OR "until" < now()
""")
RELEASE = text("""UPDATE ml."NightRun" SET "until" = '-infinity' WHERE "execution" = :execution""")
EVALUATED = text("""
    UPDATE ml."NightRun" SET "evaluatedOn" = :day WHERE "evaluatedOn" IS NULL OR "evaluatedOn" < :day
""")
IS_EVALUATED = text("""
    SELECT EXISTS (SELECT FROM ml."NightRun" WHERE "evaluatedOn" >= :day)
""")


def hold_run(connection: Connection, execution: str, seconds: int) -> bool:
    """Be the run for so long, or for longer; False where another is and has shown itself of late."""
    parameters = {"execution": check_text(execution), "seconds": seconds}
    return connection.execute(HOLD, parameters).rowcount == 1


def release_run(connection: Connection, execution: str) -> None:
    """Let the next run begin at once."""
    connection.execute(RELEASE, {"execution": check_text(execution)})


def mark_evaluated(connection: Connection, day: date) -> None:
    connection.execute(EVALUATED, {"day": day})


def is_evaluated(connection: Connection, day: date) -> bool:
    """Whether models were judged as of this day or a later one."""
    return bool(connection.scalar(IS_EVALUATED, {"day": day}))

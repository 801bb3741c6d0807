"""Whatever a connection answers with: nobody is told about somebody else."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from common import store
from common.compute.journal import Kind, Said
from common.store.deletion import delete_person, is_deleted, is_known, list_rows, resume_person
from common.store.engine import reading, transaction
from common.store.features import FeatureRow, save_features
from common.store.feedback import set_feedback
from common.store.insights import (
    InsightRow,
    find_stored,
    find_told,
    list_insights,
    list_told,
    upsert_insights,
)
from common.store.issued import read_issued
from common.store.journal import read_habits, read_journal, read_zone, save_entries
from common.store.looks import lock_and_read
from common.store.person import (
    load_person,
    load_shared_rows,
    load_windows,
    load_written_rows,
    read_version,
)
from common.store.predictions import PredictionRow, save_predictions
from tests.fixtures.backend import Backend

START, END = datetime(2024, 5, 1), datetime(2024, 6, 1)  # noqa: DTZ001
NOON = datetime(2024, 5, 10, 12)  # noqa: DTZ001
DAY = NOON.date()

READERS: dict[str, Callable[[Any, str], object]] = {
    "version": lambda connection, user: read_version(connection, user, START, END),
    "rows": lambda connection, user: load_person(connection, user, START, END),
    "windows": lambda connection, user: load_windows(connection, user, [START, NOON], END),
    "shared": lambda connection, user: load_shared_rows(connection, user, START, END),
    "research": lambda connection, user: load_written_rows(connection, user, START, END),
    "insights": lambda connection, user: list_insights(connection, user, NOON),
    "told": list_told,
    "one told": lambda connection, user: find_told(connection, user, "other-insight"),
    "stored": lambda connection, user: find_stored(connection, user, ["other-insight"]),
    "look": lock_and_read,
    "issued": lambda connection, user: read_issued(connection, user, ["RESTING_HEART_RATE"], DAY, DAY),
    "zone": read_zone,
    "journal": lambda connection, user: read_journal(connection, user, DAY, DAY),
    "habits": lambda connection, user: read_habits(connection, user, DAY + timedelta(days=1)),
    "feedback": lambda connection, user: set_feedback(
        connection, user, "other-insight", viewed=True, dismissed=None, rated=False, helpful=None
    ),
    "export": lambda connection, user: list_rows(connection, user, ("", ""), 10),
    "is deleted": is_deleted,
    "is known": is_known,
    "resume": resume_person,
    "delete": delete_person,
}


class OutOfStep:
    """Answers a question about one person with what another's would be."""

    def __init__(self, connection: Connection, other: str) -> None:
        self.connection, self.other, self.given_up = connection, other, False

    def execute(self, statement: Any, parameters: Mapping[str, Any]) -> Any:
        return self.connection.execute(statement, {**parameters, "user_id": self.other})

    def scalar(self, statement: Any, parameters: Mapping[str, Any]) -> Any:
        return self.execute(statement, parameters).scalar()

    def invalidate(self) -> None:
        self.given_up = True


class UndoneError(Exception):
    """Ends a transaction without keeping anything of it."""


@pytest.fixture(scope="module")
def people(backend: Backend) -> tuple[str, str]:
    asked, other = backend.add_user("asked"), backend.add_user("other")
    backend.add_profile(other, shareDataForResearch=True)
    backend.add_meal(other, NOON)
    with transaction() as connection:
        insight = InsightRow("other-insight", "CORRELATION", "LOW", "T", "D", "R", 0.5, 30)
        upsert_insights(connection, other, [insight])
        save_features(connection, other, [FeatureRow(DAY, "NUTRITION_DAILY", "1", {"x": 1.0})])
        save_entries(connection, other, DAY, {"habit:tea": Said(Kind.YES_NO, 1.0)}, [])
        forecast = PredictionRow("RESTING_HEART_RATE", DAY, 55.0, 0.5, (50.0, 60.0), "rhr_lstm", "1", {})
        save_predictions(connection, other, [forecast])
    return asked, other


def test_no_read_of_one_person_is_missing_here() -> None:
    named = [{read.__name__, *read.__code__.co_names} for read in READERS.values()]
    lambdas = {name for names in named if "<lambda>" in names for name in names}
    asked = lambdas | {read.__name__ for read in READERS.values()}
    found = set()
    for listed in pkgutil.iter_modules(store.__path__, "common.store."):
        module = importlib.import_module(listed.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            signature = inspect.signature(function)
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and {"connection", "user_id"} <= signature.parameters.keys():
                found |= {name} if signature.return_annotation is not None else set()
    assert found - asked == {"read_own", "clear_day", "save_night"}, "the last two tell nothing of rows"


@pytest.mark.parametrize("name", READERS)
def test_another_persons_rows_are_never_read(people: tuple[str, str], name: str) -> None:
    asked, other = people

    def ask() -> None:
        with transaction() as connection:
            wrong = OutOfStep(connection, other)
            with pytest.raises(RuntimeError, match="another person"):
                READERS[name](wrong, asked)
            assert wrong.given_up
            raise UndoneError

    with pytest.raises(UndoneError):
        ask()
    with reading() as connection:
        assert is_known(connection, other)

"""Writing twice is writing once, and what the backend wrote stays."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from common.errors import InvalidInput
from common.store.bulk import copy_rows
from common.store.engine import reading, transaction
from common.store.features import FeatureRow, save_features
from common.store.insights import InsightRow, list_insights, upsert_insights
from common.store.predictions import PredictionRow, save_predictions
from common.store.profiles import MLProfileRow, save_profile
from common.store.writing import lock_person
from tests.fixtures.backend import Backend, connect_native

NOW = datetime(2024, 5, 10, 12)  # noqa: DTZ001
DAY = date(2024, 5, 10)


@pytest.fixture
def user(backend: Backend) -> str:
    return backend.add_user()


def rows_of(backend: Backend, table: str, user: str) -> list[dict[str, Any]]:
    rows = backend.run(f'SELECT to_jsonb(t) FROM "{table}" t WHERE "userId" = :u ORDER BY "id"', u=user)
    return [row[0] for row in rows]


def features(**changes: float | None) -> list[FeatureRow]:
    values = {"protein_7d_avg": 150.25, "rhr_trend": None, **changes}
    return [FeatureRow(DAY + timedelta(n), "NUTRITION_DAILY", "1", values) for n in range(3)]


def test_features_are_written_once_however_often(backend: Backend, user: str) -> None:
    for _ in range(2):
        with transaction() as connection:
            save_features(connection, user, features())
    before = rows_of(backend, "MLFeature", user)
    assert len(before) == 3
    assert before[0]["features"] == {"protein_7d_avg": 150.25, "rhr_trend": None}
    assert {row["date"] for row in before} == {
        "2024-05-10T00:00:00",
        "2024-05-11T00:00:00",
        "2024-05-12T00:00:00",
    }
    with transaction() as connection:
        save_features(connection, user, features(protein_7d_avg=151))
    after = rows_of(backend, "MLFeature", user)
    assert [row["features"]["protein_7d_avg"] for row in after] == [151] * 3
    assert [row["createdAt"] for row in after] == [row["createdAt"] for row in before]


def test_a_feature_row_the_backend_wrote_under_its_own_id_is_the_same_row(
    backend: Backend, user: str
) -> None:
    backend.run(
        """INSERT INTO "MLFeature" ("id", "userId", "date", "category", "features", "version", "updatedAt")
        VALUES ('cuid', :u, '2024-05-10', 'NUTRITION_DAILY', '{}', '1', now())""",
        u=user,
    )
    with transaction() as connection:
        save_features(connection, user, features()[:1])
    (row,) = rows_of(backend, "MLFeature", user)
    assert (row["id"], row["features"]["protein_7d_avg"]) == ("cuid", 150.25)


def forecast(value: float, version: str = "1.0.0") -> PredictionRow:
    return PredictionRow(
        *("RESTING_HEART_RATE", DAY, value, 0.8, (55.0, 61.0), "rhr-lstm", version, {"sleep": 0.4}),
    )


def test_a_forecast_is_replaced_until_its_night_has_passed(backend: Backend, user: str) -> None:
    for value in (58.0, 57.5):
        with transaction() as connection:
            save_predictions(connection, user, [forecast(value)])
    (row,) = rows_of(backend, "MLPrediction", user)
    assert (row["predictedValue"], row["predictionRange"]) == (57.5, {"lower": 55.0, "upper": 61.0})
    assert (row["featureImportance"], row["targetDate"]) == ({"sleep": 0.4}, "2024-05-10T00:00:00")
    backend.run('UPDATE "MLPrediction" SET "actualValue" = 57 WHERE "id" = :id', id=row["id"])
    with transaction() as connection:
        save_predictions(connection, user, [forecast(60.0)])
        save_predictions(connection, user, [forecast(60.0, "2.0.0")])
    (row,) = rows_of(backend, "MLPrediction", user)
    assert (row["modelVersion"], row["predictedValue"]) == ("1.0.0", 57.5)


def test_a_model_promoted_between_two_forecasts_leaves_one_row_of_the_night(
    backend: Backend, user: str
) -> None:
    another_night = replace(forecast(50.0), target_date=DAY + timedelta(days=1))
    for row in (
        another_night,
        forecast(58.0),
        forecast(59.0, "2.0.0"),
        forecast(58.5),
        forecast(59.5, "2.0.0"),
    ):
        with transaction() as connection:
            save_predictions(connection, user, [row])
    kept = {(row["targetDate"], row["modelVersion"]): row for row in rows_of(backend, "MLPrediction", user)}
    assert {key: row["predictedValue"] for key, row in kept.items()} == {
        ("2024-05-10T00:00:00", "2.0.0"): 59.5,
        ("2024-05-11T00:00:00", "1.0.0"): 50.0,
    }


def insight(identity: str, **changes: Any) -> InsightRow:
    usual = InsightRow(
        *(identity, "CORRELATION", "MEDIUM", "Title", "Description", "Recommendation", 0.9, 60),
        correlation=-0.4,
        metadata={"feature": "protein_g", "lags": [1]},
        expires_at=NOW + timedelta(days=7),
    )
    return replace(usual, **changes)


def test_an_insight_written_again_keeps_what_the_person_did_with_it(backend: Backend, user: str) -> None:
    with transaction() as connection:
        upsert_insights(connection, user, [insight(f"{user}-a")])
    backend.run(
        """UPDATE "MLInsight" SET "viewed" = true, "viewedAt" = '2024-05-11', "dismissed" = true,
        "dismissedAt" = '2024-05-12', "helpful" = false, "createdAt" = '2024-05-01' WHERE "id" = :id""",
        id=f"{user}-a",
    )
    (before,) = rows_of(backend, "MLInsight", user)
    with transaction() as connection:
        upsert_insights(connection, user, [insight(f"{user}-a", title="Newer", priority="HIGH")])
    (after,) = rows_of(backend, "MLInsight", user)
    assert after == {**before, "title": "Newer", "priority": "HIGH"}


def test_insights_are_listed_by_priority_without_the_expired(user: str) -> None:
    rows = [
        insight(f"{user}-low", priority="LOW", expires_at=None, metadata=None, correlation=None),
        insight(f"{user}-critical", priority="CRITICAL"),
        insight(f"{user}-over", expires_at=NOW),
    ]
    with transaction() as connection:
        upsert_insights(connection, user, rows)
    with reading() as connection:
        listed = list_insights(connection, user, NOW)
    assert [one.row for one in listed] == [rows[1], rows[0]]
    assert not listed[0].viewed
    assert listed[0].helpful is None


def test_nobody_can_overwrite_another_persons_insight(backend: Backend, user: str) -> None:
    other = backend.add_user()
    with transaction() as connection:
        upsert_insights(connection, user, [insight(f"{user}-a")])
        upsert_insights(connection, other, [insight(f"{user}-a", title="Not mine")])
    assert [row["title"] for row in rows_of(backend, "MLInsight", user)] == ["Title"]


def test_a_profile_written_again_keeps_the_persons_switches(backend: Backend, user: str) -> None:
    counts = MLProfileRow(10, 0.5, True, False, False, [])
    with transaction() as connection:
        save_profile(connection, user, counts)
    (row,) = rows_of(backend, "UserMLProfile", user)
    assert (row["enablePredictions"], row["insightFrequency"], row["dataRetentionDays"]) == (
        True,
        "daily",
        365,
    )
    backend.update("UserMLProfile", row["id"], enablePredictions=False, insightFrequency="weekly")
    with transaction() as connection:
        save_profile(connection, user, replace(counts, total_data_points=11, models_available=["rhr-lstm"]))
    (row,) = rows_of(backend, "UserMLProfile", user)
    assert (row["totalDataPoints"], row["modelsAvailable"]) == (11, ["rhr-lstm"])
    assert (row["enablePredictions"], row["insightFrequency"]) == (False, "weekly")


def test_times_are_utc_in_whatever_zone_the_server_lives(
    backend: Backend, user: str, database_url: str
) -> None:
    with transaction() as connection:
        connection.exec_driver_sql("SET LOCAL timezone = 'Asia/Tokyo'")
        save_features(connection, user, features()[:1])
    (age,) = backend.run(
        """SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - "updatedAt")
        FROM "MLFeature" WHERE "userId" = :u""",
        u=user,
    )
    assert abs(age[0]) < 600


def test_a_person_is_locked_until_the_transaction_ends_and_others_are_not(
    user: str, backend: Backend, database_url: str
) -> None:
    order: list[str] = []
    other = connect_native(database_url)

    def second_writer() -> None:
        other.run("BEGIN")
        other.run("SELECT pg_advisory_xact_lock(hashtextextended(:u, 20))", u=user)
        order.append("second")
        other.run("COMMIT")

    thread = threading.Thread(target=second_writer)
    with transaction() as connection:
        lock_person(connection, user)
        thread.start()
        time.sleep(0.2)
        free = "SELECT pg_try_advisory_lock(hashtextextended('somebody else', 20))"
        assert backend.run(free) == [[True]]
        order.append("first")
    thread.join()
    other.close()
    assert order == ["first", "second"]


COLUMNS = (
    "id",
    "userId",
    "name",
    "mealType",
    "calories",
    "protein",
    "carbs",
    "fat",
    "consumedAt",
    "updatedAt",
)


def meals(user: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    return [(f"{user}-{n}", user, name, "lunch", 1.5, 2, 3, 4, NOW, NOW) for n, name in enumerate(names)]


def test_copied_rows_arrive_whatever_their_text_holds(backend: Backend, user: str) -> None:
    names = ["\\N", "tab\there", "line\nbreak\r", "back\\slash", "", "Käse 🧀", '"quoted", {braces}']
    with transaction() as connection:
        assert copy_rows(connection, "Meal", COLUMNS, meals(user, names)) == len(names)
    stored = backend.run('SELECT "name" FROM "Meal" WHERE "userId" = :u ORDER BY "id"', u=user)
    assert [row[0] for row in stored] == names


def test_copied_values_keep_their_types(backend: Backend, user: str) -> None:
    columns = ("id", "userId", "recordedAt", "metricType", "value", "unit", "source", "metadata", "updatedAt")
    recorded = NOW.replace(microsecond=5_000)
    row = (f"{user}-r", user, recorded, "STEPS", float("nan"), "steps", "manual", {"a": ["\\", None]}, NOW)
    with transaction() as connection:
        copy_rows(connection, "HealthMetric", columns, [row])
    (stored,) = rows_of(backend, "HealthMetric", user)
    assert (stored["value"], stored["metadata"], stored["sourceId"]) == ("NaN", {"a": ["\\", None]}, None)
    assert stored["recordedAt"] == "2024-05-10T12:00:00.005"


def test_a_bad_row_undoes_the_whole_copy_and_leaves_the_connection_in_step(
    backend: Backend, user: str
) -> None:
    bad = [*meals(user, ["fine"]), (f"{user}-x", user, "bad", "lunch", "many", 2, 3, 4, NOW, NOW)]
    with pytest.raises(Exception, match="many"), transaction() as connection:
        copy_rows(connection, "Meal", COLUMNS, bad)
    with pytest.raises(InvalidInput), transaction() as connection:
        copy_rows(connection, "Meal", COLUMNS, meals(user, ["fine", "\ud800"]))
    assert backend.run('SELECT count(*) FROM "Meal" WHERE "userId" = :u', u=user) == [[0]]
    with transaction() as connection:
        copy_rows(connection, "Meal", COLUMNS, meals(user, ["fine"]))


def test_many_rows_are_copied_in_more_than_one_batch(
    backend: Backend, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.store.bulk.ROWS_PER_COPY", 10)
    with transaction() as connection:
        assert copy_rows(connection, "Meal", COLUMNS, (row for row in meals(user, ["x"] * 25))) == 25
    assert backend.run('SELECT count(*) FROM "Meal" WHERE "userId" = :u', u=user) == [[25]]


def test_an_unknown_category_is_refused_by_the_database(user: str) -> None:
    row = replace(features()[0], category="NONSENSE")
    with pytest.raises(DBAPIError), transaction() as connection:
        save_features(connection, user, [row])

"""A function is ready only on the database it was written for, with its models; Redis has no say in it."""

import importlib

import pytest

from common.settings import get_settings
from tests.fixtures.backend import Backend
from tests.fixtures.calls import call

FUNCTIONS = ("features", "correlations", "predictions", "insights")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_ready_on_a_migrated_database(function: str) -> None:
    reply = call(function, "GET", "/ready")
    assert (reply.status, reply.body) == (200, {"ready": True})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_column_that_went_missing_is_named(backend: Backend, function: str) -> None:
    backend.run('ALTER TABLE "Meal" RENAME COLUMN "niacin" TO "vitaminB3"')
    try:
        reply = call(function, "GET", "/ready")
    finally:
        backend.run('ALTER TABLE "Meal" RENAME COLUMN "vitaminB3" TO "niacin"')
    assert (reply.status, reply.body["code"]) == (503, "not_ready")
    assert '"Meal"."niacin"' in reply.text.replace("\\", "")


@pytest.mark.parametrize(
    ("table", "column", "kind", "usual"),
    [
        ("Meal", "calories", "text", "double precision"),
        ("HealthMetric", "value", "text", "double precision"),
        ("Activity", "startedAt", "text", "timestamp(3)"),
        ("HealthMetric", "recordedAt", "timestamptz(3)", "timestamp(3)"),
        ("Meal", "createdAt", "timestamptz(3)", "timestamp(3)"),
        ("Activity", "startedAt", "date", "timestamp(3)"),
        ("MLInsight", "expiresAt", "timestamptz(3)", "timestamp(3)"),
        ("MLFeature", "features", "text", "jsonb"),
    ],
)
def test_a_column_of_another_type_is_named(
    backend: Backend, table: str, column: str, kind: str, usual: str
) -> None:
    change = f'ALTER TABLE "{table}" ALTER "{column}" TYPE {{0}} USING "{column}"::{{0}}'
    backend.run(change.format(kind))
    try:
        reply = call("features", "GET", "/ready")
    finally:
        backend.run(change.format(usual))
    assert reply.status == 503
    assert f'"{table}"."{column}"' in reply.text.replace("\\", "")
    assert call("features", "GET", "/ready").status == 200


def test_a_type_that_serves_as_well_is_no_reason(backend: Backend) -> None:
    backend.run('ALTER TABLE "Meal" ALTER "calories" TYPE numeric')
    try:
        assert call("features", "GET", "/ready").status == 200
    finally:
        backend.run('ALTER TABLE "Meal" ALTER "calories" TYPE double precision')


def test_a_missing_model_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("MODEL_DIR", str(tmp_path))
    get_settings.cache_clear()
    try:
        reply = call("predictions", "GET", "/ready")
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert reply.status == 503
    assert "missing" in reply.text


def test_redis_does_not_decide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = importlib.import_module("common.cache")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    get_settings.cache_clear()
    cache.get_cache.cache_clear()
    try:
        assert call("features", "GET", "/ready").status == 200
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
        cache.get_cache.cache_clear()

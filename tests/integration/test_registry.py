"""Which model answers: promoted, rolled back, damaged wherever it lies, missing."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.cache import get_cache
from common.services import models
from common.services.registry import get_registry
from common.settings import get_settings
from common.store.engine import transaction
from functions.local.cli.app import app
from model_export.export.registry import promote_model, publish_model
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, call, get, post
from tests.integration.night import counted_statements
from tests.integration.people import add_person
from tests.integration.versions import (
    ARTIFACTS,
    IMAGE,
    KEY,
    Step,
    do_at_once,
    look_again,
    make_version,
    nutri,
    publish,
    runner,
)

TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def _people(_servers: None) -> None:
    add_person("anna", days=120, last=TODAY)


@pytest.fixture(autouse=True)
def _nothing_published(backend: Backend) -> Iterator[None]:
    yield
    backend.run('DELETE FROM ml."Model"')
    get_cache().delete(*(KEY.format(version) for version in ("2.a", "3.b")))
    look_again()


def served() -> str:
    version: str = ask().body["modelVersion"]
    return version


def ask(**body: Any) -> Reply:
    return post("/api/predictions/rhr", {"userId": "anna", **body})


def test_the_image_serves_until_something_is_promoted_and_again_when_all_is_withdrawn(tmp_path: Path) -> None:
    publish(tmp_path, "2.a", "3.b")
    assert served() == IMAGE
    for version in ("2.a", "3.b"):
        nutri("models", "promote", "rhr", version)
        assert served() == version
    assert nutri("models", "rollback", "rhr", "--reason", "worse")["version"] == "2.a"
    assert served() == "2.a"
    listed = {one["modelVersion"]: one for one in nutri("models", "list") if one["metric"] == "rhr"}
    assert (listed["2.a"]["alias"], listed["3.b"]["alias"], listed[IMAGE]["alias"]) == (
        "champion",
        None,
        None,
    )
    assert listed["3.b"]["withdrawnFor"] == "worse"
    nutri("models", "rollback", "rhr")
    assert served() == IMAGE
    assert {one["modelVersion"]: one for one in nutri("models", "list")}[IMAGE]["alias"] == "champion"
    assert "promoted" in nutri("models", "rollback", "rhr", code=1).detail


def test_a_promotion_leaves_one_stored_forecast_of_the_night(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    ask()
    nutri("models", "promote", "rhr", "2.a")
    ask()
    rows = backend.run(
        'SELECT "modelVersion" FROM "MLPrediction" WHERE "userId" = \'anna\''
        " AND \"targetMetric\"::text = 'RESTING_HEART_RATE'"
    )
    assert rows == [["2.a"]]


def test_a_warm_request_asks_nothing_about_models(tmp_path: Path) -> None:
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    path = f"/api/predictions/anna/{TOMORROW}"
    get(path)
    with counted_statements() as seen:
        assert get(path).body["predictions"][0]["modelVersion"] == "2.a"
    assert seen
    assert not any('"Model"' in statement for statement in seen)


def test_another_process_s_promotion_is_seen_within_the_interval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "2.a")
    assert served() == IMAGE
    runner.invoke(app, ["models", "promote", "rhr", "2.a"])
    assert served() == IMAGE
    monkeypatch.setattr(get_registry(), "_looked_at", get_registry()._looked_at - 60)  # type: ignore[operator]
    assert served() == "2.a"


DAMAGE = {
    "garbage": b"\x80\x04pickle",
    "not the key's shape": b'{"manifest": 1}',
    "an empty model": b'{"manifest": "", "content": ""}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_is_damaged_in_redis_is_taken_from_postgresql_and_mended(
    tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    get_cache().set(KEY.format("2.a"), DAMAGE[what], 60)
    with caplog.at_level(logging.ERROR):
        assert served() == "2.a"
    assert "not taken from redis" in caplog.text
    caplog.clear()
    look_again()
    assert served() == "2.a"
    assert caplog.text == ""


def test_a_model_altered_in_redis_is_not_opened(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    honest = ask().body
    kept = json.loads(get_cache().get(KEY.format("2.a")) or b"")
    for change in (
        {"content": "AAAA" + kept["content"][4:]},
        {"manifest": kept["manifest"].replace('"nights": 1', '"nights": 2', 1)},
        {"manifest": (ARTIFACTS / "hrv_xgboost" / "manifest.json").read_text()},
    ):
        get_cache().set(KEY.format("2.a"), json.dumps(kept | change).encode(), 60)
        look_again()
        assert ask().body["intervals"] == honest["intervals"]
        assert "not taken from redis" in caplog.text
        caplog.clear()


def test_redis_alone_serves_what_was_read_once(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    served()
    backend.run("""UPDATE ml."Model" SET "content" = '\\x00'""")
    look_again()
    assert served() == "2.a"


@pytest.mark.parametrize(
    "damage",
    [
        """"content" = '\\x00'""",
        """"content" = overlay("content" PLACING '\\xff' FROM 5000)""",
        """"manifest" = '{}'""",
        """"manifest" = replace("manifest", '"seed"', '"sead"')""",
    ],
)
def test_what_is_damaged_in_postgresql_too_is_taken_from_the_image(
    tmp_path: Path, backend: Backend, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    backend.run(f'UPDATE ml."Model" SET {damage}')
    assert served() == IMAGE
    assert "not taken from postgresql" in caplog.text
    caplog.clear()
    assert served() == IMAGE
    assert caplog.text == "", "told once, not at every request"
    assert nutri("models", "show", "rhr", "2.a", code=1).code == "model_refused"
    assert nutri("models", "promote", "rhr", "2.a", code=1).code == "model_refused"
    nutri("models", "publish", str(tmp_path / "2.a"))  # mends it
    assert served() == "2.a"


def test_a_model_made_for_another_build_is_left_for_the_image_s(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    monkeypatch.setattr("common.inference.manifest.INPUTS_VERSION", "another")
    image = object()
    monkeypatch.setattr(models, "load_model", lambda directory, metric: image)
    assert models.champion("rhr") is image


def test_a_model_that_is_nowhere_is_missing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODEL_DIR", str(tmp_path))
    get_settings.cache_clear()
    try:
        reply = ask()
        assert (reply.status, reply.body["code"]) == (503, "model_missing")
        assert call("predictions", "GET", "/ready").status == 503
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def test_a_version_can_be_asked_for_and_is_not_stored(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    backend.run('DELETE FROM "MLPrediction"')
    assert ask(modelVersion="2.a").body["modelVersion"] == "2.a"
    assert ask(modelVersion="2.a").body["cached"]
    assert backend.run('SELECT 1 FROM "MLPrediction"') == []
    assert served() == IMAGE
    assert ask(modelVersion=IMAGE).body["modelVersion"] == IMAGE


def test_a_version_nobody_published_is_refused() -> None:
    reply = ask(modelVersion="9.z")
    assert (reply.status, reply.body["code"]) == (422, "unknown_model_version")
    assert reply.body["errors"][0]["pointer"] == "/modelVersion"
    assert ask(modelVersion="a/b:c").status == 422
    assert nutri("models", "show", "rhr", "9.z", code=1).code == "not_found"
    assert nutri("models", "promote", "rhr", "9.z", code=1).code == "not_found"


@pytest.mark.parametrize("champion", [None, "1.z"])
def test_of_two_promotions_at_once_one_is_told_of_the_other(tmp_path: Path, champion: str | None) -> None:
    publish(tmp_path, "1.z", "2.a", "3.b")
    if champion is not None:
        nutri("models", "promote", "rhr", champion)

    def promote(version: str) -> Step:
        return lambda connection: promote_model(connection, "rhr", version)

    assert do_at_once(promote("2.a"), promote("3.b")) == "conflict"
    assert served() == "2.a"
    nutri("models", "promote", "rhr", "3.b")
    assert served() == "3.b"


def test_a_damaged_version_asked_for_says_so(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    backend.run("""UPDATE ml."Model" SET "content" = '\\x00'""")
    reply = ask(modelVersion="2.a")
    assert (reply.status, reply.body["code"]) == (503, "model_refused")


def test_what_is_not_sound_is_not_published(tmp_path: Path, backend: Backend) -> None:
    folder = make_version(tmp_path, "2.a")
    golden = json.loads((folder / "golden.json").read_text())
    golden["deviation"][0] += 0.01
    (folder / "golden.json").write_text(json.dumps(golden))
    assert "golden" in nutri("models", "publish", str(folder), code=1).detail
    (folder / "golden.json").unlink()
    assert nutri("models", "publish", str(folder), code=1).code == "model_missing"
    nutri("models", "publish", str(tmp_path / "nowhere"), code=1)
    assert backend.run('SELECT 1 FROM ml."Model"') == []


def test_a_version_is_published_once_and_stays_what_it_is(tmp_path: Path) -> None:
    publish(tmp_path, "2.a")
    manifest = tmp_path / "2.a" / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    assert nutri("models", "publish", str(tmp_path / "2.a"), code=1).code == "version_taken"


def test_publishing_as_challenger_serves_nobody_and_spares_the_champion(tmp_path: Path) -> None:
    nutri("models", "publish", str(make_version(tmp_path, "2.a")), "--challenger")
    assert served() == IMAGE
    nutri("models", "promote", "rhr", "2.a")
    assert nutri("models", "publish", str(tmp_path / "2.a"), "--challenger", code=1).code == "is_champion"


def test_the_listing_and_a_model_in_words(tmp_path: Path) -> None:
    publish(tmp_path, "2.a")
    text = runner.invoke(app, ["models", "list"]).stdout
    assert "2.a" in text
    assert "image" in text
    assert "sound" in runner.invoke(app, ["models", "show", "rhr", "2.a"]).stdout
    assert nutri("models", "show", "rhr")["version"] == IMAGE
    nutri("models", "show", "steps", code=1)


def test_publishing_is_all_or_nothing(tmp_path: Path, backend: Backend) -> None:
    good, bad = make_version(tmp_path, "2.a"), make_version(tmp_path, "3.b")
    (bad / "model.onnx").write_bytes(b"")
    nutri("models", "publish", str(tmp_path), code=1)
    assert backend.run('SELECT 1 FROM ml."Model"') == []
    with transaction() as connection:
        assert publish_model(connection, good).version == "2.a"

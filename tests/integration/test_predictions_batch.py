"""Forecasts of many people at once: each item for itself, each person's rows once."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.services import batch, predictions
from common.settings import get_settings
from common.store.engine import dispose_engine
from tests.fixtures.backend import Backend
from tests.fixtures.calls import post
from tests.integration.night import counted_statements
from tests.integration.people import add_person
from tests.people import LAST_DAY

TODAY = datetime.now(UTC).date()
PATH = "/api/predictions/batch"


@pytest.fixture(scope="module", autouse=True)
def _people(_servers: None, backend: Backend) -> None:
    for n in range(3):
        add_person(f"person-{n}", seed=n, days=120, last=TODAY)
    add_person("off", days=60, last=TODAY)
    backend.add_profile("off", enablePredictions=False)
    backend.add_user("empty", timezone="UTC")


def item(user: str, metric: str = "rhr", **more: Any) -> dict[str, Any]:
    return {"userId": user, "metric": metric, **more}


def ask(*items: dict[str, Any]) -> Any:
    reply = post(PATH, {"items": list(items)})
    assert reply.status == 200, reply.text
    return reply.body


def test_each_item_is_answered_as_it_would_be_alone_or_refused_for_itself() -> None:
    told = ask(
        item("person-0"),
        item("nobody"),
        item("off"),
        item("person-1", "hrv"),
        item("empty"),
        item("person-1", targetDate=str(TODAY + timedelta(days=9))),
        item("person-0", modelVersion="9.z"),
        item("person-0", "hrv"),
    )
    codes = [result["refusal"] and result["refusal"]["code"] for result in told["results"]]
    assert codes == [
        *(None, "not_found", "disabled_by_user", None),
        *("insufficient_data", "future_date", "unknown_model_version", None),
    ]
    assert (told["answered"], told["refused"]) == (3, 5)
    alone = post("/api/predictions/rhr", {"userId": "person-0"}).body
    assert told["results"][0]["prediction"] == {**alone, "cached": False}
    assert [r["userId"] for r in told["results"]][:3] == ["person-0", "nobody", "off"]
    assert told["results"][4]["refusal"]["need"] >= 1


def test_a_batch_of_a_hundred_is_answered_in_its_order() -> None:
    asked = [
        item(f"person-{n % 3}", ("rhr", "hrv")[n % 2], targetDate=str(TODAY - timedelta(days=1 + n // 6)))
        for n in range(100)
    ]
    told = ask(*asked)
    assert (told["answered"], told["refused"]) == (100, 0)
    named = [(p["userId"], p["metric"], p["targetDate"]) for p in (r["prediction"] for r in told["results"])]
    assert named == [(one["userId"], one["metric"], one["targetDate"]) for one in asked]


def test_both_metrics_of_a_person_load_their_rows_once_and_later_none() -> None:
    night = str(LAST_DAY)
    asked = [item("person-2", metric, targetDate=str(TODAY)) for metric in ("rhr", "hrv")]
    with counted_statements() as seen:
        ask(*asked)
    assert len([one for one in seen if one.startswith("SELECT person")]) == 2, (night, seen)
    with counted_statements() as seen:
        assert all(r["prediction"]["cached"] for r in ask(*asked)["results"])
    assert len(seen) == 1


def test_a_fault_in_one_item_is_not_everyone_s(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = predictions.forecast_for

    def fail_for_one(snapshot: Any, *rest: Any) -> Any:
        if snapshot.user_id == "person-1":
            raise ZeroDivisionError
        return answer(snapshot, *rest)

    monkeypatch.setattr(batch, "forecast_for", fail_for_one)
    told = ask(item("person-1"), item("person-0"))
    assert told["results"][0]["refusal"]["code"] == "internal_error"
    assert told["results"][1]["prediction"]


def test_what_there_is_no_time_for_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "BATCH_SECONDS", -1.0)
    told = ask(item("person-0"))
    assert told["results"][0]["refusal"]["code"] == "out_of_time"


@pytest.fixture
def no_database(settings_env: pytest.MonkeyPatch, database_url: str) -> Iterator[None]:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none"
        settings_env.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        dispose_engine()
        yield
    settings_env.setenv("DATABASE_URL", database_url)
    get_settings.cache_clear()
    dispose_engine()


def test_without_postgresql_what_is_cached_is_answered_as_stale(no_database: None) -> None:
    told = ask(item("person-0"), item("unseen"))
    assert told["results"][0]["prediction"]["stale"]
    assert told["results"][1]["refusal"]["code"] == "database_unavailable"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"items": [{"userId": "a", "metric": "rhr"}] * 101},
        {"items": [{"userId": "a", "metric": "steps"}]},
        {"items": [{"userId": "a/b", "metric": "rhr"}]},
        {"items": [{"userId": "a"}]},
        {"items": [{"userId": "a", "metric": "rhr", "more": 1}]},
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(body: dict[str, Any]) -> None:
    assert post(PATH, body).status == 422

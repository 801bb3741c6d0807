"""Counts of instances that nobody can scrape: carried by exchanges they have anyway, added up in Redis."""

import json
import time
from typing import Any

import pytest
from redis import Redis

from common.cache import Cache, get_cache, ledger
from common.cache.connection import REPLY_ITEMS_MAX
from common.cache.ledger import counts_key
from common.settings import get_settings
from common.telemetry import count, encode_sample, metrics, observe_seconds
from common.telemetry.metrics import reset_metrics
from tests.fixtures.backend import Backend
from tests.fixtures.calls import call
from tests.fixtures.hostile import hostile_server, silent
from tests.integration.night import forget_everyone, invoke
from tests.integration.people import YESTERDAY, add_person

HIT = 'nutri_answers_total{function="local",group="features",origin="cached"}'


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    get_cache()._ask(("FLUSHALL",))
    reset_metrics()


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The commands of each round trip."""
    seen: list[list[Any]] = []
    real = Cache._exchange

    def noted(cache: Cache, servers: Any, commands: Any, only: Any) -> Any:
        seen.append([command[0] for command in commands])
        return real(cache, servers, commands, only)

    monkeypatch.setattr(Cache, "_exchange", noted)
    return seen


def scraped() -> dict[str, float]:
    """What Prometheus reads of one function."""
    lines = call("features", "GET", "/metrics").text.splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


def test_instances_are_added_up() -> None:
    for hits in (2, 3):
        for _ in range(hits):
            count("nutri_answers_total", group="features", origin="cached")
        observe_seconds("nutri_request_seconds", 0.003, route="/x")
        get_cache().share_metrics()
        reset_metrics()  # the instance is gone
    told = scraped()
    assert told[HIT] == 5
    assert told['nutri_request_seconds_count{function="local",route="/x"}'] == 2
    assert told['nutri_request_seconds_sum{function="local",route="/x"}'] == pytest.approx(0.006)
    assert told['nutri_request_seconds_bucket{function="local",route="/x",le="0.005"}'] == 2


def test_counts_ride_with_an_exchange_there_is_anyway_and_at_most_once_a_second(
    exchanges: list[list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    count("nutri_answers_total", group="features", origin="cached")
    get_cache().get("key")
    get_cache().get("key")
    assert exchanges == [["HINCRBY", "EXPIRE", "GET"], ["GET"]]
    monkeypatch.setattr(metrics, "_shared_at", time.monotonic() - 2)
    get_cache().get("key")
    assert exchanges[2] == ["HINCRBY", "EXPIRE", "GET"]  # the two looks for a key


def test_what_could_not_be_told_is_told_later() -> None:
    count("nutri_answers_total", group="features", origin="cached")
    with hostile_server(silent) as server:
        away = Cache(f"redis://127.0.0.1:{server.port}/0", b"secret")
        assert away.get("key") is None
        away.close()
    assert scraped()[HIT] == 1


def test_counts_that_redis_refuses_are_kept() -> None:
    key = counts_key(time.time())
    get_cache().set(key, b"not a hash", 60)
    count("nutri_answers_total", group="features", origin="cached")
    get_cache().share_metrics()
    get_cache().delete(key)
    assert scraped()[HIT] == 1


def test_what_others_wrote_there_is_passed_over() -> None:
    count("nutri_answers_total", group="features", origin="cached")
    sample = next(iter(metrics.own_metrics()[0]))
    key = counts_key(time.time())
    for rubbish in ("NaN", "--5", "", "1" * 40, "²"):
        get_cache()._ask(("HSET", key, "rubbish", 7, encode_sample(sample), rubbish))
        get_cache().set("gauges:night", b'{"rubbish": 1, "x": ', 60)
        assert HIT not in scraped()


def test_what_is_not_counted_any_more_is_not_told_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced, serving = (
        f'nutri_forecasts_total{{function="local",metric="rhr",model="m",version="{version}"}}'
        for version in "12"
    )
    count("nutri_forecasts_total", metric="rhr", model="m", version="1")
    assert scraped()[replaced] == 1
    month, real = ledger.MONTH_SECONDS, counts_key
    monkeypatch.setattr(ledger, "counts_key", lambda now: real(now + month))
    count("nutri_forecasts_total", metric="rhr", model="m", version="2")
    told = scraped()
    assert (told[serving], replaced in told) == (1, False)
    get_cache()._ask(("PEXPIRE", real(time.time()), 1))


def test_however_many_there_are_all_are_told(redis_url: str, exchanges: list[list[Any]]) -> None:
    many = REPLY_ITEMS_MAX // 2 + 1  # each a field and a value
    samples = [("nutri_requests_total", (("function", "f"), ("route", f"/{n}")), "") for n in range(many)]
    server = Redis.from_url(redis_url)
    server.hset(counts_key(time.time()), mapping={encode_sample(sample): 1 for sample in samples})
    server.close()
    counts, _ = get_cache().read_metrics() or ({}, {})
    assert counts == dict.fromkeys(samples, 1)
    assert len(exchanges) > 10


def test_without_redis_an_instance_tells_of_itself(settings_env: pytest.MonkeyPatch, redis_url: str) -> None:
    def use(url: str) -> None:
        settings_env.setenv("REDIS_URL", url)
        get_settings.cache_clear()
        get_cache.cache_clear()

    use("")
    count("nutri_answers_total", group="features", origin="cached")
    told = scraped()
    use(redis_url)
    assert told[HIT] == 1


def test_a_night_is_told_by_whichever_function_is_asked(backend: Backend) -> None:
    forget_everyone(backend)
    for name in ("anna", "bela"):
        add_person(name, days=60, last=YESTERDAY)
    backend.run("""INSERT INTO ml."Quarantine" VALUES ('carl', 2, 'x', 'e', '2025-07-09')""")
    invoke("everything")
    reset_metrics()  # the night was another process
    told = scraped()
    function = 'function="local"'
    assert told[f'nutri_night_people_total{{{function},outcome="computed"}}'] == 2
    assert told[f"nutri_night_person_seconds_count{{{function}}}"] == 2
    assert told[f"nutri_night_shards{{{function}}}"] == 1
    assert told[f"nutri_night_people{{{function}}}"] == 2
    assert told[f"nutri_quarantined_people{{{function}}}"] >= 0
    assert told[f"nutri_night_run_timestamp_seconds{{{function}}}"] == 1_751_252_400  # 2025-06-30 03:00 UTC
    assert told[f"nutri_night_evaluated_timestamp_seconds{{{function}}}"] == 1_751_252_400
    assert any(name.startswith("nutri_forecasts_total{") for name in told)
    assert not any(person in name for name in told for person in ("anna", "bela", "carl"))


def test_the_steps_of_a_night_are_logged_with_request_and_trace(capsys: pytest.CaptureFixture[str]) -> None:
    invoke("plan", execution="night-7")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["message"] == "night"]
    assert (line["action"], line["requestId"], line["traceId"]) == ("plan", "run-1", "night-7")

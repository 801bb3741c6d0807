"""Any build reads any build's rows: those of build 1.0.0 as dumped, and those of an invented later one."""

import json
from datetime import timedelta
from typing import Any

import pytest

from common.cache import CacheTag, get_cache, seal
from common.errors import NotFound, Unavailable
from common.schemas.insights import UnitSystem
from common.services import insights as service
from common.services.deletion import export_data
from common.services.evidence import read_evidence
from common.services.features import read_features
from common.services.insights import generate_insights, read_insights
from common.services.performance import list_models, read_performance
from common.services.predictions import read_predictions
from common.services.presenting import View
from common.services.reported import as_row, remember
from common.services.trials import list_trials
from common.store.engine import reading, transaction
from common.store.insights import list_told, upsert_insights
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.fixtures.stored import DUMP, NOW, PEOPLE, future, insert, restore, save_people_of_the_dump
from tests.integration.night import Context

USER, READER = "demo-bruno", "demo-carl"
EVERYTHING = View(include_dismissed=True)


@pytest.fixture(scope="module", autouse=True)
def rows(_servers: None, backend: Backend) -> None:
    get_cache()._ask(("FLUSHALL",))
    save_people_of_the_dump()
    restore(backend)
    known = {"currentWeight": 80.0, "goalWeight": 75.0, "height": 180.0, "goalCalories": 1900}
    backend.add_user(READER, timezone="UTC", **known)
    insert(backend, "public.MLInsight", DUMP["every_template"])
    for table, stored in future.TABLES.items():
        insert(backend, table, stored)
    insert(backend, "public.MLInsight", list(future.insights(USER)))


def body(answer: Any) -> Any:
    return json.loads(answer.body)


def stored_rows(user: str = USER) -> dict[str, Any]:
    with reading() as connection:
        return {item.row.id: item for item in list_told(connection, user)}


def test_the_feed_shows_what_it_cannot_word_as_stored_and_leaves_its_row_alone() -> None:
    before = stored_rows()
    for ask in (read_insights, generate_insights):
        feed = body(ask(USER, None, EVERYTHING, now=NOW))
        told = {
            insight["template"]: insight
            for insight in feed["insights"]
            if insight["template"] == "moon_phase"
        }
        assert told["moon_phase"]["description"].startswith("Description of ")
        assert all(insight["description"] for insight in feed["insights"])
    after = stored_rows()
    for n, name in enumerate(future.SHAPES):
        row = before[f"{n:032x}"].row
        assert (after[row.id].row.title, after[row.id].row.metadata) == (row.title, row.metadata), name


@pytest.mark.parametrize("user", PEOPLE)
@pytest.mark.parametrize("locale", ["en", "de"])
def test_insights_of_build_1_0_0_are_shown_as_they_were_stored(user: str, locale: str) -> None:
    for row in DUMP["tables"]["public.MLInsight"]:
        if row["userId"] != user:
            continue
        if "version" in stored_rows(user)[row["id"]].row.metadata:  # told again since by this build
            continue
        worded = body(read_evidence(user, row["id"], locale, UnitSystem.METRIC, now=NOW))["insight"]
        assert [worded[name] for name in ("title", "description", "recommendation")] == [
            row[name] for name in ("title", "description", "recommendation")
        ]


def test_every_template_of_build_1_0_0_is_read_and_written_back_unchanged() -> None:
    with transaction() as connection:
        before = list_told(connection, READER)
        told = remember(before).told
        assert len(told) == len(DUMP["every_template"])
        upsert_insights(connection, READER, [as_row(one) for one in told])
        assert list_told(connection, READER) == before
    for row in DUMP["every_template"]:
        worded = body(read_evidence(READER, row["id"], "en", UnitSystem.METRIC, now=NOW))["insight"]
        assert (worded["title"], worded["description"]) == (row["title"], row["description"])


@pytest.mark.parametrize("n", range(len(future.SHAPES)))
def test_evidence_of_a_later_build_is_what_is_stored_or_nothing(n: int) -> None:
    try:
        answer = body(read_evidence(USER, f"{n:032x}", "de", UnitSystem.IMPERIAL, now=NOW))
    except NotFound:
        return
    assert answer["insight"]["title"].startswith("Title of ")
    assert answer["text"]


def test_the_night_the_models_and_everything_else_pass_over_them() -> None:
    order = {"action": "everything", "scheduled": "2026-06-30T03:00:00Z"}
    report = handler(order, Context(1_000))
    assert (report["failed"], report["quarantined"]) == (0, 0)
    assert {model.metric for model in list_models().models} >= {"rhr", "hrv"}
    assert read_performance("rhr_lstm", now=NOW).versions is not None
    assert body(read_predictions(USER, NOW.date() + timedelta(days=1), now=NOW))
    assert body(read_features(USER, NOW.date(), None, now=NOW))
    assert list_trials(USER, now=NOW).experiments is not None
    exported = export_data(USER, None, now=NOW)
    assert {row["id"] for row in exported.tables["MLInsight"]} >= {f"{n:032x}" for n in range(3)}


FEEDS = {"of 1.0.0": None, "of a later build": {"moons": 3}, "no object": ["moon"]}


@pytest.mark.parametrize("kept", FEEDS, ids=str)
def test_a_stale_answer_of_another_build_is_shown_or_refused(
    kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = CacheTag(USER, "1", str(NOW.date()), True, service._parameters(), "99/99")
    content = FEEDS[kept]
    text = (
        json.loads(DUMP["cache"][f"insights:{USER}:{NOW.date()}"])["body"]
        if content is None
        else json.dumps(content)
    )
    get_cache().set(service.feed_key(USER, NOW.date()), seal(tag, 'W/"x"', text.encode()), 600)

    def away(*_: object) -> None:
        raise Unavailable("away", code="database_unavailable")

    monkeypatch.setattr(service, "open_snapshot", away)
    try:
        feed = body(read_insights(USER, None, View(), now=NOW))
    except Unavailable:
        return
    assert feed["stale"] is True

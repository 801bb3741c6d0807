"""Correlations asked through the service every night, while rows arrive, some of them late."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import event

from common.compute.correlations import Finding, Tier, find
from common.compute.features import CATALOGUE, build_features
from common.compute.series.build import build_series, closed, complete_only
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.services.correlations import explain, history_days, read_correlations
from common.store.engine import get_engine
from tests.benchmarks.asking import ask_nightly
from tests.benchmarks.people import declare, make_person
from tests.benchmarks.rows import Arriving, evening, make_arriving
from tests.fixtures.calls import get
from tests.integration.people import add_person
from tests.people import LAST_DAY

FIRST_NIGHT, LAST_NIGHT = 104, 122


def arriving(name: str, seed: int, d: float) -> Arriving:
    rng = np.random.default_rng([40, seed])
    return make_arriving(name, make_person(rng, LAST_NIGHT + 1, d=d, gaps=0.0), rng)


def find_in(person: Arriving, night: int) -> tuple[Finding, ...]:
    """What the engine finds in the rows that are there on that night, no service and no past in between."""
    now = evening(night)
    as_of = resolve_as_of(resolve_zone("UTC")[0], None, now)
    first = as_of.date - timedelta(days=history_days())
    series = build_series(person.until(night), first, as_of.date, as_of)
    table = build_features(complete_only(closed(series)))
    return find(table, CATALOGUE, last_closed=as_of.date - timedelta(days=1)).findings


def test_what_is_told_follows_from_the_rows_alone_whatever_was_asked_before() -> None:
    """Asked every night with other lookbacks in between, or once: the same history, the same answer."""
    people = [arriving("steady", 1, d=1.3), arriving("nobody", 2, d=0.0)]
    told = 0
    for night, person, answer in ask_nightly(people, FIRST_NIGHT, LAST_NIGHT):
        if night % 3:
            continue
        expected = find_in(person, night)
        assert [(f["feature"], f["metric"], f["tier"]) for f in answer["findings"]] == [
            (f.feature, f.metric, f.tier.value) for f in expected
        ]
        assert [f["qValue"] for f in answer["findings"]] == pytest.approx(
            [f.q_value for f in expected], rel=1e-4
        )
        told += len(expected)
    assert told >= 4


def test_an_uncached_answer_over_ninety_days_takes_one_statement() -> None:
    add_person("ninety", days=150)
    get(f"/api/features/ninety/{LAST_DAY}")  # the first visit notes the person's zone
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(get_engine(), "before_cursor_execute", note)
    try:
        for cached in (False, True):
            seen.clear()
            answer = get("/api/correlations/ninety", f"date={LAST_DAY}&lookbackDays=90").body
            assert answer["cached"] is cached
            assert answer["tested"] > 20
            assert len(seen) == 1, "the version, and the rows it is of"
            assert ('"mealType"' in seen[0]) is not cached, "rows come only where nothing is cached"
    finally:
        event.remove(get_engine(), "before_cursor_execute", note)


def test_no_explanation_claims_more_than_the_surest_finding_bears() -> None:
    table = make_person(np.random.default_rng(5), 119, d=2.0, gaps=0.0)
    last = table.days[-1].astype(object)
    catalogue = declare(table.names)
    usual = find(table, catalogue, last_closed=last)
    backed = find(table, catalogue, last_closed=last - timedelta(days=42))
    lesser = tuple(replace(one, tier=Tier.EARLY_SIGNAL) for one in backed.findings)
    early = replace(backed, findings=lesser)
    explored = find(table, catalogue, last_closed=last, lookback_days=90)
    assert [report.findings[0].tier.value for report in (usual, backed, explored)] == [
        "published", "supported", "exploratory",
    ]  # fmt: skip
    assert "held up" in explain(usual, 365)
    assert "known of other people" in explain(backed, 365)
    assert "not last" in explain(early, 365)
    assert "nothing to rely on" in explain(explored, 90)


def test_every_answer_explains_itself_and_says_what_each_metric_still_needs() -> None:
    add_person("explained", days=150)
    add_person("fresh", days=3)
    for user, statuses in (("explained", {"ok", "nothing_reliable"}), ("fresh", {"insufficient_data"})):
        body = json.loads(read_correlations(user, None, LAST_DAY, None, now=evening(3_000)).body)
        assert body["status"] in statuses
        assert body["explanation"]
        needed = {need["metric"]: need for need in body["needed"]}
        assert {"rhr", "hrv_rmssd", "sleep_duration", "deep_sleep_minutes"} <= needed.keys()
        assert all(need["daysNeeded"] > 30 for need in needed.values())

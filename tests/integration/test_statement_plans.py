"""No statement grows with everybody: the plan of each one, on a database of many people.

Statements are found, not listed. Every place in `common` and in a function that executes one, and every
statement that a module of `common.store` holds, must be met by what is called here; a new one that is not is
a failure. What is met is explained with the values it was given, and must read no more than one person has.
"""

import ast
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, TextClause, event

import common
import common.store
from common.compute.journal import understand
from common.store import (
    contract,
    deletion,
    experiments,
    features,
    feedback,
    finished_nights,
    forecast_log,
    insights,
    issued,
    journal,
    looks,
    model_scores,
    models,
    nights,
    person,
    population,
    predictions,
    profiles,
    research,
    runs,
    tallies,
    timezones,
    writing,
)
from common.store.engine import get_engine, transaction
from tests.fixtures import scaled
from tests.fixtures.backend import Backend
from tests.fixtures.scaled import DAY, SOMEBODY

ROOT = Path(next(iter(common.__path__))).parent
NOT_ONE_OF_THEM = ("common/store/migrations/", "common/store/engine.py", "functions/local/")
METHODS = {"execute", "scalar", "scalars"}
BUFFERS_MAX = 900
"""8 KiB each. A person has some hundred rows, which lie apart in the order in which days were written.

The largest is the sweep of departed people, here over twenty: some 30 for each of them (771 for twenty, 1,378
for forty), for it looks a person up in every table of ours.
"""
SMALL_ROWS = 1_000
"""A table that may be read as a whole: of models, not of people."""

NOON = datetime(2025, 6, 30, 12)  # noqa: DTZ001
START = datetime(2025, 1, 1)  # noqa: DTZ001
EVERYBODY = {
    "information_schema.columns": "catalogues, which hold tables and no people",
    """metadata" ->> 'template'""": "once a day, and then from the cache",
    "EXPLAIN": "what is not run reads nothing",
    "ml.cut_people": "once a run, over the narrow index of ids: where one shard ends and the next begins",
    'count(*) FROM ml."Quarantine"': "people whose nights fail: a gauge, once a run",
}
"""What must read something of everybody, and why that is bounded all the same."""


@dataclass
class Met:
    statements: dict[str, Any] = field(default_factory=dict)
    """SQL as it is sent -> the values it was given first."""
    clauses: set[int] = field(default_factory=set)
    places: set[tuple[str, int]] = field(default_factory=set)


@pytest.fixture(scope="module")
def met(settings_env: pytest.MonkeyPatch, database_url: str) -> Met:
    scaled.fill(database_url)
    seen = Met()

    def note_clause(_: Connection, clause: Any, *__: Any) -> None:
        seen.clauses.add(id(clause))
        frame = sys._getframe()
        while frame is not None:
            path = frame.f_code.co_filename
            if path.startswith(str(ROOT)) and (place := path.removeprefix(f"{ROOT}/")).startswith("common/"):
                seen.places.add((place, frame.f_lineno))
            frame = frame.f_back  # type: ignore[assignment]

    def note_statement(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        seen.statements.setdefault(statement, parameters)

    engine = get_engine()
    event.listen(engine, "before_execute", note_clause)
    event.listen(engine, "before_cursor_execute", note_statement)
    for call in CALLS:
        with transaction() as connection:
            call(connection)
            connection.rollback()
    event.remove(engine, "before_execute", note_clause)
    event.remove(engine, "before_cursor_execute", note_statement)
    return seen


EXPERIMENT = experiments.Experiment("one", "rhr", "1", "2", 0.1, DAY - timedelta(days=60))
FORECAST = predictions.PredictionRow("RESTING_HEART_RATE", DAY, 58, 0.8, (55, 61), "rhr", "1", {})
INSIGHT = insights.InsightRow("an-insight", "CORRELATION", "LOW", "T", "D", "R", 0.5, 30)
PROFILE = profiles.MLProfileRow(1, 1.0, True, True, True, [])
PUBLISHED = models.Published("rhr", "rhr", "1", "sha", "sha", {})
ROWS = nights.NightRows(
    features=[features.FeatureRow(DAY, "NUTRITION_DAILY", "1", {"x": 1.0})],
    predictions=[FORECAST],
    issued=NOON,
    insights=[INSIGHT],
    outcomes=[],
    trials=[
        forecast_log.LoggedForecast(
            "RESTING_HEART_RATE", DAY, "rhr", "1", "night", 58, 59, 55, 61, True, {"steps": 8_000}
        )
    ],
    feature_days=35,
    retention_days=365,
    look=looks.LookRow("digest", "{}"),
    profile=PROFILE,
)
SLICE = tallies.Slice("p-012000", "p-012020")
WATCH = tallies.Watch("RESTING_HEART_RATE", "1", DAY - timedelta(days=60))

CALLS: list[Callable[[Connection], object]] = [
    contract.find_faults,
    lambda c: person.read_version(c, SOMEBODY, START, NOON),
    lambda c: person.load_person(c, SOMEBODY, START, NOON),
    lambda c: person.load_windows(c, SOMEBODY, [START, START + timedelta(days=100)], NOON),
    lambda c: person.load_written_rows(c, SOMEBODY, START, NOON),
    lambda c: journal.read_zone(c, SOMEBODY),
    lambda c: journal.read_journal(c, SOMEBODY, START.date(), DAY),
    lambda c: journal.read_habits(c, SOMEBODY, DAY),
    lambda c: journal.save_entries(c, SOMEBODY, DAY, {"stress": understand("stress", 3)}, ["illness"]),
    lambda c: journal.clear_day(c, SOMEBODY, DAY),
    lambda c: timezones.learn_timezone(c, SOMEBODY, "Europe/Berlin", NOON),
    lambda c: timezones.state_timezones(c, SOMEBODY, [(START, "Europe/Berlin")]),
    lambda c: issued.read_issued(c, SOMEBODY, ["RESTING_HEART_RATE"], START.date(), DAY),
    lambda c: population.read_population(c, 0, "version"),
    lambda c: population.is_pooled(c, DAY, "engine"),
    lambda c: population.save_population(c, DAY, "engine", "version", [{}]),
    lambda c: research.list_sharers(c, SOMEBODY, 100),
    lambda c: writing.lock_person(c, SOMEBODY),
    lambda c: features.save_features(c, SOMEBODY, ROWS.features),
    lambda c: predictions.save_predictions(c, SOMEBODY, [FORECAST]),
    lambda c: insights.upsert_insights(c, SOMEBODY, [INSIGHT]),
    lambda c: insights.list_insights(c, SOMEBODY, NOON),
    lambda c: insights.list_told(c, SOMEBODY),
    lambda c: insights.find_told(c, SOMEBODY, "i1-12345"),
    lambda c: finished_nights.read_nights(c, [SOMEBODY]),
    lambda c: finished_nights.list_finished(c, (START, ""), 100),
    lambda c: insights.find_stored(c, SOMEBODY, ["i1-12345"]),
    lambda c: profiles.save_profile(c, SOMEBODY, PROFILE),
    lambda c: looks.lock_and_read(c, SOMEBODY),
    lambda c: feedback.set_feedback(
        c, SOMEBODY, "i1-12345", viewed=True, dismissed=None, rated=True, helpful=True
    ),
    lambda c: feedback.count_feedback(c, DAY - timedelta(days=180)),
    lambda c: nights.list_due_users(c, SOMEBODY, "", 30),
    lambda c: nights.cut_people(c, 500, 1_000),
    lambda c: nights.save_night(c, SOMEBODY, nights.Mark(DAY, "data", "engine"), ROWS),
    lambda c: nights.save_quarantine(c, SOMEBODY, nights.Quarantine(1, "reason", "engine", DAY)),
    nights.count_quarantined,
    lambda c: nights.forget_departed(c, "p-012000", "p-012020"),
    lambda c: nights.list_departed(c, "p-012000", "p-012020"),
    lambda c: deletion.is_deleted(c, SOMEBODY),
    lambda c: deletion.delete_person(c, SOMEBODY),
    lambda c: deletion.resume_person(c, SOMEBODY),
    lambda c: deletion.list_rows(c, SOMEBODY, ("", ""), 100),
    lambda c: deletion.is_known(c, SOMEBODY),
    lambda c: tallies.save_tallies(c, [SOMEBODY], DAY, [WATCH]),
    lambda c: tallies.tally_missing(c, DAY + timedelta(days=30), [WATCH], SLICE),
    lambda c: tallies.read_scores(c, DAY, SLICE),
    lambda c: tallies.count_people(c, {("outcome", "RESTING_HEART_RATE"): [50, 60]}, DAY, SLICE),
    lambda c: tallies.sum_gains(c, WATCH, DAY, SLICE),
    lambda c: nights.begin_attempt(c, SOMEBODY, DAY, "engine"),
    lambda c: nights.end_attempt(c, SOMEBODY),
    nights.read_clock,
    lambda c: runs.hold_run(c, "one", 60),
    lambda c: runs.release_run(c, "one"),
    lambda c: runs.mark_evaluated(c, DAY),
    lambda c: runs.is_evaluated(c, DAY),
    experiments.list_experiments,
    lambda c: experiments.start_experiment(c, EXPERIMENT),
    lambda c: experiments.end_undecided(c, "one", "undecided"),
    lambda c: experiments.stop_experiment(c, "one", "better"),
    lambda c: experiments.record_comparison(c, "one", {}, DAY),
    lambda c: models.publish(c, PUBLISHED, models.Artifact(b"{}", b"onnx")),
    lambda c: models.set_alias(c, "rhr", "1", models.CHAMPION),
    lambda c: models.withdraw(c, "rhr", "1", "reason"),
    models.list_published,
    models.read_aliased,
    lambda c: models.find_published(c, "rhr", "1"),
    lambda c: models.load_artifact(c, "rhr", "1"),
    lambda c: model_scores.save_model_scores(
        c, [model_scores.ModelScoreRow("rhr", "rhr", "1", DAY, {})], DAY
    ),
    lambda c: model_scores.read_model_scores(c, "rhr", DAY - timedelta(days=30)),
]


def executing_calls() -> dict[tuple[str, int], int]:
    """Every call that sends a statement: (file, first line) -> last line."""
    found = {}
    for folder in ("common", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if place.startswith(NOT_ONE_OF_THEM):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in METHODS
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "connection"
                ):
                    found[place, node.lineno] = node.end_lineno or node.lineno
    return found


def test_everything_that_executes_a_statement_is_met(met: Met) -> None:
    calls = executing_calls()
    assert len(calls) > 40
    missed = [
        f"{place}:{first}"
        for (place, first), last in calls.items()
        if not any((place, line) in met.places for line in range(first, last + 1))
    ]
    assert missed == []


def test_every_statement_a_module_holds_is_met(met: Met) -> None:
    held = {
        f"{name}.{attribute}": value
        for _, name, _ in pkgutil.iter_modules(common.store.__path__, "common.store.")
        if not name.endswith("migrations")
        for attribute, value in vars(importlib.import_module(name)).items()
        if isinstance(value, TextClause)
    }
    assert len(held) > 20
    assert [name for name, clause in held.items() if id(clause) not in met.clauses] == []


def explained(statement: str, parameters: Any) -> dict[str, Any]:
    with transaction() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '60s'")
        answer = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", parameters
        ).scalar_one()
        connection.rollback()
    told: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return told


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def test_no_statement_reads_more_than_one_person_or_one_slice_has(met: Met, backend: Backend) -> None:
    sizes = dict(backend.run("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'"))
    grown = []
    for statement, parameters in met.statements.items():
        if statement.lstrip().startswith("SET ") or any(part in statement for part in EVERYBODY):
            continue
        plan = explained(statement, parameters)
        buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        whole = {
            node["Relation Name"]
            for node in nodes(plan)
            if node["Node Type"] == "Seq Scan" and sizes[node["Relation Name"]] > SMALL_ROWS
        }
        removed = sum(node.get("Rows Removed by Filter", 0) for node in nodes(plan))
        if whole or buffers > BUFFERS_MAX or removed > SMALL_ROWS:
            shortened = " ".join(statement.split())[:90]
            grown.append(f"{shortened}: {buffers} buffers, {removed} rows removed, all of {sorted(whole)}")
    assert not grown, "\n".join(grown)


def test_every_table_of_ours_about_people_is_found_by_person_and_filled(met: Met, backend: Backend) -> None:
    for name, _ in backend.run("SELECT * FROM ml.personal_tables()"):
        indexed = backend.run(
            f"""SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
            WHERE indrelid = 'ml."{name}"'::regclass AND attname = 'userId' AND indpred IS NULL"""
        )
        assert indexed[0][0] > 0, f"{name}: no index begins with its person"
        assert backend.run(f'SELECT EXISTS (SELECT FROM ml."{name}")') == [[True]], (
            f"{name}: not in scaled.ROWS"
        )


def test_a_statement_without_its_index_is_noticed(met: Met, backend: Backend) -> None:
    (statement,) = (sql for sql in met.statements if 'ORDER BY "MLInsight"."priority"' in sql)
    assert scaled.PEOPLE * scaled.INSIGHTS_EACH == 200_000
    before = explained(statement, met.statements[statement])
    with transaction() as connection:
        for name in ("createdAt", "insightType_priority"):
            connection.exec_driver_sql(f'DROP INDEX "MLInsight_userId_{name}_idx"')
        told = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", met.statements[statement]
        ).scalar_one()
        connection.rollback()
    without = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    assert before["Shared Hit Blocks"] + before["Shared Read Blocks"] <= 30
    assert without["Shared Hit Blocks"] + without["Shared Read Blocks"] > 10 * BUFFERS_MAX

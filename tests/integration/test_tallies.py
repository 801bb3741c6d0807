"""Tallies written with each night, summed once a day, are the figures a rescan of all forecasts gives."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from common.compute.experiments.sequential import NIGHTS_MIN
from common.services.nightly import evaluation
from common.services.nightly.bins import INPUT_BINS, OUTCOME_BINS
from common.services.nightly.evaluation import BINS
from common.store.engine import reading, transaction
from common.store.tallies import EVERYONE, Slice, Watch, count_people, read_scores, sum_gains, tally_missing
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.integration.night import DAY, SCHEDULED, counted_statements, forget_everyone, invoke
from tests.integration.people import add_person

FIRST = DAY - timedelta(days=40)
CHAMPION = Watch("RESTING_HEART_RATE", "1", FIRST)
PAIR = Watch("RESTING_HEART_RATE", "1", FIRST, "2")


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    forget_everyone(backend)


def log_forecasts(backend: Backend, people: int) -> None:
    """Two models, two devices, nights without an outcome, more of some people than of others."""
    backend.run(f"""
        INSERT INTO ml."ForecastLog" ("userId", "targetDate", "metric", "modelId", "modelVersion", "device",
            "value", "baseline", "lower", "upper", "actual", "shown", "inputs")
        SELECT 'p-' || n, date '{DAY}' - back, 'RESTING_HEART_RATE', 'rhr', version,
            CASE n % 3 WHEN 0 THEN 'night' ELSE 'other' END,
            55 + (n * 7 + back * 3) % 11 + 0.1 * version::int, 56 + (n + back) % 9, 52, 62,
            CASE WHEN (n + back) % 5 > 0 THEN 54 + (n * 3 + back * 5) % 12 + 0.25 END, version = '1',
            CASE WHEN version = '1' THEN jsonb_build_object('steps', 4000 + 100 * ((n * back) % 90)) END
        FROM generate_series(1, {people}) AS n, generate_series(0, 100) AS back,
            (VALUES ('1'), ('2')) AS model(version)
        WHERE back % (1 + n % 4) = 0
    """)


def rescanned_scores(backend: Backend, first: date, last: date) -> list[Any]:
    """The figures as they were: every forecast of the period, summed by person, then over people."""
    return list(
        backend.run(
            """
            WITH person AS (
                SELECT "modelVersion", "device", count(*)::float8 AS n, sum(abs("value" - "actual")) AS error,
                    sum(abs("baseline" - "actual")) AS rule,
                    sum(("actual" BETWEEN "lower" AND "upper")::int)::float8 AS inside
                FROM ml."ForecastLog"
                WHERE "targetDate" BETWEEN :first AND :last AND "actual" IS NOT NULL
                GROUP BY "userId", "modelVersion", "device"
            )
            SELECT "modelVersion", "device", count(*), sum(n), sum(error), sum(rule), sum(inside), sum(n * n),
                sum(error * error), sum(rule * rule), sum(inside * inside), sum(error * rule), sum(inside * n)
            FROM person GROUP BY 1, 2 ORDER BY 1, 2
            """,
            first=first,
            last=last,
        )
    )


def rescanned_counts(backend: Backend, value: str, source: str, edges: Sequence[float]) -> list[Any]:
    return list(
        backend.run(
            f"""
            WITH person AS (
                SELECT avg({value}) FILTER (WHERE "targetDate" < :since) AS before,
                    avg({value}) FILTER (WHERE "targetDate" >= :since) AS now
                FROM {source} AND "targetDate" > :since - 57 AND "targetDate" <= :last GROUP BY "userId"
            )
            SELECT width_bucket(value, CAST(:edges AS float8[])), count(*) FILTER (WHERE NOT recent),
                count(*) FILTER (WHERE recent)
            FROM person CROSS JOIN LATERAL (VALUES (before, false), (now, true)) AS period(value, recent)
            WHERE value IS NOT NULL GROUP BY 1 ORDER BY 1
            """,
            since=DAY - timedelta(days=27),
            last=DAY,
            edges=list(map(float, edges)),
        )
    )


def rescanned_gains(backend: Backend, gain: str, joined: str) -> Any:
    return backend.run(
        f"""
        WITH person AS (
            SELECT count(*)::int AS n, sum(abs(old."baseline" - old."actual")) AS rule, avg({gain}) AS gain
            FROM ml."ForecastLog" AS old {joined}
            WHERE old."modelVersion" = '1' AND old."targetDate" BETWEEN :first AND :last
                AND old."actual" IS NOT NULL
            GROUP BY old."userId"
        )
        SELECT count(*), sum(n), sum(gain), sum(gain * gain), sum(rule) FROM person WHERE n >= {NIGHTS_MIN}
        """,
        first=FIRST,
        last=DAY,
    )[0]


def test_sums_of_tallies_are_the_figures_that_a_rescan_gives(backend: Backend) -> None:
    log_forecasts(backend, 30)
    with transaction() as connection:
        assert tally_missing(connection, DAY, [CHAMPION, PAIR], EVERYONE) == 30
        assert tally_missing(connection, DAY, [CHAMPION, PAIR], EVERYONE) == 0
    with reading() as connection:
        now, before = read_scores(connection, DAY)
        counts = count_people(connection, BINS, DAY)
        gains = [sum_gains(connection, watch, DAY) for watch in (CHAMPION, PAIR)]
    periods = (
        (DAY - timedelta(days=27), DAY, now),
        (DAY - timedelta(days=83), DAY - timedelta(days=28), before),
    )
    for first, last, groups in periods:
        told = [
            [g.model_version, g.device, *(getattr(g.sums, name) for name in g.sums.__slots__)]
            for g in sorted(groups, key=lambda g: (g.model_version, g.device))
        ]
        known = rescanned_scores(backend, first, last)
        assert len(known) == 4
        for row, expected in zip(told, known, strict=True):
            assert row[:2] == expected[:2]
            assert row[2:] == pytest.approx(list(map(float, expected[2:])))
    steps = """ml."ForecastLog" WHERE "shown" AND "inputs" IS NOT NULL"""
    judged = """ml."ForecastLog" WHERE "actual" IS NOT NULL"""
    for of, edges, value, source in (
        (("outcome", "RESTING_HEART_RATE"), OUTCOME_BINS["RESTING_HEART_RATE"], '"actual"', judged),
        (("input", "steps"), INPUT_BINS["steps"], "(\"inputs\" ->> 'steps')::float8", steps),
    ):
        told_by_bin = [[n, b, a] for n, (b, a) in enumerate(zip(*counts[of], strict=True)) if b or a]
        assert told_by_bin == rescanned_counts(backend, value, source, edges)
    over_rule = 'abs(old."baseline" - old."actual") - abs(old."value" - old."actual")'
    over_champion = 'abs(old."value" - old."actual") - abs(new."value" - new."actual")'
    other = """JOIN ml."ForecastLog" AS new ON new."userId" = old."userId" AND new."metric" = old."metric"
        AND new."targetDate" = old."targetDate" AND new."modelVersion" = '2' AND new."actual" IS NOT NULL"""
    for losses, expected in zip(
        gains,
        (rescanned_gains(backend, over_rule, ""), rescanned_gains(backend, over_champion, other)),
        strict=True,
    ):
        assert losses.people > 10
        found = [getattr(losses, name) for name in losses.__slots__]
        assert found == pytest.approx(list(map(float, expected)))


def test_slices_add_up_to_everybody(backend: Backend) -> None:
    log_forecasts(backend, 12)
    slices = [Slice("", "p-11"), Slice("p-11", "p-5"), Slice("p-5", "")]
    with transaction() as connection:
        assert sum(tally_missing(connection, DAY, [], people) for people in slices) == 12
    with reading() as connection:
        (whole, _) = read_scores(connection, DAY)
        parts = [group for people in slices for group in read_scores(connection, DAY, people)[0]]
    assert sum(group.sums.people for group in parts) == sum(group.sums.people for group in whole) > 12


def test_a_night_tallies_its_person_and_evaluation_reads_no_forecast(backend: Backend) -> None:
    add_person("anna", days=150, last=DAY + timedelta(days=4))
    for n in range(4):
        handler({"action": "recompute", "scheduled": f"{DAY + timedelta(days=n)}T03:00:00Z"}, None)
    last = DAY + timedelta(days=3)
    kept = dict(backend.run('SELECT "kind", max("day") FROM ml."Tally" GROUP BY 1'))
    assert kept == {"score": last, "outcome": last, "input": last}
    backend.run('ALTER TABLE ml."ForecastLog" RENAME TO "Away"')
    backend.run('CREATE TABLE ml."ForecastLog" (LIKE ml."Away" INCLUDING ALL)')
    report = handler({"action": "evaluate", "scheduled": f"{last}T03:00:00Z"}, None)
    backend.run('DROP TABLE ml."ForecastLog"')
    backend.run('ALTER TABLE ml."Away" RENAME TO "ForecastLog"')
    (nights,) = backend.run(
        """SELECT count(*) FROM ml."ForecastLog"
        WHERE "actual" IS NOT NULL AND "metric" = 'RESTING_HEART_RATE'"""
    )
    (told,) = (one for one in report["forecasts"] if one["metric"] == "RESTING_HEART_RATE")
    assert [told["score"]["forecasts"]] == nights


def test_somebody_whose_nights_fail_counts_for_a_week(backend: Backend) -> None:
    log_forecasts(backend, 1)
    with transaction() as connection:
        tally_missing(connection, DAY, [], EVERYONE)
    with reading() as connection:
        people = [
            sum(g.sums.people for g in read_scores(connection, DAY + timedelta(days=n))[0]) for n in (0, 7, 8)
        ]
    assert people == [2, 2, 0]


def test_an_execution_evaluates_a_day_once_and_an_order_always(backend: Backend) -> None:
    backend.run('UPDATE ml."NightRun" SET "evaluatedOn" = NULL')
    log_forecasts(backend, 3)
    order = {"action": "evaluate", "scheduled": SCHEDULED, "execution": "run-1"}
    assert handler(order, None)["forecasts"]
    later = {**order, "scheduled": "2025-06-30T04:00:00Z", "execution": "run-2"}
    assert handler(later, None)["forecasts"] == []
    assert handler({**later, "scheduled": "2025-07-01T00:00:00Z"}, None)["forecasts"]
    assert invoke("evaluate")["forecasts"]


def test_the_cost_of_an_evaluation_does_not_grow_with_nights(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "PEOPLE_AT_ONCE", 5)
    log_forecasts(backend, 20)
    invoke("evaluate")
    rows: int = backend.run('SELECT count(*) FROM ml."Tally"')[0][0]
    with counted_statements() as few:
        invoke("evaluate")
    backend.run(f"""
        INSERT INTO ml."ForecastLog" ("userId", "targetDate", "metric", "modelId", "modelVersion", "device",
            "value", "baseline", "lower", "upper", "actual")
        SELECT "userId", "targetDate" - 200, "metric", "modelId", "modelVersion", "device",
            "value", "baseline", "lower", "upper", "actual" FROM ml."ForecastLog"
        WHERE "targetDate" <= date '{DAY}'
    """)
    with counted_statements() as many:
        invoke("evaluate")
    assert len(few) == len(many)
    assert rows == backend.run('SELECT count(*) FROM ml."Tally"')[0][0] <= 20 * 4

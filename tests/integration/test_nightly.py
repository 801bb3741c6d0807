"""The night through its handler, on a backend's database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.compute.correlations import engine
from common.services import correlations, snapshot
from common.services.features import STORED_TOGETHER
from common.services.nightly import person as person_night
from common.services.nightly import shards
from common.services.nightly.person import LATE_DAYS
from common.services.predictions import predict
from common.settings import get_settings
from common.store import nights
from common.store.nights import FEATURES_AT_ONCE
from functions.nightly.handler import handler
from tests.fixtures.backend import Backend
from tests.integration.night import (
    DAY,
    TABLES,
    count,
    counted_statements,
    forget_everyone,
    invoke,
    row,
    stored,
)
from tests.integration.people import add_person


@pytest.fixture(autouse=True)
def _nobody(backend: Backend) -> None:
    forget_everyone(backend)


def test_a_night_writes_everything_there_is_to_know_of_a_person(backend: Backend) -> None:
    add_person("anna", days=150)
    report = invoke("everything")
    assert (report["due"], report["computed"], report["failed"], report["remaining"]) == (1, 1, 0, 0)
    days = backend.run('SELECT DISTINCT date FROM "MLFeature" WHERE "userId" = :u ORDER BY 1', u="anna")
    assert [d[0].date() for d in days] == [DAY - timedelta(days=n) for n in range(14, 0, -1)]
    forecasts = backend.run(
        'SELECT "targetMetric"::text, "targetDate"::date, "modelId" FROM "MLPrediction"'
        ' WHERE "userId" = :u ORDER BY 1',
        u="anna",
    )
    assert [f[:2] for f in forecasts] == [
        ["HEART_RATE_VARIABILITY_RMSSD", DAY + timedelta(days=1)],
        ["RESTING_HEART_RATE", DAY + timedelta(days=1)],
        ["SLEEP_DURATION", DAY + timedelta(days=1)],
    ]
    profile = row(
        backend,
        'SELECT "totalDataPoints", "dataQualityScore", "hasMinimumNutritionData", "hasMinimumHealthData",'
        ' "hasMinimumActivityData", "modelsAvailable" FROM "UserMLProfile" WHERE "userId" = :u',
        "anna",
    )
    assert profile[0] > 1_000
    assert 0.5 < profile[1] <= 1
    assert profile[2:5] == [True, True, True]
    assert sorted(profile[5]) == sorted(f[2] for f in forecasts if f[2] != "own_level")


def test_a_person_s_turn_comes_three_hours_after_their_midnight_and_once_a_day(backend: Backend) -> None:
    zones = {"berlin": "Europe/Berlin", "london": "Etc/GMT", "nowhere": "Mars/Olympus"}
    for name, zone in zones.items():
        add_person(name, days=40)
        backend.update("User", name, timezone=zone)
    handler({"action": "everything", "scheduled": "2025-06-29T12:00:00Z"}, None)

    def computed_at(hour: int) -> set[str]:
        backend.run('DELETE FROM "MLFeature"')
        handler({"action": "everything", "scheduled": f"2025-06-30T{hour:02d}:00:00Z"}, None)
        return {r[0] for r in backend.run('SELECT DISTINCT "userId" FROM "MLFeature"')}

    assert [computed_at(hour) for hour in (0, 1, 2)] == [set(), {"berlin"}, set()]
    assert [computed_at(hour) for hour in (3, 4)] == [{"london", "nowhere"}, set()]  # an unknown zone is UTC


def test_people_of_twenty_zones_are_each_computed_once_in_a_day_of_runs_though_clocks_change(
    backend: Backend,
) -> None:
    zones = (
        "Pacific/Kiritimati", "Pacific/Chatham", "Pacific/Auckland", "Australia/Adelaide", "Asia/Tokyo",
        "Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Europe/Moscow", "Africa/Cairo",
        "Europe/Berlin", "Europe/London", "Atlantic/Azores", "America/Sao_Paulo", "America/St_Johns",
        "America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Pago_Pago",
    )  # fmt: skip
    clocks_change = datetime(2025, 3, 30, tzinfo=UTC)  # in Europe
    for zone in zones:
        add_person(zone, days=10, last=clocks_change.date())
        backend.update("User", zone, timezone=zone)

    def run(at: datetime) -> Any:
        return handler({"action": "everything", "scheduled": at.isoformat()}, None)["computed"]

    assert run(clocks_change - timedelta(hours=1)) == len(zones)  # whatever each one's latest night was
    assert sum(run(clocks_change + timedelta(hours=hour)) for hour in range(24)) == len(zones)
    days = dict(backend.run('SELECT "userId", "day" FROM ml."Night"'))
    assert {days[zone] - clocks_change.date() for zone in zones} <= {timedelta(days=n) for n in (0, 1)}


def test_a_day_asked_for_is_computed_for_everyone_for_whom_it_has_begun(backend: Backend) -> None:
    for name, zone in (("auckland", "Pacific/Auckland"), ("honolulu", "Pacific/Honolulu")):
        add_person(name, days=40)
        backend.update("User", name, timezone=zone)
    report = invoke("everything", date=str(DAY))
    assert (report["due"], report["computed"]) == (1, 1)
    assert count(backend, "MLFeature", "auckland")
    assert invoke("everything", date=str(DAY + timedelta(days=5)))["due"] == 0


def test_a_launch_doubled_commits_nothing_twice(backend: Backend) -> None:
    add_person("anna", days=150)
    invoke("everything")
    first, writers = stored(backend), backend.run('SELECT xmin::text FROM "MLFeature" ORDER BY id')
    again = handler({"action": "everything", "scheduled": "2025-06-30T03:17:00Z"}, None)
    assert (again["due"], again["unchanged"], again["computed"]) == (1, 1, 0)
    assert stored(backend) == first
    assert backend.run('SELECT xmin::text FROM "MLFeature" ORDER BY id') == writers


def test_computed_anew_from_the_same_rows_every_value_and_id_is_the_same(backend: Backend) -> None:
    add_person("anna", days=150)
    invoke("everything")
    first = stored(backend)
    backend.run('DELETE FROM ml."Night"')
    assert invoke("everything")["computed"] == 1
    assert stored(backend) == first
    for table in TABLES[:2]:
        backend.run(f'DELETE FROM "{table}"')
    backend.run('DELETE FROM ml."Night"')
    invoke("everything")
    assert stored(backend) == first


@pytest.mark.parametrize("days", [1, 3, 45, 150, 300])
def test_days_before_a_person_s_first_row_change_nothing(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    add_person("anna", seed=days, days=days)
    invoke("everything")
    first = stored(backend)
    backend.run('DELETE FROM ml."Night"')
    monkeypatch.setattr(snapshot, "first_day", lambda *_: date(2000, 1, 1))
    assert invoke("everything")["computed"] == 1
    assert stored(backend) == first


def test_a_look_is_computed_once_a_week_unless_its_days_change(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=150, last=DAY + timedelta(days=10))
    real, looks = engine.find, []

    def counted(*given: Any, **named: Any) -> Any:
        looks.append(named["last_closed"])
        return real(*given, **named)

    monkeypatch.setattr(correlations, "find", counted)

    def after_night(n: int) -> int:
        looks.clear()
        order = {"action": "everything", "scheduled": f"{DAY + timedelta(days=n)}T03:00:00Z"}
        assert handler(order, None)["computed"] == 1
        return len(looks)

    assert [after_night(n) for n in range(8)] == [1, 0, 0, 0, 0, 0, 0, 1]  # Monday to Monday
    backend.add_meal("anna", datetime(2025, 7, 8, 12), calories=900.0)  # noqa: DTZ001 - after the look
    assert after_night(9) == 0
    recalled = stored(backend)
    backend.run('DELETE FROM ml."Look"')
    backend.run('DELETE FROM ml."Night"')
    assert after_night(9) == 1
    assert stored(backend) == recalled
    backend.add_meal("anna", datetime(2025, 6, 20, 12), calories=900.0)  # noqa: DTZ001 - before it
    assert after_night(9) == 1


def test_rows_that_changed_within_the_hour_are_noticed_and_after_it_wait_for_the_next_night(
    backend: Backend,
) -> None:
    add_person("anna", days=40)
    invoke("everything")
    backend.add_meal("anna", datetime(2025, 6, 28, 12), calories=900.0)  # noqa: DTZ001
    assert invoke("everything")["computed"] == 1
    backend.add_meal("anna", datetime(2025, 6, 28, 13), calories=900.0)  # noqa: DTZ001
    assert handler({"action": "everything", "scheduled": "2025-06-30T04:00:00Z"}, None)["due"] == 0
    assert handler({"action": "everything", "scheduled": "2025-07-01T03:00:00Z"}, None)["computed"] == 1


def test_a_run_that_was_missed_is_made_up_for_by_the_next_with_every_day_since(backend: Backend) -> None:
    add_person("anna", days=150, last=DAY + timedelta(days=40))
    invoke("everything")
    late = handler({"action": "everything", "scheduled": "2025-08-08T19:00:00Z"}, None)
    assert (late["due"], late["computed"]) == (1, 1)
    days = backend.run('SELECT DISTINCT date FROM "MLFeature" WHERE "userId" = :u ORDER BY 1', u="anna")
    assert [d[0].date() for d in days] == [date(2025, 8, 7) - timedelta(days=n) for n in range(52, -1, -1)]


def test_an_older_run_and_a_clock_set_back_overwrite_nothing(backend: Backend) -> None:
    add_person("anna", days=150, last=DAY + timedelta(days=3))
    handler({"action": "everything", "scheduled": "2025-07-02T03:00:00Z"}, None)
    first = stored(backend)
    backend.add_meal("anna", datetime(2025, 6, 28, 12), calories=900.0)  # noqa: DTZ001
    assert invoke("everything")["computed"] == 0
    older = invoke("everything", date="2025-06-29")
    assert (older["superseded"], older["computed"]) == (1, 0)
    assert stored(backend) == first


def test_a_run_repeated_late_leaves_what_a_request_forecast_meanwhile_and_replaces_what_came_before(
    backend: Backend,
) -> None:
    add_person("anna", days=150)
    morning = datetime(2025, 6, 30, 9, tzinfo=UTC)  # after the reading of seven o'clock
    predict("anna", "rhr", None, now=morning)
    predict("anna", "hrv", None, now=morning)
    predict("anna", "sleep_duration", None, now=morning)

    def forecasts() -> list[Any]:
        return list(
            backend.run('SELECT "targetMetric"::text, "predictedValue" FROM "MLPrediction" ORDER BY 1')
        )

    asked = forecasts()
    for issued in ("2025-06-30 09:00", "2025-06-30 03:00:00.001"):
        backend.run(f"""UPDATE "MLPrediction" SET "createdAt" = '{issued}'""")
        backend.run('DELETE FROM ml."Night"')
        assert invoke("everything")["computed"] == 1
        assert forecasts() == asked
    backend.run("""UPDATE "MLPrediction" SET "createdAt" = '2025-06-30 02:00'""")
    backend.run('DELETE FROM ml."Night"')
    assert invoke("everything")["computed"] == 1
    by_night = forecasts()
    assert [metric for metric, _ in by_night] == [metric for metric, _ in asked]
    assert by_night != asked
    for night in range(20, 30):  # came late
        backend.add_reading("anna", datetime(2025, 6, night, 6), value=75.0)  # noqa: DTZ001
    assert invoke("everything")["computed"] == 1
    assert forecasts()[1][1] > by_night[1][1], "its own, whenever it was made, it makes again"


def test_a_newer_night_that_was_saved_while_an_older_one_was_computed_stays(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("anna", days=40)
    real = nights.save_night

    def meanwhile(connection: Any, user_id: str, mark: Any, rows: Any) -> bool:
        backend.run("""INSERT INTO ml."Night" VALUES ('anna', '2025-07-02', 'v', 'e')""")
        return real(connection, user_id, mark, rows)

    monkeypatch.setattr(person_night, "save_night", meanwhile)
    report = invoke("everything")
    assert (report["superseded"], report["computed"]) == (1, 0)
    assert all(count(backend, table, "anna") == 0 for table in TABLES)


def test_what_a_person_switched_off_is_not_computed(backend: Backend) -> None:
    add_person("anna", days=150)
    backend.add_profile("anna", enablePredictions=False, enableInsights=False)
    invoke("everything")
    assert count(backend, "MLFeature", "anna")
    assert count(backend, "MLPrediction", "anna") == count(backend, "MLInsight", "anna") == 0
    switches = 'SELECT "enablePredictions", "enableInsights", "totalDataPoints" > 0 FROM "UserMLProfile"'
    assert row(backend, f'{switches} WHERE "userId" = :u', "anna") == [False, False, True]


@pytest.mark.parametrize(
    ("frequency", "day", "told"),
    [
        ("daily", date(2025, 6, 25), True),
        ("weekly", date(2025, 6, 25), False),
        ("weekly", date(2025, 6, 30), True),
        ("monthly", date(2025, 6, 30), False),
        ("monthly", date(2025, 7, 1), True),
        ("Whenever", date(2025, 6, 25), True),
    ],
)
def test_insights_come_as_often_as_wanted(frequency: str, day: date, told: bool) -> None:
    assert person_night.tells_on(day, frequency) is told


@pytest.mark.parametrize("retention", [365, 60, 5, 0])
def test_what_has_outlived_its_retention_is_removed(backend: Backend, retention: int) -> None:
    add_person("anna", days=150)
    backend.add_profile("anna", dataRetentionDays=retention)
    invoke("everything")
    kept = count(backend, "MLFeature", "anna")
    day = "'NUTRITION_DAILY', '{}', '1', now(), now()"
    for name, back in (("old", retention + 1), ("young", retention)):
        backend.run(
            f"""INSERT INTO "MLFeature" VALUES ('{name}', 'anna', '{DAY - timedelta(days=back)}', {day})
            ON CONFLICT DO NOTHING"""
        )
        backend.run(
            f"""INSERT INTO "MLPrediction" VALUES ('{name}', 'anna', 'RESTING_HEART_RATE',
            '{DAY - timedelta(days=back)}', 58, 0.8, '{{}}', 'm', '1', '{{}}', null, null, now())"""
        )
    backend.run('DELETE FROM ml."Night"')
    assert invoke("everything")["computed"] == 1
    names = backend.run("""SELECT id FROM "MLPrediction" WHERE id IN ('old', 'young')""")
    assert names == [["young"]]
    assert backend.run("""SELECT 1 FROM "MLFeature" WHERE id = 'old'""") == []
    assert count(backend, "MLFeature", "anna") >= kept
    oldest = backend.run('SELECT min(date)::date FROM "MLFeature" WHERE "userId" = :u', u="anna")[0][0]
    assert oldest is None or oldest >= DAY - timedelta(days=retention)


def test_features_are_kept_for_the_days_that_are_read_and_go_a_bounded_part_a_night(backend: Backend) -> None:
    kept_days = get_settings().feature_retention_days
    add_person("anna", days=150)
    backend.run(
        """INSERT INTO "MLFeature" ("id", "userId", "date", "category", "features", "version", "updatedAt")
        SELECT 'old-' || back, 'anna', CAST(:day AS date) - back, 'COMBINED_FEATURES', '{}', '1', now()
        FROM generate_series(30, 330) AS back""",
        day=str(DAY),
    )

    def oldest() -> int:
        rows = backend.run("""SELECT id FROM "MLFeature" WHERE id LIKE 'old-%' ORDER BY date LIMIT 1""")
        return int(rows[0][0].removeprefix("old-"))

    assert invoke("everything")["computed"] == 1
    assert oldest() == 330 - FEATURES_AT_ONCE
    backend.run('DELETE FROM ml."Night"')
    assert invoke("everything")["computed"] == 1
    assert oldest() == kept_days
    kept = kept_days - 30 + 1 + LATE_DAYS * len(STORED_TOGETHER)
    assert count(backend, "MLFeature", "anna") == kept


def test_a_row_that_says_the_same_is_not_even_locked(backend: Backend) -> None:
    add_person("anna", days=60)
    invoke("everything")
    backend.run('DELETE FROM ml."Night"')
    assert invoke("everything")["computed"] == 1
    assert backend.run('SELECT DISTINCT xmax::text FROM "MLFeature"') == [["0"]]


def test_a_person_with_nothing_and_one_of_three_days_are_no_failures(backend: Backend) -> None:
    backend.add_user("empty", timezone="UTC")
    add_person("new", days=3)
    report = invoke("everything")
    assert (report["computed"], report["failed"]) == (2, 0)
    assert count(backend, "MLPrediction", "empty") == 0
    assert count(backend, "UserMLProfile", "empty") == 1


def test_people_are_cut_into_shards_that_hold_everyone_once(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards.plan, "__defaults__", (2,))
    for n in range(7):
        backend.add_user(f"user-{n}", timezone="UTC")
    planned = invoke("plan")
    assert (planned["people"], len(planned["shards"])) == (7, 4)
    backend.add_user("zoe", timezone="UTC")  # after the plan: in the last shard, which has no end
    reports = [invoke("recompute", shard=shard) for shard in planned["shards"]]
    assert [report["computed"] for report in reports] == [2, 2, 2, 2]


def test_a_plan_has_a_bounded_number_of_shards_and_nobody_is_one_shard(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke("plan")["shards"] == [{"after": "", "until": "", "people": 0}]
    monkeypatch.setattr(shards.plan, "__defaults__", (1,))
    monkeypatch.setattr(shards, "SHARDS_MAX", 3)
    for n in range(10):
        backend.add_user(f"user-{n}", timezone="UTC")
    assert len(invoke("plan")["shards"]) == 3


def test_a_person_costs_at_most_six_statements_and_an_unchanged_one_a_single_one(
    backend: Backend,
) -> None:
    add_person("anna", days=150)
    invoke("recompute")  # a first night learns the zone besides, a process's first what models there are
    backend.run('DELETE FROM ml."Night"')
    listing = 4  # the clock, what is compared (two), who is there
    with counted_statements() as statements:
        invoke("recompute")
    computed = len(statements) - listing
    assert computed <= 6, statements
    with counted_statements() as statements:
        assert invoke("recompute")["unchanged"] == 1
    assert len(statements) - listing == 1

"""Models against each other: who is shown what, what the nights say, and how it ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.cache import get_cache
from common.services.models import served_model
from common.services.nightly import turns
from common.store.experiments import Experiment
from common.store.forecast_log import COMPARED_NIGHTS
from model_export.export import experiments
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, get, post
from tests.integration.night import forget_everyone, invoke
from tests.integration.people import add_person
from tests.integration.versions import IMAGE, KEY, Step, do_at_once, look_again, nutri, publish, runner

TODAY = datetime.now(UTC).date()
PEOPLE, NIGHTS = 40, 10
LAST_NIGHT = TODAY + timedelta(days=NIGHTS)
LATER = f"{LAST_NIGHT}T03:00:00Z"


@pytest.fixture(autouse=True)
def _as_if_new(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody is there, and the nights to come have come."""
    monkeypatch.setattr(turns, "read_clock", lambda _: datetime(2100, 1, 1))  # noqa: DTZ001
    forget_everyone(backend)
    yield
    for table in ("Model", "ModelExperiment", "ModelScore", "ForecastLog"):
        backend.run(f'DELETE FROM ml."{table}"')
    get_cache().delete(*(KEY.format(version) for version in ("2.a", "3.b")))
    look_again()


def start(name: str = "first", challenger: str = "2.a", share: float = 0.0, code: int = 0) -> Any:
    options = ("--metric", "rhr", "--challenger", challenger, "--share", str(share))
    return nutri("experiments", "start", name, *options, code=code)


def add_nights(backend: Backend, version: str, error: float, rule_error: float = 2.0) -> None:
    """Nights from tomorrow on, of people who differ a little, forecast so far off on average."""
    turn = 3 if version == "2.a" else 7
    backend.run(
        f"""
        INSERT INTO ml."ForecastLog" ("userId", "targetDate", "metric", "modelId", "modelVersion", "device",
            "value", "baseline", "lower", "upper", "actual")
        SELECT 'p-' || person, CURRENT_DATE + night, 'RESTING_HEART_RATE', 'rhr_lstm', '{version}', 'night',
            60 + {error} + .05 * ((person * {turn}) % 5 - 2) + .05 * ((person * {turn} + night * 3) % 11 - 5),
            60 + {rule_error}, 55, 65, 60
        FROM generate_series(1, {PEOPLE}) AS person, generate_series(1, {NIGHTS}) AS night
        """
    )


def evaluate(backend: Backend, scheduled: str = LATER) -> dict[str, Any]:
    backend.run('DELETE FROM ml."Tally"')  # what was written since was written by no night
    told = invoke("evaluate", scheduled=scheduled)
    look_again()
    return told


def shown_versions(backend: Backend, user: str) -> dict[str, bool]:
    rows = backend.run(
        """SELECT "modelVersion", "shown" FROM ml."ForecastLog" WHERE "userId" = :u
        AND "metric" = 'RESTING_HEART_RATE'""",
        u=user,
    )
    return dict(rows)


def stored_versions(backend: Backend, user: str) -> list[str]:
    rows = backend.run(
        """SELECT "modelVersion" FROM "MLPrediction" WHERE "userId" = :u
        AND "targetMetric"::text = 'RESTING_HEART_RATE'""",
        u=user,
    )
    return [version for (version,) in rows]


@pytest.mark.parametrize(("share", "shown"), [(0.0, IMAGE), (1.0, "2.a")])
def test_both_are_scored_every_night_and_one_is_shown(
    tmp_path: Path, backend: Backend, share: float, shown: str
) -> None:
    add_person("anna", days=120, last=TODAY)
    publish(tmp_path, "2.a")
    start(share=share)
    told = invoke("everything", scheduled=f"{TODAY}T04:00:00Z")
    assert told["computed"] == 1
    other = "2.a" if shown == IMAGE else IMAGE
    assert shown_versions(backend, "anna") == {shown: True, other: False}
    assert stored_versions(backend, "anna") == [shown]
    assert post("/api/predictions/rhr", {"userId": "anna"}).body["modelVersion"] == shown


def test_a_person_is_shown_the_same_model_everywhere_and_always(tmp_path: Path) -> None:
    publish(tmp_path, "2.a")
    start(share=0.4)
    people = [f"person-{n}" for n in range(200)]
    versions = [served_model("rhr", person).manifest.version for person in people]
    look_again()
    assert versions == [served_model("rhr", person).manifest.version for person in people]
    assert 50 < versions.count("2.a") < 110
    assert {served_model("hrv", person).manifest.metric for person in people} == {"hrv"}


def test_a_damaged_challenger_is_shown_to_nobody(tmp_path: Path, backend: Backend) -> None:
    add_person("anna", days=120, last=TODAY)
    publish(tmp_path, "2.a")
    start(share=1.0)
    backend.run("""UPDATE ml."Model" SET "content" = '\\x00'""")
    look_again()
    assert invoke("everything", scheduled=f"{TODAY}T04:00:00Z")["computed"] == 1
    assert shown_versions(backend, "anna") == {IMAGE: True}


def test_a_better_challenger_is_seen_and_promoted(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    start()
    add_nights(backend, IMAGE, 1.5)
    assert evaluate(backend)["contests"][0]["comparison"] is None
    nutri("experiments", "watch", "first", code=3)
    assert nutri("experiments", "promote", "first", code=1).code == "not_better"
    add_nights(backend, "2.a", 0.9)
    (contest,) = evaluate(backend)["contests"]
    assert contest["comparison"]["verdict"] == "better"
    told = nutri("experiments", "watch", "first")[0]["comparison"]
    assert (told["people"], told["nights"]) == (PEOPLE, PEOPLE * NIGHTS)
    assert told["lower"] < told["gain"] == pytest.approx(0.3, abs=0.02)
    assert told["gain"] < told["upper"]
    assert "better" in runner.invoke(nutri_app(), ["experiments", "list"]).stdout
    nutri("experiments", "promote", "first")
    assert served_model("rhr", "anyone").manifest.version == "2.a"
    (ended,) = nutri("experiments", "list")
    assert (ended["outcome"], ended["comparison"]["verdict"]) == ("promoted", "better")
    assert evaluate(backend)["contests"] == []


def nutri_app() -> Any:
    from functions.local.cli.app import app  # noqa: PLC0415

    return app


@pytest.mark.parametrize(("error", "outcome"), [(1.5, "undecided"), (0.9, None)])
def test_an_experiment_ends_with_the_nights_that_are_kept_unless_it_is_won(
    tmp_path: Path, backend: Backend, error: float, outcome: str | None
) -> None:
    publish(tmp_path, "2.a")
    start(share=1.0)
    add_nights(backend, IMAGE, 1.5)
    add_nights(backend, "2.a", error)
    first = TODAY + timedelta(days=1)
    evaluate(backend, f"{first + timedelta(days=COMPARED_NIGHTS - 2)}T03:00:00Z")
    (before,) = nutri("experiments", "list")
    assert before["outcome"] is None
    assert before["comparison"]["verdict"] == (outcome or "better")
    backend.run('DELETE FROM ml."ForecastLog"')  # expired: what is left is no longer all there was
    (contest,) = evaluate(backend, f"{first + timedelta(days=COMPARED_NIGHTS)}T03:00:00Z")["contests"]
    assert contest["ended"] is (outcome is not None)
    (after,) = nutri("experiments", "list")
    assert (after["outcome"], after["comparison"]) == (outcome, before["comparison"])
    assert served_model("rhr", "anyone").manifest.version == (IMAGE if outcome else "2.a")
    if outcome is None:
        nutri("experiments", "promote", "first")
        assert served_model("rhr", "anyone").manifest.version == "2.a"


def test_two_experiments_begun_at_once_are_one(tmp_path: Path) -> None:
    publish(tmp_path, "2.a", "3.b")

    def begin(name: str, challenger: str) -> Step:
        planned = Experiment(name, "rhr", IMAGE, challenger, 0.0, TODAY)
        return lambda connection: experiments.start(connection, planned)

    assert do_at_once(begin("first", "2.a"), begin("second", "3.b")) == "conflict"
    assert [one["challenger"] for one in nutri("experiments", "list")] == ["2.a"]


def test_a_worse_challenger_is_seen_and_can_be_stopped(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    start(share=1.0)
    add_nights(backend, IMAGE, 1.0)
    add_nights(backend, "2.a", 1.4)
    assert evaluate(backend)["contests"][0]["comparison"]["verdict"] == "worse"
    nutri("experiments", "stop", "first")
    assert served_model("rhr", "anyone").manifest.version == IMAGE
    assert nutri("experiments", "stop", "first", code=1).code == "not_found"
    assert nutri("experiments", "watch", "nothing", code=1).code == "not_found"


def test_an_older_run_leaves_what_a_newer_one_said(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a")
    start()
    add_nights(backend, IMAGE, 1.5)
    add_nights(backend, "2.a", 0.9)
    evaluate(backend)
    backend.run("""UPDATE ml."ForecastLog" SET "value" = 66 WHERE "modelVersion" = '2.a'""")
    evaluate(backend, f"{LAST_NIGHT - timedelta(days=1)}T03:00:00Z")
    assert nutri("experiments", "watch", "first")[0]["comparison"]["verdict"] == "better"


def test_what_is_compared_does_not_change_meanwhile(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a", "3.b")
    start()
    assert start("second", "3.b", code=1).code == "experiment_running"
    assert nutri("models", "promote", "rhr", "3.b", code=1).code == "experiment_running"
    challenge = ("models", "publish", str(tmp_path / "3.b"), "--challenger")
    assert nutri(*challenge, code=1).code == "experiment_running"
    nutri("experiments", "promote", "first", "--force")
    assert start("first", "3.b", code=1).code == "name_taken"
    assert start("second", "2.a", code=1).code == "is_champion"
    assert start("second", "9.z", code=1).code == "not_found"
    backend.run("""UPDATE ml."Model" SET "content" = '\\x00' WHERE "version" = '3.b'""")
    assert start("second", "3.b", code=1).code == "model_refused"


def promote_in_turn(tmp_path: Path, backend: Backend) -> None:
    publish(tmp_path, "2.a", "3.b")
    for version in ("2.a", "3.b"):
        nutri("models", "promote", "rhr", version)


def test_a_champion_worse_than_the_simple_rule_is_withdrawn_for_the_one_before(
    tmp_path: Path, backend: Backend
) -> None:
    promote_in_turn(tmp_path, backend)
    start(challenger="2.a")
    add_nights(backend, "3.b", error=2.4, rule_error=2.0)
    (withdrawn,) = evaluate(backend)["withdrawn"]
    assert (withdrawn["modelVersion"], withdrawn["reason"]) == ("3.b", "worse than the simple rule")
    assert withdrawn["comparison"]["upper"] < 0
    assert served_model("rhr", "anyone").manifest.version == "2.a"
    listed = {one["modelVersion"]: one for one in nutri("models", "list")}
    assert listed["3.b"]["withdrawnFor"] == "worse than the simple rule"
    assert nutri("experiments", "list")[0]["outcome"] == "champion withdrawn"
    assert evaluate(backend)["withdrawn"] == []


def test_a_champion_that_may_be_better_stays(tmp_path: Path, backend: Backend) -> None:
    promote_in_turn(tmp_path, backend)
    add_nights(backend, "3.b", error=1.7, rule_error=2.0)
    assert evaluate(backend)["withdrawn"] == []
    assert served_model("rhr", "anyone").manifest.version == "3.b"


def ask_models() -> Any:
    return get("/api/predictions/models").body


def ask_performance(model_id: str = "rhr_lstm") -> Reply:
    return get(f"/api/predictions/models/{model_id}/performance")


def test_models_and_experiments_are_listed(tmp_path: Path) -> None:
    publish(tmp_path, "2.a")
    start(share=0.25)
    told = ask_models()
    versions = {one["modelVersion"]: one for one in told["models"] if one["metric"] == "rhr"}
    assert (versions["2.a"]["alias"], versions["2.a"]["trafficShare"]) == ("challenger", 0.25)
    assert versions["2.a"]["experiment"] == "first"
    assert (versions[IMAGE]["source"], versions[IMAGE]["alias"]) == ("image", "champion")
    assert [one["name"] for one in told["experiments"]] == ["first"]
    assert {one["metric"] for one in told["models"]} == {"rhr", "hrv"}


def test_a_model_no_night_has_judged_says_so_and_one_nobody_knows_is_not_found() -> None:
    assert ask_performance().body == {
        "modelId": "rhr_lstm",
        "status": "not_evaluated",
        "versions": [],
        "shouldRetrain": False,
        "reasons": [],
    }
    reply = ask_performance("no_such_model")
    assert (reply.status, reply.body["code"]) == (404, "not_found")
    assert ask_performance("No%20Model").status == 422


def test_performance_is_what_the_nights_found_version_by_version(tmp_path: Path, backend: Backend) -> None:
    add_nights(backend, IMAGE, error=2.4)
    add_nights(backend, "2.a", error=0.5)
    for back in (2, 1, 0):
        evaluate(backend, f"{LAST_NIGHT - timedelta(days=back)}T03:00:00Z")
    evaluate(backend)
    told = ask_performance().body
    assert told["status"] == "evaluated"
    bad = next(one for one in told["versions"] if one["modelVersion"] == IMAGE)
    assert [one["day"] for one in bad["history"]] == [str(LAST_NIGHT - timedelta(days=b)) for b in (2, 1, 0)]
    score = bad["latest"]["score"]
    assert (score["people"], score["forecasts"]) == (PEOPLE, PEOPLE * NIGHTS)
    assert score["skill"]["upper"] < 0
    assert list(bad["latest"]["byDevice"]) == ["night"]
    assert "worse_than_simple_rule" in bad["latest"]["reasons"]
    publish(tmp_path, "2.a")
    nutri("models", "promote", "rhr", "2.a")
    serving = ask_performance().body
    assert "worse_than_simple_rule" not in serving["reasons"]


def test_what_models_look_at_is_watched_for_drift(backend: Backend) -> None:
    for n in range(60):
        for back, steps in ((40, 4_000 + 100 * n), (3, 14_000 + 100 * n)):
            backend.run(
                f"""INSERT INTO ml."ForecastLog" VALUES ('p-{n}', '{TODAY - timedelta(days=back)}',
                'RESTING_HEART_RATE', 'rhr_lstm', '1', 'night', 60, 61, 40, 90, 60, true,
                '{{"steps": {steps}, "sleep_minutes": 400}}')"""
            )
    (told,) = evaluate(backend, f"{TODAY}T03:00:00Z")["forecasts"]
    assert told["inputDrift"]["steps"]["index"] > told["inputDrift"]["steps"]["byChance"]
    assert "sleep_minutes" not in told["inputDrift"]
    assert told["shouldRetrain"] == ["intervals_too_wide", "input_drift"]
    latest = ask_performance().body["versions"][0]["latest"]
    assert latest["inputDrift"]["steps"]["found"]


def test_the_night_keeps_the_day_before_of_what_models_look_at(backend: Backend) -> None:
    add_person("anna", days=120, last=TODAY)
    invoke("everything", scheduled=f"{TODAY}T04:00:00Z")
    (inputs,) = backend.run(
        """SELECT "inputs" FROM ml."ForecastLog" WHERE "metric" = 'RESTING_HEART_RATE'"""
    )[0]
    assert {"steps", "sleep_minutes", "rhr_bpm"} <= inputs.keys()
    assert all(value > 0 for value in inputs.values())

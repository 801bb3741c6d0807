"""The insights group over HTTP and PostgreSQL: filters, words, feedback, evidence, and what is told when."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from common.compute.forecasts.model_inputs import HISTORY_DAYS as OUTLOOK_DAYS
from common.services.correlations import history_days
from common.services.insights import HISTORY_DAYS, generate_insights
from common.services.presenting import View
from common.store.engine import reading, transaction
from common.store.insights import StoredInsight, list_told
from functions.local.data.cohort import make_cohort
from functions.local.data.loading import save_people
from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, get, post, put

TODAY = datetime.now(UTC).date()
USER = "demo-bruno"


@pytest.fixture(scope="module", autouse=True)
def people(_servers: None) -> None:
    cohort = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == USER]
    with transaction() as connection:
        save_people(connection, cohort, "demo")


def feed(query: str = "") -> Reply:
    return get(f"/api/insights/{USER}", query)


def test_every_insight_is_told_in_words_with_its_figures_and_its_rank() -> None:
    answer = feed().body
    assert answer["status"] == "ok"
    assert 1 <= len(answer["insights"]) <= 5
    for insight in answer["insights"]:
        assert insight["title"]
        assert any(sign.isdigit() for sign in insight["description"])
        assert insight["evidence"].keys() == insight["evidenceUnits"].keys()
        assert insight["rankReason"].startswith("Shown here because ")
    assert set(answer["new"]) == {i["id"] for i in answer["insights"]}
    assert all(need["daysHave"] < need["daysNeeded"] for need in answer["needed"])


def test_filters_narrow_and_pages_follow_one_another() -> None:
    everything = [i["id"] for i in feed().body["insights"]]
    goals = feed("type=GOAL_PROGRESS").body["insights"]
    assert {i["type"] for i in goals} == {"GOAL_PROGRESS"}
    assert feed("priority=CRITICAL").body["insights"] == []
    assert feed(f"since={TODAY + timedelta(days=1)}").body["insights"] == []
    walked, cursor = [], ""
    while True:
        page = feed(f"limit=2{cursor}").body
        walked += [i["id"] for i in page["insights"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert walked == everything


@pytest.mark.parametrize(
    "query",
    ["type=GOSSIP", "limit=0", "limit=x", "cursor=" + "0" * 32, "cursor=x", "units=stones", "locale=%00"],
)
def test_a_filter_nobody_knows_is_refused(query: str) -> None:
    assert feed(query).status == 422


def test_units_change_the_words_and_nothing_else() -> None:
    metric, imperial = feed().body, feed("units=imperial&locale=en-US").body
    assert [i["evidence"] for i in metric["insights"]] == [i["evidence"] for i in imperial["insights"]]
    assert (metric["units"], imperial["units"], imperial["locale"]) == ("metric", "imperial", "en")
    assert feed("locale=tlh").body["locale"] == "en"


def test_a_language_changes_the_words_and_nothing_else() -> None:
    english, german = feed().body, feed("locale=de-AT").body
    assert german["locale"] == "de"
    assert german["explanation"] != english["explanation"]
    for one, other in zip(english["insights"], german["insights"], strict=True):
        assert (one["id"], one["evidence"], one["priority"]) == (
            other["id"],
            other["evidence"],
            other["priority"],
        )
        for words in ("title", "description", "recommendation", "caveat", "rankReason"):
            assert one[words] != other[words]
        shown = get(f"/api/insights/{USER}/{one['id']}/evidence", "locale=de").body
        assert (shown["insight"]["title"], shown["text"] in other["description"]) == (other["title"], True)


def test_feedback_is_kept_shown_and_the_same_however_often_it_is_said(backend: Backend) -> None:
    insight = feed().body["insights"][0]["id"]
    path = f"/api/insights/{USER}/{insight}/feedback"
    first = put(path, {"helpful": True, "viewed": True})
    stored = backend.run('SELECT "viewedAt", "helpful" FROM "MLInsight" WHERE "id" = :i', i=insight)
    assert put(path, {"helpful": True, "viewed": True}).body == first.body
    assert backend.run('SELECT "viewedAt", "helpful" FROM "MLInsight" WHERE "id" = :i', i=insight) == stored
    shown = {i["id"]: i for i in feed().body["insights"]}
    assert (shown[insight]["helpful"], shown[insight]["viewed"]) == (True, True)
    post(f"/api/insights/{USER}/generate", {})
    assert {i["id"]: i for i in feed().body["insights"]}[insight]["helpful"] is True
    assert put(path, {"helpful": None}).body["helpful"] is None


def test_what_was_dismissed_is_gone_makes_room_and_can_still_be_listed() -> None:
    before = feed().body["insights"]
    gone = before[-1]["id"]
    put(f"/api/insights/{USER}/{gone}/feedback", {"dismissed": True})
    assert gone not in {i["id"] for i in feed().body["insights"]}
    again = post(f"/api/insights/{USER}/generate", {}).body
    assert gone not in {i["id"] for i in again["insights"]}
    assert gone in {i["id"] for i in feed("includeDismissed=true").body["insights"]}
    put(f"/api/insights/{USER}/{gone}/feedback", {"dismissed": False})


@pytest.mark.parametrize("body", [{}, {"helpful": "yes"}, {"liked": True}, {"viewed": 1}, []])
def test_feedback_that_says_nothing_clear_is_refused(body: object) -> None:
    insight = feed().body["insights"][0]["id"]
    assert put(f"/api/insights/{USER}/{insight}/feedback", body).status == 422


def test_nobody_rates_what_they_were_not_told(backend: Backend) -> None:
    insight = feed().body["insights"][0]["id"]
    other = backend.add_user(timezone="UTC")
    for path in (f"/api/insights/{other}/{insight}", f"/api/insights/{USER}/{'0' * 32}"):
        assert put(f"{path}/feedback", {"helpful": True}).status == 404
        assert get(f"{path}/evidence").status == 404


def test_the_summary_counts_everybody_and_names_nobody() -> None:
    insight = feed().body["insights"][0]
    put(f"/api/insights/{USER}/{insight['id']}/feedback", {"helpful": True})
    answer = get("/api/insights/summary")
    rated = [t for t in answer.body["templates"] if t["template"] == insight["template"]]
    assert rated[0]["helpful"] >= 1
    assert rated[0]["weight"] > 1
    assert USER not in answer.text


def test_evidence_has_the_days_the_insight_speaks_of() -> None:
    told = feed().body["insights"]
    for insight in told:
        answer = get(f"/api/insights/{USER}/{insight['id']}/evidence").body
        assert answer["insight"]["title"] == insight["title"]
        assert all(len(series["values"]) == len(answer["days"]) for series in answer["series"])
        assert any(value is not None for series in answer["series"] for value in series["values"])
        if insight["correlation"] is not None:
            assert len(answer["pairs"]) >= 0.9 * insight["dataPoints"]
    # which goals are told depends on the week the made-up people are in
    for goal in (i for i in told if i["type"] == "GOAL_PROGRESS" and i["subject"] != "weight"):
        series = get(f"/api/insights/{USER}/{goal['id']}/evidence").body["series"][0]["values"]
        week = [value for value in series[-8:-1] if value is not None]
        assert sum(week) / len(week) == pytest.approx(goal["evidence"]["average"])


def test_the_same_truths_are_not_told_again_when_their_time_is_over() -> None:
    def told_on(day: date) -> list[dict[str, object]]:
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        answer = generate_insights("later", None, View(), now=now)
        return list(json.loads(answer.body)["insights"])

    cohort = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == USER]
    rows = [replace(r, profile=replace(r.profile, user_id="later")) for r in cohort]
    with transaction() as connection:
        save_people(connection, rows, "demo")
    first = {i["id"] for i in told_on(TODAY)}
    second = {i["id"] for i in told_on(TODAY + timedelta(days=3))}
    assert first & second
    with reading() as connection:
        stored = {item.row.id for item in list_told(connection, "later")}
    assert first <= stored


def test_an_older_run_never_overwrites_what_a_newer_one_said() -> None:
    def run_on(day: date) -> dict[str, StoredInsight]:
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        generate_insights("repeated", None, View(), now=now)
        with reading() as connection:
            return {item.row.id: item for item in list_told(connection, "repeated")}

    cohort = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == USER]
    rows = [replace(r, profile=replace(r.profile, user_id="repeated")) for r in cohort]
    with transaction() as connection:
        save_people(connection, rows, "demo")
    run_on(TODAY - timedelta(days=12))
    newer = run_on(TODAY)
    repeated = run_on(TODAY - timedelta(days=1))
    assert {insight: repeated[insight] for insight in newer} == newer


def test_a_feed_of_a_past_day_knows_nothing_of_what_was_told_since() -> None:
    past = post(f"/api/insights/{USER}/generate", {"date": str(TODAY - timedelta(days=20))}).body
    assert all(i["since"] == past["date"] for i in past["insights"])
    assert all(not i["viewed"] and i["helpful"] is None for i in past["insights"])


def test_a_past_day_is_answered_and_leaves_the_stored_feed_alone(backend: Backend) -> None:
    feed()
    kept = """SELECT "id", "metadata"::text, "expiresAt" FROM "MLInsight" WHERE "userId" = :u ORDER BY 1"""
    before = backend.run(kept, u=USER)
    assert post(f"/api/insights/{USER}/generate", {"date": str(TODAY - timedelta(days=40))}).status == 200
    assert backend.run(kept, u=USER) == before


def test_generated_twice_on_a_day_the_feed_is_the_same_unless_the_rows_changed(backend: Backend) -> None:
    def generate(user: str) -> dict[str, Any]:
        body = post(f"/api/insights/{user}/generate", {}).body
        return {name: value for name, value in body.items() if name != "computedAt"}

    cohort = [rows for rows in make_cohort(TODAY) if rows.profile.user_id == USER]
    rows = [replace(r, profile=replace(r.profile, user_id="twice")) for r in cohort]
    with transaction() as connection:
        save_people(connection, rows, "demo")
    first = generate("twice")
    assert first["new"]
    assert generate("twice") == first
    backend.run(
        """DELETE FROM "Meal" WHERE "userId" = 'twice' AND "consumedAt" > now() - interval '9 days'"""
    )
    changed = generate("twice")
    gone = {i["id"] for i in first["insights"] if i["type"] == "GOAL_PROGRESS"}
    assert gone
    assert gone <= set(changed["expired"])
    assert not gone & {i["id"] for i in changed["insights"]}


def test_nothing_reliable_is_a_whole_answer_that_says_what_would_make_it_so(backend: Backend) -> None:
    user = backend.add_user(timezone="UTC")
    answer = post(f"/api/insights/{user}/generate", {})
    assert answer.status == 200
    assert (answer.body["status"], answer.body["insights"]) == ("insufficient_data", [])
    assert answer.body["explanation"].startswith("There is too little data yet.")
    needed = {need["metric"]: need for need in answer.body["needed"]}
    assert {"rhr", "nights_worn", "complete_food_log_days"} <= needed.keys()
    assert all(need["daysHave"] < need["daysNeeded"] for need in needed.values())


def test_the_feed_looks_back_as_far_as_every_engine_it_asks() -> None:
    assert max(history_days(), OUTLOOK_DAYS) <= HISTORY_DAYS


def test_what_was_seen_and_what_was_not_can_be_listed_and_counted() -> None:
    everything = feed().body
    ids = [insight["id"] for insight in everything["insights"]]
    put(f"/api/insights/{USER}/{ids[0]}/feedback", {"viewed": True})
    put(f"/api/insights/{USER}/{ids[1]}/feedback", {"viewed": False})
    seen, unseen = feed("viewed=true").body, feed("viewed=false&limit=1").body
    assert ids[0] in {insight["id"] for insight in seen["insights"]}
    assert all(insight["viewed"] for insight in seen["insights"])
    assert [insight["viewed"] for insight in unseen["insights"]] == [False]
    assert seen["totals"]["matching"] + unseen["totals"]["matching"] == len(ids)
    for part in ("shown", "unviewed", "byType", "byPriority"):
        assert seen["totals"][part] == unseen["totals"][part] == feed().body["totals"][part]
    assert unseen["totals"]["unviewed"] == unseen["totals"]["matching"]
    assert sum(seen["totals"]["byType"].values()) == sum(seen["totals"]["byPriority"].values()) == len(ids)


def test_a_badge_that_changes_changes_the_tag_of_a_list_it_is_not_in() -> None:
    unseen = feed("viewed=false").body["insights"]
    before = feed("viewed=true").headers["etag"]
    put(f"/api/insights/{USER}/{unseen[0]['id']}/feedback", {"helpful": True})
    put(f"/api/insights/{USER}/{unseen[0]['id']}/feedback", {"helpful": None, "viewed": True})
    assert feed("viewed=true").headers["etag"] != before


def test_one_insight_is_told_by_its_id_after_its_time_too(backend: Backend) -> None:
    shown = feed("units=imperial").body["insights"][-1]
    path = f"/api/insights/{USER}/{shown['id']}"
    one = get(path, "units=imperial")
    assert one.body == {"userId": USER, "insight": shown, "expired": False}
    assert get(path, "units=imperial", **{"if-none-match": one.headers["etag"]}).status == 304
    assert get(path, "locale=de").body["insight"]["title"] != shown["title"]
    backend.run("""UPDATE "MLInsight" SET "expiresAt" = '2020-01-01' WHERE "id" = :i""", i=shown["id"])
    assert get(path).body["expired"] is True
    assert get(f"/api/insights/{USER}/{'0' * 32}").status == 404
    assert get(f"/api/insights/nobody/{shown['id']}").status == 404


def test_the_feeds_of_many_people_are_answered_or_refused_one_by_one() -> None:
    asked = [USER, "nobody", USER]
    answer = post("/api/insights/batch", {"userIds": asked})
    assert [one["userId"] for one in answer.body["results"]] == asked
    first, gone, again = answer.body["results"]
    assert (first, gone["feed"], gone["refusal"]["code"]) == (again, None, "not_found")
    assert [i["id"] for i in first["feed"]["insights"]] == [i["id"] for i in feed().body["insights"]]
    assert (answer.body["answered"], answer.body["refused"], first["refusal"]) == (2, 1, None)
    assert post("/api/insights/batch", {"userIds": []}).status == 422
    assert post("/api/insights/batch", {"userIds": [USER] * 101}).status == 422

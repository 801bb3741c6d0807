"""The journal over HTTP: set, shown, taken back; seen by answers at once, exported and deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fixtures.backend import Backend
from tests.fixtures.calls import Reply, call, get

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)


def say(user: str, entries: dict[str, Any], day: object = YESTERDAY) -> Reply:
    path = f"/api/users/{user}/days/{day}/context"
    return call("insights", "PUT", path, body={"entries": entries})


def journal_of(user: str, day: object = YESTERDAY) -> Reply:
    return call("insights", "GET", f"/api/users/{user}/days/{day}/context")


def test_what_is_sent_is_set_and_the_rest_stays(backend: Backend) -> None:
    user = backend.add_user(timezone="UTC")
    said = say(user, {"drinks": 0, "illness": False, "caffeine_last_hour": "15:30", "habit:walk": True})
    assert said.status == 200
    assert said.body["entries"] == {
        "caffeine_last_hour": "15:30", "drinks": 0, "habit:walk": True, "illness": False,
    }  # fmt: skip
    again = say(user, {"drinks": 0})
    assert again.body == said.body
    changed = say(user, {"drinks": 2, "illness": None})
    assert changed.body["entries"] == {"caffeine_last_hour": "15:30", "drinks": 2, "habit:walk": True}
    assert changed.body["versions"] == {"caffeine_last_hour": 1, "drinks": 2, "habit:walk": 1}
    assert journal_of(user).body == changed.body
    query = f"from={YESTERDAY - timedelta(days=3)}&to={TODAY}"
    listed = call("insights", "GET", f"/api/users/{user}/days/context", query=query)
    assert [day["date"] for day in listed.body["days"]] == [str(YESTERDAY)]


def test_an_answer_changes_the_day_at_once(backend: Backend) -> None:
    user = backend.add_user(timezone="UTC")
    path = f"/api/features/{user}/{YESTERDAY}"
    assert get(path).body["features"]["nutrition"]["alcohol_drinks_daily"] is None
    say(user, {"drinks": 0, "stress": 7})
    told = get(path).body["features"]
    assert (told["nutrition"]["alcohol_drinks_daily"], told["health"]["stress"]) == (0, 7)
    deleted = call("insights", "DELETE", f"/api/users/{user}/days/{YESTERDAY}/context")
    assert deleted.body["deleted"] == 2
    assert get(path).body["features"]["nutrition"]["alcohol_drinks_daily"] is None


def test_what_cannot_be_said_is_refused_entry_by_entry(backend: Backend) -> None:
    user = backend.add_user(timezone="UTC")
    refused = say(user, {"drinks": -1, "mood": 3, "illness": 1, "stress": 5})
    assert refused.status == 422
    assert {(e["pointer"], e["code"]) for e in refused.body["errors"]} == {
        ("/entries/drinks", "out_of_bounds"),
        ("/entries/mood", "unknown_entry"),
        ("/entries/illness", "wrong_kind"),
    }
    assert journal_of(user).body["entries"] == {}
    assert say(user, {}).status == 422
    assert say(user, {"drinks": 0}, TODAY + timedelta(days=2)).status == 422
    assert say("nobody", {"drinks": 0}).status == 404
    say(user, {"habit:walk": True})
    assert say(user, {"habit:walk": 3}, TODAY).body["errors"][0]["code"] == "wrong_kind"


def test_it_is_exported_and_deleted_with_everything_else(backend: Backend) -> None:
    user = backend.add_user(timezone="UTC")
    say(user, {"drinks": 1})
    exported = call("insights", "GET", f"/api/users/{user}/export").body["tables"]["DayContext"]
    assert [(row["name"], row["value"]) for row in exported] == [("drinks", 1)]
    call("insights", "DELETE", f"/api/users/{user}/data")
    assert backend.run('SELECT count(*) FROM ml."DayContext" WHERE "userId" = :u', u=user) == [[0]]
    assert say(user, {"drinks": 1}).body["code"] == "deleted_by_user"


def test_the_vocabulary_is_served_with_the_catalogue(backend: Backend) -> None:
    del backend
    journal = {entry["name"]: entry["kind"] for entry in get("/api/features/catalog").body["journal"]}
    assert (journal["drinks"], journal["illness"], journal["caffeine_last_hour"]) == (
        "number", "yes_no", "hour",
    )  # fmt: skip

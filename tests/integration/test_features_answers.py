"""The features endpoints, through the handler, against real servers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.compute.features import CATALOGUE, FEATURE_VERSION
from tests.fixtures.backend import Backend
from tests.fixtures.calls import get, post
from tests.integration.people import add_person
from tests.people import LAST_DAY

DAY = LAST_DAY - timedelta(days=3)


@pytest.fixture(scope="module", autouse=True)
def anna(_servers: None) -> str:
    return add_person("anna")


def test_a_day_has_every_feature_of_the_catalogue_or_a_counted_reason() -> None:
    answer = get(f"/api/features/anna/{DAY}").body
    named = {name: value for group in answer["features"].values() for name, value in group.items()}
    assert set(named) == set(CATALOGUE)
    assert sum(value is None for value in named.values()) == sum(answer["missing"].values())
    assert answer["featureVersion"] == FEATURE_VERSION
    assert answer["dataQuality"]["partial"] is False


def test_the_second_answer_is_the_first_from_the_cache() -> None:
    fresh = get(f"/api/features/anna/{DAY - timedelta(days=1)}")
    cached = get(f"/api/features/anna/{DAY - timedelta(days=1)}")
    assert (fresh.body["cached"], cached.body["cached"]) == (False, True)
    assert cached.body == fresh.body | {"cached": True}
    assert cached.headers["etag"] == fresh.headers["etag"]


def test_an_answer_already_known_is_not_sent_again() -> None:
    path = f"/api/features/anna/{DAY}"
    etag = get(path).headers["etag"]
    again = get(path, if_none_match=etag)
    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize("query", ["categories=timing,health", "categories=timing&categories=health"])
def test_only_the_categories_asked_for_are_answered_and_counted(query: str) -> None:
    answer = get(f"/api/features/anna/{DAY}", query).body
    assert set(answer["features"]) == {"timing", "health"}
    values = [value for group in answer["features"].values() for value in group.values()]
    assert sum(value is None for value in values) == sum(answer["missing"].values())


def test_a_narrow_answer_is_never_served_for_a_wide_question() -> None:
    day = DAY - timedelta(days=2)
    get(f"/api/features/anna/{day}", "categories=nutrition")
    assert len(get(f"/api/features/anna/{day}").body["features"]) == 7


def test_a_category_that_does_not_exist_is_refused_by_its_place_and_not_echoed() -> None:
    reply = get(f"/api/features/anna/{DAY}", "categories=secret-diary")
    assert (reply.status, reply.body["code"]) == (422, "invalid_input")
    assert "secret-diary" not in reply.text


def test_a_future_day_is_refused_where_the_caller_put_it() -> None:
    today = datetime.now(UTC).date()
    ahead = today + timedelta(days=3)
    for reply, pointer in (
        (get(f"/api/features/anna/{ahead}"), "/path/date"),
        (get("/api/correlations/anna", f"date={ahead}"), "/query/date"),
        (get(f"/api/predictions/anna/{ahead}"), "/path/date"),
        (get("/api/features/anna", f"from={today}&to={ahead}"), "/query/to"),
        (post("/api/features/engineer", {"userId": "anna", "date": str(ahead)}), "/date"),
        (post("/api/features/engineer", {"userId": "anna", "from": str(today), "to": str(ahead)}), "/to"),
        (post("/api/predictions/rhr", {"userId": "anna", "targetDate": str(ahead)}), "/targetDate"),
    ):
        assert (reply.status, reply.body["code"]) == (422, "future_date")
        assert [error["pointer"] for error in reply.body["errors"]] == [pointer]


def test_an_engineered_day_is_written_for_the_backend_to_read(backend: Backend) -> None:
    answer = post("/api/features/engineer", {"userId": "anna", "date": str(DAY), "forceRecompute": True})
    assert answer.status == 200
    rows = backend.run(
        'SELECT category::text, features, version FROM "MLFeature" WHERE "userId" = :u AND date = :d',
        u="anna",
        d=DAY,
    )
    stored = {name: value for _, features, _ in rows for name, value in features.items()}
    told = {name: value for group in answer.body["features"].values() for name, value in group.items()}
    assert stored == told
    assert {version for *_, version in rows} == {FEATURE_VERSION}


def test_a_range_gives_each_day_what_that_day_alone_gives(backend: Backend) -> None:
    first = DAY - timedelta(days=9)
    answer = post("/api/features/engineer", {"user_id": "anna", "from": str(first), "to": str(DAY)}).body
    assert [day["date"] for day in answer["days"]] == [str(first + timedelta(days=n)) for n in range(10)]
    for day in answer["days"][::3]:
        assert day["features"] == get(f"/api/features/anna/{day['date']}").body["features"]
    (written,) = backend.run(
        'SELECT count(DISTINCT date) FROM "MLFeature" WHERE "userId" = :u AND date BETWEEN :a AND :b',
        u="anna",
        a=first,
        b=DAY,
    )
    assert written == [10]


def test_a_range_that_is_read_says_what_one_that_is_written_says_and_writes_nothing(backend: Backend) -> None:
    add_person("cleo", seed=5, days=60)
    first = DAY - timedelta(days=9)
    read = get("/api/features/cleo", f"from={first}&to={DAY}")
    assert read.status == 200
    assert backend.run('SELECT count(*) FROM "MLFeature" WHERE "userId" = \'cleo\'') == [[0]]
    written = post("/api/features/engineer", {"userId": "cleo", "from": str(first), "to": str(DAY)})
    assert read.body == written.body | {"computedAt": read.body["computedAt"]}
    narrow = get("/api/features/cleo", f"from={first}&to={DAY}&categories=health").body
    assert [set(day["features"]) for day in narrow["days"]] == [{"health"}] * 10


def test_of_each_person_the_last_range_is_cached_and_no_other_is_taken_for_it(backend: Backend) -> None:
    add_person("dag", seed=6, days=60)
    asked = f"from={DAY - timedelta(days=4)}&to={DAY}"
    fresh, cached = get("/api/features/dag", asked), get("/api/features/dag", asked)
    assert (fresh.body["cached"], cached.body) == (False, fresh.body | {"cached": True})
    again = get("/api/features/dag", asked, if_none_match=fresh.headers["etag"])
    assert (again.status, again.text) == (304, "")
    for other in (f"from={DAY}&to={DAY}", f"{asked}&categories=health", asked):
        assert get("/api/features/dag", other).body["cached"] is False
    backend.add_reading("dag", datetime(DAY.year, DAY.month, DAY.day, 6), value=71.0)  # noqa: DTZ001
    assert get("/api/features/dag", asked).body["cached"] is False


def test_a_range_without_an_end_ends_with_the_person_s_today(backend: Backend) -> None:
    backend.add_user("eve", timezone="Pacific/Kiritimati")
    here = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    answer = get("/api/features/eve", f"from={here - timedelta(days=365)}").body
    assert (len(answer["days"]), answer["to"], answer["days"][-1]["partial"]) == (366, str(here), True)
    values = [v for day in answer["days"] for v in day["features"]["health"].values()]
    assert set(values) == {None}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2025-01-02&to=2025-01-01", "reversed_range"),
        ("from=2190-01-01", "reversed_range"),
        ("from=2023-01-01&to=2025-01-01", "range_too_long"),
        ("from=1900-01-01", "range_too_long"),
        ("to=2025-01-01", "missing"),
        ("from=1735689600", "date_format"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused_where_it_stands(query: str, code: str) -> None:
    reply = get("/api/features/anna", query)
    assert (reply.status, reply.body["code"]) == (422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in reply.body["errors"]] == [("/query/from", code)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"from": "2025-01-01"}, "incomplete_range"),
        ({"from": "2025-01-02", "to": "2025-01-01"}, "reversed_range"),
        ({"from": "2023-01-01", "to": "2025-01-01"}, "range_too_long"),
        ({"date": "2025-01-01", "from": "2025-01-01", "to": "2025-01-02"}, "date_and_range"),
        ({"forecRecompute": True}, "extra_forbidden"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(body: dict[str, object], code: str) -> None:
    reply = post("/api/features/engineer", {"userId": "anna", **body})
    assert reply.status == 422
    assert [error["code"] for error in reply.body["errors"]] == [code]


def test_an_open_day_is_told_as_partial_and_stored_as_partial(backend: Backend) -> None:
    today = datetime.now(UTC).date()
    add_person("ben", seed=2, days=60, last=today)
    answer = post("/api/features/engineer", {"userId": "ben"}).body
    assert (answer["date"], answer["dataQuality"]["partial"]) == (str(today), True)
    rows = backend.run('SELECT features FROM "MLFeature" WHERE "userId" = :u', u="ben")
    assert rows
    assert all(features["partial"] is True for (features,) in rows)


def test_the_catalogue_defines_every_feature() -> None:
    answer = get("/api/features/catalog").body
    assert answer["count"] == len(CATALOGUE) >= 120
    assert all(feature["definition"] and feature["unit"] is not None for feature in answer["features"])

"""`nutri import` against a database shaped like the real backend's."""

import json
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.compute.series.rows import PersonRows
from common.errors import ConfigurationError, InvalidInput, Unavailable
from common.settings import get_settings
from common.store.engine import reading
from common.store.person import load_person
from functions.local.cli.app import app
from functions.local.data.importing import Outcome, import_file
from model_export.data.rows import to_person_rows
from model_export.data.tidy import read_tidy
from tests.conftest import MakeDatabase
from tests.fixtures.backend import Backend, create_backend_schema
from tests.fixtures.tokens import SECRET

DATASETS = ("lifesnaps", "oura_stethoscope", "whoop_ald0405", "welltory", "t1d_uom", "myaiguide_garmin")
HEADER = (
    "dataset,user,date,rhr,hrv_rmssd,sleep_minutes,steps,workout_minutes,calories_in,alcohol,weight_kg,mood"
)
LINES = (
    "oura_small,a,2026-01-05,58,61.5,431,9120,41.6,2150,1,71.5,happy",
    "oura_small,a,2026-01-06,60,55,,8000,,,,,",
    "oura_small,a,2026-01-08,57.5,64,455,,,1900,0,71,",
    "oura_small,b,2026-01-07,66,31,402,4000,,,,,",
)
TABLES = ("User", "HealthMetric", "Meal", "Activity")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(*lines: str, header: str = HEADER) -> Path:
        path = tmp_path / "small.csv"
        path.write_text("\n".join((header, *lines)) + "\n")
        return path

    return to_file


@pytest.fixture(autouse=True)
def _empty(backend: Backend) -> None:
    backend.run('DELETE FROM public."User"')


def run(path: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["import", str(path), *options])
    return result.exit_code, result.stdout


def contents(backend: Backend) -> dict[str, set[tuple[str, str]]]:
    return {
        table: {tuple(row) for row in backend.run(f'SELECT id, xmin::text FROM public."{table}"')}
        for table in TABLES
    }


def count(backend: Backend, table: str) -> int:
    return int(backend.run(f'SELECT count(*) FROM public."{table}"')[0][0])


def days_of(backend: Backend, user_id: str) -> list[date]:
    found = backend.run(
        'SELECT DISTINCT "recordedAt"::date FROM public."HealthMetric" WHERE "userId" = :id ORDER BY 1',
        id=user_id,
    )
    return [row[0] for row in found]


def load(user_id: str) -> PersonRows:
    with reading() as connection:
        found = load_person(connection, user_id, datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001
    assert found is not None
    return found[1]


def series_of(rows: PersonRows, first: date, last: date) -> DailySeries:
    zone, _ = resolve_zone(rows.profile.timezone)
    now = datetime.combine(last + timedelta(days=3), datetime.min.time())
    return build_series(rows, first, last, resolve_as_of(zone, last, now))


def assert_served_as_trained(path: Path, outcome: Outcome, zone: str = "UTC") -> None:
    people = {person.user_id: person for person in read_tidy(path).people}
    assert outcome.people
    for person in (people[user_id] for user_id in outcome.people):
        direct = to_person_rows(person, zone)
        served = load(person.user_id)
        assert served.profile.timezone == zone
        trained_on = series_of(direct, person.days[0], person.days[-1])
        served_from = series_of(served, person.days[0], person.days[-1])
        np.testing.assert_equal(served_from.values, trained_on.values)
        assert served_from.sources == trained_on.sources
        assert served_from.dropped == trained_on.dropped


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata"])
def test_a_small_file_is_served_as_it_is_trained_on(write: Write, database_url: str, zone: str) -> None:
    path = write(*LINES)
    assert_served_as_trained(path, import_file(path, database_url, timezone=zone), zone)


@pytest.mark.parametrize("dataset", DATASETS)
def test_real_people_are_served_as_they_are_trained_on(dataset: str, database_url: str) -> None:
    directory = os.environ.get("NUTRI_DATA_DIR")
    if not directory:
        pytest.skip("NUTRI_DATA_DIR is not set: the shared data sets are not part of the project")
    path = Path(directory) / f"{dataset}.csv"
    assert_served_as_trained(path, import_file(path, database_url, users=8))


def test_rows_are_those_a_backend_and_a_wearable_would_have_written(
    write: Write, database_url: str, backend: Backend
) -> None:
    import_file(write(*LINES), database_url)
    user = backend.run(
        'SELECT "currentWeight", timezone, email FROM public."User" WHERE id = \'oura_small-a\''
    )
    assert user == [[71.0, "UTC", "oura_small-a@example.invalid"]]
    assert backend.run('SELECT DISTINCT source FROM public."HealthMetric"') == [["oura"]]
    drinks = backend.run("""SELECT count(*) FROM public."Meal" WHERE name = 'alcoholic drink'""")
    assert drinks == [[1]]
    assert backend.run('SELECT duration FROM public."Activity"') == [[42]]
    for table, event in (("HealthMetric", "recordedAt"), ("Meal", "consumedAt"), ("Activity", "endedAt")):
        assert backend.run(f'SELECT count(*) FROM public."{table}" WHERE "createdAt" <= "{event}"') == [[0]]


def test_importing_twice_touches_no_row(write: Write, database_url: str, backend: Backend) -> None:
    path = write(*LINES)
    import_file(path, database_url)
    before = contents(backend)
    again = import_file(path, database_url)
    assert all((c.added, c.changed, c.removed) == (0, 0, 0) for c in again.changes.values())
    assert contents(backend) == before


def test_a_changed_file_changes_only_what_differs(write: Write, database_url: str, backend: Backend) -> None:
    import_file(write(*LINES), database_url)
    before = contents(backend)
    path = write(LINES[0].replace(",58,", ",59,"), LINES[1], LINES[3])
    changed = import_file(path, database_url, replace=True).changes
    after = contents(backend)
    assert (changed["HealthMetric"].added, changed["HealthMetric"].changed) == (0, 1)
    assert changed["HealthMetric"].removed == 3
    assert len(after["HealthMetric"] & before["HealthMetric"]) == len(after["HealthMetric"]) - 1
    first = load("oura_small-a").readings
    assert first.value[first.metric.index("RESTING_HEART_RATE")] in (59, 60)
    assert {row[0] for row in after["User"]} == {row[0] for row in before["User"]}


def test_another_file_adds_to_what_is_there_and_takes_nothing_away(
    write: Write, database_url: str, backend: Backend
) -> None:
    import_file(write(*LINES), database_url)
    before = contents(backend)
    later = import_file(write("oura_small,a,2026-01-09,61,,,,,,,,"), database_url).changes
    assert (later["HealthMetric"].added, later["HealthMetric"].removed) == (1, 0)
    after = contents(backend)
    assert before["HealthMetric"] < after["HealthMetric"]
    assert (before["Meal"], before["Activity"]) == (after["Meal"], after["Activity"])
    weight = backend.run('SELECT "currentWeight" FROM "User" WHERE id = :id', id="oura_small-a")
    assert weight == [[71.0]], "a file that says no weight leaves the one that is known"


def test_a_person_of_one_s_own_naming(write: Write, database_url: str, backend: Backend) -> None:
    assert import_file(write(*LINES[:3]), database_url, user="me").people == ["me"]
    assert days_of(backend, "me")
    with pytest.raises(InvalidInput, match="2 people"):
        import_file(write(*LINES), database_url, user="me")


def test_days_move_so_that_each_persons_last_is_the_one_asked_for(
    write: Write, database_url: str, backend: Backend
) -> None:
    path = write(*LINES)
    import_file(path, database_url, until=date(2026, 3, 20))
    assert days_of(backend, "oura_small-a") == [date(2026, 3, 17), date(2026, 3, 18), date(2026, 3, 20)]
    assert days_of(backend, "oura_small-b") == [date(2026, 3, 20)]
    import_file(path, database_url, until=date(2026, 3, 21))
    assert days_of(backend, "oura_small-a") == [date(2026, 3, 18), date(2026, 3, 19), date(2026, 3, 21)]


def test_rows_written_by_others_survive_an_import(write: Write, database_url: str, backend: Backend) -> None:
    path = write(*LINES)
    import_file(path, database_url)
    meal = backend.add_meal("oura_small-a", datetime(2026, 1, 5, 12))  # noqa: DTZ001
    other = backend.add_user()
    backend.add_reading(other, datetime(2026, 1, 5, 7))  # noqa: DTZ001
    import_file(path, database_url, until=date(2026, 2, 1))
    assert backend.run('SELECT count(*) FROM public."Meal" WHERE id = :id', id=meal) == [[1]]
    assert backend.run('SELECT count(*) FROM public."HealthMetric" WHERE "userId" = :id', id=other) == [[1]]


def test_a_bad_line_refuses_the_whole_file_by_its_number(
    write: Write, database_url: str, backend: Backend
) -> None:
    path = write(*LINES, "oura_small,c,2026-01-09,sixty,,,,,,,,")
    code, output = run(path, "--database-url", database_url)
    assert code == 1
    assert "line 6: rhr is not a number" in output
    assert count(backend, "User") == 0


def test_with_skip_bad_the_rest_is_loaded(write: Write, database_url: str, backend: Backend) -> None:
    path = write("oura_small,a,2026-13-09,60,,,,,,,,", *LINES)
    code, output = run(path, "--skip-bad", "--json", "--database-url", database_url)
    summary = json.loads(output)
    assert code == 0
    assert [fault["line"] for fault in summary["badLines"]] == [2]
    assert summary["loaded"]
    assert count(backend, "User") == 2


def test_a_dry_run_says_what_would_be_loaded_without_a_database(write: Write) -> None:
    path = write(*LINES)
    away = "postgresql://nobody@127.0.0.1:9/nothing"
    code, output = run(path, "--dry-run", "--json", "--database-url", away)
    summary = json.loads(output)
    assert code == 0
    assert not summary["loaded"]
    assert summary["rows"]["User"] == 2
    assert summary["rows"]["Activity"] == 1
    assert summary["columnsLeftOut"] == ["mood"]


def test_a_dry_run_counts_what_an_import_then_adds(write: Write, database_url: str) -> None:
    path = write(*LINES)
    said = import_file(path, database_url, dry_run=True)
    did = import_file(path, database_url)
    assert said.counts == did.counts == {table: change.added for table, change in did.changes.items()}


def test_only_the_first_people_are_loaded_when_so_asked(
    write: Write, database_url: str, backend: Backend
) -> None:
    assert import_file(write(*LINES), database_url, users=1).people == ["oura_small-a"]
    assert backend.run('SELECT id FROM public."User"') == [["oura_small-a"]]


def test_columns_that_nothing_can_hold_are_named(write: Write, database_url: str) -> None:
    code, output = run(write(*LINES), "--database-url", database_url)
    assert code == 0
    assert "Columns left out: mood" in output


def test_what_is_no_tidy_csv_is_refused_in_words(tmp_path: Path, database_url: str) -> None:
    path = tmp_path / "other.csv"
    for content, word in ((b"when,what\n1,2\n", "column"), (b"\xff\xfe\x00", "UTF-8"), (b"", "column")):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match=word):
            import_file(path, database_url)


def test_an_unknown_time_zone_is_a_wrong_call(write: Write, database_url: str) -> None:
    code, _ = run(write(*LINES), "--timezone", "Mars/Olympus", "--database-url", database_url)
    assert code == 2


def test_a_database_away_or_empty_is_said_plainly(write: Write, make_database: MakeDatabase) -> None:
    path = write(*LINES)
    with pytest.raises(Unavailable):
        import_file(path, "postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(ConfigurationError, match="nutri migrate"):
        import_file(path, make_database("template0"))


def test_an_older_backend_takes_utc_people_and_refuses_zones_it_cannot_store(
    write: Write, make_database: MakeDatabase
) -> None:
    url = make_database("template0")
    create_backend_schema(url, ("backend.sql",))
    path = write(*LINES)
    with pytest.raises(ConfigurationError, match="timezone"):
        import_file(path, url, timezone="Europe/Berlin")
    outcome: Outcome = import_file(path, url)
    assert outcome.changes["User"].added == 2


def test_a_column_the_backend_demands_and_nobody_knows_is_named(
    write: Write, make_database: MakeDatabase
) -> None:
    url = make_database("template0")
    create_backend_schema(url, ("backend.sql",))
    backend = Backend(url)
    backend.run('ALTER TABLE public."User" ADD COLUMN "phoneNumber" text NOT NULL')
    with pytest.raises(ConfigurationError, match="phoneNumber"):
        import_file(write(*LINES), url)
    assert count(backend, "User") == 0
    backend.close()


def test_people_are_not_loaded_into_production(
    write: Write, database_url: str, settings_env: pytest.MonkeyPatch
) -> None:
    get_settings.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENVIRONMENT", "production")
        patch.setenv("JWT_SECRET", SECRET)
        patch.setenv("JWT_ISSUER", "backend")
        patch.setenv("JWT_AUDIENCE", "nutri")
        result = CliRunner().invoke(app, ["import", str(write(*LINES)), "--database-url", database_url])
    get_settings.cache_clear()
    assert isinstance(result.exception, ConfigurationError)


def test_an_import_finds_the_database_of_a_running_service(
    write: Write, database_url: str, backend: Backend, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text(f"GATEWAY_URL='http://127.0.0.1:8000'\nDATABASE_URL='{database_url}'\n")
    get_settings.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL")
        code, _ = run(write(*LINES), "--state", str(tmp_path))
    get_settings.cache_clear()
    assert code == 0
    assert count(backend, "User") == 2


def test_a_backend_whose_enum_lacks_a_metric_is_named_as_the_reason(
    write: Write, make_database: MakeDatabase
) -> None:
    url = make_database("template0")
    create_backend_schema(url, ("backend.sql",))
    backend = Backend(url)
    backend.run("""ALTER TYPE "HealthMetricType" RENAME VALUE 'STEPS' TO 'STRIDES'""")
    with pytest.raises(ConfigurationError, match="enum"):
        import_file(write(*LINES), url)
    assert count(backend, "User") == 0
    backend.close()


def test_a_role_that_may_only_read_is_told_so(write: Write, database_url: str, backend: Backend) -> None:
    backend.run("""DROP ROLE IF EXISTS onlooker""")
    backend.run("CREATE ROLE onlooker LOGIN")
    backend.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker")
    url = database_url.replace("postgres@", "onlooker@", 1)
    with pytest.raises(ConfigurationError, match="role"):
        import_file(write(*LINES), url)
    backend.run("DROP OWNED BY onlooker; DROP ROLE onlooker")

"""What the doctor says of databases, settings and models that are not as they should be."""

import shutil
from pathlib import Path

import pytest

from common.errors import Unavailable
from common.inference.forest_manifest import FOLDER
from common.settings import get_settings
from common.store.engine import dispose_engine, reading
from common.store.migrations import run_migrations
from functions.local.doctor import Finding, Verdict, examine
from functions.local.doctor.contract import diff_contract
from functions.local.doctor.machine import check_ports, find_other_versions, find_unknown_settings
from functions.local.doctor.models import check_image, describes
from tests.conftest import MakeDatabase, forget_singletons
from tests.fixtures.backend import Backend, create_backend_schema


@pytest.fixture
def ill(make_database: MakeDatabase, migrated_template: str, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """A database of the test's own, which it may damage."""
    url = make_database(migrated_template)
    monkeypatch.setenv("DATABASE_URL", url)
    forget_singletons()
    return Backend(url)


def differences() -> list[str]:
    with reading() as connection:
        return diff_contract(connection)


def test_a_database_as_agreed_differs_in_nothing(ill: Backend) -> None:
    assert differences() == []
    ill.run('ALTER TABLE "Meal" ADD "mood" TEXT NOT NULL DEFAULT \'\'')
    ill.run('ALTER TABLE "Meal" ADD "place" TEXT')
    assert differences() == [], "what the backend adds is its own business"
    ill.close()


def test_a_missing_column_another_type_and_a_lacking_value_are_named(ill: Backend) -> None:
    ill.run('ALTER TABLE "Meal" DROP "fiber"')
    ill.run('ALTER TABLE "Meal" ALTER "protein" TYPE NUMERIC')
    ill.run('ALTER TABLE "MLInsight" ADD "tenant" TEXT NOT NULL')
    ill.run("ALTER TYPE \"ActivityType\" RENAME VALUE 'YOGA' TO 'JOGA'")
    assert set(differences()) == {
        '- "Meal"."fiber"  double precision: missing, or this role may not read it',
        '~ "Meal"."protein"  numeric, where double precision is agreed',
        '+ "MLInsight"."tenant"  not null and without a default: no row can be written',
        '- "ActivityType"  lacks YOGA',
    }
    ill.close()


def test_a_missing_table_says_who_makes_it_and_that_prisma_does_not_know(ill: Backend) -> None:
    ill.run('DROP TABLE "MLInsight"')
    assert differences() == ['- "MLInsight"  no such table; `nutri migrate` makes it, unknown to Prisma']
    ill.close()


def of(subject: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.subject == subject]


def test_tables_made_by_us_are_a_note_where_prisma_keeps_a_history(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = make_database("template0")
    create_backend_schema(url, ("backend.sql", "backend_newer_user.sql"))
    backend = Backend(url)
    backend.run('CREATE TABLE IF NOT EXISTS "_prisma_migrations" (id TEXT)')
    monkeypatch.setenv("DATABASE_URL", url)
    forget_singletons()
    (contract,) = of("contract", examine(url, tmp_path))
    assert contract.verdict is Verdict.FAIL
    assert '- "MLFeature"  no such table; `nutri migrate` makes it, unknown to Prisma' in contract.details
    assert "nutri migrate" in contract.remedy
    run_migrations(url)
    dispose_engine()
    findings = examine(url, tmp_path)
    (prisma,) = of("prisma", findings)
    assert prisma.verdict is Verdict.NOTE
    assert '"MLInsight"' in prisma.state
    assert "prisma migrate resolve" in prisma.remedy
    assert of("contract", findings)[0].ok
    backend.close()


def test_a_database_behind_this_build_is_told_its_revision(ill: Backend, tmp_path: Path) -> None:
    ill.run("UPDATE ml.alembic_version SET version_num = '0002'")
    (migration,) = of("migration", examine(ill.url, tmp_path))
    assert migration.verdict is Verdict.FAIL
    assert "0002" in migration.state
    ill.close()


def test_a_misspelt_setting_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("CACHE_TTL_FEATURE=1\nDATABASE_URL=postgresql://x\n")
    assert find_unknown_settings(file) == ["CACHE_TTL_FEATURE"]
    assert find_unknown_settings(tmp_path / "none") == []


def test_another_version_than_the_pinned_one_is_named() -> None:
    (told,) = find_other_versions("# pins\nnumpy==0.0.1\nno-such-package==1\n")
    assert told.startswith("numpy ")
    assert told.endswith(" for 0.0.1")


def test_a_service_that_left_its_list_and_does_not_answer_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("GATEWAY_URL=http://127.0.0.1:1\n")
    told = check_ports(tmp_path)
    assert told.verdict is Verdict.NOTE
    assert "does not answer" in told.state


def test_a_card_of_another_version_is_not_its_card(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    assert not describes(card, "rhr_lstm 1.a")
    card.write_text("# rhr_lstm 1.ab\n\nTomorrow's resting heart rate.\n")
    assert describes(card, "rhr_lstm 1.ab")
    assert not describes(card, "rhr_lstm 1.a")


def test_the_forest_of_unusual_nights_is_a_model_like_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    shutil.copytree(get_settings().models, models)
    monkeypatch.setenv("MODEL_DIR", str(models))
    forget_singletons()
    sound = list(check_image())
    assert [finding.subject for finding in sound] == ["models", "cards"] * 3
    assert all(finding.verdict is Verdict.OK for finding in sound)
    assert sound[-1].state.startswith("nights_forest 1.")
    (models / FOLDER / "card.md").unlink()
    assert [finding.ok for finding in check_image()] == [True] * 5 + [False]
    other = tmp_path / "damaged"
    shutil.copytree(models, other)
    with (other / FOLDER / "model.onnx").open("ab") as file:
        file.write(b"more")
    monkeypatch.setenv("MODEL_DIR", str(other))
    forget_singletons()
    with pytest.raises(Unavailable, match="nights"):
        list(check_image())

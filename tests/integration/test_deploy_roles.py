"""The guide's roles: its commands as it gives them, run by the roles it names, leave a working service."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.settings import get_settings
from common.store.engine import dispose_engine
from functions.local.servers import postgres
from tests.fixtures.backend import Backend, connect_native, create_backend_schema
from tests.fixtures.bundles import ROOT
from tests.fixtures.calls import Reply, call, get

SECTION = (ROOT / "layers" / "README.md").read_text().partition("### 4. Roles and migrations")[2]
COMMANDS = [
    command
    for command in SECTION.partition("```sh\n")[2].partition("```")[0].splitlines()
    if not command.startswith("python3 -m venv")
]

pytestmark = pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")


@pytest.fixture(scope="module")
def urls(state_directory: Path) -> Iterator[dict[str, str]]:
    """A backend whose owner is no superuser, on a server of the module's own: roles are everybody's."""
    server = postgres.start(state_directory / "deployed", settings=postgres.THROW_AWAY)
    admin = connect_native(server.url)
    admin.run("CREATE ROLE backend LOGIN CREATEROLE")
    admin.run("CREATE DATABASE app OWNER backend")
    admin.close()
    roles = {"OWNER_URL": "backend", "MIGRATOR_URL": "nutri_ml_admin", "SERVICE_URL": "nutri_ml"}
    urls = {name: f"postgresql://{role}@127.0.0.1:{server.port}/app" for name, role in roles.items()}
    create_backend_schema(urls["OWNER_URL"], ("backend.sql", "backend_newer_user.sql"))
    yield urls
    server.stop()


@pytest.fixture(scope="module")
def deployed(urls: dict[str, str], settings_env: pytest.MonkeyPatch) -> Iterator[Backend]:
    """What the guide leaves behind. The functions are the service's role."""
    for command in COMMANDS:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env={**os.environ, **urls, "DATABASE_URL": urls["SERVICE_URL"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", urls["SERVICE_URL"])
        get_settings.cache_clear()
        dispose_engine()
        backend = Backend(urls["OWNER_URL"])
        backend.add_user("anna", timezone="Europe/Berlin")
        yield backend
        backend.close()
        dispose_engine()
    get_settings.cache_clear()


def ready() -> Reply:
    return call("features", "GET", "/ready")


def test_the_service_is_ready_and_answers(deployed: Backend) -> None:
    assert (ready().status, ready().body) == (200, {"ready": True})
    assert get("/api/features/anna/2026-01-17").status == 200
    assert get("/api/insights/anna").status == 200
    assert call("insights", "DELETE", "/api/users/anna/data").status == 200


@pytest.mark.parametrize(
    ("right", "role", "named"),
    [
        ('SELECT ON "User"', "nutri_ml_migrator", "ml.person(text)"),
        ('INSERT ON "MLFeature"', "nutri_ml_service", "features"),
        ('SELECT ON ml."Look"', "nutri_ml_service", "a look"),
    ],
)
def test_a_right_that_is_missing_is_named(
    deployed: Backend, urls: dict[str, str], right: str, role: str, named: str
) -> None:
    admin = connect_native(urls["OWNER_URL"].replace("backend@", "postgres@"))
    admin.run(f"REVOKE {right} FROM {role}")
    try:
        told = ready()
        doctor = subprocess.run(
            [ROOT / ".venv/bin/nutri", "doctor", "--database-url", urls["SERVICE_URL"]],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        admin.run(f"GRANT {right} TO {role}")
        admin.close()
    assert told.status == 503
    assert any(named in error["detail"] for error in told.body["errors"]), told.text
    assert doctor.returncode != 0
    assert named in " ".join(doctor.stdout.split())
    assert ready().status == 200

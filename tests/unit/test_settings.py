"""Settings: defaults, refusals, and the file that documents them."""

import tomllib
from pathlib import Path

import pytest

from common.errors import ConfigurationError
from common.settings import Settings, load_settings
from common.version import VERSION
from tests.fixtures.environment import SECRET, set_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_environment(monkeypatch, tmp_path)


def refusal(patch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        patch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    assert refused.value.__cause__ is None
    return refused.value.detail


def test_the_products_defaults() -> None:
    settings = load_settings()
    assert settings.database_url.get_secret_value().startswith("postgresql+pg8000://")
    assert settings.redis_url.get_secret_value() == "redis://localhost:6379/0"
    assert (settings.environment, settings.debug, settings.log_level) == ("development", False, "INFO")
    assert (settings.cache_ttl_features, settings.cache_ttl_predictions) == (3_600, 86_400)
    assert (settings.cache_ttl_models, settings.min_data_points_for_ml) == (604_800, 30)


@pytest.mark.parametrize("environment", ["prod", "Production", "", " development"])
def test_an_unknown_environment_does_not_start(monkeypatch: pytest.MonkeyPatch, environment: str) -> None:
    assert "ENVIRONMENT" in refusal(monkeypatch, ENVIRONMENT=environment, JWT_SECRET=SECRET)


@pytest.mark.parametrize("environment", ["test", "staging", "production"])
def test_only_development_starts_without_a_secret(monkeypatch: pytest.MonkeyPatch, environment: str) -> None:
    assert "JWT_SECRET" in refusal(monkeypatch, ENVIRONMENT=environment, JWT_SECRET="")
    monkeypatch.setenv("JWT_SECRET", SECRET)
    assert not load_settings().open_to_all


def test_development_is_open_only_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().open_to_all
    monkeypatch.setenv("JWT_SECRET", SECRET)
    assert not load_settings().open_to_all


def test_production_refuses_debug_and_hides_the_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "DEBUG" in refusal(monkeypatch, ENVIRONMENT="production", JWT_SECRET=SECRET, DEBUG="true")
    monkeypatch.setenv("DEBUG", "false")
    assert not load_settings().shows_docs


def test_a_secret_shorter_than_the_hash_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal(monkeypatch, JWT_SECRET="hunter2", JWT_SECRET_PREVIOUS="hunter3")
    assert "JWT_SECRET" in told
    assert "JWT_SECRET_PREVIOUS" in told
    assert "hunter" not in told


@pytest.mark.parametrize(
    "secret",
    [
        "x" * 40,
        "0" * 63 + "1",
        "password" * 5,
        "0123456789abcdef" * 4,
        "abcdefghijklmnopqrstuvwxyz012345",
    ],
)
def test_a_secret_that_can_be_guessed_is_refused_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    for name in ("JWT_SECRET", "JWT_SECRET_PREVIOUS"):
        told = refusal(monkeypatch, **{"JWT_SECRET": SECRET, name: secret})
        assert name in told
        assert secret not in told


@pytest.mark.parametrize("secret", ["9f86d081884c7d659a2feaa0c55ad015", "31415926535897932384626433832795"])
def test_every_kind_of_random_text_is_a_secret(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("JWT_SECRET", secret)
    assert not load_settings().open_to_all


def test_the_cache_is_signed_with_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for url in ("postgresql://a:one@h/d", "postgresql://a:two@h/d"):
        monkeypatch.setenv("DATABASE_URL", url)
        seen.add(load_settings().cache_secret)
    monkeypatch.setenv("JWT_SECRET", SECRET)
    seen.add(load_settings().cache_secret)
    assert len(seen) == 3
    assert SECRET.encode() not in seen


def test_a_previous_secret_alone_does_not_leave_the_service_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "JWT_SECRET" in refusal(monkeypatch, JWT_SECRET_PREVIOUS=SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CACHE_TTL_FEATURES", "0"),
        ("CACHE_TTL_MODELS", "an hour"),
        ("MIN_DATA_POINTS_FOR_ML", "-1"),
        ("LOG_LEVEL", "loud"),
        ("DEBUG", "perhaps"),
        ("DATABASE_CONNECT_TIMEOUT_S", "nan"),
    ],
)
def test_a_refused_value_is_named_but_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    told = refusal(monkeypatch, **{name: value})
    assert name in told
    assert value not in told.replace(name, "")


def test_secrets_are_not_shown_when_settings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p4ssw0rd@db/nutri")
    monkeypatch.setenv("REDIS_URL", "redis://:p4ssw0rd@cache/0")
    shown = repr(load_settings()) + load_settings().model_dump_json()
    assert SECRET not in shown
    assert "p4ssw0rd" not in shown


def test_the_env_file_counts_in_development_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MIN_DATA_POINTS_FOR_ML=45\n")
    assert load_settings().min_data_points_for_ml == 45
    monkeypatch.setenv("ENVIRONMENT", "staging")
    monkeypatch.setenv("JWT_SECRET", SECRET)
    assert load_settings().min_data_points_for_ml == 30


def test_the_example_file_gives_every_setting_its_description_and_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (ROOT / ".env.example").read_text()
    given = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert list(given) == [name.upper() for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"# {field.description}\n{name.upper()}=" in text
    defaults = load_settings()
    (tmp_path / ".env").write_text(text)
    assert load_settings() == defaults


def test_the_version_is_the_packages() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION

"""What the process is told from outside: environment variables, read once and lazily.

Owns names, defaults, ranges and the rules between them; each description is the reference documentation.
Importing this module reads nothing. A value that cannot be accepted is a ConfigurationError naming the
variable and never showing what was in it.
"""

import os
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zlib import compress

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import ConfigurationError

_CODE = Path(__file__).resolve().parent.parent

SECRET_BYTES_MIN = 32  # RFC 7518 section 3.2: an HS256 key has at least the size of the hash
SECRET_TOLD_BYTES_MIN = 24
"""A random secret of 32 characters cannot be told in fewer, even one of digits; a word repeated can."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Seconds = Annotated[int, Field(ge=1, le=31_536_000)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = Field(
        default=SecretStr("postgresql+pg8000://nutri:nutri@localhost:5432/nutri"),
        description="PostgreSQL, as postgresql://, with a driver (+pg8000, +asyncpg) or Prisma's parameters.",
    )
    redis_url: SecretStr = Field(
        default=SecretStr("redis://localhost:6379/0"),
        description="Redis or Valkey, as redis:// or rediss:// (TLS). Empty runs without a cache.",
    )
    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        description="development, test, staging or production. Only development may run without JWT_SECRET.",
    )
    debug: bool = Field(
        default=False,
        description="Logs exception messages too, which may carry health data: refused in production.",
    )
    log_level: Annotated[LogLevel, BeforeValidator(_upper)] = Field(
        default=LogLevel.INFO, description="DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
    cache_ttl_features: Seconds = Field(default=3_600, description="Seconds a features answer stays cached.")
    cache_ttl_predictions: Seconds = Field(default=86_400, description="Seconds a prediction stays cached.")
    cache_ttl_models: Seconds = Field(default=604_800, description="Seconds a model's bytes stay cached.")
    cache_ttl_correlations: Seconds = Field(
        default=86_400, description="Seconds a correlations answer stays cached."
    )
    cache_ttl_insights: Seconds = Field(default=3_600, description="Seconds an insights answer stays cached.")
    cache_ttl_nightly: Annotated[int, Field(ge=0, le=172_800)] = Field(
        default=32_400,
        description="Seconds, at least, an answer the night made ahead stays cached. 0: none is made.",
    )
    min_data_points_for_ml: Annotated[int, Field(ge=2, le=3_650)] = Field(
        default=30,
        description="Days of a metric before it is correlated and its forecasts are more than provisional.",
    )
    correlation_publish_days: Annotated[int, Field(ge=30, le=730)] = Field(
        default=84, description="Paired days from which a correlation may be published."
    )
    correlation_false_discovery_rate: Annotated[float, Field(gt=0, le=0.5)] = Field(
        default=0.10, description="Share of false findings tolerated among all published to a person."
    )
    correlation_any_dependence: bool = Field(
        default=False,
        description="Benjamini-Yekutieli instead of Benjamini-Hochberg: any dependence, less power.",
    )
    jwt_secret: SecretStr | None = Field(
        default=None,
        description="Key shared with the backend, which signs user tokens (HS256, >= 32 bytes, random).",
    )
    jwt_secret_previous: SecretStr | None = Field(
        default=None, description="The key before the current one, still accepted while keys are rotated."
    )
    jwt_issuer: str = Field(
        default="nutri-backend", min_length=1, description="The `iss` a token must carry."
    )
    jwt_audience: str = Field(default="nutri-ml", min_length=1, description="The `aud` a token must carry.")
    database_connect_timeout_s: Annotated[float, Field(gt=0, le=30)] = Field(
        default=2.0, description="Seconds to wait for a connection to PostgreSQL."
    )
    database_statement_timeout_ms: Annotated[int, Field(ge=100, le=300_000)] = Field(
        default=3_000, description="Milliseconds after which PostgreSQL abandons a statement."
    )
    feature_retention_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=90,
        description='Days of "MLFeature" the night keeps of a person, who may choose fewer.',
    )
    night_concurrency: Annotated[int, Field(ge=2, le=1_000)] = Field(
        default=5,
        description="Processes the nightly function may have; one of them is kept for the next run's plan.",
    )
    request_body_limit_bytes: Annotated[int, Field(ge=1_024, le=6_291_456)] = Field(
        default=262_144, description="Largest request body accepted; a larger one is answered 413."
    )
    model_check_seconds: Annotated[int, Field(ge=1, le=3_600)] = Field(
        default=60, description="Seconds after which a process looks again which model is champion."
    )
    rate_limit_per_minute: Annotated[int, Field(ge=0)] = Field(
        default=300,
        description="Requests of one user's tokens per minute; more are answered 429. 0: no limit.",
    )
    rate_limit_service_per_minute: Annotated[int, Field(ge=0)] = Field(
        default=6_000, description="The same for each subject of tokens with the service scope."
    )
    otel_exporter_otlp_endpoint: str = Field(
        default="",
        pattern="^(https?://.+)?$",
        description="Where spans go (OTLP over HTTP, as http://collector:4318). Empty: none are recorded.",
    )
    model_dir: Path = Field(
        default=Path("model_export/artifacts"),
        description="Folder of the model files; a relative one is looked for beside the code.",
    )

    @field_validator("jwt_secret", "jwt_secret_previous", mode="after")
    @classmethod
    def _empty_is_unset_and_weak_is_refused(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if len(secret.get_secret_value().encode()) < SECRET_BYTES_MIN:
            raise ValueError(f"must have at least {SECRET_BYTES_MIN} bytes")
        if _size_told_shortly(secret.get_secret_value().encode()) < SECRET_TOLD_BYTES_MIN:
            raise ValueError("is too regular to be a secret: make one with `openssl rand -base64 48`")
        return secret

    @model_validator(mode="after")
    def _safe_where_it_runs(self) -> Self:
        if self.environment is Environment.PRODUCTION and self.debug:
            raise ValueError("DEBUG must be off in production")
        if self.environment is not Environment.DEVELOPMENT and self.jwt_secret is None:
            raise ValueError(f"JWT_SECRET must be set in {self.environment}")
        if self.jwt_secret_previous is not None and self.jwt_secret is None:
            raise ValueError("JWT_SECRET must be set where JWT_SECRET_PREVIOUS is")
        return self

    @property
    def open_to_all(self) -> bool:
        """Whether callers need no token: on a laptop that has no secret, nowhere else."""
        return self.environment is Environment.DEVELOPMENT and self.jwt_secret is None

    @property
    def cache_secret(self) -> bytes:
        """What cached values are signed with: made of JWT_SECRET.

        Where a laptop has none, of the database's password, so that all its processes agree.
        """
        secret = self.jwt_secret.get_secret_value() if self.jwt_secret else _password(self.database_url)
        return blake2b(secret.encode(), person=b"nutri-ml cache", digest_size=32).digest()

    @property
    def models(self) -> Path:
        return _CODE / self.model_dir

    @property
    def shows_docs(self) -> bool:
        return self.environment is not Environment.PRODUCTION


def _size_told_shortly(secret: bytes) -> int:
    """How many bytes say the secret: as it is, or as the steps from one character to the next."""
    steps = bytes((after - before) % 256 for before, after in pairwise(secret))
    return min(len(compress(told, 9, wbits=-15)) for told in (secret, steps))


def _password(url: SecretStr) -> str:
    try:
        return urlsplit(url.get_secret_value()).password or ""
    except ValueError:
        return ""


def load_settings() -> Settings:
    """Return the settings of this moment's environment; in development also `.env` of the working
    directory.
    """
    in_development = os.environ.get("ENVIRONMENT", Environment.DEVELOPMENT) == Environment.DEVELOPMENT
    try:
        return Settings(_env_file=".env" if in_development else None)
    except ValidationError as error:
        faults = [
            ": ".join(
                [
                    *(str(part).upper() for part in fault["loc"][:1]),
                    fault["msg"].removeprefix("Value error, "),
                ]
            )
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise ConfigurationError("; ".join(faults)) from None


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    return load_settings()

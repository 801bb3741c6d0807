"""Whether this function works (`/health`) and whether it should be given work (`/ready`)."""

import logging
from collections.abc import Callable, Sequence
from enum import StrEnum
from threading import Thread

from common.cache import get_cache
from common.errors import NutriError, Problem, Unavailable
from common.schemas.model import ApiModel
from common.settings import get_settings
from common.version import SERVICE, VERSION

DATABASE_SECONDS = 0.4
READY_SECONDS = 1.0

logger = logging.getLogger(__name__)

ReadyCheck = Callable[[], list[str]]


class Health(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class Dependencies(ApiModel):
    database: Health
    """Whether PostgreSQL answers."""
    redis: Health
    """Whether the cache answers; without it the service is slower, not broken."""


class HealthAnswer(ApiModel):
    status: Health
    """The worst of what matters."""
    service: str
    """The service's name."""
    version: str
    """The service's version."""
    environment: str
    """Where it runs."""
    dependencies: Dependencies
    """What it depends on."""


class ReadyAnswer(ApiModel):
    ready: bool
    """Always true: what is not ready answers 503."""


def check_health() -> HealthAnswer:
    """Ask both servers, for half a second at most. Without Redis the service is slower, not broken."""
    database = database_answers(DATABASE_SECONDS)
    redis = get_cache().ping()
    status = Health.DEGRADED if database and not redis else _health(database)
    return HealthAnswer(
        status=status,
        service=SERVICE,
        version=VERSION,
        environment=get_settings().environment,
        dependencies=Dependencies(database=_health(database), redis=_health(redis)),
    )


def find_unready(checks: Sequence[ReadyCheck]) -> list[Problem]:
    """Return what keeps the function from working: the database first, for the other checks may ask it."""
    if not database_answers(READY_SECONDS):
        return [Problem("/database", "database_unavailable", "The database cannot be reached.")]
    return [problem for check in checks for problem in _run(check)]


def database_answers(seconds: float) -> bool:
    """Whether PostgreSQL takes a connection within `seconds`, however slowly it would have answered."""
    from common.store.engine import ping  # noqa: PLC0415 - a function without routes need not load SQLAlchemy

    answered = False

    def ask() -> None:
        nonlocal answered
        try:
            ping(seconds)
            answered = True
        except Unavailable:
            pass
        except Exception:
            logger.exception("the database check failed")

    # a thread, because a server that sends a byte now and then outlasts any timeout of a socket
    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answered


def _run(check: ReadyCheck) -> list[Problem]:
    try:
        return [Problem("", "not_ready", reason) for reason in check()]
    except NutriError as error:
        return [Problem("", error.code, error.detail)]


def _health(answers: bool) -> Health:
    return Health.HEALTHY if answers else Health.UNHEALTHY

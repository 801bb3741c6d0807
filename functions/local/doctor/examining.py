"""Every check in order, from what everything stands on to what may be away."""

from collections.abc import Callable, Iterator
from pathlib import Path

from common.cache import get_cache
from common.settings import get_settings
from functions.local.doctor import machine
from functions.local.doctor.database import MIGRATE, check_database
from functions.local.doctor.finding import Finding, Verdict, attempt, judge, name_address
from functions.local.doctor.models import check_image, check_registry
from functions.local.servers.database import use_registry

SET = "Mend the variable it names, in the environment or in .env."
START = "Start it, or where `nutri dev` runs, stop and start that; or give --database-url."
REGISTRY_STANDS_ON = {"database", "contract", "migration"}
TRAIN = "Run `nutri train`, or check out model_export/artifacts again."


def examine(database_url: str | None, state: Path) -> list[Finding]:
    findings = [machine.check_python(), *machine.check_packages(), machine.check_ports(state)]
    settings = attempt("settings", SET, _settings(database_url, state))
    findings += settings
    if not settings[0].ok:
        return findings
    address = name_address(get_settings().database_url.get_secret_value())
    findings += attempt("database", START, check_database, of=f" at {address}")
    findings += [_cache()]
    findings += attempt("models", TRAIN, check_image)
    if all(finding.ok for finding in findings if finding.subject in REGISTRY_STANDS_ON):
        findings += attempt("registry", MIGRATE, check_registry)
    return findings


def _settings(database_url: str | None, state: Path) -> Callable[[], Iterator[Finding]]:
    def check() -> Iterator[Finding]:
        use_registry(database_url, state)
        settings = get_settings()
        tokens = "open to all, without tokens" if settings.open_to_all else "tokens are needed"
        yield Finding("settings", Verdict.OK, f"environment {settings.environment}, {tokens}")
        if unknown := machine.find_unknown_settings(Path(".env")):
            yield Finding(
                *("settings", Verdict.NOTE, f".env sets what is no setting: {', '.join(unknown)}"),
                "See .env.example for the names.",
            )

    return check


def _cache() -> Finding:
    url = get_settings().redis_url.get_secret_value()
    if not url:
        return Finding("redis", Verdict.NOTE, "switched off (REDIS_URL is empty); answers are computed anew")
    answers = get_cache().ping()
    what = "answers" if answers else "does not answer; requests work without it, slower"
    found = f"{name_address(url)} {what}"
    return judge("redis", answers, found, "Start it (`nutri dev`), or mend REDIS_URL.")

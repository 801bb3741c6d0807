"""The service's error tree. Knows no HTTP: `common.http` maps each class to a status in one table.

NutriError
├── InvalidInput          a value the caller sent cannot be accepted (`problems` says where)
├── Unauthenticated       no acceptable token
├── Forbidden             a good token without the needed scope
├── DisabledByUser        the person switched predictions or insights off
├── DeletedByUser         the person had everything about them deleted
├── NotFound              no such person, or none this caller may see
├── Conflict              what is asked for cannot be beside what there is
├── PayloadTooLarge       a request body over the limit
├── RateLimited           too many requests (`retry_after_seconds`)
├── InsufficientData      fewer data than the question needs (`have`, `need`)
├── Unavailable           PostgreSQL or a model is away (`retry_after_seconds`)
└── ConfigurationError    the process must not start
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in the input: a JSON pointer to it, a stable code, a sentence. Never the value itself."""

    pointer: str
    code: str
    detail: str


class NutriError(Exception):
    code = "internal_error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code


class InvalidInput(NutriError):
    code = "invalid_input"

    def __init__(self, detail: str, problems: Sequence[Problem] = (), *, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.problems = tuple(problems)


class Unauthenticated(NutriError):
    code = "unauthenticated"


class Forbidden(NutriError):
    code = "forbidden"


class DisabledByUser(NutriError):
    code = "disabled_by_user"


class DeletedByUser(NutriError):
    code = "deleted_by_user"


class NotFound(NutriError):
    code = "not_found"


class Conflict(NutriError):
    code = "conflict"


class PayloadTooLarge(NutriError):
    code = "payload_too_large"


class RateLimited(NutriError):
    code = "rate_limited"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class InsufficientData(NutriError):
    """`have` and `need` count the same unit, named in `unit` (days of a metric, say)."""

    code = "insufficient_data"

    def __init__(self, detail: str, *, have: int, need: int, unit: str) -> None:
        super().__init__(detail)
        self.have, self.need, self.unit = have, need, unit


DATABASE_UNAVAILABLE = "database_unavailable"


class Unavailable(NutriError):
    code = "unavailable"

    def __init__(self, detail: str, *, code: str | None = None, retry_after_seconds: int = 5) -> None:
        super().__init__(detail, code=code)
        self.retry_after_seconds = retry_after_seconds


class ConfigurationError(NutriError):
    code = "configuration_error"

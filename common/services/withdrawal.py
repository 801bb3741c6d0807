"""Who may not be answered about from the cache while PostgreSQL is away: people gone, groups switched off.

Remembered in the cache, beside the answers it is about: where it is lost, so are they. A group is the first
part of a cache key.
"""

from common.cache import get_cache
from common.errors import DisabledByUser

# Longer than any answer stays cached by default.
REMEMBERED_SECONDS = 7 * 86_400

EVERYTHING = "everything"
SWITCHES = {"insights": "insights", "prediction": "predictions"}
"""Group -> what a person calls the switch that turns it off."""


def withdraw(user_id: str, group: str = EVERYTHING) -> None:
    get_cache().set(_key(user_id, group), b"1", REMEMBERED_SECONDS)


def require_enabled(user_id: str, enabled: bool, group: str) -> None:
    """Raises DisabledByUser, and remembers it, where the person switched the group off."""
    if not enabled:
        withdraw(user_id, group)
        raise DisabledByUser(f"This person switched {SWITCHES[group]} off.")


def restore(user_id: str, *groups: str) -> None:
    """The person is there, and so is what they switched off before."""
    get_cache().delete(*(_key(user_id, part) for part in (EVERYTHING, *groups)))


def is_withdrawn(user_id: str, group: str) -> bool:
    return any(get_cache().get(_key(user_id, part)) is not None for part in (EVERYTHING, group))


def _key(user_id: str, group: str) -> str:
    return f"withdrawn:{user_id}:{group}"

"""Who may not be answered about from the cache while PostgreSQL is away: people gone, groups switched off.

Remembered in the cache, beside the answers it is about: where it is lost, so are they. A group is the first
part of a cache key.
"""

from collections.abc import Collection, Sequence

from common.cache import get_cache
from common.errors import DisabledByUser, Unavailable
from common.settings import get_settings

# Longer than any answer stays cached by default.
REMEMBERED_SECONDS = 7 * 86_400

ANSWERS = ("features", "correlations", "prediction", "insights")
"""Groups whose keys hold what was answered about a person."""
EVERYTHING = "everything"
DELETED = "deleted"
SWITCHES = {"insights": "insights", "prediction": "predictions"}
"""Group -> what a person calls the switch that turns it off."""


def block(user_id: str, group: str = EVERYTHING) -> None:
    get_cache().set(_key(user_id, group), b"1", REMEMBERED_SECONDS)


def require_enabled(user_id: str, enabled: bool, group: str) -> None:
    """Raise DisabledByUser, and remember it, where the person switched the group off."""
    if not enabled:
        block(user_id, group)
        raise DisabledByUser(f"This person switched {SWITCHES[group]} off.")


def unblock(user_id: str, *groups: str) -> None:
    """Let the person in again; what they switched off before stays off."""
    get_cache().delete(*(_key(user_id, part) for part in (EVERYTHING, *groups)))


def read_unblocked(user_id: str, keys: Sequence[str]) -> list[bytes | None]:
    """Return what is cached under each of the keys of one group; nothing at all where it is blocked."""
    group = keys[0].partition(":")[0]
    marks = deletion_key(user_id), _key(user_id, EVERYTHING), _key(user_id, group)
    return get_cache().get_each(*keys, unless=marks)


def forget_cached(user_id: str) -> int:
    """Delete every answer about a person, and keep what is still being computed from being one.

    What a caller of that name asked this minute stays counted, and so do marks of what was switched off.
    Returns how many there were. Raises Unavailable where there is a cache and it did not confirm that.
    """
    cache = get_cache()
    if not cache.exists:
        return 0
    marked = cache.ping() and cache.set(deletion_key(user_id), b"1", _outlasts_any_answer())
    # no id holds a separator or a wildcard
    deleted = cache.delete_matching(f"*:{user_id}:*", ANSWERS) if marked else None
    if deleted is None:
        raise Unavailable(
            "The cache cannot be reached, so it may still hold answers. Asking again completes this.",
            code="cache_unavailable",
        )
    return deleted


def drop_cached(user_ids: Collection[str]) -> None:
    """Delete what is cached about people who are gone, marks too, as far as the cache can be reached."""
    gone = frozenset(user_ids)
    get_cache().delete_matching("*", (*ANSWERS, "blocked", DELETED), owners=gone)


def allow_cached(user_id: str) -> None:
    """Take the mark of a deletion away. Raises Unavailable like `forget_cached`."""
    cache = get_cache()
    if cache.exists and not (cache.ping() and cache.delete(deletion_key(user_id))):
        raise Unavailable(
            "The cache cannot be reached. Asking again completes this.", code="cache_unavailable"
        )


def deletion_key(user_id: str) -> str:
    return f"{DELETED}:{user_id}"


def _outlasts_any_answer() -> int:
    settings = get_settings()
    return REMEMBERED_SECONDS + max(
        settings.cache_ttl_features,
        settings.cache_ttl_predictions,
        settings.cache_ttl_correlations,
        settings.cache_ttl_insights,
        settings.cache_ttl_nightly,
    )


def _key(user_id: str, group: str) -> str:
    return f"blocked:{user_id}:{group}"

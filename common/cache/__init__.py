"""Answers kept in Redis or Valkey: optional at all times, bounded in time and size, never trusted.

`connection` bounds each exchange, `servers` finds who keeps a key, `client` makes every failure a miss, `mac`
tells our values from others', `envelope` says what one answers, `ledger` is how counts ride along. Nothing
here knows what is cached or how a key is built.
"""

from common.cache.client import Cache, get_cache
from common.cache.envelope import CacheTag, Sealed, seal, unseal

__all__ = ["Cache", "CacheTag", "Sealed", "get_cache", "seal", "unseal"]

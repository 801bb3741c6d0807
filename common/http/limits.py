"""How often one caller may ask: counted here, and in Redis for all processes together.

No request waits for Redis: its count goes out with the next exchange of the cache, and what comes back is
what other processes counted too. So a caller gets about one request beyond the limit from each process; and
where Redis is away, each process limits by what it saw itself, at no cost.
"""

from common.cache import get_cache
from common.errors import RateLimited

WINDOW_SECONDS = 60


class Limiter:
    """Counts of the current window, by caller."""

    def __init__(self) -> None:
        self._window = -1.0
        self._counts: dict[str, int] = {}

    def admit(self, caller: str, per_window: int, now_seconds: float, cost: int = 1) -> None:
        """Count a request at `now_seconds` (Unix time), as `cost` of them.

        Raises RateLimited where all of `per_window` was used before it.
        """
        window, elapsed = divmod(now_seconds, WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        counts = self._counts
        if counts.get(caller, 0) >= per_window:
            left = int(WINDOW_SECONDS - elapsed) + 1
            raise RateLimited("Too many requests: wait a moment.", retry_after_seconds=left)
        counts[caller] = counts.get(caller, 0) + cost

        def learn(total: int) -> None:
            counts[caller] = max(counts[caller], total)

        get_cache().count_soon(f"rate:{caller}:{window:.0f}", 2 * WINDOW_SECONDS, learn, cost)

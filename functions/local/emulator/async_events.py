"""Events nobody waits for: schedules and asynchronous calls.

Rules: AWS documentation, "Invoking a function asynchronously": failures are retried, and an event may arrive
twice. The waits are shorter here.
"""

import asyncio
from collections.abc import Sequence

from functions.local.emulator.invocation import Invocation, Throttled
from functions.local.emulator.logs import Journal
from functions.local.emulator.pool import Pool

RETRY_SECONDS = (1.0, 2.0)  # in the cloud one and two minutes
THROTTLE_RETRY_SECONDS = 0.5


class AsyncEvents:
    """Runs events nobody waits for: retried when they fail, delivered twice if asked to."""

    def __init__(
        self, journal: Journal, retry_seconds: Sequence[float] = RETRY_SECONDS, *, duplicate: bool = False
    ) -> None:
        self._journal, self._retry_seconds, self._duplicate = journal, retry_seconds, duplicate
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, pool: Pool, invocation: Invocation) -> None:
        for _ in range(2 if self._duplicate else 1):
            task = asyncio.create_task(self._deliver(pool, invocation))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, pool: Pool, invocation: Invocation) -> None:
        retries = [*self._retry_seconds, *[self._retry_seconds[-1]] * pool.function.async_retries]
        for delay in retries[: pool.function.async_retries]:
            if not await self._attempt(pool, invocation):
                return
            self._journal.write(pool.function.name, f"event failed, retry in {delay:g} s", "yellow")
            await asyncio.sleep(delay)
        if await self._attempt(pool, invocation):
            self._journal.write(pool.function.name, "event failed for good and is dropped", "red")
            if pool.function.failures is not None:
                waiting = {"QueueName": pool.function.failures}
                self._journal.measurements.add("AWS/SQS", "ApproximateNumberOfMessagesVisible", 1, waiting)

    async def _attempt(self, pool: Pool, invocation: Invocation) -> bool:
        """Whether the function failed. Being throttled is no failure: the event waits for its turn."""
        while True:
            try:
                return (await pool.invoke(invocation)).failed
            except Throttled:
                await asyncio.sleep(THROTTLE_RETRY_SECONDS)

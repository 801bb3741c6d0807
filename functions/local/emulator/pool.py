"""The environments of one function: started when needed, reused while they live, never more than declared."""

import asyncio
import json
import time
from collections.abc import Callable

from functions.local.emulator.environment import Environment, InitFailed
from functions.local.emulator.invocation import Invocation, Outcome, Throttled
from functions.local.emulator.logs import Journal
from functions.local.emulator.template import Function


class Pool:
    def __init__(self, function: Function, create: Callable[[], Environment], journal: Journal) -> None:
        self.function = function
        self._create, self._journal = create, journal
        self._environments: set[Environment] = set()  # all that may be used again
        self._started: set[Environment] = set()  # all that have not been stopped yet
        self._idle: list[tuple[Environment, float]] = []  # and since when; the last used at the end
        self._in_use = 0

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Raise Throttled at once if all environments the function may have are busy."""
        if self._in_use >= self.function.concurrency:
            self._measure("Throttles", 1)
            raise Throttled
        self._in_use += 1
        try:
            outcome = await self._run(invocation)
            self._measure("Errors", outcome.failed)
            return outcome
        finally:
            self._in_use -= 1

    async def warm(self) -> None:
        """Start one environment ahead of the first call, so that what is broken shows at once."""
        if self._environments or not self.function.concurrency:
            return
        try:
            self._rest(await self._start())
        except InitFailed as error:
            self._report(error.outcome)

    async def retire(self) -> None:
        """No present environment serves another invocation: their code is out of date."""
        idle, self._idle = self._idle, []
        self._environments.clear()
        await asyncio.gather(*(self._end(environment) for environment, _ in idle))

    async def shrink(self, idle_seconds: float) -> None:
        """End environments that a peak has left idle, but for one that keeps the next call warm."""
        long_ago = time.monotonic() - idle_seconds
        ended = [one for one in self._idle[:-1] if one[1] <= long_ago]
        self._idle = [one for one in self._idle if one not in ended]
        await asyncio.gather(*(self._end(environment) for environment, _ in ended))

    async def drain(self) -> None:
        """Return when nothing is in progress."""
        while self._in_use:
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self._environments, self._idle = set(), []
        await asyncio.gather(*map(self._end, self._started))

    async def _run(self, invocation: Invocation) -> Outcome:
        try:
            environment = await self._take_idle() or await self._start()
        except InitFailed as error:
            self._report(error.outcome)
            return error.outcome
        try:
            outcome = await environment.invoke(invocation)
        except BaseException:  # cancelled: the process may still be at work, so nobody else may have it
            await self._end(environment)
            raise
        if outcome.failed:
            self._report(outcome)
        if environment.alive and environment in self._environments:
            self._rest(environment)
        else:
            await self._end(environment)
        return outcome

    def _measure(self, metric: str, value: float) -> None:
        self._journal.measurements.of_function(metric, value, self.function.deployed_name)

    def _rest(self, environment: Environment) -> None:
        self._idle.append((environment, time.monotonic()))

    async def _take_idle(self) -> Environment | None:
        while self._idle:
            environment, _ = self._idle.pop()  # the last used, so that the others can stay idle
            if environment.alive:
                return environment
            await self._end(environment)
        return None

    async def _start(self) -> Environment:
        environment = self._create()
        started = time.perf_counter()
        self._environments.add(environment)
        self._started.add(environment)
        try:
            await environment.start()
        except BaseException:
            await self._end(environment)
            raise
        cost_ms = (time.perf_counter() - started) * 1000
        self._journal.write(
            self.function.name, f"cold start {cost_ms:.0f} ms, process {environment.pid}", "dim"
        )
        return environment

    async def _end(self, environment: Environment) -> None:
        self._environments.discard(environment)
        await environment.stop()
        self._started.discard(environment)

    def _report(self, outcome: Outcome) -> None:
        try:
            error = json.loads(outcome.payload)
            message = f"{error['errorType']}: {error['errorMessage']}"
        except (ValueError, KeyError, TypeError):
            message = outcome.payload.decode(errors="replace")
        self._journal.write(self.function.name, message, "red")

"""Puts the pieces together: pools, ports, schedules and reload of one template. Starts no database."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from functions.local.emulator.async_events import RETRY_SECONDS, AsyncEvents
from functions.local.emulator.environment import Environment
from functions.local.emulator.executions import Executions
from functions.local.emulator.function_url import FunctionUrl
from functions.local.emulator.gateway import Gateway
from functions.local.emulator.lambda_api import PREFIX, LambdaApi
from functions.local.emulator.logs import Journal
from functions.local.emulator.machines import read_machines
from functions.local.emulator.pool import Pool
from functions.local.emulator.reload import watch_files
from functions.local.emulator.scheduler import run_schedules
from functions.local.emulator.states import Wait
from functions.local.emulator.template import Function, Template
from functions.local.emulator.web import Respond, WebServer, listen
from functions.local.explorer import Explorer

DRAIN_SECONDS = 5


def runtime_client(function: Function) -> list[str]:
    """Return the command that runs a function in this Python, under AWS's own client of the Runtime API."""
    return [sys.executable, "-m", "awslambdaric", function.handler]


@dataclass(frozen=True)
class Options:
    """`port` 0 takes any ports. `variables` win over the template's. `command` starts one process.

    What a peak left idle is ended after `idle_seconds`, as the platform does after some minutes. `wait` is
    how a state machine waits before it tries again. `explorer` answers its page's paths, if given.
    """

    port: int = 8000
    variables: Mapping[str, str] = field(default_factory=dict)
    retry_seconds: Sequence[float] = RETRY_SECONDS
    duplicate_events: bool = False
    idle_seconds: float = 60
    reload: bool = True
    command: Callable[[Function], Sequence[str]] = runtime_client
    wait: Wait = asyncio.sleep
    explorer: Explorer | None = None


async def _all(works: Iterable[Coroutine[None, None, None]]) -> None:
    """Run all of them; cancelled, wait until each has cleared up, as `gather` does not."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)


class Emulator:
    def __init__(self, template: Template, options: Options, journal: Journal) -> None:
        self._template, self._options, self._journal = template, options, journal
        self._pools = [self._make_pool(function) for function in template.functions]
        self._events = AsyncEvents(journal, options.retry_seconds, duplicate=options.duplicate_events)
        self._executions = Executions(read_machines(template), self._pools, journal, options.wait)
        self._servers: list[WebServer] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.urls: dict[str, str] = {}

    async def start(self) -> None:
        """Listen on the gateway's and every function's port; `urls` then says where.

        The gateway's URL is under "gateway". A function without an HTTP side has its invocation URL.
        """
        urls = [FunctionUrl(pool, self._journal) for pool in self._pools if pool.function.has_url]
        gateway = Gateway(
            urls, LambdaApi(self._pools, self._events), self._executions, self._options.explorer
        )
        self.urls["gateway"] = gateway_url = await self._listen(self._options.port, gateway.respond)
        next_port = self._servers[0].port + 1
        for url in urls:
            self.urls[url.pool.function.name] = await self._listen(
                next_port if self._options.port else 0, url.respond
            )
            next_port = self._servers[-1].port + 1
        for pool in self._pools:
            self.urls.setdefault(pool.function.name, f"{gateway_url}{PREFIX}{pool.function.name}/invocations")
        self._run_aside(run_schedules(self._pools, self._events, self._executions, self._journal))
        self._run_aside(self._shrink())
        if self._options.reload:
            self._run_aside(watch_files(self._template.root, self._reload))

    async def warm(self, *, with_url: bool) -> None:
        """One environment of each function with a URL, or without; what cannot be loaded says so."""
        pools = [pool for pool in self._pools if pool.function.has_url is with_url]
        await _all(pool.warm() for pool in pools)

    async def stop(self) -> None:
        """Let requests in progress end, then stop every process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            server.close()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await asyncio.gather(*(pool.drain() for pool in self._pools))
        except TimeoutError:
            self._journal.write("emulator", "requests still in progress are cut off", "yellow")
        await self._executions.stop()
        await self._events.stop()
        await asyncio.gather(*(server.stop() for server in self._servers))
        await asyncio.gather(*(pool.stop() for pool in self._pools))

    def _run_aside(self, work: Coroutine[None, None, None]) -> None:
        def report(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()):
                self._journal.write("emulator", f"stopped working: {error!r}", "red")

        task = asyncio.create_task(work)
        task.add_done_callback(report)
        self._tasks.append(task)

    async def _listen(self, port: int, respond: Respond) -> str:
        server = WebServer(listen(port), respond)
        await server.start()
        self._servers.append(server)
        return f"http://127.0.0.1:{server.port}"

    def _make_pool(self, function: Function) -> Pool:
        def create() -> Environment:
            return Environment(
                function,
                self._journal,
                command=self._options.command(function),
                root=self._template.root,
                variables=self._options.variables,
            )

        return Pool(function, create, self._journal)

    async def _shrink(self) -> None:
        while True:
            await asyncio.sleep(self._options.idle_seconds / 4)
            await _all(pool.shrink(self._options.idle_seconds) for pool in self._pools)

    async def _reload(self, changed: str) -> None:
        self._journal.write("emulator", f"{changed} changed: functions restart", "yellow")
        await _all(pool.retire() for pool in self._pools)
        await self.warm(with_url=True)
        await self.warm(with_url=False)

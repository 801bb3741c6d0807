"""The whole service on this machine: servers, database, functions; up, announced, and down again."""

import asyncio
import contextlib
import os
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from functions.local.emulator.emulator import Emulator, Options
from functions.local.emulator.greeting import greet
from functions.local.emulator.logs import Journal
from functions.local.emulator.signals import SIGNALS, interruptible, undisturbed_end
from functions.local.emulator.template import Template, read_template
from functions.local.emulator.url_list import url_list
from functions.local.explorer import Explorer
from functions.local.servers.process import lock_state
from functions.local.servers.start import Servers, open_servers

FIRST_ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Wanted:
    """`demo` None: only into a database of our own. URLs None: servers of our own."""

    port: int
    state: Path
    demo: bool | None
    database_url: str | None
    redis_url: str | None
    template: Path
    reload: bool
    duplicate_events: bool


def run(wanted: Wanted, console: Console) -> None:
    """Serve until told to stop. Raises ConfigurationError where the state is in use or a server fails."""
    started = time.perf_counter()
    state = wanted.state.resolve()
    environment = os.environ.get("ENVIRONMENT", "development")
    template = read_template(wanted.template, {"Environment": environment})
    with (
        interruptible(),
        lock_state(state / "dev.lock"),
        open_servers(state, wanted.database_url, wanted.redis_url) as servers,
        url_list(state / "env") as write_urls,
        contextlib.closing(Journal(console, state / "emulator.log")) as journal,
        undisturbed_end(),
    ):
        if old := servers.set_aside:
            told = f"database of another build (migration {old.revision}): a new one was begun, it is kept as"
            console.print(f"{told} {old.state} ({old.reason})", style="yellow", soft_wrap=True, markup=False)
        options = _options(wanted, servers, template)
        if environment == "development":
            options = replace(options, explorer=Explorer(servers.database_url))
        emulator = Emulator(template, options, journal)
        with_people = servers.owns_database if wanted.demo is None else wanted.demo

        def announce() -> None:
            urls = {f"{name.upper()}_URL": url for name, url in emulator.urls.items()}
            write_urls(urls | {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url})
            greet(
                console,
                emulator.urls,
                servers,
                seconds=time.perf_counter() - started,
                wanted_port=wanted.port,
                day=(datetime.now(UTC).date() - timedelta(days=1)).isoformat(),
                with_people=with_people,
                with_explorer=options.explorer is not None,
            )

        asyncio.run(_serve(emulator, lambda: _fill(servers, with_people=with_people), announce))
    console.print("stopped", style="dim")


def _options(wanted: Wanted, servers: Servers, template: Template) -> Options:
    """Take declared variables from the developer's shell, but for the servers' addresses."""
    declared = {name for function in template.functions for name in function.environment}
    variables = {name: os.environ[name] for name in declared if name in os.environ}
    variables |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    return Options(wanted.port, variables, reload=wanted.reload, duplicate_events=wanted.duplicate_events)


def _fill(servers: Servers, *, with_people: bool) -> None:
    # imported here, beside the functions' own start, which takes longer
    from common.store.migrations import create_backend_tables, run_migrations  # noqa: PLC0415

    if servers.owns_database:
        create_backend_tables(servers.database_url)
    run_migrations(servers.database_url)
    if with_people:
        from functions.local.data.demo import load_demo  # noqa: PLC0415

        load_demo(servers.database_url)


async def _serve(emulator: Emulator, fill: Callable[[], None], announce: Callable[[], None]) -> None:
    """Fill the database while the functions start, and announce after the first answer.

    Functions that answer nobody's URL start after that, to be out of the way.
    """
    stop = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await emulator.start()
        ready = asyncio.create_task(_get_ready(emulator, fill))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
            announce()
            ready = asyncio.create_task(emulator.warm(with_url=False))
            await stopped
        ready.cancel()
        await asyncio.wait({ready})
    finally:
        await emulator.stop()


async def _get_ready(emulator: Emulator, fill: Callable[[], None]) -> None:
    warming = asyncio.create_task(emulator.warm(with_url=True))
    try:
        await asyncio.to_thread(fill)
        await warming
    finally:
        warming.cancel()
        await asyncio.wait({warming})
    await asyncio.to_thread(_ask, f"{emulator.urls['gateway']}/health")


def _ask(url: str) -> None:
    # an error is an answer too: the journal has said what is wrong
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=FIRST_ANSWER_SECONDS):
        pass

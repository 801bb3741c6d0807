"""An execution environment: one process of a function under `awslambdaric`, serving one invocation at a time.

Starts it, hands it work, enforces its time and memory, and ends it. How many there are is the pool's concern.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from functions.local.emulator.invocation import Invocation, Outcome, exited, failure, out_of_memory, timed_out
from functions.local.emulator.logs import Journal
from functions.local.emulator.runtime_api import RuntimeApi
from functions.local.emulator.template import REGION, Function

INIT_SECONDS = 30
STOP_SECONDS = 2
MEMORY_POLL_SECONDS = 0.1
LOG_LINE_BYTES = 4 * 1024 * 1024
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class InitFailed(Exception):
    """The function could not be loaded; `outcome` says why in the platform's words."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("the function could not be loaded")
        self.outcome = outcome


def _die_with_parent() -> None:
    """Die with the emulator, however it ends. Linux only: elsewhere functions end by themselves."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _has_exited(pid: int) -> bool:
    """Ask the system, which knows before the event loop does; leave the status for the loop to collect."""
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


async def _first_of(timeout_seconds: float, *waited: asyncio.Future[Any]) -> None:
    await asyncio.wait(waited, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)


async def _spawn(*command: str, **options: Any) -> asyncio.subprocess.Process:
    """Return a process and its pipes: both, or where this is cancelled neither, which asyncio does not see
    to.
    """
    creating = asyncio.create_task(asyncio.create_subprocess_exec(*command, **options))
    try:
        return await asyncio.shield(creating)
    except asyncio.CancelledError:
        await _let_go(await creating)
        raise


async def _let_go(process: asyncio.subprocess.Process) -> None:
    """End the process if it is there, and close its pipes, even those that a child of it still holds."""
    process._transport.close()  # type: ignore[attr-defined]  # asyncio has no public way
    await process.wait()
    await asyncio.sleep(0)  # pipes are closed in the loop's next turn


class Environment:
    """`command` starts the process in `root`; `variables` win over the function's own."""

    def __init__(
        self,
        function: Function,
        journal: Journal,
        *,
        command: Sequence[str],
        root: Path,
        variables: Mapping[str, str],
    ) -> None:
        self.function = function
        self._command, self._root, self._variables, self._journal = command, root, variables, journal
        self._api = RuntimeApi(function)
        self._process: asyncio.subprocess.Process | None = None
        self._log: asyncio.Task[None] | None = None
        self._exit: asyncio.Task[int] | None = None

    @property
    def alive(self) -> bool:
        return self._exit is not None and not self._exit.done() and not _has_exited(self.pid)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Return once the process asks for work. Raises InitFailed; then the process is gone."""
        try:
            address = await self._api.start()
            self._process = await _spawn(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                limit=LOG_LINE_BYTES,
                cwd=self._root,
                env=self._process_environment(address),
                start_new_session=True,  # Ctrl-C is for us alone
                preexec_fn=_die_with_parent,
            )
            self._log = asyncio.create_task(self._relay_log())
            self._exit = asyncio.create_task(self._process.wait())
            await self._until_ready(INIT_SECONDS)
            if self._api.init_error.done():
                await self._show_import_error()
                raise InitFailed(self._api.init_error.result())
            if self._exit.done():
                status = self._exit.result()
                raise InitFailed(failure("Runtime.ExitError", f"Runtime exited during init: status {status}"))
            if not self._api.ready.is_set():
                raise InitFailed(failure("Sandbox.Timedout", f"Init timed out after {INIT_SECONDS} seconds"))
        except BaseException:
            await self.stop()
            raise

    async def _show_import_error(self) -> None:
        """Show the traceback of a failed import, which awslambdaric keeps to itself."""
        if b"ImportModuleError" not in self._api.init_error.result().payload:
            return
        trial = await _spawn(
            *(sys.executable, "-c", f"import {self.function.handler.rpartition('.')[0]}"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=self._root,
            env=self._process_environment(""),
            preexec_fn=_die_with_parent,
        )
        try:
            _, said = await trial.communicate()
        finally:  # also where the emulator stops meanwhile
            await _let_go(trial)
        if said:
            self._journal.write(self.function.name, said.decode(errors="replace"), "red")

    async def _until_ready(self, timeout_seconds: float) -> None:
        """Until the process asks for work, cannot be loaded, or is gone."""
        assert self._exit is not None
        ready = asyncio.create_task(self._api.ready.wait())
        try:
            await _first_of(timeout_seconds, ready, self._api.init_error, self._exit)
        finally:
            ready.cancel()

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Never raises; when the process did not survive, `alive` is False afterwards."""
        assert self._exit is not None
        answer = self._api.submit(invocation)
        deadline = time.monotonic() + self.function.timeout_seconds
        while (remaining := deadline - time.monotonic()) > 0:
            await _first_of(min(remaining, MEMORY_POLL_SECONDS), answer, self._exit)
            if answer.done():
                if answer.result().failed:  # some errors end the process
                    await self._until_ready(STOP_SECONDS)
                return answer.result()
            if self._exit.done():
                return exited(invocation, self._exit.result())
            if self.memory_mb() > self.function.memory_mb:
                await self._kill()
                return out_of_memory(invocation)
        await self._kill()
        return timed_out(invocation, self.function.timeout_seconds)

    def memory_mb(self) -> float:
        """Resident memory now; 0 where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    async def stop(self) -> None:
        if self._process is not None and self._exit is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await asyncio.wait({self._exit}, timeout=STOP_SECONDS)
            await self._kill()
        if self._log is not None:
            await asyncio.wait({self._log}, timeout=STOP_SECONDS)
            self._log.cancel()
        await self._api.stop()

    async def _kill(self) -> None:
        assert self._process is not None
        assert self._exit is not None
        if not self._exit.done():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await _let_go(self._process)
            await asyncio.wait({self._exit})

    async def _relay_log(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:
                continue  # a line over the limit was dropped
            if not line:
                return
            # awslambdaric writes a traceback as one line, with carriage returns in it
            self._journal.relay(self.function.name, line.decode(errors="replace").rstrip())

    def _process_environment(self, address: str) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.environ.get("HOME", "/tmp"),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONUNBUFFERED": "1",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": self.function.deployed_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.function.deployed_name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_REGION": REGION,
            "LAMBDA_TASK_ROOT": str(self._root),
            "_HANDLER": self.function.handler,
            **{name: value for name, value in self.function.environment.items() if value is not None},
            **self._variables,
        }

"""Notices that code, models or the template changed."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

POLL_SECONDS = 0.5
WATCHED = ("common", "functions", "model_export/artifacts")
SKIPPED = {"__pycache__", "local"}  # `functions/local` runs here, not in the functions


async def watch_files(root: Path, on_change: Callable[[str], Awaitable[None]]) -> None:
    """Call `on_change` with the name of one changed file, once per round of changes, until cancelled."""
    before = await asyncio.to_thread(_read_times, root)
    while True:
        await asyncio.sleep(POLL_SECONDS)
        now = await asyncio.to_thread(_read_times, root)
        if now != before:
            changed = sorted(path for path, _ in now.items() ^ before.items())
            before = now
            await on_change(str(Path(changed[0]).relative_to(root)))


def _read_times(root: Path) -> dict[str, int]:
    return {path: time for name in WATCHED for path, time in _walk(root / name)}


def _walk(directory: Path) -> Iterator[tuple[str, int]]:
    """Every file below, with its time of change in nanoseconds."""
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir():
                if entry.name not in SKIPPED:
                    yield from _walk(Path(entry.path))
            else:
                yield entry.path, entry.stat().st_mtime_ns
        except OSError:
            continue  # deleted just now

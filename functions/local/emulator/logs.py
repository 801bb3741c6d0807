"""What the emulator tells: coloured on the terminal, plain in `<state>/emulator.log`."""

import json
from datetime import datetime
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

from functions.local.emulator.measurements import Measurements

COLOURS = {"features": "green", "correlations": "cyan", "predictions": "magenta", "insights": "yellow"}
NAME_WIDTH = 12
LEVELS = {"DEBUG": None, "INFO": None, "WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
"""Colour of a function's own log lines; None: in the file alone, as each request has its line already."""


class Journal:
    """One line per call and source; lines of a source share its colour.

    `measurements` are what CloudWatch would hear of it.
    """

    def __init__(self, console: Console, file: Path | None = None) -> None:
        self._console = console
        self.measurements = Measurements()
        self._file: IO[str] | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = file.open("a", buffering=1, errors="backslashreplace")

    def write(self, source: str, message: str, style: str = "") -> None:
        self._keep(source, message)
        self._show(source, message, style)

    def relay(self, source: str, line: str) -> None:
        """Write a logged line whole to the file; of its JSON the terminal shows warnings, in words."""
        self._keep(source, line)
        self.measurements.read_log(line)
        try:
            said = json.loads(line)
            level, message = said["level"], said["message"]
        except (ValueError, TypeError, KeyError):
            self._show(source, line, "dim")
            return
        colour = LEVELS.get(level, "dim")
        if colour is not None:
            request = f" (request {said['requestId']})" if said.get("requestId") else ""
            more = str(said.get("error") or said.get("exception") or "")
            self._show(source, f"{level.lower()}: {message}{request}\n{more}".rstrip(), colour)

    def _keep(self, source: str, message: str) -> None:
        if self._file is not None:
            now = datetime.now().astimezone().isoformat(timespec="milliseconds")
            for line in message.splitlines() or [""]:
                self._file.write(f"{now} {source} {line}\n")

    def _show(self, source: str, message: str, style: str) -> None:
        for line in message.splitlines() or [""]:
            head = Text(f"{datetime.now().astimezone():%H:%M:%S} ", style="dim")
            head.append(f"{source:<{NAME_WIDTH}} ", style=COLOURS.get(source, "blue"))
            self._console.print(head.append(line, style=style), soft_wrap=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

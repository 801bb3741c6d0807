"""What the emulator tells: coloured on the terminal, plain in `<state>/emulator.log`."""

from datetime import datetime
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.text import Text

COLOURS = {"features": "green", "correlations": "cyan", "predictions": "magenta", "insights": "yellow"}
NAME_WIDTH = 12


class Journal:
    """One line per call and source; lines of a source share its colour."""

    def __init__(self, console: Console, file: Path | None = None) -> None:
        self._console = console
        self._file: IO[str] | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = file.open("a", buffering=1, errors="backslashreplace")

    def write(self, source: str, message: str, style: str = "") -> None:
        now = datetime.now().astimezone()
        for line in message.splitlines() or [""]:
            if self._file is not None:
                self._file.write(f"{now.isoformat(timespec='milliseconds')} {source} {line}\n")
            head = Text(f"{now:%H:%M:%S} ", style="dim")
            head.append(f"{source:<{NAME_WIDTH}} ", style=COLOURS.get(source, "blue"))
            self._console.print(head.append(line, style=style), soft_wrap=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

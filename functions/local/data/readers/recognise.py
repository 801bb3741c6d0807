"""Which reader a file is for: told by its content, each reader asked in turn."""

from collections.abc import Sequence
from types import ModuleType

from functions.local.data.readers import (
    apple,
    apple_tables,
    cronometer,
    fitabase,
    fitbit,
    garmin,
    habits,
    myfitnesspal,
    oura,
    samsung,
    whoop,
    whoop_api,
    whoop_archive,
    zepp,
)
from functions.local.data.readers.files import File

READERS: tuple[ModuleType, ...] = (
    whoop, whoop_api, whoop_archive, oura, apple, apple_tables, garmin, fitbit, fitabase, samsung, zepp,
    cronometer, myfitnesspal, habits,
)  # fmt: skip


def sort_files(files: Sequence[File]) -> tuple[dict[ModuleType, list[tuple[str, File]]], list[File]]:
    """Return files by reader, each with what it was recognised as; and those that nobody knows."""
    found: dict[ModuleType, list[tuple[str, File]]] = {}
    unknown = []
    for file in files:
        for reader in READERS:
            if kind := reader.recognise(file):
                found.setdefault(reader, []).append((kind, file))
                break
        else:
            unknown.append(file)
    return found, unknown

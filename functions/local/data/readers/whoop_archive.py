"""WHOOP: the account archive of old, with recoveries and sleeps whose times are ranges.

HRV is in seconds and lengths are in milliseconds. A range is written `['start','end')`.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from functions.local.data.readers.clocks import minutes_of, read_instant, read_offset, read_wall_clock
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export
from functions.local.data.readers.tables import Row, column, iterate, normalise, positive, read_table, truth
from functions.local.data.readers.whoop import SOURCE

RECOVERIES, SLEEPS = "WHOOP archive recoveries", "WHOOP archive sleeps"
_RANGE = re.compile(r"[\[(]\s*'?\"?([^'\",]+)'?\"?\s*,\s*'?\"?([^'\",)\]]*)")
SLEEP_MOST = timedelta(hours=14)
NIGHT = timedelta(hours=8)
"""From the start of a cycle to the morning, where the range is that of the cycle."""
_STAGES = ("light sleep duration", "slow wave sleep duration", "rem sleep duration")


def recognise(file: File) -> str | None:
    names = normalise(file.header)
    if "during" not in names.split():
        return None
    if "hrv rmssd" in names and "resting heart rate" in names:
        return RECOVERIES
    return SLEEPS if "slow wave sleep duration" in names else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for kind, file in files:
        export = Export(kind)
        for row in iterate(read_table(file.read()), export.left_out):
            (_read_recovery if kind == RECOVERIES else _read_sleep)(row, export)
        exports.append(export)
    return exports


def _woke(row: Row, export: Export) -> datetime | date | None:
    """Return the wall clock of waking; its day alone where the range is a whole cycle's."""
    match = _RANGE.match(row["during"].strip())
    if match is None or not match[2].strip():
        export.left_out["rows without an end"] += 1
        return None
    offset = timedelta()
    if written := (column(row, "timezone offset", "timezone", "time zone offset") or "").strip():
        offset = read_offset(written)
        export.utc_offsets[minutes_of(offset)] += 1
    begun, ended = (_wall(text, offset) for text in match.groups())
    return ended if ended - begun <= SLEEP_MOST else (begun + NIGHT).date()


def _wall(text: str, offset: timedelta) -> datetime:
    """Return where the hands stood: an instant that says no offset of its own is UTC."""
    try:
        own = read_instant(text)
    except ValueError:
        return read_wall_clock(text) + offset
    return own.replace(tzinfo=None) + (timedelta() if own.utcoffset() else offset)


def _read_recovery(row: Row, export: Export) -> None:
    woke = _woke(row, export)
    if woke is None:
        return
    seconds = positive(row["hrv rmssd"])
    export.night("RESTING_HEART_RATE", woke, positive(row["resting heart rate"]), "bpm", SOURCE)
    export.night("HEART_RATE_VARIABILITY_RMSSD", woke, seconds and seconds * 1000, "ms", SOURCE)
    export.night("RECOVERY_SCORE", woke, positive(column(row, "recovery score", "score")), "score", SOURCE)


def _read_sleep(row: Row, export: Export) -> None:
    woke = _woke(row, export)
    if woke is None:
        return
    light, deep, rem = ((positive(row.get(name)) or 0) / 60_000 for name in _STAGES)
    export.night("SLEEP_DURATION", woke, light + deep + rem, "min", SOURCE)
    if truth(column(row, "is nap", "nap")) is not True:
        export.night("DEEP_SLEEP_DURATION", woke, deep, "min", SOURCE)
        export.night("REM_SLEEP_DURATION", woke, rem, "min", SOURCE)

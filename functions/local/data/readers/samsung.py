"""Samsung Health: `com.samsung…csv` files, whose first line is metadata and whose rows end in a comma.

Times are UTC with the offset beside them. Read by the published column names of sleep, steps, HRV and weight;
a file without them is left out.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from functions.local.data.readers.clocks import (
    from_milliseconds,
    minutes_of,
    read_offset,
    read_wall_clock,
    wall_clock,
)
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Export, Reading
from functions.local.data.readers.tables import iterate, number, positive, read_table

SOURCE = "samsung_health"
KINDS = {
    "com.samsung.shealth.sleep": "Samsung sleep",
    "com.samsung.shealth.tracker.pedometer_day_summary": "Samsung daily steps",
    "com.samsung.shealth.hrv": "Samsung HRV",
    "com.samsung.health.hrv": "Samsung HRV",
}


def recognise(file: File) -> str | None:
    return KINDS.get(file.header.partition(",")[0].strip())


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    exports = []
    for kind, file in files:
        export = Export(kind)
        for named in iterate(read_table(file.read(), skip_lines=1), export.left_out):
            # columns are written with their table's name before them
            row = {
                re.sub(r"^com samsung .* (?=\S+$)", "", name): cell for name, cell in _joined(named).items()
            }
            match kind:
                case "Samsung sleep":
                    _read_sleep(row, export)
                case "Samsung daily steps":
                    _read_steps(row, export)
                case _:
                    _read_hrv(row, export)
        exports.append(export)
    return exports


def _joined(row: Mapping[str, str]) -> dict[str, str]:
    known = (
        "start time",
        "end time",
        "time offset",
        "sleep duration",
        "day time",
        "step count",
        "create time",
    )
    joined = {}
    for name, cell in row.items():
        word = next((one for one in known if name.endswith(one)), None)
        joined[(name.removesuffix(word) if word else name) + (word.replace(" ", "_") if word else "")] = cell
    return joined


def _read_sleep(row: Mapping[str, str], export: Export) -> None:
    ended, offset = row.get("end_time", ""), read_offset(row.get("time_offset") or "Z")
    begun = row.get("start_time", "")
    if not ended or not begun:
        export.left_out["sleeps without times"] += 1
        return
    export.utc_offsets[minutes_of(offset)] += 1
    woke, slept = (read_wall_clock(text).replace(tzinfo=UTC) for text in (ended, begun))
    minutes = number(row.get("sleep_duration")) or (woke - slept).total_seconds() / 60
    export.night("SLEEP_DURATION", wall_clock(woke, offset), minutes, "min", SOURCE)


def _read_steps(row: Mapping[str, str], export: Export) -> None:
    moment, steps = row.get("day_time", ""), number(row.get("step_count") or row.get("count"))
    if not moment:
        export.left_out["days without a date"] += 1
        return
    day = (from_milliseconds(float(moment)) if moment.isdigit() else read_wall_clock(moment)).date()
    # one row a device and a day, the sum of all among them
    held = export.parts.get(("STEPS", day, "steps", SOURCE), 0.0)
    export.parts["STEPS", day, "steps", SOURCE] = max(held, steps or 0.0)


def _read_hrv(row: Mapping[str, str], export: Export) -> None:
    sdnn, moment = positive(row.get("sdnn")), row.get("start_time", "")
    if sdnn is None or not moment:
        export.left_out["HRV readings that lie in side files"] += 1
        return
    at: datetime = read_wall_clock(moment).replace(tzinfo=UTC)
    export.in_night.append(Reading("HEART_RATE_VARIABILITY_SDNN", at, sdnn, "ms", SOURCE))

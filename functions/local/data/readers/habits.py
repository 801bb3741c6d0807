"""Loop Habit Tracker's checkmarks, and logs of doses: what was done on which day, as journal entries."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from functions.local.data.readers.clocks import find_order, read_date, read_instant, read_wall_clock
from functions.local.data.readers.cronometer import DRINK_G
from functions.local.data.readers.files import File
from functions.local.data.readers.records import Entry, Export
from functions.local.data.readers.tables import Row, iterate, normalise, read_table

CHECKMARKS, HABIT, DOSES = "Loop habits", "Loop habit", "Dose log"
YES, NO = 2, 0
YES_NO_MOST = 3
_WORDS = {"yes_manual": YES, "no": NO, "yes_auto": 1, "skip": 3, "unknown": -1, "": -1}
"""What later versions write instead of numbers."""
DAY_BEGINS_HOUR = 5
"""A dose taken earlier belongs to the day before: somebody is still up."""
_FAMILIES = (
    (r"\b(alcohol|alkohol|alcool|beer|bier|wine|wein|booze|drinks?$|drinking$)", "alcohol"),
    (r"\b(coffee|kaffee|café|caffeine|koffein|espresso)", "caffeine"),
    (r"late (meal|dinner|eat|snack)|eat.* late", "late_meal"),
    (r"screen|phone in bed", "screen_in_bed"),
)
_NEGATED = re.compile(
    r"\b(no|not|non|never|without|avoid\w*|quit|stop\w*|skip|don.?t|abstain\w*|free|kein\w*|ohne|sans|pas|decaf)\b"
)
_SENSITIVE = re.compile(
    r"\b(sex\w*|porn|fap|nofap|masturb\w*|period|menstr\w*|pill|pills|medic\w*|medik\w*|drug\w*|weed|cannabis|"
    r"marijuana|therap\w*|pray\w*|church|sick|ill)\b"
)
_AMOUNT = re.compile(r"\s*(\d*[.,]?\d+)\s*(mg|g|ug|mcg|µg|μg)\s*")
_MILLIGRAMS = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001, "µg": 0.001, "μg": 0.001}


def recognise(file: File) -> str | None:
    header = [normalise(cell) for cell in re.split(r"[,;\t]", file.header)]
    if {"datetime", "substance", "amount"} <= set(header):
        return DOSES
    if file.base_name != "Checkmarks.csv":
        return None
    if header[0] == "date" and len(header) > 2:
        return CHECKMARKS
    return HABIT if "/" in file.name and re.match(r"\d{4}-\d{2}-\d{2},[^,]*$", file.header) else None


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    """Read the joint table; single habits only where there is none."""
    joint = any(kind == CHECKMARKS for kind, _ in files)
    exports = []
    for kind, file in files:
        export = Export(kind)
        if kind == DOSES:
            _read_doses(file, export)
        elif kind == CHECKMARKS:
            _read_checkmarks(file, export)
        elif not joint:
            _read_habit(file, export)
        else:
            continue
        exports.append(export)
    return exports


def habit_name(text: str) -> tuple[str, bool] | None:
    """Return the journal's own name where a habit is of a family it knows, else the person's as an
    identifier; and whether its yes means that it was not done. None: it is nobody's business.
    """
    plain = text.lower()
    if _SENSITIVE.search(plain):
        return None
    known = next((name for pattern, name in _FAMILIES if re.search(pattern, plain)), None)
    if known:
        return known, _NEGATED.search(plain) is not None
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "habit", False


def _read_checkmarks(file: File, export: Export) -> None:
    table = read_table(file.read())
    order = find_order(row["date"] for row in table.rows) if table.rows else "ymd"
    rows = list(iterate(table, export.left_out))
    for header in table.headers[1:]:
        column = normalise(header)
        told = {read_date(row["date"], order): row[column] for row in rows}
        _read_marks(header, told, export)


def _read_habit(file: File, export: Export) -> None:
    """Read one habit of its own folder, whose name is a number and the habit."""
    table = read_table(b"date,value\n" + file.read())
    order = find_order(row["date"] for row in table.rows)
    told = {read_date(row["date"], order): row["value"] for row in iterate(table, export.left_out)}
    _read_marks(re.sub(r"^\d+ ", "", file.name.split("/")[-2]), told, export)


def _read_marks(header: str, told: dict[date, str], export: Export) -> None:
    named = habit_name(header)
    if named is None:
        export.left_out["checkmarks of habits that are private"] += len(told)
        return
    habit, negated = named
    marks = {day: _WORDS.get(cell.strip().lower(), cell) for day, cell in told.items()}
    values = {day: float(mark) for day, mark in marks.items()}
    measured = max(values.values(), default=-1) > YES_NO_MOST
    for day, value in values.items():
        if measured and value >= 0 and not negated:
            export.entries.append(Entry(day, habit, value / 1000))
        elif not measured and value in (YES, NO):
            export.entries.append(Entry(day, habit, (value == YES) != negated))
        else:
            export.left_out["checkmarks that are skipped, implied or unknown"] += 1


def _read_doses(file: File, export: Export) -> None:
    """Read doses of caffeine and alcohol by day; that none was logged is no evidence that none was taken."""
    last: dict[date, float] = {}
    by_day: dict[tuple[date, str], float] = {}
    for row in iterate(read_table(file.read()), export.left_out):
        substance = row["substance"].strip().lower()
        if substance not in ("caffeine", "alcohol", "ethanol"):
            export.left_out["doses of other substances"] += 1
            continue
        amount = _AMOUNT.fullmatch(row["amount"].lower())
        if amount is None:
            export.left_out["amounts that cannot be read"] += 1
            continue
        mg = float(amount[1].replace(",", ".")) * _MILLIGRAMS[amount[2]]
        name, size = ("caffeine_mg", 1.0) if substance == "caffeine" else ("drinks", DRINK_G * 1000)
        at = _taken_at(row)
        if at.tzinfo:
            # an instant that does not say where: its day, without the hour
            moment = at - timedelta(hours=DAY_BEGINS_HOUR)
            export.instant_entries.append((moment, Entry(moment.date(), name, mg / size)))
            continue
        at -= timedelta(hours=DAY_BEGINS_HOUR)
        day = at.date()
        by_day[day, name] = by_day.get((day, name), 0.0) + mg / size
        if name == "caffeine_mg":
            last[day] = max(last.get(day, 0.0), DAY_BEGINS_HOUR + at.hour + at.minute / 60)
    export.entries += [Entry(day, name, round(amount, 3)) for (day, name), amount in by_day.items()]
    export.entries += [Entry(day, "caffeine_last_hour", round(hour, 2)) for day, hour in last.items()]


def _taken_at(row: Row) -> datetime:
    """Return the wall clock where it is told, by an offset of its own or none; else an instant of UTC."""
    text = row["datetime"].strip()
    if text.endswith(("Z", "+00:00")):
        return read_instant(text).astimezone(UTC)
    try:
        return read_instant(text).replace(tzinfo=None)
    except ValueError:
        return read_wall_clock(text)

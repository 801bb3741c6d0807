"""What imports say of days and no backend table holds: into the journal, as the person would have said it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, text

from common.compute.journal import HABIT_PREFIX, VOCABULARY, Said, Unfit, understand
from common.compute.series.rows import Journal
from common.store.journal import save_entries

NONE_SAID_AS = {"alcohol": "drinks", "caffeine": "caffeine_mg"}
"""A plain no to these is a known none; a plain yes says no amount."""
COUNTED = "alcohol"
"""Where a number was kept instead of yes and no, it is of drinks."""

Answers = Mapping[tuple[date, str], float | bool]


def save_answers(connection: Connection, user_id: str, answers: Answers) -> int:
    """Save what the journal can hold of the answers, and return how many that were.

    Nothing is saved into a database whose journal is not migrated yet.
    """
    if not answers or not connection.scalar(text("SELECT to_regclass('ml.\"DayContext\"') IS NOT NULL")):
        return 0
    by_day = understand_answers(answers)
    for day, said in by_day.items():
        save_entries(connection, user_id, day, said, [])
    return sum(map(len, by_day.values()))


def journal_answers(journal: Journal) -> Answers:
    return {
        (day, name): float(value)
        for day, name, value in zip(journal.day.tolist(), journal.name, journal.value, strict=True)
    }


def understand_answers(answers: Answers) -> dict[date, dict[str, Said]]:
    """By day and the journal's own name, or as an own habit; what the journal refuses is left out."""
    found: dict[date, dict[str, Said]] = defaultdict(dict)
    for (day, name), value in answers.items():
        for entry, answer in _said_as(name, value).items():
            try:
                found[day][entry] = understand(entry, answer)
            except Unfit:
                continue
    return dict(found)


def _said_as(name: str, value: float | bool) -> dict[str, float | bool]:
    if name not in VOCABULARY:
        return {f"{HABIT_PREFIX}{name}": value}
    if name not in NONE_SAID_AS:
        return {name: value}
    said: dict[str, float | bool] = {name: bool(value)}
    if value is False:
        said[NONE_SAID_AS[name]] = 0.0
    elif name == COUNTED and not isinstance(value, bool):
        said[NONE_SAID_AS[name]] = value
    return said

"""The journal's vocabulary: what a person may say of a day, and how each answer becomes a number.

Absent is not asked, never "no". An own habit is called `habit:` and a name of the person's; whether it is yes
or no, a number or an hour is told by its first answer and stays. Yes is 1, no is 0, hours are decimal.

Every entry of the vocabulary but `drinks` is a channel and a feature of the same name; `drinks` is the day's
`alcohol_drinks`, whatever its meals are called. Where somebody only says that they drank, and no meal is a
drink, how much is unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

HABIT_PREFIX = "habit:"
HABIT = re.compile(r"habit:[a-z0-9][a-z0-9_]{0,39}")
HABIT_HIGH = 1e6
LAST_HOUR = 28.0
"""The small hours after a day are the end of it: 25.5 is half past one in the night."""
_CLOCK = re.compile(r"([01][0-9]|2[0-7]):([0-5][0-9])")


class Kind(StrEnum):
    YES_NO = "yes_no"
    NUMBER = "number"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    kind: Kind
    unit: str
    high: float
    """The largest value taken; the least is 0."""
    definition: str
    step: float | None = None
    """A natural change, of what a person might change: such entries are inputs of correlations."""


_YES, _NUMBER, _HOUR = Kind.YES_NO, Kind.NUMBER, Kind.HOUR
VOCABULARY: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("drinks", _NUMBER, "drinks", 40, "Alcoholic drinks; 0 is none."),
        Entry("alcohol", _YES, "0/1", 1, "Drank alcohol, however much.", 1),
        Entry("caffeine_mg", _NUMBER, "mg", 2_000, "Caffeine; 0 is none.", 100),
        Entry("caffeine_last_hour", _HOUR, "local hour", LAST_HOUR, "When the last caffeine was taken.", 1),
        Entry("caffeine", _YES, "0/1", 1, "Took caffeine, however much.", 1),
        Entry("late_meal", _YES, "0/1", 1, "Ate close to bedtime.", 1),
        Entry("nicotine", _NUMBER, "times", 100, "Cigarettes or other doses of nicotine; 0 is none.", 1),
        Entry("stress", _NUMBER, "0-10", 10, "Stress as felt, 0 to 10.", 1),
        Entry("illness", _YES, "0/1", 1, "Felt ill."),
        Entry("shift", _YES, "0/1", 1, "Worked a late or a night shift."),
        Entry("travel", _YES, "0/1", 1, "Travelled far or across time zones."),
        Entry("menstruation_day", _NUMBER, "day", 15, "Day of menstruation; 0 is none."),
        Entry("pregnancy", _YES, "0/1", 1, "Pregnant."),
        Entry("medication_change", _YES, "0/1", 1, "Began, ended or changed a medication."),
        Entry("screen_in_bed", _YES, "0/1", 1, "Looked at a screen in bed.", 1),
        Entry("cannabis", _YES, "0/1", 1, "Used cannabis.", 1),
        Entry("melatonin", _YES, "0/1", 1, "Took melatonin.", 1),
        Entry("sauna", _YES, "0/1", 1, "Was in a sauna.", 1),
        Entry("shared_bed", _YES, "0/1", 1, "Shared the bed.", 1),
    )
}


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: how it is kept."""

    kind: Kind
    value: float


class Unfit(ValueError):
    """An answer that is none to its question; `code` and the text say why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def require_known(name: str) -> None:
    """Raise Unfit where the name is neither in the vocabulary nor an own habit's."""
    if name not in VOCABULARY and not HABIT.fullmatch(name):
        raise Unfit("unknown_entry", f"is neither in the vocabulary nor an own habit ({HABIT.pattern})")


def understand(name: str, answer: bool | float | str) -> Said:
    """Return what an answer to an entry says: true or false, a number, or an hour as "HH:MM".

    Raises Unfit for an unknown name and for an answer of another kind or out of bounds.
    """
    require_known(name)
    entry = VOCABULARY.get(name)
    said = _said(answer)
    if entry is None:
        high, kind = HABIT_HIGH, said.kind
    else:
        high, kind = entry.high, entry.kind
        if kind is Kind.HOUR and said.kind is Kind.NUMBER:
            said = Said(Kind.HOUR, said.value)
    if said.kind is not kind:
        raise Unfit("wrong_kind", f"must be {_IN_WORDS[kind]}")
    if not 0 <= said.value <= high:
        raise Unfit("out_of_bounds", f"must be from 0 to {high:g}")
    return said


def format_answer(kind: Kind, value: float) -> bool | float | str:
    """Return the answer that `understand` would understand so."""
    match kind:
        case Kind.YES_NO:
            return value == 1.0
        case Kind.NUMBER:
            return value
        case Kind.HOUR:
            minutes = round(value * 60)
            return f"{minutes // 60:02}:{minutes % 60:02}"


_IN_WORDS = {_YES: "true or false", _NUMBER: "a number", _HOUR: 'an hour as "HH:MM" or a number'}


def _said(answer: bool | float | str) -> Said:
    match answer:
        case bool():
            return Said(Kind.YES_NO, float(answer))
        case str():
            clock = _CLOCK.fullmatch(answer)
            if clock is None:
                raise Unfit("not_an_hour", 'must be an hour as "HH:MM"')
            return Said(Kind.HOUR, int(clock[1]) + int(clock[2]) / 60)
        case _:
            value = float(answer)
            if not isfinite(value):
                raise Unfit("out_of_bounds", "must be finite")
            return Said(Kind.NUMBER, value)

"""Puts an insight into words: templates of a locale filled with facts, in metric or imperial units.

Owns how a number is written. Must not decide what is told, and must not change a figure but for its unit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from common.compute.insights.english import ENGLISH
from common.compute.insights.facts import Fact
from common.compute.insights.vocabulary import Vocabulary

LOCALES: dict[str, Vocabulary] = {"en": ENGLISH}
TEMPLATES = frozenset(ENGLISH.templates)
"""What this build can say, and so what it can judge."""

Conversion = tuple[str, Callable[[float], float]]

# Food is counted in grams everywhere the service is used; body weight, distance and temperature are not.
IMPERIAL: dict[str, Conversion] = {
    "kg": ("lb", lambda kg: kg / 0.45359237),
    "m": ("mi", lambda m: m / 1609.344),
    "km": ("mi", lambda km: km / 1.609344),
    "degC_change": ("degF_change", lambda kelvin: kelvin * 1.8),
    "clock": ("clock_12h", lambda hour: hour),
}
METRIC: dict[str, Conversion] = {"m": ("km", lambda m: m / 1000)}


class Sayable(Protocol):
    """What of an insight its words depend on."""

    @property
    def template(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Fact]: ...
    @property
    def notes(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    description: str
    """What was found, what it rests on, and what it does not mean."""
    recommendation: str
    evidence: str
    caveat: str


class UnknownWordsError(LookupError):
    """An insight has a template, a fact or a note that this build has no words for."""


def tell(insight: Sayable, locale: str = "en", units: str = "metric") -> Said:
    """Raises UnknownWordsError, and KeyError for a locale nobody wrote."""
    words = LOCALES[locale]
    try:
        return _tell(insight, words, units)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise UnknownWordsError(insight.template) from error


def _tell(insight: Sayable, words: Vocabulary, units: str) -> Said:
    told = words.templates[insight.template]
    said = {name: say(fact, words, units) for name, fact in insight.facts.items()}
    said |= {
        name: words.conditions[feature].format(step=said["step"])
        for name, feature in _features(insight, "condition")
    }
    said |= {
        name: words.habits[feature].format(step=said["step"]) for name, feature in _features(insight, "habit")
    }
    if {"lower", "upper"} <= said.keys():
        said["range"] = _range(said["lower"], said["upper"], words)
    evidence = told.evidence.format(**said)
    caveat = " ".join(
        [*(words.notes[note].format(**said) for note in insight.notes), told.caveat.format(**said)]
    )
    body = told.description.format(**said)
    return Said(
        title=_start(told.title.format(**said)),
        description=" ".join(part for part in (body, evidence, caveat.strip()) if part),
        recommendation=told.recommendation.format(**said),
        evidence=evidence,
        caveat=caveat.strip(),
    )


def _features(insight: Sayable, unit: str) -> list[tuple[str, str]]:
    return [(name, str(fact.value)) for name, fact in insight.facts.items() if fact.unit == unit]


def _range(lower: str, upper: str, words: Vocabulary) -> str:
    """ "2 to 6 ms": the unit once where both have it behind one number."""
    number, _, unit = lower.partition(" ")
    same = upper.partition(" ")[2].removesuffix("s") == unit.removesuffix("s")  # 1 point to 2.6 points
    shared = same and not any(sign.isdigit() for sign in unit)
    return words.range.format(lower=number.removesuffix("%") if shared else lower, upper=upper)


def _start(title: str) -> str:
    return title[:1].upper() + title[1:]


def say(fact: Fact, words: Vocabulary, units: str = "metric") -> str:
    """One fact in words: "41 days", "7 h 15 min", "19:30", "12 May", "resting heart rate"."""
    value, unit = fact.value, fact.unit
    if isinstance(value, str):
        if unit == "dates":
            return ", ".join(_day(day, words) for day in value.split())
        if unit == "date":
            return _day(value, words)
        return words.names.get(unit, {}).get(value, value)
    unit, convert = (IMPERIAL if units == "imperial" else METRIC).get(unit, (unit, float))
    value = convert(value)
    if unit in {"clock", "clock_12h"}:
        return _clock(value, twelve=unit == "clock_12h")
    if unit == "clock_change":
        unit, value = "min", value * 60
    if unit in {"min", "h"}:
        return _span(value if unit == "min" else value * 60, words)
    if unit in {"kcal", "steps", "mg"} and abs(value) >= 100:
        value = round(value / 10) * 10
    number = _number(value)
    return words.measures.get(unit, "{number} " + unit).format(number=number, s=_plural(number)).strip()


def _day(text: str, words: Vocabulary) -> str:
    day = date.fromisoformat(text)
    return words.day.format(day=day.day, month=words.months[day.month - 1])


def _number(value: float) -> str:
    """No more digits than the size bears: 0.04, 4.2, 42, 4,200."""
    size = abs(value)
    text = f"{value:,.{0 if size >= 10 else 1 if size >= 0.1 else 2}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _plural(number: str) -> str:
    return "" if number in {"1", "-1"} else "s"


def _span(minutes: float, words: Vocabulary) -> str:
    whole = round(minutes)
    if abs(whole) < 90:
        return words.measures["min"].format(number=_number(float(whole)) if abs(minutes) >= 1 else "0", s="")
    hours, rest = divmod(abs(whole), 60)
    sign = "-" if whole < 0 else ""
    return sign + (words.hours_minutes if rest else words.hours).format(hours=hours, minutes=rest)


def _clock(hour: float, *, twelve: bool) -> str:
    minutes = round(hour * 60) % 1440
    if not twelve:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    half = "am" if minutes < 720 else "pm"
    return f"{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02d} {half}"

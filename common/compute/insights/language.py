"""Puts an insight into words: templates of a locale filled with facts, in metric or imperial units.

Must not decide what is told, and must not change a figure but for its unit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from common.compute.insights.english import ENGLISH
from common.compute.insights.facts import Fact
from common.compute.insights.german import GERMAN
from common.compute.insights.vocabulary import Vocabulary
from common.compute.insights.writing import plural_of, write_day, write_list, write_number
from common.compute.journal import HABIT_PREFIX

LOCALES: dict[str, Vocabulary] = {
    "en": ENGLISH,
    "de": GERMAN,
}
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
WHOLE_TENS = {"kcal", "steps", "mg"}
ASIDES = ("habit_days", "further", "backing", "other")
"""Units of facts that are a sentence of their own, in the order they stand."""
SPANS = {"min", "h", "clock_change"}


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


def render(insight: Sayable, locale: str = "en", units: str = "metric") -> Said:
    """Raise UnknownWordsError, and KeyError for a locale nobody wrote."""
    words = LOCALES[locale]
    try:
        return _render(insight, words, units)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise UnknownWordsError(insight.template) from error


def explain_rank(ranks: Iterable[str], locale: str = "en") -> str:
    """Why an insight stands where it does; of a reason the language has no words for, nothing."""
    words = LOCALES[locale]
    reasons = tuple(words.ranks[rank] for rank in ranks if rank in words.ranks)
    return words.because.format(reasons=write_list(reasons, words.cldr)) if reasons else ""


def _render(insight: Sayable, words: Vocabulary, units: str) -> Said:
    told = words.templates[insight.template]
    said: dict[str, str] = {}
    for name, fact in insight.facts.items():
        said |= _forms(name, fact, words, units)
    for unit, table in (("condition", words.conditions), ("habit", words.habits)):
        for name, feature in _named(insight, unit):
            said[name] = name_habit(feature, table, words).format(**said)
    if {"lower", "upper"} <= said.keys():
        said["range"] = _range(insight.facts, said, words)
    evidence = told.evidence.format(**said)
    asides = [words.names[unit][key] for unit in ASIDES for _, key in _named(insight, unit)]
    notes = [words.notes[note] for note in insight.notes]
    caveat = " ".join(sentence.format(**said) for sentence in (*asides, *notes, told.caveat)).strip()
    body = told.description.format(**said)
    return Said(
        title=_start(told.title.format(**said)),
        description=" ".join(part for part in (body, evidence, caveat) if part),
        recommendation=told.recommendation.format(**said),
        evidence=evidence,
        caveat=caveat,
    )


def name_habit(feature: str, table: Mapping[str, str], words: Vocabulary) -> str:
    """Return the words of a habit; of the person's own its name, between quotation marks."""
    if not feature.startswith(HABIT_PREFIX):
        return table[feature]
    return words.quoted.format(name=feature.removeprefix(HABIT_PREFIX).replace("_", " "))


def _named(insight: Sayable, unit: str) -> list[tuple[str, str]]:
    return [(name, str(fact.value)) for name, fact in insight.facts.items() if fact.unit == unit]


def _forms(name: str, fact: Fact, words: Vocabulary, units: str) -> dict[str, str]:
    """Return the fact under its name, and in each other form the language has of it."""
    said = {name: say(fact, words, units)}
    tables = words.names if isinstance(fact.value, str) else words.measures
    for form in {form for table in tables if (form := table.partition(":")[2])}:
        table = f"{fact.unit}:{form}"
        said[f"{name}_{form}"] = say(Fact(fact.value, table), words, units) if table in tables else said[name]
    return said


def _range(facts: Mapping[str, Fact], said: Mapping[str, str], words: Vocabulary) -> str:
    """ "2 to 6 ms": the unit once where both have it behind one number."""
    lower, upper = said["lower"], said["upper"]
    number, _, rest = lower.partition(" ")
    one_number = not any(sign.isdigit() for sign in rest + upper.partition(" ")[2])
    if one_number and facts["lower"].unit == facts["upper"].unit:
        lower = number.removesuffix("%").strip()
    return words.range.format(lower=lower, upper=upper)


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
        return _clock(value, words, twelve=unit == "clock_12h")
    if unit in SPANS:
        return _span(value if unit == "min" else value * 60, words)
    if unit in WHOLE_TENS and abs(value) >= 100:
        value = round(value / 10) * 10
    return _measure(value, unit, words)


def _measure(value: float, unit: str, words: Vocabulary) -> str:
    decimals = _decimals(value, unit)
    number = write_number(value, decimals, words.cldr)
    forms = words.measures.get(unit, {"other": "{number} " + unit})
    form = forms.get(plural_of(abs(value), decimals, words.cldr), forms["other"])
    return form.format(number=number).strip()


def _decimals(value: float, unit: str) -> int:
    """No more digits than the size bears: 0.04, 4.2, 42. Weights that are compared keep their tenth."""
    size = abs(value)
    if unit == "lb":
        return 0
    return 0 if size >= 10 and unit != "kg" else 1 if size >= 0.1 else 2


def _day(text: str, words: Vocabulary) -> str:
    return write_day(date.fromisoformat(text), words.cldr)


def _span(minutes: float, words: Vocabulary) -> str:
    whole = round(minutes)
    if abs(whole) < 90:
        return _measure(float(whole) if abs(minutes) >= 1 else 0.0, "min", words)
    hours, rest = divmod(abs(whole), 60)
    sign = "-" if whole < 0 else ""
    return sign + (words.hours_minutes if rest else words.hours).format(hours=hours, minutes=rest)


def _clock(hour: float, words: Vocabulary, *, twelve: bool) -> str:
    minutes = round(hour * 60) % 1440
    if not twelve or words.halves is None:
        return words.clock.format(hours=f"{minutes // 60:02d}", minutes=f"{minutes % 60:02d}")
    half = words.halves[minutes >= 720]
    return f"{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02d} {half}"

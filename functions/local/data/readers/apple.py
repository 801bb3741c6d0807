"""Apple Health: `export.xml`, streamed, however many gigabytes it has.

Every timestamp carries the phone's offset at the time of the export, so only the instant is believed and the
person's zone says which day it was. The document type declaration is skipped, malformed or not, so that no
entity is ever defined, let alone fetched. Names of people and devices are read for telling sources apart and
kept nowhere.
"""

import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from common.errors import InvalidInput
from functions.local.data.readers.activities import activity_type
from functions.local.data.readers.files import DAMAGE, File
from functions.local.data.readers.records import Entry, Export, Meal, Points, Reading, Workout

SOURCE = "apple_health"
HEALTH = "Apple Health"
CHUNK_BYTES = 1 << 20
DECLARATION_BYTES_MAX = 4 << 20
NIGHT_BEGINS_HOUR = 18
SLEEP_LEAST = timedelta(hours=2)
GAP_MOST = timedelta(hours=3)
"""Segments of sleep further apart are two sleeps."""

_Q = "HKQuantityTypeIdentifier"
_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_STAGES = {"AsleepDeep": "DEEP_SLEEP_DURATION", "AsleepREM": "REM_SLEEP_DURATION"}
_VALUES = {
    "RestingHeartRate": ("RESTING_HEART_RATE", "bpm"),
    "HeartRateVariabilitySDNN": ("HEART_RATE_VARIABILITY_SDNN", "ms"),
    "RespiratoryRate": ("RESPIRATORY_RATE", "breaths/min"),
    "OxygenSaturation": ("OXYGEN_SATURATION", "%"),
    "VO2Max": ("VO2_MAX", "ml/kg/min"),
    "AppleSleepingWristTemperature": ("SKIN_TEMPERATURE", "degC"),
}
_DENSE = {"HeartRateVariabilitySDNN", "RespiratoryRate", "OxygenSaturation"}
"""Several a night: the median of those in the sleep is the night's."""
_TOTALS = {
    "StepCount": ("STEPS", "steps"),
    "ActiveEnergyBurned": ("ACTIVE_CALORIES", "kcal"),
    "AppleExerciseTime": ("EXERCISE_MINUTES", "min"),
}
_FOOD = {
    "DietaryEnergyConsumed": "calories", "DietaryProtein": "protein", "DietaryCarbohydrates": "carbs",
    "DietaryFatTotal": "fat", "DietaryFiber": "fiber", "DietarySugar": "sugar", "DietarySodium": "sodium",
    "DietaryFatSaturated": "saturatedFat", "DietaryCholesterol": "cholesterol",
    "DietaryPotassium": "potassium", "DietaryCalcium": "calcium", "DietaryIron": "iron",
    "DietaryMagnesium": "magnesium", "DietaryZinc": "zinc", "DietaryVitaminC": "vitaminC",
}  # fmt: skip
_GRAMS = {
    "calories": "kcal",
    "protein": "g",
    "carbs": "g",
    "fat": "g",
    "fiber": "g",
    "sugar": "g",
    "saturatedFat": "g",
}
_FACTORS = {
    ("kcal", "kcal"): 1.0, ("Cal", "kcal"): 1.0, ("kJ", "kcal"): 1 / 4.184, ("cal", "kcal"): 0.001, ("g",
    "g"): 1.0, ("mg", "g"): 0.001, ("mg", "mg"): 1.0, ("g", "mg"): 1000.0, ("mcg", "mg"): 0.001, ("kg", "kg"):
    1.0, ("lb", "kg"): 0.45359237, ("st", "kg"): 6.35029318, ("%", "%"): 100.0, ("degC", "degC"): 1.0, ("ms",
    "ms"): 1.0, ("count", "steps"): 1.0, ("min", "min"): 1.0, ("hr", "min"): 60.0, ("count/min", "bpm"): 1.0,
    ("count/min", "breaths/min"): 1.0, ("mL/min·kg", "ml/kg/min"): 1.0, ("mL/kg*min", "ml/kg/min"): 1.0,
    ("count", "count"): 1.0, }  # fmt: skip


@dataclass
class _Health:
    """What is kept while streaming: sums by quarter of an hour and source, and single values."""

    values: dict[tuple[str, str], Points] = field(default_factory=lambda: defaultdict(Points))
    """Type and source -> instants and values."""
    sums: dict[tuple[str, str], Points] = field(default_factory=lambda: defaultdict(Points))
    sleeps: dict[str, list[tuple[datetime, datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    food: dict[tuple[datetime, str], dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    drinks: dict[datetime, float] = field(default_factory=lambda: defaultdict(float))
    caffeine: dict[datetime, float] = field(default_factory=lambda: defaultdict(float))
    weights: dict[datetime, float] = field(default_factory=dict)
    zones: Counter[str] = field(default_factory=Counter)


def recognise(file: File) -> str | None:
    is_xml = file.head.lstrip(b"\xef\xbb\xbf \r\n").startswith(
        (b"<?xml", b"<HealthData", b"<!DOCTYPE HealthData")
    )
    return (
        HEALTH if is_xml and (b"HealthData" in file.head and b"ClinicalDocument" not in file.head) else None
    )


def read(files: Sequence[tuple[str, File]]) -> list[Export]:
    """Read each file by itself: each export holds all of the days, and counting them twice would double."""
    return [_read_file(file) for _, file in files]


def _read_file(file: File) -> Export:
    export, health = Export(HEALTH), _Health()
    try:
        with file.open() as stream:
            for element in _elements(stream):
                _take(element, health, export)
    except (ParseError, *DAMAGE) as error:
        raise InvalidInput(f"{file.name} is damaged: {error}") from None
    _read_values(health, export)
    _read_sleeps(health, export)
    _read_totals(health, export)
    _read_food(health, export)
    return export


def _elements(stream: IO[bytes]) -> Iterator[Element]:
    """Yield the children of the root as they end, each cleared when the next is asked for."""
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    parser.feed(_after_declaration(stream))
    root: Element | None = None
    depth = 0
    while True:
        for event, element in _events(parser):
            depth += 1 if event == "start" else -1
            if root is None:
                root = element
            elif event == "end" and depth == 1:
                yield element
                root.clear()
        chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            parser.close()
            return
        parser.feed(chunk)


def _events(parser: "XMLPullParser[Element]") -> Iterator[tuple[str, Element]]:
    """Of the two kinds asked for, both of which come with their element."""
    return cast("Iterator[tuple[str, Element]]", parser.read_events())


def _after_declaration(stream: IO[bytes]) -> bytes:
    """Return the beginning, without its document type declaration. Raises InvalidInput where that has no
    end.
    """
    start = stream.read(CHUNK_BYTES)
    begins = start.find(b"<!DOCTYPE")
    if begins < 0:
        return start
    root = re.compile(rb"\]\s*>\s*(?=<HealthData\b)|<!DOCTYPE[^\[<>]*>\s*(?=<HealthData\b)")
    while (ends := root.search(start, begins)) is None:
        more = stream.read(CHUNK_BYTES)
        if not more or len(start) > DECLARATION_BYTES_MAX:
            raise InvalidInput("the document type declaration has no end, or no HealthData follows it")
        start += more
    return start[:begins] + start[ends.end() :]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(re.sub(r" ([+-]\d{2})(\d{2})$", r"\1:\2", text)).astimezone(UTC)


def _take(element: Element, health: _Health, export: Export) -> None:
    try:
        if element.tag == "Record":
            _take_record(element, health, export)
        elif element.tag == "Workout":
            export.workouts.append(_workout(element))
    except (KeyError, ValueError, AttributeError):
        export.left_out["records that lack what they should have"] += 1


def _take_record(element: Element, health: _Health, export: Export) -> None:
    kind, source = element.attrib["type"], element.get("sourceName", "")
    if kind == _SLEEP:
        stage = element.attrib["value"].removeprefix("HKCategoryValueSleepAnalysis")
        begun, ended = _instant(element.attrib["startDate"]), _instant(element.attrib["endDate"])
        if zone := _zone_of(element):
            health.zones[zone] += 1
        if stage.startswith("Asleep") and ended > begun:
            health.sleeps[source].append((begun, ended, sys.intern(stage)))
        return
    name = kind.removeprefix(_Q)
    at = _instant(element.attrib["startDate"])
    if name in _VALUES:
        health.values[name, source].add(at, _amount(element, _VALUES[name][1]))
    elif name in _TOTALS:
        health.sums[name, source].count(at, _amount(element, _TOTALS[name][1]))
    elif name in _FOOD:
        nutrient = _FOOD[name]
        item = health.food[at, source]
        item[nutrient] = item.get(nutrient, 0.0) + _amount(element, _GRAMS.get(nutrient, "mg"))
    elif name == "NumberOfAlcoholicBeverages":
        health.drinks[at] += _amount(element, "count")
    elif name == "DietaryCaffeine":
        health.caffeine[at] += _amount(element, "mg")
    elif name == "BodyMass":
        health.weights[at] = _amount(element, "kg")
    else:
        export.left_out[f"records of {name[:40]}"] += 1


def _zone_of(element: Element) -> str | None:
    return next((one.get("value") for one in element if one.get("key") == "HKTimeZone"), None)


def _amount(element: Element, unit: str) -> float:
    factor = _FACTORS[element.get("unit", unit), unit]
    value = float(element.attrib["value"])
    # a share is written as 0.97 with the unit %
    return value if unit == "%" and value > 1 else value * factor


def _workout(element: Element) -> Workout:
    begun, ended = _instant(element.attrib["startDate"]), _instant(element.attrib["endDate"])
    measures: dict[str, float] = {}
    statistics_ = {
        one.get("type", "").removeprefix(_Q): one for one in element if one.tag == "WorkoutStatistics"
    }
    energy = statistics_.get("ActiveEnergyBurned")
    if energy is not None:
        measures["caloriesBurned"] = (
            float(energy.attrib["sum"]) * _FACTORS[energy.get("unit", "kcal"), "kcal"]
        )
    elif element.get("totalEnergyBurned"):
        unit = element.get("totalEnergyBurnedUnit", "kcal")
        measures["caloriesBurned"] = float(element.attrib["totalEnergyBurned"]) * _FACTORS[unit, "kcal"]
    if (heart := statistics_.get("HeartRate")) is not None:
        measures |= {
            "averageHeartRate": float(heart.attrib["average"]),
            "maxHeartRate": float(heart.attrib["maximum"]),
        }
    kind = element.attrib["workoutActivityType"].removeprefix("HKWorkoutActivityType")
    kept = {name: value for name, value in measures.items() if value > 0}
    return Workout(begun, ended, activity_type(kind), "MODERATE", SOURCE, kept)


def _most_seen(found: Mapping[tuple[str, str], Points], name: str) -> str | None:
    """Return the source with most values of a type: one is chosen and kept, never averaged with another."""
    of_type = {source: len(values) for (kind, source), values in found.items() if kind == name}
    return max(of_type, key=lambda source: of_type[source]) if of_type else None


def _read_values(health: _Health, export: Export) -> None:
    nights = [night for source in health.sleeps for night in _sleeps_of(health.sleeps[source])]
    for name, (metric, unit) in _VALUES.items():
        source = _most_seen(health.values, name)
        if source is None:
            continue
        others = sum(
            len(found) for (kind, one), found in health.values.items() if kind == name and one != source
        )
        if others:
            export.left_out[f"values of {metric} of another source than the one with most"] += others
        values = health.values[name, source]
        if name not in _DENSE:
            export.dated += [
                Reading(metric, at, value, unit, SOURCE) for at, value in sorted(values) if value > 0
            ]
            continue
        for ended, middle in _by_night(values, nights):
            export.night(metric, ended, middle, unit, SOURCE)


def _by_night(
    values: Iterable[tuple[datetime, float]], nights: Sequence[tuple[datetime, datetime, Mapping[str, float]]]
) -> Iterator[tuple[datetime, float]]:
    ordered = sorted(values)
    position = 0
    for begun, ended, _ in sorted(nights, key=lambda night: night[0]):
        while position < len(ordered) and ordered[position][0] < begun:
            position += 1
        inside = []
        while position < len(ordered) and ordered[position][0] <= ended:
            inside.append(ordered[position][1])
            position += 1
        if inside:
            yield ended, statistics.median(inside)


def _sleeps_of(
    segments: Sequence[tuple[datetime, datetime, str]],
) -> list[tuple[datetime, datetime, Mapping[str, float]]]:
    """Merge the sleeps of one source: begin, end, and minutes by stage and in all, overlaps counted once."""
    sleeps: list[tuple[datetime, datetime, dict[str, float]]] = []
    for begun, ended, stage in sorted(segments):
        if not sleeps or begun - sleeps[-1][1] > GAP_MOST:
            sleeps.append((begun, begun, {"asleep": 0.0}))
        first, last, minutes = sleeps[-1]
        new = max((ended - max(begun, last)).total_seconds() / 60, 0.0)
        minutes["asleep"] += new
        minutes[stage] = minutes.get(stage, 0.0) + new
        sleeps[-1] = (first, max(last, ended), minutes)
    return [sleep for sleep in sleeps if sleep[2]["asleep"] >= SLEEP_LEAST.total_seconds() / 60]


def _read_sleeps(health: _Health, export: Export) -> None:
    """Of the source with most sleeps that tell stages, else with most sleeps."""
    found = {source: _sleeps_of(segments) for source, segments in health.sleeps.items()}
    if not found:
        return
    staged = {source: sum(len(sleep[2]) > 2 for sleep in sleeps) for source, sleeps in found.items()}
    source = max(found, key=lambda one: (staged[one], len(found[one])))
    if len(found) > 1:
        export.left_out["sleeps of another source"] += sum(len(found[one]) for one in found if one != source)
    for _, ended, minutes in found[source]:
        export.night("SLEEP_DURATION", ended, minutes["asleep"], "min", SOURCE)
        for stage, metric in _STAGES.items():
            export.night(metric, ended, minutes.get(stage), "min", SOURCE)


def _read_totals(health: _Health, export: Export) -> None:
    """Phone and watch count the same steps: of each day the larger sum is taken, so each source keeps its
    own."""
    for name, (metric, unit) in _TOTALS.items():
        sources = sorted(source for kind, source in health.sums if kind == name)
        for number_, source in enumerate(sources):
            export.rivals[metric, number_, unit, SOURCE] = health.sums[name, source]


def _read_food(health: _Health, export: Export) -> None:
    for (at, _), nutrients in sorted(health.food.items(), key=lambda one: one[0]):
        export.meals.append(Meal(at, "logged food", "", nutrients))
    for at, drinks in health.drinks.items():
        export.instant_entries.append((at, Entry(at.date(), "drinks", float(drinks))))
    for at, mg in health.caffeine.items():
        export.instant_entries.append((at, Entry(at.date(), "caffeine_mg", float(mg))))
    export.instant_weights |= health.weights
    export.zones |= health.zones

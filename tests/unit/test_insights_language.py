"""Every sentence an insight can say: true to its facts, in its units, readable, never a diagnosis."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from common.compute.correlations.pairs import daily_quantities
from common.compute.correlations.quantities import OUTCOMES, STEPS
from common.compute.features import CATALOGUE
from common.compute.insights import LOCALES, Fact, Insight, UnknownWordsError, render
from common.compute.insights.advice import ADVICE
from common.compute.insights.english import ENGLISH, TEMPLATES
from common.compute.insights.findings import tell_findings
from common.compute.insights.language import say
from tests.unit.insight_samples import FINDING, sample_insights, series_of

GOLDEN = Path(__file__).parent / "golden"
SAMPLES = sample_insights()
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
FIXED_NUMBERS = {"8", "10", "20", "18"}
"""Of fixed wording: "8 of 10 nights", "20 minutes earlier", "after 18:00" and "after 20:00"."""
FORBIDDEN = {
    "en": re.compile(
        r"\b(diagnos(e|es|ed)|disease|infection|illness|sick|medication|drug|pill|insulin|cause[sd]|"
        r"because of|must|should|always|never|guarantee|proves?|dangerous)\b",
        re.I,
    ),
    "de": re.compile(
        r"\b(diagnose|krankheit|infektion|infekt|medikament|tablette|insulin|verursach\w+|wegen|musst|solltest|"
        r"immer wieder|niemals|garantiert|beweist|gefährlich)\b",
        re.I,
    ),
}
ALLOWED = {
    "en": ("this is not a diagnosis", "not proof of cause", "neither needs to be the cause",
           "illness, pregnancy or a new medication"),
    "de": ("das ist keine diagnose", "Krankheit, Schwangerschaft oder ein neues Medikament",
           "Du musst nichts tun", "Du musst noch nichts ändern"),
}  # fmt: skip


def texts(insight: Insight, units: str = "metric", locale: str = "en") -> list[str]:
    said = render(insight, locale, units)
    return [said.title, said.description, said.recommendation]


def golden(units: str, locale: str) -> str:
    parts = []
    for name in TEMPLATES:
        title, description, recommendation = texts(SAMPLES[name], units, locale)
        parts.append(f"## {name}\n\n**{title}**\n\n{description}\n\n*{recommendation}*\n")
    return "\n".join(parts)


def test_every_template_has_somebody_who_tells_it() -> None:
    assert set(SAMPLES) == set(TEMPLATES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("units", ["metric", "imperial"])
def test_the_sentences_are_those_a_person_has_read(units: str, locale: str) -> None:
    """UPDATE_GOLDEN=1 writes them anew: read the difference."""
    path = GOLDEN / f"insights_{locale}_{units}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(golden(units, locale))
    assert golden(units, locale) == path.read_text()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_description_has_a_number_and_every_number_is_a_fact(name: str) -> None:
    insight = SAMPLES[name]
    facts = " ".join(say(fact, ENGLISH) for fact in insight.facts.values())
    known = set(NUMBER.findall(facts)) | FIXED_NUMBERS
    description = render(insight).description
    assert NUMBER.search(description)
    said = NUMBER.findall(" ".join(texts(insight)))
    assert [number for number in said if number not in known and number.split(":")[0] not in known] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_diagnoses_commands_or_names_a_cause(name: str, locale: str) -> None:
    said = " ".join(texts(SAMPLES[name], locale=locale)).lower()
    for allowed in ALLOWED[locale]:
        said = said.replace(allowed.lower(), "")
    assert FORBIDDEN[locale].search(said) is None


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_is_plain_enough_to_read(name: str) -> None:
    title, description, recommendation = texts(SAMPLES[name])
    assert reading_grade(f"{description} {recommendation}") <= 8.5
    assert len(title) <= 80


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_no_brace_unit_code_or_double_space_reaches_a_reader(name: str, locale: str) -> None:
    assert len(texts(SAMPLES[name], locale=locale)[0]) <= 80
    for text in (*texts(SAMPLES[name], locale=locale), *texts(SAMPLES[name], "imperial", locale)):
        assert not re.search(r"[{}_]|  |\bdegC|\bclock|\bnan\b|None|local hour|/min", text), text
        assert text[0].isupper() or text[0].isdigit()


def test_every_input_and_outcome_of_the_engine_has_words() -> None:
    inputs = daily_quantities(CATALOGUE, tuple(CATALOGUE))
    for quantity in inputs.values():
        if quantity.channel not in STEPS:
            continue
        assert quantity.feature in ENGLISH.conditions, quantity.feature
        assert quantity.feature in ENGLISH.habits, quantity.feature
    for outcome in OUTCOMES.values():
        assert outcome.metric in ENGLISH.names["metric"]
        assert outcome.metric in ENGLISH.names["when"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_says_all_that_english_says(locale: str) -> None:
    """What has the same words in every unit, as "kg", a language need not repeat."""
    words = LOCALES[locale]
    for table in ("templates", "conditions", "habits", "notes", "ranks", "statuses"):
        assert getattr(words, table).keys() == getattr(ENGLISH, table).keys(), table
    for unit, names in ENGLISH.names.items():
        assert words.names[unit].keys() >= names.keys(), unit
    assert words.measures.keys() >= ENGLISH.measures.keys()
    assert all("other" in forms for forms in words.measures.values())


def test_an_insight_that_has_no_words_says_so() -> None:
    for broken in (replace(SAMPLES["try"], template="moon"), replace(SAMPLES["try"], facts={})):
        with pytest.raises(UnknownWordsError):
            render(broken)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact(1, "days"), "1 Tag"),
        (Fact(41, "nights"), "41 Nächte"),
        (Fact(41, "nights:dative"), "41 Nächten"),
        (Fact(4200.0, "steps"), "4.200 Schritte"),
        (Fact(4.17, "ms"), "4,2 ms"),
        (Fact(0.5, "drinks"), "0,5 Gläser"),
        (Fact(435.0, "min"), "7 h 15 min"),
        (Fact(19.5, "clock"), "19:30 Uhr"),
        (Fact("2026-03-01", "date"), "1. März"),
        (Fact(-0.2, "degC_change"), "-0,2 °C"),
    ],
)
def test_an_amount_is_written_as_germans_write_it(fact: Fact, said: str) -> None:
    assert say(fact, LOCALES["de"]) == said


def test_every_advice_has_its_words() -> None:
    assert set(ADVICE) <= set(ENGLISH.names["tip"])
    assert set(ADVICE) <= set(ENGLISH.names["advice"])


@pytest.mark.parametrize(
    ("fact", "metric", "imperial"),
    [
        (Fact(1, "days"), "1 day", "1 day"),
        (Fact(41, "nights"), "41 nights", "41 nights"),
        (Fact(1.0, "drinks"), "1 drink", "1 drink"),
        (Fact(0.5, "drinks"), "0.5 drinks", "0.5 drinks"),
        (Fact(4.17, "ms"), "4.2 ms", "4.2 ms"),
        (Fact(0.04, "degC_change"), "0.04 °C", "0.07 °F"),
        (Fact(9444.0, "steps"), "9,440 steps", "9,440 steps"),
        (Fact(435.0, "min"), "7 h 15 min", "7 h 15 min"),
        (Fact(89.6, "min"), "1 h 30 min", "1 h 30 min"),
        (Fact(1.0, "clock_change"), "60 min", "60 min"),
        (Fact(19.5, "clock"), "19:30", "7:30 pm"),
        (Fact(0.25, "clock"), "00:15", "12:15 am"),
        (Fact(12.0, "clock"), "12:00", "12:00 pm"),
        (Fact(70.0, "kg"), "70 kg", "154 lb"),
        (Fact(5000.0, "m"), "5 km", "3.1 mi"),
        (Fact("2026-03-01", "date"), "1 March", "1 March"),
        (Fact("rhr", "metric"), "resting heart rate", "resting heart rate"),
    ],
)
def test_an_amount_is_written_as_people_write_it(fact: Fact, metric: str, imperial: str) -> None:
    assert say(fact, ENGLISH) == metric
    assert say(fact, ENGLISH, "imperial") == imperial


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid et al. 1975); figures with their units count as one short word."""
    plain = re.sub(r"[\d.,:]*\d( ?(bpm|ms|kcal|min|h|g|kg|lb|%))*", "six", text)
    plain = plain.replace("heart rate variability (HRV)", "HRV").replace("(HRV)", "")
    sentences = max(len(re.findall(r"[.!?](?:\s|$)", plain)), 1)
    words = re.findall(r"[A-Za-z']+", plain)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le")
    return max(groups - silent, 1)


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_what_more_is_known_of_a_finding_is_one_sentence_in_words(locale: str) -> None:
    series = series_of(last_meal_hour=20.5)
    plain = replace(FINDING, threshold=None, nights=1, half_gone_by=None)
    cases = {
        "20:15": replace(plain, threshold=20.2, begins=True, nights=2),
        "20:00": replace(plain, threshold=19.96, begins=False),
        LOCALES[locale].names["further"]["lasts_3"]: replace(plain, nights=3, half_gone_by=4),
        LOCALES[locale].names["further"]["half_gone"]: replace(plain, half_gone_by=2),
    }
    (without,) = tell_findings([plain], series)
    usual = render(without, locale).description
    for words, finding in cases.items():
        (insight,) = tell_findings([finding], series)
        said = render(insight, locale).description
        assert words in said
        assert said.count(".") >= usual.count(".")
        assert len(said) > len(usual)


def test_what_is_only_sure_to_be_gone_after_days_is_not_said_to_last_for_them() -> None:
    (insight,) = tell_findings([replace(FINDING, half_gone_by=4)], series_of(last_meal_hour=20.5))
    assert "further" not in insight.facts


def test_a_threshold_without_a_unit_for_people_is_left_out() -> None:
    (insight,) = tell_findings(
        [replace(FINDING, step_unit="as logged", threshold=3.0)], series_of(last_meal_hour=20.5)
    )
    assert "further" not in insight.facts

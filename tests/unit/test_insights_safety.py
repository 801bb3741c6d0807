"""The gate: over random people, every template and every language, nothing that could do somebody harm."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from common.compute.insights import LOCALES, Fact, Insight, render
from common.compute.insights.advice import ADVICE
from common.compute.insights.cautions import FRAGILE, Caution, cautions_of
from common.compute.insights.goals import tell_goals
from common.compute.insights.safety import (
    RULES,
    TOPICS,
    Topic,
    is_permitted,
    keep_permitted,
    topics_in,
    topics_of,
)
from common.compute.insights.trials import STEPS
from common.compute.series.rows import Profile
from tests.unit.insight_samples import LAST, sample_insights, series_of

SAMPLES = sample_insights()
BREAKFAST_LIKE = {"fiber_daily", "protein_daily", "breakfast_skipped"}


def with_feature(insight: Insight, feature: str, advice: str) -> Insight:
    named = {
        name: Fact(advice if fact.unit == "advice" else feature, fact.unit)
        for name, fact in insight.facts.items()
        if fact.unit in {"condition", "habit", "tip", "advice"}
    }
    return replace(insight, facts={**insight.facts, **named})


def every_text() -> list[Insight]:
    """A sample of each template, and of those about a habit one for each habit there is advice on."""
    told = list(SAMPLES.values())
    for feature in ADVICE:
        told += [
            with_feature(SAMPLES["try" if ADVICE[feature].direction < 0 else "try_more"], feature, feature),
            with_feature(SAMPLES["correlation"], feature, "curious"),
            with_feature(SAMPLES["early_signal"], feature, "trial"),
        ]
        if feature in STEPS:
            told += [
                with_feature(SAMPLES[name], feature, "")
                for name in ("trial_running", "trial_result", "trial_unfinished")
            ]
    told.append(with_feature(SAMPLES["correlation"], "calories_daily", "neutral"))
    return told


EVERY_TEXT = every_text()
LEADS_TO_LESS = {
    "en": re.compile(
        r"smaller portion|lighter evening|little less (sugar|salt|saturated)|eating more goes|swap|skip one|"
        r"rather than add|(eating|meal) an hour earlier|earlier last meal|meal is? .*earlier",
        re.I,
    ),
    "de": re.compile(
        r"kleinere Portion|weniger (Zucker|Salz|gesättigt)|tausch|Stunde früher (essen|fertig)", re.I
    ),
}
PRAISE = {"en": "Keep doing what you do", "de": "Weiter so"}


def somebody(rng: np.random.Generator) -> Profile:
    """Anybody: light or heavy, young or old, with or without goals and figures in the profile."""
    weight = float(rng.uniform(38, 110)) if rng.random() < 0.85 else None
    return Profile(
        "x",
        goal_calories_kcal=float(rng.choice([2000, 900, 1350, 1800, 2600])),
        goal_protein_g=float(rng.choice([150, 90])),
        weight_kg=weight,
        goal_weight_kg=float((weight or 70) + rng.uniform(-15, 15)) if rng.random() < 0.7 else None,
        height_cm=float(rng.uniform(148, 198)) if rng.random() < 0.7 else None,
        date_of_birth=date(int(rng.integers(1940, 2014)), 5, 17) if rng.random() < 0.8 else None,
        biological_sex=str(rng.choice(["FEMALE", "MALE"])),
    )


def is_fragile(who: Profile, eaten_kcal: float, *, pregnant: bool) -> bool:
    """Worked out here from the definitions alone."""
    weight, goal, height = who.weight_kg, who.goal_weight_kg, (who.height_cm or 165) / 100
    young = who.date_of_birth is not None and (LAST - who.date_of_birth).days < 17.9 * 365.25
    thin = weight is not None and weight / height**2 < 18.5
    gaining = weight is not None and goal is not None and goal > weight
    wants_thin = goal is not None and goal / height**2 < 18.5
    return (
        young or thin or gaining or wants_thin or pregnant or min(eaten_kcal, who.goal_calories_kcal) < 1000
    )


@pytest.mark.parametrize("seed", range(60))
def test_whoever_it_is_nothing_that_may_harm_them_is_told(seed: int) -> None:
    rng = np.random.default_rng(seed)
    who, eaten, pregnant = somebody(rng), float(rng.uniform(700, 3000)), bool(rng.random() < 0.1)
    series = series_of(who, energy_kcal=eaten, food_log_complete=1.0, pregnancy=float(pregnant))
    cautions = cautions_of(series)
    own_goals = (who.goal_calories_kcal, who.goal_protein_g) != (2000, 150)
    fragile = is_fragile(who, eaten, pregnant=pregnant)
    for insight in keep_permitted([*EVERY_TEXT, *tell_goals(series, cautions)], cautions):
        if not own_goals:
            assert not insight.template.startswith("goal_")
        if insight.template == "weight_goal":
            assert who.weight_kg
            assert who.height_cm
        for locale in LOCALES:
            said = render(insight, locale)
            text = f"{said.title} {said.description} {said.recommendation}"
            if fragile:
                assert not LEADS_TO_LESS[locale].search(text), (
                    insight.template,
                    text,
                )
            if fragile and Caution.GAINING not in cautions:
                assert PRAISE[locale] not in text


@pytest.mark.parametrize(
    ("profile", "eaten", "refused"),
    [
        (Profile("x", None, 1500, 90, 210, 65, 48.3, 55.0, 170.0), 1900, "goal_energy_above"),
        (Profile("x", None, 1350, 90, weight_kg=48.0, height_cm=170.0), 1350, "goal_on_track"),
        (Profile("x", None, 1800, 90, weight_kg=62.0, goal_weight_kg=54.0), 1800, "weight_goal"),
        (Profile("x", None, 1800, 90, weight_kg=80.0, goal_weight_kg=72.0), 1800, "weight_goal"),
        (Profile("x", weight_kg=80.0, height_cm=180.0), 2500, "goal_energy_above"),
        (Profile("x", None, 1800, 90, date_of_birth=date(2010, 1, 1)), 2500, "goal_energy_above"),
    ],
)  # fmt: skip
def test_what_was_told_before_the_gate_is_told_no_more(profile: Profile, eaten: float, refused: str) -> None:
    series = series_of(profile, energy_kcal=eaten, food_log_complete=1.0)
    found = tell_goals(series)
    assert refused in {insight.template for insight in found}
    assert refused not in {i.template for i in keep_permitted(found, cautions_of(series))}


def test_a_weight_is_written_so_that_its_figures_add_up() -> None:
    who = Profile("x", None, 1800, 90, weight_kg=49.5, goal_weight_kg=52.0, height_cm=160.0)
    series = series_of(who, energy_kcal=1800.0, food_log_complete=1.0)
    (told,) = (
        i for i in keep_permitted(tell_goals(series), cautions_of(series)) if i.template == "weight_goal"
    )
    assert (
        "Your weight is 49.5 kg and your goal is 52 kg, which leaves 2.5 kg to go."
        in render(told).description
    )


def test_who_needs_no_care_hears_all_of_it() -> None:
    who = Profile("x", None, 1800, 90, weight_kg=80.0, goal_weight_kg=75.0, height_cm=180.0)
    cautions = cautions_of(series_of(who, energy_kcal=2400.0, food_log_complete=1.0))
    assert cautions == frozenset()
    assert keep_permitted(EVERY_TEXT, cautions) == EVERY_TEXT


def test_every_template_says_what_it_is_about_and_another_builds_is_unknown() -> None:
    assert set(TOPICS) == set(SAMPLES)
    assert topics_of("moon_phase", {}) == {Topic.UNKNOWN}
    assert not is_permitted("moon_phase", {}, [], frozenset({Caution.MINOR}))
    assert is_permitted("moon_phase", {}, [], frozenset())


def test_the_words_alone_are_enough_to_refuse_and_no_other_text_has_them() -> None:
    assert not is_permitted(
        "energy_low", {}, ["Have one smaller portion a day."], frozenset({Caution.GAINING})
    )
    for insight in EVERY_TEXT:
        about = topics_of(insight.template, insight.facts)
        for locale in LOCALES:
            said = render(insight, locale)
            text = f"{said.title}\n{said.description}\n{said.recommendation}"
            if topics_in([text]):
                assert Topic.EAT_LESS in about, (insight.template, locale, text)


def test_every_rule_has_its_source_and_every_fragile_person_a_rule() -> None:
    assert all(rule.source and rule.refused_for for rule in RULES)
    assert {caution for rule in RULES for caution in rule.refused_for} == set(Caution)
    assert next(rule for rule in RULES if rule.topic is Topic.EAT_LESS).refused_for == FRAGILE


def test_a_pregnancy_said_in_the_journal_stands_until_another_answer_or_its_longest() -> None:
    def is_pregnant(days: int, **answers: float) -> bool:
        said = np.full(days, np.nan)
        for back, answer in answers.items():
            said[-1 - int(back.removeprefix("days_ago_"))] = answer
        return Caution.PREGNANT in cautions_of(series_of(days=days, pregnancy=said))

    assert not is_pregnant(400)
    assert is_pregnant(400, days_ago_0=1)
    assert is_pregnant(400, days_ago_200=1)
    assert not is_pregnant(400, days_ago_200=1, days_ago_20=0)
    assert is_pregnant(400, days_ago_200=0, days_ago_20=1)
    assert not is_pregnant(400, days_ago_294=1)


def test_a_pregnancy_said_today_counts_today() -> None:
    said = np.full(60, np.nan)
    said[-1] = 1
    series = series_of(days=60, pregnancy=said, energy_kcal=2300.0, food_log_complete=1.0)
    assert Caution.PREGNANT in cautions_of(replace(series, open_day=59))


@pytest.mark.parametrize(
    ("goal", "gains"),
    [
        ("MUSCLE_GAIN", True),
        ("build_muscle", True),
        ("LOSE_WEIGHT", False),
        ("MAINTAIN", False),
        (None, False),
    ],
)
def test_who_says_they_want_to_gain_is_not_led_to_eat_less(goal: str, gains: bool) -> None:
    profile = Profile("x", None, 1800, 90, weight_kg=70.0, height_cm=175.0, primary_goal=goal)
    series = series_of(profile, energy_kcal=2400.0, food_log_complete=1.0)
    cautions = cautions_of(series)
    told = {insight.template for insight in keep_permitted(tell_goals(series, cautions), cautions)}
    assert (Caution.GAINING in cautions) is gains
    assert ("goal_energy_above" in told) is not gains

"""What is told of whom: figures recomputed from the rows, bounds of advice, and nothing told twice."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from common.compute.insights import (
    LOCALES,
    Candidate,
    FindingToTell,
    Insight,
    Remembered,
    choose,
    decide_telling,
    explain_rank,
    gather,
    missing_supplies,
    novelty,
    render,
)
from common.compute.insights.advice import ADVICE
from common.compute.insights.cautions import cautions_of
from common.compute.insights.findings import tell_findings
from common.compute.insights.forecasts import tell_forecast
from common.compute.insights.goals import tell_goals
from common.compute.insights.patterns import tell_patterns
from common.compute.insights.ranking import OF_ONE_KIND, SHOWN_AT_MOST, reconcile
from common.compute.insights.safety import keep_permitted
from common.compute.insights.trials import tell_trial
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import NUTRIENTS, PersonRows, Profile
from common.compute.trials import Trial
from tests.people import LAST_DAY, make_person
from tests.unit.insight_samples import (
    FINDING,
    FORECAST,
    LAST,
    rate_nights,
    sample_insights,
    series_of,
    weekends,
)

SAMPLES = sample_insights()
TODAY = date(2026, 3, 29)
BETTER_WITH_LESS = ("alcohol_drinks_daily", "late_energy_daily", "sugar_daily", "sodium_daily")


def series_from(rows: PersonRows, days: int = 120) -> DailySeries:
    zone, _ = resolve_zone(rows.profile.timezone)
    as_of = resolve_as_of(zone, LAST_DAY, datetime(2030, 1, 1, tzinfo=UTC))
    return build_series(rows, LAST_DAY - timedelta(days=days), LAST_DAY, as_of)


def by_template(insights: list[Insight]) -> dict[str, Insight]:
    return {insight.template: insight for insight in insights}


def candidate(insight: Insight, *, taste: float = 1.0, before: Remembered | None = None) -> Candidate:
    telling = decide_telling(insight, before, TODAY)
    return Candidate(insight, telling, novelty(telling, before, TODAY), taste)


# figures


def test_goal_averages_are_those_of_the_meals_themselves() -> None:
    rows = make_person(seed=4, timezone="UTC", logged_share=0.8)
    own = replace(rows.profile, goal_protein_g=140.0, goal_carbs_g=320.0, goal_fat_g=50.0)
    rows = replace(rows, profile=own)
    told = {
        i.subject: i
        for i in gather(series_from(rows), [], [], rate_nights=rate_nights)
        if i.kind == "GOAL_PROGRESS"
    }
    days = rows.meals.at.astype("datetime64[D]")
    week = [np.datetime64(LAST_DAY, "D") - back for back in range(7)]
    logged = [day for day in week if (days == day).any()]  # this person logs a day whole or not at all
    for subject, nutrient in (("protein", "protein"), ("carbs", "carbs"), ("fat", "fat")):
        if subject not in told:
            continue
        column = rows.meals.nutrients[:, NUTRIENTS.index(nutrient)]
        mean = np.mean([column[days == day].sum() for day in logged])
        assert told[subject].facts["average"].value == pytest.approx(mean)
        assert told[subject].facts["days"].value == len(logged)
        assert told[subject].facts["gap"].value == pytest.approx(
            abs(mean - told[subject].facts["goal"].value)
        )
    assert told


def test_a_week_with_too_few_full_logs_says_nothing_of_goals() -> None:
    energy = np.full(60, np.nan)
    energy[-3:] = 2600.0
    assert tell_goals(series_of(energy_kcal=energy, protein_g=energy / 40)) == []


def test_weekend_means_are_the_plain_means_of_those_nights() -> None:
    rng = np.random.default_rng(8)
    nights = 400 + 80 * weekends() + rng.normal(0, 15, 60)
    told = by_template(tell_patterns(series_of(sleep_minutes=nights)))["weekend_sleep"]
    days = [LAST - timedelta(days=59 - n) for n in range(60)][-28:]
    late = [n for n, day in zip(nights[-28:], days, strict=True) if day.strftime("%a") in {"Sat", "Sun"}]
    other = [n for n, day in zip(nights[-28:], days, strict=True) if day.strftime("%a") not in {"Sat", "Sun"}]
    assert told.facts["weekend"].value == pytest.approx(sum(late) / len(late))
    assert told.facts["weekday"].value == pytest.approx(sum(other) / len(other))


def test_people_without_a_weekly_rhythm_are_hardly_ever_told_of_one() -> None:
    told = 0
    for seed in range(400):
        nights = np.random.default_rng(seed).normal(430, 60, 60)
        told += "weekend_sleep" in by_template(tell_patterns(series_of(sleep_minutes=nights)))
    assert told <= 0.01 * 400


def test_late_eating_counts_the_days_it_names() -> None:
    hours = np.tile([19.0, 21.5], 30)
    told = by_template(tell_patterns(series_of(last_meal_hour=hours)))["late_eating"]
    assert (told.facts["late"].value, told.facts["days"].value) == (14, 28)


# advice


@pytest.mark.parametrize("feature", BETTER_WITH_LESS)
def test_what_helps_with_less_is_advised_and_never_more_of_it(feature: str) -> None:
    series = series_of(energy_kcal=2300.0)
    row = CHANNEL_INDEX[ADVICE[feature].channel]
    series.values[row] = 2500.0 if feature == "sodium_daily" else 40.0
    harms = replace(FINDING, feature=feature)
    assert "RECOMMENDATION" in {i.kind for i in tell_findings([harms], series)}
    helps = replace(FINDING, feature=feature, change=4.2, lower=2.0, upper=6.1)
    assert "RECOMMENDATION" not in {i.kind for i in tell_findings([helps], series)}


@pytest.mark.parametrize(("feature", "change"), [("alcohol_drinks_daily", 4.0), ("sleep_duration", -4.0)])
def test_a_finding_for_alcohol_or_against_sleep_is_not_told_at_all(feature: str, change: float) -> None:
    finding = replace(FINDING, feature=feature, change=change, lower=change - 1, upper=change + 1)
    assert tell_findings([finding], series_of(alcohol_drinks=1.0, sleep_minutes=420.0)) == []


def test_two_measures_of_one_night_are_no_ground_for_advice() -> None:
    finding = replace(FINDING, feature="sleep_duration", lag_days=0, change=4.2, lower=2.0, upper=6.1)
    (told,) = tell_findings([finding], series_of(sleep_minutes=420.0))
    assert told.kind == "CORRELATION"


@pytest.mark.parametrize("feature", ["calories_daily", "carbs_daily", "iron_daily", "workout_minutes_daily"])
def test_habits_that_are_not_listed_are_never_advised(feature: str) -> None:
    for change in (-4.2, 4.2):
        finding = replace(FINDING, feature=feature, change=change)
        (told,) = tell_findings([finding], series_of(energy_kcal=2300.0))
        assert told.kind == "CORRELATION"
        assert told.facts["advice"].value in {"neutral", "keep_moving"}


def test_nobody_is_told_to_move_less() -> None:
    assert tell_findings([replace(FINDING, feature="steps_daily")], series_of(steps=9000.0)) == []
    (told,) = tell_findings([replace(FINDING, feature="training_load_daily")], series_of(training_load=60.0))
    assert told.facts["advice"].value == "keep_moving"


def test_one_truth_is_told_once_and_the_advice_carries_the_finding() -> None:
    series = series_of(last_meal_hour=20.5, late_energy_kcal=500.0, energy_kcal=2300.0)
    later = replace(FINDING, feature="late_energy_daily", change=-2.0, lower=-3.0, upper=-1.0)
    window = replace(
        FINDING, feature="eating_window", metric="sleep_score", change=-1.0, lower=-2.0, upper=-0.2
    )
    (told,) = tell_findings([later, FINDING, window], series)
    assert (told.kind, told.subject) == ("RECOMMENDATION", "last_meal_time")
    assert abs(float(told.facts["change"].value)) == abs(FINDING.change)
    assert (told.data_points, told.facts["days"].value) == (FINDING.n, FINDING.n)


def test_faces_of_one_habit_that_disagree_give_no_advice() -> None:
    other = replace(FINDING, feature="eating_window", change=2.0, lower=1.0, upper=3.0)
    assert [i.kind for i in tell_findings([FINDING, other], series_of(last_meal_hour=20.5))] == [
        "CORRELATION"
    ]


def test_somebody_who_eats_little_is_not_advised_to_eat_less() -> None:
    finding = replace(FINDING, feature="late_energy_daily")
    for energy, advised in ((1300.0, False), (2300.0, True)):
        series = series_of(energy_kcal=energy, late_energy_kcal=400.0)
        assert ("RECOMMENDATION" in {i.kind for i in tell_findings([finding], series)}) is advised


def test_little_food_is_answered_with_care_and_never_with_praise() -> None:
    profile = Profile("x", goal_calories_kcal=1000.0, weight_kg=60.0, goal_weight_kg=50.0)
    series = series_of(profile, energy_kcal=1000.0, food_log_complete=1.0)
    told = by_template(gather(series, [], [], rate_nights=rate_nights))
    assert "energy_low" in told
    assert not {"goal_on_track", "goal_energy_above", "weight_goal"} & set(told)


def test_nobody_is_urged_towards_a_protein_goal_above_the_ceiling() -> None:
    profile = Profile("x", goal_protein_g=180.0, weight_kg=60.0)
    told = by_template(tell_goals(series_of(profile, energy_kcal=2000.0, protein_g=100.0)))
    assert "goal_protein_below" not in told


def test_protein_beside_too_much_energy_is_a_swap_and_never_more_food() -> None:
    profile = Profile("x", goal_calories_kcal=1800.0, goal_protein_g=120.0, weight_kg=80.0)
    for energy, advice in ((2300.0, "protein_swap"), (1800.0, "protein_add")):
        told = by_template(tell_goals(series_of(profile, energy_kcal=energy, protein_g=70.0)))
        assert told["goal_protein_below"].facts["advice"].value == advice


def test_a_nutrient_that_falls_short_with_all_food_is_one_truth_with_it() -> None:
    profile = Profile("x", goal_calories_kcal=2400.0, goal_protein_g=120.0, weight_kg=80.0)
    for protein, told in ((88.0, {"goal_energy_below"}), (60.0, {"goal_energy_below", "goal_protein_below"})):
        series = series_of(profile, energy_kcal=1800.0, protein_g=protein, food_log_complete=1.0)
        assert set(by_template(gather(series, [], [], rate_nights=rate_nights))) == told


def test_nobody_is_held_to_goals_they_never_set() -> None:
    series = series_of(Profile("x", weight_kg=80.0), energy_kcal=2500.0, protein_g=75.0, fat_g=120.0)
    assert keep_permitted(tell_goals(series), cautions_of(series)) == []
    own = series_of(Profile("x", goal_fat_g=70.0, weight_kg=80.0), energy_kcal=2500.0, protein_g=75.0)
    told = by_template(keep_permitted(tell_goals(own), cautions_of(own)))
    assert set(told) == {"goal_energy_above", "goal_protein_below"}


def test_of_two_measures_of_one_night_only_sleep_is_told_and_only_where_more_is_safe() -> None:
    sleep = replace(FINDING, feature="sleep_duration", lag_days=0, change=4.2, lower=2.0, upper=6.1)
    usual = series_of(sleep_minutes=420.0)
    assert [i.template for i in tell_findings([sleep], usual)] == ["correlation_same_night"]
    for other in (replace(sleep, feature="rem_sleep_minutes"), replace(sleep, published=False)):
        assert tell_findings([other], usual) == []
    assert tell_findings([sleep], series_of(sleep_minutes=560.0)) == []


def test_a_goal_weight_that_is_too_low_is_not_cheered_on() -> None:
    for goal, told in ((62.0, True), (48.0, False)):
        profile = Profile("x", weight_kg=66.0, goal_weight_kg=goal, height_cm=170.0)
        series = series_of(profile, energy_kcal=2000.0)
        assert ("weight_goal" in by_template(tell_goals(series))) is told


def test_an_early_signal_never_becomes_a_recommendation() -> None:
    finding = replace(FINDING, published=False)
    told = tell_findings([finding], series_of(last_meal_hour=20.5))
    assert [(i.kind, i.template) for i in told] == [("CORRELATION", "early_signal")]


def test_findings_that_speak_for_both_directions_give_no_recommendation() -> None:
    other = replace(FINDING, metric="sleep_duration", change=12.0, lower=5.0, upper=20.0, unit="min")
    told = tell_findings([FINDING, other], series_of(last_meal_hour=20.5))
    assert [i.kind for i in told] == ["CORRELATION"]


@pytest.mark.parametrize("caveat", ["raw_and_adjusted_disagree", "wear_time"])
def test_a_finding_the_device_may_have_made_is_not_told(caveat: str) -> None:
    assert tell_findings([replace(FINDING, caveats=(caveat,))], series_of()) == []


def test_averages_are_told_as_low_only_where_they_surely_are() -> None:
    few = np.full(60, np.nan)
    few[-14:] = np.tile([3000.0, 8000.0], 7)
    assert "few_steps" not in by_template(tell_patterns(series_of(steps=few, sleep_minutes=430.0)))
    few[-14:] = np.tile([4000.0, 5000.0], 7)
    assert "few_steps" in by_template(tell_patterns(series_of(steps=few, sleep_minutes=430.0)))
    assert "few_steps" not in by_template(tell_patterns(series_of(steps=few)))
    assert "few_steps" not in by_template(tell_patterns(series_of(steps=900.0, sleep_minutes=430.0)))
    assert "little_fiber" not in by_template(tell_patterns(series_of(fiber_g=21.0)))


# choosing


def test_a_handful_is_shown_and_no_kind_crowds_out_the_others() -> None:
    shown = choose([candidate(insight) for insight in SAMPLES.values()])
    assert len(shown) <= SHOWN_AT_MOST
    kinds = [c.insight.kind for c in shown]
    assert max(kinds.count(kind) for kind in kinds) <= OF_ONE_KIND
    assert shown[0].insight.priority == "CRITICAL"


def test_trials_push_out_no_finding() -> None:
    kinds = ("trial_running", "trial_result", "correlation")
    shown = choose([candidate(SAMPLES[template]) for template in kinds])
    assert {c.insight.template for c in shown} == set(kinds)


def test_strained_nights_silence_good_news_and_calls_to_move() -> None:
    steps = FindingToTell(
        **{**vars(FINDING), "feature": "steps_daily", "change": 4.0, "lower": 2.0, "upper": 6.0}
    )
    advice = tell_findings([steps], series_of(steps=7000.0))
    assert "RECOMMENDATION" in {i.kind for i in advice}
    told = reconcile([SAMPLES["nights_off"], SAMPLES["forecast_better"], SAMPLES["few_steps"], *advice])
    assert {i.template for i in told} == {"nights_off"}


def test_the_rank_is_explained_in_plain_words_in_every_language() -> None:
    for insight in SAMPLES.values():
        ranks = candidate(insight, taste=1.3).ranks
        for locale in LOCALES:
            said = explain_rank(ranks, locale)
            assert said.count(",") >= len(ranks) - 2
            assert {"en": " and ", "de": " und "}[locale] in said
            assert not re.search(r"[_{}\d]|benefit|taste|novelty", said)


def test_what_presses_can_be_acted_on_and_nothing_is_certain() -> None:
    harmful = replace(FINDING, feature="magnesium_daily", q_value=1e-12)
    (told,) = tell_findings([harmful], series_of())
    assert render(told).recommendation.startswith("No need to act")
    assert (told.priority, told.weight.confidence) == ("MEDIUM", 0.99)


def test_taste_moves_the_order_and_never_what_holds() -> None:
    protein, energy = SAMPLES["goal_protein_below"], SAMPLES["late_eating"]
    liked = choose([candidate(protein, taste=0.3), candidate(energy, taste=1.8)])
    disliked = choose([candidate(protein, taste=1.8), candidate(energy, taste=0.3)])
    assert {c.insight.template for c in liked} == {c.insight.template for c in disliked}
    assert liked[0].insight.template != disliked[0].insight.template


def test_a_forecast_is_news_only_where_it_leaves_the_nights_just_past() -> None:
    assert tell_forecast(FORECAST) is not None
    for already_there in (63.0, 61.2, 67.0, float("nan")):
        assert tell_forecast(replace(FORECAST, recent=already_there)) is None


# memory


def remembered(days_ago: int, **changes: float) -> Remembered:
    day = TODAY - timedelta(days=days_ago)
    return replace(Remembered(day, day, day, SAMPLES["correlation"].magnitude), **changes)  # type: ignore[arg-type]


def test_the_same_truth_is_silent_after_it_was_told_and_stood_its_time() -> None:
    insight = SAMPLES["correlation"]
    standing = decide_telling(insight, remembered(5), TODAY)
    assert (standing.silent, standing.told_on) == (False, TODAY - timedelta(days=5))
    assert decide_telling(insight, remembered(14), TODAY).silent


def test_it_is_told_again_when_it_changed_under_the_same_episode() -> None:
    before = remembered(20, magnitude=-12.0)
    telling = decide_telling(SAMPLES["correlation"], before, TODAY)
    assert (telling.silent, telling.since, telling.told_on) == (False, before.since, TODAY)


def test_a_drift_in_small_steps_is_news_once_it_adds_up() -> None:
    insight = SAMPLES["correlation"]
    before: Remembered | None = None
    told = []
    for day in range(12):
        today = TODAY + timedelta(days=day)
        drifting = replace(insight, magnitude=insight.magnitude - 0.3 * insight.tolerance * day)
        telling = decide_telling(drifting, before, today)
        told.append(telling.told_on == today)
        before = Remembered(telling.since, telling.told_on, today, telling.magnitude)
    assert sum(told) == 3


def test_what_lapsed_for_longer_than_an_episode_is_another_insight() -> None:
    assert decide_telling(SAMPLES["correlation"], remembered(31), TODAY).since == TODAY
    assert decide_telling(SAMPLES["correlation"], remembered(30), TODAY).since < TODAY


# trials


def test_a_trial_result_gives_the_plain_difference_of_its_days_and_silences_the_observation() -> None:
    trial = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST - timedelta(days=20), 14)
    nights = np.random.default_rng(5).normal(50, 2, 60)
    nights[40:54] += 7 * np.array(trial.changed())
    series = series_of(last_meal_hour=20.5, hrv_rmssd_ms=nights, food_log_complete=1.0)
    told = {i.template: i for i in gather(series, [FINDING], [], [trial], rate_nights=rate_nights)}
    days = nights[40:54]
    change = days[np.array(trial.changed())].mean() - days[~np.array(trial.changed())].mean()
    assert told["trial_result"].facts["change"].value == pytest.approx(abs(change))
    assert told["trial_result"].facts["verdict"].value == "keep"
    assert "correlation" not in told
    assert "try" not in told


def test_a_trial_that_left_it_open_silences_nothing() -> None:
    trial = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST - timedelta(days=20), 14)
    nights = np.random.default_rng(6).normal(50, 2, 60)
    series = series_of(last_meal_hour=20.5, hrv_rmssd_ms=nights, food_log_complete=1.0)
    told = {i.template: i for i in gather(series, [FINDING], [], [trial], rate_nights=rate_nights)}
    assert told["trial_result"].facts["verdict"].value == "open"
    assert {"correlation", "try"} & told.keys()


def test_a_running_trial_counts_the_days_that_went_as_planned() -> None:
    trial = Trial.drawn_for("anna", "last_meal_time", "hrv_rmssd", LAST - timedelta(days=5), 14)
    hours = np.full(60, 20.5)
    hours[-6:] = np.where(trial.changed()[:6], 19.5, 20.5)
    told = tell_trial(trial, series_of(last_meal_hour=hours), LAST)
    assert (told.template, told.facts["kept"].value, told.facts["past"].value) == ("trial_running", 6, 6)


def test_a_first_hint_about_a_measure_with_no_better_side_is_kept_back() -> None:
    hint = replace(FINDING, metric="respiratory_rate", unit="breaths/min", change=0.1, lower=0.05, upper=0.2)
    assert tell_findings([replace(hint, published=False)], series_of()) == []
    assert [i.kind for i in tell_findings([hint], series_of())] == ["CORRELATION"]


def test_somebody_of_whom_nothing_is_known_hears_what_a_first_insight_takes() -> None:
    nights = np.full(60, np.nan)
    nights[-3:] = 58.0
    missing = {s.metric: (s.days_have, s.days_need) for s in missing_supplies(series_of(rhr_bpm=nights))}
    assert missing == {"nights_worn": (3, 10), "complete_food_log_days": (0, 4)}
    assert missing_supplies(series_of(rhr_bpm=58.0, food_log_complete=1.0)) == []

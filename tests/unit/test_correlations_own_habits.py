"""A person's own habits as inputs: told like any other, by the same budget, and only with answers enough."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from common.compute.correlations import Refusal, Report, Tier, estimate_pairs, find
from common.compute.correlations.pairs import confounders_of
from common.compute.correlations.quantities import CONFOUNDERS
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE
from common.compute.features.own import MOST_OWN, yes_or_no
from common.compute.insights import render
from common.compute.insights.cautions import Caution
from common.compute.insights.findings import tell_findings
from common.compute.insights.safety import keep_permitted
from common.compute.series.build import DailySeries, until
from tests.unit.insight_samples import FINDING, LAST, series_of

WALK = "habit:evening_walk"
DAYS = 210


def person(yes: float = 0.5, answered: float = 1.0, effect_bpm: float = -3.0, seed: int = 4) -> DailySeries:
    """Whose evening walks lower the heart rate of the night after them."""
    rng = np.random.default_rng(seed)
    walked = (rng.random(DAYS) < yes).astype(float)
    rhr = 58 + 2 * rng.standard_normal(DAYS)
    rhr[1:] += effect_bpm * walked[:-1]
    said = np.where(rng.random(DAYS) < answered, walked, np.nan)
    series = series_of(days=DAYS, rhr_bpm=rhr, steps=8000 + 2000 * rng.standard_normal(DAYS))
    return replace(series, habits={WALK: said})


def ask(series: DailySeries) -> Report:
    last: date = series.days[-1].astype("datetime64[D]").item()
    sunday = last + timedelta(days=(7 - last.isoweekday()) % 7)
    return find(daily_table(series), CATALOGUE, last_closed=sunday, include_pairs=True)


def test_an_own_habit_that_moves_a_night_is_told() -> None:
    report = ask(person())
    (finding,) = [f for f in report.findings if f.feature == WALK]
    assert (finding.metric, finding.tier, finding.lag_days) == ("rhr", Tier.PUBLISHED, 1)
    assert finding.effect.change == pytest.approx(-3, abs=1)
    assert (finding.effect.step, finding.effect.step_unit) == (1, "0/1")


def test_an_own_habit_that_does_nothing_is_tested_and_not_told() -> None:
    told = 0
    for seed in range(10):
        report = ask(person(effect_bpm=0.0, seed=seed))
        assert any(pair.feature == WALK and pair.refusal is None for pair in report.pairs)
        told += bool(report.findings)
    assert told <= 1


@pytest.mark.parametrize("yes", [0.06, 0.94])
def test_with_fewer_than_twenty_of_either_answer_nothing_is_tested(yes: float) -> None:
    series = person(yes)
    (pair,) = [pair for pair in ask(series).pairs if pair.feature == WALK and pair.metric == "rhr"]
    assert pair.refusal is Refusal.NO_VARIATION
    assert pair.needs is not None
    assert pair.needs.occasions is not None
    assert pair.needs.occasions < 20 <= (pair.needs.occasions_needed or 0)


def test_a_day_without_an_answer_is_no_no() -> None:
    series = person(answered=0.6)
    (pair,) = [pair for pair in ask(series).pairs if pair.feature == WALK and pair.metric == "rhr"]
    assert pair.n == pytest.approx(0.6 * DAYS, rel=0.15)


def test_own_habits_are_numbers_and_hours_and_few_at_most() -> None:
    both = np.resize([0.0, 1.0], DAYS)
    habits = {f"habit:h{k:02}": np.where(np.arange(DAYS) < 40 + k, both, np.nan) for k in range(MOST_OWN + 3)}
    habits |= {"habit:cups": np.resize([0.0, 1.0, 3.0], DAYS), "habit:always": np.ones(DAYS)}
    kept = yes_or_no(replace(person(), habits=habits))
    assert len(kept) == MOST_OWN
    assert "habit:h00" not in kept, "the least answered ones are left out"
    assert not {"habit:cups", "habit:always"} & kept.keys()


def test_an_own_habit_is_adjusted_for_what_any_other_is_and_says_nothing_of_other_people() -> None:
    assert all(confounders_of(WALK, "rhr_bpm")[: len(CONFOUNDERS)])
    series = person()
    last: date = series.days[-1].astype("datetime64[D]").item()
    estimates = estimate_pairs(daily_table(series), CATALOGUE, last=last)
    assert estimates
    assert not any(habit == WALK for habit, _ in estimates)


def test_days_are_cut_with_their_answers() -> None:
    cut = until(person(), LAST - timedelta(days=30))
    assert len(cut.habits[WALK]) == len(cut.days) == DAYS - 30


@pytest.mark.parametrize(("locale", "name"), [("en", "“evening walk”"), ("de", "„evening walk“")])
def test_an_own_habit_is_told_by_its_name(locale: str, name: str) -> None:
    for finding in (
        replace(FINDING, feature=WALK, step=1.0, step_unit="0/1", other_reasons=("stress",)),
        replace(FINDING, feature=WALK, step=1.0, step_unit="0/1", published=False, n=60),
    ):
        (insight,) = tell_findings([finding], series_of(last_meal_hour=20.5))
        assert insight.kind == "CORRELATION", "nobody advises what nobody knows"
        said = render(insight, locale)
        assert name in said.title
        assert name in said.description
        assert "{" not in said.title + said.description + said.recommendation


def test_an_own_habit_is_not_told_to_whom_it_might_harm() -> None:
    finding = replace(FINDING, feature="habit:skipped_dinner", step=1.0, step_unit="0/1")
    told = tell_findings([finding], series_of(last_meal_hour=20.5))
    assert keep_permitted(told, frozenset())
    assert not keep_permitted(told, frozenset({Caution.UNDERWEIGHT}))

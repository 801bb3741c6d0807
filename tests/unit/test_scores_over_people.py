"""Scores over people, drift, and when a model must be trained again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from common.compute.experiments.evaluation import (
    Drift,
    Estimate,
    Score,
    Sums,
    measure_drift,
    reasons_to_retrain,
    score,
)
from common.compute.series.rows import Floats


def sums_of(n: Floats, error: Floats, rule: Floats, inside: Floats) -> Sums:
    """What the database adds up of people's own sums."""
    products = [(n, n), (error, error), (rule, rule), (inside, inside), (error, rule), (inside, n)]
    return Sums(
        len(n),
        *(float(column.sum()) for column in (n, error, rule, inside)),
        *(float((a * b).sum()) for a, b in products),
    )


def cohort(rng: np.random.Generator, people: int, model_gain: float = 0.1) -> tuple[Floats, ...]:
    """People whose days resemble each other: each has a usual error of their own."""
    n = rng.integers(5, 28, people).astype(float)
    rule = n * rng.gamma(4, 0.5, people)
    return (
        n,
        rule * (1 - model_gain) * rng.normal(1, 0.1, people),
        rule,
        np.round(n * rng.beta(16, 4, people)),
    )


def test_people_s_sums_added_up_give_the_figures_of_all_forecasts() -> None:
    n, error, rule, inside = cohort(np.random.default_rng(1), 50)
    told = score(sums_of(n, error, rule, inside))
    assert told is not None
    assert told.mean_absolute_error == pytest.approx(error.sum() / n.sum())
    assert told.skill.value == pytest.approx(1 - error.sum() / rule.sum())
    assert told.coverage.value == pytest.approx(inside.sum() / n.sum())
    assert (told.people, told.forecasts) == (50, n.sum())


def test_sums_of_two_groups_are_the_sums_of_all() -> None:
    columns = cohort(np.random.default_rng(2), 40)
    halves = [sums_of(*(column[part] for column in columns)) for part in (slice(0, 15), slice(15, 40))]
    joined, whole = score(halves[0] + halves[1]), score(sums_of(*columns))
    assert joined is not None
    assert whole is not None
    assert joined.skill.value == pytest.approx(whole.skill.value)


def test_the_interval_is_as_wide_as_drawing_other_people_makes_it() -> None:
    rng = np.random.default_rng(3)
    columns = cohort(rng, 200)
    told = score(sums_of(*columns))
    assert told is not None
    drawn = []
    for _ in range(1_000):
        people = rng.integers(0, 200, 200)
        n, error, rule, inside = (column[people] for column in columns)
        drawn.append((1 - error.sum() / rule.sum(), inside.sum() / n.sum()))
    for estimate, spread in zip((told.skill, told.coverage), np.std(drawn, axis=0), strict=True):
        assert estimate.upper is not None
        assert (estimate.upper - estimate.value) / 1.96 == pytest.approx(spread, rel=0.15)


def test_one_person_has_no_interval_and_nobody_no_score() -> None:
    alone = score(sums_of(*(np.array([x]) for x in (10.0, 8.0, 9.0, 8.0))))
    assert alone is not None
    assert (alone.skill.lower, alone.coverage.upper) == (None, None)
    assert score(Sums(0, *[0.0] * 10)) is None


def counts(rng: np.random.Generator, people: int, shift: float) -> list[int]:
    drawn = rng.normal(shift, 1, people).clip(-3.9, 3.9)
    return [int(count) for count in np.histogram(drawn, np.linspace(-4, 4, 13))[0]]


def found(before: Sequence[int], now: Sequence[int]) -> bool:
    drift = measure_drift(before, now)
    return drift is not None and drift.found


@pytest.mark.parametrize("people", [40, 200, 2_000])
def test_two_samples_of_the_same_people_hardly_ever_drift(people: int) -> None:
    rng = np.random.default_rng(people)
    alarms = sum(found(counts(rng, people, 0), counts(rng, people, 0)) for _ in range(400))
    assert alarms <= 4


@pytest.mark.parametrize(("people", "shift"), [(150, 1.0), (2_000, 0.5)])
def test_a_shift_that_matters_is_found(people: int, shift: float) -> None:
    rng = np.random.default_rng(5)
    assert sum(found(counts(rng, people, 0), counts(rng, people, shift)) for _ in range(50)) >= 48


def test_a_shift_too_small_to_matter_is_none_however_sure() -> None:
    rng = np.random.default_rng(6)
    drift = measure_drift(counts(rng, 200_000, 0), counts(rng, 200_000, 0.1))
    assert drift is not None
    assert drift.by_chance < drift.index
    assert not drift.found


@pytest.mark.parametrize(("before", "now"), [([0, 0], [0, 0]), ([50], [60]), ([500, 500], [3, 2])])
def test_too_few_to_tell_is_no_drift(before: list[int], now: list[int]) -> None:
    assert measure_drift(before, now) is None


GOOD = Score(100, 2_000, 2.5, Estimate(0.1, 0.05, 0.15), Estimate(0.8, 0.78, 0.82))


@pytest.mark.parametrize(
    ("judged", "reasons"),
    [
        (GOOD, []),
        (None, []),
        (replace(GOOD, skill=Estimate(-0.1, -0.15, -0.05)), ["worse_than_simple_rule"]),
        (replace(GOOD, skill=Estimate(-0.1, -0.25, 0.05)), []),
        (replace(GOOD, coverage=Estimate(0.7, 0.68, 0.72)), ["intervals_too_narrow"]),
        (replace(GOOD, coverage=Estimate(0.95, 0.93, 0.97)), ["intervals_too_wide"]),
        (replace(GOOD, people=5, skill=Estimate(-0.5, -0.6, -0.4)), []),
    ],
)
def test_a_model_is_trained_again_only_for_what_is_sure(judged: Score | None, reasons: list[str]) -> None:
    assert reasons_to_retrain(judged, None) == reasons
    assert reasons_to_retrain(judged, Drift(0.5, 0.2)) == [*reasons, "outcome_drift"]


def scored(people: int, skill: float, error: float) -> Score:
    return Score(
        people,
        9 * people,
        2.0,
        Estimate(skill, skill - 1.96 * error, skill + 1.96 * error),
        Estimate(0.8, 0.78, 0.82),
    )


def test_skill_that_surely_fell_calls_for_training() -> None:
    before = scored(100, 0.08, 0.01)
    assert reasons_to_retrain(scored(100, 0.01, 0.01), None, before) == ["skill_fell"]
    assert reasons_to_retrain(scored(100, 0.06, 0.01), None, before) == []
    assert reasons_to_retrain(scored(10, 0.01, 0.01), None, before) == []
    assert reasons_to_retrain(scored(100, 0.01, 0.01), None, None) == []


def test_a_drifting_input_calls_for_training() -> None:
    assert reasons_to_retrain(None, None, None, [None, Drift(0.5, 0.2)]) == ["input_drift"]
    assert reasons_to_retrain(None, None, None, [Drift(0.15, 0.2), Drift(0.05, 0.01)]) == []

"""What is known of others beside a person's own days: priors, posteriors, bars, reasons and rotas."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from common.compute.correlations import Report, Rules, Tier, find
from common.compute.correlations.evidence import align, weigh
from common.compute.correlations.history import cut_history
from common.compute.correlations.looks import WEEKLY_CROSSINGS, crossing_p, one_sided_bar
from common.compute.correlations.pairs import Quantity, daily_quantities, plan_pairs
from common.compute.correlations.posterior import DOUBT_SHARE, DOUBT_SPREAD, Prior, combine, sign_errors
from common.compute.correlations.quantities import OUTCOMES, STEPS
from common.compute.correlations.reasons import other_reasons
from common.compute.correlations.rota import find_rota
from common.compute.correlations.support import know, prior_of
from common.compute.population.literature import PUBLISHED
from common.compute.population.pooling import Pooled
from common.compute.series.channels import CHANNELS, Origin
from tests.benchmarks.logged import CATALOGUE, CAUSES, NAMES, make_logger
from tests.benchmarks.people import FIRST_DAY, Table, declare

DRINKS_HEART = ("alcohol_drinks", "rhr_bpm")


def ask(table: Table, **options: object) -> Report:
    last: dt.date = table.days[-1].astype(object)
    return find(table, CATALOGUE, last_closed=last, **options)  # type: ignore[arg-type]


def tier_of(report: Report, feature: str, metric: str) -> Tier | None:
    return next((f.tier for f in report.findings if (f.feature, f.metric) == (feature, metric)), None)


def test_a_posterior_is_that_of_bayes_theorem_on_a_fine_grid() -> None:
    grid = np.linspace(-6, 6, 200_001)
    prior = (1 - DOUBT_SHARE) * stats.norm.pdf(grid, 0.4, 0.3) + DOUBT_SHARE * stats.norm.pdf(
        grid, 0, DOUBT_SPREAD
    )
    weight = prior * stats.norm.pdf(0.9, grid, 0.25)
    weight /= weight.sum()
    told = combine(0.9, 0.25, Prior(0.4, 0.3))
    assert told.mean == pytest.approx(grid @ weight, abs=1e-3)
    assert told.lower == pytest.approx(np.interp(0.05, weight.cumsum(), grid), abs=0.01)
    assert told.upper == pytest.approx(np.interp(0.95, weight.cumsum(), grid), abs=0.01)
    (wrong,) = sign_errors(np.array([0.9]), np.array([0.25]), np.array([0.4]), np.array([0.3]))
    assert wrong == pytest.approx(weight[grid < 0].sum(), abs=1e-4)


def test_one_bar_for_all_weekly_looks_is_crossed_about_as_often_as_it_is_charged() -> None:
    """Only what is simulated here: a standardised Brownian motion at weekly looks, 42 to 365 days."""
    days = np.arange(42, 366, 7)
    steps = np.sqrt(np.diff(days, prepend=0))
    paths = np.random.default_rng(0).standard_normal((60_000, len(days))) * steps
    highest = (np.cumsum(paths, axis=1) / np.sqrt(days)).max(axis=1)
    for z in (2.5, 3.0):
        (charged,) = crossing_p(np.array([z]), 42, 365)
        assert 0.75 * charged < (highest > z).mean() < 1.05 * charged
    assert crossing_p(np.array([one_sided_bar(0.004, 42, 365)]), 42, 365)[0] == pytest.approx(0.004)
    assert WEEKLY_CROSSINGS < 1


def test_published_effects_are_of_what_is_asked_each_with_a_source_and_small_for_food() -> None:
    for (habit, outcome), effect in PUBLISHED.items():
        assert outcome in OUTCOMES
        assert habit in STEPS or habit == "caffeine_mg"
        assert "doi:" in effect.reference or "et al." in effect.reference
        assert effect.said
        if habit in CHANNELS and CHANNELS[habit].origin is Origin.NUTRITION and habit != "alcohol_drinks":
            assert abs(effect.mean) <= 0.2


def test_studies_make_a_moderate_effect_tellable_and_say_so() -> None:
    table = make_logger(np.random.default_rng([31, 0]), 182, effects={DRINKS_HEART: 0.8}, complete=0.7)
    (finding,) = [f for f in ask(table).findings if (f.feature, f.metric) == ("alcohol_drinks", "rhr")]
    assert finding.tier is Tier.SUPPORTED
    assert finding.backing is not None
    assert finding.backing.reference
    assert finding.effect.lower > 0
    assert finding.effect.lower < finding.effect.change < finding.effect.measured
    assert "evening_out" in finding.other_reasons
    assert "stress" not in finding.other_reasons, "stress is measured, and taken out"


DINNER_HRV = ("last_meal_hour", "hrv_rmssd_ms")
"""A pair of which there are no studies."""
OTHERS = {DINNER_HRV: Pooled(people=60, mean=0.6, error=0.05, spread=0.25)}


def test_other_people_make_an_effect_tellable_that_no_study_knows_and_are_counted() -> None:
    table = make_logger(np.random.default_rng([36, 1]), 182, effects={DINNER_HRV: 0.7}, complete=0.7)
    assert tier_of(ask(table), "last_meal_hour", "hrv_rmssd") is None
    report = ask(table, population=OTHERS)
    (finding,) = [f for f in report.findings if (f.feature, f.metric) == ("last_meal_hour", "hrv_rmssd")]
    assert finding.tier is Tier.SUPPORTED
    assert finding.backing is not None
    assert (finding.backing.people, finding.backing.reference) == (60, None)
    assert finding.effect.lower > 0


def test_what_others_say_is_told_to_nobody_whose_own_days_do_not_say_it() -> None:
    told = 0
    for seed in range(8):
        plain = make_logger(np.random.default_rng([37, seed]), 182)
        told += tier_of(ask(plain, population=OTHERS), "last_meal_hour", "hrv_rmssd") is not None
        turned = make_logger(np.random.default_rng([38, seed]), 182, effects={DINNER_HRV: -0.5})
        assert tier_of(ask(turned, population=OTHERS), "last_meal_hour", "hrv_rmssd") is not Tier.SUPPORTED
    assert told <= 2


def test_what_is_supported_does_not_come_and_go_between_weeks() -> None:
    later = missing = 0
    for seed in range(4):
        table = make_logger(np.random.default_rng([39, seed]), 217, effects={DINNER_HRV: 0.5}, complete=0.7)
        told = []
        for day in range(161, 218, 7):
            last = (table.days[0] + day - 1).astype(object)
            findings = find(table, CATALOGUE, last_closed=last, population=OTHERS).findings
            names = {(n, f.metric) for f in findings for n in (f.feature, *f.similar)}
            told.append(("last_meal_hour", "hrv_rmssd") in names)
        after = told[told.index(True) + 1 :] if any(told) else []
        later += len(after)
        missing += after.count(False)
    assert later >= 12
    assert missing <= 1


def test_many_people_who_show_nothing_outweigh_a_study() -> None:
    pair = next(
        p for p in plan_pairs(daily_quantities(CATALOGUE, CATALOGUE))
        if (p.input.channel, p.outcome.channel) == DRINKS_HEART
    )  # fmt: skip
    alone = know(pair, {})
    assert alone is not None
    assert alone.reference is not None
    nothing = {DRINKS_HEART: Pooled(people=200, mean=0.02, error=0.02, spread=0.1)}
    assert know(pair, nothing) is None
    assert abs(prior_of(pair, nothing).mean) < 0.05
    few = {DRINKS_HEART: Pooled(people=20, mean=0.4, error=0.15, spread=0.3)}
    unsure = know(pair, few)
    assert unsure is not None
    assert unsure.people is None, "too unsure to speak for itself: still the study"
    assert 0.4 < unsure.mean < 0.5


def test_a_habit_of_one_day_in_twelve_is_compared_and_needs_more_days_than_a_common_one() -> None:
    table = make_logger(
        np.random.default_rng([33, 0]), 364, effects={DRINKS_HEART: 1.2}, complete=0.8,
        occasions={"alcohol_drinks": 0.08},
    )  # fmt: skip
    report = ask(table, include_pairs=True)
    rare, common = (
        next(p for p in report.pairs if (p.feature, p.metric) == (feature, "rhr"))
        for feature in ("alcohol_drinks", "protein_g")
    )
    assert rare.refusal is None
    assert rare.needs is not None
    assert common.needs is not None
    assert rare.needs.occasions is not None
    assert rare.needs.occasions_needed is not None
    assert 10 <= rare.needs.occasions <= 40
    assert rare.needs.days_needed > 2 * common.needs.days_needed
    assert rare.needs.occasions < rare.needs.occasions_needed < rare.needs.days_needed / 5
    assert (common.needs.occasions, common.needs.occasions_needed) == (None, None)
    assert tier_of(report, "alcohol_drinks", "rhr") is not None


def series_of(table: Table) -> Mapping[str, np.ndarray]:
    return dict(zip(table.names, table.values, strict=True))


def test_a_rota_is_found_where_there_is_one_and_nowhere_else() -> None:
    for seed in range(10):
        table = make_logger(np.random.default_rng([34, seed]), 182, cause=CAUSES["shift rota"])
        assert find_rota(series_of(table), table.days) == 8
        plain = make_logger(np.random.default_rng([34, seed]), 182)
        assert find_rota(series_of(plain), plain.days) is None


@pytest.mark.parametrize("cause", ["stress", "shift rota", "unlogged social dinners"])
def test_a_measured_common_cause_is_not_told_as_an_effect(cause: str) -> None:
    """Unadjusted, half of these people were told something after 252 days."""
    told = sum(
        bool(ask(make_logger(np.random.default_rng([35, seed]), 252, cause=CAUSES[cause])).findings)
        for seed in range(12)
    )
    assert told <= 2


def test_what_a_cause_known_only_in_part_still_makes_of_a_pair_is_taken_off() -> None:
    """A cause of both sides, measured with as much truth as two thirds: half of what it took is left."""
    rng = np.random.default_rng(40)
    hard = rng.standard_normal(2_000)
    series = {
        "stress_level": hard + np.sqrt(0.5) * rng.standard_normal(2_000),
        "last_meal_hour": 20 + 0.7 * hard + rng.standard_normal(2_000),
        "rhr_bpm": 60 + np.roll(0.7 * hard, 1) + rng.standard_normal(2_000),
    }
    days = FIRST_DAY + np.arange(2_000)
    (pair,) = plan_pairs({q.channel: q for q in map(quantity, ("last_meal_hour", "rhr_bpm"))})
    aligned = align([pair], series, len(days))
    evidence = weigh(aligned, [0], series, days)
    left = float(np.corrcoef(evidence.scored_x[0, 8:], evidence.scored_y[0, 8:])[0, 1])
    assert left > 0.08, "what adjustment leaves of a cause measured with noise"
    assert abs(evidence.adjusted[0]) < left / 2


def quantity(channel: str) -> Quantity:
    return Quantity(channel, channel, CHANNELS[channel].unit)


def test_a_day_that_ends_hours_before_its_dinner_says_nothing_of_food() -> None:
    def cut(early: list[int]) -> Mapping[str, np.ndarray]:
        table = make_logger(np.random.default_rng(41), 120, complete=1.0)
        values = table.values.copy()
        values[table.names.index("last_meal_hour"), early] -= 5.0
        declared = daily_quantities(CATALOGUE, NAMES)
        last = table.days[-1].astype(object)
        return cut_history(replace(table, values=values), declared, last, 365, None).series

    rare = [9, 40, 77, 101]
    cleaned = cut(rare)
    for name in ("last_meal_hour", "late_energy_kcal", "energy_kcal"):
        assert np.isnan(cleaned[name][rare]).all()
        assert np.isfinite(cleaned[name]).sum() >= 120 - len(rare) - 4
    assert np.isfinite(cleaned["first_meal_hour"][rare]).all(), "breakfast was written down"
    assert np.isfinite(cleaned["steps"][rare]).sum() >= 3
    assert np.isfinite(cut(list(range(0, 120, 3)))["last_meal_hour"][[0, 3, 6]]).all(), "a habit"


def test_all_ways_to_be_told_share_one_rate() -> None:
    rules = Rules()
    shared = rules.published_rate + rules.early_rate + rules.literature_rate
    assert shared == pytest.approx(rules.false_discovery_rate)


def test_every_input_names_another_reason_unless_all_are_measured() -> None:
    for channel in STEPS:
        assert other_reasons(channel, ())
    assert "stress" not in other_reasons("sleep_minutes", {"stress_level"})
    assert "illness" not in other_reasons("steps", {"illness"})


SAID = {"stress_level": "stress"}
"""What a device measures, said in the journal in its place."""


def said_in_journal(table: Table, share: float, rng: np.random.Generator) -> Table:
    values = table.values.copy()
    row = table.names.index("stress_level")
    values[row] = np.clip(np.round(values[row] / 10), 0, 10)
    values[row, rng.random(len(table.days)) > share] = np.nan
    return replace(table, names=tuple(SAID.get(name, name) for name in table.names), values=values)


def test_stress_said_in_the_journal_is_taken_out_as_a_measured_one_is() -> None:
    catalogue = declare(tuple(SAID.get(name, name) for name in NAMES))

    def told(share: float) -> int:
        false = 0
        for seed in range(6):
            table = make_logger(np.random.default_rng([33, seed]), 252, cause=CAUSES["stress"])
            said = said_in_journal(table, share, np.random.default_rng(seed))
            report = find(said, catalogue, last_closed=said.days[-1].astype(object))
            false += sum(finding.feature != "stress" for finding in report.findings)
        return false

    assert 3 * told(0.9) <= told(0.0)

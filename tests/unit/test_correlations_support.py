"""What is known of others beside a person's own days: priors, posteriors, bars, reasons and rotas."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from common.compute.correlations import Report, Tier, find
from common.compute.correlations.looks import WEEKLY_CROSSINGS, crossing_p, one_sided_bar
from common.compute.correlations.posterior import DOUBT_SHARE, DOUBT_SPREAD, Prior, combine, sign_errors
from common.compute.correlations.quantities import OUTCOMES, STEPS
from common.compute.correlations.reasons import other_reasons
from common.compute.correlations.rota import find_rota
from common.compute.population.literature import PUBLISHED
from common.compute.series.channels import CHANNELS, Origin
from tests.benchmarks.logged import CATALOGUE, CAUSES, make_logger
from tests.benchmarks.people import Table

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


@pytest.mark.parametrize("cause", ["stress", "shift rota"])
def test_a_measured_common_cause_is_not_told_as_an_effect(cause: str) -> None:
    """Unadjusted, half of these people were told something after 252 days."""
    told = sum(
        bool(ask(make_logger(np.random.default_rng([35, seed]), 252, cause=CAUSES[cause])).findings)
        for seed in range(12)
    )
    assert told <= 2


def test_every_input_names_another_reason_unless_all_are_measured() -> None:
    for channel in STEPS:
        assert other_reasons(channel, ())
    assert "stress" not in other_reasons("sleep_minutes", {"stress_level"})

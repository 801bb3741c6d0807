import datetime as dt
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from common.compute.correlations import (
    DEFAULT_LOOKBACK_DAYS,
    LOOK_BACK_DAYS,
    Finding,
    Report,
    Status,
    Tier,
    find,
    metrics_named,
    profile_lags,
)
from common.compute.correlations.held import HELD_P
from common.compute.correlations.pairs import daily_quantities, natural_lag, plan_pairs, refuse
from common.compute.correlations.quantities import OUTCOMES as TESTED_OUTCOMES
from common.compute.correlations.quantities import STEPS
from common.compute.correlations.ranks import spearman_grid
from common.compute.correlations.report import Refusal, Withheld
from common.compute.series.channels import CHANNELS, Origin
from tests.benchmarks.honesty import make_drinker
from tests.benchmarks.people import FIRST_DAY, INPUTS, OUTCOMES, Declared, Table, declare, make_person

CATALOGUE = declare(INPUTS + OUTCOMES)
DAYS = 182  # ends on a Sunday


def last_day(table: Table) -> dt.date:
    day: dt.date = table.days[-1].astype(object)
    return day


def ask(table: Table, **options: object) -> Report:
    return find(table, CATALOGUE, **({"last_closed": last_day(table)} | options))  # type: ignore[arg-type]


def person(d: float = 1.4, seed: int = 3, **options: float) -> Table:
    return make_person(np.random.default_rng(seed), DAYS, d=d, **options)


def only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


def test_a_planted_next_day_effect_is_found_once_with_its_size() -> None:
    report = ask(person())
    finding = only(report)
    assert (finding.feature, finding.metric, finding.lag_days) == ("last_meal_hour", "rhr", 1)
    assert finding.tier is Tier.PUBLISHED
    assert report.status is Status.OK
    planted_bpm_per_hour = 1.4 * 3.0 / 2
    assert finding.effect.lower <= planted_bpm_per_hour <= finding.effect.upper
    assert finding.effect.lower > 0
    assert finding.q_value <= report.false_discovery_rate


def test_a_person_without_effects_is_told_nothing() -> None:
    report = ask(person(d=0))
    assert report.status is Status.NOTHING_RELIABLE
    assert report.findings == ()
    assert report.tested >= 40


def test_the_morning_before_a_dinner_is_not_its_effect() -> None:
    """An outcome that follows the same day's label, not the next, is no effect of that day."""
    table = person(d=0)
    values = table.values.copy()
    rhr = table.names.index("rhr_bpm")
    values[rhr] = 55 + 4 * (values[table.names.index("last_meal_hour")] > 19.5) + np.sin(np.arange(DAYS))
    assert not [f for f in ask(replace(table, values=values)).findings if f.metric == "rhr"]


def test_lags_follow_dates_so_gaps_do_not_shift_them() -> None:
    table = person(d=2.0, gaps=0.3)
    finding = only(ask(table))
    assert finding.lag_days == 1
    assert finding.n < DAYS * 0.6


def test_the_same_history_gives_the_same_report() -> None:
    assert ask(person()) == ask(person())


def test_days_after_the_look_change_nothing() -> None:
    table = person()
    sunday = last_day(table)
    whole = ask(table, last_closed=sunday)
    values = table.values.copy()
    values[:, -3:] = np.nan
    wednesday = sunday - dt.timedelta(days=4)
    assert ask(table, last_closed=wednesday) == ask(
        replace(table, values=values), last_closed=sunday - dt.timedelta(days=3)
    )
    assert whole == ask(table, last_closed=sunday + dt.timedelta(days=6))


def test_asking_for_one_metric_changes_what_is_shown_not_what_is_tested() -> None:
    whole, sleep = ask(person()), ask(person(), metrics=metrics_named("sleep"))
    assert sleep.tested == whole.tested
    assert sleep.findings == ()
    assert {need.metric for need in sleep.needed} == set(metrics_named("sleep"))


def test_another_lookback_is_exploratory_and_never_published() -> None:
    report = ask(person(d=2.0), lookback_days=120)
    assert {finding.tier for finding in report.findings} == {Tier.EXPLORATORY}
    assert report.false_discovery_rate == ask(person(d=2.0)).false_discovery_rate / 2
    assert all(finding.q_value <= report.false_discovery_rate for finding in report.findings)


def test_below_thirty_paired_days_nothing_is_tested() -> None:
    table = make_person(np.random.default_rng(1), 28, d=3.0)
    report = ask(table)
    assert report.status is Status.INSUFFICIENT_DATA
    assert report.tested == 0
    assert report.findings == ()
    assert all(need.days_have < 30 < need.days_needed for need in report.needed)
    assert report.needed


def test_from_thirty_to_eighty_three_days_a_finding_is_an_early_signal_unless_others_support_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = make_person(np.random.default_rng(5), 77, d=2.0, gaps=0.0)
    assert only(ask(table)).tier is Tier.SUPPORTED
    monkeypatch.setattr("common.compute.correlations.support.PUBLISHED", {})
    assert only(ask(table)).tier is Tier.EARLY_SIGNAL


def test_an_empty_person_is_answered() -> None:
    names = INPUTS + OUTCOMES
    empty = Table(names, FIRST_DAY + np.arange(10), np.full((len(names), 10), np.nan))
    report = ask(empty)
    assert (report.status, report.tested, report.findings) == (Status.INSUFFICIENT_DATA, 0, ())
    assert {need.metric: need.days_have for need in report.needed}["rhr"] == 0


def test_a_metric_the_person_does_not_have_lacks_data_whatever_the_others_have() -> None:
    report = ask(person(), metrics=metrics_named("skin_temperature"))
    assert report.status is Status.INSUFFICIENT_DATA
    assert [(need.metric, need.days_have) for need in report.needed] == [("skin_temperature", 0)]


def test_nights_without_any_input_still_say_what_is_needed() -> None:
    table = person()
    values = table.values.copy()
    values[: len(INPUTS)] = np.nan
    values[table.names.index("sleep_efficiency_pct")] = np.nan
    report = ask(replace(table, values=values))
    assert report.status is Status.INSUFFICIENT_DATA
    assert {need.metric: need.days_have for need in report.needed} == {
        "rhr": 0, "hrv_rmssd": 0, "recovery_score": 0, "respiratory_rate": 0,
    }  # fmt: skip


def test_importing_the_engine_loads_no_heavier_part_of_scipy() -> None:
    heavy = "'scipy.stats' in sys.modules, 'pandas' in sys.modules"
    script = f"import sys, common.compute.correlations; print({heavy})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_look_before_the_first_day_is_answered() -> None:
    table = person()
    report = ask(table, last_closed=dt.date(2023, 12, 31), include_pairs=True)
    assert (report.status, report.tested) == (Status.INSUFFICIENT_DATA, 0)


def test_constant_series_are_refused_not_divided_by() -> None:
    table = person()
    values = table.values.copy()
    values[table.names.index("rhr_bpm")] = 55.0
    report = ask(replace(table, values=values))
    assert not [f for f in report.findings if f.metric == "rhr"]
    assert report.refused >= len(INPUTS)


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 1e4), (1 / 60, 0.0), (1e3, -7.0)])
def test_units_and_offsets_do_not_change_the_evidence(scale: float, offset: float) -> None:
    table = person()
    values = table.values.copy()
    row = table.names.index("last_meal_hour")
    values[row] = values[row] * scale + offset
    before, after = only(ask(table)), only(ask(replace(table, values=values)))
    assert after.p_value == pytest.approx(before.p_value, rel=1e-6)
    assert after.spearman == pytest.approx(before.spearman)
    assert after.effect.change * scale == pytest.approx(before.effect.change, rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("sleep_minutes", "sleep_minutes", Refusal.SAME_QUANTITY),
        ("sleep_minutes", "recovery_score", Refusal.COMPOSITE_OUTCOME),
        ("steps", "readiness_score", Refusal.COMPOSITE_OUTCOME),
        ("standing_hours", "deep_minutes", Refusal.WEAR_TIME),
        ("total_kcal", "rhr_bpm", Refusal.DERIVED_INPUT),
        ("protein_g", "rhr_bpm", None),
        ("sleep_minutes", "rhr_bpm", None),
    ],
)
def test_a_quantity_never_meets_what_it_is_made_of(first: str, second: str, reason: Refusal | None) -> None:
    assert refuse(first, second) is reason


def test_lags_follow_from_timing() -> None:
    assert natural_lag("last_meal_hour") == 1
    assert natural_lag("training_load") == 1
    assert natural_lag("sleep_minutes") == 0


def test_callers_may_name_metrics_as_the_backend_does() -> None:
    assert metrics_named("RESTING_HEART_RATE") == metrics_named("rhr") == ("rhr",)
    assert metrics_named("hrv") == ("hrv_rmssd", "hrv_sdnn")
    assert metrics_named("shoe_size") == ()


def with_channel(
    table: Table, channel: str, values: NDArray[np.floating]
) -> tuple[Table, dict[str, Declared]]:
    names = (*table.names, channel)
    return Table(names, table.days, np.vstack([table.values, values])), declare(names)


def test_inputs_that_are_nearly_the_same_are_shown_once() -> None:
    table = person(d=2.0)
    dinner = table.values[table.names.index("last_meal_hour")]
    wider, catalogue = with_channel(table, "eating_window_hours", dinner - 8 + 0.01 * np.cos(np.arange(DAYS)))
    report = find(wider, catalogue, last_closed=last_day(table), include_pairs=True)
    finding = only(report)
    assert {finding.feature, *finding.similar} == {"last_meal_hour", "eating_window_hours"}
    told_with_it = [pair.feature for pair in report.pairs if pair.withheld is Withheld.SHOWN_WITH_ANOTHER]
    assert told_with_it == list(finding.similar)


def test_an_effect_too_small_to_matter_is_listed_as_such_and_not_told() -> None:
    """A sure effect of a hundredth of a beat is no news to anybody."""
    table = person(d=2.0)
    values = table.values.copy()
    rhr = table.names.index("rhr_bpm")
    values[rhr] = 55 + (values[rhr] - 55) / 200
    report = ask(replace(table, values=values), include_pairs=True)
    assert report.status is Status.NOTHING_RELIABLE
    assert not any(pair.tier for pair in report.pairs), "what is withheld has no tier anywhere"
    (pair,) = [pair for pair in report.pairs if pair.withheld is not None]
    assert (pair.metric, pair.withheld) == ("rhr", Withheld.EFFECT_TOO_SMALL)


def test_what_is_eaten_is_never_paired_with_what_it_is_part_of() -> None:
    """Macros against the calories they make up: food is an input only, whatever the person has."""
    channels = tuple(STEPS.keys() | TESTED_OUTCOMES.keys())
    asked = plan_pairs(daily_quantities(declare(channels), channels))
    assert {pair.input.channel for pair in asked} >= {"energy_kcal", "protein_g", "alcohol_drinks"}
    assert {CHANNELS[pair.outcome.channel].origin for pair in asked}.isdisjoint(
        {Origin.NUTRITION, Origin.TIMING}
    )


def test_two_series_that_wander_are_refused_and_one_is_not() -> None:
    rng = np.random.default_rng(8)
    table = person(d=0, gaps=0.0)
    values = table.values.copy()
    dinner, protein, rhr = (table.names.index(name) for name in ("last_meal_hour", "protein_g", "rhr_bpm"))
    values[dinner] = 19 + 0.2 * np.cumsum(rng.standard_normal(DAYS))
    values[rhr] = 55 + 0.5 * np.cumsum(rng.standard_normal(DAYS))
    report = ask(replace(table, values=values), include_pairs=True)
    reasons = {(pair.feature, pair.metric): pair.refusal for pair in report.pairs}
    assert reasons["last_meal_hour", "rhr"] is Refusal.WANDERING
    assert reasons[table.names[protein], "rhr"] is None
    assert reasons["last_meal_hour", "hrv_rmssd"] is None


def test_days_in_another_order_lose_a_planted_effect_and_no_raw_coefficient() -> None:
    """The coefficient of one night's own inputs knows no order; what is published depends on it."""
    table = person(d=2.0, gaps=0.0)
    rng = np.random.default_rng(9)
    shuffled = replace(table, values=table.values[:, rng.permutation(DAYS)])
    assert ask(table).findings
    assert not ask(shuffled).findings
    x, y = table.values[[0]], table.values[[len(INPUTS)]]
    order = rng.permutation(DAYS)
    assert spearman_grid(x[:, order], y[:, order])[0, 0, 0] == pytest.approx(spearman_grid(x, y)[0, 0, 0])


def test_an_effect_is_given_to_its_cause_not_to_what_comes_with_it() -> None:
    """Alcohol at weekends, with late dinners: the drinks raise the heart rate, the hour does not."""
    told = Counter[str]()
    for seed in range(12):
        table, catalogue = make_drinker(np.random.default_rng([8, seed]), 280)
        findings = find(table, catalogue, last_closed=last_day(table)).findings
        told.update(finding.feature for finding in findings if finding.metric == "rhr")
    assert told["alcohol_drinks"] >= 11
    assert told["last_meal_hour"] <= 1


def test_every_pair_asked_is_listed_with_what_it_shows_or_why_it_was_refused() -> None:
    report = ask(person(gaps=0.0), include_pairs=True)
    refused = [pair for pair in report.pairs if pair.refusal is not None]
    assert len(report.pairs) == report.tested + report.refused
    assert len(refused) == report.refused > 0
    tested = next(pair for pair in report.pairs if pair.feature == "last_meal_hour" and pair.metric == "rhr")
    assert tested.p_value is not None
    assert tested.granger is not None
    assert tested.granger.p is not None
    assert tested.granger.p < 1e-3
    assert ask(person(gaps=0.0)).pairs == ()


def test_a_lag_profile_peaks_where_the_effect_is_and_publishes_nothing() -> None:
    table = person(d=2.0)
    profile = profile_lags(table, CATALOGUE, "last_meal_hour", "rhr", last_closed=last_day(table))
    assert [point.lag_days for point in profile] == [1, 2, 3, 4, 5, 6, 7]
    strengths = [abs(point.adjusted or 0) for point in profile]
    assert strengths.index(max(strengths)) == 0
    assert {point.tier for point in profile} == {None}
    assert profile_lags(table, CATALOGUE, "last_meal_hour", "vo2_max", last_closed=last_day(table)) == ()


def test_a_new_device_is_no_effect() -> None:
    table = person(d=0)
    values = table.values.copy()
    codes = np.where(np.arange(DAYS) < 70, 0, 1)
    values[table.names.index("rhr_bpm")] += 6.0 * codes
    sources = {"rhr_bpm": codes}
    report = ask(replace(table, values=values), sources=sources, include_pairs=True)
    assert report.findings == ()
    rhr = [pair.n for pair in report.pairs if pair.metric == "rhr"]
    assert 0 < max(rhr) <= DAYS - 70


def test_days_too_few_of_any_one_device_are_refused_by_name() -> None:
    table = make_person(np.random.default_rng(2), 56, d=0)
    sources = {"rhr_bpm": np.arange(56) % 3}
    report = ask(table, sources=sources, include_pairs=True)
    assert {pair.refusal for pair in report.pairs if pair.metric == "rhr"} == {Refusal.SOURCE_CHANGED}


def test_a_finding_does_not_come_and_go_with_the_weeks() -> None:
    """Once told, it is told on for some weeks, as long as its own look does not speak against it."""
    table = make_person(np.random.default_rng([31, 3]), 252, d=0.6)
    weeks = range(147, 218, 7)
    told = [ask(table, last_closed=(FIRST_DAY + day - 1).astype(object)).findings for day in weeks]
    first = next(k for k, findings in enumerate(told) if findings)
    assert all(len(findings) == 1 for findings in told[first:])
    held = [f for findings in told for f in findings if "held_from_an_earlier_look" in f.caveats]
    assert held
    assert all(f.p_value <= HELD_P for f in held)


def test_a_finding_that_the_next_look_contradicts_is_not_held() -> None:
    table = person(d=1.4)
    before = ask(table, last_closed=last_day(table) - dt.timedelta(days=7))
    values = table.values.copy()
    dinner, rhr = values[table.names.index("last_meal_hour")], values[table.names.index("rhr_bpm")]
    # a month of days imported late, in which late dinners go with far lower heart rates
    rhr[-28:] = 58 - 12 * np.sign(dinner[-29:-1] - 19.5) + np.cos(np.arange(28))
    after = ask(replace(table, values=values))
    assert [f.metric for f in before.findings] == ["rhr"]
    assert not [f for f in after.findings if f.metric == "rhr" and f.effect.change > 0]


def test_the_answer_depends_on_the_lookback_and_the_looks_recalled_only() -> None:
    table = make_person(np.random.default_rng([32, 1]), 520, d=0.5)
    enough = DEFAULT_LOOKBACK_DAYS + LOOK_BACK_DAYS
    shorter = Table(table.names, table.days[-enough:], table.values[:, -enough:])
    thursday = last_day(table) - dt.timedelta(days=3)
    whole = ask(table, last_closed=thursday)
    assert whole.findings
    assert ask(shorter, last_closed=thursday) == whole

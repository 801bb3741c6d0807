"""Work in shifts that come round by no rota: refused while nobody says when they were, adjusted for after."""

from functools import cache

import numpy as np
import pytest

from common.compute.correlations import Refusal, Report, find
from common.compute.series.profiles import works_shifts
from common.compute.series.rows import Profile
from common.services.correlations import SHIFTS, explain
from tests.benchmarks.logged import CATALOGUE, make_logger
from tests.benchmarks.people import Floats, Table, declare

DAYS, PEOPLE = 252, 4
FREE, EARLY, LATE, NIGHT = range(4)
DECLARED = {**CATALOGUE, **declare(("shift",))}
HABITS = {"last_meal_hour": (0.0, -1.0, 1.2, 2.0), "first_meal_hour": (0.5, -1.5, 0.8, 2.0)}
NIGHTS = {"rhr_bpm": (-0.3, -0.2, 0.3, 1.3), "sleep_minutes": (0.6, -0.6, 0.2, -1.2)}


def worker(seed: int, *, said: float = 0.0, d: float = 0.0) -> Table:
    """Whose irregular shifts move meals and nights; `said` is the share of days the journal knows them on."""
    rng = np.random.default_rng([78, seed])
    shifts = np.concatenate([np.full(rng.integers(1, 5), rng.integers(4)) for _ in range(DAYS)])[:DAYS]

    def work(_: np.random.Generator, z: dict[str, Floats], __: int) -> None:
        for name, by_shift in HABITS.items():
            z[name] = z[name] + np.array(by_shift)[shifts]
        for name, by_shift in NIGHTS.items():
            z[name][1:] += np.array(by_shift)[shifts[:-1]]

    table = make_logger(rng, DAYS, cause=work, effects={("steps", "hrv_rmssd_ms"): d}, complete=0.85)
    answers = np.where(rng.random(DAYS) < said, (shifts >= LATE).astype(float), np.nan)
    return Table((*table.names, "shift"), table.days, np.vstack([table.values, answers]))


def ask(table: Table, *, shifts: bool = True) -> Report:
    last = table.days[-1].astype(object)
    return find(table, DECLARED, last_closed=last, works_shifts=shifts, include_pairs=True)


@cache
def unsaid() -> tuple[tuple[Report, Report], ...]:
    tables = [worker(seed) for seed in range(PEOPLE)]
    return tuple((ask(table, shifts=False), ask(table)) for table in tables)


def test_unknown_shifts_tell_most_people_something_false_and_are_refused() -> None:
    assert sum(bool(blind.findings) for blind, _ in unsaid()) >= PEOPLE // 2
    for _, report in unsaid():
        assert not report.findings
        assert report.tested == 0
        assert report.shifts_unknown
        assert Refusal.SHIFTS_UNKNOWN in {pair.refusal for pair in report.pairs}


def test_the_answer_says_what_would_help() -> None:
    blind, report = unsaid()[0]
    assert explain(report, 365).startswith(SHIFTS)
    assert SHIFTS not in explain(blind, 365)


def test_shifts_that_are_said_are_adjusted_for_and_true_effects_are_told() -> None:
    false = true = 0
    for seed in range(PEOPLE):
        told = {(f.feature, f.metric) for f in ask(worker(seed, said=0.9, d=1.6)).findings}
        true += any(metric == "hrv_rmssd" for _, metric in told)
        false += any(feature in HABITS for feature, _ in told)
    assert true >= PEOPLE // 2
    assert false <= 1


def test_half_of_the_days_are_not_enough() -> None:
    assert ask(worker(0, said=0.5)).tested == 0


@pytest.mark.parametrize(
    ("schedule", "works"), [("shift", True), ("irregular", True), ("regular", False), (None, False)]
)
def test_who_works_shifts(schedule: str | None, works: bool) -> None:
    assert works_shifts(Profile("anna", work_schedule=schedule)) is works

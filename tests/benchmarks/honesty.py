"""`python -m tests.benchmarks.honesty [--people N] [--data DIR] [--quick]`: how often what is told is not so.

`make honesty`. Measures the correlation engine, and the service around it, on seeded people whose truth is
known, and prints each figure beside its goal as soon as it is known. With real series (`--data`, default
NUTRI_DATA_DIR) effects are planted into real people's nights, which keep their gaps and their own
autocorrelation. Everything here is reproducible from the seeds. The measures run side by side, a process for
each core. `--quick` asks thirty people of each crowd that logs as people do, those with effects and with a
common cause at eight days of a year, and nothing else: some minutes.
"""

import argparse
import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy import stats

from common.compute.correlations import Finding, Tier, find
from common.compute.correlations.history import cut_history
from common.compute.correlations.pairs import daily_quantities, plan_pairs
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE as FEATURES
from common.compute.series.channels import CHANNEL_INDEX
from model_export.data.datasets import to_series
from model_export.data.tidy import read_tidy
from tests.benchmarks.asking import ask_nightly, own_servers
from tests.benchmarks.honesty_logged import QUICK, WEEKLY
from tests.benchmarks.honesty_logged import measures as logged_measures
from tests.benchmarks.people import (
    FIRST_DAY,
    INPUTS,
    OUTCOMES,
    Declared,
    Floats,
    Table,
    declare,
    make_person,
)
from tests.benchmarks.rows import make_arriving

Measure = Callable[[], Iterable[object]]

CATALOGUE = declare(INPUTS + OUTCOMES)
PLANTED = ("last_meal_hour", "rhr")
RHR_SD_BPM, EXPOSURE_HOURS = 3.0, 2.0
LATE_HOUR = 19.5
SIZES = (0.36, 0.55, 0.97)
DAYS = (60, 90, 120, 180, 365)
QUICK_PEOPLE = 30


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    goal: str = ""

    def __str__(self) -> str:
        return f"{self.name:<78} {self.value:6.3f}   {self.goal}"


def tell(table: Table, day: int, **options: object) -> tuple[Finding, ...]:
    """What the person is told on the evening of their day number `day` (from 1)."""
    last = (FIRST_DAY + day - 1).astype(object)
    return find(table, CATALOGUE, last_closed=last, **options).findings  # type: ignore[arg-type]


def is_planted(finding: Finding) -> bool:
    return (finding.feature, finding.metric) == PLANTED


def tell_once(table: Table, day: int) -> tuple[Finding, ...]:
    """What a single look tells, nobody having asked before: a lookback of one's own is judged on its own."""
    return tell(table, day, lookback_days=day + 1)


def measure_one_look(people: int) -> Iterable[Figure]:
    for phi in (0.0, 0.4, 0.6, 0.8):
        published = once = naive = 0
        for seed in range(people):
            table = make_person(np.random.default_rng([1, seed]), 182, phi_outcome=phi, phi_input=phi)
            published += bool(tell(table, 182))
            once += bool(tell_once(table, 182))
            naive += tells_naively(table)
        name = f"phi {phi}, weekday rhythm, day 182"
        yield Figure(f"null people told a published finding, {name}", published / people, "<= .10")
        yield Figure(f"null people told by a single look, {name}", once / people, "<= .10")
        yield Figure("  the same people by Pearson p < .05 on raw days", naive / people, "for comparison")


def tells_naively(table: Table) -> bool:
    declared = daily_quantities(CATALOGUE, table.names)
    history = cut_history(table, declared, (table.days[-1]).astype(object), 365, None)
    for pair in plan_pairs(history.quantities):
        x, y = history.series[pair.input.channel], history.series[pair.outcome.channel]
        x, y = x[: len(x) - pair.lag_days], y[pair.lag_days :]
        common = np.isfinite(x) & np.isfinite(y)
        if stats.pearsonr(x[common], y[common]).pvalue < 0.05:
            return True
    return False


def measure_repeated_looks(people: int) -> Iterable[Figure | str]:
    """Asked every night, a tenth of all values up to ten days late, other lookbacks mixed in."""
    published = early = either = 0
    for seed in range(people):
        rng = np.random.default_rng([2, seed])
        final = make_person(rng, 182, gaps=0.0)
        delay = np.where(rng.random(final.values.shape) < 0.1, rng.integers(1, 11, final.values.shape), 0)
        tiers: set[Tier] = set()
        for day in range(30, 183):
            known = replace(final, values=np.where(np.arange(182) + delay < day, final.values, np.nan))
            if day % 30 == 0 and any(
                f.tier is not Tier.EXPLORATORY for f in tell(known, day, lookback_days=60)
            ):
                raise AssertionError("another lookback than the default was published")
            tiers |= {finding.tier for finding in tell(known, day)}
        published += Tier.PUBLISHED in tiers
        early += Tier.EARLY_SIGNAL in tiers
        either += bool(tiers)
        if seed % 25 == 24:
            yield f"  asked nightly, {seed + 1} of {people} people: {published} published, {early} early"
    yield Figure("null people ever told a published finding, to day 182", published / people, "<= .10")
    yield Figure("null people ever told an early signal, nightly from day 30", early / people)
    yield Figure("null people ever told anything, days 30 to 182", either / people, "<= .20")


def measure_second_year(people: int) -> Iterable[Figure]:
    """Ninety nights of a history longer than the lookback, when each look forgets as much as it learns."""
    told = sum(
        any(tell(table, day) for day in range(364, 456, 7))
        for table in (make_person(np.random.default_rng([7, seed]), 455) for seed in range(people))
    )
    yield Figure("null people ever told a published finding, days 364 to 455", told / people, "<= .10")


def measure_power(people: int) -> Iterable[Figure]:
    goals = {(0.97, 90): ">= .80", (0.55, 180): ">= .65"}
    shown = covered = 0
    for d in SIZES:
        for day in DAYS:
            hits = 0
            for seed in range(people):
                table = make_person(np.random.default_rng([3, seed]), day, d=d, gaps=0.0)
                findings = tell_once(table, day)
                for finding in filter(is_planted, findings):
                    hits += 1
                    if d > 0.9 and day >= 90:
                        shown += 1
                        planted = d * RHR_SD_BPM / EXPOSURE_HOURS
                        covered += finding.effect.lower <= planted <= finding.effect.upper
            yield Figure(f"power, one look, d {d} at {day} days", hits / people, goals.get((d, day), ""))
    yield Figure("coverage of the 90% effect interval, planted effects shown (d .97, day 90 on)",
                 covered / max(shown, 1), ".88 to .96")  # fmt: skip
    for d, by, goal in ((0.97, 120, ">= .85"), (0.55, 180, ">= .50"), (0.36, 365, "")):
        hits = sum(
            any(
                is_planted(f) and f.tier is Tier.PUBLISHED
                for day in range(84, by + 1, 7)
                for f in tell(table, day)
            )
            for table in (
                make_person(np.random.default_rng([4, s]), by, d=d, gaps=0.0) for s in range(people)
            )
        )
        yield Figure(f"power under weekly looks, d {d} published by day {by}", hits / people, goal)
    # A tenth of all values missing on both sides leaves 97 paired days of 119: what gaps cost is those days.
    for gaps, day in ((0.1, 119), (0.0, 98)):
        hits = sum(
            any(
                is_planted(f)
                for f in tell(make_person(np.random.default_rng([5, s]), day, d=0.97, gaps=gaps), day)
            )
            for s in range(people)
        )
        yield Figure(
            f"power at the look of day {day}, d 0.97, {gaps:.0%} of all values missing", hits / people
        )


def measure_confounder(people: int) -> Iterable[Figure]:
    """Drinks at weekends, with late dinners: the drinks raise the heart rate, the hour does not."""
    told: Counter[str] = Counter()
    for seed in range(people):
        table, catalogue = make_drinker(np.random.default_rng([8, seed]), 280)
        last = table.days[-1].astype(object)
        findings = find(table, catalogue, last_closed=last).findings
        told.update(finding.feature for finding in findings if finding.metric == "rhr")
    yield Figure("planted drinks with late dinners: the drinks are told", told["alcohol_drinks"] / people)
    yield Figure(
        "planted drinks with late dinners: the hour is told", told["last_meal_hour"] / people, "<= .10"
    )


def make_drinker(rng: np.random.Generator, days: int) -> tuple[Table, dict[str, Declared]]:
    table = make_person(rng, days, gaps=0.05)
    weekend = np.isin(np.arange(days) % 7, [4, 5])
    drinks = (rng.random(days) < np.where(weekend, 0.75, 0.1)) * 2.0
    values = table.values.copy()
    values[table.names.index("last_meal_hour")] = 19 + (drinks > 0) + 0.7 * rng.standard_normal(days)
    values[table.names.index("rhr_bpm"), 1:] += 1.8 * drinks[:-1]
    names = (*table.names, "alcohol_drinks")
    return Table(names, table.days, np.vstack([values, drinks])), declare(names)


def measure_steadiness(people: int) -> Iterable[Figure]:
    """Of the weekly looks after a true effect was first told, how many do not tell it."""
    for d in (0.97, 0.55):
        later = missing = 0
        for seed in range(people):
            table = make_person(np.random.default_rng([9, seed]), 252, d=d)
            told = [
                any(is_planted(f) and f.tier is Tier.PUBLISHED for f in tell(table, day))
                for day in range(91, 253, 7)
            ]
            if any(told):
                after = told[told.index(True) + 1 :]
                later += len(after)
                missing += after.count(False)
        yield Figure(f"weeks without a finding once published, d {d}, to day 252", missing / max(later, 1))


def measure_wandering(people: int) -> Iterable[Figure]:
    """Series that hardly return to their level: what the drift terms cannot take out entirely."""
    for phi in (0.9, 0.97):
        published = once = 0
        for seed in range(people):
            table = make_person(np.random.default_rng([10, seed]), 182, phi_outcome=phi, phi_input=phi)
            published += bool(tell(table, 182))
            once += bool(tell_once(table, 182))
        yield Figure(f"null people told a published finding, phi {phi} on both sides", published / people)
        yield Figure(f"null people told by a single look, phi {phi} on both sides", once / people)


def measure_service(people: int) -> Iterable[Figure | str]:
    """The nightly figures again, through the service on servers of its own: SQL, cache, late rows and all."""
    generators = [np.random.default_rng([11, seed]) for seed in range(people)]
    asked = [
        make_arriving(f"null-{seed}", make_person(rng, 183, gaps=0.0), rng)
        for seed, rng in enumerate(generators)
    ]
    told: dict[str, set[str]] = {tier.value: set() for tier in Tier}
    with own_servers():
        for night, person, answer in ask_nightly(asked, 30, 182):
            for finding in answer["findings"]:
                told[finding["tier"]].add(person.rows.profile.user_id)
            if night % 30 == 0 and person is asked[-1]:
                counts = ", ".join(f"{len(who)} {tier}" for tier, who in told.items() if who)
                yield f"  through the service, night {night} of 182: {counts or 'nobody told'} so far"
    published, early = told["published"], told["early_signal"]
    name = f"{people} null people asked nightly through the service, days 30 to 182"
    yield Figure(f"{name}: ever published", len(published) / people, "<= .10")
    yield Figure(f"{name}: ever anything", len(published | early) / people, "<= .20")


def read_nights(folder: Path, column: str, least: int) -> list[tuple[str, Floats, Floats]]:
    """(person, days since their first, values) of every person with `least` nights."""
    people: dict[str, dict[np.datetime64, float]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                if row.get(column):
                    person = people.setdefault(f"{row['dataset']}-{row['user']}", {})
                    person[np.datetime64(row["date"], "D")] = float(row[column])
    kept = []
    for name, nights in people.items():
        if len(nights) >= least:
            days = np.array(sorted(nights))
            kept.append((name, (days - days[0]).astype(np.int64), np.array([nights[day] for day in days])))
    return kept


def measure_real_nights(folder: Path, repeats: int = 2) -> Iterable[Figure]:
    """Made-up inputs, with and without an effect, against real nights of the last 26 weeks a person has."""
    for column, channel in (("rhr", "rhr_bpm"), ("hrv_rmssd", "hrv_rmssd_ms")):
        people = read_nights(folder, column, 60)
        told: Counter[float] = Counter()
        for repeat in range(repeats):
            for index, (_, days, nights) in enumerate(people):
                rng = np.random.default_rng([6, repeat, index])
                length = int(min(days[-1] + 1, 182) // 7 * 7)
                recent = days > days[-1] - length
                for d in (0.0, *reversed(SIZES)):
                    table = make_person(rng, length, gaps=0.05)
                    values = table.values.copy()
                    position = table.names.index(channel)
                    values[position] = np.nan
                    values[position, days[recent] - (days[-1] - length + 1)] = nights[recent]
                    late = np.nan_to_num(values[0] > LATE_HOUR)
                    values[position, 1:] += d * nights[recent].std() * late[:-1]
                    findings = tell(replace(table, values=values), length)
                    of_nights = [f.feature for f in findings if f.metric == column]
                    told[d] += bool(of_nights) if d == 0 else PLANTED[0] in of_nights
        tests = max(repeats * len(people), 1)
        name = f"real {column} nights of {len(people)} people"
        yield Figure(f"{name}: told anything of made-up inputs", told[0.0] / tests, "<= .10")
        for d in SIZES:
            yield Figure(f"{name}: a planted d {d} found at the last look", told[d] / tests)


def summarise_real_people(folder: Path) -> Iterable[str]:
    """Everyone in the shared sets through series, features and engine: what each set is told."""
    for path in sorted(folder.glob("*.csv")):
        statuses: Counter[str] = Counter()
        tiers: Counter[str] = Counter()
        for person in read_tidy(path).people:
            series = to_series(person)
            sources = {name: series.source_codes[CHANNEL_INDEX[name]] for name in series.sources}
            table = daily_table(series)
            report = find(table, FEATURES, last_closed=person.days[-1], sources=sources, include_pairs=True)
            statuses[report.status.value] += 1
            tiers.update(finding.tier.value for finding in report.findings)
        yield f"{path.stem}: {sum(statuses.values())} people, {dict(statuses)}, findings {dict(tiers)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200, help="made-up people per figure")
    parser.add_argument("--asked", type=int, default=100, help="made-up people asked through the service")
    parser.add_argument(
        "--quick", action="store_true", help="a few people who log as people do, seldom asked"
    )
    parser.add_argument(
        "--data", default=os.environ.get("NUTRI_DATA_DIR"), help="folder of real tidy CSV files"
    )
    arguments = parser.parse_args()
    people = arguments.people
    if arguments.quick:
        print_all(logged_measures(min(people, QUICK_PEOPLE), QUICK))
        return
    measures: list[Measure] = [
        partial(measure_service, arguments.asked),
        *logged_measures(people // 4, WEEKLY),
        partial(measure_repeated_looks, people // 2),
        partial(measure_second_year, people),
        partial(measure_power, people),
        partial(measure_one_look, people),
        partial(measure_confounder, people),
        partial(measure_steadiness, people // 4),
        partial(measure_wandering, people),
    ]
    if arguments.data:
        folder = Path(arguments.data)
        measures += [partial(measure_real_nights, folder), partial(summarise_real_people, folder)]
    print_all(measures)


def print_all(measures: Sequence[Measure]) -> None:
    """Side by side, each on one core, for linear algebra on all of them only waits for the others'."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for measured in [pool.submit(print_figures, measure) for measure in measures]:
            measured.result()


def print_figures(measure: Measure) -> None:
    """Each as soon as it is known, whichever process it comes from."""
    for figure in measure():
        print(figure, flush=True)


if __name__ == "__main__":
    main()

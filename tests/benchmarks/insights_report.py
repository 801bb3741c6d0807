"""`python -m tests.benchmarks.insights_report [--data DIR] [--demo]`: what every person is told, as Markdown.

For a reader who judges the sentences. Each person is asked about as of their last day with data, as if never
told anything before; nothing is stored.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from common.compute.correlations import find
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE
from common.compute.forecasts.model_inputs import METRICS
from common.compute.insights import (
    Candidate,
    FindingToTell,
    Forecasted,
    choose,
    decide_telling,
    explain_rank,
    gather,
    period_of,
    render,
)
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import resolve_as_of, resolve_zone
from common.compute.series.profiles import works_shifts
from common.compute.series.rows import PersonRows
from common.compute.trials import Trial
from common.errors import NutriError
from common.inference.forest import load_forest
from common.inference.predict import forecast
from common.inference.sessions import load_model
from common.services.candidates import as_forecasted, as_told
from common.settings import get_settings
from functions.local.data.cohort import make_cohort
from model_export.data.rows import to_person_rows
from model_export.data.tidy import read_tidy

LOOKBACK_DAYS = 400


def people(data: Path | None, demo: bool) -> Iterable[tuple[PersonRows, date]]:
    if demo:
        until = date(2026, 3, 31)
        yield from ((rows, until) for rows in make_cohort(until))
    if data:
        for path in sorted(data.glob("*.csv")):
            yield from ((to_person_rows(person), person.days[-1]) for person in read_tidy(path).people)


def gather_insights(
    rows: PersonRows, last: date, trials: Sequence[Trial] = ()
) -> tuple[DailySeries, list[Candidate]]:
    """Everything the person could be told as of the end of `last`."""
    zone, _ = resolve_zone(rows.profile.timezone)
    as_of = resolve_as_of(zone, last, datetime(2100, 1, 1, tzinfo=UTC))
    series = build_series(rows, last - timedelta(days=LOOKBACK_DAYS), last, as_of)
    report = find(
        daily_table(series),
        CATALOGUE,
        last_closed=last,
        sources=series.codes_by_channel,
        works_shifts=works_shifts(series.profile),
    )
    told: list[FindingToTell] = [as_told(finding, period_of(series, 365)) for finding in report.findings]
    rate_nights = load_forest(get_settings().models).rate
    insights = gather(series, told, list(forecasts(series)), trials, rate_nights=rate_nights)
    candidates = [Candidate(i, decide_telling(i, None, last), 1.0, 1.0) for i in insights]
    return series, candidates


def forecasts(series: DailySeries) -> Iterable[Forecasted]:
    for metric in METRICS:
        try:
            made = forecast(load_model(get_settings().models, metric), series, min_days=30)
        except NutriError:
            continue
        if (told := as_forecasted(made, series)) is not None:
            yield told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NUTRI_DATA_DIR"))
    parser.add_argument("--demo", action="store_true", help="the synthetic cohort too")
    parser.add_argument("--units", default="metric")
    arguments = parser.parse_args()
    kinds: Counter[str] = Counter()
    templates: Counter[str] = Counter()
    silent = count = 0
    for rows, last in people(Path(arguments.data) if arguments.data else None, arguments.demo):
        series, candidates = gather_insights(rows, last)
        shown = choose(candidates)
        count += 1
        known = int(np.isfinite(series.values).any(axis=0).sum())
        print(f"\n## {rows.profile.user_id} ({known} days with data, as of {last})\n")
        if not shown:
            silent += 1
            print("Nothing reliable to tell.")
        for candidate in shown:
            said = render(candidate.insight, units=arguments.units)
            kinds[candidate.insight.kind] += 1
            templates[candidate.insight.template] += 1
            print(f"- **{said.title}** ({candidate.insight.kind}, {candidate.insight.priority})  ")
            print(f"  {said.description}  ")
            print(f"  *{said.recommendation}*  ")
            print(f"  *{explain_rank(candidate.ranks)}*")
        told = {c.insight.identity for c in shown}
        rest = [c.insight.template for c in candidates if c.insight.identity not in told]
        if rest:
            print(f"- also held, not shown: {', '.join(rest)}")
    print(f"\n# {count} people, {silent} told nothing\n")
    for name, n in [*kinds.most_common(), *templates.most_common()]:
        print(f"- {name}: {n}")


if __name__ == "__main__":
    main()

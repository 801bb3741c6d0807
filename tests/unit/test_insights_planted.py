"""The synthetic cohort, whose truth is known: what is planted is told with its size, and nothing else is."""

from datetime import UTC, date, datetime, timedelta

from common.compute.correlations import DEFAULT_LOOKBACK_DAYS, LOOK_BACK_DAYS, find
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE
from common.compute.series.build import build_series
from common.compute.series.calendar import resolve_as_of, resolve_zone
from functions.local.data.cohort import COHORT, PLANTED, make_cohort
from tests.benchmarks.insights_report import gather_insights

UNTIL = date(2026, 3, 31)
OUTCOMES = {"rhr_bpm": "rhr", "hrv_rmssd_ms": "hrv_rmssd"}


def test_planted_effects_are_told_with_their_true_size_inside_the_stated_interval() -> None:
    people = {person.user_id: person for person in COHORT}
    true: dict[tuple[str, str], float] = {}
    for planted in PLANTED:
        features = [
            f.name
            for f in CATALOGUE.values()
            if f.derived_from[:1] == (planted.cause,) and f.window_days == 1
        ]
        for feature in features:
            if planted.outcome in OUTCOMES and planted.lag_days == 1:
                true[feature, OUTCOMES[planted.outcome]] = planted.change / planted.step
    told = inside = 0
    for rows in make_cohort(UNTIL):
        person = people[rows.profile.user_id]
        level = {"rhr": person.rhr_bpm, "hrv_rmssd": person.hrv_ms}
        zone, _ = resolve_zone(rows.profile.timezone)
        as_of = resolve_as_of(zone, UNTIL, datetime(2100, 1, 1, tzinfo=UTC))
        first = UNTIL - timedelta(days=DEFAULT_LOOKBACK_DAYS + LOOK_BACK_DAYS)
        table = daily_table(build_series(rows, first, UNTIL, as_of))
        for finding in find(table, CATALOGUE, last_closed=UNTIL).findings:
            planted_in = finding.feature, finding.metric
            if planted_in in true:
                size = true[planted_in] * level[finding.metric] * person.response * finding.effect.step
                told += 1
                inside += finding.effect.lower <= size <= finding.effect.upper
    assert told >= 18, told
    assert inside >= 0.75 * told, (inside, told)


def test_a_person_without_planted_effects_is_told_of_none() -> None:
    (kofi,) = [rows for rows in make_cohort(UNTIL) if rows.profile.user_id == "demo-kofi"]
    _, candidates = gather_insights(kofi, UNTIL)
    assert {c.insight.kind for c in candidates} & {"CORRELATION", "RECOMMENDATION"} == set()

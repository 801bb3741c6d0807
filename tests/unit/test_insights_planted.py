"""The synthetic cohort, whose truth is known: what is planted is told with its size, and nothing else is."""

from datetime import date

from common.compute.features import CATALOGUE
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
        for candidate in gather_insights(rows, UNTIL)[1]:
            insight = candidate.insight
            if insight.kind not in {"CORRELATION", "RECOMMENDATION"} or insight.plotted not in true:
                continue
            feature, metric = insight.plotted
            size = (
                true[feature, metric] * level[metric] * person.response * float(insight.facts["step"].value)
            )
            sign = 1 if insight.facts["way"].value == "higher" else -1
            told += 1
            lower, upper = float(insight.facts["lower"].value), float(insight.facts["upper"].value)
            inside += lower <= sign * size <= upper
    assert told >= 5, told
    assert inside >= 0.75 * told, (inside, told)


def test_a_person_without_planted_effects_is_told_of_none() -> None:
    (kofi,) = [rows for rows in make_cohort(UNTIL) if rows.profile.user_id == "demo-kofi"]
    _, candidates = gather_insights(kofi, UNTIL)
    assert {c.insight.kind for c in candidates} & {"CORRELATION", "RECOMMENDATION"} == set()

"""More than one number of a finding: a planted bend, a planted second night, and none where there is none."""

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from common.compute.correlations import Finding, find
from common.compute.correlations.threshold import possible_places
from tests.benchmarks.logged import CATALOGUE, make_logger
from tests.benchmarks.people import Floats, Table

DAYS = 364
DINNER, RHR = "last_meal_hour", "rhr_bpm"
USUAL_HOUR, LATE_HOUR = 19.6, 20.0
PEOPLE = 6


def plant(table: Table, later: Floats, second: Floats | float = 0.0) -> Table:
    """Add `later` (days,) to the heart rate of the night after each day, and `second` to that after it."""
    values = table.values.copy()
    row = table.names.index(RHR)
    values[row, 1:] += later[:-1]
    values[row, 2:] += np.broadcast_to(second, later.shape)[:-2]
    return replace(table, values=values)


def dinners(table: Table) -> Floats:
    hours: Floats = np.nan_to_num(table.values[table.names.index(DINNER)], nan=USUAL_HOUR)
    return hours


def found(table: Table) -> Finding | None:
    last: dt.date = table.days[-1].astype(object)
    told = find(table, CATALOGUE, last_closed=last).findings
    return next((f for f in told if (f.feature, f.metric) == (DINNER, "rhr")), None)


@cache
def tell(kind: str) -> tuple[Finding, ...]:
    findings = []
    for seed in range(PEOPLE):
        table = make_logger(np.random.default_rng([31, seed]), DAYS, complete=0.85)
        hour = dinners(table)
        match kind:
            case "bend":
                table = plant(table, 4.0 * np.maximum(hour - LATE_HOUR, 0))
            case "line":
                table = plant(table, 1.5 * (hour - USUAL_HOUR))
            case "two nights":
                table = plant(table, 1.5 * (hour - USUAL_HOUR), 1.2 * (hour - USUAL_HOUR))
        findings += [finding] if (finding := found(table)) is not None else []
    return tuple(findings)


def test_a_bend_is_found_near_its_place() -> None:
    places = [finding.threshold for finding in tell("bend") if finding.threshold is not None]
    assert len(places) >= PEOPLE // 2
    for place in places:
        assert place.begins
        assert place.value == pytest.approx(LATE_HOUR, abs=0.5)
        assert place.lower <= place.value <= place.upper


def test_a_straight_line_has_no_bend_and_no_second_night() -> None:
    findings = tell("line")
    assert len(findings) >= PEOPLE - 1
    assert not any(finding.threshold for finding in findings)
    assert {finding.lasting.nights for finding in findings if finding.lasting} == {1}
    gone = [finding.lasting.half_gone_by for finding in findings if finding.lasting]
    assert gone.count(2) >= PEOPLE // 2, "the night after is as if nothing had been"


def test_a_second_night_is_found_and_not_said_to_be_gone() -> None:
    findings = tell("two nights")
    assert len(findings) >= PEOPLE - 1
    nights = [finding.lasting.nights for finding in findings if finding.lasting]
    assert nights.count(2) >= PEOPLE - 2
    assert all(finding.lasting and finding.lasting.half_gone_by != 2 for finding in findings)


def test_nothing_told_is_nothing_more_told() -> None:
    assert not tell("nothing")


def test_a_bend_needs_days_on_either_side_besides_those_without_the_habit() -> None:
    drinks = np.repeat([0.0, 1.0, 2.0, 3.0], [60, 20, 12, 9])
    assert possible_places(drinks).tolist() == [1.0]
    assert possible_places(np.repeat([0.0, 1.0], 50)).tolist() == []
    hours = np.linspace(18, 22, 101)
    assert 18.3 < possible_places(hours)[0] < 18.5
    assert 21.4 < possible_places(hours)[-1] < 21.7

"""What a person's data can support, as "UserMLProfile" says it."""

from datetime import date, datetime, timedelta

from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf
from common.compute.series.rows import PersonRows, Profile
from common.compute.series.sufficiency import measure_supply
from tests.people import LAST_DAY, make_person


def series_of(rows: PersonRows, days: int = 120, last: date = LAST_DAY) -> DailySeries:
    as_of = AsOf(last, datetime.combine(last, datetime.min.time()) + timedelta(hours=3), open=True)
    return build_series(rows, last - timedelta(days=days), last, as_of)


def test_nobody_s_data_support_nothing() -> None:
    supply = measure_supply(series_of(PersonRows(Profile("nobody"))), 30)
    assert (supply.quality, supply.nutrition, supply.health, supply.activity) == (0.0, False, False, False)


def test_months_of_everything_support_everything() -> None:
    supply = measure_supply(series_of(make_person(1, timezone="UTC", logged_share=1.0, worn_share=1.0)), 30)
    assert supply.quality == 1.0
    assert supply.nutrition
    assert supply.health
    assert supply.activity


def test_each_kind_is_judged_by_its_own_days() -> None:
    supply = measure_supply(series_of(make_person(1, timezone="UTC", logged_share=0.0, worn_share=1.0)), 30)
    assert not supply.nutrition
    assert supply.health
    assert supply.activity
    assert supply.quality == round(2 / 3, 4)


def test_the_day_that_has_just_begun_counts_for_nothing() -> None:
    rows = make_person(1, days=31, timezone="UTC", logged_share=1.0, worn_share=1.0)
    assert measure_supply(series_of(rows), 30).health
    assert not measure_supply(series_of(rows), 31).health


def test_old_plenty_does_not_make_up_for_recent_silence() -> None:
    rows = make_person(1, timezone="UTC", last=LAST_DAY - timedelta(days=31))
    supply = measure_supply(series_of(rows), 30)
    assert supply.health
    assert supply.quality == 0.0

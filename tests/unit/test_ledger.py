"""Training is shown what was known on the eve of each night: on event time and on write time."""

from datetime import date

import numpy as np
import pytest

from common.compute.series.build import build_series
from common.compute.series.calendar import AsOf, day_bounds_utc, resolve_zone
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import PersonRows
from common.store.person import Written
from model_export.data import ledger as module
from model_export.data.ledger import OWN_CHANNELS, build_ledger, final_series, series_as_known
from tests.people import make_person

FIRST, LAST = date(2025, 5, 22), date(2025, 6, 29)


def written_after(rows: PersonRows, delays: np.ndarray, hours: int = 1) -> Written:
    """Readings `delays` days late, everything else `hours` later."""
    soon = np.timedelta64(hours, "h")
    late = (delays * 24).astype("timedelta64[h]")
    return Written(rows.meals.at + soon, rows.readings.at + soon + late, rows.workouts.started_at + soon)


def known_by_hand(rows: PersonRows, written: Written, day: date) -> np.ndarray:
    """(channels, days) as a series built at the end of `day` of the rows written by then."""
    zone, _ = resolve_zone(rows.profile.timezone)
    end = day_bounds_utc(zone, day)[1]
    masks = [at < np.datetime64(end) for at in (written.meals, written.readings, written.workouts)]
    values: np.ndarray = build_series(
        module._take(rows, masks), FIRST, day, AsOf(day, end, open=False)
    ).values
    return values


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/Los_Angeles"])
def test_every_day_is_shown_exactly_what_was_written_by_its_end(seed: int, timezone: str) -> None:
    rows = make_person(seed, 40, timezone)
    rng = np.random.default_rng(seed)
    late = rng.choice([0, 0, 0, 0, 0, 1, 3, 12], len(rows.readings.at))
    written = written_after(rows, late)
    ledger = build_ledger(rows, written, FIRST, LAST)
    seen = 0
    for eves, series in series_as_known(ledger, "someone"):
        for eve in eves:
            expected = known_by_hand(rows, written, eve.item())
            count = int((eve - np.datetime64(FIRST)).astype(int)) + 1
            found = series.values[:, series.days <= eve]
            np.testing.assert_array_equal(found, expected[:, count - found.shape[1] :])
            seen += 1
    assert seen == (LAST - FIRST).days + 1


def test_what_came_in_time_has_one_version_a_day() -> None:
    rows = make_person(1, 40)
    ledger = build_ledger(rows, written_after(rows, np.zeros(len(rows.readings.at))), FIRST, LAST)
    np.testing.assert_array_equal(ledger.day, ledger.known_from)
    assert len(np.unique(ledger.day)) == len(ledger.day) == (LAST - FIRST).days + 1
    whole = build_series(
        rows, FIRST, LAST, AsOf(LAST, day_bounds_utc(resolve_zone("Europe/Berlin")[0], LAST)[1], open=False)
    )
    final = final_series(ledger, "someone")
    np.testing.assert_array_equal(final.values, whole.values)
    for channel in OWN_CHANNELS:
        codes = final.source_codes[CHANNEL_INDEX[channel]]
        assert [final.source_names[c] for c in codes if c >= 0] == ["oura"] * int((codes >= 0).sum())


def test_a_history_brought_along_is_known_from_the_day_it_came() -> None:
    rows = make_person(2, 40)
    arrival = np.datetime64("2025-06-15T10:00", "ms")
    written = Written(
        *(np.maximum(at, arrival) for at in (rows.meals.at, rows.readings.at, rows.workouts.started_at))
    )
    ledger = build_ledger(rows, written, FIRST, LAST)
    own, day = CHANNEL_INDEX["rhr_bpm"], np.datetime64("2025-06-15")
    for eves, series in series_as_known(ledger, "someone"):
        known = np.isfinite(series.values[own, series.days <= eves[-1]]).sum()
        assert known > 20 if eves[0] >= day else known == 0


def test_of_somebody_always_late_only_the_last_days_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VERSIONS", 10)
    rows = make_person(3, 40)
    written = written_after(rows, np.ones(len(rows.readings.at)))
    eves = np.concatenate([e for e, _ in series_as_known(build_ledger(rows, written, FIRST, LAST), "s")])
    assert 10 <= len(eves) < 16
    assert eves[-1] == np.datetime64(LAST)
    for seen, series in series_as_known(build_ledger(rows, written, FIRST, LAST), "s"):
        for eve in seen:
            expected = known_by_hand(rows, written, eve.item())
            np.testing.assert_array_equal(series.values[:, series.days <= eve][:, -5:], expected[:, -5:])

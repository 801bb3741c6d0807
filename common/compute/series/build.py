"""A person's aligned daily series: rows in, one number per channel and local day out.

Owns the assembly; what a row means is decided in `readings`, `meals` and `workouts`, what a day is in
`calendar`.

- A row counts if its event time lies before the as-of cut-off and its day is not after the as-of day.
- NaN is unknown. Nothing is filled in, and a day without rows is unknown, never zero.
- A day's values depend on rows of that day and of the `TRAILING_DAYS` before it, on nothing later and
  nothing earlier: a series that starts `TRAILING_DAYS` before a day gives that day the same numbers as a
  longer one.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from common.compute.series.calendar import AsOf, Days
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS, Origin
from common.compute.series.context import (
    daily_answers,
    own_habits,
    with_said_drinks,
    without_denied_drinks,
)
from common.compute.series.eras import Eras, find_eras
from common.compute.series.extras import daily_extras, with_extras
from common.compute.series.meals import daily_meals
from common.compute.series.places import places_of
from common.compute.series.profiles import believable
from common.compute.series.readings import daily_readings
from common.compute.series.rows import Floats, PersonRows, Profile
from common.compute.series.window import TRAILING_DAYS, Account, Indices, Mask, Window
from common.compute.series.workouts import daily_workouts

__all__ = [
    "TRAILING_DAYS", "DailySeries", "build_series", "closed", "complete_only", "last_days",
    "source_changes", "until",
]  # fmt: skip

Codes = NDArray[np.int16]

_ORIGINS = np.array([channel.origin for channel in CHANNELS.values()])
_KNOWN_AT_WAKE = np.array([channel.known_at_wake for channel in CHANNELS.values()])
_LOW = np.array([[channel.low] for channel in CHANNELS.values()])
_HIGH = np.array([[channel.high] for channel in CHANNELS.values()])
_NEEDS_COMPLETE_LOG = np.isin(_ORIGINS, [Origin.NUTRITION, Origin.TIMING])
_NEEDS_COMPLETE_LOG[[CHANNEL_INDEX[n] for n in ("food_log_complete", "alcohol_drinks", "alcohol_g")]] = False


def _no_codes() -> Codes:
    return np.empty((0, 0), np.int16)


@dataclass(frozen=True)
class DailySeries:
    profile: Profile
    zone_known: bool
    """False where the profile's time zone is absent or unknown, and days are UTC days."""
    days: Days
    """(n,) consecutive local dates."""
    values: Floats
    """(len(CHANNELS), n), NaN = unknown."""
    open_day: int | None = None
    """Index of the day that is not over yet: its nights are known, all else is what happened so far."""
    dropped_by_day: dict[str, Indices] = field(default_factory=dict)
    """Reason -> (n,) rows left out; rows without a time count on the last day."""
    corrected_by_day: dict[str, Indices] = field(default_factory=dict)
    """What was done -> (n,) rows not read as they are stated: a unit not believed, a macro not given."""
    travel_dates: Days = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    """Dates on which a journey changed the person's clock: their meal times are of two places, unknown."""
    source_names: tuple[str, ...] = ()
    source_codes: Codes = field(default_factory=_no_codes)
    """(len(CHANNELS), n): position in `source_names` of each value's source; -1 = not from a device."""
    habits: dict[str, Floats] = field(default_factory=dict)
    """(n,) answers to each of the person's own habits, supplements among them, by its name in the journal."""

    def __getitem__(self, channel: str) -> Floats:
        """(n,) values of one channel. Raises KeyError for an unknown name."""
        values: Floats = self.values[CHANNEL_INDEX[channel]]
        return values

    @cached_property
    def channel_eras(self) -> tuple[Eras, ...]:
        """Eras of each channel, in the order of CHANNELS."""
        no_device = np.full(len(self.days), -1, np.int16)
        codes = self.source_codes if self.source_codes.size else [no_device] * len(CHANNELS)
        return tuple(
            find_eras(channel, row, row_codes)
            for channel, row, row_codes in zip(CHANNELS, self.values, codes, strict=True)
        )

    @cached_property
    def eras(self) -> Codes:
        """(len(CHANNELS), n) era of each value as known on the last day: equal numbers are one era, and only
        within one are a channel's values comparable. -1 = not from a device, comparable throughout."""
        return np.stack([eras.ids for eras in self.channel_eras])

    @cached_property
    def dropped(self) -> dict[str, int]:
        """Rows left out, by reason."""
        return _totals(self.dropped_by_day)

    @cached_property
    def corrected(self) -> dict[str, int]:
        """Rows read otherwise than stated, by what was done."""
        return _totals(self.corrected_by_day)

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Channel -> the sources its days were taken from."""
        return _sources_used(self.source_codes, self.source_names)

    @property
    def codes_by_channel(self) -> dict[str, Codes]:
        """Channel -> (n,) codes of its days' sources; channels without a source are left out."""
        return {channel: self.source_codes[CHANNEL_INDEX[channel]] for channel in self.sources}


def until(series: DailySeries, last: date) -> DailySeries:
    """Return the series as it was at the end of the day `last`, which is over."""
    count = int(np.searchsorted(series.days, np.datetime64(last, "D"), side="right"))
    return replace(
        series,
        days=series.days[:count],
        values=series.values[:, :count],
        open_day=None,
        dropped_by_day={reason: days[:count] for reason, days in series.dropped_by_day.items()},
        source_codes=series.source_codes[:, :count],
        habits={name: answers[:count] for name, answers in series.habits.items()},
    )


def build_series(rows: PersonRows, first: date, last: date, as_of: AsOf) -> DailySeries:
    """Return the days `first`..`last`, both included; days after the as-of day are all unknown.

    Raises ValueError if `last` comes before `first`.
    """
    if last < first:
        raise ValueError("the last day comes before the first")
    profile = believable(rows.profile)
    places = places_of(profile)
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    window, account = Window(places, days, as_of), Account(len(days))

    read = daily_readings(rows.readings, window, account)
    values = read.values
    observed = ~np.isnan(values[_ORIGINS == Origin.ACTIVITY]).all(axis=0)
    eaten = daily_meals(rows.meals, profile, window, account)
    trained = daily_workouts(rows.workouts, observed, window, account)
    extra = daily_extras(rows.extras, window, account)
    for name, daily in (eaten | trained | extra.channels).items():
        values[CHANNEL_INDEX[name]] = daily
    said = daily_answers(rows.journal, window)
    for name, answers in said.items():
        if name in CHANNEL_INDEX:
            values[CHANNEL_INDEX[name]] = answers
    drinks, ethanol_g = CHANNEL_INDEX["alcohol_drinks"], CHANNEL_INDEX["alcohol_g"]
    if "alcohol" in said:
        for row in (drinks, ethanol_g):
            values[row] = without_denied_drinks(values[row], said["alcohol"])
    if "drinks" in said:
        values[drinks], values[ethanol_g] = with_said_drinks(
            values[drinks], values[ethanol_g], said["drinks"]
        )
    outside = (values < _LOW) | (values > _HIGH)
    account.drop("day_out_of_bounds", np.nonzero(outside)[1])
    values[outside] = np.nan
    travelled = places.travel_days(days)
    values[np.ix_(_ORIGINS == Origin.TIMING, travelled)] = np.nan

    position = int(window.positions(np.array([as_of.date], "datetime64[D]"))[0])
    return DailySeries(
        profile=with_extras(profile, rows.extras, values[CHANNEL_INDEX["weight_kg"]]),
        zone_known=places.known,
        days=days,
        values=values,
        open_day=position if as_of.open and position >= 0 else None,
        dropped_by_day=account.dropped,
        corrected_by_day=account.corrected,
        travel_dates=days[travelled],
        source_names=read.source_names,
        source_codes=read.source_codes,
        habits=extra.supplements | own_habits(said),
    )


def last_days(series: DailySeries, days: int) -> DailySeries:
    """Return the series without all but its last `days` days."""
    surplus = len(series.days) - days
    if surplus <= 0:
        return series
    return replace(
        series,
        days=series.days[surplus:],
        values=series.values[:, surplus:],
        dropped_by_day={reason: rows[surplus:] for reason, rows in series.dropped_by_day.items()},
        corrected_by_day={what: rows[surplus:] for what, rows in series.corrected_by_day.items()},
        source_codes=series.source_codes[:, surplus:],
        habits={name: answers[surplus:] for name, answers in series.habits.items()},
        open_day=None if series.open_day is None else series.open_day - surplus,
    )


def closed(series: DailySeries) -> DailySeries:
    """Return the same series with the open day's partial channels unknown; what is known on waking stays."""
    if series.open_day is None:
        return series
    values = series.values.copy()
    values[~_KNOWN_AT_WAKE, series.open_day] = np.nan
    return replace(series, values=values)


def complete_only(series: DailySeries) -> DailySeries:
    """Return the same series with nutrition and meal times unknown wherever the food log is not complete.

    `food_log_complete` stays, and so does alcohol, which is a zero only on complete days already.
    """
    incomplete = series["food_log_complete"] != 1
    values = series.values.copy()
    values[np.ix_(_NEEDS_COMPLETE_LOG, incomplete)] = np.nan
    return replace(series, values=values)


def source_changes(series: DailySeries, channel: str) -> Mask:
    """(n,) True on days whose value came from another source than the channel's last known value."""
    codes = series.source_codes[CHANNEL_INDEX[channel]]
    known = np.flatnonzero(codes >= 0)
    changes = np.zeros(len(codes), bool)
    changes[known[1:]] = codes[known[1:]] != codes[known[:-1]]
    return changes


def _totals(by_day: dict[str, Indices]) -> dict[str, int]:
    totals = {reason: int(days.sum()) for reason, days in sorted(by_day.items())}
    return {reason: total for reason, total in totals.items() if total}


def _sources_used(codes: Codes, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    used = np.array([(codes == code).any(axis=1) for code in range(len(names))]).reshape(
        len(names), len(codes)
    )
    any_used: Mask = np.any(used, axis=0)
    return {
        channel: tuple(name for name, there in zip(names, used[:, i], strict=True) if there)
        for channel, i in compress(CHANNEL_INDEX.items(), any_used)
    }

"""What was known of each day, and since when: a person's daily series on event time and on write time.

A row that was written late was unknown until then. So a day has one version for each time that something new
became known of it, and training is shown, as of every day, exactly what serving could have seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.model_inputs import HISTORY_DAYS, METRICS
from common.compute.series.build import DailySeries, build_series
from common.compute.series.calendar import AsOf, Days, day_bounds_utc, local_days, resolve_zone
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS
from common.compute.series.rows import Floats, PersonRows, Profile
from common.store.person import Written
from model_export.data.datasets import Mask

MOST_VERSIONS = 60
"""Of people whose rows keep coming late, only the days since the last so many late arrivals are used."""
OWN_CHANNELS = tuple(metric.channel for metric in METRICS.values())
"""Whose device is kept: it decides which rule a forecast moves."""


@dataclass(frozen=True)
class Ledger:
    """M versions of days, in the order in which they became known."""

    day: Days
    known_from: Days
    """(M,) The first as-of day that knows this version; the day itself where everything came in time."""
    values: Floats
    """(M, len(CHANNELS))"""
    source: NDArray[np.str_]
    """(M, len(OWN_CHANNELS)) device names, "" where unknown."""


def build_ledger(rows: PersonRows, written: Written, first: date, last: date) -> Ledger:
    """Every version of the days `first`..`last`, which are over."""
    zone, _ = resolve_zone(rows.profile.timezone)
    happened = (rows.meals.at, rows.readings.at, rows.workouts.started_at)
    event_days = [local_days(at, zone)[0] for at in happened]
    written_days = [local_days(at, zone)[0] for at in (written.meals, written.readings, written.workouts)]
    late = [w > e for w, e in zip(written_days, event_days, strict=True)]
    arrivals = np.unique(np.concatenate([w[is_late] for w, is_late in zip(written_days, late, strict=True)]))
    begin, end = np.datetime64(first, "D"), np.datetime64(last, "D")
    arrivals = arrivals[(arrivals > begin) & (arrivals <= end)]
    starts = np.concatenate([[begin], arrivals])[-MOST_VERSIONS:]
    stops = np.append(starts[1:], end + 1)
    parts: list[Ledger] = []
    before: DailySeries | None = None
    for start, stop in zip(starts, stops, strict=True):
        known = [~is_late | (w <= start) for w, is_late in zip(written_days, late, strict=True)]
        series = _series(_take(rows, known), first, (stop - 1).item())
        parts.append(_news(series, before, start))
        before = series
    return Ledger(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Ledger.__dataclass_fields__)
    )


def series_as_known(ledger: Ledger, user: str) -> Iterator[tuple[Days, DailySeries]]:
    """(as-of days, series): what could be seen on those days, and after the last of them what came of it.

    Together the as-of days are all days that can be forecast from, in order. A series holds the HISTORY_DAYS
    before its as-of days and the day after them.
    """
    late = ledger.known_from > ledger.day
    first, last = ledger.day.min(), ledger.day.max()
    opening = ledger.known_from.min()
    # as-of days end before a day that was known late, so that it can still be what came of the day before
    starts = np.unique(np.concatenate([[opening], ledger.known_from[late], ledger.day[late]]))
    starts = starts[starts >= opening]
    final = _assembled(ledger, np.ones(len(late), bool), user, first, last)
    for start, stop in zip(starts, np.append(starts[1:], last + 1), strict=True):
        series = _assembled(ledger, ledger.known_from < stop, user, first, last)
        ahead = series.days >= stop
        values = np.where(ahead, final.values, series.values)
        codes = np.where(ahead, final.source_codes, series.source_codes)
        needed = (series.days >= start - HISTORY_DAYS) & (series.days <= stop)
        yield (
            np.arange(start, stop),
            replace(
                series,
                days=series.days[needed],
                values=values[:, needed],
                source_codes=codes[:, needed],
            ),
        )


def final_series(ledger: Ledger, user: str) -> DailySeries:
    """Return what became known of every day in the end."""
    return _assembled(ledger, np.ones(len(ledger.day), bool), user, ledger.day.min(), ledger.day.max())


def _series(rows: PersonRows, first: date, last: date) -> DailySeries:
    zone, _ = resolve_zone(rows.profile.timezone)
    return build_series(rows, first, last, AsOf(last, day_bounds_utc(zone, last)[1], open=False))


def _news(series: DailySeries, before: DailySeries | None, start: np.datetime64) -> Ledger:
    """Return the days of which `series` knows something else than `before`, and those since `start`."""
    source = _sources(series)
    new = np.ones(len(series.days), bool)
    if before is not None:
        count = len(before.days)
        same = np.isclose(series.values[:, :count], before.values, rtol=0, atol=0, equal_nan=True)
        new[:count] = ~same.all(axis=0) | (source[:count] != _sources(before)).any(axis=1)
    return Ledger(series.days[new], np.maximum(series.days, start)[new], series.values.T[new], source[new])


def _sources(series: DailySeries) -> NDArray[np.str_]:
    """Return (days, len(OWN_CHANNELS))"""
    names = np.array([*series.source_names, ""])
    return np.stack([names[series.source_codes[CHANNEL_INDEX[c]]] for c in OWN_CHANNELS], axis=1)


def _assembled(
    ledger: Ledger, mask: Mask, user: str, first: np.datetime64, last: np.datetime64
) -> DailySeries:
    """Of every day the latest of the masked versions."""
    days = np.arange(first, last + 1)
    values = np.full((len(CHANNELS), len(days)), np.nan)
    codes = np.full((len(CHANNELS), len(days)), -1, np.int16)
    names = tuple(sorted(set(ledger.source[ledger.source != ""].tolist())))
    position = (ledger.day[mask] - first).astype(np.int64)  # later versions overwrite earlier ones
    values[:, position] = ledger.values[mask].T
    for i, channel in enumerate(OWN_CHANNELS):
        found = [names.index(name) if name else -1 for name in ledger.source[mask, i].tolist()]
        codes[CHANNEL_INDEX[channel], position] = found
    return DailySeries(Profile(user), True, days, values, source_names=names, source_codes=codes)


def _take(rows: PersonRows, masks: list[Mask]) -> PersonRows:
    meals, readings, workouts = (np.flatnonzero(mask) for mask in masks)

    def texts(values: list[str], chosen: NDArray[np.intp]) -> list[str]:
        return [values[i] for i in chosen]

    m, r, w = rows.meals, rows.readings, rows.workouts
    return PersonRows(
        rows.profile,
        replace(
            m,
            at=m.at[meals],
            name=texts(m.name, meals),
            meal_type=texts(m.meal_type, meals),
            nutrients=m.nutrients[meals],
            written=m.written[meals] if len(m.written) else m.written,
        ),
        replace(
            r,
            at=r.at[readings],
            metric=texts(r.metric, readings),
            value=r.value[readings],
            unit=texts(r.unit, readings),
            source=texts(r.source, readings),
            written=r.written[readings] if len(r.written) else r.written,
        ),
        replace(
            w,
            started_at=w.started_at[workouts],
            ended_at=w.ended_at[workouts],
            kind=texts(w.kind, workouts),
            intensity=texts(w.intensity, workouts),
            source=texts(w.source, workouts),
            measures=w.measures[workouts],
        ),
    )

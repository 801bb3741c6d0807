"""Eras: stretches of days on which one measure was taken by one device at one level.

Devices disagree about the same person, and a device's new firmware may shift a measure for good. What is
usual in one era is no yardstick for another.

- Each source of a channel has eras of its own; a night borrowed from another device does not end an era.
- Within a source a new era begins where the level of a night measure has shifted and stayed: the last
  `SETTLED_NIGHTS` known nights all lie on one side of what was usual before (median of the 21 nights before
  them), each by `EACH_SPREADS` and their median by `SHIFT_SPREADS` robust standard deviations.
- A shift is known from its last settled night on. `Eras.seen_on` gives the eras as they were known on a day,
  so that no day's figures depend on what came later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from common.compute.series.rows import Floats
from common.compute.series.window import Indices, Mask

SETTLED_NIGHTS = 5
SETTLED_WITHIN_DAYS = 10
USUAL_NIGHTS, LEAST_USUAL_NIGHTS, USUAL_WITHIN_DAYS = 21, 12, 30
EACH_SPREADS, SHIFT_SPREADS = 2.5, 4.0
ONE_SHIFT_DAYS = 21
"""Nights after a shift look shifted until the usual has followed; they are no further shift."""
SHIFT_REACH_DAYS = ONE_SHIFT_DAYS + SETTLED_WITHIN_DAYS + USUAL_WITHIN_DAYS
"""A shift known on a day depends on so many days before it, and on no other."""
BEGUN_BEFORE_NIGHTS = 3
_MAD_TO_SD = 1.4826

LEAST_SPREAD: dict[str, float] = {
    "rhr_bpm": 1.5, "hrv_rmssd_ms": 0.08, "hrv_sdnn_ms": 0.08, "respiratory_rate_brpm": 0.4,
    "skin_temperature_c": 0.2, "oxygen_saturation_pct": 0.6, "deep_minutes": 8.0, "rem_minutes": 8.0,
}  # fmt: skip
"""Channels whose level may shift within a source, and the least standard deviation assumed; of the natural
logarithm for HRV. Behaviour (steps, minutes asleep) has no level that only a device could move."""
LOGARITHMIC = frozenset({"hrv_rmssd_ms", "hrv_sdnn_ms"})


@dataclass(frozen=True, slots=True)
class Shift:
    start: int
    """First day of the new level."""
    known: int
    """Day on which it had settled."""
    source: int


@dataclass(frozen=True)
class Eras:
    """Eras of one channel over the n days of a series."""

    codes: NDArray[np.int16]
    """(n,) source of each day's value, -1 = none."""
    shifts: tuple[Shift, ...] = ()

    @cached_property
    def ids(self) -> NDArray[np.int16]:
        """(n,) era of each day as known on the last one; equal numbers are one era, -1 = no device's."""
        return self._numbered(len(self.codes))

    @cached_property
    def changing(self) -> bool:
        """Whether there is more than one era."""
        return bool(np.unique(self.ids[self.ids >= 0]).size > 1)

    def seen_on(self, day: int) -> Mask:
        """(n,) the days up to `day` of its era, as known on it; its era is that of its last value."""
        ids = self._numbered(day)[: day + 1]
        spoken = ids[ids >= 0]
        same = np.zeros(len(self.codes), bool)
        same[: day + 1] = (ids == spoken[-1]) if spoken.size else True
        return same

    def views(self) -> Iterator[tuple[Indices, Mask]]:
        """Yield days that see the same, and the (n,) days of their era; together they are all the days.

        A view may hold days after those that look at it, which is of no matter to a figure that looks back.
        """
        cuts = [0, *sorted({shift.known for shift in self.shifts}), len(self.codes)]
        for first, end in pairwise(cuts):
            ids = self._numbered(first)
            spoke = np.where(self.codes >= 0, np.arange(len(ids)), -1)
            current = np.where((last := np.maximum.accumulate(spoke)) >= 0, ids[last], -1)
            for era in np.unique(current[first:end]):
                days = first + np.flatnonzero(current[first:end] == era)
                yield days, (ids == era) if era >= 0 else np.ones(len(ids), bool)

    def _numbered(self, day: int) -> NDArray[np.int16]:
        """Return eras by the shifts known by `day`: each source's first era, then those its shifts began."""
        ids = self.codes.copy()
        known = [shift for shift in self.shifts if shift.known <= day]
        for number, shift in enumerate(known, int(self.codes.max(initial=-1)) + 1):
            ids[shift.start :][self.codes[shift.start :] == shift.source] = number
        return ids


def common_views(eras: Sequence[Eras]) -> list[tuple[Indices, Mask]]:
    """Return what `Eras.views` says of one channel, for several at once: days count that are of the era in
    each.
    """
    n = len(eras[0].codes)
    common = [(np.arange(n), np.ones(n, bool))]
    for of_channel in eras:
        common = [
            (both, own & mask)
            for days, own in common
            for seeing, mask in of_channel.views()
            if (both := np.intersect1d(days, seeing, assume_unique=True)).size
        ]
    return common


def find_eras(channel: str, values: Floats, codes: NDArray[np.int16]) -> Eras:
    """Return eras of a channel from its (n,) daily values and the sources they came from."""
    floor = LEAST_SPREAD.get(channel)
    if floor is None:
        return Eras(codes)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(values) if channel in LOGARITHMIC else values
    shifts = [
        shift
        for source in np.unique(codes[codes >= 0]).tolist()
        for shift in _shifts(level, np.flatnonzero((codes == source) & np.isfinite(level)), floor, source)
    ]
    return Eras(codes, tuple(sorted(shifts, key=lambda shift: (shift.known, shift.source))))


def _shifts(level: Floats, days: Indices, floor: float, source: int) -> Iterator[Shift]:
    """Return the shifts among the known nights `days` of one source, in order."""
    if len(days) < SETTLED_NIGHTS + LEAST_USUAL_NIGHTS:
        return
    x = level[days]
    last = np.arange(SETTLED_NIGHTS + LEAST_USUAL_NIGHTS - 1, len(x))
    recent = x[last[:, None] - np.arange(SETTLED_NIGHTS)]
    place = last[:, None] - SETTLED_NIGHTS - np.arange(USUAL_NIGHTS)
    usable = (place >= 0) & (days[last][:, None] - days[np.maximum(place, 0)] <= USUAL_WITHIN_DAYS)
    before = np.where(usable, x[np.maximum(place, 0)], np.nan)
    enough = usable.sum(axis=1) >= LEAST_USUAL_NIGHTS
    enough &= days[last] - days[last - SETTLED_NIGHTS + 1] <= SETTLED_WITHIN_DAYS
    usual = _median(before)
    spread = np.maximum(_MAD_TO_SD * _median(np.abs(before - usual[:, None])), floor)
    strain = (recent - usual[:, None]) / spread[:, None]
    with np.errstate(invalid="ignore"):
        up = enough & (strain.min(axis=1) >= EACH_SPREADS) & (np.median(strain, axis=1) >= SHIFT_SPREADS)
        down = enough & (strain.max(axis=1) <= -EACH_SPREADS) & (np.median(strain, axis=1) <= -SHIFT_SPREADS)
    direction = up.astype(np.int64) - down.astype(np.int64)
    fired: dict[int, int] = {}
    for i in np.flatnonzero(direction).tolist():
        known, way = int(days[last[i]]), int(direction[i])
        quiet = known - fired.get(way, -ONE_SHIFT_DAYS) >= ONE_SHIFT_DAYS
        fired[way] = known
        if not quiet:
            continue
        begin = last[i] - SETTLED_NIGHTS + 1
        half = (usual[i] + np.median(recent[i])) / 2
        for _ in range(BEGUN_BEFORE_NIGHTS):
            if begin == 0 or way * (x[begin - 1] - half) <= 0:
                break
            begin -= 1
        yield Shift(int(days[begin]), known, source)


def _median(rows: Floats) -> Floats:
    """(m, k) -> (m,) median of the known values, NaN where none is."""
    ordered = np.sort(np.where(np.isnan(rows), np.inf, rows), axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    row = np.arange(len(rows))
    low, high = np.maximum(known - 1, 0) // 2, np.minimum(known // 2, rows.shape[1] - 1)
    return np.where(known > 0, (ordered[row, low] + ordered[row, high]) / 2, np.nan)

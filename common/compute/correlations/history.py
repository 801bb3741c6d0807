"""The stretch of a person's days that a look sees, by channel, devices kept apart. Owns no pairing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import NORMAL_MAD
from common.compute.correlations.pairs import Quantity
from common.compute.correlations.ranks import Floats, Mask
from common.compute.correlations.rota import find_rota
from common.compute.series.channels import CHANNELS, Origin

Codes = NDArray[np.integer]

SHIFT = "shift"
"""The journal's: worked a late or a night shift."""
UNWRITTEN_HOURS, UNWRITTEN_SPREADS = 2.5, 2.0
"""So much earlier than usual, in hours and in robust deviations, no day's last meal is but by a dinner that
was not written down."""
MOST_UNWRITTEN = 0.2
"""Share of days above which dinner is left out as a habit."""
_OF_EVERY_MEAL = frozenset(
    channel.name for channel in CHANNELS.values() if channel.origin in {Origin.NUTRITION, Origin.TIMING}
) - {"first_meal_hour", "breakfast_skipped"}


class Table(Protocol):
    """A feature table: `values` (len(names), len(days)), NaN unknown, days consecutive."""

    @property
    def names(self) -> Sequence[str]: ...
    @property
    def days(self) -> NDArray[np.datetime64]: ...
    @property
    def values(self) -> Floats: ...


@dataclass(frozen=True)
class History:
    days: NDArray[np.datetime64]
    series: dict[str, Floats]
    """(n,) by channel, for every channel with a known day."""
    quantities: dict[str, Quantity]
    unmixed: frozenset[str]
    """Channels that lost days because another device or method had measured them."""

    shifts: Floats | None = None
    """(n,) what the journal says of shifts, where the person works some and no rota tells them; else None."""

    @property
    def well_known(self) -> frozenset[str]:
        """Channels known on at least half of the days of which anything is known."""
        if not self.series:
            return frozenset()
        known = np.isfinite(np.array(list(self.series.values())))
        enough = 2 * known.sum(axis=1) >= known.any(axis=0).sum()
        return frozenset(compress(self.series, enough))


def cut_history(
    table: Table,
    declared: Mapping[str, Quantity],
    last: dt.date,
    lookback_days: int,
    sources: Mapping[str, Codes] | None,
    *,
    works_shifts: bool = False,
) -> History:
    """Return the `lookback_days` that end on `last`, as far as the table has them, of the `declared`
    channels.

    `works_shifts` is what the person says of their hours: shifts, or irregular ones.
    """
    days = table.days.astype("datetime64[D]")
    end = np.datetime64(last, "D")
    inside = (days <= end) & (days > end - lookback_days)
    position = {name: row for row, name in enumerate(table.names)}
    values = table.values[[position[quantity.feature] for quantity in declared.values()]][:, inside]
    series, quantities, unmixed = {}, {}, set()
    known: Mask = np.any(np.isfinite(values), axis=1)
    for (channel, quantity), measured in zip(compress(declared.items(), known), values[known], strict=True):
        kept = measured
        if sources is not None and channel in sources:
            kept = _main_source(measured, sources[channel][inside])
            if kept is not measured:
                unmixed.add(channel)
        series[channel], quantities[channel] = kept, quantity
    shifts = None
    if works_shifts and find_rota(series, days[inside]) is None:
        shifts = series.get(SHIFT, np.full(int(inside.sum()), np.nan))
    return History(days[inside], _without_unwritten(series), quantities, frozenset(unmixed), shifts)


def _without_unwritten(series: dict[str, Floats]) -> dict[str, Floats]:
    """Return the series with what was eaten unknown on days that seem to end before their dinner.

    Dinners out are written down least and cost the most sleep: such a day would speak against eating early.
    """
    hour = series.get("last_meal_hour")
    if hour is None:
        return series
    known = np.isfinite(hour)
    middle = np.median(hour[known])
    spread = NORMAL_MAD * np.median(np.abs(hour[known] - middle))
    unwritten = hour < middle - max(UNWRITTEN_HOURS, UNWRITTEN_SPREADS * spread)
    if unwritten.sum() > MOST_UNWRITTEN * known.sum():
        return series
    return {
        name: np.where(unwritten, np.nan, values) if name in _OF_EVERY_MEAL else values
        for name, values in series.items()
    }


def _main_source(values: Floats, codes: Codes) -> Floats:
    """Only the days of the source with most known days, the later of equals: two devices are two scales."""
    known = np.isfinite(values)
    there = codes[known]
    if (there == there[:1]).all():
        return values
    names, counts = np.unique(there, return_counts=True)
    latest = [int(np.flatnonzero(known & (codes == name))[-1]) for name in names]
    main = max(zip(counts.tolist(), latest, names.tolist(), strict=True))[2]
    kept: Floats = np.where(codes == main, values, np.nan)
    return kept

"""The stretch of a person's days that a look sees, by channel, devices kept apart. Owns no pairing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.pairs import Quantity
from common.compute.correlations.ranks import Floats, Mask

Codes = NDArray[np.integer]


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
) -> History:
    """Return the `lookback_days` that end on `last`, as far as the table has them, of the `declared`
    channels.
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
    return History(days[inside], series, quantities, frozenset(unmixed))


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

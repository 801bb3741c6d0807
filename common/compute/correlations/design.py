"""What each pair is adjusted for, as columns that pairs share. Owns the choice, not the regression.

Whatever is adjusted for must be settled before the input happens, so an input `lag` days back is given the
outcome's and the confounders' past as of that many days, and never less than one.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.adjustment import (
    Design,
    drift_count,
    drift_terms,
    fill_unknown,
    own_past,
    shift_days,
    weekday_terms,
)
from common.compute.correlations.pairs import Pair, confounders_of
from common.compute.correlations.quantities import CONFOUNDERS, SAID_CONFOUNDERS
from common.compute.correlations.ranks import Floats, Mask
from common.compute.correlations.rota import find_rota, rota_terms

Past = tuple[str, int]
"""A channel, and how many days before."""

_OWN = 10  # weekday 6, outcome's past 2, input's past 2
NUISANCE_COLUMNS = _OWN + len(CONFOUNDERS)
"""Of somebody who keeps no journal."""


class _Columns:
    def __init__(self, n: int) -> None:
        self.blocks = [np.zeros((1, n))]
        self.count = 1

    def add(self, block: Floats) -> int:
        """Return the place of the block's first column."""
        self.blocks.append(block)
        self.count += len(block)
        return self.count - len(block)


def design_pairs(
    pairs: Sequence[Pair], mask: Mask, series: Mapping[str, Floats], days: NDArray[np.datetime64]
) -> Design:
    """For pairs with the common days `mask` (rows, n)."""
    n = len(days)
    columns = _Columns(n)
    rota = find_rota(series, days) or 1
    said = [name for name in SAID_CONFOUNDERS if np.isfinite(series.get(name, np.nan)).any()]
    own = NUISANCE_COLUMNS + len(said)
    width = own + rota - 1
    chosen = np.zeros((len(pairs), width + drift_count(n) + 1), np.intp)
    if not pairs:
        return Design(columns.blocks[0], chosen, slice(_OWN, own))
    if rota > 1:
        chosen[:, own:width] = columns.add(rota_terms(days, rota)) + np.arange(rota - 1)
    chosen[:, :6] = columns.add(weekday_terms(days)) + np.arange(6)
    chosen[:, -1] = columns.add(np.ones((1, n)))
    outcomes = [(pair.outcome.channel, max(pair.lag_days, 1)) for pair in pairs]
    inputs = [(pair.input.channel, pair.lag_days + 1) for pair in pairs]
    place = _add_pasts(columns, dict.fromkeys([*outcomes, *inputs]), series)
    for at, pasts in ((6, outcomes), (8, inputs)):
        chosen[:, at] = [place[past] for past in pasts]
        chosen[:, at + 1] = chosen[:, at] + 1
    chosen[:, _OWN:own] = _add_confounders(columns, pairs, series, said)
    begins, ends = np.argmax(mask, axis=1), n - 1 - np.argmax(mask[:, ::-1], axis=1)
    for span in np.unique(begins * n + ends):
        first, last = divmod(int(span), n)
        drift = drift_terms(n, first, last)
        alike = (begins == first) & (ends == last)
        chosen[alike, width : width + len(drift)] = columns.add(drift) + np.arange(len(drift))
    return Design(np.concatenate(columns.blocks), chosen, slice(_OWN, own))


def _add_pasts(columns: _Columns, pasts: Iterable[Past], series: Mapping[str, Floats]) -> dict[Past, int]:
    """Where the two terms of each past begin."""
    place: dict[Past, int] = {}
    for gap in sorted({gap for _, gap in pasts}):
        names = [name for name, days in pasts if days == gap]
        terms = own_past(np.array([series[name] for name in names]), gap)
        first = columns.add(terms.reshape(2 * len(names), -1))
        place |= {(name, gap): first + 2 * k for k, name in enumerate(names)}
    return place


def _add_confounders(
    columns: _Columns, pairs: Sequence[Pair], series: Mapping[str, Floats], said: Sequence[str]
) -> NDArray[np.intp]:
    """Return (rows, confounders): the measured ones and those the journal has `said`."""
    absent = np.full(columns.blocks[0].shape[1], np.nan)
    named = [*CONFOUNDERS, *said]
    confounders = np.array([_as_confounder(name, series.get(name, absent)) for name in named])
    before = [max(pair.lag_days, 1) for pair in pairs]
    first = {gap: columns.add(fill_unknown(shift_days(confounders, gap))) for gap in sorted(set(before))}
    taken = [(*CONFOUNDERS, *SAID_CONFOUNDERS).index(name) for name in named]
    apart = np.array([confounders_of(pair.input.channel, pair.outcome.channel) for pair in pairs])[:, taken]
    places: NDArray[np.intp] = apart * (np.array([[first[gap]] for gap in before]) + np.arange(len(named)))
    return places


def _as_confounder(name: str, values: Floats) -> Floats:
    """Return days of menstruation against the others: the first and the fifth are no amounts."""
    return np.sign(values) if name == "menstruation_day" else values

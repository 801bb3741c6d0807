"""What `build_features` returns: values by feature and day, and for every null the reason."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Reason(IntEnum):
    """Why a value is null; the API counts them by lower-case name."""

    KNOWN = 0
    NOT_LOGGED = 1  # no meal that day, or none that states the nutrient
    INCOMPLETE_LOG = 2  # meals logged, but not the whole day's
    NO_READING = 3  # no device or workout record of the day
    TOO_FEW_DAYS = 4  # the window has fewer known days than the feature's minimum
    NO_PROFILE_VALUE = 5
    NO_VARIATION = 6  # divides by a spread of zero
    NOT_APPLICABLE = 7  # divides by nothing, as carbohydrate per minute on a day without training
    DAY_OPEN = 8  # the day is not over


REASONS: tuple[str, ...] = tuple(reason.name.lower() for reason in Reason)


@dataclass(frozen=True)
class FeatureTable:
    names: tuple[str, ...]
    days: NDArray[np.datetime64]
    """(n,) consecutive local days."""
    values: Floats
    """(features, n); NaN where unknown, never infinite."""
    reasons: NDArray[np.uint8]
    """(features, n) codes of `Reason`; 0 exactly where the value is known."""

    def __getitem__(self, name: str) -> Floats:
        values: Floats = self.values[self.names.index(name)]
        return values

    def between(self, first: date, last: date) -> "FeatureTable":
        """Return the days `first` to `last`, both included, as far as the table has them."""
        start, stop = np.searchsorted(self.days, [np.datetime64(first, "D"), np.datetime64(last, "D") + 1])
        return FeatureTable(
            self.names, self.days[start:stop], self.values[:, start:stop], self.reasons[:, start:stop]
        )

    def only(self, names: tuple[str, ...]) -> "FeatureTable":
        rows = [self.names.index(name) for name in names]
        return FeatureTable(names, self.days, self.values[rows], self.reasons[rows])

    def row(self, day: date) -> dict[str, float | None]:
        """Value by feature of one day, None where unknown. KeyError on a day not in the table."""
        return {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(self.names, self.values[:, self._column(day)].tolist(), strict=True)
        }

    def missing_counts(self, day: date) -> dict[str, int]:
        """Return nulls of one day by reason, reasons without one left out. KeyError on a day not in the
        table.
        """
        counts = np.bincount(self.reasons[:, self._column(day)], minlength=len(REASONS)).tolist()
        return {name: count for name, count in zip(REASONS[1:], counts[1:], strict=True) if count}

    def _column(self, day: date) -> int:
        (columns,) = np.nonzero(self.days == np.datetime64(day, "D"))
        if len(columns) == 0:
            raise KeyError(day)
        return int(columns[0])

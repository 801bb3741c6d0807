"""Random draws that belong to a calendar day: the same day gets the same number whatever range is asked for.

That is what lets a cohort ending today agree, row for row, with the one that ended yesterday.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.series.rows import Floats, Instants

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_MEMORY_DAYS = 64

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Chance:
    """What happens by chance to one person on `days`, one number per day for each name asked about."""

    stream: str
    days: Instants

    def drawn(self, name: str) -> Floats:
        return uniform(f"{self.stream}/{name}", self.days)

    def happens(self, name: str, share: float) -> Flags:
        return self.drawn(name) < share

    def noise(self, name: str) -> Floats:
        return normal(f"{self.stream}/{name}", self.days)

    def lasting_noise(self, name: str, persistence: float) -> Floats:
        return autoregressive(f"{self.stream}/{name}", self.days, persistence)


def uniform(stream: str, days: Instants) -> Floats:
    """One draw in (0, 1) per day of the named stream (splitmix64; Steele, Lea & Flood 2014)."""
    key = np.uint64(int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=8).digest()))
    state = key + days.astype("datetime64[D]").astype(np.int64).astype(np.uint64) * _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    state ^= state >> np.uint64(31)
    return ((state >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normal(stream: str, days: Instants) -> Floats:
    """One standard normal draw per day (Box & Muller 1958)."""
    radius: Floats = np.sqrt(-2 * np.log(uniform(f"{stream}/radius", days)))
    return radius * np.cos(2 * np.pi * uniform(f"{stream}/angle", days))


def autoregressive(stream: str, days: Instants, persistence: float) -> Floats:
    """AR(1) noise of unit variance over consecutive `days`, cut off after 64 days of memory."""
    before = days[0] - np.arange(_MEMORY_DAYS, 0, -1)
    white = normal(stream, np.concatenate((before, days)))
    weights = persistence ** np.arange(_MEMORY_DAYS + 1)
    return np.asarray(np.convolve(white, weights / np.sqrt((weights**2).sum()), mode="valid"), np.float64)

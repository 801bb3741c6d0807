"""Which of two models forecasts better, looked at as often as one likes: an always-valid interval.

Robbins' normal mixture (1970, Ann. Math. Statist. 41(5), 1397-1409) in the form of asymptotic confidence
sequences (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Ann. Statist. 52(6), 2613-2640): it covers
the truth at all looks at once, so watching it nightly and stopping when it excludes 0 errs with probability
`alpha` in all, as long as every night since the first is still there to be counted. Time is information,
1 / standard error^2: an average over people who each bring a level of their own has
independent increments in it, whichever of people and nights it grows by (Scharfstein, Tsiatis and Robins
1997, JASA 92(440), 1342-1350). People, not nights, are the independent units.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import log, sqrt
from typing import Literal

ALPHA = 0.05
PEOPLE_MIN = 30
"""With fewer the standard error is no guide to itself, and nothing is said."""
NIGHTS_MIN = 7
"""Nights from which a person counts."""
INTENDED_ERROR = 0.01
"""The interval is made narrowest for a standard error of 1% of the simple rule's error."""

Verdict = Literal["better", "worse", "undecided"]


@dataclass(frozen=True, slots=True)
class PairedLosses:
    """Over people: how much less one model was off than another, each person's mean, in the metric's unit."""

    people: int
    nights: int
    gain: float
    """Sum of the people's mean gains."""
    gain_gain: float
    """Sum of their squares."""
    rule_error: float
    """Sum of the simple rule's absolute errors on the same nights."""

    def __add__(self, other: "PairedLosses") -> "PairedLosses":
        """Of people of both, who must be different ones."""
        return PairedLosses(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def scale(self) -> float:
        """Mean absolute error of the simple rule."""
        return self.rule_error / self.nights if self.nights else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Gains as shares of the simple rule's error: above 0 the one is better than the other."""

    people: int
    nights: int
    gain: float
    lower: float
    upper: float
    verdict: Verdict


def compare(losses: PairedLosses, alpha: float = ALPHA) -> Comparison | None:
    """None while too few people tell anything, or nobody differs from anybody."""
    n = losses.people
    if n < PEOPLE_MIN or losses.scale <= 0:
        return None
    mean = losses.gain / n
    variance = max(losses.gain_gain / n - mean**2, 0.0) * n / (n - 1)
    if variance == 0:
        return None
    gain, error = mean / losses.scale, sqrt(variance / n) / losses.scale
    margin = mixture_margin(error, alpha)
    lower, upper = gain - margin, gain + margin
    verdict: Verdict = "better" if lower > 0 else "worse" if upper < 0 else "undecided"
    return Comparison(n, losses.nights, gain, lower, upper, verdict)


def season_of(first: date, last: date, nights: int, alpha: float = ALPHA) -> tuple[date, float]:
    """For watching without an end: the night from which to count, and the alpha of that interval.

    Seasons of so many nights follow one another from `first` on, each watched by an interval of its own.
    Their alphas add up to `alpha` (1/2 + 1/6 + 1/12 + …), so all together they err with that probability.
    """
    season = (last - first).days // nights
    return first + timedelta(days=season * nights), alpha / ((season + 1) * (season + 2))


def mixture_margin(error: float, alpha: float) -> float:
    """Half the width of the always-valid interval around an estimate with this standard error."""
    information = 1 / error**2
    surprise = -2 * log(alpha)
    rho = INTENDED_ERROR**-2 / (surprise + log(surprise) + 1)
    return sqrt((information + rho) * log((information + rho) / (rho * alpha**2))) / information

"""A person's effects on a scale people share: standardised differences and errors. Owns no prior."""

import numpy as np

from common.compute.correlations.evidence import OCCASIONAL, Evidence, count_alike
from common.compute.correlations.ranks import Floats, Mask

LEAST_DEGREES = 10.0
QUANTITY = 0.5
_ONE_RANKED = np.sqrt(np.pi / 3)


def standardise(evidence: Evidence) -> tuple[Floats, Floats]:
    """(rows,) effects and standard errors; NaN where too few effective days are left.

    A coefficient r of a quantity is 2 r between a day one deviation above its mean and one below. A habit of
    a share p of days has at most the deviation sqrt(p (1 - p)), and r divided by it is its difference.
    Ranks have a coefficient a little smaller than the quantities themselves: of two by Pearson's (1907) sine,
    of one by sqrt(3 / pi) where deviations are normal.
    """
    reach = reaches(evidence.x, evidence.mask)
    enough = (evidence.degrees >= LEAST_DEGREES) & np.isfinite(evidence.adjusted)
    degrees = np.where(enough, evidence.degrees, np.nan)
    adjusted = np.where(enough, evidence.adjusted, np.nan)
    r = np.where(reach == QUANTITY, 2 * np.sin(np.pi / 6 * adjusted), np.clip(_ONE_RANKED * adjusted, -1, 1))
    return r / reach, np.sqrt(np.maximum(1 - r * r, 1e-6) / degrees) / reach


def reaches(values: Floats, mask: Mask) -> Floats:
    """(rows,) standard deviations of the habit, in the difference it is told by; half for a quantity."""
    days = np.maximum(mask.sum(axis=1), 1)
    alike = count_alike(values, mask) / days
    reach: Floats = np.where(alike > OCCASIONAL, np.sqrt(np.maximum(alike * (1 - alike), 1e-6)), QUANTITY)
    return reach

"""What the looks of the last weeks found, held while this look does not speak against it.

A true effect near the threshold would otherwise come and go from one Sunday to the next. A pair is given the
smallest p-value over all looks that any of the last looks gave it, as long as this look alone finds it at
`HELD_P` and in the same direction. That is never less than the running minimum of `looks.anytime_p`, which is
itself a p-value over all looks: holding a finding costs nothing of the error rate. The looks are taken anew
from the history, so that what is told stays a pure function of it.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from common.compute.correlations.evidence import Evidence
from common.compute.correlations.ranks import Floats

HELD_LOOKS = 8
HELD_P = 0.01

Charge = Callable[[Floats, Floats], Floats]
"""From p and days of a look to p over all looks."""


def recall(
    evidence: Evidence, rows: NDArray[np.intp], looks: Sequence[Evidence], charge: Charge
) -> tuple[Floats, dict[int, tuple[Evidence, int]]]:
    """(rows,) least charged p of the earlier looks, 1 without one, and by position the look and its row."""
    least = np.ones(len(rows))
    found: dict[int, tuple[Evidence, int]] = {}
    position = {evidence.pairs[row]: k for k, row in enumerate(rows)} if looks else {}
    for look in looks:
        charged = charge(look.p, look.n)
        for at, pair in enumerate(look.pairs):
            k = position.get(pair)
            if k is None or look.adjusted[at] * evidence.adjusted[rows[k]] <= 0:
                continue
            if charged[at] < least[k]:
                least[k], found[k] = charged[at], (look, at)
    return least, found

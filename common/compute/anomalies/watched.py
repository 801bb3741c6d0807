"""Which measures of the register are watched night by night, and which only stand beside them."""

from dataclasses import dataclass

import numpy as np

from common.compute.measures import REGISTER, Measure, Watch


@dataclass(frozen=True, slots=True)
class Watched:
    measure: Measure
    watch: Watch


_ALL = tuple(Watched(measure, measure.watch) for measure in REGISTER if measure.watch)
WATCHED = tuple(one for one in _ALL if np.isfinite(one.watch.alone))
BESIDE = tuple(one for one in _ALL if not np.isfinite(one.watch.alone))

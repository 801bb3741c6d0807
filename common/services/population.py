"""What other people say of each pair, as far as one person may be told with it."""

from functools import lru_cache
from typing import Final

from common.compute.correlations.looks import look_day
from common.compute.correlations.support import Population
from common.compute.features import FEATURE_VERSION
from common.compute.population.pooling import FOLDS, fold_of
from common.services.snapshot import Derived, Snapshot
from common.store.engine import reading
from common.store.population import Pooling, read_population
from common.version import CORRELATION_VERSION

POOLING_VERSION = f"{CORRELATION_VERSION}/{FEATURE_VERSION}"
"""What estimates of people must have been made by to be pooled, and to be read beside a person's own."""

_OTHERS: Final = Derived[Population]("what other people say")


def others_of(snapshot: Snapshot) -> Population:
    """Return what people of other folds say, as far as it was known at the person's last look."""

    def recall() -> Population:
        if snapshot.head.population is None:
            return {}
        try:
            said = _read_population(snapshot.head.population, fold_of(snapshot.user_id))
        except LookupError:  # asked again since: the answer is good for the version before, and soon replaced
            return {}
        known = said.engine == POOLING_VERSION and said.week <= look_day(snapshot.last_closed)
        return said.pairs if known else {}

    return snapshot.once(_OTHERS, recall)


@lru_cache(maxsize=2 * FOLDS)
def _read_population(version: str, fold: int) -> Pooling:
    with reading() as connection:
        return read_population(connection, fold, version)

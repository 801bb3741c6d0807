"""Which models serve: the aliases of the registry, looked up again once they are MODEL_CHECK_SECONDS old.

A promotion is seen by every process within that time, and costs a warm request nothing. Knows no model file
and does not load onnxruntime.
"""

import logging
import time
from collections.abc import Mapping
from functools import lru_cache

from common.compute.experiments.assignment import is_assigned
from common.errors import Unavailable
from common.inference.forest_manifest import read_forest_manifest
from common.inference.level_manifest import read_level
from common.inference.manifest import read_versions
from common.settings import get_settings
from common.store.engine import reading
from common.store.models import CHALLENGER, CHAMPION, Published, read_aliased

logger = logging.getLogger(__name__)


class Registry:
    """What this process knows of the registry.

    `refused` holds model id and version of what no source had sound since the last look.
    """

    def __init__(self) -> None:
        self._aliased: Mapping[tuple[str, str], Published] = {}
        self._looked_at: float | None = None
        self.refused: set[tuple[str, str]] = set()

    def champion(self, metric: str) -> Published | None:
        """None where nothing is promoted: the image's own model serves."""
        return self._current().get((metric, CHAMPION))

    def challenger(self, metric: str) -> Published | None:
        return self._current().get((metric, CHALLENGER))

    def is_challenged(self, metric: str, user_id: str) -> bool:
        """Whether this person is shown the challenger: always the same people in one experiment."""
        one = self.challenger(metric)
        return (
            one is not None
            and one.experiment is not None
            and is_assigned(user_id, one.experiment, one.traffic_share)
        )

    def versions(self) -> tuple[str, ...]:
        """Everything that may serve; changes with any promotion and any new image. Raises Unavailable."""
        aliased = (f"{one.alias}:{one.model_id}@{one.version}" for one in self._current().values())
        models = get_settings().models
        others = (read_forest_manifest(models), read_level(models))
        return (*read_versions(models), *(f"{one.id}@{one.version}" for one in others), *sorted(aliased))

    def forget(self) -> None:
        """Look again when next asked."""
        self._looked_at = None

    def _current(self) -> Mapping[tuple[str, str], Published]:
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at >= get_settings().model_check_seconds:
            try:
                with reading() as connection:
                    found = read_aliased(connection)
            except Unavailable:
                return self._aliased  # whatever was promoted meanwhile is seen once the database is back
            self._aliased = {(one.metric, str(one.alias)): one for one in found}
            self._looked_at = now
            self.refused.clear()
        return self._aliased


@lru_cache(maxsize=1)
def get_registry() -> Registry:
    return Registry()

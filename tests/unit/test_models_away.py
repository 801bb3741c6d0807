"""A promoted model while PostgreSQL is away for a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from common.errors import DATABASE_UNAVAILABLE, Unavailable
from common.services import models
from common.services.registry import Registry
from common.store.models import Artifact, Published

PROMOTED = Published("rhr", "model", "1", "0" * 64, "1" * 64, {})


@pytest.mark.parametrize(
    ("code", "refused"), [(DATABASE_UNAVAILABLE, set()), ("model_refused", {("model", "1")})]
)
def test_a_model_is_refused_for_being_damaged_and_not_for_an_absent_database(
    monkeypatch: pytest.MonkeyPatch, code: str, refused: set[tuple[str, str]]
) -> None:
    def fail(_: Published) -> Artifact | None:
        raise Unavailable("not now", code=code)

    @contextmanager
    def connected() -> Iterator[None]:
        yield None

    registry = Registry()
    monkeypatch.setattr(models, "get_registry", lambda: registry)
    monkeypatch.setattr(models, "_from_cache", lambda _: None)
    monkeypatch.setattr(models, "_from_database", fail)
    assert models._find_sound(PROMOTED) is None
    assert registry.refused == refused

    other = SimpleNamespace(manifest=SimpleNamespace(version="0"))
    monkeypatch.setattr(models, "champion", lambda _: other)
    monkeypatch.setattr(models, "load_model", lambda *_: other)
    monkeypatch.setattr(models, "reading", connected)
    monkeypatch.setattr(models, "find_published", lambda *_: PROMOTED)
    with pytest.raises(Unavailable) as told:
        models.model_of_version("rhr", "1")
    assert told.value.code == code

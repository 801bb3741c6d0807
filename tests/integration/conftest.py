"""Every integration test sees the real servers through the settings."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _servers(settings_env: pytest.MonkeyPatch) -> None:
    """Settings, engine and cache of the module belong to its own database."""

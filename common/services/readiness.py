"""What a function must find before it is given work, besides a database that answers.

Asked once in a while, so what a check needs is loaded when it is asked and not at every cold start.
"""

from common.errors import Unavailable
from common.settings import get_settings
from common.store.engine import reading


def find_contract_faults() -> list[str]:
    """Where the database is not the one this build was written for. Raises Unavailable."""
    from common.store.contract import find_faults  # noqa: PLC0415

    with reading() as connection:
        return find_faults(connection)


def find_manifest_faults() -> list[str]:
    """Which model descriptions are missing or malformed; the models themselves are not opened."""
    from common.inference.forest_manifest import read_forest_manifest  # noqa: PLC0415
    from common.inference.manifest import read_versions  # noqa: PLC0415

    models = get_settings().models
    try:
        read_versions(models)
        read_forest_manifest(models)
    except Unavailable as fault:
        return [fault.detail]
    return []

"""What a function must find before it is given work, besides a database that answers."""

from common.errors import Unavailable
from common.inference.manifest import read_versions
from common.settings import get_settings
from common.store.contract import find_missing
from common.store.engine import reading


def find_contract_faults() -> list[str]:
    """Where the database is not the one this build was written for. Raises Unavailable."""
    with reading() as connection:
        return find_missing(connection)


def find_manifest_faults() -> list[str]:
    """Which model descriptions are missing or malformed; the models themselves are not opened."""
    try:
        read_versions(get_settings().models)
    except Unavailable as fault:
        return [fault.detail]
    return []

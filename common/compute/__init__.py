"""What is worked out of a person's days, pure: values in, values out.

Its entry points are named here, each loaded when it is first asked for: `build_series` (rows to one number
per measure and local day), `build_features` (a series to daily features) and `find` (what moves what, with
honest significance). A forecast needs a model: `common.inference.predict.forecast`. From a CSV file or a
frame, `model_export.analysis` leads to all of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from common.compute.correlations import find
    from common.compute.features import build_features
    from common.compute.series.build import build_series

__all__ = ["build_features", "build_series", "find"]

_HOME = {
    "build_features": "common.compute.features",
    "build_series": "common.compute.series.build",
    "find": "common.compute.correlations",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__name__"]

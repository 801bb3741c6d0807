"""What the process has counted, and what of it Redis has not been told yet.

An instance cannot be scraped: it is frozen between requests and gone without a word. So what changed travels
with an exchange the cache has anyway, at most once a second, and Redis adds it up over all instances. What an
instance counted after its last such exchange is lost with it; what was sent while the answer got lost is
counted twice. Gauges are told as whole groups, which replace the group told before.

Series are bounded: a metric that has met its limit of label combinations counts further ones as "other".
"""

import json
import os
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from common.telemetry.catalogue import METRICS

SERIES_MAX = 200
SHARE_SECONDS = 1.0
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BUCKETS = (*map(str, BOUNDS_SECONDS), "+Inf")
MICROSECONDS = "us"

Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, str]
"""Name, labels and, of a histogram, which bucket (without the smaller ones) or MICROSECONDS."""
Gauges = Mapping[Sample, float]

_FUNCTION = ("function", os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"))

_known: dict[str, set[Labels]] = {}
_counts: dict[Sample, int] = {}
_shared: dict[Sample, int] = {}
_gauges: dict[str, Gauges] = {}
_untold: set[str] = set()
_shared_at = 0.0


def count(name: str, amount: int = 1, **labels: str) -> None:
    _add((name, _bounded(name, labels), ""), amount)


def observe_seconds(name: str, seconds: float, **labels: str) -> None:
    bounded = _bounded(name, labels)
    _add((name, bounded, BUCKETS[bisect_left(BOUNDS_SECONDS, seconds)]), 1)
    _add((name, bounded, MICROSECONDS), round(seconds * 1e6))


def gauge(name: str, value: float, **labels: str) -> tuple[Sample, float]:
    """One reading, for `set_gauges`."""
    return (name, _bounded(name, labels), ""), value


def set_gauges(group: str, readings: Sequence[tuple[Sample, float]]) -> None:
    """Replace all readings of the group, wherever they came from."""
    _gauges[group] = dict(readings)
    _untold.add(group)


def own_metrics() -> tuple[dict[Sample, int], dict[Sample, float]]:
    """Return counts and gauges of this process."""
    return dict(_counts), {sample: value for group in _gauges.values() for sample, value in group.items()}


def unshared(*, now: bool = False) -> tuple[dict[Sample, int], dict[str, Gauges]]:
    """Return what Redis is to be told: counts since the last time, and groups of gauges; nothing within a
    second.
    """
    if not now and time.monotonic() - _shared_at < SHARE_SECONDS:
        return {}, {}
    grown = {s: count - _shared.get(s, 0) for s, count in _counts.items() if count != _shared.get(s)}
    return grown, {group: _gauges[group] for group in _untold}


def mark_shared(counts: Mapping[Sample, int], groups: Mapping[str, Gauges]) -> None:
    """Redis has been told these."""
    global _shared_at  # noqa: PLW0603 - one process, one ledger
    _shared_at = time.monotonic()
    for sample, amount in counts.items():
        _shared[sample] = _shared.get(sample, 0) + amount
    _untold.difference_update(groups)


def reset_metrics() -> None:
    """Forget everything counted so far."""
    global _shared_at  # noqa: PLW0603
    _shared_at = 0.0
    for ledger in (_known, _counts, _shared, _gauges, _untold):
        ledger.clear()


def _add(sample: Sample, amount: int) -> None:
    _counts[sample] = _counts.get(sample, 0) + amount


def _bounded(name: str, labels: dict[str, str]) -> Labels:
    given = (_FUNCTION, *labels.items())
    known = _known.get(name)
    if known is None:
        assert name in METRICS, name
        known = _known[name] = set()
    if given not in known:
        if len(known) >= SERIES_MAX:
            return (_FUNCTION, *((label, "other") for label in labels))
        known.add(given)
    return given


def encode_sample(sample: Sample) -> str:
    """As a field of a hash in Redis."""
    return json.dumps(sample, separators=(",", ":"))


def decode_sample(field: bytes | str) -> Sample | None:
    """None for whatever `encode_sample` did not write, or for a metric this build does not know."""
    try:
        name, labels, part = json.loads(field)
        pairs = tuple((str(label), str(value)) for label, value in labels)
        parts = (*BUCKETS, MICROSECONDS) if METRICS[name].kind == "histogram" else ("",)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (name, pairs, part) if part in parts else None

"""Counts and durations of this process, rendered in Prometheus' text format.

Series are bounded: a metric that has met its limit of label combinations counts further ones as "other".
"""

from bisect import bisect_left
from itertools import accumulate

SERIES_MAX = 200
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

HELP = {
    "nutri_requests_total": "Requests answered.",
    "nutri_request_seconds": "Time to answer a request.",
    "nutri_cache_total": "Cache look-ups by outcome.",
    "nutri_cold_starts_total": "First requests of a process.",
}

Labels = tuple[tuple[str, str], ...]

_counts: dict[str, dict[Labels, int]] = {}
_durations: dict[str, dict[Labels, "_Histogram"]] = {}


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.total = 0.0


def count(name: str, **labels: str) -> None:
    series = _counts.setdefault(name, {})
    key = _key(labels, known=series)
    series[key] = series.get(key, 0) + 1


def observe_seconds(name: str, seconds: float, **labels: str) -> None:
    series = _durations.setdefault(name, {})
    key = _key(labels, known=series)
    histogram = series.get(key)
    if histogram is None:
        histogram = series[key] = _Histogram()
    histogram.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
    histogram.total += seconds


def render_metrics() -> str:
    lines: list[str] = []
    for name, counted in sorted(_counts.items()):
        lines += [f"# HELP {name} {HELP.get(name, name)}", f"# TYPE {name} counter"]
        lines += [f"{name}{_braces(key)} {value}" for key, value in sorted(counted.items())]
    for name, timed in sorted(_durations.items()):
        lines += [f"# HELP {name} {HELP.get(name, name)}", f"# TYPE {name} histogram"]
        for key, histogram in sorted(timed.items()):
            running = list(accumulate(histogram.counts))
            bounds = [*map(str, BOUNDS_SECONDS), "+Inf"]
            lines += [
                f"{name}_bucket{_braces((*key, ('le', bound)))} {below}"
                for bound, below in zip(bounds, running, strict=True)
            ]
            lines += [
                f"{name}_sum{_braces(key)} {histogram.total:.6f}",
                f"{name}_count{_braces(key)} {running[-1]}",
            ]
    return "\n".join(lines) + "\n"


def reset_metrics() -> None:
    """Forgets everything counted so far."""
    _counts.clear()
    _durations.clear()


def _key(labels: dict[str, str], *, known: "dict[Labels, int] | dict[Labels, _Histogram]") -> Labels:
    key = tuple(labels.items())
    if key in known or len(known) < SERIES_MAX:
        return key
    return tuple((name, "other") for name in labels)


def _braces(labels: Labels) -> str:
    if not labels:
        return ""
    escaped = (
        (name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")) for name, value in labels
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"

"""Prometheus' text format, version 0.0.4. Pure."""

from collections.abc import Mapping
from itertools import accumulate

from common.telemetry.catalogue import METRICS
from common.telemetry.metrics import BUCKETS, MICROSECONDS, Labels, Sample


def render_metrics(counts: Mapping[Sample, int], gauges: Mapping[Sample, float]) -> str:
    """Write the samples of each metric together, beneath one HELP and one TYPE."""
    lines: list[str] = []
    for name, metric in METRICS.items():
        found = gauges if metric.kind == "gauge" else counts
        series: dict[Labels, dict[str, float]] = {}
        for (owner, labels, part), value in found.items():
            if owner == name:
                series.setdefault(labels, {})[part] = value
        if series:
            lines += [f"# HELP {name} {metric.told}", f"# TYPE {name} {metric.kind}"]
        for labels, parts in sorted(series.items()):
            if metric.kind == "histogram":
                lines += _histogram(name, labels, parts)
            else:
                lines.append(f"{name}{_braces(labels)} {parts['']:.10g}")
    return "".join(f"{line}\n" for line in lines)


def _histogram(name: str, labels: Labels, parts: Mapping[str, float]) -> list[str]:
    running = list(accumulate(int(parts.get(bucket, 0)) for bucket in BUCKETS))
    return [
        *(
            f"{name}_bucket{_braces((*labels, ('le', bucket)))} {below}"
            for bucket, below in zip(BUCKETS, running, strict=True)
        ),
        f"{name}_sum{_braces(labels)} {parts.get(MICROSECONDS, 0) / 1e6:.6f}",
        f"{name}_count{_braces(labels)} {running[-1]}",
    ]


def _braces(labels: Labels) -> str:
    escaped = (
        (name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")) for name, value in labels
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"

"""What CloudWatch is told of the functions here: the platform's own metrics, and those in what they log.

Metrics and dimensions: AWS documentation, "Types of metrics for Lambda functions", "Monitoring Lambda
function URLs", "Step Functions metrics" and "CloudWatch embedded metric format specification".
"""

import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

POINTS_MAX = 100_000
"""As many as are kept of all metrics together; older ones are forgotten."""

Dimensions = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Point:
    """`when` in seconds since 1970."""

    namespace: str
    metric: str
    dimensions: Dimensions
    when: float
    value: float


class Measurements:
    def __init__(self) -> None:
        self.points: deque[Point] = deque(maxlen=POINTS_MAX)

    def add(self, namespace: str, metric: str, value: float, dimensions: Mapping[str, str]) -> None:
        point = Point(namespace, metric, frozenset(dimensions.items()), time.time(), value)
        self.points.append(point)

    def of_function(self, metric: str, value: float, deployed_name: str) -> None:
        self.add("AWS/Lambda", metric, value, {"FunctionName": deployed_name})

    def read_log(self, line: str) -> None:
        """Take the metrics out of a line that is in the embedded metric format."""
        if "CloudWatchMetrics" in line:
            self.points.extend(read_embedded(line))


def read_embedded(line: str) -> list[Point]:
    """Return the points that CloudWatch takes out of a logged line; none where it is of another form."""
    try:
        told = json.loads(line)
        about = told["_aws"]
        return [
            Point(
                directive["Namespace"],
                metric["Name"],
                frozenset((name, str(told[name])) for name in names),
                about["Timestamp"] / 1_000,
                told[metric["Name"]],
            )
            for directive in about["CloudWatchMetrics"]
            for names in directive["Dimensions"]
            for metric in directive["Metrics"]
        ]
    except (ValueError, KeyError, TypeError):
        return []

"""What instances have counted, added up in Redis: a hash of counts, and a value per group of gauges. Pure."""

import json
from collections.abc import Mapping, Sequence

from common.cache.connection import Reply
from common.telemetry import GAUGE_GROUPS, Gauges, Sample, decode_sample, encode_sample

Command = tuple[str | bytes | int, ...]

COUNTS_KEY = "metrics"
KEPT_SECONDS = 30 * 86_400
GAUGES_SECONDS = 3 * 86_400
"""A night that has not run for so long says nothing any more."""


def tell(counts: Mapping[Sample, int], groups: Mapping[str, Gauges]) -> list[Command]:
    """The counts' commands first, in their order."""
    commands: list[Command] = [
        ("HINCRBY", COUNTS_KEY, encode_sample(sample), amount) for sample, amount in counts.items()
    ]
    if counts:
        commands.append(("EXPIRE", COUNTS_KEY, KEPT_SECONDS))
    for group, gauges in groups.items():
        told = json.dumps({encode_sample(sample): value for sample, value in gauges.items()})
        commands.append(("SET", f"gauges:{group}", told, "EX", GAUGES_SECONDS))
    return commands


ASK: Sequence[Command] = [("HGETALL", COUNTS_KEY), *(("GET", f"gauges:{group}") for group in GAUGE_GROUPS)]


def read(replies: Sequence[Reply]) -> tuple[dict[Sample, int], dict[Sample, float]] | None:
    """Counts and gauges out of the replies to `ASK`; None where there was none."""
    listed, *groups = replies
    if not isinstance(listed, list):
        return None
    counts = {
        sample: int(value)
        for field, value in zip(listed[::2], listed[1::2], strict=False)
        if isinstance(field, bytes) and isinstance(value, bytes)
        if (sample := decode_sample(field)) is not None and value.lstrip(b"-").isdigit()
    }
    gauges: dict[Sample, float] = {}
    for group in groups:
        gauges |= _read_gauges(group)
    return counts, gauges


def _read_gauges(reply: Reply) -> dict[Sample, float]:
    try:
        told = json.loads(reply) if isinstance(reply, bytes) else {}
        return {
            sample: float(value)
            for field, value in told.items()
            if (sample := decode_sample(field)) is not None
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}

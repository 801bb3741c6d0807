"""What instances have counted, added up in Redis: a hash of counts, and a value per group of gauges. Pure.

Each month has a hash of its own, so that what is not counted any more, such as the forecasts of a version
that was replaced, is not told for ever. To a reader that is a reset of every counter, as after a restart.
"""

import json
import re
from collections.abc import Mapping, Sequence

from common.cache.connection import Reply
from common.telemetry import GAUGE_GROUPS, Gauges, Sample, decode_sample, encode_sample

Command = tuple[str | bytes | int, ...]

WHOLE_NUMBER = re.compile(rb"-?[0-9]{1,19}")
MONTH_SECONDS = 30 * 86_400
FIELDS_AT_ONCE = 500
GAUGES_SECONDS = 3 * 86_400
"""A night that has not run for so long says nothing any more."""


def counts_key(now_seconds: float) -> str:
    """Of the month that this Unix time lies in."""
    return f"metrics:{now_seconds // MONTH_SECONDS:.0f}"


def commands_for(counts: Mapping[Sample, int], groups: Mapping[str, Gauges], key: str) -> list[Command]:
    """Return the commands that add the counts, in their order, then those that set the gauges."""
    commands: list[Command] = [
        ("HINCRBY", key, encode_sample(sample), amount) for sample, amount in counts.items()
    ]
    if counts:
        commands.append(("EXPIRE", key, MONTH_SECONDS))
    for group, gauges in groups.items():
        told = json.dumps({encode_sample(sample): value for sample, value in gauges.items()})
        commands.append(("SET", f"gauges:{group}", told.encode(), "EX", GAUGES_SECONDS))
    return commands


def ask_counts(key: str, cursor: bytes = b"0") -> Command:
    """Ask for a part of the counts: however many there are, no reply is too large to be read."""
    return ("HSCAN", key, cursor, "COUNT", FIELDS_AT_ONCE)


ASK_GAUGES: Sequence[Command] = [("GET", f"gauges:{group}") for group in GAUGE_GROUPS]


def read_counts(reply: Reply) -> tuple[bytes, dict[Sample, int]] | None:
    """Where the next part begins (b"0": nowhere), and the counts of this one; None without a reply."""
    match reply:
        case [bytes() as cursor, [*listed]]:
            return cursor, {
                sample: int(value)
                for field, value in zip(listed[::2], listed[1::2], strict=False)
                if isinstance(field, bytes) and isinstance(value, bytes)
                if (sample := decode_sample(field)) is not None and WHOLE_NUMBER.fullmatch(value)
            }
    return None


def read_gauges(replies: Sequence[Reply]) -> dict[Sample, float]:
    """Out of the replies to `ASK_GAUGES`."""
    gauges: dict[Sample, float] = {}
    for reply in replies:
        gauges |= _read_gauges(reply)
    return gauges


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

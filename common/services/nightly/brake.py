"""How long a night's process leaves a slow database alone. Pure: the caller measures and waits."""

UNHURRIED_SECONDS = 0.1
"""A person's statements take about 10 ms of a database at rest."""
RESTS_PER_EXCESS = 2.0
REST_SECONDS_MAX = 5.0


def rest_seconds(waited_seconds: float) -> float:
    """Return the pause after a person whose statements took so long; none while the database is quick.

    It grows with the excess, so that all processes together ask a third of what they would ask a database
    that is far too slow; each finds out by itself, and is at full speed with the first quick answer.
    """
    return min(max(waited_seconds - UNHURRIED_SECONDS, 0.0) * RESTS_PER_EXCESS, REST_SECONDS_MAX)

"""What may be asked: the inputs with a natural step, the outcomes with a floor, the confounders. Data only.

Fixed beforehand and the same for everyone, so that nothing is chosen by looking at a person's days.
"""

from dataclasses import dataclass

from common.compute.features import CATALOGUE
from common.compute.journal import HABIT_PREFIX
from common.compute.measures import REGISTER, Family, Wear
from common.compute.series.channels import CHANNELS, Origin


@dataclass(frozen=True, slots=True)
class Outcome:
    metric: str
    """The name callers use and findings carry."""
    floor: float
    """The smallest change, in the channel's unit, that is worth telling a person."""


_DECLARED = {feature.derived_from[0]: feature for feature in CATALOGUE.values() if feature.correlated}
STEPS: dict[str, float | None] = {
    channel: _DECLARED[channel].step for channel in CHANNELS if channel in _DECLARED
}
"""Input -> what a person might change of it in a day, in its unit. None: the person's own range."""

OUTCOMES: dict[str, Outcome] = {
    measure.channel: Outcome(measure.name, measure.smallest)
    for measure in REGISTER
    if measure.smallest is not None
}

USUAL_METRICS = ("rhr", "hrv_rmssd", "sleep_duration")

HEART_CHANNELS = frozenset(measure.channel for measure in REGISTER if measure.family is Family.HEART)
SLEEP_CHANNELS = frozenset(measure.channel for measure in REGISTER if measure.family is Family.SLEEP)
ACTIVITY_CHANNELS = frozenset(name for name in STEPS if CHANNELS[name].origin is Origin.ACTIVITY)

# A score and what its makers are known to compute it from (vendors' published descriptions).
MADE_OF: dict[str, frozenset[str]] = {
    "sleep_score": SLEEP_CHANNELS,
    "recovery_score": SLEEP_CHANNELS | HEART_CHANNELS | {"strain_score"},
    "readiness_score": SLEEP_CHANNELS | HEART_CHANNELS | ACTIVITY_CHANNELS,
    "stress_level": HEART_CHANNELS | ACTIVITY_CHANNELS,
}

# Wearables estimate the energy of a whole day, rest included, from the heart rate itself.
ESTIMATED_FROM: dict[str, frozenset[str]] = {"total_kcal": HEART_CHANNELS}

# Totals that grow with the hours a device is worn, against lengths that do too.
WORN_CHANNELS = frozenset(measure.channel for measure in REGISTER if measure.wear is Wear.GROWS)
WEAR_PRONE = frozenset(measure.channel for measure in REGISTER if measure.wear is Wear.PRONE)
WORN_OUTCOMES = frozenset(measure.channel for measure in REGISTER if measure.is_length_of_night)

CONFOUNDERS = (
    "training_load",
    "alcohol_drinks",
    *(measure.channel for measure in REGISTER if measure.confounder),
)
"""What moves habits and nights alike where it is known: load, drinks, short nights, stress, heat."""
SAID_CONFOUNDERS = (
    *("alcohol", "stress", "illness", "shift", "travel"),
    *("menstruation_day", "medication_change"),
)
"""The same, as the journal says it, for whoever says it at all."""


def is_own(channel: str) -> bool:
    """Tell whether it is a habit of the person's own, answered yes or no in the journal."""
    return channel.startswith(HABIT_PREFIX)


def origin_of(channel: str) -> Origin:
    return Origin.JOURNAL if is_own(channel) else CHANNELS[channel].origin


def step_of(channel: str) -> float | None:
    """Return the natural step of an input; of an own habit that is from no to yes."""
    return 1.0 if is_own(channel) else STEPS[channel]


def metrics_named(name: str) -> tuple[str, ...]:
    """Return the metrics a caller means by `rhr`, `hrv`, `sleep`, a metric or a "HealthMetricType"; () if
    none.
    """
    outcomes = [measure for measure in REGISTER if measure.channel in OUTCOMES]
    return tuple(
        measure.name
        for measure in outcomes
        if name in {measure.name, measure.channel, measure.stored_as, *measure.groups}
    )

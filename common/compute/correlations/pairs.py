"""Which input may meet which outcome, at which lag, and which pairs are refused. Owns no data.

The lag follows from when in the day a thing happens: what is eaten or done on day D meets the night that ends
on D + 1; the sleep of a night meets the heart of the same night. No lag is searched for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from common.compute.correlations.quantities import (
    CONFOUNDERS,
    ESTIMATED_FROM,
    HEART_CHANNELS,
    MADE_OF,
    OUTCOMES,
    SAID_CONFOUNDERS,
    STEPS,
    WORN_CHANNELS,
    WORN_OUTCOMES,
    is_own,
    origin_of,
)
from common.compute.correlations.report import Refusal
from common.compute.features.own import YES_OR_NO
from common.compute.series.channels import CHANNELS, Origin

LONGEST_LAG_DAYS = 7


class Declared(Protocol):
    """What the engine reads of a catalogue entry."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def window_days(self) -> int: ...
    @property
    def derived_from(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Quantity:
    """A catalogue feature that is one channel's value of one day."""

    feature: str
    channel: str
    unit: str


@dataclass(frozen=True, slots=True)
class Pair:
    input: Quantity
    outcome: Quantity
    lag_days: int
    refusal: Refusal | None

    @property
    def metric(self) -> str:
        return OUTCOMES[self.outcome.channel].metric


def daily_quantities(catalogue: Mapping[str, Declared], names: Iterable[str]) -> dict[str, Quantity]:
    """By channel: the first feature of `names` that is exactly this channel's value of the day.

    Own habits are quantities of their own and stand in no catalogue.
    """
    found: dict[str, Quantity] = {}
    for name in names:
        if is_own(name):
            found[name] = Quantity(name, name, YES_OR_NO)
            continue
        declared = catalogue[name]
        sources = tuple(s for s in declared.derived_from if s != "food_log_complete")
        if declared.window_days != 1 or len(sources) != 1 or sources[0] not in CHANNELS:
            continue
        channel = CHANNELS[sources[0]]
        if declared.unit == channel.unit:
            found.setdefault(channel.name, Quantity(name, channel.name, channel.unit))
    return found


def plan_pairs(quantities: Mapping[str, Quantity]) -> tuple[Pair, ...]:
    """Every pair that can be asked of these quantities, refused ones among them, in a fixed order."""
    return _plan(tuple(quantities.values()))


@lru_cache(maxsize=256)
def _plan(quantities: tuple[Quantity, ...]) -> tuple[Pair, ...]:
    by_channel = {quantity.channel: quantity for quantity in quantities}
    return tuple(
        Pair(by_channel[i], by_channel[o], natural_lag(i), refuse(i, o))
        for o in OUTCOMES
        if o in by_channel
        for i in (*STEPS, *filter(is_own, by_channel))
        if i in by_channel and _is_asked(i, o)
    )


def plan_lags(quantities: Mapping[str, Quantity], feature: str, metric: str) -> list[Pair]:
    """One input against one outcome, lags from the natural one to 7 days; [] if they are never paired."""
    return [
        Pair(pair.input, pair.outcome, lag, pair.refusal)
        for pair in plan_pairs(quantities)
        if pair.input.feature == feature and pair.metric == metric
        for lag in range(pair.lag_days, LONGEST_LAG_DAYS + 1)
    ]


@cache
def natural_lag(channel: str) -> int:
    return 0 if origin_of(channel) is Origin.NIGHT else 1


@cache
def refuse(input_channel: str, outcome_channel: str) -> Refusal | None:
    """Return a structural reason not to test the pair, whatever the data."""
    if input_channel == outcome_channel:
        return Refusal.SAME_QUANTITY
    if input_channel in MADE_OF.get(outcome_channel, frozenset()):
        return Refusal.COMPOSITE_OUTCOME
    if outcome_channel in ESTIMATED_FROM.get(input_channel, frozenset()):
        return Refusal.DERIVED_INPUT
    if input_channel in WORN_CHANNELS and outcome_channel in WORN_OUTCOMES:
        return Refusal.WEAR_TIME
    return None


_ONE_THING = ({"stress", "stress_level"}, {"alcohol", "alcohol_drinks"})


@cache
def confounders_of(input_channel: str, outcome_channel: str) -> tuple[bool, ...]:
    """Which of `CONFOUNDERS` and then `SAID_CONFOUNDERS` may be adjusted for: those apart from the two.

    A confounder of the input's own kind (training load for steps) is the input again: adjusting for it would
    remove the effect itself. Sleep before the day is the past of a sleep outcome, which is adjusted for
    already. Stress as felt and as measured are one thing, and so is alcohol by day and by drink.
    """
    kind = origin_of(input_channel)
    outcome_is_sleep = (
        CHANNELS[outcome_channel].origin is Origin.NIGHT and outcome_channel not in HEART_CHANNELS
    )
    return tuple(
        channel != input_channel
        and {channel, input_channel} not in _ONE_THING
        and not (kind in {Origin.ACTIVITY, Origin.NIGHT} and CHANNELS[channel].origin is kind)
        and not (channel == "sleep_minutes" and outcome_is_sleep)
        for channel in (*CONFOUNDERS, *SAID_CONFOUNDERS)
    )


def _is_asked(input_channel: str, outcome_channel: str) -> bool:
    """Sleep is an input to the heart; against other measures of its night it is asked only to be refused."""
    return (
        origin_of(input_channel) is not Origin.NIGHT
        or outcome_channel in HEART_CHANNELS
        or refuse(input_channel, outcome_channel) is not None
    )

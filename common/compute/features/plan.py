"""From declarations to a short list of array operations. Runs once, at import; sees no data.

Every distinct rule gets one row of a work matrix. Rules that share a formula, or a window length, become
one step over many rows, so that a couple of hundred features cost a few dozen array operations. Formulas of
one day come first, then all windows (which take quantities of one day), then formulas of windows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.features.feature import Feature
from common.compute.features.rules import Floats, Formula, Input, Kind, Rule, Stat, Window
from common.compute.series.channels import CHANNEL_INDEX, CHANNELS

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class FormulaStep:
    function: Callable[..., Floats]
    operands: tuple[Rows, ...]
    """Rows of the first operand of each rule, of the second, and so on."""
    out: slice


@dataclass(frozen=True, slots=True)
class WindowStep:
    """One statistic over windows of one length and lag."""

    stat: Stat
    days: int
    lag: int
    sources: Rows
    minimum_days: Floats
    """(m, 1)."""
    out: slice
    channels: tuple[tuple[str, ...], ...]
    """What each source is made of."""


# Steps that do not need one another. Their rows follow one another.
Level = tuple[FormulaStep, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    names: tuple[str, ...]
    rows: Rows
    """(features,) rows of the work matrix that hold them."""
    row_count: int
    inputs: tuple[Input, ...]
    """Input i is row i; logged ones first, then complete ones, then the rest."""
    logged_channels: Rows
    complete_channels: Rows
    daily_formulas: tuple[Level, ...]
    by_day: Rows
    """Rows of one day that are not complete before it is over."""
    windows: tuple[WindowStep, ...]
    window_formulas: tuple[Level, ...]


def plan_features(features: Iterable[Feature]) -> Plan:
    features = tuple(features)
    rules = list(dict.fromkeys(part for feature in features for part in _parts(feature.rule)))
    order = list(Kind)
    inputs = sorted((rule for rule in rules if isinstance(rule, Input)), key=lambda i: order.index(i.kind))
    formulas = [rule for rule in rules if isinstance(rule, Formula)]

    row_of: dict[Rule, int] = {rule: row for row, rule in enumerate(inputs)}
    daily = tuple(_formula_levels([rule for rule in formulas if rule.window_days == 1], row_of))
    windows = tuple(_window_steps([rule for rule in rules if isinstance(rule, Window)], row_of))
    of_windows = tuple(_formula_levels([rule for rule in formulas if rule.window_days > 1], row_of))
    return Plan(
        names=tuple(feature.name for feature in features),
        rows=np.array([row_of[feature.rule] for feature in features]),
        row_count=len(row_of),
        inputs=tuple(inputs),
        logged_channels=_channels(inputs, Kind.LOGGED),
        complete_channels=_channels(inputs, Kind.COMPLETE),
        daily_formulas=daily,
        by_day=np.array([row for rule, row in row_of.items() if _grows_by_day(rule)], np.intp),
        windows=windows,
        window_formulas=of_windows,
    )


def _parts(rule: Rule) -> Iterator[Rule]:
    """Yield the rule and everything it is made of."""
    yield rule
    if isinstance(rule, Window):
        yield from _parts(rule.source)
    elif isinstance(rule, Formula):
        for operand in rule.operands:
            yield from _parts(operand)


def _grows_by_day(rule: Rule) -> bool:
    one_day = not isinstance(rule, Window) and rule.window_days == 1
    return one_day and not all(CHANNELS[channel].known_at_wake for channel in rule.channels)


def _channels(inputs: Sequence[Input], kind: Kind) -> Rows:
    return np.array([CHANNEL_INDEX[i.name] for i in inputs if i.kind is kind], np.intp)


def _formula_levels(formulas: Sequence[Formula], row_of: dict[Rule, int]) -> Iterator[Level]:
    waiting = list(formulas)
    while waiting:
        ready = [rule for rule in waiting if all(operand in row_of for operand in rule.operands)]
        taken = set(ready)
        waiting = [rule for rule in waiting if rule not in taken]
        yield tuple(
            _formula_step([rule for rule in ready if rule.function is function], row_of)
            for function in dict.fromkeys(rule.function for rule in ready)
        )


def _formula_step(members: Sequence[Formula], row_of: dict[Rule, int]) -> FormulaStep:
    places = [[row_of[operand] for operand in rule.operands] for rule in members]
    operands = tuple(np.array(column) for column in zip(*places, strict=True))
    return FormulaStep(members[0].function, operands, _place(members, row_of))


def _window_steps(windows: Sequence[Window], row_of: dict[Rule, int]) -> Iterator[WindowStep]:
    for stat, days, lag in dict.fromkeys((rule.stat, rule.days, rule.lag) for rule in windows):
        members = [rule for rule in windows if (rule.stat, rule.days, rule.lag) == (stat, days, lag)]
        sources = np.array([row_of[rule.source] for rule in members])
        minimum = np.array([[float(rule.minimum_days)] for rule in members])
        channels = tuple(rule.source.channels for rule in members)
        yield WindowStep(stat, days, lag, sources, minimum, _place(members, row_of), channels)


def _place(members: Sequence[Rule], row_of: dict[Rule, int]) -> slice:
    """Give the rules the next free rows."""
    start = len(row_of)
    for rule in members:
        row_of[rule] = len(row_of)
    return slice(start, len(row_of))

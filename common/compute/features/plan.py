"""From declarations to a short list of array operations. Runs once, at import; sees no data.

Every distinct rule gets one row of a work matrix. Rules that share a formula, or a window length, become one
step over many rows, so that a couple of hundred features cost a few dozen numpy calls. Formulas of one day come
first, then all windows (which take quantities of one day), then formulas of windows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.features.feature import Feature
from common.compute.features.rules import Floats, Formula, Input, Kind, Rule, Stat, Window

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class FormulaStep:
    function: Callable[..., Floats]
    operands: tuple[Rows, ...]
    """Rows of the first operand of each rule, of the second, and so on."""
    out: slice


@dataclass(frozen=True, slots=True)
class Reduction:
    stat: Stat
    lag: int
    positions: Rows
    """Which of the step's sources are reduced."""
    minimum_days: Floats
    """(m, 1)."""
    out: slice


@dataclass(frozen=True, slots=True)
class WindowStep:
    days: int
    sources: Rows
    reductions: tuple[Reduction, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    inputs: tuple[Input, ...]
    """Row i of the work matrix is input i."""
    steps: tuple[FormulaStep | WindowStep, ...]
    row_count: int
    names: tuple[str, ...]
    rows: Rows
    """(features,) rows of the work matrix."""


def plan_features(features: Iterable[Feature]) -> Plan:
    features = tuple(features)
    rules = list(dict.fromkeys(part for feature in features for part in _parts(feature.rule)))
    inputs = sorted(
        (rule for rule in rules if isinstance(rule, Input)), key=lambda i: list(Kind).index(i.kind)
    )
    row_of: dict[Rule, int] = {rule: row for row, rule in enumerate(inputs)}

    def place(members: "Iterable[Formula] | Iterable[Window]") -> slice:
        start = len(row_of)
        row_of.update({rule: start + i for i, rule in enumerate(members)})
        return slice(start, len(row_of))

    def formula_steps(formulas: list[Formula]) -> Iterator[FormulaStep]:
        waiting = formulas
        while waiting:
            ready = [rule for rule in waiting if all(operand in row_of for operand in rule.operands)]
            waiting = [rule for rule in waiting if rule not in ready]
            shapes = dict.fromkeys((rule.function, len(rule.operands)) for rule in ready)
            for function, count in shapes:
                members = [r for r in ready if r.function is function and len(r.operands) == count]
                columns = zip(*([row_of[operand] for operand in r.operands] for r in members), strict=True)
                yield FormulaStep(function, tuple(np.array(c) for c in columns), place(members))

    def window_steps(windows: list[Window]) -> Iterator[WindowStep]:
        for days in dict.fromkeys(w.days for w in windows):
            same = [w for w in windows if w.days == days]
            sources = list(dict.fromkeys(w.source for w in same))
            reductions = []
            for stat, lag in dict.fromkeys((w.stat, w.lag) for w in same):
                members = [w for w in same if (w.stat, w.lag) == (stat, lag)]
                positions = np.array([sources.index(w.source) for w in members])
                minimum = np.array([[float(w.minimum_days)] for w in members])
                reductions.append(Reduction(stat, lag, positions, minimum, place(members)))
            yield WindowStep(days, np.array([row_of[source] for source in sources]), tuple(reductions))

    formulas = [rule for rule in rules if isinstance(rule, Formula)]
    steps = (
        *formula_steps([rule for rule in formulas if rule.window_days == 1]),
        *window_steps([rule for rule in rules if isinstance(rule, Window)]),
        *formula_steps([rule for rule in formulas if rule.window_days > 1]),
    )
    names = tuple(feature.name for feature in features)
    rows = np.array([row_of[feature.rule] for feature in features])
    return Plan(tuple(inputs), steps, len(row_of), names, rows)


def _parts(rule: Rule) -> Iterator[Rule]:
    """The rule and everything it is made of."""
    yield rule
    operands = (
        rule.operands if isinstance(rule, Formula) else (rule.source,) if isinstance(rule, Window) else ()
    )
    for operand in operands:
        yield from _parts(operand)

"""What a story says of tomorrow: each forecast on a line, what it rests on, or why there is none."""

from collections.abc import Iterator

import numpy as np
from rich.console import ConsoleRenderable
from rich.padding import Padding
from rich.table import Column
from rich.text import Text

from common.compute.forecasts.targets import CLOSE_BPM, CLOSE_SHARE, find_answered
from common.errors import NutriError
from common.schemas.back_tests import BackTestScore
from common.schemas.predictions import PredictionAnswer
from functions.local.report.drawing import Ink, fan
from functions.local.report.reading import Story
from functions.local.report.words import capitalize, columns, name_metric, write

FAN_WIDTH = 32
LABEL_WIDTH = len("Resting HR")
LABELS = {"rhr": "Resting HR"}
PARTS_AT_MOST = 4


def draw_forecast(story: Story, ink: Ink) -> Iterator[ConsoleRenderable]:
    told = story.predictions
    if isinstance(told, NutriError):
        yield Text(told.detail, style="yellow")
        return
    for made in told.predictions:
        yield from _forecast(made, _usual(story, made), ink)
        if (tested := story.back_tests.get(made.metric)) and tested.score:
            yield Padding(Text(_held(tested.score, made.unit), style="dim"), (0, 0, 0, 2))
    for missing in told.unavailable:
        yield Text(f"{name_metric(missing.metric)}: {missing.detail}", style="yellow")


def _forecast(made: PredictionAnswer, usual: float | None, ink: Ink) -> Iterator[ConsoleRenderable]:
    likely, widest = made.intervals["80"], made.intervals["95"]
    drawn = fan(
        made.value,
        likely=(likely.lower, likely.upper),
        widest=(widest.lower, widest.upper),
        usual=usual,
        width=FAN_WIDTH,
        ink=ink,
    )
    table = columns("", "", Column(no_wrap=True, min_width=FAN_WIDTH), "", shown=False)
    table.add_row(
        LABELS.get(made.metric, capitalize(name_metric(made.metric))).ljust(LABEL_WIDTH),
        Text(f"about {write(round(made.value), made.unit)}", style="bold"),
        Text(drawn, style="magenta"),
        f"8 in 10: {_range(likely.lower, likely.upper, made.unit)}",
    )
    yield table
    legend = (
        ""
        if usual is None
        else f"{ink.usual} is the median of these weeks, {write(round(usual), made.unit)}. "
    )
    for line in _why(made, legend):
        yield Padding(Text(line, style="dim"), (0, 0, 0, 2))


def _why(made: PredictionAnswer, legend: str) -> Iterator[str]:
    within = f"{CLOSE_BPM:.0f} bpm" if made.unit == "bpm" else f"{CLOSE_SHARE:.0%}"
    mover = "the model moves it" if made.contributions else "few days so far move it towards other people's"
    deviation = round(made.baseline.deviation, 1)
    moved = f", {mover} by {deviation:+.1f}" if deviation else ""
    level = made.baseline.value
    says = write(round(level), made.unit) if made.unit == "min" else f"{level:.1f}"
    yield (
        f"{legend}The simple rule ({name_rule(made.baseline.rule)}) says {says}{moved}. "
        f"In back-tests {made.confidence:.0%} of comparable forecasts came within {within}."
    )
    parts = sorted(made.contributions, key=lambda part: -abs(part.change))[:PARTS_AT_MOST]
    if told := [f"{_group(part.group)} {part.change:+.2f}" for part in parts if round(part.change, 2)]:
        yield f"What it rests on: {', '.join(told)} {made.unit}."
    if made.provisional_reasons:
        yield f"Provisional: {'; '.join(made.provisional_reasons)}."


def _held(score: BackTestScore, unit: str) -> str:
    inside = round(score.coverage * score.nights)
    return (
        f"Of this person's last {score.nights} nights {inside} came within such a range (8 in 10 should); "
        f"missed by {write(score.mean_absolute_error, unit)} on average, "
        f"the simple rule by {write(score.baseline_error, unit)}."
    )


def _range(low: float, high: float, unit: str) -> str:
    """Return both ends; lengths of time as clocks show them."""
    if unit != "min":
        return f"{low:.0f} to {high:.0f}"
    return " to ".join(f"{round(end) // 60}:{round(end) % 60:02}" for end in (low, high)) + " h"


def _group(name: str) -> str:
    return {"breathing_temperature": "breathing and warmth"}.get(name, name_metric(name))


def name_rule(rule: str) -> str:
    """Return a simple rule in words; one without words by its own name."""
    kind, _, size = rule.partition("_")
    if kind == "ewma":
        return f"a mean in which the last night counts {float(size):.0%}"
    if kind == "mean":
        return f"the mean of {size.removesuffix('d')} days"
    return {
        "persistence": "as the last night",
        "combined": "several rules, weighed by how they did",
        "own_level": "the person's own level",
    }.get(rule, rule)


def _usual(story: Story, made: PredictionAnswer) -> float | None:
    values = story.days[find_answered(made.metric, made.method).measure.feature]
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else None

"""What a story says of tomorrow: each forecast on a line, what it rests on, or why there is none."""

from collections.abc import Iterator

import numpy as np
from rich.console import ConsoleRenderable
from rich.padding import Padding
from rich.table import Column
from rich.text import Text

from common.errors import NutriError
from common.schemas.predictions import PredictionAnswer
from functions.local.report.drawing import Ink, fan
from functions.local.report.reading import Story
from functions.local.report.words import columns, name_metric

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
        LABELS.get(made.metric, name_metric(made.metric).capitalize()).ljust(LABEL_WIDTH),
        Text(f"about {made.value:.0f} {made.unit}", style="bold"),
        Text(drawn, style="magenta"),
        f"8 in 10: {likely.lower:.0f} to {likely.upper:.0f}",
    )
    yield table
    legend = "" if usual is None else f"{ink.usual} is the median of these weeks, {usual:.0f} {made.unit}. "
    for line in _why(made, legend):
        yield Padding(Text(line, style="dim"), (0, 0, 0, 2))


def _why(made: PredictionAnswer, legend: str) -> Iterator[str]:
    within = "3 bpm" if made.metric == "rhr" else "15%"
    mover = "the model moves it" if made.contributions else "few days so far move it towards other people's"
    yield (
        f"{legend}The simple rule ({name_rule(made.baseline.rule)}) says {made.baseline.value:.1f}, "
        f"{mover} by {made.baseline.deviation:+.1f}. In back-tests {made.confidence:.0%} of comparable "
        f"forecasts came within {within}."
    )
    parts = sorted(made.contributions, key=lambda part: -abs(part.change))[:PARTS_AT_MOST]
    if moved := [f"{part.group.replace('_', ' ')} {part.change:+.2f}" for part in parts if part.change]:
        yield f"What is known of: {', '.join(moved)} {made.unit}."
    if made.provisional_reasons:
        yield f"Provisional: {'; '.join(made.provisional_reasons)}."


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
    values = story.days[f"hrv_{made.method}" if made.metric == "hrv" else made.metric]
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else None

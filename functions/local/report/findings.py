"""What a story says of correlations and insights: each with its figures, or why there is none."""

from collections.abc import Iterator, Sequence

from rich.console import ConsoleRenderable
from rich.padding import Padding
from rich.text import Text

from common.compute.insights.english import ENGLISH
from common.compute.insights.facts import Fact
from common.compute.insights.findings import round_off
from common.compute.insights.language import name_habit, say
from common.errors import NutriError
from common.schemas.correlations import CorrelationsAnswer, FindingAnswer, Needed, Status, Tier
from common.schemas.insights import InsightAnswer, InsightsAnswer, InsightsStatus, Priority
from functions.local.report.drawing import Ink, progress
from functions.local.report.words import columns, name_metric, write_difference

TOO_LITTLE = "Too little is known yet to tell anything. What is nearest to being enough:"
NEEDED_AT_MOST = 4
NEEDED_WIDTH = 20
TIERS = {
    Tier.PUBLISHED: "held up",
    Tier.SUPPORTED: "backed by studies",
    Tier.EARLY_SIGNAL: "early signal",
    Tier.EXPLORATORY: "exploratory",
}
WHEN = {"the next morning": "next morning", "the following night": "next night", "the next day": "next day"}
COLOURS = {Priority.CRITICAL: "red", Priority.HIGH: "yellow", Priority.MEDIUM: "cyan", Priority.LOW: "dim"}


def draw_correlations(found: CorrelationsAnswer | NutriError, ink: Ink) -> Iterator[ConsoleRenderable]:
    if isinstance(found, NutriError):
        yield Text(found.detail, style="yellow")
        return
    conditions = [_condition(finding) for finding in found.findings]
    for condition in dict.fromkeys(conditions):
        table = columns("", "", "", "", shown=False)
        for finding, its in zip(found.findings, conditions, strict=True):
            if its == condition:
                table.add_row(*_effect(finding, ink))
        yield Text(condition)
        yield Padding(table, (0, 0, 0, 2))
    tested = f"{found.explanation} Tested: {found.tested}, refused: {found.refused}."
    yield Text(TOO_LITTLE if found.status is Status.INSUFFICIENT_DATA else tested, style="dim")
    if not found.findings:
        yield from _needed(found.needed, ink)


def _condition(finding: FindingAnswer) -> str:
    step = write_difference(float(finding.effect.step or 0), finding.effect.step_unit)
    words = name_habit(finding.feature, ENGLISH.conditions, ENGLISH)
    return f"With {words.format(step=step)}"


def _effect(finding: FindingAnswer, ink: Ink) -> tuple[str | Text, ...]:
    effect = finding.effect
    change, *ends = (float(figure or 0) for figure in (effect.change, effect.lower, effect.upper))
    low, high = sorted(end if change > 0 else -end for end in ends)
    arrow = ink.up if change > 0 else ink.down
    when = WHEN.get(ENGLISH.names["when"].get(finding.metric, ""), "") if finding.lag_days else "same night"
    return (
        name_metric(finding.metric),
        Text(f"{arrow} {write_difference(abs(change), effect.unit)}", style="bold cyan"),
        f"{low:.2g} to {high:.2g}",
        Text(f"{when}, {finding.n} paired days, {TIERS[finding.tier]}{_place(finding)}", style="dim"),
    )


def _place(finding: FindingAnswer) -> str:
    threshold = finding.threshold
    if threshold is None or threshold.value is None:
        return ""
    clock = finding.effect.step_unit == "local hour"
    value = Fact(round_off(threshold.value, clock=clock), "clock" if clock else finding.effect.step_unit)
    return f", {'mostly' if threshold.begins else 'hardly more'} beyond {say(value, ENGLISH)}"


def draw_insights(told: InsightsAnswer | NutriError, ink: Ink) -> Iterator[ConsoleRenderable]:
    if isinstance(told, NutriError):
        yield Text(told.detail, style="yellow")
        return
    for number, insight in enumerate(told.insights, 1):
        yield from _card(number, insight)
    if not told.insights:
        too_little = told.status is InsightsStatus.INSUFFICIENT_DATA
        yield Text(TOO_LITTLE if too_little else told.explanation, style="dim")
        yield from _needed(told.needed, ink)


def _card(number: int, insight: InsightAnswer) -> Iterator[ConsoleRenderable]:
    title = Text(f"{number}. {insight.title}", style="bold")
    kind = insight.type.value.lower().replace("_", " ")
    title.append(f"  {insight.priority.value.lower()}, {kind}", style=f"{COLOURS[insight.priority]} not bold")
    yield title
    yield Padding(Text(insight.description), (0, 0, 0, 3))
    yield Padding(Text(insight.recommendation, style="green"), (0, 0, 0, 3))


def _needed(needed: Sequence[Needed], ink: Ink) -> Iterator[ConsoleRenderable]:
    """Print what more is needed, the nearest to being enough first."""
    lacking = sorted((n for n in needed if n.days_have < n.days_needed), key=lambda n: -n.days_have)
    table = columns("", "", "", shown=False)
    for need in lacking[:NEEDED_AT_MOST]:
        drawn = Text(progress(need.days_have, need.days_needed, NEEDED_WIDTH, ink), style="cyan")
        table.add_row(name_metric(need.metric), drawn, f"{need.days_have} of {need.days_needed} days")
    if lacking:
        yield table

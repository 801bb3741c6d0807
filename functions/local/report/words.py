"""How the story writes figures and names: as insights do, and short enough for a column."""

from rich.table import Column, Table

from common.compute.insights.english import ENGLISH
from common.compute.insights.facts import Fact
from common.compute.insights.language import say


def write(value: float, unit: str) -> str:
    """Return a figure; an hour of the day as a clock shows it."""
    return say(Fact(value, {"local hour": "clock"}.get(unit, unit)), ENGLISH)


def write_difference(value: float, unit: str) -> str:
    """How far two values of that unit lie apart."""
    return say(Fact(value, {"local hour": "clock_change", "degC": "degC_change"}.get(unit, unit)), ENGLISH)


def name_metric(metric: str) -> str:
    words = ENGLISH.names["metric"].get(metric, metric.replace("_", " "))
    return "HRV" if metric.startswith("hrv") else words.removesuffix(" in sleep")


def capitalize(words: str) -> str:
    return words[:1].upper() + words[1:]


def columns(*headers: str | Column, shown: bool = True) -> Table:
    return Table(
        *headers, box=None, show_header=shown, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0)
    )

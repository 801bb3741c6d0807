"""A story in words and colours, for a terminal of any width."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Column
from rich.text import Text

from common.compute.features import CATALOGUE
from common.compute.series.rows import Floats
from common.errors import NutriError
from common.schemas.experiments import ExperimentsAnswer
from common.schemas.quality import DataQuality
from functions.local.explorer.people import STORIES
from functions.local.report.drawing import Ink, choose_ink, sparkline
from functions.local.report.findings import draw_correlations, draw_insights
from functions.local.report.forecast import draw_forecast
from functions.local.report.reading import SHOWN_DAYS, Notable, Story
from functions.local.report.words import capitalize, columns, name_metric, write

WIDTH_AT_MOST = 100
SHOWN = {
    "rhr": "Resting HR",
    "hrv_rmssd": "HRV, RMSSD",
    "hrv_sdnn": "HRV, SDNN",
    "sleep_duration": "Sleep",
    "steps_daily": "Steps",
    "workout_minutes_daily": "Workouts",
    "calories_daily": "Energy eaten",
    "protein_daily": "Protein",
    "last_meal_time": "Last meal",
    "alcohol_drinks_daily": "Alcohol",
    "alcohol": "Alcohol",
}


def print_report(story: Story, console: Console) -> None:
    ink = choose_ink(console.encoding)
    width = min(console.width, WIDTH_AT_MOST)
    parts: list[tuple[str, Iterator[ConsoleRenderable]]] = [
        (f"The last {SHOWN_DAYS} days", _days(story, ink)),
        ("Out of the ordinary", _notable(story.notable)),
        ("What goes with what", draw_correlations(story.correlations, ink)),
        ("Tomorrow", draw_forecast(story, ink)),
        ("Worth knowing today", draw_insights(story.insights, ink)),
        ("Trials", _trials(story.trials)),
        ("What this rests on", _quality(story.quality)),
    ]
    console.print(_title(story), width=width)
    for heading, body in parts:
        console.print(Text(f"\n{heading}", style="bold"), width=width)
        console.print(Padding(Group(*body), (0, 0, 0, 2)), width=width)


def _trials(trials: ExperimentsAnswer | NutriError) -> Iterator[ConsoleRenderable]:
    if isinstance(trials, NutriError):
        yield Text(trials.detail, style="yellow")
        return
    for one in trials.experiments:
        yield Text(one.insight.title, style="bold")
        yield Text(one.insight.description)
    if not trials.experiments:
        yield Text("None was begun.", style="dim")


def _quality(quality: DataQuality | None) -> Iterator[ConsoleRenderable]:
    if quality is None:
        yield Text("Nothing could be asked.", style="yellow")
        return
    yield Text(
        f"{quality.days_with_data} of {quality.lookback_days} days are known, "
        f"{quality.complete_food_log_days} with a complete food log."
    )
    devices = sorted({source for sources in quality.sources.values() for source in sources})
    if devices:
        yield Text(f"Read from {', '.join(devices)}.")
    left_out = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in quality.dropped.items())
    yield Text(f"Rows left out: {left_out or 'none'}.", style="dim")


def _title(story: Story) -> Text:
    title = Text(story.user_id, style="bold green")
    zone = story.zone if story.zone_known else "time zone unknown, so UTC"
    title.append(f"  {story.today:%A, %d %B %Y}, {zone}", style="default not bold")
    if known := STORIES.get(story.user_id):
        title.append(f"\nsynthetic: {known}", style="dim not bold")
    return title


def _days(story: Story, ink: Ink) -> Iterator[ConsoleRenderable]:
    table = columns("", Column("unknown days are dots", no_wrap=True), "latest", "usual", "days")
    for name, label in SHOWN.items():
        values = story.days[name]
        if (known := values[~np.isnan(values)]).size and story.tells(name):
            unit = CATALOGUE[name].unit
            table.add_row(
                label,
                Text(sparkline(values, ink), style="cyan"),
                *_latest_and_usual(known, unit),
                str(known.size),
            )
    yield (table if table.row_count else Text("No meal, no workout and no reading of a device.", style="dim"))


def _latest_and_usual(known: Floats, unit: str) -> tuple[str, str]:
    if unit == "0/1":
        return ("yes" if known[-1] else "no"), f"{known.mean():.0%} of days"
    return write(float(known[-1]), unit), write(float(np.median(known)), unit)


def _notable(notable: Sequence[Notable]) -> Iterator[ConsoleRenderable]:
    table = columns("", "latest", "usual", "apart", "of")
    for one in notable:
        unit = CATALOGUE[one.feature].unit
        table.add_row(
            capitalize(name_metric(one.feature).removesuffix(" daily")),
            Text(write(one.value, unit), style="yellow"),
            write(one.usual, unit),
            f"{abs(one.spreads):.1f} x the usual spread",
            f"{one.day:%A}",
        )
    yield table if notable else Text("Nothing, as far as the last two days are known.", style="dim")

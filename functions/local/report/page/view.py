"""A story in the words and figures of a locale: what the page's template draws, in its order."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from common.compute.features import CATALOGUE
from common.compute.insights import LOCALES
from common.compute.insights.writing import write_list
from common.compute.series.rows import Floats
from common.errors import NutriError
from common.schemas.correlations import Needed
from common.schemas.insights import InsightsStatus
from common.schemas.quality import DataQuality
from common.version import CORRELATION_VERSION
from functions.local.explorer.people import STORIES
from functions.local.report.page.charts import draw_bars, draw_line, first_drawn, last_days, usual_before
from functions.local.report.page.findings import view_findings, view_trials
from functions.local.report.page.forecast import view_forecasts
from functions.local.report.page.writing import Pen
from functions.local.report.reading import SEASON_DAYS, SHOWN_DAYS, USUAL_DAYS, Notable, Story

WORDS: Mapping[str, Any] = {
    locale: json.loads(Path(__file__).with_name(f"{locale}.json").read_text(encoding="utf-8"))
    for locale in ("en", "de")
}
TILES = ("rhr", "hrv_rmssd", "hrv_sdnn", "sleep_duration", "steps_daily")
BODY = ("rhr", "hrv_rmssd", "hrv_sdnn", "sleep_duration")
CLOCKS = ("last_meal_time",)
NEEDED_AT_MOST = 4


def view(story: Story, locale: str) -> dict[str, Any]:
    words = WORDS[locale]
    pen = Pen(locale, LOCALES[locale], words)
    told = [name for name in words["shown"] if story.tells(name)]
    drawn = [name for name in told if _known(story, name, SEASON_DAYS).size]
    return {
        "user": story.user_id,
        "today": pen.write_date(story.today),
        "zone": story.zone if story.zone_known else words["zone_unknown"],
        "synthetic": STORIES.get(story.user_id) if locale == "en" else None,
        "tiles": [_tile(story, name, pen) for name in TILES if name in told],
        "unusual": [_unusual(one, pen) for one in story.notable if one.feature in words["shown"]],
        "refused": pen.refuse(story.insights) if isinstance(story.insights, NutriError) else None,
        "insights": [] if isinstance(story.insights, NutriError) else story.insights.insights,
        "too_little": not isinstance(story.insights, NutriError)
        and story.insights.status is InsightsStatus.INSUFFICIENT_DATA,
        "needed": _needed(story, pen),
        "charts": _charts(story, drawn, pen),
        "drawn_days": _count(story, drawn),
        "forecasts": view_forecasts(story, pen),
        "findings": view_findings(story, pen),
        "trials": view_trials(story, pen),
        "quality": None if story.quality is None else _quality(story, story.quality, pen),
        "versions": {"features": story.feature_version, "engine": CORRELATION_VERSION},
    }


def _known(story: Story, name: str, days: int) -> Floats:
    values = story.season[name][-days:]
    return values[~np.isnan(values)]


def _latest_and_usual(known: Floats, name: str, pen: Pen) -> tuple[str, str]:
    unit = CATALOGUE[name].unit
    if unit == "0/1":
        said = pen.words["yes" if known[-1] else "no"]
        return said, pen.words["share_of_days"].format(share=pen.percent(float(known.mean())))
    return pen.say(float(known[-1]), unit), pen.say(float(np.median(known)), unit)


def _tile(story: Story, name: str, pen: Pen) -> dict[str, Any]:
    known = _known(story, name, SHOWN_DAYS)
    if not known.size:
        known = _known(story, name, SEASON_DAYS + USUAL_DAYS)
    latest, usual = _latest_and_usual(known, name, pen)
    return {"name": pen.words["shown"][name], "latest": latest, "usual": usual}


def _unusual(one: Notable, pen: Pen) -> str:
    unit = CATALOGUE[one.feature].unit
    return str(pen.words["unusual_of"]).format(
        what=pen.words["shown"][one.feature],
        value=pen.say(one.value, unit),
        usual=pen.say(one.usual, unit),
        day=pen.write_day(one.day),
    )


def _charts(story: Story, names: Sequence[str], pen: Pen) -> list[dict[str, Any]]:
    count = _count(story, names)
    return [_chart(story, name, count, pen) for name in names]


def _count(story: Story, names: Sequence[str]) -> int:
    """Return how many days are drawn, the same of each measure."""
    season = np.array([story.season[name][-SEASON_DAYS:] for name in names])
    return season.shape[1] - first_drawn(season) if names else 0


def _chart(story: Story, name: str, count: int, pen: Pen) -> dict[str, Any]:
    unit = CATALOGUE[name].unit
    values = story.season[name]
    usual = usual_before(np.log(values) if name.startswith("hrv") else values, USUAL_DAYS)
    usual = np.exp(usual) if name.startswith("hrv") else usual
    shown, days = values[-count:], last_days(story.season.days, count)
    known = shown[~np.isnan(shown)]
    as_line = name in BODY or name in CLOCKS
    writers = pen.axes(unit)
    if as_line:
        band = usual[:, -count:] if name in BODY else np.full((3, count), np.nan)
        drawn = draw_line(shown, band, days, pen.steps(unit), writers)
    else:
        drawn = draw_bars(shown, days, pen.steps(unit), writers)
    latest, middle = _latest_and_usual(known, name, pen)
    facts = {"what": pen.words["shown"][name], "count": len(shown), "known": known.size}
    return {
        "name": pen.words["shown"][name],
        "body": name in BODY,
        "joined": name in BODY,
        "said": pen.words["chart_of"].format(latest=latest, usual=middle, **facts),
        "latest": latest,
        "usual": middle,
        "known": pen.words["days_known"].format(**facts),
        "drawn": drawn,
    }


def _needed(story: Story, pen: Pen) -> list[dict[str, Any]]:
    """Return what more is needed, the nearest to being enough first."""
    if isinstance(story.correlations, NutriError) or story.correlations.findings:
        return []
    lacking = sorted(
        (need for need in story.correlations.needed if need.days_have < need.days_needed),
        key=lambda need: -need.days_have,
    )
    return [_need(need, pen) for need in lacking[:NEEDED_AT_MOST]]


def _need(need: Needed, pen: Pen) -> dict[str, Any]:
    return {
        "name": pen.metric(need.metric),
        "share": round(100 * need.days_have / need.days_needed),
        "said": pen.words["of_days"].format(have=need.days_have, need=need.days_needed),
    }


def _quality(story: Story, quality: DataQuality, pen: Pen) -> Sequence[tuple[str, str]]:
    words = pen.words
    devices = sorted({source for sources in quality.sources.values() for source in sources if source})
    some = words["of_count"]

    def rows(counts: Mapping[str, int], names: Mapping[str, str]) -> str:
        told = (
            f"{pen.number(n)} ({names.get(why, why.replace('_', ' '))})"
            for why, n in sorted(counts.items(), key=lambda one: -one[1])
        )
        return ", ".join(told) or str(words["none"])

    return [
        (words["known_days"], some.format(some=quality.days_with_data, count=quality.lookback_days)),
        (words["food_days"], str(quality.complete_food_log_days)),
        (words["devices"], write_list(tuple(map(_device, devices)), pen.language.cldr) or words["none"]),
        (words["left_out_rows"], rows(quality.dropped, words["left_out"])),
        (words["otherwise_rows"], rows(quality.corrected, words["read_otherwise"])),
        (words["zone"], story.zone if story.zone_known else words["zone_unknown"]),
        (words["made"], pen.write_date(story.today)),
    ]


def _device(name: str) -> str:
    return name.replace("_", " ").title() if name.islower() else name

"""Forecasts of the coming night for the page, each with what came of such forecasts before."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from common.compute.forecasts.targets import find_answered
from common.compute.series.rows import Floats
from common.errors import NutriError
from common.schemas.back_tests import BackTestAnswer
from common.schemas.predictions import PredictionAnswer
from common.services.predictions import WHY_PROVISIONAL
from functions.local.report.page.charts import draw_nights, place
from functions.local.report.page.writing import Pen
from functions.local.report.reading import SHOWN_DAYS, Story

PARTS_AT_MOST = 4
JUDGED_NIGHTS_MIN = 7
"""Of fewer nights no share is told."""
PROVISIONAL_KEYS = {said: key for key, said in WHY_PROVISIONAL.items()}


def view_forecasts(story: Story, pen: Pen) -> dict[str, Any]:
    told = story.predictions
    if isinstance(told, NutriError):
        return {"refusal": pen.refuse(told), "made": [], "missing": []}
    missing = [
        f"{pen.metric(one.metric)}: {pen.words['refused'].get(one.code, one.detail)}"
        + (f" ({pen.words['of_days'].format(have=one.have, need=one.need)})" if one.need else "")
        for one in told.unavailable
    ]
    made = [_forecast(story, one, pen) for one in told.predictions]
    return {"refusal": None, "made": made, "missing": missing}


def _forecast(story: Story, made: PredictionAnswer, pen: Pen) -> dict[str, Any]:
    likely, widest = made.intervals["80"], made.intervals["95"]
    usual = _usual(story, made)
    words = pen.words
    return {
        "name": pen.metric(find_answered(made.metric, made.method).name),
        "about": words["about"].format(value=pen.say(round(made.value), made.unit)),
        "range": words["eight_in_ten"].format(range=_range(likely.lower, likely.upper, made.unit, pen)),
        "span": place(
            made.value,
            (likely.lower, likely.upper),
            widest=(widest.lower, widest.upper),
            mark=usual,
        ),
        "usual": None if usual is None else pen.say(round(usual), made.unit),
        "rule": words["rule_says"].format(
            rule=_name_rule(made.baseline.rule, pen), value=pen.say(made.baseline.value, made.unit)
        ),
        "moves": _moves(made, pen),
        "provisional": _provisional(made, pen),
        "past": _past(story.back_tests.get(made.metric), pen),
    }


def _usual(story: Story, made: PredictionAnswer) -> float | None:
    values = story.season[find_answered(made.metric, made.method).measure.feature][-SHOWN_DAYS:]
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else None


def _range(low: float, high: float, unit: str, pen: Pen) -> str:
    return pen.range(
        pen.say(round(low), unit) if unit == "min" else pen.number(round(low)), pen.say(round(high), unit)
    )


def _name_rule(rule: str, pen: Pen) -> str:
    words: Mapping[str, str] = pen.words["rules"]
    kind, _, size = rule.partition("_")
    if kind == "ewma":
        return words["ewma"].format(size=pen.percent(float(size)))
    if kind == "mean":
        return words["mean"].format(size=size.removesuffix("d"))
    return words.get(rule, rule)


def _moves(made: PredictionAnswer, pen: Pen) -> str | None:
    groups: Mapping[str, str] = pen.words["groups"]
    parts = sorted(made.contributions, key=lambda part: -abs(part.change))[:PARTS_AT_MOST]
    told = [
        f"{groups.get(part.group, part.group.replace('_', ' '))} {pen.apart(part.change, made.unit)}"
        for part in parts
        if round(part.change, 1)
    ]
    return pen.words["moves"].format(parts=", ".join(told)) if told else None


def _provisional(made: PredictionAnswer, pen: Pen) -> str | None:
    words: Mapping[str, str] = pen.words["provisional"]
    reasons = [words[PROVISIONAL_KEYS[said]] for said in made.provisional_reasons]
    return pen.words["provisional_is"].format(reasons="; ".join(reasons)) if reasons else None


def _past(tested: BackTestAnswer | None, pen: Pen) -> dict[str, Any] | None:
    if tested is None or tested.score is None:
        return None
    score, words = tested.score, pen.words
    if score.nights < JUDGED_NIGHTS_MIN:
        return {"drawn": None, "said": words["past_few"]}
    nights = [night for night in tested.nights if night.actual is not None or night.value is not None]
    ends = [night.prediction_range for night in nights]
    ranges = np.array(
        [[one.lower if one else np.nan for one in ends], [one.upper if one else np.nan for one in ends]]
    )
    actual: Floats = np.array(
        [np.nan if night.actual is None else night.actual for night in nights], np.float64
    )
    name = pen.metric(find_answered(tested.metric, tested.method).name)
    return {
        "drawn": draw_nights(
            actual,
            ranges,
            [night.target_date for night in nights],
            pen.steps(tested.unit),
            pen.axes(tested.unit),
        ),
        "label": words["past_chart"].format(what=name),
        "said": words["past_said"].format(
            nights=score.nights,
            inside=round(score.coverage * score.nights),
            error=pen.say(score.mean_absolute_error, tested.unit),
            rule_error=pen.say(score.baseline_error, tested.unit),
        ),
    }

"""What goes with what, and trials, for the page: each with its effect and its range drawn."""

from dataclasses import dataclass
from typing import Any

from common.compute.insights.facts import Fact
from common.compute.insights.findings import FindingToTell, facts_of, template_of
from common.compute.insights.language import render, say
from common.compute.insights.vocabulary import Vocabulary
from common.errors import NutriError
from common.schemas.correlations import CorrelationsAnswer, FindingAnswer, Tier
from common.schemas.experiments import ExperimentAnswer, TrialOption
from functions.local.report.page.charts import place
from functions.local.report.page.writing import Pen
from functions.local.report.reading import Story


@dataclass(frozen=True)
class Sentence:
    template: str
    facts: dict[str, Fact]
    notes: tuple[str, ...] = ()


def view_findings(story: Story, pen: Pen) -> dict[str, Any]:
    found = story.correlations
    if isinstance(found, NutriError):
        return {"refusal": pen.refuse(found), "told": [], "status": None, "tested": None}
    reach = _reaches(found)
    return {
        "refusal": None,
        "told": [_finding(one, reach[one.metric], story.period_days, pen) for one in found.findings],
        "status": pen.words["statuses"][found.status.value],
        "tested": pen.words["tested"].format(
            tested=pen.number(found.tested),
            refused=pen.number(found.refused),
            share=pen.percent(found.false_discovery_rate),
        )
        if found.tested
        else None,
    }


def _reaches(found: CorrelationsAnswer) -> dict[str, float]:
    """Return the largest end of a range by measure: changes of one measure are drawn on one scale."""
    reaches: dict[str, float] = {}
    for one in found.findings:
        ends = (one.effect.lower or 0, one.effect.upper or 0, one.effect.change or 0)
        reaches[one.metric] = max(reaches.get(one.metric, 1e-9), *map(abs, ends))
    return reaches


def _finding(one: FindingAnswer, reach: float, period_days: int, pen: Pen) -> dict[str, Any]:
    effect = one.effect
    change, lower, upper = (float(end or 0) for end in (effect.change, effect.lower, effect.upper))
    said = render(_sentence(one, period_days), pen.locale)
    ends = pen.range(pen.apart(lower, effect.unit), pen.apart(upper, effect.unit))
    return {
        "title": said.title,
        "said": said.description.removesuffix(said.caveat),
        "caveat": said.caveat,
        "tier": pen.words["tiers"][one.tier.value],
        "kind": one.tier.value,
        "change": pen.apart(change, effect.unit),
        "range": ends,
        "label": pen.words["effect_is"].format(
            what=pen.metric(one.metric), change=pen.apart(change, effect.unit), range=ends
        ),
        "metric": pen.metric(one.metric),
        "span": place(change, (lower, upper), mark=0.0, reach=reach),
        "thirds": _thirds(one, pen),
        "caveats": [pen.words["caveats"][code] for code in one.caveats if code in pen.words["caveats"]],
    }


def _sentence(one: FindingAnswer, period_days: int) -> Sentence:
    effect = one.effect
    told = FindingToTell(
        feature=one.feature,
        metric=one.metric,
        lag_days=one.lag_days,
        published=one.tier is Tier.PUBLISHED,
        n=one.n,
        spearman=float(one.spearman or 0),
        q_value=float(one.q_value or 0),
        step=float(effect.step or 0),
        step_unit=effect.step_unit,
        change=float(effect.change or 0),
        unit=effect.unit,
        lower=float(effect.lower or 0),
        upper=float(effect.upper or 0),
        period_days=period_days,
        supported=one.tier is Tier.SUPPORTED,
        by_people=one.backing is not None and one.backing.people is not None,
        other_reasons=tuple(one.other_reasons),
    )
    return Sentence(template_of(told), facts_of(told) | {"advice": Fact("neutral", "advice")})


def _thirds(one: FindingAnswer, pen: Pen) -> str | None:
    thirds, effect = one.thirds, one.effect
    if thirds is None:
        return None
    low, high = (
        pen.say(float(middle or 0), effect.unit) for middle in (thirds.low_median, thirds.high_median)
    )
    if low == high:
        return None
    low_cut, high_cut = float(thirds.low_cut or 0), float(thirds.high_cut or 0)
    return str(pen.words["thirds"]).format(
        low_cut=pen.say(low_cut, effect.step_unit),
        high_cut=pen.say(high_cut, effect.step_unit),
        low=low,
        high=high,
    )


def view_trials(story: Story, pen: Pen) -> dict[str, Any]:
    trials = story.trials
    if isinstance(trials, NutriError):
        return {"refusal": pen.refuse(trials), "told": [], "options": []}
    return {
        "refusal": None,
        "told": [_trial(one, story, pen) for one in trials.experiments],
        "options": [_option(one, pen) for one in trials.options],
    }


def _trial(one: ExperimentAnswer, story: Story, pen: Pen) -> dict[str, Any]:
    changes = sum(day.change for day in one.days)
    past = sum(day.date < story.today for day in one.days)
    both = one.together
    return {
        "title": one.insight.title,
        "said": one.insight.description,
        "advice": one.insight.recommendation,
        "days": [(pen.write_day(day.date), day.change, day.date < story.today) for day in one.days],
        "label": pen.words["trial_days"].format(change=changes, usual=len(one.days) - changes, past=past),
        "together": both
        and pen.words["together"].format(
            change=pen.apart(both.change, both.unit),
            range=pen.range(pen.apart(both.lower, both.unit), pen.apart(both.upper, both.unit)),
        ),
        "span": both
        and place(
            both.change,
            (both.lower, both.upper),
            mark=0.0,
            reach=max(abs(both.change), abs(both.lower), abs(both.upper)),
        ),
    }


def _option(one: TrialOption, pen: Pen) -> str:
    power = next((chance.power for chance in one.prospect.power if chance.days == one.days), None)
    tip = pen.language.names["tip"].get(one.feature, pen.metric(one.feature))
    return str(pen.words["option" if power is not None else "option_plain"]).format(
        tip=tip[:1].upper() + tip[1:],
        days=_days(one.days, pen.language),
        metric=pen.language.names["metric"].get(one.metric, one.metric),
        power=pen.percent(power or 0),
    )


def _days(count: int, language: Vocabulary) -> str:
    return say(Fact(count, "days"), language)

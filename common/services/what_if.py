"""How a forecast moves with the day before the night: computed when asked, never stored, never cached.

Nothing is said of an input whose pull was not borne out by nights of people the model had not seen.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import numpy as np

from common.compute.forecasts.model_inputs import (
    INPUTS_VERSION,
    METRICS,
    RECENT_AGE_DAYS,
    RECENT_KNOWN_DAYS,
    WINDOW_DAYS,
    own_values,
)
from common.compute.forecasts.supposing import SUPPOSABLE, USUAL_KNOWN_DAYS, suppose, usual_days
from common.compute.forecasts.targets import find_target
from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNELS
from common.compute.series.rows import Floats
from common.errors import InsufficientData, InvalidInput, Problem
from common.inference.forecast import Forecast
from common.inference.level import adapt_intervals, find_known
from common.inference.level_manifest import read_level
from common.inference.manifest import Evidence
from common.inference.predict import LEARNED, forecast
from common.schemas.predictions import (
    Interval,
    SupposedInput,
    WhatIfAnswer,
    WhatIfOption,
    WhatIfOptions,
    WhatIfRequest,
)
from common.services.lease import turn
from common.services.models import served_model
from common.services.predictions import open_night
from common.services.quality import describe_quality
from common.services.snapshot import Snapshot
from common.settings import get_settings

NO_EVIDENCE: Final = "no_evidence"

Why = Literal["no_evidence", "too_few_days", "rule_answers"]
WHY_NOT: Final[Mapping[Why, str]] = {
    "no_evidence": "its pull did not show in the nights of people the model had not seen",
    "rule_answers": "a simple rule forecasts this for you now, and a day does not move it",
    "too_few_days": f"fewer than {USUAL_KNOWN_DAYS} days of the last four weeks tell what is usual for you",
}


def answer_what_if(asked: WhatIfRequest, *, now: datetime) -> WhatIfAnswer:
    """Raise NotFound, DisabledByUser, InsufficientData (a rule answers, or there is no usual day to compare
    with), InvalidInput (`no_evidence`, `unknown_input`, `out_of_range`, a night after tomorrow), Unavailable,
    and RateLimited where too much is being computed for this person.
    """
    _check_inputs({**asked.changes, **dict.fromkeys(asked.deltas)})
    opened = open_night(asked.user_id, asked.target_date, now)
    with turn(asked.user_id, "prediction"):
        return _suppose(opened.loaded, asked)


def _suppose(snapshot: Snapshot, asked: WhatIfRequest) -> WhatIfAnswer:
    model = served_model(asked.metric, asked.user_id)
    own, family = own_values(snapshot.series, METRICS[asked.metric])
    names = [*asked.changes, *asked.deltas]
    evidence = _find_evidence(names, model.manifest.what_if.get(family, {}))
    usual = _usual_values(snapshot.series, names)
    values = asked.changes | {name: usual[name] + delta for name, delta in asked.deltas.items()}
    _check_inputs(values, "deltas" if asked.deltas else "changes")
    rule, min_days = read_level(get_settings().models), get_settings().min_data_points_for_ml
    supposed, as_usual = (
        adapt_intervals(rule, forecast(model, day, min_days=min_days), day)
        for day in (suppose(snapshot.series, values), suppose(snapshot.series, usual))
    )
    _check_modelled(supposed, own)
    likely = supposed.intervals[80]
    return WhatIfAnswer(
        user_id=asked.user_id,
        metric=asked.metric,
        target_date=supposed.target_day,
        unit=supposed.unit,
        value=round(supposed.value, 2),
        prediction_range=Interval(lower=round(likely.lower, 2), upper=round(likely.upper, 2)),
        usual_value=round(as_usual.value, 2),
        change=round(supposed.value - as_usual.value, 2),
        inputs=[
            SupposedInput(
                name=name,
                value=round(value, 1),
                delta=round(value - usual[name], 1),
                usual=round(usual[name], 1),
                unit=CHANNELS[name].unit,
                people=evidence[name].people,
            )
            for name, value in values.items()
        ],
        explanation=_explain(values, usual, supposed, as_usual),
        as_of=snapshot.as_of.cut_off.replace(tzinfo=UTC),
        model_id=supposed.model_id,
        model_version=supposed.model_version,
        feature_version=INPUTS_VERSION,
        data_version=snapshot.head.version,
        data_quality=describe_quality(snapshot),
        computed_at=snapshot.now,
    )


def list_what_if(user_id: str, metric: str, *, now: datetime) -> WhatIfOptions:
    """Every input that could be supposed, and why some may not for this person.

    Raises NotFound, DisabledByUser, Unavailable, and RateLimited where too much is being computed for this
    person.
    """
    opened = open_night(user_id, None, now)
    with turn(user_id, "prediction"):
        return _list_options(opened.loaded, metric)


def _list_options(snapshot: Snapshot, metric: str) -> WhatIfOptions:
    model = served_model(metric, snapshot.user_id)
    series = snapshot.series
    own, family = own_values(series, METRICS[metric])
    modelled = find_target(series, metric).name == LEARNED[metric] and find_known(own).recent
    known = model.manifest.what_if.get(family, {})
    return WhatIfOptions(
        user_id=snapshot.user_id,
        metric=metric,
        options=[_option(series, name, known.get(name), modelled=modelled) for name in SUPPOSABLE],
        as_of=snapshot.as_of.cut_off.replace(tzinfo=UTC),
        model_id=model.manifest.id,
        model_version=model.manifest.version,
        computed_at=snapshot.now,
    )


def _option(series: DailySeries, name: str, evidence: Evidence | None, *, modelled: bool) -> WhatIfOption:
    days = usual_days(series, name)
    usual = float(np.median(days)) if len(days) >= USUAL_KNOWN_DAYS else None
    reason: Why | None = None
    if evidence is None or not evidence.supports:
        reason = "no_evidence"
    elif not modelled:
        reason = "rule_answers"
    elif usual is None:
        reason = "too_few_days"
    channel = CHANNELS[name]
    return WhatIfOption(
        name=name,
        description=SUPPOSABLE[name],
        unit=channel.unit,
        lowest=channel.low,
        highest=channel.high,
        available=reason is None,
        reason=reason,
        explanation=WHY_NOT[reason] if reason else "other people's nights followed such days this way",
        usual=None if usual is None else round(usual, 1),
        people=0 if evidence is None else evidence.people,
    )


def _check_inputs(supposed: Mapping[str, float | None], field: str = "changes") -> None:
    """Refuse what may not be supposed; a value of None is not known yet."""
    problems = []
    for name, value in supposed.items():
        if name not in CHANNELS:
            problems.append(Problem(f"/{field}", "unknown_input", "has an input this service does not know"))
        elif name not in SUPPOSABLE:
            problems.append(
                Problem(f"/{field}/{name}", NO_EVIDENCE, "is nothing the model knows the effect of")
            )
        elif value is not None and not CHANNELS[name].low <= value <= CHANNELS[name].high:
            bounds = f"{CHANNELS[name].low:g} to {CHANNELS[name].high:g} {CHANNELS[name].unit}"
            problems.append(Problem(f"/{field}/{name}", "out_of_range", f"must be from {bounds}"))
    if problems:
        raise InvalidInput("This cannot be supposed.", problems, code=problems[0].code)


def _find_evidence(names: Sequence[str], known: Mapping[str, Evidence]) -> Mapping[str, Evidence]:
    problems = [
        Problem(
            f"/changes/{name}", NO_EVIDENCE, "did not show in the nights of people the model had not seen"
        )
        for name in names
        if name not in known or not known[name].supports
    ]
    if problems:
        raise InvalidInput(
            "Nothing is known of what this does to people with this kind of device.",
            problems,
            code=NO_EVIDENCE,
        )
    return known


def _usual_values(series: DailySeries, names: Sequence[str]) -> dict[str, float]:
    usual = {}
    for name in names:
        known = usual_days(series, name)
        if len(known) < USUAL_KNOWN_DAYS:
            raise InsufficientData(
                f"Too few days with {SUPPOSABLE[name]} are known to say what is usual.",
                have=len(known),
                need=USUAL_KNOWN_DAYS,
                unit=f"days of {name} in the last four weeks",
            )
        usual[name] = float(np.median(known))
    return usual


def _check_modelled(made: Forecast, own: Floats) -> None:
    """`own` holds the metric's days, NaN where unknown. Raises InsufficientData where a rule answers."""
    if made.contributions:
        return
    week, month = (int(np.isfinite(own[-days:]).sum()) for days in (RECENT_AGE_DAYS + 1, WINDOW_DAYS))
    have, need, days = (month, RECENT_KNOWN_DAYS, WINDOW_DAYS) if week else (0, 1, RECENT_AGE_DAYS + 1)
    raise InsufficientData(
        "The last days are not known, and the rule that answers then is not moved by a day.",
        have=have,
        need=need,
        unit=f"days of {METRICS[made.metric].channel} among the last {days}",
    )


def _explain(
    changes: Mapping[str, float], usual: Mapping[str, float], supposed: Forecast, as_usual: Forecast
) -> str:
    given = " and ".join(f"{value:,.0f} {SUPPOSABLE[name]}" for name, value in changes.items())
    instead = " and ".join(f"{usual[name]:,.0f}" for name in changes)
    name = supposed.target.words
    if round(supposed.value, 1) == round(as_usual.value, 1):
        moved = f"the forecast {name} stays at about {supposed.value:.1f} {supposed.unit}"
    else:
        moved = (
            f"the forecast {name} is about {supposed.value:.1f} {supposed.unit} instead of "
            f"{as_usual.value:.1f}"
        )
    return (
        f"With {given} instead of your usual {instead}, {moved}. Other people's nights followed such days "
        "this way; that does not show that one brings about the other."
    )

"""Which of a person's own habits move which of their measures: load -> compute. Knows no HTTP and no SQL."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from hashlib import blake2b

from common.compute.correlations import (
    DEFAULT_LOOKBACK_DAYS,
    Report,
    Rules,
    Tier,
    find,
    metrics_named,
)
from common.compute.features import CATALOGUE, FEATURE_VERSION, build_features
from common.compute.insights import Published
from common.compute.series import TRAILING_DAYS, closed, complete_only
from common.errors import InvalidInput, Problem, Unavailable
from common.schemas.correlations import CorrelationsAnswer, FindingAnswer, Needed, Status
from common.services.quality import describe_quality
from common.services.visit import Answer, Question, Visit, open_visit, recent_days, stale_answer
from common.settings import get_settings
from common.version import CORRELATION_VERSION

EXPLANATIONS = {
    Status.OK: "These patterns held up after correcting for everything that was tested.",
    Status.NOTHING_RELIABLE: (
        "Nothing reliable yet: no pattern held up after correcting for everything that was tested."
    ),
    Status.INSUFFICIENT_DATA: (
        "Too few days with both an input and an outcome yet; `needed` says how many it takes."
    ),
}


def read_correlations(
    user_id: str, metric: str | None, day: date | None, lookback_days: int | None, *, now: datetime
) -> Answer:
    """What is known as of the end of the last closed day up to `day` (default: the user's today).

    `metric` (rhr, hrv, sleep, recovery, a metric's name or its "HealthMetricType") narrows what is shown,
    never what is tested. A lookback other than the default is exploratory. Raises NotFound, InvalidInput (a
    future day, an unknown metric), and Unavailable where PostgreSQL is away and nothing is cached.
    """
    metrics = None if metric is None else metrics_named(metric)
    if metrics == ():
        raise InvalidInput(
            "The metric is not one that is correlated.",
            [
                Problem(
                    "/metricType", "unknown_metric", "must be rhr, hrv, sleep, recovery or a health metric"
                )
            ],
            code="unknown_metric",
        )
    lookback = lookback_days or DEFAULT_LOOKBACK_DAYS
    try:
        visit = open_visit(user_id, day, history_days(lookback), now)
        return visit.answer(
            _question(user_id, metric, visit.as_of.date, lookback),
            lambda visit: _describe(visit, metric, report_for(visit, lookback, metrics), lookback),
        )
    except Unavailable as away:
        keys = [_question(user_id, metric, known, lookback).key for known in recent_days(day, now)]
        return stale_answer(user_id, keys, _parameters(metric, lookback), away)


def history_days(lookback_days: int) -> int:
    """Days before the as-of day whose rows the answer depends on: a look lies up to a week back."""
    return lookback_days + TRAILING_DAYS + 7


def report_for(
    visit: Visit, lookback_days: int = DEFAULT_LOOKBACK_DAYS, metrics: tuple[str, ...] | None = None
) -> Report:
    """The engine's answer for the visit's closed days. The visit must reach back `history_days`."""
    table = build_features(complete_only(closed(visit.series)))
    return find(
        table,
        CATALOGUE,
        last_closed=visit.as_of.date - timedelta(days=1 if visit.as_of.open else 0),
        lookback_days=lookback_days,
        metrics=metrics,
        rules=Rules(minimum_days=get_settings().min_data_points_for_ml),
    )


def published_for(visit: Visit) -> tuple[list[Published], Report]:
    """What may be told of the visit's person, in the words' own terms, and the report it is from."""
    report = report_for(visit)
    published = [
        Published(
            feature=finding.feature,
            metric=finding.metric,
            lag_days=finding.lag_days,
            n=finding.n,
            spearman=finding.spearman,
            q_value=finding.q_value,
            step=finding.effect.step,
            step_unit=finding.effect.step_unit,
            change=finding.effect.change,
            unit=finding.effect.unit,
            lower=finding.effect.lower,
            upper=finding.effect.upper,
            lookback_days=DEFAULT_LOOKBACK_DAYS,
        )
        for finding in report.findings
        if finding.tier is Tier.PUBLISHED
    ]
    return published, report


def _describe(visit: Visit, metric: str | None, report: Report, lookback_days: int) -> CorrelationsAnswer:
    status = Status(report.status)
    return CorrelationsAnswer(
        user_id=visit.user_id,
        date=visit.as_of.date,
        status=status,
        explanation=EXPLANATIONS[status],
        metric=metric,
        lookback_days=lookback_days,
        tested=report.tested,
        false_discovery_rate=report.false_discovery_rate,
        findings=[FindingAnswer.model_validate(asdict(finding)) for finding in report.findings],
        needed=[Needed.model_validate(asdict(need)) for need in report.needed],
        data_quality=describe_quality(visit.series),
        feature_version=FEATURE_VERSION,
        engine_version=CORRELATION_VERSION,
        computed_at=visit.now,
        data_version=visit.head.version,
    )


def _parameters(metric: str | None, lookback_days: int) -> str:
    return f"{metric or 'all'}:{lookback_days}:{get_settings().min_data_points_for_ml}"


def _question(user_id: str, metric: str | None, day: date, lookback_days: int) -> Question:
    parameters = _parameters(metric, lookback_days)
    digest = blake2b(parameters.encode(), digest_size=6).hexdigest()
    return Question(
        key=f"correlations:{user_id}:{metric or 'all'}:{day}:{digest}",
        parameters=parameters,
        engine_version=f"{CORRELATION_VERSION}/{FEATURE_VERSION}",
        ttl_seconds=get_settings().cache_ttl_correlations,
    )

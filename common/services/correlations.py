"""Which of a person's own habits move which of their measures: load -> compute. Knows no HTTP and no SQL."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final

import numpy as np

from common.compute.correlations import (
    DEFAULT_LOOKBACK_DAYS,
    LOOK_BACK_DAYS,
    Report,
    Rules,
    Slope,
    Tier,
    expect_effects,
    find,
    metrics_named,
    profile_lags,
)
from common.compute.correlations.looks import look_day
from common.compute.correlations.pairs import daily_quantities
from common.compute.correlations.table import daily_table
from common.compute.features import CATALOGUE, FEATURE_VERSION, FeatureTable
from common.compute.series.build import TRAILING_DAYS
from common.compute.series.profiles import works_shifts
from common.errors import InvalidInput, Problem, Unavailable
from common.schemas.correlations import (
    CorrelationsAnswer,
    FindingAnswer,
    LagProfileAnswer,
    Needed,
    Status,
    TestedPair,
)
from common.schemas.quality import Computed
from common.services.answers import Answer, Prepared, Question, answer_question, prepare_answer, stale_answer
from common.services.population import others_of
from common.services.quality import describe_quality
from common.services.snapshot import Derived, Opened, Snapshot, open_snapshot, recent_days
from common.settings import get_settings
from common.version import CORRELATION_VERSION

USUAL_REPORT: Final = Derived[Report]("correlations")
"""What a snapshot knows the report by that insights are made of."""
_TABLE: Final = Derived[FeatureTable]("days as correlated")

EXPLORED_SECONDS = 600
"""There are thousands of ways to explore: their answers are kept for as long as somebody looks at them."""
EXPLORED_AT_MOST = 16
"""Answers of one person's explorations that are kept at once."""

NOTHING = {
    Status.NOTHING_RELIABLE: (
        "Nothing reliable yet: no pattern held up after correcting for everything that was tested."
    ),
    Status.INSUFFICIENT_DATA: (
        "Too few days yet on which an input and an outcome were both known, from one device, and varied; "
        "`needed` says how many it takes."
    ),
}
SHIFTS = (
    "Shifts and irregular hours move habits and nights alike; where the journal says on which days you "
    "worked a late or a night shift (`shift`), they can be told apart. "
)
SOMETHING = {
    Tier.PUBLISHED: (
        "These patterns held up after correcting for all that was tested, and for testing it every week."
    ),
    Tier.SUPPORTED: (
        "These patterns are supported: your own days lean the way that is known of other people, from "
        "studies or from others who share their data, and the size told is drawn towards theirs."
    ),
    Tier.EARLY_SIGNAL: "Early signals only: too few days to rely on yet, and some may not last.",
    Tier.EXPLORATORY: "An exploration of other days than the usual: something to watch, nothing to rely on.",
}


def read_correlations(
    user_id: str,
    metric: str | None,
    day: date | None,
    lookback_days: int | None,
    *,
    now: datetime,
    with_pairs: bool = False,
) -> Answer:
    """Return what is known as of the end of the last closed day up to `day` (default: the user's today).

    `metric` (rhr, hrv, sleep, recovery, a metric's name or its "HealthMetricType") narrows what is shown,
    never what is tested. A lookback other than the default is exploratory. `with_pairs` lists every pair that
    was asked. Raises NotFound, InvalidInput (a future day, an unknown metric), and Unavailable where
    PostgreSQL is away and nothing is cached.
    """
    metrics = None if metric is None else _metrics(metric)
    lookback = lookback_days or DEFAULT_LOOKBACK_DAYS
    exploring = with_pairs or lookback != DEFAULT_LOOKBACK_DAYS
    return _answer(
        user_id,
        metric,
        day,
        lambda snapshot: _describe(
            snapshot, metric, report_for(snapshot, lookback, metrics, with_pairs), lookback, with_pairs
        ),
        lookback_days=lookback,
        parameters=_parameters(metric, lookback, with_pairs),
        now=now,
        exploring=exploring,
    )


def prepare_correlations(snapshot: Snapshot) -> Prepared:
    """Return what is known of every metric, as it will be asked for. The snapshot looks back
    `history_days`.
    """
    parameters = _parameters(None, DEFAULT_LOOKBACK_DAYS)
    question = _question(
        _key(snapshot.user_id, None, snapshot.as_of.date, parameters),
        parameters,
        get_settings().cache_ttl_correlations,
        snapshot,
    )
    return prepare_answer(
        snapshot, question, _describe(snapshot, None, report_for(snapshot), DEFAULT_LOOKBACK_DAYS)
    )


def read_lags(
    user_id: str, metric: str, feature: str, day: date | None, lookback_days: int | None, *, now: datetime
) -> Answer:
    """One input against one metric at every lag of a week. Raises what `read_correlations` does.

    Of a `metric` that names several the first is taken. An input never paired with it is InvalidInput.
    """
    metrics = _metrics(metric)
    lookback = lookback_days or DEFAULT_LOOKBACK_DAYS
    return _answer(
        user_id,
        metric,
        day,
        lambda snapshot: _profile(snapshot, feature, metrics[0], lookback),
        lookback_days=lookback,
        parameters=f"{metric}:{lookback}:lags:{feature}:{usual_rules()}",
        now=now,
        exploring=True,
    )


def history_days(lookback_days: int = DEFAULT_LOOKBACK_DAYS) -> int:
    """Return days before the as-of day whose rows the answer depends on."""
    return lookback_days + TRAILING_DAYS + (LOOK_BACK_DAYS if lookback_days == DEFAULT_LOOKBACK_DAYS else 1)


def report_for(
    snapshot: Snapshot,
    lookback_days: int = DEFAULT_LOOKBACK_DAYS,
    metrics: tuple[str, ...] | None = None,
    with_pairs: bool = False,
) -> Report:
    """Return the engine's answer for the snapshot's closed days. The snapshot must reach back
    `history_days`.
    """

    def study() -> Report:
        return find(
            _table(snapshot),
            CATALOGUE,
            last_closed=snapshot.last_closed,
            lookback_days=lookback_days,
            metrics=metrics,
            sources=snapshot.series.codes_by_channel,
            include_pairs=with_pairs,
            rules=usual_rules(),
            works_shifts=works_shifts(snapshot.series.profile),
            population=others_of(snapshot),
        )

    if (lookback_days, metrics, with_pairs) == (DEFAULT_LOOKBACK_DAYS, None, False):
        return snapshot.once(USUAL_REPORT, study)
    return study()


def effects_for(snapshot: Snapshot, before: date | None = None) -> dict[tuple[str, str], Slope]:
    """Return, by feature and metric, what one more of the feature is thought to do, told or not.

    By the days `before` one, or all that are closed.
    """
    last = snapshot.last_closed
    last = last if before is None else min(last, before - timedelta(days=1))
    return snapshot.once(
        Derived[dict[tuple[str, str], Slope]](f"expected effects to {look_day(last)}"),
        lambda: expect_effects(
            _table(snapshot),
            CATALOGUE,
            last_closed=last,
            sources=snapshot.series.codes_by_channel,
            rules=usual_rules(),
            works_shifts=works_shifts(snapshot.series.profile),
            population=others_of(snapshot),
        ),
    )


def explain(report: Report, lookback_days: int) -> str:
    """Return what the status means: no more than the surest finding can bear, nor days that cannot be had."""
    tiers = {finding.tier for finding in report.findings}
    told = [sentence for tier, sentence in SOMETHING.items() if tier in tiers]
    if told:
        return told[0]
    nothing = f"{SHIFTS if report.shifts_unknown else ''}{NOTHING[Status(report.status)]}"
    days = min((need.days_needed for need in report.needed), default=0)
    if days <= lookback_days:
        return nothing
    return (
        f"{nothing} A moderate effect takes {days} days, more than the {lookback_days} looked back on: "
        "only a stronger one can show."
    )


def digest_look(snapshot: Snapshot) -> str:
    """Of everything the usual report depends on: while the digest stays the same, so does the report.

    That is the days before the last look, as far back as looks reach, and nothing after it.
    """
    last = look_day(snapshot.last_closed)
    table = _table(snapshot).between(last - timedelta(days=DEFAULT_LOOKBACK_DAYS + LOOK_BACK_DAYS), last)
    position = {name: row for row, name in enumerate(table.names)}
    quantities = daily_quantities(CATALOGUE, table.names)
    values = table.values[[position[quantity.feature] for quantity in quantities.values()]]
    _, known = np.nonzero(np.isfinite(values))
    began = int(known.min(initial=values.shape[1]))  # the days before a person's first change nothing
    inside = np.isin(snapshot.series.days, table.days[began:])
    about = f"{last}|{list(quantities)}|{usual_rules()}|{CORRELATION_VERSION}/{FEATURE_VERSION}"
    about = f"{about}|{works_shifts(snapshot.series.profile)}"
    digest = blake2b(f"{about}|{sorted(others_of(snapshot).items())}".encode())
    digest.update(np.where(np.isnan(values), np.nan, values)[:, began:].tobytes())  # one NaN for all
    for channel, codes in snapshot.series.codes_by_channel.items():
        digest.update(channel.encode() + codes[inside].tobytes())
    return digest.hexdigest()


def _answer(
    user_id: str,
    metric: str | None,
    day: date | None,
    compute: Callable[[Snapshot], Computed],
    *,
    lookback_days: int,
    parameters: str,
    now: datetime,
    exploring: bool,
) -> Answer:
    ttl_seconds = EXPLORED_SECONDS if exploring else get_settings().cache_ttl_correlations
    if exploring:
        parameters = f"{parameters}:{day or 'today'}"

    def key(day: date) -> str:
        return _explored_key(user_id, parameters) if exploring else _key(user_id, metric, day, parameters)

    try:
        opened = open_snapshot(user_id, day, history_days(lookback_days), now, key)
        return answer_question(
            opened, _question(key(opened.as_of.date), parameters, ttl_seconds, opened), compute
        )
    except Unavailable as away:
        return stale_answer(user_id, [key(known) for known in recent_days(day, now)], parameters, away)


def _question(key: str, parameters: str, ttl_seconds: int, opened: Opened) -> Question:
    engine = f"{CORRELATION_VERSION}/{FEATURE_VERSION}/{opened.head.population}"
    return Question(key, parameters, engine, ttl_seconds)


def _parameters(metric: str | None, lookback_days: int, with_pairs: bool = False) -> str:
    return f"{metric or 'all'}:{lookback_days}:{'pairs' if with_pairs else ''}:{usual_rules()}"


def _key(user_id: str, metric: str | None, day: date, parameters: str) -> str:
    digest = blake2b(parameters.encode(), digest_size=6).hexdigest()
    return f"correlations:{user_id}:{metric or 'all'}:{day}:{digest}"


def _explored_key(user_id: str, parameters: str) -> str:
    """One of a few places: what is explored next takes that of something explored before."""
    digest = blake2b(parameters.encode(), digest_size=6).digest()
    return f"correlations:{user_id}:explored:{int.from_bytes(digest) % EXPLORED_AT_MOST}"


def _describe(
    snapshot: Snapshot, metric: str | None, report: Report, lookback_days: int, with_pairs: bool = False
) -> CorrelationsAnswer:
    return CorrelationsAnswer(
        user_id=snapshot.user_id,
        date=snapshot.as_of.date,
        status=Status(report.status),
        explanation=explain(report, lookback_days),
        metric=metric,
        lookback_days=lookback_days,
        tested=report.tested,
        refused=report.refused,
        false_discovery_rate=report.false_discovery_rate,
        findings=[FindingAnswer.model_validate(asdict(finding)) for finding in report.findings],
        needed=[Needed.model_validate(asdict(need)) for need in report.needed],
        pairs=[TestedPair.model_validate(asdict(pair)) for pair in report.pairs] if with_pairs else None,
        data_quality=describe_quality(snapshot),
        feature_version=FEATURE_VERSION,
        engine_version=CORRELATION_VERSION,
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _profile(snapshot: Snapshot, feature: str, metric: str, lookback_days: int) -> LagProfileAnswer:
    pairs = profile_lags(
        _table(snapshot),
        CATALOGUE,
        feature,
        metric,
        last_closed=snapshot.last_closed,
        lookback_days=lookback_days,
        sources=snapshot.series.codes_by_channel,
        rules=usual_rules(),
        works_shifts=works_shifts(snapshot.series.profile),
    )
    if not pairs:
        raise InvalidInput(
            "This person has no such pair.",
            [
                Problem(
                    "/feature",
                    "never_paired",
                    "must be an input this person has, paired with the metric",
                )
            ],
            code="never_paired",
        )
    return LagProfileAnswer(
        user_id=snapshot.user_id,
        date=snapshot.as_of.date,
        feature=feature,
        metric=metric,
        lookback_days=lookback_days,
        lags=[TestedPair.model_validate(asdict(pair)) for pair in pairs],
        data_quality=describe_quality(snapshot),
        feature_version=FEATURE_VERSION,
        engine_version=CORRELATION_VERSION,
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _metrics(name: str) -> tuple[str, ...]:
    metrics = metrics_named(name)
    if not metrics:
        allowed = "must be rhr, hrv, sleep, recovery or a health metric"
        raise InvalidInput(
            "The metric is not one that is correlated.",
            [Problem("/metricType", "unknown_metric", allowed)],
            code="unknown_metric",
        )
    return metrics


def usual_rules() -> Rules:
    """Return the rules of this installation."""
    settings = get_settings()
    return Rules(
        minimum_days=settings.min_data_points_for_ml,
        publish_days=settings.correlation_publish_days,
        false_discovery_rate=settings.correlation_false_discovery_rate,
        any_dependence=settings.correlation_any_dependence,
    )


def _table(snapshot: Snapshot) -> FeatureTable:
    return snapshot.once(_TABLE, lambda: daily_table(snapshot.series))

"""A person's own trials: started, followed, analysed from what they log; kept as insights. Knows no HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from common.cache import get_cache
from common.compute.insights.advice import ADVICE, is_safe
from common.compute.insights.cautions import Caution
from common.compute.insights.facts import Fact
from common.compute.insights.safety import is_permitted
from common.compute.insights.trials import OUTCOMES, STEPS, can_try, tell_trial
from common.compute.series.build import DailySeries, closed, complete_only
from common.compute.trials import Trial
from common.errors import Conflict, InvalidInput, Problem
from common.schemas.experiments import ExperimentAnswer, ExperimentRequest, ExperimentsAnswer, PlannedDay
from common.schemas.insights import KeptInsight, UnitSystem
from common.services.blocklist import require_enabled
from common.services.insights import HISTORY_DAYS, feed_key, keep_insight
from common.services.lease import turn
from common.services.presenting import choose_locale, say_insight
from common.services.prospects import Outlook, length_of
from common.services.reported import as_row, remember, trials_of
from common.services.snapshot import Snapshot, open_snapshot
from common.services.wording import cautions_for, word
from common.store.engine import reading, transaction
from common.store.insights import list_told, upsert_insights
from common.store.writing import lock_person

SOONEST, LATEST = timedelta(days=1), timedelta(days=14)


def start_trial(
    user_id: str,
    request: ExperimentRequest,
    locale: str = "en",
    units: UnitSystem = UnitSystem.METRIC,
    *,
    now: datetime,
) -> ExperimentAnswer:
    """Raise NotFound, DisabledByUser, InvalidInput (nothing to try safely), Conflict (one is running),
    RateLimited, Unavailable.
    """
    with _snapshot(user_id, now) as snapshot:
        today = snapshot.as_of.date
        start = request.start_date or today + SOONEST
        _check(request, start, snapshot)
        outlook = Outlook(snapshot, _past(snapshot))
        days = request.days or length_of(outlook.prospect(request.feature, request.metric))
        trial = Trial.drawn_for(user_id, request.feature, request.metric, start, days)
        insight = tell_trial(trial, outlook.series, today)
    with transaction() as connection:
        lock_person(connection, user_id)
        memory = remember(list_told(connection, user_id))
        running = [t for t in trials_of(memory, user_id) if t != trial]
        if any(start <= t.last_outcome and t.start <= trial.last_outcome for t in running):
            raise Conflict("Another trial is planned for these days.", code="trial_running")
        kept = keep_insight(user_id, insight, memory, today)
        upsert_insights(connection, user_id, [as_row(kept)])
    get_cache().delete(feed_key(user_id, today))
    return _describe(outlook, trial, kept, choose_locale(locale), units)


def list_trials(
    user_id: str, locale: str = "en", units: UnitSystem = UnitSystem.METRIC, *, now: datetime
) -> ExperimentsAnswer:
    """Every trial of the last months, the latest first, as it stands now."""
    with _snapshot(user_id, now) as snapshot:
        with reading() as connection:
            memory = remember(list_told(connection, user_id))
        today, outlook = snapshot.as_of.date, Outlook(snapshot, _past(snapshot))
        cautions = cautions_for(snapshot)
        trials = [trial for trial in trials_of(memory, user_id) if _is_permitted(trial.feature, cautions)]
        kept = [keep_insight(user_id, tell_trial(t, outlook.series, today), memory, today) for t in trials]
        return ExperimentsAnswer(
            user_id=user_id,
            experiments=[
                _describe(outlook, trial, one, choose_locale(locale), units)
                for trial, one in zip(trials, kept, strict=True)
            ],
            options=outlook.options([feature for feature in STEPS if _is_permitted(feature, cautions)]),
        )


@contextmanager
def _snapshot(user_id: str, now: datetime) -> Iterator[Snapshot]:
    opened = open_snapshot(user_id, None, HISTORY_DAYS, now)
    require_enabled(user_id, opened.head.insights_enabled, "insights")
    with turn(user_id, "insights"):
        yield opened.loaded


def _past(snapshot: Snapshot) -> DailySeries:
    return complete_only(closed(snapshot.series))


def _check(request: ExperimentRequest, start: date, snapshot: Snapshot) -> None:
    today, series = snapshot.as_of.date, _past(snapshot)
    problems: list[Problem] = []
    if not can_try(request.feature, request.metric):
        problems.append(Problem("/feature", "no_trial", "must be a habit that can be tried, with a measure"))
    elif not (
        is_safe(ADVICE[request.feature], series) and _is_permitted(request.feature, cautions_for(snapshot))
    ):
        problems.append(Problem("/feature", "no_trial", "is not one to change given this person's usual"))
    if not SOONEST <= start - today <= LATEST:
        problems.append(Problem("/startDate", "start_date", "must be one of the next 14 days"))
    if problems:
        raise InvalidInput("There is no such trial to start.", problems, code=problems[0].code)


def _is_permitted(feature: str, cautions: frozenset[Caution]) -> bool:
    return is_permitted("trial_running", {"tip": Fact(feature, "tip")}, (), cautions)


def _describe(
    outlook: Outlook, trial: Trial, kept: KeptInsight, locale: str, units: UnitSystem
) -> ExperimentAnswer:
    words = word(kept, locale, units)
    assert words is not None, "this build has words for what it tells"
    to_log: Sequence[str] = (ADVICE[trial.feature].channel, OUTCOMES[trial.metric].channel)
    return ExperimentAnswer(
        user_id=outlook.snapshot.user_id,
        feature=trial.feature,
        metric=trial.metric,
        days=[PlannedDay(date=d, change=c) for d, c in zip(trial.days, trial.changed(), strict=True)],
        to_log=list(to_log),
        prospect=outlook.prospect(trial.feature, trial.metric, trial.start),
        together=outlook.together(trial),
        insight=say_insight(kept, words, locale),
    )

"""Features of one person: load -> compute -> save. Knows no HTTP and no SQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter

import numpy as np
from sqlalchemy import Connection

from common.compute.features import (
    ALL_CATEGORIES_CACHE_KEY,
    CATALOGUE,
    CATEGORIES,
    FEATURE_VERSION,
    LOOKBACK_DAYS,
    FeatureTable,
)
from common.compute.journal import VOCABULARY
from common.compute.series.build import TRAILING_DAYS
from common.compute.series.eras import SHIFT_REACH_DAYS
from common.errors import InvalidInput, Problem, Unavailable
from common.schemas.features import (
    MAX_RANGE_DAYS,
    CatalogAnswer,
    Category,
    FeatureDay,
    FeatureDefinition,
    FeaturesAnswer,
    FeaturesRangeAnswer,
    JournalEntry,
)
from common.services.answers import (
    Answer,
    Prepared,
    Question,
    answer_question,
    compute_and_save,
    fresh_answer,
    prepare_answer,
    stale_answer,
    tag_of,
)
from common.services.lease import turn
from common.services.quality import describe_quality
from common.services.snapshot import Opened, Snapshot, open_snapshot, recent_days
from common.settings import get_settings
from common.store.features import FeatureRow, save_features

# Days before a day that its features can depend on: through windows, eras, and the series' own judgement.
HISTORY_DAYS = LOOKBACK_DAYS - 1 + SHIFT_REACH_DAYS + TRAILING_DAYS

# Figures are told to this many decimals: more than any device measures, fewer than floating point invents.
DECIMALS = 6

STORED_TOGETHER: dict[str, list[str]] = {}
"""Value of "MLFeatureCategory" -> the features in its rows."""
for _name, _feature in CATALOGUE.items():
    STORED_TOGETHER.setdefault(_feature.stored_as, []).append(_name)


def read_features(
    user_id: str,
    day: date | None,
    categories: Sequence[Category] | None,
    *,
    now: datetime,
    force: bool = False,
) -> Answer:
    """One day's features (default: the user's today); of an open day what is known so far, marked partial.

    Raises NotFound, InvalidInput (a future day), and Unavailable where PostgreSQL is away and nothing is
    cached, or `force` wants it computed.
    """
    chosen = _in_order(categories)
    cached_as = "+".join(CATEGORIES[category].cache_key for category in chosen)
    if len(chosen) == len(Category):
        cached_as = ALL_CATEGORIES_CACHE_KEY
    try:
        opened = open_snapshot(user_id, day, HISTORY_DAYS, now)
        return answer_question(
            opened,
            _question(user_id, opened.as_of.date, cached_as),
            lambda snapshot: _one_day(snapshot, chosen),
            save=lambda connection, _: _save(connection, opened.loaded, [opened.loaded.as_of.date]),
            force=force,
        )
    except Unavailable as away:
        if force:
            raise
        keys = [_question(user_id, known, cached_as).key for known in recent_days(day, now)]
        return stale_answer(user_id, keys, cached_as, away)


def read_range(
    user_id: str, first: date, last: date | None, categories: Sequence[Category] | None, *, now: datetime
) -> Answer:
    """Every day from `first` to `last` (default: the user's today), from one load; nothing is written.

    Of each person only the range asked for last is cached, so that ranges cannot fill the cache.

    Raises NotFound, InvalidInput (a future day, a range that is none or too long), and Unavailable where
    PostgreSQL is away and this range is not the cached one.
    """
    chosen = _in_order(categories)
    asked = f"{first}..{last or 'today'}:{','.join(chosen)}"
    question = replace(_question(user_id, first, asked), key=f"features:{user_id}:range")
    if last is not None:
        _require_range(first, last)
    reach = ((last or now.date() + timedelta(days=1)) - first).days
    try:
        opened = _open_range(user_id, last, min(max(reach, 0), MAX_RANGE_DAYS), now)
        _require_range(first, opened.as_of.date)
        days = _days_between(first, opened.as_of.date)
        return answer_question(opened, question, lambda snapshot: _range(snapshot, days, chosen))
    except Unavailable as away:
        return stale_answer(user_id, [question.key], asked, away)


def engineer_range(
    user_id: str, first: date, last: date, categories: Sequence[Category] | None, *, now: datetime
) -> Answer:
    """Every day from `first` to `last`, from one load; written to "MLFeature", not cached as a whole.

    Raises NotFound, InvalidInput (a future day), Unavailable, and RateLimited where too much is being
    computed for this person.
    """
    chosen = _in_order(categories)
    days = _days_between(first, last)
    opened = _open_range(user_id, last, len(days) - 1, now)
    with turn(user_id, "features"):
        computed = compute_and_save(
            opened.loaded,
            lambda snapshot: _range(snapshot, days, chosen),
            save=lambda connection, _: _save(connection, opened.loaded, days),
        )
    question = _question(user_id, last, f"{first}..{last}:{','.join(chosen)}")
    return fresh_answer(computed, tag_of(opened.loaded, question))


def prepare_features(snapshot: Snapshot) -> Prepared:
    """All features of the snapshot's day, as they will be asked for. The snapshot looks back HISTORY_DAYS."""
    question = _question(snapshot.user_id, snapshot.as_of.date, ALL_CATEGORIES_CACHE_KEY)
    return prepare_answer(snapshot, question, _one_day(snapshot, list(Category)))


@lru_cache(maxsize=1)
def describe_catalogue() -> Answer:
    features = [
        FeatureDefinition(
            name=feature.name,
            unit=feature.unit,
            category=Category(feature.category),
            definition=feature.definition,
            window_days=feature.window_days,
            minimum_days=feature.minimum_days,
            derived_from=list(feature.derived_from),
        )
        for feature in CATALOGUE.values()
    ]
    journal = [
        JournalEntry(
            name=entry.name,
            kind=entry.kind,
            unit=entry.unit,
            maximum=entry.high,
            definition=entry.definition,
        )
        for entry in VOCABULARY.values()
    ]
    catalogue = CatalogAnswer(
        feature_version=FEATURE_VERSION, count=len(features), features=features, journal=journal
    )
    return Answer(catalogue.model_dump_json(by_alias=True).encode(), f'W/"{FEATURE_VERSION}"')


def _open_range(user_id: str, last: date | None, days_before: int, now: datetime) -> Opened:
    """Raise like `open_snapshot`; a future day is the end of the range."""
    try:
        return open_snapshot(user_id, last, HISTORY_DAYS + days_before, now)
    except InvalidInput as refusal:
        problems = [replace(problem, pointer="/to") for problem in refusal.problems]
        raise InvalidInput(refusal.detail, problems, code=refusal.code) from None


def _require_range(first: date, last: date) -> None:
    if last < first:
        raise InvalidInput(
            "The range has no day.", [Problem("/from", "reversed_range", f"should not be after {last}")]
        )
    if (last - first).days >= MAX_RANGE_DAYS:
        problem = Problem("/from", "range_too_long", f"a range has at most {MAX_RANGE_DAYS} days")
        raise InvalidInput("The range is too long.", [problem])


def _days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _in_order(categories: Sequence[Category] | None) -> list[Category]:
    return [category for category in Category if categories is None or category in categories]


def _question(user_id: str, day: date, cached_as: str) -> Question:
    return Question(
        key=f"features:{user_id}:{day}:{cached_as}",
        parameters=cached_as,
        engine_version=FEATURE_VERSION,
        ttl_seconds=get_settings().cache_ttl_features,
    )


def _one_day(snapshot: Snapshot, chosen: Sequence[Category]) -> FeaturesAnswer:
    day = _describe_day(snapshot.features, snapshot.as_of.date, snapshot.as_of.open, chosen)
    return FeaturesAnswer(
        user_id=snapshot.user_id,
        date=day.date,
        timezone=snapshot.zone_name,
        features=day.features,
        missing=day.missing,
        data_quality=describe_quality(snapshot),
        feature_version=FEATURE_VERSION,
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _range(snapshot: Snapshot, days: Sequence[date], chosen: Sequence[Category]) -> FeaturesRangeAnswer:
    table = snapshot.features
    return FeaturesRangeAnswer(
        user_id=snapshot.user_id,
        from_=days[0],
        to=days[-1],
        timezone=snapshot.zone_name,
        days=[_describe_day(table, day, snapshot.is_open(day), chosen) for day in days],
        data_quality=describe_quality(snapshot),
        feature_version=FEATURE_VERSION,
        computed_at=snapshot.now,
        data_version=snapshot.head.version,
    )


def _describe_day(table: FeatureTable, day: date, partial: bool, chosen: Sequence[Category]) -> FeatureDay:
    grouped: dict[str, dict[str, float | None]] = {category: {} for category in chosen}
    (values,) = _rounded(table, [day])
    for name, value in zip(table.names, values, strict=True):
        if (category := CATALOGUE[name].category) in grouped:
            grouped[category][name] = value
    shown = tuple(name for features in grouped.values() for name in features)
    return FeatureDay(
        date=day, partial=partial, features=grouped, missing=table.only(shown).missing_counts(day)
    )


def _save(connection: Connection, snapshot: Snapshot, days: Sequence[date]) -> None:
    save_features(connection, snapshot.user_id, feature_rows(snapshot, days))


def _rounded(table: FeatureTable, days: Sequence[date]) -> list[list[float | None]]:
    """Return the features of each day in the table's order; None is unknown."""
    values = table.values[:, np.searchsorted(table.days, np.array(days, "datetime64[D]"))].T
    told = np.round(values, DECIMALS).astype(object)
    told[np.isnan(values)] = None
    rounded: list[list[float | None]] = told.tolist()
    return rounded


def feature_rows(snapshot: Snapshot, days: Sequence[date]) -> list[FeatureRow]:
    """All features of these days, whatever was asked for; those of an open day carry `partial`."""
    table = snapshot.features
    position = {name: row for row, name in enumerate(table.names)}
    stored = [
        (category, names, itemgetter(*(position[name] for name in names)))
        for category, names in STORED_TOGETHER.items()
    ]
    rows = []
    for day, column in zip(days, _rounded(table, days), strict=True):
        for category, names, pick in stored:
            features: dict[str, float | None] = dict(zip(names, pick(column), strict=True))
            if snapshot.is_open(day):
                features["partial"] = True
            rows.append(FeatureRow(day, category, FEATURE_VERSION, features))
    return rows

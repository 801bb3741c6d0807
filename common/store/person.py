"""Reading one person: the version of their rows, and the rows themselves.

Each function is one statement, so what it returns is one snapshot. Rows come back as columns, aggregated by
PostgreSQL into bytes and texts that numpy and json read at once. Readings have a statement part of their own,
in `reading_columns`.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from sqlalchemy import Connection, TextClause, text

from common.compute.series.rows import (
    NUTRIENTS,
    WORKOUT_MEASURES,
    Extras,
    Floats,
    Instants,
    Journal,
    Meals,
    PersonRows,
    Profile,
    Workouts,
)
from common.store.owner import read_own
from common.store.reading_columns import LATEST, READING_COLUMNS, readings_part, to_instants, to_readings


@dataclass(frozen=True)
class PersonVersion:
    """A person without rows. `version` changes whenever a row of the window, the profile or a switch does."""

    profile: Profile
    version: str
    predictions_enabled: bool
    insights_enabled: bool
    population: str | None
    """Version of what other people say, which is none of the person's rows; None while nobody does."""


@dataclass(frozen=True)
class Written:
    """When each row was written ("createdAt"), in the order of a person's rows."""

    meals: Instants
    readings: Instants
    workouts: Instants


PROFILE = (
    *("id", "goalCalories", "goalProtein", "goalCarbs", "goalFat", "currentWeight", "goalWeight", "height"),
    *("activityLevel", "timezone", "dateOfBirth", "biologicalSex", "updatedAt"),
)

HEAD_COLUMNS = len(PROFILE) + 4


def _version(condition: str = "true") -> str:
    """Count and hash the rows.

    A row's xmin is the transaction that wrote it: freezing keeps it, an id used again comes with a new one.
    """
    rows = f"FILTER (WHERE {condition})"
    return f"count(*) {rows}::text, sum(hashint8extended(xmin::text::bigint, 0)) {rows}::text"


# Always the same order, whatever the plan: sums of the rows are then the same to the last bit.
IN_ORDER = "ORDER BY <time>, id"


def _microseconds(time: str) -> str:
    """As PostgreSQL keeps them, eight bytes each: neither side prints or parses a number."""
    return f"""string_agg(timestamp_send(COALESCE("{time}", 'infinity')), '' {IN_ORDER})"""


def _texts(column: str) -> str:
    return f'json_agg("{column}" {IN_ORDER})::text'


def _numbers(*columns: str) -> str:
    known = ", ".join(f"""COALESCE("{column}"::float8, 'NaN')""" for column in columns)
    return f"string_agg(concat_ws(',', {known}), ',' {IN_ORDER})"


# table: (its event time, what to select of it besides the version); readings come between them
TABLES = {
    "Meal": (
        "consumedAt",
        (
            *(_microseconds("consumedAt"), _texts("name"), _texts("mealType"), _numbers(*NUTRIENTS)),
            _microseconds("createdAt"),
        ),
    ),
    "Activity": (
        "startedAt",
        (
            *(_microseconds("startedAt"), _microseconds("endedAt"), _texts("activityType")),
            *(_texts("intensity"), _texts("source"), _numbers(*WORKOUT_MEASURES)),
        ),
    ),
}


# told of a local day, which may begin before its date does in UTC
JOURNAL = (
    """string_agg(("date" - DATE '2000-01-01')::text, ',' ORDER BY "date", "name")""",
    """json_agg("name" ORDER BY "date", "name")::text""",
    """string_agg("value"::text, ',' ORDER BY "date", "name")""",
)

# of the tables a backend may have besides, which have no id in common: in the order of all they say
EXTRAS = tuple(
    column.replace(IN_ORDER, 'ORDER BY "at", "kind", "name", "value"')
    for column in (
        *(_microseconds("at"), _texts("kind"), _texts("name")),
        f"""string_agg(float8send(COALESCE("value", 'NaN')), '' {IN_ORDER})""",
    )
)

# who ever had everything deleted is no part of a training again, whatever they switch on afterwards
SHARES = """
    settings."shareDataForResearch" AND ml.consents_to_research(person."id")
    AND NOT EXISTS (SELECT FROM ml."Tombstone" AS stone WHERE stone."userId" = person."id")
"""


@cache
def select(*, rows: bool, windows: int = 1, research: bool = False) -> TextClause:
    """Of `windows` that end together: the first begins at :start and holds the others, :start_1 and so on.

    For `research`, only of people who share their data for it, and with the instant each row was written.
    """
    profile = ", ".join(f'person."{column}"' for column in PROFILE)
    written = (_microseconds("createdAt"),) if research else ()
    tables = {table: (time, columns if rows else ()) for table, (time, columns) in TABLES.items()}
    parts = {
        table: f"""
        CROSS JOIN LATERAL (
            SELECT {", ".join([*_versions(time, windows), *_ordered((*columns, *written), time)])}
            FROM public."{table}"
            WHERE "userId" = person."id" AND "{time}" >= :start AND "{time}" < :end
        ) AS "{table}" """
        for table, (time, columns) in tables.items()
    }
    parts["HealthMetric"] = readings_part(rows=rows, windows=windows, written=research)
    only_served = ""
    if not research:  # no model learns from what people say of their days
        only_served = f"""
        CROSS JOIN LATERAL (
            SELECT {", ".join([*_versions("date", windows), *(JOURNAL if rows else ())])}
            FROM ml."DayContext"
            WHERE "userId" = person."id" AND "date" >= :start
                AND ("date" < CAST(:end AS timestamp) OR "date" = {LATEST})
        ) AS "Journal" """
        starts = (":start", *(f":start_{n}" for n in range(1, windows)))
        versions = [
            f'ml.extra_version(person."id", CAST({start} AS timestamp), CAST(:end AS timestamp))'
            for start in starts
        ]
        extra_rows = 'FROM ml.extra_rows(person."id", CAST(:start AS timestamp), CAST(:end AS timestamp))'
        only_served += f"""
        CROSS JOIN LATERAL (
            SELECT {", ".join([*versions, *(EXTRAS if rows else ())])} {extra_rows if rows else ""}
        ) AS "Extras" """
    return text(f"""
        SELECT {profile},
            COALESCE(settings."enablePredictions", true), COALESCE(settings."enableInsights", true),
            (
                SELECT json_agg(json_build_array("since", place."timezone") ORDER BY "since")::text
                FROM ml."Timezone" AS place
                WHERE place."userId" = person."id"
                    AND place."accountCreatedAt" = ml.account_created_at(person."id")
            ),
            (SELECT "version" FROM ml."Population" WHERE "pairs" <> '{{}}' LIMIT 1),
            {", ".join(f'"{table}".*' for table in (*parts, *(("Journal", "Extras") if only_served else ())))}
        FROM ml.person(:user_id) AS person
        LEFT JOIN public."UserMLProfile" AS settings ON settings."userId" = person."id"
        {"".join(parts.values())}{only_served}
        WHERE {SHARES if research else "true"}
    """)


def _versions(time: str, windows: int) -> list[str]:
    return [_version(), *(_version(f'"{time}" >= :start_{n}') for n in range(1, windows))]


def _ordered(columns: Sequence[str], time: str) -> list[str]:
    return [column.replace(IN_ORDER, f'ORDER BY "{time}", "id"') for column in columns]


def read_version(
    connection: Connection, user_id: str, start: datetime, end: datetime
) -> PersonVersion | None:
    """Return the person and the version of their rows with event time in [start, end), naive UTC.

    Readings stamped with the date that begins next (00:00 UTC) belong to it too. None: no such user. Raises
    InvalidInput and Unavailable.
    """
    row = _read(connection, select(rows=False), user_id, end, [start])
    return None if row is None else _head(row, row[HEAD_COLUMNS:])


def load_person(
    connection: Connection, user_id: str, start: datetime, end: datetime
) -> tuple[PersonVersion, PersonRows] | None:
    """Return what `read_version` gives, and the rows that the version is the version of."""
    loaded = load_windows(connection, user_id, [start], end)
    return None if loaded is None else (loaded[0][0], loaded[1])


def load_windows(
    connection: Connection, user_id: str, starts: Sequence[datetime], end: datetime
) -> tuple[list[PersonVersion], PersonRows] | None:
    """Return what `read_version` gives for each of the windows that begin at `starts`, and the rows of the
    first.

    The first must begin no later than the others.
    """
    row = _read(connection, select(rows=True, windows=len(starts)), user_id, end, starts)
    if row is None:
        return None
    columns = iter(row[HEAD_COLUMNS:])
    versions: list[list[Any]] = [[] for _ in starts]

    def take(count: int) -> list[Any]:
        for version in versions:
            version += [next(columns), next(columns)]
        return [next(columns) for _ in range(count)]

    meals, workouts = (take(len(selected)) for _, selected in TABLES.values())
    readings, _ = to_readings(take(READING_COLUMNS))
    journal = _journal(*take(len(JOURNAL)))
    for version in versions:
        version.append(next(columns))
    heads = [_head(row, version) for version in versions]
    return heads, PersonRows(
        heads[0].profile, _meals(meals), readings, _workouts(workouts), journal, _extras(*columns)
    )


def load_written_rows(
    connection: Connection, user_id: str, start: datetime, end: datetime
) -> tuple[PersonRows, Written] | None:
    """Return the rows of somebody who shares them for research, and when each was written.

    None: no such user, or none who shares their data now. Raises InvalidInput and Unavailable.
    """
    row = _read(connection, select(rows=True, research=True), user_id, end, [start])
    if row is None:
        return None
    columns = iter(row[HEAD_COLUMNS:])

    def take(count: int) -> list[Any]:
        next(columns), next(columns)
        return [next(columns) for _ in range(count)]

    (*meals, logged), (*workouts, recorded) = (take(len(selected) + 1) for _, selected in TABLES.values())
    readings, written = to_readings(take(READING_COLUMNS + 1))
    rows = PersonRows(_profile(row), _meals(meals), readings, _workouts(workouts))
    return rows, Written(to_instants(logged), written, to_instants(recorded))


def load_shared_rows(
    connection: Connection, user_id: str, start: datetime, end: datetime
) -> PersonRows | None:
    """Return the rows of somebody who shares them for research, without what they say in their journal.

    None: no such user, or none who shares their data now. Raises InvalidInput and Unavailable.
    """
    loaded = load_written_rows(connection, user_id, start, end)
    return None if loaded is None else loaded[0]


def _read(
    connection: Connection, statement: TextClause, user_id: str, end: datetime, starts: Sequence[datetime]
) -> Sequence[Any] | None:
    further = {f"start_{n}": start for n, start in enumerate(starts[1:], 1)}
    rows = read_own(connection, statement, user_id, end=end, start=starts[0], **further)
    return (user_id, *rows[0]) if rows else None


def _head(row: Sequence[Any], versions: Sequence[Any]) -> PersonVersion:
    stated = json.dumps([*row[: HEAD_COLUMNS - 1], *versions])
    return PersonVersion(
        profile=_profile(row),
        version=blake2b(stated.encode(), digest_size=8).hexdigest(),
        predictions_enabled=row[len(PROFILE)],
        insights_enabled=row[len(PROFILE) + 1],
        population=row[HEAD_COLUMNS - 1],
    )


def _profile(row: Sequence[Any]) -> Profile:
    user_id, calories, protein, carbs, fat, weight, goal_weight, height, activity, timezone, born, sex = row[
        :12
    ]
    zones: str | None = row[HEAD_COLUMNS - 2]
    usual = Profile(user_id)
    return Profile(
        user_id=user_id,
        timezone=timezone,
        goal_calories_kcal=_goal(calories, usual.goal_calories_kcal),
        goal_protein_g=_goal(protein, usual.goal_protein_g),
        goal_carbs_g=_goal(carbs, usual.goal_carbs_g),
        goal_fat_g=_goal(fat, usual.goal_fat_g),
        weight_kg=_number(weight),
        goal_weight_kg=_number(goal_weight),
        height_cm=_number(height),
        activity_level=activity or usual.activity_level,
        date_of_birth=_date(born),
        biological_sex=sex,
        zones=tuple((datetime.fromisoformat(since), zone) for since, zone in json.loads(zones or "[]")),
    )


def _number(stored: str | None) -> float | None:
    value = math.nan if stored is None else float(stored)
    return value if math.isfinite(value) else None


def _goal(stored: str | None, usual: float) -> float:
    value = _number(stored)
    return usual if value is None else value


def _date(stored: str | None) -> date | None:
    try:
        return None if stored is None else date.fromisoformat(stored[:10])
    except ValueError:
        return None


def _meals(columns: Sequence[Any]) -> Meals:
    at, name, meal_type, nutrients, written = columns
    table = _floats(nutrients).reshape(-1, len(NUTRIENTS))
    return Meals(to_instants(at), _strings(name), _strings(meal_type), table, to_instants(written))


def _workouts(columns: Sequence[Any]) -> Workouts:
    started_at, ended_at, kind, intensity, source, measures = columns
    return Workouts(
        started_at=to_instants(started_at),
        ended_at=to_instants(ended_at),
        kind=_strings(kind),
        intensity=_strings(intensity),
        source=_strings(source),
        measures=_floats(measures).reshape(-1, len(WORKOUT_MEASURES)),
    )


def _journal(days: str | None, names: str | None, values: str | None) -> Journal:
    day = np.datetime64("2000-01-01", "D") + _floats(days).astype("timedelta64[D]")
    return Journal(day, _strings(names), _floats(values))


def _extras(at: bytes | None, kinds: str | None, names: str | None, values: bytes | None) -> Extras:
    value = np.frombuffer(values or b"", ">f8").astype(np.float64)
    return Extras(to_instants(at), _strings(kinds), _strings(names), value)


def _floats(listed: str | None) -> Floats:
    """Return numbers between commas, as PostgreSQL prints them; None is no row at all."""
    return np.fromstring(listed, np.float64, sep=",") if listed else np.empty(0)


def _strings(array: str | None) -> list[str]:
    texts: list[str] = [] if array is None else json.loads(array)
    return texts

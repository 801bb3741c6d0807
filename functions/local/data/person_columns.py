"""One person's rows as columns of the backend's tables: ids, writing times, nulls, whole numbers."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

import numpy as np

from common.compute.series.rows import NUTRIENTS, WORKOUT_MEASURES, Floats, Instants, PersonRows

Columns = dict[str, Sequence[object]]

SYNC_DELAY = timedelta(minutes=5)
"""From an event to its row: apps and wearables write a little later."""
DATE_STAMP_DELAY = timedelta(days=1)
"""A date-stamped summary is written when its day is over."""


def person_columns(person: PersonRows, origin: str, names: Mapping[str, str]) -> dict[str, Columns]:
    """Table -> column -> values of one person's rows. Ids are hashes of what makes a row itself."""
    return {
        "User": _user(person, names),
        "HealthMetric": _readings(person, origin),
        "Meal": _meals(person, origin),
        "Activity": _workouts(person, origin),
    }


def _user(person: PersonRows, names: Mapping[str, str]) -> Columns:
    p = person.profile
    instants = np.concatenate((person.readings.at, person.meals.at, person.workouts.started_at))
    joined = _datetimes(instants.min(keepdims=True) if instants.size else np.zeros(1, "datetime64[ms]"))[0]
    born = datetime.combine(p.date_of_birth, time()) if p.date_of_birth else None
    row = {
        "id": p.user_id,
        "goalCalories": round(p.goal_calories_kcal),
        "goalProtein": p.goal_protein_g,
        "goalCarbs": p.goal_carbs_g,
        "goalFat": p.goal_fat_g,
        "currentWeight": p.weight_kg,
        "goalWeight": p.goal_weight_kg,
        "height": p.height_cm,
        "activityLevel": p.activity_level,
        "timezone": p.timezone,
        "dateOfBirth": born,
        "biologicalSex": p.biological_sex,
        "createdAt": joined,
        "updatedAt": joined,
        # demanded by backends, told by no contract: an address nobody has, a hash no password has
        "email": f"{p.user_id}@example.invalid",
        "password": "!",
        "name": names.get(p.user_id, p.user_id),
    }
    return {name: [value] for name, value in row.items()}


def _readings(person: PersonRows, origin: str) -> Columns:
    r = person.readings
    at = _datetimes(r.at)
    return {
        **_owned("HealthMetric", person, origin, r.metric, at, r.source),
        **_written(at),
        "recordedAt": at,
        "metricType": r.metric,
        "value": r.value.tolist(),
        "unit": r.unit,
        "source": r.source,
    }


def _meals(person: PersonRows, origin: str) -> Columns:
    m = person.meals
    at = _datetimes(m.at)
    return {
        **_owned("Meal", person, origin, at, m.name, m.meal_type),
        **_written(at),
        "consumedAt": at,
        "name": m.name,
        "mealType": m.meal_type,
        **{name: _known(m.nutrients[:, i]) for i, name in enumerate(NUTRIENTS)},
    }


def _workouts(person: PersonRows, origin: str) -> Columns:
    w = person.workouts
    started, ended = _datetimes(w.started_at), _datetimes(w.ended_at)
    measures = {name: _known(w.measures[:, i]) for i, name in enumerate(WORKOUT_MEASURES)}
    whole = {name: _rounded(measures.pop(name)) for name in ("duration", "steps")}
    return {
        **_owned("Activity", person, origin, started, w.kind, w.source),
        **_written(ended),
        "startedAt": started,
        "endedAt": ended,
        "activityType": w.kind,
        "intensity": w.intensity,
        "source": w.source,
        **measures,
        **whole,
    }


def _owned(table: str, person: PersonRows, origin: str, *identity: Sequence[object]) -> Columns:
    user_id = person.profile.user_id
    seen: Counter[str] = Counter()
    ids = []
    for parts in zip(*identity, strict=True):
        key = "|".join(map(str, (table, user_id, *parts)))
        seen[key] += 1
        ids.append(f"{origin}-{hashlib.blake2b(f'{key}|{seen[key]}'.encode(), digest_size=10).hexdigest()}")
    return {"id": ids, "userId": [user_id] * len(ids)}


def _written(at: list[datetime]) -> Columns:
    delays = (DATE_STAMP_DELAY if moment.time() == time() else SYNC_DELAY for moment in at)
    written = [moment + delay for moment, delay in zip(at, delays, strict=True)]
    return {"createdAt": written, "updatedAt": written}


def _datetimes(instants: Instants) -> list[datetime]:
    found: list[datetime] = instants.astype("datetime64[ms]").tolist()
    return found


def _known(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124


def _rounded(values: list[float | None]) -> list[int | None]:
    return [None if value is None else round(value) for value in values]

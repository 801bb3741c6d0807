"""Seeded people in the module's own database."""

from dataclasses import replace
from datetime import date, timedelta

from common.store.engine import transaction
from functions.local.data.loading import save_people
from tests.people import LAST_DAY, make_person


def add_person(user_id: str, seed: int = 1, days: int = 120, last: date = LAST_DAY) -> str:
    """A plausible person whose last day is `last`, in a zone where UTC dates are local dates."""
    rows = make_person(seed=seed, days=days, timezone="UTC", last=last)
    rows = replace(rows, profile=replace(rows.profile, user_id=user_id))
    with transaction() as connection:
        save_people(connection, [rows], "test")
    return user_id


YESTERDAY = LAST_DAY - timedelta(days=1)

"""What is on record of the zones a person lived in: told, and replaced by what the backend states."""

from datetime import UTC, datetime, timedelta

from common.compute.series.calendar import resolve_zone
from common.errors import InvalidInput, NotFound, Problem
from common.schemas.timezones import LivedIn, StatedTimezones, TimezonesAnswer
from common.store.engine import reading, transaction
from common.store.person import PersonVersion, read_version
from common.store.timezones import state_timezones


def list_timezones(user_id: str, *, now: datetime) -> TimezonesAnswer:
    """Raise NotFound and Unavailable."""
    with reading() as connection:
        head = read_version(connection, user_id, *_no_rows(now))
    return _describe(head, now)


def set_timezones(user_id: str, stated: StatedTimezones, *, now: datetime) -> TimezonesAnswer:
    """Replace what is on record; past days are computed anew by it.

    Raises InvalidInput for zones that do not exist and instants out of order or yet to come, NotFound and
    Unavailable.
    """
    zones = [(lived.since.astimezone(UTC).replace(tzinfo=None), lived.timezone) for lived in stated.timezones]
    problems = [
        Problem(f"/timezones/{n}/timezone", "unknown_timezone", "must be an IANA time zone")
        for n, (_, name) in enumerate(zones)
        if not resolve_zone(name)[1]
    ]
    instants = [since for since, _ in zones]
    following = [*instants[1:], now.replace(tzinfo=None)]
    problems += [
        Problem(f"/timezones/{n}/since", "out_of_order", "must come before the next one's, and before now")
        for n, (since, after) in enumerate(zip(instants, following, strict=True))
        if since >= after
    ]
    if problems:
        raise InvalidInput("These zones are no history.", problems)
    with transaction() as connection:
        if read_version(connection, user_id, *_no_rows(now)) is None:
            raise NotFound("no such user")
        state_timezones(connection, user_id, zones)
        head = read_version(connection, user_id, *_no_rows(now))
    return _describe(head, now)


def _describe(head: PersonVersion | None, now: datetime) -> TimezonesAnswer:
    if head is None:
        raise NotFound("no such user")
    return TimezonesAnswer(
        user_id=head.profile.user_id,
        timezones=[
            LivedIn(since=since.replace(tzinfo=UTC), timezone=name) for since, name in head.profile.zones
        ],
        current=head.profile.timezone,
        answered_at=now,
    )


def _no_rows(now: datetime) -> tuple[datetime, datetime]:
    instant = now.replace(tzinfo=None) + timedelta(days=400)
    return instant, instant

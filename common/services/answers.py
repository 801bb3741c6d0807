"""The answer cache: the cached answer to exactly the question, or a fresh one, saved and cached.

    cached answer of exactly that data version -> else one asker computes under a lease, the others wait ->
    save under the person's lock if nothing changed meanwhile -> cache -> answer

Owns what "the same question" means. Knows no group, no SQL and no HTTP.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import Connection

from common.cache import CacheTag, get_cache, seal, unseal
from common.errors import DATABASE_UNAVAILABLE, Unavailable
from common.schemas.quality import Computed
from common.services.blocklist import deletion_key, read_unblocked, unblock
from common.services.lease import flight
from common.services.snapshot import Opened, Snapshot
from common.telemetry import count, log_metric

C = TypeVar("C", bound=Computed)


@dataclass(frozen=True)
class Answer:
    """`body` is JSON, ready to send. `etag` changes with whatever could change the body."""

    body: bytes
    etag: str
    cached: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked, so that only an answer to the same thing is taken from the cache."""

    key: str
    parameters: str
    engine_version: str
    ttl_seconds: int

    @property
    def group(self) -> str:
        """The first part of the key."""
        return self.key.partition(":")[0]


@dataclass(frozen=True)
class Prepared:
    """An answer computed before it was asked for."""

    question: Question
    sealed: bytes


def answer_question(
    opened: Opened,
    question: Question,
    compute: Callable[[Snapshot], C],
    *,
    save: Callable[[Connection, C], None] | None = None,
    force: bool = False,
) -> Answer:
    """Return the cached answer to exactly this question, or a fresh one, saved and cached.

    `force` takes none that was cached before. Raises what `compute` raises, Unavailable when PostgreSQL
    cannot be reached, and RateLimited where too much is being computed for this person.
    """
    find = partial(_find_cached, opened, question)
    hit = None if force else find()
    if hit is None:
        asked = etag_of(tag_of(opened, question))[3:-1]
        with flight(opened.user_id, question.group, asked, find, force=force) as hit:
            if hit is None:
                return _compute_and_cache(opened.loaded, question, compute, save)
    count("nutri_answers_total", group=question.group, origin="cached")
    return hit


def _compute_and_cache(
    snapshot: Snapshot,
    question: Question,
    compute: Callable[[Snapshot], C],
    save: Callable[[Connection, C], None] | None,
) -> Answer:
    computed = compute_and_save(snapshot, compute, save)
    count("nutri_answers_total", group=question.group, origin="computed")
    sealed = prepare_answer(snapshot, question, computed).sealed
    get_cache().set(question.key, sealed, question.ttl_seconds, unless=deletion_key(snapshot.user_id))
    unblock(snapshot.user_id, question.group)
    return fresh_answer(computed, tag_of(snapshot, question))


def compute_and_save(
    snapshot: Snapshot, compute: Callable[[Snapshot], C], save: Callable[[Connection, C], None] | None
) -> C:
    computed = compute(snapshot)
    if save is not None:
        snapshot.save(lambda connection: save(connection, computed))
    return computed


def prepare_answer(snapshot: Snapshot, question: Question, computed: Computed) -> Prepared:
    """Return the answer as it is cached under the question's key."""
    tag = tag_of(snapshot, question)
    kept = computed.model_copy(update={"cached": True})
    return Prepared(question, seal(tag, etag_of(tag), kept.model_dump_json().encode()))


def tag_of(opened: Opened, question: Question) -> CacheTag:
    return CacheTag(
        user_id=opened.user_id,
        data_version=opened.head.version,
        date=opened.as_of.date.isoformat(),
        open=opened.as_of.open,
        parameters=question.parameters,
        engine_version=question.engine_version,
    )


def _find_cached(opened: Opened, question: Question) -> Answer | None:
    hit = unseal(get_cache().get(question.key), tag_of(opened, question))
    return Answer(hit.body, hit.etag, cached=True) if hit else None


def fresh_answer(computed: Computed, tag: CacheTag) -> Answer:
    return Answer(computed.model_dump_json().encode(), etag_of(tag))


def etag_of(tag: CacheTag) -> str:
    told = json.dumps([tag.user_id, tag.data_version, tag.date, tag.open, tag.parameters, tag.engine_version])
    return f'W/"{blake2b(told.encode(), digest_size=12).hexdigest()}"'


def stale_answer(user_id: str, keys: Sequence[str], parameters: str, away: Unavailable) -> Answer:
    """Return the last cached answer to the question under the first of `keys` that has one, marked stale.

    For when PostgreSQL is away. Raises `away` when nothing is known, when something else is missing, or
    when the person was seen to be gone or to have switched the group off.
    """
    if away.code != DATABASE_UNAVAILABLE:
        raise away
    for raw in read_unblocked(user_id, keys):
        sealed = unseal(raw, None)
        if sealed and sealed.tag.user_id == user_id and sealed.tag.parameters == parameters:
            body = json.loads(sealed.body)
            if not isinstance(body, dict):  # another build's
                continue
            body["stale"] = True
            count("nutri_answers_total", group=keys[0].partition(":")[0], origin="stale")
            log_metric("StaleAnswers")
            return Answer(json.dumps(body).encode(), sealed.etag, cached=True, stale=True)
    raise away

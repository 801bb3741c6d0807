"""Whoever writes to Redis: nobody is told what they wrote, nobody another's answer, and nothing breaks."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from zlib import crc32

import pytest
from redis import Redis

from common.cache import get_cache
from common.services import lease
from common.services.feedback import votes_of_everybody
from common.services.insights import feed_key
from tests.fixtures.calls import get
from tests.integration.people import add_person
from tests.people import LAST_DAY

ANNA, BOB = "anna", "bob"
PATHS = {
    "features": "/api/features/{}/" + str(LAST_DAY),
    "correlations": "/api/correlations/{}",
    "prediction": "/api/predictions/{}/" + str(LAST_DAY),
    "insights": "/api/insights/{}",
}
QUERY = {"correlations": f"date={LAST_DAY}", "insights": f"date={LAST_DAY}"}
DEEP = b"[" * 100_000 + b"]" * 100_000


def ask(group: str, person: str) -> str:
    """The answer, whether or not it was cached."""
    reply = get(PATHS[group].format(person), QUERY.get(group, ""))
    assert reply.status == 200, reply.text
    return re.sub(r'"(cached|computedAt)": ?[^,}]*', "", json.dumps(reply.body))


@pytest.fixture(scope="module")
def server(settings_env: pytest.MonkeyPatch, redis_url: str) -> Iterator[Redis]:
    client = Redis.from_url(redis_url)
    client.flushdb()
    add_person(ANNA, seed=1)
    add_person(BOB, seed=2)
    for group in PATHS:
        ask(group, ANNA), ask(group, BOB)
    yield client
    client.close()


def forge(raw: bytes) -> bytes:
    """The value with another's words in it and every checksum that needs no secret made to fit."""
    start = raw.index(b'{"tag"')
    kept = json.loads(raw[start:])
    kept["body"] = kept["body"].replace("userId", "title")
    return raw[:start] + json.dumps(kept | {"crc32": crc32(kept["body"].encode())}).encode()


ATTACKS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "another person's": lambda own, other: other,
    "own words": lambda own, other: forge(own),
    "no code": lambda own, other: own[own.index(b'{"tag"') :],
    "cut off": lambda own, other: own[:-1],
    "a code of zeros": lambda own, other: bytes(32) + own[32:],
    "deep": lambda own, other: DEEP,
    "empty": lambda own, other: b"",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("group", PATHS)
def test_what_somebody_else_wrote_is_no_answer(server: Redis, group: str, attack: str) -> None:
    before = ask(group, ANNA)
    keys = list(server.scan_iter(f"{group}:{ANNA}:*"))
    assert keys
    for key in keys:
        own, other = server.get(key), server.get(key.replace(ANNA.encode(), BOB.encode()))
        assert isinstance(own, bytes)
        assert isinstance(other, bytes)
        server.set(key, ATTACKS[attack](own, other))
    assert ask(group, ANNA) == before


@pytest.mark.parametrize("written", [DEEP, b"null", b'[["a"]]', b'[["a", {}, 1, "x"]]', b"\xff", b'{"a": 1}'])
def test_votes_are_read_like_everything_else(server: Redis, written: bytes) -> None:
    for key in (f"votes:{LAST_DAY}", f"insights:votes:{LAST_DAY}"):
        server.set(key, written)
    assert votes_of_everybody(LAST_DAY) == {}
    get_cache().set(f"votes:{LAST_DAY}", written, 60)
    assert votes_of_everybody(LAST_DAY) == {}, "nor where another build of ours wrote it"


def test_votes_are_shared(server: Redis) -> None:
    day = LAST_DAY - timedelta(days=1)
    assert votes_of_everybody(day) == {}
    get_cache().set(f"votes:{day}", b'[["CORRELATION", "sleep", 3, 1.5]]', 60)
    (votes,) = votes_of_everybody(day).values()
    assert (votes.helpful, votes.unhelpful) == (3, 1.5)


def test_nobody_is_named_like_a_key_of_ours(server: Redis) -> None:
    add_person("votes")
    server.delete(f"votes:{LAST_DAY}")
    first = ask("insights", "votes")
    votes_of_everybody(LAST_DAY)
    assert get_cache().get(feed_key("votes", LAST_DAY)) is not None
    assert ask("insights", "votes") == first
    assert feed_key("votes", date(2026, 1, 1)) != "votes:2026-01-01"


def test_a_lease_somebody_else_made_holds_nobody_up(server: Redis) -> None:
    server.set("lease:anna:x", b"somebody")
    began = time.monotonic()
    assert lease.wait_for_lease("lease:anna:x", lambda: None) is None
    assert time.monotonic() - began < lease.WAIT_SECONDS / 2

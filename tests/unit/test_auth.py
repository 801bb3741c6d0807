"""Tokens: what RFC 8725 asks for, and what a caller may see with a good one."""

import hmac
import json
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from common.auth import EVERYONE, TOKEN_CHARACTERS_MAX, Caller, verify
from common.errors import Forbidden, NotFound, Unauthenticated
from common.settings import Environment, Settings

NOW = datetime(2026, 1, 17, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
CURRENT = "kJ2v-9Qx0rTz7LmWc4Yp1NsBd8Hg3Fe5"
PREVIOUS = "previously-Zq4Xw8Rt1Uv6Ob3Mn9Ka2Lp7"
GUARDED = Settings(
    environment=Environment.STAGING, jwt_secret=SecretStr(CURRENT), jwt_secret_previous=SecretStr(PREVIOUS)
)
CLAIMS: dict[str, Any] = {
    "sub": "user-a",
    "iss": "nutri-backend",
    "aud": "nutri-ml",
    "iat": EPOCH,
    "exp": EPOCH + 300,
}


def part(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(claims: object, *, secret: str = CURRENT, header: object = None) -> str:
    """A token put together by hand, since a library refuses to make most of the bad ones."""
    text = f"{part(header if header is not None else {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    mac = hmac.new(secret.encode(), text.encode(), sha256).digest()
    return f"{text}.{part(mac)}"


def test_a_good_token_names_its_caller() -> None:
    assert verify(signed(CLAIMS), GUARDED, NOW) == Caller("user-a", service=False)


def test_what_a_common_library_mints_is_accepted() -> None:
    assert verify(jwt.encode(CLAIMS, CURRENT, algorithm="HS256"), GUARDED, NOW).user_id == "user-a"


def test_both_live_secrets_are_accepted_and_no_other() -> None:
    assert verify(signed(CLAIMS, secret=PREVIOUS), GUARDED, NOW).user_id == "user-a"
    with pytest.raises(Unauthenticated):
        verify(signed(CLAIMS, secret="another-" * 5), GUARDED, NOW)


@pytest.mark.parametrize("missing", list(CLAIMS))
def test_every_required_claim_is_required(missing: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(signed({name: value for name, value in CLAIMS.items() if name != missing}), GUARDED, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": EPOCH - 11},
        {"exp": EPOCH - 10},
        {"iat": EPOCH + 11},
        {"nbf": EPOCH + 11},
        {"exp": EPOCH + 86_411},
        {"exp": EPOCH + 10 * 365 * 86_400},
        {"sub": "\ud800"},
        {"sub": "user a"},
        {"sub": "user:a"},
        {"sub": "user-a\n"},
        {"sub": "../user-a"},
        {"sub": "usér"},
        {"sub": "-user"},
        {"sub": "*"},
        {"sub": "u" * 129},
        {"exp": None},
        {"exp": True},
        {"exp": str(EPOCH + 300)},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"iat": EPOCH + 60},
        {"iat": "now"},
        {"nbf": EPOCH + 60},
        {"nbf": None},
        {"iss": "somebody-else"},
        {"iss": ["nutri-backend"]},
        {"aud": "another-service"},
        {"aud": []},
        {"aud": {"nutri-ml": 1}},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"sub": ["user-a"]},
        {"iss": None},
        {"aud": None},
        {"aud": ["another-service"]},
        {"aud": "nutri-ml "},
        {"aud": [["nutri-ml"]]},
        {"exp": -1},
        {"iat": 1e300},
        {"iat": -(10**400)},
        {"nbf": str(EPOCH)},
        {"nbf": float("nan")},
        {"scope": 7},
        {"scope": ["service"]},
        {"scope": None},
    ],
    ids=str,
)
def test_a_claim_that_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify(signed({**CLAIMS, **changed}), GUARDED, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        *({"exp": EPOCH - 9}, {"exp": EPOCH + 0.5}, {"exp": EPOCH + 86_410}),
        *({"iat": EPOCH + 10, "nbf": EPOCH + 10}, {"nbf": EPOCH + 9.5}, {"iat": 0}),
        *({"aud": ["nutri-ml"]}, {"aud": ["another-service", "nutri-ml"]}, {"scope": ""}, {"extra": {}}),
    ],
    ids=str,
)
def test_what_is_just_right_is_accepted(changed: dict[str, Any]) -> None:
    """Clocks may differ by ten seconds; a token may have other audiences, too."""
    assert verify(signed({**CLAIMS, **changed}), GUARDED, NOW) == Caller("user-a")


def test_of_a_claim_that_is_there_twice_the_last_one_counts_wherever_it_is_asked() -> None:
    claims = json.dumps({**CLAIMS, "scope": "service"}).encode()
    twice = claims[:-1] + b', "sub": "user-b", "scope": ""}'
    caller = verify(signed(twice), GUARDED, NOW)
    assert caller == Caller("user-b", service=False)
    assert not caller.may_see("user-a")


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "HS512", "RS256", "hs256", "", None])
def test_no_other_algorithm_is_accepted_even_with_a_good_signature(algorithm: str | None) -> None:
    with pytest.raises(Unauthenticated):
        verify(signed(CLAIMS, header={"alg": algorithm, "typ": "JWT"}), GUARDED, NOW)


def test_a_critical_extension_nobody_here_understands_is_refused() -> None:
    header = {"alg": "HS256", "typ": "JWT", "crit": ["exp-policy"], "exp-policy": 1}
    with pytest.raises(Unauthenticated):
        verify(signed(CLAIMS, header=header), GUARDED, NOW)


@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS, "another-" * 5])
def test_both_secrets_are_compared_in_constant_time_whichever_signed(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    compared: list[bytes] = []

    def compare(ours: bytes, theirs: bytes) -> bool:
        compared.append(ours)
        return compare_digest(ours, theirs)

    compare_digest = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    with suppress(Unauthenticated):
        verify(signed(CLAIMS, secret=secret), GUARDED, NOW)
    assert len(compared) == 2


def test_an_unsigned_token_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        verify(f"{part({'alg': 'none'})}.{part(CLAIMS)}.", GUARDED, NOW)


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        ".",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        "\ud800.\ud800.\ud800",
        "Bearer " + signed(CLAIMS),
        signed(CLAIMS) + "," + signed(CLAIMS),
        signed(CLAIMS)[:-3],
        signed(b"[" * 2_000),
        signed([1]),
        signed(CLAIMS, header=b"[" * 2_000),
        signed({**CLAIMS, "padding": "x" * TOKEN_CHARACTERS_MAX}),
    ],
)
def test_what_is_no_token_is_refused(token: str | None) -> None:
    with pytest.raises(Unauthenticated):
        verify(token, GUARDED, NOW)


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_no_text_is_mistaken_for_a_token_or_breaks_the_check(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(text, GUARDED, NOW)


def test_every_refusal_reads_the_same() -> None:
    told = set()
    for token in (None, "x", signed({**CLAIMS, "exp": EPOCH - 60}), signed(CLAIMS, secret="another-" * 5)):
        with pytest.raises(Unauthenticated) as refused:
            verify(token, GUARDED, NOW)
        told.add(refused.value.detail)
    assert len(told) == 1


def test_a_caller_sees_one_person_and_others_do_not_exist_for_them() -> None:
    caller = verify(signed(CLAIMS), GUARDED, NOW)
    caller.require("user-a")
    with pytest.raises(NotFound):
        caller.require("user-b")
    with pytest.raises(NotFound):
        caller.require("user-a", "user-b")
    with pytest.raises(Forbidden):
        caller.require_service()


@pytest.mark.parametrize(
    ("scope", "service"),
    [
        *(("service", True), ("read service", True), ("services", False), ("", False), ("SERVICE", False)),
        *((f"read{blank}service", False) for blank in "\u00a0\u2003\u2028\u3000\x1f\x85"),
    ],
)
def test_only_the_service_scope_sees_everyone(scope: str, service: bool) -> None:
    caller = verify(signed({**CLAIMS, "scope": scope}), GUARDED, NOW)
    assert caller.service is service
    assert caller.may_see("user-b") is service


def test_an_open_laptop_asks_for_no_token_and_nowhere_else_is_open() -> None:
    assert verify(None, Settings(environment=Environment.DEVELOPMENT, jwt_secret=None), NOW) is EVERYONE
    with pytest.raises(Unauthenticated):
        verify(None, Settings(environment=Environment.DEVELOPMENT, jwt_secret=SecretStr(CURRENT)), NOW)

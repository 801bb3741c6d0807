"""What a cached answer is wrapped in, so that it is only ever taken for the question it answers.

JSON, validated strictly on reading. Whatever is not exactly that (an older build's value, an answer to
another person or to older rows) is no answer. That nobody else wrote it is the client's to check.
"""

from dataclasses import dataclass

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

_EXACTLY = with_config(ConfigDict(strict=True, extra="forbid"))


@_EXACTLY
@dataclass(frozen=True, slots=True)
class CacheTag:
    """Everything that must be equal for an answer to still be the answer. `date` is ISO 8601."""

    user_id: str
    data_version: str
    date: str
    open: bool
    parameters: str
    engine_version: str


@_EXACTLY
@dataclass(frozen=True, slots=True)
class Sealed:
    tag: CacheTag
    etag: str
    body: bytes


_SEALED = TypeAdapter(Sealed)


def seal(tag: CacheTag, etag: str, body: bytes) -> bytes:
    """Raise ValueError if `body` is not UTF-8."""
    return _SEALED.dump_json(Sealed(tag, etag, body))


def unseal(raw: bytes | None, expected: CacheTag | None) -> Sealed | None:
    """Return what `seal` wrapped, if `raw` is that and (unless `expected` is None) carries exactly that
    tag.
    """
    if raw is None:
        return None
    try:
        sealed = _SEALED.validate_json(raw)
    except ValidationError:
        return None
    return sealed if expected is None or sealed.tag == expected else None

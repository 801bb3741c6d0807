"""What makes a cached value ours: a code over its key and itself that only the service's secret can make.

Whoever may write to Redis can still take values away, or put an older one of the same key back.
"""

from hashlib import blake2b
from hmac import compare_digest

MAC_BYTES = 32


def protect(secret: bytes, key: str, value: bytes) -> bytes:
    """Return the value, with its code before it."""
    return _code(secret, key, value) + value


def open_protected(secret: bytes, key: str, raw: bytes) -> bytes | None:
    """Return what `protect` was given for this key, with this secret; None for anything else."""
    value = raw[MAC_BYTES:]
    return value if compare_digest(raw[:MAC_BYTES], _code(secret, key, value)) else None


def _code(secret: bytes, key: str, value: bytes) -> bytes:
    named = key.encode()
    code = blake2b(len(named).to_bytes(4), key=secret, digest_size=MAC_BYTES)
    code.update(named)
    code.update(value)
    return code.digest()

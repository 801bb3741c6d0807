"""Where PostgreSQL is: every spelling of DATABASE_URL the backend's tools use, read into one address.

Opens nothing. A parameter that cannot be honoured is refused by name; no message ever shows the URL itself.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from common.errors import ConfigurationError

SCHEMES = ("postgresql", "postgres", "postgresql+pg8000", "postgresql+asyncpg")

# Whether a mode encrypts; None: only if the server is not on this machine. Encrypted always means verified.
ENCRYPTED = {"disable": False, "prefer": None, "require": True, "verify-ca": True, "verify-full": True}
ONLY = {"schema": "public", "sslaccept": "strict"}
SUPPORTED = frozenset(
    {
        *ONLY,
        *("sslmode", "ssl", "sslcert", "sslrootcert"),
        *("pgbouncer", "statement_cache_size", "connect_timeout", "socket_timeout", "application_name"),
        # knobs of other clients' pools, without effect here: one process holds one connection
        *("connection_limit", "pool_timeout", "max_idle_connection_lifetime"),
    }
)


@dataclass(frozen=True)
class Address:
    """`tls` is a verified connection; `ca_file` replaces the system's authorities.

    `bare` is for a pooler before the server (PgBouncer): no prepared statements, no startup parameters.
    """

    user: str
    password: str | None = field(repr=False)
    host: str
    port: int
    database: str
    tls: bool = False
    ca_file: str | None = None
    bare: bool = False
    connect_timeout_seconds: float | None = None
    socket_timeout_seconds: float | None = None
    application_name: str = "nutri-ml"


def parse_database_url(text: str) -> Address:
    """Return the address a DATABASE_URL names. Raises ConfigurationError, without the URL, if it cannot be
    used.
    """
    scheme, separator, rest = text.strip().partition("://")
    if not separator or scheme.lower() not in SCHEMES:
        raise ConfigurationError(f"DATABASE_URL must start with one of {', '.join(SCHEMES)} and ://")
    try:
        url = make_url(f"postgresql://{rest}")
    except (ArgumentError, ValueError):
        raise ConfigurationError("DATABASE_URL cannot be read as a URL") from None
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    host = query.pop("host", None) or url.host
    if not url.username or not host or not url.database:
        raise ConfigurationError("DATABASE_URL must name a user, a host and a database")
    return Address(
        user=url.username,
        password=url.password,
        host=host,
        port=url.port or 5432,
        database=url.database,
        **_parameters(query, is_local(host)),
    )


def is_local(host: str) -> bool:
    """Whether a host is this machine: a name that only begins like a loopback address is not."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.startswith("/")


def _parameters(query: dict[str, str], local: bool) -> dict[str, Any]:
    unknown = sorted(query.keys() - SUPPORTED)
    if unknown:
        # what an unescaped password spills into the query is no name
        names = ", ".join(name for name in unknown if name.isidentifier()) or "in the query"
        raise ConfigurationError(f"DATABASE_URL: parameters not supported: {names}")
    for name, only in ONLY.items():
        if query.get(name, only) != only:
            raise ConfigurationError(f"DATABASE_URL: {name} must be {only}")
    mode = query.get("sslmode", query.get("ssl", "prefer")).lower()
    if mode not in ENCRYPTED:
        raise ConfigurationError(f"DATABASE_URL: sslmode must be one of {', '.join(ENCRYPTED)}")
    ca_file = query.get("sslcert", query.get("sslrootcert"))
    if ca_file is not None and not Path(ca_file).is_file():
        raise ConfigurationError("DATABASE_URL: sslcert does not name a file")
    encrypted = ENCRYPTED[mode]
    return {
        "tls": not local if encrypted is None else encrypted,
        "ca_file": ca_file,
        "bare": query.get("pgbouncer", "").lower() == "true" or _number(query, "statement_cache_size") == 0,
        "connect_timeout_seconds": _number(query, "connect_timeout") or None,
        "socket_timeout_seconds": _number(query, "socket_timeout") or None,
        "application_name": query.get("application_name", "nutri-ml"),
    }


def _number(query: dict[str, str], name: str) -> float | None:
    value = query.get(name)
    if value is None:
        return None
    if not value.isdecimal():
        raise ConfigurationError(f"DATABASE_URL: {name} must be a whole number")
    return float(value)

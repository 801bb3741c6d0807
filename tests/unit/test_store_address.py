"""Every way the backend's tools spell DATABASE_URL."""

from pathlib import Path

import pytest

from common.errors import ConfigurationError
from common.store.address import parse_database_url

PASSWORD = "s3cret-p%40ss"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+pg8000"])
def test_every_scheme_of_the_backends_tools_names_the_same_server(scheme: str) -> None:
    address = parse_database_url(f"{scheme}://nutri:{PASSWORD}@127.0.0.1:5433/app?schema=public")
    assert (address.user, address.password, address.host, address.port, address.database) == (
        *("nutri", "s3cret-p@ss", "127.0.0.1", 5433, "app"),
    )
    assert address.tls is False


@pytest.mark.parametrize(
    ("host", "query", "tls"),
    [
        ("localhost", "", False),
        ("localhost", "sslmode=require", True),
        ("db.example.org", "", True),
        ("db.example.org", "sslmode=prefer", True),
        ("db.example.org", "sslmode=verify-full", True),
        ("db.example.org", "ssl=require", True),
        ("db.example.org", "sslmode=disable", False),
        ("127.0.0.1.example.org", "", True),
    ],
)
def test_a_connection_is_plain_only_on_this_machine_or_when_asked(host: str, query: str, tls: bool) -> None:
    assert parse_database_url(f"postgres://u@{host}/db?{query}").tls is tls


def test_prismas_parameters_are_mapped() -> None:
    address = parse_database_url(
        "postgres://u@h/db?connection_limit=5&pool_timeout=10&connect_timeout=7&socket_timeout=9"
        "&pgbouncer=true&application_name=app"
    )
    assert address.bare
    assert (address.connect_timeout_seconds, address.socket_timeout_seconds) == (7, 9)
    assert address.application_name == "app"
    assert parse_database_url("postgres://u@h/db?statement_cache_size=0").bare
    assert not parse_database_url("postgres://u@h/db?statement_cache_size=100").bare


def test_a_socket_directory_is_a_host() -> None:
    assert parse_database_url("postgres://u@localhost/db?host=/run/postgresql").host == "/run/postgresql"


def test_the_authority_file_must_be_there(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    assert parse_database_url(f"postgres://u@h/db?sslcert={authority}").ca_file == str(authority)
    with pytest.raises(ConfigurationError, match="sslcert"):
        parse_database_url(f"postgres://u@h/db?sslcert={tmp_path}/none.pem")


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgres://u@h/db?schema=other", "schema"),
        ("postgres://u@h/db?sslaccept=accept_invalid_certs", "sslaccept"),
        ("postgres://u@h/db?sslmode=allow", "sslmode"),
        ("postgres://u@h/db?sslidentity=id.p12&channel_binding=require", "channel_binding, sslidentity"),
        ("postgres://u@h/db?connect_timeout=soon", "connect_timeout"),
        ("mysql://u@h/db", "postgresql"),
        ("nonsense", "postgresql"),
        ("postgres://h", "user"),
        ("postgres://u@h", "database"),
        ("postgres://u@h:port/db", "URL"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(url: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        parse_database_url(url)


@pytest.mark.parametrize(
    "url",
    [
        f"postgres://u:{PASSWORD}@h/db?schema=other",
        f"mysql://u:{PASSWORD}@h/db",
        f"postgres://u:{PASSWORD}@h:port/db",
        f"postgres://u:half#?{PASSWORD}/x@h/db?{PASSWORD}=1",
    ],
)
def test_no_message_shows_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_database_url(url)
    assert "s3cret" not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "s3cret" not in repr(parse_database_url(f"postgres://u:{PASSWORD}@h/db"))

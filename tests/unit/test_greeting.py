"""What `nutri dev` says once it answers can be copied, however narrow the terminal."""

from io import StringIO

from rich.console import Console

from functions.local.emulator.greeting import greet
from functions.local.servers.start import Servers

GATEWAY = "http://127.0.0.1:8000"
DATABASE = "postgresql://nutri:" + "a" * 40 + "@127.0.0.1:5432/nutri"


def test_addresses_and_calls_stand_whole_on_a_line_of_their_own_at_forty_columns() -> None:
    told = StringIO()
    greet(
        Console(file=told, width=40),
        {"gateway": GATEWAY, "features": f"{GATEWAY}1"},
        Servers(database_url=DATABASE, redis_url="redis://127.0.0.1:6379/0", owns_database=True),
        seconds=1.0,
        wanted_port=8000,
        day="2026-01-02",
        with_people=True,
        with_explorer=True,
    )
    lines = told.getvalue().splitlines()
    assert f"postgresql    {DATABASE}" in lines
    assert f"gateway       {GATEWAY}" in lines
    assert f"curl '{GATEWAY}/api/features/demo-anna/2026-01-02'" in lines

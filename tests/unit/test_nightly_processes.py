"""A process of the night that dies costs nobody their turn."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from common.errors import Unavailable
from common.services.nightly import Report, Run, Shard
from functions.nightly import workers as nightly

RUN = Run(datetime(2025, 6, 30, 3))  # noqa: DTZ001


def die_once(_: Run, shard: Shard) -> Report:
    """Ends the process the first time it meets a shard that begins after the name of a file to be made."""
    marker = Path(shard.after)
    if shard.after and not marker.exists():
        marker.touch()
        os._exit(9)
    return Report(computed=shard.people)


def always_die(*_: object) -> Report:
    os._exit(9)


def test_shards_of_a_process_that_died_are_begun_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(nightly, "_recompute", die_once)
    shards = [Shard(people=2), Shard(str(tmp_path / "met"), people=3), Shard(people=4)]
    advanced: list[int] = []
    report = nightly.recompute_all(RUN, shards, 1, lambda: advanced.append(1))
    assert report == Report(computed=9)
    assert len(advanced) == 3


def test_processes_that_keep_dying_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "_recompute", always_die)
    monkeypatch.setattr(nightly, "DEATHS_MAX", 1)
    with pytest.raises(Unavailable, match="dying"):
        nightly.recompute_all(RUN, [Shard()], 1, lambda: None)

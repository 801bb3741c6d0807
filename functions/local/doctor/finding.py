"""What a check says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from common.errors import NutriError


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"  # works, and is worth knowing
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    subject: str
    verdict: Verdict
    state: str
    remedy: str = ""
    """What to do about it; empty where there is nothing."""
    details: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.verdict is not Verdict.FAIL

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "ok": self.ok, "details": list(self.details)}


def judge(subject: str, good: bool, state: str, remedy: str, *, otherwise: Verdict = Verdict.FAIL) -> Finding:
    """Return a finding with its remedy, where it is not good."""
    return Finding(subject, Verdict.OK if good else otherwise, state, "" if good else remedy)


def attempt(
    subject: str, remedy: str, check: Callable[[], Iterator[Finding]], *, of: str = ""
) -> list[Finding]:
    """Return what `check` finds; what the service refuses meanwhile is the finding, with `of` which it
    was.
    """
    try:
        return list(check())
    except NutriError as refusal:
        return [Finding(subject, Verdict.FAIL, refusal.detail + of, remedy)]


def name_address(url: str) -> str:
    """Host, port and database of a URL, without its user and password."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"

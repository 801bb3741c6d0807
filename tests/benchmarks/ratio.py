"""Lines of the benchmark: a figure as a ratio of two measurements of one run, or as shares of one."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    name: str
    value: float
    goal: str
    """What is aimed at, as ">= 15" or "<= 1.5"."""
    detail: str
    """The measurements behind it, with units."""

    def __post_init__(self) -> None:
        sign, _, number = self.goal.partition(" ")
        if sign not in (">=", "<="):
            raise ValueError(f"a goal reads '>= 15' or '<= 1.5', not {self.goal!r}")
        float(number)

    @property
    def met(self) -> bool:
        sign, _, number = self.goal.partition(" ")
        return self.value >= float(number) if sign == ">=" else self.value <= float(number)

    def __str__(self) -> str:
        mark = "met" if self.met else "MISSED"
        return f"{self.name}: {self.value:.2f} (goal {self.goal}, {mark}; {self.detail})"


@dataclass(frozen=True)
class Shares:
    """Where one measured time goes: milliseconds by part, which add up to the whole."""

    name: str
    parts: Mapping[str, float]

    def __str__(self) -> str:
        whole = sum(self.parts.values())
        told = ", ".join(f"{part} {ms / whole:.0%} ({ms:.2f} ms)" for part, ms in self.parts.items())
        return f"{self.name}: {whole:.2f} ms; {told}"

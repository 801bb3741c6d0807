"""One line of the benchmark: a figure as a ratio of two measurements of the same run."""

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

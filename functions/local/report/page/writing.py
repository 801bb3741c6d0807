"""How the page writes figures, days and names in a locale: as insights do, and short on an axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date, format_skeleton

from common.compute.insights.facts import Fact
from common.compute.insights.language import say
from common.compute.insights.vocabulary import Vocabulary
from common.compute.insights.writing import write_day, write_number
from common.errors import NutriError
from functions.local.report.page.charts import Writers

SPOKEN = {"local hour": "clock"}
APART = {"local hour": "clock_change", "degC": "degC_change"}
STEPS: Mapping[str, Sequence[float]] = {
    "min": (30, 60, 120, 240, 480),
    "local hour": (1, 2, 3, 6),
    "0/1": (1,),
}
ROUND_STEPS = tuple(base * 10**power for power in range(6) for base in (1, 2, 5))


@dataclass(frozen=True)
class Pen:
    locale: str
    language: Vocabulary
    words: Mapping[str, Any]

    def say(self, value: float, unit: str) -> str:
        return say(Fact(value, SPOKEN.get(unit, unit)), self.language)

    def apart(self, value: float, unit: str) -> str:
        """How far two values of that unit lie apart, with its sign."""
        sign = self.words["more"] if value > 0 else self.words["less"] if value < 0 else ""
        return str(sign) + say(Fact(abs(value), APART.get(unit, unit)), self.language)

    def range(self, low: str, high: str) -> str:
        return str(self.words["to"]).format(low=low, high=high)

    def number(self, value: float, decimals: int = 0) -> str:
        return write_number(value, decimals, self.language.cldr)

    def percent(self, share: float) -> str:
        return say(Fact(round(share * 100), "%"), self.language)

    def metric(self, name: str) -> str:
        """Return the name of a measure, as one begins a line with it."""
        words: Mapping[str, str] = self.words["shown"]
        said = words.get(name) or self.language.names["metric"].get(name, name.replace("_", " "))
        return said[:1].upper() + said[1:]

    def write_day(self, day: date) -> str:
        return write_day(day, self.language.cldr)

    def write_date(self, day: date) -> str:
        return str(format_date(day, "full", locale=self.language.cldr))

    def refuse(self, refusal: NutriError) -> str:
        words: Mapping[str, str] = self.words["refused"]
        return words.get(refusal.code, refusal.detail)

    def steps(self, unit: str) -> Sequence[float]:
        return STEPS.get(unit, ROUND_STEPS)

    def axes(self, unit: str) -> Writers:
        return Writers(
            value=lambda value: self._on_axis(value, unit),
            day=lambda day: str(format_skeleton("MMMd", day, locale=self.language.cldr)),
        )

    def _on_axis(self, value: float, unit: str) -> str:
        if unit == "min":
            return f"{self.number(value / 60, 1)} h"
        if unit == "local hour":
            return f"{int(value) % 24:02}:{round(value % 1 * 60):02}"
        if unit == "0/1":
            return str(self.words["yes" if value else "no"])
        return self.number(value, 0 if value >= 1 else 1)

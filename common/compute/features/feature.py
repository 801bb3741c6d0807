"""What one feature is: its name, unit, definition and rule in one object. Computes nothing."""

from dataclasses import dataclass, replace
from functools import cached_property

from common.compute.features.categories import CATEGORIES
from common.compute.features.rules import Formula, Input, Kind, Rule, Window


@dataclass(frozen=True)
class Feature:
    name: str
    unit: str
    category: str
    """A key of `CATEGORIES`, as the API names it."""
    definition: str
    rule: Rule
    correlated: bool = False
    """An input of correlations: something of a day that a person might change."""
    step: float | None = None
    """Of a correlated one, a natural change. None: nobody's units are known, so the person's own range."""
    modelled: bool = False
    """Forecast models see it."""

    def for_correlations(self, step: float | None = None) -> "Feature":
        """Return the same, an input of correlations; without a `step` it changes by the person's own
        range.
        """
        return replace(self, correlated=True, step=step)

    def for_models(self) -> "Feature":
        """Return the same, seen by forecast models."""
        return replace(self, modelled=True)

    @cached_property
    def window_days(self) -> int:
        """The day itself and days before it that the value depends on: 1 for a quantity of the day."""
        return self.rule.window_days

    @cached_property
    def minimum_days(self) -> int:
        """Known days in the longest window without which the value is null."""
        return self.rule.minimum_days

    @cached_property
    def derived_from(self) -> tuple[str, ...]:
        """Names of the channels it is computed from; `food_log_complete` where only complete days enter."""
        return self.rule.channels

    @cached_property
    def needs_profile(self) -> tuple[str, ...]:
        """Fields of `Profile` without which the value is null."""
        return self.rule.profile

    @cached_property
    def complete_days_only(self) -> bool:
        """True where days with a partial food log count as unknown."""
        return _reads_complete_days(self.rule)

    @property
    def stored_as(self) -> str:
        """The `MLFeatureCategory` value it is stored under."""
        category = CATEGORIES[self.category]
        return category.stored_daily if self.window_days == 1 else category.stored_weekly


def _reads_complete_days(rule: Rule) -> bool:
    match rule:
        case Input():
            return rule.kind is Kind.COMPLETE
        case Window():
            return _reads_complete_days(rule.source)
        case Formula():
            return any(_reads_complete_days(operand) for operand in rule.operands)

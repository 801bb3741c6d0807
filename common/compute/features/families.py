"""Features that recur for many quantities (average, spread, total, trend), declared in one wording."""

from collections.abc import Callable

from common.compute.features import formulas
from common.compute.features.feature import Feature
from common.compute.features.rules import (
    Formula,
    Input,
    Window,
    complete,
    formula,
    logged,
    mean,
    sd,
    total,
    trend,
)  # fmt: skip
from common.compute.measures import Measure

# Fewest known days for a mean: three a week represent it, in food records and in HRV (Plews et al. 2014,
# Int J Sports Physiol Perform 9:783); half of a four-week window.
WEEK_MEAN, WEEK_SPREAD, MONTH = 3, 4, 14

Source = Input | Formula


def mean_7d(source: Source) -> Window:
    return mean(source, 7, WEEK_MEAN)


def sd_7d(source: Source) -> Window:
    return sd(source, 7, WEEK_SPREAD)


def mean_28d(source: Source) -> Window:
    return mean(source, 28, MONTH)


def baseline(source: Source) -> Window:
    """Return the usual value: mean of the 28 days before the day, so that no day is its own yardstick."""
    return mean(source, 28, MONTH, lag=1)


def baseline_sd(source: Source) -> Window:
    return sd(source, 28, MONTH, lag=1)


def zscore(source: Source) -> Formula:
    return formula(formulas.zscore, source, baseline(source), baseline_sd(source))


def as_logged(name: str, unit: str, category: str, what: str, channel: str) -> Feature:
    return Feature(name, unit, category, f"{what} of the day.", logged(channel))


def measured(measure: Measure, category: str) -> Feature:
    """Return a measure of the body, as its day has it."""
    feature = as_logged(measure.feature, measure.unit, category, measure.definition, measure.channel)
    if measure.step is not None:
        feature = feature.for_correlations(measure.step)
    return feature.for_models() if measure.model_input else feature


class Family:
    """Features of one quantity: `<stem>_7d_avg`, `<stem>_7d_sd` and so on, in one category."""

    def __init__(self, stem: str, unit: str, category: str, what: str, source: Source) -> None:
        self.stem, self.unit, self.category, self.what, self.source = stem, unit, category, what, source

    def _feature(self, ending: str, unit: str, definition: str, rule: Window | Formula) -> Feature:
        only = ", complete food-log days only" if self._complete else ""
        return Feature(f"{self.stem}_{ending}", unit, self.category, f"{definition}{only}.", rule)

    @property
    def _complete(self) -> bool:
        return "food_log_complete" in self.source.channels

    def avg_7d(self) -> Feature:
        return self._feature("7d_avg", self.unit, f"Mean of {self.what} over 7 days", mean_7d(self.source))

    def avg_28d(self) -> Feature:
        return self._feature("28d_avg", self.unit, f"Mean of {self.what} over 28 days", mean_28d(self.source))

    def sd_7d(self) -> Feature:
        return self._feature(
            "7d_sd", self.unit, f"Sample standard deviation of {self.what} over 7 days", sd_7d(self.source)
        )

    def total_7d(self) -> Feature:
        return self._feature(
            "7d_total", self.unit, f"Sum of {self.what} over 7 days, all of them known", total(self.source, 7)
        )

    def trend_28d(self) -> Feature:
        return self._feature(
            "28d_trend", f"{self.unit}/day",
            f"Median slope of {self.what} over the pairs of days 7, 14 or 21 apart within 28 days "
            "(Theil-Sen slope free of weekday rhythm; Hirsch, Slack and Smith 1982)",
            trend(self.source, 28, MONTH),
        )  # fmt: skip

    def baseline_28d(self) -> Feature:
        return self._feature(
            "28d_baseline", self.unit, f"Mean of {self.what} over the 28 days before the day",
            baseline(self.source),
        )  # fmt: skip

    def baseline_sd_28d(self) -> Feature:
        return self._feature(
            "28d_sd", self.unit,
            f"Sample standard deviation of {self.what} over the 28 days before the day",
            baseline_sd(self.source),
        )  # fmt: skip

    def zscore(self) -> Feature:
        return self._feature(
            "zscore", "sd",
            f"{self.what[0].upper()}{self.what[1:]} minus its mean over the 28 days before, "
            "divided by their standard deviation",
            zscore(self.source),
        )  # fmt: skip


def same_day(
    name: str, unit: str, category: str, definition: str, function: Callable[..., formulas.Floats],
    *channels: str,
) -> Feature:  # fmt: skip
    """Return a formula of complete food-log days: a comparison with half a log would mislead."""
    return Feature(name, unit, category, definition, formula(function, *(complete(c) for c in channels)))

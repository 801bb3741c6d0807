"""Insights of nights unlike the person's own. Says what was measured, never why."""

from common.compute.anomalies import Deviation, Unusual
from common.compute.insights.facts import Fact, Insight, Weight, bounded, reasons_for
from common.compute.series.rows import Profile

_CHANGE_UNIT = {"degC": "degC_change"}


def tell_nights(unusual: Unusual | None, profile: Profile) -> list[Insight]:
    if unusual is None:
        return []
    first = unusual.drivers[0]
    facts = _facts(first) | {"reasons": reasons_for(profile)}
    others = unusual.drivers[1:2]
    for other in others:
        facts["others"] = Fact(other.metric, "also")
    return [
        Insight(
            kind="ANOMALY",
            template="nights_off_long" if first.long else "nights_off",
            subject="nights",
            direction="strained",
            priority="CRITICAL" if first.long else "HIGH",
            facts=facts,
            weight=Weight(
                benefit=1.0 if first.long else bounded(0.3 * first.score),
                confidence=0.95 if first.long or others else 0.8,
                actionability=0.8,
            ),
            data_points=first.baseline_nights,
            magnitude=2.0 if first.long else 1.0,
            tolerance=0.5,
            plotted=tuple(driver.metric for driver in unusual.drivers),
            plotted_days=60,
            notes=("together",) if others else (),
        )
    ]


def _facts(driver: Deviation) -> dict[str, Fact]:
    change = abs(driver.level - driver.usual)
    return {
        "metric": Fact(driver.metric, "metric"),
        "way": Fact("higher" if driver.higher else "lower", "way"),
        "nights": Fact(driver.nights, "nights"),
        "level": Fact(driver.level, driver.unit),
        "usual": Fact(driver.usual, driver.unit),
        "change": Fact(change, _CHANGE_UNIT.get(driver.unit, driver.unit)),
        "days": Fact(driver.baseline_nights, "nights"),
    }

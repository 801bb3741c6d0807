"""Every feature with its formula, read from the rule that computes it."""

from collections.abc import Iterator

from common.compute.features import CATALOGUE, CATEGORIES, Feature
from common.compute.features.rules import Formula, Input, Kind, Rule, Stat, Window
from functions.local.reference.writing import tabulate

STATISTICS = {
    Stat.MEAN: "mean",
    Stat.SD: "sd",
    Stat.TOTAL: "sum",
    Stat.TREND: "slope",
    Stat.LAST: "last",
    Stat.SINCE: "days since",
}
SIGNS = {"ratio": " / ", "difference": " - ", "product": " x "}


def make_features() -> str:
    parts = []
    for category in CATEGORIES:
        rows = [_row(feature) for feature in CATALOGUE.values() if feature.category == category]
        table = tabulate(("feature", "unit", "what it is", "formula", "days", "input of"), rows)
        parts.append(f"### {category}\n\n{table}")
    return "\n\n".join(parts)


def _row(feature: Feature) -> tuple[str, ...]:
    days = str(feature.window_days)
    if feature.minimum_days > 1:
        days += f", {feature.minimum_days} known"
    return (
        f"`{feature.name}`",
        feature.unit,
        feature.definition,
        f"`{write_rule(feature.rule)}`",
        days,
        ", ".join(_uses(feature)),
    )


def _uses(feature: Feature) -> Iterator[str]:
    if feature.correlated:
        yield "correlations" if feature.step is None else f"correlations, by {feature.step:g}"
    if feature.modelled:
        yield "models"


def write_rule(rule: Rule) -> str:
    """`mean(protein_g, 7 d)`; a channel of complete food logs only carries `*`."""
    match rule:
        case Input():
            return rule.name + ("*" if rule.kind is Kind.COMPLETE else "")
        case Window():
            lag = f", {rule.lag} d before" if rule.lag else ""
            return f"{STATISTICS[rule.stat]}({write_rule(rule.source)}, {rule.days} d{lag})"
        case Formula():
            name, operands = rule.function.__name__.lstrip("_"), [write_rule(one) for one in rule.operands]
            sign = SIGNS.get(name)
            return f"({sign.join(operands)})" if sign else f"{name}({', '.join(operands)})"

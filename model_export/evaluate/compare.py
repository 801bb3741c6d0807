"""Two models of one metric side by side: what was found of the same groups of nights, in a table and a plot.

Each model is scored against the rules on its own people, so a group is compared only where both were scored
on as many people and nights; skill over the rule makes the rest comparable by eye.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from common.errors import ConfigurationError
from common.inference.manifest import Manifest, read_manifest
from model_export.evaluate.evaluation import Evaluation, GroupScore, read_evaluation

COLORS = ("#9a9a9a", "#0b6e4f")
DPI = 110
WHOLE = ("device family", "data set")


@dataclass(frozen=True)
class Scored:
    """A model and what was found of it."""

    manifest: Manifest
    evaluation: Evaluation

    @property
    def name(self) -> str:
        return f"{self.manifest.id} {self.manifest.version}"


@dataclass(frozen=True)
class Pair:
    """One group of nights with the day over, by both models."""

    first: GroupScore
    second: GroupScore

    @property
    def same_nights(self) -> bool:
        """As many people and nights of the same group: in practice the same ones."""
        return (self.first.people, self.first.nights) == (self.second.people, self.second.nights)

    @property
    def label(self) -> str:
        return f"{self.first.people_are.replace('_', ' ')}, {self.first.group}"


def read_scored(folder: Path) -> Scored:
    """Return the model of a folder. Raises Unavailable where its manifest is missing or of another build, and
    ConfigurationError where it was never evaluated.
    """
    manifest = read_manifest(folder / "manifest.json")
    try:
        return Scored(manifest, read_evaluation(folder / "evaluation.json"))
    except FileNotFoundError:
        raise ConfigurationError(f"{folder} has no evaluation.json: `nutri evaluate` writes it.") from None


def pair_scores(first: Scored, second: Scored) -> list[Pair]:
    """Return the families and data sets both were scored on. Raises ConfigurationError for two metrics."""
    if first.manifest.metric != second.manifest.metric:
        raise ConfigurationError(
            f"{first.name} forecasts {first.manifest.metric}, {second.name} {second.manifest.metric}."
        )

    def groups(one: Scored) -> dict[tuple[str, str, str], GroupScore]:
        return {
            (score.people_are, score.by, score.group): score
            for score in one.evaluation.groups
            if score.by in WHOLE and score.horizon == "closed"
        }

    known, other = groups(first), groups(second)
    return [Pair(score, other[key]) for key, score in known.items() if key in other]


def format_pairs(first: Scored, second: Scored, pairs: Sequence[Pair]) -> str:
    lines = [
        f"A: {first.name}",
        f"B: {second.name}",
        f"Mean absolute error in {first.manifest.unit}, skill over the best rule, what 80% intervals hold",
        "",
        f"{'nights of':34s}{'A':>8s}{'B':>8s}{'B on A':>8s}{'skill of A':>26s}{'skill of B':>26s}"
        f"{'A holds':>9s}{'B holds':>9s}",
    ]
    for pair in pairs:
        a, b = pair.first.mae["model"], pair.second.mae["model"]
        gain = f"{100 * (1 - b / a):+.1f}%" if pair.same_nights else "*"
        lines.append(
            f"{pair.label:34s}{a:8.3f}{b:8.3f}{gain:>8s}{_skill(pair.first):>26s}{_skill(pair.second):>26s}"
            f"{pair.first.intervals[80].coverage:>9.0%}{pair.second.intervals[80].coverage:>9.0%}"
        )
    if not all(pair.same_nights for pair in pairs):
        lines.append("* other nights: only their skills compare")
    return "\n".join(lines)


def _skill(score: GroupScore) -> str:
    found = score.headline
    return f"{found.percent:+.1f}% ({found.low:+.1f} to {found.high:+.1f})"


def draw_pairs(path: Path, first: Scored, second: Scored, pairs: Sequence[Pair]) -> None:
    """Write a picture: skill with its 90% interval, and what the 80% interval holds, group by group."""
    with mpl.rc_context({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(10, 0.4 * len(pairs) + 1.6), layout="constrained")
        skills, held = figure.subplots(1, 2, sharey=True)
    for shift, one, color in zip((0.15, -0.15), (first, second), COLORS, strict=True):
        for y, pair in enumerate(reversed(pairs)):
            score = pair.first if one is first else pair.second
            label = one.name if y == 0 else None
            best = score.headline
            skills.plot([best.low, best.high], [y + shift] * 2, color=color, linewidth=2)
            skills.plot([best.percent], [y + shift], "o", color=color, markersize=5, label=label)
            held.plot([100 * score.intervals[80].coverage], [y + shift], "o", color=color, markersize=5)
    skills.axvline(0, color="#222222", linewidth=0.8)
    held.axvline(80, color="#222222", linewidth=0.8)
    skills.set_yticks(range(len(pairs)), [pair.label for pair in reversed(pairs)])
    skills.set_xlabel("smaller mean error than the best rule, %")
    held.set_xlabel("held by the 80% interval, %")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=DPI)

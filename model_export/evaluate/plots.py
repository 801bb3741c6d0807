"""Three pictures of an evaluation, beside the model. Each carries the hash of what it shows.

Must show nothing that evaluation.json does not hold.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from common.inference.manifest import Manifest
from model_export.evaluate.evaluation import Evaluation, GroupScore

INK, MODEL, RULE, FAINT = "#222222", "#0b6e4f", "#9a9a9a", "#d9d9d9"
DPI = 110


def draw_plots(folder: Path, manifest: Manifest, evaluation: Evaluation) -> None:
    for name, (draw, _) in PLOTS.items():
        figure = draw(manifest, evaluation)
        FigureCanvasAgg(figure)
        figure.savefig(
            folder / f"{name}.png", dpi=DPI, metadata={"Source": shown_of(evaluation), "Software": None}
        )


def shown_of(evaluation: Evaluation) -> str:
    """Return what a plot is stamped with: the hash of the numbers it was drawn from."""
    return hashlib.sha256(evaluation.model_dump_json().encode()).hexdigest()


def _skill(manifest: Manifest, evaluation: Evaluation) -> Figure:
    """Skill over every rule, family by family, with its interval."""
    groups = [s for s in evaluation.of("cross_fitted", "device family") if s.horizon == "closed"]
    figure, panels = _panels(len(groups), height=0.32 * len(groups[0].skill) + 1.2)
    for axes, score in zip(panels, groups, strict=True):
        rules = sorted(score.skill, key=lambda rule: score.mae[rule], reverse=True)
        for y, rule in enumerate(rules):
            found = score.skill[rule]
            color = MODEL if found.is_better else RULE
            axes.plot([found.low, found.high], [y, y], color=color, linewidth=2)
            axes.plot([found.percent], [y], "o", color=color, markersize=5)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(range(len(rules)), rules)
        axes.set_title(_title(score), fontsize=9)
        axes.set_xlabel("smaller mean error than the rule, %", fontsize=8)
    return figure


def _coverage(manifest: Manifest, evaluation: Evaluation) -> Figure:
    """Return what intervals promise against what they hold."""
    groups = [s for s in evaluation.of("cross_fitted", "device family") if s.horizon == "closed"]
    figure, panels = _panels(len(groups), height=3.2)
    for axes, score in zip(panels, groups, strict=True):
        levels = list(score.intervals)
        axes.plot([0, 100], [0, 100], color=FAINT)
        axes.plot(
            levels,
            [100 * score.intervals[level].coverage for level in levels],
            "o-",
            color=MODEL,
            label="held",
        )
        if score.long is not None:
            spread = score.long.coverage
            axes.plot([80, 80], [100 * spread.low, 100 * spread.high], color=RULE, linewidth=4, alpha=0.6)
        axes.set_xlim(40, 100)
        axes.set_ylim(40, 100)
        axes.set_title(_title(score), fontsize=9)
        axes.set_xlabel("promised, %", fontsize=8)
        axes.set_ylabel("held, %", fontsize=8)
    return figure


def _groups(manifest: Manifest, evaluation: Evaluation) -> Figure:
    """Skill over the best rule by who the people are and how much is known."""
    scores = [
        s
        for s in evaluation.groups
        if s.people_are == "cross_fitted"
        and s.horizon == "closed"
        and s.by not in {"device family", "data set"}
    ]
    figure, (axes,) = _panels(1, height=0.3 * len(scores) + 1.2)
    for y, score in enumerate(reversed(scores)):
        found = score.headline
        color = MODEL if found.is_better else RULE
        axes.plot([found.low, found.high], [y, y], color=color, linewidth=2)
        axes.plot([found.percent], [y], "o", color=color, markersize=5)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(scores)), [f"{s.by}: {s.group} ({s.people})" for s in reversed(scores)])
    axes.set_xlabel("smaller mean error than the group's best rule, %", fontsize=8)
    return figure


PLOTS: dict[str, tuple[Callable[[Manifest, Evaluation], Figure], str]] = {
    "skill": (_skill, "Skill over every rule, with 90% intervals; grey where the interval holds 0."),
    "coverage": (
        _coverage,
        "What intervals promise and hold; the grey bar is where the middle eight of ten people lie at 80%.",
    ),
    "groups": (_groups, "Skill over each group's best rule, with the number of people."),
}


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    with mpl.rc_context({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(3.4 * count if count > 1 else 6.5, height), layout="constrained")
        panels = figure.subplots(1, count, squeeze=False)[0]
    return figure, list(panels)


def _title(score: GroupScore) -> str:
    return f"{score.group}: {score.people} people, {score.nights} nights"

"""What is usual of people's own levels: gains, typical errors and conformal scores.

Sets count alike in the gains, or the largest would decide for devices it has none of. Each set is scored by
what the other sets say of it; the one set of a target, by its other people; its one person, by the person.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from common.compute.forecasts.adaptive import REPLAYED_NIGHTS, level_quantiles
from common.compute.forecasts.intervals import score_grid
from common.compute.forecasts.level import GAINS, OWN_LEVEL, Level, LevelPrior, follow_level, smooth
from common.compute.forecasts.rules import shrink
from common.compute.forecasts.targets import HORIZONS, TARGETS, Target, is_close
from common.compute.series.rows import Floats
from common.errors import ConfigurationError
from common.inference.level import SPREAD_OF_ERROR
from common.inference.level_manifest import (
    FOLDER,
    Calibration,
    LevelHorizon,
    LevelManifest,
    LevelScore,
    Prior,
    TargetLevel,
)
from common.inference.manifest import TrainingSet
from model_export.data.datasets import (
    SOURCES,
    Mask,
    Person,
    comparable_days,
    load_people,
    recent_days,
)
from model_export.evaluate.yardsticks import yardsticks

NIGHTS_BELIEVED = 30
"""No person's nights say more of the gains than so many."""
SHARED_OUT = 0.2
"""Share of belief that is spread evenly over the gains, for devices that no set has."""
ROUNDS = 60
FEWEST_NIGHTS = 8
LONG_NIGHTS, LONG_SHARE = 20, 0.7
PERSON_FOLDS = 5

Done = Callable[[], None]


@dataclass(frozen=True)
class History:
    """One person's values of one target."""

    dataset: str
    values: Floats
    """(n,) in the model's unit."""
    comparable: Mask
    recent: Mask

    def came(self, horizon: int) -> Floats:
        """(n,) what each day's forecast is held against, NaN where unknown."""
        return np.append(self.values[horizon:], np.full(horizon, np.nan))[: len(self.values)]


@dataclass(frozen=True)
class Answered:
    """(N,) nights of some people, in the model's unit."""

    person: Floats
    came: Floats
    center: Floats
    level: Level
    recent: Mask
    comparable: Mask

    @property
    def scores(self) -> Floats:
        return (self.came - self.center) / self.level.usual_error

    def weights(self) -> Floats:
        _, person, nights = np.unique(self.person, return_inverse=True, return_counts=True)
        weights: Floats = np.minimum(1.0, NIGHTS_BELIEVED * 2 / nights)[person]
        return weights


def fit_level(people: Sequence[Person], done: Done = lambda: None) -> LevelManifest:
    """`done` is called once per target."""
    targets = {}
    for target in TARGETS.values():
        targets[target.name] = fit_target(target, people)
        done()
    manifest = LevelManifest(id=OWN_LEVEL, version="", gains=list(GAINS), targets=targets)
    digest = hashlib.sha256(manifest.model_dump_json().encode()).hexdigest()
    return manifest.model_copy(update={"version": f"1.{digest[:8]}"})


def publish_level(manifest: LevelManifest, out: Path) -> None:
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n")
    (folder / "card.md").write_text(write_card(manifest))


def write_card(manifest: LevelManifest) -> str:
    """How good the rule is: every set by what was learned without it, and whose data that was."""
    head = (
        "| target | nights ahead | set | left out | people, nights | gain on the best rule | 80% covers "
        "| people of 70% |"
    )
    rows = [
        f"| {name} | {ahead} | {s.dataset} | {s.left_out} | {s.people}, {s.nights} | "
        f"{100 * (1 - s.error / s.best_rule_error):+.1f}% ({s.best_rule}) | {100 * s.coverage:.0f}% | "
        f"{s.long_covered} of {s.long_people} |"
        for name, target in manifest.targets.items()
        for ahead, horizon in zip(HORIZONS, target.horizons, strict=True)
        for s in horizon.scores
    ]
    sources = {
        s.dataset: f"- {s.dataset}: {s.licence}. {s.credit}"
        for t in manifest.targets.values()
        for s in t.training
    }
    return "\n".join(
        [
            f"# {manifest.id} {manifest.version}",
            "",
            "A person's own level by exponential smoothing, its gain learned by empirical Bayes; intervals "
            "of other people's errors, outweighed by the person's own, at a level that the person's last "
            f"{REPLAYED_NIGHTS} nights move. The best rule is chosen in hindsight for each set; people of "
            f"70%: those of at least {LONG_NIGHTS} nights for whom the 80% interval held so many.",
            "",
            head,
            "|" + " --- |" * 8,
            *rows,
            "",
            "## Data",
            "",
            *sources.values(),
            "",
        ]
    )


def main() -> None:
    """Learn from the folder NUTRI_DATA_DIR and write the artifact."""
    data = os.environ.get("NUTRI_DATA_DIR")
    if not data:
        raise ConfigurationError("NUTRI_DATA_DIR is not set: there are no people to learn from.")
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("own levels", total=len(TARGETS))
        manifest = fit_level(load_people(Path(data)), lambda: progress.advance(task))
    publish_level(manifest, Path(__file__).parents[1] / "artifacts")


def fit_target(target: Target, people: Sequence[Person]) -> TargetLevel:
    histories = find_histories(target, people)
    levels = [np.nanmean(history.values) for history in histories]
    learned = TargetLevel(
        unit=target.unit,
        mean=round(float(np.mean(levels)), 4),
        between_sd=round(float(np.std(levels)), 4) or 1.0,
        horizons=[],
        training=_training_sets(histories),
    )
    horizons = []
    for horizon in HORIZONS:
        prior = fit_prior(histories, horizon)
        settled, sparse = calibrate(target, learned, histories, prior, horizon)
        horizons.append(
            LevelHorizon(
                prior=prior,
                settled=settled,
                sparse=sparse,
                scores=score_sets(target, learned, histories, horizon),
            )
        )
    return learned.model_copy(update={"horizons": horizons})


def find_histories(target: Target, people: Sequence[Person]) -> list[History]:
    histories = []
    for person in people:
        # of one device each, and as they were measured: what a later night tells of an era is hindsight
        values = target.measure.to_scale(person.series[target.channel])
        if np.isfinite(values).sum() >= 2:
            histories.append(History(person.dataset, values, comparable_days(values), recent_days(values)))
    return histories


def fit_prior(histories: Sequence[History], horizon: int) -> Prior:
    """Return the share of people each gain fits best, by expectation and maximisation, sets counting
    alike.
    """
    fits, sets, errors = [], [], []
    for history in histories:
        asked = history.comparable & np.isfinite(history.came(horizon))
        if asked.sum() < FEWEST_NIGHTS:
            continue
        mean_errors = np.abs(history.came(horizon) - smooth(history.values))[:, asked].mean(axis=1)
        nights = min(int(asked.sum()), NIGHTS_BELIEVED)
        fits.append(-nights * np.log(mean_errors / mean_errors.min()))
        errors.append(mean_errors.min())
        sets.append(history.dataset)
    likelihood, names = np.exp(np.array(fits)), np.array(sets)
    share = np.array([1 / (names == name).sum() for name in names]) / len(np.unique(names))
    gains = np.full(len(GAINS), 1 / len(GAINS))
    for _ in range(ROUNDS):
        belief = gains * likelihood
        belief /= belief.sum(axis=1, keepdims=True)
        gains = (1 - SHARED_OUT) * share @ belief + SHARED_OUT / len(GAINS)
    typical = np.mean([np.median(np.array(errors)[names == name]) for name in np.unique(names)])
    return Prior(usual_gains=[round(float(g), 4) for g in gains], typical_error=round(float(typical), 4))


def answer(learned: TargetLevel, histories: Sequence[History], prior: LevelPrior, horizon: int) -> Answered:
    """Every night that has a value and something known of the 60 days before its forecast."""
    parts = []
    for position, history in enumerate(histories):
        n = len(history.values)
        level = follow_level(history.values, prior, n, horizon)
        came = history.came(horizon)
        asked = np.isfinite(came) & np.isfinite(level.value)
        days = np.cumsum(np.isfinite(history.values)).astype(np.float64)[asked]
        chosen = Level(*(getattr(level, name)[asked] for name in ("value", "usual_error", "gain", "missed")))
        within = SPREAD_OF_ERROR * chosen.usual_error
        center = shrink(chosen.value, days, learned.mean, within, learned.between_sd)
        person = np.full(int(asked.sum()), float(position))
        parts.append((person, came[asked], center, chosen, history.recent[asked], history.comparable[asked]))
    person, came, center, levels, recent, comparable = zip(*parts, strict=True)
    level = Level(
        *(
            np.concatenate([getattr(one, name) for one in levels])
            for name in ("value", "usual_error", "gain", "missed")
        )
    )
    return Answered(
        np.concatenate(person),
        np.concatenate(came),
        np.concatenate(center),
        level,
        np.concatenate(recent),
        np.concatenate(comparable),
    )


def calibrate(
    target: Target, learned: TargetLevel, histories: Sequence[History], prior: Prior, horizon: int
) -> tuple[Calibration, Calibration]:
    """Where enough is known of the last days, and where it is not."""
    answered = answer(learned, histories, prior.of_level, horizon)
    back = np.exp if target.measure.logarithmic else np.asarray
    close = is_close(target, back(answered.center), back(answered.came))

    def one(mask: Mask) -> Calibration:
        if not mask.any():
            mask = np.ones_like(mask)
        error = answered.level.usual_error[mask]
        edges = np.quantile(error, [1 / 3, 2 / 3])
        bins = np.searchsorted(edges, error)
        shares = [close[mask][bins == b] for b in range(len(edges) + 1)]
        return Calibration(
            nights=int(mask.sum()),
            people=len(np.unique(answered.person[mask])),
            scores=score_grid(answered.scores[mask], answered.weights()[mask]),
            error_edges=[round(float(edge), 6) for edge in edges],
            confidence=[
                round(float(share.mean() if share.size else close[mask].mean()), 3) for share in shares
            ],
        )

    return one(answered.recent), one(~answered.recent)


def score_sets(
    target: Target, learned: TargetLevel, histories: Sequence[History], horizon: int
) -> list[LevelScore]:
    names = list(dict.fromkeys(history.dataset for history in histories))
    scores = []
    for name in names:
        mine = [history for history in histories if history.dataset == name]
        others = [history for history in histories if history.dataset != name]
        if others:
            parts = [(mine, others)]
        elif len(mine) > 1:
            folds = [mine[fold::PERSON_FOLDS] for fold in range(min(PERSON_FOLDS, len(mine)))]
            parts = [(fold, [h for h in mine if not any(h is one for one in fold)]) for fold in folds]
        else:
            parts = [(mine, mine)]
        left_out = "set" if others else "person" if len(mine) > 1 else "nothing"
        found = [_score_part(target, learned, asked, known, horizon) for asked, known in parts]
        if (score := _sum_up(name, left_out, [one for part in found for one in part])) is not None:
            scores.append(score)
    return scores


@dataclass(frozen=True)
class _Scored:
    """One person's comparable nights."""

    error: Floats
    rules: dict[str, Floats]
    inside: Mask


def _score_part(
    target: Target, learned: TargetLevel, asked: list[History], known: list[History], horizon: int
) -> list[_Scored]:
    prior = fit_prior(known, horizon)
    settled, _ = calibrate(target, learned, known, prior, horizon)
    scored = []
    for history in asked:
        answered = answer(learned, [history], prior.of_level, horizon)
        nights = answered.comparable
        if not nights.any():
            continue
        eve = np.isfinite(history.came(horizon)) & np.isfinite(smooth(history.values)[0])
        every_day = follow_level(history.values, prior.of_level, len(history.values), horizon)
        low, high = (ends[eve] for ends in level_quantiles(settled.scores, every_day, horizon)[80])
        inside = (answered.scores >= low) & (answered.scores <= high)
        rules = {
            rule: np.abs(history.came(horizon) - values)[eve][nights]
            for rule, values in yardsticks(history.values).items()
        }
        scored.append(_Scored(np.abs(answered.came - answered.center)[nights], rules, inside[nights]))
    return scored


def _sum_up(dataset: str, left_out: str, scored: list[_Scored]) -> LevelScore | None:
    if not scored:
        return None
    rules = {
        rule: float(np.concatenate([one.rules[rule] for one in scored]).mean()) for rule in scored[0].rules
    }
    best = min(rules, key=lambda rule: rules[rule])
    long = [one.inside.mean() for one in scored if len(one.inside) >= LONG_NIGHTS]
    return LevelScore(
        dataset=dataset,
        left_out=left_out,
        people=len(scored),
        nights=sum(len(one.error) for one in scored),
        error=round(float(np.concatenate([one.error for one in scored]).mean()), 4),
        best_rule=best,
        best_rule_error=round(rules[best], 4),
        coverage=round(float(np.concatenate([one.inside for one in scored]).mean()), 3),
        long_people=len(long),
        long_covered=sum(bool(share >= LONG_SHARE) for share in long),
    )


def _training_sets(histories: Sequence[History]) -> list[TrainingSet]:
    sets = []
    for source in SOURCES:
        mine = [history for history in histories if history.dataset == source.file]
        if mine:
            nights = int(sum(np.isfinite(history.values).sum() for history in mine))
            sets.append(
                TrainingSet(
                    dataset=source.file,
                    people=len(mine),
                    nights=nights,
                    licence=source.licence,
                    credit=source.credit,
                )
            )
    return sets


if __name__ == "__main__":
    main()

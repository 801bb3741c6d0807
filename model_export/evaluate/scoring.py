"""The figures of one group of nights: a model against every rule, its intervals against the best rule's.

Pure: arrays in, a `GroupScore` out. Fits nothing but the conformal quantiles that make a rule comparable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.compute.forecasts.intervals import interval_score
from common.compute.forecasts.model_inputs import FAMILIES, Metric
from common.compute.series.rows import Floats
from common.inference.manifest import Horizon
from model_export.data.datasets import Samples
from model_export.evaluate.answers import Answers, PeopleAre
from model_export.evaluate.evaluation import GroupScore, IntervalScore, Long, PersonScore, Skill, Spread
from model_export.evaluate.metrics import pinball, root_mean_square, scaled_error, within_person_r2
from model_export.export.calibrate import HORIZONS, Ends, ends_of, scaled_quantiles

BOOTSTRAP_ROUNDS = 1_000
FEW_PEOPLE = 5
BLOCK_DAYS = 28
LONG_NIGHTS, LONG_LEVEL, LONG_COVERAGE = 60, 80, 0.7


@dataclass(frozen=True)
class Ruled:
    """Nights, what rules forecast for them in the metric's own unit, and who is not to be learned from."""

    samples: Samples
    rules: dict[str, Floats]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    people_are: PeopleAre
    by: str
    name: str
    horizon: Horizon


def best_rule(actual: Floats, rules: dict[str, Floats]) -> str:
    """Return the one with the lowest mean absolute error, in hindsight."""
    return min(rules, key=lambda rule: float(np.abs(rules[rule] - actual).mean()))


def rule_ends(own: Ruled, everyone: Ruled, rule: str, metric: Metric) -> Ends:
    """Return a rule made conformal, in the model's unit: per family and horizon, on the scale the model
    uses too.

    A night's quantiles come from `everyone` but the people of its own fold.
    """
    tables = []
    samples, known = own.samples, everyone.samples
    forecasts = metric.to_model(everyone.rules[rule])
    for fold in np.unique(own.folds):
        others = known.comparable & ~np.isin(known.person, samples.person[own.folds == fold])
        for family in FAMILIES:
            for day_open in HORIZONS.values():
                mine = (own.folds == fold) & (samples.family == family) & (samples.day_open == day_open)
                same = others & (known.family == family) & (known.day_open == day_open)
                if mine.any():
                    quantiles = scaled_quantiles(known.where(same), forecasts[same], metric)
                    tables.append((mine, dict(quantiles)))
    return ends_of(tables, metric.to_model(own.rules[rule]), samples.usual_error)


def score_group(
    group: Group,
    metric: Metric,
    *,
    answers: Answers,
    rules: dict[str, Floats],
    ends_of_best: Ends,
    blend: Mapping[str, float],
    changes: Floats,
    seed: int,
) -> GroupScore:
    """Return answers and rules of the group's nights alone; `blend` are the members' weights.

    `changes`: (N,) the person's own day-to-day change, which MASE scales by.
    """
    back = np.exp if metric.logarithmic else np.asarray
    samples = answers.samples
    actual, person = samples.actual, samples.person
    best = best_rule(actual, rules)
    forecasts = {"model": back(answers.centers)} | rules
    forecasts |= {
        name: back(own) for name, own in (answers.members | without_members(answers, blend)).items()
    }
    errors = {name: np.abs(values - actual) for name, values in forecasts.items()}
    weights = bootstrap_weights(samples, seed)
    model_ends, best_ends = (
        {level: (back(low), back(high)) for level, (low, high) in ends.items()}
        for ends in (answers.ends, ends_of_best)
    )
    _, index = np.unique(person, return_inverse=True)
    own_error, rule_error = (
        np.bincount(index, errors[name]) / np.bincount(index) for name in ("model", best)
    )
    rmse = np.sqrt(np.bincount(index, errors["model"] ** 2) / np.bincount(index))
    two = ("model", best)
    return GroupScore(
        people_are=group.people_are,
        by=group.by,
        group=group.name,
        horizon=group.horizon,
        people=len(own_error),
        nights=len(actual),
        best_rule=best,
        mae={name: _rounded(values.mean()) for name, values in errors.items()},
        rmse={name: _rounded(root_mean_square(values)) for name, values in errors.items()},
        mase={name: _rounded(scaled_error(errors[name], changes)) for name in two},
        r2={name: _rounded(within_person_r2(actual, forecasts[name], person)) for name in two},
        pinball={
            name: _rounded(pinball(actual, quantiles_of(forecasts[name], ends)))
            for name, ends in zip(two, (model_ends, best_ends), strict=True)
        },
        skill={rule: skill(errors["model"], errors[rule], weights) for rule in rules},
        people_better=int((own_error < rule_error).sum()),
        mae_of_people=spread(own_error),
        rmse_of_people=spread(rmse),
        skill_of_people=spread(100 * (1 - own_error / rule_error)),
        intervals={
            level: score_interval(actual, model_ends[level], best_ends[level], level, weights)
            for level in model_ends
        },
        long=_score_long(actual, model_ends[LONG_LEVEL], index),
        persons=_score_persons(own_error, rmse, rule_error, *_held(actual, model_ends[LONG_LEVEL], index))
        if group.by == "device family"
        else [],
    )


def without_members(answers: Answers, blend: Mapping[str, float]) -> dict[str, Floats]:
    """ "without <member>" -> (N,) what would be served had the blend the other members only.

    Nothing changes where no model answered.
    """
    modelled = answers.samples.recent

    def blended(members: Sequence[str]) -> Floats:
        total = sum(blend[name] for name in members)
        together: Floats = sum((blend[name] / total * answers.members[name] for name in members), np.zeros(1))
        return together

    whole = blended(list(blend))
    rest = {name: [other for other in blend if other != name] for name in blend}
    return {
        f"without {name}": answers.centers + np.where(modelled, blended(others) - whole, 0.0)
        for name, others in rest.items()
        if others
    }


def quantiles_of(center: Floats, ends: Ends) -> dict[float, Floats]:
    """Share of outcomes below -> value, from intervals and the forecast as the median."""
    quantiles = {0.5: center}
    for level, (low, high) in ends.items():
        quantiles |= {0.5 - level / 200: low, 0.5 + level / 200: high}
    return quantiles


def score_interval(
    actual: Floats,
    ends: tuple[Floats, Floats],
    rule: tuple[Floats, Floats],
    level: int,
    weights: Floats,
) -> IntervalScore:
    own, other = (interval_score(actual, low, high, level) for low, high in (ends, rule))
    low, high = ends
    return IntervalScore(
        coverage=_rounded(np.mean((low <= actual) & (actual <= high))),
        width=_rounded(np.mean(high - low)),
        score=_rounded(own.mean()),
        rule_score=_rounded(other.mean()),
        skill=skill(own, other, weights),
    )


def bootstrap_weights(samples: Samples, seed: int) -> Floats:
    """Return (rounds, N) how often each night is drawn: whole people, or months of the few people there
    are.
    """
    clusters = samples.person.astype(np.int64)
    if len(np.unique(clusters)) < FEW_PEOPLE:
        block = samples.target_day.astype("datetime64[D]").astype(np.int64) // BLOCK_DAYS
        clusters = clusters * 1_000_000 + block
    _, index = np.unique(clusters, return_inverse=True)
    count = int(index.max()) + 1
    drawn = np.random.default_rng(seed).integers(0, count, (BOOTSTRAP_ROUNDS, count))
    times = np.stack([np.bincount(row, minlength=count) for row in drawn])
    return times[:, index].astype(np.float64)


def skill(model: Floats, rule: Floats, weights: Floats) -> Skill:
    """Of two (N,) losses of the same nights."""
    rounds = 100 * (1 - (weights @ model) / (weights @ rule))
    low, high = np.quantile(rounds, [0.05, 0.95])
    return Skill(
        percent=_rounded(100 * (1 - model.mean() / rule.mean()), 2),
        low=_rounded(low, 2),
        high=_rounded(high, 2),
    )


def spread(values: Floats) -> Spread:
    low, median, high = np.quantile(values, [0.1, 0.5, 0.9])
    return Spread(low=_rounded(low), median=_rounded(median), high=_rounded(high))


def _score_long(actual: Floats, ends: tuple[Floats, Floats], index: NDArray[np.int64]) -> Long | None:
    nights, inside = _held(actual, ends, index)
    shares = inside[nights >= LONG_NIGHTS]
    if not shares.size:
        return None
    return Long(people=len(shares), covered=int((shares >= LONG_COVERAGE).sum()), coverage=spread(shares))


def _held(
    actual: Floats, ends: tuple[Floats, Floats], index: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    """(people,) nights, and the share of them inside their interval."""
    nights = np.bincount(index)
    return nights, np.bincount(index, (ends[0] <= actual) & (actual <= ends[1])) / nights


def _score_persons(
    mae: Floats, rmse: Floats, rule_mae: Floats, nights: NDArray[np.int64], held: Floats
) -> list[PersonScore]:
    return [
        PersonScore(
            nights=int(nights[i]),
            mae=_rounded(mae[i]),
            rmse=_rounded(rmse[i]),
            rule_mae=_rounded(rule_mae[i]),
            coverage=_rounded(held[i]),
        )
        for i in np.argsort(-nights, kind="stable")
    ]


def _rounded(value: float | np.floating, digits: int = 4) -> float:
    return round(float(value), digits)

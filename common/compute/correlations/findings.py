"""From evidence that may be told to findings people can read. Owns sizes, caveats and the shown-once rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from common.compute.correlations.control import Verdicts
from common.compute.correlations.effects import compare_thirds, theil_sen
from common.compute.correlations.evidence import Evidence, correlate_halves, correlate_raw
from common.compute.correlations.pairs import Pair
from common.compute.correlations.posterior import Posterior, combine
from common.compute.correlations.quantities import OUTCOMES, WEAR_PRONE, WORN_OUTCOMES, step_of
from common.compute.correlations.ranks import Floats, spearman_grid
from common.compute.correlations.reasons import other_reasons
from common.compute.correlations.report import Backing, Effect, Finding, Withheld
from common.compute.correlations.standard import reaches

NEAR_DUPLICATE = 0.7


def describe_findings(
    evidence: Evidence, verdicts: Verdicts, measured: Collection[str]
) -> tuple[tuple[Finding, ...], dict[int, Withheld]]:
    """Return the told rows, surest first; nearly equal inputs of an outcome once, the others named beside it.

    Beside them, why each other row with a tier is not told. `measured` are the person's channels.
    """
    slopes = {
        row: _shrink(evidence, verdicts, row) for row, tier in enumerate(verdicts.tiers) if tier is not None
    }
    told = [row for row, (_, slope) in slopes.items() if _matters(evidence, row, slope)]
    told.sort(key=lambda row: (verdicts.p[row], row))
    groups: list[list[int]] = []
    for row in told:
        for group in groups:
            if _twins(evidence, row, group[0]):
                group.append(row)
                break
        else:
            groups.append([row])
    withheld = dict.fromkeys(slopes.keys() - set(told), Withheld.EFFECT_TOO_SMALL)
    withheld |= {row: Withheld.SHOWN_WITH_ANOTHER for _, *twins in groups for row in twins}
    findings = tuple(
        _describe(evidence, verdicts, first, slopes[first], twins=twins, measured=measured)
        for first, *twins in groups
    )
    return findings, withheld


@dataclass(frozen=True, slots=True)
class Slope:
    """Posterior of the outcome on the input, in their units, with its 90% interval."""

    told: float
    lower: float
    upper: float


def slope_of(evidence: Evidence, row: int, posterior: Posterior) -> Slope:
    """Put a posterior in standard deviations into the row's units."""
    reach = float(reaches(evidence.x[[row]], evidence.mask[[row]])[0])
    spread_x, spread_y = np.std(_adjusted(evidence, row), axis=1)
    unit = reach * float(spread_y / spread_x)
    return Slope(unit * posterior.mean, unit * posterior.lower, unit * posterior.upper)


def _shrink(evidence: Evidence, verdicts: Verdicts, row: int) -> tuple[float, Slope]:
    """Return the slope as the days say it, and what is told: nothing where they differ in sign."""
    measured = theil_sen(*_adjusted(evidence, row))
    estimate, error = float(verdicts.estimates[row]), float(verdicts.errors[row])
    if not np.isfinite(measured) or not np.isfinite(estimate) or measured * estimate <= 0:
        return measured, Slope(0.0, 0.0, 0.0)
    return measured, slope_of(evidence, row, combine(estimate, error, verdicts.priors[row]))


def _twins(evidence: Evidence, row: int, other: int) -> bool:
    if evidence.pairs[row].outcome != evidence.pairs[other].outcome:
        return False
    return bool(abs(spearman_grid(evidence.x[[row]], evidence.x[[other]])[0, 0, 0]) >= NEAR_DUPLICATE)


def _matters(evidence: Evidence, row: int, slope: Slope) -> bool:
    """Return False where neither a natural step nor the person's usual range moves the outcome by its
    floor.
    """
    reach = max(_step(evidence, row), _usual_range(evidence, row))
    return abs(slope.told) * reach >= OUTCOMES[evidence.pairs[row].outcome.channel].floor


def _describe(
    evidence: Evidence,
    verdicts: Verdicts,
    row: int,
    sizes: tuple[float, Slope],
    *,
    twins: Sequence[int],
    measured: Collection[str],
) -> Finding:
    pair, inside, tier = evidence.pairs[row], evidence.mask[row], verdicts.tiers[row]
    if tier is None:
        raise ValueError("only a row with a tier is a finding")
    pearson, spearman = (float(value[0]) for value in correlate_raw(evidence, [row]))
    step = _step(evidence, row)
    as_measured, slope = sizes
    halves = correlate_halves(evidence, row)
    known = verdicts.known[row]
    caveats = _caveats(pair, spearman, float(evidence.adjusted[row]), halves)
    return Finding(
        feature=pair.input.feature,
        metric=pair.metric,
        lag_days=pair.lag_days,
        tier=tier,
        n=int(evidence.n[row]),
        effective_n=float(evidence.effective_n[row]),
        pearson=pearson,
        spearman=spearman,
        adjusted=float(evidence.adjusted[row]),
        p_value=float(verdicts.p[row]),
        q_value=float(verdicts.q[row]),
        effect=Effect(
            step, pair.input.unit, slope.told * step, pair.outcome.unit,
            slope.lower * step, slope.upper * step, as_measured * step,
        ),
        thirds=compare_thirds(evidence.x[row, inside], evidence.y[row, inside]),
        halves=halves,
        similar=tuple(evidence.pairs[twin].input.feature for twin in twins),
        caveats=(*caveats, "held_from_an_earlier_look") if verdicts.held[row] else tuple(caveats),
        backing=None if known is None else Backing(known.reference, known.people),
        other_reasons=other_reasons(pair.input.channel, measured),
    )  # fmt: skip


def _caveats(pair: Pair, raw: float, adjusted: float, halves: tuple[float, float]) -> list[str]:
    caveats = []
    if raw * adjusted < 0 or abs(raw) < abs(adjusted) / 2:
        caveats.append("raw_and_adjusted_disagree")
    elif abs(raw) > 2 * abs(adjusted):
        caveats.append("raw_overstates")
    if halves[0] * halves[1] < 0:
        caveats.append("unstable_over_halves")
    if pair.lag_days == 0:
        caveats.append("same_night")
    if pair.input.channel in WEAR_PRONE and pair.outcome.channel in WORN_OUTCOMES:
        caveats.append("wear_time")
    return caveats


def _adjusted(evidence: Evidence, row: int) -> Floats:
    inside = evidence.mask[row]
    return np.stack([evidence.adjusted_x[row, inside], evidence.adjusted_y[row, inside]])


def _usual_range(evidence: Evidence, row: int) -> float:
    return float(np.subtract(*np.quantile(evidence.x[row, evidence.mask[row]], [0.75, 0.25])))


def _step(evidence: Evidence, row: int) -> float:
    return step_of(evidence.pairs[row].input.channel) or _usual_range(evidence, row)

"""An interval that may be looked at every night: how often it errs, and how soon it sees what is there."""

from datetime import date, timedelta

import numpy as np
import pytest

from common.compute.experiments.assignment import is_assigned
from common.compute.experiments.sequential import (
    ALPHA,
    NIGHTS_MIN,
    PEOPLE_MIN,
    Comparison,
    PairedLosses,
    compare,
    season_of,
)

SCALE = 2.5
"""Error of the simple rule, bpm."""


def watch(
    rng: np.random.Generator, *, people: int, nights: int, gain: float = 0.0, arrive: bool = False
) -> list[Comparison]:
    """What is said night by night. People have levels of their own, nights heavy tails, some are missing."""
    level = gain * SCALE + rng.normal(0, 0.08, people)
    gains = level + 0.5 * rng.standard_t(4, (nights, people)) / np.sqrt(2)
    since = rng.integers(0, nights // 2, people) if arrive else np.zeros(people, int)
    seen = (np.arange(nights)[:, None] >= since) & (rng.random((nights, people)) < 0.85)
    sums, counts = np.cumsum(gains * seen, axis=0), np.cumsum(seen, axis=0)
    told = []
    for total, n in zip(sums, counts, strict=True):
        mean = total[n >= NIGHTS_MIN] / n[n >= NIGHTS_MIN]
        losses = PairedLosses(
            len(mean), int(n.sum()), float(mean.sum()), float((mean**2).sum()), SCALE * int(n.sum())
        )
        if (said := compare(losses)) is not None:
            told.append(said)
    return told


@pytest.mark.parametrize("arrive", [False, True])
def test_models_that_are_alike_are_told_apart_in_one_of_twenty_trials_at_most_however_often_one_looks(
    arrive: bool,
) -> None:
    rng = np.random.default_rng(3)
    trials = [watch(rng, people=60, nights=60, arrive=arrive) for _ in range(300)]
    wrong = np.mean([any(night.verdict != "undecided" for night in trial) for trial in trials])
    usual = np.mean([any(abs(night.gain) > 1.96 * usual_error(night) for night in trial) for trial in trials])
    assert wrong <= 0.05
    assert usual > 0.12, "the interval made for one look errs often when one looks every night"


def usual_error(night: Comparison) -> float:
    """The standard error its margin was made of, found again by bisection."""
    from common.compute.experiments.sequential import mixture_margin  # noqa: PLC0415

    margin, low, high = (night.upper - night.lower) / 2, 1e-6, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if mixture_margin(middle, ALPHA) < margin else (low, middle)
    return low


def test_a_better_and_a_worse_model_are_seen_soon_and_by_their_sign() -> None:
    rng = np.random.default_rng(5)
    for gain, verdict in ((0.03, "better"), (-0.03, "worse")):
        trials = [watch(rng, people=300, nights=60, gain=gain) for _ in range(20)]
        first = [next((night for night in t if night.verdict != "undecided"), None) for t in trials]
        assert np.mean([one is not None and one.verdict == verdict for one in first]) > 0.9


def test_the_interval_covers_the_gain_at_all_looks_at_once() -> None:
    rng = np.random.default_rng(6)
    trials = [watch(rng, people=100, nights=60, gain=0.02) for _ in range(200)]
    assert np.mean([all(n.lower <= 0.02 <= n.upper for n in trial) for trial in trials]) >= 0.95


@pytest.mark.parametrize(
    "losses",
    [
        PairedLosses(PEOPLE_MIN - 1, 500, 9.0, 9.0, 500 * SCALE),
        PairedLosses(0, 0, 0.0, 0.0, 0.0),
        PairedLosses(60, 600, 0.0, 0.0, 600 * SCALE),
        PairedLosses(60, 600, 6.0, 9.0, 0.0),
    ],
)
def test_nothing_is_said_of_too_few_people_or_without_a_difference(losses: PairedLosses) -> None:
    assert compare(losses) is None


def test_a_person_stays_on_their_side_and_sides_are_drawn_anew_for_each_experiment() -> None:
    people = [f"user-{n}" for n in range(4_000)]
    first = {name: [is_assigned(person, name, 0.3) for person in people] for name in ("a", "b")}
    assert first["a"] == [is_assigned(person, "a", 0.3) for person in people]
    assert abs(np.mean(first["a"]) - 0.3) < 0.03
    assert abs(np.mean(np.logical_and(first["a"], first["b"])) - 0.09) < 0.02
    wider = [is_assigned(person, "a", 0.5) for person in people]
    assert all(later for before, later in zip(first["a"], wider, strict=True) if before)
    assert not any(is_assigned(person, "a", 0.0) for person in people)
    assert all(is_assigned(person, "a", 1.0) for person in people)


def test_what_is_watched_without_end_is_watched_in_seasons_whose_errors_add_up_to_one() -> None:
    first = date(2025, 1, 31)
    seasons = {season_of(first, first + timedelta(days=n), 112) for n in range(40 * 112)}
    alphas = [alpha for _, alpha in sorted(seasons, key=lambda season: season[0])]
    assert [begin for begin, _ in sorted(seasons)] == [first + timedelta(days=112 * n) for n in range(40)]
    assert alphas[0] == ALPHA / 2
    assert alphas == sorted(alphas, reverse=True)
    assert 0.97 * ALPHA < sum(alphas) < ALPHA


def test_the_nights_of_different_people_add_up() -> None:
    rng = np.random.default_rng(2)
    gains = rng.normal(0.2, 0.5, 80)
    parts = [
        PairedLosses(len(g), 10 * len(g), float(g.sum()), float((g**2).sum()), 10 * len(g) * SCALE)
        for g in (gains[:30], gains[30:30], gains[30:])
    ]
    whole = PairedLosses(80, 800, float(gains.sum()), float((gains**2).sum()), 800 * SCALE)
    added, told = compare(parts[0] + parts[1] + parts[2]), compare(whole)
    assert added is not None
    assert told is not None
    assert (added.people, added.nights, added.verdict) == (told.people, told.nights, told.verdict)
    assert (added.gain, added.lower) == pytest.approx((told.gain, told.lower))

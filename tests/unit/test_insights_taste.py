"""Feedback: shrunk to what everybody finds, bounded, and worth its while in a simulation."""

import numpy as np
import pytest

from common.compute.insights import Candidate, Taste, Votes, choose, decide_telling, vote
from common.compute.insights.taste import LEAST, MOST
from tests.unit.insight_samples import LAST, sample_insights

GOAL = ("GOAL_PROGRESS", "goal_on_track")


def test_nobody_has_a_taste_before_any_feedback() -> None:
    assert Taste({}, {}).of(*GOAL) == pytest.approx(1.0)


def test_a_vote_moves_its_own_template_most_its_kind_less_and_others_not() -> None:
    taste = Taste({GOAL: Votes(unhelpful=3)}, {})
    own, kin = taste.of(*GOAL), taste.of("GOAL_PROGRESS", "goal_below")
    assert own < kin < 1.0
    assert taste.of("ANOMALY", "nights_off") == pytest.approx(1.0)


def test_one_vote_outweighs_neither_the_crowd_nor_a_hundred_own_votes_the_bounds() -> None:
    liked_by_all = {GOAL: Votes(helpful=500)}
    assert Taste({GOAL: Votes(unhelpful=1)}, liked_by_all).of(*GOAL) > 1.0
    assert Taste({GOAL: Votes(unhelpful=1000)}, {}).of(*GOAL) == LEAST
    assert Taste({GOAL: Votes(helpful=1000)}, {}).of(*GOAL) <= MOST


def test_a_dismissal_without_a_word_counts_less_than_a_no() -> None:
    dismissed, disliked = vote(helpful=None, dismissed=True), vote(helpful=False, dismissed=True)
    assert 0 < dismissed.unhelpful < disliked.unhelpful
    assert vote(helpful=True, dismissed=True) == Votes(helpful=1.0)


def test_learning_shows_people_more_of_what_they_find_helpful() -> None:
    """Three hundred people of known taste, eight weekly feeds each, most of them never saying a word."""
    insights = list(sample_insights().values())
    learned: list[tuple[int, float]] = []
    unlearned: list[tuple[int, float]] = []
    for person in range(300):
        rng = np.random.default_rng(person)
        liking = {i.template: rng.beta(0.6, 0.6) for i in insights}
        own: dict[tuple[str, str], Votes] = {}
        for week in range(8):
            held = [insights[n] for n in rng.choice(len(insights), 14, replace=False)]
            for taste, helpfulness in ((Taste(own, {}), learned), (Taste({}, {}), unlearned)):
                shown = choose(
                    [
                        Candidate(i, decide_telling(i, None, LAST), 1.0, taste.of(i.kind, i.template))
                        for i in held
                    ]
                )
                helpfulness.append((week, float(np.mean([liking[c.insight.template] for c in shown]))))
                if helpfulness is unlearned:
                    continue
                for c in shown:
                    if rng.random() < 0.4:
                        key = (c.insight.kind, c.insight.template)
                        said = vote(helpful=bool(rng.random() < liking[c.insight.template]), dismissed=False)
                        own[key] = own.get(key, Votes()) + said
    late = [np.mean([h for week, h in helpfulness if week >= 4]) for helpfulness in (learned, unlearned)]
    assert late[0] > late[1] + 0.04

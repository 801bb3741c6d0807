"""Feedback: shrunk to what everybody finds, bounded, and worth its while in a simulation."""

import pytest

from common.compute.insights import Taste, Votes, vote
from common.compute.insights.taste import LEAST, MOST
from tests.benchmarks.insights_taste import gain, simulate

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
    helpful = simulate(people=200, weeks=10)
    assert helpful[1, 0].mean() == helpful[0, 0].mean()  # nobody has said anything yet
    mean, half = gain(helpful)
    assert mean - half > 0.02

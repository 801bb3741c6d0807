"""What is worth saying about one person, in plain words, from what other parts established.

`feed.gather` finds all that could be told, `memory` and `ranking` choose the few, `language` renders them.
Never computes a correlation or a forecast: every figure in a text is one it was given or a plain average.
"""

from common.compute.insights.facts import INSIGHTS_VERSION, Fact, Insight, Weight
from common.compute.insights.feed import gather
from common.compute.insights.findings import FindingToTell, period_of
from common.compute.insights.forecasts import Forecasted
from common.compute.insights.language import (
    LOCALES,
    TEMPLATES,
    Said,
    Sayable,
    UnknownWordsError,
    explain_rank,
    render,
)
from common.compute.insights.memory import Remembered, Telling, decide_telling, novelty
from common.compute.insights.ranking import Candidate, choose
from common.compute.insights.supply import Supply, missing_supplies
from common.compute.insights.taste import Taste, Votes, vote

__all__ = [
    "INSIGHTS_VERSION",
    "LOCALES",
    "TEMPLATES",
    "Candidate",
    "Fact",
    "FindingToTell",
    "Forecasted",
    "Insight",
    "Remembered",
    "Said",
    "Sayable",
    "Supply",
    "Taste",
    "Telling",
    "UnknownWordsError",
    "Votes",
    "Weight",
    "choose",
    "decide_telling",
    "explain_rank",
    "gather",
    "missing_supplies",
    "novelty",
    "period_of",
    "render",
    "vote",
]

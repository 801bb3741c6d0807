"""The correlation engine: what moves this person, and how sure we are. `engine.find` is its one question.

Why these statistics. One person's days are few, resemble their neighbours and have gaps, and a false
finding costs more than a missed one. So each pair has one test, fixed beforehand (`pairs`, `quantities`),
on ranks, which no single feast or glitch decides (`ranks`; Spearman 1904). What moves both sides anyway is
taken out of both: weekday, drift, their own pasts, confounders (`adjustment`; Frisch and Waugh 1933). What
resemblance of neighbouring days is left costs days (`dependence`; Bretherton et al. 1999), and whoever
would be told is asked again by moving whole blocks of days (`permutation`; block lengths by Hall, Horowitz
and Jing 1995). Two series that wander both ways are refused: no such correction holds for them (`evidence`;
Yule 1926). The rate of false findings is held over everything tested (`multiplicity`; Benjamini and
Hochberg 1995, Benjamini and Yekutieli 2001) and over every week it is tested again (`looks`; Robbins 1970),
so that what holds may be told on for some weeks without a price (`memory`). Days are also read beside what
studies say of other people (`population`, `support`); what is told is a posterior, so that the first thing
told is not the largest chance (`posterior`). Sizes are slopes that a quarter of odd days cannot bend
(`effects`; Sen 1968). Granger's test (`granger`; Granger 1969, MacKinnon 2010) is shown beside all this and
decides nothing. What is not found may only be too small: `needs` says how many days a moderate effect
takes, by the noncentral t.

Importing this package loads `scipy.special`; nothing else of the service does.
"""

from common.compute.correlations.control import Rules
from common.compute.correlations.engine import (
    DEFAULT_LOOKBACK_DAYS,
    LOOK_BACK_DAYS,
    estimate_pairs,
    expect_effects,
    find,
    profile_lags,
)
from common.compute.correlations.findings import Slope
from common.compute.correlations.quantities import metrics_named
from common.compute.correlations.report import (
    Effect,
    Finding,
    Granger,
    GrangerRefusal,
    Need,
    PairNeeds,
    PairResult,
    Refusal,
    Report,
    Status,
    Thirds,
    Tier,
)

__all__ = [
    "DEFAULT_LOOKBACK_DAYS",
    "LOOK_BACK_DAYS",
    "Effect",
    "Finding",
    "Granger",
    "GrangerRefusal",
    "Need",
    "PairNeeds",
    "PairResult",
    "Refusal",
    "Report",
    "Rules",
    "Slope",
    "Status",
    "Thirds",
    "Tier",
    "estimate_pairs",
    "expect_effects",
    "find",
    "metrics_named",
    "profile_lags",
]

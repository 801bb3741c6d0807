"""The night's work for everyone: cut into shards, each person recomputed once, forecasts scored.

`runs` says whose turn it is, `person` computes and saves one of them, `ahead` caches what the morning asks
for, `shards` keeps one failure from stopping the rest, `gauges` is what dashboards see of a run, `pooling` is
the weekly step over people. Knows no HTTP, no SQL and no platform: time and deadline are arguments.
"""

from common.services.nightly.evaluation import Evaluation, evaluate, is_due
from common.services.nightly.gauges import set_evaluation_gauges, set_plan_gauges
from common.services.nightly.pooling import Pooled, is_pooling_due, pool
from common.services.nightly.runs import Run, run_at
from common.services.nightly.shards import Plan, Report, Shard, plan, recompute
from common.services.nightly.turns import end_turn, refuse_future, take_turn

__all__ = [
    "Evaluation", "Plan", "Pooled", "Report", "Run", "Shard", "end_turn", "evaluate", "is_due",
    "is_pooling_due", "plan", "pool", "recompute", "refuse_future", "run_at", "set_evaluation_gauges",
    "set_plan_gauges", "take_turn",
]  # fmt: skip

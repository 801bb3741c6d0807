"""The night's work for everyone: cut into shards, each person recomputed once, forecasts scored.

`runs` says whose turn it is, `person` computes and saves one of them, `ahead` caches what the morning asks
for, `shards` keeps one failure from stopping the rest, `gauges` is what dashboards see of a run. Knows no
HTTP, no SQL and no platform: time and deadline are arguments.
"""

from common.services.nightly.evaluation import Evaluation, evaluate
from common.services.nightly.gauges import set_evaluation_gauges, set_plan_gauges
from common.services.nightly.runs import Run, run_at
from common.services.nightly.shards import Plan, Report, Shard, plan, recompute

__all__ = [
    "Evaluation", "Plan", "Report", "Run", "Shard", "evaluate", "plan", "recompute", "run_at",
    "set_evaluation_gauges", "set_plan_gauges",
]  # fmt: skip

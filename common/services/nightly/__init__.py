"""The night's work for everyone: plan it in shards, recompute each person once, say how forecasts fared.

`person` computes and saves one person, `shards` finds who is due and keeps one failure from stopping the
rest. Knows no HTTP, no SQL and no platform: time and deadline are arguments.
"""

from common.services.nightly.evaluation import evaluate
from common.services.nightly.shards import Plan, Report, Run, Shard, plan, recompute

__all__ = ["Plan", "Report", "Run", "Shard", "evaluate", "plan", "recompute"]

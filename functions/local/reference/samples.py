"""Generated parts about people: the synthetic ones, and those the models were judged on."""

from common.compute.forecasts.model_inputs import METRICS
from common.inference.manifest import read_manifest
from functions.local import PROJECT
from functions.local.data.cohort import COHORT, PLANTED
from functions.local.reference.writing import tabulate


def make_people() -> str:
    rows = [(f"`{one.user_id}`", f"{one.story} ({one.timezone or 'no time zone'})") for one in COHORT]
    return tabulate(("user", "what it is for"), rows)


def make_planted() -> str:
    rows = [
        (
            f"`{one.cause}`",
            f"`{one.outcome}`",
            "the next night" if one.lag_days else "the same night",
            f"{one.step:g} {one.step_unit}",
            f"{one.change:+.1%}",
            one.basis,
        )
        for one in PLANTED
    ]
    return tabulate(("cause", "outcome", "when", "per", "change", "size from"), rows)


PEOPLE_ARE = {"cross_fitted": "everyone", "held_out": "locked test"}


def make_scores() -> str:
    """Of the served models, on people the members never saw and with the day over, as manifests hold them."""
    rows = []
    for path in sorted((PROJECT / "model_export" / "artifacts").glob("*/manifest.json")):
        manifest = read_manifest(path)
        rows += [
            (
                f"`{manifest.id}` {manifest.version}",
                f"{score.dataset}, {PEOPLE_ARE[score.people_are]}",
                f"{score.people} people, {score.nights} nights",
                f"{score.model:.2f} {METRICS[manifest.metric].unit}",
                f"{score.best_rule} {score.best_rule_error:.2f}",
                f"{score.skill_percent:+.1f}% ({score.skill_low:+.1f} to {score.skill_high:+.1f})",
                f"{score.coverage[80]:.0%}",
            )
            for people_are in PEOPLE_ARE
            for score in manifest.scores
            if (score.people_are, score.horizon) == (people_are, "closed")
        ]
    headers = ("model", "set", "of", "mean error", "best simple rule", "skill over it", "80% covers")
    return tabulate(headers, rows)

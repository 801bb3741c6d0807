"""The model card: Markdown made from a manifest alone, so that no number in it is typed."""

from collections.abc import Sequence

from common.inference.manifest import Manifest, Score

NAMES = {"rhr": "resting heart rate", "hrv": "heart-rate variability (RMSSD)"}
KINDS = {
    "held_out": "People held out of every fit",
    "cross_fitted": "Everyone, each forecast by members fitted without them",
}


def write_card(manifest: Manifest) -> str:
    inputs = manifest.inputs
    rules = ", ".join(f"{rule} ({family} devices)" for family, rule in manifest.reference_rule.items())
    blend = ", ".join(f"{member} {weight:.0%}" for member, weight in manifest.blend.items())
    window = (
        f"{inputs.window_days} days of {len(inputs.window)} daily quantities and " if inputs.window else ""
    )
    parts = [
        f"# {manifest.id} {manifest.version}",
        f"Tomorrow's {NAMES[manifest.metric]} in {manifest.unit}: of the night that ends on the morning "
        "after the day the forecast is made on. Not medical advice.",
        "## What it predicts",
        f"Target: {manifest.target}. A simple rule ({rules}) is moved by a blend of {blend}. They see "
        f"{window}{len(inputs.row)} numbers of the day itself, all in units of the person's own variation. "
        "Food, meal times and alcohol are not among them: no open data join them with this outcome.",
        "## How good it is",
        "Mean absolute error on nights whose two days before and three of the seven before are known. The "
        "yardstick is the simple rule that is best in hindsight for that set. In brackets: a 90% bootstrap "
        "interval clustered by person (by month where a set has fewer than five people). Intervals: skill of "
        f"the interval score at 80% over that rule made conformal. {_claims(manifest.scores)}",
    ]
    for kind, title in KINDS.items():
        parts += [f"### {title}", _table([score for score in manifest.scores if score.people_are == kind])]
    parts += [
        "## What each member adds",
        "Skill over the best rule, in percent, of each member alone and of the blend, cross-fitted.",
        _members(manifest),
        "## Intervals",
        "Split conformal on people the members had not seen, scaled by the person's own recent error.",
        "\n".join(
            f"- {family} devices, day {horizon}: {c.people} people, {c.nights} nights"
            for family, horizons in manifest.calibration.items()
            for horizon, c in horizons.items()
        ),
        "## Trained on",
        "\n".join(
            f"- {t.dataset}: {t.people} people, {t.nights} nights. {t.licence}. {t.credit}."
            for t in manifest.training
        ),
        f"{manifest.held_out_people} people were held out; then the served model was fitted on everyone by "
        "the same recipe. Recipes were chosen on the others, but the held-out figures were seen between "
        "versions of them: read those as a check, not as a test taken once. "
        f"Seed {manifest.seed}. sha256 `{manifest.sha256}`.",
    ]
    return "\n\n".join(parts) + "\n"


def _claims(scores: Sequence[Score]) -> str:
    better = [f"{s.dataset} ({s.horizon})" for s in scores if s.people_are == "held_out" and s.skill_low > 0]
    return (
        "Better than the best rule beyond doubt on held-out people of: " + ", ".join(better) + "."
        if better
        else "On held-out people no difference from the best rule is beyond doubt."
    )


def _table(scores: Sequence[Score]) -> str:
    columns = "set, day, people, nights, model, persistence, best rule, skill over it, 80% covers, intervals"
    head = f"| {columns.replace(', ', ' | ')} |"
    rows = [
        f"| {s.dataset} | {s.horizon} | {s.people} | {s.nights} | {s.model:.3f} | {s.persistence:.3f} "
        f"| {s.best_rule} {s.best_rule_error:.3f} "
        f"| {s.skill_percent:+.1f}% ({s.skill_low:+.1f} to {s.skill_high:+.1f}) "
        f"| {100 * s.coverage[80]:.0f}% | {s.interval_skill_percent:+.1f}% |"
        for s in scores
    ]
    return "\n".join([head, "|---" * 10 + "|", *rows])


def _members(manifest: Manifest) -> str:
    scores = [score for score in manifest.scores if score.people_are == "cross_fitted"]
    rows = [
        f"| {s.dataset} | {s.horizon} | "
        + " | ".join(f"{s.members_percent[member]:+.1f}" for member in manifest.blend)
        + f" | {s.skill_percent:+.1f} |"
        for s in scores
    ]
    head = "| set | day | " + " | ".join(manifest.blend) + " | blend |"
    return "\n".join([head, "|---" * (3 + len(manifest.blend)) + "|", *rows])

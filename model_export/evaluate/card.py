"""The model card: Markdown made of a manifest, its evaluation and the recorded search; no number is typed."""

from collections.abc import Iterable, Sequence

from common.compute.forecasts.model_inputs import FAMILIES
from common.compute.forecasts.shrinkage import TRUST_NIGHTS
from common.compute.forecasts.targets import TARGETS
from common.inference.manifest import EVIDENCE_PEOPLE_MIN, Manifest
from common.inference.predict import LEARNED
from model_export.data.datasets import DRAW, HELD_OUT_SHARE, LATE_SHARE, LOOKS_AT_LOCKED, SMALL_SETS
from model_export.evaluate.answers import PeopleAre
from model_export.evaluate.evaluation import Evaluation, GroupScore, Skill, Spread
from model_export.evaluate.plots import PLOTS
from model_export.fit.tried import GAINS, RECIPES, SEARCH, SKILLS, read_tried

KINDS: dict[PeopleAre, str] = {
    "held_out": "Locked test: people and later nights kept from every choice",
    "cross_fitted": "Everyone, each forecast by members fitted without them",
}
HORIZONS = {"closed": "24:00", "open": "08:00/14:00"}
WHOLE = ("device family", "data set")
LITTLE_PERCENT = 1.0
PERSON_NIGHTS = 20


def write_card(manifest: Manifest, evaluation: Evaluation) -> str:
    target = TARGETS[LEARNED[manifest.metric]]
    parts = [
        f"# {manifest.id} {manifest.version}",
        f"Tomorrow's {target.words} in {manifest.unit}: of the night that ends on the morning "
        "after the day the forecast is made on. Not medical advice.",
        *_purpose(manifest),
        *_headline(evaluation),
        *_rules(manifest, evaluation),
        *_members(manifest, evaluation),
        *_intervals(manifest, evaluation),
        *_people(evaluation),
        *_persons(manifest, evaluation),
        *_suppositions(manifest),
        *_search(manifest),
        *_origin(manifest),
    ]
    return "\n\n".join(parts) + "\n"


def _purpose(manifest: Manifest) -> list[str]:
    inputs = manifest.inputs
    rules = ", ".join(f"{rule} ({family} devices)" for family, rule in manifest.reference_rule.items())
    blend = ", ".join(f"{member} {weight:.0%}" for member, weight in manifest.blend.items())
    window = (
        f"{inputs.window_days} days of {len(inputs.window)} daily quantities and " if inputs.window else ""
    )
    return [
        "## What it predicts",
        f"Target: {manifest.target}. A simple rule ({rules}) is moved by a blend of {blend}. They see "
        f"{window}{len(inputs.row)} numbers of the day itself, all in units of the person's own variation. "
        "Food, meal times and alcohol are not among them: no open data join them with this outcome."
        + _trust(manifest),
    ]


def _trust(manifest: Manifest) -> str:
    if manifest.trust_prior is None:
        return ""
    return (
        f" The move is made as far as the person's last {TRUST_NIGHTS} nights bore such moves out: by the "
        "slope of what came on what was moved, drawn towards 1 as by "
        f"{manifest.trust_prior:g} nights moved by one usual error."
    )


def _headline(evaluation: Evaluation) -> list[str]:
    fitted = ", ".join(evaluation.fitted_rules) or "none"
    parts = [
        "## How good it is",
        "Forecasts are made day by day, by members and intervals that never saw the person. Device families "
        "are never pooled: smoothed is Fitbit, which smooths over days; night is rings and straps, which "
        "measure each night afresh. The yardstick is the rule that is best in hindsight for the group: "
        "persistence, EWMA, 7-day mean, the person's mean, weekday-naive, and of those fitted to one "
        f"person: {fitted}. "
        "Scored are nights whose two days before and three of the seven before are known. In brackets: a 90% "
        "bootstrap interval, paired and clustered by person (by month where a group has fewer than five "
        "people). Made at 24:00, or while the day is open (08:00/14:00), when its totals are masked, so "
        "that both hours give one answer. Interval score: Winkler at 80%, against that rule made conformal "
        "from the same nights.",
        _claims(evaluation.of("held_out", "device family"), "the locked test"),
        _claims(evaluation.of("cross_fitted", "device family"), "everyone"),
    ]
    if LOOKS_AT_LOCKED > 1:
        parts.append(
            f"The locked test has been looked at {LOOKS_AT_LOCKED} times, each time to score another recipe: "
            "it is no longer fresh, and the main evidence is everyone's forecasts by members fitted without "
            "them."
        )
    for kind, title in KINDS.items():
        scores = [s for by in WHOLE for s in evaluation.of(kind, by)]
        parts += [f"### {title}", _table(_HEADLINE, map(_headline_row, scores))]
    return parts


_HEADLINE = "nights of, made at, people, nights, MAE, best rule, skill over it, people better, interval score"


def _headline_row(s: GroupScore) -> list[str]:
    return [
        f"{s.group} devices" if s.by == "device family" else s.group,
        HORIZONS[s.horizon],
        f"{s.people}",
        f"{s.nights}",
        f"{s.mae['model']:.3f}",
        f"{s.best_rule} {s.mae[s.best_rule]:.3f}",
        _skill(s.headline),
        f"{s.people_better}",
        _skill(s.intervals[80].skill),
    ]


def _claims(scores: Sequence[GroupScore], whom: str) -> str:
    """Better or worse only where the interval excludes 0."""
    verdicts = {
        "better than the best rule": [s for s in scores if s.headline.is_better],
        "worse": [s for s in scores if s.headline.is_worse],
        "not told apart from it": [s for s in scores if not s.headline.is_better and not s.headline.is_worse],
    }
    told = [
        f"{verdict}: " + ", ".join(f"{s.group} at {HORIZONS[s.horizon]}" for s in found)
        for verdict, found in verdicts.items()
        if found
    ]
    return f"Of {whom}: " + "; ".join(told) + "." if told else f"Of {whom}: too few nights to say."


def _rules(manifest: Manifest, evaluation: Evaluation) -> list[str]:
    parts = [
        "## Against every rule",
        f"Everyone, at 24:00. MAE and RMSE in {manifest.unit}; MASE is the error over the person's own "
        "day-to-day change; R2 is within people, where differences between people count for nothing.",
    ]
    for s in _closed(evaluation):
        rows = [
            [name, f"{s.mae[name]:.3f}", f"{s.rmse[name]:.3f}", _skill(s.skill[name])]
            for name in sorted(s.skill, key=lambda rule: s.mae[rule])
        ]
        model = ["**model**", f"{s.mae['model']:.3f}", f"{s.rmse['model']:.3f}", ""]
        two = "; ".join(
            f"{name}: MASE {s.mase[name]:.3f}, R2 {s.r2[name]:+.3f}, pinball {s.pinball[name]:.3f}"
            for name in ("model", s.best_rule)
        )
        parts += [
            f"### {s.group} devices",
            _table("forecast, MAE, RMSE, skill of the model over it", [model, *rows]),
            f"{two}. Of the middle eight of ten people: MAE {_spread(s.mae_of_people, manifest.unit)}, RMSE "
            f"{_spread(s.rmse_of_people, manifest.unit)}, skill over {s.best_rule} "
            f"{_spread(s.skill_of_people, '%')}; better for {s.people_better} of {s.people}.",
        ]
    return [*parts, _picture("skill")]


def _members(manifest: Manifest, evaluation: Evaluation) -> list[str]:
    """Return what each member is alone, and what the blend loses without it."""
    scores, lines = _closed(evaluation), []
    for member in evaluation.members:
        added = {s.group: 100 * (1 - s.mae["model"] / s.mae[f"without {member}"]) for s in scores}
        little = [group for group, percent in added.items() if percent < LITTLE_PERCENT]
        lines.append(
            f"{member} adds "
            + ", ".join(f"{percent:+.1f}% ({group})" for group, percent in added.items())
            + (f": less than {LITTLE_PERCENT:.0f}% for {', '.join(little)} devices." if little else ".")
        )
    rows = [
        [
            s.group,
            *(f"{100 * (1 - s.mae[member] / s.mae[s.best_rule]):+.1f}%" for member in evaluation.members),
            f"{s.headline.percent:+.1f}%",
        ]
        for s in scores
    ]
    return [
        "## What each member adds",
        "Skill over the best rule of each member alone and of what is served, everyone, at 24:00; then how "
        "much less the error is than it would be without a member, the others weighed as they are.",
        _table(", ".join(["devices", *evaluation.members, "served"]), rows),
        "\n".join(f"- {line}" for line in lines),
    ]


def _intervals(manifest: Manifest, evaluation: Evaluation) -> list[str]:
    rows = [
        [
            s.group,
            HORIZONS[s.horizon],
            f"{level}%",
            f"{100 * found.coverage:.1f}%",
            f"{found.width:.2f}",
            f"{found.score:.2f}",
            f"{found.rule_score:.2f}",
            _skill(found.skill),
        ]
        for s in evaluation.of("cross_fitted", "device family")
        for level, found in s.intervals.items()
    ]
    long = [
        f"- {s.group} devices: of {s.long.people} people with 60 or more nights the 80% interval held at "
        f"least 70% for {s.long.covered}; coverage of people {_spread(s.long.coverage, '')}"
        for s in _closed(evaluation)
        if s.long is not None
    ]
    return [
        "## Intervals",
        "Split conformal on people the members had not seen, scaled by the person's own recent error. Of "
        "everyone, by intervals calibrated on others.",
        _table("devices, made at, level, held, width, Winkler, best rule's, skill", rows),
        "\n".join(long) or "Nobody has 60 or more nights.",
        _picture("coverage"),
        "What the served intervals are calibrated on:",
        "\n".join(
            f"- {family} devices, day {horizon}: {c.people} people, {c.nights} nights"
            for family, horizons in manifest.calibration.items()
            for horizon, c in horizons.items()
        ),
    ]


def _people(evaluation: Evaluation) -> list[str]:
    rows = [
        [
            s.by,
            s.group,
            f"{s.people}",
            f"{s.nights}",
            f"{s.best_rule} {s.mae[s.best_rule]:.3f}",
            _skill(s.headline),
            f"{100 * s.intervals[80].coverage:.0f}%",
        ]
        for s in evaluation.groups
        if s.people_are == "cross_fitted" and s.horizon == "closed" and s.by not in WHOLE
    ]
    return [
        "## By who people are and how much is known",
        "Everyone, at 24:00. Sex and age are known for LifeSnaps alone. Many groups are looked at: one "
        "interval that excludes 0 says little.",
        _table("by, group, people, nights, best rule, skill over it, 80% held", rows),
        _picture("groups"),
    ]


def _persons(manifest: Manifest, evaluation: Evaluation) -> list[str]:
    rows = [
        [
            s.group,
            f"{one.nights}",
            f"{one.mae:.2f}",
            f"{one.rmse:.2f}",
            f"{one.rule_mae:.2f}",
            f"{one.skill_percent:+.1f}%",
            f"{100 * one.coverage:.0f}%",
        ]
        for s in _closed(evaluation)
        for one in s.persons
        if one.nights >= PERSON_NIGHTS
    ]
    return [
        "## Person by person",
        f"Everyone with {PERSON_NIGHTS} or more nights, at 24:00; errors in {manifest.unit}, the rule is the "
        "best of all the devices' people, which need not be this person's.",
        _table("devices, nights, MAE, RMSE, rule's MAE, skill over it, 80% held", rows),
    ]


def _suppositions(manifest: Manifest) -> list[str]:
    """Return what a what-if answer may speak of."""
    rows = [
        [
            *(channel, family, str(found.people), str(found.nights)),
            f"{found.slope:+.2f} ({found.slope_low:+.2f} to {found.slope_high:+.2f})",
            "yes" if found.supports else "no",
        ]
        for family, inputs in manifest.what_if.items()
        for channel, found in inputs.items()
    ]
    return [
        "## What may be supposed",
        "How a night went beyond the forecast with an input of its day as usual, for each unit by which that "
        "input moved the forecast, of people the members never saw (98% bootstrap interval by person). Moves "
        f"are told where it lies above 0 and at least {EVIDENCE_PEOPLE_MIN} people speak; everything else is "
        "refused. It says what went together, not what brought it about.",
        _table("input, device, people, nights, slope, told", rows),
    ]


def _search(manifest: Manifest) -> list[str]:
    settings = [
        [row["member"], row["setting"], row["value"], *(f"{float(row[c]):+.2f}%" for c in SKILLS)]
        for row in read_tried(SEARCH)
        if row["metric"] == manifest.metric
    ]
    recipes = [
        [row["members"].replace(", ", " + "), row["added"] or "-", *(row[c] for c in GAINS)]
        for row in read_tried(RECIPES)
        if row["metric"] == manifest.metric
    ]
    return [
        "## What was tried",
        "One setting at a time, each member alone, cross-fitted by person over development nights with the "
        "day over: skill over the rule best in hindsight. Differences below about half a percent are chance.",
        _table("member, setting, value, smoothed devices, night devices", settings),
        "Whole recipes on the same nights, members weighed alike; 0 marks a member as the search began with "
        "it. Skill in percent over the best rule, gain over the first line with a 90% interval by person. "
        "Added is what a person's own nights before do to the move, and what that is shrunk by.",
        _table("members, added, " + ", ".join(f"{family}, gain" for family in FAMILIES), recipes),
    ]


def _origin(manifest: Manifest) -> list[str]:
    return [
        "## Trained on",
        "\n".join(
            f"- {t.dataset}: {t.people} people, {t.nights} nights. {t.licence}. {t.credit}."
            for t in manifest.training
        ),
        f"The locked test is {manifest.held_out_people} people, a share of {HELD_OUT_SHARE:.0%} drawn by the "
        f"SHA-256 of '{DRAW} ' and their id, and the last {LATE_SHARE:.0%} of the days of those in "
        f"{', '.join(_small_sets(manifest))}, forecast by members that had seen other people only. All was "
        "chosen on the other nights; then the served model was fitted on everyone by the same recipe. "
        f"Seed {manifest.seed}. sha256 `{manifest.sha256}`.",
    ]


def _closed(evaluation: Evaluation) -> list[GroupScore]:
    return [s for s in evaluation.of("cross_fitted", "device family") if s.horizon == "closed"]


def _skill(found: Skill) -> str:
    return f"{found.percent:+.1f}% ({found.low:+.1f} to {found.high:+.1f})"


def _spread(found: Spread, unit: str) -> str:
    return f"{found.low:.2f} to {found.high:.2f} {unit}".strip() + f" (median {found.median:.2f})"


def _picture(name: str) -> str:
    return f"![{PLOTS[name][1]}]({name}.png)"


def _table(columns: str, rows: Iterable[Sequence[str]]) -> str:
    names = columns.split(", ")
    lines = [f"| {' | '.join(row)} |" for row in [names, *rows]]
    return "\n".join([lines[0], "|---" * len(names) + "|", *lines[1:]])


def _small_sets(manifest: Manifest) -> list[str]:
    """Return those the model learned from."""
    learned = {known.dataset for known in manifest.training}
    return [name for name in SMALL_SETS if name in learned]

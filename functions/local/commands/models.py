"""`nutri models`: the models this checkout serves, opened and checked as a function would."""

import json
from typing import Annotated

import typer


def list_models(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the served models with how they did on people they never saw. Cards lie beside the model files."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from common.compute.outlook import METRICS  # noqa: PLC0415
    from common.inference.sessions import load_model  # noqa: PLC0415
    from common.settings import get_settings  # noqa: PLC0415

    manifests = [load_model(get_settings().models, metric).manifest for metric in METRICS]
    if as_json:
        typer.echo(json.dumps([manifest.model_dump(mode="json") for manifest in manifests]))
        return
    table = Table("model", "version", "set", "day", "nights", "error", "best rule", "skill", box=None)
    for manifest in manifests:
        for score in manifest.scores:
            if score.people_are == "held_out":
                skill = f"{score.skill_percent:+.1f}% ({score.skill_low:+.1f} to {score.skill_high:+.1f})"
                error = f"{score.model:.2f} {manifest.unit}"
                rule = f"{score.best_rule} {score.best_rule_error:.2f}"
                known = (manifest.id, manifest.version, score.dataset, score.horizon, str(score.nights))
                table.add_row(*known, error, rule, skill)
    Console().print(table)

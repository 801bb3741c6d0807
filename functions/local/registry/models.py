"""What the registry holds, for people: listed, described, changed. The database is that of the settings."""

from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table

from common.compute.forecasts.model_inputs import METRICS
from common.errors import ConfigurationError, NotFound, Unavailable
from common.inference.manifest import Manifest
from common.inference.sessions import MODEL_IDS, load_model
from common.services.models import champion, open_artifact
from common.services.performance import list_models
from common.settings import get_settings
from common.store.engine import reading, transaction
from common.store.models import CHAMPION, Published, find_published, load_artifact, read_aliased, withdraw
from model_export.export.experiments import refuse_while_running
from model_export.export.registry import challenge, promote_model, publish_model

Description = dict[str, Any]


def list_versions() -> list[Description]:
    """Raise Unavailable."""
    return [one.model_dump(mode="json") for one in list_models().models]


def format_listing(listing: list[Description]) -> Table:
    table = Table("metric", "model", "version", "from", "alias", "published", "withdrawn", box=None)
    for one in listing:
        share = f" {one['trafficShare']:.0%}" if one["trafficShare"] else ""
        table.add_row(
            *(one["metric"], one["modelId"], one["modelVersion"], one["source"]),
            f"{one['alias'] or ''}{share}",
            (one["publishedAt"] or "")[:16],
            one["withdrawnFor"] or "",
        )
    return table


def describe_model(metric: str, version: str | None) -> Description:
    """Raise NotFound for a version nobody published, Unavailable where it is damaged."""
    check_metric(metric)
    if version is None:
        return champion(metric).manifest.model_dump(mode="json")
    with reading() as connection:
        published = find_published(connection, metric, version)
    if published is not None:
        return open_published(published).model_dump(mode="json")
    image = load_model(get_settings().models, metric).manifest
    if image.version == version:
        return image.model_dump(mode="json")
    raise NotFound(f"There is no {metric} model {version}.")


def open_published(published: Published) -> Manifest:
    """As it lies in PostgreSQL. Raises Unavailable where that is damaged."""
    with reading() as connection:
        artifact = load_artifact(connection, published.model_id, published.version)
    if artifact is None:
        raise Unavailable(f"The model {published.model_id} is missing.", code="model_missing")
    return open_artifact(artifact, published).manifest


def format_model(told: Description) -> Group:
    table = Table("set", "day", "people", "nights", "error", "best rule", "skill", "80% covers", box=None)
    for score in told["scores"]:
        if score["people_are"] == "held_out":
            skill = (
                f"{score['skill_percent']:+.1f}% ({score['skill_low']:+.1f} to {score['skill_high']:+.1f})"
            )
            table.add_row(
                *(score["dataset"], score["horizon"], str(score["people"]), str(score["nights"])),
                f"{score['model']:.2f} {told['unit']}",
                f"{score['best_rule']} {score['best_rule_error']:.2f}",
                skill,
                f"{score['coverage']['80']:.0%}",
            )
    return Group(f"{told['id']} {told['version']}, sha256 {told['sha256']}: sound", table)


def publish_all(directory: Path, *, challenger: bool) -> list[Description]:
    """Publish all or none. Raises ConfigurationError where there is no manifest, and as publish_model."""
    if (directory / "manifest.json").is_file():
        folders = [directory]
    else:
        paths = [directory / model_id for model_id in MODEL_IDS.values()]
        folders = [path for path in paths if (path / "manifest.json").is_file()]
    if not folders:
        raise ConfigurationError(f"There is no manifest.json in {directory}.")
    with transaction() as connection:
        manifests = [publish_model(connection, folder) for folder in folders]
        if challenger:
            for manifest in manifests:
                refuse_while_running(connection, manifest.metric)
                challenge(connection, manifest.metric, manifest.version)
    return [{"metric": m.metric, "modelId": m.id, "version": m.version} for m in manifests]


def promote_version(metric: str, version: str) -> Description:
    """Raise NotFound for a version nobody published, Unavailable where it is damaged."""
    check_metric(metric)
    with transaction() as connection:
        refuse_while_running(connection, metric)
        published = find_published(connection, metric, version)
        if published is not None:
            open_published(published)
        promote_model(connection, metric, version)
    return {"metric": metric, "version": version}


def withdraw_champion(metric: str, reason: str) -> Description:
    """`version` is what serves afterwards. Raises NotFound where nothing is promoted."""
    check_metric(metric)
    with transaction() as connection:
        aliased = {one.alias: one for one in read_aliased(connection) if one.metric == metric}
        if (current := aliased.get(CHAMPION)) is None:
            raise NotFound(f"No {metric} model is promoted: the image's own serves.")
        withdraw(connection, metric, current.version, reason)
        restored = [one for one in read_aliased(connection) if one.metric == metric and one.alias == CHAMPION]
    return {
        "metric": metric,
        "withdrawn": current.version,
        "version": restored[0].version if restored else "that of the image",
    }


def check_metric(metric: str) -> None:
    if metric not in METRICS:
        raise ConfigurationError(f"METRIC is one of {', '.join(METRICS)}.")

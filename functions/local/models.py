"""What the registry holds, for people: listed, described, changed. The database is that of the settings."""

from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table

from common.compute.outlook import METRICS
from common.errors import ConfigurationError, NotFound, Unavailable
from common.inference.manifest import Manifest, read_manifest
from common.services.models import champion, open_artifact
from common.settings import get_settings
from common.store.engine import reading, transaction
from common.store.models import CHAMPION, Published, find_published, list_published, load_artifact, withdraw
from model_export.registry import challenge, promote_model, publish_model

Told = dict[str, Any]


def list_versions() -> list[Told]:
    """The image's models come last of their metric. Raises Unavailable."""
    with reading() as connection:
        published = list_published(connection)
    listing = []
    for metric in METRICS:
        mine = [one for one in published if one.metric == metric]
        listing += [_tell_published(one) for one in mine]
        serves = all(one.alias != CHAMPION for one in mine)
        for path in sorted(get_settings().models.glob("*/manifest.json")):
            manifest = read_manifest(path)
            if manifest.metric == metric:
                listing.append(_tell_image(manifest, serves=serves))
    return listing


def _tell_published(one: Published) -> Told:
    times = {"publishedAt": one.published_at, "promotedAt": one.promoted_at, "withdrawnAt": one.withdrawn_at}
    return {
        "metric": one.metric,
        "modelId": one.model_id,
        "version": one.version,
        "source": "registry",
        "alias": one.alias,
        "trafficShare": one.traffic_share,
        **{name: f"{at.isoformat()}Z" if at else None for name, at in times.items()},
        "withdrawnFor": one.withdrawn_for,
        "sha256": one.sha256,
    }


def _tell_image(manifest: Manifest, *, serves: bool) -> Told:
    return {
        "metric": manifest.metric,
        "modelId": manifest.id,
        "version": manifest.version,
        "source": "image",
        "alias": CHAMPION if serves else None,
        "sha256": manifest.sha256,
    }


def format_listing(listing: list[Told]) -> Table:
    table = Table("metric", "model", "version", "from", "alias", "published", "withdrawn", box=None)
    for one in listing:
        share = f" {one['trafficShare']:.0%}" if one.get("trafficShare") else ""
        table.add_row(
            *(one["metric"], one["modelId"], one["version"], one["source"]),
            f"{one['alias'] or ''}{share}",
            (one.get("publishedAt") or "")[:16],
            one.get("withdrawnFor") or "",
        )
    return table


def describe_model(metric: str, version: str | None) -> Told:
    """Raises NotFound for a version nobody published, Unavailable where it is damaged."""
    _check(metric)
    if version is None:
        return champion(metric).manifest.model_dump(mode="json")
    with reading() as connection:
        published = find_published(connection, metric, version)
    if published is not None:
        return _open(published).model_dump(mode="json")
    for path in get_settings().models.glob("*/manifest.json"):
        manifest = read_manifest(path)
        if (manifest.metric, manifest.version) == (metric, version):
            return manifest.model_dump(mode="json")
    raise NotFound(f"There is no {metric} model {version}.")


def _open(published: Published) -> Manifest:
    with reading() as connection:
        artifact = load_artifact(connection, published.model_id, published.version)
    if artifact is None:
        raise Unavailable(f"The model {published.model_id} is missing.", code="model_missing")
    return open_artifact(artifact, published).manifest


def format_model(told: Told) -> Group:
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


def publish_all(directory: Path, *, challenger: bool) -> list[Told]:
    """Publishes all or none. Raises ConfigurationError where there is no manifest, and as publish_model."""
    if (directory / "manifest.json").is_file():
        folders = [directory]
    else:
        folders = sorted(path.parent for path in directory.glob("*/manifest.json"))
    if not folders:
        raise ConfigurationError(f"There is no manifest.json in {directory}.")
    with transaction() as connection:
        manifests = [publish_model(connection, folder) for folder in folders]
        if challenger:
            for manifest in manifests:
                challenge(connection, manifest.metric, manifest.version)
    return [{"metric": m.metric, "modelId": m.id, "version": m.version} for m in manifests]


def promote_version(metric: str, version: str) -> Told:
    """Raises NotFound for a version nobody published, Unavailable where it is damaged."""
    _check(metric)
    with transaction() as connection:
        published = find_published(connection, metric, version)
        if published is not None:
            _open(published)
        promote_model(connection, metric, version)
    return {"metric": metric, "version": version}


def withdraw_champion(metric: str, reason: str) -> Told:
    """`version` is what serves afterwards. Raises NotFound where nothing is promoted."""
    _check(metric)
    with transaction() as connection:
        aliased = {one.alias: one for one in list_published(connection) if one.metric == metric}
        if (current := aliased.get(CHAMPION)) is None:
            raise NotFound(f"No {metric} model is promoted: the image's own serves.")
        withdraw(connection, metric, current.version, reason)
        restored = [
            one for one in list_published(connection) if one.metric == metric and one.alias == CHAMPION
        ]
    return {
        "metric": metric,
        "withdrawn": current.version,
        "version": restored[0].version if restored else "that of the image",
    }


def _check(metric: str) -> None:
    if metric not in METRICS:
        raise ConfigurationError(f"METRIC is one of {', '.join(METRICS)}.")

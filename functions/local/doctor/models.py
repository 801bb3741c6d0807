"""The models: bytes as their manifest says, a card of that very version, and how old what serves is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.compute.forecasts.model_inputs import METRICS
from common.inference.forest import load_forest
from common.inference.forest_manifest import FOLDER
from common.inference.sessions import load_model
from common.services.models import champion
from common.settings import get_settings
from common.store.engine import reading
from common.store.models import CHAMPION, list_published
from functions.local.doctor.finding import Finding, Verdict, judge

OLD_DAYS = 180
"""Devices and people change: about how long a model is used without looking again."""


def check_image() -> Iterator[Finding]:
    """Those that come with the code. Raises Unavailable where one is missing, damaged or of another build."""
    folder = get_settings().models
    for metric in METRICS:
        manifest = load_model(folder, metric).manifest
        yield from _told(folder / manifest.id, manifest.id, manifest.version, "Run `nutri evaluate`")
    forest = load_forest(folder).manifest
    yield from _told(folder / FOLDER, forest.id, forest.version, "Run `nutri train`")


def _told(folder: Path, model_id: str, version: str, writer: str) -> Iterator[Finding]:
    """Of a model that could be loaded."""
    name = f"{model_id} {version}"
    yield Finding("models", Verdict.OK, f"{name}: sha256 as in its manifest, inputs as this build's")
    told = describes(folder / "card.md", name)
    state = f"{name}: {'its card is there' if told else 'no card, or one of another version'}"
    yield judge("cards", told, state, f"{writer}, which writes it.")


def describes(card: Path, name: str) -> bool:
    return card.is_file() and card.read_text().startswith(f"# {name}\n")


def check_registry() -> Iterator[Finding]:
    """Whether what is promoted serves, and its age. Raises Unavailable."""
    with reading() as connection:
        promoted = [one for one in list_published(connection) if one.alias == CHAMPION]
    if not promoted:
        yield Finding("registry", Verdict.OK, "nothing is promoted: the models of the image serve")
    for one in promoted:
        name = f"{one.model_id} {one.version}"
        serves = champion(one.metric).manifest.version == one.version
        if not serves:
            remedy = f"Publish it again, or withdraw it: `nutri models rollback {one.metric}`."
            yield Finding("registry", Verdict.FAIL, f"{name} is damaged; another serves", remedy)
            continue
        days = (datetime.now(UTC).replace(tzinfo=None) - one.published_at).days if one.published_at else 0
        state = f"{name} serves, published {days} days ago"
        remedy = "Train again: `nutri train --from-database`."
        yield judge("registry", days <= OLD_DAYS, state, remedy, otherwise=Verdict.NOTE)
